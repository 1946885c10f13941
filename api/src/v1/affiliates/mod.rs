//! Affiliates: who brings clients, what they earned by which payment, and what they were paid.
//!
//! Guarantees: every commission names its payment, and its statement the invoices of that payment;
//! what is paid out is what is owed. Absent on purpose: names, which the client behind an affiliate
//! has.

mod money;
mod read;
mod standing;
mod terms;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

pub(super) use terms::WireCommissionTerms;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read::list_affiliates, standing::enrol_affiliate))
        .routes(routes!(read::read_affiliate))
        .routes(routes!(read::list_commissions))
        .routes(routes!(read::list_payouts, money::pay_out))
        .routes(routes!(read::list_referrals))
        .routes(routes!(read::read_commission_statement))
        .routes(routes!(standing::approve_affiliate))
        .routes(routes!(standing::suspend_affiliate))
        .routes(routes!(standing::resume_affiliate))
        .routes(routes!(standing::set_commission_terms))
        .routes(routes!(standing::count_clicks))
        .routes(routes!(standing::reject_referral))
        .routes(routes!(money::approve_commissions))
        .routes(routes!(money::reject_commission))
        .routes(routes!(money::confirm_payout))
        .routes(routes!(money::fail_payout))
}
