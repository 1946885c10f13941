//! Who is subscribed to what, and when is it billed next? Asked by staff and by billing runs.
//!
//! Guarantees: one row per subscription; the day it is due next is computed by the planner that
//! bills it, so that a run which looks only at due rows misses nothing. Absent on purpose: the word
//! for how a subscription stands on a day, which passes with the days; see [`Standing`].

use billfold_domain::kernel::{
    Aggregate as _, ClientId, Currency, ProductId, SubscriptionId, TenantId,
};
use billfold_domain::schema::Event;
use billfold_domain::subscription::{Standing, Subscription, SubscriptionEvent};
use billfold_event_store::OnError;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::Row as _;

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Narrow, Order, Sorted, one, select};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection, Proof};
use crate::reader::{Answer, Reads};
use crate::row::{Json, row};
use crate::scope::Scope;
use crate::table::{Replaced, Table, Tables};

row! {
    /// One subscription.
    pub struct SubscriptionRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The subscription.
            subscription_id: SubscriptionId,
        }
        replaced {
            /// Who pays.
            client_id: ClientId,
            /// What is subscribed to.
            product_id: ProductId,
            /// What documents call it.
            name: String,
            /// In what it is billed.
            currency: Currency,
            /// The first day.
            started_on: NaiveDate,
            /// The first day without service, if that is known.
            ends_on: Option<NaiveDate>,
            /// The first day on which there is something to bill or to give back.
            next_due: Option<NaiveDate>,
            /// The subscription as it stands.
            state: Json<Subscription>,
            /// When the log last heard of it.
            changed_at: DateTime<Utc>,
        }
    }
    index "(tenant_id, started_on, subscription_id)";
    index "(tenant_id, client_id, started_on, subscription_id)";
}

row! {
    /// When a subscription is due next. Apart from the rest of it, so that a billing run reads
    /// small rows in the order of their key, and a renewal moves no index.
    pub struct DueRow in "due" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// Who pays.
            client_id: ClientId,
            /// In what it is billed.
            currency: Currency,
            /// The subscription.
            subscription_id: SubscriptionId,
        }
        replaced {
            /// The first day on which there is something to bill or to give back.
            next_due: Option<NaiveDate>,
        }
    }
}

/// The projection.
#[derive(Debug)]
pub struct SubscriptionList;

/// Its tables.
#[derive(Debug, Default)]
pub struct SubscriptionTables {
    list: Replaced<SubscriptionRow>,
    due: Replaced<DueRow>,
}

impl Tables for SubscriptionTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.list, &mut self.due]
    }
}

impl Projection for SubscriptionList {
    const NAME: &'static str = "subscription_list";
    const VERSION: u32 = 2;
    const STREAMS: &'static [&'static str] = &["subscription"];
    const ON_ERROR: OnError = OnError::Stop;
    const PROOFS: &'static [Proof] = &[Proof {
        rule: "every subscription is due on the day that the list shows",
        violations: "select format('%s %s', tenant_id, subscription_id) \
             from {subscription_list} l full join {subscription_list_due} d \
                 using (tenant_id, client_id, currency, subscription_id) \
             where l.started_on is null or d.last_position is null \
                 or l.next_due is distinct from d.next_due",
        reads_log: false,
    }];
    type Rows = SubscriptionTables;

    fn apply(rows: &mut Self::Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        let Event::Subscription(event) = fact.event()? else { return Ok(()) };
        let subscription_id = SubscriptionId::new(fact.aggregate_id);
        if let SubscriptionEvent::Started { client_id, currency, terms, started_on, .. } = event {
            let mut row = SubscriptionRow {
                tenant_id: fact.tenant(),
                subscription_id,
                client_id: *client_id,
                product_id: terms.product_id,
                name: terms.name.clone(),
                currency: *currency,
                started_on: *started_on,
                ends_on: None,
                next_due: None,
                state: Json(Subscription::default()),
                changed_at: fact.recorded_at,
                last_position: fact.position,
            };
            row.take(event);
            rows.due.put(row.due());
            rows.list.put(row);
            return Ok(());
        }
        let mut moved = None;
        rows.list.change((fact.tenant(), subscription_id), fact.position, |row| {
            let before = row.next_due;
            row.take(event);
            row.changed_at = fact.recorded_at;
            row.last_position = fact.position;
            moved = (row.next_due != before).then(|| row.due());
            Ok(())
        })?;
        moved.into_iter().for_each(|due| rows.due.put(due));
        Ok(())
    }
}

impl SubscriptionRow {
    fn take(&mut self, event: &SubscriptionEvent) {
        let Json(state) = &mut self.state;
        state.apply(event);
        let Some(contract) = state.contract() else { return };
        if let Some(terms) = contract.serves() {
            self.product_id = terms.product_id;
            self.name.clone_from(&terms.name);
        }
        let end = contract.service.newest().and_then(|phase| phase.end());
        self.ends_on = end.map(|end| end.day);
        self.next_due = contract.next_due();
    }

    fn due(&self) -> DueRow {
        DueRow {
            tenant_id: self.tenant_id,
            client_id: self.client_id,
            currency: self.currency,
            subscription_id: self.subscription_id,
            next_due: self.next_due,
            last_position: self.last_position,
        }
    }

    /// How it stands on a day; nothing only for a row that no event made.
    pub fn standing(&self, on: NaiveDate) -> Option<Standing> {
        self.state.0.contract().map(|contract| contract.standing(on))
    }
}

/// Which subscriptions are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whose clients are asked for at all.
    pub scope: Scope,
    /// Who pays.
    pub client: Option<ClientId>,
    /// Something is to be billed or given back on this day or before.
    pub due_by: Option<NaiveDate>,
    /// Only those whose end has not come on this day.
    pub running_on: Option<NaiveDate>,
}

/// Subscriptions by the day they began.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    order: Order,
    wanted: &Wanted,
) -> Result<Answer<Page<SubscriptionRow>>, Error> {
    let sorted = Sorted { by: "started_on", sql_type: "date", id: "subscription_id", order };
    let mut query = sorted.select::<SubscriptionRow>(SubscriptionList::NAME, tenant);
    filter.scope.narrow(&mut query, tenant);
    query.when("client_id =", filter.client.map(|client| client.uuid()));
    query.when("next_due <=", filter.due_by);
    if let Some(day) = filter.running_on {
        query.push(" and (ends_on is null or ends_on > ").push_bind(day).push(")");
    }
    sorted.read(reads, tenant, SubscriptionList::NAME, query, wanted).await
}

/// One subscription.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    subscription: SubscriptionId,
) -> Result<Answer<Option<SubscriptionRow>>, Error> {
    let mut query = select::<SubscriptionRow>(SubscriptionList::NAME, tenant);
    query.push(" and subscription_id = ").push_bind(subscription.uuid());
    one(reads, tenant, SubscriptionList::NAME, query).await
}

/// A client with subscriptions of one currency that are due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueAccount {
    /// Who pays.
    pub client_id: ClientId,
    /// In what.
    pub currency: Currency,
    /// Which subscriptions.
    pub subscriptions: Vec<SubscriptionId>,
}

/// Accounts with something due on a day or before, by client and currency, behind `after`; at most
/// `limit`.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn due_accounts(
    reads: &Reads,
    tenant: TenantId,
    through: NaiveDate,
    after: Option<(ClientId, Currency)>,
    limit: i64,
) -> Result<Answer<Vec<DueAccount>>, Error> {
    let mut read = reads.open(tenant, &[SubscriptionList::NAME]).await?;
    // A run walks the accounts in the order of the key, so that each page costs what it shows.
    let (client, currency) = after
        .map_or((uuid::Uuid::nil(), String::new()), |(client, currency)| {
            (client.uuid(), currency.code().to_string())
        });
    let rows = sqlx::query(
        "select client_id, currency, array_agg(subscription_id order by subscription_id) \
         from subscription_list_due \
         where tenant_id = $1 and next_due <= $2 \
             and (client_id, currency) > ($3, $4) \
         group by client_id, currency order by client_id, currency limit $5",
    )
    .bind(tenant.uuid())
    .bind(through)
    .bind(client)
    .bind(currency)
    .bind(limit)
    .fetch_all(read.conn())
    .await?;
    let account = |row: &sqlx::postgres::PgRow| {
        let currency: String = row.try_get(1)?;
        let ids: Vec<uuid::Uuid> = row.try_get(2)?;
        Ok(DueAccount {
            client_id: ClientId::new(row.try_get(0)?),
            currency: Currency::parse(&currency)
                .map_err(|error| sqlx::Error::Decode(error.into()))?,
            subscriptions: ids.into_iter().map(SubscriptionId::new).collect(),
        })
    };
    let accounts = rows.iter().map(account).collect::<Result<_, sqlx::Error>>()?;
    Ok(read.answer(accounts))
}
