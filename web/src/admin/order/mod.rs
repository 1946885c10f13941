//! One order: what was asked for at which price, what was answered, what came of it, and what may
//! be done.

mod actions;
pub(crate) mod form;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::vault::{Opened, field};
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::{InvoiceId, OrderId, Pii, TenantId};
use billfold_domain::order::{Answer, Given, Order, OrderItem, PlacedOrder};
use billfold_domain::role::Permission;

use super::confirm::Action;
use super::orders::{PATH, status};
use super::timeline::{self, Happened};
use crate::error::PageError;
use crate::layout::Shell;
use crate::reach::Needs;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Badge, Day, Ident};
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/order/order.html")]
pub(crate) struct OrderPage {
    /// The frame.
    pub(crate) shell: Shell,
    /// The identifier.
    pub(crate) id: Ident,
    /// Placed, held, accepted, completed, cancelled.
    pub(crate) status: Badge,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// The day of the order.
    pub(crate) placed: Day,
    /// What was ordered.
    pub(crate) items: Vec<Item>,
    /// Sum of the items, without tax.
    pub(crate) total: Amount,
    /// The invoice that asks for the money: its number or name, its page, what is left to pay.
    pub(crate) invoice: Option<Asked>,
    /// Whether something waits to begin.
    pub(crate) waiting: bool,
    /// What may be done now.
    pub(crate) actions: Vec<Action>,
    /// What happened, newest first.
    pub(crate) timeline: Vec<Happened>,
}

/// The invoice of an order.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Its number.
    pub(crate) number: String,
    /// Its page.
    pub(crate) href: String,
    /// What is left to pay.
    pub(crate) due: Amount,
}

/// One position.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// What people read.
    pub(crate) description: String,
    /// The product's page, if it is one of the catalogue.
    pub(crate) product: Option<String>,
    /// `every month`, with the free days; or the days it pays for.
    pub(crate) goes_on: String,
    /// How many, at which price.
    pub(crate) price: String,
    /// What it comes to.
    pub(crate) amount: Amount,
    /// What was asked and answered.
    pub(crate) answers: Vec<(String, String)>,
    /// The page of the subscription that began.
    pub(crate) subscription: Option<String>,
}

/// The order's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .merge(form::routes())
        .route("/admin/orders/{id}", get(show_order))
        .merge(actions::routes())
}

async fn show_order(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id: OrderId = id.parse().map_err(|_| PageError::NotFound)?;
    state.must_hold(&visitor, Needs::of_own(Permission::OrdersRead), id).await?;
    let tenant = visitor.tenant();
    let (order, _) = state.door().load::<Order>(tenant, id.uuid()).await?;
    let placed = order.placed().ok_or(PageError::NotFound)?;
    let names = state.names().clients(tenant, [placed.client_id]).await?;
    let client = names.get(&placed.client_id).cloned().unwrap_or_default();
    let invoice = order.accepted().and_then(|accepted| accepted.invoice_id);
    let head = *state.operations().head().borrow();
    page(&OrderPage {
        shell: visitor.shell(&state, PATH, head).await?,
        id: Ident(id.to_string()),
        status: status(&order),
        client: (client, format!("/admin/clients/{}", placed.client_id)),
        placed: Day(placed.placed_on),
        items: items(&state, tenant, &order, placed).await?,
        total: show::money(placed.total),
        invoice: match invoice {
            Some(invoice_id) => asked(&state, tenant, invoice_id).await?,
            None => None,
        },
        waiting: matches!(order, Order::Placed(_)),
        actions: Action::open(actions::actions(id, &order), &visitor),
        timeline: timeline::of(&state, &visitor, "order", id.uuid()).await?,
    })
}

async fn asked(
    state: &WebState,
    tenant: TenantId,
    invoice_id: InvoiceId,
) -> Result<Option<Asked>, PageError> {
    let (invoice, _) = state.door().load::<Invoice>(tenant, invoice_id.uuid()).await?;
    let href = format!("/admin/invoices/{invoice_id}");
    Ok(invoice.document().map(|document| Asked {
        number: document.number.clone(),
        href,
        due: show::money(document.balance_due),
    }))
}

/// The positions with the texts that were answered, which are opened together.
async fn items(
    state: &WebState,
    tenant: TenantId,
    order: &Order,
    placed: &PlacedOrder,
) -> Result<Vec<Item>, PageError> {
    let answers = placed.items.iter().flat_map(|item| &item.answers);
    let sealed: Vec<&Pii<String>> = answers.filter_map(sealed).collect();
    let opened = state.door().vault().open_all(tenant, field::ORDER_ANSWER, &sealed).await?;
    let mut texts = opened.into_iter().map(Opened::clear);
    let begun = order.accepted().map_or(&[][..], |accepted| &accepted.subscriptions);
    let mut items = Vec::with_capacity(placed.items.len());
    for (item, at) in placed.items.iter().zip(0_u32..) {
        let answer = |answer: &Answer| {
            let given = match &answer.given {
                Given::Text(_) => texts.next().flatten().unwrap_or_else(|| "erased".to_owned()),
                Given::Number(number) => number.to_string(),
                Given::Choice { label, .. } => label.clone(),
                Given::YesNo(true) => "yes".to_owned(),
                Given::YesNo(false) => "no".to_owned(),
            };
            (answer.label.clone(), given)
        };
        let answers = item.answers.iter().map(answer).collect();
        let subscription = begun.iter().find(|begun| begun.item == at);
        items.push(Item {
            description: item.description.clone(),
            product: item.product_id.map(|id| format!("/admin/products/{id}")),
            goes_on: goes_on(item),
            price: format!("{} × {}", show::unit_price(&item.unit_price), item.quantity),
            amount: show::money(item.amount),
            answers,
            subscription: subscription
                .map(|begun| format!("/admin/subscriptions/{}", begun.subscription_id)),
        });
    }
    Ok(items)
}

fn sealed(answer: &Answer) -> Option<&Pii<String>> {
    match &answer.given {
        Given::Text(sealed) => Some(sealed),
        Given::Number(_) | Given::Choice { .. } | Given::YesNo(_) => None,
    }
}

fn goes_on(item: &OrderItem) -> String {
    match (item.recurs, item.period) {
        (Some(recurs), _) if recurs.trial_days > 0 => {
            format!("{}, {} days free", show::cycle(recurs.cycle), recurs.trial_days)
        }
        (Some(recurs), _) => show::cycle(recurs.cycle),
        (None, Some(period)) => show::period(period),
        (None, None) => "once".to_owned(),
    }
}
