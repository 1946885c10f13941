//! A position as it is ordered: from the catalogue, or described in full.
//!
//! Guarantees: a catalogue price is the one of the day of the order, read under the lock; a setup
//! fee becomes a position of its own (INV-25); a recurring product pays for its first cycle and
//! goes on after it, unless days are given; what was answered to its questions is checked and
//! costs what the choices cost (PRD-09).

use billfold_domain::client_group::GroupPricing;
use billfold_domain::invoice::LineKind;
use billfold_domain::kernel::{Currency, Cycle, Money, Period, ProductId, Quantity, UnitPrice};
use billfold_domain::order::{Answer, NewItem, Recurs};
use billfold_domain::product::{Listing, Price, Product, ProductRefusal};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::answers::{AskedAnswer, SealedTexts};
use crate::commands::client_groups::price_for;
use crate::commands::{No, Table};
use crate::error::{Kind, Refused};

/// One position of a new order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderedItem {
    /// The product; its name and price are used where nothing else is given.
    pub product_id: Option<ProductId>,
    /// How often the product is charged; chooses the price.
    pub cycle: Option<Cycle>,
    /// What it is; the product's kind unless given.
    pub kind: Option<LineKind>,
    /// What people read; the product's name unless given.
    pub description: Option<String>,
    /// How many.
    pub quantity: Quantity,
    /// Price of one, without tax; the catalogue's unless given.
    pub unit_price: Option<UnitPrice>,
    /// The days of service it pays for.
    pub period: Option<Period>,
    /// What is answered to the product's questions.
    pub answers: Vec<AskedAnswer>,
}

/// The day of an order, the group whose prices count, and the texts that were answered.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a> {
    pub(super) texts: &'a SealedTexts,
    pub(super) day: NaiveDate,
    pub(super) group: Option<&'a GroupPricing>,
}

impl OrderedItem {
    /// The positions this stands for under the terms: itself, and a setup fee where the price has
    /// one.
    pub(super) fn resolve(
        &self,
        table: &Table<'_, '_>,
        at: usize,
        currency: Currency,
        terms: Terms<'_>,
    ) -> Result<Vec<NewItem>, No> {
        match self.product_id {
            Some(id) => self.listed(table, id, at, currency, terms),
            None => Ok(vec![self.described(at)?]),
        }
    }

    fn described(&self, at: usize) -> Result<NewItem, No> {
        let missing = |field: &str| {
            let detail = "give this field, or a product that says it";
            Refused::new("order.item_incomplete", Kind::Malformed, detail)
                .at(&format!("/items/{at}/{field}"))
        };
        if !self.answers.is_empty() {
            let detail = "only a product of the catalogue asks something";
            let refused = Refused::new("order.answers_unasked", Kind::Malformed, detail);
            return Err(refused.at(&format!("/items/{at}/answers")).into());
        }
        Ok(NewItem {
            product_id: None,
            kind: self.kind.ok_or_else(|| missing("kind"))?,
            description: self.description.clone().ok_or_else(|| missing("description"))?,
            quantity: self.quantity,
            unit_price: self.unit_price.ok_or_else(|| missing("unit_price"))?,
            period: self.period,
            recurs: None,
            answers: Vec::new(),
        })
    }

    fn listed(
        &self,
        table: &Table<'_, '_>,
        id: ProductId,
        at: usize,
        currency: Currency,
        terms: Terms<'_>,
    ) -> Result<Vec<NewItem>, No> {
        let pointer = format!("/items/{at}/product_id");
        let listing = match table.state::<Product>(id.uuid())? {
            Product::Listed(listing) => listing,
            Product::Absent => {
                return Err(Refused::of(&ProductRefusal::Absent).at(&pointer).into());
            }
            Product::Retired(_) => {
                let detail = "the product is no longer sold";
                return Err(Refused::new("product.retired", Kind::State, detail)
                    .at(&pointer)
                    .into());
            }
        };
        let (answers, more) = terms.texts.answers(listing, at, &self.answers, currency)?;
        let position = self.position(listing, id, answers);
        if let Some(unit_price) = self.unit_price {
            let recurs = self.goes_on(self.cycle, 0);
            return Ok(vec![NewItem { recurs, ..position(unit_price, self.period) }]);
        }
        let (price, cycle) = self.price(listing, at, currency, terms)?;
        let unit = |money: Money| UnitPrice::try_from(money).map_err(|no| Refused::of(&no));
        let whole = price.price.checked_add(more).map_err(|no| Refused::of(&no))?;
        let period = self.period.or_else(|| first_period(cycle, terms.day));
        let recurs = self.goes_on(Some(cycle), price.trial_days);
        let main = NewItem { recurs, ..position(unit(whole)?, period) };
        let setup = price.setup_fee.filter(|fee| !fee.is_zero()).map(unit).transpose()?;
        let setup = setup.map(|fee| NewItem {
            kind: LineKind::SetupFee,
            description: format!("Setup: {}", main.description),
            answers: Vec::new(),
            ..position(fee, None)
        });
        Ok(std::iter::once(main).chain(setup).collect())
    }

    /// What stands for the product at a price.
    fn position(
        &self,
        listing: &Listing,
        id: ProductId,
        answers: Vec<Answer>,
    ) -> impl Fn(UnitPrice, Option<Period>) -> NewItem {
        let (quantity, kind) = (self.quantity, self.kind.unwrap_or_else(|| listing.kind.into()));
        let description = self.description.clone().unwrap_or_else(|| listing.name.clone());
        move |unit_price, period| NewItem {
            product_id: Some(id),
            kind,
            description: description.clone(),
            quantity,
            unit_price,
            period,
            recurs: None,
            answers: answers.clone(),
        }
    }

    /// How it goes on: with its cycle, unless the days are given that it pays for.
    fn goes_on(&self, cycle: Option<Cycle>, trial_days: u32) -> Option<Recurs> {
        let cycle = cycle.filter(|cycle| self.period.is_none() && *cycle != Cycle::OneTime)?;
        Some(Recurs { cycle, trial_days })
    }

    /// The price of the day, and its cycle.
    fn price(
        &self,
        listing: &Listing,
        at: usize,
        currency: Currency,
        Terms { day, group, .. }: Terms<'_>,
    ) -> Result<(Price, Cycle), No> {
        let refuse = |detail: String| {
            let refused = Refused::new("product.no_price", Kind::Rule, detail);
            No::from(refused.at(&format!("/items/{at}/cycle")))
        };
        let cycle = self.cycle.unwrap_or(Cycle::OneTime);
        let price = price_for(listing, group, day, cycle, currency)?.ok_or_else(|| {
            refuse(format!("{} has no price in {} for this cycle", listing.code, currency.code()))
        })?;
        Ok((price, cycle))
    }
}

/// The days of the first cycle from `day`; none for something sold once.
fn first_period(cycle: Cycle, day: NaiveDate) -> Option<Period> {
    match cycle {
        Cycle::OneTime => None,
        Cycle::Days(_) | Cycle::Months(_) => Period::try_new(day, cycle.boundary(day, 1)?).ok(),
    }
}
