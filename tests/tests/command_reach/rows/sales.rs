//! Orders, subscriptions, and what is billed for them.

use billfold_app::commands::orders::{
    AcceptOrder, CancelOrder, CompleteOrder, HoldOrder, OrderedItem, PlaceOrder, ReleaseOrder,
};
use billfold_app::commands::subscriptions::{
    AdjustSubscriptionLine, AttachCoupon, BillAccount, CancelSubscription, ChangeSubscription,
    DetachCoupon, PauseSubscription, ResumeSubscription, SetSubscriptionAnchor, Subscribe,
    WithdrawCancellation, WithdrawSubscriptionChange,
};
use billfold_domain::kernel::{ClientId, Currency, ProductId, SubscriptionId};
use billfold_domain::subscription::{Anchor, CancelAt, ChangePolicy};

use crate::row::{Row, begun, id, part, word};
use crate::words::{because, eur, item, march, offer, one, tax};

pub(super) fn rows() -> Vec<Row> {
    [ordering(), subscribing(), changing(), billing(), ending()].into_iter().flatten().collect()
}

fn place(client_id: ClientId, item: OrderedItem) -> PlaceOrder {
    let items = vec![item];
    PlaceOrder { order_id: None, client_id, currency: None, items, origin: None }
}

fn ordering() -> Vec<Row> {
    vec![
        begun("order_id", |own, other| PlaceOrder {
            order_id: Some(other.order),
            ..place(own.client, item())
        }),
        id("client_id", |_, other| place(other.client, item())),
        id("items.product_id", |own, other| {
            place(own.client, OrderedItem { product_id: Some(other.product), ..item() })
        }),
        id("order_id", |_, other| HoldOrder { order_id: other.order, reason: because() }),
        id("order_id", |_, other| ReleaseOrder { order_id: other.order }),
        id("order_id", |_, other| AcceptOrder { order_id: other.order, tax: tax().into() }),
        id("order_id", |_, other| CompleteOrder { order_id: other.order }),
        id("order_id", |_, other| CancelOrder { order_id: other.order, reason: because() }),
    ]
}

fn subscribe(client_id: ClientId, product_id: ProductId) -> Subscribe {
    Subscribe {
        subscription_id: None,
        client_id,
        product_id,
        offer: offer(),
        quantity: one(),
        tax: tax().into(),
        anchor: None,
        ends: None,
        on: None,
    }
}

fn subscribing() -> Vec<Row> {
    vec![
        begun("subscription_id", |own, other| Subscribe {
            subscription_id: Some(other.subscription),
            ..subscribe(own.client, own.product)
        }),
        id("client_id", |own, other| subscribe(other.client, own.product)),
        id("product_id", |own, other| subscribe(own.client, other.product)),
        id("subscription_id", |own, other| AttachCoupon {
            subscription_id: other.subscription,
            code: own.coupon_code.clone(),
        }),
        word("code", |own, other| AttachCoupon {
            subscription_id: own.subscription,
            code: other.coupon_code.clone(),
        }),
        id("subscription_id", |own, other| DetachCoupon {
            subscription_id: other.subscription,
            coupon_id: Some(own.coupon),
        }),
        part("coupon_id", |own, other| DetachCoupon {
            subscription_id: own.subscription,
            coupon_id: Some(other.coupon),
        })
        .or_of_another_client(),
    ]
}

fn change(subscription_id: SubscriptionId, product_id: ProductId) -> ChangeSubscription {
    ChangeSubscription {
        subscription_id,
        product_id,
        offer: offer(),
        quantity: None,
        tax: None,
        anchor: None,
        on: None,
        policy: ChangePolicy::AtPeriodEnd,
    }
}

fn changing() -> Vec<Row> {
    vec![
        id("subscription_id", |own, other| change(other.subscription, own.product)),
        id("product_id", |own, other| change(own.subscription, other.product)),
        id("subscription_id", |_, other| WithdrawSubscriptionChange {
            subscription_id: other.subscription,
            on: None,
        }),
        id("subscription_id", |_, other| SetSubscriptionAnchor {
            subscription_id: other.subscription,
            anchor: Anchor::Calendar {},
            on: None,
        }),
        id("subscription_id", |_, other| AdjustSubscriptionLine {
            subscription_id: other.subscription,
            from: march(2),
            amount: eur("-1.00"),
            reason: because(),
        }),
        id("subscription_id", |_, other| PauseSubscription {
            subscription_id: other.subscription,
            on: None,
        }),
        id("subscription_id", |_, other| ResumeSubscription {
            subscription_id: other.subscription,
            on: None,
        }),
    ]
}

fn bill(client_id: ClientId, subscription: SubscriptionId) -> BillAccount {
    let subscriptions = vec![subscription];
    BillAccount { client_id, currency: Currency::EUR, subscriptions, through: None }
}

fn billing() -> Vec<Row> {
    vec![
        id("client_id", |own, other| bill(other.client, own.subscription)),
        id("client_id.of_all", |_, other| bill(other.client, other.subscription)),
        id("subscriptions", |own, other| bill(own.client, other.subscription))
            .or_of_another_client(),
    ]
}

fn ending() -> Vec<Row> {
    vec![
        id("subscription_id", |_, other| CancelSubscription {
            subscription_id: other.subscription,
            at: CancelAt::EndOfTerm,
            on: None,
        }),
        id("subscription_id", |_, other| WithdrawCancellation {
            subscription_id: other.subscription,
            on: None,
        }),
    ]
}
