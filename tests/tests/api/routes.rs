//! Rules that hold for every route, read from the OpenAPI document that the server serves.

use billfold_app::commands::Ask;
use billfold_app::commands::tenants::AppointOperator;
use billfold_domain::kernel::Actor;
use billfold_domain::role::Permission;
use billfold_tests::shop::{PASSWORD, Shop, eur, fresh_key, send};
use reqwest::Method;
use serde_json::{Value, json};

/// A route with the place of its id filled in.
pub(crate) struct Route {
    pub(crate) name: String,
    tag: String,
    pub(crate) method: Method,
    pub(crate) path: String,
    /// Its path as the document has it.
    pub(crate) template: String,
    pub(crate) operation: Value,
}

impl Route {
    pub(crate) fn takes(&self, parameter: &str) -> bool {
        let parameters = self.operation["parameters"].as_array();
        parameters.is_some_and(|all| {
            all.iter().any(|each| {
                each["name"] == parameter
                    || each["$ref"].as_str().is_some_and(|reference| reference.ends_with(parameter))
            })
        })
    }

    /// Whether it is about whoever is signed in, and no key is.
    fn is_for_people(&self) -> bool {
        let ways = self.operation["security"].as_array().unwrap();
        !self.is_public() && ways.iter().all(|way| way.get("api_key").is_none())
    }

    fn is_public(&self) -> bool {
        self.operation["security"] == json!([{}])
    }
}

pub(crate) async fn routes(shop: &Shop) -> Vec<Route> {
    let document = send(shop.http().get(shop.url("/openapi.json"))).await.expect(200).body;
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            routes.push(Route {
                name: operation["operationId"].as_str().unwrap().to_owned(),
                tag: operation["tags"][0].as_str().unwrap().to_owned(),
                method: Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(),
                path: fill(path),
                template: path.clone(),
                operation: operation.clone(),
            });
        }
    }
    assert!(routes.len() > 50);
    routes
}

fn listed() -> Value {
    json!({ "currency": "EUR", "cycle": { "every": "months", "count": 1 } })
}

/// An id of the right kind that names nothing.
fn fill(path: &str) -> String {
    let nouns = [("clients", "cli"), ("products", "prd"), ("orders", "ord"), ("invoices", "inv")];
    let more = [
        ("payments", "pay"),
        ("api-keys", "key"),
        ("sessions", "ses"),
        ("subscriptions", "sub"),
        ("credit-notes", "crn"),
        ("tax-rates", "tax"),
        ("client-groups", "grp"),
        ("coupons", "cpn"),
        ("gift-cards", "gft"),
        ("proformas", "prf"),
        ("affiliates", "aff"),
        ("dunning-strategies", "dst"),
        ("dunning-cases", "dun"),
        ("billing-runs", "brn"),
        ("roles", "rol"),
        ("staff", "stf"),
        ("departments", "dep"),
        ("webhook-endpoints", "whk"),
        ("tenants", "ten"),
        ("approvals", "apr"),
    ];
    let prefix = nouns.iter().chain(&more).find(|(noun, _)| path.contains(&format!("/{noun}/")));
    let id = prefix.map_or(String::new(), |(_, prefix)| format!("{prefix}_{}", "0".repeat(26)));
    path.replace("{id}", &id)
        .replace("{position}", "1")
        .replace("{line_no}", "1")
        .replace("{no}", "1")
        .replace("{client_id}", &format!("cli_{}", "0".repeat(26)))
        .replace("{code}", "1200")
        .replace("{name}", "journal")
        .replace("{format}", "csv")
        .replace("{job}", "bill_due_subscriptions")
        .replace("{key}", "manager")
        .replace("{month}", "2026-02")
        .replace("{host_name}", "billing.example.org")
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_a_session_or_a_key() {
    let shop = Shop::open().await;
    for route in routes(&shop).await.into_iter().filter(|route| !route.is_public()) {
        let request = || shop.http().request(route.method.clone(), shop.url(&route.path));
        send(request()).await.problem(401, "unauthenticated");
        for wrong in ["Bearer bfk_AAAA", "Basic YTpi", "Bearer"] {
            let reply = send(request().header("authorization", wrong)).await;
            assert_eq!(reply.status, 401, "{} with {wrong}", route.path);
            assert!(reply.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
        }
        let cookie = send(request().header("cookie", "billfold_session=AAAA")).await;
        assert_eq!(cookie.status, 401, "{}", route.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_may_only_do_what_its_scopes_say() {
    let shop = Shop::open().await;
    let key = shop.key_with(&[Permission::OrdersRead]).await;
    for route in routes(&shop).await {
        let may = route.is_public()
            || route.tag == "orders" && route.method == Method::GET
            || matches!(route.name.as_str(), "me" | "read_settings" | "read_branding");
        if may || route.is_for_people() {
            continue;
        }
        let request = shop.http().request(route.method.clone(), shop.url(&route.path));
        send(request.bearer_auth(&key)).await.problem(403, "permission.missing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_needs_an_idempotency_key_and_every_change_the_version_seen() {
    let shop = Shop::open().await;
    let appoint = Ask::new(shop.tenant, Actor::system("cli").unwrap(), "k", AppointOperator);
    shop.door().execute(appoint).await.expect("the operator of the installation");
    let (mut commands, mut changes) = (0, 0);
    // What is for people alone turns a key away before it looks at headers.
    for route in routes(&shop).await.into_iter().filter(|route| !route.is_for_people()) {
        let request = || shop.request(route.method.clone(), &route.path);
        if route.takes("IdempotencyKey") {
            let reply = send(request().json(&json!({}))).await.problem(400, "malformed");
            assert_eq!(reply.pointer(), "/idempotency-key", "{}", route.name);
            assert_eq!(reply.body["errors"][0]["in"], "header");
            let long = request().header("idempotency-key", "k".repeat(129));
            send(long.json(&json!({}))).await.problem(400, "malformed");
            commands += 1;
        }
        if route.takes("If-Match") {
            let keyed = || request().header("idempotency-key", fresh_key());
            send(keyed().json(&json!({}))).await.problem(428, "version.missing");
            let weak = keyed().header("if-match", "W/\"1\"");
            let reply = send(weak.json(&json!({}))).await.problem(400, "malformed");
            assert_eq!(reply.pointer(), "/if-match", "{}", route.name);
            changes += 1;
        }
    }
    assert!(commands > 20 && changes >= 15, "{commands} commands, {changes} changes");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_knows_its_methods_and_names_them() {
    let shop = Shop::open().await;
    let routes = routes(&shop).await;
    for route in &routes {
        let reply = send(shop.request(Method::PATCH, &route.path)).await;
        let reply = reply.problem(405, "method_not_allowed");
        let allowed = reply.headers["allow"].to_str().unwrap().to_owned();
        let mut found: Vec<&str> =
            allowed.split(',').map(str::trim).filter(|method| *method != "HEAD").collect();
        found.sort_unstable();
        let mut described: Vec<&str> = routes
            .iter()
            .filter(|other| other.path == route.path)
            .map(|other| other.method.as_str())
            .collect();
        described.sort_unstable();
        assert_eq!(found, described, "{}", route.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_id_is_not_found() {
    let shop = Shop::open().await;
    for route in routes(&shop).await.iter().filter(|route| route.path.contains("_000")) {
        if route.is_for_people() {
            continue;
        }
        let wrong = route.path.replace(&"0".repeat(26), "not-an-id");
        let request = shop.request(route.method.clone(), &wrong);
        let request = request.header("idempotency-key", fresh_key()).header("if-match", "\"1\"");
        send(request.json(&json!({}))).await.problem(404, "not_found");
    }
    for path in ["/api/v1/events/x", "/api/v1/journal/x", "/api/v1/accounts/9999", "/api/v1/x"] {
        shop.get(path).await.problem(404, "not_found");
    }
}

/// A subscription that was ended at once, and the credit note that came of it.
pub(crate) async fn subscribed_and_left(
    shop: &Shop,
    client: &str,
    product: &str,
) -> (String, String) {
    let price = json!({ "cycle": { "every": "months", "count": 1 }, "price": eur("31.00") });
    let path = format!("/api/v1/products/{product}");
    let seen = shop.get(&path).await.version();
    shop.change(Method::POST, &format!("{path}/prices"), seen, price).await.expect(200);
    let body = json!({ "client_id": client, "product_id": product, "offer": listed(),
        "tax": { "category": "S", "rate": "19", "country": "DE" } });
    let begun = shop.post("/api/v1/subscriptions", body).await.expect(201).body;
    let subscription = begun["id"].as_str().unwrap().to_owned();
    let end = json!({ "at": { "kind": "immediate" } });
    let path = format!("/api/v1/subscriptions/{subscription}");
    let seen = shop.get(&path).await.version();
    let ended = shop.change(Method::POST, &format!("{path}/cancel"), seen, end).await;
    let note = ended.expect(200).body["billing"]["credit_note_id"].as_str().unwrap().to_owned();
    (subscription, note)
}

/// An id of a client that names nobody.
fn nobody() -> String {
    format!("cli_{}", "0".repeat(26))
}

/// A coupon and a gift card.
pub(super) async fn money_off(shop: &Shop) -> (String, String) {
    let coupon = shop.post("/api/v1/coupons", coupon_terms()).await.made();
    let card = json!({ "value": eur("10.00"), "paid_by": "manual_bank" });
    (coupon, shop.post("/api/v1/gift-cards", card).await.made())
}

fn coupon_terms() -> Value {
    json!({ "code": "SPRING26", "discount": { "kind": "percent", "percent": "10" } })
}

fn commission_terms() -> Value {
    json!({ "rate": { "kind": "percent", "percent": "10" }, "recurrence": { "kind": "forever" },
        "hold_days": 30, "window_days": 60 })
}

/// A dunning strategy of one's own, and the case of an invoice.
pub(super) async fn dunned(shop: &Shop, invoice: &str) -> (String, String) {
    let own = json!({ "code": "own", "name": "Own", "terms": terms() });
    let strategy = shop.post("/api/v1/dunning-strategies", own).await.made();
    let case = shop.post("/api/v1/dunning-cases", json!({ "invoice_id": invoice })).await.made();
    (strategy, case)
}

fn terms() -> Value {
    let stage = json!({ "name": "reminder", "when": { "days": 3 }, "action": "remind" });
    json!({ "stages": [stage], "grace_days": 0 })
}

/// The same for what is about a client.
fn client_body(route: &str) -> Option<Value> {
    Some(match route {
        "change_contact" => json!({ "contact": { "name": "Eve" } }),
        "add_contact" | "change_person" => {
            json!({ "kinds": ["billing"], "person": { "name": "Eve" } })
        }
        "add_note" => json!({ "text": "Calls on Fridays." }),
        "set_client_custom_fields" => json!({ "values": {} }),
        "exempt_client" => json!({ "client_id": nobody(), "evidence": "4711" }),
        "end_exemption" => json!({ "client_id": nobody() }),
        _ => return None,
    })
}

/// What a request to change something would say, were it one's own.
pub(crate) fn body_for(route: &str, product: &str, invoice: &str) -> Value {
    if let Some(body) = client_body(route) {
        return body;
    }
    match route {
        "ask_for_staff_data" => json!({ "reason": "because" }),
        "set_billing"
        | "withdraw_client"
        | "pause_subscription"
        | "resume_subscription"
        | "withdraw_cancellation"
        | "withdraw_subscription_change"
        | "preview_subscription"
        | "preview_credit_note"
        | "set_tax_facts"
        | "assign_group"
        | "set_group_tier"
        | "retire_tax_rate"
        | "issue_invoice"
        | "apply_credit" => json!({}),
        "set_group_discount" => json!({ "discount": "1" }),
        "set_tax_rate" => json!({ "rate": "7", "valid_from": "2030-01-01" }),
        "rename_product" => json!({ "name": "Another name" }),
        "describe_product" => json!({ "description": "# New", "featured": true }),
        "set_product_quotas" => json!({ "quotas": [{ "kind": "emails" }] }),
        "set_product_options" => json!({ "options": [] }),
        "set_tier_price" => json!({ "tier": "a", "price": {
                "cycle": { "every": "once" }, "price": eur("1.00") } }),
        "cancel_subscription" => json!({ "at": { "kind": "immediate" } }),
        "change_subscription" => json!({ "product_id": product, "offer": listed() }),
        "set_subscription_anchor" => json!({ "anchor": { "kind": "calendar" } }),
        "adjust_subscription_line" => json!({ "from": "2026-03-02",
                "amount": eur("1.00"), "reason": "because" }),
        "set_price" => json!({ "cycle": { "every": "once" },
                "price": { "amount": "1.00", "currency": "EUR" } }),
        "revise_coupon" => coupon_terms(),
        "apply_coupon" | "attach_coupon" => json!({ "code": "SPRING26" }),
        "take_coupon_off" | "detach_coupon" => {
            json!({ "coupon_id": format!("cpn_{}", "0".repeat(26)) })
        }
        "redeem_gift_card" => json!({ "code": "7K3Q-9M2X-4TBD-W8HN" }),
        "cancel_gift_card" => {
            json!({ "client_id": format!("cli_{}", "0".repeat(26)), "reason": "because" })
        }
        "replace_lines" => json!({ "lines": [] }),
        "debit_invoice" => json!({ "reason": "because",
                "lines": [billfold_tests::shop::line("1.00")] }),
        "refer_client" => json!({ "code": "friend" }),
        "count_clicks" => json!({ "clicks": 1 }),
        "set_commission_terms" => json!({ "terms": commission_terms() }),
        "add_line" => billfold_tests::shop::line("1.00"),
        "set_due_date" => json!({ "due_date": "2026-04-01" }),
        "pay_proforma" | "pay_invoice" => json!({ "method": "manual_bank" }),
        "accept_order" => json!({ "tax_class": "standard" }),
        "charge_invoice" => json!({ "gateway": "sandbox" }),
        "assign_dunning_strategy" | "withdraw_dunning_strategy" => {
            json!({ "holder": { "kind": "tenant" } })
        }
        "revise_dunning_strategy" => terms(),
        "promise_to_pay" => json!({ "pay_by": "2026-03-05" }),
        "match_payment" => json!({ "invoice_id": invoice, "from": "credit",
                "amount": { "amount": "1.00", "currency": "EUR" } }),
        "set_webhook_endpoint" => json!({ "url": "https://8.8.8.8/" }),
        "set_approval_limits" => json!({ "limits": [] }),
        "replay_webhook_endpoint" => json!({ "after": 0 }),
        "set_conventions" => json!({ "proration": "day", "day_count": "actual",
                "credit_basis": "price", "change_day": "charged", "cancel_day": "credited" }),
        _ => body_about_others(route),
    }
}

/// A role of the seller's own, and somebody of its staff.
pub(super) async fn hired(shop: &Shop) -> (String, String) {
    let role = json!({ "name": "Cashier", "permissions": ["payments:read"] });
    let role = shop.post("/api/v1/roles", role).await.made();
    let grace = json!({ "name": "Grace", "email": "grace@example.org", "password": PASSWORD });
    (role, shop.post("/api/v1/staff", grace).await.made())
}

/// The same about money that goes back or out, about people, and about times.
fn body_about_others(route: &str) -> Value {
    match route {
        "change_role" => json!({ "name": "Eve", "permissions": ["clients:read"] }),
        "change_department" => json!({ "name": "Accounts" }),
        "assign_to_department" | "unassign_from_department" | "give_role" | "take_role" => {
            json!({ "staff_id": format!("stf_{}", "0".repeat(26)) })
        }
        "entrust_client" => json!({ "reseller_id": format!("stf_{}", "0".repeat(26)) }),
        "change_staff" => json!({ "name": "Eve", "email": "eve@example.org" }),
        "set_staff_password" => json!({ "password": "a password of mine" }),
        "confirm_refund" | "win_dispute" | "lose_dispute" => json!({}),
        "open_dispute" => json!({ "claimed": eur("1.00"), "reason": "because" }),
        "charge_dispute_fee" => json!({ "fee": eur("15.00") }),
        "unmatch_payment" => json!({ "to": "credit" }),
        "pay_out" => json!({ "currency": "EUR", "to": { "kind": "customer_credit" } }),
        "confirm_payout" => json!({ "reference": "SEPA 1" }),
        "set_schedule" => json!({ "running": true }),
        _ => json!({ "reason": "because" }),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_sees_and_changes_nothing_of_another() {
    let shop = Shop::open().await;
    let neighbour = shop.key_of_neighbour().await;
    let client = shop.client("Ada").await;
    let invoice = shop.invoice(&client, &["10.00"]).await;
    let body = json!({ "method": "manual_bank" });
    let paid = shop.post(&format!("/api/v1/invoices/{invoice}/pay"), body).await.made();
    let body = json!({ "code": "vps-s", "name": "VPS S", "kind": "vps" });
    let product = shop.post("/api/v1/products", body).await.made();
    let position = shop.position().await;
    let item = json!({ "kind": "goods", "description": "A rack",
        "unit_price": { "amount": "1.00", "currency": "EUR" } });
    let body = json!({ "client_id": client, "items": [item] });
    let order = shop.post("/api/v1/orders", body).await.made();
    shop.fresh("/api/v1/orders").await.expect(200);
    let (subscription, note) = subscribed_and_left(&shop, &client, &product).await;
    let (coupon, card) = money_off(&shop).await;
    let run = shop.post("/api/v1/billing-runs", json!({})).await.made();
    let draft = shop.draft(&client, &["5.00"]).await;
    let body = json!({ "invoice_id": draft });
    let proforma = shop.post("/api/v1/proformas", body).await.made();
    let body = json!({ "client_id": client, "code": "friend" });
    let affiliate = shop.post("/api/v1/affiliates", body).await.made();
    let late = shop.invoice(&client, &["10.00"]).await;
    let (strategy, case) = dunned(&shop, &late).await;
    let endpoint = json!({ "url": "https://8.8.8.8/", "event_types": ["nothing.ever"] });
    let endpoint = shop.post("/api/v1/webhook-endpoints", endpoint).await.made();
    let (role, grace) = hired(&shop).await;
    let department = shop.post("/api/v1/departments", json!({ "name": "Billing" })).await.made();
    let billed = [&client, &invoice, &paid, &product, &order, &subscription, &note, &proforma];
    let more = [&affiliate, &strategy, &case, &coupon, &card, &run, &endpoint, &role, &grace];
    let ids = || billed.into_iter().chain(more).chain([&department]);

    let mut asked = 0;
    for route in routes(&shop).await {
        let of_something = route.path.contains("_000") || route.path.ends_with("/1");
        if !of_something || route.is_for_people() {
            continue;
        }
        let path = ids().fold(route.path.clone(), |path, id| {
            path.replace(&format!("{}_{}", &id[..3], "0".repeat(26)), id)
        });
        let path = match path.strip_suffix("/1") {
            Some(start) if !path.contains("lines") => format!("{start}/{position}"),
            _ => path,
        };
        let query = if route.takes("currency") { "?currency=EUR" } else { "" };
        let request = shop.http().request(route.method.clone(), shop.url(&(path.clone() + query)));
        let request = request.bearer_auth(&neighbour).header("if-match", "\"1\"");
        let request = request.header("idempotency-key", fresh_key());
        let body = body_for(&route.name, &product, &invoice);
        let reply = send(request.json(&body)).await;
        assert_eq!(reply.status, 404, "{} {path}: {}", route.name, reply.body);
        asked += 1;
    }
    assert!(asked > 25, "{asked} routes");
    let lists = ["clients", "products", "orders", "subscriptions", "credit-notes", "invoices"];
    let more = ["payments", "affiliates", "dunning-cases", "dunning-strategies", "coupons"];
    let lists = lists.into_iter().chain(more);
    let rest =
        ["webhook-endpoints", "gift-cards", "billing-runs", "proformas", "events", "journal"];
    for path in lists.chain(rest) {
        let request = shop.http().get(shop.url(&format!("/api/v1/{path}")));
        let list = send(request.bearer_auth(&neighbour)).await.expect(200);
        let foreign = list.body.to_string();
        for id in ids() {
            assert!(!foreign.contains(id.as_str()), "{path}: {foreign}");
        }
    }
}
