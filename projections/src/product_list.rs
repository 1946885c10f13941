//! What is sold, what does it grant and ask, and at which price? Asked by whoever writes an order
//! or an invoice, and by the page of a product.
//!
//! Guarantees: every price ever set stays, with the first day it counts for. Absent on purpose:
//! choosing a price, which is the domain's to do.

use billfold_domain::kernel::{Currency, Cycle, Money, ProductId, TenantId};
use billfold_domain::product::{Feature, ProductEvent, ProductKind, ProductOption, Quota};
use billfold_domain::schema::Event;
use chrono::{DateTime, NaiveDate, Utc};

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Order, Sorted, rows, select};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection};
use crate::reader::{Answer, Reads};
use crate::row::{Json, Row, row};
use crate::table::{Appended, Replaced, Table, Tables};

row! {
    /// One product.
    pub struct ProductRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The product.
            product_id: ProductId,
        }
        replaced {
            /// Short unique name for machines.
            code: String,
            /// Name for people.
            name: String,
            /// What it is.
            kind: ProductKind,
            /// Markdown; empty if there is none.
            description: String,
            /// What it has, in the order people read it.
            features: Json<Vec<Feature>>,
            /// Whether it is put before the others.
            featured: bool,
            /// How much of each resource it grants, in the order of the kinds.
            quotas: Json<Vec<Quota>>,
            /// What is asked when it is ordered, in the order it is asked.
            options: Json<Vec<ProductOption>>,
            /// Last day of sale.
            retired_on: Option<NaiveDate>,
            /// When the log first heard of it.
            created_at: DateTime<Utc>,
            /// When the log last heard of it.
            changed_at: DateTime<Utc>,
        }
    }
    index "(tenant_id, code)";
}

row! {
    /// One price of a product.
    pub struct PriceRow in "prices" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The product.
            product_id: ProductId,
            /// Counts the prices of the product from 1.
            version: i64,
        }
        appended {
            /// How often it is charged.
            cycle: Json<Cycle>,
            /// Currency of price and fee.
            currency: Currency,
            /// Price of one cycle, without tax, in minor units.
            price: i64,
            /// Charged once when the service begins, without tax, in minor units.
            setup_fee: Option<i64>,
            /// First day the price counts for new sales.
            valid_from: NaiveDate,
            /// Days of a new subscription that are free.
            trial_days: i64,
            /// When the log heard of it.
            set_at: DateTime<Utc>,
            /// Position of the event that set it.
            position: i64,
        }
    }
}

row! {
    /// One price of a product for groups of clients with a tier.
    pub struct TierPriceRow in "tier_prices" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The product.
            product_id: ProductId,
            /// Counts the prices of tiers of the product from 1.
            version: i64,
        }
        appended {
            /// The tier.
            tier: String,
            /// How often it is charged.
            cycle: Json<Cycle>,
            /// Currency of price and fee.
            currency: Currency,
            /// Price of one cycle, without tax, in minor units.
            price: i64,
            /// Charged once when the service begins, without tax, in minor units.
            setup_fee: Option<i64>,
            /// First day the price counts for new sales.
            valid_from: NaiveDate,
            /// Days of a new subscription that are free.
            trial_days: i64,
            /// When the log heard of it.
            set_at: DateTime<Utc>,
            /// Position of the event that set it.
            position: i64,
        }
    }
}

/// The projection.
#[derive(Debug)]
pub struct ProductList;

/// Its tables.
#[derive(Debug, Default)]
pub struct ProductTables {
    products: Replaced<ProductRow>,
    prices: Appended<PriceRow>,
    tier_prices: Appended<TierPriceRow>,
}

impl Tables for ProductTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.products, &mut self.prices, &mut self.tier_prices]
    }
}

impl Projection for ProductList {
    const NAME: &'static str = "product_list";
    const VERSION: u32 = 2;
    const STREAMS: &'static [&'static str] = &["product"];
    type Rows = ProductTables;

    fn apply(rows: &mut ProductTables, fact: &Fact<'_>) -> Result<(), FoldError> {
        let product_id = ProductId::new(fact.aggregate_id);
        let mut change = |change: &dyn Fn(&mut ProductRow)| {
            rows.products.change((fact.tenant(), product_id), fact.position, |row| {
                change(row);
                row.changed_at = fact.recorded_at;
                Ok(())
            })
        };
        let Event::Product(event) = fact.event()? else { return Ok(()) };
        match event {
            ProductEvent::Created { code, name, kind } => {
                rows.products.put(ProductRow {
                    tenant_id: fact.tenant(),
                    product_id,
                    code: code.clone(),
                    name: name.clone(),
                    kind: *kind,
                    description: String::new(),
                    features: Json(Vec::new()),
                    featured: false,
                    quotas: Json(Vec::new()),
                    options: Json(Vec::new()),
                    retired_on: None,
                    created_at: fact.recorded_at,
                    changed_at: fact.recorded_at,
                    last_position: fact.position,
                });
            }
            ProductEvent::PriceSet { .. } | ProductEvent::TierPriceSet { .. } => {
                add_price(rows, fact, product_id, event);
            }
            ProductEvent::Renamed { name } => change(&|row| row.name.clone_from(name))?,
            ProductEvent::Described(said) => change(&|row| {
                row.description.clone_from(&said.description);
                row.features.0.clone_from(&said.features);
                row.featured = said.featured;
            })?,
            ProductEvent::QuotasSet { quotas } => change(&|row| row.quotas.0.clone_from(quotas))?,
            ProductEvent::OptionsSet { options } => {
                change(&|row| row.options.0.clone_from(options))?;
            }
            // On which servers it is kept is asked of the product itself, whenever one is sold.
            ProductEvent::HostingSet { .. } => change(&|_| {})?,
            ProductEvent::Retired { on } => change(&|row| row.retired_on = Some(*on))?,
        }
        Ok(())
    }
}

fn add_price(
    rows: &mut ProductTables,
    fact: &Fact<'_>,
    product_id: ProductId,
    event: &ProductEvent,
) {
    match event.clone() {
        ProductEvent::PriceSet { version, cycle, price, setup_fee, valid_from, trial_days } => {
            rows.prices.push(PriceRow {
                tenant_id: fact.tenant(),
                product_id,
                version: version.into(),
                cycle: Json(cycle),
                currency: price.currency(),
                price: price.minor(),
                setup_fee: setup_fee.map(Money::minor),
                valid_from,
                trial_days: trial_days.into(),
                set_at: fact.recorded_at,
                position: fact.position,
            });
        }
        ProductEvent::TierPriceSet {
            tier,
            version,
            cycle,
            price,
            setup_fee,
            valid_from,
            trial_days,
        } => rows.tier_prices.push(TierPriceRow {
            tenant_id: fact.tenant(),
            product_id,
            version: version.into(),
            tier,
            cycle: Json(cycle),
            currency: price.currency(),
            price: price.minor(),
            setup_fee: setup_fee.map(Money::minor),
            valid_from,
            trial_days: trial_days.into(),
            set_at: fact.recorded_at,
            position: fact.position,
        }),
        _ => {}
    }
}

/// A product with its prices, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// The product.
    pub product: ProductRow,
    /// Its prices.
    pub prices: Vec<PriceRow>,
}

/// Products by code, retired ones only if asked for.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    retired: bool,
    wanted: &Wanted,
) -> Result<Answer<Page<Priced>>, Error> {
    let order = Order::Ascending;
    let sorted = Sorted { by: "code", sql_type: "text", id: "product_id", order };
    let mut query = sorted.select::<ProductRow>(ProductList::NAME, tenant);
    if !retired {
        query.push(" and retired_on is null");
    }
    let mut read = reads.open(tenant, &[ProductList::NAME]).await?;
    let Page { rows, next, total } = sorted.page(query, wanted, read.conn()).await?;
    let rows = with_prices(read.conn(), tenant, rows).await?;
    Ok(read.answer(Page { rows, next, total }))
}

/// One product.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    product: ProductId,
) -> Result<Answer<Option<Priced>>, Error> {
    let mut query = select::<ProductRow>(ProductList::NAME, tenant);
    query.push(" and product_id = ").push_bind(product.uuid());
    let mut read = reads.open(tenant, &[ProductList::NAME]).await?;
    let row = query.build().fetch_optional(read.conn()).await?;
    let rows = row.iter().map(|row| ProductRow::get(row, 0)).collect::<Result<_, _>>()?;
    let found = with_prices(read.conn(), tenant, rows).await?.pop();
    Ok(read.answer(found))
}

/// The prices of tiers of one product, in the order they were set.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn tier_prices(
    reads: &Reads,
    tenant: TenantId,
    product: ProductId,
) -> Result<Answer<Vec<TierPriceRow>>, Error> {
    let mut query = select::<TierPriceRow>("product_list_tier_prices", tenant);
    query.push(" and product_id = ").push_bind(product.uuid()).push(" order by version");
    rows(reads, tenant, ProductList::NAME, query).await
}

async fn with_prices(
    conn: &mut sqlx::PgConnection,
    tenant: TenantId,
    products: Vec<ProductRow>,
) -> Result<Vec<Priced>, Error> {
    let ids: Vec<_> = products.iter().map(|product| product.product_id.uuid()).collect();
    let mut query = select::<PriceRow>("product_list_prices", tenant);
    query.push(" and product_id = any(").push_bind(ids).push(") order by product_id, version");
    let rows = query.build().fetch_all(conn).await?;
    let mut priced: Vec<Priced> =
        products.into_iter().map(|product| Priced { product, prices: Vec::new() }).collect();
    for row in &rows {
        let price = PriceRow::get(row, 0)?;
        let of = priced.iter_mut().find(|one| one.product.product_id == price.product_id);
        if let Some(of) = of {
            of.prices.push(price);
        }
    }
    Ok(priced)
}
