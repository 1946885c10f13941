//! What was billed ahead becomes revenue in the random books, too.

use billfold_domain::ledger::deferrals;
use billfold_domain::recognition::{Earned, Recognition, RecognitionCommand};

use super::{History, tenant};

impl History {
    /// Recognises through yesterday.
    pub(super) fn recognise(&mut self, seller: usize) {
        let Some(through) = self.today(seller).pred_opt() else { return };
        let own = self.events.iter().filter(|fresh| fresh.tenant == tenant(seller));
        let lines = own.flat_map(|fresh| deferrals(&fresh.event));
        let earned = lines.map(|line| Earned {
            kind: line.kind,
            product_id: line.product_id,
            amount: line.earned_by(through).unwrap(),
        });
        let command = RecognitionCommand::Recognise { through, earned: earned.collect() };
        let mut state = self.sellers[seller].recognition.clone();
        let id = Recognition::id_of(tenant(seller)).uuid();
        self.run(seller, id, &mut state, command);
        self.sellers[seller].recognition = state;
    }
}
