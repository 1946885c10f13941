//! Above a limit nothing leaves without a second person: who asks, who decides, what is done then,
//! and what no way leads around (EVT-36, RBA-10).

use billfold_domain::kernel::PaymentId;
use billfold_domain::role::Permission;
use billfold_tests::shop::{Caller, PASSWORD, Reply, Shop, eur, fresh_key, send};
use reqwest::Method;
use serde_json::{Value, json};

const LIMITS: &str = "/api/v1/settings/approval-limits";
const APPROVALS: &str = "/api/v1/approvals";

/// Sets the limits of one person.
async fn limit(shop: &Shop, limits: &[(&str, Value)]) {
    let seen = shop.get(LIMITS).await.version();
    let limits: Vec<Value> =
        limits.iter().map(|(kind, up_to)| json!({ "kind": kind, "up_to": up_to })).collect();
    let body = json!({ "limits": limits });
    shop.change(Method::PUT, LIMITS, seen, body).await.expect(200);
}

/// Does something to a thing as it is now.
async fn on(shop: &Shop, caller: &Caller, path: &str, verb: &str, body: Value) -> Reply {
    for list in ["/api/v1/payments?limit=1", "/api/v1/approvals?limit=1"] {
        shop.fresh(list).await.expect(200);
    }
    let seen = caller.get(path).await.version();
    caller.change(Method::POST, &format!("{path}/{verb}"), seen, body).await
}

async fn refund(shop: &Shop, caller: &Caller, payment: &str, amount: &str) -> Reply {
    let body = json!({ "amount": eur(amount), "reason": "charged twice" });
    on(shop, caller, &format!("/api/v1/payments/{payment}"), "refund", body).await
}

/// The id of what waits after an answer of 202.
fn waits(reply: Reply) -> String {
    let reply = reply.expect(202);
    let id = reply.body["approval_id"].as_str().unwrap().to_owned();
    assert_eq!(reply.headers["location"].to_str().unwrap(), format!("{APPROVALS}/{id}"));
    assert_eq!(reply.headers["content-type"], "application/json");
    id
}

async fn say(shop: &Shop, caller: &Caller, approval: &str, verb: &str) -> Reply {
    on(shop, caller, &format!("{APPROVALS}/{approval}"), verb, json!({ "reason": "looked at it" }))
        .await
}

async fn read(shop: &Shop, approval: &str) -> Value {
    shop.fresh(&format!("{APPROVALS}/{approval}")).await.expect(200).body
}

/// An invoice of 119.00, and the payment of it.
async fn paid(shop: &Shop) -> (String, String) {
    let client = shop.client(&fresh_key()).await;
    let invoice = shop.invoice(&client, &["100.00"]).await;
    let body = json!({ "method": "manual_bank" });
    let payment = shop.post(&format!("/api/v1/invoices/{invoice}/pay"), body).await.made();
    (invoice, payment)
}

async fn refunded(shop: &Shop, payment: &str) -> Value {
    let payment: PaymentId = payment.parse().unwrap();
    let asked = format!("aggregate_id={}&event_type=payment.refund_requested", payment.uuid());
    let path = format!("/api/v1/events?aggregate_type=payment&{asked}");
    json!(shop.fresh(&path).await.expect(200).body["items"].as_array().unwrap().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_above_the_limit_waits_and_is_done_with_the_yes_of_another() {
    Shop::story(async |shop| {
        limit(shop, &[("refund", eur("50.00"))]).await;
        let (ada, ben) = (shop.staff("Ada Lovelace").await, shop.staff("Ben Franklin").await);
        let (invoice, payment) = paid(shop).await;
        refund(shop, &ada, &payment, "50.00").await.expect(200);
        let (_, payment_2) = paid(shop).await;
        let waiting = waits(refund(shop, &ada, &payment_2, "50.01").await);
        assert_eq!(refunded(shop, &payment_2).await, json!(0), "nothing was done");
        let found = read(shop, &waiting).await;
        assert_eq!((&found["status"], &found["kind"]), (&json!("waiting"), &json!("refund")));
        assert_eq!((&found["amount"], &found["reason"]), (&eur("50.01"), &json!("charged twice")));
        assert_eq!(found["command_hash"].as_str().unwrap().len(), 64);

        say(shop, &ada, &waiting, "grant").await.problem(403, "approval.own_request");
        say(shop, &ada, &waiting, "decline").await.problem(403, "approval.own_request");
        say(shop, shop.program(), &waiting, "grant").await.problem(403, "approval.not_a_person");
        let granted = say(shop, &ben, &waiting, "grant").await.expect(200).body;
        assert_eq!(
            (&granted["outcome"], &granted["failure"]),
            (&json!("carried_out"), &json!(null))
        );
        assert_eq!(refunded(shop, &payment_2).await, json!(1));
        let found = read(shop, &waiting).await;
        assert_eq!(
            (&found["status"], &found["decision"]),
            (&json!("carried_out"), &json!("looked at it"))
        );
        assert_ne!(found["asked_by"], found["decided_by"]);
        say(shop, &ben, &waiting, "grant").await.problem(409, "approval.over");
        assert_eq!(refunded(shop, &payment_2).await, json!(1), "an approval holds once");
        assert_eq!(shop.read_invoice(&invoice).await["balance_due"], eur("50.00"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grant_and_what_it_allows_are_one_append_with_its_cause() {
    Shop::story(async |shop| {
        limit(shop, &[("refund", eur("0.00"))]).await;
        let (ada, ben) = (shop.staff("Ada Lovelace").await, shop.staff("Ben Franklin").await);
        let (_, payment) = paid(shop).await;
        let asked = refund(shop, &ada, &payment, "1.00").await.expect(202).body;
        let (id, first) =
            (asked["approval_id"].as_str().unwrap(), asked["position"].as_i64().unwrap());
        say(shop, &ben, id, "grant").await.expect(200);
        shop.fresh("/api/v1/events").await.expect(200);
        let event = |position: i64| {
            let path = format!("/api/v1/events/{position}");
            async move { shop.get(&path).await.expect(200).body }
        };
        let (question, yes, done) =
            (event(first).await, event(first + 1).await, event(first + 2).await);
        assert_eq!(question["event_type"], "approval.requested");
        assert_eq!(yes["event_type"], "approval.granted");
        assert_eq!(done["event_type"], "payment.refund_requested");
        assert_eq!(yes["command_id"], done["command_id"], "one command");
        assert_eq!(done["causation_id"], question["command_id"]);
        assert_eq!(done["correlation_id"], question["correlation_id"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_not_dodged_by_splitting_or_by_another_way_to_the_same_deed() {
    Shop::story(async |shop| {
        limit(shop, &[("refund", eur("50.00")), ("write_off", eur("50.00"))]).await;
        let ada = shop.staff("Ada Lovelace").await;
        let (invoice, payment) = paid(shop).await;
        refund(shop, &ada, &payment, "30.00").await.expect(200);
        waits(refund(shop, &ada, &payment, "20.01").await);
        refund(shop, &ada, &payment, "20.00").await.expect(200);
        waits(refund(shop, shop.program(), &payment, "0.01").await);
        let whole = json!({ "reason": "all of it" });
        waits(on(shop, &ada, &format!("/api/v1/invoices/{invoice}"), "refund", whole).await);

        let (_, payment) = paid(shop).await;
        let path = format!("/api/v1/payments/{payment}");
        let body = json!({ "claimed": eur("119.00"), "reason": "fraud" });
        on(shop, &ada, &path, "dispute", body).await.expect(200);
        let lost = json!({ "write_off": true });
        let waiting = waits(on(shop, &ada, &path, "disputes/1/lose", lost).await);
        assert_eq!(read(shop, &waiting).await["kind"], "write_off");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_command_waits_once_and_its_key_is_answered_alike_for_ever() {
    Shop::story(async |shop| {
        limit(shop, &[("refund", eur("50.00"))]).await;
        let ben = shop.staff("Ben Franklin").await;
        let (_, payment) = paid(shop).await;
        let path = format!("/api/v1/payments/{payment}");
        let seen = shop.fresh(&path).await.version();
        let key = fresh_key();
        let ask = || {
            let request = shop.request(Method::POST, &format!("{path}/refund"));
            let request =
                request.header("idempotency-key", &key).header("if-match", format!("\"{seen}\""));
            send(request.json(&json!({ "amount": eur("60.00"), "reason": "charged twice" })))
        };
        let waiting = waits(ask().await);
        let again = ask().await;
        assert_eq!(again.headers["idempotent-replayed"], "true");
        assert_eq!(waits(again), waiting);
        assert_eq!(
            waits(refund(shop, &ben, &payment, "60.00").await),
            waiting,
            "another key, same bytes"
        );
        assert_ne!(waits(refund(shop, &ben, &payment, "60.01").await), waiting, "other bytes");
        say(shop, &ben, &waiting, "grant").await.expect(200);
        let after = ask().await;
        assert_eq!(waits(after), waiting, "the first answer stands");
        assert_eq!(refunded(shop, &payment).await, json!(1));
        assert_ne!(waits(refund(shop, &ben, &payment, "59.00").await), waiting);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_any_more_is_refused_clearly_and_stays_visible_as_failed() {
    Shop::story(async |shop| {
        limit(shop, &[("write_off", eur("50.00"))]).await;
        let (ada, ben) = (shop.staff("Ada Lovelace").await, shop.staff("Ben Franklin").await);
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["100.00"]).await;
        let path = format!("/api/v1/invoices/{invoice}");
        let give_up = || on(shop, &ada, &path, "write-off", json!({ "reason": "insolvent" }));
        let waiting = waits(give_up().await);
        let pay = json!({ "method": "manual_bank" });
        shop.post(&format!("{path}/pay"), pay).await.expect(201);
        let granted = say(shop, &ben, &waiting, "grant").await.expect(200).body;
        assert_eq!(granted["outcome"], "failed");
        let found = read(shop, &waiting).await;
        assert_eq!(found["status"], "failed");
        assert_eq!(found["failure_code"], granted["failure_code"]);
        assert!(found["failure_code"].as_str().unwrap().starts_with("invoice."), "{found}");
        assert_eq!(shop.read_invoice(&invoice).await["status"], "paid");
        let failed = shop.fresh(&format!("{APPROVALS}?status=failed")).await.expect(200).body;
        assert_eq!(failed["items"][0]["id"], json!(waiting));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_written_off_by_two_and_a_part_payment_makes_it_less() {
    Shop::story(async |shop| {
        limit(shop, &[("write_off", eur("50.00"))]).await;
        let (ada, ben) = (shop.staff("Ada Lovelace").await, shop.staff("Ben Franklin").await);
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["100.00"]).await;
        let path = format!("/api/v1/invoices/{invoice}");
        let reason = json!({ "reason": "insolvent" });
        let waiting = waits(on(shop, &ada, &path, "write-off", reason).await);
        let part = json!({ "method": "manual_bank", "amount": eur("19.00") });
        shop.post(&format!("{path}/pay"), part).await.expect(201);
        let granted = say(shop, &ben, &waiting, "grant").await.expect(200).body;
        assert_eq!(granted["outcome"], "carried_out");
        let expense = shop.fresh("/api/v1/accounts/5200?currency=EUR").await.expect(200).body;
        assert_eq!(expense["balance"]["net"], eur("100.00"), "what was still owed by then");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_grew_since_it_was_asked_for_is_not_covered_by_the_grant() {
    Shop::story(async |shop| {
        limit(shop, &[("refund", eur("50.00"))]).await;
        let (ada, ben) = (shop.staff("Ada Lovelace").await, shop.staff("Ben Franklin").await);
        let (invoice, payment) = paid(shop).await;
        let path = format!("/api/v1/payments/{payment}");
        refund(shop, &ada, &payment, "20.00").await.expect(200);
        let all = json!({ "reason": "all that is left" });
        let waiting = waits(on(shop, &ada, &path, "refund", all).await);
        assert_eq!(read(shop, &waiting).await["amount"], eur("99.00"));
        let pay = json!({ "method": "manual_bank" });
        shop.post(&format!("/api/v1/invoices/{invoice}/pay"), pay).await.expect(201);
        let granted = say(shop, &ben, &waiting, "grant").await.expect(200).body;
        assert_eq!(granted["outcome"], "carried_out", "as much as was asked for");

        let client = shop.client("Joan Clarke").await;
        let invoice = shop.invoice(&client, &["100.00"]).await;
        let path = format!("/api/v1/invoices/{invoice}");
        let pay = async || {
            let body = json!({ "method": "manual_bank", "amount": eur("59.00") });
            shop.post(&format!("{path}/pay"), body).await
        };
        pay().await.expect(201);
        let waiting =
            waits(on(shop, &ada, &path, "refund", json!({ "reason": "all of it" })).await);
        assert_eq!(read(shop, &waiting).await["amount"], eur("59.00"));
        pay().await.expect(201);
        let granted = say(shop, &ben, &waiting, "grant").await.expect(200).body;
        assert_eq!(granted["outcome"], "failed");
        assert_eq!(granted["failure_code"], "approval.more_than_granted");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_decides_may_do_the_deed_and_decide_and_did_not_make_the_key_that_asked() {
    Shop::story(async |shop| {
        limit(shop, &[("refund", eur("50.00"))]).await;
        let (_, payment) = paid(shop).await;
        let waiting = waits(refund(shop, shop.program(), &payment, "60.00").await);
        for (name, permissions) in [
            ("Decider", json!(["approvals:decide", "invoices:write_off"])),
            ("Refunder", json!(["payments:refund", "payments:read"])),
        ] {
            let role = json!({ "name": name, "permissions": permissions });
            let role = shop.post("/api/v1/roles", role).await.made();
            let email = format!("{}@example.org", name.to_lowercase());
            let body =
                json!({ "name": name, "email": email, "password": PASSWORD, "roles": [role] });
            shop.post("/api/v1/staff", body).await.expect(201);
        }
        let decider = shop.sign_in("decider@example.org", PASSWORD).await;
        say(shop, &decider, &waiting, "grant").await.problem(403, "approval.lacking");
        let refunder = shop.sign_in("refunder@example.org", PASSWORD).await;
        say(shop, &refunder, &waiting, "grant").await.problem(403, "permission.missing");

        let ada = shop.staff("Ada Lovelace").await;
        let scopes = json!(["payments:refund", "payments:read", "approvals:decide"]);
        let body = json!({ "name": "till", "scopes": scopes });
        let made = ada.post("/api/v1/api-keys", body).await.expect(201).body;
        let own =
            made["secret"].as_str().or_else(|| made["key"].as_str()).expect("a key").to_owned();
        let path = format!("/api/v1/payments/{payment}");
        let seen = shop.fresh(&path).await.version();
        let request = shop.http().post(shop.url(&format!("{path}/refund"))).bearer_auth(own);
        let request = request.header("idempotency-key", fresh_key());
        let request = request.header("if-match", format!("\"{seen}\""));
        let body = json!({ "amount": eur("70.00"), "reason": "by my own key" });
        let asked = waits(send(request.json(&body)).await);
        say(shop, &ada, &asked, "grant").await.problem(403, "approval.own_request");
        let ben = shop.staff("Ben Franklin").await;
        say(shop, &ben, &asked, "grant").await.expect(200);

        let nothing = shop.key_with(&[Permission::OrdersRead]).await;
        let list = shop.http().get(shop.url(APPROVALS)).bearer_auth(nothing);
        send(list).await.problem(403, "permission.missing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_declined_taken_back_or_expires_and_then_nothing_is_done() {
    Shop::story(async |shop| {
        limit(shop, &[("refund", eur("50.00"))]).await;
        let (ada, ben) = (shop.staff("Ada Lovelace").await, shop.staff("Ben Franklin").await);
        let (_, payment) = paid(shop).await;
        let declined = waits(refund(shop, &ada, &payment, "60.00").await);
        say(shop, &ben, &declined, "withdraw").await.problem(403, "approval.not_yours");
        say(shop, &ben, &declined, "decline").await.expect(200);
        assert_eq!(read(shop, &declined).await["status"], "declined");
        let taken_back = waits(refund(shop, &ada, &payment, "60.00").await);
        assert_ne!(taken_back, declined, "what was declined may be asked for anew");
        say(shop, &ada, &taken_back, "withdraw").await.expect(200);
        let expired = waits(refund(shop, &ada, &payment, "60.00").await);
        shop.clock.advance_days(7);
        assert_eq!(read(shop, &expired).await["status"], "expired");
        let ben = shop.sign_in("ben.franklin@example.org", PASSWORD).await;
        say(shop, &ben, &expired, "grant").await.problem(409, "approval.expired");
        let list = shop.fresh(&format!("{APPROVALS}?status=waiting")).await.expect(200).body;
        assert_eq!(list["items"], json!([]));
        let anew = waits(refund(shop, shop.program(), &payment, "60.00").await);
        assert_ne!(anew, expired);
        assert_eq!(refunded(shop, &payment).await, json!(0));
        let over = say(shop, &ben, &expired, "grant").await;
        over.problem(409, "approval.over");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn payouts_of_thirty_days_count_together_and_a_currency_without_a_limit_waits() {
    Shop::story(async |shop| {
        let terms = json!({ "rate": { "kind": "percent", "percent": "20" },
            "recurrence": { "kind": "forever" }, "hold_days": 0, "window_days": 60 });
        let partner = shop.client("Affiliate friend").await;
        let body = json!({ "client_id": partner, "code": "friend" });
        let id = shop.post("/api/v1/affiliates", body).await.made();
        let path = format!("/api/v1/affiliates/{id}");
        let seen = shop.fresh(&path).await.version();
        let terms = json!({ "terms": terms });
        shop.change(Method::PUT, &format!("{path}/terms"), seen, terms).await.expect(200);
        on(shop, shop.program(), &path, "approve", json!({})).await.expect(200);
        let client = shop.client("Grace Hopper").await;
        let code = json!({ "code": "friend" });
        shop.post(&format!("/api/v1/clients/{client}/referral"), code).await.expect(200);
        let sell = async || {
            let invoice = shop.invoice(&client, &["100.00"]).await;
            let body = json!({ "method": "manual_bank" });
            shop.post(&format!("/api/v1/invoices/{invoice}/pay"), body).await.made();
        };
        let bank = json!({ "kind": "channel", "key": "manual_bank" });
        let ask = json!({ "currency": "EUR", "to": bank });
        let pay_out = || on(shop, shop.program(), &path, "payouts", ask.clone());

        limit(shop, &[("payout", eur("30.00"))]).await;
        sell().await;
        pay_out().await.expect(200);
        sell().await;
        let waiting = waits(pay_out().await);
        let found = read(shop, &waiting).await;
        assert_eq!(
            (&found["amount"], &found["deeds"][0]["in_all"]),
            (&eur("20.00"), &eur("40.00"))
        );
        shop.clock.advance_days(30);
        pay_out().await.expect(200);

        let dollars = json!({ "amount": "1000.00", "currency": "USD" });
        limit(shop, &[("payout", dollars)]).await;
        sell().await;
        waits(pay_out().await);
        limit(shop, &[]).await;
        pay_out().await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_name_what_is_wrong_with_them() {
    Shop::story(async |shop| {
        assert_eq!(shop.get(LIMITS).await.expect(200).body["limits"], json!([]), "none by default");
        let seen = shop.get(LIMITS).await.version();
        let set =
            |limits: Value| shop.change(Method::PUT, LIMITS, seen, json!({ "limits": limits }));
        let twice = json!([{ "kind": "refund", "up_to": eur("1.00") },
            { "kind": "refund", "up_to": eur("2.00") }]);
        let refused = set(twice).await.problem(400, "malformed");
        assert_eq!(refused.pointer(), "/limits/1");
        let unknown = json!([{ "kind": "gift", "up_to": eur("1.00") }]);
        let refused = set(unknown).await.problem(400, "malformed");
        assert_eq!(refused.pointer(), "/limits/0/kind");
        let negative = json!([{ "kind": "refund", "up_to": eur("-1.00") }]);
        let refused = set(negative).await.problem(400, "malformed");
        assert_eq!(refused.pointer(), "/limits/0/up_to");
    })
    .await;
}
