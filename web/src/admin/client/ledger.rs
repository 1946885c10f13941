//! The ledger tab: postings as the account sees them, and the invoices as they stood.

use std::collections::HashMap;

use billfold_domain::invoice::{Invoice, InvoiceEvent};
use billfold_domain::kernel::{Aggregate as _, InvoiceId};
use billfold_domain::payment::PaymentEvent;
use billfold_domain::schema::Event;
use billfold_projections::event_index::{self, Stored};
use billfold_projections::invoice_list::{self, Sort};
use billfold_projections::journal::{EntryRow, Posted};
use billfold_projections::{AsOf as Then, Order};
use chrono::NaiveDate;

use super::account::{self, KEPT};
use super::seen::{Seen, Wishes};
use super::{Entry, Leg, PATH};
use crate::admin::invoices::InvoiceRow;
use crate::admin::list::{Pager, address, wanted};
use crate::error::PageError;
use crate::happened::happened;
use crate::show;
use crate::state::WebState;
use crate::view::Day;

/// Postings of one page.
const POSTINGS: usize = 25;

pub(super) async fn ledger_of(
    state: &WebState,
    seen: &Seen,
    before: Option<i64>,
) -> Result<(Vec<Entry>, Option<i64>), PageError> {
    let up_to = before.unwrap_or(i64::MAX).min(seen.position);
    let mut postings: Vec<&Posted> =
        seen.account.postings_up_to(up_to).take(POSTINGS + 1).collect();
    let next = postings.get(POSTINGS).map(|posted| posted.position());
    postings.truncate(POSTINGS);
    let positions: Vec<i64> = postings.iter().map(|posted| posted.position()).collect();
    let order = Order::Descending;
    let stored = event_index::at(state.reads(), seen.tenant, &positions, order).await?.value;
    let stored: HashMap<i64, &Stored> =
        stored.iter().map(|event| (event.position, event)).collect();
    let entries = postings
        .into_iter()
        .filter_map(|posted| entry(seen, posted, stored.get(&posted.position()).copied()));
    Ok((entries.collect(), next))
}

/// A posting as the account sees it: its own first entry heads the others.
fn entry(seen: &Seen, posted: &Posted, stored: Option<&Stored>) -> Option<Entry> {
    let main =
        seen.account.own(posted).min_by_key(|entry| account::rank(entry.account.as_str()))?;
    let heads = |one: &&EntryRow| {
        seen.account.is_own(one) && one.account == main.account && one.side == main.side
    };
    let sum: i64 = posted.entries.iter().filter(heads).map(|entry| entry.amount).sum();
    let (code, _, more) =
        KEPT.into_iter().find(|kept| kept.0 == main.account.as_str()).unwrap_or(KEPT[0]);
    let running = seen.account.balance(code, more, posted.position());
    let line =
        show::account_line(main.account.as_str(), main.side, show::minor(sum, main.currency), None);
    let legs = posted.entries.iter().filter(|one| !heads(one)).map(|leg| {
        let line = show::account_line(
            leg.account.as_str(),
            leg.side,
            show::minor(leg.amount, leg.currency),
            None,
        );
        Leg {
            what: leg.detail.as_deref().map_or_else(String::new, detail),
            account: line.name,
            debit: line.debit,
            credit: line.credit,
        }
    });
    Some(Entry {
        day: Day(main.effective_on),
        what: stored.map_or_else(|| "Posting".to_owned(), document),
        href: stored.and_then(|event| show::stream_href(&event.aggregate_type, event.aggregate_id)),
        account: line.name,
        debit: line.debit,
        credit: line.credit,
        running: show::minor(
            running.get(&main.currency).copied().unwrap_or_default(),
            main.currency,
        ),
        position: posted.position(),
        legs: legs.collect(),
    })
}

/// The detail of an entry for people: a kind of product, a tax rate, a way of payment.
pub(crate) fn detail(stored: &str) -> String {
    match stored.split_once('/') {
        Some((country, rate)) if country.len() == 2 => format!("{country} {rate} %"),
        _ => show::gateway(stored),
    }
}

/// What an event is called in a ledger: the document it made, or the money it brought.
pub(crate) fn document(event: &Stored) -> String {
    match show::decoded(event) {
        Some(Event::Invoice(InvoiceEvent::Issued(issued))) => {
            format!("Invoice {}", issued.number.text)
        }
        Some(Event::Invoice(InvoiceEvent::Voided(voided))) => {
            format!("Credit note {}", voided.credit_note.text)
        }
        Some(Event::Payment(PaymentEvent::Settled { gateway, reference, .. })) => {
            let reference = reference.map(|text| format!(", {text}")).unwrap_or_default();
            format!("Payment, {}{reference}", show::gateway(&gateway).to_lowercase())
        }
        Some(Event::Payment(PaymentEvent::Allocated { .. })) => "Payment allocated".to_owned(),
        _ => happened(event).0,
    }
}

pub(super) async fn invoices_of(
    state: &WebState,
    seen: &Seen,
    wishes: &Wishes,
) -> Result<(Vec<InvoiceRow>, Pager), PageError> {
    let today = state.today(seen.tenant).await?;
    let filter = invoice_list::Filter {
        client: Some(seen.row.client_id),
        ..invoice_list::Filter::on(today)
    };
    let order = (Sort::IssueDate, Order::Descending);
    let wanted = wanted(&wishes.cursor)?;
    let found =
        invoice_list::page(state.reads(), seen.tenant, &filter, order, &wanted).await?.value;
    let mut rows = crate::admin::invoices::rows(state, seen.tenant, today, &found.rows).await?;
    if seen.is_past() {
        let mut then = Vec::new();
        for (row, known) in rows.into_iter().zip(&found.rows) {
            then.extend(row_then(state, seen, today, row, known.invoice_id).await?);
        }
        rows = then;
    }
    let href = format!("{PATH}/{}", seen.row.client_id);
    let older = found.next.map(|next| {
        let version = wishes.version.map(|version| version.to_string()).unwrap_or_default();
        let next = next.to_string();
        address(&href, &[("tab", "invoices"), ("version", &version), ("cursor", &next)])
    });
    let text = format!("{} invoices on this page", rows.len());
    Ok((rows, Pager { text, newer: None, older }))
}

/// An invoice as it stood at the shown version; none if it was not there yet.
async fn row_then(
    state: &WebState,
    seen: &Seen,
    today: NaiveDate,
    row: InvoiceRow,
    id: InvoiceId,
) -> Result<Option<InvoiceRow>, PageError> {
    let events =
        crate::admin::invoice::events_of(state, seen.tenant, id, Then::Position(seen.position));
    let events = events.await?;
    let Some(last) = events.last() else { return Ok(None) };
    let mut invoice = Invoice::default();
    for event in &events {
        if let Some(Event::Invoice(event)) = show::decoded(event) {
            invoice.apply(&event);
        }
    }
    let document = invoice.document();
    Ok(Some(InvoiceRow {
        number: document.map_or_else(|| "Draft".to_owned(), |document| document.number.clone()),
        status: show::status(invoice.status(today)),
        total: document.map_or(row.total, |document| show::money(document.total)),
        balance: document.map_or(row.balance.with_minor(0), |it| show::money(it.balance_due)),
        position: last.position,
        ..row
    }))
}
