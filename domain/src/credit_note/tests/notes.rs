//! Rules of credit notes, and what holds for any notes on any invoice.

use proptest::prelude::*;

use crate::credit_note::*;
use crate::kernel::testing::refusals_are_well_spoken;
use crate::kernel::{Currency, Money, Unrounded};
use crate::tax::{Tax, TaxRounding, TaxRules};

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn vat(rate: &str) -> Vec<Tax> {
    vec![Tax { code: "vat".into(), rate: rate.parse().unwrap(), compound: false }]
}

fn line(id: &str, minor: i64, rate: &str) -> CreditableLine {
    let coupon = Unrounded::zero(Currency::EUR);
    CreditableLine { id: id.into(), amount: eur(minor), coupon, taxes: vat(rate) }
}

fn item(line: &str, minor: i64) -> NoteItem {
    NoteItem { line: line.into(), amount: eur(minor) }
}

fn invoice(lines: &[CreditableLine]) -> Creditable {
    Creditable::new(Currency::EUR, lines.to_vec(), TaxRules::default()).unwrap()
}

#[test]
fn the_last_note_takes_the_tax_that_is_left() {
    // getlago/lago-api#2643
    let nets = [("a", 6_833), ("b", 5_750), ("c", 8_500), ("d", 6_833)];
    let mut invoice = invoice(&nets.map(|(id, net)| line(id, net, "20")));
    assert_eq!(invoice.invoice().total, eur(33_499));
    let totals = nets.map(|(id, net)| invoice.credit(&[item(id, net)]).unwrap().total);
    assert_eq!(totals, [8_200, 6_900, 10_200, 8_199].map(eur));
    assert_eq!(invoice.noted().total, invoice.invoice().total);
}

#[test]
fn a_refused_note_changes_nothing() {
    let mut invoice = invoice(&[line("a", 1_000, "20")]);
    invoice.credit(&[item("a", 600)]).unwrap();
    let before = invoice.clone();
    let over = CreditNoteRefusal::OverCredit { line: "a".into(), left: eur(400) };
    assert_eq!(invoice.credit(&[item("a", 401)]), Err(over.clone()));
    let left = CreditNoteRefusal::OverCredit { line: "a".into(), left: eur(100) };
    assert_eq!(invoice.credit(&[item("a", 300), item("a", 101)]), Err(left));
    let negative = CreditNoteRefusal::Negative { line: "a".into(), amount: eur(-1) };
    assert_eq!(invoice.credit(&[item("a", -1)]), Err(negative.clone()));
    let missing = CreditNoteRefusal::NoSuchLine { line: "b".into() };
    assert_eq!(invoice.credit(&[item("b", 1)]), Err(missing.clone()));
    assert_eq!(invoice, before);
    let days = CreditNoteRefusal::Days { unused: 2, cycle: 1 };
    refusals_are_well_spoken("credit_note", &[over, negative, missing, days]);
}

#[test]
fn a_discount_line_goes_back_with_its_sign() {
    let mut invoice = invoice(&[line("a", 1_000, "20"), line("off", -200, "20")]);
    let note = invoice.credit(&[item("a", 1_000), item("off", -200)]).unwrap();
    assert_eq!((note.subtotal, note.tax), (eur(800), eur(160)));
    assert_eq!(&note, invoice.invoice());
    let refused = invoice.credit(&[item("off", 1)]);
    assert!(matches!(refused, Err(CreditNoteRefusal::Negative { .. })));
}

#[test]
fn many_small_notes_never_give_back_more_tax_than_there_was() {
    // Each 0.03 at 20 % rounds up to 0.01; the invoice had 0.06.
    let mut invoice = invoice(&[line("a", 30, "20")]);
    let taxes: Vec<_> =
        (0..10).map(|_| invoice.credit(&[item("a", 3)]).unwrap().tax.minor()).collect();
    assert_eq!(taxes, [1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
}

#[test]
fn each_note_rounds_for_itself_until_the_last_settles_every_rate() {
    // 0.08 at 19 % rounds up to 0.02 twice, and 0.16 down to 0.03.
    let mut invoice = invoice(&[line("a", 16, "19"), line("b", 100, "7")]);
    assert_eq!(invoice.invoice().tax, eur(10));
    let notes = [("a", 8), ("a", 8), ("b", 100)]
        .map(|(id, minor)| invoice.credit(&[item(id, minor)]).unwrap());
    assert_eq!(notes.each_ref().map(|note| note.tax.minor()), [2, 2, 6]);
    let settled: Vec<_> =
        notes[2].taxes.iter().map(|tax| (tax.rate.to_string(), tax.amount.minor())).collect();
    assert_eq!(settled, [("7".to_owned(), 7), ("19".to_owned(), -1)]);
}

#[test]
fn a_rate_that_ran_ahead_turns_no_later_note_into_a_charge() {
    let rules = TaxRules { tax_rounding: TaxRounding::Line, ..TaxRules::default() };
    let mut lines = [line("a", 42_562, "19"), line("b", 31_272, "7"), line("c", 253, "7")];
    spread_coupon(eur(60_010), &mut lines).unwrap();
    let mut invoice = Creditable::new(Currency::EUR, lines.to_vec(), rules).unwrap();
    for line in &lines {
        for part in line.amount.allocate(&[944, 222, 55]).unwrap() {
            let note = invoice.credit(&[NoteItem { line: line.id.clone(), amount: part }]).unwrap();
            assert!(!note.tax.is_negative() && !note.coupon.is_negative(), "{note:?}");
        }
    }
    assert_eq!(invoice.noted().total, invoice.invoice().total);
}

#[test]
fn a_coupon_is_spread_by_amount_and_goes_back_with_its_line() {
    let mut lines = [line("a", 1_000, "10"), line("b", 2_000, "10")];
    spread_coupon(eur(100), &mut lines).unwrap();
    let mut invoice = invoice(&lines);
    let note = invoice.credit(&[item("a", 1_000)]).unwrap();
    assert_eq!((note.coupon, note.subtotal, note.tax), (eur(33), eur(967), eur(97)));
    let rest = invoice.credit(&[item("b", 2_000)]).unwrap();
    assert_eq!(rest.coupon, eur(67));
    assert_eq!(invoice.noted().total, invoice.invoice().total);
    assert!(spread_coupon(eur(1), &mut []).is_ok(), "no line, no share");
    assert!(spread_coupon(eur(1), &mut [line("free", 0, "10")]).is_err());
}

#[test]
fn only_what_was_paid_beyond_what_is_owed_is_sent_back() {
    let settled = |total, paid, note, mode| {
        let found = settle(eur(total), eur(paid), eur(note), mode).unwrap();
        (found.refund.minor(), found.credit.minor(), found.offset.minor())
    };
    assert_eq!(settled(9_000, 7_500, 3_000, SettlementMode::Refund), (1_500, 1_500, 0));
    assert_eq!(settled(9_000, 0, 3_000, SettlementMode::Refund), (0, 3_000, 0));
    assert_eq!(settled(9_000, 9_000, 3_000, SettlementMode::Refund), (3_000, 0, 0));
    assert_eq!(settled(9_000, 9_000, 3_000, SettlementMode::Credit), (0, 3_000, 0));
    assert_eq!(settled(9_000, 7_500, 3_000, SettlementMode::Offset), (0, 1_500, 1_500));
}

#[test]
fn unused_days_are_given_back_with_their_exact_tax() {
    let given_back = |price, unused, cycle, rate| {
        termination(eur(price), unused, cycle, vat(rate), TaxRules::default())
            .map(|taxed| (taxed.subtotal.minor(), taxed.tax.minor()))
    };
    assert_eq!(given_back(5_000, 20, 28, "20"), Ok((3_571, 714)));
    assert_eq!(given_back(5_000, 0, 28, "20"), Ok((0, 0)));
    let days = CreditNoteRefusal::Days { unused: 29, cycle: 28 };
    assert_eq!(given_back(5_000, 29, 28, "20"), Err(days));
    assert!(given_back(5_000, 0, 0, "20").is_err());
}

fn rules() -> impl Strategy<Value = TaxRules> {
    let roundings = vec![TaxRounding::Line, TaxRounding::Rate, TaxRounding::Invoice];
    prop::sample::select(roundings)
        .prop_map(|tax_rounding| TaxRules { tax_rounding, ..TaxRules::default() })
}

proptest! {
    #[test]
    fn notes_over_everything_sum_to_the_invoice(
        nets in prop::collection::vec((1_i64..50_000, prop::sample::select(vec!["19", "7"])), 1..5),
        coupon in 0_u64..=100,
        cuts in prop::collection::vec(1_i64..1_000, 1..4),
        rules in rules(),
    ) {
        let mut lines: Vec<_> = (0..)
            .zip(&nets)
            .map(|(no, (net, rate))| line(&i32::to_string(&no), *net, rate))
            .collect();
        let whole = Money::sum(Currency::EUR, lines.iter().map(|line| line.amount)).unwrap();
        let coupon = crate::kernel::part(whole, 0, coupon, 100).unwrap();
        spread_coupon(coupon, &mut lines).unwrap();
        let mut invoice = Creditable::new(Currency::EUR, lines.clone(), rules).unwrap();
        prop_assert_eq!(invoice.invoice().coupon, coupon);
        for line in &lines {
            let weights: Vec<u64> = cuts.iter().map(|cut| cut.unsigned_abs()).collect();
            for part in line.amount.allocate(&weights).unwrap() {
                let note = invoice.credit(&[NoteItem { line: line.id.clone(), amount: part }]);
                let note = note.unwrap();
                prop_assert!(!note.tax.is_negative() && !note.coupon.is_negative());
                prop_assert_eq!(note.subtotal.checked_add(note.tax), Ok(note.total));
                let left = invoice.invoice().total.checked_sub(invoice.noted().total).unwrap();
                prop_assert!(left.minor() >= -1, "{left}");
            }
        }
        prop_assert_eq!(invoice.noted().total, invoice.invoice().total);
        prop_assert_eq!(invoice.noted().coupon, invoice.invoice().coupon);
        let taxes = |amounts: &NoteAmounts| {
            let taxes = amounts.taxes.iter().map(|tax| (tax.rate, tax.amount));
            let mut taxes: Vec<_> = taxes.filter(|(_, amount)| !amount.is_zero()).collect();
            taxes.sort_by_key(|(rate, _)| *rate);
            taxes
        };
        prop_assert_eq!(taxes(invoice.noted()), taxes(invoice.invoice()));
    }
}
