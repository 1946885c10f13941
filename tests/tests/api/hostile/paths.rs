//! Paths, queries and headers that try to mean something else than they say.

use billfold_tests::shop::{Shop, send};
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What the server answers to these very bytes until it closes the connection.
async fn raw(shop: &Shop, request: &str) -> String {
    let base = shop.url("");
    let address = base.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).await.expect("a server");
    stream.write_all(request.as_bytes()).await.expect("bytes that go out");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_path_leads_around_the_routes_or_to_a_file() {
    let shop = Shop::open().await;
    for path in [
        "/assets/../Cargo.toml",
        "/assets/x/../../Cargo.toml",
        "/assets/x/..%2f..%2fCargo.toml",
        "/assets/x/%2e%2e/%2e%2e/etc/passwd",
        "/assets/x//etc/passwd",
        "/assets/x/....//....//etc/passwd",
        "/assets/x/..\\..\\Cargo.toml",
        "/assets/%00/x",
        "/api/v1/..;/clients",
        "/api/v1/clients%00",
        "/api/v1/clients/%2e%2e/settings",
        "/api//v1/clients",
        "//api/v1/clients",
        "/API/v1/clients",
        "/api/v1/clients/..%2fsettings",
        "/admin/..%2fapi/v1/settings",
        "/admin/clients/%3Cscript%3Ealert(7)%3C%2Fscript%3E",
        "/.git/config",
        "/.env",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answer = raw(&shop, &request).await;
        let refused = matches!(status(&answer), 303 | 400 | 401 | 404);
        assert!(refused, "{path}: {answer}");
        assert!(!answer.contains("[workspace]") && !answer.contains("root:"), "{path}");
        assert!(!answer.contains("<script>alert"), "{path}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_two_lengths_is_not_read_as_two_requests() {
    let shop = Shop::open().await;
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                content-type: application/json\r\n";
    let inner = "GET /api/v1/smuggled HTTP/1.1\r\nhost: x\r\n\r\n";
    let chunked = "transfer-encoding: chunked\r\n";
    let length = inner.len() + 5;
    for lengths in [
        format!("content-length: {length}\r\n{chunked}\r\n0\r\n\r\n{inner}"),
        format!("content-length: 2\r\ncontent-length: {length}\r\n\r\n{{}}{inner}"),
        format!("transfer-encoding: xchunked\r\ncontent-length: 2\r\n\r\n{{}}{inner}"),
        "content-length: -1\r\n\r\n{}".to_owned(),
        "content-length: 99999999999999999999\r\n\r\n{}".to_owned(),
        "x-folded: a\r\n b\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
        "x y: z\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
    ] {
        let answer = raw(&shop, &format!("{head}{lengths}")).await;
        let first = status(&answer);
        assert!((400..500).contains(&first), "{lengths}: {answer}");
        // An answer to the inner request would be a second one, with the problem of its path.
        assert!(!answer.contains("not_found"), "{lengths}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_break_in_a_query_or_a_value_becomes_a_header() {
    let shop = Shop::open().await;
    let broken = "%0d%0aset-cookie:%20owned=1%0d%0a%0d%0a<script>alert(7)</script>";
    for path in [
        format!("/admin/sign-in?next=/admin{broken}"),
        format!("/admin/clients?q={broken}"),
        format!("/api/v1/clients?cursor={broken}"),
        format!("/api/v1/clients/{broken}"),
        format!("/docs?{broken}"),
        format!("/admin?done={broken}"),
    ] {
        let reply = shop.http().get(shop.url(&path)).send().await.unwrap();
        assert!(reply.status().as_u16() < 500, "{path}");
        let owned =
            |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
                name == "set-cookie" && value.as_bytes().starts_with(b"owned")
            };
        assert!(!reply.headers().iter().any(owned), "{path}");
        let text = reply.text().await.unwrap();
        assert!(!text.contains("<script>alert"), "{path}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_header_changes_the_method_the_path_or_the_caller() {
    let shop = Shop::open().await;
    let client = shop.client("Ada").await;
    for (name, value) in [
        ("x-http-method-override", "DELETE"),
        ("x-http-method", "DELETE"),
        ("x-method-override", "DELETE"),
        ("x-original-url", "/api/v1/settings"),
        ("x-rewrite-url", "/api/v1/settings"),
        ("x-forwarded-prefix", "/evil"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-user", "admin"),
        ("x-tenant-id", "tnt_00000000000000000000000000"),
    ] {
        let path = format!("/api/v1/clients/{client}");
        let request = shop.request(Method::GET, &path).header(name, value);
        let reply = send(request).await.expect(200);
        assert_eq!(reply.body["id"], client, "{name}");
        assert!(!format!("{:?}", reply.headers).contains("evil"), "{name}");
        let without = shop.http().get(shop.url(&path)).header(name, value);
        send(without).await.problem(401, "unauthenticated");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_somebody_made_up_is_nowhere_in_an_answer() {
    let shop = Shop::open().await;
    for path in ["/", "/admin", "/admin/sign-in", "/docs", "/openapi.json", "/api/v1/clients"] {
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n");
        let answer = raw(&shop, &request).await;
        assert!(!answer.contains("evil.example"), "{path}: {answer}");
    }
}
