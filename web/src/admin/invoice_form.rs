//! A draft as it is written: client, dates, lines; totals come from the code that later issues the
//! invoice.

use super::invoice_actions::READ;
use super::list::{address, day};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key, sentence};
use crate::router::{go, page, refused};
use crate::show;
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use billfold_app::access::Scope;
use billfold_app::commands::invoices::DraftInvoice;
use billfold_app::settings::Settings;
use billfold_domain::invoice::{LineKind, NewLine, TaxCategory, TaxTreatment, preview};
use billfold_domain::kernel::{ClientId, Currency, Percent, Quantity, Refusal as _, UnitPrice};
use billfold_projections::client_list::{self, Filter, Known};
use billfold_projections::{Order, Wanted};
use serde::Deserialize;

use crate::form::Field;
use crate::layout::Shell;
use crate::view::Amount;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/invoice/form.html", blocks = ["editor"])]
pub(crate) struct InvoiceForm {
    /// The frame.
    pub(crate) shell: Shell,
    /// `New invoice` or the draft's name.
    pub(crate) title: String,
    /// Where the form goes; its preview is below it, at `/lines`.
    pub(crate) action: String,
    /// Where "cancel" goes.
    pub(crate) back: String,
    /// The command's key.
    pub(crate) key: String,
    /// The version that was seen, for a saved draft.
    pub(crate) version: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Client, currency, due date.
    pub(crate) head: Vec<Field>,
    /// At least one.
    pub(crate) lines: Vec<LineFields>,
    /// Totals of the lines that are complete.
    pub(crate) totals: Option<Totals>,
}

/// One line as typed.
#[derive(Clone, Debug)]
pub(crate) struct LineFields {
    /// Its place, from 0; part of the field names.
    pub(crate) index: usize,
    /// Kinds as value, label and whether it is the chosen one.
    pub(crate) kinds: Vec<(String, String, bool)>,
    /// What is sold.
    pub(crate) description: Cell,
    /// How much.
    pub(crate) quantity: Cell,
    /// For how much each.
    pub(crate) unit_price: Cell,
    /// Tax rate in percent.
    pub(crate) tax_rate: Cell,
    /// Without tax, once it can be computed.
    pub(crate) net: Option<Amount>,
}

/// One value as typed, with what is wrong with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    /// As typed.
    pub(crate) value: String,
    /// Empty when nothing is wrong.
    pub(crate) error: String,
}

/// What the lines add up to.
#[derive(Clone, Debug)]
pub(crate) struct Totals {
    /// Without tax.
    pub(crate) net: Amount,
    /// Tax by category and rate.
    pub(crate) taxes: Vec<super::invoice::Tax>,
    /// With tax.
    pub(crate) total: Amount,
}

const PATH: &str = "/admin/invoices/new";
/// Lines that one form may have.
const LINES: usize = 200;
/// Clients offered in the list; others are named by id or mail address.
const OFFERED: u32 = 200;

/// The form's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(blank).post(save)).route("/admin/invoices/new/lines", post(lines))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    client: String,
}

async fn blank(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    let draft = Draft { client: wishes.client, lines: vec![Typed::default()], ..Draft::default() };
    page(&form(&state, &visitor, &draft, &Wrong::default()).await?)
}

/// The form again, with a line more or less, or with its totals.
async fn lines(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let mut draft = Draft::of(&fields);
    if fields.some("add").is_some() && draft.lines.len() < LINES {
        draft.lines.push(Typed::default());
    }
    if let Ok(index) = fields.one("remove").parse::<usize>()
        && index < draft.lines.len()
        && draft.lines.len() > 1
    {
        draft.lines.remove(index);
    }
    let form = form(&state, &visitor, &draft, &Wrong::default()).await?;
    if visitor.partial {
        return Ok(Html(form.as_editor().render()?).into_response());
    }
    page(&form)
}

async fn save(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Scope::InvoicesWrite)?;
    let draft = Draft::of(&fields);
    let key = fields.key()?;
    let settings = state.door().settings(visitor.tenant()).await?;
    let mut wrong = Wrong::default();
    let client_id = client_named(&state, &visitor, &draft.client).await?;
    if client_id.is_none() {
        wrong.at("client", "no client has this id or mail address");
    }
    let due_date = day(&draft.due_date);
    if due_date.is_err() {
        wrong.at("due_date", "is no day");
    }
    let currency = Currency::parse(&draft.currency);
    if let Err(error) = &currency {
        wrong.at("currency", error.to_string());
    }
    let currency = currency.unwrap_or(settings.currency);
    let lines = draft.read(currency, &settings, &mut wrong);
    if let (Some(client_id), Ok(due_date), true) = (client_id, due_date, wrong.is_none()) {
        let command = DraftInvoice {
            invoice_id: None,
            client_id,
            order_id: None,
            tax: None,
            currency: Some(currency),
            lines: lines.into_iter().flatten().collect(),
            due_date,
        };
        match state.command(visitor.ask(&key, command), &READ).await {
            Ok((done, seen)) => {
                let to = format!("/admin/invoices/{}", done.answer.invoice_id);
                return Ok(go(&address(&to, &[("done", seen.word("draft"))])));
            }
            Err(error) => wrong = Wrong::from_error(error)?,
        }
    }
    refused(&form(&state, &visitor, &draft, &wrong).await?)
}

/// A form as typed.
#[derive(Clone, Debug, Default)]
struct Draft {
    client: String,
    currency: String,
    due_date: String,
    lines: Vec<Typed>,
}

/// A line as typed.
#[derive(Clone, Debug, Default)]
struct Typed {
    description: String,
    kind: String,
    quantity: String,
    unit_price: String,
    tax_rate: String,
}

impl Draft {
    fn of(fields: &Fields) -> Draft {
        let columns = ["description", "kind", "quantity", "unit_price", "tax_rate"]
            .map(|name| fields.all(name));
        let [description, kind, quantity, unit_price, tax_rate] = &columns;
        let cell = |column: &Vec<&str>, at: usize| {
            column.get(at).map_or_else(String::new, |text| (*text).to_owned())
        };
        let lines = (0..description.len().min(LINES)).map(|at| Typed {
            description: cell(description, at),
            kind: cell(kind, at),
            quantity: cell(quantity, at),
            unit_price: cell(unit_price, at),
            tax_rate: cell(tax_rate, at),
        });
        Draft {
            client: fields.one("client").to_owned(),
            currency: fields.one("currency").to_owned(),
            due_date: fields.one("due_date").to_owned(),
            lines: lines.collect(),
        }
    }

    /// The lines that can be read; what is wrong with the others is noted. Lines left empty do not
    /// count.
    fn read(
        &self,
        currency: Currency,
        settings: &Settings,
        wrong: &mut Wrong,
    ) -> Vec<Option<NewLine>> {
        let mut lines = Vec::new();
        for (at, typed) in self.lines.iter().enumerate() {
            lines.push(if typed.is_empty() {
                None
            } else {
                typed.read(at, currency, settings, wrong)
            });
        }
        if lines.iter().all(Option::is_none) && wrong.is_none() {
            wrong.at("lines/0/description", "an invoice has at least one line");
        }
        lines
    }
}

impl Typed {
    fn is_empty(&self) -> bool {
        self.description.is_empty() && self.unit_price.is_empty()
    }

    fn read(
        &self,
        at: usize,
        currency: Currency,
        settings: &Settings,
        wrong: &mut Wrong,
    ) -> Option<NewLine> {
        let mut note =
            |field: &str, detail: String| wrong.at(format!("lines/{at}/{field}"), detail);
        let quantity = or_one(&self.quantity).parse::<Quantity>();
        let unit_price = UnitPrice::parse(&self.unit_price, currency);
        let rate = or_zero(&self.tax_rate).parse::<Percent>();
        let quantity = quantity.map_err(|error| note("quantity", error.to_string())).ok();
        let unit_price = unit_price.map_err(|error| note("unit_price", error.to_string())).ok();
        let rate = rate.map_err(|error| note("tax_rate", error.to_string())).ok();
        let (quantity, unit_price, rate) = (quantity?, unit_price?, rate?);
        let category = if rate.is_zero() { TaxCategory::Z } else { TaxCategory::S };
        let kind = LineKind::ALL.into_iter().find(|kind| kind.word() == self.kind);
        let line = NewLine {
            kind: kind.unwrap_or(LineKind::Hosting),
            description: self.description.clone(),
            quantity,
            unit_price,
            tax: TaxTreatment { category, rate, country: settings.country },
            period: None,
            product_id: None,
        };
        match line.check() {
            Ok(()) => Some(line),
            Err(invalid) => {
                for problem in invalid.problems() {
                    note(problem.field.trim_start_matches('/'), problem.detail);
                }
                None
            }
        }
    }
}

fn or_one(text: &str) -> &str {
    if text.is_empty() { "1" } else { text }
}

fn or_zero(text: &str) -> &str {
    if text.is_empty() { "0" } else { text }
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    draft: &Draft,
    wrong: &Wrong,
) -> Result<InvoiceForm, PageError> {
    state.must(visitor, Scope::InvoicesWrite)?;
    let settings = state.door().settings(visitor.tenant()).await?;
    let head = *state.operations().head().borrow();
    let currency = Currency::parse(&draft.currency).unwrap_or(settings.currency);
    let mut noted = wrong.clone();
    let lines = if wrong.is_none() {
        // While somebody types, only what was filled in and is wrong is marked.
        draft.read(currency, &settings, &mut noted)
    } else {
        draft.read(currency, &settings, &mut Wrong::default())
    };
    let complete: Vec<NewLine> = lines.iter().flatten().cloned().collect();
    let totals = preview(currency, &complete).ok();
    Ok(InvoiceForm {
        shell: visitor.shell(state, "/admin/invoices", head).await?,
        title: "New invoice".to_owned(),
        action: PATH.to_owned(),
        back: "/admin/invoices".to_owned(),
        key: new_key(),
        version: String::new(),
        error: wrong.whole.clone(),
        head: head_fields(state, visitor, draft, currency, wrong).await?,
        lines: line_fields(draft, &lines, &noted),
        totals: totals.map(|preview| Totals {
            net: show::money(preview.totals.net),
            taxes: preview.totals.tax_groups.iter().map(super::invoice::tax).collect(),
            total: show::money(preview.totals.total),
        }),
    })
}

fn line_fields(draft: &Draft, lines: &[Option<NewLine>], wrong: &Wrong) -> Vec<LineFields> {
    let line = |(index, (typed, line)): (usize, (&Typed, &Option<NewLine>))| {
        let cell = |name: &str, value: &str| {
            let error = wrong.of(&format!("lines/{index}/{name}"));
            let untouched = value.is_empty() && typed.is_empty() && index > 0;
            Cell {
                value: value.to_owned(),
                error: if untouched { String::new() } else { sentence(&error) },
            }
        };
        let kind = |kind: LineKind| {
            (kind.word().to_owned(), show::line_kind(kind), kind.word() == typed.kind)
        };
        let net = line.as_ref().and_then(|line| line.priced(1).ok()).map(|line| line.net);
        LineFields {
            index,
            kinds: LineKind::ALL.into_iter().map(kind).collect(),
            description: cell("description", &typed.description),
            quantity: cell("quantity", or_one(&typed.quantity)),
            unit_price: cell("unit_price", &typed.unit_price),
            tax_rate: cell("tax_rate", &typed.tax_rate),
            net: net.map(show::money),
        }
    };
    draft.lines.iter().zip(lines).enumerate().map(line).collect()
}

async fn head_fields(
    state: &WebState,
    visitor: &Visitor,
    draft: &Draft,
    currency: Currency,
    wrong: &Wrong,
) -> Result<Vec<Field>, PageError> {
    let currencies = Currency::all().map(|currency| (currency.code(), currency.name()));
    Ok(vec![
        client_field(state, visitor, &draft.client).await?.wrong(wrong.of("client")),
        Field::choice("currency", "Currency", super::clients::choices(currencies))
            .with(currency.code())
            .wrong(wrong.of("currency")),
        Field::input("due_date", "Due date", "date")
            .with(draft.due_date.clone())
            .hint("Empty: by your payment term, counted from issue")
            .wrong(wrong.of("due_date")),
    ])
}

/// The client, picked from the list of clients where it is short enough to be read, else named.
pub(super) async fn client_field(
    state: &WebState,
    visitor: &Visitor,
    chosen: &str,
) -> Result<Field, PageError> {
    let tenant = visitor.tenant();
    let filter = Filter { status: Some(client_list::ClientStatus::Active), ..Filter::default() };
    let wanted = Wanted { limit: OFFERED, ..Wanted::default() };
    let order = Order::Descending;
    let found = client_list::page(state.reads(), tenant, &filter, order, &wanted).await?.value;
    if found.next.is_some() || found.rows.is_empty() {
        let field = Field::input("client", "Client", "text").with(chosen).required();
        return Ok(field.hint("Id, mail address, or the id of an import"));
    }
    let names = state.names().of_rows(tenant, &found.rows).await?;
    let mut options: Vec<(String, String)> =
        found.rows.iter().map(|row| row.client_id.to_string()).zip(names).collect();
    options.sort_by(|a, b| a.1.cmp(&b.1));
    options.insert(0, (String::new(), "Choose a client".to_owned()));
    Ok(Field::choice("client", "Client", options).with(chosen).required())
}

/// The client that a field names.
pub(super) async fn client_named(
    state: &WebState,
    visitor: &Visitor,
    text: &str,
) -> Result<Option<ClientId>, PageError> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(id) = text.parse::<ClientId>() {
        let known = Known::Id(id);
        let found = client_list::find(state.reads(), visitor.tenant(), &known).await?.value;
        return Ok(found.map(|row| row.client_id));
    }
    let (found, _) = super::clients::find(state, visitor.tenant(), text).await?;
    Ok(found.map(|row| row.client_id))
}
