//! The planner alone: what the next bill of a service costs to plan, by the length of its history.

use crate::report::Run;
use anyhow::{Context, Result, anyhow, ensure};
use billfold_domain::invoice::{LineKind, TaxCategory, TaxTreatment};
use billfold_domain::kernel::{
    Country, Currency, InvoiceId, Percent, ProductId, Quantity, UnitPrice, Zone,
};
use billfold_domain::subscription::service::{
    Days, DocumentRef, LineRef, MOST_LINES, Plan, PlanTerms, Service,
};
use billfold_domain::subscription::{Anchor, Conventions, Interval, IntervalUnit, Timing};
use chrono::NaiveDate;
use std::hint::black_box;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Months that were billed before: a new service, and services of 1, 10 and 100 years.
pub(crate) const HISTORIES: [u32; 4] = [1, 12, 120, 1_200];

/// Plans the next month of a monthly service again and again.
///
/// # Errors
/// A month is not planned as one line.
pub(crate) fn plans(months: u32, span: Duration) -> Result<Run> {
    let service = billed(months)?;
    let start = Instant::now();
    let mut planned = 0_u32;
    while start.elapsed() < span {
        for _ in 0..1_000 {
            ensure!(next(black_box(&service))?.lines.len() == 1, "a month is one line");
        }
        planned += 1_000;
    }
    let rate = f64::from(planned) / start.elapsed().as_secs_f64();
    let point = format!("{months} months billed before");
    Ok(Run::new("planner", "billfold", &point, rate, "plans/s"))
}

/// A service of which so many months were billed.
fn billed(months: u32) -> Result<Service> {
    let start = NaiveDate::from_ymd_opt(1920, 1, 31).context("a day of the calendar")?;
    let mut service = Service::default();
    service.begin(terms()?, Anchor::Anniversary { date: None }, Days::at_once(start));
    for _ in 0..months {
        let plan = next(&service)?;
        let document = DocumentRef::Invoice(InvoiceId::new(Uuid::now_v7()));
        service.document(&plan, Some(LineRef { document, line: 1 }));
    }
    Ok(service)
}

fn next(service: &Service) -> Result<Plan> {
    let due = service.next_due().context("the service goes on")?;
    service.plan(due, Conventions::default(), Zone::UTC, MOST_LINES).map_err(|no| anyhow!("{no}"))
}

fn terms() -> Result<PlanTerms> {
    Ok(PlanTerms {
        product_id: ProductId::new(Uuid::now_v7()),
        plan: "small".into(),
        name: "Small server".into(),
        kind: LineKind::Vps,
        tax: TaxTreatment {
            category: TaxCategory::O,
            rate: Percent::ZERO,
            country: Country::parse("DE")?,
        },
        price: Some(UnitPrice::parse("29.95", Currency::EUR)?),
        quantity: Quantity::from(1),
        setup_fee: None,
        interval: Interval::try_new(IntervalUnit::Month, 1)?,
        timing: Timing::Advance,
    })
}
