//! What every page carries, and what no form does without its token.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use billfold_tests::shop::Shop;
use reqwest::Method;

use super::{ADMIN, Desk, PORTAL, Page, browser, form, read};

/// Every address that the sources of the pages name below a place, ids filled in with one that
/// names nothing.
fn addresses(place: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let source = fs::read_to_string(path).unwrap();
                let literals = source.split('"').filter(|text| text.starts_with(place));
                found.extend(literals.filter(|text| is_address(text)).map(filled));
            }
        }
    }
    let least = if place == ADMIN { 90 } else { 14 };
    assert!(found.len() > least, "{} addresses below {place}", found.len());
    found
}

fn is_address(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "/-_{}.".contains(c))
}

fn filled(address: &str) -> String {
    let parts = address.split('/').map(|part| match part {
        "{position}" => "1".to_owned(),
        part if part.starts_with('{') => format!("cli_{}", "0".repeat(26)),
        part => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// OWASP's headers for pages: nothing inline, nothing framed, nothing guessed, nothing kept.
#[track_caller]
fn guarded(page: &Page) {
    let header = |name: &str| page.headers.get(name).map_or("", |value| value.to_str().unwrap());
    let (path, policy) = (&page.path, header("content-security-policy"));
    for rule in
        ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
    {
        assert!(policy.contains(rule), "{path}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
    assert_eq!(header("x-frame-options"), "DENY", "{path}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
    assert_eq!(header("referrer-policy"), "same-origin", "{path}");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
    assert!(header("permissions-policy").contains("camera=()"), "{path}");
    assert_eq!(header("cache-control"), "no-store", "{path}");
    assert!(!page.headers.contains_key("server"), "{path}");
    for inline in [" style=\"", " onclick=", " onload=", " onerror=", "<style", "javascript:"] {
        assert!(!page.html.contains(inline), "{path} has {inline}");
    }
    for script in page.html.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(tag.contains(" src=\"/assets/") || tag.contains("application/json"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_has_the_strict_headers_and_nothing_inline() {
    let shop = Shop::open().await;
    let client = Desk::first_of_client(&shop).await;
    for (desk, least) in [(&client, 4), (&Desk::first(&shop).await, 60)] {
        let walked = desk.walk().await;
        assert!(walked.len() > least, "{} pages below {}", walked.len(), desk.place);
        for page in &walked {
            assert!(matches!(page.status, 200 | 303 | 404), "{}: {}", page.path, page.status);
            guarded(page);
        }
        guarded_by_address(desk).await;
    }
}

/// Every address, for whoever sits at a desk and for a stranger.
async fn guarded_by_address(desk: &Desk<'_>) {
    let stranger = browser();
    for address in addresses(desk.place) {
        // The stream does not end; its headers are those of the frame around all pages.
        if address == "/admin/stream" {
            continue;
        }
        let page = read(&address, desk.request(Method::GET, &address)).await;
        assert!(page.status < 500, "{address}: {}", page.status);
        guarded(&page);
        guarded(&read(&address, stranger.get(desk.shop.url(&address))).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_shown_to_who_is_not_signed_in() {
    let shop = Shop::open().await;
    let stranger = browser();
    let open = [
        "/admin/sign-in",
        "/admin/reset-password",
        "/admin/forgot-password",
        "/portal/sign-in",
        "/portal/welcome",
        "/portal/forgot-password",
        "/portal/register",
    ];
    for place in [ADMIN, PORTAL] {
        for address in addresses(place) {
            if open.iter().any(|path| address.starts_with(path)) {
                continue;
            }
            let page = read(&address, stranger.get(shop.url(&address))).await;
            if page.status == 404 {
                continue;
            }
            assert_eq!(page.status, 303, "{address}");
            let to = page.headers["location"].to_str().unwrap();
            assert!(to.starts_with(&format!("{place}/sign-in")), "{address}: {to}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_is_taken_without_the_token_of_its_own_session() {
    let shop = Shop::open().await;
    for desk in [Desk::first_of_client(&shop).await, Desk::first(&shop).await] {
        let other = desk.once_more().await;
        let before = shop.position().await;
        for address in addresses(desk.place) {
            for fields in
                [&[][..], &[("csrf", "")], &[("csrf", "AAAA")], &[("csrf", other.csrf.as_str())]]
            {
                let page = desk.post(&address, fields).await;
                let refused = matches!(page.status, 403 | 404 | 422);
                assert!(refused, "{address} with {fields:?}: {}", page.status);
            }
            for site in ["cross-site", "same-site"] {
                let request = desk.request(Method::POST, &address).header("sec-fetch-site", site);
                let page = read(&address, form(request, &[("csrf", desk.csrf.as_str())])).await;
                assert_eq!(page.status, 403, "{address} from {site}");
            }
        }
        assert_eq!(shop.position().await, before, "nothing was done");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_form_and_one_that_is_none_are_never_a_failure_of_the_server() {
    let shop = Shop::open().await;
    for mut desk in [Desk::first_of_client(&shop).await, Desk::first(&shop).await] {
        for address in addresses(desk.place) {
            let json = desk.request(Method::POST, &address);
            let json = json.header("content-type", "application/json").body("{\"csrf\": 1}");
            let page = read(&address, json).await;
            assert!((400..500).contains(&page.status), "{address}: {}", page.status);
            let page = desk.post(&address, &[("csrf", desk.csrf.as_str())]).await;
            assert!(page.status < 500, "{address}: {} {}", page.status, page.html);
            let to = page.headers.get("location").map_or("", |to| to.to_str().unwrap());
            if to.starts_with(&format!("{}/sign-in", desk.place)) {
                desk = desk.once_more().await;
            }
        }
    }
}
