//! One question to a second person: what would be done, what it comes to, who said what.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::approval::{Approval, StatedDeed};
use billfold_domain::kernel::ApprovalId;
use billfold_domain::role::Permission;
use billfold_projections::approval_list::{self, ApprovalStatus};

use super::answer::{self, Verb};
use super::{PATH, involved, kind, status};
use crate::admin::confirm::Action;
use crate::admin::deed;
use crate::admin::timeline::{self, Happened};
use crate::error::PageError;
use crate::layout::Shell;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Badge, Ident, Moment};
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/approval/one.html")]
pub(crate) struct ApprovalPage {
    /// The frame.
    pub(crate) shell: Shell,
    /// `Refund of € 600.00`.
    pub(crate) title: String,
    /// The identifier.
    pub(crate) id: Ident,
    /// How it stands.
    pub(crate) status: Badge,
    /// What somebody who looks at it has to know: why it failed, that it is their own.
    pub(crate) notes: Vec<String>,
    /// What would be done.
    pub(crate) deeds: Vec<DeedRow>,
    /// Who asked.
    pub(crate) asked_by: String,
    /// Why.
    pub(crate) reason: String,
    /// When.
    pub(crate) asked_at: Moment,
    /// Until when it may be answered.
    pub(crate) expires_at: Moment,
    /// Who decided, and why.
    pub(crate) decided: Option<(String, String)>,
    /// The command, byte by byte.
    pub(crate) command: String,
    /// Its fingerprint.
    pub(crate) hash: String,
    /// What happened, newest first.
    pub(crate) timeline: Vec<Happened>,
    /// What may be answered.
    pub(crate) actions: Vec<Action>,
}

/// A part of what would be done.
#[derive(Clone, Debug)]
pub(crate) struct DeedRow {
    /// What it is.
    pub(crate) kind: String,
    /// What it is about, with its page.
    pub(crate) subject: (String, String),
    /// What was done to it before.
    pub(crate) before: Amount,
    /// How much it is.
    pub(crate) amount: Amount,
    /// What that comes to.
    pub(crate) after: Amount,
}

pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/admin/approvals/{id}", get(show_one))
}

async fn show_one(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    involved(&visitor)?;
    let id: ApprovalId = id.parse().map_err(|_| PageError::NotFound)?;
    let tenant = visitor.tenant();
    let (approval, _) = state.door().load::<Approval>(tenant, id.uuid()).await?;
    let asked = approval.asked().ok_or(PageError::NotFound)?;
    let row = approval_list::find(state.reads(), tenant, id).await?.value;
    let row = row.ok_or(PageError::NotFound)?;
    let actors = state.names().actors(&visitor).await?;
    let stands = row.status_at(state.door().now(tenant).await?);
    let own = row.asked_by == visitor.caller.actor.to_string();
    let amount = show::minor(row.amount, row.currency);
    let decided = row
        .decided_by
        .as_deref()
        .map(|who| (actors.name(who), row.decision.clone().unwrap_or_default()));
    let head = *state.operations().head().borrow();
    page(&ApprovalPage {
        shell: visitor.shell(&state, PATH, head).await?,
        title: format!("{} of {}", kind(&row.kind), amount.plain()),
        id: Ident(id.to_string()),
        status: status(stands),
        notes: notes(stands, own, row.failure.as_deref()),
        deeds: asked.deeds.iter().map(deed_row).collect(),
        asked_by: actors.name(&row.asked_by),
        reason: row.reason.clone().unwrap_or_default(),
        asked_at: Moment(row.asked_at),
        expires_at: Moment(row.expires_at),
        decided,
        command: asked.command.clone(),
        hash: asked.command_hash.clone(),
        timeline: timeline::of(&state, &visitor, "approval", id.uuid()).await?,
        actions: actions(&visitor, id, stands, own),
    })
}

fn deed_row(deed: &StatedDeed) -> DeedRow {
    let before = deed.in_all.checked_sub(deed.amount).unwrap_or(deed.amount);
    let text = show::short_id(&show::stream_id(&deed.stream, deed.id));
    DeedRow {
        kind: kind(deed.kind.slug()),
        subject: (
            format!("{} {text}", show::words(&deed.stream)),
            show::stream_href(&deed.stream, deed.id).unwrap_or_default(),
        ),
        before: show::money(before),
        amount: show::money(deed.amount),
        after: show::money(deed.in_all),
    }
}

fn notes(stands: ApprovalStatus, own: bool, failure: Option<&str>) -> Vec<String> {
    let mut notes = Vec::new();
    if stands == ApprovalStatus::Waiting && own {
        notes.push("You asked for it, so somebody else has to say yes.".to_owned());
    }
    if let Some(failure) = failure {
        let why = crate::fields::sentence(failure);
        notes.push(format!("It was granted, but could not be done any more: {why}"));
    }
    notes
}

fn actions(visitor: &Visitor, id: ApprovalId, stands: ApprovalStatus, own: bool) -> Vec<Action> {
    if stands != ApprovalStatus::Waiting {
        return Vec::new();
    }
    let href = format!("{PATH}/{id}");
    if own {
        return vec![deed::action(Verb::Withdraw, &href, "Take back", "undo-2")];
    }
    if !visitor.caller.identity.may(Permission::ApprovalsDecide) {
        return Vec::new();
    }
    vec![
        deed::action(answer::Verb::Decline, &href, "Decline", "circle-x").class("danger"),
        deed::action(answer::Verb::Grant, &href, "Grant", "circle-check").class("primary"),
    ]
}
