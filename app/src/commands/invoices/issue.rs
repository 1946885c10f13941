//! Issues a draft: freezes it, takes its number under the lock, posts it (D7, INV-09, INV-10), and
//! redeems the coupons that come off it (CPN-03).

use async_trait::async_trait;
use billfold_domain::client::Client;
use billfold_domain::coupon::{Coupon, RedeemedFor};
use billfold_domain::invoice::{Invoice, InvoiceCommand, InvoiceRefusal, IssueTerms, Particulars};
use billfold_domain::kernel::{CouponId, DocumentKind, InvoiceId, Money, OrderId, Series};
use billfold_domain::order::{Order, OrderCommand};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::buyer::{Buyer, sealed_buyer};
use super::checked::check_invoice;
use super::discard::draft_coupons;
use super::taxing::tax_anew;
use crate::commands::coupons::confirm;
use crate::commands::tax_rates::Rates;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// Issue a draft.
#[derive(Clone, Debug, Serialize)]
pub struct IssueInvoice {
    /// Which draft.
    pub invoice_id: InvoiceId,
    /// The day of issue; today at the seller's place unless given. Not in the future, and not
    /// before the last number.
    pub issue_date: Option<NaiveDate>,
    /// Last day to pay; the draft's, or by the seller's payment term, unless given.
    pub due_date: Option<NaiveDate>,
    /// References of the buyer, and why lines of category E have no tax.
    #[serde(skip_serializing_if = "Particulars::is_empty")]
    pub particulars: Particulars,
}

/// The invoice is issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceIssued {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Its number as printed.
    pub number: String,
    /// The day of issue.
    pub issue_date: NaiveDate,
    /// Last day to pay.
    pub due_date: NaiveDate,
    /// What it asks for.
    pub total: Money,
}

#[async_trait]
impl UseCase for IssueInvoice {
    const NAME: &'static str = "issue_invoice";
    type Answer = InvoiceIssued;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<InvoiceIssued>, Error> {
        let id = self.invoice_id.uuid();
        let settings = room.settings().await?;
        let issue_date = self.issue_date.unwrap_or_else(|| settings.day_of(room.now));
        let series = Series::new(&settings.invoice_numbers, DocumentKind::Invoice, issue_date);
        let touches = Touches::new(room.tenant).main::<Invoice>(id).counts(series.keys());
        let known = room.load::<Invoice>(id).await?;
        let Invoice::Draft(draft) = &known.state.0 else {
            let ask = Issuing {
                ask: self.clone(),
                buyer: None,
                order: None,
                rates: None,
                coupons: Vec::new(),
            };
            return Ok(touches.decide(move |table| ask.issue(table)));
        };
        let client = draft.client_id;
        let order = draft.order_id;
        let buyer = sealed_buyer(room, client, issue_date).await?;
        let version = buyer.client_version;
        let mut touches = touches.reads::<Client>(client.uuid());
        let mut rates = None;
        if !draft.automatic.is_empty() {
            let (more, found) = Rates::of(room, touches, client).await?;
            (touches, rates) = (more, Some(found));
        }
        if let Some(order) = order {
            touches = touches.reads::<Order>(order.uuid());
        }
        let coupons = draft_coupons(&known.state.0);
        for coupon in &coupons {
            touches = touches.reads::<Coupon>(coupon.uuid());
        }
        let ask = Issuing { ask: self.clone(), buyer: Some(buyer), order, rates, coupons };
        Ok(touches.decide(move |table| {
            // A contact that changed, or a client who was erased since, must not get an old buyer.
            table.unmoved::<Client>(client.uuid(), version)?;
            ask.issue(table)
        }))
    }
}

struct Issuing {
    ask: IssueInvoice,
    buyer: Option<Buyer>,
    order: Option<OrderId>,
    rates: Option<Rates>,
    coupons: Vec<CouponId>,
}

impl Issuing {
    fn issue(&self, table: &mut Table<'_, '_>) -> Result<InvoiceIssued, No> {
        let invoice_id = self.ask.invoice_id;
        let today = table.today();
        let issue_date = self.ask.issue_date.unwrap_or(today);
        if issue_date > today {
            let detail = format!("{issue_date} lies after today, {today}");
            let refused = Refused::new("invoice.issue_date_in_future", Kind::Rule, detail);
            return Err(refused.at("/issue_date").into());
        }
        let state = table.state::<Invoice>(invoice_id.uuid())?;
        let drafted_due = match state {
            // The plan saw no draft, so it has no buyer to put on one.
            Invoice::Draft(_) if self.buyer.is_none() => return Err(No::Stale),
            // A coupon came or went since the plan was made.
            Invoice::Draft(_) if draft_coupons(state) != self.coupons => return Err(No::Stale),
            Invoice::Draft(draft) => draft.due_date,
            Invoice::Absent => return Err(Refused::of(&InvoiceRefusal::Absent).into()),
            _ => None,
        };
        let settings = std::sync::Arc::clone(table.settings()?);
        let by_term = issue_date.checked_add_days(Days::new(settings.payment_term_days.into()));
        let terms = IssueTerms {
            number: table.next_number(
                &settings.invoice_numbers,
                DocumentKind::Invoice,
                issue_date,
            )?,
            due_date: self.ask.due_date.or(drafted_due).or(by_term),
            seller: settings.seller(),
            buyer: self.buyer.as_ref().map(|buyer| buyer.sealed.clone()),
            particulars: self.ask.particulars.clone(),
        };
        table.dated(issue_date);
        tax_anew(table, invoice_id, self.rates.as_ref(), issue_date)?;
        table.decide::<Invoice>(invoice_id.uuid(), InvoiceCommand::Issue(terms))?;
        if let Some(order) = self.order {
            table.decide::<Order>(order.uuid(), OrderCommand::MarkInvoiced { invoice_id })?;
        }
        for coupon in &self.coupons {
            confirm(table, *coupon, RedeemedFor::Invoice(invoice_id))?;
        }
        let document = table.state::<Invoice>(invoice_id.uuid())?.document();
        let document = document.ok_or_else(|| No::Broken("issued and not issued".to_owned()))?;
        if let Some(buyer) = &self.buyer {
            check_invoice(document, table.tenant(), buyer.party.clone())?;
        }
        Ok(InvoiceIssued {
            invoice_id,
            number: document.number.clone(),
            issue_date,
            due_date: document.due_date,
            total: document.total,
        })
    }
}
