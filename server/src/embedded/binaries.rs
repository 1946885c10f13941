//! Finds the programs of a PostgreSQL server on this machine.
//!
//! Order: the folder named in the settings (then nothing else is looked at), `PATH`, the usual
//! install folders with the newest version first. A pack carried inside this program would stand
//! between the setting and `PATH` in [`candidates`]: one more folder, unpacked before it is named.
//! Where a cluster exists, a server of its own major version wins over a newer one.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{EmbeddedError, Settings};

/// The oldest major version that has what the schema uses (views with their reader's rights).
pub const MINIMUM_VERSION: u32 = 15;

/// A folder with `postgres` and `initdb`, and their major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerBinaries {
    /// The folder.
    pub folder: PathBuf,
    /// The major version, for example 15.
    pub version: u32,
}

/// The server to use: one of the cluster's own version if there is a cluster, else the first found.
pub(super) fn find(
    settings: &Settings,
    cluster_version: Option<&str>,
) -> Result<ServerBinaries, EmbeddedError> {
    let found: Vec<ServerBinaries> =
        candidates(settings)?.into_iter().filter_map(|folder| probe(&folder)).collect();
    let Some(first) = found.first() else {
        return match &settings.server_binaries {
            Some(folder) => Err(EmbeddedError::NotAServer { folder: folder.clone() }),
            None => Err(EmbeddedError::NoServer { install: install_order() }),
        };
    };
    if let Some(data) = cluster_version {
        let same = found.iter().find(|server| server.version.to_string() == data);
        return same.cloned().ok_or_else(|| EmbeddedError::OtherVersion {
            dir: settings.dir.clone(),
            data: data.to_owned(),
            server: first.version.to_string(),
        });
    }
    let recent = found.iter().find(|server| server.version >= MINIMUM_VERSION);
    recent.cloned().ok_or_else(|| EmbeddedError::TooOld {
        found: first.version.to_string(),
        folder: first.folder.clone(),
        minimum: MINIMUM_VERSION,
    })
}

/// A program of this name in `PATH` or in the folders every system has.
pub(super) fn program(name: &str, search_path: &OsStr) -> Option<PathBuf> {
    let usual = ["/usr/bin", "/bin", "/usr/local/bin"].map(PathBuf::from);
    std::env::split_paths(search_path)
        .chain(usual)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

fn candidates(settings: &Settings) -> Result<Vec<PathBuf>, EmbeddedError> {
    if let Some(folder) = &settings.server_binaries {
        let whole = fs::canonicalize(folder);
        return Ok(vec![whole.map_err(|_| EmbeddedError::NotAServer { folder: folder.clone() })?]);
    }
    let in_path = std::env::split_paths(&settings.search_path).filter(|p| p.is_absolute());
    Ok(in_path.chain(installed()).collect())
}

/// The usual install folders, newest version first.
fn installed() -> Vec<PathBuf> {
    // (folder of versions, what a version's name starts with)
    let roots = [
        ("/usr/lib/postgresql", ""),
        ("/usr/local/lib/postgresql", ""),
        ("/usr/libexec", "postgresql"),
        ("/usr", "pgsql-"),
        ("/usr/local", "pgsql"),
        ("/opt", "postgresql"),
        ("/opt/homebrew/opt", "postgresql"),
        ("/usr/local/opt", "postgresql"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql"),
    ];
    let mut versions: Vec<(u32, PathBuf)> = Vec::new();
    for (root, prefix) in roots {
        for entry in fs::read_dir(root).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(rest) = name.strip_prefix(prefix) {
                let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
                // Fedora and Alpine put the programs beside each other, the others into bin/.
                versions.push((digits.parse().unwrap_or(0), entry.path().join("bin")));
                versions.push((digits.parse().unwrap_or(0), entry.path()));
            }
        }
    }
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

/// The folder's version if it holds a server that runs here.
fn probe(folder: &Path) -> Option<ServerBinaries> {
    let postgres = folder.join("postgres");
    if !postgres.is_file() || !folder.join("initdb").is_file() {
        return None;
    }
    let output = Command::new(postgres).arg("--version").output().ok()?;
    let version = major_version(&String::from_utf8_lossy(&output.stdout))?;
    Some(ServerBinaries { folder: folder.to_owned(), version })
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0)` is 15; `17beta1` is 17.
fn major_version(text: &str) -> Option<u32> {
    let word = text.split_once("(PostgreSQL)")?.1.split_whitespace().next()?;
    let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The order that installs a server on this system.
fn install_order() -> String {
    if cfg!(target_os = "macos") {
        return "run `brew install postgresql`".to_owned();
    }
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let family: String = release
        .lines()
        .filter(|line| line.starts_with("ID=") || line.starts_with("ID_LIKE="))
        .collect::<Vec<_>>()
        .join(" ");
    let orders = [
        ("debian", "run `apt-get install postgresql`"),
        ("fedora", "run `dnf install postgresql-server`"),
        ("rhel", "run `dnf install postgresql-server`"),
        ("alpine", "run `apk add postgresql`"),
        ("arch", "run `pacman -S postgresql`"),
        ("suse", "run `zypper install postgresql-server`"),
    ];
    let known = orders.iter().find(|(name, _)| family.contains(name));
    known.map_or("install its package `postgresql`", |(_, order)| order).to_owned()
}

#[cfg(test)]
mod tests {
    use super::major_version;

    #[test]
    fn major_version_is_read_from_releases_and_betas() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0)\n"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 17beta1\n"), Some(17));
        assert_eq!(major_version("postgres 15"), None);
    }
}
