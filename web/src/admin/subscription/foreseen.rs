//! What would be billed or go back, as pages show it and as questions say it.
//!
//! Guarantee: it is what the planner that bills would do; this file only words it.

use billfold_app::commands::subscriptions::{Forecast, Foreseen, Thought, foresee};
use billfold_domain::invoice::Preview;
use billfold_domain::kernel::{Money, SubscriptionId};

use crate::admin::invoice::{Line, line, tax};
use crate::admin::invoice_lines::Totals;
use crate::error::PageError;
use crate::fields::Wrong;
use crate::show;
use crate::state::WebState;
use crate::view::Day;
use crate::visitor::Visitor;

/// A document as it would be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Foresight {
    /// The last day of what would be due; none if nothing ever will be.
    pub(crate) through: Option<Day>,
    /// Its lines; what goes back is negative.
    pub(crate) lines: Vec<Line>,
    /// What they add up to; none without lines.
    pub(crate) totals: Option<Totals>,
    /// Whether more goes back than is charged.
    pub(crate) is_credit: bool,
    /// The day on which more would be due after that.
    pub(crate) next: Option<Day>,
    /// Why it cannot be told; empty when it can.
    pub(crate) refused: String,
}

impl From<&Foreseen> for Foresight {
    fn from(foreseen: &Foreseen) -> Self {
        let document = foreseen.document.as_ref();
        Self {
            through: foreseen.through.map(Day),
            lines: document
                .map(|document| document.lines.iter().map(line).collect())
                .unwrap_or_default(),
            totals: document.map(|document| Totals {
                net: show::money(document.totals.net),
                taxes: document.totals.tax_groups.iter().map(tax).collect(),
                total: show::money(document.totals.total),
            }),
            is_credit: document.is_some_and(|document| document.totals.total.is_negative()),
            next: foreseen.next_due.map(Day),
            refused: String::new(),
        }
    }
}

/// Looks ahead; a thought that would be refused says why.
pub(super) async fn look_ahead(
    state: &WebState,
    visitor: &Visitor,
    subscription_id: SubscriptionId,
    thought: Thought,
) -> Result<Result<Foreseen, Wrong>, PageError> {
    let ask = Forecast { subscription_id, thought, through: None };
    let (tenant, actor) = (visitor.tenant(), &visitor.caller.actor);
    match foresee(state.door(), tenant, actor, &ask).await {
        Ok(foreseen) => Ok(Ok(foreseen)),
        Err(error) => Wrong::from_error(error).map(Err),
    }
}

/// What would be billed next if nothing happens.
pub(super) async fn next(
    state: &WebState,
    visitor: &Visitor,
    id: SubscriptionId,
) -> Result<Foresight, PageError> {
    Ok(match look_ahead(state, visitor, id, Thought::Nothing).await? {
        Ok(foreseen) => Foresight::from(&foreseen),
        Err(wrong) => Foresight { refused: wrong.whole, ..Foresight::default() },
    })
}

/// What would be billed and what would go back, in a sentence.
pub(super) fn consequence(document: Option<&Preview>) -> String {
    let Some(document) = document else {
        return "Nothing is billed with it and nothing goes back.".to_owned();
    };
    let currency = document.totals.net.currency();
    let sum = |back: bool| {
        let nets = document.lines.iter().map(|line| line.net);
        Money::sum(currency, nets.filter(|net| net.is_negative() == back))
            .map_or_else(|_| String::new(), |sum| show::money(abs(sum)).plain())
    };
    let total = show::money(abs(document.totals.total)).plain();
    let goes_back = document.lines.iter().any(|line| line.net.is_negative());
    if document.totals.total.is_negative() {
        return format!(
            "{total} goes back ({} before tax) by a credit note: it lowers what is unpaid, and the \
             rest becomes the client's credit.",
            show::money(abs(document.totals.net)).plain()
        );
    }
    if goes_back {
        return format!(
            "An invoice over {total} is issued with it: {} is charged and {} goes back, before \
             tax.",
            sum(false),
            sum(true)
        );
    }
    format!("An invoice over {total} is issued with it; nothing goes back.")
}

fn abs(money: Money) -> Money {
    if money.is_negative() { money.negate() } else { money }
}

#[cfg(test)]
mod tests {
    use super::*;
    use billfold_domain::invoice::{LineKind, NewLine, TaxCategory, TaxTreatment, preview};
    use billfold_domain::kernel::{Country, Currency, Quantity, UnitPrice};

    fn document(prices: &[&str]) -> Preview {
        let currency = Currency::parse("EUR").unwrap();
        let tax = TaxTreatment {
            category: TaxCategory::S,
            rate: "20".parse().unwrap(),
            country: Country::parse("AT").unwrap(),
        };
        let line = |price: &&str| NewLine {
            kind: LineKind::Hosting,
            description: "Web hosting".to_owned(),
            quantity: Quantity::ONE,
            unit_price: UnitPrice::parse(price, currency).unwrap(),
            tax,
            period: None,
            product_id: None,
        };
        preview(currency, &prices.iter().map(line).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_question_says_what_would_go_back() {
        assert!(consequence(None).starts_with("Nothing is billed"));
        let back = consequence(Some(&document(&["-10.00"])));
        assert!(back.starts_with("€\u{a0}12.00 goes back (€\u{a0}10.00 before tax)"), "{back}");
        let both = consequence(Some(&document(&["-10.00", "30.00"])));
        assert!(both.contains("over €\u{a0}24.00"), "{both}");
        assert!(both.contains("€\u{a0}30.00 is charged and €\u{a0}10.00 goes back"), "{both}");
        assert!(consequence(Some(&document(&["5.00"]))).ends_with("nothing goes back."));
    }

    #[test]
    fn a_document_below_zero_would_be_a_credit_note() {
        let foreseen = |prices: &[&str]| Foreseen {
            through: None,
            document: Some(document(prices)),
            next_due: None,
        };
        assert!(Foresight::from(&foreseen(&["-10.00"])).is_credit);
        assert!(!Foresight::from(&foreseen(&["10.00"])).is_credit);
    }
}
