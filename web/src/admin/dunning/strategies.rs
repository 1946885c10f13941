//! Dunning strategies: what each says, and for whom it holds.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::dunning::{Holder, RetryPace};
use billfold_domain::role::Permission;
use billfold_projections::dunning_strategy_list::{self, Assigned};

use super::{cases, strategy_actions, words};
use crate::admin::confirm::Action;
use crate::admin::list::{AtCursor, Pager};
use crate::error::PageError;
use crate::layout::Shell;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Badge, Ident, Tone};
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/dunning/strategies.html")]
pub(crate) struct Strategies {
    /// The frame.
    pub(crate) shell: Shell,
    /// By code.
    pub(crate) rows: Vec<StrategyRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One strategy.
#[derive(Clone, Debug)]
pub(crate) struct StrategyRow {
    /// What the API calls it.
    pub(crate) code: Ident,
    /// What people call it.
    pub(crate) name: String,
    /// Built in, own, retired.
    pub(crate) status: Badge,
    /// What each stage does, and when.
    pub(crate) stages: Vec<(&'static str, String)>,
    /// Grace, retries, late fee: label and value.
    pub(crate) terms: Vec<(&'static str, String)>,
    /// For whom it holds, with the page where there is one.
    pub(crate) holders: Vec<(String, Option<String>)>,
    /// What may be done with it.
    pub(crate) actions: Vec<Action>,
}

/// The list's address.
pub(super) const PATH: &str = "/admin/dunning-strategies";

/// The list's addresses.
pub(super) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list)).merge(strategy_actions::routes())
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(at): Query<AtCursor>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::InvoicesRead)?;
    let (tenant, wanted) = (visitor.tenant(), at.wanted()?);
    let found = dunning_strategy_list::page(state.reads(), tenant, true, &wanted).await?;
    let rows: Vec<StrategyRow> = found.value.rows.iter().map(row).collect();
    page(&Strategies {
        shell: visitor.shell(&state, cases::PATH, found.as_of_position).await?,
        pager: at.pager(PATH, (rows.len(), "strategies"), found.value.next),
        rows,
    })
}

fn row(Assigned { strategy, holders }: &Assigned) -> StrategyRow {
    let terms = strategy.strategy.0.terms();
    let status = match (strategy.retired_on, strategy.built_in) {
        (Some(_), _) => Badge::new(Tone::Grey, "Retired"),
        (None, true) => Badge::new(Tone::Blue, "Built in"),
        (None, false) => Badge::new(Tone::Green, "Own"),
    };
    let tries = match &terms.retries.schedule.pace {
        RetryPace::AfterDays(days) => {
            let days: Vec<String> = days.iter().map(ToString::to_string).collect();
            format!("after {} days", days.join(", "))
        }
        RetryPace::EveryDays(days) => format!("every {days} days"),
    };
    let stage = |stage: &billfold_domain::dunning::Stage| {
        (words::action(stage.action), words::condition(&stage.when))
    };
    StrategyRow {
        code: Ident(strategy.code.clone()),
        name: strategy.name.clone(),
        status,
        stages: terms.stages.iter().map(stage).collect(),
        terms: vec![
            ("Grace", format!("{} days", terms.grace_days)),
            ("Retries", format!("{tries}, {} tries at most", terms.retries.most_tries)),
            ("Late fee", words::late_fee(terms.late_fee.as_ref())),
        ],
        holders: holders.iter().map(holder).collect(),
        actions: strategy_actions::actions(strategy),
    }
}

fn holder(holder: &Holder) -> (String, Option<String>) {
    match holder {
        Holder::Tenant => ("Every client".to_owned(), None),
        Holder::Product(product) => (show::short_id(&product.to_string()), None),
        Holder::Client(client) => {
            (show::short_id(&client.to_string()), Some(format!("/admin/clients/{client}")))
        }
    }
}
