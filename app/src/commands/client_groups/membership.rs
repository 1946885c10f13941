//! Which group a client is in, and what a price is for its members (PRD-10).
//!
//! Guarantees the domain's rule: the price of the group's tier where the product has one, the list
//! price elsewhere, less the group's discount, rounded once. What results is the price that is
//! sold; a discount of a group is no line of its own, and changes nothing that was sold before.

use billfold_domain::client_group::{ClientGroup, ClientGroupEvent, GroupPricing};
use billfold_domain::kernel::{ClientGroupId, ClientId, Currency, Cycle, TenantId};
use billfold_domain::product::{Listing, Price};
use chrono::NaiveDate;

use crate::commands::{Door, No, Room, Table, Touches};
use crate::error::{Error, Refused};

/// The group that a client is in, as a plan found it.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) struct Membership {
    group: Option<ClientGroupId>,
}

impl Membership {
    /// Finds it, and names the group's stream.
    pub(in crate::commands) async fn of(
        room: &Room<'_>,
        touches: Touches,
        client_id: ClientId,
    ) -> Result<(Touches, Self), Error> {
        let found = room.holder(ClientGroupEvent::MEMBER_SCOPE, &client_id.to_string()).await?;
        let group = found.map(ClientGroupId::new);
        let touches = match group {
            Some(group) => touches.reads::<ClientGroup>(group.uuid()),
            None => touches,
        };
        Ok((touches, Self { group }))
    }

    /// Which group.
    pub(super) fn group(self) -> Option<ClientGroupId> {
        self.group
    }

    /// What its members pay, as the group is now.
    pub(in crate::commands) fn pricing<'a>(
        self,
        table: &'a Table<'_, '_>,
    ) -> Result<Option<&'a GroupPricing>, No> {
        match self.group {
            None => Ok(None),
            Some(group) => Ok(table.state::<ClientGroup>(group.uuid())?.pricing()),
        }
    }
}

/// The price of a new sale to members of a group; the list price to whoever is in none. Nothing
/// if there is none.
pub(in crate::commands) fn price_for(
    listing: &Listing,
    group: Option<&GroupPricing>,
    day: NaiveDate,
    cycle: Cycle,
    currency: Currency,
) -> Result<Option<Price>, Refused> {
    let tier = group.and_then(|group| group.tier.as_deref());
    let of_tier = tier.and_then(|tier| listing.tier_price_on(tier, day, cycle, currency));
    let Some(price) = of_tier.or_else(|| listing.price_on(day, cycle, currency)) else {
        return Ok(None);
    };
    let Some(group) = group else { return Ok(Some(*price)) };
    let less = |amount| group.price_for_members(amount).map_err(|no| Refused::of(&no));
    let setup_fee = price.setup_fee.map(less).transpose()?;
    Ok(Some(Price { price: less(price.price)?, setup_fee, ..*price }))
}

/// The group that a client is in, and what its members pay.
///
/// # Errors
/// The database does not answer.
pub async fn group_of_client(
    door: &Door,
    tenant: TenantId,
    client_id: ClientId,
) -> Result<Option<(ClientGroupId, GroupPricing)>, Error> {
    let scope = ClientGroupEvent::MEMBER_SCOPE;
    let found = door.holders(tenant, scope, &client_id.to_string()).await?;
    let Some(id) = found.first().copied() else { return Ok(None) };
    let (group, _) = door.load::<ClientGroup>(tenant, id).await?;
    Ok(group.pricing().map(|pricing| (ClientGroupId::new(id), pricing.clone())))
}
