//! Services that are billed again and again: begun, billed, paused, begun again and ended, with the
//! documents that follow.

use billfold_domain::credit::{
    CreditBalance, CreditCommand, CreditSource, GrantCredit, SpendCredit,
};
use billfold_domain::credit_note::{CreditNote, CreditNoteCommand, IssueCreditNote};
use billfold_domain::invoice::{ApplyCredit, preview};
use billfold_domain::kernel::{CreditNoteId, Percent, Quantity, SubscriptionId, Zone};
use billfold_domain::subscription::service::{DocumentRef, LineRef, MOST_LINES, Plan, PlanTerms};
use billfold_domain::subscription::{
    Anchor, Bill, CancelAt, Conventions, Interval, IntervalUnit, Rules, StartSubscription,
    Subscription, SubscriptionCommand, Timing,
};

use super::{
    ClientId, CompleteInvoice, Country, DocumentKind, DraftFor, Event, History, Invoice,
    InvoiceCommand, InvoiceId, LineKind, Money, NewLine, ProductId, Step, TaxCategory,
    TaxTreatment, UnitPrice, currency,
};

fn rules() -> Rules {
    Rules { conventions: Conventions::default(), zone: Zone::UTC }
}

impl History {
    pub(super) fn subscribe(&mut self, seller: usize, pick: usize, step: Step) {
        let Some(client_id) = self.client(seller, pick) else { return };
        let start = StartSubscription {
            client_id,
            currency: currency(seller),
            terms: terms(seller, step),
            trial_days: u32::from(step.amount % 3) * 5,
            anchor: None,
            fallback_anchor: Anchor::Calendar {},
            ends: None,
        };
        let (id, mut state) = (SubscriptionId::new(self.id()), Subscription::default());
        self.run(seller, id.uuid(), &mut state, SubscriptionCommand::Start(start));
        self.sellers[seller].subscriptions.push((id, client_id, state));
        let at = self.sellers[seller].subscriptions.len() - 1;
        self.bill(seller, at);
        if step.which % 8 < 2 {
            // Bought by mistake: what was billed goes back on the same day.
            let cancel = SubscriptionCommand::Cancel { at: CancelAt::Immediate, rules: rules() };
            let mut state = self.sellers[seller].subscriptions[at].2.clone();
            self.run(seller, id.uuid(), &mut state, cancel);
            self.sellers[seller].subscriptions[at].2 = state;
            self.bill(seller, at);
        }
    }

    pub(super) fn of_subscription(&mut self, seller: usize, pick: usize, step: Step) {
        let count = self.sellers[seller].subscriptions.len();
        let Some(at) = pick.checked_rem(count) else { return };
        let (id, _, mut state) = self.sellers[seller].subscriptions[at].clone();
        let command = match step.amount % 5 {
            0 => SubscriptionCommand::Pause { rules: rules() },
            1 => SubscriptionCommand::Resume,
            2 => {
                let at = if step.which % 4 < 2 { CancelAt::Immediate } else { CancelAt::EndOfTerm };
                SubscriptionCommand::Cancel { at, rules: rules() }
            }
            3 => SubscriptionCommand::WithdrawCancellation,
            _ => SubscriptionCommand::SetAnchor { anchor: Anchor::Anniversary { date: None } },
        };
        self.run(seller, id.uuid(), &mut state, command);
        self.sellers[seller].subscriptions[at].2 = state;
        self.bill(seller, at);
    }

    /// Bills what is due today, on an invoice or, where more goes back, on a credit note.
    fn bill(&mut self, seller: usize, at: usize) {
        let through = self.today(seller);
        let (id, client_id, mut state) = self.sellers[seller].subscriptions[at].clone();
        let Some(contract) = state.contract() else { return };
        let Rules { conventions, zone } = rules();
        let Ok(plan) = contract.service.plan(through, conventions, zone, MOST_LINES) else {
            return;
        };
        let lines = contract.service.wording(&plan).unwrap();
        let total = preview(currency(seller), &lines).map(|all| all.totals.total).ok();
        let document = self.id();
        let credits = total.is_some_and(Money::is_negative);
        let on = if credits {
            DocumentRef::CreditNote(CreditNoteId::new(document))
        } else {
            DocumentRef::Invoice(InvoiceId::new(document))
        };
        let bill = Bill { through, on: LineRef { document: on, line: 1 }, rules: rules() };
        self.run(seller, id.uuid(), &mut state, SubscriptionCommand::Bill(bill));
        self.sellers[seller].subscriptions[at].2 = state;
        match on {
            _ if is_empty(&plan) => {}
            DocumentRef::Invoice(invoice) => self.invoice_plan(seller, client_id, invoice, lines),
            DocumentRef::CreditNote(note) => self.credit_plan(seller, client_id, note, lines),
        }
    }

    fn invoice_plan(
        &mut self,
        seller: usize,
        client_id: ClientId,
        id: InvoiceId,
        lines: Vec<NewLine>,
    ) {
        let terms = self.terms(seller);
        let number = terms.number.clone();
        let draft = DraftFor { client_id, currency: currency(seller), order_id: None };
        let whole = CompleteInvoice {
            draft,
            lines,
            terms,
            subscriptions: Vec::new(),
            lowerings: Vec::new(),
            origin: None,
        };
        let mut state = Invoice::default();
        if self.run(seller, id.uuid(), &mut state, InvoiceCommand::IssueComplete(whole)) {
            self.count_up(seller, &number);
            self.sellers[seller].invoices.push((id, client_id, state));
            self.spend_credit(seller, client_id);
        }
    }

    fn credit_plan(
        &mut self,
        seller: usize,
        client_id: ClientId,
        id: CreditNoteId,
        lines: Vec<NewLine>,
    ) {
        let number = self.number(seller, DocumentKind::CreditNote, "CN");
        let turned = |line: NewLine| NewLine { quantity: line.quantity.negate(), ..line };
        let new = IssueCreditNote {
            number: number.clone(),
            client_id,
            currency: currency(seller),
            lines: lines.into_iter().map(turned).collect(),
            tax_groups: None,
            corrects: Vec::new(),
            offsets: Vec::new(),
            reason: "not used".to_owned(),
            seller: self.terms(seller).seller,
            buyer: None,
            expires_on: None,
            exemption: None,
        };
        let mut note = CreditNote::default();
        let issue = CreditNoteCommand::Issue(Box::new(new));
        if self.run(seller, id.uuid(), &mut note, issue) {
            self.count_up(seller, &number);
            let amount = note.issued().unwrap().to_credit;
            let source = CreditSource::CreditNote(id);
            let grant = GrantCredit { client_id, amount, source, expires_on: None };
            self.of_credit(seller, client_id, CreditCommand::Grant(grant));
        }
    }

    /// Pays the newest invoice of a client from its credit.
    fn spend_credit(&mut self, seller: usize, client_id: ClientId) {
        let at = self.sellers[seller].invoices.len() - 1;
        let Some((invoice_id, up_to)) = self.owed(seller, at, client_id) else { return };
        let spend = CreditCommand::Spend(SpendCredit { invoice_id, up_to });
        let before = self.events.len();
        let credit_id = self.of_credit(seller, client_id, spend);
        let told = self.events.get(before).map(|fresh| fresh.event.clone());
        let Some(Event::CreditBalance(spent)) = told else { return };
        if let billfold_domain::credit::CreditEvent::Spent { no, amount, .. } = spent {
            let apply = ApplyCredit { credit_id, no, client_id, amount };
            self.of_invoice(seller, at, InvoiceCommand::ApplyCredit(apply));
        }
    }

    pub(super) fn of_credit(
        &mut self,
        seller: usize,
        client_id: ClientId,
        command: CreditCommand,
    ) -> billfold_domain::kernel::CreditBalanceId {
        let id = CreditBalance::id_of(client_id, currency(seller));
        let known = self.sellers[seller].credits.remove(&client_id.uuid());
        let mut state = known.unwrap_or_default();
        self.run(seller, id.uuid(), &mut state, command);
        self.sellers[seller].credits.insert(client_id.uuid(), state);
        id
    }
}

fn is_empty(plan: &Plan) -> bool {
    plan.lines.is_empty()
}

fn terms(seller: usize, step: Step) -> PlanTerms {
    let price = (u32::from(step.amount) + 1).to_string();
    PlanTerms {
        product_id: ProductId::new(uuid::Uuid::from_u128(0x90)),
        plan: "vps".to_owned(),
        name: "VPS".to_owned(),
        kind: LineKind::Vps,
        tax: TaxTreatment {
            category: TaxCategory::AE,
            rate: Percent::ZERO,
            country: Country::parse("DE").unwrap(),
        },
        price: Some(UnitPrice::parse(&price, currency(seller)).unwrap()),
        quantity: Quantity::ONE,
        setup_fee: None,
        interval: Interval::try_new(IntervalUnit::Month, 1).unwrap(),
        timing: if step.other.is_multiple_of(5) { Timing::Arrears } else { Timing::Advance },
    }
}
