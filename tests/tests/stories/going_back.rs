//! Money that arrived goes back: refunds and chargebacks, told to the cent.

use billfold_tests::shop::{Reply, Shop, eur};
use reqwest::Method;
use serde_json::{Value, json};

/// A client who paid an invoice of 11.90 by bank transfer; client, invoice and payment.
async fn paid(shop: &Shop) -> (String, String, String) {
    let client = shop.client("Grace Hopper").await;
    let invoice = shop.invoice(&client, &["10.00"]).await;
    let path = format!("/api/v1/invoices/{invoice}/pay");
    let payment = shop.post(&path, json!({ "method": "manual_bank" })).await.made();
    (client, invoice, payment)
}

/// The same, charged through a gateway.
async fn charged(shop: &Shop) -> (String, String, String) {
    let client = shop.client("Grace Hopper").await;
    let invoice = shop.invoice(&client, &["10.00"]).await;
    let path = format!("/api/v1/invoices/{invoice}/charge");
    let charge = shop.post(&path, json!({ "gateway": "sandbox" })).await.expect(201).body;
    (client, invoice, charge["payment_id"].as_str().unwrap().to_owned())
}

async fn on(shop: &Shop, payment: &str, verb: &str, body: Value) -> Reply {
    let path = format!("/api/v1/payments/{payment}");
    let seen = shop.fresh(&path).await.version();
    shop.change(Method::POST, &format!("{path}/{verb}"), seen, body).await
}

/// Status, what is owed, and what payments and credit still pay of an invoice.
async fn stands(shop: &Shop, invoice: &str) -> (Value, Value) {
    let read = shop.read_invoice(invoice).await;
    (read["status"].clone(), read["balance_due"].clone())
}

async fn account(shop: &Shop, code: &str) -> Value {
    let path = format!("/api/v1/accounts/{code}?currency=EUR");
    shop.fresh(&path).await.expect(200).body["balance"]["net"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_by_hand_is_sent_at_once_and_what_it_paid_is_owed_again() {
    Shop::story(async |shop| {
        let (_, invoice, payment) = paid(shop).await;
        let body = json!({ "amount": eur("5.00"), "reason": "an outage" });
        let refund = on(shop, &payment, "refund", body).await.expect(200).body;
        assert_eq!((&refund["refund_no"], &refund["sent"]), (&json!(1), &json!(true)));
        assert_eq!(refund["reopened"][0]["invoice_id"], json!(invoice));
        assert_eq!(stands(shop, &invoice).await, (json!("partially_paid"), eur("5.00")));
        let body = json!({ "amount": eur("6.91"), "reason": "too much" });
        let more = on(shop, &payment, "refund", body).await;
        more.problem(422, "payment.more_than_refundable");
        let all = json!({ "reason": "the rest" });
        on(shop, &payment, "refund", all).await.expect(200);
        assert_eq!(stands(shop, &invoice).await, (json!("open"), eur("11.90")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_is_asked_and_a_refund_that_fails_pays_again() {
    Shop::story(async |shop| {
        let (_, invoice, payment) = charged(shop).await;
        let asked = on(shop, &payment, "refund", json!({ "reason": "unhappy" })).await;
        assert_eq!(asked.expect(200).body["sent"], json!(false));
        assert_eq!(stands(shop, &invoice).await, (json!("open"), eur("11.90")));
        let failed = json!({ "reason": "the card is closed" });
        on(shop, &payment, "refunds/1/fail", failed).await.expect(200);
        assert_eq!(stands(shop, &invoice).await, (json!("paid"), eur("0.00")));
        let confirmed = on(shop, &payment, "refunds/1/confirm", json!({})).await;
        assert_eq!(confirmed.status, 409, "{}", confirmed.body);
        on(shop, &payment, "refunds/7/confirm", json!({}))
            .await
            .problem(404, "payment.no_such_refund");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_of_an_invoice_comes_out_of_as_few_payments_as_can_bear_it() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let pay = format!("/api/v1/invoices/{invoice}/pay");
        let first = json!({ "method": "manual_bank", "amount": eur("3.00") });
        shop.post(&pay, first).await.expect(201);
        shop.post(&pay, json!({ "method": "manual_cash" })).await.expect(201);
        let refund = async |amount: &str| -> Vec<Value> {
            let body = json!({ "amount": eur(amount), "reason": "an outage" });
            let refunded = shop.program().act(&invoice, "refund", body).await.expect(200).body;
            let refunds = refunded["refunds"].as_array().unwrap();
            refunds.iter().map(|one| one["amount"].clone()).collect()
        };
        // Of 3.00 and 8.90 the newer one bears it alone; of 3.00 and 4.90 neither does.
        assert_eq!(refund("4.00").await, [eur("4.00")]);
        assert_eq!(refund("5.00").await, [eur("0.10"), eur("4.90")]);
        assert_eq!(stands(shop, &invoice).await, (json!("partially_paid"), eur("9.00")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chargeback_after_a_partial_refund_takes_only_what_is_left() {
    Shop::story(async |shop| {
        let (client, invoice, payment) = charged(shop).await;
        let body = json!({ "amount": eur("4.00"), "reason": "an outage" });
        on(shop, &payment, "refund", body).await.expect(200);
        on(shop, &payment, "refunds/1/confirm", json!({ "reference": "re_1" })).await.expect(200);

        let claim = json!({ "reference": "dp_1", "claimed": eur("11.90"), "reason": "fraudulent" });
        let dispute = on(shop, &payment, "dispute", claim.clone()).await.expect(200).body;
        assert_eq!((&dispute["dispute_no"], &dispute["amount"]), (&json!(1), &eur("7.90")));
        let again = on(shop, &payment, "dispute", claim).await.expect(200).body;
        assert_eq!((&again["dispute_no"], &again["amount"]), (&json!(1), &eur("7.90")));
        let fee = json!({ "fee": eur("15.00") });
        on(shop, &payment, "disputes/1/fee", fee).await.expect(200);
        on(shop, &payment, "disputes/1/lose", json!({ "write_off": true })).await.expect(200);

        let payment = shop.fresh(&format!("/api/v1/payments/{payment}")).await.expect(200).body;
        assert_eq!(payment["status"], "disputed");
        let (_, owed) = stands(shop, &invoice).await;
        assert_eq!(owed, eur("0.00"));
        assert_eq!(shop.balance(&client).await["credit"], eur("0.00"));
        // 4.00 were sent back, and owed again until given up with the 7.90 that the bank took.
        assert_eq!(account(shop, "1200").await, eur("0.00"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_that_is_won_pays_again_what_it_had_paid() {
    Shop::story(async |shop| {
        let (_, invoice, payment) = charged(shop).await;
        let claim = json!({ "claimed": eur("11.90"), "reason": "not as described" });
        on(shop, &payment, "dispute", claim).await.expect(200);
        assert_eq!(stands(shop, &invoice).await.1, eur("11.90"));
        on(shop, &payment, "disputes/1/win", json!({ "amount": eur("1.90") })).await.expect(200);
        assert_eq!(stands(shop, &invoice).await, (json!("partially_paid"), eur("10.00")));
        on(shop, &payment, "disputes/1/win", json!({})).await.expect(200);
        assert_eq!(stands(shop, &invoice).await, (json!("paid"), eur("0.00")));
        let over = on(shop, &payment, "disputes/1/lose", json!({})).await;
        assert_eq!(over.status, 409, "{}", over.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_paid_the_wrong_invoice_is_taken_off_and_pays_another() {
    Shop::story(async |shop| {
        let (client, invoice, payment) = paid(shop).await;
        let other = shop.invoice(&client, &["5.00"]).await;
        let off = json!({ "amount": eur("5.95"), "to": "unapplied" });
        on(shop, &payment, "allocations/1/unmatch", off).await.expect(200);
        let to = json!({ "invoice_id": other, "from": "unapplied", "amount": eur("5.95") });
        on(shop, &payment, "match", to).await.expect(200);
        assert_eq!(stands(shop, &invoice).await, (json!("partially_paid"), eur("5.95")));
        assert_eq!(stands(shop, &other).await, (json!("paid"), eur("0.00")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_pays_an_open_invoice_when_asked() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let wrong = shop.invoice(&client, &["3.00"]).await;
        let pay = json!({ "method": "manual_bank" });
        let owed = shop.invoice(&client, &["10.00"]).await;
        shop.post(&format!("/api/v1/invoices/{wrong}/pay"), pay).await.expect(201);
        shop.program().void(&wrong).await.expect(200);
        let used = shop.program().act(&owed, "apply-credit", json!({})).await.expect(200).body;
        assert_eq!((&used["amount"], &used["balance_due"]), (&eur("3.57"), &eur("8.33")));
        let again = shop.program().act(&owed, "apply-credit", json!({})).await;
        assert_eq!(again.status, 409, "{}", again.body);
        assert_eq!(shop.balance(&client).await["credit"], eur("0.00"));
    })
    .await;
}

/// A client whose paid invoice was voided, and who paid another with the credit that made; client,
/// payment and the other invoice.
async fn spent_what_was_voided(shop: &Shop) -> (String, String, String) {
    let (client, invoice, payment) = charged(shop).await;
    shop.program().void(&invoice).await.expect(200);
    let other = shop.invoice(&client, &["5.00"]).await;
    shop.program().act(&other, "apply-credit", json!({})).await.expect(200);
    assert_eq!(stands(shop, &other).await, (json!("paid"), eur("0.00")));
    (client, payment, other)
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_of_a_voided_invoice_leaves_with_the_refund_of_its_payment() {
    Shop::story(async |shop| {
        let (client, payment, other) = spent_what_was_voided(shop).await;
        // 11.90 became credit, 5.95 of it paid the other invoice.
        let all = on(shop, &payment, "refund", json!({ "reason": "leaves" })).await;
        let refused = all.problem(422, "credit.spent_since");
        assert_eq!(refused.pointer(), "/amount");
        let body = json!({ "amount": eur("5.95"), "reason": "leaves" });
        on(shop, &payment, "refund", body).await.expect(200);
        assert_eq!(shop.balance(&client).await["credit"], eur("0.00"));
        assert_eq!(account(shop, "2100").await, eur("0.00"));
        assert_eq!(stands(shop, &other).await, (json!("paid"), eur("0.00")));
        let third = shop.invoice(&client, &["5.00"]).await;
        shop.program()
            .act(&third, "apply-credit", json!({}))
            .await
            .problem(409, "credit.nothing_there");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chargeback_calls_back_what_the_credit_of_a_voided_invoice_has_paid() {
    Shop::story(async |shop| {
        let (client, payment, other) = spent_what_was_voided(shop).await;
        let claim = json!({ "reference": "dp_1", "claimed": eur("11.90"), "reason": "fraudulent" });
        let dispute = on(shop, &payment, "dispute", claim).await.expect(200).body;
        assert_eq!(dispute["amount"], eur("11.90"));
        assert_eq!(stands(shop, &other).await, (json!("open"), eur("5.95")));
        let balance = shop.balance(&client).await;
        assert_eq!((&balance["credit"], &balance["receivable"]), (&eur("0.00"), &eur("5.95")));
        assert_eq!(account(shop, "2100").await, eur("0.00"));
        shop.assert_books_balance().await;
        // Won: the money is there again, as credit of the payment, and pays what is owed.
        on(shop, &payment, "disputes/1/win", json!({})).await.expect(200);
        assert_eq!(account(shop, "2100").await, eur("-11.90"));
    })
    .await;
}
