//! Payments: what one invoice still asks for while it is paid, refunded, disputed and adjusted.

use billfold_domain::invoice::{
    ApplyPayment, CompleteInvoice, DraftFor, GivenBack, Invoice, InvoiceCommand, InvoiceEvent,
    IssueTerms, LineKind, NewLine, Particulars, Seller, TaxCategory, TaxTreatment, UnapplyCause,
    UnapplyPayment,
};
use billfold_domain::kernel::{
    Actor, Aggregate, ClientId, Country, Currency, DocumentKind, InvoiceId, Issued, Money,
    NumberFormat, PaymentId, Percent, Quantity, Series, TenantId,
};
use billfold_domain::payment::{
    AttemptPayment, AttemptStage, Decline, DeclinePayment, Dispute, OpenDispute, Payment,
    PaymentCommand, PaymentEvent, RefundFrom, RequestRefund, Reversal, SettlePayment, Share,
    spread,
};
use chrono::{DateTime, NaiveDate};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, text};

type Done<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Shows the balance after each operation and the client's credit in the end. An operation that
/// the domain refuses changes nothing.
pub(super) fn balance(given: &Value, when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    let mut books = Books::open(Money::parse_major(text(given, "invoice_total")?, currency)?)?;
    let ops = when["ops"].as_array().ok_or("ops are missing")?;
    let mut steps = Vec::with_capacity(ops.len());
    for op in ops {
        let amount = Money::parse_major(text(op, "amount")?, currency)?;
        let before = books.clone();
        let done = match text(op, "op")? {
            "pay" => books.pay(amount),
            "pending" => books.attempt(amount),
            "fail" => books.fail(amount),
            "refund" => books.refund(amount, op["adjust"].as_bool().unwrap_or(false)),
            "chargeback" => books.dispute(amount),
            "chargeback_reversed" => books.win(amount),
            "adjust" => books.adjust(amount),
            other => return Err(format!("op {other} is unknown").into()),
        };
        if done.is_err() {
            books = before;
        }
        steps.push(json!({ "balance": books.owed().to_major() }));
    }
    Ok(json!({ "steps": steps, "account_credit": books.credit()?.to_major() }))
}

/// One invoice, the payments of its client, and the credit that its notes left over.
#[derive(Clone)]
struct Books {
    invoice: Invoice,
    payments: Vec<(PaymentId, Payment)>,
    noted: Vec<Money>,
    zero: Money,
}

impl Books {
    fn open(total: Money) -> Done<Self> {
        let zero = Money::zero(total.currency());
        let mut books =
            Self { invoice: Invoice::default(), payments: Vec::new(), noted: Vec::new(), zero };
        books.change_invoice(InvoiceCommand::IssueComplete(one_line(total)?))?;
        Ok(books)
    }

    fn pay(&mut self, amount: Money) -> Done {
        let (pays, to_credit) = match &self.invoice {
            Invoice::Open(document) => document.split(amount)?,
            _ => (self.zero, amount),
        };
        let share = Share { invoice_id: INVOICE, amount: pays };
        self.begin(PaymentCommand::Settle(SettlePayment {
            client_id: CLIENT,
            amount,
            gateway: GATEWAY.to_owned(),
            reference: None,
            received_on: today()?,
            allocations: if pays.is_zero() { Vec::new() } else { vec![share] },
            to_credit,
            origin: None,
        }))
    }

    fn attempt(&mut self, amount: Money) -> Done {
        self.begin(PaymentCommand::Attempt(AttemptPayment {
            client_id: CLIENT,
            amount,
            gateway: GATEWAY.to_owned(),
            reference: None,
            stage: AttemptStage::Pending,
            invoice_id: None,
            on: today()?,
        }))
    }

    fn fail(&mut self, amount: Money) -> Done {
        self.begin(PaymentCommand::Decline(DeclinePayment {
            client_id: CLIENT,
            amount,
            gateway: GATEWAY.to_owned(),
            reason: "declined".to_owned(),
            decline: Decline::Soft,
            invoice_id: None,
            on: today()?,
        }))
    }

    /// Refunds payments; with a credit note over what the invoice asks for again because of it.
    fn refund(&mut self, amount: Money, adjust: bool) -> Done {
        let shares = self.spread(amount)?;
        if Money::sum(amount.currency(), shares.iter().copied())? != amount {
            return Err("no payment holds as much".into());
        }
        let owed = self.owed();
        for (at, share) in shares.into_iter().enumerate().filter(|(_, share)| !share.is_zero()) {
            self.change_payment(
                at,
                PaymentCommand::RequestRefund(RequestRefund {
                    amount: share,
                    from: RefundFrom::Anywhere,
                    voided: Vec::new(),
                    reason: "refund".to_owned(),
                }),
            )?;
        }
        if adjust { self.adjust(self.owed().checked_sub(owed)?) } else { Ok(()) }
    }

    fn dispute(&mut self, claimed: Money) -> Done {
        let shares = self.spread(claimed)?;
        for (at, share) in shares.into_iter().enumerate().filter(|(_, share)| !share.is_zero()) {
            self.change_payment(
                at,
                PaymentCommand::OpenDispute(OpenDispute {
                    reference: None,
                    claimed: share,
                    voided: Vec::new(),
                    reason: "chargeback".to_owned(),
                    opened_on: today()?,
                }),
            )?;
        }
        Ok(())
    }

    fn win(&mut self, amount: Money) -> Done {
        let open: Vec<(usize, Dispute)> = self.disputes();
        let undecided: Vec<_> = open.iter().map(|(_, dispute)| dispute.undecided).collect();
        for ((at, dispute), share) in open.iter().zip(spread(amount, &undecided)?) {
            if share.is_zero() {
                continue;
            }
            let back = dispute.drawn.give_back(share, |_| self.owed())?;
            let (dispute_no, on) = (dispute.no, today()?);
            let win = PaymentCommand::WinDispute { dispute_no, amount: share, back, on };
            self.change_payment(*at, win)?;
        }
        Ok(())
    }

    fn adjust(&mut self, amount: Money) -> Done {
        let credit_note = format!("CN-{}", self.noted.len().saturating_add(1));
        for event in self.change_invoice(InvoiceCommand::ApplyCreditNote {
            credit_note,
            amount,
            given_back: GivenBack::default(),
        })? {
            if let InvoiceEvent::CreditNoteApplied { to_credit, .. } = event {
                self.noted.push(to_credit);
            }
        }
        Ok(())
    }

    fn begin(&mut self, command: PaymentCommand) -> Done {
        let bits = u128::try_from(self.payments.len())?;
        self.payments.push((PaymentId::new(Uuid::from_u128(bits)), Payment::default()));
        self.change_payment(self.payments.len().saturating_sub(1), command)
    }

    /// Asks a payment and lets the invoice follow what it says.
    fn change_payment(&mut self, at: usize, command: PaymentCommand) -> Done {
        let (payment_id, payment) = self.payments.get_mut(at).ok_or("there is no such payment")?;
        let payment_id = *payment_id;
        let events = payment.decide(&issued(command)?)?;
        events.iter().for_each(|event| payment.apply(event));
        for event in events {
            match event {
                PaymentEvent::Settled { allocations, .. }
                | PaymentEvent::DisputeWon { allocations, .. } => {
                    for part in allocations {
                        let (client_id, allocation_no, amount) = (CLIENT, part.no, part.amount);
                        self.change_invoice(InvoiceCommand::ApplyPayment(ApplyPayment {
                            payment_id,
                            allocation_no,
                            client_id,
                            amount,
                        }))?;
                    }
                }
                PaymentEvent::RefundRequested { drawn, .. } => {
                    self.reopen(payment_id, &drawn.reversals, UnapplyCause::Refunded)?;
                }
                PaymentEvent::DisputeOpened { drawn, .. } => {
                    self.reopen(payment_id, &drawn.reversals, UnapplyCause::Disputed)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn reopen(&mut self, payment_id: PaymentId, taken: &[Reversal], cause: UnapplyCause) -> Done {
        for reversal in taken {
            self.change_invoice(InvoiceCommand::UnapplyPayment(UnapplyPayment {
                payment_id,
                allocation_no: reversal.allocation_no,
                reversal_no: reversal.no,
                amount: reversal.amount,
                cause,
            }))?;
        }
        Ok(())
    }

    fn change_invoice(&mut self, command: InvoiceCommand) -> Done<Vec<InvoiceEvent>> {
        let events = self.invoice.decide(&issued(command)?)?;
        events.iter().for_each(|event| self.invoice.apply(event));
        Ok(events)
    }

    fn owed(&self) -> Money {
        self.invoice.document().map_or(self.zero, |document| document.balance_due)
    }

    /// What each payment gives back of an amount: of what pays the invoice if that is enough, else
    /// of all that is left of it.
    fn spread(&self, amount: Money) -> Done<Vec<Money>> {
        let document = self.invoice.document().ok_or("the invoice is not issued")?;
        let pays = |(id, _): &(PaymentId, Payment)| {
            let own = document.applied.iter().filter(|part| part.payment_id == *id);
            Money::sum(amount.currency(), own.map(|part| part.amount))
        };
        let pays: Vec<_> = self.payments.iter().map(pays).collect::<Result<_, _>>()?;
        let shares = spread(amount, &pays)?;
        if Money::sum(amount.currency(), shares.iter().copied())? == amount {
            return Ok(shares);
        }
        let left = |(_, payment): &(_, Payment)| {
            payment.settled().map_or(Ok(self.zero), |settled| settled.refundable())
        };
        let left: Vec<_> = self.payments.iter().map(left).collect::<Result<_, _>>()?;
        Ok(spread(amount, &left)?)
    }

    fn disputes(&self) -> Vec<(usize, Dispute)> {
        let of = |(at, (_, payment)): (usize, &(_, Payment))| {
            let disputes = payment.settled().map(|settled| settled.disputes.clone());
            disputes.into_iter().flatten().map(move |dispute| (at, dispute))
        };
        self.payments.iter().enumerate().flat_map(of).collect()
    }

    fn credit(&self) -> Done<Money> {
        let of_payments = self.payments.iter().filter_map(|(_, payment)| payment.settled());
        let credit = of_payments.map(|settled| settled.credit).chain(self.noted.iter().copied());
        Ok(Money::sum(self.zero.currency(), credit)?)
    }
}

const CLIENT: ClientId = ClientId::new(Uuid::from_u128(1));
const INVOICE: InvoiceId = InvoiceId::new(Uuid::from_u128(2));
const GATEWAY: &str = "sandbox";

fn today() -> Done<NaiveDate> {
    Ok(NaiveDate::from_ymd_opt(2026, 1, 1).ok_or("a day")?)
}

fn issued<C>(command: C) -> Done<Issued<C>> {
    Ok(Issued {
        command,
        tenant: TenantId::new(Uuid::from_u128(3)),
        actor: Actor::system("cases")?,
        at: DateTime::UNIX_EPOCH,
        effective_on: today()?,
    })
}

/// The total as one line that is not taxed.
fn one_line(total: Money) -> Done<CompleteInvoice> {
    let country = Country::parse("US")?;
    let line = NewLine {
        kind: LineKind::Hosting,
        description: "case".to_owned(),
        quantity: Quantity::ONE,
        unit_price: total.try_into()?,
        tax: TaxTreatment { category: TaxCategory::O, rate: Percent::ZERO, country },
        period: None,
        product_id: None,
    };
    let format = NumberFormat::yearly("INV");
    let number = Series::new(&format, DocumentKind::Invoice, today()?).next(|_| None)?;
    let seller = Seller { name: "Seller".to_owned(), country, vat_id: None, letterhead: None };
    let terms = IssueTerms {
        number,
        due_date: Some(today()?),
        seller,
        buyer: None,
        particulars: Particulars::default(),
    };
    let draft = DraftFor { client_id: CLIENT, currency: total.currency(), order_id: None };
    Ok(CompleteInvoice {
        draft,
        lines: vec![line],
        terms,
        subscriptions: Vec::new(),
        lowerings: Vec::new(),
        origin: None,
    })
}
