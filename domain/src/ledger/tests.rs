//! The specification of the ledger.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::invoice::{
    CompleteInvoice, DraftFor, Invoice, InvoiceCommand, InvoiceEvent, IssueTerms, LineKind,
    NewLine, Particulars, Seller, TaxCategory, TaxTreatment,
};
use crate::kernel::testing::{TODAY, issued};
use crate::kernel::{
    Aggregate, ClientId, Country, Currency, DocumentKind, DocumentNumber, InvoiceId, Money,
    MoneyRefusal, NumberFormat, Period, Quantity, Series, UnitPrice,
};
use crate::payment::{Allocation, Drawn, PaymentEvent, Reversal, Source};
use crate::schema::Event;

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn client() -> ClientId {
    ClientId::new(Uuid::from_u128(3))
}

fn line(kind: LineKind, price: &str, rate: &str, period: Option<Period>) -> NewLine {
    let country = Country::parse("DE").unwrap();
    let rate = rate.parse().unwrap();
    NewLine {
        kind,
        description: "something".into(),
        quantity: Quantity::ONE,
        unit_price: UnitPrice::parse(price, Currency::EUR).unwrap(),
        tax: TaxTreatment { category: TaxCategory::S, rate, country },
        period,
        product_id: None,
    }
}

fn number(prefix: &str, kind: DocumentKind) -> DocumentNumber {
    Series::new(&NumberFormat::yearly(prefix), kind, TODAY).next(|_| None).unwrap()
}

fn issue(lines: Vec<NewLine>) -> Vec<InvoiceEvent> {
    let draft = DraftFor { client_id: client(), currency: Currency::EUR, order_id: None };
    let seller = Seller {
        name: "Seller".into(),
        country: Country::parse("DE").unwrap(),
        vat_id: None,
        letterhead: None,
    };
    let number = number("INV", DocumentKind::Invoice);
    let terms = IssueTerms {
        number,
        due_date: Some(TODAY),
        seller,
        buyer: None,
        particulars: Particulars::default(),
    };
    let ask = CompleteInvoice {
        draft,
        lines,
        terms,
        subscriptions: Vec::new(),
        lowerings: Vec::new(),
        origin: None,
    };
    Invoice::Absent.decide(&issued(InvoiceCommand::IssueComplete(ask))).unwrap()
}

/// Account, party, detail and signed minor units of each entry.
fn shown(event: impl Into<Event>) -> Vec<(&'static str, bool, Option<String>, i64)> {
    let posting = postings(&event.into()).unwrap();
    let entries = posting.iter().flat_map(|posting| posting.entries());
    entries
        .map(|e| (e.account.as_str(), e.party.is_some(), e.detail.clone(), e.signed().minor()))
        .collect()
}

fn detail(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn an_issued_invoice_debits_the_client_and_defers_what_is_not_yet_served() {
    let ahead = Period::try_new(TODAY, "2026-04-15".parse().unwrap()).unwrap();
    let behind = Period::try_new("2026-02-15".parse().unwrap(), TODAY).unwrap();
    let events = issue(vec![
        line(LineKind::Hosting, "10", "19", Some(ahead)),
        line(LineKind::Vps, "20", "19", Some(behind)),
        line(LineKind::Hosting, "5", "7", Some(ahead)),
        line(LineKind::Discount, "-2", "19", None),
    ]);
    assert_eq!(
        shown(events[0].clone()),
        [
            ("1200", true, None, 3_300 + 532 + 35),
            ("4000", false, detail("discount"), 200),
            ("2300", false, detail("hosting"), -1_500),
            ("4000", false, detail("vps"), -2_000),
            ("2200", false, detail("DE/19"), -532),
            ("2200", false, detail("DE/7"), -35),
        ]
    );
}

#[test]
fn a_late_fee_is_income_of_its_own_kind_at_once() {
    let ahead = Period::try_new(TODAY, "2026-04-15".parse().unwrap()).unwrap();
    let events = issue(vec![line(LineKind::LateFee, "5", "19", Some(ahead))]);
    assert_eq!(
        shown(events[0].clone())[..2],
        [("1200", true, None, 595), ("4200", false, detail("late_fee"), -500)]
    );
}

#[test]
fn an_invoice_of_nothing_posts_nothing() {
    let events = issue(vec![
        line(LineKind::Hosting, "10", "19", None),
        line(LineKind::Discount, "-10", "19", None),
    ]);
    for event in events {
        assert_eq!(shown(event), []);
    }
}

#[test]
fn a_payment_debits_its_gateway_and_credits_what_it_pays() {
    let settled = PaymentEvent::Settled {
        client_id: client(),
        amount: eur(1_000),
        gateway: "manual_bank".into(),
        reference: None,
        received_on: TODAY,
        allocations: [(1, 400), (2, 300)]
            .map(|(no, minor)| Allocation {
                no,
                invoice_id: InvoiceId::new(Uuid::from_u128(no.into())),
                amount: eur(minor),
            })
            .to_vec(),
        to_credit: eur(200),
        unapplied: eur(100),
        origin: None,
    };
    assert_eq!(
        shown(settled),
        [
            ("1100", false, detail("manual_bank"), 1_000),
            ("1200", true, None, -700),
            ("2100", true, None, -200),
            ("2450", true, None, -100),
        ]
    );
}

#[test]
fn a_later_allocation_moves_money_from_where_it_was_kept() {
    let allocated = |from| PaymentEvent::Allocated {
        no: 3,
        client_id: client(),
        invoice_id: InvoiceId::new(Uuid::from_u128(1)),
        amount: eur(50),
        from,
        left: eur(0),
    };
    let receivable = ("1200", true, None, -50);
    let unapplied = ("2450", true, None, 50);
    assert_eq!(shown(allocated(Source::Unapplied)), [unapplied, receivable.clone()]);
    assert_eq!(shown(allocated(Source::Credit)), [("2100", true, None, 50), receivable]);
}

fn reversal(no: u32, minor: i64, reopens: bool) -> Reversal {
    let invoice_id = InvoiceId::new(Uuid::from_u128(1));
    Reversal { no, allocation_no: 1, invoice_id, amount: eur(minor), reopens }
}

/// 7.00 out of an invoice, 2.00 out of one that was voided, 0.60 of credit, 0.40 unapplied.
fn drawn() -> Drawn {
    let reversals = vec![reversal(1, 700, true), reversal(2, 200, false)];
    Drawn { reversals, credit: eur(60), unapplied: eur(40) }
}

#[test]
fn what_is_taken_back_from_an_invoice_is_owed_again() {
    let unallocated = |reopens, to| PaymentEvent::Unallocated {
        reversal: reversal(1, 50, reopens),
        client_id: client(),
        to,
        left: eur(50),
    };
    let receivable = ("1200", true, None, 50);
    let (credit, unapplied) = (("2100", true, None, -50), ("2450", true, None, -50));
    assert_eq!(shown(unallocated(true, Source::Credit)), [receivable.clone(), credit]);
    assert_eq!(shown(unallocated(true, Source::Unapplied)), [receivable, unapplied.clone()]);
    let voided = unallocated(false, Source::Unapplied);
    assert_eq!(shown(voided), [("2100", true, None, 50), unapplied]);
    assert_eq!(shown(unallocated(false, Source::Credit)), [], "it lies there already");
}

#[test]
fn a_refund_is_promised_then_sent_or_put_back() {
    let (client_id, amount, reason) = (client(), eur(1_000), "goodwill".to_owned());
    let drawn = drawn();
    let requested =
        PaymentEvent::RefundRequested { no: 1, client_id, amount, drawn, reason: reason.clone() };
    assert_eq!(
        shown(requested),
        [
            ("1200", true, None, 700),
            ("2100", true, None, 260),
            ("2450", true, None, 40),
            ("2400", true, None, -1_000),
        ]
    );
    let (gateway, reference, sent_on) = ("sandbox".to_owned(), None, TODAY);
    let sent = PaymentEvent::RefundSent { no: 1, client_id, amount, gateway, reference, sent_on };
    let clearing = ("1100", false, detail("sandbox"), -1_000);
    assert_eq!(shown(sent), [("2400", true, None, 1_000), clearing]);
    let invoice_id = InvoiceId::new(Uuid::from_u128(1));
    let failed = PaymentEvent::RefundFailed {
        no: 1,
        client_id,
        amount,
        reason,
        allocations: vec![Allocation { no: 2, invoice_id, amount: eur(700) }],
        to_credit: eur(260),
        unapplied: eur(40),
    };
    assert_eq!(
        shown(failed),
        [
            ("2400", true, None, 1_000),
            ("1200", true, None, -700),
            ("2100", true, None, -260),
            ("2450", true, None, -40),
        ]
    );
}

#[test]
fn a_dispute_stands_apart_until_it_is_won_or_lost() {
    let (client_id, gateway) = (client(), "sandbox".to_owned());
    let opened = PaymentEvent::DisputeOpened {
        no: 1,
        client_id,
        gateway: gateway.clone(),
        reference: None,
        claimed: eur(1_000),
        amount: eur(1_000),
        drawn: drawn(),
        reason: "not received".into(),
        opened_on: TODAY,
    };
    assert_eq!(
        shown(opened),
        [
            ("1210", true, None, 700),
            ("2100", true, None, 260),
            ("2450", true, None, 40),
            ("1100", false, detail("sandbox"), -1_000),
        ]
    );
    let won = |allocated, to_credit, unapplied| PaymentEvent::DisputeWon {
        no: 1,
        client_id,
        gateway: gateway.clone(),
        amount: eur(1_000),
        released: eur(700),
        allocations: vec![Allocation {
            no: 2,
            invoice_id: InvoiceId::new(Uuid::from_u128(1)),
            amount: eur(allocated),
        }],
        to_credit: eur(to_credit),
        unapplied: eur(unapplied),
        on: TODAY,
    };
    let clearing = ("1100", false, detail("sandbox"), 1_000);
    let disputed = ("1210", true, None, -700);
    let (credit, rest) = (("2100", true, None, -260), ("2450", true, None, -40));
    assert_eq!(shown(won(700, 260, 40)), [clearing.clone(), disputed.clone(), credit, rest]);
    let paid_meanwhile = ("1200", true, None, 500);
    let credit = ("2100", true, None, -800);
    assert_eq!(shown(won(200, 800, 0)), [clearing, paid_meanwhile, disputed.clone(), credit]);
    let (amount, released) = (eur(1_000), eur(700));
    let lost = PaymentEvent::DisputeLost { no: 1, client_id, amount, released, on: TODAY };
    assert_eq!(shown(lost), [("1200", true, None, 700), disputed]);
    let fee = PaymentEvent::DisputeFeeCharged { no: 1, gateway, fee: eur(15), on: TODAY };
    assert_eq!(shown(fee), [("5100", false, None, 15), ("1100", false, detail("sandbox"), -15)]);
}

#[test]
fn a_credit_note_mirrors_the_invoice_even_after_the_service() {
    let ahead = Period::try_new(TODAY, "2026-04-15".parse().unwrap()).unwrap();
    let events = issue(vec![line(LineKind::Hosting, "10", "19", Some(ahead))]);
    let credit_note = number("CN", DocumentKind::CreditNote);
    let void = InvoiceCommand::Void { reason: "mistake".into(), credit_note };
    let late = "2026-12-01".parse().unwrap();
    let ask = crate::kernel::testing::issued_on(late, void);
    let voided = Invoice::fold(&events).decide(&ask).unwrap();
    assert_eq!(
        shown(voided[0].clone()),
        [
            ("2300", false, detail("hosting"), 1_000),
            ("2200", false, detail("DE/19"), 190),
            ("1200", true, None, -1_190),
        ]
    );
}

#[test]
fn a_claim_given_up_is_bad_debt() {
    let (amount, reason) = (eur(70), "insolvent".to_owned());
    let event = InvoiceEvent::WrittenOff { amount, reason, on: TODAY, client_id: client() };
    assert_eq!(shown(event), [("5200", false, None, 70), ("1200", true, None, -70)]);
}

#[test]
fn an_event_that_contradicts_itself_is_no_posting() {
    let Some(InvoiceEvent::Issued(mut issued)) =
        issue(vec![line(LineKind::Hosting, "10", "19", None)]).into_iter().next()
    else {
        panic!("not issued")
    };
    issued.total = eur(1_191);
    let found = postings(&InvoiceEvent::Issued(issued).into());
    assert_eq!(found, Err(LedgerError::Unbalanced { difference: eur(1) }));
}

#[test]
fn only_balanced_entries_make_a_posting() {
    let entry = |side, amount| Entry {
        account: accounts::ROUNDING,
        side,
        amount,
        party: None,
        detail: None,
    };
    let usd = Money::try_new(5, Currency::USD).unwrap();
    let (debit, credit) = (entry(Side::Debit, eur(5)), entry(Side::Credit, eur(5)));
    assert_eq!(Posting::try_new(vec![debit.clone()]), Err(LedgerError::TooFew { found: 1 }));
    let crossed = Posting::try_new(vec![debit.clone(), entry(Side::Credit, usd)]);
    assert_eq!(crossed, Err(LedgerError::Unbalanced { difference: eur(5) }));
    let account = accounts::ROUNDING;
    let negative = vec![entry(Side::Debit, eur(-5)), entry(Side::Credit, eur(-5))];
    assert_eq!(Posting::try_new(negative), Err(LedgerError::NotPositive { account }));
    let posting = Posting::try_new(vec![debit.clone(), credit.clone()]).unwrap();
    assert_eq!(posting.entries(), [debit, credit]);
}

#[test]
fn the_chart_is_sorted_and_every_code_finds_its_account() {
    assert!(CHART.is_sorted_by_key(|account| account.code));
    for listed in CHART {
        assert_eq!(account(listed.code.as_str()), Some(listed));
        let side = if listed.code.as_str() < "2000" || listed.code.as_str() >= "5000" {
            Side::Debit
        } else {
            Side::Credit
        };
        assert_eq!(listed.kind.normal_side(), side, "{}", listed.name);
    }
    assert_eq!(account("9999"), None);
}

#[test]
fn a_leg_past_the_limit_of_money_is_refused() {
    let price = Some(Price::Each("1000000000".parse().unwrap(), Currency::JPY));
    let leg = Leg { amount: eur(Money::LIMIT), price };
    assert_eq!(balances(&[leg]), Err(MoneyRefusal::OutOfRange));
}

proptest! {
    #[test]
    fn a_posting_exists_exactly_when_its_sides_are_equal(
        debits in prop::collection::vec(1_i64..1_000, 1..6),
        credits in prop::collection::vec(1_i64..1_000, 1..6),
    ) {
        let entry = |side, minor: &i64| Entry {
            account: accounts::BANK,
            side,
            amount: eur(*minor),
            party: None,
            detail: None,
        };
        let left = debits.iter().map(|minor| entry(Side::Debit, minor));
        let right = credits.iter().map(|minor| entry(Side::Credit, minor));
        let posting = Posting::try_new(left.chain(right).collect());
        let equal = debits.iter().sum::<i64>() == credits.iter().sum::<i64>();
        prop_assert_eq!(posting.is_ok(), equal);
    }
}

#[test]
fn entries_across_currencies_balance_by_their_prices() {
    let usd = |minor| Money::try_new(minor, Currency::USD).unwrap();
    let each = Some(Price::Each("1.35".parse().unwrap(), Currency::USD));
    let leg = |amount, price| Leg { amount, price };
    let pair = |amount, price| balances(&[leg(amount, price), leg(usd(-13_500), None)]);
    assert_eq!(pair(eur(10_000), each), Ok(true));
    assert_eq!(pair(eur(10_000), Some(Price::Whole(usd(13_500)))), Ok(true));
    assert_eq!(pair(eur(10_000), None), Ok(false));
    assert_eq!(pair(eur(10_001), each), Ok(false));
    let back = [leg(eur(-10_000), Some(Price::Whole(usd(13_500)))), leg(usd(13_500), None)];
    assert_eq!(balances(&back), Ok(true));
}

#[test]
fn an_open_foreign_amount_gains_with_its_rate_and_loses_with_it() {
    let open = Money::try_new(10_000, Currency::USD).unwrap();
    let (low, high) = ("0.80".parse().unwrap(), "0.85".parse().unwrap());
    assert_eq!(revaluation(open, low, high, Currency::EUR), Ok(eur(500)));
    assert_eq!(revaluation(open, high, low, Currency::EUR), Ok(eur(-500)));
}

#[test]
fn every_word_is_the_stored_one() {
    for side in [Side::Debit, Side::Credit] {
        assert_eq!(serde_json::to_value(side).unwrap(), side.word());
        assert_eq!(side.other().other(), side);
        assert_ne!(side.other(), side);
    }
    for kind in
        [AccountKind::Asset, AccountKind::Liability, AccountKind::Income, AccountKind::Expense]
    {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
    }
}
