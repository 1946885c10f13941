//! Products: what is sold, at which price in force; and the form for a new one.

use super::list::{AtCursor, address, day};
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
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::products::{CreateProduct, SetPrice};
use billfold_domain::invoice::LineKind;
use billfold_domain::kernel::{Currency, Cycle, Money, ProductId};
use billfold_domain::product::ProductKind;
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::product_list::{self, Priced, ProductList};
use chrono::NaiveDate;

use super::list::Pager;
use crate::form::Field;
use crate::layout::Shell;
use crate::reach::Needs;
use crate::view::{Amount, Badge, Day, Ident};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/products.html")]
pub(crate) struct Products {
    /// The frame.
    pub(crate) shell: Shell,
    /// By code.
    pub(crate) rows: Vec<ProductRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One product.
#[derive(Clone, Debug)]
pub(crate) struct ProductRow {
    /// Its page.
    pub(crate) href: String,
    /// What orders call it.
    pub(crate) code: Ident,
    /// What people call it.
    pub(crate) name: String,
    /// Hosting, VPS, domain.
    pub(crate) kind: String,
    /// Whether it is put before the others.
    pub(crate) featured: bool,
    /// On sale or retired.
    pub(crate) status: Badge,
    /// The prices in force: amount, cycle, since when.
    pub(crate) prices: Vec<(Amount, String, Day)>,
    /// The newest event about it.
    pub(crate) position: i64,
}

/// The form for a new product.
#[derive(Debug, Template)]
#[template(path = "admin/product_form.html")]
pub(crate) struct NewProduct {
    /// The frame.
    pub(crate) shell: Shell,
    /// The command's key.
    pub(crate) key: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Code, name, kind.
    pub(crate) what: Vec<Field>,
    /// Price, currency, cycle, setup fee, from when.
    pub(crate) price: Vec<Field>,
}

pub(super) const PATH: &str = "/admin/products";
const CYCLES: [(&str, Cycle, &str); 5] = [
    ("month", Cycle::Months(1), "Every month"),
    ("quarter", Cycle::Months(3), "Every three months"),
    ("half", Cycle::Months(6), "Every six months"),
    ("year", Cycle::Months(12), "Every year"),
    ("once", Cycle::OneTime, "Once"),
];

/// The list's and the form's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list)).route("/admin/products/new", get(blank).post(create))
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(at): Query<AtCursor>,
) -> Result<Response, PageError> {
    state.must_scope(&visitor, Needs::of_own(Permission::ProductsRead))?;
    let tenant = visitor.tenant();
    let wanted = at.wanted()?;
    let found = product_list::page(state.reads(), tenant, true, &wanted).await?;
    let rows: Vec<ProductRow> = found.value.rows.iter().map(row).collect();
    page(&Products {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        pager: at.pager(PATH, (rows.len(), "products"), found.value.next),
        rows,
    })
}

/// On sale or retired.
pub(super) fn status(product: &product_list::ProductRow) -> Badge {
    match product.retired_on {
        None => Badge::new(Tone::Green, "On sale"),
        Some(_) => Badge::new(Tone::Grey, "Retired"),
    }
}

fn row(priced: &Priced) -> ProductRow {
    let product = &priced.product;
    // The newest price of each cycle and currency is the one in force.
    let mut newest: Vec<&product_list::PriceRow> = Vec::new();
    for price in priced.prices.iter().rev() {
        let same = |known: &&product_list::PriceRow| {
            known.cycle.0 == price.cycle.0 && known.currency == price.currency
        };
        if !newest.iter().any(same) {
            newest.push(price);
        }
    }
    let prices = newest.into_iter().map(|price| {
        let amount = show::minor(price.price, price.currency);
        (amount, show::cycle(price.cycle.0), Day(price.valid_from))
    });
    let last_price = priced.prices.iter().map(|price| price.position).max().unwrap_or_default();
    ProductRow {
        href: format!("{PATH}/{}", product.product_id),
        code: Ident(product.code.clone()),
        name: product.name.clone(),
        kind: show::line_kind(LineKind::from(product.kind)),
        featured: product.featured,
        status: status(product),
        prices: prices.collect(),
        position: product.last_position.max(last_price),
    }
}

async fn blank(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    page(&form(&state, &visitor, &Fields::default(), &Wrong::default()).await?)
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<NewProduct, PageError> {
    state.must(visitor, Permission::ProductsWrite)?;
    let head = *state.operations().head().borrow();
    let settings = state.door().settings(visitor.tenant()).await?;
    let kinds = ProductKind::ALL
        .map(|kind| (kind.word().to_owned(), show::line_kind(LineKind::from(kind))));
    let text = |name: &str, label: &str| {
        Field::input(name, label, "text").with(sent.one(name)).wrong(wrong.of(name))
    };
    Ok(NewProduct {
        shell: visitor.shell(state, PATH, head).await?,
        key: new_key(),
        error: wrong.whole.clone(),
        what: vec![
            text("name", "Name").required(),
            text("code", "Code")
                .required()
                .hint("Lower case letters, digits, - and _; never reused"),
            Field::choice("kind", "Kind", kinds.to_vec()).with(sent.one("kind")),
        ],
        price: price_fields(sent, wrong, settings.currency),
    })
}

async fn create(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::ProductsWrite)?;
    match save(&state, &visitor, &fields).await? {
        Ok(word) => Ok(go(&address(PATH, &[("done", word)]))),
        Err(wrong) => refused(&form(&state, &visitor, &fields, &wrong).await?),
    }
}

/// Creates the product, then sets its price: two commands, each under a key of the form's.
async fn save(
    state: &WebState,
    visitor: &Visitor,
    fields: &Fields,
) -> Result<Result<&'static str, Wrong>, PageError> {
    let key = fields.key()?;
    let usual = state.door().settings(visitor.tenant()).await?.currency;
    let price = match read_price(fields, usual)? {
        Ok(price) => price,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let kind = ProductKind::ALL.into_iter().find(|kind| kind.word() == fields.one("kind"));
    let command = CreateProduct {
        product_id: None,
        code: fields.one("code").to_owned(),
        name: fields.one("name").to_owned(),
        kind: kind.unwrap_or(ProductKind::Hosting),
    };
    let created = state.command(visitor.ask(&key, command), &[]).await;
    let product_id = match created {
        Ok((done, _)) => done.answer.product_id,
        Err(error) => return Ok(Err(Wrong::from_error(error)?)),
    };
    let command = price.of(product_id);
    let ask = visitor.ask(&format!("{key}/price"), command);
    match state.command(ask, &[ProductList::NAME]).await {
        Ok((_, seen)) => Ok(Ok(seen.word("product"))),
        Err(error) => Ok(Err(Wrong::from_error(error)?)),
    }
}

/// A price as it was typed.
pub(super) struct TypedPrice {
    cycle: Cycle,
    price: Money,
    setup_fee: Option<Money>,
    valid_from: Option<NaiveDate>,
    trial_days: u32,
}

impl TypedPrice {
    /// The request for a product.
    pub(super) fn of(self, product_id: ProductId) -> SetPrice {
        let Self { cycle, price, setup_fee, valid_from, trial_days } = self;
        SetPrice { product_id, cycle, price, setup_fee, valid_from, trial_days }
    }
}

/// What is asked for a price.
pub(super) fn price_fields(sent: &Fields, wrong: &Wrong, usual: Currency) -> Vec<Field> {
    let text = |name: &str, label: &str| {
        Field::input(name, label, "text").with(sent.one(name)).wrong(wrong.of(name))
    };
    let cycles = CYCLES.map(|(key, _, label)| (key.to_owned(), label.to_owned()));
    let currencies = Currency::all().map(|currency| (currency.code(), currency.name()));
    let currency = sent.some("currency").unwrap_or_else(|| usual.code().to_owned());
    vec![
        text("price", "Price").decimal().required().hint("Without tax"),
        Field::choice("currency", "Currency", super::clients::choices(currencies)).with(currency),
        Field::choice("cycle", "Charged", cycles.to_vec()).with(sent.one("cycle")),
        text("setup_fee", "Setup fee").decimal().hint("Charged once when the service begins"),
        text("trial_days", "Free days").decimal().hint("Before anything recurring is charged"),
        Field::input("valid_from", "In force from", "date")
            .with(sent.one("valid_from"))
            .hint("Empty: today")
            .wrong(wrong.of("valid_from")),
    ]
}

/// The price that was typed, or what is wrong with it.
pub(super) fn read_price(
    sent: &Fields,
    usual: Currency,
) -> Result<Result<TypedPrice, Wrong>, PageError> {
    let mut wrong = Wrong::default();
    let currency = Currency::parse(sent.one("currency")).unwrap_or(usual);
    let price = Money::parse_major(sent.one("price"), currency);
    if let Err(error) = &price {
        wrong.at("price", error.to_string());
    }
    let setup_fee = sent.some("setup_fee").map(|text| Money::parse_major(&text, currency));
    if let Some(Err(error)) = &setup_fee {
        wrong.at("setup_fee", error.to_string());
    }
    let trial_days = sent.some("trial_days").map_or(Ok(0), |text| text.parse::<u32>());
    if trial_days.is_err() {
        wrong.at("trial_days", "write a whole number of days");
    }
    let (Ok(price), Ok(setup_fee), Ok(trial_days)) = (price, setup_fee.transpose(), trial_days)
    else {
        return Ok(Err(wrong));
    };
    let cycle = CYCLES.into_iter().find(|(key, ..)| *key == sent.one("cycle"));
    let cycle = cycle.map_or(Cycle::Months(1), |(_, cycle, _)| cycle);
    let valid_from = day(sent.one("valid_from"))?;
    Ok(Ok(TypedPrice { cycle, price, setup_fee, valid_from, trial_days }))
}
