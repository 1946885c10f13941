//! Who works here, and who may do what: roles of the house and of one's own, now and in the past.

use billfold_domain::kernel::StaffId;
use billfold_tests::shop::{Caller, PASSWORD, Reply, Shop};
use reqwest::Method;
use serde_json::{Value, json};

/// The id of a role by its name.
async fn role(shop: &Shop, name: &str) -> String {
    let roles = shop.get("/api/v1/roles").await.expect(200).body;
    let items = roles["items"].as_array().expect("roles").clone();
    let role = items.into_iter().find(|role| role["name"] == name).expect("such a role");
    role["id"].as_str().expect("an id").to_owned()
}

async fn hire(by: &Caller, name: &str, roles: &[&str]) -> Reply {
    let email = format!("{}@example.org", name.to_lowercase());
    let body = json!({ "name": name, "email": email, "password": PASSWORD, "roles": roles });
    by.post("/api/v1/staff", body).await
}

async fn put(by: &Caller, path: &str, body: Value) -> Reply {
    let seen = by.get(path).await.version();
    by.change(Method::PUT, path, seen, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_ones_own_allows_what_it_says_and_nothing_else() {
    Shop::story(async |shop| {
        let cashier = json!({
            "name": "Cashier", "description": "Takes money",
            "permissions": ["clients:read", "payments:read", "payments:write"],
        });
        let role = shop.post("/api/v1/roles", cashier.clone()).await.made();
        let grace = hire(shop.program(), "Grace", &[&role]).await.made();
        let caller = shop.sign_in("grace@example.org", PASSWORD).await;
        caller.get("/api/v1/payments").await.expect(200);
        caller.get("/api/v1/invoices").await.problem(403, "permission.missing");
        let body = json!({ "name": "Eve", "email": "eve@example.org", "password": PASSWORD });
        caller.post("/api/v1/staff", body).await.problem(403, "permission.missing");

        let path = format!("/api/v1/roles/{role}");
        let mut more = cashier;
        more["permissions"] = json!(["invoices:read"]);
        put(shop.program(), &path, more).await.expect(200);
        let again = shop.sign_in("grace@example.org", PASSWORD).await;
        again.get("/api/v1/invoices").await.expect(200);
        again.get("/api/v1/payments").await.problem(403, "permission.missing");
        let member = shop.get(&format!("/api/v1/staff/{grace}")).await.expect(200).body;
        assert_eq!(member["roles"][&role], "Cashier");
        assert_eq!((&member["name"], &member["active"]), (&json!("Grace"), &json!(true)));
        shop.fresh("/api/v1/events?limit=1").await.expect(200);
        let staff = shop.get("/api/v1/staff").await.expect(200).body;
        let read = shop.get(&format!("/api/v1/staff/{grace}")).await.expect(200).body;
        assert_eq!(read["last_sign_in_at"], "2026-03-02T09:00:00Z");
        assert_eq!(staff["items"][0]["last_sign_in_at"], read["last_sign_in_at"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_what_they_lack_and_no_role_that_is_built_in_changes() {
    Shop::story(async |shop| {
        let people = json!({
            "name": "People", "permissions": ["staff:read", "staff:write", "roles:write"],
        });
        let people = shop.post("/api/v1/roles", people).await.made();
        hire(shop.program(), "Grace", &[&people]).await.made();
        let grace = shop.sign_in("grace@example.org", PASSWORD).await;
        let (admin, auditor) = (role(shop, "admin").await, role(shop, "auditor").await);
        let wide = json!({ "name": "Wide", "permissions": ["staff:read", "ledger:write"] });
        let wide = grace.post("/api/v1/roles", wide).await.problem(403, "role.lacking");
        assert_eq!(wide.pointer(), "/permissions");
        let refused = hire(&grace, "Eve", &[&people, &auditor]).await.problem(403, "role.lacking");
        assert_eq!(refused.pointer(), "/roles/1");
        let eve = hire(&grace, "Eve", &[&people]).await.made();
        let give = json!({ "staff_id": eve });
        let path = format!("/api/v1/roles/{admin}/give");
        grace.post(&path, give).await.problem(403, "role.lacking");
        let ada = shop.staff("Ada").await.get("/api/v1/auth/me").await.expect(200).body;
        let ada = ada["actor"].as_str().expect("an actor").trim_start_matches("staff:").to_owned();
        let take = json!({ "staff_id": StaffId::new(ada.parse().unwrap()).to_string() });
        let path = format!("/api/v1/roles/{admin}/take");
        grace.post(&path, take).await.problem(403, "role.lacking");
        let narrow = json!({ "name": "admin", "permissions": ["staff:read"] });
        shop.post("/api/v1/roles", narrow).await.problem(400, "role.name_reserved");
        let seen = shop.get(&format!("/api/v1/roles/{admin}")).await.version();
        let body = json!({ "name": "Boss", "permissions": ["staff:read"] });
        let change = shop.change(Method::PUT, &format!("/api/v1/roles/{admin}"), seen, body).await;
        assert!(change.status >= 400, "a built-in role stays as it is");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_stays_and_nobody_hands_an_admins_account_over() {
    Shop::story(async |shop| {
        let ada = shop.staff("Ada").await;
        let admin = role(shop, "admin").await;
        let staff = shop.get("/api/v1/staff").await.expect(200).body;
        let id = staff["items"][0]["id"].as_str().expect("an id").to_owned();
        let take = json!({ "staff_id": id });
        let path = format!("/api/v1/roles/{admin}/take");
        ada.post(&path, take.clone()).await.problem(422, "role.last_admin");
        let seen = shop.get(&format!("/api/v1/staff/{id}")).await.version();
        let stop = format!("/api/v1/staff/{id}/stop");
        let reason = json!({ "reason": "left" });
        let stopped = ada.change(Method::POST, &stop, seen, reason.clone()).await;
        stopped.problem(422, "role.last_admin");
        let people = json!({ "name": "People", "permissions": ["staff:read", "staff:write"] });
        let people = shop.post("/api/v1/roles", people).await.made();
        hire(&ada, "Grace", &[&people]).await.made();
        let grace = shop.sign_in("grace@example.org", PASSWORD).await;
        let password = json!({ "password": "a password of mine" });
        let path_of = format!("/api/v1/staff/{id}/password");
        let request = grace.request(Method::PUT, &path_of).json(&password);
        billfold_tests::shop::send(request).await.problem(403, "staff_member.outranks");
        hire(&ada, "Barbara", &[&admin]).await.made();
        ada.change(Method::POST, &stop, seen, reason).await.expect(200);
        ada.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_could_do_once_is_computed_from_the_log() {
    Shop::story(async |shop| {
        let cashier = json!({ "name": "Cashier", "permissions": ["payments:write"] });
        let role = shop.post("/api/v1/roles", cashier.clone()).await.made();
        let grace = hire(shop.program(), "Grace", &[&role]).await.made();
        let hired = shop.position().await;
        let path = format!("/api/v1/roles/{role}");
        let mut less = cashier;
        less["permissions"] = json!(["payments:read"]);
        put(shop.program(), &path, less).await.expect(200);
        let changed = shop.position().await;
        let take = json!({ "staff_id": grace });
        shop.post(&format!("{path}/take"), take).await.expect(200);
        let seen = shop.get(&path).await.version();
        shop.change(Method::DELETE, &path, seen, Value::Null).await.expect(200);
        shop.get(&path).await.problem(404, "not_found");
        let rights = async |past: &str| {
            let path = format!("/api/v1/staff/{grace}/rights{past}");
            shop.get(&path).await.expect(200).body
        };
        let at = rights(&format!("?as_of={hired}")).await;
        assert_eq!(at["permissions"], json!(["payments:write"]));
        assert_eq!(at["roles"][&role], "Cashier");
        let at = rights(&format!("?as_of={changed}")).await;
        assert_eq!(at["permissions"], json!(["payments:read"]));
        assert_eq!(rights("").await["permissions"], json!([]));
        let neighbour = shop.neighbour().await;
        neighbour.get(&format!("/api/v1/staff/{grace}")).await.problem(404, "not_found");
        neighbour.get(&format!("/api/v1/staff/{grace}/rights")).await.problem(404, "not_found");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_says_their_own_name_and_nobody_moves_their_own_address() {
    Shop::story(async |shop| {
        const OWN: &str = "/api/v1/auth/profile";
        let grace = hire(shop.program(), "Grace", &[]).await.made();
        let caller = shop.sign_in("grace@example.org", PASSWORD).await;
        let own = caller.get(OWN).await.expect(200);
        assert_eq!((&own.body["id"], &own.body["name"]), (&json!(grace), &json!("Grace")));
        let new = json!({ "name": "Grace Hopper", "phone": "+49 30 1234567" });
        put(&caller, OWN, new).await.expect(200);
        let read = shop.get(&format!("/api/v1/staff/{grace}")).await.expect(200).body;
        assert_eq!(read["name"], "Grace Hopper");
        assert_eq!(
            (&read["phone"], &read["email"]),
            (&json!("+49 30 1234567"), &json!("grace@example.org"),)
        );
        let moved = json!({ "name": "Grace", "email": "other@example.org" });
        assert_eq!(put(&caller, OWN, moved).await.status, 400);
        let nameless = put(&caller, OWN, json!({ "name": "" })).await;
        assert_eq!(nameless.problem(400, "malformed").pointer(), "/name");
        shop.get(OWN).await.problem(401, "unauthenticated");
    })
    .await;
}

/// Says something about a member of staff as they are now.
async fn say(by: &Caller, id: &str, verb: &str) -> Reply {
    let path = format!("/api/v1/staff/{id}");
    let seen = by.get(&path).await.version();
    let reason = json!({ "reason": "left the firm" });
    by.change(Method::POST, &format!("{path}/{verb}"), seen, reason).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_is_erased_and_what_they_did_stays_without_a_name() {
    Shop::story(async |shop| {
        let admin = role(shop, "admin").await;
        hire(shop.program(), "Ada", &[&admin]).await.made();
        let id = hire(shop.program(), "Grace", &[&admin]).await.made();
        let grace = shop.sign_in("grace@example.org", PASSWORD).await;
        let path = format!("/api/v1/staff/{id}");
        hire(&grace, "Barbara", &[]).await.made();
        say(shop.program(), &id, "erase").await.problem(409, "staff_member.active");
        say(shop.program(), &id, "stop").await.expect(200);
        let seen = shop.get(&path).await.version();
        let nothing = json!({ "reason": "" });
        let refused = shop.change(Method::POST, &format!("{path}/erase"), seen, nothing).await;
        assert_eq!(refused.problem(400, "malformed").pointer(), "/reason");
        say(shop.program(), &id, "erase").await.expect(200);

        shop.get(&path).await.problem(404, "not_found");
        let left = shop.get("/api/v1/staff").await.expect(200).body.to_string();
        let uuid = id.parse::<StaffId>().unwrap().uuid();
        let mine = format!("/api/v1/audit?actor=staff:{uuid}");
        let trail = shop.fresh(&mine).await.expect(200).body;
        assert!(trail.to_string().contains("staff_member.added"), "Barbara's: {trail}");
        for seen in [left, trail.to_string(), shop.get("/api/v1/events").await.body.to_string()] {
            assert!(!seen.contains("Grace") && !seen.contains("grace@"), "{seen}");
        }
        let again = json!({ "email": "grace@example.org", "password": PASSWORD });
        let sign_in = shop.http().post(shop.url("/api/v1/auth/login")).json(&again);
        billfold_tests::shop::send(sign_in).await.problem(401, "unauthenticated");
        let other = hire(shop.program(), "Grace", &[]).await.made();
        assert_ne!(other, id, "the address is free, and another person's");
    })
    .await;
}
