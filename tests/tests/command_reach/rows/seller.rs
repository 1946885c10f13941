//! The seller itself: nothing of it has an id but the seller, which is whoever asks.

use billfold_app::commands::tenants::{
    AppointOperator, CloseTenant, CreateTenant, DefineCustomField, DismissOperator, MoveTestClock,
    OpenTenant, ReleaseHostName, RenameTenant, ResumeTenant, RetireCustomField, SetApprovalLimits,
    SetBrand, SetClientRegistration, SetConventions, SetDocumentNumbers, SetLetterhead, SetLogo,
    SetPaymentTerm, SetSchedule, SetSecondFactor, SetVatId, SuspendTenant, TakeHostName,
};

use crate::row::{Row, alone, part};

/// Why a setting names nothing.
const SETTING: &str = "a setting of the seller who asks";

pub(super) fn rows() -> Vec<Row> {
    vec![
        alone::<OpenTenant>("it opens the books of the seller who asks"),
        alone::<CreateTenant>("it makes a seller under an id of its own"),
        alone::<RenameTenant>(SETTING),
        alone::<SetApprovalLimits>(SETTING),
        alone::<SetBrand>(SETTING),
        alone::<SetClientRegistration>(SETTING),
        alone::<SetConventions>(SETTING),
        alone::<SetDocumentNumbers>(SETTING),
        alone::<SetLetterhead>(SETTING),
        alone::<SetLogo>("pictures are named by what is in them"),
        alone::<SetPaymentTerm>(SETTING),
        alone::<SetSchedule>(SETTING),
        alone::<SetSecondFactor>(SETTING),
        alone::<SetVatId>(SETTING),
        alone::<DefineCustomField>(SETTING),
        alone::<RetireCustomField>(SETTING),
        alone::<TakeHostName>(
            "taken is taken in the whole installation, which the stories of sellers tell",
        ),
        part("host_name", |_, other| ReleaseHostName { host_name: other.host_name.clone() }),
        alone::<AppointOperator>("it makes the seller who asks the operator"),
        alone::<DismissOperator>("it takes that back"),
        alone::<MoveTestClock>("the clock of the seller who asks"),
        alone::<SuspendTenant>("it rests the books of the seller who asks"),
        alone::<ResumeTenant>("it goes on with the books of the seller who asks"),
        alone::<CloseTenant>("it closes the books of the seller who asks"),
        super::clients::erasing(),
    ]
}
