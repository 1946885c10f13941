//! Makes a proforma of a draft invoice. The draft ends with it, so that what is agreed stands in
//! one place.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use billfold_domain::client::Client;
use billfold_domain::invoice::{
    DraftInvoice, Invoice, InvoiceCommand, InvoiceRefusal, Line, NewLine, Particulars,
};
use billfold_domain::kernel::{DocumentKind, InvoiceId, Money, ProformaId, Series};
use billfold_domain::proforma::{self, Proforma, ProformaCommand};
use billfold_domain::tax::TaxEvidence;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::commands::invoices::{Buyer, check_proforma, sealed_buyer, tax_anew};
use crate::commands::tax_rates::Rates;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Refused};

/// Make a proforma of a draft.
#[derive(Clone, Debug, Serialize)]
pub struct IssueProforma {
    /// Which draft.
    pub invoice_id: InvoiceId,
    /// The last day on which it is meant to be paid; the draft's due date unless given.
    pub valid_until: Option<NaiveDate>,
    /// References of the buyer, and why lines of category E have no tax.
    #[serde(skip_serializing_if = "Particulars::is_empty")]
    pub particulars: Particulars,
}

/// The proforma is issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProformaIssued {
    /// Which.
    pub proforma_id: ProformaId,
    /// Its number as printed.
    pub number: String,
    /// Its date.
    pub issue_date: NaiveDate,
    /// What it would come to.
    pub total: Money,
}

#[async_trait]
impl UseCase for IssueProforma {
    const NAME: &'static str = "issue_proforma";
    type Answer = ProformaIssued;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<ProformaIssued>, Error> {
        let id = self.invoice_id.uuid();
        let known = room.load::<Invoice>(id).await?;
        let draft = drafted(&known.state.0)?;
        let client_id = draft.client_id;
        let settings = room.settings().await?;
        let today = settings.day_of(room.now);
        let buyer = sealed_buyer(room, client_id, today).await?;
        let proforma_id = ProformaId::new(room.mint());
        let format = Proforma::numbers();
        let series = Series::new(&format, DocumentKind::Proforma, today);
        let mut touches = Touches::new(room.tenant)
            .main::<Invoice>(id)
            .begins::<Proforma>(proforma_id.uuid())
            .reads::<Client>(client_id.uuid())
            .counts(series.keys());
        let version = buyer.client_version;
        let mut rates = None;
        if !draft.automatic.is_empty() {
            let (more, found) = Rates::of(room, touches, client_id).await?;
            (touches, rates) = (more, Some(found));
        }
        let issuing = Issuing { ask: self.clone(), proforma_id, buyer, rates };
        Ok(touches.decide(move |table| {
            // A contact that changed, or a client who was erased since, must not get an old buyer.
            table.unmoved::<Client>(client_id.uuid(), version)?;
            issuing.issue(table)
        }))
    }
}

struct Issuing {
    ask: IssueProforma,
    proforma_id: ProformaId,
    buyer: Buyer,
    /// Named where a line is taxed by the seller's rates.
    rates: Option<Rates>,
}

impl Issuing {
    fn issue(&self, table: &mut Table<'_, '_>) -> Result<ProformaIssued, No> {
        let settings = Arc::clone(table.settings()?);
        let today = table.calendar_day();
        let invoice = self.ask.invoice_id.uuid();
        table.dated(today);
        drafted(table.state::<Invoice>(invoice)?)?;
        tax_anew(table, self.ask.invoice_id, self.rates.as_ref(), today)?;
        let draft = drafted(table.state::<Invoice>(invoice)?)?.clone();
        if !draft.coupons.is_empty() {
            // It is reserved for the draft, and nothing would redeem or release it any more.
            return Err(Refused::of(&InvoiceRefusal::HasCoupon).into());
        }
        let number = table.next_number(&Proforma::numbers(), DocumentKind::Proforma, today)?;
        let reason = format!("became proforma {}", number.text);
        let id = self.proforma_id;
        let new = proforma::IssueProforma {
            number,
            client_id: draft.client_id,
            order_id: draft.order_id,
            currency: draft.currency,
            lines: draft.lines.iter().map(asked).collect(),
            valid_until: self.ask.valid_until.or(draft.due_date),
            seller: settings.seller(),
            buyer: Some(self.buyer.sealed.clone()),
            particulars: self.ask.particulars.clone(),
            automatic: automatic(&draft),
        };
        table.decide::<Proforma>(id.uuid(), ProformaCommand::Issue(Box::new(new)))?;
        table.decide::<Invoice>(invoice, InvoiceCommand::Discard { reason })?;
        let document = table.state::<Proforma>(id.uuid())?.document();
        let document = document.ok_or_else(|| No::Broken("issued and not issued".to_owned()))?;
        check_proforma(document, table.tenant(), self.buyer.party.clone())?;
        Ok(ProformaIssued {
            proforma_id: id,
            number: document.number.text.clone(),
            issue_date: today,
            total: document.total,
        })
    }
}

/// The draft, if the invoice is one.
fn drafted(invoice: &Invoice) -> Result<&DraftInvoice, Refused> {
    match invoice {
        Invoice::Draft(draft) => Ok(draft),
        Invoice::Absent => Err(Refused::of(&InvoiceRefusal::Absent)),
        Invoice::Discarded => Err(Refused::of(&InvoiceRefusal::Discarded)),
        issued => {
            let number = issued.document().map(|document| document.number.clone());
            let number = number.unwrap_or_default();
            Err(Refused::of(&InvoiceRefusal::AlreadyIssued { number }))
        }
    }
}

/// What was looked up for the lines, by their numbers on the proforma, which has no holes.
fn automatic(draft: &DraftInvoice) -> BTreeMap<u32, TaxEvidence> {
    let evidence = |(no, line): (u32, &Line)| Some((no, draft.automatic.get(&line.no)?.clone()));
    (1..).zip(&draft.lines).filter_map(evidence).collect()
}

/// A line as it was asked for.
pub(super) fn asked(line: &Line) -> NewLine {
    NewLine {
        kind: line.kind,
        description: line.description.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price,
        tax: line.tax,
        period: line.period,
        product_id: line.product_id,
    }
}
