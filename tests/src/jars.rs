//! A toy aggregate for tests of the log itself: a jar that is filled and emptied.
//!
//! The log knows no billing, so neither do its tests. An event's payload is the number that is
//! added.

use std::any::Any;
use std::sync::Arc;

use billfold_event_store::{
    AnyState, Clock, Desk, Draft, FoldError, Header, Needs, RecordedRef, StateKind, Stop, Store,
    StoreOptions, StreamKey, Submission, Work,
};
use chrono::DateTime;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::harness::{TestClock, TestDb};

/// The tenant of all jars, unless a test needs two.
pub const TENANT: Uuid = Uuid::from_u128(0xA11CE);

/// What a jar holds, and how many bytes it pretends to need.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Jar {
    /// The sum of all events.
    pub content: i64,
}

/// How many bytes one jar counts in the cache.
pub const JAR_BYTES: usize = 1000;

impl AnyState for Jar {
    fn clone_box(&self) -> Box<dyn AnyState> {
        Box::new(self.clone())
    }

    fn weight(&self) -> usize {
        JAR_BYTES
    }
}

/// What snapshots of jars are marked with.
pub const JAR_SCHEMA: [u8; 32] = [1; 32];

/// The kind of stream a jar is.
#[derive(Debug)]
pub struct JarKind;

impl StateKind for JarKind {
    fn name(&self) -> &'static str {
        "jar"
    }

    fn blank(&self) -> Box<dyn AnyState> {
        Box::new(Jar::default())
    }

    fn fold(&self, state: &mut dyn AnyState, event: &RecordedRef<'_>) -> Result<(), FoldError> {
        if event.event_version != "1" {
            return Err(FoldError::Newer {
                event_type: event.event_type.to_owned(),
                event_version: event.event_version.to_owned(),
            });
        }
        let any: &mut dyn Any = state;
        let jar: &mut Jar = any.downcast_mut().expect("a jar");
        let by: i64 = event.payload.parse().map_err(|_| FoldError::Broken("no number".into()))?;
        jar.content += by;
        Ok(())
    }

    fn state_schema_hash(&self) -> [u8; 32] {
        JAR_SCHEMA
    }

    fn to_json(&self, state: &dyn AnyState) -> Option<String> {
        let any: &dyn Any = state;
        any.downcast_ref().map(|jar: &Jar| jar.content.to_string())
    }

    fn read_json(&self, json: &str) -> Option<Box<dyn AnyState>> {
        json.parse().ok().map(|content| -> Box<dyn AnyState> { Box::new(Jar { content }) })
    }
}

/// A store over a test database with the usual options.
pub async fn open(db: &TestDb) -> Store {
    open_with(StoreOptions::new(db.connect_options())).await
}

/// A store with other options.
pub async fn open_with(options: StoreOptions) -> Store {
    let clock: Arc<dyn Clock> = Arc::new(TestClock::default());
    Store::open(options, vec![Arc::new(JarKind)], clock).await.expect("a store")
}

/// The jar with this number.
pub fn jar(number: u128) -> StreamKey {
    StreamKey { tenant: TENANT, kind: "jar", id: Uuid::from_u128(number) }
}

/// Needs of a command that reads or changes these jars.
pub fn needs(jars: &[StreamKey]) -> Needs {
    Needs { streams: jars.to_vec(), ..Needs::default() }
}

/// An event that adds `by`.
pub fn added(by: i64) -> Draft {
    Draft::new("jar.filled", "1", by.to_string(), DateTime::UNIX_EPOCH)
}

/// A JSON answer.
pub fn json(text: impl ToString) -> Box<RawValue> {
    RawValue::from_string(text.to_string()).expect("JSON")
}

/// Adds `by` to a jar; the answer is what it holds then.
pub fn fill(key: &str, stream: StreamKey, by: i64) -> Submission {
    command(key, &format!("fill {stream} {by}"), needs(&[stream]), move |desk| {
        desk.append(&stream, added(by), |jar: &mut Jar| jar.content += by)?;
        Ok(json(desk.state::<Jar>(&stream)?.content))
    })
}

/// A command with this key and request, whose decision is a function.
pub fn command<F>(key: &str, request: &str, needs: Needs, decide: F) -> Submission
where
    F: Fn(&mut Desk<'_>) -> Result<Box<RawValue>, Stop> + Send + Sync + 'static,
{
    let tenant = [&needs.streams, &needs.fresh].into_iter().flatten().next();
    let tenant = tenant.map_or(TENANT, |stream| stream.tenant);
    let header = Header {
        tenant,
        key: key.to_owned(),
        request_hash: Sha256::digest(request).into(),
        command_id: Uuid::new_v4(),
        correlation_id: Uuid::new_v5(&tenant, key.as_bytes()),
        causation_id: None,
        actor: "system:test".to_owned(),
        metadata: r#"{"reason":"test"}"#.to_owned(),
    };
    Submission { header, work: Arc::new(Decision { needs, decide }) }
}

struct Decision<F> {
    needs: Needs,
    decide: F,
}

impl<F> Work for Decision<F>
where
    F: Fn(&mut Desk<'_>) -> Result<Box<RawValue>, Stop> + Send + Sync,
{
    fn needs(&self) -> Needs {
        self.needs.clone()
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<Box<RawValue>, Stop> {
        (self.decide)(desk)
    }
}
