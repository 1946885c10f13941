//! Issuing: complete, numbered, summed up group by group, and frozen.

use cqrs_es::test::TestFramework;

use super::*;
use crate::kernel::testing::{given, issued, issued_on};
use crate::kernel::{Aggregate, Claim, EventBody, Issued, Origin, Percent, Refusal};

fn issue(complete: CompleteInvoice) -> Issued<InvoiceCommand> {
    issued(InvoiceCommand::IssueComplete(complete))
}

#[test]
fn a_complete_invoice_is_issued_at_once() {
    given::<Invoice>([])
        .when(issue(complete(vec![line("1", "100", standard("19"))])))
        .then([issued_invoice()]);
}

#[test]
fn tax_is_rounded_once_per_rate_and_not_per_line() {
    let nets = ["68.33", "68.33", "57.50", "85.00"];
    let lines: Vec<_> = nets.iter().map(|net| line("1", net, standard("20"))).collect();
    let totals = preview(Currency::EUR, &lines).unwrap().totals;
    assert_eq!((totals.net, totals.tax, totals.total), (eur(27_916), eur(5_583), eur(33_499)));
}

#[test]
fn lines_of_one_category_rate_and_country_make_one_group() {
    let french = TaxTreatment { country: Country::parse("FR").unwrap(), ..standard("19") };
    let lines = [
        line("1", "10", standard("19")),
        line("1", "20", standard("7")),
        line("1", "30", standard("19.00")),
        line("1", "40", french),
        line("1", "50", untaxed(TaxCategory::AE)),
    ];
    let totals = preview(Currency::EUR, &lines).unwrap().totals;
    let groups: Vec<_> = totals
        .tax_groups
        .iter()
        .map(|g| (g.category.word(), g.rate.to_string(), g.country.code(), g.base, g.tax))
        .collect();
    assert_eq!(
        groups,
        [
            ("S", "19".to_owned(), "DE", eur(4_000), eur(760)),
            ("S", "7".to_owned(), "DE", eur(2_000), eur(140)),
            ("S", "19".to_owned(), "FR", eur(4_000), eur(760)),
            ("AE", "0".to_owned(), "DE", eur(5_000), eur(0)),
        ]
    );
    assert_eq!(totals.total, eur(15_000 + 1_660));
}

#[test]
fn a_discount_lowers_the_base_of_its_group() {
    let off = NewLine { kind: LineKind::Discount, ..line("-1", "10", standard("19")) };
    let lines = [line("1", "100", standard("19")), off];
    let totals = preview(Currency::EUR, &lines).unwrap().totals;
    assert_eq!((totals.net, totals.tax), (eur(9_000), eur(1_710)));
}

#[test]
fn an_invoice_of_nothing_is_settled_as_it_is_issued() {
    let answer = given::<Invoice>([]).when(issue(complete(vec![line("1", "0", standard("19"))])));
    answer.then_state(|invoice| {
        assert!(matches!(invoice, Invoice::Settled { on, .. } if *on == TODAY));
    });
}

#[test]
fn less_than_nothing_is_a_credit_note() {
    given::<Invoice>([])
        .when(issue(complete(vec![line("-1", "1", standard("19"))])))
        .then_refused(InvoiceRefusal::NegativeTotal { total: eur(-119) });
}

#[test]
fn an_invoice_has_lines() {
    given::<Invoice>([])
        .when(issue(complete(Vec::new())))
        .then_refused(InvoiceRefusal::LineCount { limit: 1_000, found: 0 });
    let drafted =
        InvoiceEvent::Drafted { client_id: client(), currency: Currency::EUR, order_id: None };
    given::<Invoice>([drafted])
        .when(issued(InvoiceCommand::Issue(terms())))
        .then_refused(InvoiceRefusal::LineCount { limit: 1_000, found: 0 });
}

#[test]
fn wrong_lines_are_named_by_their_place() {
    let lines = vec![line("1", "1", standard("19")), line("1", "1", standard("0"))];
    let refusal = Invoice::Absent.decide(&issue(complete(lines))).unwrap_err();
    assert_eq!(refusal.field(), Some("/lines/1/tax/rate"));
}

#[test]
fn an_invoice_is_due_and_not_before_it_exists() {
    let with = |due_date| CompleteInvoice {
        terms: IssueTerms { due_date, ..terms() },
        ..complete(vec![line("1", "1", standard("19"))])
    };
    given::<Invoice>([]).when(issue(with(None))).then_refused(InvoiceRefusal::DueDateMissing);
    let due_date = TODAY.pred_opt().unwrap();
    given::<Invoice>([])
        .when(issue(with(Some(due_date))))
        .then_refused(InvoiceRefusal::DueBeforeIssue { due_date, issue_date: TODAY });
}

#[test]
fn the_number_belongs_to_the_year_of_the_issue_date() {
    let date = "2027-01-01".parse().unwrap();
    let mut late = complete(vec![line("1", "1", standard("19"))]);
    late.terms.due_date = Some(date);
    let number = "INV-2026-000001".to_owned();
    given::<Invoice>([])
        .when(issued_on(date, InvoiceCommand::IssueComplete(late)))
        .then_refused(InvoiceRefusal::NumberOfAnotherYear { number, date });
}

#[test]
fn the_parties_are_named_and_the_buyer_outlives_an_erasure() {
    let one = || vec![line("1", "1", standard("19"))];
    let mut everyday = complete(one());
    everyday.terms.buyer = Some(buyer(KeyClass::Operational));
    given::<Invoice>([]).when(issue(everyday)).then_refused(InvoiceRefusal::WrongKey);
    let mut nameless = complete(one());
    nameless.terms.seller.name = String::new();
    let refusal = Invoice::Absent.decide(&issue(nameless)).unwrap_err();
    assert_eq!(refusal.field(), Some("/seller/name"));
}

#[test]
fn an_issued_invoice_is_frozen() {
    let refused = || InvoiceRefusal::AlreadyIssued { number: "INV-2026-000001".into() };
    let asks = [
        InvoiceCommand::AddLine { line: line("1", "1", standard("19")) },
        InvoiceCommand::RemoveLine { line_no: 1 },
        InvoiceCommand::SetDueDate { due_date: TODAY },
        InvoiceCommand::Discard { reason: "mistake".into() },
        InvoiceCommand::Issue(terms()),
        InvoiceCommand::Draft(draft_for()),
        InvoiceCommand::IssueComplete(complete(vec![line("1", "1", standard("19"))])),
    ];
    for history in [vec![], vec![applied(1, 11_900, 0), settled()], vec![written_off(11_900)]] {
        for ask in &asks {
            let history = std::iter::once(issued_invoice()).chain(history.clone());
            given::<Invoice>(history).when(issued(ask.clone())).then_refused(refused());
        }
    }
}

#[test]
fn a_second_import_run_changes_nothing_and_claims_its_number_once() {
    let mut imported = complete(vec![line("1", "100", standard("19"))]);
    imported.origin = Some(Origin { source: "whmcs".into(), id: "77".into() });
    imported.terms.number = DocumentNumber::imported("whmcs", "2026/77", TODAY).unwrap();
    let events = Invoice::Absent.decide(&issue(imported.clone())).unwrap();
    let scope = InvoiceEvent::IMPORTED_NUMBER_SCOPE;
    assert_eq!(events[0].claims(), [Claim::Take { scope, key: "2026/77".into() }]);
    assert!(events[0].numbers().is_empty());
    given::<Invoice>(events).when(issue(imported)).then_nothing();
    assert_eq!(issued_invoice().claims(), []);
    assert_eq!(issued_invoice().numbers(), [&number(DocumentKind::Invoice)]);
}

#[test]
fn a_category_and_its_rate_fit_together() {
    for category in TaxCategory::ALL {
        let taxed = TaxTreatment { category, ..standard("7") }.check().is_ok();
        let untaxed = TaxTreatment { category, rate: Percent::ZERO, ..standard("7") }.check();
        let (with, without) = match category {
            TaxCategory::S => (true, false),
            TaxCategory::L | TaxCategory::M => (true, true),
            _ => (false, true),
        };
        assert_eq!((taxed, untaxed.is_ok()), (with, without), "{}", category.word());
    }
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Invoice>::with(())
        .given_no_previous_events()
        .when(issue(complete(vec![line("1", "100", standard("19"))])))
        .then_expect_events(vec![issued_invoice()]);
}
