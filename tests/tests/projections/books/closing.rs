//! Months of the books are closed and reopened, entries are written by hand, and money turns up
//! late.

use billfold_domain::accounting_period::{
    AccountingPeriod, AccountingPeriodCommand, AdjustmentLine, Month, PostAdjustment,
};
use billfold_domain::kernel::{Actor, Money, PaymentId};
use billfold_domain::ledger::Side;
use billfold_domain::payment::{Payment, PaymentCommand, SettlePayment};
use chrono::Days;
use uuid::Uuid;

use super::{History, Step, currency, tenant};

impl History {
    pub(super) fn close(&mut self, seller: usize, pick: usize, step: Step) {
        let today = self.today(seller);
        let state = self.sellers[seller].periods.clone();
        let month = |day| Month::of(day).unwrap();
        let last = state.closed_through().unwrap_or(month(today));
        let reason = "a bill was lost".to_owned();
        let someone_else = Actor::system("auditors").unwrap();
        match step.which % 5 {
            0 => {
                let month = last;
                self.of_periods(
                    seller,
                    AccountingPeriodCommand::AskReopening { month, reason },
                    None,
                );
                let reopen = AccountingPeriodCommand::Reopen { month };
                self.of_periods(seller, reopen, Some(someone_else));
            }
            1 => self.late_payment(seller, pick, step),
            2 => {
                let amount = Money::try_new(i64::from(step.amount) + 1, currency(seller)).unwrap();
                let line = |account: &str, side| {
                    let (account, detail) = (account.to_owned(), None);
                    AdjustmentLine { account, side, amount, detail }
                };
                let lines = vec![line("5100", Side::Debit), line("1300", Side::Credit)];
                let post = PostAdjustment { day: today, reason, lines };
                self.of_periods(seller, AccountingPeriodCommand::PostAdjustment(post), None);
            }
            _ => {
                let ended = month(today).previous().unwrap();
                let next = state.closed_through().and_then(Month::next).unwrap_or(ended);
                let close = AccountingPeriodCommand::Close { month: next.min(ended) };
                self.of_periods(seller, close, None);
            }
        }
    }

    fn of_periods(&mut self, seller: usize, command: AccountingPeriodCommand, by: Option<Actor>) {
        let mut state = self.sellers[seller].periods.clone();
        let id = AccountingPeriod::id_of(tenant(seller)).uuid();
        let mut ask = self.ask(seller, command);
        ask.actor = by.unwrap_or(ask.actor);
        self.decide(seller, id, &mut state, &ask);
        self.sellers[seller].periods = state;
    }

    /// A payment that arrived weeks ago and is recorded today.
    fn late_payment(&mut self, seller: usize, pick: usize, step: Step) {
        let Some(client_id) = self.client(seller, pick) else { return };
        let count = self.sellers[seller].payments.len() as u128;
        let id = Uuid::from_u128(0x1a7e_0000_0000 + ((seller as u128) << 32) + count);
        let amount = Money::try_new(i64::from(step.amount) + 1, currency(seller)).unwrap();
        let settle = SettlePayment {
            client_id,
            amount,
            gateway: "manual_bank".to_owned(),
            reference: None,
            received_on: self.today(seller) - Days::new(45),
            allocations: Vec::new(),
            to_credit: Money::zero(currency(seller)),
            origin: None,
        };
        let (id, mut state) = (PaymentId::new(id), Payment::default());
        if self.run(seller, id.uuid(), &mut state, PaymentCommand::Settle(settle)) {
            self.sellers[seller].payments.push((id, client_id, state));
        }
    }
}
