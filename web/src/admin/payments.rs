//! Payments: what came in, through which gateway, where it went; and the form that records one by
//! hand.

use super::client_field;
use super::invoice_actions::READ;
use super::list::{address, day, wanted};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::router::{go, page, refused};
use crate::show;
use crate::state::WebState;
use crate::view::Tone;
use crate::visitor::{Posted, Visitor};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use billfold_app::commands::payments::{MANUAL_METHODS, Pays, RecordPayment, ShareOf};
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::{Currency, InvoiceId, Money};
use billfold_domain::role::Permission;
use billfold_projections::payment_list::{self, Filter, PaymentStatus};
use billfold_projections::{Order, Projection as _};
use serde::Deserialize;

use super::list::{Chip, Pager};
use crate::form::Field;
use crate::layout::Shell;
use crate::reach::Needs;
use crate::view::{Amount, Badge, Day, Ident};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/payments.html")]
pub(crate) struct Payments {
    /// The frame.
    pub(crate) shell: Shell,
    /// One per state.
    pub(crate) chips: Vec<Chip>,
    /// Newest first.
    pub(crate) rows: Vec<PaymentRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One payment.
#[derive(Clone, Debug)]
pub(crate) struct PaymentRow {
    /// The day it was received or refused.
    pub(crate) day: Day,
    /// The payment's own page.
    pub(crate) href: String,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// Settled, declined, partly unapplied.
    pub(crate) status: Badge,
    /// Through what.
    pub(crate) gateway: String,
    /// The bank's or gateway's reference.
    pub(crate) reference: Ident,
    /// How much.
    pub(crate) amount: Amount,
    /// Of it, on invoices.
    pub(crate) allocated: Amount,
    /// Of it, kept for the client: credit and unapplied.
    pub(crate) kept: Amount,
    /// The event.
    pub(crate) position: i64,
}

/// The form that records a payment by hand.
#[derive(Debug, Template)]
#[template(path = "admin/payment_form.html", blocks = ["record"])]
pub(crate) struct NewPayment {
    /// The frame.
    pub(crate) shell: Shell,
    /// The command's key.
    pub(crate) key: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Client or invoice, amount, day, way, reference.
    pub(crate) fields: Vec<Field>,
    /// Where "cancel" goes.
    pub(crate) back: String,
    /// What the amount is for: the invoice's number and balance, if one was named.
    pub(crate) invoice: Option<(String, Amount)>,
}

/// The list.
pub(crate) const PATH: &str = "/admin/payments";

/// Who may record one by hand.
const RECORDS: Needs = Needs::of_own(Permission::PaymentsWrite);

/// The list's and the form's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list)).route("/admin/payments/new", get(blank).post(record))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    status: String,
    cursor: String,
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    let scope = state.must_scope(&visitor, Needs::of_own(Permission::PaymentsRead))?;
    let tenant = visitor.tenant();
    let status = match wishes.status.as_str() {
        "settled" => Some(PaymentStatus::Settled),
        "declined" => Some(PaymentStatus::Declined),
        _ => None,
    };
    let unapplied = wishes.status == "unapplied";
    let filter = Filter { scope, status, unapplied, ..Filter::default() };
    let (order, wanted) = (Order::Descending, wanted(&wishes.cursor)?);
    let found = payment_list::page(state.reads(), tenant, &filter, order, &wanted).await?;
    let rows = &found.value.rows;
    let names = state.names().clients(tenant, rows.iter().map(|row| row.client_id)).await?;
    let row = |row: &payment_list::PaymentRow| PaymentRow {
        day: Day(row.received_on),
        href: format!("{PATH}/{}", row.payment_id),
        client: (
            names.get(&row.client_id).cloned().unwrap_or_default(),
            format!("/admin/clients/{}", row.client_id),
        ),
        status: status_of(row),
        gateway: show::gateway(&row.gateway),
        reference: Ident(row.reference.clone().unwrap_or_default()),
        amount: show::minor(row.amount, row.currency),
        allocated: show::minor(row.allocated, row.currency),
        kept: show::minor(row.credit.saturating_add(row.unapplied), row.currency),
        position: row.last_position,
    };
    let rows: Vec<PaymentRow> = rows.iter().map(row).collect();
    let this = |cursor: &str| address(PATH, &[("status", &wishes.status), ("cursor", cursor)]);
    let chip = |label: &str, word: &str| Chip {
        label: label.to_owned(),
        count: None,
        href: address(PATH, &[("status", word)]),
        on: wishes.status == word,
    };
    page(&Payments {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        chips: vec![
            chip("All", ""),
            chip("Settled", "settled"),
            chip("Declined", "declined"),
            chip("Unapplied", "unapplied"),
        ],
        pager: Pager {
            text: format!("{} payments on this page", rows.len()),
            newer: (!wishes.cursor.is_empty()).then(|| this("")),
            older: found.value.next.map(|next| this(&next.to_string())),
        },
        rows,
    })
}

/// How a payment stands, as a badge.
pub(super) fn status_of(row: &payment_list::PaymentRow) -> Badge {
    match row.status {
        PaymentStatus::Declined => Badge::new(Tone::Red, "Declined"),
        PaymentStatus::Settled if row.unapplied > 0 => Badge::new(Tone::Amber, "Unapplied"),
        PaymentStatus::Settled => Badge::new(Tone::Green, "Settled"),
        PaymentStatus::Pending => Badge::new(Tone::Blue, "Pending"),
        PaymentStatus::ActionRequired => Badge::new(Tone::Amber, "Action required"),
        PaymentStatus::Unknown => Badge::new(Tone::Amber, "Unknown"),
        PaymentStatus::PartiallyRefunded => Badge::new(Tone::Grey, "Partly refunded"),
        PaymentStatus::Refunded => Badge::new(Tone::Grey, "Refunded"),
        PaymentStatus::Disputed => Badge::new(Tone::Red, "Disputed"),
    }
}

/// What the address of the form asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct About {
    client: String,
    invoice: String,
}

async fn blank(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(about): Query<About>,
) -> Result<Response, PageError> {
    let form = form(&state, &visitor, &about, &Fields::default(), &Wrong::default()).await?;
    if visitor.partial {
        return Ok(Html(form.as_record().render()?).into_response());
    }
    page(&form)
}

/// The invoice that a payment is for, if one is named: its id and state.
async fn invoice_named(
    state: &WebState,
    visitor: &Visitor,
    text: &str,
) -> Result<Option<(InvoiceId, Invoice)>, PageError> {
    if text.is_empty() {
        return Ok(None);
    }
    let id: InvoiceId = text.parse().map_err(|_| PageError::NotFound)?;
    state.must_hold(visitor, RECORDS, id).await?;
    let (invoice, _) = state.door().load::<Invoice>(visitor.tenant(), id.uuid()).await?;
    if invoice.document().is_none() {
        return Err(PageError::NotFound);
    }
    Ok(Some((id, invoice)))
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    about: &About,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<NewPayment, PageError> {
    let scope = state.must_scope(visitor, RECORDS)?;
    let head = *state.operations().head().borrow();
    let settings = state.door().settings(visitor.tenant()).await?;
    let invoice = invoice_named(state, visitor, &about.invoice).await?;
    let document = invoice.as_ref().and_then(|(_, invoice)| invoice.document());
    let due = document.map(|document| document.balance_due);
    let today = settings.day_of(settings.at(state.now())).to_string();
    let hidden = |name: &str, value: &str| Field::input(name, "", "hidden").with(value);
    let mut fields = Vec::new();
    if document.is_some() {
        fields.push(hidden("invoice", &about.invoice));
    } else {
        let client = client_field::ask(state, visitor, scope, &about.client).await?;
        fields.push(client.wrong(wrong.of("client")));
        let currencies = Currency::all().map(|currency| (currency.code(), currency.name()));
        let chosen = sent.some("currency").unwrap_or_else(|| settings.currency.code().to_owned());
        fields.push(
            Field::choice("currency", "Currency", super::clients::choices(currencies)).with(chosen),
        );
    }
    let amount = sent.some("amount").or_else(|| due.map(Money::to_major)).unwrap_or_default();
    let ways = MANUAL_METHODS.map(|key| (key.to_owned(), show::gateway(key)));
    fields.extend([
        Field::input("amount", "Amount", "text")
            .with(amount)
            .decimal()
            .required()
            .wrong(wrong.of("amount")),
        Field::input("received_on", "Received on", "date")
            .with(sent.some("received_on").unwrap_or(today))
            .required()
            .wrong(wrong.of("received_on")),
        Field::choice("method", "Way", ways.to_vec())
            .with(sent.one("method"))
            .wrong(wrong.of("method")),
        Field::input("reference", "Reference", "text")
            .with(sent.one("reference"))
            .hint("The bank's own name for it; each is taken once")
            .wrong(wrong.of("reference")),
    ]);
    Ok(NewPayment {
        shell: visitor.shell(state, PATH, head).await?,
        key: new_key(),
        error: wrong.whole.clone(),
        fields,
        back: match (about.invoice.as_str(), about.client.as_str()) {
            ("", "") => PATH.to_owned(),
            ("", client) => format!("/admin/clients/{client}"),
            (invoice, _) => format!("/admin/invoices/{invoice}"),
        },
        invoice: document
            .map(|document| (document.number.clone(), show::money(document.balance_due))),
    })
}

async fn record(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let scope = state.must_scope(&visitor, RECORDS)?;
    let about = About {
        client: fields.one("client").to_owned(),
        invoice: fields.one("invoice").to_owned(),
    };
    let invoice = invoice_named(&state, &visitor, &about.invoice).await?;
    let mut wrong = Wrong::default();
    let document = invoice.as_ref().and_then(|(_, invoice)| invoice.document());
    let (client, currency) = match document {
        Some(document) => (Some(document.client_id), Some(document.total.currency())),
        None => (
            client_field::read(&state, &visitor, scope, &about.client, &mut wrong).await?,
            Currency::parse(fields.one("currency")).ok(),
        ),
    };
    let amount = currency.map(|currency| Money::parse_major(fields.one("amount"), currency));
    if let Some(Err(error)) = &amount {
        wrong.at("amount", error.to_string());
    }
    let received_on = day(fields.one("received_on"));
    if received_on.is_err() {
        wrong.at("received_on", "is no day");
    }
    if let (Some(client_id), Some(Ok(amount)), Ok(received_on)) = (client, amount, received_on) {
        let pays = invoice.as_ref().map_or(Pays::OldestFirst, |(invoice_id, _)| {
            Pays::Invoices(vec![ShareOf { invoice_id: *invoice_id, amount: None }])
        });
        let command = RecordPayment {
            payment_id: None,
            client_id,
            amount,
            method: fields.one("method").to_owned(),
            reference: fields.some("reference"),
            received_on,
            pays,
        };
        let mut wait = READ.to_vec();
        wait.push(payment_list::PaymentList::NAME);
        match state.command(visitor.ask(&fields.key()?, command), &wait).await {
            Ok((_, seen)) => {
                let to = invoice.as_ref().map_or_else(
                    || format!("/admin/clients/{client_id}"),
                    |(id, _)| format!("/admin/invoices/{id}"),
                );
                return Ok(go(&address(&to, &[("done", seen.word("payment"))])));
            }
            Err(error) => wrong = Wrong::from_error(error)?,
        }
    }
    refused(&form(&state, &visitor, &about, &fields, &wrong).await?)
}
