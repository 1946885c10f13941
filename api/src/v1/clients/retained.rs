//! What stays readable about a client for the law's sake.

use billfold_app::retention;
use billfold_domain::kernel::{ClientId, TenantId};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::state::ApiState;

/// What the law asks to keep about a client, erased or not.
#[derive(Serialize, ToSchema)]
pub(super) struct RetainedRecords {
    /// What it is.
    #[schema(example = "the buyer on issued documents, and proofs of tax exemption")]
    what: &'static str,
    /// Which law.
    #[schema(example = "§ 14b UStG, § 147 AO")]
    law: String,
    /// Whose law. ISO 3166, two capitals.
    #[schema(example = "DE")]
    country: String,
    /// The last day on which it asks for it; erased afterwards.
    until: NaiveDate,
}

impl RetainedRecords {
    pub(super) async fn of(
        state: &ApiState,
        tenant: TenantId,
        client: ClientId,
    ) -> Result<Option<Self>, Problem> {
        let kept = retention::kept(state.door(), tenant, client).await?;
        Ok(kept.map(|kept| Self {
            what: "the buyer on issued documents, and proofs of tax exemption",
            law: kept.law.name,
            country: kept.law.country,
            until: kept.until,
        }))
    }
}
