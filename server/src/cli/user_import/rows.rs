//! The rows of a file, each with the line it begins on.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::Context as _;
use serde::de::DeserializeOwned;

/// A row with the line it begins on, or what is wrong with it.
pub(super) type Line<R> = (u64, Result<R, String>);

/// Every row; `fields` names what one has.
pub(super) fn read<R: DeserializeOwned>(path: &Path, fields: &str) -> anyhow::Result<Vec<Line<R>>> {
    let what = || format!("{} cannot be read", path.display());
    // The parsers' own words may repeat what stands in the row, which is personal data.
    let bad_row = || format!("is not a row of {fields}");
    let file = File::open(path).with_context(what)?;
    if path.extension().is_some_and(|kind| kind == "jsonl") {
        let mut lines = Vec::new();
        for (no, line) in (1..).zip(BufReader::new(file).lines()) {
            let line = line.with_context(what)?;
            if !line.trim().is_empty() {
                lines.push((no, serde_json::from_str(&line).map_err(|_| bad_row())));
            }
        }
        return Ok(lines);
    }
    let mut reader = csv::Reader::from_reader(file);
    let mut lines = Vec::new();
    for record in reader.deserialize::<R>() {
        let line = reader_line(&record, lines.len());
        lines.push((line, record.map_err(|_| bad_row())));
    }
    Ok(lines)
}

fn reader_line<R>(record: &Result<R, csv::Error>, before: usize) -> u64 {
    let told = record.as_ref().err().and_then(csv::Error::position).map(csv::Position::line);
    // The first line holds the names of the columns.
    told.unwrap_or_else(|| u64::try_from(before).unwrap_or_default() + 2)
}
