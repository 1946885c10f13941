//! Who works in which department: made, changed, filled, emptied and deleted (STF-03, SUP-01,
//! SUP-02).

use billfold_domain::role::Permission;
use billfold_tests::shop::{Caller, PASSWORD, Reply, Shop, fresh_key, send};
use reqwest::Method;
use serde_json::{Value, json};

async fn department(shop: &Shop, name: &str) -> String {
    let body = json!({ "name": name, "description": "Of the house",
        "email": format!("{}@example.org", name.to_lowercase()) });
    shop.post("/api/v1/departments", body).await.made()
}

async fn hire(shop: &Shop, name: &str) -> String {
    let email = format!("{}@example.org", name.to_lowercase());
    let body = json!({ "name": name, "email": email, "password": PASSWORD });
    shop.post("/api/v1/staff", body).await.made()
}

async fn put(by: &Caller, department: &str, verb: &str, staff: &str) -> Reply {
    let path = format!("/api/v1/departments/{department}/{verb}");
    by.post(&path, json!({ "staff_id": staff })).await
}

async fn members(shop: &Shop, department: &str) -> Value {
    let path = format!("/api/v1/departments/{department}");
    shop.get(&path).await.expect(200).body["members"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_department_is_made_said_anew_and_deleted_once_it_is_empty() {
    Shop::story(async |shop| {
        let billing = department(shop, "Billing").await;
        let path = format!("/api/v1/departments/{billing}");
        let read = shop.get(&path).await.expect(200);
        assert_eq!(
            read.body,
            json!({ "id": billing, "name": "Billing", "description": "Of the house",
                "email": "billing@example.org", "active": true, "members": [] })
        );
        let seen = read.version();
        let closed = json!({ "name": "Accounts", "active": false });
        shop.change(Method::PUT, &path, seen, closed).await.expect(200);
        let late = json!({ "name": "Invoicing" });
        shop.change(Method::PUT, &path, seen, late).await.problem(412, "command.conflict");
        let now = shop.get(&path).await.expect(200).body;
        assert_eq!((&now["name"], &now["active"]), (&json!("Accounts"), &json!(false)));
        assert_eq!((&now["email"], &now["description"]), (&Value::Null, &json!("")));

        let grace = hire(shop, "Grace").await;
        put(shop.program(), &billing, "assign", &grace).await.expect(200);
        let seen = shop.get(&path).await.version();
        let refused = shop.change(Method::DELETE, &path, seen, Value::Null).await;
        refused.problem(409, "department.not_empty");
        put(shop.program(), &billing, "unassign", &grace).await.expect(200);
        shop.change(Method::DELETE, &path, seen, Value::Null)
            .await
            .problem(412, "command.conflict");
        let seen = shop.get(&path).await.version();
        shop.change(Method::DELETE, &path, seen, Value::Null).await.expect(200);
        shop.get(&path).await.problem(404, "not_found");
        put(shop.program(), &billing, "assign", &grace).await.problem(404, "department.absent");
        department(shop, "Accounts").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_in_one_department_at_most() {
    Shop::story(async |shop| {
        let (billing, support) =
            (department(shop, "Billing").await, department(shop, "Support").await);
        let grace = hire(shop, "Grace").await;
        let of_grace = format!("/api/v1/staff/{grace}");
        assert_eq!(shop.get(&of_grace).await.expect(200).body["department_id"], Value::Null);
        put(shop.program(), &billing, "assign", &grace).await.expect(200);
        let before = shop.position().await;
        put(shop.program(), &billing, "assign", &grace).await.expect(200);
        assert_eq!(shop.position().await, before, "they are in it already");
        put(shop.program(), &support, "assign", &grace).await.expect(200);
        assert_eq!(members(shop, &billing).await, json!([]));
        assert_eq!(members(shop, &support).await, json!([grace]));
        assert_eq!(shop.get(&of_grace).await.expect(200).body["department_id"], support);
        let staff = shop.get("/api/v1/staff").await.expect(200).body;
        let listed = staff["items"].as_array().expect("staff").iter();
        let listed: Vec<_> = listed.map(|one| (&one["id"], &one["department_id"])).collect();
        assert!(listed.contains(&(&json!(grace), &json!(support))), "{listed:?}");
        let not_in_it = put(shop.program(), &billing, "unassign", &grace).await;
        not_in_it.problem(409, "department.not_a_member");

        let seen = shop.get(&of_grace).await.version();
        let stop = json!({ "reason": "left" });
        shop.change(Method::POST, &format!("{of_grace}/stop"), seen, stop).await.expect(200);
        assert_eq!(members(shop, &support).await, json!([]), "who was stopped is given no work");
        let stopped = put(shop.program(), &support, "assign", &grace).await;
        assert_eq!(stopped.problem(409, "staff_member.stopped").pointer(), "/staff_id");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_a_rule_of_departments_is_refused() {
    Shop::story(async |shop| {
        let billing = department(shop, "Billing").await;
        let departments = "/api/v1/departments";
        let taken = shop.post(departments, json!({ "name": "BILLING" })).await;
        assert_eq!(taken.problem(409, "department.name_taken").pointer(), "/name");
        let support = department(shop, "Support").await;
        let path = format!("{departments}/{support}");
        let seen = shop.get(&path).await.version();
        let taken = shop.change(Method::PUT, &path, seen, json!({ "name": "billing" })).await;
        assert_eq!(taken.problem(409, "department.name_taken").pointer(), "/name");
        for (body, pointer) in [
            (json!({ "name": " " }), "/name"),
            (json!({ "name": "Sales", "email": "sales" }), "/email"),
            (json!({ "name": "Sales", "description": "x".repeat(501) }), "/description"),
        ] {
            assert_eq!(shop.post(departments, body).await.expect(400).pointer(), pointer);
        }
        let nobody = format!("stf_{}", "0".repeat(26));
        let unknown = put(shop.program(), &billing, "assign", &nobody).await;
        assert_eq!(unknown.problem(404, "staff_member.absent").pointer(), "/staff_id");

        let neighbour = shop.neighbour().await;
        let eve = json!({ "name": "Eve", "email": "eve@example.net", "password": PASSWORD });
        let eve = neighbour.post("/api/v1/staff", eve).await.made();
        let foreign = put(shop.program(), &billing, "assign", &eve).await;
        foreign.problem(404, "staff_member.absent");
        neighbour.get(&format!("{departments}/{billing}")).await.problem(404, "not_found");
        let theirs = neighbour.get(departments).await.expect(200).body;
        assert_eq!(theirs["items"], json!([]));
        let own = json!({ "name": "Billing" });
        neighbour.post(departments, own).await.expect(201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_changes_no_department() {
    Shop::story(async |shop| {
        let (billing, grace) = (department(shop, "Billing").await, hire(shop, "Grace").await);
        let path = format!("/api/v1/departments/{billing}");
        let as_key = |key: String, method: Method, path: &str, body: Value| {
            let request = shop.http().request(method, shop.url(path)).bearer_auth(key);
            let request = request.header("if-match", "\"1\"");
            send(request.header("idempotency-key", fresh_key()).json(&body))
        };
        let looks = shop.key_with(&[Permission::StaffRead]).await;
        as_key(looks.clone(), Method::GET, &path, Value::Null).await.expect(200);
        let member = json!({ "staff_id": grace });
        for (method, path, body) in [
            (Method::POST, "/api/v1/departments".to_owned(), json!({ "name": "Mine" })),
            (Method::PUT, path.clone(), json!({ "name": "Mine" })),
            (Method::DELETE, path.clone(), Value::Null),
            (Method::POST, format!("{path}/assign"), member.clone()),
            (Method::POST, format!("{path}/unassign"), member),
        ] {
            let refused = as_key(looks.clone(), method, &path, body).await;
            refused.problem(403, "permission.missing");
        }
        let other = shop.key_with(&[Permission::ClientsRead]).await;
        let refused = as_key(other, Method::GET, &path, Value::Null).await;
        refused.problem(403, "permission.missing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn departments_are_listed_in_pages_oldest_first_and_audited() {
    Shop::story(async |shop| {
        let mut made = Vec::new();
        for name in ["Billing", "Support", "Abuse"] {
            made.push(department(shop, name).await);
            shop.clock.advance_days(1);
        }
        let first = "/api/v1/departments?limit=2&total=true";
        let page = shop.fresh(first).await.expect(200).body;
        assert_eq!(page["total"], json!({ "rows": 3, "exact": true }));
        let cursor = page["next_cursor"].as_str().expect("another page").to_owned();
        let rest = shop.get(&format!("{first}&cursor={cursor}")).await.expect(200).body;
        assert_eq!(rest["next_cursor"], Value::Null);
        let items = [&page, &rest].into_iter().flat_map(|page| page["items"].as_array().unwrap());
        let ids: Vec<_> = items.map(|item| item["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids, made);

        let seen = shop.get(&format!("/api/v1/departments/{}", made[2])).await.version();
        let path = format!("/api/v1/departments/{}", made[2]);
        shop.change(Method::DELETE, &path, seen, Value::Null).await.expect(200);
        let audit = shop.fresh("/api/v1/audit").await.expect(200).body;
        let entries = audit["items"].as_array().unwrap().iter();
        let entries: Vec<_> = entries.map(|entry| entry.to_string()).collect();
        for (event, action) in [("department.created", "CREATE"), ("department.deleted", "DELETE")]
        {
            let fits = |entry: &&String| entry.contains(event) && entry.contains(action);
            assert!(entries.iter().any(|entry| fits(&entry)), "{event} {action}: {entries:?}");
        }
    })
    .await;
}
