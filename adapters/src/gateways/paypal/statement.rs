//! PayPal's settlement report: a day of an account as PayPal booked it (SFTP reports, "STL").
//!
//! Its rows say in their first column what they are: RH, FH and SH begin the report, its file and
//! a section; CH names the columns of SB, a movement; SF, SC, RF, RC and FF close with sums and
//! counts. Amounts are unsigned whole units, with a column that says to which side they go.
//! Guarantees: all lines are read or none; a section that says it holds another number of lines
//! is refused, because the file was cut off then. Absent on purpose: the activity download, whose
//! dates and decimals follow the language of whoever downloads it.

use billfold_app::ports::gateway::{StatedKind, StatedLine, StatementRefusal, Statements};
use billfold_domain::kernel::{Money, PaymentId, RefundId};
use chrono::{DateTime, NaiveDate, Utc};
use csv::StringRecord;

use super::{PayPal, money};

const FORMAT: &str = "PayPal settlement report (CSV)";

impl Statements for PayPal {
    fn formats(&self) -> &'static [&'static str] {
        &[FORMAT]
    }

    fn read(&self, file: &[u8]) -> Result<Vec<StatedLine>, StatementRefusal> {
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            // With the default a line that ends in CR LF would have the number of the one before.
            .terminator(csv::Terminator::Any(b'\n'))
            .trim(csv::Trim::All)
            .from_reader(file);
        let (mut lines, mut columns, mut counted) = (Vec::new(), None, 0_usize);
        let mut record = StringRecord::new();
        while reader.read_record(&mut record).map_err(|error| broken(&error))? {
            let line = record.position().map_or(0, csv::Position::line);
            let kind = record.get(0).unwrap_or_default();
            if line == 1 && kind != "RH" {
                let found = kind.chars().take(40).collect();
                return Err(StatementRefusal::NotOurs { expected: FORMAT, found });
            }
            match kind {
                "SH" => counted = 0,
                "CH" => columns = Some(Columns::named_by(&record)?),
                "SB" => {
                    let missing = || StatementRefusal::ColumnMissing { column: "CH".to_owned() };
                    let columns = columns.as_ref().ok_or_else(missing)?;
                    lines.push(Row { columns, record: &record, line }.read()?);
                    counted += 1;
                }
                "SC" => held(&record, counted, line)?,
                _ => {}
            }
        }
        if columns.is_none() {
            let found = "a file without a movement".to_owned();
            return Err(StatementRefusal::NotOurs { expected: FORMAT, found });
        }
        Ok(lines)
    }
}

/// A section must hold as many movements as it says.
fn held(record: &StringRecord, counted: usize, line: u64) -> Result<(), StatementRefusal> {
    let says = record.get(1).and_then(|text| text.parse::<usize>().ok());
    if says == Some(counted) {
        return Ok(());
    }
    let rule = "the section does not hold as many lines as it says";
    Err(StatementRefusal::Line { line, column: "SC".to_owned(), rule })
}

fn broken(error: &csv::Error) -> StatementRefusal {
    let line = error.position().map_or(0, csv::Position::line);
    let rule = "the line is no CSV in UTF-8";
    StatementRefusal::Line { line, column: "CSV".to_owned(), rule }
}

/// Where each column is that we read.
struct Columns {
    id: usize,
    invoice: usize,
    other: usize,
    event: usize,
    on: usize,
    side: usize,
    gross: usize,
    currency: usize,
    fee_side: usize,
    fee: usize,
    custom: usize,
}

impl Columns {
    fn named_by(heading: &StringRecord) -> Result<Self, StatementRefusal> {
        let at = |names: &[&str]| {
            let found = heading.iter().position(|it| names.contains(&it));
            let column = || names.first().copied().unwrap_or_default().to_owned();
            found.ok_or_else(|| StatementRefusal::ColumnMissing { column: column() })
        };
        Ok(Self {
            id: at(&["Transaction ID"])?,
            invoice: at(&["Invoice ID"])?,
            other: at(&["PayPal Reference ID"])?,
            event: at(&["Transaction Event Code"])?,
            on: at(&["Transaction Completion Date"])?,
            side: at(&["Transaction Debit or Credit", "Transaction  Debit or Credit"])?,
            gross: at(&["Gross Transaction Amount"])?,
            currency: at(&["Gross Transaction Currency"])?,
            fee_side: at(&["Fee Debit or Credit"])?,
            fee: at(&["Fee Amount"])?,
            custom: at(&["Custom Field"])?,
        })
    }
}

/// One movement.
struct Row<'a> {
    columns: &'a Columns,
    record: &'a StringRecord,
    line: u64,
}

impl Row<'_> {
    fn read(&self) -> Result<StatedLine, StatementRefusal> {
        let columns = self.columns;
        let id = self.text(columns.id);
        if id.is_empty() {
            return Err(self.breaks("Transaction ID", "a movement has a name"));
        }
        let gross = self.gross()?;
        let fee = self.fee(gross)?;
        let too_large = |_| self.breaks("Fee Amount", "the sum is too large");
        let kind = kind(self.text(columns.event), gross);
        let behind = match kind {
            // What it is about has another name than the movement.
            StatedKind::Dispute | StatedKind::DisputeReversal => self.text(columns.other),
            StatedKind::Charge | StatedKind::Refund => id,
            _ => "",
        };
        Ok(StatedLine {
            id: id.to_owned(),
            kind,
            reference: Some(behind).filter(|text| !text.is_empty()).map(str::to_owned),
            ours: self.ours(),
            gross,
            fee,
            net: gross.checked_sub(fee).map_err(too_large)?,
            on: self.on()?,
            payout: None,
        })
    }

    /// What moved, positive towards us.
    fn gross(&self) -> Result<Money, StatementRefusal> {
        let (columns, column) = (self.columns, "Gross Transaction Amount");
        let currency = self.text(columns.currency);
        let amount = money::read_units(self.text(columns.gross), currency)
            .ok_or_else(|| self.breaks(column, "an amount is whole units of a currency"))?;
        match self.text(columns.side) {
            "CR" => Ok(amount),
            "DR" => Ok(amount.negate()),
            _ => Err(self.breaks("Transaction Debit or Credit", "a side is CR or DR")),
        }
    }

    /// What PayPal kept: a debit of ours. Negative where it gave a fee back.
    fn fee(&self, gross: Money) -> Result<Money, StatementRefusal> {
        let columns = self.columns;
        let (text, currency) = (self.text(columns.fee), gross.currency());
        if text.is_empty() {
            return Ok(Money::zero(currency));
        }
        let fee = money::read_units(text, currency.code())
            .ok_or_else(|| self.breaks("Fee Amount", "an amount is whole units of a currency"))?;
        match self.text(columns.fee_side) {
            "DR" => Ok(fee),
            "CR" => Ok(fee.negate()),
            _ if fee.is_zero() => Ok(fee),
            _ => Err(self.breaks("Fee Debit or Credit", "a side is CR or DR")),
        }
    }

    /// Our own reference, of a refund or of a payment.
    fn ours(&self) -> Option<String> {
        let texts = [self.text(self.columns.invoice), self.text(self.columns.custom)];
        let is_ours =
            |text: &&str| text.parse::<RefundId>().is_ok() || text.parse::<PaymentId>().is_ok();
        texts.into_iter().find(is_ours).map(str::to_owned)
    }

    /// The day of it in UTC; PayPal writes `2026/11/24 09:30:00 -0800`.
    fn on(&self) -> Result<NaiveDate, StatementRefusal> {
        let text = self.text(self.columns.on);
        let read = DateTime::parse_from_str(text, "%Y/%m/%d %H:%M:%S %z").map_err(|_| {
            self.breaks("Transaction Completion Date", "a moment is 2026/11/24 09:30:00 -0800")
        })?;
        Ok(read.with_timezone(&Utc).date_naive())
    }

    fn text(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default()
    }

    fn breaks(&self, column: &str, rule: &'static str) -> StatementRefusal {
        StatementRefusal::Line { line: self.line, column: column.to_owned(), rule }
    }
}

/// What moved, by PayPal's event code ("T-codes").
fn kind(code: &str, gross: Money) -> StatedKind {
    match code {
        // Money that the buyer got back, by us or by PayPal for us.
        "T1107" => StatedKind::Refund,
        // Reversed by PayPal, held for a dispute, charged back.
        "T1106" | "T1110" | "T1201" => StatedKind::Dispute,
        "T1111" | "T1202" => StatedKind::DisputeReversal,
        _ if code.starts_with("T00") && gross.is_positive() => StatedKind::Charge,
        _ if code.starts_with("T01") => StatedKind::Fee,
        _ if code.starts_with("T04") && gross.is_negative() => StatedKind::Payout,
        _ => StatedKind::Adjustment,
    }
}
