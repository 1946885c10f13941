//! Records money that arrived outside of any gateway: a bank transfer, cash (INV-13, INV-14).
//!
//! Unless told otherwise it pays the client's open invoices, oldest first, and what is left becomes
//! the client's credit. Money that must not pay anything yet stays unapplied.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::invoice::{Invoice, InvoiceRefusal};
use billfold_domain::kernel::{ClientId, InvoiceId, Money, PaymentId};
use billfold_domain::payment::{Allocation, Payment, PaymentEvent, SettlePayment, Share};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::settle;
use crate::commands::affiliates::Referral;
use crate::commands::dunning::owed_invoice;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// The ways in which money can be recorded by hand.
pub const MANUAL_METHODS: [&str; 2] = ["manual_bank", "manual_cash"];

/// Open invoices that one payment looks at.
const INVOICES: u32 = 200;

/// Record a payment.
#[derive(Clone, Debug, Serialize)]
pub struct RecordPayment {
    /// The id to use; a new one unless given.
    pub payment_id: Option<PaymentId>,
    /// Who paid.
    pub client_id: ClientId,
    /// What arrived.
    pub amount: Money,
    /// `manual_bank` or `manual_cash`.
    pub method: String,
    /// The bank's own name for it; one payment has it.
    pub reference: Option<String>,
    /// The day it arrived; today unless given, not in the future.
    pub received_on: Option<NaiveDate>,
    /// What it pays.
    pub pays: Pays,
}

/// What a payment pays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pays {
    /// The client's open invoices, oldest first; the rest becomes credit.
    #[default]
    OldestFirst,
    /// These invoices; the rest becomes credit.
    Invoices(Vec<ShareOf>),
    /// Nothing yet; all of it stays unapplied.
    Nothing,
}

/// A share of a payment for one invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareOf {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// How much; as much as is owed and left unless given.
    pub amount: Option<Money>,
}

/// The payment is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRecorded {
    /// Its id.
    pub payment_id: PaymentId,
    /// What each invoice got.
    pub paid: Vec<ShareOf>,
    /// What became the client's credit.
    pub to_credit: Money,
    /// What nobody has matched.
    pub unapplied: Money,
}

#[async_trait]
impl UseCase for RecordPayment {
    const NAME: &'static str = "record_payment";
    type Answer = PaymentRecorded;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<PaymentRecorded>, Error> {
        if !MANUAL_METHODS.contains(&self.method.as_str()) {
            let detail = "use manual_bank or manual_cash";
            let refused = Refused::new("payment.method_unknown", Kind::Malformed, detail);
            return Err(refused.at("/method").into());
        }
        let payment_id = self.payment_id.unwrap_or_else(|| PaymentId::new(room.mint()));
        let invoices = self.candidates(room).await?;
        let key = self.reference.as_deref();
        let key = key.map(|reference| PaymentEvent::reference_key(&self.method, reference));
        let mut touches = Touches::new(room.tenant)
            .begins::<Payment>(payment_id.uuid())
            .reads::<Client>(self.client_id.uuid())
            .claims(PaymentEvent::REFERENCE_SCOPE, key.as_deref());
        for share in &invoices {
            touches = owed_invoice(touches, share.invoice_id);
        }
        let (referral, touches) =
            Referral::beside(room, self.client_id, payment_id, touches).await?;
        let ask = self.clone();
        Ok(touches.decide(move |table| {
            let (answer, applied) = ask.record(table, payment_id, &invoices)?;
            let on = ask.received_on.unwrap_or_else(|| table.today());
            referral.earn(table, payment_id, on, &applied)?;
            Ok(answer)
        }))
    }
}

impl RecordPayment {
    async fn candidates(&self, room: &Room<'_>) -> Result<Vec<ShareOf>, Error> {
        match &self.pays {
            Pays::Nothing => Ok(Vec::new()),
            Pays::Invoices(shares) => Ok(shares.clone()),
            Pays::OldestFirst => {
                let (client, currency) = (self.client_id, self.amount.currency());
                let open = room.open_invoices();
                let found = open.oldest_first(room.tenant, client, currency, INVOICES).await?;
                let share = |invoice_id| ShareOf { invoice_id, amount: None };
                Ok(found.into_iter().map(share).collect())
            }
        }
    }

    fn record(
        &self,
        table: &mut Table<'_, '_>,
        payment_id: PaymentId,
        candidates: &[ShareOf],
    ) -> Result<(PaymentRecorded, Vec<Allocation>), No> {
        if *table.state::<Client>(self.client_id.uuid())? == Client::Absent {
            return Err(Refused::of(&ClientRefusal::Absent).at("/client_id").into());
        }
        let (shares, rest) = self.shares(table, candidates)?;
        let zero = Money::zero(self.amount.currency());
        let stays_open = self.pays == Pays::Nothing;
        let (to_credit, unapplied) = if stays_open { (zero, rest) } else { (rest, zero) };
        let received_on = self.received_on.unwrap_or_else(|| table.today());
        let paid =
            |share: &Share| ShareOf { invoice_id: share.invoice_id, amount: Some(share.amount) };
        let answer = PaymentRecorded {
            payment_id,
            paid: shares.iter().map(paid).collect(),
            to_credit,
            unapplied,
        };
        let payment = SettlePayment {
            client_id: self.client_id,
            amount: self.amount,
            gateway: self.method.clone(),
            reference: self.reference.clone(),
            received_on,
            allocations: shares,
            to_credit,
            origin: None,
        };
        let applied = settle(table, payment_id, payment)?;
        Ok((answer, applied))
    }

    /// How the money is shared out, and what is left.
    fn shares(
        &self,
        table: &Table<'_, '_>,
        candidates: &[ShareOf],
    ) -> Result<(Vec<Share>, Money), No> {
        let mut left = self.amount;
        let mut shares = Vec::new();
        let by_name = matches!(self.pays, Pays::Invoices(_));
        for (at, ShareOf { invoice_id, amount }) in candidates.iter().enumerate() {
            let state = table.state::<Invoice>(invoice_id.uuid())?;
            let owed = match state {
                Invoice::Open(document) if document.client_id == self.client_id => {
                    Some(document.balance_due)
                }
                _ => None,
            };
            let fits = |owed: &Money| owed.currency() == left.currency();
            let share = match (amount, owed.filter(fits)) {
                (Some(amount), Some(owed)) => at_most(*amount, owed, at)?,
                (Some(amount), None) => *amount,
                (None, Some(owed)) => smaller(owed, left),
                (None, None) if by_name => return Err(not_payable(state, at)),
                (None, None) => continue,
            };
            if amount.is_none() && share.is_zero() {
                continue;
            }
            left = left.checked_sub(share).map_err(|no| Refused::of(&no).at("/pays"))?;
            shares.push(Share { invoice_id: *invoice_id, amount: share });
        }
        if left.is_negative() {
            let detail = "the invoices get more than arrived";
            let refused = Refused::new("payment.more_than_arrived", Kind::Rule, detail);
            return Err(refused.at("/pays").into());
        }
        Ok((shares, left))
    }
}

fn smaller(one: Money, other: Money) -> Money {
    if one.minor() <= other.minor() { one } else { other }
}

/// The share named for the invoice at a place of the list, unless it is more than is owed.
fn at_most(share: Money, owed: Money, at: usize) -> Result<Money, No> {
    let over = share.checked_sub(owed);
    let refusal = match over {
        Ok(over) if !over.is_positive() => return Ok(share),
        Ok(_) => Refused::of(&InvoiceRefusal::MoreThanOwed { amount: share, balance_due: owed }),
        Err(no) => Refused::of(&no),
    };
    let refused = Refused { fields: Vec::new(), ..refusal };
    Err(refused.at(&format!("/pays/{at}/amount")).into())
}

/// Why an invoice that was named takes no money.
fn not_payable(state: &Invoice, at: usize) -> No {
    let refused = match state {
        Invoice::Absent => Refused::of(&InvoiceRefusal::Absent),
        Invoice::Settled { on, .. } => {
            Refused::of(&InvoiceRefusal::AlreadySettled { settled_on: *on })
        }
        Invoice::Void { on, .. } => Refused::of(&InvoiceRefusal::AlreadyVoided { voided_on: *on }),
        Invoice::Uncollectible { on, .. } => {
            Refused::of(&InvoiceRefusal::WrittenOff { written_off_on: *on })
        }
        Invoice::Draft(_) | Invoice::Discarded => Refused::of(&InvoiceRefusal::NotIssued),
        Invoice::Open(_) => Refused::new(
            "payment.does_not_fit",
            Kind::Rule,
            "the invoice is another client's or in another currency",
        ),
    };
    refused.at(&format!("/pays/{at}")).into()
}
