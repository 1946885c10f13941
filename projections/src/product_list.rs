//! What is sold, and at which price? Asked by whoever writes an order or an invoice.
//!
//! Guarantees: every price ever set stays, with the first day it counts for. Absent on purpose:
//! choosing a price, which is the domain's to do.

use billfold_domain::kernel::{Currency, Cycle, ProductId, TenantId};
use billfold_domain::product::{ProductEvent, ProductKind};
use billfold_domain::schema::Event;
use chrono::{DateTime, NaiveDate, Utc};

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Order, Sorted, select};
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
}

impl Tables for ProductTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.products, &mut self.prices]
    }
}

impl Projection for ProductList {
    const NAME: &'static str = "product_list";
    const VERSION: u32 = 1;
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
        match fact.event()? {
            Event::Product(ProductEvent::Created { code, name, kind }) => {
                rows.products.put(ProductRow {
                    tenant_id: fact.tenant(),
                    product_id,
                    code: code.clone(),
                    name: name.clone(),
                    kind: *kind,
                    retired_on: None,
                    created_at: fact.recorded_at,
                    changed_at: fact.recorded_at,
                    last_position: fact.position,
                });
            }
            Event::Product(ProductEvent::PriceSet {
                version,
                cycle,
                price,
                setup_fee,
                valid_from,
            }) => rows.prices.push(PriceRow {
                tenant_id: fact.tenant(),
                product_id,
                version: i64::from(*version),
                cycle: Json(*cycle),
                currency: price.currency(),
                price: price.minor(),
                setup_fee: setup_fee.map(|fee| fee.minor()),
                valid_from: *valid_from,
                position: fact.position,
            }),
            Event::Product(ProductEvent::Renamed { name }) => {
                change(&|row| row.name.clone_from(name))?;
            }
            Event::Product(ProductEvent::Retired { on }) => {
                change(&|row| row.retired_on = Some(*on))?;
            }
            Event::Tenant(_)
            | Event::Client(_)
            | Event::Order(_)
            | Event::Invoice(_)
            | Event::Payment(_)
            | Event::PaymentMethod(_) => {}
        }
        Ok(())
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
    let Page { rows, next } = sorted.page(query, wanted, read.conn()).await?;
    let rows = with_prices(read.conn(), tenant, rows).await?;
    Ok(read.answer(Page { rows, next }))
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
