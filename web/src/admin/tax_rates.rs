//! Tax rates: what is charged where, the form for a new one, and which tax a sale would have.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::tax_rates::{DefineRate, RetireRate, SetRate, WhichTax, which_tax};
use billfold_domain::kernel::{Country, Percent, TaxRateId};
use billfold_domain::role::Permission;
use billfold_domain::tax::{PriceMode, RateClass, TaxEvidence, VatCheck};
use billfold_domain::tax_rate::{DefineTaxRate, TaxIdentity, TaxRate};
use billfold_projections::tax_rate_list::{self, Rated, TaxRateList};
use billfold_projections::{Projection as _, Scope};
use serde::Deserialize;

use super::deed::{self, Asked, Deed, Question, Words};
use super::list::{Pager, address, day, wanted};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page, refused};
use crate::state::{Seen, WebState};
use crate::view::{Badge, Day, Tone};
use crate::visitor::{Posted, Visitor};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/tax_rates.html")]
pub(crate) struct TaxRates {
    /// The frame.
    pub(crate) shell: Shell,
    /// By place.
    pub(crate) rows: Vec<TaxRateRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
    /// Client and class of the question which tax would apply.
    pub(crate) question: Vec<Field>,
    /// Its answer, if it was asked.
    pub(crate) answer: Option<WouldApply>,
}

/// One tax.
#[derive(Clone, Debug)]
pub(crate) struct TaxRateRow {
    /// Its address.
    pub(crate) href: String,
    /// `Germany`, `Canada, QC`.
    pub(crate) place: String,
    /// What it is called.
    pub(crate) code: String,
    /// The class of goods.
    pub(crate) class: String,
    /// Charged or ended.
    pub(crate) status: Badge,
    /// Percent and the days it was set for, newest first.
    pub(crate) rates: Vec<(String, String)>,
    /// Compound, inclusive.
    pub(crate) notes: Vec<&'static str>,
    /// The newest event about it.
    pub(crate) position: i64,
}

/// Which tax a sale would have, or why none can be found.
#[derive(Clone, Debug)]
pub(crate) struct WouldApply {
    /// Whether there is one.
    pub(crate) found: bool,
    /// `S 19 % of Germany`, or why there is none.
    pub(crate) text: String,
    /// The facts that decided it.
    pub(crate) facts: Vec<String>,
}

/// The form for a new tax.
#[derive(Debug, Template)]
#[template(path = "admin/tax_rate_form.html")]
pub(crate) struct NewTaxRate {
    /// The frame.
    pub(crate) shell: Shell,
    /// The command's key.
    pub(crate) key: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Which tax, where, on what.
    pub(crate) what: Vec<Field>,
    /// The rate and its days.
    pub(crate) rate: Vec<Field>,
}

const PATH: &str = "/admin/tax-rates";
const READ: [&str; 1] = [TaxRateList::NAME];
const CLASSES: [(RateClass, &str); 5] = [
    (RateClass::Standard, "Standard"),
    (RateClass::Reduced, "Reduced"),
    (RateClass::SuperReduced, "Super-reduced"),
    (RateClass::Parking, "Parking"),
    (RateClass::Zero, "Zero"),
];

/// The list's, the form's and the deeds' addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(list))
        .route("/admin/tax-rates/new", get(blank).post(create))
        .merge(deed::routes::<Verb>())
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    cursor: String,
    client: String,
    class: String,
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::ProductsRead)?;
    let tenant = visitor.tenant();
    let wanted = wanted(&wishes.cursor)?;
    let found = tax_rate_list::page(state.reads(), tenant, None, &wanted).await?;
    let rows: Vec<TaxRateRow> = found.value.rows.iter().map(row).collect();
    let client = Field::input("client", "Client", "text")
        .with(wishes.client.clone())
        .hint("The client's id or mail address");
    page(&TaxRates {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        pager: Pager {
            text: format!("{} taxes on this page", rows.len()),
            newer: (!wishes.cursor.is_empty()).then(|| PATH.to_owned()),
            older: found.value.next.map(|next| address(PATH, &[("cursor", &next.to_string())])),
        },
        rows,
        question: vec![client, class_field(&wishes.class)],
        answer: answer(&state, &visitor, &wishes).await?,
    })
}

async fn answer(
    state: &WebState,
    visitor: &Visitor,
    wishes: &Wishes,
) -> Result<Option<WouldApply>, PageError> {
    if wishes.client.trim().is_empty() || !visitor.caller.identity.may(Permission::ClientsRead) {
        return Ok(None);
    }
    let client =
        super::client_field::named(state, visitor, Scope::Seller, wishes.client.trim()).await?;
    let Some(client_id) = client else {
        let text = "No client has this id or mail address.".to_owned();
        return Ok(Some(refusal(text)));
    };
    let ask = WhichTax { client_id, class: class(&wishes.class), on: None };
    Ok(Some(match which_tax(state.door(), visitor.tenant(), &ask).await {
        Ok(found) => told(&found),
        Err(error) => refusal(Wrong::from_error(error)?.whole),
    }))
}

fn told(found: &TaxEvidence) -> WouldApply {
    let treatment = found.treatment;
    let category = treatment.category.word();
    let place = treatment.country.name();
    let number = match found.vat_check {
        VatCheck::NoNumber => "no VAT number",
        VatCheck::Valid => "VAT number taken as valid",
        VatCheck::Invalid => "VAT number refused",
        VatCheck::Pending | VatCheck::Error => "VAT number not checked yet",
    };
    let customer = found.customer.map_or("country unknown: at home", Country::name);
    let mut facts = vec![format!("Client: {customer}"), number.to_owned()];
    facts.extend(found.region.as_ref().map(|region| format!("Region {region}")));
    facts.extend(found.rates.iter().map(|applied| {
        format!("{} {} %, version {}", applied.tax.code, applied.tax.rate, applied.version)
    }));
    facts.extend(found.reason.as_ref().and_then(|reason| reason.text.clone()));
    let text = format!("{category} {} % of {place}", treatment.rate);
    WouldApply { found: true, text, facts }
}

fn refusal(text: String) -> WouldApply {
    WouldApply { found: false, text, facts: Vec::new() }
}

fn row(rated: &Rated) -> TaxRateRow {
    let tax = &rated.tax;
    let span = |row: &tax_rate_list::RateRow| {
        let from = Day(row.valid_from).plain();
        let days = match row.valid_to {
            None => format!("from {from}"),
            Some(to) => format!("{from} to {}", Day(to).plain()),
        };
        (format!("{} %", row.rate), days)
    };
    let last = rated.rates.iter().map(|rate| rate.position).max().unwrap_or_default();
    let notes = [(tax.compound, "compound"), (tax.inclusive, "in the price")];
    TaxRateRow {
        href: format!("{PATH}/{}", tax.tax_rate_id),
        place: match &tax.region {
            None => tax.country.name().to_owned(),
            Some(region) => format!("{}, {region}", tax.country.name()),
        },
        code: tax.code.clone(),
        class: label(class(&tax.class)).to_owned(),
        status: match tax.retired_from {
            None => Badge::new(Tone::Green, "Charged"),
            Some(_) => Badge::new(Tone::Grey, "Ended"),
        },
        rates: rated.rates.iter().rev().map(span).collect(),
        notes: notes.into_iter().filter(|(on, _)| *on).map(|(_, note)| note).collect(),
        position: tax.last_position.max(last),
    }
}

fn class(word: &str) -> RateClass {
    let known = CLASSES.into_iter().find(|(class, _)| class.word() == word);
    known.map_or(RateClass::Standard, |(class, _)| class)
}

fn label(class: RateClass) -> &'static str {
    CLASSES.into_iter().find(|(known, _)| *known == class).map_or("Standard", |(_, label)| label)
}

fn class_field(value: &str) -> Field {
    let choices = CLASSES.map(|(class, label)| (class.word().to_owned(), label.to_owned()));
    Field::choice("class", "Class of goods", choices.to_vec()).with(value)
}

async fn blank(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    page(&form(&state, &visitor, &Fields::default(), &Wrong::default()).await?)
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<NewTaxRate, PageError> {
    state.must(visitor, Permission::ProductsWrite)?;
    let head = *state.operations().head().borrow();
    let settings = state.door().settings(visitor.tenant()).await?;
    let countries = Country::all().map(|country| (country.code(), country.name()));
    let country = sent.some("country").unwrap_or_else(|| settings.country.code().to_owned());
    let input = |name: &'static str, label: &'static str, kind: &'static str| {
        Field::input(name, label, kind).with(sent.one(name)).wrong(wrong.of(name))
    };
    let yes_no = |name: &'static str, label: &'static str| {
        let choices = vec![(String::new(), "No".to_owned()), ("yes".to_owned(), "Yes".to_owned())];
        Field::choice(name, label, choices).with(sent.one(name))
    };
    Ok(NewTaxRate {
        shell: visitor.shell(state, PATH, head).await?,
        key: new_key(),
        error: wrong.whole.clone(),
        what: vec![
            Field::choice("country", "Country", super::clients::choices(countries))
                .with(country)
                .wrong(wrong.of("country")),
            input("region", "Region", "text").hint("Empty: the whole country"),
            class_field(sent.one("class")),
            input("code", "Code", "text").hint("What the tax is called; empty: vat"),
            input("turn", "Turn", "number").hint("Lower ones are taken first; empty: 1"),
            yes_no("compound", "Taken on the taxes before it"),
        ],
        rate: vec![
            input("rate", "Rate in percent", "text").decimal().required(),
            input("valid_from", "From", "date").required(),
            input("valid_to", "Until", "date").hint("First day without it; empty: open"),
        ],
    })
}

async fn create(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::ProductsWrite)?;
    let key = fields.key()?;
    let wrong = match read(&fields)? {
        Ok(define) => {
            let command = DefineRate { tax_rate_id: None, define };
            match state.command(visitor.ask(&key, command), &READ).await {
                Ok((_, seen)) => return Ok(go(&address(PATH, &[("done", seen.word("tax-rate"))]))),
                Err(error) => Wrong::from_error(error)?,
            }
        }
        Err(wrong) => wrong,
    };
    refused(&form(&state, &visitor, &fields, &wrong).await?)
}

/// The tax as it was sent, or what is wrong with it.
fn read(sent: &Fields) -> Result<Result<DefineTaxRate, Wrong>, PageError> {
    let mut wrong = Wrong::default();
    let country = Country::parse(sent.one("country"));
    let country = country.map_err(|error| wrong.at("country", error.to_string())).ok();
    let rate = sent.one("rate").parse::<Percent>();
    let rate = rate.map_err(|error| wrong.at("rate", error.to_string()));
    let turn = sent.some("turn").map_or(Ok(1), |text| text.parse::<u32>());
    let turn = turn.map_err(|_| wrong.at("turn", "is no whole number")).ok();
    let valid_from = day(sent.one("valid_from"))?;
    if valid_from.is_none() {
        wrong.at("valid_from", "say the first day");
    }
    let valid_to = day(sent.one("valid_to"))?;
    Ok(match (country, rate.ok(), turn, valid_from) {
        (Some(country), Some(rate), Some(turn), Some(valid_from)) => {
            let tax = TaxIdentity {
                country,
                region: sent.some("region"),
                class: class(sent.one("class")),
                code: sent.some("code").unwrap_or_else(|| "vat".to_owned()),
                turn,
                compound: sent.one("compound") == "yes",
                prices: PriceMode::Exclusive,
            };
            Ok(DefineTaxRate { tax, rate, valid_from, valid_to })
        }
        _ => Err(wrong),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Set,
    Retire,
}

impl Deed for Verb {
    type Id = TaxRateId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::ProductsWrite;
    const ALL: &'static [Verb] = &[Verb::Set, Verb::Retire];

    fn back(_id: &TaxRateId) -> String {
        PATH.to_owned()
    }

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Set => ("set", "Set rate", "tax-rate"),
            Verb::Retire => ("retire", "End tax", "tax-ended"),
        };
        Words { path, button, done, danger: false }
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let (rate, version) = asked.state.door().load::<TaxRate>(tenant, asked.id.uuid()).await?;
        let known = rate.defined().ok_or(PageError::NotFound)?;
        let place = format!("{} of {}", known.tax.code, known.tax.country.name());
        let input = |name: &'static str, label: &'static str, kind: &'static str| {
            Field::input(name, label, kind).with(asked.sent.one(name)).wrong(asked.wrong.of(name))
        };
        let (title, text, fields) = match self {
            Verb::Set => (
                format!("Set another rate for {place}?"),
                "It counts for documents from its first day on, today or later. What was issued \
                 stays as it was.",
                vec![
                    input("rate", "Rate in percent", "text").decimal().required(),
                    input("valid_from", "From", "date").required(),
                    input("valid_to", "Until", "date").hint("Then the rate before holds again"),
                ],
            ),
            Verb::Retire => (
                format!("Charge {place} no longer?"),
                "Sales that have no other rate there are refused until their tax is said.",
                vec![input("from", "From", "date").hint("Empty: today")],
            ),
        };
        Ok(Question { title, text: text.to_owned(), version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let tax_rate_id = asked.id;
        match self {
            Verb::Retire => {
                let from = day(asked.sent.one("from"))?;
                asked.command_on_seen(RetireRate { tax_rate_id, from }, &READ).await
            }
            Verb::Set => {
                let mut wrong = Wrong::default();
                let rate = asked.sent.one("rate").parse::<Percent>();
                let rate = rate.map_err(|error| wrong.at("rate", error.to_string()));
                let valid_from = day(asked.sent.one("valid_from"))?;
                if valid_from.is_none() {
                    wrong.at("valid_from", "say the first day");
                }
                let (Ok(rate), Some(valid_from)) = (rate, valid_from) else {
                    return Ok(Err(wrong));
                };
                let valid_to = day(asked.sent.one("valid_to"))?;
                let set = SetRate { tax_rate_id, rate, valid_from, valid_to };
                asked.command_on_seen(set, &READ).await
            }
        }
    }
}
