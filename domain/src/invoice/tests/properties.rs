//! What holds for any lines and any sequence of requests.

use proptest::prelude::*;

use super::*;
use crate::kernel::testing::{issued, replay_law};
use crate::kernel::{Aggregate, Period, Quantity};
use crate::ledger::{accounts, postings};

fn treatments() -> impl Strategy<Value = TaxTreatment> {
    prop_oneof![
        prop::sample::select(vec!["19", "7", "5.5", "25", "0.000001"]).prop_map(standard),
        prop::sample::select(vec![TaxCategory::AE, TaxCategory::Z, TaxCategory::O])
            .prop_map(untaxed),
    ]
}

fn lines() -> impl Strategy<Value = NewLine> {
    let kinds = prop::sample::select(LineKind::ALL.to_vec());
    let prices = (-200_000_i64..2_000_000, 0_u32..6);
    let quantities = prop_oneof![1_i64..1_000, -20_i64..-1];
    (kinds, prices, quantities, treatments(), any::<bool>()).prop_map(
        |(kind, (mantissa, places), quantity, tax, ahead)| {
            let price = rust_decimal::Decimal::new(mantissa, places);
            let period = Period::try_new(TODAY, TODAY.succ_opt().unwrap()).unwrap();
            NewLine {
                kind,
                description: "something".into(),
                quantity: Quantity::try_new(quantity.into()).unwrap(),
                unit_price: UnitPrice::try_new(price, Currency::EUR).unwrap(),
                tax,
                period: ahead.then_some(period),
                product_id: None,
            }
        },
    )
}

fn asks() -> impl Strategy<Value = InvoiceCommand> {
    prop_oneof![
        4 => lines().prop_map(|line| InvoiceCommand::AddLine { line }),
        1 => (1_u32..6).prop_map(|line_no| InvoiceCommand::RemoveLine { line_no }),
        1 => Just(InvoiceCommand::Draft(draft_for())),
        2 => Just(InvoiceCommand::Issue(terms())),
        1 => prop::collection::vec(lines(), 0..4)
            .prop_map(|lines| InvoiceCommand::IssueComplete(complete(lines))),
        6 => (0_u128..8, -1_i64..40_000)
            .prop_map(|(bits, minor)| InvoiceCommand::ApplyPayment(part(bits, minor))),
        3 => (0_u128..8, 1_u32..4, -1_i64..20_000).prop_map(|(bits, no, minor)| {
            InvoiceCommand::UnapplyPayment(unapply(bits, no, minor, UnapplyCause::Refunded))
        }),
        1 => (1_u32..4, -1_i64..20_000).prop_map(|(no, minor)| note(no, minor)),
        1 => Just(void()),
        1 => Just(InvoiceCommand::WriteOff { reason: "insolvent".into() }),
        1 => Just(InvoiceCommand::SetDueDate { due_date: TODAY }),
    ]
}

/// What a client owes by the ledger: postings of the invoice less what payments and credit notes
/// credited.
fn receivable(history: &[InvoiceEvent]) -> Money {
    let mut owed = eur(0);
    for event in history {
        match event {
            InvoiceEvent::PaymentApplied { amount, .. } => {
                owed = owed.checked_sub(*amount).unwrap();
            }
            InvoiceEvent::PaymentUnapplied { amount, .. } => {
                owed = owed.checked_add(*amount).unwrap();
            }
            InvoiceEvent::CreditNoteApplied { offset, .. } => {
                owed = owed.checked_sub(*offset).unwrap();
            }
            _ => {}
        }
        let posting = postings(&event.clone().into()).unwrap();
        for entry in posting.iter().flat_map(|posting| posting.entries()) {
            if entry.account == accounts::RECEIVABLE {
                owed = owed.checked_add(entry.signed()).unwrap();
            }
        }
    }
    owed
}

fn payments(document: &Document) -> Money {
    Money::sum(Currency::EUR, document.applied.iter().map(|applied| applied.amount)).unwrap()
}

fn noted_off(document: &Document) -> Money {
    Money::sum(Currency::EUR, document.credit_notes.iter().map(|note| note.offset)).unwrap()
}

/// What was written off before it was owed again; an invoice that is given up shows the last as
/// its balance.
fn given_up(history: &[InvoiceEvent], invoice: &Invoice) -> Money {
    let amounts = history.iter().filter_map(|event| match event {
        InvoiceEvent::WrittenOff { amount, .. } => Some(*amount),
        _ => None,
    });
    let last = match invoice {
        Invoice::Uncollectible { document, .. } => document.balance_due,
        _ => eur(0),
    };
    Money::sum(Currency::EUR, amounts).unwrap().checked_sub(last).unwrap()
}

proptest! {
    #[test]
    fn a_total_is_its_lines_and_its_taxes(lines in prop::collection::vec(lines(), 1..40)) {
        let Preview { lines, totals } = preview(Currency::EUR, &lines).unwrap();
        let nets = Money::sum(Currency::EUR, lines.iter().map(|line| line.net));
        let bases = Money::sum(Currency::EUR, totals.tax_groups.iter().map(|group| group.base));
        let taxes = Money::sum(Currency::EUR, totals.tax_groups.iter().map(|group| group.tax));
        prop_assert_eq!(nets, Ok(totals.net));
        prop_assert_eq!(bases, Ok(totals.net));
        prop_assert_eq!(taxes, Ok(totals.tax));
        prop_assert_eq!(totals.net.checked_add(totals.tax), Ok(totals.total));
    }

    #[test]
    fn any_requests_in_any_order_keep_every_promise(
        asks in prop::collection::vec(asks(), 1..40),
    ) {
        let mut invoice = Invoice::default();
        let mut history = Vec::new();
        for ask in asks {
            let before = invoice.document().cloned();
            for event in invoice.decide(&issued(ask)).unwrap_or_default() {
                invoice.apply(&event);
                history.push(event);
            }
            let Some(document) = invoice.document() else { continue };
            prop_assert!(!document.balance_due.is_negative());
            let given_up = given_up(&history, &invoice);
            let parts = [payments(document), noted_off(document), given_up, document.balance_due];
            prop_assert_eq!(Money::sum(Currency::EUR, parts), Ok(document.total));
            if let Some(before) = before {
                prop_assert_eq!(&before.lines, &document.lines);
                prop_assert_eq!(&before.number, &document.number);
                prop_assert_eq!(before.total, document.total);
            }
            let owed = match &invoice {
                Invoice::Void { .. } | Invoice::Uncollectible { .. } => eur(0),
                _ => document.balance_due,
            };
            prop_assert_eq!(receivable(&history), owed);
            prop_assert_eq!(matches!(invoice, Invoice::Open(_)), owed.is_positive());
        }
        replay_law::<Invoice>(&history);
    }

    #[test]
    fn a_voided_invoice_leaves_nothing_but_credit_in_the_books(
        lines in prop::collection::vec(lines(), 1..20),
        paid in 1_i64..100_000,
    ) {
        let ask = InvoiceCommand::IssueComplete(complete(lines));
        let mut history = Invoice::Absent.decide(&issued(ask)).unwrap_or_default();
        for ask in [InvoiceCommand::ApplyPayment(part(1, paid)), void()] {
            history.extend(Invoice::fold(&history).decide(&issued(ask)).unwrap_or_default());
        }
        let mut left: Vec<(String, Money)> = Vec::new();
        for event in &history {
            let posting = postings(&event.clone().into()).unwrap();
            for entry in posting.iter().flat_map(|posting| posting.entries()) {
                let key = format!("{} {:?}", entry.account, entry.detail);
                match left.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, sum)) => *sum = sum.checked_add(entry.signed()).unwrap(),
                    None => left.push((key, entry.signed())),
                }
            }
        }
        for (account, sum) in left {
            let personal = account.starts_with("1200") || account.starts_with("2100");
            prop_assert!(personal || sum.is_zero(), "{account} keeps {sum}");
        }
    }
}
