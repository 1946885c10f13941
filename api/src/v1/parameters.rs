//! Parameters and bodies that many routes share.

use billfold_domain::kernel::TenantId;
use billfold_projections::AsOf;
use billfold_projections::account_balances::When;
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::problem::{FieldError, Problem};
use crate::receive::Check;
use crate::state::ApiState;

/// The version the caller saw; for the document only, [`IfMatch`](crate::receive::IfMatch) reads
/// it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes a header")]
pub(super) struct IfMatchHeader {
    /// The `ETag` of what you saw; if it was changed since, nothing is done.
    #[param(
        rename = "If-Match",
        required = true,
        example = "\"3\"",
        pattern = "^\"[0-9]{1,18}\"$"
    )]
    if_match: String,
}

/// A read that may wait for a write.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Fresh {
    /// Wait until the read side has reached this log position, at most two seconds.
    #[param(minimum = 0)]
    pub(super) min_position: Option<i64>,
}

/// Why something is done; kept in the log, so no personal data.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    /// One sentence; no personal data, since the log forgets nothing.
    #[schema(example = "ordered twice by mistake", min_length = 1, max_length = 500)]
    reason: String,
}

impl Reason {
    /// The checked reason.
    pub(super) fn read(&self) -> Result<String, Problem> {
        let mut check = Check::default();
        check.text("/reason", &self.reason, 500).ok_or_else(|| check.problem())
    }
}

/// A past state of knowledge: a log position, or an instant.
///
/// # Errors
/// The text is neither.
pub(super) fn as_of(text: Option<&str>) -> Result<AsOf, Problem> {
    let Some(text) = text else { return Ok(AsOf::Now) };
    if let Ok(position) = text.parse::<i64>()
        && position >= 0
    {
        return Ok(AsOf::Position(position));
    }
    let instant = chrono::DateTime::parse_from_rfc3339(text).ok();
    instant.map(|instant| AsOf::Instant(instant.to_utc())).ok_or_else(|| {
        let detail = "must be a log position or an instant such as 2026-03-01T12:00:00Z";
        Problem::field(FieldError::query("as_of", "as_of.malformed", detail))
    })
}

/// A past state of knowledge, and the last business day whose facts count.
///
/// # Errors
/// A text that is no past state, or a day that is a typing error.
pub(super) fn when(past: Option<&str>, effective_on: Option<NaiveDate>) -> Result<When, Problem> {
    let mut check = Check::query();
    let effective_on = check.optional_date("/effective_on", effective_on);
    let effective_on = effective_on.ok_or_else(|| check.problem())?;
    Ok(When { as_of: as_of(past)?, effective_on })
}

/// The position up to which a past question looks, as far as this read model knows the log.
///
/// # Errors
/// The read model has not reached the position, or does not answer.
pub(super) async fn position_of(
    state: &ApiState,
    tenant: TenantId,
    projection: &'static str,
    past: AsOf,
) -> Result<i64, Problem> {
    if let AsOf::Position(position) = past {
        state.reach(projection, Some(position)).await?;
    }
    let mut read = state.reads().open(tenant, &[projection]).await?;
    Ok(read.resolve(projection, past).await?)
}
