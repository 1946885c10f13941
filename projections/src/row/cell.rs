//! One column's value: its type in PostgreSQL and its bytes in the binary format.
//!
//! Guarantees: the bytes of a cell (`int32` length, then the value; length -1 is null) are the
//! same in a COPY row and in an array parameter, so live writing and rebuilding share one encoder.
//! Absent on purpose: floats, and any type that would need a catalogue look-up to be bound.

use billfold_domain::invoice::LineKind;
use billfold_domain::kernel::{
    AffiliateId, ApprovalId, BillingRunId, ClientGroupId, ClientId, Country, CouponId,
    CreditNoteId, Currency, DunningCaseId, DunningStrategyId, EventId, GiftCardId, InvoiceId,
    OrderId, PaymentId, ProductId, ProformaId, StaffId, SubjectId, SubscriptionId, TaxRateId,
    TenantId, WebhookEndpointId,
};
use billfold_domain::ledger::{self, AccountCode, Side};
use billfold_domain::product::ProductKind;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

/// A column type of PostgreSQL: its name and the object ids of itself and of its array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqlType {
    /// As written in DDL.
    pub name: &'static str,
    /// Object id of the type.
    pub element: u32,
    /// Object id of its array type.
    pub array: u32,
}

const BIGINT: SqlType = SqlType { name: "bigint", element: 20, array: 1016 };
const INTEGER: SqlType = SqlType { name: "integer", element: 23, array: 1007 };
const SMALLINT: SqlType = SqlType { name: "smallint", element: 21, array: 1005 };
const BOOLEAN: SqlType = SqlType { name: "boolean", element: 16, array: 1000 };
const UUID: SqlType = SqlType { name: "uuid", element: 2950, array: 2951 };
const CHAR3: SqlType = SqlType { name: "char(3)", element: 1042, array: 1014 };
const CHAR2: SqlType = SqlType { name: "char(2)", element: 1042, array: 1014 };
const DATE: SqlType = SqlType { name: "date", element: 1082, array: 1182 };
const TIMESTAMPTZ: SqlType = SqlType { name: "timestamptz", element: 1184, array: 1185 };
const JSON: SqlType = SqlType { name: "json", element: 114, array: 199 };

/// Text, for words of a closed list that implement [`Cell`] outside this file.
pub const TEXT: SqlType = SqlType { name: "text", element: 25, array: 1009 };

/// Days from year 1 to 2000-01-01, where PostgreSQL counts from.
const EPOCH_DAYS: i32 = 730_120;
/// Microseconds from 1970 to 2000.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// A value that fits one column.
pub trait Cell: Sized {
    /// The column's type.
    const TYPE: SqlType;
    /// Whether the column may be null.
    const NULLABLE: bool = false;

    /// Appends length and value in the binary format.
    fn put(&self, out: &mut Vec<u8>);

    /// Reads column `at` of a row.
    ///
    /// # Errors
    /// The column has another type or holds a value outside this type.
    fn get(row: &PgRow, at: usize) -> Result<Self, sqlx::Error>;
}

/// Appends a value that is its own bytes.
pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    // A field of PostgreSQL is at most 1 GB; a longer one is refused by the server as a bad length.
    let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
}

/// A word of the database that no variant of a closed list stands for.
pub fn unknown_word(what: &'static str, word: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("`{word}` is no {what}").into())
}

macro_rules! integers {
    ($($type:ty => $sql:ident),*) => {$(
        impl Cell for $type {
            const TYPE: SqlType = $sql;
            fn put(&self, out: &mut Vec<u8>) {
                put_bytes(out, &self.to_be_bytes());
            }
            fn get(row: &PgRow, at: usize) -> Result<Self, sqlx::Error> {
                row.try_get(at)
            }
        }
    )*};
}
integers!(i64 => BIGINT, i32 => INTEGER, i16 => SMALLINT);

impl Cell for bool {
    const TYPE: SqlType = BOOLEAN;
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(out, &[u8::from(*self)]);
    }
    fn get(row: &PgRow, at: usize) -> Result<Self, sqlx::Error> {
        row.try_get(at)
    }
}

impl Cell for Uuid {
    const TYPE: SqlType = UUID;
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(out, self.as_bytes());
    }
    fn get(row: &PgRow, at: usize) -> Result<Self, sqlx::Error> {
        row.try_get(at)
    }
}

macro_rules! ids {
    ($($id:ident),*) => {$(
        impl Cell for $id {
            const TYPE: SqlType = UUID;
            fn put(&self, out: &mut Vec<u8>) {
                put_bytes(out, self.uuid().as_bytes());
            }
            fn get(row: &PgRow, at: usize) -> Result<Self, sqlx::Error> {
                row.try_get(at).map(Self::new)
            }
        }
    )*};
}
ids!(
    BillingRunId,
    TenantId,
    ClientId,
    StaffId,
    ClientGroupId,
    TaxRateId,
    ProductId,
    OrderId,
    SubscriptionId,
    InvoiceId,
    CreditNoteId,
    ProformaId,
    AffiliateId,
    PaymentId,
    CouponId,
    GiftCardId,
    DunningStrategyId,
    DunningCaseId,
    SubjectId,
    WebhookEndpointId,
    EventId,
    ApprovalId
);

/// A closed list of words that a column of type text may hold.
macro_rules! words {
    ($($type:ty = $what:literal { $($variant:ident => $word:literal),+ $(,)? })+) => {$(
        impl $type {
            /// The stored word.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The value of a word; nothing for another word.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
        $crate::row::cell::word_cell!($type, $what, Self::as_str, Self::parse);
    )+};
}
pub(crate) use words;

/// [`Cell`] for a type that has a word and is found by it.
macro_rules! word_cell {
    ($type:ty, $what:literal, $word:expr, $parse:expr) => {
        impl $crate::row::Cell for $type {
            const TYPE: $crate::row::cell::SqlType = $crate::row::cell::TEXT;
            fn put(&self, out: &mut Vec<u8>) {
                let word: fn(Self) -> &'static str = $word;
                $crate::row::cell::put_bytes(out, word(*self).as_bytes());
            }
            fn get(row: &sqlx::postgres::PgRow, at: usize) -> Result<Self, sqlx::Error> {
                let text: &str = sqlx::Row::try_get(row, at)?;
                let parse: fn(&str) -> Option<Self> = $parse;
                parse(text).ok_or_else(|| $crate::row::cell::unknown_word($what, text))
            }
        }
    };
}
pub(crate) use word_cell;

fn side_of(word: &str) -> Option<Side> {
    [Side::Debit, Side::Credit].into_iter().find(|side| side.word() == word)
}
word_cell!(Side, "side", Side::word, side_of);

/// Accounts of the chart; a code that left the chart cannot be read any more, and none may leave.
impl Cell for AccountCode {
    const TYPE: SqlType = TEXT;
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(out, self.as_str().as_bytes());
    }
    fn get(row: &PgRow, at: usize) -> Result<Self, sqlx::Error> {
        let code: &str = row.try_get(at)?;
        ledger::account(code)
            .map(|account| account.code)
            .ok_or_else(|| unknown_word("account", code))
    }
}

fn product_kind_of(word: &str) -> Option<ProductKind> {
    ProductKind::ALL.into_iter().find(|kind| kind.word() == word)
}
word_cell!(ProductKind, "kind of product", ProductKind::word, product_kind_of);

fn line_kind_of(word: &str) -> Option<LineKind> {
    LineKind::ALL.into_iter().find(|kind| kind.word() == word)
}
word_cell!(LineKind, "kind of line", LineKind::word, line_kind_of);

impl Cell for String {
    const TYPE: SqlType = TEXT;
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(out, self.as_bytes());
    }
    fn get(row: &PgRow, at: usize) -> Result<Self, sqlx::Error> {
        row.try_get(at)
    }
}

impl Cell for Currency {
    const TYPE: SqlType = CHAR3;
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(out, self.code().as_bytes());
    }
    fn get(row: &PgRow, at: usize) -> Result<Self, sqlx::Error> {
        let code: &str = row.try_get(at)?;
        Self::parse(code).map_err(|_| unknown_word("currency", code))
    }
}

impl Cell for Country {
    const TYPE: SqlType = CHAR2;
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(out, self.code().as_bytes());
    }
    fn get(row: &PgRow, at: usize) -> Result<Self, sqlx::Error> {
        let code: &str = row.try_get(at)?;
        Self::parse(code).map_err(|_| unknown_word("country", code))
    }
}

impl Cell for NaiveDate {
    const TYPE: SqlType = DATE;
    fn put(&self, out: &mut Vec<u8>) {
        use chrono::Datelike;
        put_bytes(out, &(self.num_days_from_ce() - EPOCH_DAYS).to_be_bytes());
    }
    fn get(row: &PgRow, at: usize) -> Result<Self, sqlx::Error> {
        row.try_get(at)
    }
}

impl Cell for DateTime<Utc> {
    const TYPE: SqlType = TIMESTAMPTZ;
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(out, &(self.timestamp_micros() - EPOCH_MICROS).to_be_bytes());
    }
    fn get(row: &PgRow, at: usize) -> Result<Self, sqlx::Error> {
        row.try_get(at)
    }
}

impl<T: Cell> Cell for Option<T> {
    const TYPE: SqlType = T::TYPE;
    const NULLABLE: bool = true;
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.put(out),
            None => out.extend_from_slice(&(-1_i32).to_be_bytes()),
        }
    }
    fn get(row: &PgRow, at: usize) -> Result<Self, sqlx::Error> {
        use sqlx::ValueRef;
        if row.try_get_raw(at)?.is_null() { Ok(None) } else { T::get(row, at).map(Some) }
    }
}

/// A value kept as JSON text, such as sealed personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize + DeserializeOwned> Cell for Json<T> {
    const TYPE: SqlType = JSON;
    fn put(&self, out: &mut Vec<u8>) {
        // Events were JSON before they were values, so this cannot fail for what a fold holds; an
        // empty text is refused by the server rather than stored.
        put_bytes(out, &serde_json::to_vec(&self.0).unwrap_or_default());
    }
    fn get(row: &PgRow, at: usize) -> Result<Self, sqlx::Error> {
        let text: &str = row.try_get_unchecked(at)?;
        serde_json::from_str(text).map(Self).map_err(|error| sqlx::Error::Decode(error.into()))
    }
}
