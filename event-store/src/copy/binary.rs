//! The rows of a `copy … to stdout (format binary)`, read in place.
//!
//! Guarantees: rows may be cut anywhere between two chunks; text is valid UTF-8; a stream that
//! ends before its trailer is an error. Absent on purpose: types we do not store.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::canonical::Hash;
use crate::feed::ReadError;

const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";
/// Signature, flags, length of the header extension (which PostgreSQL leaves empty).
const HEADER: usize = SIGNATURE.len() + 4 + 4;
/// Microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL counts from.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// Cuts a binary COPY stream into rows.
#[derive(Debug, Default)]
pub struct Decoder {
    /// What is left of the last chunk: less than a row.
    pending: Vec<u8>,
    started: bool,
    ended: bool,
}

impl Decoder {
    /// Hands each row that is complete with this chunk to `row`.
    ///
    /// # Errors
    /// [`ReadError::Malformed`] as `E` for bytes that are no COPY stream; whatever `row` returns.
    pub fn feed<E: From<ReadError>>(
        &mut self,
        chunk: &[u8],
        mut row: impl FnMut(Fields<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.pending.is_empty() {
            let used = self.rows(chunk, &mut row)?;
            self.pending.extend_from_slice(chunk.get(used..).unwrap_or_default());
        } else {
            let mut joined = std::mem::take(&mut self.pending);
            joined.extend_from_slice(chunk);
            let used = self.rows(&joined, &mut row)?;
            joined.drain(..used);
            self.pending = joined;
        }
        Ok(())
    }

    /// Checks that the stream came to its own end.
    ///
    /// # Errors
    /// [`ReadError::Malformed`] if the trailer has not been seen.
    pub fn finish(self) -> Result<(), ReadError> {
        if self.ended { Ok(()) } else { Err(malformed("copy stream", "it broke off")) }
    }

    /// Reads the rows that lie completely in `bytes`; returns how many bytes they took.
    fn rows<E: From<ReadError>>(
        &mut self,
        bytes: &[u8],
        row: &mut impl FnMut(Fields<'_>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let mut at = 0;
        if !self.started {
            if bytes.len() < HEADER {
                return Ok(0);
            }
            if !bytes.starts_with(SIGNATURE) {
                return Err(malformed("copy stream", "its signature is missing").into());
            }
            self.started = true;
            at = HEADER;
        }
        while !self.ended {
            let Some(rest) = bytes.get(at..) else { break };
            let Some((count, fields)) = rest.split_first_chunk::<2>() else { break };
            let count = i16::from_be_bytes(*count);
            if count < 0 {
                self.ended = true;
                return Ok(bytes.len());
            }
            let Some(length) = row_length(fields, count)? else { break };
            let (this, _) = fields.split_at(length);
            row(Fields { rest: this })?;
            at += 2 + length;
        }
        Ok(at)
    }
}

/// The bytes of a row's fields, if the row is complete.
fn row_length(fields: &[u8], count: i16) -> Result<Option<usize>, ReadError> {
    let mut length = 0;
    for _ in 0..count {
        let Some(field) = fields.get(length..).and_then(|rest| rest.first_chunk::<4>()) else {
            return Ok(None);
        };
        length += 4 + field_length(*field)?.unwrap_or(0);
    }
    Ok((length <= fields.len()).then_some(length))
}

/// The length of a field, or nothing for null.
fn field_length(prefix: [u8; 4]) -> Result<Option<usize>, ReadError> {
    match i32::from_be_bytes(prefix) {
        -1 => Ok(None),
        length => usize::try_from(length)
            .map(Some)
            .map_err(|_| malformed("copy stream", "a field has a negative length")),
    }
}

/// The fields of one row, taken one after the other in the order of the query's columns.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The next field as it is; nothing for null.
    ///
    /// # Errors
    /// [`ReadError::Malformed`] if the row has no more fields.
    pub fn bytes(&mut self, column: &'static str) -> Result<Option<&'a [u8]>, ReadError> {
        let missing = || malformed(column, "the row has too few fields");
        let (prefix, rest) = self.rest.split_first_chunk::<4>().ok_or_else(missing)?;
        let Some(length) = field_length(*prefix)? else {
            self.rest = rest;
            return Ok(None);
        };
        let (field, rest) = rest.split_at_checked(length).ok_or_else(missing)?;
        self.rest = rest;
        Ok(Some(field))
    }

    /// A `smallint`.
    ///
    /// # Errors
    /// [`ReadError::Malformed`] for null or another width, as for all that follow.
    pub fn int2(&mut self, column: &'static str) -> Result<i16, ReadError> {
        Ok(i16::from_be_bytes(self.fixed(column)?))
    }

    /// A `bigint`.
    ///
    /// # Errors
    /// See [`Fields::int2`].
    pub fn int8(&mut self, column: &'static str) -> Result<i64, ReadError> {
        Ok(i64::from_be_bytes(self.fixed(column)?))
    }

    /// A `bigint` that may be null.
    ///
    /// # Errors
    /// See [`Fields::int2`].
    pub fn optional_int8(&mut self, column: &'static str) -> Result<Option<i64>, ReadError> {
        Ok(self.optional(column)?.map(i64::from_be_bytes))
    }

    /// A `uuid`.
    ///
    /// # Errors
    /// See [`Fields::int2`].
    pub fn uuid(&mut self, column: &'static str) -> Result<Uuid, ReadError> {
        Ok(Uuid::from_bytes(self.fixed(column)?))
    }

    /// A `uuid` that may be null.
    ///
    /// # Errors
    /// See [`Fields::int2`].
    pub fn optional_uuid(&mut self, column: &'static str) -> Result<Option<Uuid>, ReadError> {
        Ok(self.optional(column)?.map(Uuid::from_bytes))
    }

    /// A `bytea` of 32 bytes.
    ///
    /// # Errors
    /// See [`Fields::int2`].
    pub fn hash(&mut self, column: &'static str) -> Result<Hash, ReadError> {
        self.fixed(column)
    }

    /// A `timestamptz`.
    ///
    /// # Errors
    /// See [`Fields::int2`]; also for infinity and years out of chrono's range.
    pub fn instant(&mut self, column: &'static str) -> Result<DateTime<Utc>, ReadError> {
        i64::from_be_bytes(self.fixed(column)?)
            .checked_add(EPOCH_MICROS)
            .and_then(DateTime::from_timestamp_micros)
            .ok_or_else(|| malformed(column, "the instant is out of range"))
    }

    /// A `text` or `json`, byte for byte.
    ///
    /// # Errors
    /// See [`Fields::int2`]; also if it is not UTF-8.
    pub fn text(&mut self, column: &'static str) -> Result<&'a str, ReadError> {
        let bytes = self.bytes(column)?.ok_or_else(|| malformed(column, "it is null"))?;
        std::str::from_utf8(bytes).map_err(|_| malformed(column, "it is not UTF-8"))
    }

    /// A field of exactly `N` bytes.
    ///
    /// # Errors
    /// See [`Fields::int2`].
    pub fn fixed<const N: usize>(&mut self, column: &'static str) -> Result<[u8; N], ReadError> {
        self.optional(column)?.ok_or_else(|| malformed(column, "it is null"))
    }

    fn optional<const N: usize>(
        &mut self,
        column: &'static str,
    ) -> Result<Option<[u8; N]>, ReadError> {
        match self.bytes(column)? {
            None => Ok(None),
            Some(bytes) => match bytes.try_into() {
                Ok(array) => Ok(Some(array)),
                Err(_) => Err(malformed(column, "it has another width")),
            },
        }
    }
}

fn malformed(column: &'static str, reason: &'static str) -> ReadError {
    ReadError::Malformed { column, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(rows: &[(i64, &str)]) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        bytes.extend_from_slice(&[0; 8]);
        for (number, text) in rows {
            bytes.extend_from_slice(&3i16.to_be_bytes());
            bytes.extend_from_slice(&8i32.to_be_bytes());
            bytes.extend_from_slice(&number.to_be_bytes());
            bytes.extend_from_slice(&(-1i32).to_be_bytes());
            bytes.extend_from_slice(&i32::try_from(text.len()).unwrap().to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes.extend_from_slice(&(-1i16).to_be_bytes());
        bytes
    }

    fn decode(chunks: &[&[u8]]) -> Result<Vec<(i64, String)>, ReadError> {
        let (mut decoder, mut rows) = (Decoder::default(), Vec::new());
        for chunk in chunks {
            decoder.feed(chunk, |mut fields| {
                let number = fields.int8("number")?;
                assert_eq!(fields.bytes("nothing")?, None);
                rows.push((number, fields.text("text")?.to_owned()));
                Ok::<_, ReadError>(())
            })?;
        }
        decoder.finish()?;
        Ok(rows)
    }

    #[test]
    fn rows_come_out_the_same_wherever_the_stream_is_cut() {
        let rows = [(1, "one"), (-2, ""), (3, "drei €")];
        let expected: Vec<_> = rows.iter().map(|(n, t)| (*n, (*t).to_owned())).collect();
        let bytes = stream(&rows);
        for cut in 0..bytes.len() {
            let (left, right) = bytes.split_at(cut);
            assert_eq!(decode(&[left, right]).unwrap(), expected, "cut at {cut}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(decode(&single).unwrap(), expected);
    }

    #[test]
    fn a_stream_that_breaks_off_anywhere_is_an_error() {
        let bytes = stream(&[(1, "one"), (2, "two")]);
        for end in 0..bytes.len() - 1 {
            assert!(decode(&[&bytes[..end]]).is_err(), "ended at {end}");
        }
    }

    #[test]
    fn bytes_of_another_protocol_are_refused() {
        assert!(decode(&[b"a,b,c\n1,2,3\n4,5,6\n7,8,9\n"]).is_err());
    }
}
