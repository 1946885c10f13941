//! The word an invoice has on a day.

use super::*;
use crate::kernel::Aggregate;

#[test]
fn the_word_follows_from_history_and_day() {
    use InvoiceStatus::{Draft, Open, Overdue, Paid, PartiallyPaid, Uncollectible, Void};
    let drafted =
        InvoiceEvent::Drafted { client_id: client(), currency: Currency::EUR, order_id: None };
    let discarded = InvoiceEvent::Discarded { reason: "duplicate".into() };
    let late = TODAY.succ_opt().unwrap();
    let on = |history: &[InvoiceEvent], day| Invoice::fold(history).status(day);
    let then = |event| [issued_invoice(), event];

    assert_eq!(on(&[], TODAY), None);
    assert_eq!(on(std::slice::from_ref(&drafted), late), Some(Draft));
    assert_eq!(on(&[drafted, discarded], TODAY), None);
    assert_eq!(on(&[issued_invoice()], TODAY), Some(Open));
    assert_eq!(on(&[issued_invoice()], late), Some(Overdue));
    assert_eq!(on(&then(applied(1, 1, 11_899)), TODAY), Some(PartiallyPaid));
    assert_eq!(on(&then(applied(1, 1, 11_899)), late), Some(Overdue));
    assert_eq!(on(&[issued_invoice(), applied(1, 11_900, 0), settled()], late), Some(Paid));
    assert_eq!(on(&then(voided(11_900, 0)), late), Some(Void));
    assert_eq!(on(&then(written_off(11_900)), late), Some(Uncollectible));
}

#[test]
fn every_word_is_the_stored_one() {
    for status in InvoiceStatus::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.word());
    }
    for kind in LineKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
    }
    for category in TaxCategory::ALL {
        assert_eq!(serde_json::to_value(category).unwrap(), category.word());
    }
}
