//! A charge, a provider that loses requests and answers, and processes that die at any moment:
//! whatever breaks, the charge is made once.
//!
//! The real worker works on a queue in memory, with a clock that jumps to whatever is due next. A
//! handler that panics is a process that dies there; an ending that is not stored is one that dies
//! afterwards.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use billfold_domain::kernel::{EffectId, TenantId};
use billfold_event_store::Clock;
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use uuid::Uuid;

use super::*;
use crate::error::Error;
use crate::ports::StoreFailure;
use crate::ports::driver::{Budget, Why, Window};
use crate::ports::effect_queue::{Claiming, EffectQueue, Granted};

const SEEDS: u64 = 10_000;
const LONGEST: Duration = Duration::from_secs(30);

/// Numbers that follow from a seed (splitmix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}

/// Everything of one world.
struct World {
    now: DateTime<Utc>,
    chance: Chance,
    /// Faults that are left; without them the world settles.
    faults: u32,
    row: EffectRow,
    state: State,
    lane: LaneState,
    window: Window,
    /// What the provider did: under which key, and when.
    made: Vec<(String, DateTime<Utc>)>,
    /// Requests on their way: key, and when they arrive.
    on_its_way: Vec<(String, DateTime<Utc>)>,
    recorded: u32,
    buried: bool,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum State {
    Waiting(DateTime<Utc>),
    Running(DateTime<Utc>),
    Ended,
    Dead,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut chance = Chance(seed);
        let now = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
        let tenant = TenantId::new(Uuid::from_u128(1));
        let lane = Lane { tenant, key: "gateway/peer".to_owned(), driver: "peer".to_owned() };
        let row = EffectRow {
            tenant,
            effect_id: EffectId::new(Uuid::from_u128(2)),
            kind: "gateway.charge".to_owned(),
            position: 1,
            subject: EffectSubject { kind: "payment".to_owned(), id: Uuid::nil(), part: 0 },
            lane,
            asks: false,
            sent_at: None,
            wanted_at: now,
            tries: 0,
            asked: 0,
            try_no: 1,
            reference: None,
            epoch: 0,
        };
        let windows = [Window::None, Window::Hours(24), Window::Forever];
        let window = windows[usize::try_from(chance.next(3)).unwrap()];
        let budget = Budget { per_second: 5, burst: 5, at_once: 2 };
        Self {
            now,
            faults: u32::try_from(chance.next(12)).unwrap(),
            chance,
            row,
            state: State::Waiting(now),
            lane: LaneState::new(budget, now),
            window,
            made: Vec::new(),
            on_its_way: Vec::new(),
            recorded: 0,
            buried: false,
        }
    }

    /// Which of so many faults happens now, 0 for none.
    fn fault(&mut self, kinds: u64) -> u64 {
        let kind = self.chance.next(kinds + 1);
        if kind == 0 || self.faults == 0 {
            return 0;
        }
        self.faults -= 1;
        kind
    }

    fn arrive(&mut self) {
        let now = self.now;
        let arrived: Vec<_> =
            self.on_its_way.iter().filter(|(_, at)| *at <= now).cloned().collect();
        self.on_its_way.retain(|(_, at)| *at > now);
        for (key, at) in arrived {
            self.make(key, at);
        }
    }

    /// The provider does it, unless it honours the key and knows it.
    fn make(&mut self, key: String, at: DateTime<Utc>) {
        let is_known = self.made.iter().any(|(known, made)| {
            let is_honoured = match self.window {
                Window::None => false,
                Window::Hours(hours) => at - *made < TimeDelta::hours(i64::from(hours)),
                Window::Forever => true,
            };
            *known == key && is_honoured
        });
        if !is_known {
            self.made.push((key, at));
        }
    }

    /// Moves the clock to whatever comes next; nothing comes any more once the row has ended.
    fn pass(&mut self) -> bool {
        let next = match self.state {
            State::Waiting(at) | State::Running(at) => at,
            State::Ended | State::Dead => return false,
        };
        let shut = [self.lane.open_until, self.lane.not_before];
        let next = shut.into_iter().flatten().fold(next, DateTime::max);
        self.now = next.max(self.now + TimeDelta::milliseconds(300));
        self.arrive();
        true
    }
}

#[derive(Clone)]
struct Sim(Arc<Mutex<World>>);

impl Sim {
    fn world(&self) -> std::sync::MutexGuard<'_, World> {
        // A process that dies in the middle leaves the world as it is.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for Sim {
    fn now(&self) -> DateTime<Utc> {
        self.world().now
    }
}

#[async_trait]
impl EffectQueue for Sim {
    async fn due_lanes(&self, now: DateTime<Utc>, _: u32) -> Result<Vec<Lane>, StoreFailure> {
        let world = self.world();
        let is_due = matches!(world.state, State::Waiting(at) if at <= now);
        Ok(if is_due { vec![world.row.lane.clone()] } else { Vec::new() })
    }

    async fn claim(&self, _: &Lane, how: &Claiming<'_>) -> Result<Granted, StoreFailure> {
        let mut world = self.world();
        let allowed = world.lane.allow(how.limit, 0, how.now);
        if allowed.calls == 0 {
            return Ok(Granted::default());
        }
        world.lane.spend(1);
        let lease = TimeDelta::from_std(how.lease).unwrap();
        world.state = State::Running(how.now + lease);
        world.row.epoch += 1;
        if world.row.asks {
            world.row.asked += 1;
        } else {
            world.row.tries += 1;
            world.row.sent_at = Some(how.now);
        }
        let claimed = Claimed::granted(world.row.clone(), Instant::now() + how.lease);
        Ok(Granted { rows: vec![claimed], wait_until: None, is_well: false })
    }

    async fn finish(&self, endings: &[Ending]) -> Result<Vec<EffectRow>, StoreFailure> {
        let mut world = self.world();
        for ending in endings {
            if world.fault(6) == 1 {
                // It died before this was stored.
                continue;
            }
            if ending.row.epoch != world.row.epoch {
                return Ok(vec![ending.row.clone()]);
            }
            match ending.next {
                Next::Done | Next::Moot => world.state = State::Ended,
                Next::Dead => world.state = State::Dead,
                Next::Later { at } => {
                    world.row.asks = true;
                    world.state = State::Waiting(at);
                }
                Next::Again { at, asks, anew, counts } => {
                    if !counts && ending.row.asks {
                        world.row.asked -= 1;
                    } else if !counts {
                        world.row.tries -= 1;
                    }
                    world.row.asks = asks;
                    world.row.try_no += u32::from(anew);
                    world.state = State::Waiting(at);
                }
            }
        }
        Ok(Vec::new())
    }

    async fn take_back(&self, now: DateTime<Utc>, _: u32) -> Result<u64, StoreFailure> {
        let mut world = self.world();
        if matches!(world.state, State::Running(until) if until <= now) {
            world.row.asks = true;
            world.state = State::Waiting(now);
        }
        Ok(0)
    }

    async fn note_lane(&self, _: &Lane, word: &LaneWord) -> Result<(), StoreFailure> {
        self.world().lane.hear(word);
        Ok(())
    }
}

#[async_trait]
impl Handler for Sim {
    fn kind(&self) -> &'static str {
        "gateway.charge"
    }

    fn pace(&self, _: &EffectRow) -> Pace {
        Pace { longest_call: LONGEST, window: self.world().window }
    }

    async fn handle(&self, leave: &Leave<'_>, _: DateTime<Utc>) -> Handled {
        let row = leave.row();
        let outcome = if row.asks { self.ask() } else { self.act(row.provider_key()) };
        outcome.into()
    }
}

#[async_trait]
impl Deaths for Sim {
    async fn record(&self, _: &EffectRow, _: &Why) -> Result<(), Error> {
        self.world().buried = true;
        Ok(())
    }
}

impl Sim {
    fn act(&self, key: String) -> Outcome {
        let mut world = self.world();
        let why = || Why::new("simulated", "on purpose");
        let fault = world.fault(8);
        match fault {
            1 => return Outcome::NotSent { why: why(), after: None },
            2 => {
                let after = Some(Duration::from_secs(world.chance.next(120)));
                return Outcome::NotSent { why: why(), after };
            }
            3 => return Outcome::Misconfigured { why: why() },
            4 => return Outcome::Unknown { why: why() },
            5 => panic!("died before it was sent"),
            6 => {
                // It arrives although nobody waits for it any more.
                let late = i64::try_from(world.chance.next(LONGEST.as_secs())).unwrap();
                let arrives = world.now + TimeDelta::seconds(late);
                world.on_its_way.push((key, arrives));
                return Outcome::Unknown { why: why() };
            }
            _ => {}
        }
        let now = world.now;
        world.make(key, now);
        match fault {
            7 => return Outcome::Unknown { why: why() },
            8 => panic!("died before it was recorded"),
            _ => {}
        }
        world.recorded += 1;
        Outcome::Done
    }

    fn ask(&self) -> Outcome {
        let mut world = self.world();
        let why = || Why::new("simulated", "on purpose");
        match world.fault(5) {
            1 => return Outcome::Unknown { why: why() },
            2 => return Outcome::NotSent { why: why(), after: None },
            3 => panic!("died while it asked"),
            4 => return Outcome::Absent { is_certain: false },
            5 => return Outcome::Later { after: Duration::from_secs(120) },
            _ => {}
        }
        if world.made.is_empty() {
            return Outcome::Absent { is_certain: true };
        }
        world.recorded += 1;
        Outcome::Done
    }
}

async fn settle(sim: &Sim) {
    let worker = Arc::new(Worker::new(
        Arc::new(sim.clone()),
        vec![Arc::new(sim.clone())],
        Arc::new(sim.clone()),
        Arc::new(sim.clone()),
        WorkerOptions::new("sim", 4),
    ));
    for _ in 0..10_000 {
        worker.work_off().await.unwrap();
        if !sim.world().pass() {
            return;
        }
    }
    panic!("it never settles");
}

#[tokio::test]
async fn whatever_breaks_a_charge_is_made_once_and_recorded_or_shown_to_a_person() {
    // Processes that die on purpose say nothing.
    std::panic::set_hook(Box::new(|_| {}));
    let mut wrong = Vec::new();
    let (mut ended, mut dead) = (0, 0);
    for seed in 0..SEEDS {
        let sim = Sim(Arc::new(Mutex::new(World::new(seed))));
        settle(&sim).await;
        let world = sim.world();
        let is_right = match world.state {
            State::Ended => world.made.len() == 1 && world.recorded > 0,
            State::Dead => world.made.len() <= 1 && world.buried,
            State::Waiting(_) | State::Running(_) => false,
        };
        if !is_right {
            wrong.push((seed, world.state, world.made.clone(), world.recorded));
        }
        ended += u32::from(world.state == State::Ended);
        dead += u32::from(world.state == State::Dead);
    }
    let _ = std::panic::take_hook();
    assert!(wrong.is_empty(), "{} worlds, such as {:?}", wrong.len(), wrong.first());
    assert!(ended > dead, "most worlds end well: {ended} did, {dead} wait for a person");
}
