//! What somebody sends who means harm: none of it works, none of it is half done, and no answer is
//! a server's failure.

mod bodies;
mod pages;
mod paths;
mod texts;
mod tokens;

use std::collections::{BTreeSet, VecDeque};

use billfold_tests::shop::{EMAIL, PASSWORD, Shop, send};
use reqwest::header::{CONTENT_TYPE, HeaderMap, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::json;

/// Pages a walk looks at, at most.
const MOST_PAGES: usize = 600;

/// The pages of staff.
const ADMIN: &str = "/admin";
/// The pages of clients.
const PORTAL: &str = "/portal";
/// The mail address of the client who sits at a desk of the portal.
const CLIENT: &str = "ada@example.org";

/// A browser in which an admin, or a client, is signed in.
struct Desk<'a> {
    shop: &'a Shop,
    /// Where their pages are.
    place: &'static str,
    browser: Client,
    cookie: String,
    csrf: String,
}

/// A page as it was answered.
struct Page {
    path: String,
    status: u16,
    headers: HeaderMap,
    html: String,
}

impl<'a> Desk<'a> {
    /// Makes the first account and signs in.
    async fn first(shop: &'a Shop) -> Self {
        shop.hire().await;
        Self::again(shop).await
    }

    /// Another session of the same person.
    async fn again(shop: &'a Shop) -> Self {
        Self::of(shop, ADMIN, "/api/v1/auth/login", EMAIL).await
    }

    /// Lets a client in who has an invoice, and signs in as them.
    async fn first_of_client(shop: &'a Shop) -> Self {
        let client = shop.client("Ada").await;
        shop.invoice(&client, &["10.00"]).await;
        let path = format!("/api/v1/clients/{client}/invitation");
        let code = shop.post(&path, json!({})).await.expect(201).body["code"].clone();
        let body = json!({ "code": code, "password": PASSWORD });
        let reset = shop.http().post(shop.url("/api/v1/auth/password-reset")).json(&body);
        send(reset).await.expect(204);
        shop.fresh("/api/v1/invoices").await.expect(200);
        Self::again_as_client(shop).await
    }

    /// Another session of that client.
    async fn again_as_client(shop: &'a Shop) -> Self {
        Self::of(shop, PORTAL, "/api/v1/auth/client/login", CLIENT).await
    }

    /// Another session of whoever sits here.
    async fn once_more(&self) -> Self {
        match self.place {
            PORTAL => Self::again_as_client(self.shop).await,
            _ => Self::again(self.shop).await,
        }
    }

    async fn of(shop: &'a Shop, place: &'static str, login: &str, email: &str) -> Self {
        let body = json!({ "email": email, "password": PASSWORD });
        let login = shop.http().post(shop.url(login)).json(&body);
        let reply = send(login).await.expect(200);
        let cookie = reply.headers[SET_COOKIE].to_str().unwrap();
        Self {
            shop,
            place,
            browser: browser(),
            cookie: cookie.split(';').next().unwrap().to_owned(),
            csrf: reply.body["csrf_token"].as_str().unwrap().to_owned(),
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.browser.request(method, self.shop.url(path)).header("cookie", &self.cookie)
    }

    /// Sends a form.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        read(path, form(self.request(Method::POST, path), fields)).await
    }

    /// Every page that can be reached from the first one by links, each address once, whatever it
    /// asks.
    async fn walk(&self) -> Vec<Page> {
        let mut seen = BTreeSet::from([self.place.to_owned()]);
        let mut next = VecDeque::from([self.place.to_owned()]);
        let mut pages = Vec::new();
        while let Some(path) = next.pop_front() {
            let page = read(&path, self.request(Method::GET, &path)).await;
            for link in links(&page.html) {
                let place = link.split('?').next().unwrap_or_default().to_owned();
                if link.starts_with(self.place) && seen.insert(place) {
                    next.push_back(link);
                }
            }
            pages.push(page);
            assert!(pages.len() < MOST_PAGES, "the walk does not end: {path}");
        }
        pages
    }
}

/// What shows where an answer leads instead of going there.
fn browser() -> Client {
    Client::builder().redirect(Policy::none()).build().expect("a client")
}

fn form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = serde_urlencoded::to_string(fields).expect("a form");
    request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
}

/// Reads an answer without following where it leads.
async fn read(path: &str, request: RequestBuilder) -> Page {
    let answer = request.send().await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let html = answer.text().await.expect("a whole answer");
    Page { path: path.to_owned(), status, headers, html }
}

/// Where the links and the forms of a page lead.
fn links(html: &str) -> Vec<String> {
    let after = |mark: &'static str| {
        let found = html.split(mark).skip(1).filter_map(|rest| rest.split('"').next());
        found.map(|link| link.replace("&#38;", "&").replace("&amp;", "&"))
    };
    after("href=\"").chain(after("action=\"")).collect()
}
