//! Affiliates: who brings clients, and what each has earned and been paid.

use super::list::{AtCursor, Pager};
use crate::error::PageError;
use crate::layout::Shell;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Badge, Tone};
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::kernel::TenantId;
use billfold_domain::role::Permission;
use billfold_projections::Order;
use billfold_projections::affiliate_list::{self, AffiliateBalanceRow, AffiliateStatus, Filter};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/affiliates.html")]
pub(crate) struct Affiliates {
    /// The frame.
    pub(crate) shell: Shell,
    /// Latest first.
    pub(crate) rows: Vec<AffiliateRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One affiliate.
#[derive(Clone, Debug)]
pub(crate) struct AffiliateRow {
    /// Its page.
    pub(crate) href: String,
    /// What links carry.
    pub(crate) code: String,
    /// Name of the client behind it, with the page.
    pub(crate) client: (String, String),
    /// Applied, active, suspended.
    pub(crate) status: Badge,
    /// Clients it brought.
    pub(crate) referrals: i64,
    /// Pending, owed and paid, per currency.
    pub(crate) balances: Vec<[Amount; 3]>,
    /// The newest event about it.
    pub(crate) position: i64,
}

/// The list's address.
pub(super) const PATH: &str = "/admin/affiliates";

/// The list's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list))
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(at): Query<AtCursor>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::AffiliatesRead)?;
    let (tenant, wanted) = (visitor.tenant(), at.wanted()?);
    let (filter, order) = (Filter::default(), Order::Descending);
    let found = affiliate_list::page(state.reads(), tenant, &filter, order, &wanted).await?;
    let rows = rows(&state, tenant, &found.value.rows).await?;
    page(&Affiliates {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        pager: at.pager(PATH, (rows.len(), "affiliates"), found.value.next),
        rows,
    })
}

async fn rows(
    state: &WebState,
    tenant: TenantId,
    found: &[affiliate_list::AffiliateRow],
) -> Result<Vec<AffiliateRow>, PageError> {
    let names = state.names().clients(tenant, found.iter().map(|row| row.client_id)).await?;
    let ids: Vec<_> = found.iter().map(|row| row.affiliate_id).collect();
    let balances = affiliate_list::balances(state.reads(), tenant, &ids).await?.value;
    let three = |row: &AffiliateBalanceRow| {
        [row.pending, row.approved, row.paid].map(|minor| show::minor(minor, row.currency))
    };
    let row = |row: &affiliate_list::AffiliateRow| AffiliateRow {
        href: format!("{PATH}/{}", row.affiliate_id),
        code: row.code.clone(),
        client: (
            names.get(&row.client_id).cloned().unwrap_or_default(),
            format!("/admin/clients/{}", row.client_id),
        ),
        status: status(row.status),
        referrals: row.referrals,
        balances: balances
            .iter()
            .filter(|balance| balance.affiliate_id == row.affiliate_id)
            .map(three)
            .collect(),
        position: row.last_position,
    };
    Ok(found.iter().map(row).collect())
}

/// Whether an affiliate may refer and earn.
pub(super) fn status(status: AffiliateStatus) -> Badge {
    match status {
        AffiliateStatus::Applied => Badge::new(Tone::Amber, "Waits for approval"),
        AffiliateStatus::Active => Badge::new(Tone::Green, "Active"),
        AffiliateStatus::Suspended => Badge::new(Tone::Red, "Suspended"),
    }
}
