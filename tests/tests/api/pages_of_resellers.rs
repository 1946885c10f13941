//! Every page, asked by a reseller who may do everything for clients of their own (RBA-01, RBA-09,
//! RBA-11): what is somebody else's is not there, what is about all clients is refused, and no page
//! shows a link to what would be.
//!
//! Guarantee: a page that stands in no list of the table fails the test.

use std::collections::{BTreeMap, BTreeSet};

use billfold_tests::shop::{Caller, PASSWORD, Shop, eur};
use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::json;

use super::foreign_ids::{AMOUNT, NAME, filled, form_key, kept_for, things};
use super::routes::subscribed_and_left;

/// About whoever looks, or open to everybody; none of them is about clients.
const OF_ONESELF: &[&str] = &[
    "/admin/forgot-password",
    "/admin/reset-password",
    "/admin/security",
    "/admin/security/links/remove",
    "/admin/security/mail/send",
    "/admin/security/mail/verify",
    "/admin/security/passkeys/{id}/remove",
    "/admin/security/password",
    "/admin/security/picture",
    "/admin/security/profile",
    "/admin/security/second-step",
    "/admin/security/second-step/confirm",
    "/admin/security/second-step/remove",
    "/admin/security/second-step/renew",
    "/admin/security/sessions/end-others",
    "/admin/security/sessions/{id}/end",
    "/admin/sign-in",
    "/admin/sign-in/code",
    "/admin/sign-in/with/{key}",
    "/admin/sign-in/with/{key}/back",
    "/admin/sign-out",
    "/admin/stream",
    "/admin/theme",
];

/// Of their clients, or what is sold.
const LISTS: &[&str] = &[
    "/admin",
    "/admin/clients",
    "/admin/clients/new",
    "/admin/credit-notes",
    "/admin/gift-cards/redeem",
    "/admin/invoices",
    "/admin/invoices/new",
    "/admin/orders",
    "/admin/orders/new",
    "/admin/payments",
    "/admin/payments/new",
    "/admin/products",
    "/admin/products/{id}",
    "/admin/search",
    "/admin/subscriptions",
    "/admin/subscriptions/new",
];

/// One thing of a client, which is there if the client is theirs.
const ONE: &[&str] = &[
    "/admin/clients/{id}",
    "/admin/clients/{id}/access",
    "/admin/clients/{id}/balance",
    "/admin/clients/{id}/picture",
    "/admin/clients/{id}/record",
    "/admin/credit-notes/{id}",
    "/admin/invoices/{id}",
    "/admin/invoices/{id}/credit",
    "/admin/invoices/{id}/debit",
    "/admin/orders/{id}",
    "/admin/payments/{id}",
    "/admin/subscriptions/{id}",
    "/admin/subscriptions/{id}/change",
];

/// The same, without a page of its own: sent to, or there in another state only.
const ONE_AT_TIMES: &[&str] = &[
    "/admin/clients/new/check",
    "/admin/clients/{id}/access/invite",
    "/admin/clients/{id}/avatar",
    "/admin/clients/{id}/picture/remove",
    "/admin/invoices/new/lines",
    "/admin/invoices/{id}/debit/lines",
    "/admin/invoices/{id}/edit",
    "/admin/invoices/{id}/edit/lines",
];

/// What is done with one thing: what may be done with those of their clients, and what may not.
const DEEDS: &[(&str, &[&str], &[&str])] = &[
    (
        "/admin/clients/{id}/{verb}",
        &["suspend", "deactivate", "activate", "erase"],
        &["group", "tax-facts", "affiliate", "referral"],
    ),
    ("/admin/client-data/{id}/{verb}", &[], &["export"]),
    ("/admin/client-parts/{id}/{verb}", &["contact", "remove-contact", "remove-note"], &[]),
    ("/admin/client-records/{id}/{verb}", &["details", "contact", "note", "custom-fields"], &[]),
    (
        "/admin/invoices/{id}/{verb}",
        &[
            "issue",
            "use-credit",
            "refund",
            "void",
            "write-off",
            "discard",
            "coupon",
            "take-coupons-off",
        ],
        &["proforma"],
    ),
    ("/admin/orders/{id}/{verb}", &["accept", "hold", "release", "complete", "cancel"], &[]),
    (
        "/admin/payments/{id}/{verb}",
        &[
            "match",
            "refund",
            "refund-sent",
            "refund-failed",
            "dispute",
            "dispute-won",
            "dispute-lost",
            "dispute-fee",
        ],
        &[],
    ),
    (
        "/admin/subscriptions/{id}/{verb}",
        &[
            "pause",
            "resume",
            "cancel-now",
            "cancel",
            "withdraw-cancellation",
            "coupon",
            "take-coupons-off",
            "withdraw-change",
        ],
        &[],
    ),
];

/// Places of those who see every client; everything below them, too.
const OF_ALL: &[&str] = &[
    "/admin/affiliates",
    "/admin/api-keys",
    "/admin/approvals",
    "/admin/audit",
    "/admin/billing-runs",
    "/admin/client-groups",
    "/admin/clients/{id}/access/reseller",
    "/admin/coupons",
    "/admin/departments",
    "/admin/dunning",
    "/admin/dunning-strategies",
    "/admin/events",
    "/admin/gift-cards",
    "/admin/integrity",
    "/admin/journal",
    "/admin/number-register",
    "/admin/periods",
    "/admin/products/new",
    "/admin/products/{id}/{verb}",
    "/admin/proformas",
    "/admin/projections",
    "/admin/resellers",
    "/admin/rights",
    "/admin/roles",
    "/admin/schedules",
    "/admin/settings",
    "/admin/staff",
    "/admin/tax-rates",
    "/admin/tenants",
    "/admin/trial-balance",
    "/admin/unusual",
    "/admin/webhooks",
];

/// Of which kinds ids must not be told.
const SECRET: [&str; 10] = [
    "affiliates",
    "approvals",
    "clients",
    "credit-notes",
    "dunning-cases",
    "invoices",
    "orders",
    "payments",
    "proformas",
    "subscriptions",
];

type Things = BTreeMap<&'static str, String>;

/// Which list a page stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    OfOneself,
    List,
    One,
    AtTimes,
    Deeds(&'static [&'static str], &'static [&'static str]),
    OfAll,
}

fn kind(page: &str) -> Kind {
    let rows = [
        (OF_ONESELF, Kind::OfOneself),
        (LISTS, Kind::List),
        (ONE, Kind::One),
        (ONE_AT_TIMES, Kind::AtTimes),
    ];
    let mut found: Vec<Kind> =
        rows.into_iter().filter(|(list, _)| list.contains(&page)).map(|(_, kind)| kind).collect();
    let deeds = DEEDS.iter().filter(|(known, ..)| *known == page);
    found.extend(deeds.map(|(_, open, closed)| Kind::Deeds(open, closed)));
    let below = |place: &&str| page == *place || page.starts_with(&format!("{place}/"));
    if found.is_empty() && OF_ALL.iter().any(below) {
        found.push(Kind::OfAll);
    }
    assert_eq!(found.len(), 1, "{page} has to stand in one list of the table: say who reaches it");
    found[0]
}

/// Somebody who may do everything for clients of their own, and what is of one of those.
async fn reseller(shop: &Shop) -> (Caller, Things) {
    let listed = shop.get("/api/v1/permissions").await.expect(200).body;
    let every = listed["items"].as_array().unwrap().iter().map(|one| one["slug"].clone());
    let every: Vec<_> = every.collect();
    let role = json!({ "name": "Reseller of all", "permissions": every, "reach": "own_clients" });
    let role = shop.post("/api/v1/roles", role).await.made();
    let email = "rita@example.org";
    let rita = json!({ "name": "Rita", "email": email, "password": PASSWORD, "roles": [role] });
    let rita = shop.post("/api/v1/staff", rita).await.made();
    let client = shop.client("Carol").await;
    let path = format!("/api/v1/clients/{client}");
    let seen = shop.get(&path).await.version();
    let given = json!({ "reseller_id": rita });
    shop.change(Method::PUT, &format!("{path}/reseller"), seen, given).await.expect(200);
    let invoice = shop.invoice(&client, &["10.00"]).await;
    let paid = shop.invoice(&client, &["20.00"]).await;
    let pay = json!({ "method": "manual_bank" });
    let payment = shop.post(&format!("/api/v1/invoices/{paid}/pay"), pay).await.made();
    let item = json!({ "kind": "goods", "description": "A rack", "unit_price": eur("3.00") });
    let order = json!({ "client_id": client, "items": [item] });
    let order = shop.post("/api/v1/orders", order).await.made();
    let product = json!({ "code": "vps-own", "name": "VPS", "kind": "vps" });
    let product = shop.post("/api/v1/products", product).await.made();
    let (subscription, note) = subscribed_and_left(shop, &client, &product).await;
    shop.draft(&client, &["5.00"]).await;
    let own = BTreeMap::from([
        ("clients", client),
        ("invoices", invoice),
        ("payments", payment),
        ("orders", order),
        ("subscriptions", subscription),
        ("credit-notes", note),
        ("products", product),
    ]);
    (shop.sign_in(email, PASSWORD).await, own)
}

/// Somebody at a browser, and what did not go as it should.
struct Asker<'a> {
    shop: &'a Shop,
    caller: &'a Caller,
    browser: reqwest::Client,
    csrf: String,
    foreign: &'a Things,
    wrong: Vec<String>,
    links: BTreeSet<String>,
}

impl Asker<'_> {
    /// Asks; notes an answer that is not as it should be, or that tells something.
    async fn ask(&mut self, method: &Method, path: &str, fits: impl Fn(u16) -> bool) -> u16 {
        let request = self.caller.request(method.clone(), path).build().unwrap();
        let mut form = self.browser.request(method.clone(), self.shop.url(path));
        form = form.headers(request.headers().clone());
        if *method == Method::POST {
            let media = "application/x-www-form-urlencoded";
            let body = format!("csrf={}&key={}", self.csrf, form_key());
            form = form.header("content-type", media).body(body);
        }
        let answer = form.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        if !fits(status) {
            self.wrong.push(format!("{method} {path}: {status}"));
        }
        let ids = SECRET.iter().map(|kind| &self.foreign[kind]).map(String::as_str);
        let told = ids.filter(|id| !path.contains(id)).chain([NAME, AMOUNT]);
        let told: Vec<&str> = told.filter(|word| text.contains(word)).collect();
        if !told.is_empty() {
            self.wrong.push(format!("{method} {path} tells {told:?}"));
        }
        if status == 200 && *method == Method::GET {
            let links = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
            let links = links.filter(|link| link.starts_with("/admin"));
            self.links.extend(links.map(|link| link.replace("&amp;", "&")));
        }
        status
    }

    async fn walk(&mut self, page: &str, own: &Things, position: i64) {
        let (foreign, kind) = (self.foreign, kind(page));
        let gone = |status: u16| status == 404;
        let (get, post) = (&Method::GET, &Method::POST);
        match kind {
            Kind::OfOneself => {}
            Kind::List => {
                let (path, _) = filled(page, foreign, position);
                self.ask(get, &path, |status| status == 200).await;
            }
            Kind::One | Kind::AtTimes => {
                let (path, names) = filled(page, foreign, position);
                self.ask(get, &path, gone).await;
                self.ask(post, &path, |status| !names || status == 404).await;
                if kind == Kind::One {
                    let (path, _) = filled(page, own, position);
                    self.ask(get, &path, |status| status == 200).await;
                }
            }
            Kind::Deeds(open, closed) => {
                for (verb, status) in
                    open.iter().map(|it| (it, 404)).chain(closed.iter().map(|it| (it, 403)))
                {
                    let page = page.replace("{verb}", verb);
                    let part = if page.contains("client-parts") { "{id}.1" } else { "{id}" };
                    let named = |things: &Things| {
                        let (path, _) = filled(&page, things, position);
                        let id = path.split('/').nth(3).unwrap().to_owned();
                        path.replace(&id, &part.replace("{id}", &id))
                    };
                    self.ask(get, &named(foreign), |found| found == status).await;
                    self.ask(post, &named(foreign), |found| found == status).await;
                    let refused = |found: u16| (found == 403) == (status == 403);
                    self.ask(get, &named(own), refused).await;
                }
            }
            Kind::OfAll => {
                let (path, _) = filled(page, foreign, position);
                let refused = |status: u16| [403, 404].contains(&status);
                let got = self.ask(get, &path, refused).await;
                let sent = self.ask(post, &path, refused).await;
                // An unknown verb is not found before anybody is asked for permission.
                if !page.ends_with("{verb}") && got != 403 && sent != 403 {
                    self.wrong.push(format!("{path} is refused to nobody: {got}, {sent}"));
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reseller_sees_pages_of_own_clients_and_no_others() {
    let shop = Shop::open().await;
    let foreign = things(&shop).await;
    let (rita, own) = reseller(&shop).await;
    for list in ["invoices", "payments", "orders", "subscriptions", "credit-notes", "clients"] {
        shop.fresh(&format!("/api/v1/{list}")).await.expect(200);
    }
    let position = shop.position().await;
    let token = rita.get("/api/v1/auth/me").await.expect(200).body["csrf_token"].clone();
    let mut asker = Asker {
        shop: &shop,
        caller: &rita,
        browser: reqwest::Client::builder().redirect(Policy::none()).build().unwrap(),
        csrf: token.as_str().unwrap().to_owned(),
        foreign: &foreign,
        wrong: Vec::new(),
        links: BTreeSet::new(),
    };
    let before = kept_for(&shop).await;
    let pages = shop.addresses().iter().filter(|path| path.starts_with("/admin"));
    let pages: BTreeSet<&str> = pages.map(String::as_str).collect();
    for page in &pages {
        asker.walk(page, &own, position).await;
    }
    let (client, invoice) = (&foreign["clients"], &foreign["invoices"]);
    for path in [
        format!("/admin/clients?q={client}"),
        "/admin/clients?q=wilhelmina.quicksilver@example.org".to_owned(),
        "/admin/clients?q=Wilhelmina".to_owned(),
        format!("/admin/invoices?client={client}"),
        format!("/admin/credit-notes?client={client}"),
        format!("/admin/search?q={client}"),
        "/admin/search?q=wilhelmina.quicksilver@example.org".to_owned(),
        format!("/admin/search?q={invoice}"),
        format!("/admin/search?q={}", foreign["subscriptions"]),
        format!("/admin/search?q={}", foreign["credit-notes"]),
        format!("/admin/search?q={position}"),
        "/admin/search?q=INV".to_owned(),
    ] {
        asker.ask(&Method::GET, &path, |status| status == 200).await;
    }
    for path in [
        format!("/admin/subscriptions?client={client}"),
        format!("/admin/payments/new?invoice={invoice}"),
    ] {
        asker.ask(&Method::GET, &path, |status| status == 404).await;
    }
    for link in asker.links.clone() {
        asker.ask(&Method::GET, &link, |status| ![403, 404].contains(&status)).await;
    }
    assert!(asker.links.len() > 60, "{} links", asker.links.len());
    assert_eq!(asker.wrong, Vec::<String>::new());
    assert_eq!(kept_for(&shop).await, before);
    for page in [OF_ONESELF, LISTS, ONE, ONE_AT_TIMES].concat() {
        assert!(pages.contains(page), "{page} is no page any more, take it out of the table");
    }
}
