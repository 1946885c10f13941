//! The specification of a settlement.

mod laws;

use chrono::Days;
use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{TODAY, given, issued, refusals_are_well_spoken};
use crate::kernel::{
    Aggregate, Claim, Currency, EventBody, Issued, KeyClass, Money, PaymentId, Pii, Refusal,
    SubjectId,
};

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn usd(minor: i64) -> Money {
    Money::try_new(minor, Currency::USD).unwrap()
}

fn stripe() -> SettlementSource {
    SettlementSource::Gateway { gateway: "stripe".into() }
}

fn house_bank() -> SettlementSource {
    SettlementSource::Bank { account: "main".into() }
}

fn file_of(source: SettlementSource) -> OpenSettlement {
    OpenSettlement {
        source,
        format: "stripe_balance".into(),
        file_hash: "0f".repeat(32),
        name: "march.csv".into(),
        from: None,
        to: Some(TODAY),
    }
}

fn opened_of(source: SettlementSource) -> SettlementEvent {
    let OpenSettlement { source, format, file_hash, name, from, to } = file_of(source);
    SettlementEvent::Opened { source, format, file_hash, name, from, to }
}

fn opened() -> SettlementEvent {
    opened_of(stripe())
}

fn new(id: &str, kind: SettlementLineKind, gross: i64, fee: i64) -> NewLine {
    NewLine {
        their_id: id.into(),
        kind,
        reference: None,
        ours: None,
        gross: eur(gross),
        fee: (fee != 0).then(|| eur(fee)),
        net: eur(gross - fee),
        on: TODAY,
        text: None,
    }
}

/// A month: a charge, its refund, a fee, a payout that cost something, and an adjustment.
fn month() -> Vec<NewLine> {
    use SettlementLineKind as Kind;
    vec![
        NewLine { reference: Some("ch_1".into()), ..new("txn_1", Kind::Charge, 10_000, 320) },
        new("txn_2", Kind::Refund, -2_500, 0),
        new("txn_3", Kind::Fee, -200, 0),
        NewLine { reference: Some("po_1".into()), ..new("txn_4", Kind::Payout, -6_900, 80) },
        new("txn_5", Kind::Adjustment, 15, 0),
    ]
}

fn read(lines: Vec<NewLine>, is_last: bool) -> Issued<SettlementCommand> {
    issued(SettlementCommand::Read { lines, is_last })
}

/// The lines as the settlement has them, from a number on.
fn numbered(first: u32, lines: Vec<NewLine>) -> Vec<SettlementLine> {
    let line = |(no, line): (u32, NewLine)| SettlementLine {
        no,
        their_id: line.their_id,
        kind: line.kind,
        reference: line.reference,
        ours: line.ours,
        gross: line.gross,
        fee: line.fee,
        net: line.net,
        on: line.on,
        text: line.text,
    };
    (first..).zip(lines).map(line).collect()
}

fn lines_read(first: u32, lines: Vec<NewLine>, is_last: bool) -> SettlementEvent {
    SettlementEvent::LinesRead { source: stripe(), lines: numbered(first, lines), is_last }
}

fn gone_through() -> Vec<SettlementEvent> {
    vec![opened(), lines_read(1, month(), true)]
}

fn with(lines: Vec<NewLine>, source: SettlementSource) -> Vec<SettlementEvent> {
    let (opened, lines) = (opened_of(source.clone()), numbered(1, lines));
    vec![opened, SettlementEvent::LinesRead { source, lines, is_last: true }]
}

fn a_payment(bits: u128) -> PaymentId {
    PaymentId::new(Uuid::from_u128(bits))
}

fn payment(bits: u128) -> LineMatch {
    LineMatch::Payment { payment_id: a_payment(bits) }
}

fn a_match(no: u32, to: LineMatch, amount: Money) -> Issued<SettlementCommand> {
    let by = MatchedBy::TheirReference;
    issued(SettlementCommand::Match(MatchLine { no, to, amount, by }))
}

fn matched(no: u32, to: LineMatch, fee: Option<Money>) -> SettlementEvent {
    SettlementEvent::LineMatched { no, to, fee, by: MatchedBy::TheirReference }
}

fn book_payout(no: u32) -> Issued<SettlementCommand> {
    issued(SettlementCommand::BookPayout { no })
}

fn book_fee(no: u32) -> Issued<SettlementCommand> {
    issued(SettlementCommand::BookFee { no, what: "monthly fee".into() })
}

fn fee_booked(no: u32, fee: i64) -> SettlementEvent {
    let (gateway, what) = ("stripe".to_owned(), "monthly fee".to_owned());
    SettlementEvent::FeeBooked { no, gateway, fee: eur(fee), what, on: TODAY }
}

fn set_aside(no: u32, why: LineUnmatched) -> Issued<SettlementCommand> {
    issued(SettlementCommand::SetAside { no, why })
}

fn settle(no: u32, how: LineSettled) -> Issued<SettlementCommand> {
    issued(SettlementCommand::Settle { no, how })
}

fn ignored() -> LineSettled {
    LineSettled::Ignored { reason: "a test of theirs".into() }
}

fn close() -> Issued<SettlementCommand> {
    issued(SettlementCommand::Close)
}

fn payout_booked() -> SettlementEvent {
    SettlementEvent::PayoutBooked {
        no: 4,
        gateway: "stripe".into(),
        amount: eur(6_980),
        fees: eur(80),
        to_bank: eur(6_900),
        reference: "po_1".into(),
        on: TODAY,
    }
}

fn answered() -> Vec<SettlementEvent> {
    let mut all = gone_through();
    all.extend([
        matched(1, payment(1), Some(eur(320))),
        SettlementEvent::LineSettled { no: 2, how: ignored() },
        fee_booked(3, 200),
        payout_booked(),
        SettlementEvent::LineSettled { no: 5, how: ignored() },
    ]);
    all
}

#[test]
fn a_file_is_gone_through_once() {
    let open = |file| issued(SettlementCommand::Open(file));
    given::<Settlement>([])
        .when(open(file_of(stripe())))
        .then([opened()])
        .when(open(OpenSettlement { name: "again.csv".into(), ..file_of(stripe()) }))
        .then_nothing();
    given::<Settlement>([opened()])
        .when(open(file_of(house_bank())))
        .then_refused(SettlementRefusal::AlreadyOpened);
    let tenant = issued(()).tenant;
    assert_eq!(stream_of(tenant, "0f"), stream_of(tenant, "0f"));
    assert_ne!(stream_of(tenant, "0f"), stream_of(tenant, "1f"));
}

#[test]
fn every_wrong_field_of_a_file_is_named() {
    let wrong = OpenSettlement {
        source: SettlementSource::Bank { account: "Main account".into() },
        format: "CAMT".into(),
        file_hash: "0F".repeat(32),
        name: String::new(),
        from: Some(TODAY),
        to: Some(TODAY - Days::new(1)),
    };
    let refused = Settlement::Absent.decide(&issued(SettlementCommand::Open(wrong))).unwrap_err();
    let fields: Vec<_> = refused.problems().into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["/source", "/format", "/file_hash", "/name", "/to"]);
}

#[test]
fn lines_are_numbered_in_the_order_of_the_file_and_claimed_for_one_settlement() {
    let two = || vec![month().remove(0), month().remove(1)];
    given::<Settlement>([opened()]).when(read(month(), true)).then([lines_read(1, month(), true)]);
    let claims = lines_read(1, two(), false).claims();
    let claim = |key: &str| Claim::Take { scope: SettlementEvent::LINE_SCOPE, key: key.into() };
    assert_eq!(claims, [claim("gateway/stripe/txn_1"), claim("gateway/stripe/txn_2")]);
    assert_eq!(house_bank().line_key("1"), "bank/main/1", "a bank is nobody's gateway");
}

#[test]
fn a_file_twice_adds_nothing() {
    given::<Settlement>(gone_through()).when(read(month(), true)).then_nothing();
    let half = || month().into_iter().take(2).collect::<Vec<_>>();
    given::<Settlement>([opened()])
        .when(read(half(), false))
        .then([lines_read(1, half(), false)])
        .when(read(month(), true))
        .then([lines_read(3, month().split_off(2), true)]);
    given::<Settlement>([opened(), lines_read(1, half(), false)])
        .when(read(half(), true))
        .then([lines_read(3, Vec::new(), true)]);
    let closed = [answered(), vec![SettlementEvent::Closed {}]].concat();
    given::<Settlement>(closed).when(read(month(), true)).then_nothing();
}

#[test]
fn one_id_stands_for_one_line() {
    let other = NewLine { net: eur(14), gross: eur(14), ..month().remove(4) };
    let twice = vec![month().remove(4), other.clone()];
    for (history, lines, field) in [
        (vec![opened()], twice, "/lines/1/their_id"),
        (gone_through(), vec![other], "/lines/0/their_id"),
    ] {
        let refused = Settlement::fold(&history).decide(&read(lines, true)).unwrap_err();
        assert_eq!((refused.code(), refused.field()), ("settlement.id_twice", Some(field)));
    }
    let same = vec![month().remove(4), month().remove(4)];
    given::<Settlement>([opened()]).when(read(same, true)).then([lines_read(
        1,
        vec![month().remove(4)],
        true,
    )]);
}

#[test]
fn an_event_holds_five_hundred_lines_and_a_settlement_twenty_thousand() {
    let kind = SettlementLineKind::Charge;
    let many = |count: i64| -> Vec<NewLine> {
        (1..=count).map(|at| new(&format!("txn_{at}"), kind, at, 0)).collect()
    };
    let decided = Settlement::fold(&[opened()]).decide(&read(many(1_001), true)).unwrap();
    let sizes: Vec<_> = decided
        .iter()
        .map(|event| match event {
            SettlementEvent::LinesRead { lines, is_last, .. } => (lines.len(), *is_last),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(sizes, [(500, false), (500, false), (1, true)]);
    let state = Settlement::fold(&[vec![opened()], decided].concat());
    let statement = state.statement().unwrap();
    assert_eq!(statement.line(1_001).map(|held| held.line.gross), Some(eur(1_001)));
    assert_eq!((statement.line(0), statement.line(1_002)), (None, None));
    given::<Settlement>([opened()])
        .when(read(many(20_001), true))
        .then_refused(SettlementRefusal::Full { limit: 20_000 });
}

#[test]
fn a_line_adds_up_and_is_of_a_day_that_was() {
    let kind = SettlementLineKind::Charge;
    let days = |days| TODAY.checked_add_days(Days::new(days)).unwrap();
    let problem = |line: NewLine| {
        let ask = read(vec![month().remove(0), line], true);
        let refused = Settlement::fold(&[opened()]).decide(&ask).unwrap_err();
        (refused.code(), refused.field().unwrap().to_owned())
    };
    let line = || new("txn_9", kind, 1_000, 30);
    let sum = ("settlement.does_not_add_up", "/lines/1/net".to_owned());
    assert_eq!(problem(NewLine { net: eur(971), ..line() }), sum);
    assert_eq!(problem(NewLine { fee: None, ..line() }), sum);
    assert_eq!(problem(NewLine { net: usd(970), ..line() }), sum);
    assert_eq!(problem(NewLine { fee: Some(usd(30)), ..line() }), sum);
    assert_eq!(problem(NewLine { their_id: "".into(), ..line() }).1, "/lines/1/their_id");
    let long = || Some("x".repeat(201));
    assert_eq!(problem(NewLine { reference: long(), ..line() }).1, "/lines/1/reference");
    assert_eq!(problem(NewLine { ours: long(), ..line() }).1, "/lines/1/ours");
    let late = problem(NewLine { on: days(2), ..line() });
    assert_eq!(late, ("settlement.in_future", "/lines/1/on".to_owned()));
    let tomorrow = vec![NewLine { on: days(1), ..line() }];
    given::<Settlement>([opened()])
        .when(read(tomorrow.clone(), true))
        .then([lines_read(1, tomorrow, true)]);
}

#[test]
fn a_line_is_matched_once_and_to_what_no_other_line_is() {
    let fee = Some(eur(320));
    given::<Settlement>(gone_through())
        .when(a_match(1, payment(1), eur(10_000)))
        .then([matched(1, payment(1), fee)])
        .when(a_match(1, payment(1), eur(10_000)))
        .then_nothing();
    given::<Settlement>([gone_through(), vec![matched(1, payment(1), fee)]].concat())
        .when(a_match(1, payment(2), eur(10_000)))
        .then_refused(SettlementRefusal::LineAnswered { no: 1 });
    given::<Settlement>([gone_through(), vec![matched(1, payment(1), fee)]].concat())
        .when(a_match(5, payment(1), eur(15)))
        .then_refused(SettlementRefusal::Taken);
    given::<Settlement>(gone_through())
        .when(a_match(6, payment(1), eur(1)))
        .then_refused(SettlementRefusal::NoLine { no: 6 });
}

#[test]
fn a_refund_and_a_dispute_may_go_out_and_come_back_by_a_line_each() {
    use SettlementLineKind as Kind;
    let lines = vec![
        new("1", Kind::Refund, -500, 0),
        new("2", Kind::Refund, 500, 0),
        new("3", Kind::Dispute, -900, 0),
        new("4", Kind::DisputeReversal, 900, 0),
        new("5", Kind::Refund, -500, 0),
    ];
    let refund = LineMatch::Refund { payment_id: a_payment(1), no: 1 };
    let dispute = LineMatch::Dispute { payment_id: a_payment(1), no: 1 };
    given::<Settlement>(with(lines, stripe()))
        .when(a_match(1, refund, eur(500)))
        .then([matched(1, refund, None)])
        .when(a_match(2, refund, eur(500)))
        .then([matched(2, refund, None)])
        .when(a_match(3, dispute, eur(900)))
        .then([matched(3, dispute, None)])
        .when(a_match(4, dispute, eur(900)))
        .then([matched(4, dispute, None)])
        .when(a_match(5, refund, eur(500)))
        .then_refused(SettlementRefusal::Taken);
}

#[test]
fn a_difference_of_amount_is_listed_and_never_absorbed() {
    for ours in [eur(9_999), usd(10_000), eur(9_680)] {
        given::<Settlement>(gone_through())
            .when(a_match(1, payment(1), ours))
            .then_refused(SettlementRefusal::AmountDiffers { no: 1, line: eur(10_000), ours });
    }
    let why = LineUnmatched::AmountDiffers { ours: eur(9_999) };
    given::<Settlement>(gone_through())
        .when(set_aside(1, why))
        .then([SettlementEvent::LineUnmatched { no: 1, why }])
        .when(a_match(1, payment(1), eur(9_999)))
        .then_refused(SettlementRefusal::AmountDiffers {
            no: 1,
            line: eur(10_000),
            ours: eur(9_999),
        });
}

#[test]
fn a_line_is_only_what_its_kind_may_be() {
    use SettlementLineKind as Kind;
    let id = a_payment(1);
    let things = [
        payment(1),
        LineMatch::Refund { payment_id: id, no: 1 },
        LineMatch::Dispute { payment_id: id, no: 1 },
        LineMatch::Fee { payment_id: id },
        LineMatch::Payout { settlement_id: stream_of(issued(()).tenant, "0f"), no: 4 },
    ];
    let table = [
        (Kind::Charge, 700, "p    "),
        (Kind::Charge, -700, "     "),
        (Kind::Refund, -700, " r   "),
        (Kind::Dispute, -700, "  d  "),
        (Kind::DisputeReversal, 700, "  d  "),
        (Kind::Fee, -700, "   f "),
        (Kind::Payout, -700, "     "),
        (Kind::Adjustment, 700, "prdf "),
        (Kind::Adjustment, -700, " rdf "),
        (Kind::Incoming, 700, "prd o"),
        (Kind::Outgoing, -700, " rdfo"),
    ];
    for (kind, minor, may) in table {
        let line = numbered(1, vec![new("1", kind, minor, 0)]).remove(0);
        let found: Vec<_> = things.iter().map(|thing| line.worth_as(thing)).collect();
        let expected: Vec<_> = may.chars().map(|c| (c != ' ').then(|| eur(700))).collect();
        assert_eq!(found, expected, "{kind:?} of {minor}");
    }
    given::<Settlement>(gone_through())
        .when(a_match(2, payment(1), eur(2_500)))
        .then_refused(SettlementRefusal::OtherKind { no: 2 });
}

#[test]
fn a_payout_books_what_left_what_was_kept_and_what_went_to_the_bank() {
    given::<Settlement>(gone_through())
        .when(book_payout(4))
        .then([payout_booked()])
        .when(book_payout(4))
        .then_nothing();
    assert_eq!(payout_booked().effective_on(), Some(TODAY));
    given::<Settlement>(gone_through())
        .when(book_payout(1))
        .then_refused(SettlementRefusal::OtherKind { no: 1 });
    let returned = vec![new("txn_9", SettlementLineKind::Payout, 6_900, 0)];
    given::<Settlement>(with(returned, stripe())).when(book_payout(1)).then([
        SettlementEvent::PayoutBooked {
            no: 1,
            gateway: "stripe".into(),
            amount: eur(-6_900),
            fees: eur(0),
            to_bank: eur(-6_900),
            reference: "txn_9".into(),
            on: TODAY,
        },
    ]);
}

#[test]
fn a_fee_of_no_payment_is_booked_once() {
    given::<Settlement>(gone_through())
        .when(book_fee(3))
        .then([fee_booked(3, 200)])
        .when(book_fee(3))
        .then_nothing();
    given::<Settlement>(gone_through()).when(book_fee(5)).then([fee_booked(5, -15)]);
    assert_eq!(fee_booked(3, 200).effective_on(), Some(TODAY));
    given::<Settlement>(gone_through())
        .when(book_fee(1))
        .then_refused(SettlementRefusal::OtherKind { no: 1 });
    let unnamed = SettlementCommand::BookFee { no: 3, what: " ".into() };
    let refused = Settlement::fold(&gone_through()).decide(&issued(unnamed)).unwrap_err();
    assert_eq!(refused.field(), Some("/what"));
}

#[test]
fn what_a_bank_says_is_booked_by_nobody_but_payments() {
    let arrived = vec![new("1", SettlementLineKind::Incoming, 6_900, 0)];
    let history = with(arrived, house_bank());
    for ask in [book_payout(1), book_fee(1)] {
        given::<Settlement>(history.clone())
            .when(ask)
            .then_refused(SettlementRefusal::NotOfGateway);
    }
    let payout = LineMatch::Payout { settlement_id: stream_of(issued(()).tenant, "0f"), no: 4 };
    given::<Settlement>(history)
        .when(a_match(1, payout, eur(6_900)))
        .then([matched(1, payout, None)]);
}

#[test]
fn a_line_nobody_knows_is_work_and_not_money() {
    let why = LineUnmatched::NothingKnown;
    let unmatched = SettlementEvent::LineUnmatched { no: 1, why };
    given::<Settlement>(gone_through())
        .when(set_aside(1, why))
        .then([unmatched.clone()])
        .when(set_aside(1, why))
        .then_nothing();
    let several = LineUnmatched::Several;
    given::<Settlement>([gone_through(), vec![unmatched.clone()]].concat())
        .when(set_aside(1, several))
        .then([SettlementEvent::LineUnmatched { no: 1, why: several }]);
    let state = Settlement::fold(&[gone_through(), vec![unmatched]].concat());
    assert_eq!(state.statement().unwrap().open_lines().count(), 5);
}

#[test]
fn a_person_records_a_payment_from_a_line_or_leaves_it_out() {
    let recorded = |bits| LineSettled::Recorded { payment_id: a_payment(bits) };
    given::<Settlement>(gone_through())
        .when(settle(1, recorded(1)))
        .then([SettlementEvent::LineSettled { no: 1, how: recorded(1) }])
        .when(settle(1, recorded(1)))
        .then_nothing();
    let done = SettlementEvent::LineSettled { no: 1, how: recorded(1) };
    let history = [gone_through(), vec![done]].concat();
    given::<Settlement>(history.clone())
        .when(settle(1, ignored()))
        .then_refused(SettlementRefusal::LineAnswered { no: 1 });
    given::<Settlement>(history)
        .when(a_match(5, payment(1), eur(15)))
        .then_refused(SettlementRefusal::Taken);
    given::<Settlement>(gone_through())
        .when(settle(4, recorded(1)))
        .then_refused(SettlementRefusal::OtherKind { no: 4 });
    let unsaid = LineSettled::Ignored { reason: String::new() };
    let refused = Settlement::fold(&gone_through()).decide(&settle(1, unsaid)).unwrap_err();
    assert_eq!(refused.field(), Some("/how/reason"));
}

#[test]
fn a_settlement_closes_when_the_file_is_whole_and_every_line_answered() {
    given::<Settlement>(answered())
        .when(close())
        .then([SettlementEvent::Closed {}])
        .when(close())
        .then_nothing();
    given::<Settlement>(gone_through())
        .when(close())
        .then_refused(SettlementRefusal::LinesOpen { count: 5 });
    given::<Settlement>([opened(), lines_read(1, Vec::new(), true)])
        .when(close())
        .then([SettlementEvent::Closed {}]);
    given::<Settlement>([opened()]).when(close()).then_refused(SettlementRefusal::NotWhole);
}

#[test]
fn nothing_happens_to_a_settlement_that_is_not_there_or_is_closed() {
    let closed = [answered(), vec![SettlementEvent::Closed {}]].concat();
    let strange = vec![new("txn_9", SettlementLineKind::Charge, 1, 0)];
    for ask in [
        a_match(1, payment(1), eur(10_000)),
        book_payout(4),
        book_fee(3),
        set_aside(1, LineUnmatched::Several),
        settle(5, ignored()),
        read(strange, true),
    ] {
        given::<Settlement>([]).when(ask.clone()).then_refused(SettlementRefusal::Absent);
        given::<Settlement>(closed.clone()).when(ask).then_refused(SettlementRefusal::Closed);
    }
    let again = issued(SettlementCommand::Open(file_of(stripe())));
    given::<Settlement>(closed).when(again).then_nothing();
}

#[test]
fn what_a_payer_wrote_is_in_its_event_and_nowhere_else() {
    let sealed = || {
        let subject = SubjectId::new(Uuid::from_u128(9));
        Some(Pii::new(subject, KeyClass::Fiscal, "c2VhbGVk".into()))
    };
    let line = NewLine { text: sealed(), ..month().remove(0) };
    let event = lines_read(1, vec![line.clone()], true);
    given::<Settlement>([opened()]).when(read(vec![line], true)).then([event.clone()]);
    let state = Settlement::fold(&[opened(), event]);
    assert_eq!(state.statement().unwrap().line(1).unwrap().line.text, None);
}

#[test]
fn its_lines_count_in_the_cache() {
    let (empty, full) = (Settlement::fold(&[opened()]), Settlement::fold(&gone_through()));
    assert!(full.weight() > empty.weight() + 5 * size_of::<HeldLine>());
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Settlement>::with(())
        .given(gone_through())
        .when(book_payout(4))
        .then_expect_events(vec![payout_booked()]);
}

#[test]
fn refusals_are_well_spoken_to_whoever_asks() {
    refusals_are_well_spoken(
        "settlement",
        &[
            SettlementRefusal::Absent,
            SettlementRefusal::AlreadyOpened,
            SettlementRefusal::Closed,
            SettlementRefusal::NoLine { no: 1 },
            SettlementRefusal::LineAnswered { no: 1 },
            SettlementRefusal::OtherKind { no: 1 },
            SettlementRefusal::AmountDiffers { no: 1, line: eur(1), ours: eur(2) },
            SettlementRefusal::Taken,
            SettlementRefusal::NotOfGateway,
            SettlementRefusal::Full { limit: 20_000 },
            SettlementRefusal::NotWhole,
            SettlementRefusal::LinesOpen { count: 2 },
        ],
    );
}
