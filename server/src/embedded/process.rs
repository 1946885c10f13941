//! Programs of the server as processes: how they start, how they end with us, how they are stopped.
//!
//! The server lives in a process group of its own, so that Ctrl-C reaches this program first, and
//! is told by the kernel when this program dies (through `setpriv`, where it is installed). That
//! notice follows the thread that started the server, so a thread of ours does nothing but start it
//! and wait for its end.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use tokio::sync::watch;

use super::cluster::{self, Layout};
use super::user::ServerUser;
use super::{EmbeddedError, PORT, ServerBinaries, binaries};

/// How long a start may take: after a crash the server first replays its log.
const START_PATIENCE: Duration = Duration::from_secs(300);
/// How long the server of another program that is just starting is waited for.
const ATTACH_PATIENCE: Duration = Duration::from_secs(10);
/// How long a fast shutdown may take before an immediate one is asked for.
const STOP_PATIENCE: Duration = Duration::from_secs(60);
/// How often the end of the server is looked for.
const WATCH_INTERVAL: Duration = Duration::from_millis(20);

/// What a process gets when this program dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeathSignal {
    /// A clean, fast shutdown.
    Interrupt,
    /// For work that is thrown away when it is not whole.
    Kill,
}

/// Starts programs of the server as the right user.
#[derive(Debug, Clone)]
pub(super) struct Launcher {
    user: Option<ServerUser>,
    setpriv: Option<PathBuf>,
}

impl Launcher {
    pub(super) fn find(user: Option<ServerUser>, search_path: &OsStr) -> Self {
        let setpriv = binaries::program("setpriv", search_path).filter(|path| {
            // The one of busybox knows no death signal.
            let help = Command::new(path).arg("--help").stdin(Stdio::null()).output();
            help.is_ok_and(|it| String::from_utf8_lossy(&it.stdout).contains("--pdeathsig"))
        });
        Self { user, setpriv }
    }

    pub(super) fn user(&self) -> Option<&ServerUser> {
        self.user.as_ref()
    }

    /// The user id that programs run under.
    pub(super) fn uid(&self) -> u32 {
        self.user.as_ref().map_or_else(|| geteuid().as_raw(), |user| user.uid)
    }

    pub(super) fn command(&self, program: &Path, death: DeathSignal, folder: &Path) -> Command {
        let mut command = match &self.setpriv {
            Some(setpriv) => self.through_setpriv(setpriv, program, death),
            None => self.plain(program),
        };
        for variable in ["PGDATA", "PGPORT", "PGHOST", "PGUSER", "PGOPTIONS", "PGDATABASE"] {
            command.env_remove(variable);
        }
        command.current_dir(folder).env("LC_ALL", "C").stdin(Stdio::null());
        command
    }

    fn through_setpriv(&self, setpriv: &Path, program: &Path, death: DeathSignal) -> Command {
        let mut command = Command::new(setpriv);
        command.arg("--pdeathsig").arg(match death {
            DeathSignal::Interrupt => "INT",
            DeathSignal::Kill => "KILL",
        });
        if let Some(user) = &self.user {
            command.arg(format!("--reuid={}", user.uid)).arg(format!("--regid={}", user.gid));
            command.arg("--clear-groups");
        }
        command.arg("--").arg(program);
        command
    }

    fn plain(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Some(user) = &self.user {
            command.uid(user.uid).gid(user.gid);
        }
        command
    }
}

/// A server process. Its child handle is shared with the thread that waits for its end.
#[derive(Debug)]
pub(super) struct Process {
    pid: u32,
    child: Arc<Mutex<Child>>,
    ended: watch::Receiver<Option<ExitStatus>>,
}

impl Process {
    /// Starts the server and waits until it takes connections.
    pub(super) fn start(
        layout: &Layout,
        binaries: &ServerBinaries,
        launcher: &Launcher,
        max_connections: u16,
    ) -> Result<Self, EmbeddedError> {
        let (log, log_start) = cluster::open_log(layout)?;
        let cannot =
            |source| EmbeddedError::io("cannot start postgres of", &binaries.folder, source);
        let program = binaries.folder.join("postgres");
        let mut command = launcher.command(&program, DeathSignal::Interrupt, &layout.data);
        command.arg("-D").arg(&layout.data).arg("-k").arg(&layout.socket);
        command.arg("-p").arg(PORT.to_string());
        for setting in server_settings(max_connections) {
            command.arg("-c").arg(setting);
        }
        command.stdout(log.try_clone().map_err(cannot)?).stderr(log).process_group(0);
        let mut process = Self::spawn(command).map_err(cannot)?;
        if let Err(error) = process.wait_until_ready(layout, log_start) {
            process.stop();
            return Err(error);
        }
        Ok(process)
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    pub(super) fn ended(&self) -> watch::Receiver<Option<ExitStatus>> {
        self.ended.clone()
    }

    /// Stops the server and waits for its end; does nothing if it has ended.
    pub(super) fn stop(&mut self) {
        for (signal, patience) in
            [(Signal::SIGINT, STOP_PATIENCE), (Signal::SIGQUIT, Duration::from_secs(10))]
        {
            self.signal(signal);
            let asked = Instant::now();
            while asked.elapsed() < patience {
                if self.ended.borrow().is_some() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        tracing::error!(pid = self.pid, "the PostgreSQL server did not end when told to");
    }

    fn spawn(mut command: Command) -> io::Result<Self> {
        let (told, hear) = mpsc::channel();
        let (tell_end, ended) = watch::channel(None);
        std::thread::Builder::new().name("billfold-postgres".to_owned()).spawn(move || {
            let child = match command.spawn() {
                Ok(child) => Arc::new(Mutex::new(child)),
                Err(error) => return drop(told.send(Err(error))),
            };
            if told.send(Ok(Arc::clone(&child))).is_ok() {
                let _ = tell_end.send(Some(wait_for_end(&child)));
            }
        })?;
        let child = hear.recv().map_err(io::Error::other)??;
        let pid = child.lock().unwrap_or_else(PoisonError::into_inner).id();
        Ok(Self { pid, child, ended })
    }

    /// Sends a signal unless the process has been waited for: its id may belong to another then.
    fn signal(&self, signal: Signal) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Ok(None), Ok(pid)) = (child.try_wait(), i32::try_from(self.pid)) {
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }

    fn wait_until_ready(&self, layout: &Layout, log_start: u64) -> Result<(), EmbeddedError> {
        let began = Instant::now();
        loop {
            if let Some(status) = *self.ended.borrow() {
                let log = fs::read(&layout.log).unwrap_or_default();
                let start = usize::try_from(log_start).unwrap_or(usize::MAX);
                let said = String::from_utf8_lossy(log.get(start..).unwrap_or_default());
                let detail = cluster::last_words(&said);
                return Err(EmbeddedError::EndedAtStart { status, detail });
            }
            if ready_server(layout) == Some(self.pid) {
                return Ok(());
            }
            if began.elapsed() > START_PATIENCE {
                return Err(not_ready(layout, START_PATIENCE));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Waits until a server that another program started takes connections.
pub(super) fn wait_for_running(layout: &Layout) -> Result<(), EmbeddedError> {
    let began = Instant::now();
    // A killed server leaves a pid file that calls it ready; its program is starting another.
    while !ready_server(layout).is_some_and(is_alive) {
        if began.elapsed() > ATTACH_PATIENCE {
            return Err(not_ready(layout, ATTACH_PATIENCE));
        }
        std::thread::sleep(WATCH_INTERVAL);
    }
    Ok(())
}

/// The process id of the server that takes connections: its pid file says so in the eighth line.
fn ready_server(layout: &Layout) -> Option<u32> {
    let text = fs::read_to_string(layout.data.join("postmaster.pid")).ok()?;
    let mut lines = text.lines();
    let pid = lines.next()?.parse().ok()?;
    (lines.nth(6)?.trim_end() == "ready").then_some(pid)
}

fn is_alive(pid: u32) -> bool {
    // Another user's process may not be signalled, and is alive.
    let probe = |pid| kill(Pid::from_raw(pid), None) != Err(Errno::ESRCH);
    i32::try_from(pid).is_ok_and(probe)
}

fn not_ready(layout: &Layout, waited: Duration) -> EmbeddedError {
    EmbeddedError::NotReady { seconds: waited.as_secs(), log: layout.log.clone() }
}

fn wait_for_end(child: &Mutex<Child>) -> ExitStatus {
    loop {
        // Looked for under the lock, so that nobody signals an id that was waited for.
        let state = child.lock().unwrap_or_else(PoisonError::into_inner).try_wait();
        match state {
            Ok(Some(status)) => return status,
            Ok(None) => std::thread::sleep(WATCH_INTERVAL),
            // Somebody else waited for it: it is gone, and how is not known.
            Err(_) => return ExitStatus::default(),
        }
    }
}

fn server_settings(max_connections: u16) -> Vec<String> {
    let fixed = [
        "listen_addresses=",
        "unix_socket_permissions=0700",
        "fsync=on",
        "full_page_writes=on",
        "synchronous_commit=on",
        "shared_buffers=256MB",
        "max_wal_size=2GB",
        "wal_compression=on",
        "log_min_messages=warning",
        "log_checkpoints=off",
        "log_line_prefix=%m [%p] ",
    ];
    let mut settings: Vec<String> = fixed.map(str::to_owned).into();
    settings.push(format!("max_connections={max_connections}"));
    settings
}
