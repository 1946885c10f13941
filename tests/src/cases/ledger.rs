//! The ledger: what an invoice posts, whether an entry balances, what a new rate is worth.

use billfold_domain::invoice::{
    CompleteInvoice, DraftFor, Invoice, InvoiceCommand, IssueTerms, LineKind, NewLine, Particulars,
    Seller, TaxCategory, TaxTreatment, preview,
};
use billfold_domain::kernel::{
    Actor, Aggregate, ClientId, Country, Currency, DocumentKind, ExchangeRate, Issued, Money,
    NumberFormat, Percent, Quantity, Rounding, Series, TenantId, UnitPrice,
};
use billfold_domain::ledger::{self, Entry, Leg, Price, accounts};
use billfold_domain::schema::Event;
use chrono::{DateTime, NaiveDate};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, text};

type Lines = Result<Vec<NewLine>, Box<dyn std::error::Error>>;

/// Issues an invoice with the net, the tax and the discount given and shows what it posts.
pub(super) fn postings(given: &Value, _when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    let events = Invoice::default().decide(&issue(currency, lines(given, currency)?)?)?;
    let mut shown = Vec::new();
    for event in events {
        let posting = ledger::postings(&Event::from(event))?;
        shown.extend(posting.iter().flat_map(|posting| posting.entries()).map(show));
    }
    Ok(json!({ "postings": shown }))
}

/// Converts priced amounts and asks whether every currency sums to zero.
pub(super) fn balanced(_given: &Value, when: &Value) -> Answer {
    let postings = when["postings"].as_array().ok_or("postings are missing")?;
    let legs = postings.iter().map(leg).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "balanced": ledger::balances(&legs)? }))
}

/// What an open foreign amount gained since it was booked.
pub(super) fn revaluation(given: &Value, when: &Value) -> Answer {
    let base = Currency::parse(text(given, "base_currency")?)?;
    let foreign = Currency::parse(text(given, "foreign_currency")?)?;
    let open = Money::parse_major(text(given, "foreign_amount")?, foreign)?;
    let booked: ExchangeRate = text(given, "booked_rate")?.parse()?;
    let now: ExchangeRate = text(when, "rate")?.parse()?;
    Ok(json!({ "gain": ledger::revaluation(open, booked, now, base)?.to_major() }))
}

/// The net as a service, taxed if there is a rate; the discount as a line of its own, which
/// comes off the gross and so is not taxed.
fn lines(given: &Value, currency: Currency) -> Lines {
    let country = Country::parse("US")?;
    let untaxed = TaxTreatment { category: TaxCategory::O, rate: Percent::ZERO, country };
    let tax = match given["tax_rate"].as_str() {
        Some(rate) => TaxTreatment { category: TaxCategory::S, rate: rate.parse()?, country },
        None => untaxed,
    };
    let line = |kind, price: UnitPrice, tax| NewLine {
        kind,
        description: "case".to_owned(),
        quantity: Quantity::ONE,
        unit_price: price,
        tax,
        period: None,
        product_id: None,
    };
    let price = UnitPrice::parse(text(given, "net")?, currency)?;
    let mut lines = vec![line(LineKind::Hosting, price, tax)];
    let gross = preview(currency, &lines)?.totals.total;
    let discount = match (&given["discount"], &given["discount_percent_of_gross"]) {
        (Value::String(amount), _) => Some(Money::parse_major(amount, currency)?),
        (_, Value::String(share)) => {
            Some(share.parse::<Percent>()?.of(gross, Rounding::HalfAwayFromZero)?)
        }
        _ => None,
    };
    if let Some(discount) = discount {
        lines.push(line(LineKind::Discount, discount.negate().try_into()?, untaxed));
    }
    Ok(lines)
}

fn issue(
    currency: Currency,
    lines: Vec<NewLine>,
) -> Result<Issued<InvoiceCommand>, Box<dyn std::error::Error>> {
    let today = NaiveDate::from_ymd_opt(2026, 1, 1).ok_or("a day")?;
    let format = NumberFormat::yearly("INV");
    let number = Series::new(&format, DocumentKind::Invoice, today).next(|_| None)?;
    let seller = Seller {
        name: "Seller".to_owned(),
        country: Country::parse("US")?,
        vat_id: None,
        letterhead: None,
    };
    let terms = IssueTerms {
        number,
        due_date: Some(today),
        seller,
        buyer: None,
        particulars: Particulars::default(),
    };
    let client_id = ClientId::new(Uuid::from_u128(1));
    let draft = DraftFor { client_id, currency, order_id: None };
    Ok(Issued {
        command: InvoiceCommand::IssueComplete(CompleteInvoice {
            subscriptions: Vec::new(),
            draft,
            lines,
            terms,
            lowerings: Vec::new(),
            origin: None,
        }),
        tenant: TenantId::new(Uuid::from_u128(2)),
        actor: Actor::system("cases")?,
        at: DateTime::UNIX_EPOCH,
        effective_on: today,
    })
}

fn show(entry: &Entry) -> Value {
    let account = match (entry.account, entry.detail.as_deref()) {
        (accounts::RECEIVABLE, _) => "receivable",
        (accounts::REVENUE, Some("discount")) => "discount",
        (accounts::REVENUE, _) => "sales",
        (accounts::TAX_PAYABLE, _) => "tax",
        (other, _) => other.as_str(),
    };
    json!({ "account": account, "amount": entry.signed().to_major() })
}

fn leg(posting: &Value) -> Result<Leg, Box<dyn std::error::Error>> {
    let price = if posting["price"].is_object() {
        let price = &posting["price"];
        let currency = Currency::parse(text(price, "currency")?)?;
        Some(Price::Each(text(price, "amount")?.parse()?, currency))
    } else if posting["total_price"].is_object() {
        Some(Price::Whole(money(&posting["total_price"])?))
    } else {
        None
    };
    Ok(Leg { amount: money(posting)?, price })
}

fn money(value: &Value) -> Result<Money, Box<dyn std::error::Error>> {
    let currency = Currency::parse(text(value, "currency")?)?;
    Ok(Money::parse_major(text(value, "amount")?, currency)?)
}
