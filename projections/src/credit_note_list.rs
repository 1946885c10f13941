//! Which credit notes were issued, for whom, and what became of them?
//!
//! Guarantees: every numbered credit note is here once, whether it corrects lines or takes a whole
//! invoice back. Absent on purpose: lines, which are read from the document itself.

use billfold_domain::credit_note::CreditNoteEvent;
use billfold_domain::invoice::InvoiceEvent;
use billfold_domain::kernel::{ClientId, CreditNoteId, Currency, InvoiceId, TenantId};
use billfold_domain::schema::Event;
use billfold_event_store::OnError;
use chrono::{DateTime, NaiveDate, Utc};

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Narrow, Order, Sorted};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection, Proof};
use crate::reader::{Answer, Reads};
use crate::row::row;
use crate::scope::Scope;
use crate::table::Replaced;

row! {
    /// One credit note.
    pub struct CreditNoteRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The note; one that took a whole invoice back has the id of that invoice.
            credit_note_id: CreditNoteId,
        }
        replaced {
            /// Its number as printed.
            number: String,
            /// Whose it is.
            client_id: ClientId,
            /// The invoice it takes back whole, if it does.
            voids: Option<InvoiceId>,
            /// Its date.
            issue_date: NaiveDate,
            /// Currency of the amounts, which are minor units in favour of the client.
            currency: Currency,
            /// Without tax.
            net: i64,
            /// Tax on that.
            tax: i64,
            /// With tax: offset and credit together.
            total: i64,
            /// What lowered unpaid invoices.
            offset_amount: i64,
            /// What became credit.
            to_credit: i64,
            /// Why.
            reason: String,
            /// When the log heard of it.
            recorded_at: DateTime<Utc>,
        }
    }
    index "(tenant_id, issue_date, credit_note_id)";
    index "(tenant_id, client_id, issue_date, credit_note_id)";
}

/// The projection.
#[derive(Debug)]
pub struct CreditNoteList;

impl Projection for CreditNoteList {
    const NAME: &'static str = "credit_note_list";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &["credit_note", "invoice"];
    const ON_ERROR: OnError = OnError::Stop;
    const PROOFS: &'static [Proof] = &[Proof {
        rule: "a credit note is offset or becomes credit to the cent",
        violations: "select format('%s %s', tenant_id, number) from {credit_note_list} \
             where net + tax <> total or offset_amount + to_credit <> total",
        reads_log: false,
    }];
    type Rows = Replaced<CreditNoteRow>;

    fn apply(rows: &mut Self::Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        let (tenant_id, recorded_at) = (fact.tenant(), fact.recorded_at);
        let credit_note_id = CreditNoteId::new(fact.aggregate_id);
        match fact.event()? {
            Event::CreditNote(CreditNoteEvent::Issued(note)) => rows.put(CreditNoteRow {
                tenant_id,
                credit_note_id,
                number: note.number.text.clone(),
                client_id: note.client_id,
                voids: None,
                issue_date: note.issue_date,
                currency: note.total.currency(),
                net: note.net.minor(),
                tax: note.tax.minor(),
                total: note.total.minor(),
                offset_amount: note.total.minor() - note.to_credit.minor(),
                to_credit: note.to_credit.minor(),
                reason: note.reason.clone(),
                recorded_at,
                last_position: fact.position,
            }),
            Event::Invoice(InvoiceEvent::Voided(voided)) => rows.put(CreditNoteRow {
                tenant_id,
                credit_note_id,
                number: voided.credit_note.text.clone(),
                client_id: voided.client_id,
                voids: Some(InvoiceId::new(fact.aggregate_id)),
                issue_date: voided.credited_on,
                currency: voided.total.currency(),
                net: voided.net.minor(),
                tax: voided.tax.minor(),
                total: voided.total.minor(),
                offset_amount: voided.offset.minor(),
                to_credit: voided.to_credit.minor(),
                reason: voided.reason.clone(),
                recorded_at,
                last_position: fact.position,
            }),
            _ => {}
        }
        Ok(())
    }
}

/// Which credit notes are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whose clients are asked for at all.
    pub scope: Scope,
    /// Whose.
    pub client: Option<ClientId>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
}

/// Credit notes by date.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    order: Order,
    wanted: &Wanted,
) -> Result<Answer<Page<CreditNoteRow>>, Error> {
    let sorted = Sorted { by: "issue_date", sql_type: "date", id: "credit_note_id", order };
    let mut query = sorted.select::<CreditNoteRow>(CreditNoteList::NAME, tenant);
    filter.scope.narrow(&mut query, tenant);
    query.when("client_id =", filter.client.map(|client| client.uuid()));
    query.when("issue_date >=", filter.from);
    query.when("issue_date <=", filter.to);
    sorted.read(reads, tenant, CreditNoteList::NAME, query, wanted).await
}
