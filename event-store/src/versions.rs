//! Versions of streams, asked by many readers and looked up together.
//!
//! Guarantees: a version is looked up after it was asked for, so a reader sees everything that was
//! committed before. While one query runs, questions gather for the next one; under load a look-up
//! costs the database a fraction of a query. Absent on purpose: keeping answers; the next reader
//! asks again.

use sqlx::{PgExecutor, PgPool};
use tokio::sync::{mpsc, oneshot};

use crate::stream::StreamKey;

/// Questions in one query at most, and those that may wait for the next.
const TOGETHER: usize = 256;

/// Where versions are asked for. Clones ask the same connection.
#[derive(Clone)]
pub(crate) struct Versions {
    ask: mpsc::Sender<Question>,
}

struct Question {
    stream: StreamKey,
    reply: oneshot::Sender<Result<i64, String>>,
}

impl Versions {
    /// Looks up over a pool until the last clone is dropped.
    pub(crate) fn over(pool: PgPool) -> Self {
        let (ask, questions) = mpsc::channel(TOGETHER);
        tokio::spawn(answer(pool, questions));
        Self { ask }
    }

    /// The version of a stream; 0 if it has no event.
    pub(crate) async fn of(&self, stream: StreamKey) -> Result<i64, sqlx::Error> {
        let (reply, version) = oneshot::channel();
        let asked = self.ask.send(Question { stream, reply }).await;
        asked.map_err(|_| sqlx::Error::PoolClosed)?;
        let version = version.await.map_err(|_| sqlx::Error::PoolClosed)?;
        version.map_err(|reason| sqlx::Error::Io(std::io::Error::other(reason)))
    }
}

async fn answer(pool: PgPool, mut questions: mpsc::Receiver<Question>) {
    let mut waiting = Vec::with_capacity(TOGETHER);
    while questions.recv_many(&mut waiting, TOGETHER).await > 0 {
        let mut versions = look_up(&pool, &waiting).await;
        if versions.is_err() {
            // a connection may have been cut since it was last used; the next one is another
            versions = look_up(&pool, &waiting).await;
        }
        let versions = versions.map_err(|error| error.to_string());
        for (n, question) in waiting.drain(..).enumerate() {
            let version = versions.as_ref().map(|all| all.get(n).copied().unwrap_or(0));
            // a reader that went away needs no answer
            let _ = question.reply.send(version.map_err(Clone::clone));
        }
    }
}

/// One version per question, in their order. Each is a look-up in the index, whatever the planner
/// believes of the table's size.
async fn look_up(pool: &PgPool, questions: &[Question]) -> Result<Vec<i64>, sqlx::Error> {
    let streams: Vec<_> = questions.iter().map(|question| question.stream).collect();
    of_each(pool, &streams).await
}

/// One version per stream, in their order; 0 where there is no event.
pub(crate) async fn of_each<'c>(
    connection: impl PgExecutor<'c>,
    streams: &[StreamKey],
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "select coalesce((select s.last_sequence from streams s where s.tenant_id = u.tenant \
                             and s.aggregate_type = u.kind and s.aggregate_id = u.id), 0) \
         from unnest($1::uuid[], $2::text[], $3::uuid[]) \
             with ordinality u(tenant, kind, id, place) \
         order by u.place",
    )
    .bind(streams.iter().map(|stream| stream.tenant).collect::<Vec<_>>())
    .bind(streams.iter().map(|stream| stream.kind).collect::<Vec<_>>())
    .bind(streams.iter().map(|stream| stream.id).collect::<Vec<_>>())
    .fetch_all(connection)
    .await
}
