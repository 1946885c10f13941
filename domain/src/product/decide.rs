//! What may happen to a product in which state.

use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_key, check_line};
use crate::kernel::{Aggregate, Invalid, Issued, Money};
use crate::product::{
    HostingTerms, Listing, NewPrice, Presentation, Price, Product, ProductCommand, ProductEvent,
    ProductKind, ProductOption, ProductRefusal, Quota, option, quota,
};

/// The longest trial of a price, in days.
const LONGEST_TRIAL: u32 = 3_650;

impl Aggregate for Product {
    const TYPE: &'static str = "product";
    type Command = ProductCommand;
    type Event = ProductEvent;
    type Refusal = ProductRefusal;

    fn decide(&self, ask: &Issued<ProductCommand>) -> Result<Vec<ProductEvent>, ProductRefusal> {
        use ProductCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Create { code, name, kind }) => create(code, name, *kind),
            (Self::Listed(listing), Ask::Create { code, name, kind }) => {
                create_again(listing, code, name, *kind)
            }
            (Self::Absent, _) => Err(ProductRefusal::Absent),
            (Self::Listed(listing), Ask::SetPrice(new)) => set_price(listing, new),
            (Self::Listed(listing), Ask::SetTierPrice { tier, price }) => {
                set_tier_price(listing, tier, price)
            }
            (Self::Listed(listing), Ask::Rename { name }) => rename(listing, name),
            (Self::Listed(listing), Ask::Describe(new)) => describe(listing, new),
            (Self::Listed(listing), Ask::SetQuotas { quotas }) => set_quotas(listing, quotas),
            (Self::Listed(listing), Ask::SetOptions { options }) => set_options(listing, options),
            (Self::Listed(listing), Ask::SetHosting { hosting }) => {
                set_hosting(listing, hosting.as_ref())
            }
            (Self::Listed(_), Ask::Retire) => {
                Ok(vec![ProductEvent::Retired { on: ask.effective_on }])
            }
            (Self::Retired(_), _) => Err(ProductRefusal::Retired),
        }
    }

    fn apply(&mut self, event: &ProductEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let more = self.listing().map_or(0, |listing| {
            [
                size_of_val(listing.prices.as_slice()),
                size_of_val(listing.tier_prices.as_slice()),
                listing.presentation.weight(),
                size_of_val(listing.quotas.as_slice()),
                option::weight(&listing.options),
                listing.hosting.as_ref().map_or(0, HostingTerms::weight),
            ]
            .into_iter()
            .fold(0, usize::saturating_add)
        });
        size_of::<Self>().saturating_add(more)
    }
}

bridge_to_cqrs_es!(Product);

fn create(code: &str, name: &str, kind: ProductKind) -> Result<Vec<ProductEvent>, ProductRefusal> {
    Invalid::gather([check_key("code", code), check_line("name", name, 200)])?;
    Ok(vec![ProductEvent::Created { code: code.to_owned(), name: name.to_owned(), kind }])
}

/// Creating twice is one creation as long as it says the same.
fn create_again(
    listing: &Listing,
    code: &str,
    name: &str,
    kind: ProductKind,
) -> Result<Vec<ProductEvent>, ProductRefusal> {
    if listing.code == code && listing.name == name && listing.kind == kind {
        return Ok(Vec::new());
    }
    Err(ProductRefusal::AlreadyCreated { code: listing.code.clone() })
}

fn set_price(listing: &Listing, new: &NewPrice) -> Result<Vec<ProductEvent>, ProductRefusal> {
    check_price(new)?;
    let in_force = listing.price_on(new.valid_from, new.cycle, new.price.currency());
    if in_force.is_some_and(|now| says_the_same(now, new)) {
        return Ok(Vec::new());
    }
    let last = listing.prices.iter().map(|price| price.version).max().unwrap_or(0);
    Ok(vec![ProductEvent::PriceSet {
        version: last.saturating_add(1),
        cycle: new.cycle,
        price: new.price,
        setup_fee: new.setup_fee,
        valid_from: new.valid_from,
        trial_days: new.trial_days,
    }])
}

fn set_tier_price(
    listing: &Listing,
    tier: &str,
    new: &NewPrice,
) -> Result<Vec<ProductEvent>, ProductRefusal> {
    check_key("tier", tier)?;
    check_price(new)?;
    let known = listing.tier_price_on(tier, new.valid_from, new.cycle, new.price.currency());
    if known.is_some_and(|now| says_the_same(now, new)) {
        return Ok(Vec::new());
    }
    let last = listing.tier_prices.iter().map(|known| known.price.version).max().unwrap_or(0);
    Ok(vec![ProductEvent::TierPriceSet {
        tier: tier.to_owned(),
        version: last.saturating_add(1),
        cycle: new.cycle,
        price: new.price,
        setup_fee: new.setup_fee,
        valid_from: new.valid_from,
        trial_days: new.trial_days,
    }])
}

/// Of the same cycle and currency.
fn says_the_same(now: &Price, new: &NewPrice) -> bool {
    (now.price, now.setup_fee) == (new.price, new.setup_fee)
        && (now.valid_from, now.trial_days) == (new.valid_from, new.trial_days)
}

/// A price is not negative, its trial ends, and its setup fee is in the same currency.
fn check_price(new: &NewPrice) -> Result<(), ProductRefusal> {
    new.cycle.check()?;
    if new.price.is_negative() || new.setup_fee.is_some_and(Money::is_negative) {
        return Err(ProductRefusal::NegativePrice);
    }
    if let Some(setup_fee) = new.setup_fee {
        new.price.checked_add(setup_fee)?;
    }
    if new.trial_days > LONGEST_TRIAL {
        let detail = format!("must be at most {LONGEST_TRIAL}");
        return Err(Invalid::one("trial_days", "trial.too_long", detail).into());
    }
    Ok(())
}

fn rename(listing: &Listing, name: &str) -> Result<Vec<ProductEvent>, ProductRefusal> {
    check_line("name", name, 200)?;
    if listing.name == name {
        return Ok(Vec::new());
    }
    Ok(vec![ProductEvent::Renamed { name: name.to_owned() }])
}

fn describe(listing: &Listing, new: &Presentation) -> Result<Vec<ProductEvent>, ProductRefusal> {
    new.check()?;
    if listing.presentation == *new {
        return Ok(Vec::new());
    }
    Ok(vec![ProductEvent::Described(new.clone())])
}

fn set_quotas(listing: &Listing, new: &[Quota]) -> Result<Vec<ProductEvent>, ProductRefusal> {
    quota::check(new)?;
    let mut quotas = new.to_vec();
    quotas.sort_unstable_by_key(|quota| quota.kind);
    if listing.quotas == quotas {
        return Ok(Vec::new());
    }
    Ok(vec![ProductEvent::QuotasSet { quotas }])
}

fn set_options(
    listing: &Listing,
    new: &[ProductOption],
) -> Result<Vec<ProductEvent>, ProductRefusal> {
    option::check(new)?;
    if listing.options == new {
        return Ok(Vec::new());
    }
    Ok(vec![ProductEvent::OptionsSet { options: new.to_vec() }])
}

fn set_hosting(
    listing: &Listing,
    new: Option<&HostingTerms>,
) -> Result<Vec<ProductEvent>, ProductRefusal> {
    new.map_or(Ok(()), HostingTerms::check)?;
    if listing.hosting.as_ref() == new {
        return Ok(Vec::new());
    }
    Ok(vec![ProductEvent::HostingSet { hosting: new.cloned() }])
}
