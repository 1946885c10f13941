//! A billing run is rehearsed, started, followed and read; what could not be billed is listed with
//! its reason.

use billfold_app::billing_run::{ACTOR, BillingRun};
use billfold_app::commands::billing_runs::StartBillingRun;
use billfold_app::commands::{Ask, Cause};
use billfold_domain::kernel::Actor;
use billfold_tests::harness::eventually;
use billfold_tests::shop::{Caller, Reply, Shop, eur, fresh_key};
use reqwest::Method;
use serde_json::{Value, json};

const RUNS: &str = "/api/v1/billing-runs";

/// The run once it is over.
async fn ended(caller: &Caller, run: &str) -> Value {
    eventually("a billing run to end", async || {
        let found = caller.get(&format!("{RUNS}/{run}")).await.expect(200).body;
        (found["status"] != "running").then_some(found)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_bills_what_its_preview_promised_and_says_how_it_went() {
    Shop::story(async |shop| {
        let clients = shop.subscribed(&["Ada", "Bob", "Cy"]).await;
        let path = format!("/api/v1/clients/{}", clients[1]);
        let seen = shop.get(&path).await.version();
        let reason = json!({ "reason": "asked to be forgotten" });
        shop.change(Method::POST, &format!("{path}/erase"), seen, reason).await.expect(200);
        shop.clock.advance_days(31);

        let asked = json!({ "through": "2026-04-01" });
        let preview = shop.post(&format!("{RUNS}/preview"), asked.clone()).await.expect(200).body;
        assert_eq!((&preview["planned"], &preview["issued"]), (&json!(3), &json!(2)));
        assert_eq!(preview["complete"], true);
        assert_eq!(preview["sums"][0]["invoiced"], eur("73.78"), "twice 31.00 and 19 %");
        assert_eq!(preview["refused"][0]["code"], "client.erased");
        assert_eq!(shop.fresh(RUNS).await.expect(200).body["items"], json!([]));

        let run = shop.post(RUNS, asked).await.made();
        let found = ended(shop.program(), &run).await;
        assert_eq!(found["status"], "finished");
        let counts = ["planned", "issued", "skipped", "quarantined"].map(|name| &found[name]);
        assert_eq!(counts, [&json!(3), &json!(2), &json!(0), &json!(1)]);
        assert_eq!(found["sums"], preview["sums"]);
        let aside = shop.fresh(&format!("{RUNS}/{run}/quarantine")).await.expect(200).body;
        assert_eq!(aside["items"][0]["client_id"], clients[1]);
        assert_eq!(aside["items"][0]["code"], "client.erased");
        let list = shop.fresh(RUNS).await.expect(200).body;
        assert_eq!(list["items"][0], found);

        let seen = shop.get(&format!("{RUNS}/{run}")).await.version();
        let path = format!("{RUNS}/{run}/resume");
        let again = shop.change(Method::POST, &path, seen, json!({})).await;
        again.problem(409, "billing_run.ended");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_with_too_many_refusals_halts_and_goes_on_when_told_to() {
    Shop::story(async |shop| {
        shop.subscribed(&["Ada", "Bob", "Cy"]).await;
        shop.clock.advance_days(31);
        let bounded = json!({ "largest": [eur("36.88")], "most_quarantined": 2 });
        let run = shop.post(RUNS, bounded).await.made();
        let halted = ended(shop.program(), &run).await;
        assert_eq!(
            (&halted["status"], &halted["issued"]),
            (&json!("too_many_quarantined"), &json!(0))
        );
        assert_eq!(halted["quarantined"], 3);
        let seen = shop.get(&format!("{RUNS}/{run}")).await.version();
        let path = format!("{RUNS}/{run}/resume");
        shop.change(Method::POST, &path, seen, json!({})).await.expect(200);
        let again = ended(shop.program(), &run).await;
        assert_eq!(again["quarantined"], 3, "nobody is set aside twice");
        let run = shop.post(RUNS, json!({})).await.made();
        assert_eq!(ended(shop.program(), &run).await["issued"], 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_process_died_is_taken_up_and_bills_the_rest_once() {
    Shop::story(async |shop| {
        let clients = shop.subscribed(&["Ada", "Bob", "Cy", "Dee", "Eve"]).await;
        shop.clock.advance_days(31);
        let start = StartBillingRun {
            billing_run_id: None,
            through: None,
            largest: Vec::new(),
            most_quarantined: 10,
        };
        let actor = Actor::system("tests").unwrap();
        let ask = Ask::new(shop.tenant, actor, fresh_key(), start);
        let id = shop.door().execute(ask).await.unwrap().answer.billing_run_id;
        let dies = BillingRun {
            actor: Actor::system(ACTOR).unwrap(),
            name: id.to_string(),
            cause: Some(Cause { correlation_id: id.uuid(), causation_id: id.uuid() }),
            ..shop.run_through("2026-04-02")
        };
        let before = shop.bill_some(dies, 2).await;
        assert_eq!((before.issued, before.interrupted), (2, true));

        let path = format!("{RUNS}/{id}");
        let found = shop.get(&path).await;
        assert_eq!((&found.body["status"], &found.body["issued"]), (&json!("running"), &json!(2)));
        let resume = format!("{path}/resume");
        shop.change(Method::POST, &resume, found.version(), json!({})).await.expect(200);
        let found = ended(shop.program(), &id.to_string()).await;
        assert_eq!(found["status"], "finished");
        let counts = ["planned", "issued", "skipped", "quarantined"].map(|name| &found[name]);
        assert_eq!(counts, [&json!(5), &json!(5), &json!(0), &json!(0)]);
        assert_eq!(found["sums"][0]["invoiced"], eur("184.45"), "five times 31.00 and 19 %");
        for client in &clients {
            let path = format!("/api/v1/invoices?client_id={client}");
            let invoices = shop.fresh(&path).await.expect(200).body;
            assert_eq!(invoices["items"].as_array().unwrap().len(), 2, "{invoices}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_longer_than_a_document_is_billed_on_several() {
    Shop::story(async |shop| {
        let new = json!({ "code": "small", "name": "VPS small", "kind": "vps" });
        let product = shop.post("/api/v1/products", new).await.made();
        let client = shop.client("Ada").await;
        let agreed = json!({ "price": "1.00", "interval": { "unit": "day", "count": 1 } });
        for _ in 0..2 {
            let new = json!({
                "client_id": client,
                "product_id": product,
                "offer": { "currency": "EUR", "agreed": agreed },
                "tax": { "category": "S", "rate": "19", "country": "DE" },
            });
            shop.post("/api/v1/subscriptions", new).await.expect(201);
        }
        shop.clock.advance_days(1_200);
        let run = shop.run_through("2029-06-14");
        let rehearsal = shop.bill(BillingRun { rehearse: true, ..run.clone() }).await;
        let report = shop.bill(run).await;
        assert!(report.adds_up() && report.quarantined.is_empty(), "{report}");
        assert_eq!((report.planned, report.issued), (4, 4), "1000 and 200 days, twice");
        assert_eq!(report.sums, rehearsal.sums);
        let invoiced = report.sums.values().next().unwrap().invoiced;
        assert_eq!(invoiced.to_major(), "2856.00", "2,400 days at 1.00 and 19 %");
        let again = shop.bill(shop.run_through("2029-06-14")).await;
        assert_eq!(again.planned, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_has_a_page_with_what_it_issued_and_whom_it_set_aside() {
    Shop::story(async |shop| {
        shop.subscribed(&["Grace Hopper", "Alan Turing"]).await;
        shop.clock.advance_days(31);
        let run = shop.post(RUNS, json!({ "largest": [eur("36.88")] })).await.made();
        ended(shop.program(), &run).await;
        let ada = shop.staff("Ada Lovelace").await;
        let page = async |path: &str| {
            let reply = ada.request(Method::GET, path).send().await.unwrap();
            assert_eq!(reply.status().as_u16(), 200, "{path}");
            reply.text().await.unwrap()
        };
        let one = page(&format!("/admin/billing-runs/{run}")).await;
        for wanted in ["Finished", "Grace Hopper", "Alan Turing", "billing_run.beyond_bound"] {
            assert!(one.contains(wanted), "{wanted}: {one}");
        }
        assert!(page("/admin/billing-runs").await.contains(&run));
        let asked = "/admin/billing-runs/new?through=2026-04-02&largest=";
        assert!(page(asked).await.contains("73.78"), "what the rehearsal comes to");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_share_the_book() {
    Shop::story(async |shop| {
        shop.subscribed(&["Ada", "Bob", "Cy", "Dee"]).await;
        shop.clock.advance_days(31);
        let (one, two) = tokio::join!(shop.post(RUNS, json!({})), shop.post(RUNS, json!({})));
        let (one, two) = (one.made(), two.made());
        let issued = |run: Value| run["issued"].as_u64().unwrap();
        let (one, two) = (ended(shop.program(), &one).await, ended(shop.program(), &two).await);
        assert_eq!(issued(one) + issued(two), 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_request_names_its_field() {
    let shop = Shop::open().await;
    let problem = |reply: Reply, code: &str, pointer: &str| {
        let reply = reply.expect(400);
        let error = &reply.body["errors"][0];
        assert_eq!((&error["code"], &error["pointer"]), (&json!(code), &json!(pointer)));
    };
    let far = shop.post(RUNS, json!({ "through": "2026-04-03" })).await;
    problem(far, "billing_run.too_far_ahead", "/through");
    let many = shop.post(RUNS, json!({ "most_quarantined": 10_001 })).await;
    problem(many, "billing_run.bound_too_high", "/most_quarantined");
    let twice = shop.post(RUNS, json!({ "largest": [eur("1.00"), eur("2.00")] })).await;
    problem(twice, "billing_run.bound_twice", "/largest");
    let neighbour = shop.neighbour().await;
    let run = shop.post(RUNS, json!({})).await.made();
    ended(shop.program(), &run).await;
    neighbour.get(&format!("{RUNS}/{run}")).await.problem(404, "not_found");
    neighbour.get(&format!("{RUNS}/{run}/quarantine")).await.problem(404, "not_found");
}
