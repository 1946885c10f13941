//! Which gift cards were sold, and what is left on them? Asked by staff.
//!
//! Guarantees: balances are those the cards themselves say, and their sum is the liability of the
//! journal. Absent on purpose: codes, which nobody keeps; a card is told by its last four
//! characters, and found by its code through the door.

use billfold_domain::gift_card::{GiftCardEvent, RedeemTo};
use billfold_domain::kernel::{ClientId, Currency, GiftCardId, TenantId};
use billfold_domain::schema::Event;
use billfold_event_store::OnError;
use chrono::{DateTime, NaiveDate, Utc};

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Narrow, Order, Sorted, one, rows, select};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection, Proof};
use crate::reader::{Answer, Reads};
use crate::row::cell::words;
use crate::row::row;
use crate::table::{Replaced, Table, Tables};

/// How a card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GiftCardStatus {
    /// Made, and not sold.
    Issued,
    /// Sold, and good.
    Active,
    /// Its last day is over, and what was left is earned.
    Expired,
    /// Withdrawn.
    Cancelled,
}

words! {
    GiftCardStatus = "status of a gift card" {
        Issued => "issued",
        Active => "active",
        Expired => "expired",
        Cancelled => "cancelled",
    }
}

row! {
    /// One gift card.
    pub struct GiftCardRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The card.
            gift_card_id: GiftCardId,
        }
        replaced {
            /// The last four characters of its code, if they were kept.
            ending: Option<String>,
            /// How it stands.
            status: GiftCardStatus,
            /// Currency of its sums.
            currency: Currency,
            /// What it was sold for, in minor units.
            value: i64,
            /// What is left on it, in minor units.
            balance: i64,
            /// The last day it can be redeemed.
            expires_on: Option<NaiveDate>,
            /// The day it was sold.
            sold_on: Option<NaiveDate>,
            /// When the log first heard of it.
            issued_at: DateTime<Utc>,
            /// When the log last heard of it.
            changed_at: DateTime<Utc>,
        }
    }
    check "balance >= 0 and balance <= value";
    index "(tenant_id, issued_at, gift_card_id)";
    index "(tenant_id, status, issued_at, gift_card_id)";
    index "(tenant_id, expires_on, gift_card_id) where status = 'active'";
}

row! {
    /// What was spent of a card at once.
    pub struct GiftCardRedemptionRow in "redemptions" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The card.
            gift_card_id: GiftCardId,
            /// Counts the redemptions of the card from 1.
            no: i64,
        }
        replaced {
            /// Whose credit it became.
            client_id: ClientId,
            /// How much, in minor units.
            amount: i64,
            /// The day.
            day: NaiveDate,
            /// Whether it is back on the card.
            reversed: bool,
        }
    }
}

/// The projection.
#[derive(Debug)]
pub struct GiftCardList;

/// Its tables.
#[derive(Debug, Default)]
pub struct GiftCardTables {
    cards: Replaced<GiftCardRow>,
    redemptions: Replaced<GiftCardRedemptionRow>,
}

impl Tables for GiftCardTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.cards, &mut self.redemptions]
    }
}

impl Projection for GiftCardList {
    const NAME: &'static str = "gift_card_list";
    const VERSION: u32 = 2;
    const STREAMS: &'static [&'static str] = &["gift_card"];
    const ON_ERROR: OnError = OnError::Stop;
    const PROOFS: &'static [Proof] = &[Proof {
        rule: "what is left on an active card is its value less what was redeemed",
        violations: "select format('%s %s', tenant_id, gift_card_id) from {gift_card_list} card \
             where status = 'active' and balance <> value - coalesce((select sum(amount) \
                 from {gift_card_list_redemptions} spent where spent.tenant_id = card.tenant_id \
                     and spent.gift_card_id = card.gift_card_id and not reversed), 0)",
        reads_log: false,
    }];
    type Rows = GiftCardTables;

    fn apply(rows: &mut GiftCardTables, fact: &Fact<'_>) -> Result<(), FoldError> {
        let Event::GiftCard(event) = fact.event()? else { return Ok(()) };
        let gift_card_id = GiftCardId::new(fact.aggregate_id);
        match event {
            GiftCardEvent::Issued { ending, value, expires_on, .. } => {
                rows.cards.put(GiftCardRow {
                    tenant_id: fact.tenant(),
                    gift_card_id,
                    ending: ending.clone(),
                    status: GiftCardStatus::Issued,
                    currency: value.currency(),
                    value: value.minor(),
                    balance: 0,
                    expires_on: *expires_on,
                    sold_on: None,
                    issued_at: fact.recorded_at,
                    changed_at: fact.recorded_at,
                    last_position: fact.position,
                });
                return Ok(());
            }
            GiftCardEvent::Redeemed { no, amount, to, on, .. } => {
                let (RedeemTo::CustomerCredit { client_id } | RedeemTo::Invoice { client_id, .. }) =
                    to;
                rows.redemptions.put(GiftCardRedemptionRow {
                    tenant_id: fact.tenant(),
                    gift_card_id,
                    no: i64::from(*no),
                    client_id: *client_id,
                    amount: amount.minor(),
                    day: *on,
                    reversed: false,
                    last_position: fact.position,
                });
            }
            GiftCardEvent::RedemptionReversed { no, .. } => {
                let key = (fact.tenant(), gift_card_id, i64::from(*no));
                rows.redemptions.change(key, fact.position, |row| {
                    row.reversed = true;
                    Ok(())
                })?;
            }
            GiftCardEvent::Activated { .. }
            | GiftCardEvent::Expired { .. }
            | GiftCardEvent::Cancelled { .. } => {}
        }
        rows.cards.change((fact.tenant(), gift_card_id), fact.position, |row| {
            row.take(event);
            row.changed_at = fact.recorded_at;
            Ok(())
        })
    }
}

impl GiftCardRow {
    fn take(&mut self, event: &GiftCardEvent) {
        match event {
            GiftCardEvent::Issued { .. } => {}
            GiftCardEvent::Activated { value, on, .. } => {
                (self.status, self.balance) = (GiftCardStatus::Active, value.minor());
                self.sold_on = Some(*on);
            }
            GiftCardEvent::Redeemed { left, .. }
            | GiftCardEvent::RedemptionReversed { left, .. } => self.balance = left.minor(),
            GiftCardEvent::Expired { .. } => {
                (self.status, self.balance) = (GiftCardStatus::Expired, 0);
            }
            GiftCardEvent::Cancelled { .. } => {
                (self.status, self.balance) = (GiftCardStatus::Cancelled, 0);
            }
        }
    }
}

/// Which cards are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// How it stands.
    pub status: Option<GiftCardStatus>,
}

/// Gift cards in the order they were made.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    order: Order,
    wanted: &Wanted,
) -> Result<Answer<Page<GiftCardRow>>, Error> {
    let sorted = Sorted { by: "issued_at", sql_type: "timestamptz", id: "gift_card_id", order };
    let mut query = sorted.select::<GiftCardRow>(GiftCardList::NAME, tenant);
    query.when("status =", filter.status.map(|status| status.as_str()));
    sorted.read(reads, tenant, GiftCardList::NAME, query, wanted).await
}

/// One gift card.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    gift_card: GiftCardId,
) -> Result<Answer<Option<GiftCardRow>>, Error> {
    let mut query = select::<GiftCardRow>(GiftCardList::NAME, tenant);
    query.push(" and gift_card_id = ").push_bind(gift_card.uuid());
    one(reads, tenant, GiftCardList::NAME, query).await
}

/// Active cards whose last day lies before a day, by last day and id, those behind `after`; at most
/// `limit`.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn lapsed(
    reads: &Reads,
    tenant: TenantId,
    day: NaiveDate,
    after: Option<(NaiveDate, GiftCardId)>,
    limit: u32,
) -> Result<Answer<Vec<GiftCardRow>>, Error> {
    let mut query = select::<GiftCardRow>(GiftCardList::NAME, tenant);
    query.push(" and status = 'active' and expires_on < ").push_bind(day);
    if let Some((expires_on, gift_card)) = after {
        query.push(" and (expires_on, gift_card_id) > (").push_bind(expires_on);
        query.push(", ").push_bind(gift_card.uuid()).push(")");
    }
    query.push(" order by expires_on, gift_card_id limit ").push_bind(i64::from(limit));
    rows(reads, tenant, GiftCardList::NAME, query).await
}

/// What was spent of a card, newest first; at most the newest 200.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn redemptions(
    reads: &Reads,
    tenant: TenantId,
    gift_card: GiftCardId,
) -> Result<Answer<Vec<GiftCardRedemptionRow>>, Error> {
    let mut query = select::<GiftCardRedemptionRow>("gift_card_list_redemptions", tenant);
    query.push(" and gift_card_id = ").push_bind(gift_card.uuid());
    query.push(" order by no desc limit 200");
    rows(reads, tenant, GiftCardList::NAME, query).await
}
