//! What a killed program or server left behind, and when it may be cleared away.
//!
//! A process is taken for our server only if its working folder is our data folder: a process id
//! alone proves nothing, since containers hand the same small numbers out again. The pid file and
//! the socket's lock are removed only when no process works in the data folder; while one does, the
//! server's own checks stay in force. The socket itself stays until the next server replaces it:
//! who connects meanwhile is refused, which means "not yet", and does not find it missing.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::EmbeddedError;
use super::cluster::Layout;

/// How long a server of an earlier run gets for its last checkpoint.
const ORPHAN_PATIENCE: Duration = Duration::from_secs(60);

/// Stops a server that outlived its program, so that settings and parent are ours again.
pub(super) fn stop_orphan(layout: &Layout) -> Result<(), EmbeddedError> {
    let Some(pid) = orphan(layout) else { return Ok(()) };
    tracing::warn!(pid, "stopping the PostgreSQL server that an earlier run left behind");
    // Failure means that it ended meanwhile.
    let _ = kill(Pid::from_raw(pid), Signal::SIGINT);
    let asked = Instant::now();
    while is_ours(pid, &layout.data) {
        if asked.elapsed() > ORPHAN_PATIENCE {
            return Err(EmbeddedError::StillRunning { dir: layout.data.clone(), pid });
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Removes the pid file and the socket's lock of a server that is gone.
pub(super) fn remove_stale_files(layout: &Layout) -> Result<(), EmbeddedError> {
    let pid_file = layout.data.join("postmaster.pid");
    // Children of a killed server notice within moments; they must be gone before its pid file is.
    let began = Instant::now();
    while in_use(&layout.data) {
        if began.elapsed() > Duration::from_secs(10) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    if pid_file.exists() {
        fs::remove_file(&pid_file)
            .map_err(|source| EmbeddedError::io("cannot remove the stale", &pid_file, source))?;
    }
    for entry in fs::read_dir(&layout.socket).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(".s.PGSQL.") && name.ends_with(".lock") {
            let path = entry.path();
            fs::remove_file(&path)
                .map_err(|source| EmbeddedError::io("cannot remove the stale", &path, source))?;
        }
    }
    Ok(())
}

/// The server named by the pid file, if it runs and is really the one of this data folder.
fn orphan(layout: &Layout) -> Option<i32> {
    let text = fs::read_to_string(layout.data.join("postmaster.pid")).ok()?;
    let pid: i32 = text.lines().next()?.trim().parse().ok()?;
    is_ours(pid, &layout.data).then_some(pid)
}

fn is_ours(pid: i32, data: &Path) -> bool {
    match fs::read_link(format!("/proc/{pid}/cwd")) {
        Ok(folder) => folder == data,
        // Root in a container may not look into a process of another user: its arguments are open.
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            let arguments = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let data = data.as_os_str().as_encoded_bytes();
            arguments.split(|byte| *byte == 0).any(|argument| argument == data)
        }
        Err(_) => false,
    }
}

/// Whether any process works in the data folder; an unreadable one that is a server counts as such.
fn in_use(data: &Path) -> bool {
    let Ok(processes) = fs::read_dir("/proc") else {
        // No /proc here: the server's own check of its pid file decides.
        return data.join("postmaster.pid").exists();
    };
    processes.flatten().any(|entry| match fs::read_link(entry.path().join("cwd")) {
        Ok(folder) => folder.starts_with(data),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            fs::read_to_string(entry.path().join("comm")).is_ok_and(|name| name == "postgres\n")
        }
        Err(_) => false,
    })
}
