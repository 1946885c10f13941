//! The real thing: asks what the model asks, and holds every state and every account against it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use billfold_app::Error;
use billfold_app::commands::clients::RegisterClient;
use billfold_app::commands::invoices::{
    AddLine, DraftInvoice, IssueInvoice, RemoveLine, VoidInvoice,
};
use billfold_app::commands::payments::{Pays, RecordPayment, ShareOf};
use billfold_app::commands::{Ask, Door, UseCase};
use billfold_domain::client::{Client, ContactCard};
use billfold_domain::invoice::{
    Invoice, LineKind, NewLine, Particulars, TaxCategory, TaxTreatment,
};
use billfold_domain::kernel::{
    ClientId, Country, Currency, InvoiceId, Money, PaymentId, TenantId, UnitPrice,
};
use billfold_domain::ledger::{self, Side, accounts};
use billfold_domain::payment::Payment;
use billfold_domain::schema;
use proptest_state_machine::StateMachineTest;
use serde_json::{Value, json};
use sqlx::Row;
use uuid::Uuid;

use crate::house::{House, actor};
use crate::model::{
    Asked, Bill, Books, CURRENCIES, Expected, How, NOTHING, Status, Step, TAX, What, World,
};

/// Two sellers on the shared log, and what they answered so far.
pub(crate) struct Bus {
    house: &'static House,
    /// Tells the sellers of this history from those of all others.
    case: u64,
    /// What each step with a key of its own was answered.
    answers: Vec<Value>,
}

/// Debits minus credits in minor units, by account and currency.
type Accounts = BTreeMap<(String, &'static str), i64>;

impl StateMachineTest for Bus {
    type SystemUnderTest = Self;
    type Reference = World;

    fn init_test(_: &World) -> Self {
        static CASES: AtomicU64 = AtomicU64::new(1);
        let case = CASES.fetch_add(1, Ordering::Relaxed);
        let bus = Self { house: House::get(), case, answers: Vec::new() };
        for seller in 0..2 {
            bus.house.runtime.block_on(bus.house.open(bus.tenant(seller)));
        }
        bus
    }

    fn apply(mut bus: Self, world: &World, step: Step) -> Self {
        let expected = world.expected.as_ref().expect("an expectation after every step");
        let asked = match &step {
            Step::Ask { .. } => world.asked.last().expect("the newest"),
            Step::Again { at } | Step::Misuse { at } => &world.asked[*at],
        };
        let what = match &step {
            Step::Misuse { .. } => What::RemoveLine { bill: NOTHING, line: 77 },
            Step::Ask { .. } | Step::Again { .. } => asked.what.clone(),
        };
        let books = &world.sellers[asked.seller];
        let (told, replayed) = bus.house.runtime.block_on(bus.ask(books, asked, what));
        match expected {
            Expected::Done => assert!(told["done"].is_object(), "{told}"),
            Expected::Refused(code) => assert_eq!(told["refused"], *code, "{told}"),
            Expected::Conflict(current) => assert_eq!(told["conflict"], *current, "{told}"),
            Expected::KeyReused => assert_eq!(told, json!("key reused")),
            Expected::As(at) => assert_eq!(told, bus.answers[*at]),
        }
        assert_eq!(replayed, matches!(expected, Expected::As(_)), "{told}");
        if matches!(step, Step::Ask { .. }) {
            bus.answers.push(told);
        }
        bus
    }

    fn check_invariants(bus: &Self, world: &World) {
        bus.house.runtime.block_on(async {
            for seller in 0..2 {
                bus.compare_states(&bus.house.door, seller, &world.sellers[seller]).await;
                bus.compare_accounts(seller, &world.sellers[seller]).await;
            }
        });
    }

    fn teardown(bus: Self, world: World) {
        bus.house.runtime.block_on(async {
            let fresh = bus.house.another_door().await;
            for seller in 0..2 {
                bus.compare_states(&fresh, seller, &world.sellers[seller]).await;
            }
            let (events, head): (i64, i64) =
                sqlx::query_as("select count(*), (select position from log_heads) from events")
                    .fetch_one(&bus.house.db.feed)
                    .await
                    .expect("the log");
            assert_eq!(events, head, "a position is missing");
        });
    }
}

impl Bus {
    /// Asks `what` as a step asked, which is the step's own unless its key is misused. Answers what
    /// was told, and whether it had been told before.
    async fn ask(&self, books: &Books, asked: &Asked, what: What) -> (Value, bool) {
        let currency = |at: usize| currency(books.clients.get(at).map_or(0, |it| it.currency));
        let client = |at: usize| {
            ClientId::new(self.id(asked.seller, books.clients.get(at).map(|it| it.made_by)))
        };
        let bill = |at: usize| {
            InvoiceId::new(self.id(asked.seller, books.bills.get(at).map(|it| it.made_by)))
        };
        let new = self.id(asked.seller, Some(asked.key));
        match what {
            What::Register { currency } => {
                self.execute(asked, registration(ClientId::new(new), currency)).await
            }
            What::Draft { client: at, prices } => {
                let draft = DraftInvoice {
                    invoice_id: Some(InvoiceId::new(new)),
                    client_id: client(at),
                    order_id: None,
                    tax: None,
                    currency: None,
                    lines: prices.iter().map(|price| line(*price, currency(at)).into()).collect(),
                    due_date: None,
                };
                self.execute(asked, draft).await
            }
            What::AddLine { bill: at, price } => {
                let client = books.bills.get(at).map_or(NOTHING, |bill| bill.client);
                let line = line(price, currency(client));
                self.execute(asked, AddLine { invoice_id: bill(at), line: line.into() }).await
            }
            What::RemoveLine { bill: at, line } => {
                self.execute(asked, RemoveLine { invoice_id: bill(at), line_no: line }).await
            }
            What::Issue { bill: at } => {
                let issue = IssueInvoice {
                    invoice_id: bill(at),
                    issue_date: None,
                    due_date: None,
                    particulars: Particulars::default(),
                };
                self.execute(asked, issue).await
            }
            What::Void { bill: at } => {
                let void = VoidInvoice { invoice_id: bill(at), reason: "wrong".to_owned() };
                self.execute(asked, void).await
            }
            What::Pay { client: at, amount, how } => {
                let named =
                    |at| Pays::Invoices(vec![ShareOf { invoice_id: bill(at), amount: None }]);
                let pay = RecordPayment {
                    payment_id: Some(PaymentId::new(new)),
                    client_id: client(at),
                    amount: money(amount, currency(at)),
                    method: "manual_bank".to_owned(),
                    reference: None,
                    received_on: None,
                    pays: match how {
                        How::OldestFirst => Pays::OldestFirst,
                        How::Nothing => Pays::Nothing,
                        How::Named(at) => named(at),
                    },
                };
                self.execute(asked, pay).await
            }
        }
    }

    async fn execute<U: UseCase>(&self, asked: &Asked, command: U) -> (Value, bool)
    where
        U::Answer: serde::Serialize,
    {
        let key = format!("key {}", asked.key);
        let mut ask = Ask::new(self.tenant(asked.seller), actor(), key, command);
        if let Some(version) = asked.version {
            ask = ask.expect(version);
        }
        match self.house.door.execute(ask).await {
            Ok(done) => {
                let versions: Vec<i64> =
                    done.versions.iter().map(|(_, version)| *version).collect();
                let answer = serde_json::to_value(&done.answer).expect("JSON");
                let place = [done.first_position, done.position];
                let told = json!({ "answer": answer, "versions": versions, "place": place });
                (json!({ "done": told }), done.replayed)
            }
            Err(Error::Refused(no) | Error::NotFound(no)) => {
                (json!({ "refused": no.code, "detail": no.detail }), no.replayed)
            }
            Err(Error::Conflict { current }) => (json!({ "conflict": current }), false),
            Err(Error::KeyReused) => (json!("key reused"), false),
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Every client, invoice and payment stands as the model says.
    async fn compare_states(&self, door: &Door, seller: usize, books: &Books) {
        let tenant = self.tenant(seller);
        for client in &books.clients {
            let id = self.id(seller, Some(client.made_by));
            let (state, version) = door.load::<Client>(tenant, id).await.expect("a client");
            assert!(matches!(state, Client::Active(_)), "{state:?}");
            assert_eq!(version, 1);
        }
        for bill in &books.bills {
            let id = self.id(seller, Some(bill.made_by));
            let (state, version) = door.load::<Invoice>(tenant, id).await.expect("an invoice");
            assert_eq!(seen(&state), wanted(bill), "{state:?}");
            assert_eq!(version, bill.version, "{state:?}");
        }
        for payment in &books.payments {
            let id = self.id(seller, Some(payment.made_by));
            let (state, _) = door.load::<Payment>(tenant, id).await.expect("a payment");
            let settled = state.settled().expect("money that arrived");
            let minor = [settled.amount, settled.credit, settled.unapplied].map(Money::minor);
            assert_eq!(minor, [payment.amount, payment.credit, payment.unapplied], "{settled:?}");
        }
    }

    /// The postings of all events balance in each currency, and the accounts of the client say
    /// what the model says that is owed, lies as credit or is unmatched.
    async fn compare_accounts(&self, seller: usize, books: &Books) {
        let found = self.accounts(self.tenant(seller)).await;
        for (code, _) in CURRENCIES {
            let all = found.iter().filter(|((_, currency), _)| *currency == code);
            assert_eq!(all.map(|(_, minor)| minor).sum::<i64>(), 0, "{code} does not balance");
            let holds = |account: ledger::AccountCode| {
                found.get(&(account.as_str().to_owned(), code)).copied().unwrap_or_default()
            };
            let owned = |client: usize| CURRENCIES[books.clients[client].currency].0 == code;
            let bills = || books.bills.iter().filter(move |bill| owned(bill.client));
            let payments = || books.payments.iter().filter(move |it| owned(it.client));
            let open = bills().filter(|bill| bill.status == Status::Open);
            let void = bills().filter(|bill| bill.status == Status::Void);
            let owed: i64 = open.map(|bill| bill.due).sum();
            let taken_back: i64 = void.map(|bill| bill.total - bill.due).sum();
            let credit = taken_back + payments().map(|payment| payment.credit).sum::<i64>();
            let unapplied: i64 = payments().map(|payment| payment.unapplied).sum();
            assert_eq!(holds(accounts::RECEIVABLE), owed, "owed in {code}");
            assert_eq!(holds(accounts::CUSTOMER_CREDIT), -credit, "credit in {code}");
            assert_eq!(holds(accounts::UNAPPLIED_CASH), -unapplied, "unmatched in {code}");
        }
    }

    async fn accounts(&self, tenant: TenantId) -> Accounts {
        let mut accounts = Accounts::new();
        let rows = sqlx::query(
            "select aggregate_type, event_type, event_version, payload::text from events
             where tenant_id = $1",
        )
        .bind(tenant.uuid())
        .fetch_all(&self.house.db.feed)
        .await
        .expect("the events");
        for row in rows {
            let [kind, event, version, payload] = [0, 1, 2, 3].map(|at| row.get::<&str, _>(at));
            let event = schema::decode(kind, event, version, payload.as_bytes()).expect("an event");
            let Some(posting) = ledger::postings(&event).expect("a posting") else { continue };
            for entry in posting.entries() {
                let minor = entry.amount.minor();
                let signed = if entry.side == Side::Debit { minor } else { -minor };
                let key = (entry.account.as_str().to_owned(), entry.amount.currency().code());
                *accounts.entry(key).or_default() += signed;
            }
        }
        accounts
    }

    fn tenant(&self, seller: usize) -> TenantId {
        TenantId::new(self.id(seller, Some(0xffff)))
    }

    /// The id of what was made under a key; without one, an id of nothing.
    fn id(&self, seller: usize, made_by: Option<usize>) -> Uuid {
        let name = made_by.map_or(0xfffe, |key| u128::try_from(key).expect("few"));
        let seller = u128::try_from(seller).expect("few");
        Uuid::from_u128(u128::from(self.case) << 64 | (seller + 1) << 32 | name)
    }
}

/// What matters of an invoice: status, number, total, owed, and its lines while it is a draft.
type Shown = (Status, String, i64, i64, Vec<(u32, i64)>);

fn seen(state: &Invoice) -> Shown {
    let (status, document) = match state {
        Invoice::Draft(draft) => {
            let lines = draft.lines.iter().map(|line| (line.no, line.net.minor())).collect();
            return (Status::Draft, String::new(), 0, 0, lines);
        }
        Invoice::Open(document) => (Status::Open, document),
        Invoice::Settled { document, .. } => (Status::Settled, document),
        Invoice::Void { document, .. } => (Status::Void, document),
        other => panic!("{other:?}"),
    };
    let (total, due) = (document.total.minor(), document.balance_due.minor());
    (status, document.number.clone(), total, due, Vec::new())
}

fn wanted(bill: &Bill) -> Shown {
    if bill.status == Status::Draft {
        return (Status::Draft, String::new(), 0, 0, bill.lines.clone());
    }
    let number = format!("INV-2026-{:06}", bill.number);
    (bill.status, number, bill.total, bill.due, Vec::new())
}

fn registration(id: ClientId, at: usize) -> RegisterClient {
    RegisterClient {
        client_id: Some(id),
        contact: ContactCard { name: "Ada Lovelace".to_owned(), ..ContactCard::default() },
        country: None,
        currency: Some(currency(at)),
        origin: None,
    }
}

fn currency(at: usize) -> Currency {
    Currency::parse(CURRENCIES[at].0).expect("a currency")
}

fn money(minor: i64, currency: Currency) -> Money {
    Money::try_new(minor, currency).expect("an amount")
}

/// One piece at this price in minor units, taxed.
fn line(price: i64, currency: Currency) -> NewLine {
    let price = money(price, currency).to_major();
    NewLine {
        kind: LineKind::Hosting,
        description: "Hosting".to_owned(),
        quantity: "1".parse().expect("a quantity"),
        unit_price: UnitPrice::parse(&price, currency).expect("a price"),
        tax: TaxTreatment {
            category: TaxCategory::S,
            rate: TAX.to_string().parse().expect("a rate"),
            country: Country::parse("DE").expect("a country"),
        },
        period: None,
        product_id: None,
    }
}
