//! Billfold's pure domain: what may happen, and what it means for the books.
//!
//! Nothing here reads a clock, draws a random number, touches a disk or a network. A command
//! comes in with everything it needs ([`kernel::Issued`]); an aggregate answers with events or a
//! refusal ([`kernel::Aggregate`]). The same inputs give the same cents for ever. No amount is a
//! float, no operation on money is silent about failing, and no function panics.
//!
//! # The tour, in reading order
//!
//! [`kernel`] holds the words the rest is written in: money and its one rounding, rates,
//! periods, identities, document numbers, sealed personal data, refusals.
//!
//! [`tenant`] is a seller: whose books these are, how documents are numbered, and in which time
//! zone a day begins. Every other stream belongs to one.
//!
//! [`client`] is somebody who buys. Contact details are sealed, so that a person can be forgotten
//! while the history stays whole.
//!
//! [`product`] is something to sell. Its prices are versions with a first day; a price that was
//! set never changes.
//!
//! [`order`] is what a client asked for on a day, at the prices of that day. It becomes an
//! invoice or comes to nothing.
//!
//! [`invoice`] is the heart: a draft whose totals are computed by the very code that issues it,
//! then a frozen, numbered document that is paid, voided by a credit note, or written off.
//! `invoice/decide.rs` is every way an invoice can be refused.
//!
//! [`subscription`] is a service that is billed again and again: intervals, anchors, the periods
//! between them, and what a part of one costs. `subscription/periods.rs` is the row of periods,
//! `subscription/conventions.rs` every setting under which time becomes money.
//!
//! [`tax`] says what a sale owes to whom: which rate on which day, where an EU sale is taxed, what
//! the taxes of lines sum to. Every tax is exact until its one rounding.
//!
//! [`coupon`] is money off by a code: whether a client may have it, and what it takes off lines.
//!
//! [`credit`] says what a client's credit pays before money is asked for.
//!
//! [`credit_note`] gives back what was billed: the notes of an invoice sum to it exactly.
//!
//! [`payment`] is money that arrived. What it pays, what became credit, what nobody has matched
//! and what went back by refunds and disputes sum to what arrived, always.
//!
//! [`payment_method`] is a client's card, bank account or wallet, known by a gateway's token.
//!
//! [`ledger`] turns each of those facts into a balanced posting, by a table per noun.
//!
//! [`schema`] reads stored events back, old versions included.
//!
//! # What callers rely on
//!
//! One business fact may touch two aggregates: a payment that settles pays invoices, a refund or
//! a dispute takes it back. The application runs both decisions in one transaction and passes the
//! payment's allocation or reversal number on, so that an invoice takes each of them once
//! ([`invoice::ApplyPayment`], [`invoice::UnapplyPayment`]). Aggregates never call each other.

pub mod client;
pub mod coupon;
pub mod credit;
pub mod credit_note;
pub mod invoice;
pub mod kernel;
pub mod ledger;
pub mod order;
pub mod payment;
pub mod payment_method;
pub mod product;
pub mod schema;
pub mod subscription;
pub mod tax;
pub mod tenant;
