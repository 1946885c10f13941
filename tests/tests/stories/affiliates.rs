//! Affiliates: who brought a client earns a part of what the client pays, and gives back the part
//! of what goes back.

use billfold_tests::shop::{Reply, Shop, eur};
use reqwest::Method;
use serde_json::{Value, json};

/// Twenty percent for ever, held for thirty days, paid from 10.00 on.
fn terms() -> Value {
    json!({ "rate": { "kind": "percent", "percent": "20" }, "recurrence": { "kind": "forever" },
        "hold_days": 30, "window_days": 60, "minimum_payout": [eur("10.00")] })
}

async fn change(shop: &Shop, method: Method, path: &str, body: Value) -> Reply {
    let thing = path.split('/').take(5).collect::<Vec<_>>().join("/");
    let seen = shop.fresh(&thing).await.version();
    shop.change(method, path, seen, body).await
}

/// An affiliate that may refer and earn under these terms, and the client it is.
async fn affiliate(shop: &Shop, code: &str, terms: Value) -> (String, String) {
    let client = shop.client(&format!("Affiliate {code}")).await;
    let body = json!({ "client_id": client, "code": code });
    let id = shop.post("/api/v1/affiliates", body).await.made();
    let path = format!("/api/v1/affiliates/{id}");
    change(shop, Method::PUT, &format!("{path}/terms"), json!({ "terms": terms }))
        .await
        .expect(200);
    change(shop, Method::POST, &format!("{path}/approve"), json!({})).await.expect(200);
    (id, client)
}

async fn refer(shop: &Shop, client: &str, code: &str) -> Reply {
    shop.post(&format!("/api/v1/clients/{client}/referral"), json!({ "code": code })).await
}

/// A client whom an affiliate brought.
async fn brought(shop: &Shop, code: &str) -> String {
    let client = shop.client("Grace Hopper").await;
    refer(shop, &client, code).await.expect(200);
    client
}

/// Bills a client these prices and has it all paid by hand; the invoice and the payment.
async fn sell(shop: &Shop, client: &str, prices: &[&str]) -> (String, String) {
    let invoice = shop.invoice(client, prices).await;
    let body = json!({ "method": "manual_bank" });
    let payment = shop.post(&format!("/api/v1/invoices/{invoice}/pay"), body).await.made();
    (invoice, payment)
}

async fn refund(shop: &Shop, payment: &str, amount: &str) {
    let body = json!({ "amount": eur(amount), "reason": "not satisfied" });
    let path = format!("/api/v1/payments/{payment}/refund");
    change(shop, Method::POST, &path, body).await.expect(200);
}

async fn statement(shop: &Shop, affiliate: &str) -> Value {
    let path = format!("/api/v1/affiliates/{affiliate}/statement?currency=EUR");
    shop.fresh(&path).await.expect(200).body
}

async fn pay_out(shop: &Shop, affiliate: &str, to: Value) -> Reply {
    let body = json!({ "currency": "EUR", "to": to });
    change(shop, Method::POST, &format!("/api/v1/affiliates/{affiliate}/payouts"), body).await
}

fn bank() -> Value {
    json!({ "kind": "channel", "key": "manual_bank" })
}

/// What is pending, owed, on its way and paid.
fn sums(statement: &Value) -> [&str; 4] {
    ["pending", "payable", "requested", "paid"]
        .map(|name| statement[name]["amount"].as_str().expect("an amount"))
}

/// Kind and amount of each line.
fn lines(statement: &Value) -> Vec<(&str, &str)> {
    let lines = statement["lines"].as_array().expect("lines").iter();
    lines.map(|line| (word(&line["kind"]), word(&line["amount"]["amount"]))).collect()
}

fn word(value: &Value) -> &str {
    value.as_str().expect("a word")
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_brought_a_client_earns_a_part_of_each_payment_without_the_tax() {
    Shop::story(async |shop| {
        let (affiliate, _) = affiliate(shop, "friend", terms()).await;
        let client = brought(shop, "friend").await;
        let (invoice, payment) = sell(shop, &client, &["49.00", "1.00"]).await;
        let statement = statement(shop, &affiliate).await;
        assert_eq!(lines(&statement), [("earned", "10.00")]);
        let line = &statement["lines"][0];
        assert_eq!((&line["payment_id"], &line["invoices"][0]), (&json!(payment), &json!(invoice)));
        assert_eq!((&line["client_id"], &line["status"]), (&json!(client), &json!("pending")));
        assert_eq!(sums(&statement), ["10.00", "0.00", "0.00", "0.00"]);
        let owed = shop.fresh("/api/v1/accounts/2500?currency=EUR").await.expect(200);
        assert_eq!(owed.body["balance"]["net"], eur("0.00"), "nothing is owed in the hold");

        let path = format!("/api/v1/clients/{client}/referral");
        let by = shop.fresh(&path).await.expect(200).body;
        assert_eq!((&by["affiliate_id"], &by["code"]), (&json!(affiliate), &json!("friend")));
        let list = shop.fresh("/api/v1/affiliates").await.expect(200).body;
        assert_eq!(list["items"][0]["balances"][0]["pending"], eur("10.00"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_earns_by_a_client_whom_nobody_brought() {
    Shop::story(async |shop| {
        let (affiliate, own) = affiliate(shop, "friend", terms()).await;
        let stranger = shop.client("Ada Lovelace").await;
        sell(shop, &stranger, &["50.00"]).await;
        sell(shop, &own, &["50.00"]).await;
        assert_eq!(lines(&statement(shop, &affiliate).await), []);
        shop.get(&format!("/api/v1/clients/{stranger}/referral")).await.problem(404, "not_found");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_brings_themselves_and_a_client_belongs_to_one_affiliate() {
    Shop::story(async |shop| {
        let (_, own) = affiliate(shop, "friend", terms()).await;
        affiliate(shop, "other", terms()).await;
        let refused = refer(shop, &own, "friend").await.problem(422, "affiliate.self_referral");
        assert_eq!(refused.pointer(), "/client_id");
        let client = brought(shop, "friend").await;
        let refused = refer(shop, &client, "other").await.problem(409, "affiliate.referral_taken");
        assert_eq!(refused.pointer(), "/code");
        refer(shop, &client, "friend").await.expect(200);
        let refused = refer(shop, &client, "nobody").await.problem(422, "affiliate.code_unknown");
        assert_eq!(refused.pointer(), "/code");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_one_affiliates_and_a_client_is_one_affiliate() {
    Shop::story(async |shop| {
        let (_, own) = affiliate(shop, "friend", terms()).await;
        let client = shop.client("Ada Lovelace").await;
        let body = json!({ "client_id": client, "code": "friend" });
        let refused = shop.post("/api/v1/affiliates", body).await;
        assert_eq!(refused.problem(409, "affiliate.code_taken").pointer(), "/code");
        let body = json!({ "client_id": own, "code": "another" });
        let refused = shop.post("/api/v1/affiliates", body).await;
        assert_eq!(refused.problem(409, "affiliate.client_taken").pointer(), "/client_id");
        let body = json!({ "client_id": client, "code": "Not a code" });
        let refused = shop.post("/api/v1/affiliates", body).await;
        assert_eq!(refused.problem(400, "key.malformed").pointer(), "/code");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_counts_within_its_window_and_no_day_longer() {
    Shop::story(async |shop| {
        affiliate(shop, "friend", terms()).await;
        let client = shop.client("Grace Hopper").await;
        let path = format!("/api/v1/clients/{client}/referral");
        for (clicked_on, fits) in
            [("2025-12-31", false), ("2026-03-03", false), ("2026-01-01", true)]
        {
            let reply =
                shop.post(&path, json!({ "code": "friend", "clicked_on": clicked_on })).await;
            if fits {
                reply.expect(200);
            } else {
                let refused = reply.problem(422, "affiliate.outside_window");
                assert_eq!(refused.pointer(), "/clicked_on");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_approved_or_suspended_brings_and_earns_nothing() {
    Shop::story(async |shop| {
        let own = shop.client("Affiliate friend").await;
        let body = json!({ "client_id": own, "code": "friend" });
        let id = shop.post("/api/v1/affiliates", body).await.made();
        let client = shop.client("Grace Hopper").await;
        refer(shop, &client, "friend").await.problem(409, "affiliate.not_approved");
        let path = "/api/v1/settings";
        let seen = shop.get(path).await.version();
        let set = shop.change(Method::PUT, &format!("{path}/affiliate-terms"), seen, terms()).await;
        set.expect(200);
        let path = format!("/api/v1/affiliates/{id}");
        change(shop, Method::POST, &format!("{path}/approve"), json!({})).await.expect(200);
        let read = shop.get(&path).await.expect(200).body;
        assert_eq!(read["terms"], terms(), "the terms of the programme");
        refer(shop, &client, "friend").await.expect(200);
        let reason = json!({ "reason": "spam" });
        change(shop, Method::POST, &format!("{path}/suspend"), reason).await.expect(200);
        sell(shop, &client, &["50.00"]).await;
        assert_eq!(lines(&statement(shop, &id).await), []);
        change(shop, Method::POST, &format!("{path}/resume"), json!({})).await.expect(200);
        sell(shop, &client, &["50.00"]).await;
        assert_eq!(lines(&statement(shop, &id).await), [("earned", "10.00")]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_takes_its_part_of_the_commission_back_to_the_cent() {
    Shop::story(async |shop| {
        let (affiliate, _) = affiliate(shop, "friend", terms()).await;
        let client = brought(shop, "friend").await;
        let (_, payment) = sell(shop, &client, &["49.99"]).await;
        for amount in ["0.01", "19.83", "0.33"] {
            refund(shop, &payment, amount).await;
        }
        let found = statement(shop, &affiliate).await;
        assert_eq!(found["pending"], eur("6.61"), "of 16.95 net, rounded once: {found}");
        refund(shop, &payment, "39.32").await;
        let found = statement(shop, &affiliate).await;
        assert_eq!(sums(&found), ["0.00", "0.00", "0.00", "0.00"], "{found}");
        assert_eq!(lines(&found)[0], ("earned", "10.00"));
        assert_eq!(found["lines"][0]["status"], "refunded");
        shop.clock.advance_days(60);
        pay_out(shop, &affiliate, bank()).await.problem(422, "affiliate.below_minimum");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_note_leaves_the_money_here_and_the_commission_with_it() {
    Shop::story(async |shop| {
        let (affiliate, _) = affiliate(shop, "friend", terms()).await;
        let client = brought(shop, "friend").await;
        let (invoice, payment) = sell(shop, &client, &["50.00"]).await;
        shop.program().void(&invoice).await.expect(200);
        let again = shop.invoice(&client, &["20.00"]).await;
        let seen = shop.get(&format!("/api/v1/invoices/{again}")).await.version();
        let path = format!("/api/v1/invoices/{again}/apply-credit");
        shop.change(Method::POST, &path, seen, json!({})).await.expect(200);
        assert_eq!(lines(&statement(shop, &affiliate).await), [("earned", "10.00")]);
        refund(shop, &payment, "11.90").await;
        let found = statement(shop, &affiliate).await;
        assert_eq!(lines(&found), [("earned", "10.00"), ("reversed", "-2.00")], "it went out");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_takes_the_commission_back_once_it_is_lost() {
    Shop::story(async |shop| {
        let (affiliate, _) = affiliate(shop, "friend", terms()).await;
        let client = brought(shop, "friend").await;
        let (_, payment) = sell(shop, &client, &["50.00"]).await;
        let path = format!("/api/v1/payments/{payment}");
        let body = json!({ "claimed": eur("59.50"), "reason": "fraud" });
        change(shop, Method::POST, &format!("{path}/dispute"), body).await.expect(200);
        assert_eq!(lines(&statement(shop, &affiliate).await), [("earned", "10.00")]);
        let won = json!({ "amount": eur("29.75") });
        change(shop, Method::POST, &format!("{path}/disputes/1/win"), won).await.expect(200);
        let lose = format!("{path}/disputes/1/lose");
        change(shop, Method::POST, &lose, json!({})).await.expect(200);
        let found = statement(shop, &affiliate).await;
        assert_eq!(lines(&found), [("earned", "10.00"), ("reversed", "-5.00")]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_owed_is_paid_out_once_and_the_books_say_so() {
    Shop::story(async |shop| {
        let (affiliate, _) = affiliate(shop, "friend", terms()).await;
        let client = brought(shop, "friend").await;
        sell(shop, &client, &["100.00"]).await;
        pay_out(shop, &affiliate, bank()).await.problem(422, "affiliate.below_minimum");
        shop.clock.advance_days(30);
        let path = format!("/api/v1/affiliates/{affiliate}");
        let seen = shop.get(&path).await.version();
        let body = json!({ "currency": "EUR", "to": bank() });
        let payouts = format!("{path}/payouts");
        let paid = shop.change(Method::POST, &payouts, seen, body.clone()).await.expect(200).body;
        assert_eq!((&paid["no"], &paid["amount"]), (&json!(1), &eur("20.00")));
        assert_eq!(paid["sent"], false);
        pay_out(shop, &affiliate, bank()).await.problem(422, "affiliate.below_minimum");
        let sent = json!({ "reference": "SEPA 4711" });
        let confirm = format!("{payouts}/1/confirm");
        change(shop, Method::POST, &confirm, sent.clone()).await.expect(200);
        change(shop, Method::POST, &confirm, sent).await.expect(200);
        let found = statement(shop, &affiliate).await;
        assert_eq!(sums(&found), ["0.00", "0.00", "0.00", "20.00"]);
        for (account, net) in [("5300", "20.00"), ("2500", "0.00"), ("1300", "-20.00")] {
            let path = format!("/api/v1/accounts/{account}?currency=EUR");
            let found = shop.fresh(&path).await.expect(200).body;
            assert_eq!(found["balance"]["net"], eur(net), "{account}");
        }
        let list = shop.fresh(&payouts).await.expect(200).body;
        assert_eq!(list["items"][0]["reference"], "SEPA 4711");
        let commissions = shop.fresh(&format!("{path}/commissions")).await.expect(200).body;
        assert_eq!(commissions["items"][0]["payout_no"], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payout_may_become_the_affiliates_own_credit_and_pay_an_invoice() {
    Shop::story(async |shop| {
        let (affiliate, own) = affiliate(shop, "friend", terms()).await;
        let client = brought(shop, "friend").await;
        sell(shop, &client, &["100.00"]).await;
        shop.clock.advance_days(30);
        let to = json!({ "kind": "customer_credit" });
        let paid = pay_out(shop, &affiliate, to).await.expect(200).body;
        assert_eq!((&paid["amount"], &paid["sent"]), (&eur("20.00"), &json!(true)));
        assert_eq!(shop.balance(&own).await["credit"], eur("20.00"));
        let invoice = shop.invoice(&own, &["10.00"]).await;
        let path = format!("/api/v1/invoices/{invoice}");
        let seen = shop.get(&path).await.version();
        let applied =
            shop.change(Method::POST, &format!("{path}/apply-credit"), seen, json!({})).await;
        assert_eq!(applied.expect(200).body["amount"], eur("11.90"));
        assert_eq!(shop.balance(&own).await["credit"], eur("8.10"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_after_the_payout_is_carried_to_the_next_one() {
    Shop::story(async |shop| {
        let (affiliate, _) = affiliate(shop, "friend", terms()).await;
        let client = brought(shop, "friend").await;
        let (_, payment) = sell(shop, &client, &["100.00"]).await;
        shop.clock.advance_days(30);
        pay_out(shop, &affiliate, bank()).await.expect(200);
        refund(shop, &payment, "59.50").await;
        assert_eq!(sums(&statement(shop, &affiliate).await)[1], "-10.00", "the affiliate owes");
        sell(shop, &client, &["60.00"]).await;
        shop.clock.advance_days(31);
        let low = pay_out(shop, &affiliate, bank()).await.problem(422, "affiliate.below_minimum");
        assert!(low.body["detail"].as_str().unwrap().starts_with("2.00 EUR"), "{}", low.body);
        sell(shop, &client, &["200.00"]).await;
        shop.clock.advance_days(31);
        let paid = pay_out(shop, &affiliate, bank()).await.expect(200).body;
        assert_eq!(paid["amount"], eur("42.00"), "12.00 and 40.00 less 10.00");
        assert_eq!(sums(&statement(shop, &affiliate).await), ["0.00", "0.00", "62.00", "0.00"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payout_that_fails_is_owed_again_and_a_rejected_commission_is_not() {
    Shop::story(async |shop| {
        let (affiliate, _) = affiliate(shop, "friend", terms()).await;
        let client = brought(shop, "friend").await;
        sell(shop, &client, &["100.00"]).await;
        shop.clock.advance_days(30);
        pay_out(shop, &affiliate, bank()).await.expect(200);
        let path = format!("/api/v1/affiliates/{affiliate}");
        let reason = json!({ "reason": "account closed" });
        let reject = format!("{path}/commissions/1/reject");
        let refused = change(shop, Method::POST, &reject, reason.clone()).await;
        refused.problem(409, "affiliate.in_payout");
        change(shop, Method::POST, &format!("{path}/payouts/1/fail"), reason.clone())
            .await
            .expect(200);
        assert_eq!(sums(&statement(shop, &affiliate).await), ["0.00", "20.00", "0.00", "0.00"]);
        change(shop, Method::POST, &reject, reason).await.expect(200);
        let found = statement(shop, &affiliate).await;
        assert_eq!(sums(&found), ["0.00", "0.00", "0.00", "0.00"]);
        assert_eq!(lines(&found), [("earned", "20.00"), ("rejected", "-20.00")]);
        let expense = shop.fresh("/api/v1/accounts/5300?currency=EUR").await.expect(200);
        assert_eq!(expense.body["balance"]["net"], eur("0.00"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_sale_earns_once_and_an_amount_per_item_counts_each_item_once() {
    Shop::story(async |shop| {
        let rate = json!({ "kind": "flat", "amount": eur("3.00") });
        let once = json!({ "rate": rate, "recurrence": { "kind": "first_sale" }, "hold_days": 0,
            "window_days": 60 });
        let (one, _) = affiliate(shop, "friend", once).await;
        let client = brought(shop, "friend").await;
        sell(shop, &client, &["10.00", "20.00"]).await;
        sell(shop, &client, &["10.00"]).await;
        let found = statement(shop, &one).await;
        assert_eq!(lines(&found), [("earned", "6.00")]);
        assert_eq!(sums(&found), ["0.00", "6.00", "0.00", "0.00"], "without a hold it is owed");
        let rate = json!({ "kind": "tiers", "above": "30",
            "tiers": [{ "below": eur("50.00"), "percent": "10" }] });
        let tiers = json!({ "rate": rate, "recurrence": { "kind": "forever" }, "hold_days": 0,
            "window_days": 60 });
        let (other, _) = affiliate(shop, "other", tiers).await;
        let second = shop.client("Ada Lovelace").await;
        refer(shop, &second, "other").await.expect(200);
        sell(shop, &second, &["49.99"]).await;
        sell(shop, &second, &["50.00"]).await;
        assert_eq!(
            lines(&statement(shop, &other).await),
            [("earned", "5.00"), ("earned", "15.00")]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_referral_is_rejected_another_may_bring_the_client_and_refunds_find_who_earned() {
    Shop::story(async |shop| {
        let (first, _) = affiliate(shop, "friend", terms()).await;
        let (second, _) = affiliate(shop, "other", terms()).await;
        let client = brought(shop, "friend").await;
        let (_, payment) = sell(shop, &client, &["50.00"]).await;
        let path = format!("/api/v1/affiliates/{first}/referrals/{client}/reject");
        let reason = json!({ "reason": "bought by the affiliate" });
        change(shop, Method::POST, &path, reason).await.expect(200);
        refer(shop, &client, "other").await.expect(200);
        sell(shop, &client, &["100.00"]).await;
        refund(shop, &payment, "59.50").await;
        let found = statement(shop, &first).await;
        assert_eq!(lines(&found), [("earned", "10.00"), ("reversed", "-10.00")]);
        assert_eq!(lines(&statement(shop, &second).await), [("earned", "20.00")]);
    })
    .await;
}
