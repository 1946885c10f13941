//! The workload of the write benches: an invoice-like stream with two events of about 300 bytes a
//! command.
//!
//! The same events go through stock `postgres-es` and through our store, so that only the storage
//! differs. Amounts are integers of minor units. Nothing here is billing logic of the product.

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What happened to a bench stream.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BenchEvent {
    /// First event of a command: a document was opened.
    Opened {
        /// The document.
        document: Uuid,
        /// Who it is for.
        client: Uuid,
        /// Its printed number.
        number: String,
        /// ISO 4217 code.
        currency: String,
        /// ISO date.
        issued_on: String,
        /// ISO date.
        due_on: String,
        /// Free text, fills the event to a realistic size.
        note: String,
    },
    /// Second event of a command: a line was added.
    LineAdded {
        /// The line.
        line: Uuid,
        /// The service it bills.
        service: Uuid,
        /// Product code.
        product: String,
        /// Printed text.
        description: String,
        /// Units, as a decimal string.
        quantity: String,
        /// Net amount, minor units.
        net_minor: i64,
        /// Start of the service period, ISO date.
        period_from: String,
        /// End of the service period, ISO date.
        period_to: String,
    },
}

impl BenchEvent {
    /// The stored event type.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "bench.opened",
            Self::LineAdded { .. } => "bench.line_added",
        }
    }
}

/// The two events of one command on stream `id`.
pub(crate) fn events(id: Uuid, n: u64) -> [BenchEvent; 2] {
    [
        BenchEvent::Opened {
            document: id,
            client: Uuid::from_u128(id.as_u128() ^ 0x5eed),
            number: format!("INV-2026-{n:06}"),
            currency: "EUR".into(),
            issued_on: "2026-11-01".into(),
            due_on: "2026-11-15".into(),
            note: "Web hosting and domains, renewed by the monthly billing run of this seller"
                .into(),
        },
        BenchEvent::LineAdded {
            line: Uuid::from_u128(id.as_u128() ^ 0x11e),
            service: Uuid::from_u128(id.as_u128() ^ 0x5e1),
            product: "vps-medium-4c8g".into(),
            description: "Virtual server, four cores".into(),
            quantity: "1".into(),
            net_minor: 1299 + i64::try_from(n % 97).unwrap_or_default(),
            period_from: "2026-11-01".into(),
            period_to: "2026-12-01".into(),
        },
    ]
}

/// Folded state: enough that a fold costs what a small aggregate costs.
#[derive(Serialize, Deserialize, Clone, Debug, Default)]
pub(crate) struct BenchState {
    /// Lines so far.
    pub(crate) lines: u32,
    /// Sum of the lines, minor units.
    pub(crate) net_minor: i64,
    /// Number of the last document.
    pub(crate) number: String,
}

impl BenchState {
    /// Folds one event.
    pub(crate) fn fold(&mut self, event: &BenchEvent) {
        match event {
            BenchEvent::Opened { number, .. } => self.number.clone_from(number),
            BenchEvent::LineAdded { net_minor, .. } => {
                self.lines += 1;
                self.net_minor += net_minor;
            }
        }
    }
}

impl DomainEvent for BenchEvent {
    fn event_type(&self) -> String {
        self.kind().into()
    }
    fn event_version(&self) -> String {
        "1".into()
    }
}

/// A command of the stock side: append the two events.
#[derive(Debug, Clone)]
pub(crate) struct AppendTwo {
    /// The stream.
    pub(crate) id: Uuid,
    /// Running number of the command.
    pub(crate) n: u64,
}

/// The stock side never refuses.
#[derive(Debug, thiserror::Error)]
#[error("never")]
pub(crate) struct Never;

impl Aggregate for BenchState {
    const TYPE: &'static str = "bench";
    type Command = AppendTwo;
    type Event = BenchEvent;
    type Error = Never;
    type Services = ();

    async fn handle(
        &mut self,
        command: AppendTwo,
        _services: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Never> {
        for event in events(command.id, command.n) {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: BenchEvent) {
        self.fold(&event);
    }
}
