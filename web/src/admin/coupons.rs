//! Coupons: the list by code, and the form for a new one and for other terms.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::Ask;
use billfold_app::commands::coupons::{CreateCoupon, ReviseCoupon};
use billfold_domain::coupon::{
    Coupon, CouponStatus, CouponTerms, Discount, Frequency, Limits, Scope as CouponScope,
};
use billfold_domain::kernel::{CouponId, Currency, Money};
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::coupon_list::{self, CouponList, CouponRow, Filter, Offered};
use serde::Deserialize;

use super::list::{Chip, Pager, address, day, wanted};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page, refused};
use crate::show;
use crate::state::WebState;
use crate::view::{Badge, Day, Tone};
use crate::visitor::{Posted, Visitor};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/coupons.html")]
pub(crate) struct Coupons {
    /// The frame.
    pub(crate) shell: Shell,
    /// By status.
    pub(crate) chips: Vec<Chip>,
    /// By code.
    pub(crate) rows: Vec<CouponLine>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One coupon.
#[derive(Clone, Debug)]
pub(crate) struct CouponLine {
    /// Its page.
    pub(crate) href: String,
    /// What people type.
    pub(crate) code: String,
    /// What it takes off.
    pub(crate) discount: String,
    /// On which invoices.
    pub(crate) frequency: String,
    /// Active, disabled, archived.
    pub(crate) status: Badge,
    /// The last day it may be had.
    pub(crate) until: Option<Day>,
    /// How often it is reserved.
    pub(crate) reserved: i64,
    /// How often it is redeemed, and of how many.
    pub(crate) redeemed: String,
    /// The newest event about it.
    pub(crate) position: i64,
}

/// The form.
#[derive(Debug, Template)]
#[template(path = "admin/coupon_form.html")]
pub(crate) struct CouponForm {
    /// The frame.
    pub(crate) shell: Shell,
    /// What the page is called.
    pub(crate) title: String,
    /// Where it is sent.
    pub(crate) action: String,
    /// Where "no" leads.
    pub(crate) back: String,
    /// The command's key.
    pub(crate) key: String,
    /// The version that is seen; empty for a new one.
    pub(crate) version: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Code and discount.
    pub(crate) what: Vec<Field>,
    /// Days, limits and what it is for.
    pub(crate) rules: Vec<Field>,
}

pub(super) const PATH: &str = "/admin/coupons";
const FREQUENCIES: [(&str, &str); 3] =
    [("once", "Once"), ("recurring", "On so many invoices"), ("forever", "On every invoice")];

/// The list's and the forms' addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(list))
        .route("/admin/coupons/new", get(blank).post(create))
        .route("/admin/coupons/{id}/edit", get(edit).post(revise))
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
    state.must(&visitor, Permission::ProductsRead)?;
    let (tenant, wanted) = (visitor.tenant(), wanted(&wishes.cursor)?);
    let filter = Filter { status: Offered::parse(&wishes.status), code: None };
    let found = coupon_list::page(state.reads(), tenant, &filter, &wanted).await?;
    let chip = |label: &str, status: &str| Chip {
        label: label.to_owned(),
        count: None,
        href: address(PATH, &[("status", status)]),
        on: wishes.status == status,
    };
    let this = |cursor: &str| address(PATH, &[("status", &wishes.status), ("cursor", cursor)]);
    let rows: Vec<CouponLine> = found.value.rows.iter().map(row).collect();
    page(&Coupons {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        chips: vec![
            chip("All", ""),
            chip("Active", "active"),
            chip("Disabled", "disabled"),
            chip("Archived", "archived"),
        ],
        pager: Pager {
            text: format!("{} coupons on this page", rows.len()),
            newer: (!wishes.cursor.is_empty()).then(|| this("")),
            older: found.value.next.map(|next| this(&next.to_string())),
        },
        rows,
    })
}

fn row(row: &CouponRow) -> CouponLine {
    let terms = &row.terms.0;
    CouponLine {
        href: format!("{PATH}/{}", row.coupon_id),
        code: terms.code.clone(),
        discount: discount(terms),
        frequency: frequency(terms),
        status: badge(terms.status),
        until: row.expires_on.map(Day),
        reserved: row.reserved,
        redeemed: match terms.limits.total {
            Some(total) => format!("{} of {total}", row.redeemed),
            None => row.redeemed.to_string(),
        },
        position: row.last_position,
    }
}

/// What a coupon takes off, in words.
pub(super) fn discount(terms: &CouponTerms) -> String {
    match terms.discount {
        Discount::Percent(share) => format!("{share} %"),
        Discount::Fixed(amount) => show::money(amount).plain(),
    }
}

/// On which invoices it comes off, in words.
pub(super) fn frequency(terms: &CouponTerms) -> String {
    match terms.frequency {
        Frequency::Once => "once".to_owned(),
        Frequency::Recurring { cycles } => format!("on {cycles} invoices"),
        Frequency::Forever => "on every invoice".to_owned(),
    }
}

/// How a coupon stands.
pub(super) fn badge(status: CouponStatus) -> Badge {
    match status {
        CouponStatus::Active => Badge::new(Tone::Green, "Active"),
        CouponStatus::Disabled => Badge::new(Tone::Red, "Disabled"),
        CouponStatus::Archived => Badge::new(Tone::Grey, "Archived"),
        CouponStatus::Terminated => Badge::new(Tone::Grey, "Used up"),
    }
}

async fn blank(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    page(&form(&state, &visitor, None, &Fields::default(), &Wrong::default()).await?)
}

async fn edit(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id = parse(&id)?;
    let (coupon, version) = state.door().load::<Coupon>(visitor.tenant(), id.uuid()).await?;
    let known = coupon.offered().ok_or(PageError::NotFound)?;
    let sent = Fields::from_pairs(pairs(&known.terms, version));
    page(&form(&state, &visitor, Some(id), &sent, &Wrong::default()).await?)
}

/// The coupon an address names.
pub(super) fn parse(id: &str) -> Result<CouponId, PageError> {
    id.parse().map_err(|_| PageError::NotFound)
}

/// What a form says that shows these terms.
fn pairs(terms: &CouponTerms, version: i64) -> Vec<(String, String)> {
    let (percent, amount, currency) = match terms.discount {
        Discount::Percent(share) => (share.to_string(), String::new(), terms.currency),
        Discount::Fixed(amount) => (String::new(), amount.to_major(), Some(amount.currency())),
    };
    let (frequency, cycles) = match terms.frequency {
        Frequency::Once => ("once", String::new()),
        Frequency::Recurring { cycles } => ("recurring", cycles.to_string()),
        Frequency::Forever => ("forever", String::new()),
    };
    let text = |value: Option<String>| value.unwrap_or_default();
    let named = |keys: &std::collections::BTreeSet<String>| {
        keys.iter().cloned().collect::<Vec<String>>().join(" ")
    };
    [
        ("version", version.to_string()),
        ("code", terms.code.clone()),
        ("percent", percent),
        ("amount", amount),
        ("currency", text(currency.map(|currency| currency.code().to_owned()))),
        ("frequency", frequency.to_owned()),
        ("cycles", cycles),
        ("starts_on", text(terms.starts_on.map(|day| day.to_string()))),
        ("expires_on", text(terms.expires_on.map(|day| day.to_string()))),
        ("total", text(terms.limits.total.map(|limit| limit.to_string()))),
        ("per_client", text(terms.limits.per_client.map(|limit| limit.to_string()))),
        ("products", named(&terms.scope.products)),
        ("plans", named(&terms.scope.plans)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    id: Option<CouponId>,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<CouponForm, PageError> {
    state.must(visitor, Permission::ProductsWrite)?;
    let head = *state.operations().head().borrow();
    let input = |name: &str, label: &str, kind: &'static str| {
        Field::input(name, label, kind).with(sent.one(name)).wrong(wrong.of(name))
    };
    let text = |name: &str, label: &str| input(name, label, "text");
    let known = Currency::all().map(|currency| (currency.code(), currency.name()));
    let any = (String::new(), "Any".to_owned());
    let currencies = std::iter::once(any).chain(super::clients::choices(known)).collect();
    let frequencies = FREQUENCIES.map(|(key, label)| (key.to_owned(), label.to_owned()));
    let code = match id {
        None => text("code", "Code").required().hint("What people type, in capitals or not"),
        Some(_) => text("code", "Code").required().hint("It never changes"),
    };
    let back = id.map_or_else(|| PATH.to_owned(), |id| format!("{PATH}/{id}"));
    Ok(CouponForm {
        shell: visitor.shell(state, PATH, head).await?,
        title: id.map_or("New coupon", |_| "Change coupon").to_owned(),
        action: id.map_or_else(|| format!("{PATH}/new"), |id| format!("{PATH}/{id}/edit")),
        back,
        key: new_key(),
        version: sent.one("version").to_owned(),
        error: wrong.whole.clone(),
        what: vec![
            code,
            text("percent", "Percentage").decimal().hint("Either this or an amount"),
            text("amount", "Amount").decimal().hint("Without tax"),
            Field::choice("currency", "Currency", currencies)
                .with(sent.one("currency"))
                .wrong(wrong.of("currency")),
            Field::choice("frequency", "Comes off", frequencies.to_vec())
                .with(sent.one("frequency")),
            text("cycles", "How many invoices").decimal().hint("Of a subscription"),
        ],
        rules: vec![
            input("starts_on", "First day", "date").hint("Empty: at once"),
            input("expires_on", "Last day", "date").hint("Empty: for ever"),
            text("total", "Uses in all").decimal().hint("Empty: as many as there are clients"),
            text("per_client", "Uses of each client").decimal().hint("Empty: any number"),
            text("products", "Only these products").hint("Their ids, with blanks between"),
            text("plans", "Only these plans").hint("Their codes, with blanks between"),
        ],
    })
}

/// The terms that were typed, or which fields are wrong.
fn terms(sent: &Fields) -> Result<Result<CouponTerms, Wrong>, PageError> {
    let mut wrong = Wrong::default();
    let currency = sent.some("currency").and_then(|code| Currency::parse(&code).ok());
    let discount = match (sent.some("percent"), sent.some("amount"), currency) {
        (Some(share), None, _) => {
            let share = share.parse().map(Discount::Percent);
            share.map_err(|_| wrong.at("percent", "write a number such as 12.5")).ok()
        }
        (None, Some(amount), Some(currency)) => {
            let amount = Money::parse_major(&amount, currency).map(Discount::Fixed);
            amount.map_err(|error| wrong.at("amount", error.to_string())).ok()
        }
        (None, Some(_), None) => {
            wrong.at("currency", "choose the currency of the amount");
            None
        }
        _ => {
            wrong.at("percent", "write either a percentage or an amount");
            None
        }
    };
    let mut number = |name: &str| match sent.some(name).map(|text| text.parse::<u64>()) {
        None => None,
        Some(Ok(number)) => Some(number),
        Some(Err(_)) => {
            wrong.at(name, "write a whole number");
            None
        }
    };
    let limits = Limits { total: number("total"), per_client: number("per_client") };
    let cycles = number("cycles").and_then(|cycles| u32::try_from(cycles).ok()).unwrap_or(0);
    let frequency = match sent.one("frequency") {
        "recurring" => Frequency::Recurring { cycles },
        "forever" => Frequency::Forever,
        _ => Frequency::Once,
    };
    let named = |name: &str| sent.one(name).split_whitespace().map(str::to_owned).collect();
    let Some(discount) = discount.filter(|_| wrong.is_none()) else { return Ok(Err(wrong)) };
    Ok(Ok(CouponTerms {
        code: sent.one("code").to_owned(),
        discount,
        scope: CouponScope { products: named("products"), plans: named("plans") },
        frequency,
        currency,
        starts_on: day(sent.one("starts_on"))?,
        expires_on: day(sent.one("expires_on"))?,
        limits,
        status: CouponStatus::Active,
    }))
}

async fn create(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::ProductsWrite)?;
    let wrong = match terms(&fields)? {
        Err(wrong) => wrong,
        Ok(terms) => {
            let ask = visitor.ask(&fields.key()?, CreateCoupon { terms });
            match state.command(ask, &[CouponList::NAME]).await {
                Ok((done, seen)) => {
                    let href = format!("{PATH}/{}", done.answer.coupon_id);
                    return Ok(go(&address(&href, &[("done", seen.word("coupon"))])));
                }
                Err(error) => beside_fields(Wrong::from_error(error)?),
            }
        }
    };
    refused(&form(&state, &visitor, None, &fields, &wrong).await?)
}

async fn revise(
    State(state): State<WebState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::ProductsWrite)?;
    let coupon_id = parse(&id)?;
    let wrong = match terms(&fields)? {
        Err(wrong) => wrong,
        Ok(terms) => {
            let ask = visitor.ask(&fields.key()?, ReviseCoupon { coupon_id, terms });
            let ask = Ask { expect: fields.one("version").parse().ok(), ..ask };
            match state.command(ask, &[CouponList::NAME]).await {
                Ok((_, seen)) => {
                    let href = format!("{PATH}/{coupon_id}");
                    return Ok(go(&address(&href, &[("done", seen.word("coupon-terms"))])));
                }
                Err(error) => beside_fields(Wrong::from_error(error)?),
            }
        }
    };
    refused(&form(&state, &visitor, Some(coupon_id), &fields, &wrong).await?)
}

/// What is wrong with a part of the terms, beside the field that says it.
fn beside_fields(mut wrong: Wrong) -> Wrong {
    for (part, field) in [
        ("discount", "percent"),
        ("frequency/cycles", "cycles"),
        ("limits", "total"),
        ("scope/products/0", "products"),
    ] {
        let detail = wrong.of(part);
        if !detail.is_empty() {
            wrong.at(field, detail);
        }
    }
    wrong
}
