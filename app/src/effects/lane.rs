//! What a lane lets through: its budget, its breaker, and the pauses that were asked for. Pure; a
//! queue keeps it where every process sees it, and changes it while it holds the lane alone.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::outcome::LaneWord;
use crate::ports::driver::Budget;

/// Failures in a row after which nothing is sent for a while.
pub const FAILURES_TO_OPEN: u32 = 5;
/// How long nothing is sent then; twice as long each time it opens again without an answer.
const FIRST_OPEN: Duration = Duration::from_secs(30);
/// The longest of those.
const LONGEST_OPEN: Duration = Duration::from_secs(600);
/// One call, in the unit that tokens are counted in.
const CALL: i64 = 1000;
/// The whole pace.
pub const FULL_PACE: u32 = 1000;
/// By how much an answered call quickens a lane that was slowed down.
const QUICKENING: u32 = 20;

/// How a lane stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneState {
    /// How fast its driver may be called.
    pub budget: Budget,
    /// Thousandths of calls that may be made now; at most the burst.
    pub tokens: i64,
    /// When they were counted.
    pub refilled_at: DateTime<Utc>,
    /// Thousandths of the budget that are used: less than all after the provider asked for a pause.
    pub pace: u32,
    /// Nothing is sent before.
    pub not_before: Option<DateTime<Utc>>,
    /// Failures in a row.
    pub failures: u32,
    /// How often the breaker opened since the last answer.
    pub opened: u32,
    /// Nothing is sent before, because the provider does not answer; then one call is let through.
    pub open_until: Option<DateTime<Utc>>,
    /// Why the settings do not let us in, if they do not.
    pub trouble: Option<String>,
    /// Whether a person paused it.
    pub is_paused: bool,
}

/// What a lane lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Calls now.
    pub calls: u32,
    /// When it is worth another look, if it lets fewer through than were asked for. Nothing where
    /// only a person or a running call can change it.
    pub wait_until: Option<DateTime<Utc>>,
}

impl LaneState {
    /// A lane that was never used.
    #[must_use]
    pub fn new(budget: Budget, now: DateTime<Utc>) -> Self {
        Self {
            budget,
            tokens: i64::from(budget.burst) * CALL,
            refilled_at: now,
            pace: FULL_PACE,
            not_before: None,
            failures: 0,
            opened: 0,
            open_until: None,
            trouble: None,
            is_paused: false,
        }
    }

    /// How many of the calls that are asked for may be made now, while so many run. They are
    /// taken from the budget with [`LaneState::spend`] once rows were found for them.
    pub fn allow(&mut self, asked: u32, running: u32, now: DateTime<Utc>) -> Allowance {
        self.refill(now);
        let none = |wait_until| Allowance { calls: 0, wait_until };
        if self.is_paused {
            return none(None);
        }
        if let Some(until) = self.not_before.filter(|until| *until > now) {
            return none(Some(until));
        }
        let mut most = asked.min(self.budget.at_once.saturating_sub(running));
        if let Some(until) = self.open_until {
            if until > now {
                return none(Some(until));
            }
            // One is let through to see whether the provider answers again.
            most = most.min(u32::from(running == 0));
        }
        let affordable = u32::try_from(self.tokens / CALL).unwrap_or(0);
        let calls = most.min(affordable);
        let wait_until = (calls < most).then(|| self.next_call_at(now));
        Allowance { calls, wait_until }
    }

    /// Whether nothing is wrong with it.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.failures == 0
            && self.open_until.is_none()
            && self.trouble.is_none()
            && self.pace == FULL_PACE
    }

    /// Takes calls from the budget.
    pub fn spend(&mut self, calls: u32) {
        self.tokens = self.tokens.saturating_sub(i64::from(calls) * CALL);
    }

    /// What a call tells about the provider.
    pub fn hear(&mut self, word: &LaneWord) {
        match word {
            LaneWord::Answered => {
                self.failures = 0;
                self.opened = 0;
                self.open_until = None;
                self.trouble = None;
                self.pace = (self.pace + QUICKENING).min(FULL_PACE);
            }
            LaneWord::Silent { now } => {
                self.failures = self.failures.saturating_add(1);
                let was_open = self.open_until.is_some();
                if was_open || self.failures >= FAILURES_TO_OPEN {
                    let factor = 2_u32.saturating_pow(self.opened);
                    let pause = FIRST_OPEN.saturating_mul(factor).min(LONGEST_OPEN);
                    self.open_until = Some(*now + pause);
                    self.opened = self.opened.saturating_add(1);
                }
            }
            LaneWord::Slower { until } => {
                self.not_before = Some(self.not_before.map_or(*until, |known| known.max(*until)));
                self.pace = (self.pace / 2).max(FULL_PACE / self.budget.per_second.max(1)).max(1);
            }
            LaneWord::Trouble { says, probe_at } => {
                self.trouble = Some(says.clone());
                self.open_until = Some(*probe_at);
            }
        }
    }

    fn refill(&mut self, now: DateTime<Utc>) {
        let passed = (now - self.refilled_at).max(TimeDelta::zero()).num_milliseconds();
        let gained = passed.saturating_mul(self.per_millisecond()) / i64::from(FULL_PACE);
        if gained == 0 {
            return;
        }
        let most = i64::from(self.budget.burst) * CALL;
        self.tokens = self.tokens.saturating_add(gained).min(most);
        self.refilled_at = now;
    }

    /// Thousandths of a call that a millisecond brings, times [`FULL_PACE`].
    fn per_millisecond(&self) -> i64 {
        i64::from(self.budget.per_second.max(1)) * i64::from(self.pace.max(1))
    }

    fn next_call_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let missing = (CALL - self.tokens).max(1).saturating_mul(i64::from(FULL_PACE));
        let each = self.per_millisecond();
        let wait = missing.saturating_add(each - 1) / each;
        now + TimeDelta::milliseconds(wait.clamp(1, 3_600_000))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        Utc.timestamp_opt(1_800_000_000 + seconds, 0).unwrap()
    }

    fn lane() -> LaneState {
        LaneState::new(Budget { per_second: 10, burst: 20, at_once: 8 }, at(0))
    }

    fn take(lane: &mut LaneState, asked: u32, running: u32, now: DateTime<Utc>) -> u32 {
        let allowed = lane.allow(asked, running, now).calls;
        lane.spend(allowed);
        allowed
    }

    #[test]
    fn a_budget_allows_a_burst_and_then_its_rate() {
        let mut lane = lane();
        assert_eq!(take(&mut lane, 8, 0, at(0)), 8);
        assert_eq!(take(&mut lane, 100, 0, at(0)), 8);
        assert_eq!(take(&mut lane, 100, 0, at(0)), 4);
        let refused = lane.allow(100, 0, at(0));
        let next = at(0) + TimeDelta::milliseconds(100);
        assert_eq!(refused, Allowance { calls: 0, wait_until: Some(next) });
        assert_eq!(take(&mut lane, 100, 7, at(1)), 1);
    }

    #[test]
    fn the_breaker_opens_lets_one_through_and_closes() {
        let mut lane = lane();
        for _ in 0..FAILURES_TO_OPEN {
            assert!(lane.allow(8, 0, at(0)).calls > 0);
            lane.hear(&LaneWord::Silent { now: at(0) });
        }
        assert_eq!(lane.allow(8, 0, at(29)), Allowance { calls: 0, wait_until: Some(at(30)) });
        assert_eq!(lane.allow(8, 0, at(30)).calls, 1);
        assert_eq!(lane.allow(8, 1, at(30)).calls, 0);
        lane.hear(&LaneWord::Silent { now: at(30) });
        assert_eq!(lane.allow(8, 0, at(89)).calls, 0);
        assert_eq!(lane.allow(8, 0, at(90)).calls, 1);
        lane.hear(&LaneWord::Answered);
        assert_eq!(lane.allow(8, 0, at(90)).calls, 8);
    }

    #[test]
    fn a_pause_is_kept_and_the_pace_recovers_with_answers() {
        let mut lane = lane();
        lane.hear(&LaneWord::Slower { until: at(7) });
        assert_eq!(lane.allow(8, 0, at(6)), Allowance { calls: 0, wait_until: Some(at(7)) });
        assert_eq!((lane.allow(8, 0, at(7)).calls, lane.pace), (8, 500));
        for _ in 0..25 {
            lane.hear(&LaneWord::Answered);
        }
        assert_eq!(lane.pace, FULL_PACE);
    }

    #[test]
    fn settings_that_do_not_let_us_in_are_probed_by_one_call_at_a_time() {
        let mut lane = lane();
        let says = "not let in".to_owned();
        lane.hear(&LaneWord::Trouble { says, probe_at: at(900) });
        assert_eq!(lane.allow(8, 0, at(899)).calls, 0);
        assert_eq!(lane.allow(8, 0, at(900)).calls, 1);
        lane.hear(&LaneWord::Answered);
        assert_eq!(lane.trouble, None);
    }

    #[test]
    fn a_paused_lane_lets_nothing_through() {
        let mut lane = lane();
        lane.is_paused = true;
        assert_eq!(lane.allow(8, 0, at(0)), Allowance { calls: 0, wait_until: None });
    }

    proptest! {
        #[test]
        fn no_second_sees_more_than_the_burst_and_the_rate(
            steps in prop::collection::vec((0_i64..3000, 0_u32..40), 1..60),
        ) {
            let mut lane = lane();
            let mut now = at(0);
            let (mut made, begun) = (0_i64, now);
            for (wait, asked) in steps {
                now += TimeDelta::milliseconds(wait);
                made += i64::from(take(&mut lane, asked, 0, now));
                let most = 20_000 + (now - begun).num_milliseconds() * 10;
                prop_assert!(made * 1000 <= most, "{made} in {}", now - begun);
            }
        }
    }
}
