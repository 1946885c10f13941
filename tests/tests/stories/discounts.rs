//! Coupons: who may have one, what it takes off, and what becomes of it when a document is taken
//! back. However many people redeem one at once, it is never had more often than it may be.

use billfold_app::billing_run::BillingRun;
use billfold_tests::shop::{Reply, Shop, eur, line};
use reqwest::Method;
use serde_json::{Value, json};

/// Offers a coupon: these terms, and a code.
async fn coupon(shop: &Shop, code: &str, terms: Value) -> String {
    let mut body = terms;
    body["code"] = json!(code);
    shop.post("/api/v1/coupons", body).await.made()
}

fn percent(share: &str) -> Value {
    json!({ "discount": { "kind": "percent", "percent": share } })
}

fn fixed(amount: &str) -> Value {
    json!({ "discount": { "kind": "fixed", "amount": eur(amount) } })
}

fn with(mut terms: Value, field: &str, value: Value) -> Value {
    terms[field] = value;
    terms
}

async fn apply(shop: &Shop, draft: &str, code: &str) -> Reply {
    shop.program().act(draft, "coupon", json!({ "code": code })).await
}

async fn product(shop: &Shop, code: &str, price: &str) -> String {
    let new = json!({ "code": code, "name": format!("VPS {code}"), "kind": "vps" });
    let product = shop.post("/api/v1/products", new).await.made();
    let price = json!({ "cycle": { "every": "months", "count": 1 }, "price": eur(price) });
    let path = format!("/api/v1/products/{product}");
    let seen = shop.get(&path).await.version();
    shop.change(Method::POST, &format!("{path}/prices"), seen, price).await.expect(200);
    product
}

/// A subscription by calendar months, and what was billed with it.
async fn subscribe(shop: &Shop, client: &str, product: &str, on: &str) -> String {
    let new = json!({
        "client_id": client,
        "product_id": product,
        "offer": { "currency": "EUR", "cycle": { "every": "months", "count": 1 } },
        "tax": { "category": "S", "rate": "19", "country": "DE" },
        "anchor": { "kind": "calendar" },
        "on": on,
    });
    let begun = shop.post("/api/v1/subscriptions", new).await.expect(201).body;
    begun["id"].as_str().unwrap().to_owned()
}

async fn act(shop: &Shop, subscription: &str, verb: &str, body: Value) -> Reply {
    let path = format!("/api/v1/subscriptions/{subscription}");
    let seen = shop.get(&path).await.version();
    shop.change(Method::POST, &format!("{path}/{verb}"), seen, body).await
}

/// What the documents of a client come to without tax, oldest first.
async fn nets(shop: &Shop, client: &str) -> Vec<String> {
    let path = format!("/api/v1/invoices?client_id={client}");
    let list = shop.fresh(&path).await.expect(200).body;
    let items = list["items"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut nets: Vec<(String, String)> =
        items.map(|one| (text(&one["number"]), text(&one["net"]["amount"]))).collect();
    nets.sort();
    nets.into_iter().map(|(_, net)| net).collect()
}

async fn counts(shop: &Shop, coupon: &str) -> (u64, u64) {
    let read = shop.get(&format!("/api/v1/coupons/{coupon}")).await.expect(200).body;
    (read["reserved"].as_u64().unwrap(), read["redeemed"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discount_is_spread_over_the_lines_to_the_cent_and_lowers_the_tax() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let spring = coupon(shop, "Spring26", fixed("10.00")).await;
        let draft = shop.draft(&client, &["10.00", "10.00", "10.00"]).await;
        let applied = apply(shop, &draft, "spring26").await.expect(200).body;
        assert_eq!((&applied["discount"], &applied["total"]), (&eur("10.00"), &eur("23.80")));
        assert_eq!(counts(shop, &spring).await, (1, 0), "reserved with the draft");
        let read = shop.read_invoice(&draft).await;
        let lines = read["lines"].as_array().unwrap();
        let off: Vec<&str> =
            lines[3..].iter().map(|line| line["net"]["amount"].as_str().unwrap()).collect();
        assert_eq!(off, ["-3.33", "-3.34", "-3.33"]);
        assert_eq!(lines[3]["description"], "Coupon Spring26: Web hosting");

        let frozen = shop.program().act(&draft, "lines", line("5.00")).await;
        frozen.problem(409, "invoice.has_coupon");
        let issued = shop.program().issue(&draft).await.expect(200).body;
        assert_eq!(issued["total"], eur("23.80"), "19 % of 20.00 and not of 30.00");
        assert_eq!(counts(shop, &spring).await, (0, 1), "redeemed with the invoice");
        let path = format!("/api/v1/coupons/{spring}/redemptions");
        let had = shop.fresh(&path).await.expect(200).body;
        assert_eq!(had["items"][0]["id"], draft);
        assert_eq!(had["items"][0]["status"], "redeemed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_narrower_of_two_coupons_comes_first_and_one_taken_off_changes_the_other() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let vps = product(shop, "small", "20.00").await;
        coupon(shop, "HALF", percent("50")).await;
        let scope = json!({ "products": [vps] });
        let five = coupon(shop, "FIVE", with(fixed("5.00"), "scope", scope)).await;
        let mut of_product = line("20.00");
        of_product["product_id"] = json!(vps);
        let body = json!({ "client_id": client, "currency": "EUR",
            "lines": [of_product, line("10.00")] });
        let draft = shop.post("/api/v1/invoices", body).await.made();
        let half = apply(shop, &draft, "HALF").await.expect(200).body;
        assert_eq!(half["discount"], eur("15.00"));
        let both = apply(shop, &draft, "FIVE").await.expect(200).body;
        assert_eq!(both["discount"], eur("17.50"), "5.00 of the product, then half of 25.00");

        let off = json!({ "coupon_id": five });
        shop.program().act(&draft, "take-coupon-off", off).await.expect(200);
        assert_eq!(shop.read_invoice(&draft).await["net"], eur("15.00"));
        assert_eq!(counts(shop, &five).await, (0, 0));
        let plain = shop.draft(&client, &["10.00"]).await;
        apply(shop, &plain, "FIVE").await.problem(422, "coupon.out_of_scope");
        assert_eq!(counts(shop, &five).await, (0, 0), "a refusal keeps nothing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn days_currency_status_and_limits_of_a_coupon_are_kept() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let draft = shop.draft(&client, &["10.00"]).await;
        let late = with(percent("10"), "starts_on", json!("2026-03-03"));
        coupon(shop, "LATE", late).await;
        coupon(shop, "OVER", with(percent("10"), "expires_on", json!("2026-03-01"))).await;
        coupon(shop, "YEN", with(percent("10"), "currency", json!("JPY"))).await;
        let off = coupon(shop, "OFF", percent("10")).await;
        let path = format!("/api/v1/coupons/{off}");
        let seen = shop.get(&path).await.version();
        let reason = json!({ "reason": "leaked" });
        shop.change(Method::POST, &format!("{path}/disable"), seen, reason).await.expect(200);
        for (code, status, refusal) in [
            ("LATE", 422, "coupon.not_started"),
            ("OVER", 422, "coupon.expired"),
            ("YEN", 422, "coupon.currency"),
            ("OFF", 409, "coupon.disabled"),
            ("NONE", 422, "coupon.absent"),
        ] {
            let refused = apply(shop, &draft, code).await.problem(status, refusal);
            assert_eq!(refused.pointer(), "/code", "{code}");
        }
        shop.clock.advance_days(1);
        apply(shop, &draft, "LATE").await.expect(200);

        let once = with(percent("10"), "limits", json!({ "per_client": 1, "total": 2 }));
        let once = coupon(shop, "ONCE", once).await;
        let first = shop.draft(&client, &["10.00"]).await;
        apply(shop, &first, "ONCE").await.expect(200);
        let second = shop.draft(&client, &["10.00"]).await;
        apply(shop, &second, "ONCE").await.problem(422, "coupon.already_used");
        shop.program().act(&first, "discard", json!({ "reason": "no" })).await.expect(200);
        assert_eq!(counts(shop, &once).await, (0, 0), "a discarded draft gives it back");
        apply(shop, &second, "ONCE").await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_with_mistakes_names_each_field() {
    Shop::story(async |shop| {
        let wrong = json!({
            "code": "BAD",
            "discount": { "kind": "percent", "percent": "101" },
            "frequency": { "kind": "recurring", "cycles": 0 },
            "starts_on": "2026-03-05",
            "expires_on": "2026-03-04",
            "limits": { "total": 0 },
        });
        let refused = shop.post("/api/v1/coupons", wrong).await.expect(400).body;
        let errors = refused["errors"].as_array().unwrap();
        let mut found: Vec<&str> =
            errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        found.sort_unstable();
        assert_eq!(found, ["/discount", "/expires_on", "/frequency/cycles", "/limits"]);
        coupon(shop, "GOOD", percent("10")).await;
        let twice = with(percent("20"), "code", json!("good"));
        let twice = shop.post("/api/v1/coupons", twice).await.expect(409);
        assert_eq!(twice.body["code"], "coupon.already_created");
        let listed = shop.fresh("/api/v1/coupons?code=good").await.expect(200).body;
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voided_invoice_gives_the_use_of_its_coupon_back() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let once = with(percent("10"), "limits", json!({ "total": 1 }));
        let once = coupon(shop, "ONCE", once).await;
        let draft = shop.draft(&client, &["10.00"]).await;
        apply(shop, &draft, "ONCE").await.expect(200);
        shop.program().issue(&draft).await.expect(200);
        let other = shop.draft(&client, &["10.00"]).await;
        apply(shop, &other, "ONCE").await.problem(422, "coupon.redemption_limit");
        shop.program().void(&draft).await.expect(200);
        assert_eq!(counts(shop, &once).await, (0, 0));
        apply(shop, &other, "ONCE").await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_who_redeem_at_once_five_get_a_coupon_of_five() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let five = with(percent("10"), "limits", json!({ "total": 5 }));
        let five = coupon(shop, "FIVE", five).await;
        let mut drafts = Vec::new();
        for _ in 0..16 {
            drafts.push(shop.draft(&client, &["10.00"]).await);
        }
        let mut asking = tokio::task::JoinSet::new();
        for draft in drafts {
            let program = shop.program().clone();
            asking.spawn(async move {
                let reply = program.act(&draft, "coupon", json!({ "code": "FIVE" })).await;
                if reply.status == 200 {
                    program.issue(&draft).await.expect(200);
                } else {
                    reply.clone().problem(422, "coupon.redemption_limit");
                }
                reply.status
            });
        }
        let statuses = asking.join_all().await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 5, "{statuses:?}");
        assert_eq!(counts(shop, &five).await, (0, 5));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_of_a_subscription_comes_off_as_many_bills_as_it_says() {
    Shop::story(async |shop| {
        let vps = product(shop, "small", "30.00").await;
        let twice = json!({ "kind": "recurring", "cycles": 2 });
        coupon(shop, "TWICE", with(percent("50"), "frequency", twice)).await;
        coupon(shop, "EVER", with(fixed("5.00"), "frequency", json!({ "kind": "forever" }))).await;
        coupon(shop, "FORTY", fixed("40.00")).await;
        let mut clients = Vec::new();
        for (name, code, expected) in [
            ("Grace Hopper", "TWICE", ["15.00", "15.00", "30.00"]),
            ("Alan Turing", "EVER", ["25.00", "25.00", "25.00"]),
            ("Edsger Dijkstra", "FORTY", ["0.00", "20.00", "30.00"]),
        ] {
            let client = shop.client(name).await;
            let id = subscribe(shop, &client, &vps, "2026-04-01").await;
            act(shop, &id, "coupon", json!({ "code": code })).await.expect(200);
            let path = format!("/api/v1/subscriptions/{id}/preview");
            let seen = shop.post(&path, json!({})).await.expect(200).body;
            assert_eq!(seen["document"]["net"]["amount"], expected[0], "the preview of {code}");
            clients.push((client, expected));
        }
        shop.clock.advance_days(92);
        for through in ["2026-04-01", "2026-05-01", "2026-06-01"] {
            shop.fresh("/api/v1/subscriptions").await.expect(200);
            shop.bill(shop.run_through(through)).await;
        }
        for (client, expected) in clients {
            assert_eq!(nets(shop, &client).await, expected);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_back_of_a_discounted_month_is_a_share_of_what_was_paid_for_it() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let vps = product(shop, "small", "30.00").await;
        let half = coupon(shop, "HALF", percent("50")).await;
        let id = subscribe(shop, &client, &vps, "2026-04-01").await;
        act(shop, &id, "coupon", json!({ "code": "HALF" })).await.expect(200);
        assert_eq!(counts(shop, &half).await, (1, 0));
        shop.clock.advance_days(40);
        shop.fresh("/api/v1/subscriptions").await.expect(200);
        shop.bill(shop.run_through("2026-04-01")).await;
        assert_eq!(counts(shop, &half).await, (0, 1));
        let end = json!({ "at": { "kind": "immediate" }, "on": "2026-04-11" });
        let ended = act(shop, &id, "cancel", end).await.expect(200).body;
        assert_eq!(ended["billing"]["net"], eur("-10.00"), "20 of 30 days of 15.00");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_is_never_billed_gives_its_coupon_back_and_so_does_a_voided_bill() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let vps = product(shop, "small", "30.00").await;
        let scope = json!({ "products": [vps] });
        let once = with(percent("50"), "scope", scope);
        let once = coupon(shop, "ONCE", with(once, "limits", json!({ "total": 1 }))).await;
        let left = subscribe(shop, &client, &vps, "2026-04-01").await;
        act(shop, &left, "coupon", json!({ "code": "ONCE" })).await.expect(200);
        let other = subscribe(shop, &client, &vps, "2026-04-01").await;
        let taken = act(shop, &other, "coupon", json!({ "code": "ONCE" })).await;
        taken.problem(422, "coupon.redemption_limit");
        shop.clock.advance_days(35);
        let end = json!({ "at": { "kind": "immediate" }, "on": "2026-04-01" });
        act(shop, &left, "cancel", end).await.expect(200);
        assert_eq!(counts(shop, &once).await, (0, 0));

        act(shop, &other, "coupon", json!({ "code": "ONCE" })).await.expect(200);
        shop.clock.advance_days(27);
        shop.fresh("/api/v1/subscriptions").await.expect(200);
        shop.bill(shop.run_through("2026-04-01")).await;
        let path = format!("/api/v1/invoices?client_id={client}&status=open");
        let bill = shop.fresh(&path).await.expect(200).body["items"][0].clone();
        assert_eq!(bill["net"], eur("15.00"));
        shop.program().void(bill["id"].as_str().unwrap()).await.expect(200);
        shop.fresh("/api/v1/subscriptions").await.expect(200);
        shop.bill(shop.run_through("2026-05-01")).await;
        let newest = shop.fresh(&path).await.expect(200).body["items"][0].clone();
        assert_eq!(newest["net"], eur("15.00"), "the use came back with the voided bill");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_costs_what_its_preview_said_with_the_coupon_off_old_and_new() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let small = product(shop, "small", "30.00").await;
        let large = product(shop, "large", "60.00").await;
        let ever = with(percent("50"), "frequency", json!({ "kind": "forever" }));
        coupon(shop, "EVER", ever).await;
        let id = subscribe(shop, &client, &small, "2026-04-01").await;
        act(shop, &id, "coupon", json!({ "code": "EVER" })).await.expect(200);
        shop.clock.advance_days(45);
        shop.fresh("/api/v1/subscriptions").await.expect(200);
        let run = shop.run_through("2026-04-01");
        let rehearsal = BillingRun { rehearse: true, ..run.clone() };
        let foreseen = shop.bill(rehearsal).await;
        let report = shop.bill(run).await;
        assert_eq!((report.issued, &report.sums), (1, &foreseen.sums), "as the rehearsal said");
        assert_eq!(nets(shop, &client).await, ["15.00"]);

        let offer = json!({ "currency": "EUR", "cycle": { "every": "months", "count": 1 } });
        let change = json!({ "product_id": large, "offer": offer });
        let path = format!("/api/v1/subscriptions/{id}/preview");
        let seen = shop.post(&path, json!({ "change": change })).await.expect(200).body;
        let real = act(shop, &id, "change", change).await.expect(200).body;
        assert_eq!(seen["document"]["total"], real["billing"]["total"]);
        assert_eq!(real["billing"]["net"], eur("7.50"), "half of 30.00, less half of 15.00");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_note_gives_back_what_was_charged_after_the_coupon_and_no_cent_more() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let ten = with(percent("10"), "limits", json!({ "total": 1 }));
        let ten = coupon(shop, "TEN", ten).await;
        let draft = shop.draft(&client, &["100.00", "50.00"]).await;
        apply(shop, &draft, "TEN").await.expect(200);
        shop.post("/api/v1/proformas", json!({ "invoice_id": draft }))
            .await
            .problem(409, "invoice.has_coupon");
        shop.program().issue(&draft).await.expect(200);
        let part = json!({ "reason": "outage", "lines": [{ "line_no": 1 }] });
        let path = format!("/api/v1/invoices/{draft}/credit-notes/preview");
        let lines = json!({ "lines": [{ "line_no": 1 }] });
        let seen = shop.post(&path, lines).await.expect(200).body;
        let note = shop.program().act(&draft, "credit-notes", part).await.expect(201).body;
        assert_eq!((&seen["net"], &note["net"]), (&eur("90.00"), &eur("90.00")));
        assert_eq!(counts(shop, &ten).await, (0, 1), "a part of it stands");
        let rest = json!({ "reason": "all of it" });
        let rest = shop.program().act(&draft, "credit-notes", rest).await.expect(201).body;
        assert_eq!((&rest["net"], &rest["balance_due"]), (&eur("45.00"), &eur("0.00")));
        assert_eq!(shop.read_invoice(&draft).await["status"], "void");
        assert_eq!(counts(shop, &ten).await, (0, 0), "nothing came off what is void");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discounted_bill_of_a_subscription_goes_back_whole_and_its_coupon_with_it() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let vps = product(shop, "small", "30.00").await;
        coupon(shop, "HALF", percent("50")).await;
        let id = subscribe(shop, &client, &vps, "2026-04-01").await;
        act(shop, &id, "coupon", json!({ "code": "HALF" })).await.expect(200);
        shop.clock.advance_days(62);
        shop.fresh("/api/v1/subscriptions").await.expect(200);
        shop.bill(shop.run_through("2026-04-01")).await;
        let path = format!("/api/v1/invoices?client_id={client}");
        let bill = shop.fresh(&path).await.expect(200).body["items"][0]["id"].clone();
        let all = json!({ "reason": "all of it" });
        let bill = bill.as_str().unwrap();
        let note = shop.program().act(bill, "credit-notes", all).await.expect(201).body;
        assert_eq!((&note["net"], &note["balance_due"]), (&eur("15.00"), &eur("0.00")));
        shop.fresh("/api/v1/subscriptions").await.expect(200);
        shop.bill(shop.run_through("2026-05-01")).await;
        assert_eq!(nets(shop, &client).await, ["15.00", "15.00"], "the use came back");
    })
    .await;
}
