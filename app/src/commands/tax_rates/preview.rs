//! Which tax a sale would have: the same rule that taxes documents, asked without a document.

use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::kernel::{ClientId, TenantId};
use billfold_domain::tax::{RateClass, TaxEvidence};
use chrono::NaiveDate;

use super::rates::{AllRates, Customer, has_vat_number};
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
/// There is no such client or it was erased, no rate holds, or the database does not answer.
pub async fn which_tax(
    door: &Door,
    tenant: TenantId,
    ask: &WhichTax,
) -> Result<TaxEvidence, Error> {
    let (client, _) = door.load::<Client>(tenant, ask.client_id.uuid()).await?;
    let profile = match &client {
        Client::Active(profile) | Client::Suspended(profile) | Client::Inactive(profile) => profile,
        Client::Absent => return Err(Refused::of(&ClientRefusal::Absent).into()),
        Client::Erased => return Err(Refused::of(&ClientRefusal::Erased).into()),
    };
    let opened = door.vault().open(tenant, field::CLIENT_CONTACT, &profile.contact).await?;
    let Opened::Clear(card) = opened else {
        return Err(Refused::of(&ClientRefusal::Erased).into());
    };
    let settings = door.settings(tenant).await?;
    let rates = AllRates::of(door, tenant, settings.country).await?;
    let has_vat_number = has_vat_number(&card);
    let who = Customer { client_id: ask.client_id, profile, has_vat_number };
    let today = settings.day_of(settings.at(door.clock().now()));
    Ok(rates.tax(&who, ask.class, ask.on.unwrap_or(today))?)
}
