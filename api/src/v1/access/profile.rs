//! Who one is to colleagues (STF-05).
//!
//! Guarantee: nobody needs a permission to say their own name. Absent on purpose: the mail address,
//! which is the one to sign in with, and which whoever tends staff changes.

use axum::extract::State;
use billfold_app::commands::staff::{ChangeStaff, Colleague, colleague};
use billfold_domain::kernel::StaffId;
use billfold_domain::staff::StaffProfile;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Changed, Versioned};
use crate::auth::{Caller, SignedIn};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;

/// Reads who you are to colleagues.
#[utoipa::path(
    get, path = "/profile", tag = "staff",
    security(("session" = []), ("access_token" = [])),
    responses((status = 200, body = OwnStaffProfile)),
)]
pub(super) async fn read_own_profile(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
) -> Result<Versioned<OwnStaffProfile>, Problem> {
    let (id, own) = own(&state, &caller).await?;
    let version = own.version;
    let profile = own.profile.clear().ok_or_else(Problem::not_found)?;
    let StaffProfile { name, email, phone } = profile;
    Ok(Versioned { body: OwnStaffProfile { id: id.to_string(), name, email, phone }, version })
}

/// Changes your own name or phone number. The address you sign in with stays; whoever tends staff
/// changes it.
#[utoipa::path(
    put, path = "/profile", tag = "staff", request_body = NewOwnProfile, params(IfMatchHeader),
    security(("session" = []), ("access_token" = [])),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn change_own_profile(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewOwnProfile>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let name = check.text("/name", &new.name, 200).ok_or_else(|| check.problem())?;
    let (staff_id, own) = own(&state, &caller).await?;
    let known = own.profile.clear().ok_or_else(Problem::not_found)?;
    let profile = StaffProfile { name, phone: new.phone, ..known };
    let done = state.change(&caller, &key, seen, ChangeStaff { staff_id, profile }).await?;
    Ok(Answer::plain(&done, staff_id, staff_id.uuid()))
}

async fn own(state: &ApiState, caller: &Caller) -> Result<(StaffId, Colleague), Problem> {
    let (id, _) = caller.identity.person().ok_or_else(Problem::not_found)?;
    let found = colleague(state.door(), caller.tenant, id).await?;
    Ok((id, found.ok_or_else(Problem::not_found)?))
}

/// Who you are to colleagues.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnStaffProfile {
    /// Your id.
    #[schema(example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// What colleagues call you.
    #[schema(example = "Ada Lovelace")]
    name: String,
    /// Where you sign in from.
    #[schema(example = "ada@example.org")]
    email: String,
    /// Phone number.
    #[schema(example = "+49 30 1234567")]
    phone: Option<String>,
}

/// Who you are to colleagues from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOwnProfile {
    /// What colleagues call you.
    #[schema(example = "Ada Lovelace", min_length = 1, max_length = 200)]
    name: String,
    /// Phone number: digits, blanks and `+ ( ) . / -`; none if absent.
    #[schema(example = "+49 30 1234567", max_length = 40)]
    phone: Option<String>,
}
