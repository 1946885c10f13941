//! Affiliates, whom they brought, and what they earn.

use billfold_app::commands::affiliates::{
    ApproveAffiliate, ApproveCommissions, ConfirmPayout, CountClicks, EnrolAffiliate, FailPayout,
    PayOutCommissions, ReferClient, RejectCommission, RejectReferral, ResumeAffiliate,
    SetCommissionTerms, SuspendAffiliate,
};
use billfold_app::commands::tenants::SetAffiliateTerms;
use billfold_domain::affiliate::PayoutTo;
use billfold_domain::kernel::Currency;

use crate::row::{Row, alone, id, part, word};
use crate::words::{because, commissions};

pub(super) fn rows() -> Vec<Row> {
    [standing(), referring(), earning()].into_iter().flatten().collect()
}

fn standing() -> Vec<Row> {
    vec![
        alone::<SetAffiliateTerms>("a setting of the seller"),
        id("client_id", |_, other| EnrolAffiliate {
            client_id: other.client,
            code: "new".to_owned(),
        }),
        id("affiliate_id", |_, other| ApproveAffiliate { affiliate_id: other.affiliate }),
        id("affiliate_id", |_, other| SetCommissionTerms {
            affiliate_id: other.affiliate,
            terms: commissions(),
            valid_from: None,
        }),
        id("affiliate_id", |_, other| SuspendAffiliate {
            affiliate_id: other.affiliate,
            reason: because(),
        }),
        id("affiliate_id", |_, other| ResumeAffiliate { affiliate_id: other.affiliate }),
    ]
}

fn referring() -> Vec<Row> {
    vec![
        id("client_id", |own, other| ReferClient {
            client_id: other.client,
            code: own.affiliate_code.clone(),
            clicked_on: None,
        }),
        word("code", |own, other| ReferClient {
            client_id: own.client,
            code: other.affiliate_code.clone(),
            clicked_on: None,
        }),
        id("affiliate_id", |own, other| RejectReferral {
            affiliate_id: other.affiliate,
            client_id: own.client,
            reason: because(),
        }),
        part("client_id", |own, other| RejectReferral {
            affiliate_id: own.affiliate,
            client_id: other.client,
            reason: because(),
        })
        .or_of_another_client()
        .and_more(),
        id("affiliate_id", |_, other| CountClicks {
            affiliate_id: other.affiliate,
            on: None,
            clicks: 1,
        }),
    ]
}

fn earning() -> Vec<Row> {
    vec![
        id("affiliate_id", |_, other| ApproveCommissions { affiliate_id: other.affiliate }),
        id("affiliate_id", |_, other| RejectCommission {
            affiliate_id: other.affiliate,
            no: 1,
            reason: because(),
        })
        .and_more(),
        id("affiliate_id", |_, other| PayOutCommissions {
            affiliate_id: other.affiliate,
            currency: Currency::EUR,
            to: PayoutTo::CustomerCredit,
            reference: None,
        }),
        id("affiliate_id", |_, other| ConfirmPayout {
            affiliate_id: other.affiliate,
            no: 1,
            reference: "paid".to_owned(),
        })
        .and_more(),
        id("affiliate_id", |_, other| FailPayout {
            affiliate_id: other.affiliate,
            no: 1,
            reason: because(),
        })
        .and_more(),
    ]
}
