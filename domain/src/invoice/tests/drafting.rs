//! Drafts: they hold no number, and their preview is the invoice to be.

use super::*;
use crate::kernel::testing::{given, issued};
use crate::kernel::{Aggregate, CouponId, Issued, Refusal};
use crate::tax::{RateClass, TaxEvidence, VatCheck};

fn drafted() -> InvoiceEvent {
    let DraftFor { client_id, currency, order_id } = draft_for();
    InvoiceEvent::Drafted { client_id, currency, order_id }
}

fn added(no: u32) -> InvoiceEvent {
    InvoiceEvent::LineAdded { line: line("1", "10", standard("19")).priced(no).unwrap() }
}

fn add(line: NewLine) -> Issued<InvoiceCommand> {
    issued(InvoiceCommand::AddLine { line })
}

#[test]
fn lines_are_added_and_removed_and_their_numbers_are_not_used_again() {
    let remove = |line_no| issued(InvoiceCommand::RemoveLine { line_no });
    given::<Invoice>([])
        .when(issued(InvoiceCommand::Draft(draft_for())))
        .then([drafted()])
        .when(add(line("1", "10", standard("19"))))
        .then([added(1)])
        .when(remove(1))
        .then([InvoiceEvent::LineRemoved { line_no: 1 }])
        .when(add(line("1", "10", standard("19"))))
        .then([added(2)])
        .when(remove(1))
        .then_refused(InvoiceRefusal::NoSuchLine { line_no: 1 });
}

#[test]
fn drafting_again_is_nothing_until_something_was_written() {
    let again = || issued(InvoiceCommand::Draft(draft_for()));
    given::<Invoice>([drafted()]).when(again()).then_nothing();
    given::<Invoice>([drafted(), added(1)])
        .when(again())
        .then_refused(InvoiceRefusal::AlreadyDrafted);
    let dollars = DraftFor { currency: Currency::USD, ..draft_for() };
    given::<Invoice>([drafted()])
        .when(issued(InvoiceCommand::Draft(dollars)))
        .then_refused(InvoiceRefusal::AlreadyDrafted);
}

#[test]
fn a_preview_is_what_issuing_gives() {
    let lines = vec![
        line("3", "9.995", standard("19")),
        line("0.5", "0.0125", standard("7")),
        line("1", "5", untaxed(TaxCategory::E)),
    ];
    let mut history = vec![drafted()];
    for new in &lines {
        let state = Invoice::fold(&history);
        history.extend(state.decide(&add(new.clone())).unwrap());
    }
    let Invoice::Draft(draft) = Invoice::fold(&history) else { panic!("no draft") };
    let preview = preview(Currency::EUR, &lines).unwrap();
    assert_eq!(draft.lines, preview.lines);
    assert_eq!(draft.totals().unwrap(), preview.totals);
    given::<Invoice>(history).when(issued(InvoiceCommand::Issue(terms()))).then_state(|invoice| {
        let document = invoice.document().unwrap();
        assert_eq!(document.lines, preview.lines);
        assert_eq!(document.tax_groups, preview.totals.tax_groups);
        assert_eq!(document.total, preview.totals.total);
    });
}

#[test]
fn wrong_lines_are_refused_field_by_field() {
    let mut wrong = line("0", "1", standard("19"));
    wrong.description = "x".repeat(501);
    wrong.tax.category = TaxCategory::AE;
    let draft = Invoice::fold(&[drafted()]);
    let refusal = draft.decide(&add(wrong)).unwrap_err();
    let problems = refusal.problems();
    let found: Vec<_> = problems.iter().map(|p| (p.field.as_str(), p.code)).collect();
    assert_eq!(
        found,
        [
            ("/line/description", "text.too_long"),
            ("/line/quantity", "quantity.zero"),
            ("/line/tax/rate", "tax.rate_does_not_fit"),
        ]
    );
}

#[test]
fn a_line_in_another_currency_is_refused() {
    let yen = UnitPrice::parse("10", Currency::JPY).unwrap();
    let refusal = Invoice::fold(&[drafted()])
        .decide(&add(NewLine { unit_price: yen, ..line("1", "1", standard("19")) }))
        .unwrap_err();
    assert_eq!(refusal.code(), "money.mixed_currencies");
}

#[test]
fn a_draft_holds_a_thousand_lines_and_no_more() {
    let history: Vec<_> = std::iter::once(drafted()).chain((1..=1_000).map(added)).collect();
    let refusal = Invoice::fold(&history).decide(&add(line("1", "1", standard("19")))).unwrap_err();
    assert_eq!(refusal, InvoiceRefusal::LineCount { limit: 1_000, found: 1_001 });
}

#[test]
fn the_due_date_of_a_draft_counts_unless_issuing_names_another() {
    let due_date = TODAY.succ_opt().unwrap();
    let set = || issued(InvoiceCommand::SetDueDate { due_date });
    let draft = given::<Invoice>([drafted(), added(1)])
        .when(set())
        .then([InvoiceEvent::DueDateSet { due_date }]);
    draft
        .when(issued(InvoiceCommand::Issue(IssueTerms { due_date: None, ..terms() })))
        .then_state(|invoice| assert_eq!(invoice.document().unwrap().due_date, due_date));
    given::<Invoice>([drafted(), InvoiceEvent::DueDateSet { due_date }]).when(set()).then_nothing();
}

#[test]
fn a_draft_is_discarded_for_a_reason_and_stays_so() {
    let discard = || issued(InvoiceCommand::Discard { reason: "duplicate".into() });
    given::<Invoice>([drafted()])
        .when(discard())
        .then([InvoiceEvent::Discarded { reason: "duplicate".into() }])
        .when(discard())
        .then_refused(InvoiceRefusal::Discarded);
    given::<Invoice>([]).when(discard()).then_refused(InvoiceRefusal::Absent);
}

#[test]
fn a_draft_is_neither_paid_nor_voided_nor_written_off() {
    let write_off = InvoiceCommand::WriteOff { reason: "insolvent".into() };
    for ask in [InvoiceCommand::ApplyPayment(part(1, 1)), void(), write_off] {
        given::<Invoice>([drafted()]).when(issued(ask)).then_refused(InvoiceRefusal::NotIssued);
    }
}

#[test]
fn a_draft_can_always_be_summed_up() {
    let dear = |rate| add(line("9000", "10000000000", standard(rate)));
    let draft = Invoice::fold(&[drafted()]);
    assert!(draft.decide(&dear("0.000001")).is_ok());
    let refusal = draft.decide(&dear("1000")).unwrap_err();
    assert_eq!(refusal.code(), "money.out_of_range");

    let lines = ["9000", "-9000", "9000"]
        .map(|quantity| add(line(quantity, "10000000000", standard("0.000001"))));
    let mut history = vec![drafted()];
    for ask in lines {
        history.extend(Invoice::fold(&history).decide(&ask).unwrap());
    }
    let remove = issued(InvoiceCommand::RemoveLine { line_no: 2 });
    let refusal = Invoice::fold(&history).decide(&remove).unwrap_err();
    assert_eq!(refusal.code(), "money.out_of_range");
}

/// What was looked up for a line.
fn looked_up(rate: &str) -> TaxEvidence {
    let treatment = standard(rate);
    TaxEvidence {
        on: TODAY,
        class: RateClass::Standard,
        seller: treatment.country,
        customer: Some(treatment.country),
        region: None,
        vat_check: VatCheck::NoNumber,
        rates: Vec::new(),
        treatment,
        reason: None,
    }
}

#[test]
fn a_line_taxed_by_the_rates_keeps_what_was_looked_up_last_and_the_invoice_says_it() {
    let tax =
        |line_no, rate| issued(InvoiceCommand::TaxLine { line_no, evidence: looked_up(rate) });
    let taxed = |rate| InvoiceEvent::LineTaxed { line_no: 1, evidence: looked_up(rate) };
    given::<Invoice>([drafted(), added(1)])
        .when(tax(1, "19"))
        .then([taxed("19")])
        .when(tax(1, "16"))
        .then([taxed("16")])
        .when(tax(2, "16"))
        .then_refused(InvoiceRefusal::NoSuchLine { line_no: 2 });
    given::<Invoice>([drafted(), added(1), taxed("19")]).when(tax(1, "19")).then_nothing();
    let draft = Invoice::fold(&[drafted(), added(1), taxed("19"), taxed("16")]);
    let events = draft.decide(&issued(InvoiceCommand::Issue(terms()))).unwrap();
    let [InvoiceEvent::Issued(invoice)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(invoice.particulars.evidence, [looked_up("16")]);
    assert_eq!(invoice.tax, eur(160));
    let removed = InvoiceEvent::LineRemoved { line_no: 1 };
    let empty = Invoice::fold(&[drafted(), added(1), taxed("19"), removed]);
    assert!(matches!(empty, Invoice::Draft(draft) if draft.automatic.is_empty()));
}

#[test]
fn a_coupon_comes_off_once_and_what_is_billed_stays_until_it_is_taken_off() {
    let coupon_id = CouponId::new(Uuid::from_u128(11));
    let discount = NewLine { kind: LineKind::Discount, ..line("-1", "2", standard("19")) };
    let lines = vec![discount.priced(2).unwrap()];
    let apply = || {
        let lines = vec![(1, discount.clone())];
        issued(InvoiceCommand::ApplyCoupon { coupon_id, lines })
    };
    let take_off = || issued(InvoiceCommand::TakeCouponOff { coupon_id });
    given::<Invoice>([drafted(), added(1)])
        .when(take_off())
        .then_refused(InvoiceRefusal::NoSuchCoupon);
    let applied = InvoiceEvent::CouponApplied { coupon_id, lines, lowers: vec![1] };
    let with_coupon = || [drafted(), added(1), applied.clone()];
    given::<Invoice>([drafted(), added(1)]).when(apply()).then([applied.clone()]);
    given::<Invoice>(with_coupon()).when(apply()).then_nothing();
    given::<Invoice>(with_coupon())
        .when(add(line("1", "10", standard("19"))))
        .then_refused(InvoiceRefusal::HasCoupon);
    given::<Invoice>(with_coupon())
        .when(issued(InvoiceCommand::RemoveLine { line_no: 2 }))
        .then_refused(InvoiceRefusal::HasCoupon);
    given::<Invoice>(with_coupon())
        .when(take_off())
        .then([InvoiceEvent::CouponTakenOff { coupon_id, lines: vec![2] }])
        .when(add(line("1", "10", standard("19"))))
        .then([added(3)]);
}

#[test]
fn an_issued_invoice_names_the_coupons_that_came_off_it() {
    let coupon_id = CouponId::new(Uuid::from_u128(11));
    let discount = NewLine { kind: LineKind::Discount, ..line("-1", "2", standard("19")) };
    let lines = vec![discount.priced(2).unwrap()];
    let applied = InvoiceEvent::CouponApplied { coupon_id, lines, lowers: vec![1] };
    let issue = issued(InvoiceCommand::Issue(terms()));
    let events = Invoice::fold(&[drafted(), added(1), applied]).decide(&issue).unwrap();
    let InvoiceEvent::Issued(document) = &events[0] else { panic!("it was not issued") };
    assert_eq!((document.coupons.as_slice(), document.net), ([coupon_id].as_slice(), eur(800)));
    assert_eq!(document.lowerings, [Lowering { line_no: 2, of: 1 }]);
}

#[test]
fn a_discount_is_taxed_anew_with_the_line_it_lowers() {
    let coupon_id = CouponId::new(Uuid::from_u128(11));
    let discount = NewLine { kind: LineKind::Discount, ..line("-1", "2", standard("19")) };
    let lines = vec![discount.priced(2).unwrap()];
    let off = InvoiceEvent::CouponApplied { coupon_id, lines, lowers: vec![1] };
    let taxed = InvoiceEvent::LineTaxed { line_no: 1, evidence: looked_up("16") };
    let draft = Invoice::fold(&[drafted(), added(1), off, taxed]);
    let events = draft.decide(&issued(InvoiceCommand::Issue(terms()))).unwrap();
    let [InvoiceEvent::Issued(invoice)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((invoice.tax_groups.len(), invoice.net, invoice.tax), (1, eur(800), eur(128)));
}
