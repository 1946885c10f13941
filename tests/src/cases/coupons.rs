//! Coupons: what they take off, how long they last, who may have them, what is taxed then.

use std::collections::BTreeSet;

use billfold_domain::coupon::{
    self, CouponLine, CouponRefusal, CouponStatus, CouponTerms, CouponUse, Discount, Frequency,
    HeldCoupon, Left, Limits, Redemption, Redemptions, Scope,
};
use billfold_domain::kernel::{Currency, Money, Refusal};
use chrono::NaiveDate;
use serde_json::{Value, json};

use super::taxes::{rules, show, taxes, word};
use super::{Answer, text};

type Read<T> = Result<T, Box<dyn std::error::Error>>;

/// Takes coupons off the lines of an invoice.
pub(super) fn apply(given: &Value, _when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    let lines = lines(given, currency)?;
    let discounted = coupon::apply(currency, day(given)?, &lines, &held(given, currency)?)?;
    let uses = discounted.uses.iter().map(|used| show_use(used, currency));
    Ok(json!({
        "coupons": uses.collect::<Vec<_>>(),
        "discount": discounted.discount.to_major(),
        "subtotal": discounted.subtotal.to_major(),
    }))
}

/// Bills one price again and again, with what is left of the coupon each time.
pub(super) fn cycles(given: &Value, when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    let amount = Money::parse_major(text(given, "price")?, currency)?;
    let line = CouponLine { amount, product: None, plan: None };
    let mut held = vec![held_coupon(&given["coupon"], currency)?];
    let mut totals = Vec::new();
    for _ in 0..when["invoices"].as_u64().ok_or("invoices are missing")? {
        let line = std::slice::from_ref(&line);
        let discounted = coupon::apply(currency, day(given)?, line, &held)?;
        totals.push(discounted.subtotal.to_major());
        held = discounted.uses.into_iter().map(|used| used.held).collect();
    }
    Ok(json!({ "totals": totals }))
}

/// Asks for a coupon by its code.
pub(super) fn redeem(given: &Value, when: &Value) -> Answer {
    let currency = Currency::parse(text(when, "currency")?)?;
    let coupon = read_coupon(&given["coupon"], currency)?;
    let asked = Redemption {
        on: text(when, "date")?.parse()?,
        currency,
        plan: when["plan"].as_str().map(str::to_owned),
        product: when["product"].as_str().map(str::to_owned),
    };
    let used_by = given["used_by"].as_array().map(Vec::as_slice).unwrap_or_default();
    let by_client = used_by.iter().filter(|client| **client == when["customer"]).count();
    let so_far = Redemptions {
        total: given["redemptions"].as_u64().unwrap_or_default(),
        by_client: by_client.try_into()?,
    };
    Ok(match coupon.redeem(&asked, so_far) {
        Ok(()) => json!({ "accepted": true }),
        Err(refusal) => json!({ "accepted": false, "reason": reason(&refusal) }),
    })
}

/// Takes coupons off lines and taxes what is left.
pub(super) fn tax(given: &Value, _when: &Value) -> Answer {
    let conventions = &given["conventions"];
    let split = conventions["coupon_split"].as_str().unwrap_or("by_remaining_amount");
    if split != "by_remaining_amount" || conventions["coupon_before_tax"] == json!(false) {
        return Err("coupons come off before tax, by what is left of each line".into());
    }
    let currency = Currency::parse(text(given, "currency")?)?;
    let mut taxed_lines = Vec::new();
    for (line, value) in lines(given, currency)?.into_iter().zip(list(given, "lines")?) {
        taxed_lines.push((line, taxes(&value["taxes"])?));
    }
    let held = held(given, currency)?;
    let found = coupon::apply_and_tax(currency, day(given)?, &taxed_lines, &held, rules(given)?)?;
    let mut answer = json!({
        "coupon_total": found.discounted.discount.to_major(),
        "subtotal": found.taxed.subtotal.to_major(),
        "tax": found.taxed.tax.to_major(),
        "total": found.taxed.total.to_major(),
    });
    if conventions["tax_rounding"] != "invoice" {
        answer["taxes"] = found.taxed.taxes.iter().map(show).collect();
    }
    Ok(answer)
}

fn lines(given: &Value, currency: Currency) -> Read<Vec<CouponLine>> {
    let line = |line: &Value| {
        Ok(CouponLine {
            amount: Money::parse_major(text(line, "amount")?, currency)?,
            product: line["product"].as_str().map(str::to_owned),
            plan: line["plan"].as_str().map(str::to_owned),
        })
    };
    list(given, "lines")?.iter().map(line).collect()
}

fn held(given: &Value, currency: Currency) -> Read<Vec<HeldCoupon>> {
    list(given, "coupons")?.iter().map(|coupon| held_coupon(coupon, currency)).collect()
}

fn held_coupon(value: &Value, currency: Currency) -> Read<HeldCoupon> {
    let coupon = read_coupon(value, currency)?;
    let order = value["order"].as_u64().unwrap_or_default().try_into()?;
    let mut held = HeldCoupon::new(coupon, order);
    if let (Left::Amount(amount), Some(left)) = (held.left, value["remaining"].as_str()) {
        held.left = Left::Amount(Money::parse_major(left, amount.currency())?);
    }
    Ok(held)
}

fn read_coupon(value: &Value, currency: Currency) -> Read<CouponTerms> {
    let only = value["currency"].as_str().map(Currency::parse).transpose()?;
    let worth = text(value, "value")?;
    let discount = match text(value, "type")? {
        "percent" => Discount::Percent(worth.parse()?),
        "fixed" => Discount::Fixed(Money::parse_major(worth, only.unwrap_or(currency))?),
        other => return Err(format!("coupons of type {other} are unknown").into()),
    };
    let frequency = match value["frequency"].as_str() {
        None | Some("once") => Frequency::Once,
        Some("recurring") => {
            let cycles = value["cycles_left"].as_u64().ok_or("cycles_left is missing")?;
            Frequency::Recurring { cycles: cycles.try_into()? }
        }
        Some("forever") => Frequency::Forever,
        Some(other) => return Err(format!("frequency {other} is unknown").into()),
    };
    let mut plans = keys(&value["scope"]["plan"]);
    plans.extend(keys(&value["plans"]));
    let mut products = keys(&value["scope"]["product"]);
    products.extend(keys(&value["products"]));
    let date = |field: &str| value[field].as_str().map(str::parse::<NaiveDate>).transpose();
    Ok(CouponTerms {
        code: text(value, "code")?.to_owned(),
        discount,
        scope: Scope { products, plans },
        frequency,
        currency: only,
        starts_on: date("starts_on")?,
        expires_on: date("expires_on")?,
        limits: Limits {
            total: value["redemption_limit"].as_u64(),
            per_client: (value["reusable"] == json!(false)).then_some(1),
        },
        status: word::<CouponStatus>(&value["status"])?.unwrap_or_default(),
    })
}

fn show_use(used: &CouponUse, currency: Currency) -> Value {
    let code = &used.held.coupon.code;
    match &used.taken {
        Err(refusal) => {
            let amount = Money::zero(currency).to_major();
            let reason = reason(refusal);
            json!({ "code": code, "applied": false, "amount": amount, "reason": reason })
        }
        Ok(amount) => {
            let status = used.held.status().word();
            let amount = amount.to_major();
            let mut shown =
                json!({ "code": code, "applied": true, "amount": amount, "status": status });
            match (used.held.left, used.held.coupon.frequency) {
                (Left::Amount(left), _) => shown["remaining"] = json!(left.to_major()),
                (Left::Uses(uses), Frequency::Recurring { .. }) => {
                    shown["cycles_left"] = json!(uses);
                }
                (Left::Uses(_) | Left::Unlimited, _) => {}
            }
            shown
        }
    }
}

fn reason(refusal: &CouponRefusal) -> &'static str {
    refusal.code().trim_start_matches("coupon.")
}

/// The day of the invoice. Without one no coupon has expired yet.
fn day(given: &Value) -> Read<NaiveDate> {
    Ok(given["date"].as_str().map(str::parse).transpose()?.unwrap_or(NaiveDate::MIN))
}

fn keys(list: &Value) -> BTreeSet<String> {
    let keys = list.as_array().map(Vec::as_slice).unwrap_or_default();
    keys.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn list<'a>(value: &'a Value, field: &str) -> Read<&'a [Value]> {
    Ok(value[field].as_array().ok_or_else(|| format!("{field} is missing"))?)
}
