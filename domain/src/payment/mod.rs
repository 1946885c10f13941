//! A payment: money that arrived, or an attempt to collect it, what it pays, and what of it went
//! back.
//!
//! | state     | attempt   | settle  | decline  | allocate, unallocate, refund, dispute |
//! | --------- | --------- | ------- | -------- | -------------------------------------- |
//! | absent    | attempted | settled | declined | –                                      |
//! | attempted | attempted | settled | declined | –                                      |
//! | settled   | –         | –       | –        | settled                                |
//! | declined  | –         | –       | –        | –                                      |
//!
//! A refund is requested, then sent or failed. A dispute is opened, then won and lost in one or
//! more parts that sum to it.
//!
//! Guarantees that what a payment pays, what became credit, what nobody has matched, what was
//! promised or sent back and what disputes took sum to what arrived, to the cent, so that never
//! more goes back than came (PAY-16); and that a gateway's reference belongs to one payment.
//! Another try is another payment. A report that comes late or twice changes nothing (PAY-20).
//! Absent on purpose: what becomes of the client's credit once it is spent elsewhere, and what a
//! refund means for the invoice as a document, which a credit note says.

mod allocation;
mod attempt;
mod command;
mod decide;
mod disputing;
mod drawing;
mod error;
mod event;
mod history;
mod refunding;
mod returned;
mod state;
#[cfg(test)]
mod tests;

pub use allocation::{Allocation, Drawn, GiveBack, RefundFrom, Reversal, Share, Source};
pub use attempt::{Attempt, AttemptStage, Decline};
pub use command::{
    AttemptPayment, DeclinePayment, OpenDispute, PaymentCommand, RequestRefund, SettlePayment,
};
pub use drawing::spread;
pub use error::PaymentRefusal;
pub use event::PaymentEvent;
pub use returned::{Dispute, Refund, RefundStage};
pub use state::{DeclinedPayment, Payment, SettledPayment};
