//! Whose subscriptions are billed: the settings of the seller and the place of the client.

use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::kernel::{ClientId, Zone};
use billfold_domain::subscription::{Anchor, Rules};
use chrono::NaiveDate;

use crate::commands::{No, Table};
use crate::error::Refused;

/// How an account is billed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account {
    /// The seller's settings at the client's place.
    pub(super) rules: Rules,
    /// What boundaries hold on to, where neither subscription nor plan say it.
    pub(super) anchor: Anchor,
    /// Today at the client's place.
    pub(super) today: NaiveDate,
}

impl Account {
    /// Reads it under the lock.
    pub(super) fn of(table: &Table<'_, '_>, client: ClientId) -> Result<Self, No> {
        let billing = match table.state::<Client>(client.uuid())? {
            Client::Active(profile) | Client::Suspended(profile) => profile.billing,
            Client::Absent => return Err(Refused::of(&ClientRefusal::Absent).into()),
            Client::Erased => return Err(Refused::of(&ClientRefusal::Erased).into()),
        };
        let settings = table.settings()?;
        let zone: Zone = match billing.zone {
            Some(zone) => zone,
            None => settings.zone(),
        };
        let rules = Rules { conventions: settings.conventions, zone };
        let anchor = billing.anchor.unwrap_or(Anchor::Anniversary { date: None });
        Ok(Self { rules, anchor, today: zone.date_of(table.now()) })
    }
}
