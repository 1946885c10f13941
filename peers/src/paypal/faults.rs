//! What can go wrong between a caller and PayPal.

use std::time::Duration;

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// A token.
    Token,
    /// Opens an order.
    Create,
    /// Shows an order.
    ShowOrder,
    /// Captures an order.
    Capture,
    /// Shows a capture.
    ShowCapture,
    /// Refunds a capture.
    Refund,
    /// Shows a refund.
    ShowRefund,
    /// Shows a dispute.
    ShowDispute,
    /// Accepts a claim.
    AcceptClaim,
    /// Shows a webhook.
    ShowWebhook,
    /// Says whether a notification is PayPal's.
    VerifySignature,
    /// Hands out a certificate.
    Certificate,
}

/// What goes wrong with one call.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The connection breaks off before anything is done.
    DropBefore,
    /// The connection breaks off after it was done.
    DropAfter,
    /// 503 before anything is done.
    FailBefore,
    /// 500 after it was done.
    FailAfter,
    /// 429 before anything is done, with a pause in seconds.
    TooMany(u64),
    /// 401 before anything is done.
    Stranger,
    /// The answer is another one; nothing is done.
    Says(u16, String),
    /// It takes so long.
    Delay(Duration),
    /// A capture takes so many minor units more or less than the order says.
    OtherAmount(i64),
}

/// Faults that wait for their call: each is used once, in the order they were given.
#[derive(Debug, Default)]
pub struct Faults(Vec<(Operation, Fault)>);

impl Faults {
    /// The next call of an operation meets this.
    pub fn add(&mut self, operation: Operation, fault: Fault) {
        self.0.push((operation, fault));
    }

    /// What a call meets.
    pub(super) fn take(&mut self, operation: Operation) -> Option<Fault> {
        let at = self.0.iter().position(|(of, _)| *of == operation)?;
        Some(self.0.remove(at).1)
    }
}
