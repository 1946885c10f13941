//! Stripe's driver against Stripe's peer, which holds every request against Stripe's contract.

mod charging;
mod checkout;
mod contract;
mod disputing;
mod refunding;
mod statements;
mod storing;
mod webhooks;

use std::sync::Arc;

use billfold_adapters::{Outbound, gateways};
use billfold_app::access::Secret;
use billfold_app::ports::driver::{Call, CallFailure, Found};
use billfold_app::ports::gateway::{
    ChargeAsk, ChargeReport, ChargeStage, ChargeWay, Charging, CheckoutPages, Gateway, Handover,
    PageAsk, Payer, Refunding, Returns, Sought, StoredToken,
};
use billfold_domain::kernel::{ClientId, Currency, EffectId, Money, PaymentId};
use billfold_peers::stripe::{Card, StripePeer};
use uuid::Uuid;

use crate::desk::Desk;

pub(crate) const SECRET_KEY: &str = "sk_test_never_shown_1";
pub(crate) const WEBHOOK_SECRET: &str = "whsec_never_shown_2";

/// A seller with an account at the peer.
pub(crate) struct Shop {
    pub(crate) peer: StripePeer,
    pub(crate) desk: Desk,
    pub(crate) driver: Arc<dyn Gateway>,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let mut desk = Desk::new("stripe", &[]);
        let peer = StripePeer::start(SECRET_KEY, WEBHOOK_SECRET, desk.now).await;
        let url = peer.url();
        let settings = [
            ("publishable_key", "pk_test_1"),
            ("secret_key", SECRET_KEY),
            ("webhook_secret", WEBHOOK_SECRET),
            ("base_url", url.as_str()),
            ("send_contact", "true"),
        ];
        desk.account = Desk::new("stripe", &settings).account;
        let driver = driver();
        Self { peer, desk, driver }
    }

    pub(crate) fn charging(&self) -> &dyn Charging {
        self.driver.charging().unwrap()
    }

    pub(crate) fn paging(&self) -> &dyn CheckoutPages {
        self.driver.paging().unwrap()
    }

    pub(crate) fn refunding(&self) -> &dyn Refunding {
        self.driver.refunding().unwrap()
    }

    /// Charges a bill for an effect of its own.
    pub(crate) async fn charge(
        &self,
        bill: &Bill,
        way: ChargeWay<'_>,
    ) -> Result<ChargeReport, CallFailure> {
        self.charge_for(effect(), 1, bill, way).await
    }

    pub(crate) async fn charge_for(
        &self,
        effect_id: EffectId,
        try_no: u32,
        bill: &Bill,
        way: ChargeWay<'_>,
    ) -> Result<ChargeReport, CallFailure> {
        let ask = bill.asked(way);
        let charged = async |call: &Call<'_>| self.charging().charge(call, &ask).await;
        self.desk.call_for(effect_id, try_no, charged).await
    }

    /// A bill that is paid by a good card; answers the payment's name.
    pub(crate) async fn paid(&self, bill: &Bill) -> String {
        let token = self.stored(Card::Pays);
        let report = self.charge(bill, ChargeWay::Stored(&token)).await.unwrap();
        assert!(matches!(report.stage, ChargeStage::Settled));
        report.reference
    }

    pub(crate) fn stored(&self, card: Card) -> StoredToken {
        let (holder, token) = self.peer.customer_with(card);
        StoredToken { token: Secret::new(token), holder: Some(holder) }
    }

    pub(crate) async fn open_page(
        &self,
        bill: &Bill,
        save: bool,
    ) -> Result<ChargeReport, CallFailure> {
        let ask = bill.page(save);
        self.desk.call(async |call| self.paging().open(call, &ask).await).await
    }

    pub(crate) async fn look_up(
        &self,
        bill: &Bill,
        reference: Option<&str>,
    ) -> Found<ChargeReport> {
        let sought = bill.sought(reference, self);
        let found = async |call: &Call<'_>| self.charging().look_up(call, &sought).await;
        self.desk.call(found).await.unwrap()
    }

    pub(crate) async fn look_up_page(
        &self,
        bill: &Bill,
        reference: Option<&str>,
    ) -> Found<ChargeReport> {
        let sought = bill.sought(reference, self);
        let found = async |call: &Call<'_>| self.paging().look_up(call, &sought).await;
        self.desk.call(found).await.unwrap()
    }

    /// What a look-up by reference finds.
    pub(crate) async fn there(&self, bill: &Bill, reference: &str) -> ChargeReport {
        match self.look_up(bill, Some(reference)).await {
            Found::There(report) => report,
            other => panic!("{reference}: {other:?}"),
        }
    }

    /// Ends a test: nothing broke the contract.
    pub(crate) fn close(&self) {
        assert_eq!(self.peer.broken(), Vec::<String>::new());
    }
}

pub(crate) fn driver() -> Arc<dyn Gateway> {
    gateways::all(&Outbound::try_new(true).unwrap()).find("stripe").unwrap().clone()
}

/// Something to be paid.
pub(crate) struct Bill {
    pub(crate) id: PaymentId,
    pub(crate) amount: Money,
    pub(crate) description: String,
    pub(crate) payer: Payer,
    pub(crate) returns: Returns,
    pub(crate) references: Vec<(&'static str, String)>,
}

impl Bill {
    pub(crate) fn of(minor: i64, code: &str) -> Self {
        let payer = Payer {
            client_id: Some(ClientId::new(Uuid::from_u128(9))),
            name: Some("Ada Lovelace".to_owned()),
            email: Some("ada@shop.example".to_owned()),
            phone: None,
            address: None,
        };
        Self {
            id: PaymentId::new(Uuid::new_v4()),
            amount: money(minor, code),
            description: "Invoice INV-2026-000001".to_owned(),
            payer,
            returns: Returns {
                back: "https://shop.example/portal/payments/1/return".to_owned(),
                cancel: "https://shop.example/portal/payments/1".to_owned(),
                notify: "https://shop.example/api/hooks/1/stripe".to_owned(),
            },
            references: vec![("invoice_id", "inv_1".to_owned())],
        }
    }

    pub(crate) fn asked<'a>(&'a self, way: ChargeWay<'a>) -> ChargeAsk<'a> {
        ChargeAsk {
            payment_id: self.id,
            amount: self.amount,
            description: &self.description,
            lines: &[],
            payer: &self.payer,
            way,
            references: &self.references,
            returns: &self.returns,
        }
    }

    pub(crate) fn page(&self, save: bool) -> PageAsk<'_> {
        PageAsk {
            payment_id: self.id,
            amount: self.amount,
            description: &self.description,
            lines: &[],
            payer: &self.payer,
            save,
            holder: None,
            references: &self.references,
            returns: &self.returns,
        }
    }

    pub(crate) fn sought<'a>(&self, reference: Option<&'a str>, shop: &Shop) -> Sought<'a> {
        Sought {
            payment_id: self.id,
            reference,
            sent_at: Some(shop.desk.now),
            holder: None,
            amount: self.amount,
            hint: None,
        }
    }
}

pub(crate) fn money(minor: i64, code: &str) -> Money {
    Money::try_new(minor, Currency::parse(code).unwrap()).unwrap()
}

pub(crate) fn effect() -> EffectId {
    EffectId::new(Uuid::new_v4())
}

pub(crate) const ON_PAGE: ChargeWay<'static> = ChargeWay::OnPage { save: false, holder: None };

pub(crate) fn page_url(report: &ChargeReport) -> &str {
    match &report.stage {
        ChargeStage::NeedsClient { handover: Handover::Page { url }, .. } => url,
        other => panic!("no page: {other:?}"),
    }
}

#[test]
fn both_keys_are_of_one_mode() {
    use billfold_app::ports::driver::SettingValues;
    use billfold_domain::kernel::Refusal;

    let driver = driver();
    let set = |public: &str, secret: &str| {
        SettingValues::new([
            ("publishable_key".to_owned(), Secret::new(public)),
            ("secret_key".to_owned(), Secret::new(secret)),
        ])
    };
    for (public, secret, live) in
        [("pk_test_1", "sk_test_1", false), ("pk_live_1", "rk_live_1", true)]
    {
        assert!(driver.check(&set(public, secret)).is_ok());
        assert_eq!(driver.is_live(&set(public, secret)), live);
    }
    let mixed = driver.check(&set("pk_test_1", "sk_live_1")).unwrap_err();
    assert_eq!(mixed.field(), Some("/publishable_key"));
}

#[test]
fn a_key_of_another_kind_is_not_taken() {
    let driver = driver();
    let fields = driver.description().fields;
    let check = |name: &str, text: &str| {
        (fields.iter().find(|field| field.name == name).unwrap().check)(text).is_ok()
    };
    for (name, good, bad) in [
        ("publishable_key", "pk_live_abc", "sk_live_abc"),
        ("secret_key", "rk_test_abc", "pk_test_abc"),
        ("webhook_secret", "whsec_abc", "abc"),
        ("secret_key", "sk_test_abc", "sk_test_abc "),
        ("secret_key", "sk_live_abc", "sk_live_"),
    ] {
        assert!(check(name, good), "{good}");
        assert!(!check(name, bad), "{bad}");
    }
}

#[tokio::test]
async fn an_account_answers_a_test() {
    let shop = Shop::open().await;
    let test = async |call: &Call<'_>| shop.driver.testing().unwrap().test(call).await;
    let tested = shop.desk.call(test).await.unwrap();
    assert_eq!(tested.says, "account acct_peer answers, test mode");
    assert!(!tested.is_live);
    shop.close();
}
