//! The specification of an order.

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::invoice::LineKind;
use crate::kernel::testing::{TODAY, given, issued};
use crate::kernel::{
    Aggregate, ClientId, Currency, Cycle, InvoiceId, Money, MoneyRefusal, Origin, ProductId,
    Refusal, SubscriptionId, UnitPrice,
};

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn item(quantity: &str, unit_price: &str) -> NewItem {
    NewItem {
        product_id: None,
        kind: LineKind::Vps,
        description: "Small server".into(),
        quantity: quantity.parse().unwrap(),
        unit_price: UnitPrice::parse(unit_price, Currency::EUR).unwrap(),
        period: None,
        recurs: None,
        answers: Vec::new(),
    }
}

/// An item that goes on for months.
fn recurring(unit_price: &str) -> NewItem {
    let recurs = Some(Recurs { cycle: Cycle::Months(1), trial_days: 0 });
    let product_id = Some(ProductId::new(Uuid::from_u128(5)));
    NewItem { recurs, product_id, ..item("1", unit_price) }
}

fn begun(item: u32) -> BegunSubscription {
    let subscription_id = SubscriptionId::new(Uuid::from_u128(u128::from(item) + 9));
    BegunSubscription { item, subscription_id }
}

/// A server with its setup and a second server.
fn hosting() -> OrderEvent {
    let items = vec![recurring("9.90"), item("1", "5"), recurring("4.90")];
    let ask = issued(OrderCommand::Place(PlaceOrder { items, ..new() }));
    Order::Absent.decide(&ask).unwrap().remove(0)
}

fn accepted() -> OrderEvent {
    OrderEvent::Accepted { subscriptions: vec![begun(0), begun(2)] }
}

fn new() -> PlaceOrder {
    PlaceOrder {
        client_id: ClientId::new(Uuid::from_u128(3)),
        currency: Currency::EUR,
        items: vec![item("3", "9.995"), item("1", "-5")],
        origin: Some(Origin { source: "whmcs".into(), id: "7".into() }),
    }
}

fn placed() -> OrderEvent {
    let items: Vec<_> = new().items.into_iter().map(|item| item.priced().unwrap()).collect();
    assert_eq!(items[0].amount, eur(2_999), "29.985 rounds away from zero");
    let PlaceOrder { client_id, currency, origin, .. } = new();
    OrderEvent::Placed { client_id, placed_on: TODAY, currency, items, total: eur(2_499), origin }
}

fn invoice(bits: u128) -> InvoiceId {
    InvoiceId::new(Uuid::from_u128(bits))
}

fn invoiced() -> OrderEvent {
    OrderEvent::Invoiced { invoice_id: invoice(1) }
}

#[test]
fn the_total_is_the_sum_of_the_items_each_rounded_once() {
    given::<Order>([]).when(issued(OrderCommand::Place(new()))).then([placed()]);
}

#[test]
fn an_order_is_placed_once_and_a_second_import_run_changes_nothing() {
    given::<Order>([placed()]).when(issued(OrderCommand::Place(new()))).then_nothing();
    given::<Order>([placed(), invoiced()])
        .when(issued(OrderCommand::Place(PlaceOrder { origin: None, ..new() })))
        .then_refused(OrderRefusal::AlreadyPlaced);
}

#[test]
fn an_order_has_items_in_one_currency_that_sum_to_no_less_than_nothing() {
    let ask = |items| issued(OrderCommand::Place(PlaceOrder { items, ..new() }));
    given::<Order>([])
        .when(ask(Vec::new()))
        .then_refused(OrderRefusal::ItemCount { limit: 1_000, found: 0 });
    given::<Order>([])
        .when(ask(vec![item("1", "0.01"); 1_001]))
        .then_refused(OrderRefusal::ItemCount { limit: 1_000, found: 1_001 });
    given::<Order>([]).when(ask(vec![item("1", "-1")])).then_refused(OrderRefusal::NegativeTotal);
    let yen = UnitPrice::parse("1", Currency::JPY).unwrap();
    let (left, right) = (Currency::EUR, Currency::JPY);
    given::<Order>([])
        .when(ask(vec![NewItem { unit_price: yen, ..item("1", "1") }]))
        .then_refused(MoneyRefusal::MixedCurrencies { left, right });
}

#[test]
fn wrong_items_are_named_by_their_place() {
    let mut ask = new();
    ask.items[1].description = String::new();
    ask.items[1].quantity = "0".parse().unwrap();
    let refusal = Order::Absent.decide(&issued(OrderCommand::Place(ask))).unwrap_err();
    let fields: Vec<_> = refusal.problems().into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["/items/1/description", "/items/1/quantity"]);
}

#[test]
fn an_order_is_billed_by_one_invoice() {
    let mark = |bits| issued(OrderCommand::MarkInvoiced { invoice_id: invoice(bits) });
    given::<Order>([placed()]).when(mark(1)).then([invoiced()]).when(mark(1)).then_nothing();
    given::<Order>([placed(), invoiced()])
        .when(mark(2))
        .then_refused(OrderRefusal::AlreadyInvoiced { invoice_id: invoice(1) });
    given::<Order>([]).when(mark(1)).then_refused(OrderRefusal::Absent);
    given::<Order>([placed(), invoiced(), OrderEvent::Completed {}]).when(mark(1)).then_nothing();
}

#[test]
fn an_accepted_order_began_one_subscription_for_each_item_that_recurs() {
    let accept = |subscriptions| issued(OrderCommand::Accept { subscriptions });
    for wrong in [vec![], vec![begun(0)], vec![begun(2), begun(0)], vec![begun(0), begun(1)]] {
        given::<Order>([hosting()])
            .when(accept(wrong))
            .then_refused(OrderRefusal::WrongSubscriptions);
    }
    given::<Order>([hosting()])
        .when(accept(vec![begun(0), begun(2)]))
        .then([accepted()])
        .when(accept(vec![begun(0), begun(2)]))
        .then_refused(OrderRefusal::AlreadyAccepted);
    given::<Order>([hosting(), accepted()])
        .when(issued(OrderCommand::MarkInvoiced { invoice_id: invoice(1) }))
        .then([invoiced()])
        .when(issued(OrderCommand::Complete))
        .then([OrderEvent::Completed {}])
        .when(issued(OrderCommand::Complete))
        .then_refused(OrderRefusal::Completed);
}

#[test]
fn what_goes_on_is_a_product_with_a_cycle_and_no_negative_number_of_pieces() {
    let wrong =
        NewItem { recurs: Some(Recurs { cycle: Cycle::OneTime, trial_days: 0 }), ..recurring("1") };
    let negative = NewItem { quantity: "-1".parse().unwrap(), ..recurring("-1") };
    let unlisted = NewItem { product_id: None, ..recurring("1") };
    let wordy = NewItem { description: "x".repeat(201), ..recurring("1") };
    for (item, field) in [
        (wrong, "/items/0/cycle"),
        (negative, "/items/0/quantity"),
        (unlisted, "/items/0/product_id"),
        (wordy, "/items/0/description"),
    ] {
        let place = OrderCommand::Place(PlaceOrder { items: vec![item], ..new() });
        let refusal = Order::Absent.decide(&issued(place)).unwrap_err();
        assert_eq!(refusal.problems()[0].field, field);
    }
}

#[test]
fn nothing_comes_of_an_order_that_is_held_until_it_is_released() {
    let hold = || issued(OrderCommand::Hold { reason: "card from elsewhere".into() });
    let held = OrderEvent::Held { reason: "card from elsewhere".into() };
    given::<Order>([placed()])
        .when(hold())
        .then([held.clone()])
        .when(hold())
        .then_refused(OrderRefusal::Held);
    let accept = || issued(OrderCommand::Accept { subscriptions: Vec::new() });
    given::<Order>([placed(), held.clone()]).when(accept()).then_refused(OrderRefusal::Held);
    given::<Order>([placed(), held.clone()])
        .when(issued(OrderCommand::MarkInvoiced { invoice_id: invoice(1) }))
        .then_refused(OrderRefusal::Held);
    given::<Order>([placed(), held])
        .when(issued(OrderCommand::Release))
        .then([OrderEvent::Released {}])
        .when(issued(OrderCommand::Release))
        .then_refused(OrderRefusal::NotHeld);
    given::<Order>([placed()])
        .when(issued(OrderCommand::Complete))
        .then_refused(OrderRefusal::NotAccepted);
}

#[test]
fn only_an_order_that_was_not_accepted_is_cancelled() {
    let cancel = || issued(OrderCommand::Cancel { reason: "changed their mind".into() });
    given::<Order>([placed()])
        .when(cancel())
        .then([OrderEvent::Cancelled { reason: "changed their mind".into() }])
        .when(cancel())
        .then_refused(OrderRefusal::Cancelled);
    given::<Order>([placed(), invoiced()])
        .when(cancel())
        .then_refused(OrderRefusal::AlreadyInvoiced { invoice_id: invoice(1) });
    given::<Order>([hosting(), accepted()])
        .when(cancel())
        .then_refused(OrderRefusal::AlreadyAccepted);
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Order>::with(())
        .given(vec![placed()])
        .when(issued(OrderCommand::MarkInvoiced { invoice_id: invoice(1) }))
        .then_expect_events(vec![invoiced()]);
}

#[test]
fn refusals_are_well_spoken() {
    crate::kernel::testing::refusals_are_well_spoken(
        "order",
        &[
            OrderRefusal::Absent,
            OrderRefusal::AlreadyPlaced,
            OrderRefusal::ItemCount { limit: 1_000, found: 0 },
            OrderRefusal::NegativeTotal,
            OrderRefusal::AlreadyInvoiced { invoice_id: invoice(1) },
            OrderRefusal::Cancelled,
            OrderRefusal::Held,
            OrderRefusal::NotHeld,
            OrderRefusal::NotAccepted,
            OrderRefusal::AlreadyAccepted,
            OrderRefusal::WrongSubscriptions,
            OrderRefusal::Unpaid { invoice_id: invoice(1) },
            OrderRefusal::Completed,
        ],
    );
}
