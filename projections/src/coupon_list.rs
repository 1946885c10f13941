//! Which coupons are there, how often were they taken, and by whom? Asked by staff, and by whoever
//! looks at a coupon.
//!
//! Guarantees: what is reserved and what is redeemed are counted apart, and together are what the
//! limits of the coupon count. Absent on purpose: how much came off, which documents say.

use billfold_domain::coupon::{CouponEvent, CouponStatus, CouponTerms, RedeemedFor};
use billfold_domain::kernel::{ClientId, CouponId, TenantId};
use billfold_domain::schema::Event;
use billfold_event_store::OnError;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Narrow, Order, Sorted, one, select};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection, Proof};
use crate::reader::{Answer, Reads};
use crate::row::cell::words;
use crate::row::{Json, row};
use crate::table::{Replaced, Table, Tables};

/// Whether a coupon may be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Offered {
    /// It may.
    Active,
    /// Switched off by staff.
    Disabled,
    /// Put away for good.
    Archived,
}

/// How one redemption stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RedemptionStatus {
    /// Kept for an order, an invoice or a subscription.
    Reserved,
    /// It came off.
    Redeemed,
    /// Given back.
    Released,
}

/// What a redemption comes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RedeemedKind {
    /// An order.
    Order,
    /// An invoice.
    Invoice,
    /// All invoices of a subscription.
    Subscription,
}

words! {
    Offered = "status of a coupon" {
        Active => "active",
        Disabled => "disabled",
        Archived => "archived",
    }
    RedemptionStatus = "status of a redemption" {
        Reserved => "reserved",
        Redeemed => "redeemed",
        Released => "released",
    }
    RedeemedKind = "what a coupon comes off" {
        Order => "order",
        Invoice => "invoice",
        Subscription => "subscription",
    }
}

row! {
    /// One coupon.
    pub struct CouponRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The coupon.
            coupon_id: CouponId,
        }
        replaced {
            /// What people type, in capitals.
            code: String,
            /// Whether it may be had.
            status: Offered,
            /// Its terms as of now.
            terms: Json<CouponTerms>,
            /// The last day it may be had.
            expires_on: Option<NaiveDate>,
            /// Redemptions that are kept for somebody.
            reserved: i64,
            /// Redemptions that came off something.
            redeemed: i64,
            /// When the log first heard of it.
            created_at: DateTime<Utc>,
            /// When the log last heard of it.
            changed_at: DateTime<Utc>,
        }
    }
    check "reserved >= 0 and redeemed >= 0";
    index "(tenant_id, code)";
    index "(tenant_id, status, code)";
}

row! {
    /// One redemption of a coupon.
    pub struct RedemptionRow in "redemptions" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The coupon.
            coupon_id: CouponId,
            /// Id of what it comes off.
            target_id: Uuid,
        }
        replaced {
            /// What it comes off.
            target: RedeemedKind,
            /// Who has it.
            client_id: ClientId,
            /// How it stands.
            status: RedemptionStatus,
            /// The day of its last step.
            day: NaiveDate,
            /// When the log first heard of it.
            reserved_at: DateTime<Utc>,
        }
    }
    index "(tenant_id, coupon_id, reserved_at, target_id)";
    index "(tenant_id, client_id)";
}

/// The projection.
#[derive(Debug)]
pub struct CouponList;

/// Its tables.
#[derive(Debug, Default)]
pub struct CouponTables {
    coupons: Replaced<CouponRow>,
    redemptions: Replaced<RedemptionRow>,
}

impl Tables for CouponTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.coupons, &mut self.redemptions]
    }
}

impl Projection for CouponList {
    const NAME: &'static str = "coupon_list";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &["coupon"];
    const ON_ERROR: OnError = OnError::Stop;
    const PROOFS: &'static [Proof] = &[Proof {
        rule: "a coupon is taken as often as its redemptions say",
        violations: "select format('%s %s', tenant_id, coupon_id) from {coupon_list} coupon \
             where (reserved, redeemed) <> (select \
                 count(*) filter (where status = 'reserved'), \
                 count(*) filter (where status = 'redeemed') \
                 from {coupon_list_redemptions} taken where taken.tenant_id = coupon.tenant_id \
                     and taken.coupon_id = coupon.coupon_id)",
        reads_log: false,
    }];
    type Rows = CouponTables;

    fn apply(rows: &mut CouponTables, fact: &Fact<'_>) -> Result<(), FoldError> {
        let Event::Coupon(event) = fact.event()? else { return Ok(()) };
        let coupon_id = CouponId::new(fact.aggregate_id);
        if let CouponEvent::Created { terms } = event {
            rows.coupons.put(created(fact, coupon_id, terms));
            return Ok(());
        }
        if let Some((target, step)) = step_of(event) {
            return take(rows, fact, coupon_id, target, &step);
        }
        rows.change(fact, coupon_id, |row| match event {
            CouponEvent::Revised { terms, .. } => {
                row.expires_on = terms.expires_on;
                let status = row.terms.0.status;
                row.terms = Json(CouponTerms { status, ..(**terms).clone() });
            }
            CouponEvent::Disabled { .. } => row.set(Offered::Disabled),
            CouponEvent::Enabled {} => row.set(Offered::Active),
            CouponEvent::Archived {} => row.set(Offered::Archived),
            CouponEvent::Created { .. }
            | CouponEvent::Reserved { .. }
            | CouponEvent::Redeemed { .. }
            | CouponEvent::Released { .. } => {}
        })
    }
}

fn created(fact: &Fact<'_>, coupon_id: CouponId, terms: &CouponTerms) -> CouponRow {
    CouponRow {
        tenant_id: fact.tenant(),
        coupon_id,
        code: terms.code_key(),
        status: Offered::Active,
        terms: Json(terms.clone()),
        expires_on: terms.expires_on,
        reserved: 0,
        redeemed: 0,
        created_at: fact.recorded_at,
        changed_at: fact.recorded_at,
        last_position: fact.position,
    }
}

impl CouponRow {
    fn set(&mut self, status: Offered) {
        self.status = status;
        self.terms.0.status = match status {
            Offered::Active => CouponStatus::Active,
            Offered::Disabled => CouponStatus::Disabled,
            Offered::Archived => CouponStatus::Archived,
        };
    }
}

impl CouponTables {
    fn change(
        &mut self,
        fact: &Fact<'_>,
        coupon_id: CouponId,
        change: impl FnOnce(&mut CouponRow),
    ) -> Result<(), FoldError> {
        self.coupons.change((fact.tenant(), coupon_id), fact.position, |row| {
            change(row);
            row.changed_at = fact.recorded_at;
            Ok(())
        })
    }
}

/// A step of a redemption.
struct Step {
    client_id: ClientId,
    status: RedemptionStatus,
    day: Option<NaiveDate>,
}

fn step_of(event: &CouponEvent) -> Option<(RedeemedFor, Step)> {
    let (target, client_id, status, day) = match event {
        CouponEvent::Reserved { target, client_id, on, .. } => {
            (target, client_id, RedemptionStatus::Reserved, Some(*on))
        }
        CouponEvent::Redeemed { target, client_id, on, .. } => {
            (target, client_id, RedemptionStatus::Redeemed, Some(*on))
        }
        CouponEvent::Released { target, client_id, .. } => {
            (target, client_id, RedemptionStatus::Released, None)
        }
        _ => return None,
    };
    Some((*target, Step { client_id: *client_id, status, day }))
}

/// Notes a step and counts it. What stood before decides what is counted down.
fn take(
    rows: &mut CouponTables,
    fact: &Fact<'_>,
    coupon_id: CouponId,
    target: RedeemedFor,
    step: &Step,
) -> Result<(), FoldError> {
    let (kind, target_id) = match target {
        RedeemedFor::Order(id) => (RedeemedKind::Order, id.uuid()),
        RedeemedFor::Invoice(id) => (RedeemedKind::Invoice, id.uuid()),
        RedeemedFor::Subscription(id) => (RedeemedKind::Subscription, id.uuid()),
    };
    let day = step.day.unwrap_or_else(|| fact.recorded_at.date_naive());
    let new = || RedemptionRow {
        tenant_id: fact.tenant(),
        coupon_id,
        target_id,
        target: kind,
        client_id: step.client_id,
        status: RedemptionStatus::Released,
        day,
        reserved_at: fact.recorded_at,
        last_position: fact.position,
    };
    let mut before = RedemptionStatus::Released;
    let key = (fact.tenant(), coupon_id, target_id);
    rows.redemptions.change_or_put(key, fact.position, new, |row| {
        before = row.status;
        (row.status, row.day, row.client_id) = (step.status, day, step.client_id);
        Ok(())
    })?;
    rows.change(fact, coupon_id, |row| {
        row.count(before, -1);
        row.count(step.status, 1);
    })
}

impl CouponRow {
    fn count(&mut self, status: RedemptionStatus, by: i64) {
        match status {
            RedemptionStatus::Reserved => self.reserved += by,
            RedemptionStatus::Redeemed => self.redeemed += by,
            RedemptionStatus::Released => {}
        }
    }
}

/// Which coupons are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whether it may be had.
    pub status: Option<Offered>,
    /// Its code, however it is typed.
    pub code: Option<String>,
}

/// Coupons by code.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    wanted: &Wanted,
) -> Result<Answer<Page<CouponRow>>, Error> {
    let order = Order::Ascending;
    let sorted = Sorted { by: "code", sql_type: "text", id: "coupon_id", order };
    let mut query = sorted.select::<CouponRow>(CouponList::NAME, tenant);
    query.when("status =", filter.status.map(|status| status.as_str()));
    if let Some(code) = &filter.code {
        query.push(" and code = ").push_bind(code.trim().to_uppercase());
    }
    sorted.read(reads, tenant, CouponList::NAME, query, wanted).await
}

/// One coupon.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    coupon: CouponId,
) -> Result<Answer<Option<CouponRow>>, Error> {
    let mut query = select::<CouponRow>(CouponList::NAME, tenant);
    query.push(" and coupon_id = ").push_bind(coupon.uuid());
    one(reads, tenant, CouponList::NAME, query).await
}

/// The redemptions of a coupon, newest first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn redemptions(
    reads: &Reads,
    tenant: TenantId,
    coupon: CouponId,
    wanted: &Wanted,
) -> Result<Answer<Page<RedemptionRow>>, Error> {
    let order = Order::Descending;
    let sorted = Sorted { by: "reserved_at", sql_type: "timestamptz", id: "target_id", order };
    let mut query = sorted.select::<RedemptionRow>("coupon_list_redemptions", tenant);
    query.push(" and coupon_id = ").push_bind(coupon.uuid());
    sorted.read(reads, tenant, CouponList::NAME, query, wanted).await
}
