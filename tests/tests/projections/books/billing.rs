//! Billing runs: what is issued while one is under way is of the run. Their ids are of their own,
//! so that what else happens stays as it is without them.

use billfold_domain::billing_run::{
    BillingRun, BillingRunCommand, EndRun, HaltReason, SetAside, StartRun, Tally,
};
use uuid::Uuid;

use super::{History, Money, Step, currency};

impl History {
    /// Starts a run, or goes on with the newest.
    pub(super) fn bill_all(&mut self, seller: usize, pick: usize, step: Step) {
        let (count, newest) = self.sellers[seller].run.clone().unwrap_or_default();
        let over = matches!(newest, BillingRun::Absent | BillingRun::Finished(_));
        let count = count + u128::from(over);
        let mut state = if over { BillingRun::default() } else { newest };
        let command = match &state {
            BillingRun::Running(_) => self.end_of_run(seller, pick, step),
            BillingRun::Halted(..) => BillingRunCommand::Resume,
            BillingRun::Absent | BillingRun::Finished(_) => BillingRunCommand::Start(StartRun {
                through: self.today(seller),
                largest: vec![Money::try_new(50_000, currency(seller)).unwrap()],
                most_quarantined: 10,
            }),
        };
        let id = Uuid::from_u128(0xb111_0000_0000 + ((seller as u128) << 32) + count);
        self.run(seller, id, &mut state, command);
        self.sellers[seller].run = Some((count, state));
    }

    fn end_of_run(&self, seller: usize, pick: usize, step: Step) -> BillingRunCommand {
        let aside = |client_id| SetAside {
            client_id,
            currency: currency(seller),
            code: "client.erased".to_owned(),
            detail: "the client was erased".to_owned(),
        };
        let quarantined: Vec<_> = self.client(seller, pick).map(aside).into_iter().collect();
        let aside = quarantined.len() as u64;
        let (skipped, planned) = (u64::from(step.which) % 3, u64::from(step.which) % 3 + 2 + aside);
        let tally = Tally { planned, issued: 2, skipped, quarantined: aside };
        let halted = match step.other % 4 {
            0 => Some(HaltReason::Stopped),
            1 => Some(HaltReason::TooManyQuarantined),
            _ => None,
        };
        BillingRunCommand::End(EndRun { tally, quarantined, halted })
    }

    /// The run that is under way, if one is.
    pub(super) fn running(&self, seller: usize) -> Option<Uuid> {
        let (count, state) = self.sellers[seller].run.as_ref()?;
        let id = Uuid::from_u128(0xb111_0000_0000 + ((seller as u128) << 32) + count);
        matches!(state, BillingRun::Running(_)).then_some(id)
    }
}
