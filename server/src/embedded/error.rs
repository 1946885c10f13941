//! Why the private cluster could not be started: one line each, with what to do next.
//!
//! Absent on purpose: causes that are not the operator's to mend are passed on as the server's own
//! last words, not reworded.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Why the private cluster could not be started.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No folder with `postgres` and `initdb` was found.
    #[error(
        "no PostgreSQL server found: {install}, or name the folder of its programs \
         in database.server_binaries"
    )]
    NoServer {
        /// The order that installs the package on this system.
        install: String,
    },
    /// The folder named in the settings has no server.
    #[error("database.server_binaries: {folder} holds no postgres and initdb")]
    NotAServer {
        /// The folder named in the settings.
        folder: PathBuf,
    },
    /// Only servers below the oldest supported version were found.
    #[error("the PostgreSQL {found} in {folder} is too old: install version {minimum} or newer")]
    TooOld {
        /// Its major version.
        found: String,
        /// Where it lies.
        folder: PathBuf,
        /// The oldest version that will do.
        minimum: u32,
    },
    /// The cluster was made by another major version.
    #[error(
        "the data in {dir} is of PostgreSQL {data}, the server found is {server}: \
         install PostgreSQL {data}, or move the data with pg_dump and pg_restore"
    )]
    OtherVersion {
        /// The folder of the cluster.
        dir: PathBuf,
        /// Major version of the data.
        data: String,
        /// Major version of the server found.
        server: String,
    },
    /// Another program holds the lock of the folder.
    #[error("{dir} is in use by another running billfold: stop it, or choose another --data")]
    InUse {
        /// The folder asked for.
        dir: PathBuf,
    },
    /// PostgreSQL refuses to run as root and there is no user to drop to.
    #[error("PostgreSQL does not run as root: create the user postgres, or run as another user")]
    NoUser,
    /// The folder cannot be entered by the user that runs the server.
    #[error(
        "the server runs as {user}, who may not enter {blocker}: \
         choose a folder elsewhere with --data"
    )]
    Unreachable {
        /// The user that would run the server.
        user: String,
        /// The first folder on the way that is closed to that user.
        blocker: PathBuf,
    },
    /// The socket folder exists and belongs to somebody else.
    #[error("{folder} belongs to another user: remove it, or choose a shorter --data")]
    ForeignSocketFolder {
        /// The folder meant for the socket.
        folder: PathBuf,
    },
    /// `initdb` failed.
    #[error("the cluster could not be made in {dir}: {detail}")]
    NotMade {
        /// Where it was to be made.
        dir: PathBuf,
        /// The last words of `initdb`.
        detail: String,
    },
    /// The server ended before it took connections.
    #[error("the PostgreSQL server ended at its start ({status}): {detail}")]
    EndedAtStart {
        /// How it ended.
        status: ExitStatus,
        /// The last words of its log.
        detail: String,
    },
    /// The server did not take connections in time.
    #[error("the PostgreSQL server was not ready after {seconds} s: see {log}")]
    NotReady {
        /// How long it was waited for.
        seconds: u64,
        /// Its log.
        log: PathBuf,
    },
    /// A server left by an earlier run does not end.
    #[error(
        "a PostgreSQL server of an earlier run still works in {dir}: stop process {pid}, \
         then start again"
    )]
    StillRunning {
        /// The folder of the cluster.
        dir: PathBuf,
        /// Its process id.
        pid: i32,
    },
    /// A file or process operation failed.
    #[error("{what} {path}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system answered.
        #[source]
        source: io::Error,
    },
}

impl EmbeddedError {
    pub(super) fn io(what: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { what, path: path.to_owned(), source }
    }
}
