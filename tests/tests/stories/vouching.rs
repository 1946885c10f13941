//! Staff come in by the word of an identity provider.

use billfold_tests::harness::TempFolder;
use billfold_tests::issuer::{CLIENT_ID, CLIENT_SECRET, Issuer, Signed};
use billfold_tests::shop::{EMAIL, PASSWORD, Shop, send};
use chrono::TimeDelta;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, redirect};
use serde_json::{Value, json};

const PUBLIC: &str = "http://books.example";

/// A shop whose staff may come by this provider.
async fn shop_with(issuer: &Issuer, only: bool) -> (Shop, TempFolder) {
    let folder = TempFolder::new();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, format!("{CLIENT_SECRET}\n")).unwrap();
    let file = format!(
        "[http]\npublic_url = '{PUBLIC}'\n[identity]\nonly_by_provider = {only}\n\
         [[identity.providers]]\nkey = 'company'\nname = 'Company account'\nissuer = '{}'\n\
         client_id = '{CLIENT_ID}'\nclient_secret_file = '{}'\n",
        issuer.url,
        secret.display()
    );
    (Shop::open_with_file(&file, &[]).await, folder)
}

/// A browser that follows nothing by itself.
struct Browser<'a> {
    shop: &'a Shop,
    http: Client,
}

impl<'a> Browser<'a> {
    fn of(shop: &'a Shop) -> Self {
        let http = Client::builder().redirect(redirect::Policy::none());
        Self { shop, http: http.build().unwrap() }
    }

    /// Presses the button: where it is sent, and what it keeps.
    async fn leaves(&self) -> (String, String) {
        let path = "/admin/sign-in/with/company?next=/admin/events";
        let sent = self.http.get(self.shop.url(path)).send().await.unwrap();
        assert_eq!(sent.status(), 303);
        (header(&sent, LOCATION.as_str()), cookie(&sent))
    }

    async fn returns(&self, (redirect, query): &(String, String), kept: &str) -> Response {
        let path = redirect.strip_prefix(PUBLIC).unwrap();
        let back = self.http.get(self.shop.url(&format!("{path}?{query}")));
        back.header(COOKIE, kept).send().await.unwrap()
    }

    /// The whole way; the answer at its end.
    async fn visits(
        &self,
        issuer: &Issuer,
        signed: Signed,
        change: impl FnOnce(&mut Value),
    ) -> Response {
        let (asked, kept) = self.leaves().await;
        let now = self.shop.clock.now().timestamp();
        let back = issuer.says_yes(&asked, signed, |claims| {
            (claims["iat"], claims["exp"]) = (json!(now), json!(now + 300));
            change(claims);
        });
        self.returns(&back, &kept).await
    }
}

fn header(answer: &Response, name: &str) -> String {
    answer.headers()[name].to_str().unwrap().to_owned()
}

fn cookie(answer: &Response) -> String {
    header(answer, SET_COOKIE.as_str()).split(';').next().unwrap().to_owned()
}

async fn noted(shop: &Shop) -> Vec<String> {
    let told = shop.fresh("/api/v1/audit?entity_type=sign_in&limit=100").await.expect(200).body;
    let items = told["items"].as_array().unwrap().iter();
    items.map(|item| item["event_type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_opens_the_account_of_an_address_it_verified_and_then_by_its_own_name() {
    let issuer = Issuer::open().await;
    let (shop, _secret) = shop_with(&issuer, false).await;
    shop.hire().await;
    let browser = Browser::of(&shop);
    let page = shop.http().get(shop.url("/admin/sign-in")).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("Company account"));
    for signed in [Signed::Rs256, Signed::Es256] {
        let entered = browser.visits(&issuer, signed, |_| {}).await;
        assert_eq!(entered.status(), 303);
        assert_eq!(header(&entered, LOCATION.as_str()), "/admin/events");
        let me = shop.http().get(shop.url("/api/v1/auth/me")).header(COOKIE, cookie(&entered));
        assert!(send(me).await.expect(200).body["actor"].as_str().unwrap().starts_with("staff:"));
    }
    // The name counts from now on, whatever address the provider says, or does not verify.
    let moved = |claims: &mut Value| {
        (claims["email"], claims["email_verified"]) = (json!("else@example.org"), json!(false));
    };
    let entered = browser.visits(&issuer, Signed::Rs256, moved).await;
    assert_eq!(entered.status(), 303);
    let noted = noted(&shop).await;
    assert_eq!(noted.iter().filter(|it| *it == "sign_in.succeeded").count(), 3);
    assert_eq!(noted.iter().filter(|it| *it == "sign_in.means_changed").count(), 1);
    let ada = shop.sign_in(EMAIL, PASSWORD).await;
    let links = ada.get("/api/v1/auth/identity-links").await.expect(200).body;
    assert_eq!(links["items"][0]["issuer"], issuer.url);
    let path = "/api/v1/auth/identity-links/remove";
    let unlink = |password: &str| json!({ "issuer": issuer.url, "password": password });
    ada.post(path, unlink("not the password")).await.problem(422, "access.wrong_password");
    ada.post(path, unlink(PASSWORD)).await.expect(204);
    ada.post(path, unlink(PASSWORD)).await.problem(404, "not_found");
    let entered = browser.visits(&issuer, Signed::Rs256, moved).await;
    assert_eq!(entered.status(), 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_not_believed_about_what_does_not_hold() {
    let issuer = Issuer::open().await;
    let (shop, _secret) = shop_with(&issuer, false).await;
    shop.hire().await;
    let browser = Browser::of(&shop);
    let now = shop.clock.now().timestamp();
    type Lie = Box<dyn FnOnce(&mut Value)>;
    let set = |name: &'static str, value: Value| -> Lie {
        Box::new(move |claims: &mut Value| claims[name] = value)
    };
    let lies: Vec<(&str, Signed, Lie)> = vec![
        ("a nonce of another visit", Signed::Rs256, set("nonce", json!("another"))),
        ("no nonce", Signed::Es256, set("nonce", Value::Null)),
        ("another audience", Signed::Rs256, set("aud", json!("somebody"))),
        ("one presenter of many", Signed::Rs256, set("aud", json!([CLIENT_ID, "somebody"]))),
        ("another issuer", Signed::Rs256, set("iss", json!("https://evil.example"))),
        ("past its end", Signed::Rs256, set("exp", json!(now - 61))),
        ("made long ago", Signed::Rs256, set("iat", json!(now - 3_600))),
        ("no algorithm", Signed::Unsigned, Box::new(|_| {})),
        ("a signature of something else", Signed::Forged, Box::new(|_| {})),
        ("an unknown address", Signed::Rs256, set("email", json!("nobody@example.org"))),
        ("an address nobody verified", Signed::Rs256, set("email_verified", json!(false))),
        ("an address of nobody", Signed::Rs256, set("email", Value::Null)),
    ];
    let count = lies.len();
    for (what, signed, lie) in lies {
        // Nobody is slowed who comes once an hour.
        shop.clock.advance(TimeDelta::hours(1));
        let answer = browser.visits(&issuer, signed, lie).await;
        assert_eq!(answer.status(), 422, "{what}");
        assert!(answer.text().await.unwrap().contains("did not let you in"), "{what}");
    }
    let noted = noted(&shop).await;
    assert_eq!(noted, vec!["sign_in.refused"; count]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_is_finished_once_by_the_browser_that_began_it() {
    let issuer = Issuer::open().await;
    let (shop, _secret) = shop_with(&issuer, false).await;
    shop.hire().await;
    let browser = Browser::of(&shop);
    let now = shop.clock.now().timestamp();
    let yes = |asked: &str| {
        issuer.says_yes(asked, Signed::Rs256, |claims| {
            (claims["iat"], claims["exp"]) = (json!(now), json!(now + 3_600));
        })
    };
    let (asked, kept) = browser.leaves().await;
    let (_, kept_by_another) = browser.leaves().await;
    let back = yes(&asked);
    for other in ["", "billfold_visit=AAAA", kept_by_another.as_str()] {
        assert_eq!(browser.returns(&back, other).await.status(), 422, "{other}");
    }
    assert_eq!(browser.returns(&back, &kept).await.status(), 303);
    // The provider would give a new code; the state was used.
    let again = yes(&asked);
    assert_eq!(browser.returns(&again, &kept).await.status(), 422);
    let (asked, kept) = browser.leaves().await;
    let back = yes(&asked);
    shop.clock.advance(TimeDelta::minutes(10));
    assert_eq!(browser.returns(&back, &kept).await.status(), 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_may_let_staff_in_by_a_provider_alone() {
    let issuer = Issuer::open().await;
    let (shop, _secret) = shop_with(&issuer, true).await;
    shop.hire().await;
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    for path in ["/api/v1/auth/login", "/api/v1/auth/token"] {
        let login = shop.http().post(shop.url(path)).json(&body);
        send(login).await.problem(401, "unauthenticated");
    }
    let entered = Browser::of(&shop).visits(&issuer, Signed::Rs256, |_| {}).await;
    assert_eq!(entered.status(), 303);
    let listed = send(shop.http().get(shop.url("/api/v1/auth/identity-providers"))).await;
    let listed = listed.expect(200).body;
    assert_eq!(listed["only_by_provider"], true);
    assert_eq!(listed["items"][0]["sign_in_path"], "/admin/sign-in/with/company");
}
