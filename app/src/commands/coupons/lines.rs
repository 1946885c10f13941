//! What a coupon takes off, as lines of a document.
//!
//! Guarantees one line of discount per line it lowers, taxed as that line is and for the same
//! product and days: nets, tax groups and totals follow as EN 16931 wants them, and revenue is
//! lowered where it is earned. Absent on purpose: how much it is.

use billfold_domain::invoice::{LineKind, NewLine};
use billfold_domain::kernel::{Money, ProductId, Quantity, UnitPrice};

use crate::error::Refused;

/// The longest description of a line.
const DESCRIPTION: usize = 500;

/// The name by which a coupon knows a product.
pub(in crate::commands) fn product_key(product: ProductId) -> String {
    product.to_string()
}

/// The discounts of a coupon on lines, each with the place of the line it lowers.
pub(in crate::commands) fn discount_lines<'a>(
    code: &str,
    lines: impl IntoIterator<Item = &'a NewLine>,
    off: &[Money],
) -> Result<Vec<(usize, NewLine)>, Refused> {
    let lowered = lines.into_iter().zip(off).enumerate().filter(|(_, (_, off))| !off.is_zero());
    lowered.map(|(at, (line, off))| Ok((at, discount(code, line, *off)?))).collect()
}

fn discount(code: &str, line: &NewLine, off: Money) -> Result<NewLine, Refused> {
    let description = format!("Coupon {code}: {}", line.description);
    Ok(NewLine {
        kind: LineKind::Discount,
        description: description.chars().take(DESCRIPTION).collect(),
        quantity: Quantity::ONE.negate(),
        unit_price: UnitPrice::try_from(off).map_err(|no| Refused::of(&no))?,
        tax: line.tax,
        period: line.period,
        product_id: line.product_id,
    })
}
