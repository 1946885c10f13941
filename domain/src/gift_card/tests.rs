//! The specification of a gift card.

use chrono::NaiveDate;
use cqrs_es::test::TestFramework;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{
    TODAY, given, issued, issued_on, refusals_are_well_spoken, replay_law,
};
use crate::kernel::{
    Aggregate, BlindIndex, Claim, ClientId, Currency, EventBody, Invalid, InvoiceId, Issued, Money,
    MoneyRefusal,
};
use crate::ledger::{accounts, postings};

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn client() -> ClientId {
    ClientId::new(Uuid::from_u128(3))
}

fn last_day() -> NaiveDate {
    "2027-03-15".parse().unwrap()
}

fn code() -> BlindIndex {
    BlindIndex::try_new("0a".repeat(32)).unwrap()
}

fn new() -> IssueGiftCard {
    let ending = "7K3Q".to_owned();
    IssueGiftCard { code: code(), ending, value: eur(5_000), expires_on: Some(last_day()) }
}

fn issue(new: IssueGiftCard) -> Issued<GiftCardCommand> {
    issued(GiftCardCommand::Issue(new))
}

fn made() -> GiftCardEvent {
    let IssueGiftCard { code, ending, value, expires_on } = new();
    GiftCardEvent::Issued { code, ending: Some(ending), value, expires_on }
}

fn funding() -> Funding {
    Funding::Gateway { gateway: "manual_bank".into() }
}

fn activate(funding: Funding) -> Issued<GiftCardCommand> {
    issued(GiftCardCommand::Activate { funding })
}

fn sold() -> GiftCardEvent {
    GiftCardEvent::Activated { value: eur(5_000), funding: funding(), on: TODAY }
}

fn credit() -> RedeemTo {
    RedeemTo::CustomerCredit { client_id: client() }
}

fn invoice() -> RedeemTo {
    let invoice_id = InvoiceId::new(Uuid::from_u128(7));
    RedeemTo::Invoice { client_id: client(), invoice_id }
}

fn redeem(minor: i64, to: RedeemTo) -> GiftCardCommand {
    GiftCardCommand::Redeem { amount: eur(minor), to }
}

fn redeemed(no: u32, minor: i64, to: RedeemTo, left: i64) -> GiftCardEvent {
    GiftCardEvent::Redeemed { no, amount: eur(minor), to, left: eur(left), on: TODAY }
}

fn reverse(no: u32) -> GiftCardCommand {
    GiftCardCommand::Reverse { no, reason: "order cancelled".into() }
}

fn reversed(no: u32, minor: i64, to: RedeemTo, left: i64) -> GiftCardEvent {
    let (amount, left, reason) = (eur(minor), eur(left), "order cancelled".to_owned());
    GiftCardEvent::RedemptionReversed { no, amount, to, left, reason, on: TODAY }
}

fn cancel(remainder: Remainder) -> GiftCardCommand {
    GiftCardCommand::Cancel { reason: "lost".into(), remainder }
}

fn cancelled(left: Option<Money>, remainder: Remainder) -> GiftCardEvent {
    GiftCardEvent::Cancelled { left, remainder, reason: "lost".into(), on: TODAY }
}

const AFTER_THE_LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2027, 3, 16) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

#[test]
fn a_card_is_issued_once_and_only_a_hash_of_its_code_is_kept() {
    given::<GiftCard>([]).when(issue(new())).then([made()]).when(issue(new())).then_nothing();
    given::<GiftCard>([made()])
        .when(issue(IssueGiftCard { value: eur(5_001), ..new() }))
        .then_refused(GiftCardRefusal::AlreadyIssued);
    let (scope, key) = (GiftCardEvent::CODE_SCOPE, "0a".repeat(32));
    assert_eq!(made().claims(), [Claim::Take { scope, key }]);
    assert_eq!(sold().claims(), []);
    assert!(!format!("{:?}", made()).contains("0a0a"), "not even the hash is shown");
}

#[test]
fn a_card_is_worth_something_and_expires_in_the_future() {
    given::<GiftCard>([])
        .when(issue(IssueGiftCard { value: eur(0), ..new() }))
        .then_refused(GiftCardRefusal::NotPositive);
    let expires_on = TODAY.pred_opt().unwrap();
    given::<GiftCard>([])
        .when(issue(IssueGiftCard { expires_on: Some(expires_on), ..new() }))
        .then_refused(GiftCardRefusal::ExpiresInPast { expires_on, today: TODAY });
    given::<GiftCard>([])
        .when(issue(IssueGiftCard { expires_on: Some(TODAY), ..new() }))
        .then_state(|card| assert!(card.card().is_some()));
}

#[test]
fn a_card_is_sold_once_and_worth_nothing_before() {
    given::<GiftCard>([made()])
        .when(activate(funding()))
        .then([sold()])
        .when(activate(funding()))
        .then_nothing();
    given::<GiftCard>([made(), sold()])
        .when(activate(Funding::Receivable { client_id: client() }))
        .then_refused(GiftCardRefusal::AlreadyActive);
    for command in [redeem(1, credit()), reverse(1), GiftCardCommand::Expire] {
        given::<GiftCard>([made()]).when(issued(command)).then_refused(GiftCardRefusal::NotActive);
    }
    let detail = "use 1 to 40 lower case letters, digits, '_' and '-'";
    given::<GiftCard>([made()])
        .when(activate(Funding::Gateway { gateway: String::new() }))
        .then_refused(Invalid::one("funding/gateway", "key.malformed", detail));
    let late = GiftCardCommand::Activate { funding: funding() };
    given::<GiftCard>([made()])
        .when(issued_on(AFTER_THE_LAST_DAY, late))
        .then_refused(GiftCardRefusal::Expired);
}

#[test]
fn a_card_is_redeemed_in_parts_and_never_below_zero() {
    given::<GiftCard>([made(), sold()])
        .when(issued(redeem(2_000, invoice())))
        .then([redeemed(1, 2_000, invoice(), 3_000)])
        .when(issued(redeem(3_001, credit())))
        .then_refused(GiftCardRefusal::MoreThanLeft { amount: eur(3_001), left: eur(3_000) });
    given::<GiftCard>([made(), sold(), redeemed(1, 2_000, invoice(), 3_000)])
        .when(issued(redeem(3_000, credit())))
        .then([redeemed(2, 3_000, credit(), 0)])
        .when(issued(redeem(1, credit())))
        .then_refused(GiftCardRefusal::MoreThanLeft { amount: eur(1), left: eur(0) });
    for nothing in [0, -1] {
        given::<GiftCard>([made(), sold()])
            .when(issued(redeem(nothing, credit())))
            .then_refused(GiftCardRefusal::NotPositive);
    }
    let amount = Money::try_new(1, Currency::USD).unwrap();
    let (left, right) = (Currency::EUR, Currency::USD);
    given::<GiftCard>([made(), sold()])
        .when(issued(GiftCardCommand::Redeem { amount, to: credit() }))
        .then_refused(MoneyRefusal::MixedCurrencies { left, right });
}

#[test]
fn what_was_redeemed_comes_back_once() {
    given::<GiftCard>([made(), sold(), redeemed(1, 2_000, invoice(), 3_000)])
        .when(issued(reverse(1)))
        .then([reversed(1, 2_000, invoice(), 5_000)])
        .when(issued(reverse(1)))
        .then_nothing();
    given::<GiftCard>([made(), sold()])
        .when(issued(reverse(1)))
        .then_refused(GiftCardRefusal::NoSuchRedemption { no: 1 });
}

#[test]
fn a_card_is_good_on_its_last_day_and_expires_after_it() {
    given::<GiftCard>([made(), sold()])
        .when(issued_on(last_day(), GiftCardCommand::Expire))
        .then_refused(GiftCardRefusal::StillGood { expires_on: Some(last_day()) });
    given::<GiftCard>([made(), sold()])
        .when(issued_on(last_day(), redeem(1, credit())))
        .then_state(|card| assert_eq!(card.card().unwrap().balance, eur(4_999)));
    given::<GiftCard>([made(), sold()])
        .when(issued_on(AFTER_THE_LAST_DAY, redeem(1, credit())))
        .then_refused(GiftCardRefusal::Expired);
    let expired = GiftCardEvent::Expired { left: eur(5_000), on: AFTER_THE_LAST_DAY };
    given::<GiftCard>([made(), sold()])
        .when(issued_on(AFTER_THE_LAST_DAY, GiftCardCommand::Expire))
        .then([expired.clone()])
        .when(issued_on(AFTER_THE_LAST_DAY, GiftCardCommand::Expire))
        .then_nothing();
    for command in [redeem(1, credit()), reverse(1), cancel(refund())] {
        given::<GiftCard>([made(), sold(), expired.clone()])
            .when(issued(command))
            .then_refused(GiftCardRefusal::Expired);
    }
    let endless =
        GiftCardEvent::Issued { code: code(), ending: None, value: eur(5_000), expires_on: None };
    given::<GiftCard>([endless, sold()])
        .when(issued_on(NaiveDate::MAX, GiftCardCommand::Expire))
        .then_refused(GiftCardRefusal::StillGood { expires_on: None });
}

fn refund() -> Remainder {
    Remainder::Refund { client_id: client() }
}

#[test]
fn a_cancelled_card_gives_back_what_was_left_if_it_was_sold() {
    given::<GiftCard>([made()])
        .when(issued(cancel(refund())))
        .then([cancelled(None, refund())])
        .when(issued(cancel(refund())))
        .then_nothing();
    let history = [made(), sold(), redeemed(1, 2_000, invoice(), 3_000)];
    let given = given::<GiftCard>(history)
        .when(issued(cancel(refund())))
        .then([cancelled(Some(eur(3_000)), refund())]);
    given.when(issued(redeem(1, credit()))).then_refused(GiftCardRefusal::Cancelled);
}

/// Account, party, detail and signed minor units of each entry.
fn shown(event: GiftCardEvent) -> Vec<(&'static str, bool, Option<String>, i64)> {
    let posting = postings(&event.into()).unwrap();
    let entries = posting.iter().flat_map(|posting| posting.entries());
    entries
        .map(|e| (e.account.as_str(), e.party.is_some(), e.detail.clone(), e.signed().minor()))
        .collect()
}

#[test]
fn a_sold_card_is_owed_until_it_is_redeemed_given_back_or_given_up() {
    assert_eq!(shown(made()), []);
    let owed = |minor: i64| ("2150", false, None, minor);
    let bank = ("1100", false, Some("manual_bank".to_owned()), 5_000);
    assert_eq!(shown(sold()), [bank, owed(-5_000)]);
    let funding = Funding::Receivable { client_id: client() };
    let on_account = GiftCardEvent::Activated { value: eur(5_000), funding, on: TODAY };
    assert_eq!(shown(on_account), [("1200", true, None, 5_000), owed(-5_000)]);
    let spent = redeemed(1, 2_000, invoice(), 3_000);
    assert_eq!(shown(spent), [owed(2_000), ("1200", true, None, -2_000)]);
    let spent = redeemed(1, 2_000, credit(), 3_000);
    assert_eq!(shown(spent), [owed(2_000), ("2100", true, None, -2_000)]);
    let back = reversed(1, 2_000, credit(), 5_000);
    assert_eq!(shown(back), [("2100", true, None, 2_000), owed(-2_000)]);
    let given_up = |minor| GiftCardEvent::Expired { left: eur(minor), on: TODAY };
    assert_eq!(shown(given_up(3_000)), [owed(3_000), ("4100", false, None, -3_000)]);
    assert_eq!(shown(given_up(0)), [], "a card that was used up leaves nothing");
    let sent_back = cancelled(Some(eur(3_000)), refund());
    assert_eq!(shown(sent_back), [owed(3_000), ("2400", true, None, -3_000)]);
    let remainder = Remainder::CustomerCredit { client_id: client() };
    let credited = cancelled(Some(eur(3_000)), remainder);
    assert_eq!(shown(credited), [owed(3_000), ("2100", true, None, -3_000)]);
    assert_eq!(shown(cancelled(None, remainder)), []);
}

#[test]
fn each_fact_about_money_names_its_day() {
    assert_eq!(made().effective_on(), None);
    assert_eq!(sold().effective_on(), Some(TODAY));
    assert_eq!(redeemed(1, 1, credit(), 1).effective_on(), Some(TODAY));
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<GiftCard>::with(())
        .given(vec![made()])
        .when(activate(funding()))
        .then_expect_events(vec![sold()]);
}

#[test]
fn refusals_are_well_spoken_to_whoever_asks() {
    refusals_are_well_spoken(
        "gift_card",
        &[
            GiftCardRefusal::Absent,
            GiftCardRefusal::AlreadyIssued,
            GiftCardRefusal::AlreadyActive,
            GiftCardRefusal::NotActive,
            GiftCardRefusal::Expired,
            GiftCardRefusal::Cancelled,
            GiftCardRefusal::NotPositive,
            GiftCardRefusal::ExpiresInPast { expires_on: TODAY, today: TODAY },
            GiftCardRefusal::MoreThanLeft { amount: eur(2), left: eur(1) },
            GiftCardRefusal::NoSuchRedemption { no: 1 },
            GiftCardRefusal::StillGood { expires_on: None },
        ],
    );
    given::<GiftCard>([]).when(issued(reverse(1))).then_refused(GiftCardRefusal::Absent);
}

proptest! {
    #[test]
    fn no_cent_of_a_card_is_spent_twice_and_the_journal_owes_its_balance(
        steps in prop::collection::vec((0_u8..8, 1_i64..4_000, 1_u32..6), 0..30),
    ) {
        let mut history = vec![made(), sold()];
        for (kind, minor, no) in steps {
            let ask = match kind {
                0..=3 => issued(redeem(minor, if kind == 0 { invoice() } else { credit() })),
                4..=5 => issued(reverse(no)),
                6 if minor < 1_000 => issued_on(AFTER_THE_LAST_DAY, GiftCardCommand::Expire),
                7 if minor < 1_000 => issued(cancel(refund())),
                _ => continue,
            };
            let events = GiftCard::fold(&history).decide(&ask).unwrap_or_default();
            history.extend(events);
        }
        replay_law::<GiftCard>(&history);
        let state = GiftCard::fold(&history);
        let card = state.card().unwrap();
        prop_assert!((0..=5_000).contains(&card.balance.minor()));
        let open = card.redemptions.iter().filter(|one| !one.reversed).map(|one| one.amount);
        let spent = Money::sum(Currency::EUR, open).unwrap();
        prop_assert!(spent.minor() <= 5_000);
        if matches!(state, GiftCard::Active(_)) {
            prop_assert_eq!(spent.checked_add(card.balance), Ok(eur(5_000)));
        }
        let posted = history.iter().filter_map(|event| postings(&event.clone().into()).unwrap());
        let entries = posted.flat_map(|posting| posting.entries().to_vec());
        let owed = entries.filter(|entry| entry.account == accounts::GIFT_CARDS);
        let owed = Money::sum(Currency::EUR, owed.map(|entry| entry.signed().negate()));
        prop_assert_eq!(owed, Ok(card.balance));
    }
}
