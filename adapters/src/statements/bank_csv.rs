//! A bank's CSV: every bank has columns of its own, so that the seller says once which is which.

use std::borrow::Cow;

use billfold_domain::kernel::{Currency, Money};
use billfold_domain::settlement::{NewLine, SettlementLineKind};

use super::number::DecimalMark;
use super::own_id::OwnIds;
use super::table::{Column, Columns, Row, rows};
use super::{StatedLine, StatementFile, StatementRefusal, bounded, text_of, utf8};

/// How a bank writes its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankCsv {
    /// What keeps cells apart, such as `;`.
    pub delimiter: u8,
    /// How letters are written.
    pub encoding: BankEncoding,
    /// What stands before decimals.
    pub decimals: DecimalMark,
    /// How days are written, in the words of `chrono`, such as `%d.%m.%Y`.
    pub day: String,
    /// The currency of the account, where no column says it.
    pub currency: Currency,
    /// What the columns are called.
    pub columns: BankColumns,
}

/// How letters are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankEncoding {
    /// As everywhere.
    Utf8,
    /// As in Windows of western Europe, which many banks still write.
    Windows1252,
}

/// What the columns of a file are called. Whatever stands before the line that names them all is
/// left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankColumns {
    /// The day of booking.
    pub day: String,
    /// The amount with its sign; or what came in, if another column has what went out.
    pub amount: String,
    /// What went out, without a sign, if that is a column of its own.
    pub outgoing: Option<String>,
    /// The currency.
    pub currency: Option<String>,
    /// What the bank calls the line; without it, a line is known by what it says.
    pub id: Option<String>,
    /// What the payer was asked to name, if that is a column of its own.
    pub ours: Option<String>,
    /// What the payer wrote, and who it was: put together in this order.
    pub text: Vec<String>,
}

/// Reads a bank's CSV.
///
/// # Errors
/// A column is missing, or a line says something that cannot be; the refusal names it.
pub fn bank_csv(bytes: &[u8], written: &BankCsv) -> Result<StatementFile, StatementRefusal> {
    let text = match written.encoding {
        BankEncoding::Utf8 => Cow::Borrowed(utf8(bytes)?),
        BankEncoding::Windows1252 => Cow::Owned(windows_1252(bounded(bytes)?)),
    };
    let rows = rows(&text, written.delimiter)?;
    let needed = |row: &&Row| Form::of(&Columns::named_by(row), &written.columns).is_ok();
    let Some(head) = rows.iter().find(needed) else {
        // The first row is the best guess at what was meant to be the names.
        let first = rows.first().ok_or_else(|| StatementRefusal::broken(1, "the file is empty"))?;
        let missing = Form::of(&Columns::named_by(first), &written.columns).err();
        return Err(missing.unwrap_or_else(|| StatementRefusal::broken(1, "the file is empty")));
    };
    let form = Form::of(&Columns::named_by(head), &written.columns)?;
    let mut ids = OwnIds::default();
    let body = rows.iter().filter(|row| row.line > head.line && !row.is_blank());
    let lines = body.map(|row| form.line(row, written, &mut ids)).collect::<Result<_, _>>()?;
    Ok(StatementFile { from: None, to: None, lines })
}

/// Where things stand in a file.
struct Form {
    day: Column,
    amount: Column,
    outgoing: Option<Column>,
    currency: Option<Column>,
    id: Option<Column>,
    ours: Option<Column>,
    text: Vec<Column>,
}

impl Form {
    fn of(columns: &Columns, named: &BankColumns) -> Result<Self, StatementRefusal> {
        let optional =
            |name: &Option<String>| name.as_deref().map(|name| columns.need(name)).transpose();
        Ok(Self {
            day: columns.need(&named.day)?,
            amount: columns.need(&named.amount)?,
            outgoing: optional(&named.outgoing)?,
            currency: optional(&named.currency)?,
            id: optional(&named.id)?,
            ours: optional(&named.ours)?,
            text: named.text.iter().map(|name| columns.need(name)).collect::<Result<_, _>>()?,
        })
    }

    fn line(
        &self,
        row: &Row,
        written: &BankCsv,
        ids: &mut OwnIds,
    ) -> Result<StatedLine, StatementRefusal> {
        let optional = |column: &Option<Column>| {
            column.as_ref().map_or(Ok(None), |column| column.of(row).name())
        };
        let stated = self.currency.as_ref().map(|column| column.of(row).currency()).transpose()?;
        let gross = self.gross(row, stated.unwrap_or(written.currency), written.decimals)?;
        let on = self.day.of(row).day(&written.day)?;
        let text = text_of(self.text.iter().map(|column| column.of(row).text));
        let (id, ours) = (optional(&self.id)?, optional(&self.ours)?);
        let says = [
            on.to_string(),
            gross.minor().to_string(),
            gross.currency().code().to_owned(),
            ours.clone().unwrap_or_default(),
            text.clone().unwrap_or_default(),
        ];
        let their_id = ids.id(id.as_deref(), &says.each_ref().map(String::as_str));
        let kind = if gross.is_negative() {
            SettlementLineKind::Outgoing
        } else {
            SettlementLineKind::Incoming
        };
        let (net, reference, fee) = (gross, id, None);
        let line = NewLine { their_id, kind, reference, ours, gross, fee, net, on, text: None };
        Ok(StatedLine { line, text })
    }

    fn gross(
        &self,
        row: &Row,
        currency: Currency,
        mark: DecimalMark,
    ) -> Result<Money, StatementRefusal> {
        let (amount, outgoing) = (self.amount.of(row), self.outgoing.as_ref());
        let outgoing = outgoing.map(|column| column.of(row)).filter(|it| it.filled().is_some());
        match (amount.filled(), outgoing) {
            (Some(_), Some(outgoing)) => {
                let (came, went) =
                    (amount.amount(currency, mark)?, outgoing.amount(currency, mark)?);
                match (came.is_zero(), went.is_zero()) {
                    (_, true) => Ok(came),
                    (true, false) => Ok(went.abs().negate()),
                    (false, false) => Err(outgoing.wrong("must be empty where something came in")),
                }
            }
            (None, Some(outgoing)) => Ok(outgoing.amount(currency, mark)?.abs().negate()),
            (_, None) => amount.amount(currency, mark),
        }
    }
}

/// The letters of Windows-1252 from 0x80 to 0x9f; the rest are those of Unicode.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn windows_1252(bytes: &[u8]) -> String {
    let letter = |byte: &u8| {
        let high = byte.checked_sub(0x80).and_then(|at| WINDOWS_1252.get(usize::from(at)));
        high.copied().unwrap_or_else(|| char::from(*byte))
    };
    bytes.iter().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn german() -> BankCsv {
        BankCsv {
            delimiter: b';',
            encoding: BankEncoding::Utf8,
            decimals: DecimalMark::Comma,
            day: "%d.%m.%Y".into(),
            currency: Currency::EUR,
            columns: BankColumns {
                day: "Buchungstag".into(),
                amount: "Betrag".into(),
                outgoing: None,
                currency: Some("Währung".into()),
                id: None,
                ours: None,
                text: vec!["Verwendungszweck".into(), "Name".into()],
            },
        }
    }

    const FILE: &str = "\
Kontoauszug;;;;
;;;;
Buchungstag;Verwendungszweck;Name;Betrag;Währung
15.03.2026;Rechnung INV-2026-7;Müller & Söhne;1.190,00;EUR
15.03.2026;Rechnung INV-2026-7;Müller & Söhne;1.190,00;EUR
16.03.2026;\"Miete; März\";Haus;-800,5;EUR
;;;;
";

    fn told(text: &str) -> String {
        bank_csv(text.as_bytes(), &german()).unwrap_err().to_string()
    }

    #[test]
    fn a_file_is_read_as_its_bank_writes_it() {
        let file = bank_csv(FILE.as_bytes(), &german()).unwrap();
        let read: Vec<_> = file
            .lines
            .iter()
            .map(|it| (it.line.kind, it.line.gross.minor(), it.text.as_deref().unwrap()))
            .collect();
        let (incoming, outgoing) = (SettlementLineKind::Incoming, SettlementLineKind::Outgoing);
        let said = "Rechnung INV-2026-7 Müller & Söhne";
        assert_eq!(
            read,
            [
                (incoming, 119_000, said),
                (incoming, 119_000, said),
                (outgoing, -80_050, "Miete; März Haus")
            ]
        );
        assert_eq!(file.lines[0].line.on.to_string(), "2026-03-15");
        assert_eq!(file.lines[0].line.net, file.lines[0].line.gross);
    }

    #[test]
    fn two_files_that_overlap_give_a_line_one_id() {
        let ids = |text: &str| -> Vec<String> {
            let file = bank_csv(text.as_bytes(), &german()).unwrap();
            file.lines.into_iter().map(|it| it.line.their_id).collect()
        };
        let all = ids(FILE);
        assert_eq!(all[1], format!("{}/2", all[0]));
        let head = "Buchungstag;Verwendungszweck;Name;Betrag;Währung\n";
        let tail = format!("{head}16.03.2026;\"Miete; März\";Haus;-800,50;EUR\n");
        assert_eq!(ids(&tail), all[2..]);
    }

    #[test]
    fn what_came_in_and_what_went_out_may_be_columns_of_their_own() {
        let mut written = german();
        written.columns.outgoing = Some("Soll".into());
        written.columns.text = Vec::new();
        written.columns.currency = None;
        written.columns.id = Some("Nr".into());
        let read = |row: &str| {
            let text = format!("Nr;Buchungstag;Betrag;Soll\n{row}\n");
            let file = bank_csv(text.as_bytes(), &written);
            file.map(|file| file.lines[0].line.clone())
        };
        assert_eq!(read("1;15.03.2026;5,00;").unwrap().gross.minor(), 500);
        assert_eq!(read("1;15.03.2026;;5,00").unwrap().gross.minor(), -500);
        assert_eq!(read("1;15.03.2026;0,00;5,00").unwrap().gross.minor(), -500);
        let line = read("A-1;15.03.2026;5,00;0,00").unwrap();
        assert_eq!((line.their_id.as_str(), line.reference.as_deref()), ("A-1", Some("A-1")));
        let both = read("1;15.03.2026;5,00;5,00").unwrap_err().to_string();
        assert_eq!(both, "line 2, Soll: must be empty where something came in");
        assert!(read("1;15.03.2026;;").is_err());
    }

    #[test]
    fn old_letters_are_read_when_they_are_said_to_be_old() {
        let bytes: Vec<u8> = windows_bytes();
        let written = BankCsv { encoding: BankEncoding::Windows1252, ..german() };
        let file = bank_csv(&bytes, &written).unwrap();
        assert_eq!(file.lines[0].text.as_deref(), Some("5 € Müller"));
        let refused = bank_csv(&bytes, &german()).unwrap_err();
        assert_eq!(refused, StatementRefusal::NotText { line: 1 });
    }

    fn windows_bytes() -> Vec<u8> {
        let text =
            "Buchungstag;Verwendungszweck;Name;Betrag;Währung\n15.03.2026;5 €;Müller;5,00;EUR\n";
        let byte = |c: char| match c {
            '€' => 0x80,
            c => u8::try_from(u32::from(c)).unwrap(),
        };
        text.chars().map(byte).collect()
    }

    #[test]
    fn a_line_that_cannot_be_is_refused_by_its_line_and_column() {
        assert_eq!(told(""), "line 1: the file is empty");
        let missing = "the file has no column Buchungstag, export it with that column";
        assert_eq!(told(&FILE.replace("Buchungstag", "Datum")), missing);
        let amount = "line 6, Betrag: must be an amount such as -1.234,56";
        assert_eq!(told(&FILE.replace("-800,5", "-800.5")), amount);
        let day = "line 4, Buchungstag: must begin with a day in the form %d.%m.%Y";
        assert_eq!(told(&FILE.replacen("15.03.2026", "2026-03-15", 1)), day);
        let currency = "line 4, Währung: must be the code of a currency such as EUR";
        assert_eq!(told(&FILE.replacen(";EUR", ";Taler", 1)), currency);
        assert!(told(&FILE.replacen("1.190,00", "1.190,005", 1)).starts_with("line 4, Betrag"));
    }
}
