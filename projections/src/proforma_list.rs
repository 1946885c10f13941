//! Which proformas were issued, and what became of each?
//!
//! Guarantees: one row per proforma, by its date. Absent on purpose: any sum with invoices, since
//! nobody owes anything for a proforma; and lines, which are read from the document itself.

use billfold_domain::kernel::{ClientId, Currency, InvoiceId, ProformaId, TenantId};
use billfold_domain::proforma::ProformaEvent;
use billfold_domain::schema::Event;
use chrono::{DateTime, NaiveDate, Utc};

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Narrow, Order, Sorted};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection};
use crate::reader::{Answer, Reads};
use crate::row::cell::words;
use crate::row::row;
use crate::table::Replaced;

/// What became of a proforma.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProformaStatus {
    /// It waits to be paid.
    Open,
    /// It is an invoice.
    Converted,
    /// Nobody is to pay it any more.
    Withdrawn,
}

words! {
    ProformaStatus = "status of a proforma" {
        Open => "open",
        Converted => "converted",
        Withdrawn => "withdrawn",
    }
}

row! {
    /// One proforma.
    pub struct ProformaRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The proforma.
            proforma_id: ProformaId,
        }
        replaced {
            /// Its number as printed.
            number: String,
            /// Who would be billed.
            client_id: ClientId,
            /// What became of it.
            status: ProformaStatus,
            /// Its date.
            issue_date: NaiveDate,
            /// The last day on which it is meant to be paid.
            valid_until: Option<NaiveDate>,
            /// Currency of the total.
            currency: Currency,
            /// What an invoice would come to, in minor units.
            total: i64,
            /// The invoice it became.
            invoice_id: Option<InvoiceId>,
            /// The number of that invoice.
            invoice_number: Option<String>,
            /// When the log last heard of it.
            changed_at: DateTime<Utc>,
        }
    }
    check "(status = 'converted') = (invoice_id is not null)";
    index "(tenant_id, issue_date, proforma_id)";
    index "(tenant_id, client_id, issue_date, proforma_id)";
    index "(tenant_id, status, issue_date, proforma_id)";
}

/// The projection.
#[derive(Debug)]
pub struct ProformaList;

impl Projection for ProformaList {
    const NAME: &'static str = "proforma_list";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &["proforma"];
    type Rows = Replaced<ProformaRow>;

    fn apply(rows: &mut Self::Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        let proforma_id = ProformaId::new(fact.aggregate_id);
        let mut change = |change: &dyn Fn(&mut ProformaRow)| {
            rows.change((fact.tenant(), proforma_id), fact.position, |row| {
                change(row);
                row.changed_at = fact.recorded_at;
                Ok(())
            })
        };
        match fact.event()? {
            Event::Proforma(ProformaEvent::Issued(issued)) => {
                rows.put(ProformaRow {
                    tenant_id: fact.tenant(),
                    proforma_id,
                    number: issued.number.text.clone(),
                    client_id: issued.client_id,
                    status: ProformaStatus::Open,
                    issue_date: issued.issue_date,
                    valid_until: issued.valid_until,
                    currency: issued.total.currency(),
                    total: issued.total.minor(),
                    invoice_id: None,
                    invoice_number: None,
                    changed_at: fact.recorded_at,
                    last_position: fact.position,
                });
                Ok(())
            }
            Event::Proforma(ProformaEvent::Converted { invoice_id, invoice_number, .. }) => {
                change(&|row| {
                    row.status = ProformaStatus::Converted;
                    row.invoice_id = Some(*invoice_id);
                    row.invoice_number = Some(invoice_number.clone());
                })
            }
            Event::Proforma(ProformaEvent::Withdrawn { .. }) => {
                change(&|row| row.status = ProformaStatus::Withdrawn)
            }
            _ => Ok(()),
        }
    }
}

/// Which proformas are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Who would be billed.
    pub client: Option<ClientId>,
    /// What became of it.
    pub status: Option<ProformaStatus>,
}

/// Proformas by date.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    order: Order,
    wanted: &Wanted,
) -> Result<Answer<Page<ProformaRow>>, Error> {
    let sorted = Sorted { by: "issue_date", sql_type: "date", id: "proforma_id", order };
    let mut query = sorted.select::<ProformaRow>(ProformaList::NAME, tenant);
    query.when("client_id =", filter.client.map(|client| client.uuid()));
    query.when("status =", filter.status.map(|status| status.as_str()));
    sorted.read(reads, tenant, ProformaList::NAME, query, wanted).await
}
