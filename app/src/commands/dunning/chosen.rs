//! Which strategy an invoice's case keeps to: the client's, else that of the first product that has
//! one, else the seller's, else the built-in default.

use billfold_domain::dunning::{
    BuiltIn, DunningStrategy, DunningStrategyEvent, Holder, Strategy, StrategyTerms,
    StrategyVersion, resolve,
};
use billfold_domain::invoice::Document;
use billfold_domain::kernel::{ClientId, DunningStrategyId, ProductId};

use super::facts::is_fee;
use crate::commands::{No, Table, Touches};
use crate::error::Refused;

/// What a strategy says, and which version of which it is.
pub(super) type Chosen = (Option<StrategyVersion>, Strategy);

/// The products of an invoice, in the order of its lines.
pub(super) fn products(document: &Document) -> Vec<ProductId> {
    let mut products: Vec<ProductId> = Vec::new();
    for product in document.lines.iter().filter_map(|line| line.product_id) {
        if !products.contains(&product) {
            products.push(product);
        }
    }
    products
}

/// The strategy among those that hold.
pub(super) fn held(
    strategies: &[(Holder, DunningStrategyId)],
    client: ClientId,
    products: &[ProductId],
) -> Option<DunningStrategyId> {
    let by = |holder| strategies.iter().find(|(of, _)| *of == holder).map(|(_, id)| *id);
    resolve(by, client, products)
}

/// Names everybody of whom a strategy may hold.
pub(super) fn holders(touches: Touches, client: ClientId, products: &[ProductId]) -> Touches {
    let products = products.iter().map(|product| Holder::Product(*product));
    let all = [Holder::Tenant, Holder::Client(client)].into_iter().chain(products);
    all.fold(touches, |touches, holder| {
        touches.claims(DunningStrategyEvent::HOLDER_SCOPE, Some(&holder.to_string()))
    })
}

/// Ends the decision unless the strategy found while planning still is the one that holds.
pub(super) fn still_holds(
    table: &Table<'_, '_>,
    planned: Option<DunningStrategyId>,
    client: ClientId,
    products: &[ProductId],
) -> Result<(), No> {
    let mut held = Vec::new();
    let products_held = products.iter().map(|product| Holder::Product(*product));
    for holder in [Holder::Tenant, Holder::Client(client)].into_iter().chain(products_held) {
        let key = holder.to_string();
        let by = table.holder::<DunningStrategy>(DunningStrategyEvent::HOLDER_SCOPE, &key)?;
        held.extend(by.map(|id| (holder, DunningStrategyId::new(id))));
    }
    if self::held(&held, client, products) == planned { Ok(()) } else { Err(No::Stale) }
}

/// What the strategy says for an invoice.
pub(super) fn chosen(
    strategy: Option<(DunningStrategyId, &DunningStrategy)>,
    document: &Document,
) -> Result<Chosen, Refused> {
    let (version, strategy) = match strategy.and_then(|(id, it)| Some((id, it.defined()?))) {
        Some((strategy_id, defined)) => {
            let version = StrategyVersion { strategy_id, version: defined.version };
            (Some(version), defined.strategy.clone())
        }
        None => (None, BuiltIn::Default.strategy()),
    };
    if !is_fee(document) || strategy.terms().late_fee.is_none() {
        return Ok((version, strategy));
    }
    let mut terms: StrategyTerms = strategy.into();
    terms.late_fee = None;
    terms.stages.iter_mut().for_each(|stage| stage.late_fee = false);
    Ok((version, Strategy::try_new(terms).map_err(|no| Refused::of(&no))?))
}
