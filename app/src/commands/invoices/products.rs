//! Products that lines name: each is of the seller's own catalogue, be it still sold or not.

use billfold_domain::product::{Product, ProductRefusal};

use crate::commands::tax_rates::AskedLine;
use crate::commands::{No, Table, Touches};
use crate::error::Refused;

/// Names the streams of the products of lines.
pub(super) fn name_products(touches: Touches, lines: &[AskedLine]) -> Touches {
    let products = lines.iter().filter_map(|line| line.product_id);
    products.fold(touches, |touches, product| touches.reads::<Product>(product.uuid()))
}

/// Refuses lines that name products which are not in the catalogue.
pub(super) fn check_products(table: &Table<'_, '_>, lines: &[AskedLine]) -> Result<(), No> {
    for (at, line) in lines.iter().enumerate() {
        let Some(product) = line.product_id else { continue };
        if *table.state::<Product>(product.uuid())? == Product::Absent {
            let pointer = format!("/lines/{at}/product_id");
            return Err(Refused::of(&ProductRefusal::Absent).at(&pointer).into());
        }
    }
    Ok(())
}
