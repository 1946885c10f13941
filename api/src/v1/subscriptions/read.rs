//! Reads of subscriptions.

use axum::Json;
use axum::extract::State;
use billfold_domain::kernel::{ClientId, SubscriptionId};
use billfold_domain::subscription::service::{Billed, DocumentRef};
use billfold_domain::subscription::{Contract, PendingChange, Standing, Subscription};
use billfold_projections::subscription_list::{self, SubscriptionList, SubscriptionRow};
use billfold_projections::{Projection, Scope};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::coupon::WireAttachedCoupon;
use crate::answer::Versioned;
use crate::auth::{Clients, Scoped, SubscriptionsRead, Within};
use crate::problem::Problem;
use crate::receive::{Check, ListOf};
use crate::state::ApiState;
use crate::wire::{
    Page, Paging, WireAnchor, WireInterval, WireMoney, WirePeriod, WireTax, WireTiming, sort,
};

/// Lists subscriptions by the day they began.
#[utoipa::path(
    get, path = "", tag = "subscriptions", params(ListSubscriptions, Paging),
    responses((status = 200, body = Page<WireSubscription>)),
)]
pub(super) async fn list_subscriptions(
    State(state): State<ApiState>,
    Scoped(caller, scope, _): Scoped<Clients<SubscriptionsRead>>,
    ListOf(query, part): ListOf<ListSubscriptions>,
) -> Result<Json<Page<WireSubscription>>, Problem> {
    let wanted = part.wanted()?;
    let filter = query.read(scope)?;
    let today = state.today(caller.tenant).await?;
    state.reach_within(scope, SubscriptionList::NAME, part.min_position).await?;
    let (reads, order) = (state.reads(), SubscriptionSort::order(query.sort));
    let page = subscription_list::page(reads, caller.tenant, &filter, order, &wanted).await?;
    Ok(Json(Page::of(page, |row| WireSubscription::of(row, today))))
}

/// Reads one subscription.
///
/// The answer is the present state, whatever the read side has reached.
#[utoipa::path(
    get, path = "/{id}", tag = "subscriptions",
    params(("id" = String, Path, example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = SubscriptionDetail)),
)]
pub(super) async fn read_subscription(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<Clients<SubscriptionsRead>, SubscriptionId>,
) -> Result<Versioned<SubscriptionDetail>, Problem> {
    let loaded = state.door().load::<Subscription>(caller.tenant, id.uuid()).await?;
    let (subscription, version) = loaded;
    let contract = subscription.contract().ok_or_else(Problem::not_found)?;
    let today = state.today(caller.tenant).await?;
    let body = SubscriptionDetail::of(id, contract, today, version);
    let body = body.ok_or_else(Problem::not_found)?;
    Ok(Versioned { body, version })
}

sort!(SubscriptionSort, "started_on", "-started_on");

/// Which subscriptions are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListSubscriptions {
    /// Who pays.
    #[param(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: Option<String>,
    /// Only those with something to bill or to give back on this day or before.
    due_by: Option<NaiveDate>,
    /// Only those whose end has not come on this day.
    running_on: Option<NaiveDate>,
    /// Order of the list; `-` in front means latest first, which is usual.
    #[param(inline)]
    sort: Option<SubscriptionSort>,
}

impl ListSubscriptions {
    fn read(&self, scope: Scope) -> Result<subscription_list::Filter, Problem> {
        let mut check = Check::query();
        let client = check.optional_id::<ClientId>("/client_id", self.client_id.as_deref());
        let due_by = check.optional_date("/due_by", self.due_by);
        let running_on = check.optional_date("/running_on", self.running_on);
        match (client, due_by, running_on) {
            (Some(client), Some(due_by), Some(running_on)) => {
                Ok(subscription_list::Filter { scope, client, due_by, running_on })
            }
            _ => Err(check.problem()),
        }
    }
}

/// How a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SubscriptionStatus)]
pub(super) enum WireStanding {
    /// Nothing is charged yet.
    Trialing,
    /// It is charged.
    Active,
    /// It is active, and an end is set.
    Ending,
    /// It ended for now.
    Paused,
    /// It ended.
    Ended,
}

impl From<Standing> for WireStanding {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Trialing => Self::Trialing,
            Standing::Active => Self::Active,
            Standing::Ending { .. } => Self::Ending,
            Standing::Paused => Self::Paused,
            Standing::Ended => Self::Ended,
        }
    }
}

/// A subscription in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = Subscription)]
pub(super) struct WireSubscription {
    /// Its id.
    #[schema(example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Who pays.
    client_id: String,
    /// What is subscribed to.
    product_id: String,
    /// What documents call it.
    name: String,
    /// How it stands today.
    status: Option<WireStanding>,
    /// The first day.
    started_on: NaiveDate,
    /// The first day without service, if that is known.
    ends_on: Option<NaiveDate>,
    /// The first day on which there is something to bill or to give back.
    next_due: Option<NaiveDate>,
    /// In what it is billed.
    #[schema(example = "EUR")]
    currency: String,
}

impl WireSubscription {
    fn of(row: SubscriptionRow, today: NaiveDate) -> Self {
        Self {
            id: row.subscription_id.to_string(),
            client_id: row.client_id.to_string(),
            product_id: row.product_id.to_string(),
            status: row.standing(today).map(WireStanding::from),
            name: row.name,
            started_on: row.started_on,
            ends_on: row.ends_on,
            next_due: row.next_due,
            currency: row.currency.code().to_owned(),
        }
    }
}

/// One subscription.
#[derive(Serialize, ToSchema)]
pub(super) struct SubscriptionDetail {
    /// Its id.
    #[schema(example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Who pays.
    client_id: String,
    /// What is subscribed to.
    product_id: String,
    /// What documents call it.
    name: String,
    /// How it stands today.
    status: WireStanding,
    /// The first day.
    started_on: NaiveDate,
    /// The first day without service, if that is known.
    ends_on: Option<NaiveDate>,
    /// The first day on which there is something to bill or to give back.
    next_due: Option<NaiveDate>,
    /// In what it is billed.
    currency: String,
    /// Price of one for a whole interval without tax, in major units; null if nothing recurs.
    #[schema(example = "9.90")]
    price: Option<String>,
    /// How many.
    #[schema(example = "1")]
    quantity: String,
    /// How far boundaries lie apart.
    interval: WireInterval,
    /// When a period is billed.
    timing: WireTiming,
    /// What boundaries hold on to.
    anchor: WireAnchor,
    /// How it is taxed.
    tax: WireTax,
    /// Other terms that will hold.
    pending_change: Option<WirePendingChange>,
    /// Nothing is documented before that day, if what a change came to waits for it.
    settles_on: Option<NaiveDate>,
    /// The billed lines that may still go back, oldest first.
    billed: Vec<WireBilledLine>,
    /// The coupons that come off it.
    coupons: Vec<WireAttachedCoupon>,
    /// Its version, as in `ETag`.
    version: i64,
}

/// Other terms that will hold.
#[derive(Serialize, ToSchema)]
#[schema(as = PendingChange)]
pub(super) struct WirePendingChange {
    /// The first day that they are charged for.
    from: NaiveDate,
    /// What will be subscribed to.
    product_id: String,
    /// What documents will call it.
    name: String,
    /// Price of one for a whole interval without tax, in major units; null if nothing recurs.
    #[schema(example = "19.90")]
    price: Option<String>,
    /// How many.
    quantity: String,
    /// How far boundaries lie apart.
    interval: WireInterval,
    /// Whether the service is that of the new terms already, at the price of the old ones.
    holds_already: bool,
}

impl From<&PendingChange> for WirePendingChange {
    fn from(change: &PendingChange) -> Self {
        let terms = &change.terms;
        Self {
            from: change.from,
            product_id: terms.product_id.to_string(),
            name: terms.name.clone(),
            price: terms.price.map(|price| price.amount().to_string()),
            quantity: terms.quantity.to_string(),
            interval: terms.interval.into(),
            holds_already: change.holds_already,
        }
    }
}

/// A billed line.
#[derive(Serialize, ToSchema)]
#[schema(as = BilledLine)]
pub(super) struct WireBilledLine {
    /// The invoice it stands on, unless it is a credit note.
    invoice_id: Option<String>,
    /// The credit note it stands on.
    credit_note_id: Option<String>,
    /// The days it pays for.
    period: WirePeriod,
    /// What was billed, without tax.
    amount: WireMoney,
    /// What is left of it after everything that went back.
    left: WireMoney,
}

impl SubscriptionDetail {
    fn of(id: SubscriptionId, contract: &Contract, today: NaiveDate, version: i64) -> Option<Self> {
        let newest = contract.service.newest()?;
        let (terms, serves) = (newest.terms(), contract.serves()?);
        Some(Self {
            id: id.to_string(),
            client_id: contract.client_id.to_string(),
            product_id: serves.product_id.to_string(),
            name: serves.name.clone(),
            status: contract.standing(today).into(),
            started_on: contract.started_on,
            ends_on: newest.end().map(|end| end.day),
            next_due: contract.next_due(),
            coupons: contract.coupons.iter().map(WireAttachedCoupon::from).collect(),
            currency: contract.currency.code().to_owned(),
            price: terms.price.map(|price| price.amount().to_string()),
            quantity: terms.quantity.to_string(),
            interval: terms.interval.into(),
            timing: terms.timing.into(),
            anchor: newest.anchor().into(),
            tax: terms.tax.into(),
            pending_change: contract.pending.as_deref().map(WirePendingChange::from),
            settles_on: contract.settles_on,
            billed: contract.service.billed().iter().map(WireBilledLine::from).collect(),
            version,
        })
    }
}

impl From<&Billed> for WireBilledLine {
    fn from(line: &Billed) -> Self {
        let (invoice_id, credit_note_id) = match line.on.document {
            DocumentRef::Invoice(id) => (Some(id.to_string()), None),
            DocumentRef::CreditNote(id) => (None, Some(id.to_string())),
        };
        Self {
            invoice_id,
            credit_note_id,
            period: line.period.span().into(),
            amount: line.amount().into(),
            left: line.left().into(),
        }
    }
}
