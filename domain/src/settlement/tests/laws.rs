//! Laws of settlements, over random statements and random requests about them.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::ledger::accounts::{BANK, GATEWAY_CLEARING, PAYMENT_FEES};
use crate::ledger::{AccountCode, postings};

use SettlementLineKind as Kind;

fn some_kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![
        Kind::Charge,
        Kind::Refund,
        Kind::Dispute,
        Kind::DisputeReversal,
        Kind::Fee,
        Kind::Payout,
        Kind::Adjustment,
    ])
}

fn some_lines() -> impl Strategy<Value = Vec<NewLine>> {
    let line = (some_kind(), -5_000_i64..5_000, -200_i64..200);
    prop::collection::vec(line, 1..12).prop_map(|lines| {
        let new = |(at, (kind, gross, fee))| new(&format!("txn_{at}"), kind, gross, fee);
        lines.into_iter().enumerate().map(new).collect()
    })
}

/// A request about one of the first lines, of every kind; amounts are right or wrong.
fn some_ask() -> impl Strategy<Value = SettlementCommand> {
    let no = || 1_u32..14;
    let thing = (0_u128..4, 0_u32..2, 0_u8..4).prop_map(|(bits, no, kind)| match kind {
        0 => payment(bits),
        1 => LineMatch::Refund { payment_id: a_payment(bits), no },
        2 => LineMatch::Dispute { payment_id: a_payment(bits), no },
        _ => LineMatch::Fee { payment_id: a_payment(bits) },
    });
    let answer = prop_oneof![
        (0_u128..4).prop_map(|bits| LineSettled::Recorded { payment_id: a_payment(bits) }),
        Just(ignored()),
    ];
    prop_oneof![
        4 => (no(), thing, -5_000_i64..5_000).prop_map(|(no, to, minor)| {
            let (amount, by) = (eur(minor), MatchedBy::Person);
            SettlementCommand::Match(MatchLine { no, to, amount, by })
        }),
        2 => no().prop_map(|no| SettlementCommand::BookPayout { no }),
        2 => no().prop_map(|no| SettlementCommand::BookFee { no, what: "fee".into() }),
        1 => no().prop_map(|no| SettlementCommand::SetAside { no, why: LineUnmatched::Several }),
        2 => (no(), answer).prop_map(|(no, how)| SettlementCommand::Settle { no, how }),
        1 => Just(SettlementCommand::Close),
        1 => some_lines().prop_map(|lines| SettlementCommand::Read { lines, is_last: true }),
    ]
}

/// The request as whoever matches by rule would make it: with the amount that the line says.
fn well_meant(state: &Settlement, ask: SettlementCommand) -> SettlementCommand {
    let SettlementCommand::Match(MatchLine { no, to, amount, by }) = ask else { return ask };
    let line = state.statement().and_then(|statement| statement.line(no));
    let worth = line.and_then(|held| held.line.worth_as(&to));
    // One in three keeps its own amount, which is wrong almost always.
    let amount = if amount.minor() % 3 == 0 { amount } else { worth.unwrap_or(amount) };
    SettlementCommand::Match(MatchLine { no, to, amount, by })
}

/// What a walk of requests leads to.
fn walked(lines: Vec<NewLine>, asks: Vec<SettlementCommand>) -> Vec<SettlementEvent> {
    let mut history = with(lines, stripe());
    let mut state = Settlement::fold(&history);
    for ask in asks {
        let ask = issued(well_meant(&state, ask));
        let events = state.decide(&ask).unwrap_or_default();
        events.iter().for_each(|event| state.apply(event));
        history.extend(events);
    }
    history
}

/// What an account gained by the postings of a history; debits are positive.
fn moved(history: &[SettlementEvent], account: AccountCode) -> Money {
    let posted = history.iter().filter_map(|event| postings(&event.clone().into()).unwrap());
    let entries: Vec<_> = posted.flat_map(|posting| posting.entries().to_vec()).collect();
    let own = entries.iter().filter(|entry| entry.account == account);
    Money::sum(Currency::EUR, own.map(|entry| entry.signed())).unwrap()
}

fn sum(lines: &[HeldLine], of: impl Fn(&SettlementLine) -> Money) -> Money {
    Money::sum(Currency::EUR, lines.iter().map(|held| of(&held.line))).unwrap()
}

proptest! {
    #[test]
    fn fees_and_net_are_the_gross(
        lines in some_lines(),
        at in any::<prop::sample::Index>(),
        off in 1_i64..9,
    ) {
        let state = Settlement::fold(&with(lines.clone(), stripe()));
        let held = &state.statement().unwrap().lines;
        let fees = sum(held, |line| line.fee.unwrap_or(eur(0)));
        let (gross, net) = (sum(held, |line| line.gross), sum(held, |line| line.net));
        prop_assert_eq!(net.checked_add(fees), Ok(gross));

        let mut wrong = lines;
        let line = at.get(&wrong).clone();
        let place = wrong.iter().position(|other| *other == line).unwrap();
        wrong[place].net = eur(line.net.minor() + off);
        let refused = Settlement::fold(&[opened()]).decide(&read(wrong, true));
        prop_assert_eq!(refused.unwrap_err().code(), "settlement.does_not_add_up");
    }

    #[test]
    fn each_line_is_answered_once_and_nothing_answers_two(
        lines in some_lines(),
        asks in prop::collection::vec(some_ask(), 0..60),
    ) {
        let mut answers: BTreeMap<u32, u32> = BTreeMap::new();
        let mut things = Vec::new();
        let history = walked(lines, asks);
        let state = Settlement::fold(&history);
        for event in &history {
            let (no, thing) = match event {
                SettlementEvent::LineMatched { no, to, .. } => (*no, Some(*to)),
                SettlementEvent::LineSettled { no, how: LineSettled::Recorded { payment_id } } => {
                    (*no, Some(LineMatch::Payment { payment_id: *payment_id }))
                }
                SettlementEvent::PayoutBooked { no, .. }
                | SettlementEvent::FeeBooked { no, .. }
                | SettlementEvent::LineSettled { no, .. } => (*no, None),
                _ => continue,
            };
            *answers.entry(no).or_default() += 1;
            let came_in = state.statement().unwrap().line(no).unwrap().line.came_in();
            things.extend(thing.map(|thing| (thing, came_in)));
        }
        prop_assert!(answers.values().all(|count| *count == 1), "{answers:?}");
        let count = things.len();
        things.sort_unstable();
        things.dedup();
        prop_assert_eq!(things.len(), count);
    }

    #[test]
    fn a_closed_settlement_changes_no_more(
        lines in some_lines(),
        before in prop::collection::vec(some_ask(), 0..20),
        after in prop::collection::vec(some_ask(), 1..20),
    ) {
        let mut history = walked(lines, before);
        let mut state = Settlement::fold(&history);
        let open: Vec<u32> = state.statement().unwrap().open_lines().map(|it| it.line.no).collect();
        for no in open {
            history.extend(state.decide(&settle(no, ignored())).unwrap());
        }
        state = Settlement::fold(&history);
        history.extend(state.decide(&close()).unwrap());
        let closed = Settlement::fold(&history);
        prop_assert!(matches!(closed, Settlement::Closed(_)));
        for ask in after {
            prop_assert_eq!(closed.decide(&issued(ask)).unwrap_or_default(), []);
        }
    }

    /// What a provider has of ours comes to nothing once it sent all of it: what payments put
    /// there, less what they and payouts cost, less what was sent.
    #[test]
    fn clearing_is_zero_after_the_last_payout(lines in some_lines(), fee in 0_i64..50) {
        let mut lines: Vec<_> = lines.into_iter().filter(|it| it.kind != Kind::Payout).collect();
        let net: i64 = lines.iter().map(|line| line.net.minor()).sum();
        lines.push(new("txn_last", Kind::Payout, fee - net, fee));
        let last = u32::try_from(lines.len()).unwrap();
        let mut history = with(lines, stripe());
        let mut state = Settlement::fold(&history);
        let held = state.statement().unwrap().lines.clone();
        for HeldLine { line, .. } in &held {
            let ask = match line.kind {
                Kind::Payout => book_payout(line.no),
                Kind::Fee | Kind::Adjustment => book_fee(line.no),
                _ => continue,
            };
            let events = state.decide(&ask).unwrap();
            events.iter().for_each(|event| state.apply(event));
            history.extend(events);
        }
        let by_payments: Vec<_> = held
            .into_iter()
            .filter(|it| !matches!(it.line.kind, Kind::Payout | Kind::Fee | Kind::Adjustment))
            .collect();
        let by_payments = sum(&by_payments, |line| line.net);
        let clearing = moved(&history, GATEWAY_CLEARING).checked_add(by_payments);
        prop_assert_eq!(clearing, Ok(eur(0)));
        let bank = moved(&history, BANK);
        let sent = state.statement().unwrap().line(last).unwrap().line.gross;
        prop_assert_eq!(bank, sent.negate());
        let costs = moved(&history, PAYMENT_FEES).checked_add(bank);
        prop_assert_eq!(costs, Ok(moved(&history, GATEWAY_CLEARING).negate()));
    }
}
