//! Pictures that people send, by a form or a program: the seller's logo (TEN-02), and those of
//! clients and staff, which are personal (CLI-04).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use billfold_domain::role::Permission;
use billfold_tests::shop::{Caller, EMAIL, PASSWORD, Reply, Shop, fresh_key, send};
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::installation::pixel;

const BETWEEN: &str = "----between-the-parts";

/// A browser in which somebody is signed in.
struct Desk<'a> {
    shop: &'a Shop,
    http: reqwest::Client,
    cookie: String,
    csrf: String,
}

/// What a page answered: its status, where it leads, its text.
struct Page {
    status: u16,
    to: String,
    html: String,
}

impl<'a> Desk<'a> {
    async fn of(shop: &'a Shop, email: &str) -> Self {
        let body = json!({ "email": email, "password": PASSWORD });
        let login = shop.http().post(shop.url("/api/v1/auth/login")).json(&body);
        let reply = send(login).await.expect(200);
        let cookie = reply.headers[SET_COOKIE].to_str().unwrap();
        Self {
            shop,
            http: reqwest::Client::builder().redirect(Policy::none()).build().unwrap(),
            cookie: cookie.split(';').next().unwrap().to_owned(),
            csrf: reply.body["csrf_token"].as_str().unwrap().to_owned(),
        }
    }

    async fn page(&self, request: reqwest::RequestBuilder) -> Page {
        let answer = request.header(COOKIE, &self.cookie).send().await.expect("an answer");
        let status = answer.status().as_u16();
        let to = answer.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let html = answer.text().await.unwrap();
        Page { status, to: to.unwrap_or_default(), html }
    }

    async fn get(&self, path: &str) -> Page {
        self.page(self.http.get(self.shop.url(path))).await
    }

    /// Sends a file as a browser does, after the fields that the page at `seen_on` has.
    async fn send(&self, seen_on: &str, path: &str, csrf: &str, file: &[u8]) -> Page {
        let form = self.get(seen_on).await.html;
        let form = form.split_once(&format!("action=\"{path}\"")).expect("a form").1;
        let (key, version) = (hidden(form, "key"), hidden(form, "version"));
        let fields = [("csrf", csrf), ("key", &key), ("version", &version)];
        let mut body = Vec::new();
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            let head = format!("Content-Disposition: form-data; name=\"{name}\"");
            body.extend(format!("--{BETWEEN}\r\n{head}\r\n\r\n{value}\r\n").into_bytes());
        }
        let head = "Content-Disposition: form-data; name=\"picture\"; filename=\"a.png\"";
        let kind = "Content-Type: image/png";
        body.extend(format!("--{BETWEEN}\r\n{head}\r\n{kind}\r\n\r\n").into_bytes());
        body.extend(file);
        body.extend(format!("\r\n--{BETWEEN}--\r\n").into_bytes());
        let media = format!("multipart/form-data; boundary={BETWEEN}");
        let request = self.http.post(self.shop.url(path)).header(CONTENT_TYPE, media);
        self.page(request.body(body)).await
    }

    /// Has a picture taken away by the form at `seen_on`.
    async fn remove(&self, seen_on: &str, path: &str) -> Page {
        let form = self.get(seen_on).await.html;
        let form = form.split_once(&format!("action=\"{path}\"")).expect("a form").1;
        let (key, version) = (hidden(form, "key"), hidden(form, "version"));
        let form = [("csrf", self.csrf.as_str()), ("key", &key), ("version", &version)];
        let body = serde_urlencoded::to_string(form).unwrap();
        let media = "application/x-www-form-urlencoded";
        let request = self.http.post(self.shop.url(path)).header(CONTENT_TYPE, media);
        self.page(request.body(body)).await
    }
}

/// The first hidden value of a name.
fn hidden(form: &str, name: &str) -> String {
    let (_, rest) = form.split_once(&format!("name=\"{name}\" value=\"")).expect("such a field");
    rest.split('"').next().unwrap().to_owned()
}

/// What stands beside the field.
fn wrong(page: &Page) -> &str {
    assert_eq!(page.status, 422, "{}", page.html);
    let (_, beside) =
        page.html.split_once("id=\"picture-help\">").expect("a text beside the field");
    beside.split("</span>").next().unwrap()
}

const NO_PICTURE: &str = "This is no PNG, JPEG or WebP picture";
const SVG: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;";

#[tokio::test(flavor = "multi_thread")]
async fn a_logo_is_sent_by_a_form_that_says_beside_the_field_what_is_wrong() {
    Shop::story(async |shop| {
        shop.hire().await;
        let desk = Desk::of(shop, EMAIL).await;
        let (page, path) = ("/admin/settings/branding", "/admin/settings/branding/logo");
        let sent = async |file: &[u8]| desk.send(page, path, &desk.csrf, file).await;
        for no_picture in [b"an essay".as_slice(), SVG, GIF, &pixel()[..40]] {
            let refused = sent(no_picture).await;
            assert!(wrong(&refused).contains(NO_PICTURE), "{}", refused.html);
        }
        for large in [512 * 1024 + 1, 5 * 1024 * 1024] {
            let refused = sent(&vec![0; large]).await;
            assert!(wrong(&refused).contains("larger than 512 KiB"), "{}", refused.html);
        }
        assert!(wrong(&sent(b"").await).contains("Choose a picture first."));
        for forged in ["", "AAAA"] {
            assert_eq!(desk.send(page, path, forged, &pixel()).await.status, 403);
        }
        assert_eq!(shop.get("/api/v1/branding").await.body["logo"], Value::Null);

        let done = sent(&pixel()).await;
        assert_eq!((done.status, done.to.as_str()), (303, "/admin/settings/branding?done=logo"));
        let logo = shop.get("/api/v1/branding").await.body["logo"].clone();
        let logo = logo.as_str().expect("an address");
        assert!(desk.get(page).await.html.contains(&format!("src=\"{logo}\"")));
        assert_eq!(desk.get(logo).await.status, 200);
        let done = desk.remove(page, "/admin/settings/branding/logo/remove").await;
        assert_eq!(done.to, "/admin/settings/branding?done=logo-gone");
        assert_eq!(shop.get("/api/v1/branding").await.body["logo"], Value::Null);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_never_ends_is_not_read() {
    Shop::story(async |shop| {
        shop.hire().await;
        let desk = Desk::of(shop, EMAIL).await;
        let (page, path) = ("/admin/settings/branding", "/admin/settings/branding/logo");
        let refused = desk.send(page, path, &desk.csrf, &vec![0; 17 * 1024 * 1024]).await;
        assert_eq!(refused.status, 400);
    })
    .await;
}

/// What an address answers with.
async fn read(by: &Caller, path: &str) -> Response {
    by.request(Method::GET, path).send().await.expect("an answer")
}

/// Sends a picture by the API, about the version that is known now.
async fn put(by: &Caller, of: &str, key: &str, file: &[u8]) -> Reply {
    let seen = by.get(of).await.version();
    let request = by.request(Method::PUT, &format!("{of}/avatar"));
    let request = request.header("if-match", format!("\"{seen}\""));
    send(request.header("idempotency-key", key).body(file.to_vec())).await
}

/// The pictures of people that are stored.
async fn stored(shop: &Shop) -> Vec<Vec<u8>> {
    let all = sqlx::query_scalar("select sealed from avatars where tenant_id = $1");
    all.bind(shop.tenant.uuid()).fetch_all(&shop.db.pools().owner).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_a_client_is_sealed_and_goes_when_they_are_erased() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let of = format!("/api/v1/clients/{client}");
        let avatar = format!("{of}/avatar");
        shop.get(&avatar).await.problem(404, "not_found");
        for no_picture in [SVG, GIF] {
            put(shop.program(), &of, &fresh_key(), no_picture)
                .await
                .problem(400, "picture.unreadable");
        }
        put(shop.program(), &of, &fresh_key(), &vec![0; 600 * 1024])
            .await
            .problem(413, "body_too_large");
        assert!(stored(shop).await.is_empty());

        let key = fresh_key();
        put(shop.program(), &of, &key, &pixel()).await.expect(200);
        let shown = read(shop.program(), &avatar).await;
        assert_eq!(shown.status(), 200);
        assert_eq!(shown.headers()["content-type"], "image/png");
        assert_eq!(shown.headers()["cache-control"], "no-store");
        let version = shop.get(&of).await.version();
        assert_eq!(shown.headers()["etag"], format!("\"{version}\""));
        let png = shown.bytes().await.unwrap();
        assert!(png.starts_with(b"\x89PNG"));
        let sealed = stored(shop).await;
        assert_eq!(sealed.len(), 1);
        assert!(!sealed[0].windows(4).any(|part| part == b"IHDR"), "it lies in clear");

        let again = put(shop.program(), &of, &fresh_key(), &pixel()).await.expect(200);
        assert_ne!(again.body["position"], Value::Null);
        assert_eq!(stored(shop).await.len(), 1, "the picture before is not kept");
        let told = shop.fresh("/api/v1/events").await.expect(200).body.to_string();
        assert!(told.contains("client.avatar_set"));

        let asked =
            shop.post(&format!("{of}/data-exports"), json!({ "reason": "by letter" })).await;
        shop.fresh("/api/v1/events").await.expect(200);
        let place = asked.headers["location"].to_str().unwrap();
        let held = shop.get(place).await.expect(200).body;
        assert_eq!(held["picture"], STANDARD.encode(&png));

        let seen = shop.get(&of).await.version();
        shop.change(Method::DELETE, &avatar, seen - 1, json!({})).await.expect(412);
        shop.change(Method::DELETE, &avatar, seen, json!({})).await.expect(200);
        shop.get(&avatar).await.problem(404, "not_found");
        assert!(stored(shop).await.is_empty());

        put(shop.program(), &of, &fresh_key(), &pixel()).await.expect(200);
        let seen = shop.get(&of).await.version();
        let reason = json!({ "reason": "asked to be forgotten" });
        shop.change(Method::POST, &format!("{of}/erase"), seen, reason).await.expect(200);
        shop.get(&avatar).await.problem(404, "not_found");
        assert!(stored(shop).await.is_empty(), "the picture goes with the key");
        let back = put(shop.program(), &of, &fresh_key(), &pixel()).await;
        back.problem(409, "client.erased");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_again_keeps_one_picture_and_another_one_is_refused() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let path = format!("/api/v1/clients/{client}/avatar");
        let ask = async |seen: i64, file: Vec<u8>| {
            let request = shop.request(Method::PUT, &path).header("idempotency-key", "one");
            send(request.header("if-match", format!("\"{seen}\"")).body(file)).await
        };
        let seen = shop.get(&format!("/api/v1/clients/{client}")).await.version();
        let first = ask(seen, pixel()).await.expect(200);
        let kept = stored(shop).await;
        let second = ask(seen, pixel()).await.expect(200);
        assert_eq!(first.body, second.body);
        assert_eq!(second.headers["idempotent-replayed"], "true");
        assert_eq!(stored(shop).await, kept);
        read(shop.program(), &path).await.error_for_status().unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_seen_by_those_who_may_see_the_person_alone() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let of = format!("/api/v1/clients/{client}");
        put(shop.program(), &of, &fresh_key(), &pixel()).await.expect(200);
        let avatar = format!("{of}/avatar");
        let neighbour = shop.neighbour().await;
        assert_eq!(read(&neighbour, &avatar).await.status(), 404);
        let request = neighbour.request(Method::PUT, &avatar).header("if-match", "\"1\"");
        let request = request.header("idempotency-key", fresh_key()).body(pixel());
        send(request).await.expect(404);
        let stranger = shop.http().get(shop.url(&avatar)).send().await.unwrap();
        assert_eq!(stranger.status(), 401);
        let elsewhere = shop.key_with(&[Permission::InvoicesRead]).await;
        let elsewhere = shop.http().get(shop.url(&avatar)).bearer_auth(elsewhere);
        send(elsewhere).await.problem(403, "permission.missing");
        assert_eq!(stored(shop).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_may_change_their_own_picture_and_nobody_that_of_who_may_do_more() {
    Shop::story(async |shop| {
        shop.hire().await;
        let role = json!({ "name": "desk", "permissions": ["clients:read"] });
        let role = shop.post("/api/v1/roles", role).await.made();
        let lead = json!({ "name": "lead", "permissions": ["staff:read", "staff:write"] });
        let lead = shop.post("/api/v1/roles", lead).await.made();
        let hired = async |name: &str, role: &str| {
            let email = format!("{}@example.org", name.to_lowercase());
            let body = json!({ "name": name, "email": email, "password": PASSWORD,
                "roles": [role] });
            let id = shop.post("/api/v1/staff", body).await.made();
            (format!("/api/v1/staff/{id}"), id, email)
        };
        let (grace, id, email) = hired("Grace", &role).await;
        let (_, _, lead) = hired("Lena", &lead).await;
        let seen = shop.get(&grace).await.version();
        let send_by = async |by: &Caller, of: &str, seen: i64| {
            let request = by.request(Method::PUT, &format!("{of}/avatar"));
            let request = request.header("if-match", format!("\"{seen}\""));
            send(request.header("idempotency-key", fresh_key()).body(pixel())).await
        };
        let own = shop.sign_in(&email, PASSWORD).await;
        own.get(&grace).await.expect(403);
        send_by(&own, &grace, seen).await.expect(200);
        assert_eq!(read(&own, &format!("{grace}/avatar")).await.status(), 200);
        let staff = shop.get("/api/v1/staff").await.expect(200).body;
        let all = staff["items"].as_array().unwrap();
        let ada = all.iter().find(|one| one["email"] == EMAIL).unwrap();
        let pictured = all.iter().find(|one| one["id"] == id.as_str()).unwrap();
        assert_eq!(pictured["avatar"], format!("{grace}/avatar"));
        assert_eq!(ada["avatar"], Value::Null);
        let ada = format!("/api/v1/staff/{}", ada["id"].as_str().unwrap());
        send_by(&own, &ada, 1).await.problem(403, "permission.missing");
        let lead = shop.sign_in(&lead, PASSWORD).await;
        let seen = shop.get(&ada).await.version();
        send_by(&lead, &ada, seen).await.problem(403, "staff_member.outranks");

        let desk = Desk::of(shop, &email).await;
        let page = desk.get("/admin/security/picture").await;
        let form = format!("/admin/staff/{id}/picture");
        assert_eq!((page.status, page.to.as_str()), (303, form.as_str()));
        let refused = desk.send(&form, &form, &desk.csrf, GIF).await;
        assert!(wrong(&refused).contains(NO_PICTURE));
        assert_eq!(desk.send(&form, &form, "AAAA", &pixel()).await.status, 403);
        assert_eq!(desk.send(&form, &form, &desk.csrf, &pixel()).await.status, 303);
        let ada = form.replace(&id, ada.rsplit('/').next().unwrap());
        assert_eq!(desk.get(&ada).await.status, 403);
        let admin = Desk::of(shop, EMAIL).await;
        let shown = format!("src=\"/admin/staff/{id}/avatar\"");
        assert!(admin.get("/admin/staff").await.html.contains(&shown));
        assert!(admin.get(&format!("/admin/staff/{id}")).await.html.contains(&shown));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_a_client_is_sent_by_a_form_and_stands_at_the_head_of_the_record() {
    Shop::story(async |shop| {
        shop.hire().await;
        let client = shop.client("Grace Hopper").await;
        shop.fresh("/api/v1/clients").await.expect(200);
        let desk = Desk::of(shop, EMAIL).await;
        let record = format!("/admin/clients/{client}/record");
        let form = format!("/admin/clients/{client}/picture");
        let avatar = format!("/admin/clients/{client}/avatar");
        assert!(desk.get(&record).await.html.contains("aria-hidden=\"true\">GH</span>"));
        assert_eq!(desk.get(&avatar).await.status, 404);
        let refused = desk.send(&form, &form, &desk.csrf, SVG).await;
        assert!(wrong(&refused).contains(NO_PICTURE));
        let refused = desk.send(&form, &form, &desk.csrf, &vec![0; 600 * 1024]).await;
        assert!(wrong(&refused).contains("larger than 512 KiB"));
        assert_eq!(desk.send(&form, &form, "", &pixel()).await.status, 403);
        assert!(stored(shop).await.is_empty());

        let done = desk.send(&form, &form, &desk.csrf, &pixel()).await;
        assert_eq!((done.status, done.to), (303, format!("{record}?done=picture")));
        assert_eq!(desk.get(&avatar).await.status, 200);
        let shown = format!("src=\"{avatar}\"");
        assert!(desk.get(&record).await.html.contains(&shown));
        assert!(desk.get(&format!("/admin/clients/{client}")).await.html.contains(&shown));
        let done = desk.remove(&form, &format!("{form}/remove")).await;
        assert_eq!(done.to, format!("{record}?done=picture-gone"));
        assert!(!desk.get(&record).await.html.contains(&shown));
        assert!(stored(shop).await.is_empty());
    })
    .await;
}
