//! Unpaid invoices: reminders, grace, suspension, the end of a service, and everything that stops
//! or holds them (SUB-12 to SUB-16, SUB-19). What is to be sent, charged or suspended is an event;
//! these stories end there.

use billfold_app::commands::Ask;
use billfold_app::commands::payments::RecordAttempt;
use billfold_domain::kernel::{Actor, Currency, Money, PaymentId};
use billfold_domain::payment::AttemptStage;
use billfold_tests::shop::{Shop, eur, fresh_key};
use reqwest::Method;
use serde_json::{Value, json};

/// Looks at everybody who is late, as `billfold dun` does.
async fn dun(shop: &Shop) -> Value {
    shop.post("/api/v1/dunning-runs", json!({})).await.expect(200).body
}

/// The only case of an invoice; null if there is none.
async fn case_of(shop: &Shop, invoice: &str) -> Value {
    let path = format!("/api/v1/dunning-cases?invoice_id={invoice}");
    shop.fresh(&path).await.expect(200).body["items"][0].clone()
}

async fn read(shop: &Shop, case: &Value) -> Value {
    let path = format!("/api/v1/dunning-cases/{}", case["id"].as_str().unwrap());
    shop.get(&path).await.expect(200).body
}

async fn act(shop: &Shop, case: &Value, verb: &str, body: Value) -> Value {
    let path = format!("/api/v1/dunning-cases/{}", case["id"].as_str().unwrap());
    let seen = shop.get(&path).await.version();
    let done = shop.change(Method::POST, &format!("{path}/{verb}"), seen, body).await;
    done.expect(200).body
}

/// Days pass, one by one, each with its run; answers what each stage did, with its day.
async fn live(shop: &Shop, days: std::ops::RangeInclusive<i64>) -> Vec<(i64, &'static str)> {
    let mut taken = Vec::new();
    for day in days {
        shop.clock.advance_days(1);
        let report = dun(shop).await;
        for action in ["remind", "warn", "block", "suspend", "terminate"] {
            if report["stages"][action] != 0 {
                taken.push((day, action));
            }
        }
        let planned = report["advanced"].as_u64().unwrap() + report["rested"].as_u64().unwrap();
        assert_eq!(report["looked_at"].as_u64(), Some(planned), "{report}");
    }
    taken
}

/// An invoice over 100.00 and tax, on the last day it may be paid in time.
async fn due_today(shop: &Shop, client: &str) -> String {
    let invoice = shop.invoice(client, &["100.00"]).await;
    let due = shop.read_invoice(&invoice).await["due_date"].as_str().unwrap().to_owned();
    shop.clock.set(format!("{due}T09:00:00Z").parse().unwrap());
    invoice
}

async fn pay(shop: &Shop, invoice: &str) {
    let path = format!("/api/v1/invoices/{invoice}/pay");
    shop.post(&path, json!({ "method": "manual_bank" })).await.expect(201);
}

/// What happened of one kind, newest first, in all cases.
async fn happened(shop: &Shop, kind: &str) -> Vec<Value> {
    let path = format!("/api/v1/events?event_type=dunning_case.{kind}");
    let found = shop.fresh(&path).await.expect(200).body;
    found["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unpaid_invoice_walks_through_reminders_grace_suspension_and_the_end() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = due_today(shop, &client).await;
        assert_eq!(dun(shop).await["looked_at"], 0, "the due date itself is not late");
        let taken = live(shop, 1..=31).await;
        let expected = [
            (1, "remind"),
            (3, "remind"),
            (7, "remind"),
            (14, "warn"),
            (17, "suspend"),
            (30, "terminate"),
        ];
        assert_eq!(taken, expected);
        let case = case_of(shop, &invoice).await;
        assert_eq!(
            (&case["status"], &case["stop_reason"]),
            (&json!("stopped"), &json!("terminated"))
        );
        assert_eq!(dun(shop).await["looked_at"], 1, "it is still owed");
        assert_eq!(shop.read_invoice(&invoice).await["status"], "overdue");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_in_the_middle_it_stops_at_once_and_lifts_what_was_suspended() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = due_today(shop, &client).await;
        live(shop, 1..=20).await;
        let case = case_of(shop, &invoice).await;
        assert_eq!((&case["status"], &case["stage"]), (&json!("open"), &json!("suspension")));
        pay(shop, &invoice).await;
        let case = case_of(shop, &invoice).await;
        assert_eq!((&case["status"], &case["stop_reason"]), (&json!("stopped"), &json!("paid")));
        assert_eq!(live(shop, 21..=40).await, [], "nothing after the payment");
        let stopped = happened(shop, "stopped").await;
        let path = format!("/api/v1/events/{}", stopped[0]["position"]);
        let last = shop.get(&path).await.expect(200).body;
        assert_eq!(last["payload"]["stopped"]["lifts"], true, "{last}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_never_ends_while_a_payment_is_pending_or_unknown() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = due_today(shop, &client).await;
        live(shop, 1..=18).await;
        let payment_id = PaymentId::derive(shop.tenant.uuid(), "late attempt");
        let attempt = |stage| RecordAttempt {
            payment_id,
            client_id: client.parse().unwrap(),
            amount: Money::parse_major("119.00", Currency::EUR).unwrap(),
            gateway: "sandbox".to_owned(),
            reference: None,
            stage,
            invoice_id: Some(invoice.parse().unwrap()),
        };
        let actor = || Actor::system("tests").unwrap();
        for stage in [AttemptStage::Pending, AttemptStage::Unknown] {
            let ask = Ask::new(shop.tenant, actor(), fresh_key(), attempt(stage));
            shop.door().execute(ask).await.unwrap();
            assert_eq!(live(shop, 19..=40).await, [], "{stage:?}");
        }
        let ask =
            Ask::new(shop.tenant, actor(), fresh_key(), attempt(AttemptStage::ActionRequired));
        shop.door().execute(ask).await.unwrap();
        assert_eq!(live(shop, 1..=1).await, [(1, "terminate")], "nobody answered the challenge");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_holds_dunning_up_and_its_loss_lets_it_begin_again_with_grace() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = due_today(shop, &client).await;
        let path = format!("/api/v1/invoices/{invoice}/pay");
        let paid = shop.post(&path, json!({ "method": "manual_bank" })).await.made();
        let dispute = json!({ "claimed": eur("119.00"), "reason": "not me" });
        let path = format!("/api/v1/payments/{paid}");
        let seen = shop.fresh(&path).await.version();
        let opened = shop.change(Method::POST, &format!("{path}/dispute"), seen, dispute).await;
        opened.expect(200);
        assert_eq!(live(shop, 1..=60).await, [], "disputed");
        assert_eq!(case_of(shop, &invoice).await["status"], "disputed");
        let seen = shop.fresh(&path).await.version();
        let lose = format!("{path}/disputes/1/lose");
        shop.change(Method::POST, &lose, seen, json!({})).await.expect(200);
        let taken = live(shop, 61..=70).await;
        assert_eq!(taken, [(61, "warn"), (64, "suspend"), (67, "terminate")], "grace is kept");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_to_pay_holds_until_its_day_is_over_and_a_hold_until_it_is_released() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = due_today(shop, &client).await;
        live(shop, 1..=2).await;
        let case = case_of(shop, &invoice).await;
        let today = shop.clock.now().date_naive();
        let pay_by = today + chrono::Days::new(5);
        act(shop, &case, "promise", json!({ "pay_by": pay_by })).await;
        assert_eq!(case_of(shop, &invoice).await["status"], "promised");
        assert_eq!(live(shop, 3..=7).await, [], "promised until day 7");
        assert_eq!(live(shop, 8..=8).await, [(8, "remind")], "the promise is broken");
        act(shop, &case, "hold", json!({})).await;
        assert_eq!(case_of(shop, &invoice).await["status"], "held");
        assert_eq!(live(shop, 9..=40).await, []);
        act(shop, &case, "release", json!({})).await;
        assert_eq!(live(shop, 41..=41).await, [(41, "warn")]);
        let far = json!({ "pay_by": shop.clock.now().date_naive() + chrono::Days::new(60) });
        let path = format!("/api/v1/dunning-cases/{}", case["id"].as_str().unwrap());
        let seen = shop.get(&path).await.version();
        let refused = shop.change(Method::POST, &format!("{path}/promise"), seen, far).await;
        assert_eq!(refused.problem(422, "dunning_case.promise_day").pointer(), "/pay_by");
        act(shop, &case, "stop", json!({ "reason": "settled by telephone" })).await;
        assert_eq!(live(shop, 42..=80).await, [], "stopped by hand it does not begin again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_soft_decline_is_tried_again_on_schedule_and_a_hard_one_asks_for_another_way() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        // The last two digits of the gross choose the sandbox's answer.
        for (net, gross, kind) in [("84.46", "100.51", "soft"), ("84.49", "100.54", "hard")] {
            let invoice = shop.invoice(&client, &[net]).await;
            assert_eq!(shop.read_invoice(&invoice).await["total"], eur(gross));
            let path = format!("/api/v1/invoices/{invoice}/charge");
            let charge = || shop.post(&path, json!({ "gateway": "sandbox" }));
            assert_eq!(charge().await.expect(201).body["outcome"], "declined");
            let (mut retries, mut asked) = (Vec::new(), 0);
            for day in 0..=9 {
                let report = dun(shop).await;
                asked += report["methods_requested"].as_u64().unwrap();
                if report["retries"] == 1 {
                    retries.push(day);
                    charge().await.expect(201);
                }
                shop.clock.advance_days(1);
            }
            if kind == "soft" {
                assert_eq!((retries, asked), (vec![1, 3, 5, 7], 0));
            } else {
                assert_eq!((retries, asked), (Vec::new(), 1));
                assert_eq!(happened(shop, "method_requested").await.len(), 1);
            }
            pay(shop, &invoice).await;
            assert_eq!(case_of(shop, &invoice).await["stop_reason"], "paid");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn run_twice_or_by_two_at_once_nothing_happens_twice() {
    Shop::story(async |shop| {
        for name in ["Ada", "Grace", "Joan"] {
            let client = shop.client(name).await;
            shop.invoice(&client, &["100.00"]).await;
        }
        shop.clock.advance_days(40);
        let rehearsed = shop.post("/api/v1/dunning-runs", json!({ "dry_run": true })).await;
        let rehearsed = rehearsed.expect(200).body;
        assert_eq!((&rehearsed["opened"], &rehearsed["dry_run"]), (&json!(3), &json!(true)));
        let cases = shop.fresh("/api/v1/dunning-cases").await.expect(200).body;
        assert_eq!(cases["items"], json!([]), "a rehearsal leaves nothing");
        let (one, other) = tokio::join!(dun(shop), dun(shop));
        let sum = |field: &str| one[field].as_u64().unwrap() + other[field].as_u64().unwrap();
        assert_eq!((sum("opened"), sum("looked_at")), (3, 6), "{one} {other}");
        let before = shop.position().await;
        let again = dun(shop).await;
        assert_eq!((&again["rested"], &again["advanced"]), (&json!(3), &json!(0)));
        assert_eq!(shop.position().await, before, "nothing more is wanted today");
    })
    .await;
}

/// Terms with a reminder on the first day and nothing else.
fn short(late_fee: Option<Value>) -> Value {
    json!({
        "stages": [
            { "name": "only", "when": { "days": 2 }, "action": "remind",
              "late_fee": late_fee.is_some() },
        ],
        "grace_days": 0,
        "late_fee": late_fee,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clients_own_strategy_goes_before_the_sellers_and_the_built_in_ones_need_no_typing() {
    Shop::story(async |shop| {
        let list = shop.fresh("/api/v1/dunning-strategies").await.expect(200).body;
        let codes: Vec<_> = list["items"].as_array().unwrap().iter().collect();
        let code = |at: usize| codes[at]["code"].as_str().unwrap();
        assert_eq!((code(0), code(1), code(2)), ("aggressive", "default", "gentle"));
        let gentle = codes[2]["id"].as_str().unwrap();
        let assign = |id: &str| format!("/api/v1/dunning-strategies/{id}/assign");
        let everybody = json!({ "holder": { "kind": "tenant" } });
        shop.post(&assign(gentle), everybody).await.expect(200);
        let (ada, grace) = (shop.client("Ada").await, shop.client("Grace").await);
        let own = json!({ "code": "short", "name": "Short", "terms": short(None) });
        let own = shop.post("/api/v1/dunning-strategies", own).await.made();
        let hers = json!({ "holder": { "kind": "client", "client_id": ada } });
        shop.post(&assign(&own), hers).await.expect(200);
        let first = shop.invoice(&ada, &["100.00"]).await;
        let second = due_today(shop, &grace).await;
        live(shop, 1..=30).await;
        let hers = read(shop, &case_of(shop, &first).await).await;
        assert_eq!(hers["taken"].as_array().unwrap().len(), 1, "{hers}");
        assert_eq!(hers["taken"][0]["name"], "only");
        assert_eq!(case_of(shop, &first).await["strategy_id"], json!(own));
        let others = read(shop, &case_of(shop, &second).await).await;
        let days: Vec<_> = others["taken"].as_array().unwrap().iter().collect();
        assert_eq!(days.len(), 5, "reminded on days 2, 7 and 14, warned on 21, suspended on 28");
        let path = format!("/api/v1/dunning-strategies/{own}");
        let seen = shop.fresh(&path).await.version();
        let retire = shop.change(Method::POST, &format!("{path}/retire"), seen, json!({})).await;
        retire.problem(409, "dunning_strategy.still_held");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_fee_is_an_invoice_outside_of_tax_that_is_charged_once_and_earns_no_fee_itself() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let fee = json!({ "fixed": { "amounts": [eur("5.00")] } });
        let own = json!({ "code": "fee", "name": "With a fee", "terms": short(Some(fee)) });
        let own = shop.post("/api/v1/dunning-strategies", own).await.made();
        let everybody = json!({ "holder": { "kind": "tenant" } });
        let assign = format!("/api/v1/dunning-strategies/{own}/assign");
        shop.post(&assign, everybody).await.expect(200);
        due_today(shop, &client).await;
        live(shop, 1..=60).await;
        let path = format!("/api/v1/invoices?client_id={client}");
        let list = shop.fresh(&path).await.expect(200).body;
        let totals: Vec<_> = list["items"].as_array().unwrap().iter().collect();
        assert_eq!(totals.len(), 2, "{list}");
        let fees = totals.iter().find(|invoice| invoice["total"] == eur("5.00")).unwrap();
        let fees = shop.read_invoice(fees["id"].as_str().unwrap()).await;
        assert_eq!((&fees["tax"], &fees["lines"][0]["kind"]), (&eur("0.00"), &json!("late_fee")));
        assert_eq!(fees["lines"][0]["tax"]["category"], "O");
        let account = shop.fresh("/api/v1/accounts/4200?currency=EUR").await.expect(200).body;
        assert_eq!(account["balance"]["net"], eur("-5.00"), "{account}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_terms_name_the_field_and_the_rule() {
    Shop::story(async |shop| {
        let ask = |terms: Value| json!({ "code": "own", "name": "Own", "terms": terms });
        let path = "/api/v1/dunning-strategies";
        let at_once = json!({ "stages": [
            { "name": "end", "when": { "days": 1 }, "action": "terminate" } ], "grace_days": 0 });
        let refused = shop.post(path, ask(at_once)).await;
        let refused = refused.problem(400, "malformed");
        assert_eq!(refused.pointer(), "/terms/stages/0/action");
        let mut two = short(None);
        two["stages"][0]["when"] = json!({});
        let refused = shop.post(path, ask(two)).await.problem(400, "malformed");
        assert_eq!(refused.pointer(), "/terms/stages/0/when");
        let taken = json!({ "code": "gentle", "name": "Mine", "terms": short(None) });
        let refused = shop.post(path, taken).await.problem(422, "dunning_strategy.code_taken");
        assert_eq!(refused.pointer(), "/code");
        let nobody = format!("cli_{}", "0".repeat(26));
        let own = shop.post(path, ask(short(None))).await.made();
        let assign = json!({ "holder": { "kind": "client", "client_id": nobody } });
        let refused = shop.post(&format!("{path}/{own}/assign"), assign).await;
        assert_eq!(refused.status, 404, "{}", refused.body);
        let neighbour = shop.neighbour().await;
        assert_eq!(neighbour.get(&format!("{path}/{own}")).await.status, 404);
    })
    .await;
}
