//! Writing the files of an export: lines into zstd segments, each with its SHA-256.

use super::format::{File, Kind};
use crate::outcome::Error;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Rows in one file, before the next begins.
const ROWS_PER_FILE: u64 = 500_000;
/// Fast and small enough: replay reads more often than it writes.
const LEVEL: i32 = 3;

/// Writes lines of one kind into numbered files.
pub(super) struct Segments {
    folder: PathBuf,
    kind: Kind,
    done: Vec<File>,
    open: Option<Open>,
}

struct Open {
    name: String,
    rows: u64,
    encoder: zstd::Encoder<'static, Hashing>,
    line: Vec<u8>,
}

/// A file that hashes what passes through it.
struct Hashing {
    file: std::fs::File,
    hash: Sha256,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Segments {
    /// Files of `kind` in `folder`.
    pub(super) fn new(folder: &Path, kind: Kind) -> Self {
        Self { folder: folder.to_owned(), kind, done: Vec::new(), open: None }
    }

    /// Appends one line.
    ///
    /// # Errors
    /// The file can't be written, or the row holds a line break (rows of this program never do).
    pub(super) fn push<T: Serialize>(&mut self, row: &T) -> Result<(), Error> {
        if self.open.as_ref().is_some_and(|open| open.rows == ROWS_PER_FILE) {
            self.close()?;
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.start()?,
        };
        open.line.clear();
        serde_json::to_writer(&mut open.line, row).map_err(|e| Error::Failed(e.to_string()))?;
        if open.line.contains(&b'\n') {
            return Err(Error::Input(format!("a row of {} holds a line break", open.name)));
        }
        open.line.push(b'\n');
        let tried = || format!("could not write {}", open.name);
        open.encoder.write_all(&open.line).map_err(|e| Error::file(tried(), e))?;
        open.rows += 1;
        self.open = Some(open);
        Ok(())
    }

    fn start(&self) -> Result<Open, Error> {
        let name = format!("{}-{:05}.jsonl.zst", self.kind.stem(), self.done.len() + 1);
        let path = self.folder.join(&name);
        let tried = format!("could not make {}", path.display());
        let file = std::fs::File::create_new(&path).map_err(|e| Error::file(&tried, e))?;
        let encoder = zstd::Encoder::new(Hashing { file, hash: Sha256::new() }, LEVEL)
            .map_err(|e| Error::file(&tried, e))?;
        Ok(Open { name, rows: 0, encoder, line: Vec::with_capacity(1024) })
    }

    fn close(&mut self) -> Result<(), Error> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let tried = format!("could not finish {}", open.name);
        let hashing = open.encoder.finish().map_err(|e| Error::file(&tried, e))?;
        hashing.file.sync_all().map_err(|e| Error::file(&tried, e))?;
        self.done.push(File {
            name: open.name,
            kind: self.kind,
            rows: open.rows,
            sha256: hashing.hash.finalize().into(),
        });
        Ok(())
    }

    /// Closes the last file; the list of all files for the manifest.
    ///
    /// # Errors
    /// A file can't be written to the disk.
    pub(super) fn finish(mut self) -> Result<Vec<File>, Error> {
        self.close()?;
        Ok(self.done)
    }
}
