//! Whose subscriptions are billed: the settings of the seller and the place of the client.

use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::kernel::{ClientId, Country};
use billfold_domain::subscription::{Anchor, Rules};
use chrono::{DateTime, NaiveDate, Utc};

use crate::commands::{No, Table};
use crate::error::Refused;
use crate::settings::Settings;

/// How an account is billed.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) struct Account {
    /// The seller's settings at the client's place.
    pub(in crate::commands) rules: Rules,
    /// What boundaries hold on to, where neither subscription nor plan say it.
    pub(in crate::commands) anchor: Anchor,
    /// Today at the client's place.
    pub(in crate::commands) today: NaiveDate,
    /// Where the seller is.
    pub(in crate::commands) seller: Country,
}

impl Account {
    /// Reads it under the lock.
    pub(in crate::commands) fn of(table: &Table<'_, '_>, client: ClientId) -> Result<Self, No> {
        let client = table.state::<Client>(client.uuid())?;
        Ok(Self::new(client, table.settings()?, table.now())?)
    }

    /// A client's account with a seller at an instant.
    pub(in crate::commands) fn new(
        client: &Client,
        settings: &Settings,
        now: DateTime<Utc>,
    ) -> Result<Self, Refused> {
        let billing = match client {
            Client::Active(profile) | Client::Suspended(profile) | Client::Inactive(profile) => {
                profile.billing
            }
            Client::Absent => return Err(Refused::of(&ClientRefusal::Absent)),
            Client::Erased => return Err(Refused::of(&ClientRefusal::Erased)),
        };
        let zone = billing.zone.unwrap_or_else(|| settings.zone());
        let rules = Rules { conventions: settings.conventions, zone };
        let anchor = billing.anchor.unwrap_or(Anchor::Anniversary { date: None });
        Ok(Self { rules, anchor, today: zone.date_of(now), seller: settings.country })
    }
}
