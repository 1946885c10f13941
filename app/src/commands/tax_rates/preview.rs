//! Which tax a sale would have: the same rule that taxes documents, asked without a document.

use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::kernel::{ClientId, TaxRateId, TenantId};
use billfold_domain::tax::{RateClass, TaxEvidence};
use billfold_domain::tax_rate::{AutomaticSale, TaxRate, TaxRateEvent, tax_sale};
use chrono::NaiveDate;

use super::rates::has_vat_number;
use crate::commands::Door;
use crate::error::{Error, Refused};
use crate::vault::{Opened, field};

/// A sale that is only thought of.
#[derive(Clone, Copy, Debug)]
pub struct WhichTax {
    /// Who would buy.
    pub client_id: ClientId,
    /// What would be sold.
    pub class: RateClass,
    /// The tax point; today at the seller's place unless given.
    pub on: Option<NaiveDate>,
}

/// Finds the tax of a sale. Stores nothing.
///
/// # Errors
/// There is no such client, no rate holds, or the database does not answer.
pub async fn which_tax(
    door: &Door,
    tenant: TenantId,
    ask: &WhichTax,
) -> Result<TaxEvidence, Error> {
    let (client, _) = door.load::<Client>(tenant, ask.client_id.uuid()).await?;
    let profile = match &client {
        Client::Active(profile) | Client::Suspended(profile) => profile,
        Client::Absent => return Err(Refused::of(&ClientRefusal::Absent).into()),
        Client::Erased => return Err(Refused::of(&ClientRefusal::Erased).into()),
    };
    let opened = door.vault().open(tenant, field::CLIENT_CONTACT, &profile.contact).await?;
    let Opened::Clear(card) = opened else {
        return Err(Refused::of(&ClientRefusal::Erased).into());
    };
    let settings = door.settings(tenant).await?;
    let mut kept = Vec::new();
    for country in [Some(settings.country), profile.country].into_iter().flatten() {
        let beginning = format!("{country}/");
        for id in door.holders(tenant, TaxRateEvent::PLACE_SCOPE, &beginning).await? {
            kept.push((TaxRateId::new(id), door.load::<TaxRate>(tenant, id).await?.0));
        }
    }
    kept.sort_by_key(|(id, _)| *id);
    kept.dedup_by_key(|(id, _)| *id);
    let rates: Vec<_> = kept.iter().filter_map(|(id, rate)| Some((*id, rate.defined()?))).collect();
    let sale = AutomaticSale {
        seller: settings.country,
        client_id: ask.client_id,
        customer: profile.country,
        facts: &profile.tax,
        has_vat_number: has_vat_number(&card),
        class: ask.class,
        on: ask.on.unwrap_or_else(|| settings.day_of(door.clock().now())),
    };
    Ok(tax_sale(&rates, &sale).map_err(|no| Refused::of(&no))?)
}
