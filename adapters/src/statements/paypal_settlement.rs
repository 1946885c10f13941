//! PayPal's settlement report (STL): rows of several kinds, told apart by their first cell.
//!
//! | row      | says                                                                        |
//! | -------- | --------------------------------------------------------------------------- |
//! | `SH`     | a section begins: its first and last instant                                |
//! | `CH`     | what the columns of the section are called                                  |
//! | `SB`     | a transaction                                                               |
//! | `SC`     | how many `SB` rows the section had                                          |
//! | `RF`     | the report ends: without it, the file was cut                               |
//!
//! Amounts are minor units without a sign; a column beside them says `CR` or `DR`. A transaction's
//! id is not unique, since several things happen to one: the code of the event makes it so.

use billfold_domain::kernel::Money;
use billfold_domain::settlement::{NewLine, SettlementLineKind};
use chrono::NaiveDate;

use super::own_id::OwnIds;
use super::table::{Cell, Column, Columns, Row, rows};
use super::{StatedLine, StatementFile, StatementRefusal, utf8};

/// How PayPal writes days; a time and a zone follow.
const DAY: &str = "%Y/%m/%d";

/// Reads a settlement report of PayPal.
///
/// # Errors
/// A column is missing, a line says something that cannot be, or the file was cut; the refusal
/// says where.
pub fn paypal_settlement(bytes: &[u8]) -> Result<StatementFile, StatementRefusal> {
    let rows = rows(utf8(bytes)?, b',')?;
    let mut report = Report::default();
    for row in &rows {
        report.take(row)?;
    }
    if !report.is_whole {
        let last = rows.last().map_or(1, |row| row.line);
        return Err(StatementRefusal::broken(last, "the report ends before its footer"));
    }
    Ok(report.file)
}

#[derive(Default)]
struct Report {
    file: StatementFile,
    form: Option<Form>,
    ids: OwnIds,
    /// How many transactions the present section has so far.
    count: usize,
    is_whole: bool,
}

impl Report {
    fn take(&mut self, row: &Row) -> Result<(), StatementRefusal> {
        match row.at(0) {
            "SH" => {
                let from = day(row, 1, "SH from")?;
                let to = day(row, 2, "SH to")?;
                self.file.from = Some(self.file.from.map_or(from, |known| known.min(from)));
                self.file.to = Some(self.file.to.map_or(to, |known| known.max(to)));
                self.count = 0;
            }
            "CH" => self.form = Some(Form::of(&Columns::named_by(row))?),
            "SB" => {
                let Some(form) = &self.form else {
                    let detail = "a transaction stands before the names of its columns";
                    return Err(StatementRefusal::broken(row.line, detail));
                };
                self.file.lines.push(form.line(row, &mut self.ids)?);
                self.count = self.count.saturating_add(1);
            }
            "SC" if row.at(1).parse() != Ok(self.count) => {
                let detail = format!("the section has {} transactions, not as many", self.count);
                return Err(StatementRefusal::value(row.line, "SC", detail));
            }
            "RF" => self.is_whole = true,
            _ => {}
        }
        Ok(())
    }
}

fn day(row: &Row, place: usize, column: &str) -> Result<NaiveDate, StatementRefusal> {
    let parsed = NaiveDate::parse_and_remainder(row.at(place), DAY).map(|(day, _)| day);
    let detail = format!("must begin with a day in the form {DAY}");
    parsed.map_err(|_| StatementRefusal::value(row.line, column, detail))
}

/// Where things stand in a section.
struct Form {
    id: Column,
    code: Column,
    completed: Column,
    gross: [Column; 3],
    fee: [Column; 3],
    reference: Option<Column>,
    invoice: Option<Column>,
    custom: Option<Column>,
}

impl Form {
    fn of(columns: &Columns) -> Result<Self, StatementRefusal> {
        Ok(Self {
            id: columns.need("Transaction ID")?,
            code: columns.need("Transaction Event Code")?,
            completed: columns.need("Transaction Completion Date")?,
            gross: [
                columns.need("Transaction Debit or Credit")?,
                columns.need("Gross Transaction Amount")?,
                columns.need("Gross Transaction Currency")?,
            ],
            fee: [
                columns.need("Fee Debit or Credit")?,
                columns.need("Fee Amount")?,
                columns.need("Fee Currency")?,
            ],
            reference: columns.find("PayPal Reference ID"),
            invoice: columns.find("Invoice ID"),
            custom: columns.find("Custom Field"),
        })
    }

    fn line(&self, row: &Row, ids: &mut OwnIds) -> Result<StatedLine, StatementRefusal> {
        let optional = |column: &Option<Column>| {
            column.as_ref().map_or(Ok(None), |column| column.of(row).name())
        };
        let id = self.id.of(row).needed_name()?;
        let code = self.code.of(row).needed_name()?;
        let (gross, fee) = (self.gross(row)?, self.fee(row)?);
        let kept = fee.unwrap_or_else(|| Money::zero(gross.currency()));
        let [.., fee_currency] = &self.fee;
        let net = gross.checked_sub(kept);
        let net = net.map_err(|error| fee_currency.of(row).wrong(error.to_string()))?;
        let kind = kind(&code, gross);
        let (invoice, custom) = (optional(&self.invoice)?, optional(&self.custom)?);
        // A refund names itself where a payment names what it pays.
        let ours = match kind {
            SettlementLineKind::Refund => invoice.or(custom),
            _ => custom.or(invoice),
        };
        let reference = match kind {
            SettlementLineKind::Dispute | SettlementLineKind::DisputeReversal => {
                optional(&self.reference)?
            }
            _ => None,
        };
        let on = self.completed.of(row).day(DAY)?;
        let their_id = ids.id(Some(&format!("{id}/{code}")), &[]);
        let reference = Some(reference.unwrap_or(id));
        let line = NewLine { their_id, kind, reference, ours, gross, fee, net, on, text: None };
        Ok(StatedLine { line, text: None })
    }

    fn gross(&self, row: &Row) -> Result<Money, StatementRefusal> {
        let [side, amount, currency] = self.gross.each_ref().map(|column| column.of(row));
        let amount = amount.minor(currency.currency()?)?;
        Ok(if is_credit(side)? { amount } else { amount.negate() })
    }

    /// What was kept: what is debited as a fee is positive.
    fn fee(&self, row: &Row) -> Result<Option<Money>, StatementRefusal> {
        let [side, amount, currency] = self.fee.each_ref().map(|column| column.of(row));
        if amount.filled().is_none() {
            return Ok(None);
        }
        let fee = amount.minor(currency.currency()?)?;
        if fee.is_zero() {
            return Ok(None);
        }
        Ok(Some(if is_credit(side)? { fee.negate() } else { fee }))
    }
}

fn is_credit(cell: Cell<'_>) -> Result<bool, StatementRefusal> {
    match cell.text {
        "CR" => Ok(true),
        "DR" => Ok(false),
        _ => Err(cell.wrong("must be CR or DR")),
    }
}

/// What the code of an event means. One that is not known is an adjustment: it is listed, and
/// nobody takes it for money of ours.
fn kind(code: &str, gross: Money) -> SettlementLineKind {
    let group = code.get(..3).unwrap_or_default();
    match (code, group) {
        ("T1107", _) => SettlementLineKind::Refund,
        ("T1106" | "T1110" | "T1201", _) => SettlementLineKind::Dispute,
        ("T1111" | "T1202", _) => SettlementLineKind::DisputeReversal,
        ("T1108" | "T1109", _) | (_, "T01") => SettlementLineKind::Fee,
        (_, "T00") if gross.is_positive() => SettlementLineKind::Charge,
        // From PayPal to a bank, and from a bank to PayPal.
        (_, "T03" | "T04") => SettlementLineKind::Payout,
        _ => SettlementLineKind::Adjustment,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SettlementLineKind as Kind;

    const REPORT: &str = include_str!("../../fixtures/statements/paypal_settlement.csv");

    fn read(text: &str) -> Result<StatementFile, StatementRefusal> {
        paypal_settlement(text.as_bytes())
    }

    #[test]
    fn a_report_is_read_by_the_kinds_of_its_rows() {
        let file = read(REPORT).unwrap();
        let lines: Vec<_> = file.lines.iter().map(|stated| &stated.line).collect();
        let kinds: Vec<_> = lines.iter().map(|line| line.kind).collect();
        let expected = [
            Kind::Charge,
            Kind::Refund,
            Kind::Dispute,
            Kind::Fee,
            Kind::Charge,
            Kind::Payout,
            Kind::Adjustment,
        ];
        assert_eq!(kinds, expected);
        let money: Vec<_> = lines
            .iter()
            .map(|line| (line.gross.minor(), line.fee.map_or(0, Money::minor), line.net.minor()))
            .collect();
        assert_eq!(money[..3], [(10_000, 320, 9_680), (-2_500, -73, -2_427), (-7_500, 0, -7_500)]);
        assert_eq!(lines[4].gross.to_major(), "500", "a yen has no smaller unit");
        let day = NaiveDate::from_ymd_opt(2026, 3, 15);
        assert_eq!((file.from, file.to, Some(lines[0].on)), (day, day, day));
    }

    #[test]
    fn lines_name_what_they_are_of_and_have_an_id_of_their_own() {
        let file = read(REPORT).unwrap();
        let named: Vec<_> = file
            .lines
            .iter()
            .map(|StatedLine { line, .. }| {
                (line.their_id.as_str(), line.reference.as_deref(), line.ours.as_deref())
            })
            .collect();
        assert_eq!(
            named[..4],
            [
                ("CAP1/T0006", Some("CAP1"), Some("pay_1")),
                ("REF1/T1107", Some("REF1"), Some("rfd_1")),
                ("CAP1/T1201", Some("CASE1"), None),
                ("FEE1/T0106", Some("FEE1"), None),
            ]
        );
    }

    #[test]
    fn a_report_that_was_cut_or_does_not_count_is_refused() {
        let cut = REPORT.split("\"RF\"").next().unwrap();
        let told = read(cut).unwrap_err().to_string();
        assert_eq!(told, "line 13: the report ends before its footer");
        assert!(read("").is_err());
        let lost: String = REPORT
            .lines()
            .filter(|line| !line.contains("YEN1"))
            .map(|it| format!("{it}\n"))
            .collect();
        let told = read(&lost).unwrap_err().to_string();
        assert_eq!(told, "line 12, SC: the section has 6 transactions, not as many");
    }

    #[test]
    fn a_line_that_cannot_be_is_refused_by_its_line_and_column() {
        let told =
            |from: &str, to: &str| read(&REPORT.replacen(from, to, 1)).unwrap_err().to_string();
        let whole = "must be a whole number of the smallest unit, without a sign";
        let gross = "line 5, Gross Transaction Amount";
        assert_eq!(told("10000,\"USD\"", "100.00,\"USD\""), format!("{gross}: {whole}"));
        assert_eq!(
            told("\"CR\",10000", "\"XX\",10000"),
            "line 5, Transaction Debit or Credit: must be CR or DR"
        );
        assert_eq!(
            told("320,\"USD\"", "320,\"EUR\"").split(':').next(),
            Some("line 5, Fee Currency")
        );
        assert_eq!(told("\"REF1\"", "\"\""), "line 6, Transaction ID: must not be empty");
        assert_eq!(
            told("Fee Amount", "Fees"),
            "the file has no column Fee Amount, export it with that column"
        );
        assert_eq!(
            told("\"CH\"", "\"XX\""),
            "line 5: a transaction stands before the names of its columns"
        );
        assert_eq!(
            told("2026/03/15 00", "15.3.2026 00").split(':').next(),
            Some("line 3, SH from")
        );
    }
}
