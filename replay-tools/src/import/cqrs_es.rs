//! `billfold import cqrs-es`: a history that the stock cqrs-es store kept becomes part of the log.
//!
//! Guarantees: every event is read and checked before the first is written; one that this release
//! cannot read is reported with its stream, sequence and reason, and what follows it in its stream
//! stays out with it; a second run adds nothing; Ctrl-C ends between batches and the same command
//! goes on. The source is only read, in one snapshot. Absent on purpose: keys of personal data,
//! which the source's key store holds.

use crate::outcome::{Error, Output, Verdict};
use crate::progress::Progress;
use crate::{Tools, verify};
use billfold_app::commands::Door;
use billfold_app::imports::history::{self, Past, Stored};
use billfold_domain::kernel::TenantId;
use billfold_event_store::adopt::{
    AdoptError, AdoptOrder, AdoptedEvent, Adoption, TimeColumn, TimeForm,
};
use futures_util::TryStreamExt;
use serde::Serialize;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Executor};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// Events handed to the log together.
const BATCH: usize = 4_096;
/// How long the source may take to answer.
const CONNECT: Duration = Duration::from_secs(15);
/// Refusals shown as text; JSON has them all.
const SHOWN: usize = 20;

/// Arguments of `billfold import cqrs-es`.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("order").required(true).args(["time", "by_stream"])))]
pub struct Options {
    /// The source database, as postgres://user@host/name
    #[arg(long, value_name = "URL", env = "SOURCE_DATABASE_URL", hide_env_values = true)]
    pub source: String,
    /// The source's table of events
    #[arg(long, default_value = "events")]
    pub table: String,
    /// Order by a time inside each event: metadata or payload, and a JSON pointer to it, such as
    /// metadata:/committed_at
    #[arg(long, value_name = "COLUMN:POINTER", value_parser = place)]
    pub time: Option<(TimeColumn, String)>,
    /// How that time is written
    #[arg(long, value_enum, default_value_t = Form::Rfc3339, requires = "time")]
    pub time_form: Form,
    /// Order stream after stream, where no event tells its time
    #[arg(long)]
    pub by_stream: bool,
    /// The seller to import for; left out if the source holds the seller's own stream
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// Read and check everything, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Leave out the proof that the chain is whole
    #[arg(long)]
    pub quick: bool,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The source may hold a password.
        f.debug_struct("Options").field("table", &self.table).finish_non_exhaustive()
    }
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// As 2026-03-02T09:00:00Z.
    Rfc3339,
    /// Seconds since 1970, with or without a fraction.
    Seconds,
    /// Milliseconds since 1970.
    Millis,
}

/// What was imported, and the proof.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The seller.
    pub tenant: TenantId,
    /// Events in the source.
    pub events: u64,
    /// Streams in the source.
    pub streams: usize,
    /// Events that are new in the log.
    pub created: u64,
    /// Events that were there before.
    pub present: u64,
    /// Events that were not imported.
    pub refused: Vec<Refusal>,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
    /// Whether chain and books were verified, and what the verdict is.
    pub sound: Option<bool>,
}

/// An event that was not imported.
#[derive(Debug, Serialize)]
pub struct Refusal {
    /// The name of its aggregate, as stored.
    pub aggregate_type: String,
    /// Its aggregate, as stored.
    pub aggregate_id: String,
    /// Its place in the stream.
    pub sequence: i64,
    /// Why not.
    pub reason: String,
}

impl Report {
    fn verdict(&self) -> Verdict {
        if self.interrupted {
            Verdict::Interrupted
        } else if self.sound == Some(false) || !self.refused.is_empty() {
            Verdict::Differences
        } else {
            Verdict::Clean
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { events, streams, created, present, refused, .. } = self;
        let refusals = refused.len();
        if self.dry_run {
            writeln!(f, "{events} events of {streams} streams, {refusals} refused; dry run")?;
        } else {
            writeln!(
                f,
                "{events} events of {streams} streams: {created} new, {present} known, \
                 {refusals} refused"
            )?;
        }
        for no in refused.iter().take(SHOWN) {
            let Refusal { aggregate_type, aggregate_id, sequence, reason } = no;
            writeln!(f, "  {aggregate_type} {aggregate_id} event {sequence}: {reason}")?;
        }
        if self.interrupted {
            return write!(f, "interrupted; run the same command again to go on");
        }
        let sound = match self.sound {
            None => "not verified",
            Some(true) => "whole, books balanced",
            Some(false) => "NOT sound, run `billfold verify`",
        };
        write!(f, "chain: {sound}")
    }
}

/// Imports a cqrs-es database and proves the result.
///
/// # Errors
/// The source cannot be read, its seller is not clear, or the ledger does not answer.
pub async fn run(tools: &Tools, options: &Options, output: Output) -> crate::Outcome {
    let report = import(tools, options, output).await?;
    output.result(&report);
    Ok(report.verdict())
}

/// Imports, and returns the report.
///
/// # Errors
/// As [`run`].
pub async fn import(tools: &Tools, options: &Options, output: Output) -> Result<Report, Error> {
    let door = tools.door()?;
    let mut source = Source::open(options).await?;
    let survey = source.survey(output).await?;
    let tenant = seller(door, options, &survey).await?;
    let mut report = Report {
        tenant,
        events: survey.events,
        streams: survey.last.len(),
        created: 0,
        present: 0,
        refused: survey.refused,
        dry_run: options.dry_run,
        interrupted: false,
        sound: None,
    };
    if !options.dry_run {
        let taking = Taking { door, tenant, broken: &survey.broken, stop: stop_on_signal() };
        taking.all(&mut source, &mut report, output).await?;
    }
    source.close().await;
    if !(options.quick || options.dry_run || report.interrupted) {
        let trust = tools.trust.clone();
        let verified = verify::check_database(&tools.feed, trust, output).await?;
        report.sound = Some(verified.is_sound());
    }
    Ok(report)
}

/// The source, as it stood when it was opened.
struct Source {
    connection: PgConnection,
    adoption: Adoption,
    events: u64,
}

/// What is known of the source before the first event is written.
#[derive(Default)]
struct Survey {
    events: u64,
    /// The last sequence of each stream that was read.
    last: BTreeMap<(String, String), i64>,
    /// From which sequence on a stream cannot be imported.
    broken: BTreeMap<(String, String), i64>,
    sellers: BTreeSet<Uuid>,
    refused: Vec<Refusal>,
}

impl Source {
    async fn open(options: &Options) -> Result<Self, Error> {
        let order = match &options.time {
            Some((column, pointer)) => AdoptOrder::Time {
                column: *column,
                pointer: pointer.clone(),
                form: options.time_form.into(),
            },
            None => AdoptOrder::Stream,
        };
        let adoption = Adoption::try_new(&options.table, order);
        let adoption = adoption.map_err(|error| Error::Usage(error.to_string()))?;
        let source: PgConnectOptions = options.source.parse().map_err(|_| {
            Error::Usage("--source is no address such as postgres://user@host/name".to_owned())
        })?;
        let mut connection = connect(&source).await?;
        let snapshot = "begin transaction isolation level repeatable read read only";
        connection.execute(snapshot).await.map_err(unreadable)?;
        let events = adoption.check(&mut connection).await.map_err(failed)?;
        let events = u64::try_from(events).unwrap_or_default();
        Ok(Self { connection, adoption, events })
    }

    /// Reads every event once.
    async fn survey(&mut self, output: Output) -> Result<Survey, Error> {
        let bar = Progress::new("events checked", self.events, output.quiet);
        let statement = self.adoption.statement();
        let mut events = self.adoption.events(&mut self.connection, &statement);
        let mut survey = Survey::default();
        while let Some(event) = events.try_next().await.map_err(failed)? {
            survey.see(event);
            bar.at(survey.events);
        }
        bar.finish();
        Ok(survey)
    }

    /// Ends the snapshot; the source has no other trace of us.
    async fn close(self) {
        // A server that is gone needs no goodbye.
        let _ = self.connection.close().await;
    }
}

impl Survey {
    fn see(&mut self, event: AdoptedEvent) {
        self.events += 1;
        let stream = (event.aggregate_type.clone(), event.aggregate_id.clone());
        let before = self.last.insert(stream.clone(), event.sequence).unwrap_or_default();
        let sequence = event.sequence;
        let reason = if self.broken.contains_key(&stream) {
            Some("it follows an event that was refused".to_owned())
        } else if sequence != before + 1 {
            Some(format!("its stream has {before} events before it"))
        } else {
            match read(event) {
                Ok(past) => {
                    self.sellers.extend(past.opens_books().then(|| past.aggregate_id()));
                    None
                }
                Err(reason) => Some(reason),
            }
        };
        if let Some(reason) = reason {
            self.broken.entry(stream.clone()).or_insert(sequence);
            let (aggregate_type, aggregate_id) = stream;
            self.refused.push(Refusal { aggregate_type, aggregate_id, sequence, reason });
        }
    }
}

/// Events on their way into the log.
struct Taking<'a> {
    door: &'a Door,
    tenant: TenantId,
    broken: &'a BTreeMap<(String, String), i64>,
    stop: Arc<AtomicBool>,
}

impl Taking<'_> {
    /// Reads the source again and takes over what can be: the seller's own stream first, whatever
    /// its times, since nothing can be booked before the books are open.
    async fn all(
        &self,
        source: &mut Source,
        report: &mut Report,
        output: Output,
    ) -> Result<(), Error> {
        let bar = Progress::new("events imported", source.events, output.quiet);
        let statement = source.adoption.statement();
        for opening in [true, false] {
            let mut events = source.adoption.events(&mut source.connection, &statement);
            let mut batch = Vec::with_capacity(BATCH);
            while let Some(event) = events.try_next().await.map_err(failed)? {
                let stream = (event.aggregate_type.clone(), event.aggregate_id.clone());
                if self.broken.get(&stream).is_some_and(|from| event.sequence >= *from) {
                    continue;
                }
                let past = read(event).map_err(Error::Failed)?;
                if opening == past.opens_books() {
                    batch.push(past);
                }
                if batch.len() == BATCH {
                    self.some(&mut batch, report).await?;
                    bar.at(report.created + report.present);
                    report.interrupted = self.stop.load(Ordering::Relaxed);
                    if report.interrupted {
                        bar.finish();
                        return Ok(());
                    }
                }
            }
            self.some(&mut batch, report).await?;
        }
        bar.finish();
        Ok(())
    }

    async fn some(&self, batch: &mut Vec<Past>, report: &mut Report) -> Result<(), Error> {
        use billfold_app::Error as No;
        let events = std::mem::take(batch);
        let places: Vec<_> = events.iter().map(Past::place).collect();
        let stopped = |error: &dyn fmt::Display| {
            Error::Failed(format!("{error}; run the same command again to go on"))
        };
        let answers = history::adopt(self.door, self.tenant, events).await;
        for (place, answer) in places.into_iter().zip(answers.map_err(|e| stopped(&e))?) {
            let reason = match answer {
                Ok(done) if done.replayed => {
                    report.present += 1;
                    continue;
                }
                Ok(_) => {
                    report.created += 1;
                    continue;
                }
                Err(No::Refused(no) | No::NotFound(no)) => no.detail,
                Err(No::KeyReused) => {
                    "another event was imported from this place before".to_owned()
                }
                Err(error) => return Err(stopped(&error)),
            };
            let (aggregate_type, id, sequence) = place;
            let aggregate_id = id.to_string();
            report.refused.push(Refusal { aggregate_type, aggregate_id, sequence, reason });
        }
        Ok(())
    }
}

impl From<Form> for TimeForm {
    fn from(form: Form) -> Self {
        match form {
            Form::Rfc3339 => Self::Rfc3339,
            Form::Seconds => Self::Seconds,
            Form::Millis => Self::Millis,
        }
    }
}

/// `metadata:/committed_at`.
fn place(text: &str) -> Result<(TimeColumn, String), String> {
    let (column, pointer) = text.split_once(':').ok_or("write COLUMN:POINTER")?;
    let column = match column {
        "metadata" => TimeColumn::Metadata,
        "payload" => TimeColumn::Payload,
        _ => return Err("the column is metadata or payload".to_owned()),
    };
    Ok((column, pointer.to_owned()))
}

/// The seller whose history it is.
async fn seller(door: &Door, options: &Options, survey: &Survey) -> Result<TenantId, Error> {
    let mut found = survey.sellers.iter().copied().map(TenantId::new);
    match (found.next(), found.next(), options.tenant) {
        (Some(_), Some(_), _) => Err(Error::Input(
            "the source holds the streams of several sellers, and nothing in it says which event \
             is whose: import from a table for each"
                .to_owned(),
        )),
        (Some(own), None, Some(wanted)) if own != wanted => {
            Err(Error::Usage(format!("the source is the history of seller {own}, not of {wanted}")))
        }
        (Some(own), None, _) => Ok(own),
        (None, _, Some(wanted)) => {
            let known = door.settings(wanted).await;
            known.map_err(|e| Error::Usage(format!("tenant {wanted}: {e}")))?;
            Ok(wanted)
        }
        (None, _, None) => Err(Error::Usage(
            "the source has no stream of a seller: name the seller to import for with --tenant"
                .to_owned(),
        )),
    }
}

fn read(event: AdoptedEvent) -> Result<Past, String> {
    let aggregate_id = Uuid::parse_str(&event.aggregate_id)
        .map_err(|_| "the id of its aggregate is no UUID".to_owned())?;
    let AdoptedEvent { aggregate_type, sequence, event_type, event_version, .. } = event;
    let (payload, at) = (event.payload, event.time);
    let stored =
        Stored { aggregate_type, aggregate_id, sequence, event_type, event_version, payload, at };
    Past::read(stored).map_err(|error| error.to_string())
}

/// Turns true at Ctrl-C, for as long as the command lasts.
fn stop_on_signal() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            told.store(true, Ordering::Relaxed);
        }
    });
    stop
}

/// A connection to the source, or which one could not be had; its password is never told.
async fn connect(source: &PgConnectOptions) -> Result<PgConnection, Error> {
    let why = match tokio::time::timeout(CONNECT, source.connect()).await {
        Ok(Ok(connection)) => return Ok(connection),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} s", CONNECT.as_secs()),
    };
    let (host, port, user) = (source.get_host(), source.get_port(), source.get_username());
    let place = match (source.get_socket(), host.starts_with('/')) {
        (Some(socket), _) => format!("the socket in {} (port {port})", socket.display()),
        (None, true) => format!("the socket in {host} (port {port})"),
        (None, false) => format!("{host}:{port}"),
    };
    Err(Error::Failed(format!(
        "cannot reach the source database {} at {place} as {user}: {why}; nothing was imported: \
         check the address, that its server runs, and user and password, then run the same \
         command again",
        source.get_database().unwrap_or(user),
    )))
}

fn unreadable(error: sqlx::Error) -> Error {
    failed(AdoptError::Source(error))
}

fn failed(error: AdoptError) -> Error {
    match &error {
        AdoptError::Source(source) => Error::Failed(format!("{error}: {source}")),
        AdoptError::Time { .. } => Error::Input(error.to_string()),
        AdoptError::Name { .. } | AdoptError::Pointer { .. } => Error::Usage(error.to_string()),
    }
}
