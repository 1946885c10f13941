//! The scan: one pass over the log folds all projections in memory, rows go out by COPY.
//!
//! Appended rows leave as soon as there is a block of them. Rows that may still change stay until
//! the end, or until memory is used up; then the tables are finished as they are and the rest of
//! the log is caught up page by page.

use billfold_event_store::copy::{self, Range, ReplayError};
use sqlx::PgPool;

use super::claim::Claim;
use super::sink::Sink;
use super::{Options, Phase, Watch};
use crate::error::Error;
use crate::fact::{Fact, Header, Headers};
use crate::generation::LOG;
use crate::projection::{Definition, Folding};
use crate::row::Kind;
use crate::table::{BLOCK, Mode};

/// Events per COPY; between two of them memory is looked at.
const STRETCH: i64 = 500_000;
/// Events between two looks at appended rows, progress and cancellation.
const BREATH: i64 = 8_192;

/// Fills the claimed generations up to `head`, or as far as memory allows.
pub(super) async fn scan(
    owner: &PgPool,
    claims: &[&Claim],
    head: i64,
    options: &Options,
    watch: &Watch,
) -> Result<(), Error> {
    let mut parts = Vec::with_capacity(claims.len());
    for claim in claims {
        parts.push(Part::open(owner, claim).await?);
    }
    let mut scan = Scan { parts, watch: watch.clone(), head };
    let mut reached = 0;
    while reached < head && scan.bytes() < options.memory {
        let through = head.min(reached + STRETCH);
        let range = Range { log_id: LOG, after: reached, through };
        scan = match copy::fold::<Headers, _, _>(owner, range, scan, Scan::event).await {
            Ok(scan) => scan,
            Err(ReplayError::Read(error)) => return Err(error.into()),
            Err(ReplayError::Fold { source, .. }) => return Err(source),
        };
        reached = through;
    }
    watch.say(Phase::Writing, reached, head);
    let mut parts = tokio::task::spawn_blocking(move || scan.drain())
        .await
        .map_err(|error| Error::Broken(error.to_string()))??;
    for part in &mut parts {
        part.close().await?;
    }
    for claim in claims {
        let mut tx = owner.begin().await?;
        claim.fence(&mut tx).await?;
        claim.advance(&mut tx, reached).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A projection being scanned into.
struct Part {
    definition: &'static Definition,
    folding: Box<dyn Folding>,
    sinks: Vec<Sink>,
}

impl Part {
    async fn open(owner: &PgPool, claim: &Claim) -> Result<Self, Error> {
        let definition = claim.definition;
        let mut sinks = Vec::new();
        for shape in definition.shapes() {
            let physical = shape.physical(definition.name, claim.generation);
            sinks.push(Sink::open(owner, shape, physical).await?);
        }
        let mut folding = definition.folding();
        for table in folding.tables() {
            table.set_mode(Mode::Whole);
        }
        Ok(Self { definition, folding, sinks })
    }

    /// Sends rows out: those of full appended buffers, or all.
    fn send(&mut self, all: bool) -> Result<(), Error> {
        for (table, sink) in self.folding.tables().into_iter().zip(&self.sinks) {
            let full = table.shape().kind == Kind::Appended && table.bytes() >= BLOCK;
            if all || full {
                table.drain(&mut |block| sink.send(block))?;
            }
        }
        Ok(())
    }

    async fn close(&mut self) -> Result<(), Error> {
        for sink in &mut self.sinks {
            sink.close().await?;
        }
        Ok(())
    }
}

struct Scan {
    parts: Vec<Part>,
    watch: Watch,
    head: i64,
}

impl Scan {
    fn event(&mut self, header: Header<'_>) -> Result<(), Error> {
        let fact = Fact::new(header);
        for part in &mut self.parts {
            if part.definition.reads(fact.aggregate_type) {
                part.folding.apply(&fact).map_err(|error| Error::Fold {
                    name: part.definition.name,
                    position: fact.position,
                    error,
                })?;
            }
        }
        if fact.position % BREATH == 0 {
            self.watch.check()?;
            self.watch.say(Phase::Scanning, fact.position, self.head);
            for part in &mut self.parts {
                part.send(false)?;
            }
        }
        Ok(())
    }

    fn drain(mut self) -> Result<Vec<Part>, Error> {
        for part in &mut self.parts {
            part.send(true)?;
        }
        Ok(self.parts)
    }

    fn bytes(&mut self) -> usize {
        let tables = self.parts.iter_mut().flat_map(|part| part.folding.tables());
        tables.map(|table| table.bytes()).sum()
    }
}
