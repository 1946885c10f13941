//! What may be asked of a client's credit.

use chrono::NaiveDate;

use crate::credit::CreditSource;
use crate::kernel::{ClientId, InvoiceId, Money, PaymentId};

/// A request about a client's credit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreditCommand {
    /// Add to it.
    Grant(GrantCredit),
    /// Pay an invoice with it.
    Spend(SpendCredit),
    /// Take out of it what a payment gives back.
    Withdraw(WithdrawCredit),
}

/// Credit that comes in. The same source grants once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantCredit {
    /// Whose it is.
    pub client_id: ClientId,
    /// How much; more than nothing.
    pub amount: Money,
    /// Where it comes from.
    pub source: CreditSource,
    /// Its last day, if it has one.
    pub expires_on: Option<NaiveDate>,
}

/// Credit that pays an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpendCredit {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// At most how much; more than nothing. Less is spent if less is there.
    pub up_to: Money,
}

/// Credit that leaves again, because the payment it came from gives its money back: a payment that
/// had paid an invoice which was voided since. The payment counts its reversals, and asks once for
/// each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithdrawCredit {
    /// The voided invoice whose money became credit.
    pub invoice_id: InvoiceId,
    /// The payment.
    pub payment_id: PaymentId,
    /// Which reversal of the payment, from 1.
    pub reversal_no: u32,
    /// How much; more than nothing.
    pub amount: Money,
    /// What may be taken.
    pub reach: Reach,
}

/// How far a withdrawal reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Only what is left. We decide whether money goes back, so it does not where the client has
    /// spent it.
    Left,
    /// Also what has paid invoices since, the latest first: they ask for it again. A bank does not
    /// ask whether the money is still there.
    Spent {
        /// Invoices that cannot ask again, because they are voided themselves.
        except: Vec<InvoiceId>,
    },
}
