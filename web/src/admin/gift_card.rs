//! One gift card: what is left on it, who redeemed what, and what may be done with it.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::gift_cards::{CancelGiftCard, ExpireGiftCard};
use billfold_domain::gift_card::{Card, GiftCard, RedeemTo};
use billfold_domain::kernel::{ClientId, GiftCardId, TenantId};
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::client_list::ClientList;
use billfold_projections::gift_card_list::{GiftCardList, GiftCardStatus};

use super::confirm::Action;
use super::deed::{self, Asked, Deed, Question, Words};
use super::gift_cards::{PATH, badge, name};
use crate::error::PageError;
use crate::fields::Wrong;
use crate::form::Field;
use crate::layout::Shell;
use crate::router::page;
use crate::show;
use crate::state::{Seen, WebState};
use crate::view::{Amount, Badge, Day};
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/gift_card.html")]
pub(crate) struct GiftCardPage {
    /// The frame.
    pub(crate) shell: Shell,
    /// How it is told from others.
    pub(crate) name: String,
    /// How it stands.
    pub(crate) status: Badge,
    /// What it was sold for.
    pub(crate) value: Amount,
    /// What is left on it.
    pub(crate) balance: Amount,
    /// The last day it can be redeemed.
    pub(crate) until: Option<Day>,
    /// What was spent of it, newest first.
    pub(crate) spent: Vec<Spent>,
    /// What may be done now.
    pub(crate) actions: Vec<Action>,
}

/// What was spent of a card at once.
#[derive(Clone, Debug)]
pub(crate) struct Spent {
    /// Counts from 1.
    pub(crate) no: u32,
    /// Whose credit it became, with the page.
    pub(crate) client: (String, String),
    /// How much.
    pub(crate) amount: Amount,
    /// Whether it is back on the card.
    pub(crate) reversed: bool,
}

/// Redemptions that are listed.
const LISTED: usize = 100;

/// The card's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route("/admin/gift-cards/{id}", get(show_card)).merge(deed::routes::<Verb>())
}

async fn show_card(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::PaymentsRead)?;
    let id: GiftCardId = id.parse().map_err(|_| PageError::NotFound)?;
    let tenant = visitor.tenant();
    let head = *state.operations().head().borrow();
    let (card, _) = state.door().load::<GiftCard>(tenant, id.uuid()).await?;
    let known = card.card().ok_or(PageError::NotFound)?;
    let status = match card {
        GiftCard::Absent | GiftCard::Issued(_) => GiftCardStatus::Issued,
        GiftCard::Active(_) => GiftCardStatus::Active,
        GiftCard::Expired(_) => GiftCardStatus::Expired,
        GiftCard::Cancelled(_) => GiftCardStatus::Cancelled,
    };
    let href = format!("{PATH}/{id}");
    let action = |verb, label, icon| deed::action(verb, &href, label, icon);
    page(&GiftCardPage {
        shell: visitor.shell(&state, PATH, head).await?,
        name: name(known.ending.as_deref()),
        status: badge(status),
        value: show::money(known.value),
        balance: show::money(known.balance),
        until: known.expires_on.map(Day),
        spent: spent(&state, tenant, known).await?,
        actions: match status {
            GiftCardStatus::Active => vec![
                action(Verb::Cancel, "Cancel card", "ban").class("danger"),
                action(Verb::Expire, "Expire", "clock"),
            ],
            _ => Vec::new(),
        },
    })
}

async fn spent(state: &WebState, tenant: TenantId, card: &Card) -> Result<Vec<Spent>, PageError> {
    let newest = card.redemptions.iter().rev().take(LISTED);
    let client = |to: RedeemTo| match to {
        RedeemTo::CustomerCredit { client_id } | RedeemTo::Invoice { client_id, .. } => client_id,
    };
    let clients = newest.clone().map(|one| client(one.to));
    let names = state.names().clients(tenant, clients).await?;
    let spent = newest.map(|one| {
        let id = client(one.to);
        Spent {
            no: one.no,
            client: (names.get(&id).cloned().unwrap_or_default(), format!("/admin/clients/{id}")),
            amount: show::money(one.amount),
            reversed: one.reversed,
        }
    });
    Ok(spent.collect())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Cancel,
    Expire,
}

impl Deed for Verb {
    type Id = GiftCardId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::PaymentsWrite;
    const ALL: &'static [Verb] = &[Verb::Cancel, Verb::Expire];

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Cancel => ("cancel", "Cancel gift card", "gift-cancelled"),
            Verb::Expire => ("expire", "Expire gift card", "gift-expired"),
        };
        Words { path, button, done, danger: true }
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let (card, version) = asked.state.door().load::<GiftCard>(tenant, asked.id.uuid()).await?;
        let known = card.card().ok_or(PageError::NotFound)?;
        let (name, left) = (name(known.ending.as_deref()), show::money(known.balance).plain());
        let (title, text, fields) = match self {
            Verb::Cancel => (
                format!("Cancel {name}?"),
                format!("{left} becomes credit of the client you name. It cannot be redeemed."),
                vec![
                    Field::input("client_id", "Client", "text")
                        .with(asked.sent.one("client_id"))
                        .required()
                        .hint("The client's id, cli_ and so on")
                        .wrong(asked.wrong.of("client_id")),
                    deed::reason(asked, "Stands in the event; no personal data"),
                ],
            ),
            Verb::Expire => (
                format!("Expire {name}?"),
                format!("Its last day must be over; {left} is earned then."),
                Vec::new(),
            ),
        };
        Ok(Question { title, text, version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let (gift_card_id, read) = (asked.id, [GiftCardList::NAME, ClientList::NAME]);
        match self {
            Verb::Cancel => {
                let client: Option<ClientId> = asked.sent.one("client_id").parse().ok();
                let Some(client_id) = client else {
                    let mut wrong = Wrong::default();
                    wrong.at("client_id", "write the id of a client");
                    return Ok(Err(wrong));
                };
                let reason = asked.sent.one("reason").to_owned();
                let cancel = CancelGiftCard { gift_card_id, client_id, reason };
                asked.command_on_seen(cancel, &read).await
            }
            Verb::Expire => asked.command_on_seen(ExpireGiftCard { gift_card_id }, &read).await,
        }
    }
}
