//! What goes back of an invoice, and what holds for any notes on any invoice.

use proptest::prelude::*;
use uuid::Uuid;

use crate::credit_note::*;
use crate::invoice::{
    CompleteInvoice, DraftFor, GivenBack, Invoice, InvoiceCommand, IssueTerms, LineKind, Lowering,
    NewLine, Particulars, Seller, TaxCategory, TaxGroup, TaxTreatment,
};
use crate::kernel::testing::{TODAY, issued, refusals_are_well_spoken, replay_law};
use crate::kernel::{
    Aggregate, ClientId, Country, Currency, DocumentKind, Money, NumberFormat, Period, Series,
    UnitPrice,
};
use crate::subscription::proration::Ruler;

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn april() -> Period {
    Period::try_new("2026-04-01".parse().unwrap(), "2026-05-01".parse().unwrap()).unwrap()
}

fn line(minor: i64, rate: &str) -> NewLine {
    let category = if rate == "0" { TaxCategory::AE } else { TaxCategory::S };
    let country = Country::parse("DE").unwrap();
    NewLine {
        kind: LineKind::Hosting,
        description: "Web hosting".into(),
        quantity: if minor < 0 { "-1".parse().unwrap() } else { "1".parse().unwrap() },
        unit_price: UnitPrice::try_from(eur(minor.abs())).unwrap(),
        tax: TaxTreatment { category, rate: rate.parse().unwrap(), country },
        period: Some(april()),
        product_id: None,
    }
}

fn seller() -> Seller {
    let country = Country::parse("DE").unwrap();
    Seller { name: "Nordlicht Hosting GmbH".into(), country, vat_id: None, letterhead: None }
}

/// An issued invoice and every event of it.
struct Bill {
    invoice: Invoice,
    events: Vec<crate::invoice::InvoiceEvent>,
    notes: u64,
}

impl Bill {
    fn over(lines: Vec<NewLine>) -> Self {
        Self::lowered(lines, Vec::new())
    }

    /// An invoice some of whose lines say what coupons took off which.
    fn lowered(lines: Vec<NewLine>, lowerings: Vec<Lowering>) -> Self {
        let format = NumberFormat::yearly("INV");
        let number = Series::new(&format, DocumentKind::Invoice, TODAY).next(|_| None).unwrap();
        let client_id = ClientId::new(Uuid::from_u128(3));
        let terms = IssueTerms {
            number,
            due_date: Some(TODAY),
            seller: seller(),
            buyer: None,
            particulars: Particulars::default(),
        };
        let draft = DraftFor { client_id, currency: Currency::EUR, order_id: None };
        let whole = CompleteInvoice {
            draft,
            lines,
            terms,
            subscriptions: Vec::new(),
            lowerings,
            origin: None,
        };
        let mut bill = Self { invoice: Invoice::Absent, events: Vec::new(), notes: 0 };
        bill.ask(InvoiceCommand::IssueComplete(whole));
        bill
    }

    fn ask(&mut self, command: InvoiceCommand) {
        for event in self.invoice.decide(&issued(command)).unwrap() {
            self.invoice.apply(&event);
            self.events.push(event);
        }
    }

    fn would(&self, scope: &CreditScope) -> Result<Correction, CreditNoteRefusal> {
        Correction::of(&self.invoice, scope, &[], Ruler::Days)
    }

    /// Issues the note and sets it off, as the application does.
    fn credit(&mut self, scope: &CreditScope) -> Result<Correction, CreditNoteRefusal> {
        let correction = self.would(scope)?;
        self.notes += 1;
        let amount = correction.total;
        let new = self.note(&correction);
        let credit_note = new.number.text.clone();
        let ask = issued(CreditNoteCommand::Issue(Box::new(new)));
        let decided = CreditNote::Absent.decide(&ask).unwrap();
        let CreditNoteEvent::Issued(note) = &decided[0];
        assert_eq!((note.net, note.tax), (correction.net, correction.tax));
        assert_eq!(note.total, correction.total);
        let given_back = correction.given_back.clone();
        self.ask(InvoiceCommand::ApplyCreditNote { credit_note, amount, given_back });
        Ok(correction)
    }

    fn note(&self, correction: &Correction) -> IssueCreditNote {
        let (format, last) = (NumberFormat::yearly("CN"), self.notes - 1);
        let series = Series::new(&format, DocumentKind::CreditNote, TODAY);
        IssueCreditNote {
            number: series.next(|_| Some((last, TODAY))).unwrap(),
            client_id: ClientId::new(Uuid::from_u128(3)),
            currency: Currency::EUR,
            lines: correction.lines.clone(),
            tax_groups: Some(correction.given_back.tax_groups.clone()),
            corrects: Vec::new(),
            offsets: Vec::new(),
            reason: "outage".into(),
            seller: seller(),
            buyer: None,
            expires_on: None,
            exemption: None,
        }
    }

    fn given_back(&self) -> &GivenBack {
        &self.invoice.document().unwrap().given_back
    }
}

fn less(money: Money) -> Money {
    money.checked_sub(eur(1)).unwrap()
}

fn parts(parts: &[(u32, HowMuch)]) -> CreditScope {
    let part = |(line_no, how_much): &(u32, HowMuch)| CreditPart {
        line_no: *line_no,
        how_much: *how_much,
    };
    CreditScope::Parts(parts.iter().map(part).collect())
}

fn amounts(correction: &Correction) -> (i64, i64, i64) {
    (correction.net.minor(), correction.tax.minor(), correction.total.minor())
}

#[test]
fn line_by_line_the_last_note_takes_the_tax_that_is_left() {
    // getlago/lago-api#2643
    let mut bill = Bill::over([6_833, 5_750, 8_500, 6_833].map(|net| line(net, "20")).to_vec());
    let notes = [1, 2, 3, 4].map(|no| bill.credit(&parts(&[(no, HowMuch::Rest)])).unwrap());
    let totals = notes.each_ref().map(|note| note.total.minor());
    assert_eq!(totals, [8_200, 6_900, 10_200, 8_199]);
    assert_eq!(bill.would(&CreditScope::Everything), Err(CreditNoteRefusal::NothingLeft));
}

#[test]
fn an_amount_with_tax_is_met_to_the_cent() {
    let bill = Bill::over(vec![line(10_000, "19")]);
    for gross in [1, 2, 3, 100, 999, 1_000, 1_234, 5_000, 11_899, 11_900] {
        let note = bill.would(&parts(&[(1, HowMuch::Gross(eur(gross)))])).unwrap();
        assert_eq!(note.total, eur(gross), "{note:?}");
    }
    let beyond = bill.would(&parts(&[(1, HowMuch::Gross(eur(11_901)))]));
    assert!(matches!(beyond, Err(CreditNoteRefusal::InPart { .. })), "{beyond:?}");
}

#[test]
fn days_of_service_go_back_by_their_share_of_the_lines_days() {
    let bill = Bill::over(vec![line(3_000, "20")]);
    let of = |from: &str, to: &str| {
        let days = Period::try_new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
        bill.would(&parts(&[(1, HowMuch::Days(days))]))
    };
    let note = of("2026-04-10", "2026-04-13").unwrap();
    assert_eq!(amounts(&note), (300, 60, 360));
    assert_eq!(note.lines[0].period.unwrap().days(), 3);
    assert!(of("2026-03-31", "2026-04-02").is_err(), "a day before the first");
}

#[test]
fn what_a_coupon_took_off_a_line_goes_back_with_it() {
    let lines = || vec![line(10_000, "20"), line(5_000, "20"), line(-1_000, "20")];
    let lowerings = || vec![Lowering { line_no: 3, of: 1 }];
    let bill = || Bill::lowered(lines(), lowerings());
    let half = Period::try_new("2026-04-01".parse().unwrap(), "2026-04-16".parse().unwrap());
    let half = bill().would(&parts(&[(1, HowMuch::Days(half.unwrap()))])).unwrap();
    assert_eq!(amounts(&half), (4_500, 900, 5_400), "half of what was charged");
    let mut whole = bill();
    let rest = whole.credit(&parts(&[(1, HowMuch::Rest)])).unwrap();
    assert_eq!(amounts(&rest), (9_000, 1_800, 10_800));
    let rest = whole.credit(&CreditScope::Everything).unwrap();
    assert_eq!(amounts(&rest), (5_000, 1_000, 6_000), "the other line, and no discount again");
    assert!(whole.invoice.document().unwrap().balance_due.is_zero());
    let discount = bill().would(&parts(&[(3, HowMuch::Rest)]));
    assert!(matches!(discount, Err(CreditNoteRefusal::InPart { .. })), "{discount:?}");
}

#[test]
fn a_line_goes_back_with_its_kind_and_whole_as_it_was_billed() {
    let bill = Bill::over(vec![line(3_000, "20"), line(500, "0")]);
    let note = bill.would(&CreditScope::Everything).unwrap();
    assert_eq!(note.lines, vec![line(3_000, "20"), line(500, "0")]);
    assert_eq!(amounts(&note), (3_500, 600, 4_100));
}

#[test]
fn nothing_goes_back_twice_or_beyond_what_was_billed() {
    let mut bill = Bill::over(vec![line(10_000, "20"), line(-2_000, "20"), line(-1_000, "0")]);
    let refused = |bill: &Bill, scope| match bill.would(&scope) {
        Err(CreditNoteRefusal::InPart { because, .. }) => *because,
        other => other.unwrap_err(),
    };
    let beyond = CreditNoteRefusal::OverCredit { line: "1".into(), left: eur(10_000) };
    assert_eq!(refused(&bill, parts(&[(1, HowMuch::Net(eur(10_001)))])), beyond);
    let off = refused(&bill, parts(&[(1, HowMuch::Rest)]));
    let left = eur(8_000);
    assert_eq!(off, CreditNoteRefusal::BeyondTaxGroup { rate: "20".parse().unwrap(), left });
    let whole = refused(&bill, parts(&[(1, HowMuch::Rest), (2, HowMuch::Rest)]));
    assert_eq!(whole, CreditNoteRefusal::BeyondInvoice { left: eur(8_600) });
    let negative = refused(&bill, parts(&[(1, HowMuch::Net(eur(-1)))]));
    assert_eq!(negative, CreditNoteRefusal::Negative { line: "1".into(), amount: eur(-1) });
    let absent = refused(&bill, parts(&[(9, HowMuch::Rest)]));
    assert_eq!(absent, CreditNoteRefusal::NoSuchLine { line: "9".into() });
    let twice = refused(&bill, parts(&[(1, HowMuch::Net(eur(1))), (1, HowMuch::Rest)]));
    assert_eq!(twice.to_string(), "/line_no: name each line once");
    let dollar = Money::try_new(1, Currency::USD).unwrap();
    let other = refused(&bill, parts(&[(1, HowMuch::Net(dollar))]));
    assert!(matches!(other, CreditNoteRefusal::Money(_)), "{other:?}");
    bill.credit(&CreditScope::Everything).unwrap();
    assert_eq!(refused(&bill, CreditScope::Everything), CreditNoteRefusal::NothingLeft);
    let rate = "20".parse().unwrap();
    refusals_are_well_spoken(
        "credit_note",
        &[
            beyond,
            CreditNoteRefusal::BeyondTaxGroup { rate, left },
            CreditNoteRefusal::BeyondInvoice { left },
            CreditNoteRefusal::NothingLeft,
            CreditNoteRefusal::OtherTaxes,
            CreditNoteRefusal::NotCreditable { status: "void" },
            CreditNoteRefusal::NoPeriod { line: "1".into() },
            CreditNoteRefusal::OtherDays { line: "1".into(), from: TODAY, to: TODAY },
        ],
    );
}

#[test]
fn groups_of_a_note_may_differ_from_its_lines_in_the_cents_of_a_tax_alone() {
    let bill = Bill { notes: 1, ..Bill::over(vec![line(10_000, "20"), line(5_000, "7")]) };
    let correction = bill.would(&CreditScope::Everything).unwrap();
    let issue = |change: fn(&mut Vec<TaxGroup>)| {
        let mut new = bill.note(&correction);
        new.tax_groups.as_mut().into_iter().for_each(change);
        CreditNote::Absent.decide(&issued(CreditNoteCommand::Issue(Box::new(new))))
    };
    assert!(issue(|groups| groups[0].tax = less(groups[0].tax)).is_ok());
    for other in [
        issue(|groups| groups[0].rate = "19".parse().unwrap()),
        issue(|groups| groups[0].base = less(groups[0].base)),
        issue(|groups| groups.truncate(1)),
    ] {
        assert_eq!(other, Err(CreditNoteRefusal::OtherTaxes));
    }
}

#[test]
fn another_account_of_a_line_leaves_no_more_than_it_says() {
    let bill = Bill::over(vec![line(3_000, "20")]);
    let elsewhere = [Left { line_no: 1, net: eur(1_000) }];
    let rest = parts(&[(1, HowMuch::Rest)]);
    let note = Correction::of(&bill.invoice, &rest, &elsewhere, Ruler::Days).unwrap();
    assert_eq!(amounts(&note), (1_000, 200, 1_200));
    let more = parts(&[(1, HowMuch::Net(eur(1_001)))]);
    let refused = Correction::of(&bill.invoice, &more, &elsewhere, Ruler::Days);
    assert!(refused.is_err());
}

#[test]
fn no_part_goes_back_of_what_was_never_billed_or_is_given_up() {
    let scope = CreditScope::Everything;
    let refused = Correction::of(&Invoice::Absent, &scope, &[], Ruler::Days);
    let status = "not issued";
    assert_eq!(refused, Err(CreditNoteRefusal::NotCreditable { status }));
    let mut bill = Bill::over(vec![line(3_000, "20")]);
    bill.ask(InvoiceCommand::WriteOff { reason: "gone".into() });
    let status = "written off";
    assert_eq!(bill.would(&scope), Err(CreditNoteRefusal::NotCreditable { status }));
}

/// What somebody tries with a line.
fn wish(left: i64, kind: u8, share: i64) -> HowMuch {
    let amount = (left.abs() * share / 100).max(1) * left.signum();
    match kind % 4 {
        0 => HowMuch::Rest,
        1 => HowMuch::Gross(eur(amount)),
        2 => {
            let days = u64::try_from(share % 30).unwrap();
            let to = april().to() - chrono::Days::new(days);
            HowMuch::Days(Period::try_new(april().from(), to).unwrap())
        }
        _ => HowMuch::Net(eur(amount)),
    }
}

fn group_sums(groups: &[TaxGroup]) -> Vec<(TaxTreatment, i64, i64)> {
    let mut sums: Vec<_> = groups
        .iter()
        .map(|group| (group.treatment(), group.base.minor(), group.tax.minor()))
        .collect();
    sums.sort_unstable();
    sums
}

proptest! {
    #[test]
    fn any_notes_stay_within_the_invoice_and_close_it_to_exactly_zero(
        coupon in 0_i64..=100,
        nets in prop::collection::vec(
            (1_i64..50_000, prop::sample::select(vec!["19", "7", "0", "8.1"]), 0_u8..8), 1..6),
        wishes in prop::collection::vec((0_usize..6, 0_u8..8, 1_i64..100), 0..24),
    ) {
        let discounted = |(net, rate, kind): &(i64, &str, u8)| {
            let sign = if *kind == 0 { -1 } else { 1 };
            line(net * sign, rate)
        };
        let mut lines: Vec<_> = nets.iter().map(discounted).collect();
        let mut lowerings = Vec::new();
        for (of, (net, rate, kind)) in (1_u32..).zip(&nets) {
            let off = net * coupon / 100;
            if *kind > 2 && off > 0 {
                lines.push(line(-off, rate));
                lowerings.push(Lowering { line_no: u32::try_from(lines.len()).unwrap(), of });
            }
        }
        let sum: i64 = crate::invoice::preview(Currency::EUR, &lines).unwrap().totals.net.minor();
        // A group below zero makes a document that says little; the rest may be anything.
        prop_assume!(sum > 0);
        let totals = crate::invoice::preview(Currency::EUR, &lines).unwrap().totals;
        prop_assume!(totals.tax_groups.iter().all(|group| group.base.is_positive()));
        let mut bill = Bill::lowered(lines, lowerings);
        for (at, kind, share) in wishes {
            let document = bill.invoice.document().unwrap();
            let Some(of) = document.lines.get(at) else { continue };
            let known = document.given_back.lines.iter().find(|known| known.line_no == of.no);
            let left = of.net.minor() - known.map_or(0, |known| known.net.minor());
            let how = wish(left, kind, share);
            let Ok(note) = bill.credit(&parts(&[(of.no, how)])) else { continue };
            if let HowMuch::Gross(gross) = how {
                prop_assert_eq!(note.total, gross);
            }
            prop_assert!(note.total.is_positive() && !note.tax.is_negative(), "{:?}", note);
            for group in &bill.given_back().tax_groups {
                let whole = totals.tax_groups.iter().find(|it| it.treatment() == group.treatment());
                let whole = whole.unwrap();
                prop_assert!(group.base.minor() <= whole.base.minor(), "{:?}", group);
                prop_assert!(group.tax.minor() <= whole.tax.minor(), "{:?}", group);
                let exact = crate::tax::tax_on(group.base.into(), group.rate).unwrap();
                prop_assert!((group.tax.minor() - exact.minor()).abs() <= 1, "{:?}", group);
            }
        }
        match bill.credit(&CreditScope::Everything) {
            Ok(_) | Err(CreditNoteRefusal::NothingLeft) => {}
            // A line and the one that takes it off may be left, which come to nothing.
            Err(CreditNoteRefusal::NothingToCredit { total }) => prop_assert!(total.is_zero()),
            Err(other) => prop_assert!(false, "{other}"),
        }
        let given_back = group_sums(&bill.given_back().tax_groups);
        prop_assert_eq!(given_back, group_sums(&totals.tax_groups));
        let document = bill.invoice.document().unwrap();
        let noted = document.credit_notes.iter().map(|note| note.amount.minor()).sum::<i64>();
        prop_assert_eq!(noted, totals.total.minor());
        prop_assert!(document.balance_due.is_zero());
        replay_law::<Invoice>(&bill.events);
    }
}

#[test]
fn an_invoice_knows_what_went_back_of_it() {
    let mut bill = Bill::over(vec![line(3_000, "20"), line(500, "0")]);
    bill.credit(&parts(&[(1, HowMuch::Net(eur(1_000)))])).unwrap();
    bill.credit(&parts(&[(1, HowMuch::Net(eur(500))), (2, HowMuch::Rest)])).unwrap();
    let lines: Vec<_> =
        bill.given_back().lines.iter().map(|line| (line.line_no, line.net.minor())).collect();
    assert_eq!(lines, [(1, 1_500), (2, 500)]);
    let stands = bill.invoice.document().unwrap();
    assert_eq!(stands.balance_due, eur(1_800));
}
