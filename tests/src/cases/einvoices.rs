//! Electronic invoices: which rules totals break, and what lines sum to.

use billfold_domain::einvoice::{
    Amounts, DocumentAmount, PricedLine, Stated, StatedTotals, TaxSubtotal,
};
use billfold_domain::kernel::{Currency, Money, Quantity, UnitPrice};
use billfold_domain::tax::TaxCategory;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::taxes::word;
use super::{Answer, text};

type Read<T> = Result<T, Box<dyn std::error::Error>>;

/// Names the rules that stated totals break.
pub(super) fn validate(given: &Value, _when: &Value) -> Answer {
    let total = |name: &str| decimal(&given["totals"][name]);
    let stated = Stated {
        lines: decimals(&given["lines"])?,
        tax_subtotals: decimals(&given["tax_subtotals"])?,
        totals: StatedTotals {
            line_total: total("line_total")?,
            allowance_total: total("allowance_total")?,
            charge_total: total("charge_total")?,
            tax_exclusive: total("tax_exclusive")?,
            tax_total: total("tax_total")?,
            tax_inclusive: total("tax_inclusive")?,
            prepaid: total("prepaid")?,
            rounding: total("rounding")?,
            payable: total("payable")?,
        },
        ..Stated::default()
    };
    let violations: Vec<_> = stated.broken().into_iter().map(|rule| rule.id()).collect();
    Ok(json!({ "violations": violations }))
}

/// Sums lines, allowances and charges up.
pub(super) fn totals(given: &Value, _when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    let lines = list(&given["lines"]).iter().map(|line| priced(line, currency));
    let amounts = |name: &str| -> Read<Vec<DocumentAmount>> {
        list(&given[name]).iter().map(|of| document_amount(of, currency)).collect()
    };
    let amounts = Amounts {
        currency,
        lines: lines.collect::<Read<_>>()?,
        allowances: amounts("allowances")?,
        charges: amounts("charges")?,
        prepaid: money(&given["prepaid"], currency)?,
        rounding: money(&given["rounding"], currency)?,
    };
    let totals = amounts.totals()?;
    Ok(json!({
        "line_nets": totals.line_nets.iter().map(|net| net.to_major()).collect::<Vec<_>>(),
        "line_total": totals.line_total.to_major(),
        "allowance_total": totals.allowance_total.to_major(),
        "charge_total": totals.charge_total.to_major(),
        "tax_exclusive": totals.tax_exclusive.to_major(),
        "taxes": totals.taxes.iter().map(show).collect::<Vec<_>>(),
        "tax_total": totals.tax_total.to_major(),
        "tax_inclusive": totals.tax_inclusive.to_major(),
        "prepaid": totals.prepaid.to_major(),
        "rounding": totals.rounding.to_major(),
        "payable": totals.payable.to_major(),
    }))
}

fn priced(line: &Value, currency: Currency) -> Read<PricedLine> {
    Ok(PricedLine {
        quantity: text(line, "quantity")?.parse()?,
        unit_price: UnitPrice::parse(text(line, "unit_price")?, currency)?,
        price_base: line["price_base"].as_str().map_or(Ok(Quantity::ONE), str::parse)?,
        allowance: money(&line["allowance"], currency)?,
        charge: money(&line["charge"], currency)?,
        category: category(line)?,
        rate: line["rate"].as_str().unwrap_or("0").parse()?,
    })
}

fn document_amount(of: &Value, currency: Currency) -> Read<DocumentAmount> {
    Ok(DocumentAmount {
        amount: Money::parse_major(text(of, "amount")?, currency)?,
        category: category(of)?,
        rate: of["rate"].as_str().unwrap_or("0").parse()?,
    })
}

fn category(of: &Value) -> Read<TaxCategory> {
    Ok(word(&of["category"])?.ok_or("category is missing")?)
}

fn show(tax: &TaxSubtotal) -> Value {
    json!({
        "category": tax.category.word(),
        "rate": tax.rate.to_string(),
        "base": tax.base.to_major(),
        "tax": tax.tax.to_major(),
    })
}

/// An amount that may be left out.
fn money(value: &Value, currency: Currency) -> Read<Money> {
    Ok(value
        .as_str()
        .map_or(Ok(Money::zero(currency)), |text| Money::parse_major(text, currency))?)
}

fn decimal(value: &Value) -> Read<Option<Decimal>> {
    Ok(value.as_str().map(Decimal::from_str_exact).transpose()?)
}

fn decimals(values: &Value) -> Read<Option<Vec<Decimal>>> {
    let one = |value: &Value| decimal(value)?.ok_or_else(|| "an amount is missing".into());
    values.as_array().map(|values| values.iter().map(one).collect()).transpose()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}
