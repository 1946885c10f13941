//! SSLCommerz, against a provider that keeps to its document.

mod failing;
mod notices;
mod paying;
mod refunds;

use std::sync::Arc;

use billfold_adapters::{Outbound, gateways};
use billfold_app::ports::driver::{CallFailure, Found};
use billfold_app::ports::gateway::{
    ChargeReport, ChargeStage, Gateway, PageAsk, Payer, PayerAddress, RefundAsk, RefundReport,
    Returns, Sought, SoughtRefund,
};
use billfold_domain::kernel::{ClientId, Currency, Money, PaymentId, RefundId};
use billfold_peers::sslcommerz::{STORE_ID, STORE_PASSWD, SslCommerz};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::desk::Desk;

/// A seller with an account at a provider of its own.
struct Shop {
    peer: SslCommerz,
    driver: Arc<dyn Gateway>,
    desk: Desk,
    payer: Payer,
    returns: Returns,
}

impl Shop {
    async fn open() -> Self {
        Self::with_password(STORE_PASSWD).await
    }

    async fn with_password(password: &str) -> Self {
        let peer = SslCommerz::start().await;
        let url = peer.url();
        let settings =
            [("store_id", STORE_ID), ("store_passwd", password), ("base_url", url.as_str())];
        let desk = Desk::new("sslcommerz", &settings);
        let returns = Returns {
            back: "https://shop.example/payments/return".to_owned(),
            cancel: "https://shop.example/payments/cancelled".to_owned(),
            notify: "https://shop.example/api/hooks/ten/sslcommerz".to_owned(),
        };
        Self { peer, driver: driver(), desk, payer: payer(), returns }
    }

    /// Opens a page.
    async fn page(&self, id: PaymentId, amount: Money) -> Result<ChargeReport, CallFailure> {
        let ask = PageAsk {
            payment_id: id,
            amount,
            description: "Invoice INV-2026-000001",
            lines: &[],
            payer: &self.payer,
            save: false,
            holder: None,
            references: &[],
            returns: &self.returns,
        };
        let pages = self.driver.paging().unwrap();
        self.desk.call(async |call| pages.open(call, &ask).await).await
    }

    /// Opens a page for taka, and answers the payment's id and its text.
    async fn opened(&self, minor: i64) -> (PaymentId, String) {
        let id = payment();
        self.page(id, taka(minor)).await.unwrap();
        (id, id.to_string())
    }

    /// A payment as it is looked for once its page was opened just now.
    fn about<'a>(&self, id: PaymentId, reference: &'a str) -> Sought<'a> {
        Sought {
            payment_id: id,
            reference: Some(reference),
            sent_at: Some(self.desk.now),
            holder: None,
            amount: taka(115_000),
            hint: None,
        }
    }

    async fn look(&self, about: &Sought<'_>) -> Result<Found<ChargeReport>, CallFailure> {
        let pages = self.driver.paging().unwrap();
        self.desk.call(async |call| pages.look_up(call, about).await).await
    }

    /// What a look-up finds.
    async fn found(&self, about: &Sought<'_>) -> ChargeReport {
        match self.look(about).await.unwrap() {
            Found::There(report) => report,
            other => panic!("{other:?}"),
        }
    }

    async fn refund(&self, ask: &RefundAsk<'_>) -> Result<RefundReport, CallFailure> {
        let refunding = self.driver.refunding().unwrap();
        self.desk.call(async |call| refunding.refund(call, ask).await).await
    }

    async fn look_refund(
        &self,
        about: &SoughtRefund<'_>,
    ) -> Result<Found<RefundReport>, CallFailure> {
        let refunding = self.driver.refunding().unwrap();
        self.desk.call(async |call| refunding.look_up(call, about).await).await
    }

    /// So much later.
    fn later(&mut self, by: TimeDelta) {
        self.desk.now += by;
    }

    fn now(&self) -> DateTime<Utc> {
        self.desk.now
    }

    /// Nothing that was sent broke the contract.
    fn close(self) {
        assert_eq!(self.peer.broken(), Vec::<String>::new());
    }
}

fn driver() -> Arc<dyn Gateway> {
    let all = gateways::all(&Outbound::try_new(true).unwrap());
    all.find("sslcommerz").unwrap().clone()
}

fn payer() -> Payer {
    Payer {
        client_id: Some(ClientId::new(Uuid::from_u128(5))),
        name: Some("Amina Rahman".to_owned()),
        email: Some("amina@example.com".to_owned()),
        phone: Some("+880 1711-111111".to_owned()),
        address: Some(PayerAddress {
            street: "12 Road 7, Dhanmondi".to_owned(),
            city: "Dhaka".to_owned(),
            postal_code: "1205".to_owned(),
            country: "BD".to_owned(),
        }),
    }
}

fn payment() -> PaymentId {
    PaymentId::new(Uuid::new_v4())
}

fn refund_id() -> RefundId {
    RefundId::new(Uuid::new_v4())
}

fn money(minor: i64, code: &str) -> Money {
    Money::try_new(minor, Currency::parse(code).unwrap()).unwrap()
}

fn taka(minor: i64) -> Money {
    money(minor, "BDT")
}

fn is_settled(report: &ChargeReport) -> bool {
    matches!(report.stage, ChargeStage::Settled)
}

fn is_pending(report: &ChargeReport) -> bool {
    matches!(report.stage, ChargeStage::Pending { .. })
}

#[tokio::test]
async fn a_connection_is_tested_without_moving_money() {
    let shop = Shop::open().await;
    let testing = shop.driver.testing().unwrap();
    let tested = shop.desk.call(async |call| testing.test(call).await).await.unwrap();
    assert!(tested.says.contains(STORE_ID), "{tested:?}");
    assert!(!tested.is_live);
    assert_eq!(shop.peer.books(), Default::default());
    shop.close();

    let shop = Shop::with_password("wrong-password").await;
    let testing = shop.driver.testing().unwrap();
    let refused = shop.desk.call(async |call| testing.test(call).await).await;
    assert!(matches!(refused, Err(CallFailure::Misconfigured { .. })), "{refused:?}");
    shop.close();
}

#[test]
fn real_money_moves_in_live_mode_alone() {
    let driver = driver();
    for (mode, is_live) in [("live", true), ("sandbox", false), ("", false)] {
        let desk = Desk::new("sslcommerz", &[("mode", mode)]);
        assert_eq!(driver.is_live(&desk.account.settings), is_live, "{mode}");
    }
    let description = driver.description();
    let secrets = description.fields.iter().filter(|field| field.is_secret);
    assert_eq!(secrets.map(|field| field.name).collect::<Vec<_>>(), ["store_passwd"]);
    assert!(description.fields.iter().all(|field| (field.check)("two words").is_ok()
        != ["store_id", "store_passwd"].contains(&field.name)));
}
