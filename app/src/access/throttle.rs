//! Slows guessing: after some failures an address waits, however right the next password is, and so
//! does the network that failures come from.
//!
//! Guarantees: a try counts as failed until it is known to be good, so that tries at the same time
//! gain nothing; memory is bounded, and what was slowed longest ago is forgotten first. Counts are
//! this process's own and only save a look at those of all (`tries`).

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use billfold_domain::kernel::BlindIndex;
use chrono::{DateTime, TimeDelta, Utc};

/// How long failures are remembered; longer than any pause, so that waiting earns no free ones.
const MEMORY: TimeDelta = TimeDelta::hours(1);
/// The longest pause.
const LONGEST: TimeDelta = TimeDelta::minutes(15);
/// Addresses and networks remembered at most.
const REMEMBERED: usize = 10_000;

/// What waits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// A sign-in address, by its keyed hash.
    Address(String),
    /// An IPv4 address, or the /64 of an IPv6 address.
    Network(IpAddr),
}

impl Key {
    /// Failures that cost nothing but time to type. Many people share a network.
    fn free(&self) -> u32 {
        match self {
            Self::Address(_) => 5,
            Self::Network(_) => 50,
        }
    }
}

#[derive(Clone, Copy)]
struct Count {
    failures: u32,
    last: DateTime<Utc>,
}

impl Count {
    fn pause_left(self, free: u32, now: DateTime<Utc>) -> Option<Duration> {
        let over = self.failures.checked_sub(free)?;
        let pause = TimeDelta::seconds(2 << over.min(9)).min(LONGEST);
        let left = pause - (now - self.last);
        left.to_std().ok().filter(|left| !left.is_zero())
    }
}

pub(super) struct Throttle(Mutex<HashMap<Key, Count>>);

/// A try that counts as failed so far.
#[derive(Debug)]
pub(super) struct Try {
    keys: Vec<Key>,
}

impl Try {
    /// What it counts under: a name, the failures that are free, and whether a success forgets
    /// them.
    pub(super) fn named(&self) -> impl Iterator<Item = (String, u32, bool)> + '_ {
        self.keys.iter().map(|key| match key {
            Key::Address(index) => (format!("address:{index}"), key.free(), true),
            Key::Network(network) => (format!("network:{network}"), key.free(), false),
        })
    }
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    /// Begins a try, or tells how long to wait.
    pub(super) fn begin(
        &self,
        address: &BlindIndex,
        ip: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<Try, Duration> {
        let address = Key::Address(address.as_str().to_owned());
        let keys: Vec<Key> = [address].into_iter().chain(ip.map(network)).collect();
        let mut counts = self.counts();
        make_room(&mut counts, now);
        let pause = |key: &Key| counts.get(key)?.pause_left(key.free(), now);
        if let Some(longest) = keys.iter().filter_map(pause).max() {
            return Err(longest);
        }
        for key in &keys {
            let count = counts.entry(key.clone()).or_insert(Count { failures: 0, last: now });
            if now - count.last >= MEMORY {
                count.failures = 0;
            }
            *count = Count { failures: count.failures.saturating_add(1), last: now };
        }
        Ok(Try { keys })
    }

    /// The try was good: the address begins anew, the network has one failure less.
    pub(super) fn succeeded(&self, tried: &Try) {
        let mut counts = self.counts();
        for key in tried.keys.iter().filter(|key| matches!(key, Key::Address(_))) {
            counts.remove(key);
        }
        drop(counts);
        self.undo(tried);
    }

    /// The try was neither good nor bad.
    pub(super) fn undo(&self, tried: &Try) {
        let mut counts = self.counts();
        for key in &tried.keys {
            if let Some(count) = counts.get_mut(key) {
                count.failures = count.failures.saturating_sub(1);
            }
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Key, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one customer of a network holds.
fn network(ip: IpAddr) -> Key {
    let IpAddr::V6(v6) = ip.to_canonical() else { return Key::Network(ip.to_canonical()) };
    let kept = v6.to_bits() & !u128::from(u64::MAX);
    Key::Network(IpAddr::V6(Ipv6Addr::from_bits(kept)))
}

fn make_room(counts: &mut HashMap<Key, Count>, now: DateTime<Utc>) {
    if counts.len() < REMEMBERED {
        return;
    }
    counts.retain(|_, count| now - count.last < MEMORY);
    if counts.len() >= REMEMBERED {
        let mut ages: Vec<DateTime<Utc>> = counts.values().map(|count| count.last).collect();
        ages.sort_unstable();
        let middle = ages.get(ages.len() / 2).copied().unwrap_or(now);
        counts.retain(|_, count| count.last > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(name: &str) -> BlindIndex {
        BlindIndex::try_new(name.repeat(64)).unwrap()
    }

    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn the_fifth_failure_makes_an_address_wait_and_a_success_clears_it() {
        let (throttle, now) = (Throttle::new(), DateTime::UNIX_EPOCH);
        for _ in 0..5 {
            throttle.begin(&address("a"), None, now).unwrap();
        }
        let pause = throttle.begin(&address("a"), None, now).unwrap_err();
        assert_eq!(pause, Duration::from_secs(2));
        throttle.begin(&address("b"), None, now).unwrap();
        let later = now + TimeDelta::seconds(2);
        let tried = throttle.begin(&address("a"), None, later).unwrap();
        throttle.begin(&address("a"), None, later + TimeDelta::seconds(2)).unwrap_err();
        throttle.succeeded(&tried);
        throttle.begin(&address("a"), None, later).unwrap();
    }

    #[test]
    fn a_network_waits_whatever_addresses_it_tries_and_forgets_after_a_while() {
        let (throttle, now) = (Throttle::new(), DateTime::UNIX_EPOCH);
        for nth in 0..50_u32 {
            let name = BlindIndex::try_new(format!("{nth:064x}")).unwrap();
            let from = format!("2001:db8::{nth:x}");
            throttle.begin(&name, ip(&from), now).unwrap();
        }
        throttle.begin(&address("c"), ip("2001:db8::ffff"), now).unwrap_err();
        throttle.begin(&address("c"), ip("2001:db8:0:1::1"), now).unwrap();
        let later = now + MEMORY;
        throttle.begin(&address("d"), ip("2001:db8::1"), later).unwrap();
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (throttle, now) = (Throttle::new(), DateTime::UNIX_EPOCH);
        for nth in 0..20_050_u32 {
            let name = BlindIndex::try_new(format!("{nth:064x}")).unwrap();
            let at = now + TimeDelta::milliseconds(nth.into());
            throttle.begin(&name, None, at).unwrap();
            assert!(throttle.counts().len() <= REMEMBERED);
        }
    }
}
