//! Books that are really kept: the domain decides, its events are written down.
//!
//! A history is a list of [`Step`]s. What the domain refuses leaves no event, so any list of steps
//! is a history, and a failing one can be shrunk step by step.

mod approving;
mod billing;
mod chasing;
mod closing;
mod couponing;
mod earning;
mod gifts;
mod partners;
mod proposing;
mod returning;
mod selling;
mod settling;
mod subscribing;
mod taxing;
mod telling;

use std::collections::HashMap;

use billfold_domain::accounting_period::{AccountingPeriod, posting_day};
use billfold_domain::affiliate::Affiliate;
use billfold_domain::approval::Approval;
use billfold_domain::billing_run::BillingRun;
use billfold_domain::client::{Client, ClientCommand, RecordCommand, Register};
use billfold_domain::client_group::ClientGroup;
use billfold_domain::coupon::Coupon;
use billfold_domain::credit::CreditBalance;
use billfold_domain::dunning::{DunningCase, DunningStrategy};
use billfold_domain::gift_card::GiftCard;
use billfold_domain::invoice::{
    ApplyPayment, CompleteInvoice, DraftFor, Invoice, InvoiceCommand, InvoiceEvent, IssueTerms,
    LineKind, NewLine, Particulars, Seller, TaxCategory, TaxTreatment,
};
use billfold_domain::kernel::{
    Actor, AffiliateId, Aggregate, ClientId, Country, Currency, Cycle, DocumentKind,
    DocumentNumber, EventBody, GiftCardId, InvoiceId, Issued, KeyClass, Money, NumberFormat,
    OrderId, PaymentId, Period, Pii, ProductId, ProformaId, Series, SubjectId, SubscriptionId,
    TenantId, UnitPrice,
};
use billfold_domain::order::{NewItem, Order, OrderCommand, PlaceOrder};
use billfold_domain::payment::{
    Decline, DeclinePayment, Payment, PaymentCommand, SettlePayment, Share, Source,
};
use billfold_domain::product::{NewPrice, Product, ProductCommand, ProductKind};
use billfold_domain::proforma::Proforma;
use billfold_domain::recognition::Recognition;
use billfold_domain::schema::Event;
use billfold_domain::subscription::Subscription;
use billfold_domain::tax_rate::TaxRate;
use billfold_domain::webhook_endpoint::WebhookEndpoint;
use billfold_projections::fact::Header;
use chrono::{Days, NaiveDate, NaiveTime};
use uuid::Uuid;

/// What a billing run does, if one is under way.
const ISSUES: [&str; 2] = ["invoice.issued", "credit_note.issued"];

/// An event that is not in a log yet.
#[derive(Debug, Clone)]
pub(crate) struct Fresh {
    pub(crate) tenant: TenantId,
    pub(crate) aggregate_type: &'static str,
    pub(crate) aggregate_id: Uuid,
    pub(crate) sequence: i64,
    pub(crate) event: Event,
    pub(crate) payload: String,
    pub(crate) effective_on: NaiveDate,
    /// The day it is posted on.
    pub(crate) posted_on: NaiveDate,
    /// The billing run that issued it, if one did.
    pub(crate) run: Option<Uuid>,
}

impl Fresh {
    /// Of which process it is.
    pub(crate) fn correlation(&self) -> Uuid {
        self.run.unwrap_or(self.aggregate_id)
    }

    /// Who did it, where that is not `otherwise`.
    pub(crate) fn actor(&self, otherwise: &'static str) -> &'static str {
        if self.run.is_some() { "system:billing_run" } else { otherwise }
    }

    /// Its header at a position of the log.
    pub(crate) fn header(&self, position: i64) -> Header<'_> {
        let at = self.effective_on.and_time(NaiveTime::MIN).and_utc();
        Header {
            position,
            tenant_id: self.tenant.uuid(),
            aggregate_type: self.aggregate_type,
            aggregate_id: self.aggregate_id,
            sequence: self.sequence,
            event_type: self.event.event_type(),
            event_version: self.event.event_version(),
            event_id: Uuid::nil(),
            recorded_at: at,
            effective_at: at,
            correlation_id: self.correlation(),
            causation_id: None,
            actor: self.actor("system:books"),
            payload: &self.payload,
        }
    }
}

/// One thing somebody tries. The numbers choose among what there is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) what: u8,
    pub(crate) which: u8,
    pub(crate) other: u8,
    pub(crate) amount: u16,
}

/// Two sellers and what happened to them.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) events: Vec<Fresh>,
    pub(crate) sellers: [Books; 2],
    sequences: HashMap<Uuid, i64>,
    made: u128,
}

/// What the domain itself makes of a seller's events.
#[derive(Debug, Default)]
pub(crate) struct Books {
    days: u64,
    pub(crate) clients: Vec<(ClientId, Client)>,
    pub(crate) products: Vec<(ProductId, Product)>,
    pub(crate) orders: Vec<(OrderId, Order)>,
    pub(crate) invoices: Vec<(InvoiceId, ClientId, Invoice)>,
    pub(crate) payments: Vec<(PaymentId, ClientId, Payment)>,
    pub(crate) subscriptions: Vec<(SubscriptionId, ClientId, Subscription)>,
    gift_cards: Vec<(GiftCardId, GiftCard)>,
    credits: HashMap<Uuid, CreditBalance>,
    partner: Option<(AffiliateId, Affiliate)>,
    proformas: Vec<(ProformaId, Proforma)>,
    chased: HashMap<Uuid, DunningCase>,
    strategy: Option<DunningStrategy>,
    coupon: Coupon,
    rate: TaxRate,
    group: ClientGroup,
    endpoint: WebhookEndpoint,
    approval: (u128, Approval),
    run: Option<(u128, BillingRun)>,
    recognition: Recognition,
    pub(crate) periods: AccountingPeriod,
    stocked: Option<(ProductId, Product)>,
    counters: HashMap<String, (u64, NaiveDate)>,
}

pub(crate) fn tenant(seller: usize) -> TenantId {
    TenantId::new(Uuid::from_u128(0x7e_0000 + seller as u128))
}

pub(crate) fn currency(seller: usize) -> Currency {
    Currency::parse(["EUR", "JPY"][seller]).unwrap()
}

pub(crate) fn first_day() -> NaiveDate {
    "2026-01-01".parse().unwrap()
}

impl History {
    /// What comes of some steps.
    pub(crate) fn of(steps: &[Step]) -> Self {
        let mut history = Self::default();
        for step in steps {
            history.step(*step);
        }
        history
    }

    /// A long history that always comes out the same.
    pub(crate) fn long(steps: u32) -> Self {
        let mut seed = 42_u64;
        let mut next = || {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as u32
        };
        let mut history = Self::default();
        for _ in 0..steps {
            let [what, which, other, amount] = [next(), next(), next(), next()];
            let (what, which) = ((what % 250) as u8, (which % 256) as u8);
            let (other, amount) = ((other % 256) as u8, (amount % 60_000) as u16);
            history.step(Step { what, which, other, amount });
        }
        history
    }

    fn step(&mut self, step: Step) {
        let seller = usize::from(step.which) % 2;
        let pick = usize::from(step.other);
        match step.what % 28 {
            0 => self.register(seller),
            1 => self.draft(seller, pick),
            2 | 3 => self.add_line(seller, pick, step),
            4 => self.of_invoice(seller, pick, InvoiceCommand::RemoveLine { line_no: 1 }),
            5 => self.issue_draft(seller, pick),
            6..=8 => self.issue_complete(seller, pick, step),
            9..=11 => self.pay(seller, pick, step),
            12 => self.allocate(seller, pick, step),
            13 => self.void(seller, pick),
            14 => self.write_off(seller, pick),
            15 => self.order(seller, pick, step),
            16 => self.product(seller, pick, step),
            17 => self.change_client(seller, pick, step),
            18 => self.decline(seller, pick, step),
            19..=23 => self.send_back(seller, pick, step),
            25 => self.subscribe(seller, pick, step),
            26 | 27 => self.of_subscription(seller, pick, step),
            _ => self.sellers[seller].days += u64::from(step.amount % 40),
        }
        if step.amount.is_multiple_of(5) {
            self.partner(seller, pick, step);
        }
        if step.amount.is_multiple_of(3) {
            self.propose(seller, pick, step);
        }
        if step.amount.is_multiple_of(7) {
            self.chase(seller, pick, step);
        }
        if step.amount.is_multiple_of(11) {
            self.tax(seller, pick, step);
            self.bill_all(seller, pick, step);
        }
        if step.amount.is_multiple_of(13) {
            self.coupon(seller, pick, step);
        }
        if step.amount % 4 == 1 {
            self.gift(seller, pick, step);
        }
        if step.amount % 6 == 2 {
            self.recognise(seller);
        }
        if step.amount % 10 == 7 {
            self.close(seller, pick, step);
        }
        if step.amount.is_multiple_of(13) {
            self.sell(seller, step);
        }
        if step.amount % 9 == 4 {
            self.tell(seller, step);
        }
        if step.amount % 8 == 3 {
            self.settle_with_gateway(seller, step);
        }
    }

    pub(crate) fn today(&self, seller: usize) -> NaiveDate {
        first_day() + Days::new(self.sellers[seller].days)
    }

    fn id(&mut self) -> Uuid {
        self.made += 1;
        Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + self.made)
    }

    fn ask<C>(&self, seller: usize, command: C) -> Issued<C> {
        let effective_on = self.today(seller);
        let actor = Actor::system("books").unwrap();
        let at = effective_on.and_time(NaiveTime::MIN).and_utc();
        Issued { command, tenant: tenant(seller), actor, at, effective_on }
    }

    /// Decides, and keeps the events if there are any.
    fn run<A>(&mut self, seller: usize, id: Uuid, state: &mut A, command: A::Command) -> bool
    where
        A: Aggregate,
        Event: From<A::Event>,
    {
        let ask = self.ask(seller, command);
        self.decide(seller, id, state, &ask)
    }

    /// The same for whoever asks.
    fn decide<A>(
        &mut self,
        seller: usize,
        id: Uuid,
        state: &mut A,
        ask: &Issued<A::Command>,
    ) -> bool
    where
        A: Aggregate,
        Event: From<A::Event>,
    {
        let Ok(events) = state.decide(ask) else { return false };
        let run = self.running(seller);
        for event in &events {
            state.apply(event);
            let sequence = self.sequences.entry(id).or_insert(0);
            *sequence += 1;
            let effective_on = event.effective_on().unwrap_or(ask.effective_on);
            let closed = self.sellers[seller].periods.closed_through();
            self.events.push(Fresh {
                tenant: tenant(seller),
                aggregate_type: A::TYPE,
                aggregate_id: id,
                sequence: *sequence,
                payload: serde_json::to_string(event).unwrap(),
                effective_on,
                posted_on: posting_day(effective_on, closed),
                event: event.clone().into(),
                run: run.filter(|_| ISSUES.contains(&event.event_type())),
            });
        }
        true
    }

    fn register(&mut self, seller: usize) {
        let id = self.id();
        let mut state = Client::default();
        let register = Register {
            contact: sealed(id),
            email_index: None,
            country: Country::parse("DE").ok(),
            currency: currency(seller),
            origin: None,
        };
        self.run(seller, id, &mut state, ClientCommand::Register(register));
        self.sellers[seller].clients.push((ClientId::new(id), state));
    }

    fn change_client(&mut self, seller: usize, pick: usize, step: Step) {
        let count = self.sellers[seller].clients.len();
        let Some(at) = pick.checked_rem(count) else { return };
        let (id, mut state) = self.sellers[seller].clients[at].clone();
        let reason = "asked for".to_owned();
        let command = match step.amount % 4 {
            0 => ClientCommand::Suspend { reason },
            1 => ClientCommand::Activate,
            2 => match step.amount % 12 {
                2 => ClientCommand::ChangeContact {
                    contact: sealed(id.uuid()),
                    email_index: None,
                    country: Country::parse("FR").ok(),
                },
                6 => ClientCommand::Record(RecordCommand::AddNote { text: sealed(id.uuid()) }),
                _ => {
                    let last = state.profile().and_then(|known| known.notes.last().copied());
                    ClientCommand::Record(match last {
                        Some(no) => RecordCommand::RemoveNote { no },
                        None => RecordCommand::AddNote { text: sealed(id.uuid()) },
                    })
                }
            },
            _ => ClientCommand::Erase { reason },
        };
        self.run(seller, id.uuid(), &mut state, command);
        self.sellers[seller].clients[at].1 = state;
    }

    fn client(&self, seller: usize, pick: usize) -> Option<ClientId> {
        let clients = &self.sellers[seller].clients;
        pick.checked_rem(clients.len()).map(|at| clients[at].0)
    }

    fn draft(&mut self, seller: usize, pick: usize) {
        let Some(client_id) = self.client(seller, pick) else { return };
        let id = self.id();
        let mut state = Invoice::default();
        let draft = DraftFor { client_id, currency: currency(seller), order_id: None };
        self.run(seller, id, &mut state, InvoiceCommand::Draft(draft));
        self.sellers[seller].invoices.push((InvoiceId::new(id), client_id, state));
    }

    fn add_line(&mut self, seller: usize, pick: usize, step: Step) {
        let line = self.line(seller, step);
        self.of_invoice(seller, pick, InvoiceCommand::AddLine { line });
    }

    fn of_invoice(&mut self, seller: usize, pick: usize, command: InvoiceCommand) {
        let count = self.sellers[seller].invoices.len();
        let Some(at) = pick.checked_rem(count) else { return };
        let (id, _, mut state) = self.sellers[seller].invoices[at].clone();
        self.run(seller, id.uuid(), &mut state, command);
        self.sellers[seller].invoices[at].2 = state;
    }

    fn line(&self, seller: usize, step: Step) -> NewLine {
        let germany = Country::parse("DE").unwrap();
        let (category, rate) = match step.other % 3 {
            0 => (TaxCategory::S, "19"),
            1 => (TaxCategory::S, "7"),
            _ => (TaxCategory::AE, "0"),
        };
        let today = self.today(seller);
        let ahead = Period::try_new(today, today + Days::new(30)).unwrap();
        let money_off = step.other.is_multiple_of(7);
        NewLine {
            kind: match (money_off, step.other % 5) {
                (true, _) => LineKind::Discount,
                (false, 0) => LineKind::LateFee,
                (false, _) => LineKind::Vps,
            },
            description: "a line".to_owned(),
            quantity: if money_off { "-1" } else { "2" }.parse().unwrap(),
            unit_price: UnitPrice::parse(&step.amount.to_string(), currency(seller)).unwrap(),
            tax: TaxTreatment { category, rate: rate.parse().unwrap(), country: germany },
            period: step.which.is_multiple_of(3).then_some(ahead),
            product_id: None,
        }
    }

    fn number(&mut self, seller: usize, kind: DocumentKind, prefix: &str) -> DocumentNumber {
        let (format, today) = (NumberFormat::yearly(prefix), self.today(seller));
        let counters = &self.sellers[seller].counters;
        let series = Series::new(&format, kind, today);
        series.next(|key| counters.get(key).copied()).unwrap()
    }

    fn count_up(&mut self, seller: usize, number: &DocumentNumber) {
        let today = self.today(seller);
        for (series, count) in number.counts() {
            self.sellers[seller].counters.insert(series.to_owned(), (count, today));
        }
    }

    fn terms(&mut self, seller: usize) -> IssueTerms {
        let number = self.number(seller, DocumentKind::Invoice, "INV");
        let due_date = Some(self.today(seller) + Days::new(14));
        let country = Country::parse("DE").unwrap();
        let seller =
            Seller { name: "Example Hosting".to_owned(), country, vat_id: None, letterhead: None };
        IssueTerms { number, due_date, seller, buyer: None, particulars: Particulars::default() }
    }

    fn issue_draft(&mut self, seller: usize, pick: usize) {
        let terms = self.terms(seller);
        let (number, before) = (terms.number.clone(), self.events.len());
        self.of_invoice(seller, pick, InvoiceCommand::Issue(terms));
        if self.events.len() > before {
            self.count_up(seller, &number);
        }
    }

    fn issue_complete(&mut self, seller: usize, pick: usize, step: Step) {
        let Some(client_id) = self.client(seller, pick) else { return };
        let (id, terms) = (self.id(), self.terms(seller));
        let number = terms.number.clone();
        let first = self.line(seller, Step { other: 1, ..step });
        let second = self.line(seller, Step { amount: step.amount / 3, ..step });
        let complete = CompleteInvoice {
            subscriptions: Vec::new(),
            draft: DraftFor { client_id, currency: currency(seller), order_id: None },
            lines: vec![first, second],
            terms,
            lowerings: Vec::new(),
            origin: None,
        };
        let mut state = Invoice::default();
        if self.run(seller, id, &mut state, InvoiceCommand::IssueComplete(complete)) {
            self.count_up(seller, &number);
            self.sellers[seller].invoices.push((InvoiceId::new(id), client_id, state));
        }
    }

    /// What is owed on an invoice of a client, if anything.
    fn owed(&self, seller: usize, at: usize, client: ClientId) -> Option<(InvoiceId, Money)> {
        let (id, of, state) = self.sellers[seller].invoices.get(at)?;
        match state {
            Invoice::Open(document) if *of == client => Some((*id, document.balance_due)),
            _ => None,
        }
    }

    fn pay(&mut self, seller: usize, pick: usize, step: Step) {
        let Some(client_id) = self.client(seller, pick) else { return };
        let count = self.sellers[seller].invoices.len();
        let owed = (0..count).filter_map(|at| self.owed(seller, at, client_id)).take(2);
        let owed: Vec<(InvoiceId, Money)> = owed.collect();
        let mut left = i64::from(step.amount) * 40 + 1;
        let amount = Money::try_new(left, currency(seller)).unwrap();
        let mut allocations = Vec::new();
        for (invoice_id, due) in owed {
            let part = left.min(due.minor());
            if part > 0 {
                left -= part;
                let amount = Money::try_new(part, currency(seller)).unwrap();
                allocations.push(Share { invoice_id, amount });
            }
        }
        let credit = if step.which.is_multiple_of(3) { left / 2 } else { 0 };
        let settle = SettlePayment {
            client_id,
            amount,
            gateway: ["manual_bank", "sandbox"][pick % 2].to_owned(),
            reference: None,
            received_on: self.today(seller),
            allocations,
            to_credit: Money::try_new(credit, currency(seller)).unwrap(),
            origin: None,
        };
        let (id, mut state) = (PaymentId::new(self.id()), Payment::default());
        if self.run(seller, id.uuid(), &mut state, PaymentCommand::Settle(settle.clone())) {
            for (share, no) in settle.allocations.iter().zip(1..) {
                self.apply_payment(seller, client_id, id, no, *share);
            }
            self.sellers[seller].payments.push((id, client_id, state));
        }
    }

    fn apply_payment(
        &mut self,
        seller: usize,
        client_id: ClientId,
        payment_id: PaymentId,
        allocation_no: u32,
        share: Share,
    ) {
        let invoices = &self.sellers[seller].invoices;
        let at = invoices.iter().position(|(id, _, _)| *id == share.invoice_id).unwrap();
        let amount = share.amount;
        let apply = ApplyPayment { payment_id, allocation_no, client_id, amount };
        self.of_invoice(seller, at, InvoiceCommand::ApplyPayment(apply));
    }

    fn allocate(&mut self, seller: usize, pick: usize, step: Step) {
        let Some(at) = pick.checked_rem(self.sellers[seller].payments.len()) else { return };
        let (id, client_id, mut state) = self.sellers[seller].payments[at].clone();
        let count = self.sellers[seller].invoices.len();
        let owed = (0..count).find_map(|at| self.owed(seller, at, client_id));
        let Some((invoice_id, due)) = owed else { return };
        let part = due.minor().min(i64::from(step.amount) + 1);
        let amount = Money::try_new(part, currency(seller)).unwrap();
        let from = if step.which.is_multiple_of(4) { Source::Credit } else { Source::Unapplied };
        let command = PaymentCommand::Allocate { invoice_id, amount, from };
        let before = self.events.len();
        self.run(seller, id.uuid(), &mut state, command);
        self.sellers[seller].payments[at].2 = state;
        if let Some(Event::Payment(billfold_domain::payment::PaymentEvent::Allocated {
            no, ..
        })) = self.events.get(before).map(|fresh| fresh.event.clone())
        {
            self.apply_payment(seller, client_id, id, no, Share { invoice_id, amount });
        }
    }

    fn void(&mut self, seller: usize, pick: usize) {
        let credit_note = self.number(seller, DocumentKind::CreditNote, "CN");
        let (number, before) = (credit_note.clone(), self.events.len());
        let reason = "wrong".to_owned();
        self.of_invoice(seller, pick, InvoiceCommand::Void { reason, credit_note });
        let Some(fresh) = self.events.get(before) else { return };
        let told = fresh.event.clone();
        self.count_up(seller, &number);
        if let Event::Invoice(InvoiceEvent::Voided(voided)) = told {
            self.keep_paid(seller, &voided);
        }
    }

    fn write_off(&mut self, seller: usize, pick: usize) {
        let reason = "gone".to_owned();
        let command = match pick % 2 {
            0 => InvoiceCommand::WriteOff { reason },
            _ => InvoiceCommand::Discard { reason },
        };
        self.of_invoice(seller, pick, command);
    }

    fn order(&mut self, seller: usize, pick: usize, step: Step) {
        let Some(client_id) = self.client(seller, pick) else { return };
        let known = self.sellers[seller].orders.len();
        if step.amount.is_multiple_of(2) || known == 0 {
            let item = NewItem {
                product_id: None,
                kind: LineKind::Domain,
                description: "a domain".to_owned(),
                quantity: "1".parse().unwrap(),
                unit_price: UnitPrice::parse("12", currency(seller)).unwrap(),
                period: None,
                recurs: None,
                answers: Vec::new(),
            };
            let place = PlaceOrder {
                client_id,
                currency: currency(seller),
                items: vec![item],
                origin: None,
            };
            let (id, mut state) = (self.id(), Order::default());
            self.run(seller, id, &mut state, OrderCommand::Place(place));
            self.sellers[seller].orders.push((OrderId::new(id), state));
            return;
        }
        let (id, mut state) = self.sellers[seller].orders[pick % known].clone();
        let invoice_id = InvoiceId::new(Uuid::from_u128(pick as u128));
        let command = match step.amount % 8 {
            0 | 3 => OrderCommand::Cancel { reason: "no".to_owned() },
            1 => OrderCommand::Hold { reason: "odd".to_owned() },
            2 => OrderCommand::Release,
            4 => OrderCommand::Accept { subscriptions: Vec::new() },
            5 => OrderCommand::Complete,
            _ => OrderCommand::MarkInvoiced { invoice_id },
        };
        self.run(seller, id.uuid(), &mut state, command);
        self.sellers[seller].orders[pick % known].1 = state;
    }

    fn product(&mut self, seller: usize, pick: usize, step: Step) {
        let known = self.sellers[seller].products.len();
        if step.amount.is_multiple_of(2) || known == 0 {
            let (code, name) = (format!("p{known}"), "A product".to_owned());
            let (id, mut state) = (self.id(), Product::default());
            let create = ProductCommand::Create { code, name, kind: ProductKind::Vps };
            self.run(seller, id, &mut state, create);
            self.sellers[seller].products.push((ProductId::new(id), state));
            return;
        }
        let (id, mut state) = self.sellers[seller].products[pick % known].clone();
        let price = Money::try_new(i64::from(step.amount), currency(seller)).unwrap();
        let command = match step.amount % 5 {
            0 => ProductCommand::Retire,
            1 => ProductCommand::Rename { name: "Another name".to_owned() },
            _ => ProductCommand::SetPrice(NewPrice {
                cycle: Cycle::Months(1),
                price,
                setup_fee: None,
                valid_from: self.today(seller),
                trial_days: u32::from(step.amount % 30),
            }),
        };
        self.run(seller, id.uuid(), &mut state, command);
        self.sellers[seller].products[pick % known].1 = state;
    }

    fn decline(&mut self, seller: usize, pick: usize, step: Step) {
        let Some(client_id) = self.client(seller, pick) else { return };
        let decline = DeclinePayment {
            client_id,
            amount: Money::try_new(i64::from(step.amount) + 1, currency(seller)).unwrap(),
            gateway: "sandbox".to_owned(),
            reason: "no funds".to_owned(),
            decline: Decline::Soft,
            invoice_id: None,
            on: self.today(seller),
        };
        let (id, mut state) = (PaymentId::new(self.id()), Payment::default());
        self.run(seller, id.uuid(), &mut state, PaymentCommand::Decline(decline));
    }
}

fn sealed<T>(id: Uuid) -> Pii<T> {
    Pii::new(SubjectId::new(id), KeyClass::Operational, "c2VhbGVk".to_owned())
}
