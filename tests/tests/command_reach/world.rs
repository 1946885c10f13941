//! Two sellers in one database, each with two clients and one of everything for each of them.

use std::sync::atomic::{AtomicU64, Ordering};

use billfold_app::Error;
use billfold_app::commands::affiliates::{ApproveAffiliate, EnrolAffiliate};
use billfold_app::commands::billing_runs::StartBillingRun;
use billfold_app::commands::client_groups::CreateGroup;
use billfold_app::commands::clients::RegisterClient;
use billfold_app::commands::coupons::CreateCoupon;
use billfold_app::commands::departments::CreateDepartment;
use billfold_app::commands::dunning::{DefineStrategy, OpenDunningCase};
use billfold_app::commands::gift_cards::{SellGiftCard, code_of_sale};
use billfold_app::commands::invoices::{DraftInvoice, IssueInvoice, WriteOffInvoice};
use billfold_app::commands::orders::PlaceOrder;
use billfold_app::commands::payment_methods::AttachPaymentMethod;
use billfold_app::commands::payments::{Pays, RecordPayment, ShareOf};
use billfold_app::commands::products::CreateProduct;
use billfold_app::commands::proformas::IssueProforma;
use billfold_app::commands::roles::CreateRole;
use billfold_app::commands::staff::AddStaff;
use billfold_app::commands::subscriptions::Subscribe;
use billfold_app::commands::tax_rates::DefineRate;
use billfold_app::commands::tenants::{
    OpenTenant, SetAffiliateTerms, SetApprovalLimits, TakeHostName,
};
use billfold_app::commands::webhook_endpoints::RegisterEndpoint;
use billfold_app::commands::{Ask, Done, UseCase};
use billfold_app::pictures::Pictures;
use billfold_domain::approval::{ApprovalLimit, ApprovalLimits};
use billfold_domain::invoice::Particulars;
use billfold_domain::kernel::{
    Actor, AffiliateId, ApprovalId, BillingRunId, ClientGroupId, ClientId, Country, CouponId,
    Currency, DeedKind, DepartmentId, DunningCaseId, DunningStrategyId, GiftCardId, InvoiceId,
    OrderId, PaymentId, PaymentMethodId, ProductId, ProformaId, RoleId, SignInId, StaffId,
    SubscriptionId, TaxRateId, TenantId, WebhookEndpointId,
};
use billfold_domain::product::ProductKind;
use billfold_domain::tenant::HostName;
use billfold_tests::till::Till;
use uuid::Uuid;

use crate::row::Row;
use crate::words::{
    card, commissions, coupon, department, endpoint, eur, everything, instrument, item, line,
    new_rate, offer, one, profile, strategy, tax,
};

/// One of everything, as far as it is a client's: of one client.
#[derive(Clone, Debug)]
pub(crate) struct Things {
    /// The seller, from whose id those of built-in roles and strategies follow.
    pub(crate) tenant: TenantId,
    pub(crate) host_name: HostName,
    pub(crate) client: ClientId,
    /// Not issued yet, with one line.
    pub(crate) sketch: InvoiceId,
    /// Issued and owed.
    pub(crate) invoice: InvoiceId,
    /// Issued and paid by `payment`.
    pub(crate) paid: InvoiceId,
    pub(crate) payment: PaymentId,
    /// Money that paid for nothing yet.
    pub(crate) money: PaymentId,
    pub(crate) method: PaymentMethodId,
    pub(crate) order: OrderId,
    pub(crate) subscription: SubscriptionId,
    /// Made of another draft.
    pub(crate) proforma: ProformaId,
    pub(crate) product: ProductId,
    pub(crate) coupon: CouponId,
    pub(crate) coupon_code: String,
    pub(crate) gift_card: GiftCardId,
    pub(crate) gift_code: String,
    pub(crate) group: ClientGroupId,
    pub(crate) rate: TaxRateId,
    pub(crate) strategy: DunningStrategyId,
    /// Of `invoice`.
    pub(crate) case: DunningCaseId,
    pub(crate) run: BillingRunId,
    pub(crate) affiliate: AffiliateId,
    pub(crate) affiliate_code: String,
    pub(crate) endpoint: WebhookEndpointId,
    pub(crate) role: RoleId,
    pub(crate) staff: StaffId,
    pub(crate) department: DepartmentId,
    pub(crate) approval: ApprovalId,
    pub(crate) sign_in: SignInId,
}

/// A seller with two clients.
pub(crate) struct Seller {
    pub(crate) tenant: TenantId,
    pub(crate) one: Things,
    pub(crate) two: Things,
}

/// The one who asks, and the other.
pub(crate) struct World {
    pub(crate) till: Till,
    pub(crate) pictures: Pictures,
    pub(crate) actor: Actor,
    pub(crate) asks: Seller,
    pub(crate) other: Seller,
    /// Ids and words that name nothing anywhere.
    pub(crate) nothing: Things,
    asked: AtomicU64,
}

impl World {
    pub(crate) async fn open() -> Self {
        let till = Till::new().await.unwrap();
        let actor = Actor::system("tests").unwrap();
        let other = Desk { till: &till, actor: &actor, tenant: tenant(0xA1) }.seller().await;
        let asks = Desk { till: &till, actor: &actor, tenant: tenant(0xB2) }.seller().await;
        let pictures = crate::rows::pictures(&till);
        Self { pictures, actor, asks, other, nothing: unknown(), asked: AtomicU64::new(0), till }
    }

    /// Asks for what a row says, in the books of a seller.
    pub(crate) async fn ask(
        &self,
        seller: &Seller,
        row: &Row,
        own: &Things,
        others: &Things,
    ) -> Result<(), Error> {
        let key = format!("asked-{}", self.asked.fetch_add(1, Ordering::Relaxed));
        row.ask(self, seller, key, own, others).await
    }
}

fn tenant(number: u128) -> TenantId {
    TenantId::new(Uuid::from_u128(number))
}

/// Whoever fills the books of a seller.
struct Desk<'a> {
    till: &'a Till,
    actor: &'a Actor,
    tenant: TenantId,
}

impl Desk<'_> {
    async fn seller(&self) -> Seller {
        let open = OpenTenant {
            name: "Seller GmbH".to_owned(),
            country: Country::parse("DE").unwrap(),
            currency: Currency::EUR,
            time_zone: "Europe/Berlin".to_owned(),
            invoice_numbers: None,
            credit_note_numbers: None,
            payment_term_days: None,
            vat_id: Some("DE123456789".to_owned()),
            test_clock: None,
        };
        self.ask("open", open).await;
        self.ask("terms", SetAffiliateTerms { terms: commissions() }).await;
        let (one, two) = (self.things("one").await, self.things("two").await);
        let limits = vec![ApprovalLimit { kind: DeedKind::WriteOff, up_to: eur("0.01") }];
        let limits = ApprovalLimits::try_new(limits).unwrap();
        self.ask("limits", SetApprovalLimits { limits }).await;
        let (one, two) = (self.with_approval(one).await, self.with_approval(two).await);
        Seller { tenant: self.tenant, one, two }
    }

    async fn execute<U: UseCase>(&self, key: &str, ask: U) -> Result<Done<U::Answer>, Error> {
        self.till.door.execute(Ask::new(self.tenant, self.actor.clone(), key, ask)).await
    }

    async fn ask<U: UseCase>(&self, key: &str, ask: U) -> U::Answer {
        let done = self.execute(key, ask).await;
        done.unwrap_or_else(|error| panic!("{}: {error:?}", U::NAME)).answer
    }

    async fn things(&self, name: &str) -> Things {
        // Words differ between sellers, or one would find its own under the other's.
        let word = format!("{name}-{:x}", self.tenant.uuid().as_u128());
        let things = Things {
            tenant: self.tenant,
            sign_in: SignInId::derive(self.tenant.uuid(), &word),
            ..unknown()
        };
        let things = self.people(things, &word).await;
        let things = self.catalogue(things, &word).await;
        let things = self.documents(things, &word).await;
        self.agreements(things, &word).await
    }

    /// The client, and who works for the seller.
    async fn people(&self, things: Things, word: &str) -> Things {
        let register = RegisterClient {
            client_id: None,
            contact: card(word),
            country: Country::parse("DE").ok(),
            currency: None,
            origin: None,
        };
        let client = self.ask(&format!("client {word}"), register).await.client_id;
        let (role_id, held) = (None, everything());
        let (name, description) = (word.to_owned(), String::new());
        let (permissions, reach) = (held.permissions, held.reach);
        let role = CreateRole { role_id, name, description, permissions, reach, held };
        let role = self.ask(&format!("role {word}"), role).await.role_id;
        let add = AddStaff { profile: profile(word), roles: vec![role], held };
        let staff = self.ask(&format!("staff {word}"), add).await.staff_id;
        let create = CreateDepartment { terms: department(word) };
        let department = self.ask(&format!("department {word}"), create).await.department_id;
        let register = RegisterEndpoint { terms: endpoint() };
        let endpoint = self.ask(&format!("endpoint {word}"), register).await.webhook_endpoint_id;
        let host_name = HostName::parse("host_name", &format!("{word}.example.org")).unwrap();
        let take = TakeHostName { host_name: host_name.clone() };
        self.ask(&format!("host {word}"), take).await;
        Things { host_name, client, role, staff, department, endpoint, ..things }
    }

    /// What is sold, and for how much.
    async fn catalogue(&self, things: Things, word: &str) -> Things {
        let (code, name) = (word.to_owned(), word.to_owned());
        let create = CreateProduct { product_id: None, code, name, kind: ProductKind::Vps };
        let product = self.ask(&format!("product {word}"), create).await.product_id;
        let coupon_code = word.to_uppercase();
        let create = CreateCoupon { terms: coupon(&coupon_code) };
        let coupon = self.ask(&format!("coupon {word}"), create).await.coupon_id;
        let key = format!("gift card {word}");
        let paid_by = "manual_bank".to_owned();
        let sell = SellGiftCard { value: eur("20.00"), expires_on: None, paid_by };
        let gift_card = self.ask(&key, sell).await.gift_card_id;
        let gift_code = code_of_sale(&self.till.door, self.tenant, &key).await.unwrap().printed();
        let group = CreateGroup {
            client_group_id: None,
            code: word.to_owned(),
            name: word.to_owned(),
            discount: None,
            tier: None,
        };
        let group = self.ask(&format!("group {word}"), group).await.client_group_id;
        let region = if word.starts_with("one") { "NY" } else { "CA" };
        let define = DefineRate { tax_rate_id: None, define: new_rate(region) };
        let rate = self.ask(&format!("rate {word}"), define).await.tax_rate_id;
        let (code, name) = (word.to_owned(), word.to_owned());
        let define = DefineStrategy { strategy_id: None, code, name, strategy: strategy() };
        let strategy = self.ask(&format!("strategy {word}"), define).await.strategy_id;
        let things = Things { product, coupon, coupon_code, gift_card, gift_code, ..things };
        Things { group, rate, strategy, ..things }
    }

    /// Invoices, and what was paid.
    async fn documents(&self, things: Things, word: &str) -> Things {
        let client = things.client;
        let draft = self.draft(&format!("draft {word}"), client).await;
        let sketch = self.draft(&format!("sketch {word}"), client).await;
        let invoice = self.invoice(&format!("invoice {word}"), client).await;
        let paid = self.invoice(&format!("paid {word}"), client).await;
        let pays = Pays::Invoices(vec![ShareOf { invoice_id: paid, amount: None }]);
        let payment = self.pay(&format!("payment {word}"), client, pays).await;
        let money = self.pay(&format!("money {word}"), client, Pays::Nothing).await;
        let (valid_until, particulars) = (None, Particulars::default());
        let issue = IssueProforma { invoice_id: draft, valid_until, particulars };
        let proforma = self.ask(&format!("proforma {word}"), issue).await.proforma_id;
        let case = OpenDunningCase { invoice_id: invoice };
        let case = self.ask(&format!("case {word}"), case).await.case_id;
        Things { sketch, invoice, paid, payment, money, proforma, case, ..things }
    }

    async fn draft(&self, key: &str, client_id: ClientId) -> InvoiceId {
        let draft = DraftInvoice {
            invoice_id: None,
            client_id,
            order_id: None,
            tax: None,
            currency: None,
            lines: vec![line("100.00").into()],
            due_date: None,
        };
        self.ask(key, draft).await.invoice_id
    }

    async fn invoice(&self, key: &str, client: ClientId) -> InvoiceId {
        let invoice_id = self.draft(&format!("draft of {key}"), client).await;
        let particulars = Particulars::default();
        let issue = IssueInvoice { invoice_id, issue_date: None, due_date: None, particulars };
        self.ask(key, issue).await.invoice_id
    }

    async fn pay(&self, key: &str, client_id: ClientId, pays: Pays) -> PaymentId {
        let record = RecordPayment {
            payment_id: None,
            client_id,
            amount: eur("119.00"),
            method: "manual_bank".to_owned(),
            reference: None,
            received_on: None,
            pays,
        };
        self.ask(key, record).await.payment_id
    }

    /// What goes on: an order, a subscription, ways to pay, an affiliate, a run.
    async fn agreements(&self, things: Things, word: &str) -> Things {
        let client_id = things.client;
        let items = vec![item()];
        let place = PlaceOrder { order_id: None, client_id, currency: None, items, origin: None };
        let order = self.ask(&format!("order {word}"), place).await.order_id;
        let subscribe = Subscribe {
            subscription_id: None,
            client_id,
            product_id: things.product,
            offer: offer(),
            quantity: one(),
            tax: tax().into(),
            anchor: None,
            ends: None,
            on: None,
        };
        let subscription = self.ask(&format!("sub {word}"), subscribe).await.subscription_id;
        let (gateway, token) = ("sandbox".to_owned(), word.to_owned());
        let attach = AttachPaymentMethod { client_id, gateway, token, instrument: instrument() };
        let method = self.ask(&format!("method {word}"), attach).await.payment_method_id;
        let affiliate_code = word.to_owned();
        let enrol = EnrolAffiliate { client_id, code: affiliate_code.clone() };
        let affiliate_id = self.ask(&format!("affiliate {word}"), enrol).await.affiliate_id;
        self.ask(&format!("approve {word}"), ApproveAffiliate { affiliate_id }).await;
        let start = StartBillingRun {
            billing_run_id: None,
            through: None,
            largest: Vec::new(),
            most_quarantined: 10,
        };
        let run = self.ask(&format!("run {word}"), start).await.billing_run_id;
        let affiliate = affiliate_id;
        Things { order, subscription, method, affiliate, affiliate_code, run, ..things }
    }

    /// An invoice that a second person has to agree to write off.
    async fn with_approval(&self, things: Things) -> Things {
        let (invoice_id, reason) = (things.invoice, "because".to_owned());
        let key = format!("write off {invoice_id}");
        let waits = self.execute(&key, WriteOffInvoice { invoice_id, reason }).await;
        let Err(Error::Waits(waiting)) = waits else { panic!("it waits, not {waits:?}") };
        Things { approval: waiting.approval_id, ..things }
    }
}

/// Ids and words that name nothing.
fn unknown() -> Things {
    let new = || Uuid::from_u128(0x0D0D);
    Things {
        tenant: TenantId::new(new()),
        host_name: HostName::parse("host_name", "nowhere.example.org").unwrap(),
        client: ClientId::new(new()),
        sketch: InvoiceId::new(new()),
        invoice: InvoiceId::new(new()),
        paid: InvoiceId::new(new()),
        payment: PaymentId::new(new()),
        money: PaymentId::new(new()),
        method: PaymentMethodId::new(new()),
        order: OrderId::new(new()),
        subscription: SubscriptionId::new(new()),
        proforma: ProformaId::new(new()),
        product: ProductId::new(new()),
        coupon: CouponId::new(new()),
        coupon_code: "NOWHERE".to_owned(),
        gift_card: GiftCardId::new(new()),
        gift_code: "OLIL-2345-6789-ABCD".to_owned(),
        group: ClientGroupId::new(new()),
        rate: TaxRateId::new(new()),
        strategy: DunningStrategyId::new(new()),
        case: DunningCaseId::new(new()),
        run: BillingRunId::new(new()),
        affiliate: AffiliateId::new(new()),
        affiliate_code: "nowhere".to_owned(),
        endpoint: WebhookEndpointId::new(new()),
        role: RoleId::new(new()),
        staff: StaffId::new(new()),
        department: DepartmentId::new(new()),
        approval: ApprovalId::new(new()),
        sign_in: SignInId::new(new()),
    }
}
