//! Begins a draft: empty, with lines, or with the items of an order.

use async_trait::async_trait;
use billfold_domain::client::Client;
use billfold_domain::invoice::{DraftFor, Invoice, InvoiceCommand};
use billfold_domain::kernel::{ClientId, Currency, InvoiceId, OrderId};
use billfold_domain::order::{Order, OrderRefusal};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::products::{check_products, name_products};
use super::taxing::{add, taxed};
use crate::commands::clients::must_be_active;
use crate::commands::tax_rates::{AskedLine, AskedTax, Rates};
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// Begin a draft.
#[derive(Clone, Debug, Serialize)]
pub struct DraftInvoice {
    /// The id to use; a new one unless given.
    pub invoice_id: Option<InvoiceId>,
    /// Who will be billed.
    pub client_id: ClientId,
    /// The order it bills; its items become the first lines.
    pub order_id: Option<OrderId>,
    /// How the order's items are taxed; needed with an order.
    pub tax: Option<AskedTax>,
    /// Currency of all lines; the order's or the client's unless given.
    pub currency: Option<Currency>,
    /// Lines to begin with.
    pub lines: Vec<AskedLine>,
    /// Last day to pay; by the seller's payment term unless given.
    pub due_date: Option<NaiveDate>,
}

/// The draft is begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceDrafted {
    /// Its id.
    pub invoice_id: InvoiceId,
}

#[async_trait]
impl UseCase for DraftInvoice {
    const NAME: &'static str = "draft_invoice";
    type Answer = InvoiceDrafted;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<InvoiceDrafted>, Error> {
        let invoice_id = self.invoice_id.unwrap_or_else(|| InvoiceId::new(room.mint()));
        let mut touches = name_products(Touches::new(room.tenant), &self.lines)
            .begins::<Invoice>(invoice_id.uuid())
            .reads::<Client>(self.client_id.uuid());
        if let Some(order_id) = self.order_id {
            touches = touches.reads::<Order>(order_id.uuid());
        }
        let ask = self.clone();
        let mut taxes = self.lines.iter().map(|line| line.tax).chain(self.tax);
        let mut rates = None;
        if taxes.any(|tax| tax.automatic().is_some()) {
            let (more, found) = Rates::of(room, touches, self.client_id).await?;
            (touches, rates) = (more, Some(found));
        }
        Ok(touches.decide(move |table| draft(table, invoice_id, &ask, rates.as_ref())))
    }
}

fn draft(
    table: &mut Table<'_, '_>,
    invoice_id: InvoiceId,
    ask: &DraftInvoice,
    rates: Option<&Rates>,
) -> Result<InvoiceDrafted, No> {
    must_be_active(table, ask.client_id)?;
    check_products(table, &ask.lines)?;
    let (mut lines, ordered_in) = match ask.order_id {
        Some(order_id) => order_lines(table, order_id, ask)?,
        None => (Vec::new(), None),
    };
    let profile = table.state::<Client>(ask.client_id.uuid())?.profile();
    let usual = ordered_in.or_else(|| profile.map(|profile| profile.currency));
    let currency = match ask.currency.or(usual) {
        Some(currency) => currency,
        None => table.settings()?.currency,
    };
    let bill = DraftFor { client_id: ask.client_id, currency, order_id: ask.order_id };
    let id = invoice_id.uuid();
    table.decide::<Invoice>(id, InvoiceCommand::Draft(bill))?;
    lines.extend(ask.lines.iter().cloned());
    for (at, line) in lines.into_iter().enumerate() {
        let line = taxed(table, &line, rates, table.today());
        let added = line.and_then(|line| add(table, invoice_id, line));
        added.map_err(|no| no.under("/line", &format!("/lines/{at}")))?;
    }
    if let Some(due_date) = ask.due_date {
        table.decide::<Invoice>(id, InvoiceCommand::SetDueDate { due_date })?;
    }
    Ok(InvoiceDrafted { invoice_id })
}

/// The items of an order as lines, and their currency.
fn order_lines(
    table: &Table<'_, '_>,
    order_id: OrderId,
    ask: &DraftInvoice,
) -> Result<(Vec<AskedLine>, Option<Currency>), No> {
    let order = match table.state::<Order>(order_id.uuid())? {
        Order::Placed(order) => order,
        Order::Absent => return Err(Refused::of(&OrderRefusal::Absent).at("/order_id").into()),
        Order::Held(_) => return Err(Refused::of(&OrderRefusal::Held).at("/order_id").into()),
        Order::Accepted(accepted) | Order::Completed(accepted) => {
            let refusal = match accepted.invoice_id {
                Some(invoice_id) => OrderRefusal::AlreadyInvoiced { invoice_id },
                None => OrderRefusal::AlreadyAccepted,
            };
            return Err(Refused::of(&refusal).into());
        }
        Order::Cancelled(_) => return Err(Refused::of(&OrderRefusal::Cancelled).into()),
    };
    if order.client_id != ask.client_id {
        let detail = "the order is another client's";
        let refused = Refused::new("order.of_another_client", Kind::Rule, detail);
        return Err(refused.at("/order_id").into());
    }
    let tax = ask.tax.ok_or_else(|| {
        let detail = "say how the order's items are taxed";
        Refused::new("invoice.tax_missing", Kind::Malformed, detail).at("/tax")
    })?;
    let line = |item: &billfold_domain::order::OrderItem| AskedLine {
        kind: item.kind,
        description: item.description.clone(),
        quantity: item.quantity,
        unit_price: item.unit_price,
        tax,
        period: item.period,
        product_id: item.product_id,
    };
    Ok((order.items.iter().map(line).collect(), Some(order.currency)))
}
