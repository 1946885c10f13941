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
//! [`tax_rate`] keeps the rates a seller charges: which on which day, and who is exempt.
//!
//! [`coupon`] is money off by a code: whether a client may have it, what it takes off lines, and
//! who has it; it is never redeemed more often than it may be.
//!
//! [`gift_card`] is money that was paid before anything was bought: owed until it is redeemed.
//!
//! [`billing_run`] is what was to be billed by a day, how that went, and who was set aside.
//!
//! [`client_group`] is clients who share a price: a tier, and a discount.
//!
//! [`affiliate`] is a client who brings others: what their payments earned, which refund took it
//! back, and what was paid out.
//!
//! [`credit`] says what a client's credit pays before money is asked for.
//!
//! [`credit_note`] gives back what was billed: the notes of an invoice sum to it exactly.
//!
//! [`proforma`] says what an invoice would, before there is one; nobody owes anything for it.
//!
//! [`payment`] is money that arrived. What it pays, what became credit, what nobody has matched
//! and what went back by refunds and disputes sum to what arrived, always.
//!
//! [`payment_method`] is a client's card, bank account or wallet, known by a gateway's token.
//!
//! [`gateway`] is an account at a payment provider: what is set for it, whether that was tested,
//! and whether payers are offered it. [`driver`] is what calls it, and may be paused. [`effect`]
//! is something that is to be done outside, once it needs a person.
//!
//! [`settlement`] is what a provider or a bank says moved, line by line, against what we know.
//!
//! [`staff`] is who works for the seller. [`role`] is a set of permissions and who has it: what
//! anybody might do, at any moment. [`department`] is staff who do one kind of work.
//!
//! [`receivable`] says how late is what is owed, and [`dunning`] what happens to whoever does not
//! pay: strategies as data, and one pure function from an invoice's facts to the next step.
//!
//! [`webhook_endpoint`] is where another program is told of events, and of which.
//!
//! [`metrics`] defines figures about recurring revenue.
//! [`einvoice`] says what EN 16931 wants of a document before it may be issued, rule by rule.
//! [`revenue`] spreads what was billed over the days in which it is earned, and [`recognition`]
//! says through which day that became revenue.
//!
//! [`service`] is what was sold and is kept on a server: what is wanted of its account and what
//! the account is, what holds it, and how long it may run on what was paid for it. [`server`] is
//! where accounts are kept, with its slots and its health, and [`server_group`] picks who gets the
//! next.
//!
//! [`ledger`] turns each of those facts into a balanced posting, by a table per noun.
//! [`accounting_period`] says which months of it are closed, and holds entries by hand.
//!
//! [`data_subject`] notes what was done with everything that is held about somebody.
//! [`sign_in`] notes who came in, who did not, and how sessions ended. [`api_key`] is with what
//! programs come in.
//!
//! [`approval`] holds back what needs a second person.
//!
//! [`schema`] reads stored events back, old versions included.
//!
//! # What callers rely on
//!
//! One business fact may touch two aggregates: a payment that settles pays invoices, a refund or
//! a dispute takes it back. The application runs both decisions in one transaction and passes the
//! payment's allocation or reversal number on, so that an invoice takes each of them once
//! ([`invoice::ApplyPayment`], [`invoice::UnapplyPayment`]). Aggregates never call each other.

pub mod accounting_period;
pub mod affiliate;
pub mod api_key;
pub mod approval;
pub mod billing_run;
pub mod client;
pub mod client_group;
pub mod coupon;
pub mod credit;
pub mod credit_note;
pub mod data_subject;
pub mod department;
pub mod driver;
pub mod dunning;
pub mod effect;
pub mod einvoice;
pub mod gateway;
pub mod gift_card;
pub mod invoice;
pub mod kernel;
pub mod ledger;
pub mod metrics;
pub mod order;
pub mod payment;
pub mod payment_method;
pub mod product;
pub mod proforma;
pub mod receivable;
pub mod recognition;
pub mod revenue;
pub mod role;
pub mod schema;
pub mod server;
pub mod server_group;
pub mod service;
pub mod settlement;
pub mod sign_in;
pub mod staff;
pub mod subscription;
pub mod tax;
pub mod tax_rate;
pub mod tenant;
pub mod webhook_endpoint;
