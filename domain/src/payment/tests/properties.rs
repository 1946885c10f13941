//! What holds for any sequence of requests: every cent lies somewhere, nothing goes back twice,
//! and the ledger, the payment and its invoices never disagree.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::invoice::{
    ApplyPayment, CompleteInvoice, DraftFor, GivenBack, Invoice, InvoiceCommand, InvoiceEvent,
    IssueTerms, LineKind, NewLine, Particulars, Seller, TaxCategory, TaxTreatment, UnapplyCause,
    UnapplyPayment,
};
use crate::kernel::testing::replay_law;
use crate::kernel::{
    Country, DocumentKind, NumberFormat, PaymentId, Percent, Quantity, Series, UnitPrice,
};
use crate::ledger::{accounts, postings};

proptest! {
    #[test]
    fn whatever_is_asked_every_cent_that_arrived_lies_somewhere(
        amount in 1_i64..10_000,
        first in prop::collection::vec(1_i64..4_000, 0..4),
        to_credit in 0_i64..4_000,
        later in prop::collection::vec((1_i64..4_000, any::<bool>()), 0..12),
    ) {
        let shares = (0_u128..).zip(first).map(|(bits, minor)| share(bits, minor)).collect();
        let (amount, to_credit) = (eur(amount), eur(to_credit));
        let ask = SettlePayment { amount, to_credit, allocations: shares, ..new() };
        let mut history = Payment::Absent.decide(&settle(ask)).unwrap_or_default();
        for (bits, (minor, credit)) in (100_u128..).zip(later) {
            let from = if credit { Source::Credit } else { Source::Unapplied };
            let state = Payment::fold(&history);
            history.extend(state.decide(&allocate(bits, minor, from)).unwrap_or_default());
        }
        replay_law::<Payment>(&history);
        if let Payment::Settled(paid) = Payment::fold(&history) {
            let parts = paid.allocations.iter().map(|allocation| allocation.amount);
            let places = parts.chain([paid.credit, paid.unapplied]);
            prop_assert_eq!(Money::sum(Currency::EUR, places), Ok(amount));
            prop_assert!(!paid.credit.is_negative() && !paid.unapplied.is_negative());
            let numbers: Vec<_> = paid.allocations.iter().map(|allocation| allocation.no).collect();
            prop_assert!(numbers.iter().copied().eq((1..).take(numbers.len())));
        }
    }

    #[test]
    fn books_payment_and_invoices_agree_whatever_is_paid_refunded_and_disputed(
        moves in prop::collection::vec(moves(), 1..40),
    ) {
        let mut world = World::new();
        for one in moves {
            world.make(one);
            world.check()?;
        }
        replay_law::<Payment>(&world.payment_history);
        for history in &world.invoice_histories {
            replay_law::<Invoice>(history);
        }
    }
}

/// Something that happens. Numbers may name what does not exist; then it is refused.
#[derive(Clone, Debug)]
enum Move {
    Pay(i64),
    Allocate(usize, i64, Source),
    Unallocate(u32, i64, Source),
    Refund(i64, RefundFrom),
    Confirm(u32),
    Fail(u32),
    Dispute(i64),
    Win(u32, i64),
    Lose(u32),
    Fee(u32, i64),
    OtherMoney(usize, i64),
    Credit(usize, i64),
    Void(usize),
    WriteOff(usize),
}

fn moves() -> impl Strategy<Value = Move> {
    let place = || prop::sample::select(vec![Source::Unapplied, Source::Credit]);
    let from = prop_oneof![
        3 => Just(RefundFrom::Anywhere),
        1 => (1_u128..3).prop_map(|bits| RefundFrom::Invoice(invoice(bits))),
        1 => place().prop_map(RefundFrom::Place),
    ];
    prop_oneof![
        2 => (1_i64..20_000).prop_map(Move::Pay),
        2 => (0_usize..2, 1_i64..6_000, place()).prop_map(|(at, m, p)| Move::Allocate(at, m, p)),
        2 => (1_u32..6, 1_i64..6_000, place()).prop_map(|(no, m, p)| Move::Unallocate(no, m, p)),
        4 => (1_i64..9_000, from).prop_map(|(minor, from)| Move::Refund(minor, from)),
        2 => (1_u32..5).prop_map(Move::Confirm),
        2 => (1_u32..5).prop_map(Move::Fail),
        3 => (1_i64..12_000).prop_map(Move::Dispute),
        3 => (1_u32..4, 1_i64..9_000).prop_map(|(no, minor)| Move::Win(no, minor)),
        2 => (1_u32..4).prop_map(Move::Lose),
        1 => (1_u32..4, 1_i64..2_000).prop_map(|(no, minor)| Move::Fee(no, minor)),
        2 => (0_usize..2, 1_i64..6_000).prop_map(|(at, minor)| Move::OtherMoney(at, minor)),
        1 => (0_usize..2, 1_i64..3_000).prop_map(|(at, minor)| Move::Credit(at, minor)),
        1 => (0_usize..2).prop_map(Move::Void),
        1 => (0_usize..2).prop_map(Move::WriteOff),
    ]
}

/// One payment and two invoices over 60.00 each, and everything posted so far.
struct World {
    payment: Payment,
    payment_history: Vec<PaymentEvent>,
    invoices: Vec<Invoice>,
    invoice_histories: Vec<Vec<InvoiceEvent>>,
    accounts: BTreeMap<&'static str, i64>,
    notes: u32,
}

const PAYMENT: PaymentId = PaymentId::new(Uuid::from_u128(50));

impl World {
    fn new() -> Self {
        let mut world = Self {
            payment: Payment::Absent,
            payment_history: Vec::new(),
            invoices: vec![Invoice::Absent, Invoice::Absent],
            invoice_histories: vec![Vec::new(), Vec::new()],
            accounts: BTreeMap::new(),
            notes: 0,
        };
        for at in 0..2 {
            world.invoice(at, InvoiceCommand::IssueComplete(over_sixty()));
        }
        world
    }

    fn make(&mut self, one: Move) {
        match one {
            Move::Pay(minor) => self.pay(minor),
            Move::Allocate(at, minor, from) => {
                let owed = self.owed(at);
                let (invoice_id, amount) = (id(at), eur(minor.min(owed)));
                self.ask(PaymentCommand::Allocate { invoice_id, amount, from });
            }
            Move::Unallocate(allocation_no, minor, to) => {
                let settled = self.payment.settled();
                let mut known = settled.iter().flat_map(|paid| &paid.allocations);
                let voided = known
                    .find(|part| part.no == allocation_no)
                    .is_some_and(|part| self.voided().contains(&part.invoice_id));
                let amount = eur(minor);
                self.ask(PaymentCommand::Unallocate { allocation_no, amount, to, voided });
            }
            Move::Refund(minor, from) => {
                let (amount, voided, reason) = (eur(minor), self.voided(), "goodwill".to_owned());
                let request = RequestRefund { amount, from, voided, reason };
                self.ask(PaymentCommand::RequestRefund(request));
            }
            Move::Confirm(refund_no) => {
                let sent_on = TODAY;
                self.ask(PaymentCommand::ConfirmRefund { refund_no, reference: None, sent_on });
            }
            Move::Fail(refund_no) => self.fail(refund_no),
            Move::Dispute(minor) => {
                self.ask(PaymentCommand::OpenDispute(OpenDispute {
                    reference: None,
                    claimed: eur(minor),
                    voided: self.voided(),
                    reason: "not received".into(),
                    opened_on: TODAY,
                }));
            }
            Move::Win(dispute_no, minor) => self.win(dispute_no, minor),
            Move::Lose(dispute_no) => {
                self.ask(PaymentCommand::LoseDispute { dispute_no, on: TODAY });
            }
            Move::Fee(dispute_no, minor) => {
                let fee = eur(minor);
                self.ask(PaymentCommand::ChargeDisputeFee { dispute_no, fee, on: TODAY });
            }
            Move::OtherMoney(at, minor) => self.other_money(at, minor),
            Move::Credit(at, minor) => self.credit(at, minor),
            Move::Void(at) => {
                let format = NumberFormat::yearly("CN");
                let series = Series::new(&format, DocumentKind::CreditNote, TODAY);
                let credit_note = series.next(|_| None).unwrap();
                self.invoice(at, InvoiceCommand::Void { reason: "mistake".into(), credit_note });
            }
            Move::WriteOff(at) => {
                self.invoice(at, InvoiceCommand::WriteOff { reason: "insolvent".into() });
            }
        }
    }

    /// The payment arrives: half pays the first invoice as far as it is owed, the rest is split.
    fn pay(&mut self, minor: i64) {
        let pays = (minor / 2).min(self.owed(0));
        let allocations = if pays > 0 { vec![share(1, pays)] } else { Vec::new() };
        let to_credit = eur((minor - pays) / 3);
        let ask = SettlePayment { amount: eur(minor), allocations, to_credit, ..new() };
        self.ask(PaymentCommand::Settle(ask));
    }

    fn fail(&mut self, refund_no: u32) {
        let known = self.payment.settled().and_then(|paid| paid.refund(refund_no));
        let Some((drawn, amount)) = known.map(|it| (it.drawn.clone(), it.amount)) else { return };
        let back = drawn.give_back(amount, |id| eur(self.owed_by(id))).unwrap();
        let reason = "account closed".to_owned();
        self.ask(PaymentCommand::FailRefund { refund_no, reason, back });
    }

    fn win(&mut self, dispute_no: u32, minor: i64) {
        let known = self.payment.settled().and_then(|paid| paid.dispute(dispute_no));
        let Some((drawn, left)) = known.map(|it| (it.drawn.clone(), it.undecided)) else { return };
        let amount = eur(minor.min(left.minor()));
        let back = drawn.give_back(amount, |id| eur(self.owed_by(id))).unwrap();
        self.ask(PaymentCommand::WinDispute { dispute_no, amount, back, on: TODAY });
    }

    /// Another payment pays an invoice; of the ledger only the receivable is kept here.
    fn other_money(&mut self, at: usize, minor: i64) {
        let apply = InvoiceCommand::ApplyPayment(ApplyPayment {
            payment_id: PaymentId::new(Uuid::from_u128(60)),
            allocation_no: u32::try_from(self.invoice_histories[at].len()).unwrap(),
            client_id: new().client_id,
            amount: eur(minor.min(self.owed(at))),
        });
        for event in self.invoice(at, apply) {
            if let InvoiceEvent::PaymentApplied { amount, .. } = event {
                self.book(accounts::RECEIVABLE.as_str(), -amount.minor());
                self.book(accounts::BANK.as_str(), amount.minor());
            }
        }
    }

    /// A credit note, which posts for itself.
    fn credit(&mut self, at: usize, minor: i64) {
        self.notes += 1;
        let credit_note = format!("CN-{}", self.notes);
        let note = InvoiceCommand::ApplyCreditNote {
            credit_note,
            amount: eur(minor),
            given_back: GivenBack::default(),
        };
        for event in self.invoice(at, note) {
            if let InvoiceEvent::CreditNoteApplied { amount, offset, to_credit, .. } = event {
                self.book(accounts::RECEIVABLE.as_str(), -offset.minor());
                self.book(accounts::CUSTOMER_CREDIT.as_str(), -to_credit.minor());
                self.book(accounts::REVENUE.as_str(), amount.minor());
            }
        }
    }

    /// Asks the payment, and passes on to the invoices what it says about them.
    fn ask(&mut self, command: PaymentCommand) {
        for event in self.payment.decide(&issued(command)).unwrap_or_default() {
            self.post(&event.clone().into());
            self.payment.apply(&event);
            self.payment_history.push(event.clone());
            match event {
                PaymentEvent::Settled { allocations, .. }
                | PaymentEvent::RefundFailed { allocations, .. }
                | PaymentEvent::DisputeWon { allocations, .. } => {
                    allocations.iter().for_each(|part| self.applied(*part));
                }
                PaymentEvent::Allocated { no, invoice_id, amount, .. } => {
                    self.applied(Allocation { no, invoice_id, amount });
                }
                PaymentEvent::Unallocated { reversal, .. } => {
                    self.reopened(reversal, UnapplyCause::Moved);
                }
                PaymentEvent::RefundRequested { drawn, .. } => {
                    let reversals = drawn.reversals.into_iter();
                    reversals.for_each(|one| self.reopened(one, UnapplyCause::Refunded));
                }
                PaymentEvent::DisputeOpened { drawn, .. } => {
                    let reversals = drawn.reversals.into_iter();
                    reversals.for_each(|one| self.reopened(one, UnapplyCause::Disputed));
                }
                _ => {}
            }
        }
    }

    fn applied(&mut self, part: Allocation) {
        let apply = ApplyPayment {
            payment_id: PAYMENT,
            allocation_no: part.no,
            client_id: new().client_id,
            amount: part.amount,
        };
        let at = at(part.invoice_id);
        let events = self.invoice(at, InvoiceCommand::ApplyPayment(apply));
        assert!(!events.is_empty(), "the invoice refuses what the payment says it pays");
    }

    fn reopened(&mut self, reversal: Reversal, cause: UnapplyCause) {
        if !reversal.reopens {
            return;
        }
        let unapply = InvoiceCommand::UnapplyPayment(UnapplyPayment {
            payment_id: PAYMENT,
            allocation_no: reversal.allocation_no,
            reversal_no: reversal.no,
            amount: reversal.amount,
            cause,
        });
        let events = self.invoice(at(reversal.invoice_id), unapply.clone());
        assert!(!events.is_empty(), "the invoice refuses what the payment takes back");
        let again = self.invoice(at(reversal.invoice_id), unapply);
        assert!(again.is_empty(), "a reversal counts twice");
    }

    fn invoice(&mut self, at: usize, command: InvoiceCommand) -> Vec<InvoiceEvent> {
        let events = self.invoices[at].decide(&issued(command)).unwrap_or_default();
        for event in &events {
            self.post(&event.clone().into());
            self.invoices[at].apply(event);
        }
        self.invoice_histories[at].extend(events.clone());
        events
    }

    fn post(&mut self, event: &crate::schema::Event) {
        let posting = postings(event).unwrap();
        for entry in posting.iter().flat_map(|posting| posting.entries()) {
            self.book(entry.account.as_str(), entry.signed().minor());
        }
    }

    fn book(&mut self, account: &'static str, minor: i64) {
        *self.accounts.entry(account).or_default() += minor;
    }

    fn owed(&self, at: usize) -> i64 {
        match &self.invoices[at] {
            Invoice::Open(document) => document.balance_due.minor(),
            _ => 0,
        }
    }

    fn owed_by(&self, invoice_id: InvoiceId) -> i64 {
        self.owed(at(invoice_id))
    }

    fn voided(&self) -> Vec<InvoiceId> {
        let void = |at: &usize| matches!(self.invoices[*at], Invoice::Void { .. });
        (0..2).filter(void).map(id).collect()
    }

    fn stands(&self, code: crate::ledger::AccountCode) -> i64 {
        self.accounts.get(code.as_str()).copied().unwrap_or(0)
    }

    fn check(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.accounts.values().sum::<i64>(), 0, "the ledger does not balance");
        let asked = self.owed(0) + self.owed(1);
        prop_assert!(self.owed(0) >= 0 && self.owed(1) >= 0);
        let receivable = self.stands(accounts::RECEIVABLE) + self.stands(accounts::DISPUTES);
        prop_assert_eq!(receivable, asked, "receivables are not the open invoices");
        let Some(paid) = self.payment.settled() else { return Ok(()) };
        let minor = |of: Vec<Money>| of.into_iter().map(Money::minor).sum::<i64>();
        let refunded = paid.refunds.iter().filter(|it| it.stage != RefundStage::Failed);
        let refunded = minor(refunded.map(|refund| refund.amount).collect());
        let disputed = minor(paid.disputes.iter().map(|it| it.taken().unwrap()).collect());
        let held = minor(paid.disputes.iter().map(|it| it.held).collect());
        let left = paid.refundable().unwrap().minor();
        prop_assert!(refunded + disputed <= paid.amount.minor() && left >= 0);
        prop_assert_eq!(left + refunded + disputed, paid.amount.minor());
        prop_assert!(!paid.credit.is_negative() && !paid.unapplied.is_negative());
        prop_assert_eq!(self.stands(accounts::DISPUTES), held);
        prop_assert_eq!(-self.stands(accounts::UNAPPLIED_CASH), paid.unapplied.minor());
        let promised = paid.refunds.iter().filter(|it| it.stage == RefundStage::Requested);
        let promised = minor(promised.map(|refund| refund.amount).collect());
        prop_assert_eq!(-self.stands(accounts::REFUNDS_PAYABLE), promised);
        for allocation in &paid.allocations {
            let pays = paid.left_of(allocation).unwrap();
            let document = self.invoices[at(allocation.invoice_id)].document().unwrap();
            if !self.voided().contains(&allocation.invoice_id) {
                prop_assert_eq!(document.pays(PAYMENT, allocation.no), pays);
            }
        }
        Ok(())
    }
}

/// The place of an invoice in the world.
fn at(invoice_id: InvoiceId) -> usize {
    usize::from(invoice_id != invoice(1))
}

/// The invoice at a place.
fn id(at: usize) -> InvoiceId {
    if at == 0 { invoice(1) } else { invoice(2) }
}

fn over_sixty() -> CompleteInvoice {
    let country = Country::parse("DE").unwrap();
    let tax = TaxTreatment { category: TaxCategory::O, rate: Percent::ZERO, country };
    let line = NewLine {
        kind: LineKind::Hosting,
        description: "Web hosting".into(),
        quantity: Quantity::ONE,
        unit_price: UnitPrice::parse("60", Currency::EUR).unwrap(),
        tax,
        period: None,
        product_id: None,
    };
    let series = NumberFormat::yearly("INV");
    let number = Series::new(&series, DocumentKind::Invoice, TODAY).next(|_| None).unwrap();
    let seller = Seller { name: "Seller".into(), country, vat_id: None, letterhead: None };
    let terms = IssueTerms {
        number,
        due_date: Some(TODAY),
        seller,
        buyer: None,
        particulars: Particulars::default(),
    };
    let draft = DraftFor { client_id: new().client_id, currency: Currency::EUR, order_id: None };
    CompleteInvoice {
        draft,
        lines: vec![line],
        terms,
        subscriptions: Vec::new(),
        lowerings: Vec::new(),
        origin: None,
    }
}
