//! An installation with several sellers: its operator creates, suspends and closes them; a host
//! name or a header says which one is meant; each looks as it wants to.

use billfold_app::commands::Ask;
use billfold_app::commands::tenants::AppointOperator;
use billfold_domain::kernel::Actor;
use billfold_tests::shop::{Caller, EMAIL, PASSWORD, Reply, Shop, fresh_key, send};
use reqwest::Method;
use serde_json::{Value, json};

/// Has the shop's staff look after all sellers, as `billfold tenant appoint` does.
async fn appoint(shop: &Shop) {
    let actor = Actor::system("cli").expect("a name");
    let ask = Ask::new(shop.tenant, actor, "appoint", AppointOperator);
    shop.door().execute(ask).await.expect("appointed");
}

fn nordlicht() -> Value {
    json!({ "name": "Nordlicht Hosting GmbH", "country": "DE", "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "admin": { "name": "Grace Hopper", "email": "grace@nordlicht.example",
            "password": PASSWORD } })
}

/// Does something to a seller as it is now.
async fn act(by: &Caller, tenant: &str, verb: &str, body: Value) -> Reply {
    let path = format!("/api/v1/tenants/{tenant}");
    let seen = by.get(&path).await.version();
    by.change(Method::POST, &format!("{path}/{verb}"), seen, body).await
}

fn because() -> Value {
    json!({ "reason": "has not paid for a year" })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_creates_a_seller_whose_admin_signs_in_at_once() {
    Shop::story(async |shop| {
        appoint(shop).await;
        let key = fresh_key();
        let made = shop.post_as(&key, "/api/v1/tenants", nordlicht()).await.made();
        let again = shop.post_as(&key, "/api/v1/tenants", nordlicht()).await.made();
        assert_eq!(made, again, "the same key creates the same seller");
        let grace = shop.sign_in("grace@nordlicht.example", PASSWORD).await;
        let me = grace.get("/api/v1/auth/me").await.expect(200).body;
        assert_eq!(me["tenant"], made.as_str());
        let client = json!({ "contact": { "name": "Ada Lovelace" } });
        grace.post("/api/v1/clients", client).await.made();

        let list = shop.get("/api/v1/tenants").await.expect(200).body;
        let listed = list["items"].as_array().expect("sellers");
        let own = listed.iter().find(|one| one["id"] == made.as_str()).expect("the new one");
        assert_eq!((&own["status"], &own["operator"]), (&json!("open"), &json!(false)));
        assert!(listed.iter().any(|one| one["operator"] == true));
        let mut wrong = nordlicht();
        wrong["time_zone"] = json!("Mars/Olympus");
        let refused = shop.post("/api/v1/tenants", wrong).await;
        let refused = refused.problem(400, "tenant.time_zone_unknown");
        assert_eq!(refused.pointer(), "/time_zone");
        let after = shop.get("/api/v1/tenants").await.expect(200).body;
        assert_eq!(after["items"].as_array().expect("sellers").len(), listed.len());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn for_everybody_but_the_operator_there_are_no_other_sellers() {
    Shop::story(async |shop| {
        shop.get("/api/v1/tenants").await.problem(404, "not_found");
        appoint(shop).await;
        let neighbour = shop.neighbour().await;
        neighbour.get("/api/v1/tenants").await.problem(404, "not_found");
        let path = format!("/api/v1/tenants/{}", shop.tenant);
        neighbour.get(&path).await.problem(404, "not_found");
        neighbour.post("/api/v1/tenants", nordlicht()).await.problem(404, "not_found");
        let suspend = format!("{path}/suspend");
        neighbour.change(Method::POST, &suspend, 1, because()).await.problem(404, "not_found");
        let own = shop.tenant.to_string();
        act(shop.program(), &own, "suspend", because()).await.problem(409, "tenant.is_operator");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_seller_reads_and_a_closed_one_reads_for_ever() {
    Shop::story(async |shop| {
        appoint(shop).await;
        let made = shop.post("/api/v1/tenants", nordlicht()).await.made();
        let sign_in = async || shop.sign_in("grace@nordlicht.example", PASSWORD).await;
        let grace = sign_in().await;
        let client = || json!({ "contact": { "name": "Ada Lovelace" } });
        let ada = grace.post("/api/v1/clients", client()).await.made();
        let ada = format!("/api/v1/clients/{ada}");
        let operator = shop.program();
        act(operator, &made, "close", because()).await.problem(409, "tenant.not_suspended");
        act(operator, &made, "suspend", because()).await.expect(200);

        for caller in [&grace, &sign_in().await] {
            caller.get(&ada).await.expect(200);
            caller.post("/api/v1/clients", client()).await.problem(409, "tenant.suspended");
            let key = json!({ "name": "mine", "permissions": ["clients:read"] });
            let key = caller.post("/api/v1/api-keys", key).await;
            assert!([400, 409].contains(&key.status), "{}", key.body);
        }
        act(operator, &made, "resume", json!({})).await.expect(200);
        grace.post("/api/v1/clients", client()).await.made();

        act(operator, &made, "suspend", because()).await.expect(200);
        act(operator, &made, "close", because()).await.expect(200);
        let grace = sign_in().await;
        grace.get(&ada).await.expect(200);
        grace.get("/api/v1/settings").await.expect(200);
        grace.post("/api/v1/clients", client()).await.problem(409, "tenant.closed");
        act(operator, &made, "resume", json!({})).await.problem(409, "tenant.closed");
        // What the law asks for is done in closed books, too.
        let seen = grace.get(&ada).await.version();
        grace.change(Method::POST, &format!("{ada}/erase"), seen, because()).await.expect(200);
    })
    .await;
}

async fn at(by: &Caller, host: &str, path: &str) -> Reply {
    send(by.request(Method::GET, path).header("host", host)).await
}

async fn named(by: &Caller, tenant: &str, path: &str) -> Reply {
    send(by.request(Method::GET, path).header("billfold-tenant", tenant)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_name_belongs_to_one_seller_and_picks_it() {
    Shop::story(async |shop| {
        let neighbour = shop.neighbour().await;
        let name = || json!({ "host_name": "Pay.Bücher.example" });
        neighbour.post("/api/v1/host-names", name()).await.expect(200);
        neighbour.post("/api/v1/host-names", name()).await.expect(200);
        let names = neighbour.get("/api/v1/host-names").await.expect(200).body;
        let ascii = "pay.xn--bcher-kva.example";
        assert_eq!(names["items"], json!([ascii]));
        let taken = shop
            .post("/api/v1/host-names", name())
            .await
            .problem(409, "installation.host_name_taken");
        assert_eq!(taken.pointer(), "/host_name");
        for wrong in ["10.0.0.1", "pay.example:80", "a b", ""] {
            let body = json!({ "host_name": wrong });
            let refused = shop.post("/api/v1/host-names", body).await.problem(400, "malformed");
            assert_eq!(refused.pointer(), "/host_name", "{wrong}");
        }
        at(&neighbour, ascii, "/api/v1/clients").await.expect(200);
        let other = at(shop.program(), ascii, "/api/v1/clients").await;
        assert_eq!(other.problem(404, "access.other_seller").pointer(), "/host");
        at(shop.program(), "nobody.example", "/api/v1/clients").await.expect(200);
        let own = format!("/api/v1/host-names/{ascii}");
        shop.change(Method::DELETE, &own, 1, json!({}))
            .await
            .problem(404, "tenant.no_such_host_name");
        neighbour.change(Method::DELETE, &own, 1, json!({})).await.expect(200);
        shop.post("/api/v1/host-names", name()).await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_picks_among_ones_own_sellers_and_tells_nothing_of_others() {
    Shop::story(async |shop| {
        appoint(shop).await;
        let mut second = nordlicht();
        second["admin"]["email"] = json!(EMAIL);
        let second = shop.post("/api/v1/tenants", second).await.made();
        let third = shop.post("/api/v1/tenants", nordlicht()).await.made();
        shop.hire().await;
        let ada = shop.sign_in(EMAIL, PASSWORD).await;
        for tenant in [second.as_str(), &shop.tenant.to_string()] {
            let me = named(&ada, tenant, "/api/v1/auth/me").await.expect(200).body;
            assert_eq!(me["tenant"], tenant);
        }
        let nobody = "ten_01kchkq7w7fc9r6a8b9c0d1e2f";
        let mut told = Vec::new();
        for tenant in [third.as_str(), nobody] {
            for caller in [&ada, shop.program()] {
                let reply = named(caller, tenant, "/api/v1/clients").await;
                let mut body = reply.problem(404, "access.other_seller").body;
                body["instance"] = Value::Null;
                told.push(body);
            }
        }
        assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
        let wrong = named(&ada, "nordlicht", "/api/v1/clients").await.problem(400, "malformed");
        assert_eq!(wrong.pointer(), "/billfold-tenant");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_looks_as_it_wants_to_and_the_audit_log_knows_how_it_looked() {
    Shop::story(async |shop| {
        let path = "/api/v1/branding";
        let before = shop.get(path).await.expect(200);
        assert_eq!(before.body["footer"]["company"], "Lumi Solutions");
        let brand = |accent: &str| {
            json!({ "name": "Nordlicht", "accent": accent,
            "footer": { "company": "Nordlicht Hosting", "link": "https://nordlicht.example" } })
        };
        let put = async |accent: &str| {
            let seen = shop.get(path).await.version();
            shop.change(Method::PUT, path, seen, brand(accent)).await
        };
        put("#0b7a75").await.expect(200);
        put("#ffdd00").await.expect(200);
        let now = shop.get(path).await.expect(200).body;
        assert_eq!(
            (&now["accent"], &now["text_upon_accent"]),
            (&json!("#ffdd00"), &json!("#000000"))
        );
        assert_eq!(put("yellow").await.problem(400, "malformed").pointer(), "/accent");
        let audit = shop.fresh("/api/v1/audit?entity_type=tenant").await.expect(200).body;
        let changes = audit["items"][0]["changes"].to_string();
        assert!(changes.contains("#0b7a75") && changes.contains("#ffdd00"), "{changes}");

        shop.post("/api/v1/host-names", json!({ "host_name": "pay.example.org" }))
            .await
            .expect(200);
        let page = async |host: &str| {
            let page = shop.http().get(shop.url("/admin/sign-in")).header("host", host);
            page.send().await.expect("an answer").text().await.expect("a page")
        };
        let own = page("pay.example.org").await;
        for shown in ["Nordlicht Hosting", "https://nordlicht.example", "/brand/accent/ffdd00.css"]
        {
            assert!(own.contains(shown), "{shown} in {own}");
        }
        let other = page("nobody.example").await;
        assert!(other.contains("Lumi Billing Panel") && !other.contains("Nordlicht"), "{other}");
        let style = shop.http().get(shop.url("/brand/accent/ffdd00.css")).send().await;
        let style = style.expect("an answer");
        assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
        assert!(style.text().await.expect("a stylesheet").contains("--on-accent:#000000"));
        for wrong in ["red.css", "ffdd00", "..css", "%23ffdd00.css"] {
            let answer = shop.http().get(shop.url(&format!("/brand/accent/{wrong}"))).send().await;
            assert_eq!(answer.expect("an answer").status(), 404, "{wrong}");
        }
    })
    .await;
}

/// A PNG of one grey pixel.
pub(crate) fn pixel() -> Vec<u8> {
    let digits = "89504e470d0a1a0a0000000d4948445200000001000000010800000000\
                  3a7e9b550000000a49444154789c636800000082008177cd72b6000000\
                  0049454e44ae426082";
    let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("digits");
    (0..digits.len()).step_by(2).map(pair).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logo_is_a_picture_whatever_it_is_called_and_is_shown_to_its_own_seller_only() {
    Shop::story(async |shop| {
        let put = async |bytes: Vec<u8>| {
            let seen = shop.get("/api/v1/branding").await.version();
            let request = shop.request(Method::PUT, "/api/v1/branding/logo");
            let request = request.header("if-match", format!("\"{seen}\""));
            let request = request.header("idempotency-key", fresh_key());
            send(request.header("content-type", "image/png").body(bytes)).await
        };
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        put(svg.to_vec()).await.problem(400, "picture.unreadable");
        put(vec![0; 600 * 1024]).await.problem(413, "body_too_large");
        put(pixel()).await.expect(200);
        let logo = shop.get("/api/v1/branding").await.expect(200).body["logo"].clone();
        let logo = logo.as_str().expect("an address");
        let named = json!({ "host_name": "pay.example.org" });
        shop.post("/api/v1/host-names", named).await.expect(200);
        for path in ["/admin/sign-in", "/portal/sign-in"] {
            let page = shop.http().get(shop.url(path)).header("host", "pay.example.org");
            let page = page.send().await.expect("an answer").text().await.expect("a page");
            assert!(page.contains(&format!("rel=\"icon\" href=\"{logo}\"")), "{page}");
        }
        let get =
            async |by: &Caller| by.request(Method::GET, logo).send().await.expect("an answer");
        shop.hire().await;
        let own = get(&shop.sign_in(EMAIL, PASSWORD).await).await;
        assert_eq!(
            (own.status().as_u16(), &own.headers()["content-type"]),
            (200, &"image/png".parse().unwrap())
        );
        assert_eq!(own.headers()["x-content-type-options"], "nosniff");
        let stranger = shop.http().get(shop.url(logo)).send().await.expect("an answer");
        assert_eq!(stranger.status(), 404);
        let seen = shop.get("/api/v1/branding").await.version();
        let path = "/api/v1/branding/logo";
        shop.change(Method::DELETE, path, seen, json!({})).await.expect(200);
        assert_eq!(shop.get("/api/v1/branding").await.body["logo"], Value::Null);
    })
    .await;
}
