//! Which taxes does a seller charge, where, on what, and at which rate? Asked by whoever keeps the
//! rates (TAX-01).
//!
//! Guarantees: every rate ever set stays, with the days it was set for. Absent on purpose: which of
//! them holds on a day and for whom, which is the domain's to say; and exemptions, which name
//! clients.

use billfold_domain::kernel::{Country, Percent, TaxRateId, TenantId};
use billfold_domain::schema::Event;
use billfold_domain::tax::PriceMode;
use billfold_domain::tax_rate::TaxRateEvent;
use chrono::{DateTime, NaiveDate, Utc};

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Order, Sorted, select};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection};
use crate::reader::{Answer, Reads};
use crate::row::{Row, row};
use crate::table::{Appended, Replaced, Table, Tables};

row! {
    /// One tax in one place, on one class of goods.
    pub struct TaxRateRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The rate.
            tax_rate_id: TaxRateId,
        }
        replaced {
            /// Place, class and code, as they are claimed: `DE/standard/vat/`.
            place: String,
            /// The country.
            country: Country,
            /// A state or territory in it.
            region: Option<String>,
            /// The class of goods, as a word.
            class: String,
            /// What the tax is called.
            code: String,
            /// Its turn among the taxes of a place.
            turn: i64,
            /// Taken on the taxes before it as well.
            compound: bool,
            /// Whether prices hold it.
            inclusive: bool,
            /// First day without a rate, once it was ended and until another is set.
            retired_from: Option<NaiveDate>,
            /// Clients that do not pay it, those of the past included.
            exemptions: i64,
            /// When the log last heard of it.
            changed_at: DateTime<Utc>,
        }
    }
    index "(tenant_id, place, tax_rate_id)";
    index "(tenant_id, country, place)";
}

row! {
    /// One rate of a tax, for the days it was set for.
    pub struct RateRow in "rates" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The tax.
            tax_rate_id: TaxRateId,
            /// Counts the rates of the tax from 1.
            version: i64,
        }
        appended {
            /// Percent, as text.
            rate: String,
            /// First day.
            valid_from: NaiveDate,
            /// First day on which it no longer holds.
            valid_to: Option<NaiveDate>,
            /// Position of the event that set it.
            position: i64,
        }
    }
}

/// The projection.
#[derive(Debug)]
pub struct TaxRateList;

/// Its tables.
#[derive(Debug, Default)]
pub struct TaxRateTables {
    taxes: Replaced<TaxRateRow>,
    rates: Appended<RateRow>,
}

impl Tables for TaxRateTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.taxes, &mut self.rates]
    }
}

impl TaxRateTables {
    fn push(
        &mut self,
        fact: &Fact<'_>,
        version: u32,
        rate: Percent,
        (valid_from, valid_to): (NaiveDate, Option<NaiveDate>),
    ) {
        self.rates.push(RateRow {
            tenant_id: fact.tenant(),
            tax_rate_id: TaxRateId::new(fact.aggregate_id),
            version: i64::from(version),
            rate: rate.to_string(),
            valid_from,
            valid_to,
            position: fact.position,
        });
    }

    fn change(
        &mut self,
        fact: &Fact<'_>,
        change: impl Fn(&mut TaxRateRow),
    ) -> Result<(), FoldError> {
        let key = (fact.tenant(), TaxRateId::new(fact.aggregate_id));
        self.taxes.change(key, fact.position, |row| {
            change(row);
            row.changed_at = fact.recorded_at;
            Ok(())
        })
    }
}

impl Projection for TaxRateList {
    const NAME: &'static str = "tax_rate_list";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &["tax_rate"];
    type Rows = TaxRateTables;

    fn apply(rows: &mut TaxRateTables, fact: &Fact<'_>) -> Result<(), FoldError> {
        let Event::TaxRate(event) = fact.event()? else { return Ok(()) };
        match event {
            TaxRateEvent::Defined { tax, rate, valid_from, valid_to } => {
                rows.taxes.put(TaxRateRow {
                    tenant_id: fact.tenant(),
                    tax_rate_id: TaxRateId::new(fact.aggregate_id),
                    place: tax.key(),
                    country: tax.country,
                    region: tax.region.clone(),
                    class: tax.class.word().to_owned(),
                    code: tax.code.clone(),
                    turn: i64::from(tax.turn),
                    compound: tax.compound,
                    inclusive: tax.prices == PriceMode::Inclusive,
                    retired_from: None,
                    exemptions: 0,
                    changed_at: fact.recorded_at,
                    last_position: fact.position,
                });
                rows.push(fact, 1, *rate, (*valid_from, *valid_to));
            }
            TaxRateEvent::RateSet { version, rate, valid_from, valid_to } => {
                rows.push(fact, *version, *rate, (*valid_from, *valid_to));
                rows.change(fact, |row| row.retired_from = None)?;
            }
            TaxRateEvent::Retired { from } => {
                rows.change(fact, |row| row.retired_from = Some(*from))?;
            }
            TaxRateEvent::ClientExempted { .. } => {
                rows.change(fact, |row| row.exemptions += 1)?;
            }
            TaxRateEvent::ExemptionEnded { .. } => rows.change(fact, |_| {})?,
        }
        Ok(())
    }
}

/// A tax with its rates, in the order they were set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rated {
    /// The tax.
    pub tax: TaxRateRow,
    /// Its rates.
    pub rates: Vec<RateRow>,
}

/// Taxes by place, of one country if it is named.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    country: Option<Country>,
    wanted: &Wanted,
) -> Result<Answer<Page<Rated>>, Error> {
    let order = Order::Ascending;
    let sorted = Sorted { by: "place", sql_type: "text", id: "tax_rate_id", order };
    let mut query = sorted.select::<TaxRateRow>(TaxRateList::NAME, tenant);
    if let Some(country) = country {
        query.push(" and country = ").push_bind(country.code().to_owned());
    }
    let mut read = reads.open(tenant, &[TaxRateList::NAME]).await?;
    let Page { rows, next, total } = sorted.page(query, wanted, read.conn()).await?;
    let rows = with_rates(read.conn(), tenant, rows).await?;
    Ok(read.answer(Page { rows, next, total }))
}

async fn with_rates(
    conn: &mut sqlx::PgConnection,
    tenant: TenantId,
    taxes: Vec<TaxRateRow>,
) -> Result<Vec<Rated>, Error> {
    let ids: Vec<_> = taxes.iter().map(|tax| tax.tax_rate_id.uuid()).collect();
    let mut query = select::<RateRow>("tax_rate_list_rates", tenant);
    query.push(" and tax_rate_id = any(").push_bind(ids).push(") order by tax_rate_id, version");
    let rows = query.build().fetch_all(conn).await?;
    let mut rated: Vec<Rated> =
        taxes.into_iter().map(|tax| Rated { tax, rates: Vec::new() }).collect();
    for row in &rows {
        let rate = RateRow::get(row, 0)?;
        let of = rated.iter_mut().find(|one| one.tax.tax_rate_id == rate.tax_rate_id);
        if let Some(of) = of {
            of.rates.push(rate);
        }
    }
    Ok(rated)
}
