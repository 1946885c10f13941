//! What a subscription would be billed, before anything happens (SUB-12).

use axum::Json;
use axum::extract::State;
use billfold_app::commands::subscriptions::{Forecast, Foreseen, Thought, foresee};
use billfold_domain::invoice::Preview;
use billfold_domain::kernel::SubscriptionId;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::act::{NewTerms, WireCancelAt};
use crate::auth::{SubscriptionsRead, Within};
use crate::problem::Problem;
use crate::receive::{Body, Check};
use crate::state::ApiState;
use crate::wire::{WireLine, WireMoney, WireTaxGroup};

/// Shows what would be billed: next, by a day, or after a change. Stores nothing.
#[utoipa::path(
    post, path = "/{id}/preview", tag = "subscriptions", request_body = PreviewOf,
    params(("id" = String, Path, example = "sub_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = Forecasted)),
)]
pub(super) async fn preview_subscription(
    State(state): State<ApiState>,
    Within(caller, subscription_id, _): Within<SubscriptionsRead, SubscriptionId>,
    Body(ask): Body<PreviewOf>,
) -> Result<Json<Forecasted>, Problem> {
    let forecast = ask.read(subscription_id)?;
    let actor = caller.actor.clone();
    let foreseen = foresee(state.door(), caller.tenant, &actor, &forecast).await?;
    Ok(Json(foreseen.into()))
}

/// What is asked of the future; with neither `change`, `cancel` nor `pause` it goes on as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreviewOf {
    /// The last day of what is due; the day something is due next if absent, or today with a
    /// change.
    through: Option<NaiveDate>,
    /// Other terms.
    change: Option<NewTerms>,
    /// An end.
    cancel: Option<WireCancelAt>,
    /// A pause.
    #[serde(default)]
    pause: bool,
}

/// What would be billed.
#[derive(Serialize, ToSchema)]
#[schema(as = Forecast)]
pub(super) struct Forecasted {
    /// The last day of what would be due; null if nothing ever will be.
    through: Option<NaiveDate>,
    /// The document; null if there would be none.
    document: Option<ForeseenDocument>,
    /// The day on which more would be due after that.
    next_due: Option<NaiveDate>,
}

/// A document as it would be; what goes back is negative.
#[derive(Serialize, ToSchema)]
pub(super) struct ForeseenDocument {
    /// The lines, numbered from 1.
    lines: Vec<WireLine>,
    /// Tax by category, rate and country.
    tax_groups: Vec<WireTaxGroup>,
    /// Sum of the lines.
    net: WireMoney,
    /// Sum of the taxes.
    tax: WireMoney,
    /// Net and tax; below zero it would be a credit note.
    total: WireMoney,
}

impl PreviewOf {
    fn read(&self, subscription_id: SubscriptionId) -> Result<Forecast, Problem> {
        let mut check = Check::default();
        let through = check.optional_date("/through", self.through);
        let thought = match (&self.change, &self.cancel, self.pause) {
            (None, None, false) => Some(Thought::Nothing),
            (None, None, true) => Some(Thought::Pause),
            (Some(change), None, false) => {
                Some(Thought::Change(Box::new(change.read(subscription_id)?)))
            }
            (None, Some(cancel), false) => cancel.read(&mut check, "/cancel").map(Thought::Cancel),
            _ => {
                let detail = "give at most one of change, cancel and pause";
                check.wrong("/change", "preview.ambiguous", detail);
                None
            }
        };
        match (through, thought) {
            (Some(through), Some(thought)) => Ok(Forecast { subscription_id, thought, through }),
            _ => Err(check.problem()),
        }
    }
}

impl From<Foreseen> for Forecasted {
    fn from(foreseen: Foreseen) -> Self {
        Self {
            through: foreseen.through,
            document: foreseen.document.as_ref().map(ForeseenDocument::from),
            next_due: foreseen.next_due,
        }
    }
}

impl From<&Preview> for ForeseenDocument {
    fn from(preview: &Preview) -> Self {
        Self {
            lines: preview.lines.iter().map(WireLine::from).collect(),
            tax_groups: preview.totals.tax_groups.iter().map(WireTaxGroup::from).collect(),
            net: preview.totals.net.into(),
            tax: preview.totals.tax.into(),
            total: preview.totals.total.into(),
        }
    }
}
