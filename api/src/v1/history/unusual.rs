//! Days that had far more of something than those before them (EVT-41).

use axum::Json;
use axum::extract::State;
use billfold_projections::Projection;
use billfold_projections::unusual::{self, CountRow, Unusual, UnusualDay, Watched};
use chrono::{NaiveDate, SecondsFormat};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::{EventsRead, May};
use crate::problem::Problem;
use crate::receive::{Check, ListOf};
use crate::state::ApiState;
use crate::wire::{Page, Paging, words};

/// Lists days that had far more of something than the 35 days before them, newest first: refunds,
/// write-offs and other deeds of one actor; refused sign-ins, lock-outs, entries to dunning and
/// declined charges of the seller. Each says which figures made it so, and where its events are.
#[utoipa::path(
    get, path = "", tag = "history", params(ListUnusual, Paging),
    responses((status = 200, body = Page<WireUnusual>)),
)]
pub(super) async fn list_unusual(
    State(state): State<ApiState>,
    May(caller, _): May<EventsRead>,
    ListOf(query, part): ListOf<ListUnusual>,
) -> Result<Json<Page<WireUnusual>>, Problem> {
    let wanted = part.wanted()?;
    let filter = query.read()?;
    state.reach(Unusual::NAME, part.min_position).await?;
    let page = unusual::page(state.reads(), caller.tenant, &filter, &wanted).await?;
    Ok(Json(Page::of(page, WireUnusual::from)))
}

/// Which days are wanted; each condition given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListUnusual {
    /// What was done.
    #[param(inline)]
    kind: Option<WireWatched>,
    /// First day.
    from: Option<NaiveDate>,
    /// Last day.
    to: Option<NaiveDate>,
}

impl ListUnusual {
    fn read(&self) -> Result<unusual::Filter, Problem> {
        let mut check = Check::query();
        check.optional_date("/from", self.from);
        check.optional_date("/to", self.to);
        check.finish()?;
        let kind = self.kind.map(Watched::from);
        Ok(unusual::Filter { kind, from: self.from, to: self.to })
    }
}

/// A day that had far more of something than those before it.
#[derive(Serialize, ToSchema)]
#[schema(as = UnusualDay)]
pub(super) struct WireUnusual {
    /// What was done.
    kind: WireWatched,
    /// By whom; null where the seller is counted as a whole.
    #[schema(example = "staff:019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a")]
    actor: Option<String>,
    /// The day, of UTC, on which it was recorded.
    day: NaiveDate,
    /// How often.
    #[schema(example = 14)]
    count: i64,
    /// How often on average on each of the 35 days before, with one decimal.
    #[schema(example = "0.6", pattern = r"^[0-9]+\.[0-9]$")]
    average_before: String,
    /// How often on the busiest of them.
    #[schema(example = 3)]
    busiest_before: i64,
    /// From how many on the day was unusual.
    #[schema(example = 5)]
    threshold: i64,
    /// The same in words.
    #[schema(
        example = "14 on 2026-11-20; 0.6 a day on average in the 35 days before; unusual from 5"
    )]
    explanation: String,
    /// The entries of the audit log that are these events and no others.
    #[schema(example = "/api/v1/audit?event_type=payment.refund_requested\
&from=2026-11-20T00:00:00.000000Z&to=2026-11-20T23:59:59.999999Z")]
    evidence: String,
    /// The log position of the last of them.
    #[schema(example = 1842)]
    last_position: i64,
}

impl From<UnusualDay> for WireUnusual {
    fn from(day: UnusualDay) -> Self {
        let (average, busiest) = (day.before.average(), day.before.busiest);
        let (threshold, explanation) = (day.threshold(), day.explanation());
        let evidence = evidence(&day);
        let CountRow { kind, subject, day, deeds, last_position, .. } = day.count;
        Self {
            kind: kind.into(),
            actor: Some(subject).filter(|actor| !actor.is_empty()),
            day,
            count: deeds,
            average_before: average,
            busiest_before: busiest,
            threshold,
            explanation,
            evidence,
            last_position,
        }
    }
}

/// Where the audit log shows the events of a day. None of the values needs to be escaped: types,
/// actors and instants are made of letters, digits and `. _ , : -`.
fn evidence(day: &UnusualDay) -> String {
    let (from, to) = day.instants();
    let [from, to] = [from, to].map(|at| at.to_rfc3339_opts(SecondsFormat::Micros, true));
    let types = day.count.kind.event_types().join(",");
    let actor = match day.count.subject.as_str() {
        "" => String::new(),
        actor => format!("&actor={actor}"),
    };
    format!("/api/v1/audit?event_type={types}{actor}&from={from}&to={to}")
}

words! {
    WireWatched of Watched {
        Refunds, WriteOffs, VoidedInvoices, CreditNotes, GiftCards, RoleChanges, ApiKeys,
        DataExports, Erasures, RefusedSignIns, LockOuts, DunningEntries, DeclinedCharges,
    },
    "What is counted per day: of each actor `refunds` asked for, `write_offs`, `voided_invoices`, \
     `credit_notes`, `gift_cards` given out, `role_changes`, `api_keys` made, `data_exports` (all \
     that is held about a person) and `erasures`; of the seller `refused_sign_ins`, `lock_outs`, \
     `dunning_entries` and `declined_charges`.",
    "snake_case"
}
