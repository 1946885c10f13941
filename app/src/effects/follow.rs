//! What follows from the outcome of a try: pure, so that every order of failures can be tried.
//!
//! | the try  | outcome                   | then                                                 |
//! | -------- | ------------------------- | ---------------------------------------------------- |
//! | any      | done, moot                | the row is through                                   |
//! | any      | later                     | asks then, and holds nobody back until then          |
//! | act      | not sent                  | acts again, after a pause that doubles; dead after 12 |
//! | act      | unknown                   | asks, once the act cannot be under way any more      |
//! | question | absent for certain        | acts again: see [`EffectRow::try_no`]                |
//! | question | absent, unknown, not sent | asks in 10 s, 1 min, 5 min, 1 h, 6 h, 5 days; dead   |
//! | any      | misconfigured             | the same again in 15 minutes, not counted            |
//! | any      | refused                   | dead: a person must look                             |
//!
//! No act follows an unknown outcome before a question: no second try while the first is unknown.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::outcome::{Next, Outcome};
use super::row::EffectRow;
use crate::ports::driver::Window;

/// Tries of an act that nothing came of, at most.
pub const MOST_TRIES: u32 = 12;
/// The first pause after a try that was not sent; each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest of those pauses.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// Pauses between questions about one act.
const QUESTIONS: [Duration; 10] = [
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(3600),
    Duration::from_secs(6 * 3600),
    DAY,
    DAY,
    DAY,
    DAY,
    DAY,
];
const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long settings that do not let us in are left alone.
pub const PROBE: Duration = Duration::from_secs(15 * 60);
/// What is kept free at the end of the time for which a key is honoured.
const MARGIN: TimeDelta = TimeDelta::hours(1);

/// What is known of a kind of effect besides its row.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How long one call may take.
    pub longest_call: Duration,
    /// How long the provider honours a key.
    pub window: Window,
}

/// What follows for a row from the outcome of a try that ended now. `chance` is any number: it
/// spreads pauses by up to a fifth to either side, so that rows which failed together do not come
/// back together.
#[must_use]
pub fn follow(
    row: &EffectRow,
    outcome: &Outcome,
    pace: Pace,
    now: DateTime<Utc>,
    chance: u32,
) -> Next {
    let again =
        |asks, pause: Duration, anew, counts| Next::Again { at: now + pause, asks, anew, counts };
    match outcome {
        Outcome::Done => Next::Done,
        Outcome::Moot => Next::Moot,
        Outcome::Later { after } => Next::Later { at: now + *after },
        Outcome::Refused { .. } => Next::Dead,
        Outcome::Misconfigured { .. } => again(row.asks, PROBE, false, false),
        Outcome::Unknown { .. } if !row.asks => {
            again(true, pace.longest_call.max(QUESTIONS[0]), false, true)
        }
        Outcome::NotSent { after: Some(pause), .. } => again(row.asks, *pause, false, false),
        Outcome::NotSent { after: None, .. } if !row.asks => match row.tries {
            tries if tries >= MOST_TRIES => Next::Dead,
            tries => again(false, spread(doubled(tries), chance), false, true),
        },
        Outcome::Absent { is_certain: true } => match row.tries {
            tries if tries >= MOST_TRIES => Next::Dead,
            _ => again(false, Duration::ZERO, is_key_spent(row, pace.window, now), true),
        },
        Outcome::Absent { is_certain: false }
        | Outcome::Unknown { .. }
        | Outcome::NotSent { .. } => {
            let asked = usize::try_from(row.asked).unwrap_or(usize::MAX);
            match QUESTIONS.get(asked) {
                Some(pause) => again(true, spread(*pause, chance), false, true),
                None => Next::Dead,
            }
        }
    }
}

/// Whether an act that is done again needs a new key. Within the time for which the provider
/// honours the old one a repeat under it is the safest; but a provider may have stored a failure
/// under it and would repeat that for ever, so every second repeat has a new one.
fn is_key_spent(row: &EffectRow, window: Window, now: DateTime<Utc>) -> bool {
    let is_over = match window {
        Window::None => true,
        Window::Forever => false,
        Window::Hours(hours) => {
            row.sent_at.is_none_or(|sent| now - sent > TimeDelta::hours(i64::from(hours)) - MARGIN)
        }
    };
    is_over || row.tries.is_multiple_of(2)
}

fn doubled(tries: u32) -> Duration {
    let factor = 2_u32.saturating_pow(tries.saturating_sub(1));
    FIRST_PAUSE.saturating_mul(factor).min(LONGEST_PAUSE)
}

/// Four fifths to six fifths of a pause.
fn spread(pause: Duration, chance: u32) -> Duration {
    (pause * 4 / 5).saturating_add(pause * (chance % 1001) * 2 / 5 / 1000)
}

#[cfg(test)]
mod tests {
    use billfold_domain::kernel::{EffectId, TenantId};
    use chrono::TimeZone;
    use uuid::Uuid;

    use super::*;
    use crate::effects::{EffectSubject, Lane};
    use crate::ports::driver::Why;

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 24, 12, 0, 0).unwrap()
    }

    fn row(asks: bool, tries: u32, asked: u32) -> EffectRow {
        let tenant = TenantId::new(Uuid::from_u128(1));
        EffectRow {
            tenant,
            effect_id: EffectId::new(Uuid::from_u128(2)),
            kind: "gateway.charge".to_owned(),
            position: 9,
            subject: EffectSubject { kind: "payment".to_owned(), id: Uuid::nil(), part: 0 },
            lane: Lane { tenant, key: "gateway/x".to_owned(), driver: "x".to_owned() },
            asks,
            sent_at: Some(now()),
            wanted_at: now(),
            tries,
            asked,
            try_no: 1,
            reference: None,
            epoch: 1,
        }
    }

    const PACE: Pace = Pace { longest_call: Duration::from_secs(30), window: Window::Hours(24) };

    fn why() -> Why {
        Why::new("x", "x")
    }

    fn next(row: &EffectRow, outcome: &Outcome) -> Next {
        follow(row, outcome, PACE, now(), 500)
    }

    #[test]
    fn an_act_whose_outcome_is_unknown_is_asked_about_and_not_repeated() {
        let unknown = Outcome::Unknown { why: why() };
        for tries in 1..20 {
            let Next::Again { asks, at, .. } = next(&row(false, tries, 0), &unknown) else {
                panic!("given up")
            };
            assert!(asks && at - now() >= TimeDelta::seconds(30));
        }
    }

    #[test]
    fn only_a_certain_absence_lets_an_act_be_repeated() {
        let asked = row(true, 1, 1);
        let uncertain = [
            Outcome::Absent { is_certain: false },
            Outcome::Unknown { why: why() },
            Outcome::NotSent { why: why(), after: None },
            Outcome::Misconfigured { why: why() },
        ];
        for outcome in uncertain {
            let again = next(&asked, &outcome);
            assert!(matches!(again, Next::Again { asks: true, .. }), "{outcome:?}: {again:?}");
        }
        let again = next(&asked, &Outcome::Absent { is_certain: true });
        assert!(matches!(again, Next::Again { asks: false, anew: false, .. }), "{again:?}");
    }

    #[test]
    fn a_key_is_used_again_until_it_is_too_old_or_holds_a_stored_failure() {
        let absent = Outcome::Absent { is_certain: true };
        let anew = |row: &EffectRow, pace| match follow(row, &absent, pace, now(), 0) {
            Next::Again { anew, .. } => anew,
            other => panic!("{other:?}"),
        };
        assert!(!anew(&row(true, 1, 1), PACE));
        assert!(anew(&row(true, 2, 2), PACE));
        let mut old = row(true, 1, 1);
        old.sent_at = Some(now() - TimeDelta::hours(23) - TimeDelta::seconds(1));
        assert!(anew(&old, PACE));
        assert!(!anew(&old, Pace { window: Window::Forever, ..PACE }));
        assert!(anew(&row(true, 1, 1), Pace { window: Window::None, ..PACE }));
    }

    #[test]
    fn what_was_not_sent_is_tried_twelve_times_over_hours_then_a_person_looks() {
        let failed = Outcome::NotSent { why: why(), after: None };
        let mut whole = TimeDelta::zero();
        for tries in 1..MOST_TRIES {
            let Next::Again { at, asks: false, .. } = next(&row(false, tries, 0), &failed) else {
                panic!("given up after {tries}")
            };
            whole += at - now();
        }
        assert!(whole > TimeDelta::hours(2) && whole < TimeDelta::hours(6), "{whole}");
        assert_eq!(next(&row(false, MOST_TRIES, 0), &failed), Next::Dead);
    }

    #[test]
    fn a_question_nobody_answers_ends_with_a_person_after_days() {
        let failed = Outcome::Unknown { why: why() };
        let mut asked = 0;
        while let Next::Again { asks: true, .. } = next(&row(true, 1, asked), &failed) {
            asked += 1;
        }
        assert_eq!(asked, 10);
        assert_eq!(next(&row(true, 1, asked), &failed), Next::Dead);
    }

    #[test]
    fn a_pause_that_the_provider_asks_for_is_kept_and_counts_as_no_try() {
        let pause = Duration::from_secs(90);
        let slow = Outcome::NotSent { why: why(), after: Some(pause) };
        let expected = Next::Again { at: now() + pause, asks: false, anew: false, counts: false };
        assert_eq!(next(&row(false, MOST_TRIES, 0), &slow), expected);
    }

    #[test]
    fn pauses_are_spread_by_a_fifth_to_either_side() {
        let (least, most) = (spread(LONGEST_PAUSE, 0), spread(LONGEST_PAUSE, 1000));
        assert_eq!((least.as_secs(), most.as_secs()), (2880, 4320));
        assert_eq!(doubled(1), FIRST_PAUSE);
        assert_eq!(doubled(40), LONGEST_PAUSE);
    }
}
