//! Credit notes: what they say, what becomes of them, what unused days are worth.

use billfold_domain::credit_note::{
    self, Creditable, CreditableLine, NoteAmounts, NoteItem, SettlementMode, spread_coupon,
};
use billfold_domain::kernel::{Currency, Money, Refusal, Unrounded};
use billfold_domain::tax::Tax;
use serde_json::{Value, json};

use super::taxes::{rules, word};
use super::{Answer, text};

type Read<T> = Result<T, Box<dyn std::error::Error>>;

/// Writes one note after the other against an invoice.
pub(super) fn compute(given: &Value, when: &Value) -> Answer {
    let last_note = given["conventions"]["last_note"].as_str().unwrap_or("takes_remainder");
    if last_note != "takes_remainder" {
        return Err(format!("last_note {last_note} is unknown").into());
    }
    let currency = Currency::parse(text(given, "currency")?)?;
    let mut lines = list(given, "lines")?
        .iter()
        .map(|line| read_line(line, currency))
        .collect::<Read<Vec<_>>>()?;
    if let Some(coupon) = given["coupon_total"].as_str() {
        spread_coupon(Money::parse_major(coupon, currency)?, &mut lines)?;
    }
    let mut invoice = Creditable::new(currency, lines, rules(given)?)?;
    let mut notes = Vec::new();
    for note in list(when, "notes")? {
        let items = note.as_array().ok_or("a note is a list of items")?;
        let items = items.iter().map(|item| read_item(item, currency)).collect::<Read<Vec<_>>>()?;
        notes.push(match invoice.credit(&items) {
            Ok(amounts) => show(&amounts),
            Err(refusal) => {
                json!({ "error": refusal.code().trim_start_matches("credit_note.") })
            }
        });
    }
    Ok(json!({ "invoice": show(invoice.invoice()), "notes": notes }))
}

/// Says what becomes of a note.
pub(super) fn settle(given: &Value, _when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    let amount =
        |field: &str| -> Read<Money> { Ok(Money::parse_major(text(given, field)?, currency)?) };
    let mode = word::<SettlementMode>(&given["mode"])?.ok_or("mode is missing")?;
    let found = credit_note::settle(
        amount("invoice_total")?,
        amount("paid")?,
        amount("note_total")?,
        mode,
    )?;
    Ok(json!({
        "refund": found.refund.to_major(),
        "credit": found.credit.to_major(),
        "offset": found.offset.to_major(),
    }))
}

/// Gives back the unused days of a price.
pub(super) fn termination(given: &Value, _when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    let price = Money::parse_major(text(given, "price")?, currency)?;
    let days = |field: &str| given[field].as_u64().ok_or_else(|| format!("{field} is missing"));
    let (unused, cycle) = (days("unused_days")?, days("cycle_days")?);
    let found = credit_note::termination(price, unused, cycle, taxes(given)?, rules(given)?)?;
    Ok(json!({
        "subtotal": found.subtotal.to_major(),
        "tax": found.tax.to_major(),
        "total": found.total.to_major(),
    }))
}

fn read_line(line: &Value, currency: Currency) -> Read<CreditableLine> {
    let coupon = match line["coupon"].as_str() {
        Some(coupon) => Money::parse_major(coupon, currency)?.into(),
        None => Unrounded::zero(currency),
    };
    Ok(CreditableLine {
        id: text(line, "id")?.to_owned(),
        amount: Money::parse_major(text(line, "amount")?, currency)?,
        coupon,
        taxes: taxes(line)?,
    })
}

fn read_item(item: &Value, currency: Currency) -> Read<NoteItem> {
    let amount = Money::parse_major(text(item, "amount")?, currency)?;
    Ok(NoteItem { line: text(item, "line")?.to_owned(), amount })
}

/// The tax of a `tax_rate`, which is its name as well.
fn taxes(value: &Value) -> Read<Vec<Tax>> {
    let Some(rate) = value["tax_rate"].as_str() else {
        return Ok(Vec::new());
    };
    Ok(vec![Tax { code: "tax".to_owned(), rate: rate.parse()?, compound: false }])
}

fn show(amounts: &NoteAmounts) -> Value {
    json!({
        "items": amounts.items.to_major(),
        "coupon_adjustment": amounts.coupon.to_major(),
        "subtotal": amounts.subtotal.to_major(),
        "tax": amounts.tax.to_major(),
        "total": amounts.total.to_major(),
    })
}

fn list<'a>(value: &'a Value, field: &str) -> Read<&'a [Value]> {
    Ok(value[field].as_array().ok_or_else(|| format!("{field} is missing"))?)
}
