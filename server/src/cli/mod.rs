//! The command line: one struct of what may be asked, one file per command.
//!
//! Exit codes, the same for every command: 0 done · 1 done, and differences or refused rows were
//! found · 2 the command or a setting is wrong · 3 something needed is unavailable (database, port,
//! file) · 4 interrupted, run it again to go on · 70 a bug. Absent on purpose: rules; commands go
//! through the same door as everybody.

mod bill;
mod config;
mod demo;
mod dun;
mod expire;
mod job;
mod keys;
mod mail;
mod migrate;
mod password;
mod personal_data;
mod recognise;
mod schedule;
mod serve;
mod tenant;
mod tools;
mod user;
mod user_import;

use std::path::PathBuf;
use std::process::ExitCode;

use billfold_replay_tools::outcome::Output;
use clap::{Parser, Subcommand};

use crate::config::{Config, Environment, Telemetry, default_data_folder};
use crate::telemetry;

/// Billing ledger engine for hosting providers: an event-sourced log, provable and replayable.
#[derive(Debug, Parser)]
#[command(name = "billfold", version, max_term_width = 100, after_help = EXIT_CODES)]
struct Arguments {
    /// The data folder: private database, keys, settings.
    #[arg(long, global = true, env = "BILLFOLD_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// The file of settings, instead of billfold.toml in the data folder.
    #[arg(long, global = true, env = "BILLFOLD_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print results as JSON.
    #[arg(long, global = true)]
    json: bool,
    /// Show no progress.
    #[arg(long, global = true)]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 differences or refused rows were found, \
2 wrong command or setting, 3 database, port or file unavailable, 4 interrupted, 70 bug.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the API, the pages, the followers and, without a database of yours, a private
    /// PostgreSQL.
    Serve(serve::Arguments),
    /// Bring the database to the schema of this program.
    Migrate,
    /// Show the settings in force.
    #[command(subcommand)]
    Config(config::Command),
    /// Open the books of a seller, or list the sellers.
    #[command(subcommand)]
    Tenant(tenant::Command),
    /// Bill everything that is due.
    Bill(bill::Arguments),
    /// Do what dunning wants today of every client who is late.
    Dun(dun::Arguments),
    /// Turn what was billed ahead into revenue, through a day that is over.
    Recognise(recognise::Arguments),
    /// Give up what is left on gift cards whose last day is over.
    Expire(expire::Arguments),
    /// Choose when what is due is done by itself, or have it done now.
    #[command(subcommand)]
    Schedule(schedule::Command),
    /// Make the first account of a seller, or take accounts over.
    #[command(subcommand)]
    User(user::Command),
    /// Count, rotate, back up and expire the keys under which personal data lies.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Try whether mail leaves as the settings say.
    #[command(subcommand)]
    Mail(mail::Command),
    /// Write everything held about one person to a file, as JSON.
    PersonalData(personal_data::Arguments),
    #[command(flatten)]
    Tools(billfold_replay_tools::Command),
    /// Fill a ledger of its own with a small hosting seller and real purchases, and serve it.
    Demo(demo::Arguments),
}

/// What every command starts from.
#[derive(Debug, Clone)]
pub struct Context {
    /// The data folder.
    pub data: PathBuf,
    /// The settings in force.
    pub config: Config,
    /// The environment of the process.
    pub environment: Environment,
}

/// Why a command stopped, with the exit code it stands for.
#[derive(Debug)]
pub struct Stop {
    code: u8,
    source: anyhow::Error,
}

impl Stop {
    /// The command or a setting is wrong.
    pub fn usage(source: impl Into<anyhow::Error>) -> Self {
        Self { code: 2, source: source.into() }
    }

    /// Something needed is not there or does not answer.
    pub fn unavailable(source: impl Into<anyhow::Error>) -> Self {
        Self { code: 3, source: source.into() }
    }

    /// What the door for commands answered instead of doing it.
    pub fn from_app(error: billfold_app::Error) -> Self {
        use billfold_app::Error;
        match error {
            Error::Bug(_) => Self::bug(error),
            error if error.passes() => Self::unavailable(error),
            other => Self::usage(other),
        }
    }

    /// A stop with an exit code that was decided elsewhere.
    pub fn with_code(code: u8, source: impl Into<anyhow::Error>) -> Self {
        Self { code, source: source.into() }
    }

    /// Something that should not be able to happen.
    pub fn bug(source: impl Into<anyhow::Error>) -> Self {
        Self { code: 70, source: source.into() }
    }
}

/// Runs the program as the process's command line asks.
#[expect(clippy::print_stderr, reason = "the last word of a command goes to its user")]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match execute(arguments) {
        Ok(code) => code,
        Err(stop) => {
            eprintln!("billfold: {}", explain(&stop.source));
            ExitCode::from(stop.code)
        }
    }
}

/// The error and its causes on one line; a cause that the line tells already is not told again.
fn explain(error: &anyhow::Error) -> String {
    let mut line = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !line.contains(&cause) {
            line.push_str(": ");
            line.push_str(&cause);
        }
    }
    line
}

fn execute(arguments: Arguments) -> Result<ExitCode, Stop> {
    let environment = Environment::of_process();
    let output = Output { json: arguments.json, quiet: arguments.quiet };
    let demo = matches!(arguments.command, Command::Demo(_));
    let usual =
        || default_data_folder(&environment, if demo { "billfold-demo" } else { "billfold" });
    let data = arguments.data.unwrap_or_else(usual);
    let config = Config::load(&data, arguments.config.as_deref(), &environment);
    let context = Context { data, config: config.map_err(Stop::usage)?, environment };
    start_log(&context, &arguments.command)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(Stop::unavailable)?;
    match arguments.command {
        Command::Serve(arguments) => runtime.block_on(serve::run(context, arguments)),
        Command::Migrate => runtime.block_on(migrate::run(context)),
        Command::Config(command) => config::run(&context, &command),
        Command::Tenant(command) => runtime.block_on(tenant::run(context, command)),
        Command::Bill(arguments) => runtime.block_on(bill::run(context, arguments, output)),
        Command::Expire(arguments) => runtime.block_on(expire::run(context, arguments, output)),
        Command::Dun(arguments) => runtime.block_on(dun::run(context, arguments, output)),
        Command::Recognise(arguments) => {
            runtime.block_on(recognise::run(context, arguments, output))
        }
        Command::Schedule(command) => runtime.block_on(schedule::run(context, command, output)),
        Command::User(command) => runtime.block_on(user::run(context, command, output)),
        Command::Keys(command) => runtime.block_on(keys::run(context, command, output)),
        Command::Mail(command) => runtime.block_on(mail::run(context, command)),
        Command::PersonalData(arguments) => {
            runtime.block_on(personal_data::run(context, arguments))
        }
        Command::Tools(command) => runtime.block_on(tools::run(context, command, output)),
        Command::Demo(arguments) => runtime.block_on(demo::run(context, arguments, output)),
    }
}

/// A server tells what it does; other commands only what is wrong, unless the settings say more.
fn start_log(context: &Context, command: &Command) -> Result<(), Stop> {
    let mut settings = context.config.telemetry.clone();
    let talks = matches!(command, Command::Serve(_));
    if !talks && settings.filter == Telemetry::default().filter {
        settings.filter = "warn,sqlx=error".to_owned();
    }
    telemetry::start_log(&settings).map_err(Stop::usage)
}
