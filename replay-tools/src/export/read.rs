//! Reading an export back: the manifest, its files checked against their hashes, and their lines.

use super::format::{FORMAT, File, Kind, Manifest};
use crate::outcome::Error;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// An opened export.
#[derive(Debug, Clone)]
pub struct Reader {
    folder: PathBuf,
    manifest: Manifest,
}

impl Reader {
    /// Opens the export in `folder` and checks each file against the manifest.
    ///
    /// # Errors
    /// No manifest, another format, or a file that is missing or was changed.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("manifest.json");
        let text = std::fs::read(&path).map_err(|e| {
            Error::file(format!("{} holds no finished export", folder.display()), e)
        })?;
        let manifest: Manifest = serde_json::from_slice(&text)
            .map_err(|e| Error::Input(format!("{} is not a manifest: {e}", path.display())))?;
        if manifest.format != FORMAT {
            let found = &manifest.format;
            return Err(Error::Input(format!("format {found:?} is not {FORMAT:?}")));
        }
        let reader = Self { folder: folder.to_owned(), manifest };
        for file in &reader.manifest.files {
            reader.check(file)?;
        }
        Ok(reader)
    }

    /// What the export says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Number of rows of a kind.
    pub fn rows(&self, kind: Kind) -> u64 {
        self.manifest.files.iter().filter(|f| f.kind == kind).map(|f| f.rows).sum()
    }

    /// All lines of a kind, as text, in order.
    ///
    /// # Errors
    /// A file can't be opened.
    pub fn lines(&self, kind: Kind) -> Result<Lines, Error> {
        let mut files = Vec::new();
        for file in self.manifest.files.iter().filter(|f| f.kind == kind) {
            files.push((self.folder.join(&file.name), file.rows));
        }
        files.reverse();
        Ok(Lines { files, open: None, left: 0, line: String::new() })
    }

    fn check(&self, file: &File) -> Result<(), Error> {
        let path = self.folder.join(&file.name);
        let tried = || format!("could not read {}", path.display());
        let mut input = std::fs::File::open(&path).map_err(|e| Error::file(tried(), e))?;
        let (mut hash, mut block) = (Sha256::new(), vec![0; 1 << 20]);
        loop {
            let read = input.read(&mut block).map_err(|e| Error::file(tried(), e))?;
            if read == 0 {
                break;
            }
            hash.update(&block[..read]);
        }
        if <[u8; 32]>::from(hash.finalize()) != file.sha256 {
            let name = &file.name;
            return Err(Error::Input(format!("{name} is not the file that the manifest names")));
        }
        Ok(())
    }
}

/// The lines of all files of one kind.
pub struct Lines {
    /// Files to come, the next one last, with their rows.
    files: Vec<(PathBuf, u64)>,
    open: Option<BufReader<zstd::Decoder<'static, BufReader<std::fs::File>>>>,
    left: u64,
    line: String,
}

impl Lines {
    /// The next line, or nothing at the end.
    ///
    /// # Errors
    /// A file can't be read or holds fewer or more lines than the manifest says.
    pub fn next_line(&mut self) -> Result<Option<&str>, Error> {
        loop {
            if let Some(open) = &mut self.open {
                self.line.clear();
                let read = open
                    .read_line(&mut self.line)
                    .map_err(|e| Error::file("could not read the export", e))?;
                if read > 0 && self.left > 0 {
                    self.left -= 1;
                    return Ok(Some(self.line.trim_end_matches('\n')));
                }
                if read > 0 || self.left > 0 {
                    return Err(Error::Input("a file has another number of rows".into()));
                }
                self.open = None;
            }
            let Some((path, rows)) = self.files.pop() else { return Ok(None) };
            let tried = format!("could not read {}", path.display());
            let file = std::fs::File::open(&path).map_err(|e| Error::file(&tried, e))?;
            let decoder = zstd::Decoder::new(file).map_err(|e| Error::file(&tried, e))?;
            self.open = Some(BufReader::with_capacity(1 << 20, decoder));
            self.left = rows;
        }
    }

    /// The next row, parsed into a type that owns its parts.
    ///
    /// # Errors
    /// As [`Lines::next_line`], or a line of another shape.
    pub fn next_row<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Error> {
        match self.next_line()? {
            None => Ok(None),
            Some(line) => parse(line).map(Some),
        }
    }
}

/// Parses one line.
///
/// # Errors
/// A line of another shape.
pub fn parse<'a, T: serde::Deserialize<'a>>(line: &'a str) -> Result<T, Error> {
    serde_json::from_str(line).map_err(|e| Error::Input(format!("a row of the export: {e}")))
}
