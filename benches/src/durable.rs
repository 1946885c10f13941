//! Durable commands and bulk append through our store: fsync on, receipts, head lock, hash chain.

use crate::report::{Latencies, Run};
use crate::workload::{BenchEvent, BenchState, events};
use anyhow::{Result, bail};
use billfold_event_store::canonical::Hash;
use billfold_event_store::{
    AnyState, Desk, Draft, FoldError, Header, Needs, RecordedRef, StateKind, Store, StreamKey,
    Submission, SubmitError, Work, submission::Stop,
};
use chrono::{DateTime, Utc};
use serde_json::value::{RawValue, to_raw_value};
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The kind of the bench streams.
pub(crate) const KIND: &str = "bench";

impl AnyState for BenchState {
    fn clone_box(&self) -> Box<dyn AnyState> {
        Box::new(self.clone())
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.number.len()
    }
}

/// Folds bench events for the store.
pub(crate) struct BenchKind;

impl StateKind for BenchKind {
    fn name(&self) -> &'static str {
        KIND
    }

    fn blank(&self) -> Box<dyn AnyState> {
        Box::new(BenchState::default())
    }

    fn fold(&self, state: &mut dyn AnyState, event: &RecordedRef<'_>) -> Result<(), FoldError> {
        let body: BenchEvent = serde_json::from_str(event.payload)
            .map_err(|error| FoldError::Broken(error.to_string()))?;
        let state: &mut dyn Any = state;
        match state.downcast_mut::<BenchState>() {
            Some(state) => state.fold(&body),
            None => return Err(FoldError::Broken("not a bench state".into())),
        }
        Ok(())
    }

    fn state_schema_hash(&self) -> Hash {
        [1; 32]
    }
}

/// Appends the two events of a command to its stream.
struct AppendTwo {
    stream: StreamKey,
    n: u64,
    fresh: bool,
    at: DateTime<Utc>,
}

impl Work for AppendTwo {
    fn needs(&self) -> Needs {
        let (fresh, streams) =
            if self.fresh { (vec![self.stream], vec![]) } else { (vec![], vec![self.stream]) };
        Needs { streams, fresh, ..Needs::default() }
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<Box<RawValue>, Stop> {
        for event in events(self.stream.id, self.n) {
            // a struct of strings and integers always serialises
            let payload = serde_json::to_string(&event).unwrap_or_default();
            let draft = Draft::new(event.kind(), "1", payload, self.at);
            desk.append::<BenchState>(&self.stream, draft, |state| state.fold(&event))?;
        }
        Ok(RawValue::NULL.to_owned())
    }
}

/// The n-th command, on a stream of its own or on one of `known`.
fn submission(tenant: Uuid, n: u64, known: Option<Uuid>) -> Result<Submission> {
    let id = known.unwrap_or_else(Uuid::now_v7);
    let stream = StreamKey { tenant, kind: KIND, id };
    let command = Uuid::now_v7();
    let metadata = to_raw_value(
        &[("ip", "127.0.0.1")].into_iter().collect::<std::collections::BTreeMap<_, _>>(),
    )?;
    Ok(Submission {
        header: Header {
            tenant,
            key: command.to_string(),
            request_hash: [7; 32],
            command_id: command,
            correlation_id: command,
            causation_id: None,
            actor: "system:bench".into(),
            metadata: metadata.get().to_owned(),
        },
        work: Arc::new(AppendTwo { stream, n, fresh: known.is_none(), at: DateTime::UNIX_EPOCH }),
    })
}

/// Creates streams with `tasks` commands in flight for `span`; each waits for its durable receipt.
pub(crate) async fn commands(
    store: &Store,
    tenant: Uuid,
    tasks: usize,
    span: Duration,
) -> Result<Run> {
    let counter = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let mut running = Vec::with_capacity(tasks);
    for _ in 0..tasks {
        let (store, counter) = (store.clone(), counter.clone());
        running.push(tokio::spawn(async move {
            let mut taken = Latencies::default();
            while start.elapsed() < span {
                let n = counter.fetch_add(1, Ordering::Relaxed);
                let asked = Instant::now();
                match store.submit(submission(tenant, n, None)?).await {
                    Ok(_) => taken.add(asked.elapsed()),
                    Err(SubmitError::Busy { .. }) => tokio::task::yield_now().await,
                    Err(error) => bail!("a bench command failed: {error}"),
                }
            }
            Ok(taken)
        }));
    }
    let mut all = Latencies::default();
    for task in running {
        all.merge(task.await??);
    }
    let rate = all.len() as f64 / start.elapsed().as_secs_f64();
    let point = format!("{tasks} in flight");
    let run = Run::new("durable-commands", "billfold", &point, rate, "commands/s");
    Ok(Run { latency_ms: all.percentiles(), ..run })
}

/// Appends `commands` commands of two events as an import does, `chunk` at a time; events per
/// second.
pub(crate) async fn bulk(store: &Store, tenant: Uuid, commands: u64, chunk: u64) -> Result<Run> {
    let start = Instant::now();
    let mut n = 0;
    let mut waiting: Option<tokio::task::JoinHandle<Result<()>>> = None;
    while n < commands {
        let last = (n + chunk).min(commands);
        let batch = (n..last).map(|n| submission(tenant, n, None)).collect::<Result<Vec<_>>>()?;
        n = last;
        let ours = store.clone();
        let next = tokio::spawn(async move {
            for answer in ours.submit_many(batch).await {
                answer?;
            }
            Ok(())
        });
        if let Some(before) = waiting.replace(next) {
            before.await??;
        }
    }
    if let Some(last) = waiting {
        last.await??;
    }
    let rate = (commands * 2) as f64 / start.elapsed().as_secs_f64();
    Ok(Run::of_events("bulk-append", &format!("{chunk} commands a call"), rate))
}
