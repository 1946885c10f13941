//! Dunning: a strategy of each seller's own, and a case for an open invoice. What it wants is asked
//! of others; what it was promised or told to do stands in its own events.

use billfold_domain::dunning::{
    BuiltIn, DunningCase, DunningCaseCommand, DunningStrategy, DunningStrategyCommand, Holder,
    OpenCase,
};
use chrono::Days;
use uuid::Uuid;

use super::{History, Invoice, Step};

impl History {
    /// Opens a case for an invoice that is owed, or goes on with the one it has.
    pub(super) fn chase(&mut self, seller: usize, pick: usize, step: Step) {
        if self.sellers[seller].strategy.is_none() {
            self.define(seller);
        }
        let invoices = &self.sellers[seller].invoices;
        let Some(at) = pick.checked_rem(invoices.len()) else { return };
        let (invoice_id, client_id, Invoice::Open(document)) = &invoices[at] else { return };
        let (invoice_id, client_id, due_date) = (*invoice_id, *client_id, document.due_date);
        let id = DunningCase::id_of(invoice_id).uuid();
        let mut state = self.sellers[seller].chased.get(&id).cloned().unwrap_or_default();
        let command = match (&state, step.which % 4) {
            (DunningCase::Absent, _) => DunningCaseCommand::Open(OpenCase {
                invoice_id,
                client_id,
                due_date,
                strategy_version: None,
                strategy: BuiltIn::Default.strategy(),
            }),
            (_, 0) => DunningCaseCommand::Promise { pay_by: self.today(seller) + Days::new(5) },
            (_, 1) => DunningCaseCommand::Hold,
            (_, 2) => DunningCaseCommand::Release,
            (_, _) => DunningCaseCommand::Stop { reason: "asked for".to_owned() },
        };
        self.run(seller, id, &mut state, command);
        self.sellers[seller].chased.insert(id, state);
    }

    fn define(&mut self, seller: usize) {
        let id = Uuid::from_u128(0xd57_0000 + seller as u128);
        let mut state = DunningStrategy::default();
        let strategy = BuiltIn::Gentle.strategy();
        for command in [
            DunningStrategyCommand::Define {
                code: "own".to_owned(),
                name: "Own".to_owned(),
                strategy,
            },
            DunningStrategyCommand::Assign { holder: Holder::Tenant },
        ] {
            self.run(seller, id, &mut state, command);
        }
        self.sellers[seller].strategy = Some(state);
    }
}
