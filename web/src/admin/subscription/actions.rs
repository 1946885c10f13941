//! What may be done with a subscription: pause, resume, cancel, withdraw the cancellation; each
//! asks first and says what would be billed and what would go back.

use axum::Router;
use billfold_app::commands::subscriptions::{
    AttachCoupon, CancelSubscription, DetachCoupon, PauseSubscription, ResumeSubscription, Thought,
    WithdrawCancellation, WithdrawSubscriptionChange,
};
use billfold_domain::kernel::SubscriptionId;
use billfold_domain::role::Permission;
use billfold_domain::subscription::{CancelAt, Contract, Standing, Subscription};
use billfold_projections::Projection as _;
use billfold_projections::client_list::ClientList;
use billfold_projections::credit_note_list::CreditNoteList;
use billfold_projections::event_index::EventIndex;
use billfold_projections::invoice_list::InvoiceList;
use billfold_projections::journal::Journal;
use billfold_projections::subscription_list::SubscriptionList;
use chrono::NaiveDate;

use super::foreseen::{consequence, look_ahead};
use crate::admin::confirm::Action;
use crate::admin::deed::{self, Asked, Deed, Question, Words};
use crate::error::PageError;
use crate::fields::Wrong;
use crate::form::Field;
use crate::reach::Needs;
use crate::state::{Seen, WebState};
use crate::view::Day;
use crate::visitor::Visitor;

/// What pages about a subscription and its documents are read from.
pub(super) const READ: [&str; 6] = [
    SubscriptionList::NAME,
    EventIndex::NAME,
    InvoiceList::NAME,
    CreditNoteList::NAME,
    Journal::NAME,
    ClientList::NAME,
];

/// Who may begin, change and end them.
pub(super) const WRITES: Needs = Needs::of_own(Permission::SubscriptionsWrite);

/// The addresses of all of them.
pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

/// What may be done with a subscription that stands so.
pub(super) fn actions(href: &str, standing: Standing, contract: &Contract) -> Vec<Action> {
    let action = |verb, label, icon| deed::action(verb, href, label, icon);
    let now = action(Verb::CancelNow, "Cancel now", "circle-x").class("danger");
    let pause = action(Verb::Pause, "Pause", "pause");
    let coupon = if !contract.coupons.is_empty() {
        action(Verb::TakeCouponsOff, "Take coupons off", "undo-2")
    } else {
        action(Verb::AttachCoupon, "Apply coupon", "banknote")
    };
    let change = Action::new(format!("{href}/change"), "Change", "pencil");
    let change = change.on_a_page().needs(WRITES);
    match standing {
        Standing::Trialing | Standing::Active => {
            let at_end = action(Verb::Cancel, "Cancel at end of term", "ban");
            let back = contract.pending.is_some();
            let back = back.then(|| action(Verb::WithdrawChange, "Withdraw change", "undo-2"));
            let mut actions = vec![now, at_end, pause];
            actions.extend(back);
            actions.push(coupon);
            actions.push(change.class("primary"));
            actions
        }
        Standing::Ending { .. } => {
            let withdraw = action(Verb::Withdraw, "Withdraw cancellation", "undo-2");
            vec![now, pause, coupon, change, withdraw.class("primary")]
        }
        Standing::Paused => {
            vec![now, action(Verb::Resume, "Resume", "play").class("primary")]
        }
        Standing::Ended => vec![action(Verb::Resume, "Begin again", "play").class("primary")],
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Pause,
    Resume,
    CancelNow,
    Cancel,
    Withdraw,
    AttachCoupon,
    TakeCouponsOff,
    WithdrawChange,
}

impl Deed for Verb {
    type Id = SubscriptionId;
    const PAGE: &'static str = super::PATH;
    const NEEDS: Permission = Permission::SubscriptionsWrite;
    const ALL: &'static [Verb] = &[
        Verb::Pause,
        Verb::Resume,
        Verb::CancelNow,
        Verb::Cancel,
        Verb::Withdraw,
        Verb::AttachCoupon,
        Verb::TakeCouponsOff,
        Verb::WithdrawChange,
    ];

    fn needs(self) -> Needs {
        WRITES
    }

    async fn must(
        self,
        state: &WebState,
        visitor: &Visitor,
        id: &SubscriptionId,
    ) -> Result<(), PageError> {
        state.must_hold(visitor, self.needs(), *id).await.map(drop)
    }

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Pause => ("pause", "Pause subscription", "service-paused"),
            Verb::Resume => ("resume", "Resume subscription", "service-resumed"),
            Verb::CancelNow => ("cancel-now", "Cancel now", "cancelled"),
            Verb::Cancel => ("cancel", "Cancel at end of term", "ending"),
            Verb::Withdraw => ("withdraw-cancellation", "Withdraw cancellation", "goes-on"),
            Verb::AttachCoupon => ("coupon", "Apply coupon", "coupon-attached"),
            Verb::TakeCouponsOff => ("take-coupons-off", "Take off", "coupon-taken-off"),
            Verb::WithdrawChange => ("withdraw-change", "Withdraw change", "terms-kept"),
        };
        Words { path, button, done, danger: self == Verb::CancelNow }
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let loaded = asked.state.door().load::<Subscription>(tenant, asked.id.uuid()).await?;
        let (subscription, version) = loaded;
        let contract = subscription.contract().ok_or(PageError::NotFound)?;
        let name = contract.terms().map(|terms| terms.name.as_str()).unwrap_or_default();
        let ahead = match self.thought() {
            None => String::new(),
            Some(thought) => {
                match look_ahead(asked.state, asked.visitor, asked.id, thought).await? {
                    Ok(foreseen) => consequence(foreseen.document.as_ref()),
                    Err(wrong) => wrong.whole,
                }
            }
        };
        let (title, text) = match self {
            Verb::Pause => (format!("Pause {name}?"), "The service ends today for now.".to_owned()),
            Verb::Resume => (
                format!("Resume {name}?"),
                "It begins again today on the terms it had, and what is due is billed at once."
                    .to_owned(),
            ),
            Verb::CancelNow => {
                (format!("Cancel {name} now?"), "The service ends today.".to_owned())
            }
            Verb::Cancel => {
                let today = asked.state.today(tenant).await?;
                (format!("Cancel {name} at the end of its term?"), end_of_term(contract, today))
            }
            Verb::AttachCoupon => (
                format!("Apply a coupon to {name}?"),
                "It comes off what is billed from now on, as often as it says.".to_owned(),
            ),
            Verb::TakeCouponsOff => (
                format!("Take the coupons off {name}?"),
                "What is billed from now on is charged in full.".to_owned(),
            ),
            Verb::Withdraw => (
                format!("Let {name} go on?"),
                "The end that was set is taken back, and it is billed on as before.".to_owned(),
            ),
            Verb::WithdrawChange => (
                format!("Keep {name} as it is?"),
                "The change that was to come is taken back.".to_owned(),
            ),
        };
        let text = format!("{text} {ahead}").trim_end().to_owned();
        let code = Field::input("code", "Code", "text").with(asked.sent.one("code"));
        let fields = match self {
            Verb::AttachCoupon => vec![code.required().wrong(asked.wrong.of("code"))],
            _ => Vec::new(),
        };
        Ok(Question { title, text, version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let (subscription_id, on) = (asked.id, None);
        match self {
            Verb::Pause => {
                asked.command_on_seen(PauseSubscription { subscription_id, on }, &READ).await
            }
            Verb::Resume => {
                asked.command_on_seen(ResumeSubscription { subscription_id, on }, &READ).await
            }
            Verb::CancelNow | Verb::Cancel => {
                let at =
                    if self == Verb::Cancel { CancelAt::EndOfTerm } else { CancelAt::Immediate };
                let cancel = CancelSubscription { subscription_id, at, on };
                asked.command_on_seen(cancel, &READ).await
            }
            Verb::AttachCoupon => {
                let code = asked.sent.one("code").to_owned();
                asked.command_on_seen(AttachCoupon { subscription_id, code }, &READ).await
            }
            Verb::TakeCouponsOff => {
                let all = DetachCoupon { subscription_id, coupon_id: None };
                asked.command_on_seen(all, &READ).await
            }
            Verb::WithdrawChange => {
                let withdraw = WithdrawSubscriptionChange { subscription_id, on };
                asked.command_on_seen(withdraw, &READ).await
            }
            Verb::Withdraw => {
                asked.command_on_seen(WithdrawCancellation { subscription_id, on }, &READ).await
            }
        }
    }
}

impl Verb {
    /// What to look ahead with; what begins or goes on is billed as it falls due.
    fn thought(self) -> Option<Thought> {
        match self {
            Verb::Pause => Some(Thought::Pause),
            Verb::CancelNow => Some(Thought::Cancel(CancelAt::Immediate)),
            Verb::Cancel => Some(Thought::Cancel(CancelAt::EndOfTerm)),
            Verb::Resume
            | Verb::Withdraw
            | Verb::WithdrawChange
            | Verb::AttachCoupon
            | Verb::TakeCouponsOff => None,
        }
    }
}

/// When a service would end that is cancelled for the end of its term.
fn end_of_term(contract: &Contract, today: NaiveDate) -> String {
    let billed_to = contract.service.newest().and_then(|phase| phase.billed_to());
    billed_to.filter(|to| *to > today).map_or_else(
        || "The service ends with the period under way.".to_owned(),
        |to| format!("It is billed to {} and ends then.", Day(to).plain()),
    )
}
