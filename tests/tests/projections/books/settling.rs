//! Statements of a gateway in the books: a payout, a fee and a line nobody knows. Their ids are of
//! their own, so that what else happens stays as it is without them.

use billfold_domain::kernel::{Money, SettlementId};
use billfold_domain::settlement::{
    LineSettled, LineUnmatched, NewLine, OpenSettlement, Settlement, SettlementCommand,
    SettlementLineKind, SettlementSource,
};
use chrono::Days;
use uuid::Uuid;

use super::{History, Step, currency};

impl History {
    /// Goes through a statement that tells of some days ago.
    pub(super) fn settle_with_gateway(&mut self, seller: usize, step: Step) {
        let count = self.events.len();
        let id = Uuid::from_u128(0x5e77_0000_0000 + ((seller as u128) << 32) + count as u128);
        let open = OpenSettlement {
            source: SettlementSource::Gateway { gateway: "manual_bank".to_owned() },
            format: "stripe_balance".to_owned(),
            file_hash: format!("{count:064x}"),
            name: "statement.csv".to_owned(),
            from: None,
            to: None,
        };
        let on = self.today(seller) - Days::new(u64::from(step.other % 45));
        let line = |no: u32, kind, gross: i64, fee: i64| {
            let money = |minor| Money::try_new(minor, currency(seller)).unwrap();
            NewLine {
                their_id: format!("{count}-{no}"),
                kind,
                reference: None,
                ours: None,
                gross: money(gross),
                fee: (fee != 0).then(|| money(fee)),
                net: money(gross - fee),
                on,
                text: None,
            }
        };
        // Now and then the bank sends a payout back, and the gateway gives a fee back.
        let sign = if step.which.is_multiple_of(5) { 1 } else { -1 };
        let amount = i64::from(step.amount) + 1;
        let lines = vec![
            line(1, SettlementLineKind::Payout, sign * amount, i64::from(step.other % 3)),
            line(2, SettlementLineKind::Fee, sign * i64::from(step.other) - 1, 0),
            line(3, SettlementLineKind::Charge, amount, 0),
        ];
        let reason = "of another shop".to_owned();
        let (mut state, id) = (Settlement::default(), SettlementId::new(id).uuid());
        for command in [
            SettlementCommand::Open(open),
            SettlementCommand::Read { lines, is_last: true },
            SettlementCommand::BookPayout { no: 1 },
            SettlementCommand::BookFee { no: 2, what: "monthly fee".to_owned() },
            SettlementCommand::SetAside { no: 3, why: LineUnmatched::NothingKnown },
            SettlementCommand::Settle { no: 3, how: LineSettled::Ignored { reason } },
            SettlementCommand::Close,
        ] {
            self.run(seller, id, &mut state, command);
        }
    }
}
