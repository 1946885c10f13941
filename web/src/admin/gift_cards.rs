//! Gift cards: the list, newest first, and the forms that sell one and redeem one.
//!
//! Guarantees that a code stands in the answer to the form that sold it and in bodies of forms,
//! never in an address or a flash.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::gift_cards::{
    GiftCardCode, RedeemGiftCard, SellGiftCard, code_of_sale, find_by_code,
};
use billfold_app::commands::payments::MANUAL_METHODS;
use billfold_domain::kernel::{ClientId, Currency, Money};
use billfold_domain::role::Permission;
use billfold_projections::client_list::ClientList;
use billfold_projections::gift_card_list::{
    self, Filter, GiftCardList, GiftCardRow, GiftCardStatus,
};
use billfold_projections::{Order, Projection as _};
use serde::Deserialize;

use super::list::{Chip, Pager, address, day, wanted};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::reach::Needs;
use crate::router::{go, page, refused};
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Badge, Day, Tone};
use crate::visitor::{Posted, Visitor};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/gift_cards.html")]
pub(crate) struct GiftCards {
    /// The frame.
    pub(crate) shell: Shell,
    /// By status.
    pub(crate) chips: Vec<Chip>,
    /// Newest first.
    pub(crate) rows: Vec<CardRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One card.
#[derive(Clone, Debug)]
pub(crate) struct CardRow {
    /// Its page.
    pub(crate) href: String,
    /// How it is told from others.
    pub(crate) name: String,
    /// Active, expired, cancelled.
    pub(crate) status: Badge,
    /// What it was sold for.
    pub(crate) value: Amount,
    /// What is left on it.
    pub(crate) balance: Amount,
    /// The day it was sold.
    pub(crate) sold: Option<Day>,
    /// The last day it can be redeemed.
    pub(crate) until: Option<Day>,
    /// The newest event about it.
    pub(crate) position: i64,
}

/// The form that sells a card or redeems one, and the code of the card that was sold.
#[derive(Debug, Template)]
#[template(path = "admin/gift_card_form.html")]
pub(crate) struct GiftCardForm {
    /// The frame.
    pub(crate) shell: Shell,
    /// What the page is called.
    pub(crate) title: &'static str,
    /// Where it is sent.
    pub(crate) action: &'static str,
    /// Where "cancel" goes.
    pub(crate) back: String,
    /// What its button says.
    pub(crate) verb: &'static str,
    /// The command's key.
    pub(crate) key: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// What is asked.
    pub(crate) fields: Vec<Field>,
    /// The code of the card that was just sold, with its page.
    pub(crate) sold: Option<(String, String)>,
}

pub(super) const PATH: &str = "/admin/gift-cards";

/// The list's and the forms' addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(list))
        .route("/admin/gift-cards/new", get(blank).post(sell))
        .route("/admin/gift-cards/redeem", get(ask).post(redeem))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    status: String,
    cursor: String,
    client: String,
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::PaymentsRead)?;
    let (tenant, wanted) = (visitor.tenant(), wanted(&wishes.cursor)?);
    let filter = Filter { status: GiftCardStatus::parse(&wishes.status) };
    let order = Order::Descending;
    let found = gift_card_list::page(state.reads(), tenant, &filter, order, &wanted).await?;
    let chip = |label: &str, status: &str| Chip {
        label: label.to_owned(),
        count: None,
        href: address(PATH, &[("status", status)]),
        on: wishes.status == status,
    };
    let this = |cursor: &str| address(PATH, &[("status", &wishes.status), ("cursor", cursor)]);
    let rows: Vec<CardRow> = found.value.rows.iter().map(row).collect();
    page(&GiftCards {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        chips: vec![
            chip("All", ""),
            chip("Active", "active"),
            chip("Expired", "expired"),
            chip("Cancelled", "cancelled"),
        ],
        pager: Pager {
            text: format!("{} gift cards on this page", rows.len()),
            newer: (!wishes.cursor.is_empty()).then(|| this("")),
            older: found.value.next.map(|next| this(&next.to_string())),
        },
        rows,
    })
}

fn row(row: &GiftCardRow) -> CardRow {
    CardRow {
        href: format!("{PATH}/{}", row.gift_card_id),
        name: name(row.ending.as_deref()),
        status: badge(row.status),
        value: show::minor(row.value, row.currency),
        balance: show::minor(row.balance, row.currency),
        sold: row.sold_on.map(Day),
        until: row.expires_on.map(Day),
        position: row.last_position,
    }
}

/// How a card is told from others.
pub(super) fn name(ending: Option<&str>) -> String {
    ending.map_or_else(|| "Gift card".to_owned(), |ending| format!("•••• {ending}"))
}

/// How a card stands.
pub(super) fn badge(status: GiftCardStatus) -> Badge {
    match status {
        GiftCardStatus::Issued => Badge::new(Tone::Amber, "Not sold"),
        GiftCardStatus::Active => Badge::new(Tone::Green, "Active"),
        GiftCardStatus::Expired => Badge::new(Tone::Grey, "Expired"),
        GiftCardStatus::Cancelled => Badge::new(Tone::Red, "Cancelled"),
    }
}

async fn blank(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    page(&sale(&state, &visitor, &Fields::default(), &Wrong::default()).await?)
}

async fn sale(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<GiftCardForm, PageError> {
    state.must(visitor, Permission::PaymentsWrite)?;
    let head = *state.operations().head().borrow();
    let settings = state.door().settings(visitor.tenant()).await?;
    let currencies = Currency::all().map(|currency| (currency.code(), currency.name()));
    let currency = sent.some("currency").unwrap_or_else(|| settings.currency.code().to_owned());
    let methods = MANUAL_METHODS.map(|key| (key.to_owned(), show::gateway(key)));
    let input = |name: &str, label: &str, kind: &'static str| {
        Field::input(name, label, kind).with(sent.one(name)).wrong(wrong.of(name))
    };
    Ok(GiftCardForm {
        shell: visitor.shell(state, PATH, head).await?,
        title: "Sell a gift card",
        action: "/admin/gift-cards/new",
        back: PATH.to_owned(),
        verb: "Sell gift card",
        key: new_key(),
        error: wrong.whole.clone(),
        fields: vec![
            input("value", "Value", "text").decimal().required().hint("What it can pay for"),
            Field::choice("currency", "Currency", super::clients::choices(currencies))
                .with(currency),
            Field::choice("paid_by", "Paid by", methods.to_vec()).with(sent.one("paid_by")),
            input("expires_on", "Last day", "date").hint("Empty: for ever"),
        ],
        sold: None,
    })
}

/// Sells a card. Its code is in this answer; sent again, the same form tells the same code.
async fn sell(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let mut form = sale(&state, &visitor, &fields, &Wrong::default()).await?;
    let key = fields.key()?;
    let mut wrong = Wrong::default();
    let currency = Currency::parse(fields.one("currency"))
        .unwrap_or(state.door().settings(visitor.tenant()).await?.currency);
    match Money::parse_major(fields.one("value"), currency) {
        Err(error) => wrong.at("value", error.to_string()),
        Ok(value) => {
            let paid_by = fields.one("paid_by").to_owned();
            let expires_on = day(fields.one("expires_on"))?;
            let ask = visitor.ask(&key, SellGiftCard { value, expires_on, paid_by });
            let key = ask.key.clone();
            match state.command(ask, &[GiftCardList::NAME]).await {
                Ok((done, _)) => {
                    let code = code_of_sale(state.door(), visitor.tenant(), &key).await?;
                    let href = format!("{PATH}/{}", done.answer.gift_card_id);
                    form.sold = Some((code.printed(), href));
                    return page(&form);
                }
                Err(error) => wrong = Wrong::from_error(error)?,
            }
        }
    }
    refused(&sale(&state, &visitor, &fields, &wrong).await?)
}

/// Who may turn a card into a client's credit.
const REDEEMS: Needs = Needs::of_own(Permission::PaymentsWrite);

async fn ask(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    let sent = Fields::from_pairs(vec![("client".to_owned(), wishes.client)]);
    page(&redemption(&state, &visitor, &sent, &Wrong::default()).await?)
}

async fn redemption(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<GiftCardForm, PageError> {
    state.must_scope(visitor, REDEEMS)?;
    let head = *state.operations().head().borrow();
    let text = |name: &str, label: &str| {
        Field::input(name, label, "text").with(sent.one(name)).wrong(wrong.of(name))
    };
    Ok(GiftCardForm {
        shell: visitor.shell(state, PATH, head).await?,
        title: "Redeem a gift card",
        action: "/admin/gift-cards/redeem",
        back: match sent.one("client").parse::<ClientId>() {
            Ok(client) => format!("/admin/clients/{client}"),
            Err(_) => "/admin/clients".to_owned(),
        },
        verb: "Redeem gift card",
        key: new_key(),
        error: wrong.whole.clone(),
        fields: vec![
            text("client", "Client").required().hint("The client's id, cli_ and so on"),
            text("code", "Code").required().hint("16 letters and digits"),
            text("amount", "Amount").decimal().hint("Empty: all that is left"),
        ],
        sold: None,
    })
}

async fn redeem(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must_scope(&visitor, REDEEMS)?;
    let mut wrong = Wrong::default();
    let client: Option<ClientId> = fields.one("client").parse().ok();
    if let Some(client) = client {
        state.must_hold(&visitor, REDEEMS, client).await?;
    }
    if client.is_none() {
        wrong.at("client", "write the id of a client");
    }
    let code = GiftCardCode::parse(fields.one("code"));
    if let Err(no) = &code {
        wrong.at("code", no.detail.clone());
    }
    if let (Some(client_id), Ok(code)) = (client, code) {
        match redeemed(&state, &visitor, &fields, client_id, code).await? {
            Ok(word) => {
                let href = format!("/admin/clients/{client_id}");
                return Ok(go(&address(&href, &[("done", word)])));
            }
            Err(refused) => wrong = refused,
        }
    }
    refused(&redemption(&state, &visitor, &fields, &wrong).await?)
}

async fn redeemed(
    state: &WebState,
    visitor: &Visitor,
    fields: &Fields,
    client_id: ClientId,
    code: GiftCardCode,
) -> Result<Result<&'static str, Wrong>, PageError> {
    let mut wrong = Wrong::default();
    let amount = match fields.some("amount") {
        None => None,
        Some(text) => {
            let (_, card) = match find_by_code(state.door(), visitor.tenant(), &code).await {
                Ok(found) => found,
                Err(billfold_app::Error::NotFound(no)) => {
                    wrong.at("code", no.detail);
                    return Ok(Err(wrong));
                }
                Err(error) => return Err(error.into()),
            };
            let currency = card.card().map_or(Currency::EUR, |card| card.value.currency());
            match Money::parse_major(&text, currency) {
                Ok(amount) => Some(amount),
                Err(error) => {
                    wrong.at("amount", error.to_string());
                    return Ok(Err(wrong));
                }
            }
        }
    };
    let ask = visitor.ask(&fields.key()?, RedeemGiftCard { code, client_id, amount });
    match state.command(ask, &[GiftCardList::NAME, ClientList::NAME]).await {
        Ok((_, seen)) => Ok(Ok(seen.word("gift-redeemed"))),
        Err(billfold_app::Error::NotFound(no)) => {
            wrong.at("client", no.detail);
            Ok(Err(wrong))
        }
        Err(error) => Ok(Err(Wrong::from_error(error)?)),
    }
}
