//! Opens the books of a seller. The tenant of the request is the id of the new books.

use async_trait::async_trait;
use billfold_domain::kernel::{Country, Currency, NumberFormat, TenantId};
use billfold_domain::tenant::{OpenBooks, Tenant, TenantCommand};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// Days to pay when nobody says otherwise.
const PAYMENT_TERM_DAYS: u16 = 14;

/// Open the books.
#[derive(Clone, Debug, Serialize)]
pub struct OpenTenant {
    /// Legal name.
    pub name: String,
    /// Where the seller is established.
    pub country: Country,
    /// Currency of the books.
    pub currency: Currency,
    /// Name in the tz database, such as `Europe/Berlin`.
    pub time_zone: String,
    /// How invoices are numbered; `INV-2026-000001` unless given.
    pub invoice_numbers: Option<NumberFormat>,
    /// How credit notes are numbered; `CN-2026-000001` unless given.
    pub credit_note_numbers: Option<NumberFormat>,
    /// Days between issue and due date; 14 unless given.
    pub payment_term_days: Option<u16>,
    /// Tax number.
    pub vat_id: Option<String>,
    /// Makes it a test seller, whose clock begins here; a real one unless given.
    pub test_clock: Option<DateTime<Utc>>,
}

/// The books are open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantOpened {
    /// The seller.
    pub tenant_id: TenantId,
}

#[async_trait]
impl UseCase for OpenTenant {
    const NAME: &'static str = "open_tenant";
    type Answer = TenantOpened;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<TenantOpened>, Error> {
        let (tenant_id, books) = (room.tenant, self.books()?);
        Ok(Touches::opening(tenant_id).decide(move |table| {
            table.decide::<Tenant>(tenant_id.uuid(), TenantCommand::Open(books.clone()))?;
            Ok(TenantOpened { tenant_id })
        }))
    }
}

impl OpenTenant {
    /// What the books begin with, defaults filled in.
    pub(super) fn books(&self) -> Result<OpenBooks, Error> {
        if self.time_zone.parse::<Tz>().is_err() {
            let detail = "use a name of the tz database, such as Europe/Berlin";
            let refused = Refused::new("tenant.time_zone_unknown", Kind::Malformed, detail);
            return Err(refused.at("/time_zone").into());
        }
        let yearly = |format: &Option<NumberFormat>, prefix| {
            format.clone().unwrap_or_else(|| NumberFormat::yearly(prefix))
        };
        Ok(OpenBooks {
            name: self.name.clone(),
            country: self.country,
            currency: self.currency,
            time_zone: self.time_zone.clone(),
            invoice_numbers: yearly(&self.invoice_numbers, "INV"),
            credit_note_numbers: yearly(&self.credit_note_numbers, "CN"),
            payment_term_days: self.payment_term_days.unwrap_or(PAYMENT_TERM_DAYS),
            vat_id: self.vat_id.clone(),
            test_clock: self.test_clock,
        })
    }
}
