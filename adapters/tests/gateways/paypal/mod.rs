//! PayPal: the driver against a peer that holds every request against PayPal's own contracts.

mod calls;
mod checkout;
mod disputes;
mod lost_answers;
mod notices;
mod refunds;
mod statements;

use billfold_adapters::Outbound;
use billfold_adapters::gateways::paypal::{PayPal, Trust};
use billfold_app::ports::driver::{CallFailure, Found};
use billfold_app::ports::gateway::{
    Capturing, ChargeReport, ChargeStage, CheckoutPages, PageAsk, PayLine, Payer, RefundAsk,
    RefundReport, Refunding, Returns, Sought,
};
use billfold_domain::kernel::{Currency, EffectId, Money, PaymentId, RefundId};
use billfold_peers::paypal::{CLIENT_ID, CLIENT_SECRET, PayPalPeer, WEBHOOK_ID};
use chrono::TimeDelta;
use uuid::Uuid;

use crate::desk::Desk;

/// A driver, its account and a PayPal. Ends with no contract broken.
pub(crate) struct Shop {
    pub(crate) peer: PayPalPeer,
    pub(crate) paypal: PayPal,
    pub(crate) desk: Desk,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::set(&[]).await
    }

    /// With more settings.
    pub(crate) async fn set(more: &[(&str, &str)]) -> Self {
        let peer = PayPalPeer::start().await;
        let url = peer.url();
        let mut settings = vec![
            ("mode", "sandbox"),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("webhook_id", WEBHOOK_ID),
            ("base_url", url.as_str()),
        ];
        settings.extend_from_slice(more);
        let desk = Desk::new("paypal", &settings);
        let out = Outbound::try_new(true).unwrap();
        let paypal = PayPal::trusting(&out, Trust::root(PayPalPeer::root()).unwrap());
        Self { peer, paypal, desk }
    }

    /// Moves both clocks.
    pub(crate) fn advance(&mut self, by: TimeDelta) {
        self.peer.advance(by);
        self.desk.now += by;
    }

    /// Opens a page.
    pub(crate) async fn page(
        &self,
        payment_id: PaymentId,
        amount: Money,
        lines: &[PayLine],
    ) -> Result<ChargeReport, CallFailure> {
        self.page_for(EffectId::new(Uuid::new_v4()), payment_id, amount, lines).await
    }

    /// Opens a page for an effect.
    pub(crate) async fn page_for(
        &self,
        effect: EffectId,
        payment_id: PaymentId,
        amount: Money,
        lines: &[PayLine],
    ) -> Result<ChargeReport, CallFailure> {
        let (payer, returns) = (Payer::default(), returns());
        let ask = PageAsk {
            payment_id,
            amount,
            description: "Invoice INV-2026-000001",
            lines,
            payer: &payer,
            save: false,
            holder: None,
            references: &[],
            returns: &returns,
        };
        let called = self
            .desk
            .call_for(effect, 1, async |call| CheckoutPages::open(&self.paypal, call, &ask).await);
        called.await
    }

    /// An order that the payer approved.
    pub(crate) async fn approved(&self, payment_id: PaymentId, amount: Money) -> String {
        let order = self.page(payment_id, amount, &[]).await.unwrap().reference;
        self.peer.approve(&order);
        order
    }

    /// A capture that is paid.
    pub(crate) async fn paid(&self, payment_id: PaymentId, amount: Money) -> String {
        let order = self.approved(payment_id, amount).await;
        let report = self.capture(payment_id, &order).await.unwrap();
        assert!(matches!(report.stage, ChargeStage::Settled), "{report:?}");
        report.reference
    }

    pub(crate) async fn capture(
        &self,
        payment_id: PaymentId,
        order: &str,
    ) -> Result<ChargeReport, CallFailure> {
        self.capture_for(EffectId::new(Uuid::new_v4()), payment_id, order).await
    }

    pub(crate) async fn capture_for(
        &self,
        effect: EffectId,
        payment_id: PaymentId,
        order: &str,
    ) -> Result<ChargeReport, CallFailure> {
        let about = sought(payment_id, Some(order));
        let called =
            self.desk.call_for(effect, 1, async |call| self.paypal.capture(call, &about).await);
        called.await
    }

    pub(crate) async fn look(
        &self,
        payment_id: PaymentId,
        reference: Option<&str>,
    ) -> Result<Found<ChargeReport>, CallFailure> {
        let about = sought(payment_id, reference);
        self.desk.call(async |call| CheckoutPages::look_up(&self.paypal, call, &about).await).await
    }

    /// What a look-up finds.
    pub(crate) async fn found(&self, payment_id: PaymentId, reference: &str) -> ChargeReport {
        match self.look(payment_id, Some(reference)).await.unwrap() {
            Found::There(report) => report,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn refund_for(
        &self,
        effect: EffectId,
        refund_id: RefundId,
        capture: &str,
        amount: Money,
    ) -> Result<RefundReport, CallFailure> {
        let ask = RefundAsk {
            refund_id,
            payment_id: payment(1),
            reference: capture,
            amount,
            paid: amount,
            is_first: true,
            description: "Refund of invoice INV-2026-000001",
        };
        let called =
            self.desk.call_for(effect, 1, async |call| self.paypal.refund(call, &ask).await);
        called.await
    }

    pub(crate) async fn refund(
        &self,
        refund_id: RefundId,
        capture: &str,
        amount: Money,
    ) -> Result<RefundReport, CallFailure> {
        self.refund_for(EffectId::new(Uuid::new_v4()), refund_id, capture, amount).await
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.peer.broken(), Vec::<String>::new());
        }
    }
}

pub(crate) fn sought(payment_id: PaymentId, reference: Option<&str>) -> Sought<'_> {
    let amount = usd(1999);
    Sought { payment_id, reference, sent_at: None, holder: None, amount, hint: None }
}

pub(crate) fn returns() -> Returns {
    Returns {
        back: "https://shop.example/pay/return".to_owned(),
        cancel: "https://shop.example/pay/cancel".to_owned(),
        notify: "https://shop.example/api/hooks/ten_1/paypal".to_owned(),
    }
}

pub(crate) fn money(minor: i64, code: &str) -> Money {
    Money::try_new(minor, Currency::parse(code).unwrap()).unwrap()
}

pub(crate) fn usd(minor: i64) -> Money {
    money(minor, "USD")
}

pub(crate) fn payment(number: u128) -> PaymentId {
    PaymentId::new(Uuid::from_u128(number))
}

pub(crate) fn refund(number: u128) -> RefundId {
    RefundId::new(Uuid::from_u128(number))
}
