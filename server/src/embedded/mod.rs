//! A private PostgreSQL cluster that this program makes, starts and stops itself.
//!
//! What it guarantees: real PostgreSQL with fsync and data checksums on, reachable through one Unix
//! socket that only we and the server's user can open; a cluster folder exists whole or not at all;
//! one program at a time per folder; the server ends when this program ends, however it ends; a
//! start after any crash of either side works without help.
//!
//! Absent on purpose: TCP, downloads, and any setting that trades durability for speed. If no
//! server is installed the start fails with the name of the package; nothing weaker takes its
//! place.

mod binaries;
mod cluster;
mod error;
mod leftovers;
mod process;
mod user;

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::sync::watch;

pub use binaries::{MINIMUM_VERSION, ServerBinaries};
pub use error::EmbeddedError;

use cluster::Layout;
use process::{Launcher, Process};

/// The superuser of the cluster and owner of every table.
pub const OWNER: &str = "billfold";

/// The port is part of the socket's file name only: nothing listens on TCP.
const PORT: u16 = 5432;

/// Where the cluster lives and how it is run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Folder of the cluster, its lock, its socket and its log; made if it is missing.
    pub dir: PathBuf,
    /// The folder with `postgres` and `initdb`; when set, no other place is looked at.
    pub server_binaries: Option<PathBuf>,
    /// The value of `PATH`: where programs are looked for before the usual install folders.
    pub search_path: OsString,
    /// Connections the server accepts, all pools of this program together.
    pub max_connections: u16,
}

/// A running cluster; dropping it stops the server.
#[derive(Debug)]
pub struct Embedded {
    layout: Layout,
    binaries: ServerBinaries,
    launcher: Launcher,
    max_connections: u16,
    process: Process,
    // Held for the life of the value: the operating system frees it if this program is killed.
    _lock: File,
}

impl Embedded {
    /// Makes the cluster if it is missing, starts its server and waits until it takes connections.
    ///
    /// Blocks for about 0.1 s, the first time about a second: call it from a thread that may wait.
    /// Every error is one line that says what to do.
    pub fn start(settings: &Settings) -> Result<Self, EmbeddedError> {
        let dir = cluster::open_folder(&settings.dir)?;
        let lock = lock(&dir)?;
        let layout = Layout::within(&dir);
        let user = user::server_user(&layout)?;
        user::check_reach(user.as_ref(), &dir)?;
        let launcher = Launcher::find(user, &settings.search_path);
        let binaries = binaries::find(settings, cluster::version(&layout)?.as_deref())?;
        cluster::make_if_missing(&layout, &binaries, &launcher)?;
        layout.make_socket_folder(&launcher)?;
        let process = launch(&layout, &binaries, &launcher, settings.max_connections)?;
        let max_connections = settings.max_connections;
        Ok(Self { layout, binaries, launcher, max_connections, process, _lock: lock })
    }

    /// How to connect to `database` of a cluster that another program of ours runs.
    ///
    /// # Errors
    /// There is no such folder, or its server does not take connections.
    pub fn attach(dir: &Path, database: &str) -> Result<PgConnectOptions, EmbeddedError> {
        let dir = fs::canonicalize(dir)
            .map_err(|source| EmbeddedError::io("cannot open", dir, source))?;
        let layout = Layout::within(&dir);
        process::wait_for_running(&layout)?;
        Ok(connect_options(&layout, database))
    }

    /// How to connect to `database` as the owner.
    pub fn connect_options(&self, database: &str) -> PgConnectOptions {
        connect_options(&self.layout, database)
    }

    /// The folder of the cluster's files, its lock and its log.
    pub fn dir(&self) -> &Path {
        &self.layout.dir
    }

    /// The folder of the server's socket.
    pub fn socket_folder(&self) -> &Path {
        &self.layout.socket
    }

    /// The server in use.
    pub fn binaries(&self) -> &ServerBinaries {
        &self.binaries
    }

    /// Process id of the server.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Becomes `Some` when the server has ended, whether it was asked to or not.
    pub fn ended(&self) -> watch::Receiver<Option<ExitStatus>> {
        self.process.ended()
    }

    /// Starts the server again after it ended by itself; blocks like [`Embedded::start`].
    pub fn restart(&mut self) -> Result<(), EmbeddedError> {
        self.process.stop();
        self.process = launch(&self.layout, &self.binaries, &self.launcher, self.max_connections)?;
        Ok(())
    }

    /// Stops the server: a fast shutdown with its checkpoint, then after a minute an immediate one.
    pub fn stop(&mut self) {
        self.process.stop();
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.stop();
    }
}

fn connect_options(layout: &Layout, database: &str) -> PgConnectOptions {
    // Every field that the environment could set is set here: PGHOST and friends are for others.
    PgConnectOptions::new_without_pgpass()
        .socket(&layout.socket)
        .port(PORT)
        .username(OWNER)
        .database(database)
        .ssl_mode(PgSslMode::Disable)
}

/// Clears what a killed program or server left behind, then starts the server.
fn launch(
    layout: &Layout,
    binaries: &ServerBinaries,
    launcher: &Launcher,
    max_connections: u16,
) -> Result<Process, EmbeddedError> {
    leftovers::stop_orphan(layout)?;
    leftovers::remove_stale_files(layout)?;
    Process::start(layout, binaries, launcher, max_connections)
}

fn lock(dir: &Path) -> Result<File, EmbeddedError> {
    let path = dir.join("lock");
    let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = open.map_err(|source| EmbeddedError::io("cannot open the lock", &path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(EmbeddedError::InUse { dir: dir.to_owned() }),
        Err(TryLockError::Error(source)) => {
            Err(EmbeddedError::io("cannot take the lock", &path, source))
        }
    }
}

/// Makes a folder with these permissions if it is missing; one that exists is left as it is.
fn make_folder(path: &Path, mode: u32) -> Result<(), EmbeddedError> {
    use std::os::unix::fs::DirBuilderExt;
    if path.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .map_err(|source| EmbeddedError::io("cannot make the folder", path, source))
}
