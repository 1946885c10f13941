//! What is answered to a question: yes, no, or never mind; each asks first, with a reason.

use axum::Router;
use billfold_app::commands::approvals::{DeclineApproval, GrantApproval, WithdrawApproval};
use billfold_domain::approval::Approval;
use billfold_domain::kernel::ApprovalId;
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::approval_list::ApprovalList;

use super::{PATH, involved};
use crate::admin::deed::{self, Asked, Deed, Question, Words};
use crate::error::PageError;
use crate::fields::Wrong;
use crate::state::{Seen, WebState};
use crate::visitor::Visitor;

pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Grant,
    Decline,
    Withdraw,
}

impl Deed for Verb {
    type Id = ApprovalId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::ApprovalsDecide;
    const ALL: &'static [Verb] = &[Verb::Grant, Verb::Decline, Verb::Withdraw];

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Grant => ("grant", "Grant and do it", "approval-granted"),
            Verb::Decline => ("decline", "Decline", "approval-declined"),
            Verb::Withdraw => ("withdraw", "Take back", "approval-withdrawn"),
        };
        Words { path, button, done, danger: self == Verb::Decline }
    }

    async fn must(
        self,
        state: &WebState,
        visitor: &Visitor,
        _: &ApprovalId,
    ) -> Result<(), PageError> {
        match self {
            Verb::Grant | Verb::Decline => state.must(visitor, Self::NEEDS),
            Verb::Withdraw => involved(visitor),
        }
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let (approval, version) =
            asked.state.door().load::<Approval>(tenant, asked.id.uuid()).await?;
        approval.asked().ok_or(PageError::NotFound)?;
        let (title, text) = match self {
            Verb::Grant => (
                "Grant it, and have it done at once?",
                "It is decided anew on what is true now, and is never more than what was asked \
                 for.",
            ),
            Verb::Decline => ("Decline it?", "Nothing of it is done. It may be asked for anew."),
            Verb::Withdraw => ("Take it back?", "Nobody has to answer any more."),
        };
        let reason = deed::reason(asked, "Kept in the log; no personal data");
        let (title, text) = (title.to_owned(), text.to_owned());
        Ok(Question { title, text, version: Some(version), fields: vec![reason] })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let (approval_id, shown) = (asked.id, [ApprovalList::NAME]);
        let reason = asked.sent.one("reason").to_owned();
        if self == Verb::Withdraw {
            let withdraw = WithdrawApproval { approval_id, reason };
            return asked.command_on_seen(withdraw, &shown).await;
        }
        let approver = asked.state.access().approver(&asked.visitor.caller.identity).await?;
        if self == Verb::Grant {
            let grant = GrantApproval { approval_id, reason, approver };
            return asked.command_on_seen(grant, &shown).await;
        }
        let decline = DeclineApproval { approval_id, reason, approver };
        asked.command_on_seen(decline, &shown).await
    }
}
