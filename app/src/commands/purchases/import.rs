//! Imports one purchase: the client if new, the order, the issued invoice and the payment that
//! settled it, in one append.
//!
//! Everything is dated the day of the purchase. A purchase of nothing has no payment: its invoice
//! is settled at issue. Numbers follow dates: a purchase older than the last number of its year, as
//! an overlapping file may bring, goes to the first supplementary series (`INV-S2`, `INV-S3`, …)
//! that it does not precede.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientCommand, ClientRefusal, ContactCard, Register};
use billfold_domain::dunning::DunningCase;
use billfold_domain::invoice::{
    CompleteInvoice, DraftFor, Invoice, InvoiceCommand, IssueTerms, LineKind, NewLine, Particulars,
    TaxCategory, TaxTreatment,
};
use billfold_domain::kernel::{
    Country, DocumentKind, DocumentNumber, KeyClass, Money, NumberFormat, Origin, Percent, Pii,
    Quantity, Series, UnitPrice,
};
use billfold_domain::order::{NewItem, Order, OrderCommand, PlaceOrder};
use billfold_domain::payment::{Payment, SettlePayment, Share};
use serde::{Deserialize, Serialize};

use crate::commands::clients::subject_of;
use crate::commands::invoices::fiscal_key;
use crate::commands::payments::settle;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Kind, Refused};
use crate::imports::purchases::{Row, SOURCE};
use crate::retention::Law;
use crate::settings::Settings;
use crate::vault::{KeyRing, VaultError, Wanted, field};

/// Series that may be tried for one year: the seller's own and eight supplementary ones.
const SERIES: u8 = 9;

/// Import one purchase.
#[derive(Clone, Debug, Serialize)]
pub struct ImportPurchase {
    /// The purchase.
    pub row: Row,
}

/// The purchase is in the books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseImported {
    /// Number of its invoice.
    pub number: String,
}

/// A customer's name, sealed once for all purchases of one run.
#[derive(Clone, Debug)]
pub(crate) struct SealedCustomer {
    contact: Pii<ContactCard>,
    buyer: Pii<ContactCard>,
}

#[async_trait]
impl UseCase for ImportPurchase {
    const NAME: &'static str = "import_purchase";
    type Answer = PurchaseImported;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<PurchaseImported>, Error> {
        let wanted = SealedCustomer::keys(&self.row, room.tenant, &room.law().await?);
        let ring = room.vault().ring_to_seal(room.tenant, &wanted, room.now).await?;
        let sealed = SealedCustomer::seal(&self.row, room.tenant, &ring)?;
        self.plan_with(&*room.settings().await?, room.tenant, sealed)
    }
}

impl SealedCustomer {
    /// The keys that sealing a customer needs.
    pub(crate) fn keys(
        row: &Row,
        tenant: billfold_domain::kernel::TenantId,
        law: &Law,
    ) -> [Wanted; 2] {
        let client = row.client_id(tenant);
        let (subject, class) = (subject_of(client), KeyClass::Operational);
        let contact = Wanted { subject, class, retain_until: None };
        [contact, fiscal_key(law, client, row.date)]
    }

    /// Seals a customer; nothing when it was erased, because then nothing may be sealed for it.
    pub(crate) fn seal(
        row: &Row,
        tenant: billfold_domain::kernel::TenantId,
        ring: &KeyRing,
    ) -> Result<Option<Self>, VaultError> {
        let subject = subject_of(row.client_id(tenant));
        if !ring.holds(subject, KeyClass::Operational) || !ring.holds(subject, KeyClass::Fiscal) {
            return Ok(None);
        }
        let name = format!("CDNOW customer {}", row.customer);
        let card = ContactCard { name, ..ContactCard::default() };
        Ok(Some(Self {
            contact: ring.seal(subject, KeyClass::Operational, field::CLIENT_CONTACT, &card)?,
            buyer: ring.seal(subject, KeyClass::Fiscal, field::INVOICE_BUYER, &card)?,
        }))
    }
}

impl ImportPurchase {
    /// The plan, from parts that a run prepares for thousands of purchases at once.
    pub(crate) fn plan_with(
        &self,
        settings: &Settings,
        tenant: billfold_domain::kernel::TenantId,
        sealed: Option<SealedCustomer>,
    ) -> Result<Plan<PurchaseImported>, Error> {
        let row = self.row.clone();
        let purchase = Purchase::of(row, settings, tenant).map_err(Error::bug)?;
        let row = &self.row;
        let mut touches = Touches::new(tenant)
            .reads::<Client>(row.client_id(tenant).uuid())
            .begins::<Order>(row.order_id(tenant).uuid())
            .begins::<Invoice>(row.invoice_id(tenant).uuid())
            .begins::<DunningCase>(DunningCase::id_of(row.invoice_id(tenant)).uuid())
            .effective_on(row.date);
        if !row.amount.is_zero() {
            touches = touches.begins::<Payment>(row.payment_id(tenant).uuid());
        }
        for format in series(&settings.invoice_numbers) {
            let series = Series::new(&format, DocumentKind::Invoice, row.date);
            touches = touches.counts(series.keys());
        }
        Ok(touches.decide(move |table| purchase.record(table, sealed.as_ref())))
    }
}

/// A purchase as commands for the aggregates.
struct Purchase {
    row: Row,
    tenant: billfold_domain::kernel::TenantId,
    origin: Origin,
    country: Country,
    quantity: Quantity,
    unit_price: UnitPrice,
}

impl Purchase {
    fn of(
        row: Row,
        settings: &Settings,
        tenant: billfold_domain::kernel::TenantId,
    ) -> Result<Self, billfold_domain::kernel::Invalid> {
        Ok(Self {
            origin: Origin { source: SOURCE.to_owned(), id: row.identity() },
            country: settings.country,
            quantity: "1".parse()?,
            unit_price: UnitPrice::try_new(row.amount.to_decimal(), row.amount.currency())?,
            tenant,
            row,
        })
    }

    fn record(
        &self,
        table: &mut Table<'_, '_>,
        sealed: Option<&SealedCustomer>,
    ) -> Result<PurchaseImported, No> {
        let erased = || Refused::of(&ClientRefusal::Erased);
        let sealed = sealed.ok_or_else(erased)?;
        self.client(table, sealed)?;
        let (order_id, invoice_id) =
            (self.row.order_id(self.tenant), self.row.invoice_id(self.tenant));
        table.decide::<Order>(order_id.uuid(), OrderCommand::Place(self.order()))?;
        let number = self.number(table)?;
        let text = number.text.clone();
        let invoice = self.invoice(table, number, sealed)?;
        table.decide::<Invoice>(invoice_id.uuid(), InvoiceCommand::IssueComplete(invoice))?;
        table.decide::<Order>(order_id.uuid(), OrderCommand::MarkInvoiced { invoice_id })?;
        if !self.row.amount.is_zero() {
            settle(table, self.row.payment_id(self.tenant), self.payment())?;
        }
        Ok(PurchaseImported { number: text })
    }

    fn client(&self, table: &mut Table<'_, '_>, sealed: &SealedCustomer) -> Result<(), No> {
        let id = self.row.client_id(self.tenant).uuid();
        match table.state::<Client>(id)? {
            Client::Active(_) | Client::Suspended(_) | Client::Inactive(_) => Ok(()),
            Client::Erased => Err(Refused::of(&ClientRefusal::Erased).into()),
            Client::Absent => {
                let id_there = self.row.customer.clone();
                let register = Register {
                    contact: sealed.contact.clone(),
                    email_index: None,
                    country: Some(self.country),
                    currency: self.row.amount.currency(),
                    origin: Some(Origin { source: SOURCE.to_owned(), id: id_there }),
                };
                table.decide::<Client>(id, ClientCommand::Register(register))?;
                Ok(())
            }
        }
    }

    fn order(&self) -> PlaceOrder {
        let item = NewItem {
            product_id: None,
            kind: LineKind::Goods,
            description: self.description(),
            quantity: self.quantity,
            unit_price: self.unit_price,
            period: None,
            recurs: None,
            answers: Vec::new(),
        };
        PlaceOrder {
            client_id: self.row.client_id(self.tenant),
            currency: self.row.amount.currency(),
            items: vec![item],
            origin: Some(self.origin.clone()),
        }
    }

    fn invoice(
        &self,
        table: &Table<'_, '_>,
        number: DocumentNumber,
        sealed: &SealedCustomer,
    ) -> Result<CompleteInvoice, No> {
        let tax =
            TaxTreatment { category: TaxCategory::O, rate: Percent::ZERO, country: self.country };
        let line = NewLine {
            kind: LineKind::Goods,
            description: self.description(),
            quantity: self.quantity,
            unit_price: self.unit_price,
            tax,
            period: None,
            product_id: None,
        };
        let draft = DraftFor {
            client_id: self.row.client_id(self.tenant),
            currency: self.row.amount.currency(),
            order_id: Some(self.row.order_id(self.tenant)),
        };
        let terms = IssueTerms {
            number,
            due_date: Some(self.row.date),
            seller: table.settings()?.seller(),
            buyer: Some(sealed.buyer.clone()),
            particulars: Particulars::default(),
        };
        Ok(CompleteInvoice {
            draft,
            lines: vec![line],
            terms,
            subscriptions: Vec::new(),
            lowerings: Vec::new(),
            origin: Some(self.origin.clone()),
        })
    }

    fn payment(&self) -> SettlePayment {
        let amount = self.row.amount;
        let invoice_id = self.row.invoice_id(self.tenant);
        SettlePayment {
            client_id: self.row.client_id(self.tenant),
            amount,
            gateway: "imported".to_owned(),
            reference: None,
            received_on: self.row.date,
            allocations: vec![Share { invoice_id, amount }],
            to_credit: Money::zero(amount.currency()),
            origin: Some(self.origin.clone()),
        }
    }

    /// The next number of the first series whose last document is not younger than this purchase.
    fn number(&self, table: &Table<'_, '_>) -> Result<DocumentNumber, No> {
        let format = table.settings()?.invoice_numbers.clone();
        let mut refused =
            Refused::new("number.exhausted", Kind::Rule, "no series is left for this date");
        for format in series(&format) {
            match table.next_number(&format, DocumentKind::Invoice, self.row.date) {
                Err(No::Refused(no)) if no.code == "number.date_before_last" => refused = no,
                other => return other,
            }
        }
        Err(refused.into())
    }

    fn description(&self) -> String {
        match self.row.cds {
            1 => "1 CD".to_owned(),
            cds => format!("{cds} CDs"),
        }
    }
}

/// The seller's own number format, and the supplementary ones after it.
fn series(own: &NumberFormat) -> impl Iterator<Item = NumberFormat> {
    (1..=SERIES).map(move |no| match no {
        1 => own.clone(),
        no => NumberFormat { prefix: format!("{}-S{no}", own.prefix), ..own.clone() },
    })
}
