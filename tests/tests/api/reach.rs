//! Who reaches what: every route of the document, asked by a reseller and by a client with the ids
//! of somebody else's clients (RBA-09, RBA-10, RBA-11, SEC-08).
//!
//! Guarantee: a route that stands in no list of the table fails the test.

use std::collections::BTreeSet;

use billfold_tests::shop::{PASSWORD, Reply, Shop, eur, fresh_key, line, send};
use reqwest::Method;
use serde_json::{Value, json};

use crate::routes::{Route, body_for, routes, subscribed_and_left};

/// Open to everybody.
const PUBLIC: &[&str] = &[
    "ask_passkey",
    "ask_password_reset",
    "create_client_token",
    "create_token",
    "list_identity_providers",
    "login",
    "login_client",
    "refresh_token",
    "register_account",
    "reset_password",
    "sign_in_by_passkey",
];

/// About whoever asks; a session of somebody else is not there.
const OWN: &[&str] = &[
    "add_passkey",
    "ask_new_passkey",
    "change_own_profile",
    "change_password",
    "confirm_second_factor",
    "end_other_sessions",
    "end_session",
    "enrol_second_factor",
    "list_identity_links",
    "list_passkeys",
    "list_sessions",
    "logout",
    "me",
    "prove_address",
    "read_branding",
    "read_own_address",
    "read_own_profile",
    "read_second_factor",
    "remove_identity_link",
    "remove_passkey",
    "remove_second_factor",
    "renew_recovery_codes",
    "send_address_code",
];

/// Not open to a reseller or a client, whatever their permissions.
const CLOSED: &[&str] = &[
    "add_staff",
    "advance_dunning_case",
    "approve_affiliate",
    "approve_commissions",
    "archive_coupon",
    "ask_for_client_data",
    "ask_for_staff_data",
    "ask_reopening",
    "assign_dunning_strategy",
    "assign_group",
    "assign_to_department",
    "cancel_gift_card",
    "change_department",
    "change_role",
    "change_staff",
    "close_period",
    "close_tenant",
    "confirm_payout",
    "convert_proforma",
    "count_clicks",
    "create_client_group",
    "create_coupon",
    "create_department",
    "create_key",
    "create_product",
    "create_reset_code",
    "create_role",
    "create_tenant",
    "decline_approval",
    "define_custom_field",
    "define_dunning_strategy",
    "define_tax_rate",
    "delete_department",
    "delete_role",
    "delete_webhook_endpoint",
    "describe_product",
    "disable_coupon",
    "enable_coupon",
    "end_exemption",
    "enrol_affiliate",
    "entrust_client",
    "exempt_client",
    "expire_gift_card",
    "expire_gift_cards",
    "export_audit",
    "fail_payout",
    "fetch_client_data",
    "fetch_staff_data",
    "follow_events",
    "give_role",
    "grant_approval",
    "hold_dunning_case",
    "issue_proforma",
    "list_accounts",
    "list_affiliates",
    "list_anchors",
    "list_approvals",
    "list_audit",
    "list_billing_runs",
    "list_client_groups",
    "list_commissions",
    "list_coupon_redemptions",
    "list_coupons",
    "list_custom_fields",
    "list_departments",
    "list_dunning_cases",
    "list_dunning_strategies",
    "list_events",
    "list_gift_cards",
    "list_group_members",
    "list_host_names",
    "list_journal",
    "list_keys",
    "list_number_series",
    "list_payouts",
    "list_periods",
    "list_permissions",
    "list_proformas",
    "list_quarantined",
    "list_read_models",
    "list_recognitions",
    "list_referrals",
    "list_resellers",
    "list_rights",
    "list_roles",
    "list_schedules",
    "list_staff",
    "list_tax_rates",
    "list_tenants",
    "list_turns",
    "list_unusual",
    "list_webhook_deliveries",
    "list_webhook_endpoints",
    "look_up_gift_card",
    "move_test_clock",
    "open_dunning_case",
    "pause_read_model",
    "pause_webhook_endpoint",
    "pay_out",
    "pay_proforma",
    "post_adjustment",
    "preview_billing_run",
    "preview_invoice",
    "promise_to_pay",
    "read_account",
    "read_affiliate",
    "read_approval",
    "read_approval_limits",
    "read_billing_run",
    "read_chain",
    "read_client_group",
    "read_commission_statement",
    "read_coupon",
    "read_department",
    "read_dunning_case",
    "read_dunning_strategy",
    "read_event",
    "read_gift_card",
    "read_group",
    "read_head",
    "read_number_register",
    "read_posting",
    "read_proforma",
    "read_proof",
    "read_referral",
    "read_rights",
    "read_role",
    "read_settings",
    "read_staff",
    "read_staff_avatar",
    "read_tax_rate",
    "read_tenant",
    "read_trial_balance",
    "read_webhook_endpoint",
    "read_why",
    "recognise_revenue",
    "refer_client",
    "register_webhook_endpoint",
    "reject_commission",
    "reject_referral",
    "release_dunning_case",
    "release_host_name",
    "remove_logo",
    "remove_staff_avatar",
    "rename_product",
    "reopen_period",
    "replay_webhook_endpoint",
    "resolve_tax",
    "resume_affiliate",
    "resume_billing_run",
    "resume_read_model",
    "resume_staff",
    "resume_tenant",
    "resume_webhook_endpoint",
    "retire_custom_field",
    "retire_dunning_strategy",
    "retire_product",
    "retire_tax_rate",
    "revise_coupon",
    "revise_dunning_strategy",
    "revoke_key",
    "rotate_webhook_secret",
    "run_dunning",
    "run_schedule",
    "sell_gift_card",
    "set_affiliate_terms",
    "set_approval_limits",
    "set_billing",
    "set_branding",
    "set_client_registration",
    "set_commission_terms",
    "set_conventions",
    "set_document_numbers",
    "set_group_discount",
    "set_letterhead",
    "set_group_tier",
    "set_logo",
    "set_name",
    "set_payment_term",
    "set_price",
    "set_product_options",
    "set_product_quotas",
    "set_schedule",
    "set_second_factor",
    "set_staff_avatar",
    "set_staff_password",
    "set_tax_facts",
    "set_tax_rate",
    "set_tier_price",
    "set_vat_id",
    "set_webhook_endpoint",
    "start_billing_run",
    "stop_dunning_case",
    "stop_staff",
    "erase_staff",
    "suspend_affiliate",
    "suspend_tenant",
    "take_host_name",
    "take_role",
    "unassign_from_department",
    "withdraw_approval",
    "withdraw_client",
    "withdraw_dunning_strategy",
    "withdraw_proforma",
];

/// One thing of a client: for a reseller it is not there.
const ONE: &[&str] = &[
    "accept_order",
    "activate_client",
    "add_contact",
    "add_line",
    "add_note",
    "adjust_subscription_line",
    "apply_coupon",
    "apply_credit",
    "attach_coupon",
    "cancel_order",
    "cancel_subscription",
    "change_contact",
    "change_person",
    "change_subscription",
    "charge_dispute_fee",
    "charge_invoice",
    "complete_order",
    "confirm_refund",
    "credit_invoice",
    "deactivate_client",
    "debit_invoice",
    "delete_client",
    "detach_coupon",
    "discard_draft",
    "erase_client",
    "explain_balance",
    "fail_refund",
    "hold_order",
    "invite_client",
    "issue_invoice",
    "list_contacts",
    "list_invoice_events",
    "list_notes",
    "lose_dispute",
    "open_dispute",
    "pause_subscription",
    "pay_invoice",
    "preview_credit_note",
    "preview_subscription",
    "read_balance",
    "read_client",
    "read_client_avatar",
    "read_custom_fields",
    "read_ledger",
    "redeem_gift_card",
    "refund_invoice",
    "refund_payment",
    "release_order",
    "remove_client_avatar",
    "remove_contact",
    "remove_line",
    "remove_note",
    "replace_lines",
    "resume_subscription",
    "set_client_avatar",
    "set_client_custom_fields",
    "set_due_date",
    "set_subscription_anchor",
    "suspend_client",
    "take_coupon_off",
    "unmatch_payment",
    "void_invoice",
    "win_dispute",
    "withdraw_cancellation",
    "withdraw_subscription_change",
    "write_off_invoice",
];

/// The same, also open to clients for their own.
const ONE_OF_BOTH: &[&str] = &[
    "list_invoice_payments",
    "read_credit_note",
    "read_document",
    "read_invoice",
    "read_order",
    "read_payment",
    "read_subscription",
];

/// Names what it is about in its body: for a reseller it is not there.
const NAMED: &[&str] = &[
    "bill_account",
    "draft_invoice",
    "match_payment",
    "place_order",
    "record_payment",
    "subscribe",
];

/// Lists of what is in reach of a reseller and of a client.
const LISTS: &[&str] =
    &["list_credit_notes", "list_invoices", "list_orders", "list_payments", "list_subscriptions"];

/// Open to resellers: their clients, and what is sold.
const OF_RESELLERS: &[&str] = &["list_clients", "list_products", "read_product", "register_client"];

/// Open to clients alone, for their own account.
const OF_CLIENTS: &[&str] = &["change_profile", "read_own_balance", "read_profile"];

/// A client and one of each thing that belongs to it.
struct Things {
    client: String,
    invoice: String,
    payment: String,
    order: String,
    subscription: String,
    note: String,
}

impl Things {
    fn ids(&self) -> [&String; 6] {
        let Self { client, invoice, payment, order, subscription, note } = self;
        [client, invoice, payment, order, subscription, note]
    }

    /// A path with these ids in the place of those that name nothing.
    fn put_into(&self, path: &str) -> String {
        self.ids().into_iter().fold(path.to_owned(), |path, id| {
            path.replace(&format!("{}_{}", &id[..3], "0".repeat(26)), id)
        })
    }
}

/// Somebody who asks, and by which token.
struct Asker<'a> {
    shop: &'a Shop,
    token: String,
}

impl Asker<'_> {
    async fn ask(&self, method: &Method, path: &str, body: &Value) -> Reply {
        let request = self.shop.http().request(method.clone(), self.shop.url(path));
        let request = request.bearer_auth(&self.token).header("if-match", "\"1\"");
        send(request.header("idempotency-key", fresh_key()).json(body)).await
    }

    async fn get(&self, path: &str) -> Reply {
        let request = self.shop.http().get(self.shop.url(path));
        send(request.bearer_auth(&self.token)).await
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.ask(&Method::POST, path, &body).await
    }
}

async fn token<'a>(shop: &'a Shop, path: &str, email: &str) -> Asker<'a> {
    let body = json!({ "email": email, "password": PASSWORD });
    let reply = send(shop.http().post(shop.url(path)).json(&body)).await.expect(200);
    Asker { shop, token: reply.body["access_token"].as_str().unwrap().to_owned() }
}

/// Staff that may do everything, for clients of their own.
async fn reseller<'a>(shop: &'a Shop, name: &str) -> (String, Asker<'a>) {
    let listed = shop.get("/api/v1/permissions").await.expect(200).body;
    let permissions = listed["items"].as_array().unwrap().iter().map(|one| one["slug"].clone());
    let permissions: Vec<Value> = permissions.collect();
    let role = json!({ "name": name, "permissions": permissions, "reach": "own_clients" });
    let role = shop.post("/api/v1/roles", role).await.made();
    let email = format!("{}@example.org", name.to_lowercase());
    let body = json!({ "name": name, "email": email, "password": PASSWORD, "roles": [role] });
    let staff = shop.post("/api/v1/staff", body).await.made();
    (staff, token(shop, "/api/v1/auth/token", &email).await)
}

/// Lets a client in by an invitation.
async fn invited<'a>(shop: &'a Shop, client: &str, email: &str) -> Asker<'a> {
    let path = format!("/api/v1/clients/{client}/invitation");
    let code = shop.post(&path, json!({})).await.expect(201).body["code"].clone();
    let body = json!({ "code": code, "password": PASSWORD });
    let reset = shop.http().post(shop.url("/api/v1/auth/password-reset")).json(&body);
    send(reset).await.expect(204);
    token(shop, "/api/v1/auth/client/token", email).await
}

async fn client(by: &Asker<'_>, name: &str) -> String {
    let email = format!("{}@example.com", name.to_lowercase());
    let body = json!({ "contact": { "name": name, "email": email } });
    by.post("/api/v1/clients", body).await.made()
}

async fn things(shop: &Shop, client: String, product: &str, price: &str) -> Things {
    let invoice = shop.invoice(&client, &[price]).await;
    let pay = json!({ "method": "manual_bank" });
    let payment = shop.post(&format!("/api/v1/invoices/{invoice}/pay"), pay).await.made();
    let item = json!({ "kind": "goods", "description": "A rack", "unit_price": eur(price) });
    let body = json!({ "client_id": client, "items": [item] });
    let order = shop.post("/api/v1/orders", body).await.made();
    let (subscription, note) = subscribed_and_left(shop, &client, product).await;
    Things { client, invoice, payment, order, subscription, note }
}

async fn product(shop: &Shop, code: &str) -> String {
    let body = json!({ "code": code, "name": "VPS", "kind": "vps" });
    shop.post("/api/v1/products", body).await.made()
}

/// What an answer must not hold.
fn tells_nothing(reply: &Reply, foreign: &Things, of: &str) {
    let text = reply.body.to_string();
    for id in foreign.ids() {
        assert!(!text.contains(id.as_str()), "{of} tells an id: {text}");
    }
    for secret in ["Mallory", "mallory@example.com", "1234.56", "1469.13"] {
        assert!(!text.contains(secret), "{of} tells {secret}: {text}");
    }
}

/// What a reseller and a client are to be told of somebody else's things: by a status, or nothing
/// to be asked for.
fn told(route: &Route) -> (Option<u16>, Option<u16>) {
    let within = |list: &[&str]| list.contains(&route.name.as_str());
    let rows = [
        (PUBLIC, (None, None)),
        (OWN, (None, None)),
        (CLOSED, (Some(403), Some(403))),
        (ONE, (Some(404), Some(403))),
        (ONE_OF_BOTH, (Some(404), Some(404))),
        (NAMED, (Some(404), Some(403))),
        (LISTS, (Some(200), Some(200))),
        (OF_RESELLERS, (None, Some(403))),
        (OF_CLIENTS, (Some(403), None)),
    ];
    let mut found = rows.into_iter().filter(|(list, _)| within(list)).map(|(_, told)| told);
    let told = found.next();
    assert!(found.next().is_none(), "{} stands in two lists of the table", route.name);
    told.unwrap_or_else(|| {
        panic!("{} stands in no list of the table: say who reaches it", route.name)
    })
}

/// A body that names somebody else's things.
fn body_naming(route: &str, foreign: &Things, product: &str) -> Value {
    let client = &foreign.client;
    match route {
        "draft_invoice" => json!({ "client_id": client, "currency": "EUR",
            "lines": [line("1.00")] }),
        "place_order" => json!({ "client_id": client, "items": [
            { "kind": "goods", "description": "A rack", "unit_price": eur("1.00") }] }),
        "record_payment" => json!({ "client_id": client, "amount": eur("1.00"),
            "method": "manual_bank" }),
        "subscribe" => json!({ "client_id": client, "product_id": product,
            "offer": { "currency": "EUR", "cycle": { "every": "months", "count": 1 } },
            "tax_class": "standard" }),
        "bill_account" => json!({ "client_id": client, "currency": "EUR",
            "subscriptions": [foreign.subscription] }),
        _ => body_for(route, product, &foreign.invoice),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_the_clients_of_others() {
    let shop = Shop::open().await;
    let program = Asker { shop: &shop, token: shop.key.clone() };
    let (_, rita) = reseller(&shop, "Rita").await;
    let (bob, _) = reseller(&shop, "Bob").await;
    let (first, second) = (product(&shop, "vps-a").await, product(&shop, "vps-b").await);
    let mallory = client(&program, "Mallory").await;
    let foreign = things(&shop, mallory, &first, "1234.56").await;
    let carol = client(&rita, "Carol").await;
    let own = things(&shop, carol, &second, "10.00").await;
    let carol = invited(&shop, &own.client, "carol@example.com").await;

    // Twice: the things of a client without a reseller, and of one of somebody else.
    for given in [false, true] {
        if given {
            let path = format!("/api/v1/clients/{}", foreign.client);
            let seen = shop.get(&path).await.version();
            let give = json!({ "reseller_id": bob });
            shop.change(Method::PUT, &format!("{path}/reseller"), seen, give).await.expect(200);
        }
        let before = shop.position().await;
        walk(&shop, (&rita, &carol), &foreign, &second).await;
        assert_eq!(shop.position().await, before, "something changed");
    }
    for path in ["clients", "invoices", "payments", "orders", "subscriptions", "credit-notes"] {
        shop.fresh(&format!("/api/v1/{path}")).await.expect(200);
    }
    for (asker, name) in [(&rita, "the reseller"), (&carol, "the client")] {
        for path in ["invoices", "payments", "orders", "subscriptions", "credit-notes"] {
            let path = format!("/api/v1/{path}");
            let list = asker.get(&path).await.expect(200);
            assert!(
                list.body["items"].as_array().is_some_and(|all| !all.is_empty()),
                "{name} {path}"
            );
            let asked = asker.get(&format!("{path}?client_id={}", foreign.client)).await;
            assert_eq!(asked.expect(200).body["items"], json!([]), "{name} {path}");
        }
        for path in ["invoices", "payments", "orders", "subscriptions", "credit-notes"] {
            let one = own.ids().into_iter().find(|id| path.starts_with(&id[..2]));
            let one = one.unwrap_or(&own.note);
            asker.get(&format!("/api/v1/{path}/{one}")).await.expect(200);
        }
    }
    for query in ["", "?q=mallory", "?email=mallory@example.com", "?status=active"] {
        let found = rita.get(&format!("/api/v1/clients{query}")).await.expect(200);
        tells_nothing(&found, &foreign, query);
    }
    let all = rita.get("/api/v1/clients").await.body;
    assert_eq!(all["items"].as_array().map(Vec::len), Some(1));
    let path = format!("/api/v1/payments/{}/match", own.payment);
    let body = body_for("match_payment", &second, &foreign.invoice);
    rita.post(&path, body).await.problem(404, "not_found");
}

/// Asks every route for somebody else's things.
async fn walk(
    shop: &Shop,
    (rita, carol): (&Asker<'_>, &Asker<'_>),
    foreign: &Things,
    product: &str,
) {
    let mut seen = BTreeSet::new();
    for route in routes(shop).await {
        let (of_reseller, of_client) = told(&route);
        let path = foreign.put_into(&route.path);
        let body = body_naming(&route.name, foreign, product);
        for (asker, status) in [(rita, of_reseller), (carol, of_client)] {
            let Some(status) = status else { continue };
            let reply = asker.ask(&route.method, &path, &body).await;
            assert_eq!(reply.status, status, "{} {path}: {}", route.name, reply.body);
            tells_nothing(&reply, foreign, &route.name);
        }
        seen.insert(route.name);
    }
    let lists = [PUBLIC, OWN, CLOSED, ONE, ONE_OF_BOTH, NAMED, LISTS, OF_RESELLERS, OF_CLIENTS];
    for name in lists.into_iter().flatten() {
        assert!(seen.contains(*name), "{name} is no route any more, take it out of the table");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_let_in_and_out_as_the_log_says() {
    let shop = Shop::open().await;
    let program = Asker { shop: &shop, token: shop.key.clone() };
    let carol = client(&program, "Carol").await;
    let path = format!("/api/v1/clients/{carol}");
    let asker = invited(&shop, &carol, "carol@example.com").await;
    let me = asker.get("/api/v1/auth/me").await.expect(200).body;
    assert_eq!(me["reach"], "own_account");
    assert!(me["actor"].as_str().unwrap().starts_with("client:"));
    assert_eq!(asker.get("/api/v1/portal/profile").await.expect(200).body["id"], json!(carol));
    asker.get("/api/v1/portal/balance").await.expect(200);

    // A client is no staff, and staff is no client.
    let body = json!({ "email": "carol@example.com", "password": PASSWORD });
    let wrong = shop.http().post(shop.url("/api/v1/auth/login")).json(&body);
    send(wrong).await.problem(401, "unauthenticated");

    let seen = shop.get(&path).await.version();
    let why = json!({ "reason": "not paid" });
    shop.change(Method::POST, &format!("{path}/suspend"), seen, why).await.expect(200);
    asker.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
    let again = shop.http().post(shop.url("/api/v1/auth/client/login")).json(&body);
    send(again).await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_register_where_the_seller_lets_them() {
    let shop = Shop::open().await;
    let body = json!({ "contact": { "name": "Dan", "email": "dan@example.com" },
        "password": PASSWORD });
    let register = || shop.http().post(shop.url("/api/v1/auth/register")).json(&body);
    send(register()).await.problem(422, "client.registration_closed");
    let seen = shop.get("/api/v1/settings").await.version();
    let open = json!({ "open": true });
    let path = "/api/v1/settings/client-registration";
    shop.change(Method::PUT, path, seen, open).await.expect(200);
    send(register()).await.expect(201);
    let dan = token(&shop, "/api/v1/auth/client/token", "dan@example.com").await;
    let profile = dan.get("/api/v1/portal/profile").await.expect(200);
    assert_eq!(profile.body["contact"]["name"], "Dan");
    let new = json!({ "contact": { "name": "Dan Brown", "email": "brown@example.com" } });
    let request = shop.http().put(shop.url("/api/v1/portal/profile")).bearer_auth(&dan.token);
    let request = request.header("if-match", format!("\"{}\"", profile.version()));
    send(request.header("idempotency-key", fresh_key()).json(&new)).await.expect(200);
    token(&shop, "/api/v1/auth/client/token", "brown@example.com").await;
}
