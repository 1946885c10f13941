//! Reads of affiliates.

use billfold_domain::kernel::{AffiliateId, ClientId, TenantId};
use sqlx::{PgConnection, Postgres, QueryBuilder, Row as _};

use super::{
    AffiliateBalanceRow, AffiliateList, AffiliateRow, AffiliateStatus, CommissionRow, PayoutRow,
    ReferralRow,
};
use crate::error::Error;
use crate::list::{Narrow, Order, Sorted, counted, one, select};
use crate::paging::{CursorError, Page, Total, Wanted};
use crate::projection::Projection;
use crate::reader::{Answer, Reads};
use crate::row::Row;

/// Which affiliates are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whether they may refer and earn.
    pub status: Option<AffiliateStatus>,
}

/// Who brought a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferredBy {
    /// The referral.
    pub referral: ReferralRow,
    /// The affiliate.
    pub affiliate: AffiliateRow,
}

/// Affiliates in the order of their enrolment.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    order: Order,
    wanted: &Wanted,
) -> Result<Answer<Page<AffiliateRow>>, Error> {
    let sorted = Sorted { by: "enrolled_at", sql_type: "timestamptz", id: "affiliate_id", order };
    let mut query = sorted.select::<AffiliateRow>(AffiliateList::NAME, tenant);
    query.when("status =", filter.status.map(|status| status.as_str()));
    sorted.read(reads, tenant, AffiliateList::NAME, query, wanted).await
}

/// One affiliate.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    affiliate: AffiliateId,
) -> Result<Answer<Option<AffiliateRow>>, Error> {
    let mut query = select::<AffiliateRow>(AffiliateList::NAME, tenant);
    query.push(" and affiliate_id = ").push_bind(affiliate.uuid());
    one(reads, tenant, AffiliateList::NAME, query).await
}

/// What some affiliates have, per currency.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn balances(
    reads: &Reads,
    tenant: TenantId,
    affiliates: &[AffiliateId],
) -> Result<Answer<Vec<AffiliateBalanceRow>>, Error> {
    let ids: Vec<_> = affiliates.iter().map(|affiliate| affiliate.uuid()).collect();
    let mut query = select::<AffiliateBalanceRow>("affiliate_list_balances", tenant);
    query.push(" and affiliate_id = any(").push_bind(ids);
    query.push(") order by affiliate_id, currency");
    let mut read = reads.open(tenant, &[AffiliateList::NAME]).await?;
    let rows = query.build().fetch_all(read.conn()).await?;
    let rows = rows.iter().map(|row| AffiliateBalanceRow::get(row, 0));
    let rows = rows.collect::<Result<_, _>>()?;
    Ok(read.answer(rows))
}

/// The commissions of an affiliate, newest first, each with the payout it is in unless that failed.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn commissions(
    reads: &Reads,
    tenant: TenantId,
    affiliate: AffiliateId,
    wanted: &Wanted,
) -> Result<Answer<Page<(CommissionRow, Option<i64>)>>, Error> {
    let columns = CommissionRow::SHAPE.columns_with("");
    let mut query: QueryBuilder<'static, Postgres> = QueryBuilder::new(format!(
        "select {columns}, ( \
             select i.payout_no from affiliate_list_payout_items i \
             join affiliate_list_payouts p using (tenant_id, affiliate_id, payout_no) \
             where i.tenant_id = c.tenant_id and i.affiliate_id = c.affiliate_id \
                 and i.commission_no = c.commission_no and p.status <> 'failed' \
         ) from affiliate_list_commissions c where tenant_id = "
    ));
    query.push_bind(tenant.uuid());
    let mut read = reads.open(tenant, &[AffiliateList::NAME]).await?;
    let total = numbered(&mut query, "commission_no", affiliate, wanted, read.conn()).await?;
    let rows = query.build().fetch_all(read.conn()).await?;
    let at = CommissionRow::SHAPE.columns.len();
    let rows = rows.iter().map(|row| Ok((CommissionRow::get(row, 0)?, row.try_get(at)?)));
    let rows = rows.collect::<Result<Vec<_>, sqlx::Error>>()?;
    let page =
        wanted.page(rows, |(row, _): &(CommissionRow, _)| vec![row.commission_no.to_string()]);
    Ok(read.answer(Page { total, ..page }))
}

/// The payouts of an affiliate, newest first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn payouts(
    reads: &Reads,
    tenant: TenantId,
    affiliate: AffiliateId,
    wanted: &Wanted,
) -> Result<Answer<Page<PayoutRow>>, Error> {
    let mut query = select::<PayoutRow>("affiliate_list_payouts", tenant);
    let mut read = reads.open(tenant, &[AffiliateList::NAME]).await?;
    let total = numbered(&mut query, "payout_no", affiliate, wanted, read.conn()).await?;
    let rows = query.build().fetch_all(read.conn()).await?;
    let rows = rows.iter().map(|row| PayoutRow::get(row, 0)).collect::<Result<_, _>>()?;
    let page = wanted.page(rows, |row: &PayoutRow| vec![row.payout_no.to_string()]);
    Ok(read.answer(Page { total, ..page }))
}

/// The clients an affiliate brought, latest first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn referrals(
    reads: &Reads,
    tenant: TenantId,
    affiliate: AffiliateId,
    wanted: &Wanted,
) -> Result<Answer<Page<ReferralRow>>, Error> {
    let order = Order::Descending;
    let sorted = Sorted { by: "came_on", sql_type: "date", id: "client_id", order };
    let mut query = sorted.select::<ReferralRow>("affiliate_list_referrals", tenant);
    query.push(" and affiliate_id = ").push_bind(affiliate.uuid());
    sorted.read(reads, tenant, AffiliateList::NAME, query, wanted).await
}

/// Who brought a client, unless nobody did or the referral was rejected.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn referred_by(
    reads: &Reads,
    tenant: TenantId,
    client: ClientId,
) -> Result<Answer<Option<ReferredBy>>, Error> {
    let mut query = select::<ReferralRow>("affiliate_list_referrals", tenant);
    query.push(" and rejected_on is null and client_id = ").push_bind(client.uuid());
    let mut read = reads.open(tenant, &[AffiliateList::NAME]).await?;
    let row = query.build().fetch_optional(read.conn()).await?;
    let referral = row.map(|row| ReferralRow::get(&row, 0)).transpose()?;
    let mut found = None;
    if let Some(referral) = referral {
        let mut query = select::<AffiliateRow>(AffiliateList::NAME, tenant);
        query.push(" and affiliate_id = ").push_bind(referral.affiliate_id.uuid());
        let row = query.build().fetch_one(read.conn()).await?;
        found = Some(ReferredBy { referral, affiliate: AffiliateRow::get(&row, 0)? });
    }
    Ok(read.answer(found))
}

/// Adds the condition and the order of a list that counts down within one affiliate; answers how
/// many rows it has, if that is wanted.
async fn numbered(
    query: &mut QueryBuilder<'static, Postgres>,
    number: &'static str,
    affiliate: AffiliateId,
    wanted: &Wanted,
    conn: &mut PgConnection,
) -> Result<Option<Total>, Error> {
    query.push(" and affiliate_id = ").push_bind(affiliate.uuid());
    let total = counted(query, wanted, conn).await?;
    if let Some(cursor) = &wanted.after {
        let [last] = cursor.values()?;
        let last: i64 = last.parse().map_err(|_| CursorError)?;
        query.push(format!(" and {number} < ")).push_bind(last);
    }
    query.push(format!(" order by {number} desc limit ")).push_bind(wanted.fetch());
    Ok(total)
}
