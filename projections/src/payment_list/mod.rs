//! Which money arrived, was refused or went back, and which invoices has it paid?
//!
//! Guarantees: what a payment pays, its credit and rest, and what refunds and disputes took sum to
//! what arrived. Absent on purpose: what became of credit that was pooled with other credit; the
//! journal knows.

use billfold_domain::kernel::{ClientId, Currency, InvoiceId, PaymentId, TenantId};
use billfold_domain::schema::Event;
use billfold_event_store::OnError;
use chrono::{DateTime, NaiveDate, Utc};

mod apply;
mod read;
mod status;

pub use read::{Filter, Returned, find, of_invoice, page, paid_by, returned, taken_from_invoice};
pub use status::{PaymentStatus, RefundStatus};

use crate::fact::Fact;
use crate::projection::{FoldError, Projection, Proof};
use crate::row::row;
use crate::table::{Appended, Replaced, Table, Tables};

row! {
    /// One payment.
    pub struct PaymentRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The payment.
            payment_id: PaymentId,
        }
        replaced {
            /// Who paid or tried to.
            client_id: ClientId,
            /// Whether money moved.
            status: PaymentStatus,
            /// Key of the way it came.
            gateway: String,
            /// The gateway's own name for it.
            reference: Option<String>,
            /// The day it arrived or was tried.
            received_on: NaiveDate,
            /// Currency of all amounts.
            currency: Currency,
            /// What arrived, or was asked for, in minor units.
            amount: i64,
            /// What pays invoices, in minor units.
            allocated: i64,
            /// What is left of the part that became credit, in minor units.
            credit: i64,
            /// What nobody has matched, in minor units.
            unapplied: i64,
            /// What was promised back and is not sent, in minor units.
            refunding: i64,
            /// What was sent back, in minor units.
            refunded: i64,
            /// What disputes took that is not decided, in minor units.
            disputed: i64,
            /// What disputes took for good, in minor units.
            lost: i64,
            /// Why it was refused.
            reason: Option<String>,
            /// The invoice it was to pay, while no money of it arrived.
            invoice_id: Option<InvoiceId>,
            /// When the log last heard of it.
            changed_at: DateTime<Utc>,
        }
    }
    check "status in ('pending', 'action_required', 'unknown', 'declined') \
        or amount = allocated + credit + unapplied + refunding + refunded + disputed + lost";
    index "(tenant_id, received_on, payment_id)";
    index "(tenant_id, client_id, received_on, payment_id)";
    index "(tenant_id, invoice_id, status) where invoice_id is not null";
}

row! {
    /// A part of a payment that paid an invoice.
    pub struct AllocationRow in "allocations" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The payment.
            payment_id: PaymentId,
            /// Counts the allocations of the payment from 1.
            allocation_no: i64,
        }
        appended {
            /// The invoice.
            invoice_id: InvoiceId,
            /// How much, in minor units.
            amount: i64,
            /// Currency of the amount.
            currency: Currency,
            /// The business day.
            allocated_on: NaiveDate,
            /// Position of the event.
            position: i64,
        }
    }
    check "amount > 0";
    index "(tenant_id, invoice_id, position)";
}

row! {
    /// A part of an allocation that was taken back.
    pub struct ReversalRow in "reversals" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The payment.
            payment_id: PaymentId,
            /// Counts the reversals of the payment from 1.
            reversal_no: i64,
        }
        appended {
            /// The allocation.
            allocation_no: i64,
            /// The invoice.
            invoice_id: InvoiceId,
            /// How much, in minor units.
            amount: i64,
            /// Currency of the amount.
            currency: Currency,
            /// Whether the invoice asks for it again; else it came out of the client's credit.
            reopens: bool,
            /// The business day.
            reversed_on: NaiveDate,
            /// Position of the event.
            position: i64,
        }
    }
    check "amount > 0";
    index "(tenant_id, invoice_id, position)";
}

row! {
    /// Money promised or sent back.
    pub struct RefundRow in "refunds" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The payment.
            payment_id: PaymentId,
            /// Counts the refunds of the payment from 1.
            refund_no: i64,
        }
        replaced {
            /// To whom.
            client_id: ClientId,
            /// How it stands.
            status: RefundStatus,
            /// How much, in minor units.
            amount: i64,
            /// Currency of the amount.
            currency: Currency,
            /// Why it was promised.
            reason: String,
            /// The day it was promised.
            requested_on: NaiveDate,
            /// The day it was sent.
            sent_on: Option<NaiveDate>,
            /// The gateway's own name for it.
            reference: Option<String>,
            /// Why it could not be sent.
            failure: Option<String>,
        }
    }
    check "amount > 0";
    index "(tenant_id, status, requested_on, payment_id)";
}

row! {
    /// Money that a client's bank took back.
    pub struct DisputeRow in "disputes" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The payment.
            payment_id: PaymentId,
            /// Counts the disputes of the payment from 1.
            dispute_no: i64,
        }
        replaced {
            /// Who disputes.
            client_id: ClientId,
            /// The gateway's own name for it.
            reference: Option<String>,
            /// What the bank said.
            reason: String,
            /// Currency of all amounts.
            currency: Currency,
            /// What the bank claims, in minor units.
            claimed: i64,
            /// What was taken out of the payment, in minor units.
            amount: i64,
            /// What of that is not decided, in minor units.
            undecided: i64,
            /// What of it was lost, in minor units.
            lost: i64,
            /// The day it was opened.
            opened_on: NaiveDate,
            /// The day of the last decision.
            decided_on: Option<NaiveDate>,
        }
    }
    check "undecided >= 0 and lost >= 0 and undecided + lost <= amount";
    index "(tenant_id, opened_on, payment_id)";
}

/// The projection.
#[derive(Debug)]
pub struct PaymentList;

/// Its tables.
#[derive(Debug, Default)]
pub struct PaymentTables {
    payments: Replaced<PaymentRow>,
    allocations: Appended<AllocationRow>,
    reversals: Appended<ReversalRow>,
    refunds: Replaced<RefundRow>,
    disputes: Replaced<DisputeRow>,
}

impl Tables for PaymentTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![
            &mut self.payments,
            &mut self.allocations,
            &mut self.reversals,
            &mut self.refunds,
            &mut self.disputes,
        ]
    }
}

impl Projection for PaymentList {
    const NAME: &'static str = "payment_list";
    const VERSION: u32 = 3;
    const STREAMS: &'static [&'static str] = &["payment"];
    const ON_ERROR: OnError = OnError::Stop;
    const PROOFS: &'static [Proof] = &[Proof {
        rule: "what a payment pays is the sum of its allocations less what was taken back of them",
        violations: "select format('%s %s', tenant_id, payment_id) \
             from {payment_list} p full join ( \
                 select tenant_id, payment_id, sum(amount) as allocated from ( \
                     select tenant_id, payment_id, amount from {payment_list_allocations} \
                     union all \
                     select tenant_id, payment_id, -amount from {payment_list_reversals} \
                 ) parts group by 1, 2 \
             ) a using (tenant_id, payment_id) \
             where coalesce(p.allocated, -1) <> coalesce(a.allocated, 0)",
        reads_log: false,
    }];
    type Rows = PaymentTables;

    fn apply(rows: &mut PaymentTables, fact: &Fact<'_>) -> Result<(), FoldError> {
        match fact.event()? {
            Event::Payment(event) => apply::apply(rows, fact, event),
            _ => Ok(()),
        }
    }
}
