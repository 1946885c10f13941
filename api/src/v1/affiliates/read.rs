//! Reads of affiliates.

use axum::Json;
use axum::extract::State;
use billfold_domain::affiliate::{Affiliate, Partner, Standing, Statement, StatementLine};
use billfold_domain::kernel::{AffiliateId, Currency, Money, TenantId};
use billfold_projections::Projection;
use billfold_projections::affiliate_list::{
    self, AffiliateBalanceRow, AffiliateList, AffiliateRow, AffiliateStatus, CommissionRow,
    PayoutRow, ReferralRow,
};
use billfold_projections::payment_list::{self, AllocationRow, PaymentList};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::WireCommissionTerms;
use crate::answer::Versioned;
use crate::auth::{AffiliatesRead, May};
use crate::problem::Problem;
use crate::receive::{Check, Filter, Ident, ListOf};
use crate::state::ApiState;
use crate::wire::{Page, Paging, WireMoney, sort};

/// Lists affiliates, latest first, each with what it has.
#[utoipa::path(
    get, path = "", tag = "affiliates", params(ListAffiliates, Paging),
    responses((status = 200, body = Page<WireAffiliate>)),
)]
pub(super) async fn list_affiliates(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesRead>,
    ListOf(query, part): ListOf<ListAffiliates>,
) -> Result<Json<Page<WireAffiliate>>, Problem> {
    let wanted = part.wanted()?;
    state.reach(AffiliateList::NAME, part.min_position).await?;
    let filter = affiliate_list::Filter { status: query.status.map(AffiliateStatus::from) };
    let (reads, tenant) = (state.reads(), caller.tenant);
    let order = AffiliateSort::order(query.sort);
    let page = affiliate_list::page(reads, tenant, &filter, order, &wanted).await?;
    let ids: Vec<_> = page.value.rows.iter().map(|row| row.affiliate_id).collect();
    let balances = affiliate_list::balances(reads, tenant, &ids).await?.value;
    Ok(Json(Page::of(page, |row| WireAffiliate::of(row, &balances))))
}

/// Reads one affiliate with the terms that count today.
///
/// The answer is the present state, whatever the read side has reached.
#[utoipa::path(
    get, path = "/{id}", tag = "affiliates",
    params(("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = AffiliateDetail)),
)]
pub(super) async fn read_affiliate(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesRead>,
    Ident(id): Ident<AffiliateId>,
) -> Result<Versioned<AffiliateDetail>, Problem> {
    let (affiliate, version) = state.door().load::<Affiliate>(caller.tenant, id.uuid()).await?;
    let partner = affiliate.partner().ok_or_else(Problem::not_found)?;
    let today = state.today(caller.tenant).await?;
    Ok(Versioned { body: AffiliateDetail::of(id, partner, today, version), version })
}

/// Lists the commissions of an affiliate, newest first.
#[utoipa::path(
    get, path = "/{id}/commissions", tag = "affiliates",
    params(("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f"), Paging),
    responses((status = 200, body = Page<WireCommission>)),
)]
pub(super) async fn list_commissions(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesRead>,
    Ident(id): Ident<AffiliateId>,
    ListOf(Nothing {}, part): ListOf<Nothing>,
) -> Result<Json<Page<WireCommission>>, Problem> {
    let wanted = part.wanted()?;
    must_exist(&state, caller.tenant, id).await?;
    state.reach(AffiliateList::NAME, part.min_position).await?;
    let page = affiliate_list::commissions(state.reads(), caller.tenant, id, &wanted).await?;
    Ok(Json(Page::of(page, WireCommission::from)))
}

/// Lists the payouts of an affiliate, newest first.
#[utoipa::path(
    get, path = "/{id}/payouts", tag = "affiliates",
    params(("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f"), Paging),
    responses((status = 200, body = Page<WirePayout>)),
)]
pub(super) async fn list_payouts(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesRead>,
    Ident(id): Ident<AffiliateId>,
    ListOf(Nothing {}, part): ListOf<Nothing>,
) -> Result<Json<Page<WirePayout>>, Problem> {
    let wanted = part.wanted()?;
    must_exist(&state, caller.tenant, id).await?;
    state.reach(AffiliateList::NAME, part.min_position).await?;
    let page = affiliate_list::payouts(state.reads(), caller.tenant, id, &wanted).await?;
    Ok(Json(Page::of(page, WirePayout::from)))
}

/// Lists the clients an affiliate brought, latest first.
#[utoipa::path(
    get, path = "/{id}/referrals", tag = "affiliates",
    params(("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f"), Paging),
    responses((status = 200, body = Page<WireReferral>)),
)]
pub(super) async fn list_referrals(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesRead>,
    Ident(id): Ident<AffiliateId>,
    ListOf(Nothing {}, part): ListOf<Nothing>,
) -> Result<Json<Page<WireReferral>>, Problem> {
    let wanted = part.wanted()?;
    must_exist(&state, caller.tenant, id).await?;
    state.reach(AffiliateList::NAME, part.min_position).await?;
    let page = affiliate_list::referrals(state.reads(), caller.tenant, id, &wanted).await?;
    Ok(Json(Page::of(page, WireReferral::from)))
}

/// Reads the statement of an affiliate in one currency: the payment and the invoices behind each
/// cent, and where it is now.
///
/// The lines are those of the days asked for; the sums are of all days. At most a year at once.
#[utoipa::path(
    get, path = "/{id}/statement", tag = "affiliates",
    params(("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f"), ReadStatement),
    responses((status = 200, body = CommissionStatement)),
)]
pub(super) async fn read_commission_statement(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesRead>,
    Ident(id): Ident<AffiliateId>,
    Filter(query): Filter<ReadStatement>,
) -> Result<Json<CommissionStatement>, Problem> {
    let today = state.today(caller.tenant).await?;
    let (currency, from, to) = query.read(today)?;
    state.reach(PaymentList::NAME, query.min_position).await?;
    let (affiliate, _) = state.door().load::<Affiliate>(caller.tenant, id.uuid()).await?;
    let partner = affiliate.partner().ok_or_else(Problem::not_found)?;
    let statement = partner.book.statement(currency);
    let mut statement =
        statement.map_err(|no| Problem::from(billfold_app::Error::Bug(Box::new(no))))?;
    statement.lines.retain(|line| (from..=to).contains(&line.on));
    let payments: Vec<_> = statement.lines.iter().map(|line| line.payment_id).collect();
    let paid = payment_list::paid_by(state.reads(), caller.tenant, &payments).await?.value;
    Ok(Json(CommissionStatement::of(&statement, &paid)))
}

async fn must_exist(state: &ApiState, tenant: TenantId, id: AffiliateId) -> Result<(), Problem> {
    let (affiliate, _) = state.door().load::<Affiliate>(tenant, id.uuid()).await?;
    affiliate.partner().map(|_| ()).ok_or_else(Problem::not_found)
}

/// No filter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

sort!(AffiliateSort, "enrolled_at", "-enrolled_at");

/// Which affiliates are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListAffiliates {
    /// Whether they may refer and earn.
    #[param(inline)]
    status: Option<WireAffiliateStatus>,
    /// Order of the list; `-` in front means latest first, which is usual.
    #[param(inline)]
    sort: Option<AffiliateSort>,
}

/// Which lines of a statement are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReadStatement {
    /// Currency of the statement; ISO 4217.
    #[param(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: String,
    /// First day; a year before the last day if absent.
    from: Option<NaiveDate>,
    /// Last day; today at the seller's place if absent.
    to: Option<NaiveDate>,
    /// Wait until the read side has reached this log position, at most two seconds.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

impl ReadStatement {
    fn read(&self, today: NaiveDate) -> Result<(Currency, NaiveDate, NaiveDate), Problem> {
        let mut check = Check::query();
        let currency = check.value("/currency", Currency::parse(&self.currency));
        let from = check.optional_date("/from", self.from);
        let to = check.optional_date("/to", self.to);
        let (Some(currency), Some(from), Some(to)) = (currency, from, to) else {
            return Err(check.problem());
        };
        let to = to.unwrap_or(today);
        let year_before = to.checked_sub_days(chrono::Days::new(366)).unwrap_or(to);
        let from = from.unwrap_or(year_before);
        if from < year_before || to < from {
            check.wrong(
                "/from",
                "statement.too_long",
                "must lie within a year before the last day",
            );
        }
        check.finish()?;
        Ok((currency, from, to))
    }
}

/// Whether an affiliate may refer and earn.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[schema(as = AffiliateStatus)]
#[serde(rename_all = "snake_case")]
pub(super) enum WireAffiliateStatus {
    /// Waits for approval.
    Applied,
    /// May.
    Active,
    /// May not until further notice.
    Suspended,
}

impl From<WireAffiliateStatus> for AffiliateStatus {
    fn from(status: WireAffiliateStatus) -> Self {
        match status {
            WireAffiliateStatus::Applied => Self::Applied,
            WireAffiliateStatus::Active => Self::Active,
            WireAffiliateStatus::Suspended => Self::Suspended,
        }
    }
}

impl From<AffiliateStatus> for WireAffiliateStatus {
    fn from(status: AffiliateStatus) -> Self {
        match status {
            AffiliateStatus::Applied => Self::Applied,
            AffiliateStatus::Active => Self::Active,
            AffiliateStatus::Suspended => Self::Suspended,
        }
    }
}

/// An affiliate in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = Affiliate)]
pub(super) struct WireAffiliate {
    /// Its id.
    #[schema(example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// The affiliate as a client.
    client_id: String,
    /// What links carry.
    #[schema(example = "friend")]
    code: String,
    /// Whether it may refer and earn.
    status: WireAffiliateStatus,
    /// How many clients it brought.
    referrals: i64,
    /// What it has, per currency.
    balances: Vec<WireAffiliateBalance>,
}

/// What an affiliate has in one currency.
#[derive(Serialize, ToSchema)]
#[schema(as = AffiliateBalance)]
struct WireAffiliateBalance {
    /// In its hold.
    pending: Option<WireMoney>,
    /// Owed and in no payout; below zero while the affiliate owes.
    approved: Option<WireMoney>,
    /// In payouts that were asked for.
    requested: Option<WireMoney>,
    /// In payouts that were sent.
    paid: Option<WireMoney>,
}

impl WireAffiliate {
    fn of(row: AffiliateRow, balances: &[AffiliateBalanceRow]) -> Self {
        let own = balances.iter().filter(|balance| balance.affiliate_id == row.affiliate_id);
        let balance = |balance: &AffiliateBalanceRow| {
            let money = |minor| amount(minor, balance.currency);
            WireAffiliateBalance {
                pending: money(balance.pending),
                approved: money(balance.approved),
                requested: money(balance.requested),
                paid: money(balance.paid),
            }
        };
        Self {
            id: row.affiliate_id.to_string(),
            client_id: row.client_id.to_string(),
            code: row.code,
            status: row.status.into(),
            referrals: row.referrals,
            balances: own.map(balance).collect(),
        }
    }
}

fn amount(minor: i64, currency: Currency) -> Option<WireMoney> {
    Money::try_new(minor, currency).ok().map(WireMoney::from)
}

/// One affiliate.
#[derive(Serialize, ToSchema)]
pub(super) struct AffiliateDetail {
    /// Its id.
    #[schema(example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// The affiliate as a client.
    client_id: String,
    /// What links carry.
    code: String,
    /// Whether it may refer and earn.
    status: WireAffiliateStatus,
    /// The terms that count today; null if none do.
    terms: Option<WireCommissionTerms>,
    /// How many clients it brought.
    referrals: usize,
    /// How often its links were clicked.
    clicks: u64,
    /// Its version, as in `ETag`.
    version: i64,
}

impl AffiliateDetail {
    fn of(id: AffiliateId, partner: &Partner, today: NaiveDate, version: i64) -> Self {
        Self {
            id: id.to_string(),
            client_id: partner.client_id.to_string(),
            code: partner.code.clone(),
            status: match partner.standing {
                Standing::Applied => WireAffiliateStatus::Applied,
                Standing::Active => WireAffiliateStatus::Active,
                Standing::Suspended => WireAffiliateStatus::Suspended,
            },
            terms: partner.terms_on(today).map(|version| (&version.terms).into()),
            referrals: partner.referrals.len(),
            clicks: partner.clicks.values().sum(),
            version,
        }
    }
}

/// What a payment earned.
#[derive(Serialize, ToSchema)]
#[schema(as = Commission)]
pub(super) struct WireCommission {
    /// Counts the commissions of the affiliate from 1.
    no: i64,
    /// The payment that earned it.
    #[schema(example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f")]
    payment_id: String,
    /// Who paid.
    client_id: String,
    /// What was sold, without tax.
    sale: Option<WireMoney>,
    /// What of the sale was refunded.
    refunded: Option<WireMoney>,
    /// What it was when it was earned.
    earned: Option<WireMoney>,
    /// What refunds and a rejection took back of it.
    taken_back: Option<WireMoney>,
    /// The day of the sale.
    sold_on: NaiveDate,
    /// The first day on which it counts.
    counts_from: NaiveDate,
    /// The day it was approved.
    approved_on: Option<NaiveDate>,
    /// The day it was rejected.
    rejected_on: Option<NaiveDate>,
    /// The payout it is in, unless that failed.
    payout_no: Option<i64>,
}

impl From<(CommissionRow, Option<i64>)> for WireCommission {
    fn from((row, payout_no): (CommissionRow, Option<i64>)) -> Self {
        let money = |minor| amount(minor, row.currency);
        Self {
            no: row.commission_no,
            payment_id: row.payment_id.to_string(),
            client_id: row.client_id.to_string(),
            sale: money(row.sale),
            refunded: money(row.refunded),
            earned: money(row.earned),
            taken_back: money(row.taken_back),
            sold_on: row.sold_on,
            counts_from: row.counts_from,
            approved_on: row.approved_on,
            rejected_on: row.rejected_on,
            payout_no,
        }
    }
}

/// Money that went to an affiliate, or was asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = Payout)]
pub(super) struct WirePayout {
    /// Counts the payouts of the affiliate from 1.
    no: i64,
    /// How much.
    amount: Option<WireMoney>,
    /// The key of the channel; null for the affiliate's own credit.
    channel: Option<String>,
    /// What became of it: requested, sent or failed.
    #[schema(example = "sent")]
    status: &'static str,
    /// What the channel calls it.
    reference: Option<String>,
    /// Why it failed.
    reason: Option<String>,
    /// The day it was asked for.
    requested_on: NaiveDate,
    /// The day the money went out, or did not.
    ended_on: Option<NaiveDate>,
}

impl From<PayoutRow> for WirePayout {
    fn from(row: PayoutRow) -> Self {
        Self {
            no: row.payout_no,
            amount: amount(row.amount, row.currency),
            channel: row.channel,
            status: row.status.as_str(),
            reference: row.reference,
            reason: row.reason,
            requested_on: row.requested_on,
            ended_on: row.ended_on,
        }
    }
}

/// A client that an affiliate brought.
#[derive(Serialize, ToSchema)]
#[schema(as = Referral)]
pub(super) struct WireReferral {
    /// The client.
    client_id: String,
    /// The day the client clicked the link.
    clicked_on: NaiveDate,
    /// The day the client came.
    came_on: NaiveDate,
    /// The day from which no sale earns any longer.
    rejected_on: Option<NaiveDate>,
}

impl From<ReferralRow> for WireReferral {
    fn from(row: ReferralRow) -> Self {
        Self {
            client_id: row.client_id.to_string(),
            clicked_on: row.clicked_on,
            came_on: row.came_on,
            rejected_on: row.rejected_on,
        }
    }
}

/// What an affiliate earned and lost, line by line.
#[derive(Serialize, ToSchema)]
pub(super) struct CommissionStatement {
    /// Every commission, and what was taken back of one, by day.
    lines: Vec<WireStatementLine>,
    /// In its hold.
    pending: WireMoney,
    /// Owed and in no payout; below zero while the affiliate owes.
    payable: WireMoney,
    /// In payouts that were asked for.
    requested: WireMoney,
    /// In payouts that were sent.
    paid: WireMoney,
}

/// A commission, or what was taken back of one.
#[derive(Serialize, ToSchema)]
#[schema(as = CommissionStatementLine)]
struct WireStatementLine {
    /// The day of the sale, the refund or the rejection.
    on: NaiveDate,
    /// What the line says: earned, reversed or rejected.
    #[schema(example = "earned")]
    kind: &'static str,
    /// The payment that earned it, or whose refund took it back.
    payment_id: String,
    /// The invoices that payment paid.
    invoices: Vec<String>,
    /// Who paid.
    client_id: String,
    /// The commission.
    commission: u32,
    /// How much; below zero for what was taken back.
    amount: WireMoney,
    /// What the commission is now: pending, approved, paid_out, refunded or rejected.
    #[schema(example = "pending")]
    status: &'static str,
    /// The payout it is in, or was set against.
    payout: Option<u32>,
}

impl CommissionStatement {
    fn of(statement: &Statement, paid: &[AllocationRow]) -> Self {
        let line = |line: &StatementLine| {
            let own = paid.iter().filter(|part| part.payment_id == line.payment_id);
            let mut invoices: Vec<_> = own.map(|part| part.invoice_id.to_string()).collect();
            invoices.dedup();
            WireStatementLine {
                on: line.on,
                kind: line.kind.word(),
                payment_id: line.payment_id.to_string(),
                invoices,
                client_id: line.client_id.to_string(),
                commission: line.commission,
                amount: line.amount.into(),
                status: line.status.word(),
                payout: line.payout,
            }
        };
        Self {
            lines: statement.lines.iter().map(line).collect(),
            pending: statement.pending.into(),
            payable: statement.payable.into(),
            requested: statement.requested.into(),
            paid: statement.paid.into(),
        }
    }
}
