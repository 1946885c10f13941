//! The limits of one person.

use axum::extract::State;
use billfold_app::commands::tenants::SetApprovalLimits;
use billfold_domain::approval::{ApprovalLimit, ApprovalLimits};
use billfold_domain::kernel::DeedKind;
use billfold_domain::tenant::Tenant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Changed, Versioned};
use crate::auth::{May, SettingsRead, SettingsWrite};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::WireMoney;

/// Reads above which sums a second person is needed.
#[utoipa::path(
    get, path = "", tag = "approvals", responses((status = 200, body = ReadLimits)),
)]
pub(super) async fn read_approval_limits(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsRead>,
) -> Result<Versioned<ReadLimits>, Problem> {
    let tenant = caller.tenant;
    let (seller, version) = state.door().load::<Tenant>(tenant, tenant.uuid()).await?;
    let profile = seller.profile().ok_or_else(Problem::not_found)?;
    let limits = profile.approval_limits.iter().map(WireLimit::from).collect();
    Ok(Versioned { body: ReadLimits { limits, version }, version })
}

/// Sets above which sums a second person is needed, from now on.
///
/// What one request does of a kind counts together, and so do the refunds of one payment, and the
/// payouts of one affiliate within thirty days. A kind that has a limit in some currency needs a
/// second person in every currency that has none.
#[utoipa::path(
    put, path = "", tag = "approvals", request_body = NewLimits, params(IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn set_approval_limits(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewLimits>,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, SetApprovalLimits { limits: new.read()? }).await?;
    Ok(Answer::plain(&done, caller.tenant, caller.tenant.uuid()))
}

/// Every limit, and the version to change.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalLimits)]
pub(super) struct ReadLimits {
    /// The limits; none if empty.
    limits: Vec<WireLimit>,
    /// The version of the seller; send it as `If-Match` with a change.
    #[schema(example = 3)]
    version: i64,
}

/// Every limit; what is not named has none.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewApprovalLimits)]
pub(super) struct NewLimits {
    /// The limits.
    #[schema(max_items = 100)]
    limits: Vec<WireLimit>,
}

impl NewLimits {
    fn read(&self) -> Result<ApprovalLimits, Problem> {
        let mut check = Check::default();
        let mut limits = Vec::with_capacity(self.limits.len());
        for (at, limit) in self.limits.iter().enumerate() {
            let up_to = limit.up_to.read(&mut check, &format!("/limits/{at}/up_to"));
            let kind = DeedKind::parse(&limit.kind);
            if kind.is_none() {
                let detail = "must be refund, write_off or payout";
                check.wrong(format!("/limits/{at}/kind"), "deed.unknown", detail);
            }
            if let (Some(kind), Some(up_to)) = (kind, up_to) {
                limits.push(ApprovalLimit { kind, up_to });
            }
        }
        if check.is_wrong() {
            return Err(check.problem());
        }
        let limits = check.parts("", ApprovalLimits::try_new(limits));
        limits.ok_or_else(|| check.problem())
    }
}

/// Up to which sum one person is enough.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovalLimit)]
pub(super) struct WireLimit {
    /// For what: `refund`, `write_off` or `payout`.
    #[schema(pattern = "^(refund|write_off|payout)$", example = "refund")]
    kind: String,
    /// The highest sum that one person may do alone.
    up_to: WireMoney,
}

impl From<&ApprovalLimit> for WireLimit {
    fn from(limit: &ApprovalLimit) -> Self {
        Self { kind: limit.kind.slug().to_owned(), up_to: limit.up_to.into() }
    }
}
