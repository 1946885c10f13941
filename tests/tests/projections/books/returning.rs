//! Money that goes back: refunds, disputes and what becomes of them, passed on to the invoices as
//! the application does.

use billfold_domain::credit::{
    CreditCommand, CreditEvent, CreditSource, GrantCredit, Reach, WithdrawCredit,
};
use billfold_domain::invoice::{
    InvoiceCommand, UnapplyCause, UnapplyCredit, UnapplyPayment, VoidedInvoice,
};
use billfold_domain::payment::{
    Allocation, OpenDispute, PaymentEvent, RefundFrom, RequestRefund, Reversal, SettledPayment,
};

use super::{
    ClientId, Event, History, Invoice, InvoiceId, Money, PaymentCommand, PaymentId, Share, Source,
    Step, currency,
};

impl History {
    /// Sends back a part of a payment, or goes on with what was sent back before.
    pub(super) fn send_back(&mut self, seller: usize, pick: usize, step: Step) {
        let Some(at) = pick.checked_rem(self.sellers[seller].payments.len()) else { return };
        let (id, client_id, mut state) = self.sellers[seller].payments[at].clone();
        let Some(command) =
            state.settled().and_then(|settled| self.next_return(seller, settled, step))
        else {
            return;
        };
        let before = self.events.len();
        self.run(seller, id.uuid(), &mut state, command);
        self.sellers[seller].payments[at].2 = state;
        let told: Vec<Event> = self.events[before..].iter().map(|it| it.event.clone()).collect();
        for event in told {
            if let Event::Payment(event) = event {
                self.pass_on(seller, client_id, id, &event);
            }
        }
    }

    fn next_return(
        &self,
        seller: usize,
        settled: &SettledPayment,
        step: Step,
    ) -> Option<PaymentCommand> {
        let left = settled.refundable().unwrap().minor();
        let minor = (i64::from(step.amount) * 20 + 1).min(left);
        let amount = Money::try_new(minor, currency(seller)).unwrap();
        let (voided, reason, on) = (self.voided(seller), "asked".to_owned(), self.today(seller));
        let (refund, dispute) = (settled.refunds.last(), settled.disputes.last());
        Some(match step.amount % 9 {
            0 | 1 => {
                let from = if step.which.is_multiple_of(3) {
                    RefundFrom::Place(Source::Unapplied)
                } else {
                    RefundFrom::Anywhere
                };
                PaymentCommand::RequestRefund(RequestRefund { amount, from, voided, reason })
            }
            2 => {
                let (refund_no, reference) = (refund?.no, None);
                PaymentCommand::ConfirmRefund { refund_no, reference, sent_on: on }
            }
            3 => {
                let (refund_no, all) = (refund?.no, refund?.amount);
                let back = refund?.drawn.give_back(all, |of| self.still_owed(seller, of)).ok()?;
                PaymentCommand::FailRefund { refund_no, reason, back }
            }
            4 => PaymentCommand::OpenDispute(OpenDispute {
                reference: None,
                claimed: amount,
                voided,
                reason,
                opened_on: on,
            }),
            5 => {
                let (dispute_no, undecided) = (dispute?.no, dispute?.undecided.minor());
                let part = undecided.min(i64::from(step.amount) * 10 + 1);
                let amount = Money::try_new(part, currency(seller)).unwrap();
                let owed = |of| self.still_owed(seller, of);
                let back = dispute?.drawn.give_back(amount, owed).ok()?;
                PaymentCommand::WinDispute { dispute_no, amount, back, on }
            }
            6 => PaymentCommand::LoseDispute { dispute_no: dispute?.no, on },
            7 => PaymentCommand::ChargeDisputeFee { dispute_no: dispute?.no, fee: amount, on },
            _ => {
                let allocation = settled.allocations.last()?;
                let amount = settled.left_of(allocation).ok()?;
                PaymentCommand::Unallocate {
                    allocation_no: allocation.no,
                    amount,
                    to: Source::Credit,
                    voided: voided.contains(&allocation.invoice_id),
                }
            }
        })
    }

    fn pass_on(
        &mut self,
        seller: usize,
        client_id: ClientId,
        payment_id: PaymentId,
        event: &PaymentEvent,
    ) {
        match event {
            PaymentEvent::RefundFailed { allocations, .. }
            | PaymentEvent::DisputeWon { allocations, .. } => {
                for Allocation { no, invoice_id, amount } in allocations.iter().copied() {
                    let share = Share { invoice_id, amount };
                    self.apply_payment(seller, client_id, payment_id, no, share);
                }
            }
            PaymentEvent::RefundRequested { drawn, .. } => {
                self.reopen(
                    seller,
                    client_id,
                    payment_id,
                    &drawn.reversals,
                    UnapplyCause::Refunded,
                );
            }
            PaymentEvent::DisputeOpened { drawn, .. } => {
                self.reopen(
                    seller,
                    client_id,
                    payment_id,
                    &drawn.reversals,
                    UnapplyCause::Disputed,
                );
            }
            PaymentEvent::Unallocated { reversal, .. } => {
                self.reopen(seller, client_id, payment_id, &[*reversal], UnapplyCause::Moved);
            }
            _ => {}
        }
    }

    fn reopen(
        &mut self,
        seller: usize,
        client_id: ClientId,
        payment_id: PaymentId,
        reversals: &[Reversal],
        cause: UnapplyCause,
    ) {
        for reversal in reversals {
            if !reversal.reopens {
                self.withdraw(seller, client_id, payment_id, *reversal);
                continue;
            }
            let invoices = &self.sellers[seller].invoices;
            let at = invoices.iter().position(|(id, _, _)| *id == reversal.invoice_id).unwrap();
            let unapply = InvoiceCommand::UnapplyPayment(UnapplyPayment {
                payment_id,
                allocation_no: reversal.allocation_no,
                reversal_no: reversal.no,
                amount: reversal.amount,
                cause,
            });
            self.of_invoice(seller, at, unapply);
        }
    }

    /// Keeps what was paid of a voided invoice as its client's credit.
    pub(super) fn keep_paid(&mut self, seller: usize, voided: &VoidedInvoice) {
        let (client_id, amount) = (voided.client_id, voided.to_credit);
        let of = self.sellers[seller].invoices.iter().find(|(_, _, state)| {
            let document = state.document();
            document.is_some_and(|document| document.number == voided.invoice_number)
        });
        let source = CreditSource::VoidedInvoice(of.unwrap().0);
        let grant = GrantCredit { client_id, amount, source, expires_on: None };
        self.of_credit(seller, client_id, CreditCommand::Grant(grant));
    }

    /// Takes out of a client's credit what a payment gives back of a voided invoice; the invoices
    /// which that credit paid since ask again.
    fn withdraw(
        &mut self,
        seller: usize,
        client_id: ClientId,
        payment_id: PaymentId,
        reversal: Reversal,
    ) {
        let withdraw = CreditCommand::Withdraw(WithdrawCredit {
            invoice_id: reversal.invoice_id,
            payment_id,
            reversal_no: reversal.no,
            amount: reversal.amount,
            reach: Reach::Spent { except: self.voided(seller) },
        });
        let before = self.events.len();
        let credit_id = self.of_credit(seller, client_id, withdraw);
        let told: Vec<Event> = self.events[before..].iter().map(|it| it.event.clone()).collect();
        for event in told {
            let Event::CreditBalance(event) = event else { continue };
            if let CreditEvent::Unspent {
                no: unspent_no, spent_no: no, invoice_id, amount, ..
            } = event
            {
                let mut invoices = self.sellers[seller].invoices.iter();
                let at = invoices.position(|(id, _, _)| *id == invoice_id).unwrap();
                let unapply = UnapplyCredit { credit_id, no, unspent_no, amount };
                self.of_invoice(seller, at, InvoiceCommand::UnapplyCredit(unapply));
            }
        }
    }

    fn still_owed(&self, seller: usize, invoice: InvoiceId) -> Money {
        let mut invoices = self.sellers[seller].invoices.iter();
        match invoices.find(|(id, _, _)| *id == invoice) {
            Some((_, _, Invoice::Open(document))) => document.balance_due,
            _ => Money::zero(currency(seller)),
        }
    }

    fn voided(&self, seller: usize) -> Vec<InvoiceId> {
        let invoices = self.sellers[seller].invoices.iter();
        let void = invoices.filter(|(_, _, state)| matches!(state, Invoice::Void { .. }));
        void.map(|(id, _, _)| *id).collect()
    }
}
