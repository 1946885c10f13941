//! Stripe's balance reports: what moved, what Stripe kept, what it paid out.
//!
//! Two files are read, by the names of their columns, so that added columns change nothing: the
//! balance history of the dashboard, and the itemised reports (balance change from activity,
//! payout reconciliation). Amounts are in major units with a point.

use billfold_app::ports::gateway::{StatedKind, StatedLine, StatementRefusal, Statements};
use billfold_domain::kernel::{Currency, Money, MoneyRefusal};
use chrono::NaiveDate;
use csv::{ReaderBuilder, StringRecord};

use super::Stripe;

/// Columns of one kind of file, by their names; several names mean the first that is there.
struct Columns {
    id: &'static str,
    kind: &'static str,
    gross: &'static str,
    fee: &'static str,
    net: &'static str,
    currency: &'static str,
    created: &'static [&'static str],
    source: &'static str,
    payment: &'static [&'static str],
    payout: &'static str,
}

/// The balance history of the dashboard.
const HISTORY: Columns = Columns {
    id: "id",
    kind: "Type",
    gross: "Amount",
    fee: "Fee",
    net: "Net",
    currency: "Currency",
    created: &["Created (UTC)"],
    source: "Source",
    payment: &["PaymentIntent ID", "Payment Intent ID"],
    payout: "Transfer",
};

/// The itemised reports.
const ITEMISED: Columns = Columns {
    id: "balance_transaction_id",
    kind: "reporting_category",
    gross: "gross",
    fee: "fee",
    net: "net",
    currency: "currency",
    created: &["created_utc", "created"],
    source: "source_id",
    payment: &["payment_intent_id"],
    payout: "automatic_payout_id",
};

/// Our own references, as each report writes metadata.
const OUR_REFUND: &[&str] =
    &["refund_id (metadata)", "refund_metadata[refund_id]", "metadata[refund_id]"];
const OUR_PAYMENT: &[&str] =
    &["payment_id (metadata)", "payment_metadata[payment_id]", "metadata[payment_id]"];

impl Statements for Stripe {
    fn formats(&self) -> &'static [&'static str] {
        &["Stripe balance history (CSV)", "Stripe itemised balance or payout report (CSV)"]
    }

    fn read(&self, file: &[u8]) -> Result<Vec<StatedLine>, StatementRefusal> {
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(file);
        let heading = reader.headers().map_err(|_| not_ours("bytes that are no text"))?.clone();
        let columns = columns(&heading)?;
        let at = Places::of(&heading, columns)?;
        let mut lines = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let number = u64::try_from(index).unwrap_or(u64::MAX).saturating_add(2);
            let record = record.map_err(|_| refusal(number, columns.id, "it is no text"))?;
            if record.iter().all(str::is_empty) {
                continue;
            }
            lines.push(Row { record: &record, at: &at, columns, number }.stated()?);
        }
        Ok(lines)
    }
}

fn columns(heading: &StringRecord) -> Result<&'static Columns, StatementRefusal> {
    let has = |name: &str| heading.iter().any(|column| column.trim() == name);
    if has(ITEMISED.id) {
        Ok(&ITEMISED)
    } else if has(HISTORY.id) && (has(HISTORY.kind) || has(HISTORY.gross)) {
        Ok(&HISTORY)
    } else {
        let first: String = heading.iter().take(3).collect::<Vec<_>>().join(", ");
        Err(not_ours(&format!("columns {}", first.chars().take(80).collect::<String>())))
    }
}

fn not_ours(found: &str) -> StatementRefusal {
    StatementRefusal::NotOurs { expected: "balance report of Stripe", found: found.to_owned() }
}

fn refusal(line: u64, column: &str, rule: &'static str) -> StatementRefusal {
    StatementRefusal::Line { line, column: column.to_owned(), rule }
}

/// Where the columns of a file stand.
struct Places {
    id: usize,
    kind: usize,
    gross: usize,
    fee: usize,
    net: usize,
    currency: usize,
    created: usize,
    source: Option<usize>,
    payment: Option<usize>,
    payout: Option<usize>,
    refund_of_ours: Option<usize>,
    payment_of_ours: Option<usize>,
}

impl Places {
    fn of(heading: &StringRecord, columns: &Columns) -> Result<Self, StatementRefusal> {
        let find = |name: &str| heading.iter().position(|column| column.trim() == name);
        let any = |names: &[&str]| names.iter().find_map(|name| find(name));
        let need = |name: &str| {
            let column = name.to_owned();
            find(name).ok_or(StatementRefusal::ColumnMissing { column })
        };
        let created = columns.created.first().copied().unwrap_or_default();
        Ok(Self {
            id: need(columns.id)?,
            kind: need(columns.kind)?,
            gross: need(columns.gross)?,
            fee: need(columns.fee)?,
            net: need(columns.net)?,
            currency: need(columns.currency)?,
            created: match any(columns.created) {
                Some(at) => at,
                None => need(created)?,
            },
            source: find(columns.source),
            payment: any(columns.payment),
            payout: find(columns.payout),
            refund_of_ours: any(OUR_REFUND),
            payment_of_ours: any(OUR_PAYMENT),
        })
    }
}

/// A line of a file.
struct Row<'a> {
    record: &'a StringRecord,
    at: &'a Places,
    columns: &'a Columns,
    number: u64,
}

impl Row<'_> {
    fn stated(&self) -> Result<StatedLine, StatementRefusal> {
        let at = self.at;
        let id = self.text(at.id);
        if id.is_empty() {
            return Err(self.refuse(self.columns.id, "it is empty"));
        }
        let code = self.text(at.currency).to_ascii_uppercase();
        let currency = Currency::parse(&code)
            .map_err(|_| self.refuse(self.columns.currency, "it is no currency we know"))?;
        let gross = self.amount(at.gross, self.columns.gross, currency)?;
        let fee = self.amount(at.fee, self.columns.fee, currency)?;
        let net = self.amount(at.net, self.columns.net, currency)?;
        if gross.checked_sub(fee) != Ok(net) {
            return Err(self.refuse(self.columns.net, "it is not the amount less the fee"));
        }
        let source = self.some(at.source);
        let kind = kind(self.text(at.kind), source, net);
        let ours = match kind {
            StatedKind::Refund => self.some(at.refund_of_ours),
            StatedKind::Charge => self.some(at.payment_of_ours),
            _ => None,
        };
        let payment = self.some(at.payment).filter(|_| kind == StatedKind::Charge);
        Ok(StatedLine {
            id: id.to_owned(),
            kind,
            reference: payment.or(source).map(str::to_owned),
            ours: ours.map(str::to_owned),
            gross,
            fee,
            net,
            on: self.day()?,
            payout: self.some(at.payout).map(str::to_owned),
        })
    }

    fn text(&self, at: usize) -> &str {
        self.record.get(at).unwrap_or_default().trim()
    }

    fn some(&self, at: Option<usize>) -> Option<&str> {
        at.map(|at| self.text(at)).filter(|text| !text.is_empty())
    }

    fn refuse(&self, column: &str, rule: &'static str) -> StatementRefusal {
        refusal(self.number, column, rule)
    }

    fn amount(&self, at: usize, name: &str, unit: Currency) -> Result<Money, StatementRefusal> {
        Money::parse_major(self.text(at), unit).map_err(|refused| {
            self.refuse(
                name,
                match refused {
                    MoneyRefusal::TooPrecise { .. } => "it has more decimals than its currency",
                    _ => "it is no amount such as -1234.56",
                },
            )
        })
    }

    fn day(&self) -> Result<NaiveDate, StatementRefusal> {
        let text = self.text(self.at.created);
        let day = text.get(..10).and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
        let name = self.columns.created.first().copied().unwrap_or_default();
        day.ok_or_else(|| self.refuse(name, "it begins with no day such as 2026-11-24"))
    }
}

/// Stripe's words in both files. Disputes are adjustments in the history, told by what they are
/// about.
fn kind(word: &str, source: Option<&str>, net: Money) -> StatedKind {
    let is_dispute =
        source.is_some_and(|source| source.starts_with("dp_") || source.starts_with("du_"));
    match word {
        "charge" | "payment" => StatedKind::Charge,
        "refund" | "payment_refund" => StatedKind::Refund,
        "dispute" => StatedKind::Dispute,
        "dispute_reversal" => StatedKind::DisputeReversal,
        "adjustment" if is_dispute && net.is_negative() => StatedKind::Dispute,
        "adjustment" if is_dispute => StatedKind::DisputeReversal,
        "stripe_fee" | "stripe_fx_fee" | "tax_fee" | "fee" | "network_cost" => StatedKind::Fee,
        "payout" | "transfer" if net.is_negative() => StatedKind::Payout,
        // A payout that came back, a refund that failed, and what Stripe may add.
        _ => StatedKind::Adjustment,
    }
}
