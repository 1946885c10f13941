//! A seller whose books are open, served over real HTTP from this process on a database of its own.
//!
//! It is the composition root of the program with a clock that tests move. Guarantees: the
//! followers run as in production, so what a test reads went the whole way; every request carries a
//! fresh key unless the test names one. Absent on purpose: any way around HTTP, except to make the
//! first account and to move the clock.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use billfold_app::access::{By, Secret};
use billfold_app::billing_run::{self, BillingRun, Bounds, Control, Report};
use billfold_app::commands::tenants::OpenTenant;
use billfold_app::commands::{Ask, Door};
use billfold_app::schedules::Scheduler;
use billfold_domain::api_key::ApiKeyTerms;
use billfold_domain::kernel::{Actor, Country, Currency, TenantId};
use billfold_domain::role::{Permission, Permissions};
use billfold_domain::staff::StaffProfile;
use billfold_replay_tools::verify::Trust;
use billfold_server::cli::Context;
use billfold_server::config::{Config, Environment};
use billfold_server::wire::{Background, Foundation, ListedAccounts, Node, routes};
use chrono::{DateTime, Utc};
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::harness::{TempFolder, TestClock, TestDb};

/// The address of the first account of every shop.
pub const EMAIL: &str = "ada@example.org";
/// Its password.
pub const PASSWORD: &str = "correct horse battery";

/// A running seller.
pub struct Shop {
    /// The database under it.
    pub db: TestDb,
    /// The time it lives in: Monday, 2 March 2026, 09:00 UTC, until moved.
    pub clock: TestClock,
    /// The seller.
    pub tenant: TenantId,
    /// A key that may do everything.
    pub key: String,
    node: Arc<Node>,
    background: Option<Background>,
    base: String,
    http: reqwest::Client,
    program: Caller,
    addresses: Vec<String>,
    _folder: TempFolder,
}

/// Somebody who asks, with what lets them in.
#[derive(Clone)]
pub struct Caller {
    base: String,
    http: reqwest::Client,
    credentials: HeaderMap,
}

/// An answer of the API.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body, or null if it is no JSON.
    pub body: Value,
}

impl Shop {
    /// Opens the books of "Seller GmbH" in Berlin, in euros.
    pub async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// The same with settings of its own, each a variable of the environment.
    pub async fn open_with(settings: &[(&str, &str)]) -> Self {
        Self::open_with_file("", settings).await
    }

    /// The same with a file of settings.
    pub async fn open_with_file(file: &str, settings: &[(&str, &str)]) -> Self {
        let db = TestDb::installed().await;
        let clock = TestClock::default();
        let folder = TempFolder::new();
        std::fs::write(folder.path().join("billfold.toml"), file).expect("a file");
        let url = db.connect_options().to_url_lossy().to_string();
        let url = ("DATABASE_URL", url.as_str());
        let environment = Environment::of(settings.iter().copied().chain([url]));
        let data = folder.path().to_owned();
        let config = Config::load(&data, None, &environment).expect("settings");
        let context = Context { data, config, environment };
        let foundation = Foundation::open(&context).await.expect("a database");
        let node = Node::open_at(&context, foundation, Arc::new(clock.clone())).await;
        let node = Arc::new(node.expect("a node"));
        let mut background = node.follow();
        node.deliver_webhooks(&mut background);
        node.send_mail(&mut background);
        let operations = node.operations(&mut background, Trust::default());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("its address"));
        let app = routes(&node, operations, &context.config.http);
        let addresses = addresses_of(&app);
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, app).await });
        let tenant = TenantId::new(Uuid::from_u128(0xA1));
        open_books(&node, tenant).await;
        let key = key_for(&node, tenant, Permissions::all()).await;
        billfold_adapters::tls::provide();
        let http = reqwest::Client::new();
        let background = Some(background);
        let credentials = bearer(&key);
        let program = Caller { base: base.clone(), http: http.clone(), credentials };
        let _folder = folder;
        Self { db, clock, tenant, key, node, background, base, http, program, addresses, _folder }
    }

    /// Tells a story in a new shop; whatever happens in it, debits equal credits at its end.
    pub async fn story(tell: impl AsyncFnOnce(&Self)) {
        let shop = Self::open().await;
        tell(&shop).await;
        shop.assert_books_balance().await;
    }

    /// What is done by itself; no process works it off but the test.
    pub fn scheduler(&self) -> &Scheduler {
        self.node.scheduler()
    }

    /// Bills everything that is due, as the command `billfold bill` does.
    pub async fn bill(&self, run: BillingRun) -> Report {
        let (reads, feed) = (self.node.reads().clone(), self.node.feed().clone());
        let accounts = ListedAccounts { reads, feed };
        let control = Control::default();
        let report = billing_run::run(self.node.door(), &accounts, &run, &control, |_| {}).await;
        report.expect("a run")
    }

    /// Bills as [`Shop::bill`] does until so many accounts are answered, as a process that dies
    /// does: nothing is said of it.
    pub async fn bill_some(&self, run: BillingRun, accounts: u64) -> Report {
        let (reads, feed) = (self.node.reads().clone(), self.node.feed().clone());
        let listed = ListedAccounts { reads, feed };
        let (control, bounds) = (Control::default(), Bounds { batch: 1, batches: 1, ..run.bounds });
        let (run, stop) = (BillingRun { bounds, ..run }, control.clone());
        let progress = |at: billing_run::Progress| {
            if at.accounts >= accounts {
                stop.stop();
            }
        };
        let report = billing_run::run(self.node.door(), &listed, &run, &control, progress).await;
        report.expect("a run")
    }

    /// A run over everything that is due on a day.
    pub fn run_through(&self, through: &str) -> BillingRun {
        BillingRun {
            tenant: self.tenant,
            actor: Actor::system("tests").expect("a name"),
            name: fresh_key(),
            cause: None,
            through: through.parse().expect("a date"),
            rehearse: false,
            bounds: Bounds::default(),
        }
    }

    /// The only way in for writes, for what has no route: a gateway's report.
    pub fn door(&self) -> &Door {
        self.node.door()
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Every address that the server answers, as its router has it.
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// The program that holds the key that may do everything.
    pub fn program(&self) -> &Caller {
        &self.program
    }

    /// A client without any credentials.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// A key that may do only this.
    pub async fn key_with(&self, permissions: &[Permission]) -> String {
        key_for(&self.node, self.tenant, permissions.iter().copied().collect()).await
    }

    /// A key of another seller on the same database, whose books are open too.
    pub async fn key_of_neighbour(&self) -> String {
        let neighbour = TenantId::new(Uuid::from_u128(0xB2));
        open_books(&self.node, neighbour).await;
        key_for(&self.node, neighbour, Permissions::all()).await
    }

    /// Another seller on the same database, whose books are open too.
    pub async fn neighbour(&self) -> Caller {
        let credentials = bearer(&self.key_of_neighbour().await);
        Caller { credentials, ..self.program.clone() }
    }

    /// A test seller on the same database, whose own clock begins at an instant.
    pub async fn test_seller(&self, clock: &str) -> Caller {
        let tenant = TenantId::new(Uuid::from_u128(0xC3));
        let test_clock = Some(clock.parse().expect("an instant"));
        open_books_of(&self.node, tenant, test_clock).await;
        let credentials = bearer(&key_for(&self.node, tenant, Permissions::all()).await);
        Caller { credentials, ..self.program.clone() }
    }

    /// Somebody of the staff, signed in at their own desk.
    pub async fn staff(&self, name: &str) -> Caller {
        let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
        self.hire_as(name, &email).await;
        self.sign_in(&email, PASSWORD).await
    }

    /// Somebody who signs in.
    pub async fn sign_in(&self, email: &str, password: &str) -> Caller {
        let body = json!({ "email": email, "password": password });
        let login = self.http.post(self.url("/api/v1/auth/login")).json(&body);
        let reply = send(login).await.expect(200);
        let cookie = reply.headers[SET_COOKIE].to_str().expect("a cookie");
        let cookie = cookie.split(';').next().expect("its value");
        let token = reply.body["csrf_token"].as_str().expect("a token for changes");
        let credentials = HeaderMap::from_iter([
            (COOKIE, cookie.parse().expect("a header")),
            (HeaderName::from_static("x-csrf-token"), token.parse().expect("a header")),
        ]);
        Caller { credentials, ..self.program.clone() }
    }

    /// A client who was invited, set [`PASSWORD`] and signed in with a program of theirs.
    pub async fn invited(&self, client: &str, email: &str) -> Caller {
        let path = format!("/api/v1/clients/{client}/invitation");
        let code = self.post(&path, json!({})).await.expect(201).body["code"].clone();
        let body = json!({ "code": code, "password": PASSWORD });
        let reset = self.http.post(self.url("/api/v1/auth/password-reset")).json(&body);
        send(reset).await.expect(204);
        self.sign_in_client(email, PASSWORD).await
    }

    /// A client who signs in with a program of theirs.
    pub async fn sign_in_client(&self, email: &str, password: &str) -> Caller {
        let body = json!({ "email": email, "password": password });
        let asked = self.http.post(self.url("/api/v1/auth/client/token")).json(&body);
        let token = send(asked).await.expect(200).body["access_token"].clone();
        let credentials = bearer(token.as_str().expect("a token"));
        Caller { credentials, ..self.program.clone() }
    }

    /// Makes the account of [`EMAIL`] with [`PASSWORD`].
    pub async fn hire(&self) {
        self.hire_as("Ada Lovelace", EMAIL).await;
    }

    async fn hire_as(&self, name: &str, email: &str) {
        let (name, email) = (name.to_owned(), email.to_owned());
        let profile = StaffProfile { name, email, phone: None };
        let made = self.node.make_admin(self.tenant, profile, &Secret::new(PASSWORD)).await;
        made.expect("an account");
    }

    /// A request with the key that may do everything.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.program.request(method, path)
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Reply {
        self.program.get(path).await
    }

    /// Asks for something under a fresh key.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.program.post(path, body).await
    }

    /// Asks for something under this key.
    pub async fn post_as(&self, key: &str, path: &str, body: Value) -> Reply {
        self.program.post_as(key, path, body).await
    }

    /// Changes the version that was seen.
    pub async fn change(&self, method: Method, path: &str, seen: i64, body: Value) -> Reply {
        self.program.change(method, path, seen, body).await
    }

    /// Registers a client and returns its id.
    pub async fn client(&self, name: &str) -> String {
        let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
        let contact = json!({ "name": name, "email": email, "address": { "country": "DE" } });
        self.post("/api/v1/clients", json!({ "contact": contact })).await.made()
    }

    /// Registers clients with one subscription each at 31.00 a calendar month, begun today.
    pub async fn subscribed(&self, names: &[&str]) -> Vec<String> {
        let product = self.program.small_vps().await;
        let mut clients = Vec::new();
        for name in names {
            let client = self.client(name).await;
            let offer = monthly(&client, &product, json!({ "kind": "calendar" }));
            self.post("/api/v1/subscriptions", offer).await.expect(201);
            clients.push(client);
        }
        clients
    }

    /// Drafts an invoice over these net prices at 19 % and returns its id.
    pub async fn draft(&self, client: &str, prices: &[&str]) -> String {
        let lines: Vec<Value> = prices.iter().map(|price| line(price)).collect();
        let body = json!({ "client_id": client, "currency": "EUR", "lines": lines });
        self.post("/api/v1/invoices", body).await.made()
    }

    /// Drafts and issues an invoice and returns its id.
    pub async fn invoice(&self, client: &str, prices: &[&str]) -> String {
        let id = self.draft(client, prices).await;
        self.program.issue(&id).await.expect(200);
        id
    }

    /// Reads an invoice.
    pub async fn read_invoice(&self, id: &str) -> Value {
        self.get(&format!("/api/v1/invoices/{id}")).await.expect(200).body
    }

    /// What a client owes and has in euros, after everything that was written so far.
    pub async fn balance(&self, client: &str) -> Value {
        let reply = self.fresh(&format!("/api/v1/clients/{client}/balance")).await.expect(200);
        reply.body["balances"][0].clone()
    }

    /// The newest log position, to read everything that was written so far.
    pub async fn position(&self) -> i64 {
        sqlx::query_scalar("select position from log_heads")
            .fetch_one(&self.db.feed)
            .await
            .expect("the log's head")
    }

    /// Reads a path that waits until everything written so far is in the read models. The path may
    /// have a query already.
    pub async fn fresh(&self, path: &str) -> Reply {
        let (sign, position) = (if path.contains('?') { '&' } else { '?' }, self.position().await);
        self.get(&format!("{path}{sign}min_position={position}")).await
    }

    /// Whether all debits equal all credits, whatever a test did.
    pub async fn assert_books_balance(&self) {
        let books = self.fresh("/api/v1/trial-balance").await.expect(200);
        assert_eq!(books.body["balanced"], true, "{}", books.body);
        for total in books.body["totals"].as_array().expect("totals") {
            assert_eq!(total["debit"], total["credit"], "{}", books.body);
        }
    }
}

impl Caller {
    /// A request of theirs.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        request.headers(self.credentials.clone())
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Reply {
        send(self.request(Method::GET, path)).await
    }

    /// Asks for something under a fresh key.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.post_as(&fresh_key(), path, body).await
    }

    /// Asks for something under this key.
    pub async fn post_as(&self, key: &str, path: &str, body: Value) -> Reply {
        let request = self.request(Method::POST, path).header("idempotency-key", key);
        send(request.json(&body)).await
    }

    /// Creates a product without prices and returns its id.
    pub async fn small_vps(&self) -> String {
        let new = json!({ "code": "small", "name": "VPS small", "kind": "vps" });
        self.post("/api/v1/products", new).await.made()
    }

    /// Registers a client with one subscription at 31.00 a month, begun today; answers both ids.
    pub async fn subscriber(&self, anchor: Value) -> (String, String) {
        let new = json!({ "contact": { "name": "Ada Lovelace" } });
        let client = self.post("/api/v1/clients", new).await.made();
        let offer = monthly(&client, &self.small_vps().await, anchor);
        let subscription = self.post("/api/v1/subscriptions", offer).await.made();
        (client, subscription)
    }

    /// Changes the version that was seen.
    pub async fn change(&self, method: Method, path: &str, seen: i64, body: Value) -> Reply {
        let request = self.request(method, path).header("idempotency-key", fresh_key());
        send(request.header("if-match", format!("\"{seen}\"")).json(&body)).await
    }

    /// Does something to an invoice as it is now: `issue`, `void`, `discard`.
    pub async fn act(&self, invoice: &str, verb: &str, body: Value) -> Reply {
        let path = format!("/api/v1/invoices/{invoice}");
        let seen = self.get(&path).await.version();
        self.change(Method::POST, &format!("{path}/{verb}"), seen, body).await
    }

    /// Issues a draft.
    pub async fn issue(&self, draft: &str) -> Reply {
        self.act(draft, "issue", json!({})).await
    }

    /// Takes an invoice back.
    pub async fn void(&self, invoice: &str) -> Reply {
        self.act(invoice, "void", json!({ "reason": "ordered by mistake" })).await
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // The followers hear of it and end; the database is dropped with force.
        drop(self.background.take());
    }
}

impl Reply {
    /// The reply, if it has this status; otherwise the test fails and shows it.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// The id of what was made.
    #[track_caller]
    pub fn made(self) -> String {
        let made = self.expect(201);
        let id = made.body["id"].as_str().expect("an id").to_owned();
        let location = made.headers["location"].to_str().expect("a location");
        assert!(location.ends_with(&id), "{location}");
        id
    }

    /// The version in `ETag`.
    #[track_caller]
    pub fn version(&self) -> i64 {
        assert_eq!(self.status, 200, "{}", self.body);
        let tag = self.headers["etag"].to_str().expect("an entity tag");
        tag.trim_matches('"').parse().expect("a version")
    }

    /// The problem of this status and code; everything RFC 9457 asks for is there.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Self {
        let reply = self.expect(status);
        let (body, headers) = (&reply.body, &reply.headers);
        assert_eq!(headers["content-type"], "application/problem+json", "{body}");
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["type"], format!("/problems/{code}"), "{body}");
        assert_eq!(body["status"], status, "{body}");
        assert!(body["title"].is_string(), "{body}");
        assert_eq!(body["instance"], headers["x-request-id"].to_str().expect("an id"), "{body}");
        reply
    }

    /// Where the first field error points.
    pub fn pointer(&self) -> &str {
        self.body["errors"][0]["pointer"].as_str().unwrap_or("no field error")
    }
}

/// Sends a request and reads the whole answer.
pub async fn send(request: RequestBuilder) -> Reply {
    let answer = request.send().await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let bytes = answer.bytes().await.expect("a whole answer");
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Reply { status, headers, body }
}

/// A key no request of this process has used.
pub fn fresh_key() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("test-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A line at this net price with German tax.
pub fn line(price: &str) -> Value {
    json!({
        "kind": "hosting",
        "description": "Web hosting",
        "unit_price": price,
        "tax": { "category": "S", "rate": "19", "country": "DE" },
    })
}

/// An amount in euros on the wire.
pub fn eur(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// A subscription at 31.00 a month without tax, billed on the days of its anchor.
fn monthly(client: &str, product: &str, anchor: Value) -> Value {
    let agreed = json!({ "price": "31.00", "interval": { "unit": "month", "count": 1 } });
    json!({
        "client_id": client,
        "product_id": product,
        "offer": { "currency": "EUR", "agreed": agreed },
        "tax": { "category": "S", "rate": "19", "country": "DE" },
        "anchor": anchor,
    })
}

/// The addresses in a router, which shows them in its debug form only.
fn addresses_of(router: &axum::Router) -> Vec<String> {
    let shown = format!("{router:?}");
    let paths = shown.split('"').filter(|text| text.starts_with('/')).map(str::to_owned);
    paths.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

fn bearer(key: &str) -> HeaderMap {
    let value = HeaderValue::try_from(format!("Bearer {key}")).expect("a header");
    HeaderMap::from_iter([(AUTHORIZATION, value)])
}

async fn open_books(node: &Node, tenant: TenantId) {
    open_books_of(node, tenant, None).await;
}

async fn open_books_of(node: &Node, tenant: TenantId, test_clock: Option<DateTime<Utc>>) {
    let open = OpenTenant {
        name: "Seller GmbH".to_owned(),
        country: Country::parse("DE").expect("a country"),
        currency: Currency::parse("EUR").expect("a currency"),
        time_zone: "Europe/Berlin".to_owned(),
        invoice_numbers: None,
        credit_note_numbers: None,
        payment_term_days: None,
        vat_id: Some("DE123456789".to_owned()),
        test_clock,
    };
    let actor = Actor::system("tests").expect("a name");
    let opened = node.door().execute(Ask::new(tenant, actor, "open", open)).await;
    opened.expect("open books");
}

async fn key_for(node: &Node, tenant: TenantId, scopes: Permissions) -> String {
    let by = By::command_line().expect("a name");
    let new = ApiKeyTerms { name: "tests".to_owned(), scopes, expires_at: None };
    let (_, secret) = node.access().add_api_key(tenant, &by, None, new).await.expect("a key");
    secret.reveal().to_owned()
}
