//! What a read model is: a name, a version, tables and a pure fold.
//!
//! Guarantees: the same events give the same rows, whether they come one by one, in pages, or all
//! at once in a rebuild. Absent on purpose: any way to send, call or schedule something; a rebuild
//! therefore cannot send 40,000 mails.

use billfold_domain::ledger::LedgerError;
use billfold_domain::schema::DecodeError;
use billfold_event_store::OnError;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::fact::Fact;
use crate::row::Shape;
use crate::table::{Table, Tables};

/// One question and how it is answered from events.
pub trait Projection: 'static {
    /// Name in `projections`, and first part of the names of its tables.
    const NAME: &'static str;
    /// Raised whenever the same events would give other rows; the next start then asks for a
    /// rebuild while the old generation keeps answering.
    const VERSION: u32;
    /// Kinds of streams that `apply` does something with; empty for all. Others are not decoded.
    const STREAMS: &'static [&'static str];
    /// What must hold of the finished tables; checked before a rebuilt generation goes live.
    const PROOFS: &'static [Proof] = &[];
    /// What happens to an event that cannot be folded. Read models of money stop: their totals
    /// must never be partial.
    const ON_ERROR: OnError = OnError::Park;
    /// The tables.
    type Rows: Tables;

    /// Folds one event.
    ///
    /// # Errors
    /// The event cannot be folded, now or ever: its stream is parked.
    fn apply(rows: &mut Self::Rows, fact: &Fact<'_>) -> Result<(), FoldError>;
}

/// Why an event cannot be folded. None of these goes away by waiting.
#[derive(Debug, Error)]
pub enum FoldError {
    /// The event's type, version or payload is not understood.
    #[error(transparent)]
    Undecodable(#[from] DecodeError),
    /// The event gives no balanced posting.
    #[error(transparent)]
    Unposted(#[from] LedgerError),
    /// The event changes a row that no earlier event made.
    #[error("no row {key} in {table:?} to change")]
    Missing {
        /// The table, without the projection's name.
        table: &'static str,
        /// The row's key.
        key: String,
    },
    /// A sum leaves 64 bits.
    #[error("a sum in {table:?} leaves 64 bits")]
    Overflow {
        /// The table, without the projection's name.
        table: &'static str,
    },
}

/// Something that must hold of a finished generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// The rule, as a sentence.
    pub rule: &'static str,
    /// A query that answers a row per violation, each of one text column. `{view}` in it stands
    /// for the generation's table of that view, `{position}` for the generation's position.
    pub violations: &'static str,
    /// Whether it reads the events themselves, which takes its time on a long log.
    pub reads_log: bool,
}

/// A projection as the shared mechanism sees it.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// [`Projection::NAME`].
    pub name: &'static str,
    /// [`Projection::VERSION`].
    pub version: u32,
    /// [`Projection::PROOFS`].
    pub proofs: &'static [Proof],
    /// [`Projection::ON_ERROR`].
    pub on_error: OnError,
    streams: &'static [&'static str],
    folding: fn() -> Box<dyn Folding>,
}

impl Definition {
    /// The definition of `P`.
    pub const fn of<P: Projection>() -> Self {
        Self {
            name: P::NAME,
            version: P::VERSION,
            proofs: P::PROOFS,
            on_error: P::ON_ERROR,
            streams: P::STREAMS,
            folding: || Box::new(Folder::<P>(P::Rows::default())),
        }
    }

    /// Empty buffers and the fold over them.
    pub fn folding(&self) -> Box<dyn Folding> {
        (self.folding)()
    }

    /// Whether events of such a stream concern it.
    pub fn reads(&self, aggregate_type: &str) -> bool {
        self.streams.is_empty() || self.streams.contains(&aggregate_type)
    }

    /// Shapes of its tables.
    pub fn shapes(&self) -> Vec<&'static Shape> {
        self.folding().tables().into_iter().map(|table| table.shape()).collect()
    }

    /// Identifies what this code would write: version and tables. A live generation with another
    /// hash keeps answering, but is not written by this code.
    pub fn code_hash(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(format!("{} {}", self.name, self.version));
        for shape in self.shapes() {
            hash.update(shape.create(shape.table));
            hash.update(shape.finish(shape.table).join(";"));
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A fold with its buffers, whatever its tables are.
pub trait Folding: Send {
    /// Folds one event.
    ///
    /// # Errors
    /// See [`Projection::apply`].
    fn apply(&mut self, fact: &Fact<'_>) -> Result<(), FoldError>;
    /// The buffers.
    fn tables(&mut self) -> Vec<&mut dyn Table>;
}

struct Folder<P: Projection>(P::Rows);

impl<P: Projection> Folding for Folder<P> {
    fn apply(&mut self, fact: &Fact<'_>) -> Result<(), FoldError> {
        P::apply(&mut self.0, fact)
    }
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        self.0.tables()
    }
}
