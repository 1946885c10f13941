//! What may be done with a case: look at it now, note a promise, hold it, let it go on, end it.

use axum::Router;
use billfold_app::commands::dunning::{
    AdvanceDunning, HoldDunning, PromiseToPay, ReleaseDunning, StopDunning,
};
use billfold_domain::dunning::DunningCase;
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::DunningCaseId;
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::dunning_case_list::{CaseStatus, DunningCaseList};
use billfold_projections::event_index::EventIndex;
use billfold_projections::invoice_list::InvoiceList;

use crate::admin::confirm::Action;
use crate::admin::deed::{self, Asked, Deed, Question, Words};
use crate::admin::list::day;
use crate::error::PageError;
use crate::fields::Wrong;
use crate::form::Field;
use crate::state::{Seen, WebState};

/// What pages about a case are read from.
const READ: [&str; 3] = [DunningCaseList::NAME, EventIndex::NAME, InvoiceList::NAME];

/// The addresses of all of them.
pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

/// What may be done with a case that stands so.
pub(super) fn actions(href: &str, status: CaseStatus) -> Vec<Action> {
    let action = |verb, label, icon| deed::action(verb, href, label, icon);
    let stop = action(Verb::Stop, "Stop", "circle-x").class("danger");
    let promise = action(Verb::Promise, "Promise to pay", "calendar");
    let hold = action(Verb::Hold, "Hold", "pause");
    let look = action(Verb::Advance, "Look at it now", "play").class("primary");
    let release = action(Verb::Release, "Release", "play").class("primary");
    match status {
        CaseStatus::Open | CaseStatus::Disputed => vec![stop, hold, promise, look],
        CaseStatus::Promised => vec![stop, hold, release],
        CaseStatus::Held => vec![stop, release],
        CaseStatus::Stopped => Vec::new(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Advance,
    Promise,
    Hold,
    Release,
    Stop,
}

impl Deed for Verb {
    type Id = DunningCaseId;
    const PAGE: &'static str = super::cases::PATH;
    const NEEDS: Permission = Permission::InvoicesWrite;
    const ALL: &'static [Verb] =
        &[Verb::Advance, Verb::Promise, Verb::Hold, Verb::Release, Verb::Stop];

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Advance => ("advance", "Look at it now", "dunning-looked"),
            Verb::Promise => ("promise", "Note promise", "dunning-promised"),
            Verb::Hold => ("hold", "Hold", "dunning-held"),
            Verb::Release => ("release", "Release", "dunning-released"),
            Verb::Stop => ("stop", "Stop dunning", "dunning-stopped"),
        };
        Words { path, button, done, danger: self == Verb::Stop }
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let loaded = asked.state.door().load::<DunningCase>(tenant, asked.id.uuid()).await?;
        let (stands, version) = loaded;
        let case = stands.opened().ok_or(PageError::NotFound)?;
        let (invoice, _) =
            asked.state.door().load::<Invoice>(tenant, case.invoice_id.uuid()).await?;
        let number = invoice.document().map_or("the invoice", |it| it.number.as_str());
        let mut fields = Vec::new();
        let (title, text) = match self {
            Verb::Advance => (
                format!("Look at dunning of {number} now?"),
                "What is wanted today happens at once instead of with the next run.",
            ),
            Verb::Promise => {
                let field = Field::input("pay_by", "Pays by", "date");
                let field = field.with(asked.sent.one("pay_by")).required();
                fields.push(field.wrong(asked.wrong.of("pay_by")));
                (
                    format!("Note a promise to pay {number}?"),
                    "Nothing happens until the day is over. A promise that is not kept is noted.",
                )
            }
            Verb::Hold => (
                format!("Hold dunning of {number}?"),
                "It rests until somebody releases it or the invoice is paid.",
            ),
            Verb::Release => (
                format!("Let dunning of {number} go on?"),
                "It goes on with the next run; grace days are kept.",
            ),
            Verb::Stop => {
                fields.push(deed::reason(asked, "Kept in the log; no personal data"));
                (
                    format!("Stop dunning of {number} for good?"),
                    "What was suspended is lifted, whatever is owed. It does not begin again.",
                )
            }
        };
        // Looking changes what the case itself decides, whatever was seen.
        let version = (self != Verb::Advance).then_some(version);
        Ok(Question { title, text: text.to_owned(), version, fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let case_id = asked.id;
        match self {
            Verb::Advance => {
                let tenant = asked.visitor.tenant();
                let (stands, _) =
                    asked.state.door().load::<DunningCase>(tenant, case_id.uuid()).await?;
                let case = stands.opened().ok_or(PageError::NotFound)?;
                let (client_id, invoice_id) = (case.client_id, Some(case.invoice_id));
                let look = AdvanceDunning { client_id, invoice_id, arrears: None };
                asked.command(look, &READ).await
            }
            Verb::Promise => {
                let Some(pay_by) = day(asked.sent.one("pay_by"))? else {
                    let mut wrong = Wrong::default();
                    wrong.at("pay_by", "say by which day");
                    return Ok(Err(wrong));
                };
                asked.command_on_seen(PromiseToPay { case_id, pay_by }, &READ).await
            }
            Verb::Hold => asked.command_on_seen(HoldDunning { case_id }, &READ).await,
            Verb::Release => asked.command_on_seen(ReleaseDunning { case_id }, &READ).await,
            Verb::Stop => {
                let reason = asked.sent.one("reason").to_owned();
                asked.command_on_seen(StopDunning { case_id, reason }, &READ).await
            }
        }
    }
}
