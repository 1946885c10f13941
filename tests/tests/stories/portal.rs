//! A client comes in by an invitation and sees what is theirs, and nothing else (PRT-01, PRT-03,
//! PRT-10, AUT-11, AUT-14).

use billfold_tests::shop::{PASSWORD, Shop, send};
use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use reqwest::{Client, Method, Response};
use serde_json::json;

const FORM: &str = "application/x-www-form-urlencoded";

/// A browser that keeps the cookies it was given, and follows no redirect by itself.
pub(crate) struct Browser<'a> {
    shop: &'a Shop,
    http: Client,
    cookies: Vec<(String, String)>,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(shop: &'a Shop) -> Self {
        let http = Client::builder().redirect(reqwest::redirect::Policy::none());
        Self { shop, http: http.build().unwrap(), cookies: Vec::new() }
    }

    fn keep(&mut self, answer: &Response) {
        for value in answer.headers().get_all(SET_COOKIE) {
            let pair = value.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    fn cookie(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(a, b)| format!("{a}={b}")).collect();
        pairs.join("; ")
    }

    pub(crate) async fn get(&mut self, path: &str) -> (u16, String) {
        let asked = self.http.get(self.shop.url(path)).header(COOKIE, self.cookie());
        let answer = asked.send().await.unwrap();
        self.keep(&answer);
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> (u16, String) {
        let asked = self.http.post(self.shop.url(path)).header(COOKIE, self.cookie());
        let body = serde_urlencoded::to_string(form).unwrap();
        let answer = asked.header(CONTENT_TYPE, FORM).body(body).send().await.unwrap();
        self.keep(&answer);
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

/// The hidden value of a name in a page.
pub(crate) fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&start).expect("such a field");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_comes_in_by_an_invitation_and_sees_their_own_rooms() {
    Shop::story(async |shop| {
        let (carol, mallory) = (shop.client("Carol").await, shop.client("Mallory").await);
        let own = shop.invoice(&carol, &["10.00"]).await;
        let foreign = shop.invoice(&mallory, &["77.00"]).await;
        shop.draft(&carol, &["55.00"]).await;
        shop.fresh("/api/v1/invoices").await.expect(200);
        let path = format!("/api/v1/clients/{carol}/invitation");
        let code = shop.post(&path, json!({})).await.expect(201).body["code"].clone();

        let mut browser = Browser::new(shop);
        assert_eq!(browser.get("/portal").await.0, 303);
        let (_, page) = browser.get("/portal/welcome").await;
        assert!(page.contains("Seller GmbH"), "{page}");
        let csrf = hidden(&page, "csrf");
        let form = [("csrf", csrf.as_str()), ("code", code.as_str().unwrap())];
        let set = [form[0], form[1], ("password", PASSWORD)];
        assert_eq!(browser.post("/portal/welcome", &set).await.0, 303);
        let (_, page) = browser.get("/portal/sign-in").await;
        let csrf = hidden(&page, "csrf");
        let enter = [("csrf", csrf.as_str()), ("email", "carol@example.org")];
        let wrong = [enter[0], enter[1], ("password", "not the password")];
        assert_eq!(browser.post("/portal/sign-in", &wrong).await.0, 422);
        let (_, page) = browser.get("/portal/sign-in").await;
        let csrf = hidden(&page, "csrf");
        let right = [("csrf", csrf.as_str()), enter[1], ("password", PASSWORD)];
        assert_eq!(browser.post("/portal/sign-in", &right).await.0, 303);

        rooms(&mut browser, &own, &foreign).await;
        shop.fresh("/api/v1/events").await.expect(200);
        let record = shop.get(&format!("/api/v1/clients/{carol}")).await.expect(200).body;
        assert!(record["last_sign_in_at"].is_string(), "{record}");
        details(&mut browser, shop, &carol).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_becomes_a_client_on_the_page_where_the_seller_lets_anybody() {
    Shop::story(async |shop| {
        let mut browser = Browser::new(shop);
        let (_, page) = browser.get("/portal/sign-in").await;
        assert!(!page.contains("Create an account"), "{page}");
        let (status, page) = register(&mut browser, ("", "")).await;
        assert_eq!(status, 422);
        assert!(page.contains("ask it for an invitation"), "{page}");

        let seen = shop.get("/api/v1/settings").await.version();
        let path = "/api/v1/settings/client-registration";
        shop.change(Method::PUT, path, seen, json!({ "open": true })).await.expect(200);
        let (_, page) = browser.get("/portal/sign-in").await;
        assert!(page.contains("Create an account"), "{page}");
        for (name, value, told) in [
            ("country", "", "Choose the country"),
            ("password", "short", "10 to 256 characters"),
            ("email", "dan", "name@example.org"),
            ("csrf", "x", "out of date"),
        ] {
            let (status, page) = register(&mut browser, (name, value)).await;
            assert_eq!(status, 422, "{name}");
            let (_, error) = page.split_once("role=\"alert\"").expect("what is wrong");
            assert!(error.contains(told), "{name}: {page}");
        }
        assert_eq!(browser.get("/portal").await.0, 303, "nobody came in so far");
        assert_eq!(register(&mut browser, ("", "")).await.0, 303);
        assert_eq!(browser.get("/portal").await.0, 200);
        let (_, page) = browser.get("/portal/account").await;
        assert!(page.contains("Dan Brown"), "{page}");
    })
    .await;
}

/// Registers Dan on the page, with one field as it is given.
async fn register(browser: &mut Browser<'_>, (name, value): (&str, &str)) -> (u16, String) {
    let (_, page) = browser.get("/portal/register").await;
    let csrf = hidden(&page, "csrf");
    let mut form = [
        ("csrf", csrf.as_str()),
        ("name", "Dan Brown"),
        ("email", "dan@example.com"),
        ("country", "NL"),
        ("password", PASSWORD),
    ];
    form.iter_mut().filter(|field| field.0 == name).for_each(|field| field.1 = value);
    browser.post("/portal/register", &form).await
}

/// Every room shows what is the client's, and none of what is not.
async fn rooms(browser: &mut Browser<'_>, own: &str, foreign: &str) {
    let (status, overview) = browser.get("/portal").await;
    assert_eq!(status, 200, "{overview}");
    assert!(overview.contains("11.90") && !overview.contains("91.63"), "{overview}");
    let (_, list) = browser.get("/portal/invoices").await;
    assert!(list.contains(own) && !list.contains(foreign), "{list}");
    assert!(!list.contains("65.45") && !list.contains("55.00"), "a draft is not told: {list}");
    let (status, one) = browser.get(&format!("/portal/invoices/{own}")).await;
    assert!(status == 200 && one.contains("11.90"), "{one}");
    assert_eq!(browser.get(&format!("/portal/invoices/{foreign}")).await.0, 404);
    let (_, security) = browser.get("/portal/security").await;
    assert!(security.contains("this one"), "{security}");
    // The pages of staff are closed to clients.
    assert_eq!(browser.get("/admin").await.0, 303);
}

/// The client changes the name, keeps the tax number, and leaves.
async fn details(browser: &mut Browser<'_>, shop: &Shop, carol: &str) {
    let (_, page) = browser.get("/portal/account").await;
    let (csrf, key, seen) = (hidden(&page, "csrf"), hidden(&page, "key"), hidden(&page, "seen"));
    let form = [
        ("csrf", csrf.as_str()),
        ("key", key.as_str()),
        ("seen", seen.as_str()),
        ("name", "Carol Danvers"),
        ("email", "carol@example.org"),
        ("country", "DE"),
    ];
    let (status, told) = browser.post("/portal/account", &form).await;
    assert_eq!(status, 303, "{told}");
    let record = shop.get(&format!("/api/v1/clients/{carol}")).await.expect(200).body;
    assert_eq!(record["contact"]["name"], "Carol Danvers");
    let forged = [("csrf", "AAAA")];
    assert_eq!(browser.post("/portal/sign-out", &forged).await.0, 403);
    let leave = [("csrf", csrf.as_str())];
    assert_eq!(browser.post("/portal/sign-out", &leave).await.0, 303);
    assert_eq!(browser.get("/portal").await.0, 303);
    let ended = shop.http().get(shop.url("/api/v1/portal/profile"));
    send(ended.header(COOKIE, browser.cookie())).await.problem(401, "unauthenticated");
}
