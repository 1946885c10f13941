//! The laws of deciding a batch, tried on the in-memory log.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::canonical::{event_leaf, genesis};
use crate::memory::{Fault, MemoryLog};
use crate::merkle;
use crate::submission::Prepared;
use crate::{
    AnyState, ClaimKey, Clock, Desk, DeskError, Draft, FoldError, Header, Needs, Receipt,
    RecordedRef, Refused, StateKind, Stop, StreamKey, Submission, SubmitError, TakenNumber, Work,
};

const TENANT: Uuid = Uuid::from_u128(1);

#[derive(Clone, Default, Debug, PartialEq)]
struct Jar(i64);

impl AnyState for Jar {
    fn clone_box(&self) -> Box<dyn AnyState> {
        Box::new(self.clone())
    }

    fn weight(&self) -> usize {
        8
    }
}

struct Jars;

impl StateKind for Jars {
    fn name(&self) -> &'static str {
        "jar"
    }

    fn blank(&self) -> Box<dyn AnyState> {
        Box::new(Jar::default())
    }

    fn fold(&self, state: &mut dyn AnyState, event: &RecordedRef<'_>) -> Result<(), FoldError> {
        let any: &mut dyn std::any::Any = state;
        let jar: &mut Jar = any.downcast_mut().unwrap();
        if event.event_version != "1" {
            let (event_type, event_version) =
                (event.event_type.to_owned(), event.event_version.to_owned());
            return Err(FoldError::Newer { event_type, event_version });
        }
        jar.0 += event.payload.parse::<i64>().map_err(|e| FoldError::Broken(e.to_string()))?;
        Ok(())
    }

    fn state_schema_hash(&self) -> [u8; 32] {
        [0; 32]
    }
}

struct Fixed(Mutex<DateTime<Utc>>);

impl Clock for Fixed {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

type Decide = dyn Fn(&mut Desk<'_>) -> Result<Box<RawValue>, Stop> + Send + Sync;

struct Does(Needs, Box<Decide>);

impl Work for Does {
    fn needs(&self) -> Needs {
        self.0.clone()
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<Box<RawValue>, Stop> {
        (self.1)(desk)
    }
}

fn log() -> (MemoryLog, Arc<Fixed>) {
    let clock = Arc::new(Fixed(Mutex::new("2026-03-01T10:00:00.123456789Z".parse().unwrap())));
    (MemoryLog::new(vec![Arc::new(Jars)], clock.clone(), 7).unwrap(), clock)
}

fn jar(id: u128) -> StreamKey {
    StreamKey { tenant: TENANT, kind: "jar", id: Uuid::from_u128(id) }
}

fn claim(key: &str) -> ClaimKey {
    ClaimKey { scope: "label", key: key.to_owned() }
}

fn json(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).unwrap()
}

fn refused(remember: bool) -> Stop {
    Refused { answer: json(r#""no""#), remember }.into()
}

fn draft(by: i64) -> Draft {
    Draft::new("jar.filled", "1", by.to_string(), DateTime::UNIX_EPOCH)
}

fn command(
    key: &str,
    needs: Needs,
    decide: impl Fn(&mut Desk<'_>) -> Result<Box<RawValue>, Stop> + Send + Sync + 'static,
) -> Submission {
    let header = Header {
        tenant: TENANT,
        key: key.to_owned(),
        request_hash: [1; 32],
        command_id: Uuid::new_v5(&TENANT, key.as_bytes()),
        correlation_id: TENANT,
        causation_id: None,
        actor: "system:test".to_owned(),
        metadata: "{}".to_owned(),
    };
    Submission { header, work: Arc::new(Does(needs, Box::new(decide))) }
}

/// Adds `by` to a jar and answers its new content.
fn fill(key: &str, stream: StreamKey, by: i64) -> Submission {
    command(key, Needs { streams: vec![stream], ..Needs::default() }, move |desk| {
        desk.append(&stream, draft(by), |jar: &mut Jar| jar.0 += by)?;
        Ok(json(&desk.state::<Jar>(&stream)?.0.to_string()))
    })
}

fn run(log: &MemoryLog, commands: Vec<Submission>) -> Vec<Result<Receipt, SubmitError>> {
    let prepared: Result<Vec<Prepared>, _> =
        commands.into_iter().map(|command| command.prepare(log.kinds())).collect();
    log.submit(&prepared.unwrap())
}

fn one(log: &MemoryLog, command: Submission) -> Result<Receipt, SubmitError> {
    run(log, vec![command]).pop().unwrap()
}

#[test]
fn commands_of_one_batch_see_what_those_before_them_appended() {
    let (log, _) = log();
    let answers = run(&log, (0..4).map(|n| fill(&format!("k{n}"), jar(1), 10)).collect());
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(
        answers.iter().map(|a| a.answer.get()).collect::<Vec<_>>(),
        ["10", "20", "30", "40"]
    );
    assert_eq!(answers[3].versions, [(jar(1), 4)]);
    assert_eq!(log.events().iter().map(|e| e.position).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(log.events().iter().map(|e| e.sequence).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(log.batches().len(), 1);
}

#[test]
fn a_command_that_fails_leaves_no_trace_and_no_neighbour_notices() {
    let (log, _) = log();
    let needs = || Needs { streams: vec![jar(1)], ..Needs::default() };
    let panics = command("panics", needs(), |_| panic!("thrown on purpose"));
    let refuses = command("refuses", needs(), |desk| {
        desk.append(&jar(1), draft(1000), |jar: &mut Jar| jar.0 += 1000)?;
        assert_eq!(desk.state::<Jar>(&jar(1))?.0, 1001);
        Err(refused(false))
    });
    let strays = command("strays", needs(), |desk| {
        let _ignored = desk.append(&jar(2), draft(1), |jar: &mut Jar| jar.0 += 1);
        Ok(json("1"))
    });
    let answers =
        run(&log, vec![fill("a", jar(1), 1), panics, refuses, strays, fill("b", jar(1), 1)]);
    assert_eq!(answers[0].as_ref().unwrap().answer.get(), "1");
    assert!(matches!(&answers[1], Err(SubmitError::Bug(text)) if text.contains("on purpose")));
    assert!(matches!(&answers[2], Err(SubmitError::Refused { .. })));
    assert!(matches!(&answers[3], Err(SubmitError::Bug(text)) if text.contains("not named")));
    assert_eq!(answers[4].as_ref().unwrap().answer.get(), "2");
    assert_eq!(log.events().len(), 2);
}

#[test]
fn a_payload_the_database_would_not_take_fails_its_own_command_only() {
    let (log, _) = log();
    let bad = command("bad", Needs { fresh: vec![jar(9)], ..Needs::default() }, |desk| {
        let draft = Draft { payload: "{".to_owned(), ..draft(1) };
        desk.append(&jar(9), draft, |_: &mut Jar| {})?;
        Ok(json("1"))
    });
    let answers = run(&log, vec![fill("a", jar(1), 1), bad, fill("b", jar(1), 1)]);
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert!(matches!(answers[1], Err(SubmitError::Bug(_))));
    assert_eq!(log.events().iter().map(|e| e.position).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_key_has_one_answer_in_its_batch_and_ever_after() {
    let (log, _) = log();
    let mut other = fill("k", jar(1), 5);
    other.header.request_hash = [2; 32];
    let answers = run(&log, vec![fill("k", jar(1), 5), fill("k", jar(1), 5), other.clone()]);
    let first = answers[0].as_ref().unwrap();
    for again in [answers[1].clone().unwrap(), one(&log, fill("k", jar(1), 5)).unwrap()] {
        assert!(again.replayed && !first.replayed);
        assert_eq!(again.answer.get(), first.answer.get());
        assert_eq!(again.first_position, first.first_position);
        assert_eq!((again.batch_hash, again.batch_no), (first.batch_hash, first.batch_no));
        assert_eq!(again.versions, first.versions);
    }
    assert!(matches!(answers[2], Err(SubmitError::KeyReused)));
    assert!(matches!(one(&log, other), Err(SubmitError::KeyReused)));
    assert_eq!(log.events().len(), 1);
}

#[test]
fn a_remembered_refusal_stays_a_refusal_and_a_forgotten_one_does_not() {
    let (log, _) = log();
    let needs = || Needs { streams: vec![jar(1)], ..Needs::default() };
    for remember in [true, false] {
        let key = format!("remember {remember}");
        let refuse = command(&key, needs(), move |_| Err(refused(remember)));
        let answer = one(&log, refuse);
        assert!(matches!(answer, Err(SubmitError::Refused { replayed: false, .. })));
        match one(&log, fill(&key, jar(1), 1)) {
            Err(SubmitError::Refused { replayed: true, answer }) if remember => {
                assert_eq!(answer.get(), r#""no""#);
            }
            other => assert!(!remember && other.is_ok()),
        }
    }
    let (header, _) = log.batches()[0];
    assert_eq!((header.first_position, header.last_position), (1, 0), "receipts only");
}

#[test]
fn a_version_the_caller_passed_must_still_hold_when_its_turn_comes() {
    let (log, _) = log();
    let expecting = |key: &str, version| {
        let needs = Needs { expect: vec![(jar(1), version)], ..Needs::default() };
        command(key, needs, |desk| {
            desk.append(&jar(1), draft(1), |jar: &mut Jar| jar.0 += 1)?;
            Ok(json("1"))
        })
    };
    let answers = run(&log, vec![expecting("a", 0), expecting("b", 0), expecting("c", 1)]);
    assert!(answers[0].is_ok() && answers[2].is_ok());
    match &answers[1] {
        Err(SubmitError::Conflict { stream, expected: 0, current: 1 }) => {
            assert_eq!(*stream, jar(1));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn numbers_follow_each_other_and_a_gap_is_a_bug() {
    let (log, _) = log();
    let date = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
    let take = |key: &str, id: u128, number: Option<u64>, imported: bool| {
        let needs =
            Needs { fresh: vec![jar(id)], series: vec!["2026".to_owned()], ..Needs::default() };
        command(key, needs, move |desk| {
            let next = desk.counter("2026")?.map_or(1, |(last, _)| last + 1);
            let number = number.unwrap_or(next);
            let series = "2026".to_owned();
            let numbers = vec![TakenNumber { series, number, date, imported }];
            desk.append(&jar(id), Draft { numbers, ..draft(1) }, |_: &mut Jar| {})?;
            Ok(json(&number.to_string()))
        })
    };
    let refuses = command(
        "refuses",
        Needs { fresh: vec![jar(9)], series: vec!["2026".to_owned()], ..Needs::default() },
        move |desk| {
            let taken = TakenNumber { series: "2026".into(), number: 2, date, imported: false };
            let draft = Draft { numbers: vec![taken], ..draft(1) };
            desk.append(&jar(9), draft, |_: &mut Jar| {})?;
            Err(refused(true))
        },
    );
    let answers = run(&log, vec![take("a", 1, None, false), refuses, take("b", 2, None, false)]);
    assert_eq!(answers[0].as_ref().unwrap().answer.get(), "1");
    assert_eq!(answers[2].as_ref().unwrap().answer.get(), "2");
    for (key, number) in [("gap", 4), ("again", 2), ("zero", 0)] {
        assert!(matches!(
            one(&log, take(key, 3, Some(number), false)),
            Err(SubmitError::Bug(text)) if text.contains("does not follow 2")
        ));
    }
    one(&log, take("imported", 3, Some(40), true)).unwrap();
    one(&log, take("imported, older", 4, Some(7), true)).unwrap();
    assert_eq!(one(&log, take("c", 5, None, false)).unwrap().answer.get(), "41");
}

#[test]
fn a_claim_is_held_by_one_stream_until_it_gives_it_up() {
    let (log, _) = log();
    let needs = |id| Needs {
        streams: vec![jar(id)],
        claims: vec![claim("red"), claim("blue")],
        ..Needs::default()
    };
    let take = |key: &str, id: u128| {
        command(key, needs(id), move |desk| {
            if desk.holder(&claim("red"))?.is_some_and(|holder| holder != jar(id)) {
                return Err(refused(true));
            }
            let draft = Draft { takes: vec![claim("red")], ..draft(1) };
            desk.append(&jar(id), draft, |_: &mut Jar| {})?;
            Ok(json("1"))
        })
    };
    let answers = run(&log, vec![take("a", 1), take("b", 2), take("c", 1)]);
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert!(matches!(answers[1], Err(SubmitError::Refused { .. })));
    let blind = command("blind", needs(2), |desk| {
        let draft = Draft { takes: vec![claim("red")], ..draft(1) };
        let error = desk.append(&jar(2), draft, |_: &mut Jar| {}).unwrap_err();
        assert!(matches!(&error, DeskError::ClaimHeld { holder, .. } if *holder == jar(1)));
        Err(error.into())
    });
    assert!(matches!(one(&log, blind), Err(SubmitError::Bug(_))));
    let renames = command("renames", needs(1), |desk| {
        let (releases, takes) = (vec![claim("red")], vec![claim("blue")]);
        desk.append(&jar(1), Draft { releases, takes, ..draft(1) }, |_: &mut Jar| {})?;
        assert_eq!(desk.holder(&claim("red"))?, None);
        Ok(json("1"))
    });
    one(&log, renames).unwrap();
    one(&log, take("d", 2)).unwrap();
}

#[test]
fn one_command_appends_to_several_streams_or_to_none() {
    let (log, _) = log();
    let needs = || Needs { streams: vec![jar(1), jar(2)], ..Needs::default() };
    let pour = |by: i64, allowed: bool| {
        command(&format!("pour {by}"), needs(), move |desk| {
            desk.append(&jar(1), draft(-by), |jar: &mut Jar| jar.0 -= by)?;
            desk.append(&jar(2), draft(by), |jar: &mut Jar| jar.0 += by)?;
            desk.append(&jar(1), draft(0), |_: &mut Jar| {})?;
            if allowed { Ok(json("1")) } else { Err(refused(true)) }
        })
    };
    let answers = run(&log, vec![pour(5, true), pour(6, false)]);
    assert_eq!(answers[0].as_ref().unwrap().versions, [(jar(1), 2), (jar(2), 1)]);
    assert_eq!(answers[0].as_ref().unwrap().last_position, Some(3));
    assert!(answers[1].is_err());
    log.forget_states();
    assert_eq!(one(&log, fill("a", jar(1), 0)).unwrap().answer.get(), "-5");
    assert_eq!(one(&log, fill("b", jar(2), 0)).unwrap().answer.get(), "5");
}

#[test]
fn the_log_s_time_is_whole_microseconds_and_never_falls() {
    let (log, clock) = log();
    one(&log, fill("a", jar(1), 1)).unwrap();
    *clock.0.lock().unwrap() = DateTime::UNIX_EPOCH;
    one(&log, fill("b", jar(1), 1)).unwrap();
    let expected: DateTime<Utc> = "2026-03-01T10:00:00.123456Z".parse().unwrap();
    assert_eq!(log.events()[0].recorded_at, expected);
    assert_eq!(log.events()[1].recorded_at, expected);
}

#[test]
fn every_batch_hangs_on_the_one_before() {
    let (log, _) = log();
    for n in 0..3 {
        run(&log, (0..3).map(|m| fill(&format!("{n} {m}"), jar(m), 1)).collect());
    }
    let events = log.events();
    let mut previous = None;
    for (header, hash) in log.batches() {
        match previous {
            Some(previous) => assert_eq!(header.prev_hash, previous),
            None => assert_ne!(header.prev_hash, genesis(Uuid::nil(), 1)),
        }
        let leaves: Vec<_> = events
            .iter()
            .filter(|e| (header.first_position..=header.last_position).contains(&e.position))
            .map(|e| event_leaf(&e.as_ref()))
            .collect();
        assert_eq!(header.events_root, merkle::root(&leaves));
        assert_eq!(hash, crate::canonical::batch_hash(&header));
        previous = Some(hash);
    }
}

#[test]
fn a_stream_written_by_a_newer_build_is_not_decided_on() {
    let (log, _) = log();
    let newer = command("newer", Needs { fresh: vec![jar(1)], ..Needs::default() }, |desk| {
        let draft = Draft { event_version: "2".into(), ..draft(1) };
        desk.append(&jar(1), draft, |_: &mut Jar| {})?;
        Ok(json("1"))
    });
    one(&log, newer).unwrap();
    log.forget_states();
    let answers = run(&log, vec![fill("a", jar(1), 1), fill("b", jar(2), 1)]);
    assert!(matches!(answers[0], Err(SubmitError::NewerEvent { .. })));
    assert!(answers[1].is_ok());
}

#[test]
fn a_lost_commit_is_found_by_its_key() {
    let (log, _) = log();
    log.break_next(Fault::BeforeCommit);
    let lost = one(&log, fill("k", jar(1), 1));
    assert!(matches!(lost, Err(SubmitError::Unavailable { .. })));
    log.break_next(Fault::AfterCommit);
    assert!(matches!(one(&log, fill("k", jar(1), 1)), Err(SubmitError::Unknown { .. })));
    assert!(one(&log, fill("k", jar(1), 1)).unwrap().replayed);
    assert_eq!(log.events().len(), 1);
}

#[test]
fn a_header_that_breaks_a_rule_is_refused_before_anything_is_decided() {
    let (log, _) = log();
    let long = "k".repeat(201);
    for (key, metadata, field) in [
        ("", "{}", "key"),
        (&long, "{}", "key"),
        ("k", r#"{"a":1}"#, "metadata"),
        ("k", "[]", "metadata"),
    ] {
        let mut bad = fill(key, jar(1), 1);
        bad.header.metadata = metadata.to_owned();
        let found = bad.prepare(log.kinds()).err();
        assert!(matches!(found, Some(SubmitError::Malformed { field: f, .. }) if f == field));
    }
    let stranger = StreamKey { tenant: Uuid::from_u128(2), ..jar(1) };
    assert!(fill("k", stranger, 1).prepare(log.kinds()).is_err());
    let unknown = StreamKey { kind: "vase", ..jar(1) };
    assert!(fill("k", unknown, 1).prepare(log.kinds()).is_err());
}
