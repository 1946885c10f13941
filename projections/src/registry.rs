//! Every projection, one row each, and their first tables.

use billfold_event_store::follower;
use sqlx::{Connection, PgConnection};

use crate::account_balances::AccountBalances;
use crate::accounting_period_list::AccountingPeriodList;
use crate::affiliate_list::AffiliateList;
use crate::approval_list::ApprovalList;
use crate::billing_run_list::BillingRunList;
use crate::client_group_list::ClientGroupList;
use crate::client_list::ClientList;
use crate::client_note_list::ClientNoteList;
use crate::coupon_list::CouponList;
use crate::credit_note_list::CreditNoteList;
use crate::deferred_revenue::DeferredRevenue;
use crate::dunning_case_list::DunningCaseList;
use crate::dunning_strategy_list::DunningStrategyList;
use crate::error::Error;
use crate::event_index::EventIndex;
use crate::generation::{self, Generation, LOG};
use crate::gift_card_list::GiftCardList;
use crate::invoice_list::InvoiceList;
use crate::journal::Journal;
use crate::number_register::NumberRegister;
use crate::order_list::OrderList;
use crate::payment_list::PaymentList;
use crate::product_list::ProductList;
use crate::proforma_list::ProformaList;
use crate::projection::Definition;
use crate::revenue_by_day::RevenueByDay;
use crate::subscription_list::SubscriptionList;
use crate::tax_rate_list::TaxRateList;
use crate::unusual::Unusual;
use crate::webhook_endpoint_list::WebhookEndpointList;

/// All projections. A new one is a file and a row here.
pub const PROJECTIONS: &[Definition] = &[
    Definition::of::<Journal>(),
    Definition::of::<AccountBalances>(),
    Definition::of::<InvoiceList>(),
    Definition::of::<ClientList>(),
    Definition::of::<ClientNoteList>(),
    Definition::of::<PaymentList>(),
    Definition::of::<OrderList>(),
    Definition::of::<SubscriptionList>(),
    Definition::of::<CreditNoteList>(),
    Definition::of::<NumberRegister>(),
    Definition::of::<ProformaList>(),
    Definition::of::<DunningStrategyList>(),
    Definition::of::<DunningCaseList>(),
    Definition::of::<ProductList>(),
    Definition::of::<TaxRateList>(),
    Definition::of::<ClientGroupList>(),
    Definition::of::<CouponList>(),
    Definition::of::<GiftCardList>(),
    Definition::of::<AffiliateList>(),
    Definition::of::<BillingRunList>(),
    Definition::of::<DeferredRevenue>(),
    Definition::of::<AccountingPeriodList>(),
    Definition::of::<RevenueByDay>(),
    Definition::of::<WebhookEndpointList>(),
    Definition::of::<ApprovalList>(),
    Definition::of::<Unusual>(),
    Definition::of::<EventIndex>(),
];

/// The projection of that name.
///
/// # Errors
/// [`Error::Unknown`].
pub fn find(name: &str) -> Result<&'static Definition, Error> {
    PROJECTIONS
        .iter()
        .find(|definition| definition.name == name)
        .ok_or_else(|| Error::Unknown { name: name.to_owned() })
}

/// How a projection stands at the start of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A generation of this code answers reads and can be followed.
    Current,
    /// A generation of other code answers reads; rebuild to go on.
    Outdated,
    /// The log has events, but nothing answers reads; rebuild.
    NotBuilt,
}

/// Creates what is missing on an empty log, and says what needs a rebuild. Runs as the owner.
///
/// # Errors
/// The database refuses.
pub async fn install(
    conn: &mut PgConnection,
    definitions: &'static [Definition],
) -> Result<Vec<(&'static Definition, Standing)>, Error> {
    /// Taken by whoever creates tables, so that two starting processes do not collide.
    const INSTALL_LOCK: i64 = 0x6269_6c6c_666f_6c64;
    let mut tx = conn.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(INSTALL_LOCK).execute(&mut *tx).await?;
    let head: i64 = sqlx::query_scalar(
        "select coalesce((select position from log_heads where log_id = $1), 0)",
    )
    .bind(LOG)
    .fetch_one(&mut *tx)
    .await?;
    let mut standings = Vec::with_capacity(definitions.len());
    for definition in definitions {
        let all = Generation::all(&mut tx, definition.name).await?;
        let standing = match all.iter().find(|generation| generation.answers()) {
            Some(live) if live.code_hash == definition.code_hash() => Standing::Current,
            Some(_) => Standing::Outdated,
            None if head > 0 || !all.is_empty() => Standing::NotBuilt,
            None => {
                generation::create(&mut tx, definition, 1).await?;
                generation::finish(&mut tx, definition, 1).await?;
                generation::switch(&mut tx, definition, 1).await?;
                let (name, code_hash) = (definition.name, definition.code_hash());
                follower::ensure_live(&mut tx, name, &code_hash, LOG).await?;
                Standing::Current
            }
        };
        standings.push((definition, standing));
    }
    tx.commit().await?;
    Ok(standings)
}
