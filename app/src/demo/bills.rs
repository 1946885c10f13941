//! What Northwind billed: invoices in every state, in the order of their dates, because numbers
//! follow dates.

use billfold_domain::invoice::{LineKind, NewLine, Particulars, TaxCategory, TaxTreatment};
use billfold_domain::kernel::{
    Country, Cycle, Invalid, Money, Percent, Period, Quantity, UnitPrice,
};
use chrono::{Days, NaiveDate};

use super::Stage;
use super::catalogue::{self, Listed};
use super::people::{PEOPLE, Person};
use crate::commands::invoices::{
    DiscardDraft, DraftInvoice, IssueInvoice, VoidInvoice, WriteOffInvoice,
};
use crate::commands::orders::{CancelOrder, OrderedItem, PlaceOrder};
use crate::commands::payments::{ChargeInvoice, Pays, RecordPayment, ShareOf};
use crate::error::Error;

/// One bill.
pub(super) struct Bill {
    /// Number of the client, from 1.
    client: usize,
    /// Days between the issue and the first run.
    pub(super) days_ago: u64,
    products: &'static [(&'static str, u32)],
    ending: Ending,
}

/// What became of a bill.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Paid by bank transfer some days later.
    Paid(u64),
    /// Charged through the sandbox gateway.
    Charged,
    /// Two fifths were paid some days later.
    Partly(u64),
    /// More than asked for was paid; the rest is credit.
    Overpaid,
    /// Nobody paid: open, or overdue when its day has passed.
    Unpaid,
    /// Taken back unpaid.
    Voided,
    /// Taken back after it was paid.
    PaidAndVoided,
    /// Given up.
    WrittenOff,
    /// A discount as large as the price.
    Free,
    /// Never issued.
    Draft,
    /// Thrown away.
    Discarded,
}

const fn bill(
    client: usize,
    days_ago: u64,
    products: &'static [(&'static str, u32)],
    ending: Ending,
) -> Bill {
    Bill { client, days_ago, products, ending }
}

/// The bills by date, drafts last.
#[rustfmt::skip]
pub(super) const BILLS: [Bill; 26] = [
    bill(12, 96, &[("vps-8", 2)], Ending::Paid(9)),
    bill(19, 92, &[("game-60", 1)], Ending::WrittenOff),
    bill(1, 75, &[("web-l", 1), ("tls-wild", 1)], Ending::Paid(5)),
    bill(14, 70, &[("game-60", 3)], Ending::Paid(12)),
    bill(20, 66, &[("web-s", 1)], Ending::Paid(2)),
    bill(3, 61, &[("web-m", 1)], Ending::Charged),
    bill(4, 58, &[("vps-4", 1)], Ending::Voided),
    bill(4, 57, &[("vps-2", 1)], Ending::Paid(4)),
    bill(5, 49, &[("game-20", 1)], Ending::Unpaid),
    bill(6, 45, &[("vps-4", 2), ("tls-wild", 1)], Ending::Partly(10)),
    bill(7, 40, &[("web-l", 2)], Ending::Overpaid),
    bill(9, 36, &[("vps-8", 1)], Ending::PaidAndVoided),
    bill(10, 33, &[("game-20", 1)], Ending::Unpaid),
    bill(11, 30, &[("web-m", 1), ("vps-2", 1)], Ending::Paid(6)),
    bill(12, 27, &[("vps-8", 2)], Ending::Paid(8)),
    bill(13, 21, &[("web-s", 1)], Ending::Free),
    bill(19, 20, &[("game-60", 1)], Ending::Unpaid),
    bill(1, 14, &[("web-l", 1)], Ending::Charged),
    bill(14, 10, &[("game-60", 3)], Ending::Partly(3)),
    bill(8, 8, &[("vps-2", 1)], Ending::Unpaid),
    bill(16, 6, &[("web-m", 2)], Ending::Unpaid),
    bill(18, 3, &[("vps-4", 1), ("web-s", 1)], Ending::Charged),
    bill(17, 1, &[("game-20", 2)], Ending::Unpaid),
    bill(15, 0, &[("web-s", 1)], Ending::Unpaid),
    bill(6, 0, &[("vps-4", 2)], Ending::Draft),
    bill(17, 0, &[("web-s", 1)], Ending::Discarded),
];

/// Writes every bill and lets it end as it should; then some orders.
pub(super) async fn write(stage: &mut Stage<'_>) -> Result<(), Error> {
    for (no, bill) in (1..).zip(&BILLS) {
        let invoice_id = stage.invoice(no);
        let draft = DraftInvoice {
            invoice_id: Some(invoice_id),
            client_id: stage.client(bill.client),
            order_id: None,
            tax: None,
            currency: None,
            lines: lines(stage, bill)?.into_iter().map(Into::into).collect(),
            due_date: None,
        };
        stage.ask(&format!("bill-{no}"), draft).await?;
        match bill.ending {
            Ending::Draft => {}
            Ending::Discarded => {
                let reason = "written twice by mistake".to_owned();
                stage.ask(&format!("bill-{no}"), DiscardDraft { invoice_id, reason }).await?;
            }
            _ => issue(stage, no, bill).await?,
        }
    }
    orders(stage).await
}

async fn issue(stage: &mut Stage<'_>, no: usize, bill: &Bill) -> Result<(), Error> {
    let invoice_id = stage.invoice(no);
    let issue_date = Some(stage.days_ago(bill.days_ago)?);
    let issued = stage
        .ask(
            &format!("bill-{no}"),
            IssueInvoice {
                invoice_id,
                issue_date,
                due_date: None,
                particulars: Particulars::default(),
            },
        )
        .await?;
    let total = issued.answer.total;
    match bill.ending {
        Ending::Paid(later) => pay(stage, no, bill, total, later).await,
        Ending::Partly(later) => {
            let part = stage.eur(total.minor() * 2 / 5)?;
            pay(stage, no, bill, part, later).await
        }
        Ending::Overpaid => {
            let more = stage.eur(total.minor() + 500)?;
            pay(stage, no, bill, more, 3).await
        }
        Ending::Charged => {
            let charge = ChargeInvoice { invoice_id, gateway: "sandbox".to_owned() };
            stage.ask(&format!("bill-{no}"), charge).await.map(drop)
        }
        Ending::Voided => void(stage, no).await,
        Ending::PaidAndVoided => {
            pay(stage, no, bill, total, 7).await?;
            void(stage, no).await
        }
        Ending::WrittenOff => {
            let reason = "not to be collected".to_owned();
            stage.ask(&format!("bill-{no}"), WriteOffInvoice { invoice_id, reason }).await.map(drop)
        }
        Ending::Unpaid | Ending::Free | Ending::Draft | Ending::Discarded => Ok(()),
    }
}

async fn pay(
    stage: &mut Stage<'_>,
    no: usize,
    bill: &Bill,
    amount: Money,
    days_later: u64,
) -> Result<(), Error> {
    let invoice_id = stage.invoice(no);
    let record = RecordPayment {
        payment_id: None,
        client_id: stage.client(bill.client),
        amount,
        method: "manual_bank".to_owned(),
        reference: Some(format!("transfer {no}")),
        received_on: Some(stage.days_ago(bill.days_ago.saturating_sub(days_later))?),
        pays: Pays::Invoices(vec![ShareOf { invoice_id, amount: None }]),
    };
    stage.ask(&format!("bill-{no}"), record).await.map(drop)
}

async fn void(stage: &mut Stage<'_>, no: usize) -> Result<(), Error> {
    let invoice_id = stage.invoice(no);
    let reason = "wrong product ordered".to_owned();
    stage.ask(&format!("bill-{no}"), VoidInvoice { invoice_id, reason }).await.map(drop)
}

/// One order waits for its invoice, one was given up.
async fn orders(stage: &mut Stage<'_>) -> Result<(), Error> {
    for (name, client, code) in [("order-1", 15, "vps-2"), ("order-2", 10, "game-20")] {
        let item = OrderedItem {
            product_id: Some(stage.product(code)),
            cycle: Some(Cycle::Months(1)),
            kind: None,
            description: None,
            quantity: quantity(1).map_err(Error::bug)?,
            unit_price: None,
            period: None,
            answers: Vec::new(),
        };
        let place = PlaceOrder {
            order_id: Some(stage.order(name)),
            client_id: stage.client(client),
            currency: None,
            items: vec![item],
            origin: None,
        };
        stage.ask(name, place).await?;
    }
    let order_id = stage.order("order-2");
    let reason = "the client changed their mind".to_owned();
    stage.ask("order-2", CancelOrder { order_id, reason }).await.map(drop)
}

fn lines(stage: &Stage<'_>, bill: &Bill) -> Result<Vec<NewLine>, Error> {
    let issue_date = stage.days_ago(bill.days_ago)?;
    let person = PEOPLE.get(bill.client.saturating_sub(1));
    let person = person.ok_or_else(|| Error::bug("a bill for nobody"))?;
    let tax = tax_for(person).map_err(Error::bug)?;
    let mut lines = Vec::new();
    for (code, count) in bill.products {
        let listed = catalogue::find(code).ok_or_else(|| Error::bug("no such product"))?;
        lines.push(line(stage, listed, *count, tax, issue_date).map_err(Error::bug)?);
        if listed.setup > 0 {
            lines.push(setup(stage, listed, tax).map_err(Error::bug)?);
        }
    }
    if bill.ending == Ending::Free {
        let whole: i64 = bill
            .products
            .iter()
            .filter_map(|(code, count)| Some(catalogue::find(code)?.monthly * i64::from(*count)))
            .sum();
        let price = stage.eur(-whole)?;
        lines.push(NewLine {
            kind: LineKind::Discount,
            description: "First month free".to_owned(),
            quantity: quantity(1).map_err(Error::bug)?,
            unit_price: unit_price(price).map_err(Error::bug)?,
            tax,
            period: None,
            product_id: None,
        });
    }
    Ok(lines)
}

fn line(
    stage: &Stage<'_>,
    listed: &Listed,
    count: u32,
    tax: TaxTreatment,
    from: NaiveDate,
) -> Result<NewLine, Invalid> {
    let to = from.checked_add_days(Days::new(30)).unwrap_or(NaiveDate::MAX);
    let price =
        Money::try_new(listed.monthly, stage.eur).unwrap_or_else(|_| Money::zero(stage.eur));
    Ok(NewLine {
        kind: listed.kind.into(),
        description: format!("{}, 30 days", listed.name),
        quantity: quantity(count)?,
        unit_price: unit_price(price)?,
        tax,
        period: Some(Period::try_new(from, to)?),
        product_id: Some(stage.product(listed.code)),
    })
}

fn setup(stage: &Stage<'_>, listed: &Listed, tax: TaxTreatment) -> Result<NewLine, Invalid> {
    let price = Money::try_new(listed.setup, stage.eur).unwrap_or_else(|_| Money::zero(stage.eur));
    Ok(NewLine {
        kind: LineKind::SetupFee,
        description: format!("Setup: {}", listed.name),
        quantity: quantity(1)?,
        unit_price: unit_price(price)?,
        tax,
        period: None,
        product_id: Some(stage.product(listed.code)),
    })
}

/// German tax at home and for people in the union; reverse charge for its firms; none outside.
fn tax_for(person: &Person) -> Result<TaxTreatment, Invalid> {
    let home = Country::parse("DE")?;
    let abroad = Country::parse(person.country)?;
    let outside = ["GB", "CH", "NO"].contains(&person.country);
    let (category, rate, country) = if outside {
        (TaxCategory::O, Percent::ZERO, abroad)
    } else if person.country != "DE" && person.vat_id.is_some() {
        (TaxCategory::AE, Percent::ZERO, abroad)
    } else {
        (TaxCategory::S, "19".parse()?, home)
    };
    Ok(TaxTreatment { category, rate, country })
}

fn quantity(count: u32) -> Result<Quantity, Invalid> {
    count.to_string().parse()
}

fn unit_price(price: Money) -> Result<UnitPrice, Invalid> {
    UnitPrice::try_new(price.to_decimal(), price.currency())
}
