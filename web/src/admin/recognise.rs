//! What was billed ahead becomes revenue through a day that is over (EVT-27); what that posts is
//! shown before it is confirmed.

use std::ops::ControlFlow;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::recognition::RecogniseRevenue;
use billfold_app::recognition_run::{self, RecognitionRun, Report};
use billfold_domain::kernel::{Actor, Money};
use billfold_domain::recognition::Earned;
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::journal::Journal;

use super::confirm::Confirm;
use super::journal::PATH as JOURNAL;
use super::list::{address, day};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key, sentence};
use crate::form::Field;
use crate::router::go;
use crate::show;
use crate::state::WebState;
use crate::view::Day;
use crate::visitor::{Posted, Visitor};

/// The form's address.
pub(super) const PATH: &str = "/admin/journal/recognise";

pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(ask).post(save))
}

async fn ask(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    form(&state, &visitor, &Fields::default(), &Wrong::default()).await?.ask(visitor.partial)
}

async fn save(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::LedgerWrite)?;
    let through = day(fields.one("through"))?;
    let ask = visitor.ask(&fields.key()?, RecogniseRevenue { through });
    match recognition_run::catch_up(state.door(), ask).await {
        Ok(done) => {
            let seen = state.seen(done.position, &[Journal::NAME]).await;
            Ok(go(&address(JOURNAL, &[("done", seen.word("recognised"))])))
        }
        Err(error) => {
            let wrong = Wrong::from_error(error)?;
            form(&state, &visitor, &fields, &wrong).await?.again()
        }
    }
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<Confirm, PageError> {
    state.must(visitor, Permission::LedgerWrite)?;
    let head = *state.operations().head().borrow();
    let rehearsal = RecognitionRun {
        tenant: visitor.tenant(),
        actor: Actor::system("recognition_run").map_err(PageError::bug)?,
        name: String::new(),
        through: None,
        rehearse: true,
        most_months: Some(RecognitionRun::WHILE_WAITING),
    };
    let go_on = |_| ControlFlow::Continue(());
    let (through, text) = match recognition_run::run(state.door(), &rehearsal, go_on).await {
        Ok(report) => (report.through.to_string(), foreseen(&report)?),
        Err(billfold_app::Error::Refused(no)) => (String::new(), sentence(&no.detail)),
        Err(error) => return Err(error.into()),
    };
    Ok(Confirm {
        shell: visitor.shell(state, JOURNAL, head).await?,
        title: "Recognise revenue".to_owned(),
        text,
        action: PATH.to_owned(),
        back: JOURNAL.to_owned(),
        verb: "Recognise revenue",
        danger: false,
        key: new_key(),
        version: String::new(),
        fields: vec![
            Field::input("through", "Through the end of", "date")
                .with(match sent.one("through") {
                    "" => through,
                    typed => typed.to_owned(),
                })
                .required()
                .hint("A day that is over")
                .wrong(wrong.of("through")),
        ],
        error: wrong.whole.clone(),
    })
}

/// What a recognition would post.
fn foreseen(report: &Report) -> Result<String, PageError> {
    let earned = report.days.iter().flat_map(|day| &day.earned);
    let sums = sums(earned)?.into_iter().map(|sum| show::money(sum).plain());
    let sums = sums.collect::<Vec<_>>().join(", ");
    let what = if sums.is_empty() { "nothing" } else { &sums };
    Ok(format!(
        "Through {}, {what} billed ahead becomes revenue, each month on its own days. It is posted \
         once, however often it is asked for.",
        Day(report.through).plain()
    ))
}

/// One sum per currency.
fn sums<'a>(earned: impl Iterator<Item = &'a Earned>) -> Result<Vec<Money>, PageError> {
    let mut sums: Vec<Money> = Vec::new();
    for Earned { amount, .. } in earned {
        match sums.iter_mut().find(|sum| sum.currency() == amount.currency()) {
            Some(sum) => *sum = sum.checked_add(*amount).map_err(PageError::bug)?,
            None => sums.push(*amount),
        }
    }
    Ok(sums)
}
