//! Reads the purchase file line by line: every line is either a row or a refusal that names line,
//! field and reason.
//!
//! Guarantees: lines may end in LF or CR LF and begin with blanks; nothing is guessed. Amounts
//! carry exactly two decimals, so that a line cut inside its amount is refused instead of read as
//! less money.
//! Absent on purpose: sorting and importing.

use std::collections::HashMap;

use billfold_domain::kernel::{Currency, Money};
use chrono::NaiveDate;

use super::row::Row;

/// The fields of a line, in order.
const FIELDS: [&str; 4] = ["customer_id", "date", "number_of_cds", "dollar_value"];
/// A longer line is not a purchase.
const LONGEST_LINE: usize = 200;
/// More CDs than this in one purchase are a mistake.
const MOST_CDS: u32 = 10_000;
/// More money than this in one purchase is a mistake: a million dollars, in cents.
const MOST_MINOR: i64 = 100_000_000;
/// No purchase is older.
const FIRST_YEAR: i32 = 1990;

/// A file that was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The good lines, in file order.
    pub rows: Vec<Row>,
    /// The bad lines, in file order.
    pub refused: Vec<LineRefusal>,
}

/// A line that cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRefusal {
    /// Its number, from 1.
    pub line: u64,
    /// The field that is wrong, or `line` when it has no fields.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

/// A file that holds no purchases at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileRefusal {
    /// Not a single line.
    #[error("the file is empty")]
    Empty,
    /// The first line is neither the header nor a purchase.
    #[error(
        "the file is not a purchase log: its first line is neither a purchase nor the header \
         \"customer_id date number_of_cds dollar_value\""
    )]
    WrongFile,
    /// A header and nothing after it.
    #[error("the file has a header and no purchase")]
    NoRows,
}

/// Reads a whole file; purchases after `today` are refused.
///
/// # Errors
/// The file holds no purchases at all.
pub fn parse(bytes: &[u8], today: NaiveDate) -> Result<Parsed, FileRefusal> {
    let usd = Currency::parse("USD").map_err(|_| FileRefusal::WrongFile)?;
    let mut lines = Lines { usd, today, seen: HashMap::new() };
    let mut parsed = Parsed { rows: Vec::new(), refused: Vec::new() };
    let mut first = true;
    for (at, line) in (1_u64..).zip(bytes.split(|byte| *byte == b'\n')) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if std::mem::take(&mut first) {
            match first_line(line) {
                First::Header => continue,
                First::Purchase => {}
                First::Neither => return Err(FileRefusal::WrongFile),
            }
        }
        match lines.row(at, line) {
            Ok(row) => parsed.rows.push(row),
            Err(refusal) => parsed.refused.push(refusal),
        }
    }
    if first {
        return Err(FileRefusal::Empty);
    }
    if parsed.rows.is_empty() && parsed.refused.is_empty() {
        return Err(FileRefusal::NoRows);
    }
    Ok(parsed)
}

enum First {
    Header,
    Purchase,
    Neither,
}

fn first_line(line: &[u8]) -> First {
    let Ok(text) = std::str::from_utf8(line) else { return First::Neither };
    if text.split_ascii_whitespace().eq(FIELDS) {
        return First::Header;
    }
    let begins_with_id = text.split_ascii_whitespace().next().is_some_and(is_customer);
    let has_more = text.split_ascii_whitespace().nth(1).is_some();
    if begins_with_id && has_more { First::Purchase } else { First::Neither }
}

/// What one line needs to know of the lines before it.
struct Lines {
    usd: Currency,
    today: NaiveDate,
    seen: HashMap<(String, NaiveDate, u32, i64), u32>,
}

impl Lines {
    fn row(&mut self, line: u64, bytes: &[u8]) -> Result<Row, LineRefusal> {
        let refuse = |field, reason: &str| LineRefusal { line, field, reason: reason.to_owned() };
        if bytes.len() > LONGEST_LINE {
            return Err(refuse("line", "the line is longer than 200 bytes"));
        }
        let text =
            std::str::from_utf8(bytes).map_err(|_| refuse("line", "the line is not text"))?;
        let mut fields = text.split_ascii_whitespace();
        let mut next =
            |field| fields.next().ok_or_else(|| refuse(field, "the line ends before this field"));
        let [customer, date, cds, amount] =
            [next(FIELDS[0])?, next(FIELDS[1])?, next(FIELDS[2])?, next(FIELDS[3])?];
        if fields.next().is_some() {
            return Err(refuse("line", "the line has more than four fields"));
        }
        if !is_customer(customer) {
            return Err(refuse(FIELDS[0], "must be 1 to 10 digits"));
        }
        let date = self.date(date).map_err(|reason| refuse(FIELDS[1], reason))?;
        let cds = cds
            .parse()
            .ok()
            .filter(|cds| (1..=MOST_CDS).contains(cds))
            .ok_or_else(|| refuse(FIELDS[2], "must be a whole number from 1 to 10000"))?;
        let amount = self.amount(amount).map_err(|reason| refuse(FIELDS[3], reason))?;
        let content = (customer.to_owned(), date, cds, amount.minor());
        let occurrence = self.seen.entry(content).or_insert(0);
        *occurrence += 1;
        let (customer, occurrence) = (customer.to_owned(), *occurrence);
        Ok(Row { line, customer, date, cds, amount, occurrence })
    }

    fn date(&self, text: &str) -> Result<NaiveDate, &'static str> {
        if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("must be eight digits, year, month and day");
        }
        let date =
            NaiveDate::parse_from_str(text, "%Y%m%d").map_err(|_| "no such day in the calendar")?;
        if date < NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).unwrap_or(NaiveDate::MIN) {
            return Err("must not be before 1990");
        }
        if date > self.today {
            return Err("must not be in the future");
        }
        Ok(date)
    }

    fn amount(&self, text: &str) -> Result<Money, &'static str> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (major, minor) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if major.is_empty() || !is_number(major) || !is_number(minor) {
            return Err("must be an amount such as 11.77");
        }
        if digits.len() != text.len() {
            return Err("must not be negative");
        }
        if minor.len() != 2 {
            return Err("must have two decimals");
        }
        Money::parse_major(text, self.usd)
            .ok()
            .filter(|amount| amount.minor() <= MOST_MINOR)
            .ok_or("must not be more than 1000000.00")
    }
}

fn is_customer(text: &str) -> bool {
    (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 10, 1).unwrap()
    }

    fn read(text: &str) -> Parsed {
        parse(text.as_bytes(), today()).unwrap()
    }

    const HEADER: &str = " customer_id  date number_of_cds  dollar_value\r\n";

    #[test]
    fn both_line_ends_leading_blanks_and_a_missing_header_read_alike() {
        let windows =
            format!("{HEADER} 00001 19970101  1   11.77\r\n 00002 19970112  5   77.00\r\n");
        let unix = "00001 19970101 1 11.77\n00002 19970112 5 77.00";
        let rows =
            |parsed: Parsed| parsed.rows.into_iter().map(|row| row.identity()).collect::<Vec<_>>();
        assert_eq!(rows(read(&windows)), ["00001/19970101/1/11.77/1", "00002/19970112/5/77.00/1"]);
        assert_eq!(rows(read(&windows)), rows(read(unix)));
    }

    #[test]
    fn equal_rows_are_told_apart_by_their_occurrence() {
        let parsed = read("1 19970101 1 5.00\n1 19970101 1 5.00\n1 19970101 2 5.00\n");
        let found: Vec<_> = parsed.rows.iter().map(|row| (row.line, row.occurrence)).collect();
        assert_eq!(found, [(1, 1), (2, 2), (3, 1)]);
    }

    #[test]
    fn each_bad_line_is_refused_by_field_and_the_good_ones_stay() {
        let bad = [
            (" 00001 19970101  1", "dollar_value"),
            (" 00001 19970101", "number_of_cds"),
            (" 00001 19970101  1   11.7", "dollar_value"),
            (" 00001 19970101  1   eleven", "dollar_value"),
            (" 00001 19970101  1   11.7a", "dollar_value"),
            (" 00001 19970101  1   11.777", "dollar_value"),
            (" 00001 19970101  1   -11.77", "dollar_value"),
            (" 00001 19970101  1   1000000.01", "dollar_value"),
            (" 00001 19970101  1   99999999999999999999.00", "dollar_value"),
            (" 00001 19970230  1   11.77", "date"),
            (" 00001 1997011  1   11.77", "date"),
            (" 00001 20990101  1   11.77", "date"),
            (" 00001 18970101  1   11.77", "date"),
            (" 00001 19970101  0   11.77", "number_of_cds"),
            (" 00001 19970101  1.5   11.77", "number_of_cds"),
            (" A0001 19970101  1   11.77", "customer_id"),
            (" 00001 19970101  1   11.77 extra", "line"),
        ];
        let mut text = format!("{HEADER} 00009 19970101  1   1.00\r\n");
        for (line, _) in bad {
            text.push_str(line);
            text.push_str("\r\n");
        }
        text.push_str(" 00009 19970102  1   0.00\r\n");
        let parsed = read(&text);
        assert_eq!(parsed.rows.len(), 2);
        let found: Vec<_> = parsed.refused.iter().map(|no| (no.line, no.field)).collect();
        let wanted: Vec<_> = (3..).zip(bad.map(|(_, field)| field)).collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn an_empty_or_wrong_file_is_refused_as_a_whole() {
        let whole = |text: &[u8]| parse(text, today()).unwrap_err();
        assert_eq!(whole(b""), FileRefusal::Empty);
        assert_eq!(whole(b"\r\n \n"), FileRefusal::Empty);
        assert_eq!(whole(HEADER.as_bytes()), FileRefusal::NoRows);
        assert_eq!(whole(b"id,name\n1,Ada\n"), FileRefusal::WrongFile);
        assert_eq!(whole(b"\x7fELF\x02\x01\x01\x00\xff\xfe"), FileRefusal::WrongFile);
    }

    #[test]
    fn the_real_file_reads_without_a_refusal() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/cdnow/purchases.txt");
        let parsed = parse(&std::fs::read(file).unwrap(), today()).unwrap();
        assert_eq!((parsed.rows.len(), parsed.refused.len()), (69_659, 0));
        let total: i64 = parsed.rows.iter().map(|row| row.amount.minor()).sum();
        assert_eq!(total, 250_031_563);
        assert_eq!(parsed.rows.iter().filter(|row| row.amount.is_zero()).count(), 80);
        assert_eq!(parsed.rows.iter().filter(|row| row.occurrence > 1).count(), 255);
    }
}
