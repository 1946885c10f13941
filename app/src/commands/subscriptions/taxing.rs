//! Subscriptions that are taxed by the seller's rates: looked up for every document anew, as of its
//! day, so that a rate that changed counts from the first document on which it holds (TAX-03).

use billfold_domain::kernel::SubscriptionId;
use billfold_domain::subscription::{Subscription, SubscriptionCommand};
use billfold_domain::tax::{RateClass, TaxEvidence};

use super::billing::Paper;
use crate::commands::tax_rates::Rates;
use crate::commands::{No, Room, Table, Touches};
use crate::error::Error;

impl Paper {
    /// Names the rates that may count.
    pub(in crate::commands) async fn look_up_taxes(
        &mut self,
        room: &Room<'_>,
        touches: Touches,
    ) -> Result<Touches, Error> {
        let (touches, rates) = Rates::of(room, touches, self.client_id).await?;
        self.rates = Some(rates);
        Ok(touches)
    }

    /// How a class is taxed on a document of today.
    pub(in crate::commands) fn tax(
        &self,
        table: &Table<'_, '_>,
        class: RateClass,
    ) -> Result<TaxEvidence, No> {
        // A plan that saw nothing to look up has no rates; the next one will.
        self.rates.as_ref().ok_or(No::Stale)?.tax(table, class, table.calendar_day())
    }

    /// Taxes what is not billed yet as of today, where the rates decide.
    pub(super) fn tax_anew(&self, table: &mut Table<'_, '_>, id: SubscriptionId) -> Result<(), No> {
        let contract = table.state::<Subscription>(id.uuid())?.contract();
        let known = contract.and_then(|contract| contract.automatic.as_ref());
        let Some(class) = known.map(|known| known.class) else { return Ok(()) };
        let evidence = Some(self.tax(table, class)?);
        table.dated(table.calendar_day());
        table.decide::<Subscription>(id.uuid(), SubscriptionCommand::Tax { evidence })?;
        Ok(())
    }
}
