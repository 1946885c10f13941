//! Who are the affiliates, what did they earn by which payment, and what were they paid? Asked by
//! staff, and by the page of a client who was brought (EVT-33).
//!
//! Guarantees: what is pending, owed, on its way and paid is what was earned less what was taken
//! back, per currency. Absent on purpose: the order in which things happened to one commission,
//! which the statement tells from the affiliate's own stream.

use billfold_domain::affiliate::{AffiliateEvent, PayoutTo, Stage};
use billfold_domain::kernel::{AffiliateId, ClientId, Currency, Money, PaymentId, TenantId};
use billfold_domain::schema::Event;
use billfold_event_store::OnError;
use chrono::{DateTime, NaiveDate, Utc};

mod read;

pub use read::{
    Filter, ReferredBy, balances, commissions, find, page, payouts, referrals, referred_by,
};

use crate::fact::Fact;
use crate::projection::{FoldError, Projection, Proof};
use crate::row::cell::words;
use crate::row::row;
use crate::table::{Appended, Replaced, Summed, Table, Tables};

/// Whether an affiliate may refer and earn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AffiliateStatus {
    /// Waits for approval.
    Applied,
    /// May.
    Active,
    /// May not until further notice.
    Suspended,
}

/// What became of a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PayoutStatus {
    /// It was asked for.
    Requested,
    /// The money went out.
    Sent,
    /// It did not.
    Failed,
}

words! {
    AffiliateStatus = "status of an affiliate" {
        Applied => "applied",
        Active => "active",
        Suspended => "suspended",
    }
    PayoutStatus = "status of a payout" {
        Requested => "requested",
        Sent => "sent",
        Failed => "failed",
    }
}

row! {
    /// One affiliate.
    pub struct AffiliateRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The affiliate.
            affiliate_id: AffiliateId,
        }
        replaced {
            /// The affiliate as a client.
            client_id: ClientId,
            /// What links carry.
            code: String,
            /// Whether it may refer and earn.
            status: AffiliateStatus,
            /// Clients it brought.
            referrals: i64,
            /// When the log first heard of it.
            enrolled_at: DateTime<Utc>,
            /// When the log last heard of it.
            changed_at: DateTime<Utc>,
        }
    }
    index "(tenant_id, enrolled_at, affiliate_id)";
    index "(tenant_id, client_id)";
}

row! {
    /// What an affiliate has in one currency, in minor units.
    pub struct AffiliateBalanceRow in "balances" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The affiliate.
            affiliate_id: AffiliateId,
            /// Currency of the sums.
            currency: Currency,
        }
        summed {
            /// In its hold.
            pending: i64,
            /// Owed and in no payout; below zero while the affiliate owes.
            approved: i64,
            /// In payouts that were asked for.
            requested: i64,
            /// In payouts that were sent.
            paid: i64,
            /// Ever earned.
            earned: i64,
            /// Ever taken back by refunds or rejected.
            taken_back: i64,
        }
    }
}

row! {
    /// One commission.
    pub struct CommissionRow in "commissions" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The affiliate.
            affiliate_id: AffiliateId,
            /// Counts the commissions of the affiliate from 1.
            commission_no: i64,
        }
        replaced {
            /// The payment that earned it.
            payment_id: PaymentId,
            /// Who paid.
            client_id: ClientId,
            /// Currency of the amounts, which are minor units.
            currency: Currency,
            /// What was sold, without tax.
            sale: i64,
            /// What of the sale was refunded.
            refunded: i64,
            /// What it was when it was earned.
            earned: i64,
            /// What refunds and a rejection took back of it.
            taken_back: i64,
            /// The day of the sale.
            sold_on: NaiveDate,
            /// The first day on which it counts.
            counts_from: NaiveDate,
            /// The day it was approved.
            approved_on: Option<NaiveDate>,
            /// The day it was rejected.
            rejected_on: Option<NaiveDate>,
        }
    }
    check "taken_back between 0 and earned";
}

row! {
    /// One payout.
    pub struct PayoutRow in "payouts" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The affiliate.
            affiliate_id: AffiliateId,
            /// Counts the payouts of the affiliate from 1.
            payout_no: i64,
        }
        replaced {
            /// How much, in minor units.
            amount: i64,
            /// Currency of the amount.
            currency: Currency,
            /// The key of the channel; none for the affiliate's own credit as a client.
            channel: Option<String>,
            /// What became of it.
            status: PayoutStatus,
            /// What the channel calls it.
            reference: Option<String>,
            /// Why it failed.
            reason: Option<String>,
            /// The day it was asked for.
            requested_on: NaiveDate,
            /// The day the money went out, or did not.
            ended_on: Option<NaiveDate>,
        }
    }
    check "amount > 0";
}

row! {
    /// A commission in a payout.
    pub struct PayoutItemRow in "payout_items" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The affiliate.
            affiliate_id: AffiliateId,
            /// The payout.
            payout_no: i64,
            /// The commission.
            commission_no: i64,
        }
        appended {
            /// Position of the event.
            position: i64,
        }
    }
    index "(tenant_id, affiliate_id, commission_no)";
}

row! {
    /// A client that an affiliate brought.
    pub struct ReferralRow in "referrals" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The affiliate.
            affiliate_id: AffiliateId,
            /// The client.
            client_id: ClientId,
        }
        replaced {
            /// The day the client clicked the link.
            clicked_on: NaiveDate,
            /// The day the client came.
            came_on: NaiveDate,
            /// The day from which no sale earns any longer.
            rejected_on: Option<NaiveDate>,
        }
    }
    index "(tenant_id, client_id)";
    index "(tenant_id, affiliate_id, came_on, client_id)";
}

/// The projection.
#[derive(Debug)]
pub struct AffiliateList;

/// Its tables.
#[derive(Debug, Default)]
pub struct AffiliateTables {
    affiliates: Replaced<AffiliateRow>,
    balances: Summed<AffiliateBalanceRow>,
    commissions: Replaced<CommissionRow>,
    payouts: Replaced<PayoutRow>,
    items: Appended<PayoutItemRow>,
    referrals: Replaced<ReferralRow>,
}

impl Tables for AffiliateTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![
            &mut self.affiliates,
            &mut self.balances,
            &mut self.commissions,
            &mut self.payouts,
            &mut self.items,
            &mut self.referrals,
        ]
    }
}

impl Projection for AffiliateList {
    const NAME: &'static str = "affiliate_list";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &["affiliate"];
    const ON_ERROR: OnError = OnError::Stop;
    const PROOFS: &'static [Proof] = &[
        Proof {
            rule: "what an affiliate has is what it earned less what was taken back",
            violations: "select format('%s %s %s', tenant_id, affiliate_id, currency) \
                 from {affiliate_list_balances} \
                 where pending + approved + requested + paid <> earned - taken_back",
            reads_log: false,
        },
        Proof {
            rule: "the commissions of an affiliate sum to what it earned and lost",
            violations: "select format('%s %s %s', tenant_id, affiliate_id, currency) \
                 from {affiliate_list_balances} b join ( \
                     select tenant_id, affiliate_id, currency, sum(earned) as one, \
                         sum(taken_back) as other \
                     from {affiliate_list_commissions} group by 1, 2, 3 \
                 ) c using (tenant_id, affiliate_id, currency) \
                 where b.earned <> c.one or b.taken_back <> c.other",
            reads_log: false,
        },
    ];
    type Rows = AffiliateTables;

    fn apply(rows: &mut AffiliateTables, fact: &Fact<'_>) -> Result<(), FoldError> {
        let Event::Affiliate(event) = fact.event()? else { return Ok(()) };
        apply_standing(&mut rows.affiliates, fact, event)?;
        apply_referral(&mut rows.referrals, fact, event)?;
        apply_commission(&mut rows.commissions, fact, event)?;
        apply_payout(rows, fact, event)?;
        apply_balance(&mut rows.balances, fact, event)
    }
}

fn affiliate(fact: &Fact<'_>) -> AffiliateId {
    AffiliateId::new(fact.aggregate_id)
}

fn apply_standing(
    rows: &mut Replaced<AffiliateRow>,
    fact: &Fact<'_>,
    event: &AffiliateEvent,
) -> Result<(), FoldError> {
    if let AffiliateEvent::Enrolled { client_id, code } = event {
        rows.put(AffiliateRow {
            tenant_id: fact.tenant(),
            affiliate_id: affiliate(fact),
            client_id: *client_id,
            code: code.clone(),
            status: AffiliateStatus::Applied,
            referrals: 0,
            enrolled_at: fact.recorded_at,
            changed_at: fact.recorded_at,
            last_position: fact.position,
        });
        return Ok(());
    }
    rows.change((fact.tenant(), affiliate(fact)), fact.position, |row| {
        row.changed_at = fact.recorded_at;
        match event {
            AffiliateEvent::Approved {} | AffiliateEvent::Resumed {} => {
                row.status = AffiliateStatus::Active;
            }
            AffiliateEvent::Suspended { .. } => row.status = AffiliateStatus::Suspended,
            AffiliateEvent::ClientReferred { .. } => row.referrals += 1,
            _ => {}
        }
        Ok(())
    })
}

fn apply_referral(
    rows: &mut Replaced<ReferralRow>,
    fact: &Fact<'_>,
    event: &AffiliateEvent,
) -> Result<(), FoldError> {
    match event {
        AffiliateEvent::ClientReferred { client_id, clicked_on, on } => {
            rows.put(ReferralRow {
                tenant_id: fact.tenant(),
                affiliate_id: affiliate(fact),
                client_id: *client_id,
                clicked_on: *clicked_on,
                came_on: *on,
                rejected_on: None,
                last_position: fact.position,
            });
            Ok(())
        }
        AffiliateEvent::ReferralRejected { client_id, on, .. } => {
            let key = (fact.tenant(), affiliate(fact), *client_id);
            rows.change(key, fact.position, |row| {
                row.rejected_on = Some(*on);
                Ok(())
            })
        }
        _ => Ok(()),
    }
}

fn apply_commission(
    rows: &mut Replaced<CommissionRow>,
    fact: &Fact<'_>,
    event: &AffiliateEvent,
) -> Result<(), FoldError> {
    let key = |no: u32| (fact.tenant(), affiliate(fact), i64::from(no));
    match event {
        AffiliateEvent::CommissionAccrued {
            no,
            payment_id,
            client_id,
            sale,
            amount,
            on,
            counts_from,
            ..
        } => {
            rows.put(CommissionRow {
                tenant_id: fact.tenant(),
                affiliate_id: affiliate(fact),
                commission_no: i64::from(*no),
                payment_id: *payment_id,
                client_id: *client_id,
                currency: sale.currency(),
                sale: sale.minor(),
                refunded: 0,
                earned: amount.minor(),
                taken_back: 0,
                sold_on: *on,
                counts_from: *counts_from,
                approved_on: None,
                rejected_on: None,
                last_position: fact.position,
            });
            Ok(())
        }
        AffiliateEvent::CommissionApproved { no, on, .. } => {
            rows.change(key(*no), fact.position, |row| {
                row.approved_on = Some(*on);
                Ok(())
            })
        }
        AffiliateEvent::CommissionRejected { no, amount, on, .. } => {
            rows.change(key(*no), fact.position, |row| {
                row.rejected_on = Some(*on);
                row.taken_back += amount.minor();
                Ok(())
            })
        }
        AffiliateEvent::CommissionReversed { commission, refunded, amount, .. } => {
            rows.change(key(*commission), fact.position, |row| {
                row.refunded = refunded.minor();
                row.taken_back += amount.minor();
                Ok(())
            })
        }
        _ => Ok(()),
    }
}

fn apply_payout(
    rows: &mut AffiliateTables,
    fact: &Fact<'_>,
    event: &AffiliateEvent,
) -> Result<(), FoldError> {
    let (tenant_id, affiliate_id) = (fact.tenant(), affiliate(fact));
    let mut end = |no: u32, status, on: NaiveDate, reference: Option<&String>, reason| {
        rows.payouts.change((tenant_id, affiliate_id, i64::from(no)), fact.position, |row| {
            (row.status, row.ended_on) = (status, Some(on));
            (row.reference, row.reason) = (reference.cloned(), reason);
            Ok(())
        })
    };
    match event {
        AffiliateEvent::PayoutRequested { no, amount, to, commissions, on, .. } => {
            let payout_no = i64::from(*no);
            rows.payouts.put(PayoutRow {
                tenant_id,
                affiliate_id,
                payout_no,
                amount: amount.minor(),
                currency: amount.currency(),
                channel: match to {
                    PayoutTo::CustomerCredit => None,
                    PayoutTo::Channel { key } => Some(key.clone()),
                },
                status: PayoutStatus::Requested,
                reference: None,
                reason: None,
                requested_on: *on,
                ended_on: None,
                last_position: fact.position,
            });
            for commission in commissions {
                let (commission_no, position) = (i64::from(*commission), fact.position);
                let item =
                    PayoutItemRow { tenant_id, affiliate_id, payout_no, commission_no, position };
                rows.items.push(item);
            }
            Ok(())
        }
        AffiliateEvent::PayoutSent { no, reference, on, .. } => {
            end(*no, PayoutStatus::Sent, *on, Some(reference), None)
        }
        AffiliateEvent::PayoutFailed { no, reason, on, .. } => {
            end(*no, PayoutStatus::Failed, *on, None, Some(reason.clone()))
        }
        _ => Ok(()),
    }
}

fn apply_balance(
    rows: &mut Summed<AffiliateBalanceRow>,
    fact: &Fact<'_>,
    event: &AffiliateEvent,
) -> Result<(), FoldError> {
    let mut add = |amount: &Money, change: &dyn Fn(&mut AffiliateBalanceRow, i64)| {
        let mut sums = AffiliateBalanceRow {
            tenant_id: fact.tenant(),
            affiliate_id: affiliate(fact),
            currency: amount.currency(),
            pending: 0,
            approved: 0,
            requested: 0,
            paid: 0,
            earned: 0,
            taken_back: 0,
            last_position: fact.position,
        };
        change(&mut sums, amount.minor());
        rows.add(sums)
    };
    match event {
        AffiliateEvent::CommissionAccrued { amount, .. } => {
            add(amount, &|sums, minor| (sums.pending, sums.earned) = (minor, minor))?;
        }
        AffiliateEvent::CommissionApproved { amount, .. } => {
            add(amount, &|sums, minor| (sums.pending, sums.approved) = (-minor, minor))?;
        }
        AffiliateEvent::CommissionReversed { amount, stage: Stage::Pending, .. }
        | AffiliateEvent::CommissionRejected { amount, stage: Stage::Pending, .. } => {
            add(amount, &|sums, minor| (sums.pending, sums.taken_back) = (-minor, minor))?;
        }
        AffiliateEvent::CommissionReversed { amount, .. }
        | AffiliateEvent::CommissionRejected { amount, .. } => {
            add(amount, &|sums, minor| (sums.approved, sums.taken_back) = (-minor, minor))?;
        }
        AffiliateEvent::PayoutRequested { amount, .. } => {
            add(amount, &|sums, minor| (sums.approved, sums.requested) = (-minor, minor))?;
        }
        AffiliateEvent::PayoutSent { amount, .. } => {
            add(amount, &|sums, minor| (sums.requested, sums.paid) = (-minor, minor))?;
        }
        AffiliateEvent::PayoutFailed { amount, .. } => {
            add(amount, &|sums, minor| (sums.requested, sums.approved) = (-minor, minor))?;
        }
        _ => {}
    }
    Ok(())
}
