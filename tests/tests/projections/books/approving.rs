//! Deeds above a limit wait, are granted, declined, taken back or forgotten.

use billfold_domain::approval::{
    Approval, ApprovalCommand, Approver, RequestedApproval, StatedDeed, Verdict,
};
use billfold_domain::kernel::{Actor, DeedKind, Money, StaffId};
use billfold_domain::role::{Permissions, Reach, Rights};
use chrono::TimeDelta;
use uuid::Uuid;

use super::{History, Step, currency};

impl History {
    /// Asks a second person, or goes on with what waits.
    pub(super) fn ask_second_person(&mut self, seller: usize, step: Step) {
        let (no, mut state) = self.sellers[seller].approval.clone();
        let no = if matches!(state, Approval::Ended { .. }) { no + 1 } else { no };
        if matches!(state, Approval::Ended { .. }) {
            state = Approval::Absent;
        }
        let id = Uuid::from_u128(0x9a_0000 + seller as u128 * 0x1000 + no);
        let reason = "looked at it".to_owned();
        let held = Rights { permissions: Permissions::all(), reach: Reach::Seller };
        let verdict = Verdict { approver: Approver { held, keys: Vec::new() }, reason };
        let command = match (&state, step.which % 8) {
            (Approval::Absent, _) => {
                ApprovalCommand::Request(Box::new(self.requested(seller, step, no)))
            }
            (Approval::Granted(_), 0..4) => ApprovalCommand::CarryOut,
            (Approval::Granted(_), _) => {
                let (code, detail) = ("payment.refunded".to_owned(), "it is back".to_owned());
                ApprovalCommand::Fail { code, detail }
            }
            (_, 0..5) => ApprovalCommand::Grant(verdict),
            (_, 5) => ApprovalCommand::Decline(verdict),
            (_, 6) => ApprovalCommand::Withdraw { reason: "a mistake".to_owned() },
            _ => ApprovalCommand::LetLapse,
        };
        let mut ask = self.ask(seller, command);
        if matches!(ask.command, ApprovalCommand::Grant(_) | ApprovalCommand::Decline(_)) {
            ask.actor = Actor::Staff(StaffId::new(Uuid::from_u128(0xbe)));
        }
        self.decide(seller, id, &mut state, &ask);
        self.sellers[seller].approval = (no, state);
    }

    fn requested(&self, seller: usize, step: Step, no: u128) -> RequestedApproval {
        let amount = Money::try_new(i64::from(step.amount) + 1, currency(seller)).unwrap();
        let deed = StatedDeed {
            kind: DeedKind::ALL[usize::from(step.other) % DeedKind::ALL.len()],
            stream: "payment".to_owned(),
            id: Uuid::from_u128(0x77),
            amount,
            in_all: amount,
        };
        let asked = self.ask(seller, ());
        RequestedApproval {
            deeds: vec![deed],
            use_case: "refund_payment".to_owned(),
            command: "{}".to_owned(),
            command_hash: format!("{no:064x}"),
            command_id: Uuid::from_u128(0x9b_0000 + no),
            correlation_id: Uuid::from_u128(0x9b_0000 + no),
            asked_by: asked.actor,
            reason: (step.which.is_multiple_of(2)).then(|| "charged twice".to_owned()),
            expires_at: asked.at + TimeDelta::days(7),
        }
    }
}
