//! What a seller chose: currency, time zone, numbering, payment term; as of one version of its
//! stream.
//!
//! Guarantees: settings are immutable values that name the version they were read at. What was
//! planned with old settings is noticed under the lock, where the version is compared, and planned
//! anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use billfold_domain::approval::ApprovalLimits;
use billfold_domain::invoice::{Letterhead, Seller};
use billfold_domain::kernel::{Country, Currency, ImageHash, NumberFormat, TenantId, Zone};
use billfold_domain::subscription::Conventions;
use billfold_domain::tenant::{Brand, HostName, Tenant, TenantRefusal};
use billfold_event_store::Store;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::commands::{Held, tenant_stream};
use crate::error::{Error, Refused};

/// Sellers whose settings are kept at most.
const KEPT: usize = 10_000;

/// The settings of one seller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Events of the tenant's stream that are in here.
    pub version: i64,
    /// Legal name.
    pub name: String,
    /// Where the seller is established.
    pub country: Country,
    /// Currency of the books.
    pub currency: Currency,
    /// Decides what day it is.
    pub time_zone: Tz,
    /// How invoices are numbered.
    pub invoice_numbers: NumberFormat,
    /// How credit notes are numbered.
    pub credit_note_numbers: NumberFormat,
    /// Days between issue and due date.
    pub payment_term_days: u16,
    /// Tax number.
    pub vat_id: Option<String>,
    /// Where it is reached and paid.
    pub letterhead: Letterhead,
    /// How time becomes money.
    pub conventions: Conventions,
    /// Whether a second step is asked of all staff.
    pub second_factor: bool,
    /// Whether clients may register by themselves.
    pub client_registration: bool,
    /// Above which sums a second person is wanted.
    pub approval_limits: ApprovalLimits,
    /// What the clock of a test seller shows; nothing for one whose clock is real.
    pub test_clock: Option<DateTime<Utc>>,
    /// How its pages look.
    pub brand: Brand,
    /// The picture beside its name.
    pub logo: Option<ImageHash>,
    /// The first of the names it is found under; that of the installation if none.
    pub host_name: Option<HostName>,
    /// Whether its staff look after all sellers of the installation.
    pub operator: bool,
}

/// Why a seller has no settings.
#[derive(Debug, thiserror::Error)]
pub enum NoSettings {
    /// Nobody opened these books.
    #[error("{0}")]
    Absent(#[from] TenantRefusal),
    /// The stored time zone is not one this build knows.
    #[error("time zone {0} is not known; upgrade this node")]
    TimeZone(String),
}

impl Settings {
    /// The settings in a seller's state.
    ///
    /// # Errors
    /// The books were never opened, or name a time zone this build does not know.
    pub fn of(tenant: &Tenant, version: i64) -> Result<Self, NoSettings> {
        let profile = tenant.profile().ok_or(TenantRefusal::Absent)?;
        let zone = profile.time_zone.parse();
        Ok(Self {
            version,
            name: profile.name.clone(),
            country: profile.country,
            currency: profile.currency,
            time_zone: zone.map_err(|_| NoSettings::TimeZone(profile.time_zone.clone()))?,
            invoice_numbers: profile.invoice_numbers.clone(),
            credit_note_numbers: profile.credit_note_numbers.clone(),
            payment_term_days: profile.payment_term_days,
            vat_id: profile.vat_id.clone(),
            letterhead: profile.letterhead.clone(),
            conventions: profile.conventions,
            second_factor: profile.second_factor,
            client_registration: profile.client_registration,
            approval_limits: profile.approval_limits.clone(),
            test_clock: profile.test_clock,
            brand: profile.brand.clone(),
            logo: profile.logo,
            host_name: profile.host_names.first().cloned(),
            operator: profile.operator,
        })
    }

    /// The instant at which this seller lives: the real one, unless it is a test seller.
    #[must_use]
    pub fn at(&self, real: DateTime<Utc>) -> DateTime<Utc> {
        self.test_clock.unwrap_or(real)
    }

    /// The seller's place.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.time_zone.into()
    }

    /// The business day at the seller's place.
    #[must_use]
    pub fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.time_zone).date_naive()
    }

    /// The first instant of a day at the seller's place; where clocks skip midnight, the first that
    /// exists.
    #[must_use]
    pub fn start_of(&self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(NaiveTime::MIN);
        (0..=4)
            .filter_map(|half_hours| {
                midnight.checked_add_signed(TimeDelta::minutes(half_hours * 30))
            })
            .find_map(|local| self.time_zone.from_local_datetime(&local).earliest())
            .map_or_else(|| midnight.and_utc(), |instant| instant.with_timezone(&Utc))
    }

    /// The seller as documents name it.
    #[must_use]
    pub fn seller(&self) -> Seller {
        let said = !self.letterhead.is_empty();
        Seller {
            name: self.name.clone(),
            country: self.country,
            vat_id: self.vat_id.clone(),
            letterhead: said.then(|| Box::new(self.letterhead.clone())),
        }
    }
}

impl From<NoSettings> for Error {
    fn from(error: NoSettings) -> Self {
        match error {
            NoSettings::Absent(refusal) => Refused::of(&refusal).into(),
            NoSettings::TimeZone(_) => Self::bug(error),
        }
    }
}

/// The settings of many sellers, for planning.
pub struct SettingsCache {
    store: Store,
    known: Mutex<HashMap<TenantId, Arc<Settings>>>,
}

impl SettingsCache {
    /// An empty cache over a store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, known: Mutex::new(HashMap::new()) }
    }

    /// The settings of a seller, perhaps a moment old: whoever decides with them compares the
    /// version under the lock.
    ///
    /// # Errors
    /// There is no such seller, or the database does not answer.
    pub async fn get(&self, tenant: TenantId) -> Result<Arc<Settings>, Error> {
        if let Some(known) = self.peek(tenant) {
            return Ok(known);
        }
        self.refresh(tenant).await
    }

    /// The settings of a seller as they are now.
    ///
    /// # Errors
    /// There is no such seller, or the database does not answer.
    pub async fn refresh(&self, tenant: TenantId) -> Result<Arc<Settings>, Error> {
        let loaded = self.store.load::<Held<Tenant>>(&tenant_stream(tenant)).await?;
        let settings = Arc::new(Settings::of(&loaded.state.0, loaded.version)?);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(tenant, Arc::clone(&settings));
        Ok(settings)
    }

    /// What is cached, without asking anybody.
    pub(crate) fn peek(&self, tenant: TenantId) -> Option<Arc<Settings>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant).cloned()
    }

    /// Drops what is cached of a seller whose stream changed.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&tenant);
    }
}

impl std::fmt::Debug for SettingsCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SettingsCache").finish_non_exhaustive()
    }
}
