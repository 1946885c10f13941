//! What may be done with an order; each asks first.

use axum::Router;
use billfold_app::commands::orders::{
    AcceptOrder, CancelOrder, CompleteOrder, HoldOrder, ReleaseOrder,
};
use billfold_domain::kernel::OrderId;
use billfold_domain::order::Order;
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::invoice_list::InvoiceList;
use billfold_projections::order_list::OrderList;
use billfold_projections::subscription_list::SubscriptionList;

use crate::admin::confirm::Action;
use crate::admin::deed::{self, Deed, Question, Words, reason};
use crate::admin::orders::PATH;
use crate::admin::subscription::form::{tax_fields, taxed};
use crate::error::PageError;
use crate::fields::Wrong;
use crate::reach::Needs;
use crate::state::{Seen, WebState};
use crate::visitor::Visitor;

const READ: [&str; 3] = [OrderList::NAME, InvoiceList::NAME, SubscriptionList::NAME];

/// The addresses of all of them.
pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

/// What may be done with an order as it stands.
pub(super) fn actions(id: OrderId, order: &Order) -> Vec<Action> {
    let back = format!("{PATH}/{id}");
    let action = |verb, label, icon| deed::action(verb, &back, label, icon);
    let cancel = action(Verb::Cancel, "Cancel", "ban").class("danger");
    match order {
        Order::Placed(_) => vec![
            action(Verb::Accept, "Accept", "check").class("primary"),
            action(Verb::Hold, "Hold back", "pause"),
            cancel,
        ],
        Order::Held(_) => vec![action(Verb::Release, "Release", "play").class("primary"), cancel],
        Order::Accepted(_) => vec![action(Verb::Complete, "Complete", "check").class("primary")],
        Order::Absent | Order::Completed(_) | Order::Cancelled(_) => Vec::new(),
    }
}

type Asked<'a> = deed::Asked<'a, Verb>;
type Acted = Result<Result<Seen, Wrong>, PageError>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Accept,
    Hold,
    Release,
    Complete,
    Cancel,
}

impl Deed for Verb {
    type Id = OrderId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::OrdersWrite;
    const ALL: &'static [Verb] =
        &[Verb::Accept, Verb::Hold, Verb::Release, Verb::Complete, Verb::Cancel];

    fn needs(self) -> Needs {
        Needs::of_own(Self::NEEDS)
    }

    async fn must(
        self,
        state: &WebState,
        visitor: &Visitor,
        id: &OrderId,
    ) -> Result<(), PageError> {
        state.must_hold(visitor, self.needs(), *id).await.map(drop)
    }

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Accept => ("accept", "Accept order", "order-accepted"),
            Verb::Hold => ("hold", "Hold back", "order-held"),
            Verb::Release => ("release", "Release", "order-released"),
            Verb::Complete => ("complete", "Complete", "order-completed"),
            Verb::Cancel => ("cancel", "Cancel order", "order-cancelled"),
        };
        Words { path, button, done, danger: self == Verb::Cancel }
    }

    async fn question(self, asked: &Asked<'_>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let (order, version) = asked.state.door().load::<Order>(tenant, asked.id.uuid()).await?;
        order.placed().ok_or(PageError::NotFound)?;
        let (title, text, fields) = match self {
            Verb::Accept => {
                let text = "Subscriptions begin today at the prices of the order, and one invoice \
                     asks for everything that is due at once.";
                let country = asked.state.door().settings(tenant).await?.country;
                ("Accept this order?", text, tax_fields(asked.sent, country, &asked.wrong))
            }
            Verb::Hold => {
                let text = "Nothing comes of it until it is released.";
                ("Hold this order back?", text, vec![reason(asked, "What is suspicious")])
            }
            Verb::Release => ("Release this order?", "It can be accepted then.", Vec::new()),
            Verb::Complete => {
                let text = "Everything was delivered, and its invoice is paid.";
                ("Is this order complete?", text, Vec::new())
            }
            Verb::Cancel => {
                let text = "Nothing was billed for it, and nothing will be.";
                ("Cancel this order?", text, vec![reason(asked, "The audit log keeps it")])
            }
        };
        let (title, text) = (title.to_owned(), text.to_owned());
        Ok(Question { title, text, version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_>) -> Acted {
        let order_id = asked.id;
        let why = || asked.sent.one("reason").trim().to_owned();
        match self {
            Verb::Accept => {
                let mut wrong = Wrong::default();
                let Some(tax) = taxed(asked.sent, &mut wrong) else { return Ok(Err(wrong)) };
                asked.command_on_seen(AcceptOrder { order_id, tax }, &READ).await
            }
            Verb::Hold => asked.command_on_seen(HoldOrder { order_id, reason: why() }, &READ).await,
            Verb::Release => asked.command_on_seen(ReleaseOrder { order_id }, &READ).await,
            Verb::Complete => asked.command_on_seen(CompleteOrder { order_id }, &READ).await,
            Verb::Cancel => {
                asked.command_on_seen(CancelOrder { order_id, reason: why() }, &READ).await
            }
        }
    }
}
