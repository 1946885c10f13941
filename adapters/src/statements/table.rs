//! Rows and columns of a text that is a table.

use billfold_domain::kernel::text::check_line;
use billfold_domain::kernel::{Currency, Invalid, Money};
use chrono::NaiveDate;

use super::StatementRefusal;
use super::number::{DecimalMark, amount, minor};

/// The longest name in a statement, in characters.
const LONGEST_NAME: usize = 200;

/// A row and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Its line in the file, from 1.
    pub(super) line: u64,
    cells: Vec<String>,
}

impl Row {
    /// The text of a cell by its place; nothing beyond the end.
    pub(super) fn at(&self, place: usize) -> &str {
        self.cells.get(place).map_or("", |cell| cell.trim())
    }

    /// Whether nothing stands in it.
    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }

    /// How many cells it has.
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }
}

/// The rows of a text whose cells are kept apart by a character.
pub(super) fn rows(text: &str, delimiter: u8) -> Result<Vec<Row>, StatementRefusal> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut counted = LineCount { bytes: text.as_bytes(), at: 0, line: 1 };
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(1, csv::Position::line);
            StatementRefusal::broken(line, "the row cannot be taken apart")
        })?;
        let line = counted.line_of(record.position().map_or(0, csv::Position::byte));
        rows.push(Row { line, cells: record.iter().map(str::to_owned).collect() });
    }
    Ok(rows)
}

/// Counts lines up to where rows begin. The reader's own count stands before the empty lines that
/// it leaves out.
struct LineCount<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl LineCount<'_> {
    /// The line of the row that was read from here on; rows are asked for in their order.
    fn line_of(&mut self, from: u64) -> u64 {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        while let Some(byte) = self.bytes.get(self.at) {
            if self.at >= from && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.line = self.line.saturating_add(u64::from(*byte == b'\n'));
            self.at = self.at.saturating_add(1);
        }
        self.line
    }
}

/// The names of columns and where they are.
#[derive(Clone, Debug)]
pub(super) struct Columns(Vec<String>);

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    name: String,
    place: usize,
}

impl Columns {
    /// The columns that a row names.
    pub(super) fn named_by(row: &Row) -> Self {
        Self(row.cells.iter().map(|name| name.trim().to_owned()).collect())
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The column of a name, whatever its case.
    pub(super) fn find(&self, name: &str) -> Option<Column> {
        let place = self.0.iter().position(|known| known.eq_ignore_ascii_case(name))?;
        Some(Column { name: name.to_owned(), place })
    }

    /// The column of a name, which has to be there.
    pub(super) fn need(&self, name: &str) -> Result<Column, StatementRefusal> {
        self.find(name).ok_or_else(|| StatementRefusal::NoColumn { column: name.to_owned() })
    }
}

impl Column {
    /// What a row has in it.
    pub(super) fn of<'a>(&'a self, row: &'a Row) -> Cell<'a> {
        Cell { line: row.line, column: &self.name, text: row.at(self.place) }
    }
}

/// What stands in a column of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'a> {
    line: u64,
    column: &'a str,
    /// The text, trimmed.
    pub(super) text: &'a str,
}

impl<'a> Cell<'a> {
    /// The text, unless it is empty.
    pub(super) fn filled(self) -> Option<&'a str> {
        (!self.text.is_empty()).then_some(self.text)
    }

    /// What should stand here instead.
    pub(super) fn wrong(self, detail: impl Into<String>) -> StatementRefusal {
        StatementRefusal::value(self.line, self.column, detail)
    }

    /// A name of at most 200 characters; nothing if the cell is empty.
    pub(super) fn name(self) -> Result<Option<String>, StatementRefusal> {
        let Some(name) = self.filled() else {
            return Ok(None);
        };
        let checked: Result<(), Invalid> = check_line("name", name, LONGEST_NAME);
        checked.map_err(|_| self.wrong("must be one line of at most 200 characters"))?;
        Ok(Some(name.to_owned()))
    }

    /// A name that has to be there.
    pub(super) fn needed_name(self) -> Result<String, StatementRefusal> {
        self.name()?.ok_or_else(|| self.wrong("must not be empty"))
    }

    /// A currency, whatever the case of its code.
    pub(super) fn currency(self) -> Result<Currency, StatementRefusal> {
        Currency::parse(&self.text.to_ascii_uppercase())
            .map_err(|_| self.wrong("must be the code of a currency such as EUR"))
    }

    /// A day in a form of `chrono`; what follows it, such as a time, is left alone.
    pub(super) fn day(self, form: &str) -> Result<NaiveDate, StatementRefusal> {
        NaiveDate::parse_and_remainder(self.text, form)
            .map(|(day, _)| day)
            .map_err(|_| self.wrong(format!("must begin with a day in the form {form}")))
    }

    /// An amount in major units.
    pub(super) fn amount(
        self,
        currency: Currency,
        mark: DecimalMark,
    ) -> Result<Money, StatementRefusal> {
        amount(self.text, currency, mark).map_err(|detail| self.wrong(detail))
    }

    /// An amount in minor units without a sign.
    pub(super) fn minor(self, currency: Currency) -> Result<Money, StatementRefusal> {
        minor(self.text, currency).map_err(|detail| self.wrong(detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_found_by_the_name_of_its_column_and_tells_its_line() {
        let rows =
            rows("Id , Amount\n\n\"a \"\"b\"\"\",\"1,5\"\n\"two\nlines\",\"x\"\nz", b',').unwrap();
        let columns = Columns::named_by(&rows[0]);
        let (id, amount) = (columns.need("id").unwrap(), columns.need("AMOUNT").unwrap());
        assert_eq!(id.of(&rows[1]).text, "a \"b\"");
        assert_eq!(rows[1].line, 3);
        let wrong = amount.of(&rows[2]).amount(Currency::EUR, DecimalMark::Point).unwrap_err();
        let told = "line 4, AMOUNT: must be an amount such as -1,234.56";
        assert_eq!(wrong.to_string(), told);
        assert_eq!(amount.of(&rows[3]).filled(), None, "a row that is too short");
        assert_eq!(rows[3].line, 6);
        let missing = columns.need("Fee").unwrap_err();
        assert_eq!(missing, StatementRefusal::NoColumn { column: "Fee".into() });
    }

    #[test]
    fn lines_are_counted_whatever_ends_them() {
        let lines = |text: &str| -> Vec<u64> {
            rows(text, b';').unwrap().iter().map(|row| row.line).collect()
        };
        assert_eq!(lines("a\r\nb\r\n\r\nc\r\n"), [1, 2, 4]);
        assert_eq!(lines("\n\na\n\"x\r\ny\";b\nc"), [3, 4, 6]);
        assert!(lines("").is_empty());
    }

    #[test]
    fn names_days_and_currencies_are_checked_where_they_stand() {
        let long = "x".repeat(201);
        let cell = |text| Cell { line: 7, column: "Id", text };
        assert_eq!(cell("").name(), Ok(None));
        assert_eq!(cell("a").name(), Ok(Some("a".into())));
        assert!(cell("two\nlines").name().is_err() && cell(&long).name().is_err());
        assert!(cell("").needed_name().is_err());
        assert_eq!(cell("eur").currency(), Ok(Currency::EUR));
        assert!(cell("euro").currency().is_err());
        let day = NaiveDate::from_ymd_opt(2026, 3, 15);
        assert_eq!(cell("2026-03-15 10:20").day("%Y-%m-%d").ok(), day);
        assert_eq!(cell("15.03.2026").day("%d.%m.%Y").ok(), day);
        let wrong = cell("03/15/2026").day("%Y-%m-%d").unwrap_err().to_string();
        assert_eq!(wrong, "line 7, Id: must begin with a day in the form %Y-%m-%d");
    }
}
