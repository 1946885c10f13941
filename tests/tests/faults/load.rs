//! A crowd of callers that draft and issue invoices, each command under a key of its own.
//!
//! A caller that gets no answer, or is told to come again, asks the same under the same key until
//! it is answered, as a good client does. All answers are remembered, to be held against the log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use billfold_tests::harness::eventually;
use reqwest::Response;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::shop::Shop;

/// Commands in flight at a time.
pub(crate) const CALLERS: usize = 24;

/// A command as it was sent.
#[derive(Debug, Clone)]
struct Sent {
    key: String,
    path: String,
    seen: Option<i64>,
    body: Value,
}

/// What all callers together remember.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    answered: Mutex<BTreeMap<String, (Sent, Value)>>,
    /// Answered, and answered alike a second time.
    proven: Mutex<BTreeSet<String>>,
    open: Mutex<BTreeMap<String, Sent>>,
    told: AtomicUsize,
    keys: AtomicU32,
}

/// When callers end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    /// Not yet.
    Told,
    /// When what they asked last is answered.
    Answered,
    /// Now, answered or not.
    Now,
}

/// Callers at work.
pub(crate) struct Load {
    memory: Arc<Memory>,
    until: watch::Sender<Until>,
    callers: JoinSet<()>,
}

impl Load {
    /// Sends the callers off.
    pub(crate) fn begin(shop: &Shop, memory: &Arc<Memory>) -> Self {
        let (until, watch) = watch::channel(Until::Told);
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            callers.spawn(call(shop.clone(), Arc::clone(memory), watch.clone()));
        }
        Self { memory: Arc::clone(memory), until, callers }
    }

    /// Waits until this many more commands are answered.
    pub(crate) async fn answers(&mut self, more: usize) {
        let before = self.memory.answers();
        let what = format!("{more} more answers");
        eventually(&what, async || {
            self.notice_failures();
            (self.memory.answers() >= before + more).then_some(())
        })
        .await;
    }

    /// Waits until callers were told this many times more that the ledger is not available.
    pub(crate) async fn refusals(&mut self, more: usize) {
        let before = self.memory.told.load(Ordering::Relaxed);
        eventually("callers to be told", async || {
            self.notice_failures();
            (self.memory.told.load(Ordering::Relaxed) >= before + more).then_some(())
        })
        .await;
    }

    /// Ends the callers where they are: some of their commands stay without an answer.
    pub(crate) async fn break_off(self) {
        self.end(Until::Now).await;
    }

    /// Ends the callers when each has its answer.
    pub(crate) async fn finish(self) {
        self.end(Until::Answered).await;
    }

    async fn end(mut self, how: Until) {
        self.until.send_replace(how);
        while let Some(ended) = self.callers.join_next().await {
            ended.expect("a caller that was answered well");
        }
    }

    /// A caller that got a wrong answer has panicked: the test fails with it, at once.
    fn notice_failures(&mut self) {
        if let Some(ended) = self.callers.try_join_next() {
            ended.expect("a caller that was answered well");
        }
    }
}

impl Memory {
    /// Repeats every command since the last time. What was answered is answered again with the same
    /// words; what was not is done now, unless it was done before.
    pub(crate) async fn repeat(&self, shop: &Shop) {
        let answered = std::mem::take(&mut *self.answered.lock().expect("memory"));
        for (sent, answer) in answered.into_values() {
            let reply = ask(shop, &sent).await.expect("an answer");
            let replayed = reply.headers().contains_key("idempotent-replayed");
            assert!(replayed, "{} was done again", sent.key);
            let again: Value = reply.json().await.expect("JSON");
            assert_eq!(again, answer, "{}", sent.key);
            self.proven.lock().expect("memory").insert(sent.key);
        }
        let open = std::mem::take(&mut *self.open.lock().expect("memory"));
        for sent in open.into_values() {
            let reply = ask(shop, &sent).await.expect("an answer");
            assert!(reply.status().is_success(), "{}: {reply:?}", sent.key);
            self.note(sent, reply.json().await.expect("JSON"));
        }
    }

    /// The log holds what was answered, perhaps what was not, and nothing else, each once.
    pub(crate) async fn assert_in_log_once(&self, connection: &mut PgConnection) {
        let stored: Vec<String> = sqlx::query_scalar(
            "select substring(key from 5) from receipts where key like 'api:load-%'",
        )
        .fetch_all(&mut *connection)
        .await
        .expect("the receipts");
        let stored: BTreeSet<String> = stored.into_iter().collect();
        let mut answered = self.proven.lock().expect("memory").clone();
        answered.extend(self.answered.lock().expect("memory").keys().cloned());
        let open: BTreeSet<String> = self.open.lock().expect("memory").keys().cloned().collect();
        let lost: Vec<_> = answered.difference(&stored).collect();
        assert!(lost.is_empty(), "acknowledged, and not in the log: {lost:?}");
        let foreign: Vec<_> =
            stored.iter().filter(|key| !answered.contains(*key) && !open.contains(*key)).collect();
        assert!(foreign.is_empty(), "in the log, and never asked for: {foreign:?}");

        let count = |kind: &str| stored.iter().filter(|key| key.contains(kind)).count();
        let (drafts, issues) = (count("draft"), count("issue"));
        let found: (i64, i64, i64, i64, i64) = sqlx::query_as(
            "select count(*) filter (where event_type = 'invoice.drafted'),
                    count(distinct aggregate_id) filter (where aggregate_type = 'invoice'),
                    count(*) filter (where event_type = 'invoice.issued'),
                    count(distinct payload #>> '{issued,number}'),
                    coalesce((select max(last) from counters), 0)
               from events",
        )
        .fetch_one(connection)
        .await
        .expect("the events");
        let [drafts, issues] = [drafts, issues].map(|count| i64::try_from(count).expect("few"));
        assert_eq!(
            found,
            (drafts, drafts, issues, issues, issues),
            "doubled, or numbers with gaps"
        );
    }

    fn answers(&self) -> usize {
        self.answered.lock().expect("memory").len()
    }

    fn note(&self, sent: Sent, answer: Value) {
        self.open.lock().expect("memory").remove(&sent.key);
        self.answered.lock().expect("memory").insert(sent.key.clone(), (sent, answer));
    }

    fn new_key(&self, what: &str) -> String {
        format!("load-{what}-{}", self.keys.fetch_add(1, Ordering::Relaxed))
    }
}

/// Drafts an invoice, issues it, and so on.
async fn call(shop: Shop, memory: Arc<Memory>, mut until: watch::Receiver<Until>) {
    while *until.borrow() == Until::Told {
        let line = json!({
            "kind": "hosting", "description": "Web hosting", "unit_price": "10.00",
            "tax": { "category": "S", "rate": "19", "country": "DE" },
        });
        let body = json!({ "client_id": shop.client, "currency": "EUR", "lines": [line] });
        let path = "/api/v1/invoices".to_owned();
        let draft = Sent { key: memory.new_key("draft"), path, seen: None, body };
        let Some(drafted) = until_answered(&shop, &memory, draft, &mut until).await else { return };
        let path = format!("/api/v1/invoices/{}/issue", drafted["id"].as_str().expect("an id"));
        let seen = drafted["version"].as_i64();
        let issue = Sent { key: memory.new_key("issue"), path, seen, body: json!({}) };
        if until_answered(&shop, &memory, issue, &mut until).await.is_none() {
            return;
        }
    }
}

/// Asks until there is an answer; nothing if the callers are told to break off before.
async fn until_answered(
    shop: &Shop,
    memory: &Memory,
    sent: Sent,
    until: &mut watch::Receiver<Until>,
) -> Option<Value> {
    memory.open.lock().expect("memory").insert(sent.key.clone(), sent.clone());
    loop {
        tokio::select! {
            answer = attempt(shop, memory, &sent) => if let Some(answer) = answer {
                memory.note(sent, answer.clone());
                return Some(answer);
            },
            _ = until.wait_for(|how| *how == Until::Now) => return None,
        }
        tokio::task::yield_now().await;
    }
}

/// Asks once. No answer, and 503 with a time to come again, are what a caller must reckon with;
/// anything else but success is a fault.
async fn attempt(shop: &Shop, memory: &Memory, sent: &Sent) -> Option<Value> {
    let reply = ask(shop, sent).await.ok()?;
    let status = reply.status().as_u16();
    if status == 503 {
        assert!(reply.headers().contains_key("retry-after"), "{}: {reply:?}", sent.key);
        memory.told.fetch_add(1, Ordering::Relaxed);
        return None;
    }
    let answer: Value = reply.json().await.ok()?;
    assert!([200, 201].contains(&status), "{} was answered with {status}: {answer}", sent.key);
    Some(answer)
}

async fn ask(shop: &Shop, sent: &Sent) -> reqwest::Result<Response> {
    shop.post(&sent.path, &sent.key, sent.seen, &sent.body).await
}
