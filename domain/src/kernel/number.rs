//! Numbers of documents: gap-free, in date order, taken when a document is issued.
//!
//! Guarantees that the next number follows the last one of its series and that no document is
//! dated before the one numbered before it. The counters themselves live in the log, under its
//! lock; here they are inputs. Absent on purpose: giving a number back.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::kernel::refusal::{Invalid, Refusal, RefusalKind};
use crate::kernel::text::{check_key, check_line};

/// What a number is for; each kind counts on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// A bill to a client.
    Invoice,
    /// A document that takes a bill back.
    CreditNote,
    /// What a bill would say; no fiscal document.
    Proforma,
}

impl DocumentKind {
    /// The word that series keys begin with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::CreditNote => "credit_note",
            Self::Proforma => "proforma",
        }
    }
}

/// How the numbers of a seller are counted and what they show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberScheme {
    /// `INV-2026-000001`; restarts at 1 each year.
    #[default]
    PerYear,
    /// `INV-202610-000017`; shows the month, counts on without a restart.
    PerMonth,
    /// `INV-003-001`; shows the client's number, each client counts alone.
    PerClient,
    /// `INV-17`, or `17` without a prefix; counts on without a restart.
    Plain,
}

/// The look of a seller's numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NumberFormat {
    /// What every number begins with, such as `INV`.
    pub prefix: String,
    /// How many digits a count is filled up to, 1 to 12.
    pub digits: u8,
    /// What is counted.
    #[serde(default)]
    pub scheme: NumberScheme,
}

impl NumberFormat {
    /// Numbers such as `INV-2026-000001`: six digits, from 1 each year.
    pub fn yearly(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), digits: 6, scheme: NumberScheme::PerYear }
    }

    /// Checks the prefix (capitals, digits, `-`; up to 20; empty only for plain numbers) and
    /// the digits.
    pub fn check(&self) -> Result<(), Invalid> {
        let legal = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        let needed = self.scheme != NumberScheme::Plain;
        let prefix = if self.prefix.len() > 20
            || !self.prefix.chars().all(legal)
            || (needed && self.prefix.is_empty())
        {
            let detail = "use 1 to 20 capitals, digits and '-'";
            Err(Invalid::one("prefix", "number_format.prefix", detail))
        } else {
            Ok(())
        };
        let digits = if (1..=12).contains(&self.digits) {
            Ok(())
        } else {
            Err(Invalid::one("digits", "number_format.digits", "use 1 to 12 digits"))
        };
        Invalid::gather([prefix, digits])
    }
}

/// A document's own number, and every counter that taking it moved.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DocumentNumber {
    /// The counter the number comes from, such as `invoice/INV/2026`.
    pub series: String,
    /// The year of the issue date.
    pub year: i32,
    /// The count within the series; 0 for a number that another system gave.
    pub number: u64,
    /// What is printed, such as `INV-2026-000001`.
    pub text: String,
    /// Further counters that moved with it, so that a change of scheme never reuses a number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Count>,
}

/// A counter and the number it stands at.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Count {
    /// The counter's key.
    pub series: String,
    /// Its last number.
    pub number: u64,
}

impl DocumentNumber {
    /// A number that another system gave; it moves no counter of ours.
    pub fn imported(source: &str, text: &str, issue_date: NaiveDate) -> Result<Self, Invalid> {
        check_key("number/series", source)?;
        check_line("number/text", text, 60)?;
        Ok(Self {
            series: format!("imported/{source}"),
            year: issue_date.year(),
            number: 0,
            text: text.to_owned(),
            also: Vec::new(),
        })
    }

    /// Whether another system gave the number.
    pub fn is_imported(&self) -> bool {
        self.number == 0
    }

    /// Every counter that moved, with the number it stands at now; none for an imported number.
    pub fn counts(&self) -> impl Iterator<Item = (&str, u64)> {
        let own = (!self.is_imported()).then_some((self.series.as_str(), self.number));
        let also = self.also.iter().map(|count| (count.series.as_str(), count.number));
        own.into_iter().chain(also)
    }
}

/// Why a number cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NumberRefusal {
    /// The document would be dated before the one numbered before it.
    #[error(
        "the last document of series {series} is dated {last}, an earlier date needs another series"
    )]
    DateBeforeLast {
        /// The series.
        series: String,
        /// Date of its last document.
        last: NaiveDate,
    },
    /// Numbers per client need the client's number.
    #[error("numbers are counted per client, but the client has no number")]
    ClientNumberMissing,
    /// The counter is at its end.
    #[error("series {series} has no numbers left")]
    Exhausted {
        /// The series.
        series: String,
    },
}

impl Refusal for NumberRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::DateBeforeLast { .. } => "number.date_before_last",
            Self::ClientNumberMissing => "number.client_number_missing",
            Self::Exhausted { .. } => "number.exhausted",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Rule
    }
}

/// The series a document would be numbered in: which counters it moves, and its number.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    format: &'a NumberFormat,
    kind: DocumentKind,
    issue_date: NaiveDate,
    client_no: Option<u64>,
}

impl<'a> Series<'a> {
    /// The series of a kind of document on its issue date at the seller's place.
    pub fn new(format: &'a NumberFormat, kind: DocumentKind, issue_date: NaiveDate) -> Self {
        Self { format, kind, issue_date, client_no: None }
    }

    /// The same series for a client with a number of their own.
    pub fn of_client(mut self, client_no: u64) -> Self {
        self.client_no = Some(client_no);
        self
    }

    /// Keys of the counters a document moves. The first gives the number; the others run on
    /// beside it.
    pub fn keys(&self) -> Vec<String> {
        let all = format!("{}/{}", self.kind.word(), self.format.prefix);
        let client = self.client_no.map(|no| format!("{all}/client/{no}"));
        match self.format.scheme {
            NumberScheme::PerYear => vec![format!("{all}/{}", self.issue_date.year())],
            NumberScheme::PerMonth | NumberScheme::Plain => {
                std::iter::once(all).chain(client).collect()
            }
            NumberScheme::PerClient => client.into_iter().chain([all]).collect(),
        }
    }

    /// The next number. `last` answers what a counter stands at and the date it was moved on.
    pub fn next(
        &self,
        last: impl Fn(&str) -> Option<(u64, NaiveDate)>,
    ) -> Result<DocumentNumber, NumberRefusal> {
        if self.format.scheme == NumberScheme::PerClient && self.client_no.is_none() {
            return Err(NumberRefusal::ClientNumberMissing);
        }
        let mut counts = Vec::new();
        for series in self.keys() {
            counts.push(self.advance(last(&series), series)?);
        }
        let mut counts = counts.into_iter();
        // A series always has at least one counter.
        let Some(own) = counts.next() else {
            return Err(NumberRefusal::Exhausted { series: self.format.prefix.clone() });
        };
        let text = self.text(own.number);
        let year = self.issue_date.year();
        let Count { series, number } = own;
        Ok(DocumentNumber { series, year, number, text, also: counts.collect() })
    }

    fn advance(
        &self,
        last: Option<(u64, NaiveDate)>,
        series: String,
    ) -> Result<Count, NumberRefusal> {
        let before = match last {
            Some((_, last)) if self.issue_date < last => {
                return Err(NumberRefusal::DateBeforeLast { series, last });
            }
            Some((number, _)) => number,
            None => 0,
        };
        match before.checked_add(1) {
            Some(number) => Ok(Count { series, number }),
            None => Err(NumberRefusal::Exhausted { series }),
        }
    }

    fn text(&self, number: u64) -> String {
        let width = usize::from(self.format.digits);
        let prefix = &self.format.prefix;
        let (year, month) = (self.issue_date.year(), self.issue_date.month());
        match self.format.scheme {
            NumberScheme::PerYear => format!("{prefix}-{year}-{number:0width$}"),
            NumberScheme::PerMonth => format!("{prefix}-{year}{month:02}-{number:0width$}"),
            NumberScheme::PerClient => {
                let client = self.client_no.unwrap_or_default();
                format!("{prefix}-{client:0width$}-{number:0width$}")
            }
            NumberScheme::Plain if prefix.is_empty() => format!("{number:0width$}"),
            NumberScheme::Plain => format!("{prefix}-{number:0width$}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::refusals_are_well_spoken;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_restart_each_year_and_name_their_counter() {
        let format = NumberFormat::yearly("INV");
        let next =
            |date, last| Series::new(&format, DocumentKind::Invoice, day(date)).next(|_| last);
        let first = next("2026-12-31", None).unwrap();
        assert_eq!(
            (first.text.as_str(), first.series.as_str()),
            ("INV-2026-000001", "invoice/INV/2026")
        );
        let later = next("2026-12-31", Some((41, day("2026-12-31")))).unwrap();
        assert_eq!(later.text, "INV-2026-000042");
        let new_year = next("2027-01-01", None).unwrap();
        assert_eq!((new_year.text.as_str(), new_year.year), ("INV-2027-000001", 2027));
    }

    #[test]
    fn a_date_before_the_last_number_is_refused() {
        let format = NumberFormat::yearly("INV");
        let series = Series::new(&format, DocumentKind::CreditNote, day("2026-03-01"));
        let refused = series.next(|_| Some((7, day("2026-03-02"))));
        assert_eq!(
            refused,
            Err(NumberRefusal::DateBeforeLast {
                series: "credit_note/INV/2026".into(),
                last: day("2026-03-02"),
            })
        );
    }

    fn of(scheme: NumberScheme, prefix: &str, digits: u8) -> NumberFormat {
        let format = NumberFormat { prefix: prefix.into(), digits, scheme };
        assert_eq!(format.check(), Ok(()));
        format
    }

    #[test]
    fn running_schemes_move_the_common_and_the_clients_counter() {
        let last = |key: &str| match key {
            "invoice/INV" => Some((16, day("2026-01-31"))),
            "invoice/INV/client/3" => Some((4, day("2026-01-31"))),
            _ => None,
        };
        let next = |scheme| {
            let format = of(scheme, "INV", 3);
            let series = Series::new(&format, DocumentKind::Invoice, day("2026-02-01"));
            let number = series.of_client(3).next(last).unwrap();
            let counts: Vec<_> = number.counts().map(|(_, count)| count).collect();
            assert_eq!(series.of_client(3).keys().len(), counts.len());
            (number.text, number.series, counts)
        };
        let (common, own) = ("invoice/INV".to_owned(), "invoice/INV/client/3".to_owned());
        assert_eq!(
            next(NumberScheme::PerMonth),
            ("INV-202602-017".to_owned(), common.clone(), vec![17, 5])
        );
        assert_eq!(next(NumberScheme::Plain), ("INV-017".to_owned(), common, vec![17, 5]));
        assert_eq!(next(NumberScheme::PerClient), ("INV-003-005".to_owned(), own, vec![5, 17]));
    }

    #[test]
    fn a_plain_number_needs_no_prefix_and_no_client() {
        let format = of(NumberScheme::Plain, "", 1);
        let series = Series::new(&format, DocumentKind::Invoice, day("2026-02-01"));
        assert_eq!(series.next(|_| None).map(|number| number.text), Ok("1".to_owned()));
    }

    #[test]
    fn numbers_per_client_need_the_clients_number() {
        let format = of(NumberScheme::PerClient, "INV", 3);
        let series = Series::new(&format, DocumentKind::Invoice, day("2026-02-01"));
        assert_eq!(series.next(|_| None), Err(NumberRefusal::ClientNumberMissing));
    }

    #[test]
    fn a_counter_ends_where_numbers_end() {
        let format = NumberFormat::yearly("INV");
        let series = Series::new(&format, DocumentKind::Invoice, day("2026-02-01"));
        let refused = series.next(|_| Some((u64::MAX, day("2026-01-01"))));
        let exhausted = NumberRefusal::Exhausted { series: "invoice/INV/2026".into() };
        assert_eq!(refused, Err(exhausted.clone()));
        let last = day("2026-01-01");
        let before = NumberRefusal::DateBeforeLast { series: "invoice/INV/2026".into(), last };
        refusals_are_well_spoken(
            "number",
            &[exhausted, before, NumberRefusal::ClientNumberMissing],
        );
    }

    #[test]
    fn an_imported_number_moves_no_counter() {
        let number = DocumentNumber::imported("whmcs", "2019/0042", day("2019-04-01")).unwrap();
        assert_eq!(number.counts().count(), 0);
    }

    #[test]
    fn a_format_is_checked_field_by_field() {
        let wrong = NumberFormat { prefix: "inv".into(), digits: 0, scheme: NumberScheme::PerYear };
        let fields: Vec<_> =
            wrong.check().unwrap_err().problems().into_iter().map(|p| p.field).collect();
        assert_eq!(fields, ["/prefix", "/digits"]);
        let bare = NumberFormat { prefix: String::new(), digits: 1, scheme: NumberScheme::Plain };
        assert_eq!(bare.check(), Ok(()));
    }
}
