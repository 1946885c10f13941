//! Situations that park or confuse other billing systems, told to the end.

use billfold_tests::shop::{Shop, eur, line};
use reqwest::Method;
use serde_json::{Value, json};

/// A product of that name, to be subscribed to on agreed terms.
async fn product(shop: &Shop, code: &str) -> String {
    let new = json!({ "code": code, "name": code, "kind": "vps" });
    shop.post("/api/v1/products", new).await.made()
}

/// Terms in a currency.
fn agreed(currency: &str, price: &str, unit: &str) -> Value {
    let terms = json!({ "price": price, "interval": { "unit": unit, "count": 1 } });
    json!({ "currency": currency, "agreed": terms })
}

fn untaxed() -> Value {
    json!({ "category": "O", "rate": "0", "country": "DE" })
}

/// Subscribes from today on; answers the id and what was billed.
async fn subscribe(
    shop: &Shop,
    client: &str,
    product: &str,
    offer: Value,
    anchor: Value,
) -> (String, Value) {
    let new = json!({
        "client_id": client,
        "product_id": product,
        "offer": offer,
        "tax": untaxed(),
        "anchor": anchor,
    });
    let begun = shop.post("/api/v1/subscriptions", new).await.expect(201).body;
    (begun["id"].as_str().unwrap().to_owned(), begun["billing"].clone())
}

async fn act(shop: &Shop, id: &str, verb: &str, body: Value) -> Value {
    let path = format!("/api/v1/subscriptions/{id}");
    let seen = shop.get(&path).await.version();
    let done = shop.change(Method::POST, &format!("{path}/{verb}"), seen, body).await;
    done.expect(200).body["billing"].clone()
}

/// Net of a document in cents; nothing for none.
fn cents(billing: &Value) -> i64 {
    billing["net"]["amount"].as_str().map_or(0, |net| net.replace('.', "").parse().unwrap())
}

fn anniversary() -> Value {
    json!({ "kind": "anniversary" })
}

#[tokio::test(flavor = "multi_thread")]
async fn two_pauses_of_a_year_leave_exactly_the_days_of_service() {
    Shop::story(async |shop| {
        let client = shop.client("Ada").await;
        let vps = product(shop, "yearly").await;
        let offer = agreed("EUR", "365.00", "year");
        let (id, first) = subscribe(shop, &client, &vps, offer, anniversary()).await;
        let mut net = cents(&first);
        for days in [10, 20] {
            shop.clock.advance_days(days);
            net += cents(&act(shop, &id, "pause", json!({})).await);
            shop.clock.advance_days(7);
            net += cents(&act(shop, &id, "resume", json!({})).await);
        }
        net += cents(&act(shop, &id, "cancel", json!({ "at": { "kind": "immediate" } })).await);
        assert_eq!(net, 3_000, "thirty days at a euro each");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_changed_to_and_fro_costs_the_days_of_each_plan() {
    Shop::story(async |shop| {
        let client = shop.client("Ada").await;
        let (small, large) = (product(shop, "small").await, product(shop, "large").await);
        let calendar = json!({ "kind": "calendar" });
        let offer = |price| agreed("EUR", price, "month");
        let (id, first) = subscribe(shop, &client, &small, offer("31.00"), calendar).await;
        let mut net = cents(&first);
        for (product, price) in [(&large, "62.00"), (&small, "31.00")].repeat(4) {
            shop.clock.advance_days(2);
            let change = json!({ "product_id": product, "offer": offer(price) });
            net += cents(&act(shop, &id, "change", change).await);
        }
        shop.clock.advance_days(2);
        net += cents(&act(shop, &id, "cancel", json!({ "at": { "kind": "immediate" } })).await);
        assert_eq!(net, 5 * 2 * 100 + 4 * 2 * 200, "ten days at 1.00 and eight at 2.00");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn currencies_without_and_with_three_decimals_are_prorated_in_their_own() {
    Shop::story(async |shop| {
        let client = shop.client("Ada").await;
        let vps = product(shop, "small").await;
        let calendar = || json!({ "kind": "calendar" });
        let yen = agreed("JPY", "1000", "month");
        let (_, billed) = subscribe(shop, &client, &vps, yen, calendar()).await;
        assert_eq!(billed["net"], json!({ "amount": "968", "currency": "JPY" }), "30 of 31 days");
        let dinar = agreed("BHD", "10.000", "month");
        let (_, billed) = subscribe(shop, &client, &vps, dinar, calendar()).await;
        assert_eq!(billed["net"], json!({ "amount": "9.677", "currency": "BHD" }));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_billing_day_of_31_returns_in_every_month_that_has_it_for_two_years() {
    Shop::story(async |shop| {
        shop.clock.set("2027-12-31T09:00:00Z".parse().unwrap());
        let client = shop.client("Ada").await;
        let vps = product(shop, "small").await;
        let last = json!({ "kind": "billing_day", "day": 31 });
        let offer = agreed("EUR", "10.00", "month");
        let (id, first) = subscribe(shop, &client, &vps, offer, last).await;
        let mut days = Vec::new();
        let mut net = cents(&first);
        for _ in 0..24 {
            let path = format!("/api/v1/subscriptions/{id}");
            let due = shop.get(&path).await.body["next_due"].as_str().unwrap().to_owned();
            shop.clock.set(format!("{due}T09:00:00Z").parse().unwrap());
            let bill = json!({ "client_id": client, "currency": "EUR", "subscriptions": [id] });
            let billed = shop.post("/api/v1/subscriptions/bill", bill).await.expect(200).body;
            net += cents(&billed["billing"]);
            days.push(due);
        }
        let february = ["2028-02-29", "2029-02-28"];
        assert!(february.iter().all(|day| days.iter().any(|due| due == day)), "{days:?}");
        assert_eq!((days[2].as_str(), days[3].as_str()), ("2028-03-31", "2028-04-30"));
        assert_eq!(net, 25 * 1_000, "every period is a full one");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn days_with_23_and_25_hours_cost_what_every_day_costs() {
    Shop::story(async |shop| {
        for (day, month_days, until) in [("2026-03-28", 31, 4), ("2026-10-24", 31, 4)] {
            shop.clock.set(format!("{day}T09:00:00Z").parse().unwrap());
            let client = shop.client(day).await;
            let vps = product(shop, &format!("vps-{day}")).await;
            let offer = agreed("EUR", "31.00", "month");
            let calendar = json!({ "kind": "calendar" });
            let (id, first) = subscribe(shop, &client, &vps, offer, calendar).await;
            let left = i64::from(month_days) - day[8..].parse::<i64>().unwrap() + 1;
            assert_eq!(cents(&first), left * 100, "{day}");
            shop.clock.advance_days(2);
            let end = json!({ "at": { "kind": "immediate" } });
            let back = cents(&act(shop, &id, "cancel", end).await);
            assert_eq!(back, -(left - 2) * 100, "two days, one of them short or long ({until})");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_credit_covers_everything_is_never_asked_for_money() {
    Shop::story(async |shop| {
        let client = shop.client("Ada").await;
        let vps = product(shop, "small").await;
        let offer = agreed("EUR", "10.00", "month");
        let (id, first) =
            subscribe(shop, &client, &vps, offer, json!({ "kind": "calendar" })).await;
        let invoice = first["invoice_id"].as_str().unwrap();
        let pay = json!({ "method": "manual_bank" });
        shop.post(&format!("/api/v1/invoices/{invoice}/pay"), pay).await.expect(201);
        shop.program().void(invoice).await.expect(200);
        shop.clock.advance_days(30);
        let bill = json!({ "client_id": client, "currency": "EUR", "subscriptions": [id] });
        let billed = shop.post("/api/v1/subscriptions/bill", bill).await.expect(200).body;
        assert_eq!(billed["billing"]["credit_used"], eur("9.68"));
        assert_eq!(billed["billing"]["due"], eur("0.32"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tax_group_is_rounded_once_and_not_by_line() {
    Shop::story(async |shop| {
        let client = shop.client("Ada").await;
        // Three lines of 0.33 at 19 %: 0.0627 each, 0.1881 together.
        let draft = json!({ "client_id": client, "currency": "EUR",
            "lines": [line("0.33"), line("0.33"), line("0.33")] });
        let draft = shop.post("/api/v1/invoices", draft).await.made();
        shop.program().issue(&draft).await.expect(200);
        let invoice = shop.read_invoice(&draft).await;
        assert_eq!((&invoice["net"], &invoice["tax"]), (&eur("0.99"), &eur("0.19")));
    })
    .await;
}
