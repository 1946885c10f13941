//! An export as a source for the verifier.

use super::format::{AnchorLine, BatchLine, EventLine, Kind, ReceiptLine};
use super::read::{Lines, Reader, parse};
use crate::outcome::Error;
use async_trait::async_trait;
use billfold_event_store::chain::{BatchRow, ReceiptRow, Source, StreamRow, Verifier};
use billfold_event_store::feed::{LogHead, ReadError};
use std::collections::HashMap;
use uuid::Uuid;

/// Events between two settlements of the verifier.
const EVENTS_PER_WINDOW: i64 = 10_000;

/// Feeds the rows of an export to a verifier. Streams are not exported; they are what the events
/// say.
#[derive(Debug)]
pub struct ExportSource {
    reader: Reader,
}

/// What a stream's newest event says: sequence and position.
type Streams = HashMap<(Uuid, String, Uuid), (i64, i64)>;

impl ExportSource {
    /// The opened export.
    pub fn new(reader: Reader) -> Self {
        Self { reader }
    }
}

#[async_trait]
impl Source for ExportSource {
    async fn head(&mut self) -> Result<LogHead, ReadError> {
        let manifest = self.reader.manifest();
        Ok(LogHead {
            log_id: manifest.log_id,
            install_id: manifest.install_id,
            position: manifest.position,
            batch_no: manifest.batch_no,
            batch_hash: manifest.batch_hash,
            recorded_at: manifest.last_recorded_at,
        })
    }

    async fn hand_over(&mut self, verifier: Verifier) -> Result<Verifier, ReadError> {
        let reader = self.reader.clone();
        // decompression and hashing are work for a thread that may block
        let fed = tokio::task::spawn_blocking(move || feed(&reader, verifier)).await;
        fed.map_err(|error| ReadError::Broken(error.to_string()))?
            .map_err(|error| ReadError::Broken(error.to_string()))
    }
}

fn feed(reader: &Reader, mut verifier: Verifier) -> Result<Verifier, Error> {
    let log_id = reader.manifest().log_id;
    let mut anchors = reader.lines(Kind::Anchors)?;
    while let Some(line) = anchors.next_row::<AnchorLine>()? {
        verifier.anchor(line);
    }
    let mut rest = Rest {
        log_id,
        events: reader.lines(Kind::Events)?,
        receipts: reader.lines(Kind::Receipts)?,
        receipt: None,
        streams: Streams::new(),
    };
    rest.receipt = rest.receipts.next_row()?;
    let mut batches = reader.lines(Kind::Batches)?;
    let (mut window, mut events) = (Vec::new(), 0);
    while let Some(line) = batches.next_row::<BatchLine>()? {
        let (header, batch_hash) = line.header(log_id);
        events += header.last_position - header.first_position + 1;
        window.push(BatchRow { header, batch_hash });
        if events >= EVENTS_PER_WINDOW {
            rest.window(&window, &mut verifier)?;
            (window, events) = (Vec::new(), 0);
        }
    }
    rest.window(&window, &mut verifier)?;
    rest.end(&mut verifier)?;
    Ok(verifier)
}

/// The lines that are still to be handed over.
struct Rest {
    log_id: i16,
    events: Lines,
    receipts: Lines,
    receipt: Option<ReceiptLine>,
    streams: Streams,
}

impl Rest {
    /// Hands over batches, their events and their receipts.
    fn window(&mut self, batches: &[BatchRow], verifier: &mut Verifier) -> Result<(), Error> {
        let Some(last) = batches.last() else { return Ok(()) };
        batches.iter().for_each(|row| verifier.batch(row));
        let first = batches[0].header.first_position;
        for _ in first..=last.header.last_position {
            if !self.event(verifier)? {
                break;
            }
        }
        while let Some(line) = self.receipt.take_if(|r| r.batch_no <= last.header.batch_no) {
            self.hand_receipt(&line, verifier)?;
        }
        verifier.settle();
        Ok(())
    }

    /// Hands over what lies beyond the last batch, and the streams.
    fn end(&mut self, verifier: &mut Verifier) -> Result<(), Error> {
        while self.event(verifier)? {}
        while let Some(line) = self.receipt.take() {
            self.hand_receipt(&line, verifier)?;
        }
        verifier.settle();
        for ((tenant_id, aggregate_type, aggregate_id), (sequence, position)) in &self.streams {
            verifier.stream(&StreamRow {
                tenant_id: *tenant_id,
                aggregate_type,
                aggregate_id: *aggregate_id,
                last_sequence: *sequence,
                last_position: *position,
            });
        }
        Ok(())
    }

    /// Hands over the next event; false if there is none.
    fn event(&mut self, verifier: &mut Verifier) -> Result<bool, Error> {
        let Some(line) = self.events.next_line()? else { return Ok(false) };
        let event: EventLine<'_> = parse(line)?;
        let event = event.to_ref(self.log_id);
        verifier.event(&event);
        let key = (event.tenant_id, event.aggregate_type.to_owned(), event.aggregate_id);
        self.streams.insert(key, (event.sequence, event.position));
        Ok(true)
    }

    fn hand_receipt(&mut self, line: &ReceiptLine, verifier: &mut Verifier) -> Result<(), Error> {
        let receipt = line.as_ref(self.log_id);
        verifier.receipt(&ReceiptRow { receipt, leaf_hash: line.leaf_hash });
        self.receipt = self.receipts.next_row()?;
        Ok(())
    }
}
