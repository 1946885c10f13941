//! Proformas: what was offered before it is billed, one by one and as a list; convert, pay and
//! withdraw, each asks first.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::proformas::{ConvertProforma, PayProforma, WithdrawProforma};
use billfold_domain::kernel::{Currency, Money, ProformaId};
use billfold_domain::proforma::Proforma as Stands;
use billfold_domain::role::Permission;
use billfold_projections::proforma_list::{self, Filter, ProformaList, ProformaStatus};
use billfold_projections::{Order, Projection as _};
use serde::Deserialize;

use super::confirm::Action;
use super::deed::{self, Asked, Deed, Question, Words};
use super::invoice::{Line, Tax, buyer_lines, line, seller_lines, tax};
use super::invoice_actions::READ;
use super::list::{Chip, Pager, address, day, wanted};
use crate::error::PageError;
use crate::fields::Wrong;
use crate::form::Field;
use crate::layout::Shell;
use crate::router::page;
use crate::show;
use crate::state::{Seen, WebState};
use crate::view::{Amount, Badge, Day, Tone};
use crate::visitor::Visitor;

/// The list.
#[derive(Debug, Template)]
#[template(path = "admin/proformas.html")]
pub(crate) struct Proformas {
    /// The frame.
    pub(crate) shell: Shell,
    /// All, open, converted, withdrawn.
    pub(crate) chips: Vec<Chip>,
    /// Latest first.
    pub(crate) rows: Vec<ProformaRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One proforma in the list.
#[derive(Clone, Debug)]
pub(crate) struct ProformaRow {
    /// Its number and page.
    pub(crate) number: (String, String),
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// What became of it.
    pub(crate) status: Badge,
    /// Its date.
    pub(crate) day: Day,
    /// The last day on which it is meant to be paid.
    pub(crate) valid_until: Option<Day>,
    /// What an invoice would come to.
    pub(crate) total: Amount,
    /// The invoice it became, with its page.
    pub(crate) invoice: Option<(String, String)>,
    /// The newest event about it.
    pub(crate) position: i64,
}

/// One proforma.
#[derive(Debug, Template)]
#[template(path = "admin/proforma.html")]
pub(crate) struct ProformaPage {
    /// The frame.
    pub(crate) shell: Shell,
    /// Its number.
    pub(crate) number: String,
    /// What became of it.
    pub(crate) status: Badge,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// The seller's lines.
    pub(crate) seller: Vec<String>,
    /// The buyer's lines; empty when erased.
    pub(crate) buyer: Vec<String>,
    /// Label and value of the dates.
    pub(crate) dates: Vec<(&'static str, Day)>,
    /// What would be billed.
    pub(crate) lines: Vec<Line>,
    /// Tax by category and rate.
    pub(crate) taxes: Vec<Tax>,
    /// Without tax.
    pub(crate) net: Amount,
    /// With tax.
    pub(crate) total: Amount,
    /// The invoice it became, with its page.
    pub(crate) invoice: Option<(String, String)>,
    /// What may be done now.
    pub(crate) actions: Vec<Action>,
}

const PATH: &str = "/admin/proformas";

/// The addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(list))
        .route("/admin/proformas/{id}", get(show_proforma))
        .merge(deed::routes::<Verb>())
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
    state.must(&visitor, Permission::InvoicesRead)?;
    let (tenant, wanted) = (visitor.tenant(), wanted(&wishes.cursor)?);
    let filter = Filter { status: ProformaStatus::parse(&wishes.status), ..Filter::default() };
    let order = Order::Descending;
    let found = proforma_list::page(state.reads(), tenant, &filter, order, &wanted).await?;
    let rows = &found.value.rows;
    let names = state.names().clients(tenant, rows.iter().map(|row| row.client_id)).await?;
    let row = |row: &proforma_list::ProformaRow| ProformaRow {
        number: (row.number.clone(), format!("{PATH}/{}", row.proforma_id)),
        client: (
            names.get(&row.client_id).cloned().unwrap_or_default(),
            format!("/admin/clients/{}", row.client_id),
        ),
        status: badge(row.status),
        day: Day(row.issue_date),
        valid_until: row.valid_until.map(Day),
        total: show::minor(row.total, row.currency),
        invoice: row
            .invoice_number
            .clone()
            .zip(row.invoice_id)
            .map(|(number, id)| (number, format!("/admin/invoices/{id}"))),
        position: row.last_position,
    };
    let rows: Vec<ProformaRow> = rows.iter().map(row).collect();
    let this = |cursor: &str| address(PATH, &[("status", &wishes.status), ("cursor", cursor)]);
    page(&Proformas {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        chips: chips(filter.status),
        pager: Pager {
            text: format!("{} proformas on this page", rows.len()),
            newer: (!wishes.cursor.is_empty()).then(|| this("")),
            older: found.value.next.map(|next| this(&next.to_string())),
        },
        rows,
    })
}

fn chips(chosen: Option<ProformaStatus>) -> Vec<Chip> {
    let known = [
        ("All", None),
        ("Open", Some(ProformaStatus::Open)),
        ("Converted", Some(ProformaStatus::Converted)),
        ("Withdrawn", Some(ProformaStatus::Withdrawn)),
    ];
    let chip = |(label, status): (&str, Option<ProformaStatus>)| Chip {
        label: label.to_owned(),
        count: None,
        href: address(PATH, &[("status", status.map_or("", ProformaStatus::as_str))]),
        on: status == chosen,
    };
    known.into_iter().map(chip).collect()
}

fn badge(status: ProformaStatus) -> Badge {
    match status {
        ProformaStatus::Open => Badge::new(Tone::Blue, "Open"),
        ProformaStatus::Converted => Badge::new(Tone::Green, "Converted"),
        ProformaStatus::Withdrawn => Badge::new(Tone::Grey, "Withdrawn"),
    }
}

async fn show_proforma(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::InvoicesRead)?;
    let id: ProformaId = id.parse().map_err(|_| PageError::NotFound)?;
    let tenant = visitor.tenant();
    let head = *state.operations().head().borrow();
    let (stands, _) = state.door().load::<Stands>(tenant, id.uuid()).await?;
    let document = stands.document().ok_or(PageError::NotFound)?;
    let mut names = state.names().clients(tenant, [document.client_id]).await?;
    let valid = document.valid_until.map(|day| ("Valid until", Day(day)));
    let (status, ended, invoice) = match &stands {
        Stands::Converted { invoice_id, invoice_number, on, .. } => {
            let invoice = (invoice_number.clone(), format!("/admin/invoices/{invoice_id}"));
            (ProformaStatus::Converted, Some(("Converted", Day(*on))), Some(invoice))
        }
        Stands::Withdrawn { on, .. } => {
            (ProformaStatus::Withdrawn, Some(("Withdrawn", Day(*on))), None)
        }
        Stands::Open(_) | Stands::Absent => (ProformaStatus::Open, None, None),
    };
    let issued = ("Issued", Day(document.issue_date));
    page(&ProformaPage {
        shell: visitor.shell(&state, PATH, head).await?,
        number: document.number.text.clone(),
        status: badge(status),
        client: (
            names.remove(&document.client_id).unwrap_or_default(),
            format!("/admin/clients/{}", document.client_id),
        ),
        seller: seller_lines(&document.seller),
        buyer: buyer_lines(&state, tenant, document.buyer.as_ref()).await?,
        dates: std::iter::once(issued).chain(valid).chain(ended).collect(),
        lines: document.lines.iter().map(line).collect(),
        taxes: document.tax_groups.iter().map(tax).collect(),
        net: show::money(document.net),
        total: show::money(document.total),
        invoice,
        actions: actions(&format!("{PATH}/{id}"), &stands),
    })
}

fn actions(href: &str, stands: &Stands) -> Vec<Action> {
    let Stands::Open(_) = stands else { return Vec::new() };
    vec![
        deed::action(Verb::Withdraw, href, "Withdraw", "ban").class("danger"),
        deed::action(Verb::Convert, href, "Make invoice", "badge-check"),
        deed::action(Verb::Pay, href, "Record payment", "hand-coins").class("primary"),
    ]
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Convert,
    Pay,
    Withdraw,
}

impl Deed for Verb {
    type Id = ProformaId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::InvoicesWrite;
    const ALL: &'static [Verb] = &[Verb::Convert, Verb::Pay, Verb::Withdraw];

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Convert => ("convert", "Make invoice", "converted"),
            Verb::Pay => ("pay", "Record payment", "proforma-paid"),
            Verb::Withdraw => ("withdraw", "Withdraw proforma", "withdrawn"),
        };
        Words { path, button, done, danger: self == Verb::Withdraw }
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let (known, version) = asked.state.door().load::<Stands>(tenant, asked.id.uuid()).await?;
        let document = known.document().ok_or(PageError::NotFound)?;
        let (number, total) = (&document.number.text, show::money(document.total).plain());
        let (title, text) = match self {
            Verb::Convert => (
                format!("Make an invoice of {number}?"),
                format!("The invoice takes the next number, is dated today and asks for {total}."),
            ),
            Verb::Pay => (
                format!("Was {number} paid?"),
                format!(
                    "It becomes an invoice over {total}, dated today and paid. What arrived beyond \
                     that becomes the client's credit."
                ),
            ),
            Verb::Withdraw => (
                format!("Withdraw {number}?"),
                "Nobody is to pay it any more. Nothing was owed for it.".to_owned(),
            ),
        };
        let fields = match self {
            Verb::Convert => Vec::new(),
            Verb::Pay => paying(asked, document.total),
            Verb::Withdraw => {
                vec![deed::reason(asked, "Stands in the audit log; no personal data")]
            }
        };
        Ok(Question { title, text, version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let proforma_id = asked.id;
        let read: Vec<_> = READ.into_iter().chain([ProformaList::NAME]).collect();
        match self {
            Verb::Convert => asked.command_on_seen(ConvertProforma { proforma_id }, &read).await,
            Verb::Withdraw => {
                let reason = asked.sent.one("reason").to_owned();
                asked.command(WithdrawProforma { proforma_id, reason }, &read).await
            }
            Verb::Pay => {
                asked.state.must(asked.visitor, Permission::PaymentsWrite)?;
                let tenant = asked.visitor.tenant();
                let (known, _) =
                    asked.state.door().load::<Stands>(tenant, proforma_id.uuid()).await?;
                let currency = known.document().ok_or(PageError::NotFound)?.total.currency();
                let amount = match amount(asked.sent.one("amount"), currency) {
                    Ok(amount) => amount,
                    Err(wrong) => return Ok(Err(wrong)),
                };
                let pay = PayProforma {
                    proforma_id,
                    amount,
                    method: asked.sent.one("method").to_owned(),
                    reference: asked.sent.some("reference"),
                    received_on: day(asked.sent.one("received_on"))?,
                };
                asked.command(pay, &read).await
            }
        }
    }
}

fn amount(text: &str, currency: Currency) -> Result<Option<Money>, Wrong> {
    if text.is_empty() {
        return Ok(None);
    }
    Money::parse_major(text, currency).map(Some).map_err(|no| {
        let mut wrong = Wrong::default();
        wrong.at("amount", no.to_string());
        wrong
    })
}

fn paying(asked: &Asked<'_, Verb>, total: Money) -> Vec<Field> {
    let typed =
        |field: Field, name: &str| field.with(asked.sent.one(name)).wrong(asked.wrong.of(name));
    let methods = [("manual_bank", "Bank transfer"), ("manual_cash", "Cash")]
        .map(|(key, label)| (key.to_owned(), label.to_owned()));
    let label = format!("Amount in {}", total.currency().code());
    vec![
        typed(Field::input("amount", label, "text").decimal(), "amount")
            .hint("Empty: what the proforma asks for"),
        typed(Field::choice("method", "Method", methods.to_vec()), "method"),
        typed(Field::input("reference", "Reference", "text"), "reference")
            .hint("The bank's own name for it"),
        typed(Field::input("received_on", "Received on", "date"), "received_on")
            .hint("Empty: today"),
    ]
}
