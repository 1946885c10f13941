//! Use cases about an affiliate: enrol, agree on terms, refer, approve or reject what was earned,
//! pay out.
//!
//! A commission follows the money. It is earned in the append in which money pays an invoice of a
//! referred client, and taken back in the append in which money has left for good: a refund that
//! was sent, a dispute that was lost. What a credit note leaves to the client as credit is still
//! here, and so is its commission, until it is refunded; what that credit pays later earns nothing
//! again (AFF-03, AFF-06).

mod approve;
mod commissions;
mod earning;
mod enrol;
mod payouts;
mod refer;
mod set_terms;
mod standing;
mod taking_back;

pub use approve::ApproveAffiliate;
pub use commissions::{ApproveCommissions, CommissionsApproved, RejectCommission};
pub(in crate::commands) use earning::Referral;
pub use enrol::{AffiliateEnrolled, EnrolAffiliate};
pub use payouts::{ConfirmPayout, FailPayout, PayOutCommissions, PayoutMade};
pub use refer::{ClientReferred, CountClicks, ReferClient, RejectReferral};
pub use set_terms::SetCommissionTerms;
pub use standing::{ResumeAffiliate, SuspendAffiliate};
pub(in crate::commands) use taking_back::Earned;

use super::table::No;
use crate::error::Refused;

/// A claim that is held by another, told in the words of the request.
fn told(no: No, code: &str, detail: &str, field: &str) -> No {
    match no {
        No::Refused(refused) if refused.code == code => {
            Refused::new(code, refused.kind, detail).at(field).into()
        }
        other => other,
    }
}
