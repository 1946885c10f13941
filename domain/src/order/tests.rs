//! The specification of an order.

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::invoice::LineKind;
use crate::kernel::testing::{TODAY, given, issued};
use crate::kernel::{
    Aggregate, ClientId, Currency, InvoiceId, Money, MoneyRefusal, Origin, Refusal, UnitPrice,
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
    }
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
}

#[test]
fn only_an_order_without_an_invoice_is_cancelled() {
    let cancel = || issued(OrderCommand::Cancel { reason: "changed their mind".into() });
    given::<Order>([placed()])
        .when(cancel())
        .then([OrderEvent::Cancelled { reason: "changed their mind".into() }])
        .when(cancel())
        .then_refused(OrderRefusal::Cancelled);
    given::<Order>([placed(), invoiced()])
        .when(cancel())
        .then_refused(OrderRefusal::AlreadyInvoiced { invoice_id: invoice(1) });
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
        ],
    );
}
