//! What can be subscribed to: products and cycles as fields of a form.

use billfold_domain::kernel::{Cycle, ProductId, Quantity};
use billfold_projections::Wanted;
use billfold_projections::product_list::{self, Priced};

use crate::error::PageError;
use crate::fields::{Fields, Wrong};
use crate::form::Field;
use crate::show;
use crate::state::WebState;
use crate::visitor::Visitor;

/// Products offered in the list; others are named by id.
const OFFERED: u32 = 200;
/// Cycles that are offered whatever the prices have.
const USUAL: [Cycle; 4] = [Cycle::Months(1), Cycle::Months(3), Cycle::Months(6), Cycle::Months(12)];

/// What is on sale.
pub(crate) struct Catalogue {
    products: Vec<Priced>,
    /// Whether there are more than are offered.
    cut: bool,
}

/// What was chosen of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) product_id: ProductId,
    pub(crate) cycle: Cycle,
    pub(crate) quantity: Quantity,
}

impl Catalogue {
    pub(crate) async fn read(state: &WebState, visitor: &Visitor) -> Result<Self, PageError> {
        let wanted = Wanted { limit: OFFERED, ..Wanted::default() };
        let found = product_list::page(state.reads(), visitor.tenant(), false, &wanted).await?;
        Ok(Self { cut: found.value.next.is_some(), products: found.value.rows })
    }

    /// Product, cycle and quantity with what was typed, or what is `known`.
    pub(crate) fn fields(&self, sent: &Fields, known: Option<Choice>, wrong: &Wrong) -> [Field; 3] {
        let typed =
            |name: &str, usual: Option<String>| sent.some(name).or(usual).unwrap_or_default();
        let product = typed("product_id", known.map(|known| known.product_id.to_string()));
        let cycle = typed("cycle", known.map(|known| key(known.cycle)));
        let quantity = typed("quantity", known.map(|known| known.quantity.to_string()));
        let quantity = if quantity.is_empty() { "1".to_owned() } else { quantity };
        [
            self.product_field().with(product).required().wrong(wrong.of("product_id")),
            Field::choice("cycle", "Charged", self.cycles(known))
                .with(cycle)
                .hint("The product needs a price for it")
                .wrong(wrong.of("cycle")),
            Field::input("quantity", "Quantity", "text")
                .with(quantity)
                .decimal()
                .required()
                .wrong(wrong.of("quantity")),
        ]
    }

    fn product_field(&self) -> Field {
        if self.cut || self.products.is_empty() {
            let field = Field::input("product_id", "Product", "text");
            return field.hint("The id of a product on sale: prd_…");
        }
        let option = |priced: &Priced| {
            let product = &priced.product;
            (product.product_id.to_string(), format!("{} ({})", product.name, product.code))
        };
        let mut options: Vec<(String, String)> = self.products.iter().map(option).collect();
        options.sort_by(|a, b| a.1.cmp(&b.1));
        options.insert(0, (String::new(), "Choose a product".to_owned()));
        Field::choice("product_id", "Product", options)
    }

    fn cycles(&self, known: Option<Choice>) -> Vec<(String, String)> {
        let priced = self.products.iter().flat_map(|product| &product.prices);
        let mut cycles: Vec<Cycle> = priced.map(|price| price.cycle.0).collect();
        cycles.extend(USUAL);
        cycles.extend(known.map(|known| known.cycle));
        cycles.retain(|cycle| *cycle != Cycle::OneTime);
        cycles.sort_unstable();
        cycles.dedup();
        cycles.into_iter().map(|cycle| (key(cycle), label(cycle))).collect()
    }
}

/// Product, cycle and quantity as they were sent; what is wrong with them is noted.
pub(crate) fn chosen(sent: &Fields, wrong: &mut Wrong) -> Option<Choice> {
    let product_id = sent.one("product_id").parse::<ProductId>().ok();
    if product_id.is_none() {
        wrong.at("product_id", "choose a product");
    }
    let cycle = cycle(sent.one("cycle"));
    if cycle.is_none() {
        wrong.at("cycle", "choose how often it is charged");
    }
    let quantity = sent.some("quantity").map_or(Ok(Quantity::ONE), |text| text.parse());
    let quantity = quantity.map_err(|error| wrong.at("quantity", error.to_string())).ok();
    Some(Choice { product_id: product_id?, cycle: cycle?, quantity: quantity? })
}

/// A cycle in a form: `m1`, `d30`.
fn key(cycle: Cycle) -> String {
    match cycle {
        Cycle::OneTime => "once".to_owned(),
        Cycle::Days(days) => format!("d{days}"),
        Cycle::Months(months) => format!("m{months}"),
    }
}

fn cycle(key: &str) -> Option<Cycle> {
    if let Some(days) = key.strip_prefix('d') {
        return days.parse().ok().map(Cycle::Days);
    }
    key.strip_prefix('m')?.parse().ok().map(Cycle::Months)
}

fn label(cycle: Cycle) -> String {
    match cycle {
        Cycle::Months(1) => "Every month".to_owned(),
        Cycle::Months(12) => "Every year".to_owned(),
        Cycle::Days(1) => "Every day".to_owned(),
        other => show::words(&show::cycle(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_is_read_as_it_was_written() {
        for known in [Cycle::Months(1), Cycle::Months(24), Cycle::Days(30)] {
            assert_eq!(cycle(&key(known)), Some(known));
        }
        assert_eq!(cycle("once"), None);
        assert_eq!(label(Cycle::Months(3)), "Every 3 months");
        assert_eq!(label(Cycle::Days(30)), "Every 30 days");
    }

    #[test]
    fn a_choice_names_every_field_that_is_wrong() {
        let mut wrong = Wrong::default();
        let sent = Fields::of(&[("product_id", "x"), ("cycle", "once"), ("quantity", "many")]);
        assert_eq!(chosen(&sent, &mut wrong), None);
        for field in ["product_id", "cycle", "quantity"] {
            assert!(!wrong.of(field).is_empty(), "{field}");
        }
    }
}
