//! A clerk: asks at random about clients of their own.

use std::sync::Arc;

use billfold_app::Error;
use billfold_app::commands::UseCase;
use billfold_app::commands::clients::RegisterClient;
use billfold_app::commands::invoices::{
    ApplyClientCredit, DraftInvoice, IssueInvoice, VoidInvoice, WriteOffInvoice,
};
use billfold_app::commands::payments::{
    AfterLoss, ChargeInvoice, ConfirmRefund, FailRefund, LoseDispute, MatchPayment, OpenDispute,
    Pays, RecordPayment, RefundInvoice, RefundPayment, ShareOf, UnmatchPayment, WinDispute,
};
use billfold_app::commands::products::CreateProduct;
use billfold_app::commands::subscriptions::{
    AdjustSubscriptionLine, AgreedOffer, BillAccount, BilledDocument, Billing, CancelSubscription,
    ChangeSubscription, Offer, PauseSubscription, ResumeSubscription, SetSubscriptionAnchor,
    Subscribe, WithdrawCancellation,
};
use billfold_domain::client::ContactCard;
use billfold_domain::invoice::{LineKind, NewLine, TaxCategory, TaxTreatment};
use billfold_domain::kernel::{
    ClientId, Country, Currency, InvoiceId, Money, PaymentId, ProductId, Quantity, SubscriptionId,
    UnitPrice,
};
use billfold_domain::payment::{RefundFrom, Source};
use billfold_domain::product::ProductKind;
use billfold_domain::subscription::{
    Anchor, CancelAt, ChangePolicy, Interval, IntervalUnit, Timing,
};
use billfold_tests::till::Till;
use chrono::{Days, NaiveDate};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

/// Two decimals, none, three.
const CURRENCIES: [&str; 3] = ["EUR", "JPY", "KWD"];
/// What a clerk remembers of each kind.
const REMEMBERED: usize = 60;

/// One who asks.
pub(crate) struct Clerk {
    till: Arc<Till>,
    rng: StdRng,
    number: u64,
    asked: u64,
    product: ProductId,
    clients: Vec<(ClientId, Currency)>,
    subscriptions: Vec<(SubscriptionId, usize)>,
    invoices: Vec<(InvoiceId, usize)>,
    payments: Vec<(PaymentId, usize)>,
}

impl Clerk {
    /// One with a client per currency and something to sell.
    pub(crate) async fn begin(till: Arc<Till>, seed: u64, number: u64) -> Self {
        let rng = StdRng::seed_from_u64(seed.wrapping_mul(1_000_003) ^ number);
        let product = ProductId::new(uuid::Uuid::nil());
        let mut clerk = Self {
            till,
            rng,
            number,
            asked: 0,
            product,
            clients: Vec::new(),
            subscriptions: Vec::new(),
            invoices: Vec::new(),
            payments: Vec::new(),
        };
        let create = CreateProduct {
            product_id: None,
            code: format!("vps-{number}"),
            name: "VPS".to_owned(),
            kind: ProductKind::Vps,
        };
        clerk.product = clerk.ask(create).await.expect("a product").product_id;
        for code in CURRENCIES {
            let currency = Currency::parse(code).expect("a currency");
            let register = RegisterClient {
                client_id: None,
                contact: ContactCard { name: "Client".to_owned(), ..ContactCard::default() },
                country: None,
                currency: Some(currency),
                origin: None,
            };
            let client = clerk.ask(register).await.expect("a client").client_id;
            clerk.clients.push((client, currency));
        }
        clerk
    }

    /// Asks so many things; answers how many were granted.
    pub(crate) async fn work(&mut self, things: u64) -> u64 {
        let mut granted = 0;
        for _ in 0..things {
            granted += u64::from(self.something().await.is_some());
        }
        forget(&mut self.subscriptions);
        forget(&mut self.invoices);
        forget(&mut self.payments);
        granted
    }

    /// What was just billed for an account is not billed again.
    pub(crate) async fn bills_nothing_twice(&mut self) {
        for at in 0..self.clients.len() {
            let first = self.bill(at).await;
            let again = self.bill(at).await;
            if first.is_some() {
                assert_eq!(again, Some(None), "clerk {} billed account {at} twice", self.number);
            }
        }
    }

    /// Bills an account; nothing if it was refused.
    async fn bill(&mut self, at: usize) -> Option<Option<Billing>> {
        let (client_id, currency) = self.clients[at];
        let own = self.subscriptions.iter().filter(|(_, client)| *client == at);
        let subscriptions = own.map(|(id, _)| *id).collect();
        let bill = BillAccount { client_id, currency, subscriptions, through: None };
        let billed = self.ask(bill).await?.billing;
        self.learn(at, billed.as_ref());
        Some(billed)
    }

    /// Asks; nothing for a no. A fault of ours ends the test.
    async fn ask<U: UseCase>(&mut self, command: U) -> Option<U::Answer> {
        self.asked += 1;
        let key = format!("{}-{}", self.number, self.asked);
        match self.till.ask(&key, command).await {
            Ok(done) => Some(done.answer),
            Err(Error::Refused(_) | Error::NotFound(_) | Error::Conflict { .. }) => None,
            Err(fault) => panic!("clerk {} asked for {} ({key}): {fault:?}", self.number, U::NAME),
        }
    }

    async fn something(&mut self) -> Option<()> {
        match self.rng.random_range(0..100) {
            0..11 => self.subscribe().await,
            11..45 => self.act_on_a_subscription().await,
            45..52 => {
                let at = self.rng.random_range(0..self.clients.len());
                self.bill(at).await.map(drop)
            }
            52..62 => self.invoice().await,
            62..78 => self.pay().await,
            78..94 => self.act_on_a_payment().await,
            _ => self.act_on_an_invoice().await,
        }
    }

    async fn subscribe(&mut self) -> Option<()> {
        let at = self.rng.random_range(0..self.clients.len());
        let (client_id, currency) = self.clients[at];
        let ends = self.some(1, 8).then(|| self.today() + Days::new(self.rng.random_range(0..400)));
        let subscribe = Subscribe {
            subscription_id: None,
            client_id,
            product_id: self.product,
            offer: self.offer(currency),
            quantity: self.quantity(),
            tax: self.tax(),
            anchor: self.anchor(),
            ends,
            on: self.back(40),
        };
        let begun = self.ask(subscribe).await?;
        self.subscriptions.push((begun.subscription_id, at));
        self.learn(at, begun.billing.as_ref());
        Some(())
    }

    async fn act_on_a_subscription(&mut self) -> Option<()> {
        let (subscription_id, at) = *self.subscriptions.choose(&mut self.rng)?;
        let currency = self.clients[at].1;
        let on = self.back(20);
        let acted = match self.rng.random_range(0..20) {
            0..6 => {
                let quantity = self.some(1, 2).then(|| self.quantity());
                let change = ChangeSubscription {
                    subscription_id,
                    product_id: self.product,
                    offer: self.offer(currency),
                    quantity,
                    tax: self.some(1, 6).then(|| self.tax()),
                    anchor: self.some(1, 4).then(|| self.anchor()).flatten(),
                    on,
                    policy: self.policy(),
                };
                self.ask(change).await?
            }
            6..9 => self.ask(PauseSubscription { subscription_id, on }).await?,
            9..12 => self.ask(ResumeSubscription { subscription_id, on }).await?,
            12..15 => {
                let at = match self.rng.random_range(0..3) {
                    0 => CancelAt::Immediate,
                    1 => CancelAt::EndOfTerm,
                    _ => CancelAt::Date(self.today() + Days::new(self.rng.random_range(0..90))),
                };
                self.ask(CancelSubscription { subscription_id, at, on }).await?
            }
            15..17 => self.ask(WithdrawCancellation { subscription_id, on }).await?,
            17..19 => {
                let anchor = self.anchor().unwrap_or(Anchor::Calendar {});
                self.ask(SetSubscriptionAnchor { subscription_id, anchor, on }).await?
            }
            _ => {
                let from = self.today() - Days::new(self.rng.random_range(0..40));
                let amount = self.money(currency, 3_000);
                let reason = "an outage".to_owned();
                let adjust = AdjustSubscriptionLine { subscription_id, from, amount, reason };
                self.ask(adjust).await?
            }
        };
        self.learn(at, acted.billing.as_ref());
        Some(())
    }

    async fn invoice(&mut self) -> Option<()> {
        let at = self.rng.random_range(0..self.clients.len());
        let (client_id, currency) = self.clients[at];
        let lines = (0..self.rng.random_range(1..5)).map(|_| self.line(currency)).collect();
        let draft = DraftInvoice {
            invoice_id: None,
            client_id,
            order_id: None,
            tax: None,
            currency: Some(currency),
            lines,
            due_date: None,
        };
        let invoice_id = self.ask(draft).await?.invoice_id;
        self.invoices.push((invoice_id, at));
        self.ask(IssueInvoice { invoice_id, issue_date: None, due_date: None }).await.map(drop)
    }

    async fn pay(&mut self) -> Option<()> {
        let (invoice_id, at) = *self.invoices.choose(&mut self.rng)?;
        let (client_id, currency) = self.clients[at];
        if self.some(1, 4) {
            let gateway = "sandbox".to_owned();
            let charged = self.ask(ChargeInvoice { invoice_id, gateway }).await?;
            self.payments.push((charged.payment_id, at));
            return Some(());
        }
        let amount = self.money(currency, 9_000);
        let pays = match self.rng.random_range(0..4) {
            0 => Pays::Nothing,
            1 => Pays::OldestFirst,
            _ => Pays::Invoices(vec![ShareOf { invoice_id, amount: None }]),
        };
        let payment = RecordPayment {
            payment_id: None,
            client_id,
            amount,
            method: "manual_bank".to_owned(),
            reference: None,
            received_on: self.back(3),
            pays,
        };
        let recorded = self.ask(payment).await?;
        self.payments.push((recorded.payment_id, at));
        Some(())
    }

    async fn act_on_a_payment(&mut self) -> Option<()> {
        let (payment_id, at) = *self.payments.choose(&mut self.rng)?;
        let currency = self.clients[at].1;
        let amount = self.some(2, 3).then(|| self.money(currency, 6_000));
        let (no, reason, on) = (self.rng.random_range(1..4), "because".to_owned(), None);
        let source = if self.some(1, 2) { Source::Unapplied } else { Source::Credit };
        match self.rng.random_range(0..14) {
            0..3 => {
                let from =
                    if self.some(1, 2) { RefundFrom::Anywhere } else { RefundFrom::Place(source) };
                self.ask(RefundPayment { payment_id, amount, from, reason }).await.map(drop)
            }
            3 => {
                let (refund_no, reference) = (no, None);
                let sent = ConfirmRefund { payment_id, refund_no, reference, sent_on: on };
                self.ask(sent).await
            }
            4 => self.ask(FailRefund { payment_id, refund_no: no, reason }).await,
            5..7 => {
                let claimed = self.money(currency, 9_000);
                let open =
                    OpenDispute { payment_id, reference: None, claimed, reason, opened_on: on };
                self.ask(open).await.map(drop)
            }
            7..9 => self.ask(WinDispute { payment_id, dispute_no: no, amount, on }).await,
            9 => {
                let then = if self.some(1, 2) { AfterLoss::WrittenOff } else { AfterLoss::Owed };
                self.ask(LoseDispute { payment_id, dispute_no: no, then, on }).await
            }
            10..12 => {
                let (invoice_id, _) = *self.invoices.choose(&mut self.rng)?;
                let amount = amount.unwrap_or(self.money(currency, 500));
                self.ask(MatchPayment { payment_id, invoice_id, amount, from: source }).await
            }
            _ => {
                let unmatch = UnmatchPayment { payment_id, allocation_no: no, amount, to: source };
                self.ask(unmatch).await
            }
        }
    }

    async fn act_on_an_invoice(&mut self) -> Option<()> {
        let (invoice_id, at) = *self.invoices.choose(&mut self.rng)?;
        let reason = "because".to_owned();
        match self.rng.random_range(0..8) {
            0..3 => self.ask(VoidInvoice { invoice_id, reason }).await.map(drop),
            3 => self.ask(WriteOffInvoice { invoice_id, reason }).await.map(drop),
            4..6 => self.ask(ApplyClientCredit { invoice_id }).await.map(drop),
            _ => {
                let currency = self.clients[at].1;
                let amount = self.some(1, 2).then(|| self.money(currency, 4_000));
                self.ask(RefundInvoice { invoice_id, amount, reason }).await.map(drop)
            }
        }
    }

    fn learn(&mut self, at: usize, billing: Option<&Billing>) {
        if let Some(Billing { document: BilledDocument::Invoice(id), .. }) = billing {
            self.invoices.push((*id, at));
        }
    }

    fn some(&mut self, of: u32, all: u32) -> bool {
        self.rng.random_ratio(of, all)
    }

    fn today(&self) -> NaiveDate {
        self.till.clock.now().date_naive()
    }

    /// Mostly now, at times some days back.
    fn back(&mut self, days: u64) -> Option<NaiveDate> {
        self.some(1, 4).then(|| self.today() - Days::new(self.rng.random_range(0..=days)))
    }

    fn money(&mut self, currency: Currency, most: i64) -> Money {
        Money::try_new(self.rng.random_range(1..=most), currency).expect("an amount")
    }

    fn price(&mut self, currency: Currency) -> UnitPrice {
        let major = self.money(currency, 4_000).to_major();
        UnitPrice::parse(&major, currency).expect("a price")
    }

    fn quantity(&mut self) -> Quantity {
        Quantity::from(self.rng.random_range(1..4_u32))
    }

    fn tax(&mut self) -> TaxTreatment {
        let (category, rate, country) = *[
            (TaxCategory::S, "19", "DE"),
            (TaxCategory::S, "5.5", "FR"),
            (TaxCategory::AE, "0", "NL"),
            (TaxCategory::O, "0", "US"),
        ]
        .choose(&mut self.rng)
        .expect("one of four");
        let (rate, country) = (rate.parse().expect("a rate"), Country::parse(country));
        TaxTreatment { category, rate, country: country.expect("a country") }
    }

    fn line(&mut self, currency: Currency) -> NewLine {
        NewLine {
            kind: LineKind::Hosting,
            description: "Hosting".to_owned(),
            quantity: self.quantity(),
            unit_price: self.price(currency),
            tax: self.tax(),
            period: None,
            product_id: None,
        }
    }

    fn offer(&mut self, currency: Currency) -> Offer {
        let units =
            [IntervalUnit::Day, IntervalUnit::Week, IntervalUnit::Month, IntervalUnit::Year];
        let unit = *units.choose(&mut self.rng).expect("one of four");
        let most = if unit == IntervalUnit::Day { 40 } else { 3 };
        let count = self.rng.random_range(1..=most);
        let timing = if self.some(1, 4) { Timing::Arrears } else { Timing::Advance };
        Offer::Agreed(AgreedOffer {
            currency,
            price: self.some(9, 10).then(|| self.price(currency)),
            setup_fee: self.some(1, 5).then(|| self.money(currency, 2_000)),
            interval: Interval::try_new(unit, count).expect("an interval"),
            timing,
            trial_days: if self.some(1, 6) { self.rng.random_range(1..30) } else { 0 },
            anchor: None,
        })
    }

    fn policy(&mut self) -> ChangePolicy {
        *[
            ChangePolicy::ProrateNow,
            ChangePolicy::ProrateNext,
            ChangePolicy::FullNow,
            ChangePolicy::AtPeriodEnd,
            ChangePolicy::NoProration,
        ]
        .choose(&mut self.rng)
        .expect("one of five")
    }

    fn anchor(&mut self) -> Option<Anchor> {
        match self.rng.random_range(0..4) {
            0 => None,
            1 => Some(Anchor::Calendar {}),
            2 => Some(Anchor::Anniversary { date: None }),
            _ => {
                let day = self.rng.random_range(1..=31_u32).try_into().expect("a day of a month");
                Some(Anchor::BillingDay { day })
            }
        }
    }
}

/// Keeps the newest.
fn forget<T>(known: &mut Vec<T>) {
    let old = known.len().saturating_sub(REMEMBERED);
    known.drain(..old);
}
