//! Taxes: what lines sum to, which level counts, where a sale is taxed.

use billfold_domain::kernel::{Country, Currency, Money, Percent};
use billfold_domain::tax::{
    self, PriceMode, Sale, Supply, Tax, TaxBase, TaxLevels, TaxRounding, TaxRules, TaxSum,
    TaxableLine, Treatment, VatCheck,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Answer, text};

type Read<T> = Result<T, Box<dyn std::error::Error>>;

/// Taxes the lines of an invoice.
pub(super) fn compute(given: &Value, _when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    let mut lines = Vec::new();
    for line in given["lines"].as_array().ok_or("lines are missing")? {
        let amount = Money::parse_major(text(line, "amount")?, currency)?.into();
        lines.push(TaxableLine { amount, taxes: taxes(&line["taxes"])? });
    }
    let taxed = tax::compute(currency, &lines, rules(given)?)?;
    Ok(json!({
        "subtotal": taxed.subtotal.to_major(),
        "taxes": taxed.taxes.iter().map(show).collect::<Vec<_>>(),
        "tax": taxed.tax.to_major(),
        "total": taxed.total.to_major(),
    }))
}

/// Finds the taxes of the level that counts and takes them.
pub(super) fn resolve(given: &Value, _when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    let amount = Money::parse_major(text(given, "amount")?, currency)?.into();
    let named = |level: &str| taxes(&given["taxes"][level]);
    let levels = TaxLevels {
        line: named("line")?,
        product: named("product")?,
        plan: named("plan")?,
        customer: named("customer")?,
        entity: named("entity")?,
        exempt: given["exempt"].as_bool().unwrap_or_default(),
    };
    let taxes = levels.applying().map(|(_, taxes)| taxes.to_vec()).unwrap_or_default();
    let taxed = tax::compute(currency, &[TaxableLine { amount, taxes }], rules(given)?)?;
    Ok(json!({
        "taxes": taxed.taxes.iter().map(show).collect::<Vec<_>>(),
        "tax": taxed.tax.to_major(),
    }))
}

/// Finds where a sale is taxed.
pub(super) fn place(given: &Value, when: &Value) -> Answer {
    let customer = &when["customer"];
    let vat_check = match (&customer["vat_check"], &customer["vat_number"]) {
        (Value::Null, Value::Null) => VatCheck::NoNumber,
        (Value::Null, _) => VatCheck::Pending,
        (state, _) => word::<VatCheck>(state)?.unwrap_or_default(),
    };
    let place = tax::place(&Sale {
        seller: Country::parse(text(&given["seller"], "country")?)?,
        one_stop: given["seller"]["oss"].as_bool().unwrap_or_default(),
        supply: word::<Supply>(&given["supply"])?.ok_or("supply is missing")?,
        customer: customer["country"].as_str().map(Country::parse).transpose()?,
        postcode: customer["postcode"].as_str().map(str::to_owned),
        vat_check,
    })?;
    let mut answer = match place.treatment {
        Treatment::Standard { country, class } => json!({
            "treatment": "standard",
            "rate_class": class.word(),
            "rate_country": country.code(),
        }),
        Treatment::ReverseCharge => json!({ "treatment": "reverse_charge" }),
        Treatment::OutsideScope => json!({ "treatment": "outside_scope" }),
        Treatment::Territory { territory } => {
            json!({ "treatment": "territory", "territory": territory.word() })
        }
    };
    answer["hold_invoice"] = json!(place.hold);
    Ok(answer)
}

/// The taxes of a list; none if there is no list.
pub(super) fn taxes(list: &Value) -> Read<Vec<Tax>> {
    let taxes = list.as_array().map(Vec::as_slice).unwrap_or_default();
    taxes
        .iter()
        .map(|tax| {
            let rate: Percent = text(tax, "rate")?.parse()?;
            let compound = tax["compound"].as_bool().unwrap_or_default();
            Ok(Tax { code: text(tax, "code")?.to_owned(), rate, compound })
        })
        .collect()
}

/// The tax settings of a case; what it does not say is left at its default.
pub(super) fn rules(given: &Value) -> Read<TaxRules> {
    let conventions = &given["conventions"];
    if let Some(rounding) = conventions["rounding"].as_str().filter(|word| *word != "half_up") {
        return Err(format!("rounding {rounding} is unknown").into());
    }
    Ok(TaxRules {
        tax_rounding: word::<TaxRounding>(&conventions["tax_rounding"])?.unwrap_or_default(),
        tax_base: word::<TaxBase>(&conventions["tax_base"])?.unwrap_or_default(),
        prices: word::<PriceMode>(&conventions["prices"])?.unwrap_or_default(),
    })
}

/// A word of a closed list; nothing if it is not there.
pub(super) fn word<T: DeserializeOwned>(value: &Value) -> Read<Option<T>> {
    Ok(serde_json::from_value(value.clone())?)
}

pub(super) fn show(tax: &TaxSum) -> Value {
    json!({
        "code": tax.code,
        "rate": tax.rate.to_string(),
        "base": tax.base.to_major(),
        "amount": tax.amount.to_major(),
    })
}
