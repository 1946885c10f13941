//! Stripe's balance as CSV: "Balance history" and the itemised report of changes and payouts.
//!
//! | asked for     | balance history         | itemised report                      |
//! | ------------- | ----------------------- | ------------------------------------ |
//! | id of a line  | `id`                    | `balance_transaction_id`             |
//! | kind          | `Type`                  | `reporting_category`                 |
//! | what it is of | `Source`                | `source_id`, of a payment its intent |
//! | ours          | `payment_id (metadata)` | `payment_metadata[payment_id]`       |
//! | amounts       | `Amount`, `Fee`, `Net`  | `gross`, `fee`, `net`                |
//! | day (UTC)     | `Created (UTC)`         | `created_utc` or `created`           |
//!
//! A kind that is not known is an adjustment: it is listed, and nobody takes it for money of ours.

use billfold_domain::kernel::Money;
use billfold_domain::settlement::{NewLine, SettlementLineKind};

use super::number::DecimalMark;
use super::table::{Column, Columns, Row, rows};
use super::{StatedLine, StatementFile, StatementRefusal, text_of, utf8};

/// Reads a balance of Stripe, of either form.
///
/// # Errors
/// A column is missing, or a line says something that cannot be; the refusal names it.
pub fn stripe_balance(bytes: &[u8]) -> Result<StatementFile, StatementRefusal> {
    let rows = rows(utf8(bytes)?, b',')?;
    let Some((head, body)) = rows.split_first() else {
        return Err(StatementRefusal::broken(1, "the file is empty"));
    };
    let form = Form::of(&Columns::named_by(head))?;
    let lines = body.iter().map(|row| form.line(row)).collect::<Result<_, _>>()?;
    Ok(StatementFile { from: None, to: None, lines })
}

/// Where things stand in one of the two forms.
struct Form {
    width: usize,
    id: Column,
    kind: Column,
    source: Column,
    intent: Option<Column>,
    payment: Option<Column>,
    refund: Option<Column>,
    amounts: [Column; 3],
    currency: Column,
    created: Column,
    description: Option<Column>,
}

impl Form {
    fn of(columns: &Columns) -> Result<Self, StatementRefusal> {
        let is_itemised = columns.find("balance_transaction_id").is_some();
        let named = |itemised: &str, history: &str| {
            columns.need(if is_itemised { itemised } else { history })
        };
        let found = |itemised: &str, history: &str| {
            columns.find(if is_itemised { itemised } else { history })
        };
        let created = match columns.find("created") {
            Some(created) if is_itemised => created,
            _ => named("created_utc", "Created (UTC)")?,
        };
        Ok(Self {
            width: columns.len(),
            id: named("balance_transaction_id", "id")?,
            kind: named("reporting_category", "Type")?,
            source: named("source_id", "Source")?,
            intent: found("payment_intent_id", "PaymentIntent ID"),
            payment: found("payment_metadata[payment_id]", "payment_id (metadata)"),
            refund: found("refund_metadata[refund_id]", "refund_id (metadata)"),
            amounts: [named("gross", "Amount")?, named("fee", "Fee")?, named("net", "Net")?],
            currency: named("currency", "Currency")?,
            created,
            description: found("description", "Description"),
        })
    }

    fn line(&self, row: &Row) -> Result<StatedLine, StatementRefusal> {
        if row.len() != self.width {
            return Err(StatementRefusal::broken(
                row.line,
                "the row has not as many cells as the first",
            ));
        }
        let currency = self.currency.of(row).currency()?;
        let [gross, fee, net] = &self.amounts;
        let amount = |column: &Column| column.of(row).amount(currency, DecimalMark::Point);
        let (gross, fee, stated) = (amount(gross)?, amount(fee)?, amount(net)?);
        if stated.checked_add(fee) != Ok(gross) {
            return Err(net.of(row).wrong("must be the amount less the fee"));
        }
        let source = self.source.of(row).name()?;
        let kind = kind(self.kind.of(row).text, source.as_deref(), gross);
        // A payment is known by its intent, of which a charge is one try.
        let intent = match (&self.intent, kind) {
            (Some(intent), SettlementLineKind::Charge) => intent.of(row).name()?,
            _ => None,
        };
        let ours = match kind {
            SettlementLineKind::Refund => self.refund.as_ref(),
            _ => self.payment.as_ref(),
        };
        let line = NewLine {
            their_id: self.id.of(row).needed_name()?,
            kind,
            reference: intent.or(source),
            ours: ours.map_or(Ok(None), |column| column.of(row).name())?,
            gross,
            fee: (!fee.is_zero()).then_some(fee),
            net: stated,
            on: self.created.of(row).day("%Y-%m-%d")?,
            text: None,
        };
        let said = self.description.as_ref().map(|column| column.of(row).text);
        Ok(StatedLine { line, text: text_of(said) })
    }
}

/// What a type of the history or a category of the report means. In the history a dispute is an
/// adjustment whose source is one.
fn kind(word: &str, source: Option<&str>, gross: Money) -> SettlementLineKind {
    let is_dispute = source.is_some_and(|it| it.starts_with("dp_") || it.starts_with("du_"));
    match word {
        "charge" | "payment" => SettlementLineKind::Charge,
        "refund" | "payment_refund" | "refund_failure" | "payment_failure_refund" => {
            SettlementLineKind::Refund
        }
        "dispute" => SettlementLineKind::Dispute,
        "dispute_reversal" => SettlementLineKind::DisputeReversal,
        "adjustment" if is_dispute && gross.is_negative() => SettlementLineKind::Dispute,
        "adjustment" if is_dispute => SettlementLineKind::DisputeReversal,
        "payout" | "payout_reversal" | "payout_failure" | "payout_cancel" => {
            SettlementLineKind::Payout
        }
        "fee" | "stripe_fee" | "network_cost" | "tax" | "tax_fee" | "stripe_fx_fee" => {
            SettlementLineKind::Fee
        }
        _ => SettlementLineKind::Adjustment,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use SettlementLineKind as Kind;

    pub(crate) const HISTORY: &str =
        include_str!("../../fixtures/statements/stripe_balance_history.csv");

    const ITEMISED: &str = include_str!("../../fixtures/statements/stripe_itemised.csv");

    fn lines(text: &str) -> Vec<NewLine> {
        let file = stripe_balance(text.as_bytes()).unwrap();
        file.lines.into_iter().map(|stated| stated.line).collect()
    }

    #[test]
    fn a_balance_history_is_read_line_by_line() {
        let lines = lines(HISTORY);
        let kinds: Vec<_> = lines.iter().map(|line| line.kind).collect();
        assert_eq!(
            kinds,
            [
                Kind::Charge,
                Kind::Refund,
                Kind::Dispute,
                Kind::DisputeReversal,
                Kind::Fee,
                Kind::Payout,
                Kind::Adjustment
            ]
        );
        let first = &lines[0];
        assert_eq!((first.gross.minor(), first.net.minor()), (110_000, 106_780));
        assert_eq!(first.fee.map(Money::minor), Some(3_220));
        assert_eq!(
            (first.reference.as_deref(), first.ours.as_deref()),
            (Some("ch_1"), Some("pay_1"))
        );
        assert_eq!(first.on.to_string(), "2026-03-15");
        assert_eq!((lines[1].fee, lines[4].reference.clone()), (None, None));
        let said = stripe_balance(HISTORY.as_bytes()).unwrap().lines.swap_remove(0).text;
        assert_eq!(said.as_deref(), Some("Invoice 7, Maria"));
    }

    #[test]
    fn an_itemised_report_names_the_intent_and_ours() {
        let lines = lines(ITEMISED);
        let named: Vec<_> = lines
            .iter()
            .map(|line| (line.kind, line.reference.as_deref(), line.ours.as_deref()))
            .collect();
        assert_eq!(
            named,
            [
                (Kind::Charge, Some("pi_1"), Some("pay_1")),
                (Kind::Refund, Some("re_1"), Some("rfd_1")),
                (Kind::Dispute, Some("dp_1"), Some("pay_1")),
                (Kind::Payout, Some("po_1"), None),
            ]
        );
        assert_eq!(lines[1].fee.map(Money::minor), Some(-10), "a fee that came back");
    }

    #[test]
    fn a_line_that_cannot_be_is_refused_by_its_line_and_column() {
        let told = |from: &str, to: &str| {
            let broken = ITEMISED.replacen(from, to, 1);
            stripe_balance(broken.as_bytes()).unwrap_err().to_string()
        };
        assert_eq!(told("9.41", "9.40"), "line 2, net: must be the amount less the fee");
        assert_eq!(told("-4.00", "four"), "line 3, gross: must be an amount such as -1,234.56");
        assert_eq!(
            told("2026-03-17", "17/03/2026"),
            "line 4, created_utc: must begin with a day in the form %Y-%m-%d"
        );
        assert_eq!(
            told("po_1,,,,", "po_1,,"),
            "line 5: the row has not as many cells as the first"
        );
        assert_eq!(told("txn_2", ""), "line 3, balance_transaction_id: must not be empty");
        assert_eq!(
            told(",usd,10", ",dollar,10"),
            "line 2, currency: must be the code of a currency such as EUR"
        );
        assert_eq!(
            told("reporting_category", "category"),
            "the file has no column reporting_category, export it with that column"
        );
        let empty = stripe_balance(b"").unwrap_err();
        assert_eq!(empty.to_string(), "line 1: the file is empty");
        let other = stripe_balance(b"a,b\n1,2\n").unwrap_err();
        assert_eq!(other, StatementRefusal::NoColumn { column: "Created (UTC)".into() });
    }
}
