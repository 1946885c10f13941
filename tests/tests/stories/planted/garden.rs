//! Plants markers as every sealed field and as every secret, through HTTP.

use billfold_app::vault::field;
use billfold_event_store::Clock;
use billfold_server::clock::WallClock;
use billfold_tests::device::Device;
use billfold_tests::harness::Program;
use billfold_tests::shop::{Reply, eur, fresh_key, line, send};
use reqwest::header::{COOKIE, HeaderMap, HeaderName, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::installation::pixel;

pub(super) const NAME: &str = "Zqstaffname Planted";
pub(super) const MAIL: &str = "zqstaffmail@planted.example";
pub(super) const PASSWORD: &str = "zqpassword one planted";
const WRONG: &str = "zqpassword wrong planted";
const NEXT: &str = "zqpassword two planted";
const AGENT: &str = "ZqAgentPlanted/77";
/// The machine has all of this network; nobody else comes from here.
const ADDRESS: [u8; 4] = [127, 77, 88, 99];

/// A marker.
pub(super) struct Planted {
    /// What it is, for people.
    pub(super) what: &'static str,
    /// As which sealed field; none for a secret.
    pub(super) field: Option<&'static str>,
    /// What must lie nowhere.
    pub(super) text: String,
}

pub(super) struct Garden {
    pub(super) planted: Vec<Planted>,
    base: String,
    http: Client,
    credentials: HeaderMap,
}

impl Garden {
    pub(super) fn new(program: &Program) -> Self {
        let http = Client::builder().user_agent(AGENT).local_address(Some(ADDRESS.into()));
        Self {
            planted: Vec::new(),
            base: program.url(""),
            http: http.build().unwrap(),
            credentials: HeaderMap::new(),
        }
    }

    /// Everything that is sealed, and every secret.
    pub(super) async fn plant(&mut self) {
        self.come_in().await;
        let client = self.client().await;
        self.document(&client).await;
        self.order(&client).await;
        self.exemption(&client).await;
        self.colleague().await;
        self.secrets(&client).await;
        self.passkey().await;
        self.second_step().await;
    }

    /// A client who was billed and is forgotten again.
    pub(super) async fn forget_somebody(&self) {
        let card = json!({ "name": "Howard Aiken", "address": { "country": "DE" } });
        let client = self.made("/api/v1/clients", json!({ "contact": card })).await;
        let body = json!({ "client_id": client, "currency": "EUR", "lines": [line("3.33")] });
        let invoice = self.made("/api/v1/invoices", body).await;
        let path = format!("/api/v1/invoices/{invoice}");
        self.change(Method::POST, &path, &format!("{path}/issue"), json!({})).await;
        let path = format!("/api/v1/clients/{client}");
        let reason = json!({ "reason": "asked to be forgotten" });
        self.change(Method::POST, &path, &format!("{path}/erase"), reason).await;
    }

    /// What is read leaves traces too: in caches, counters and log lines.
    pub(super) async fn look_around(&self) {
        let mail = "email=zqmail%40planted.example";
        for path in [
            format!("/api/v1/clients?{mail}"),
            "/api/v1/clients?search=Zqfirst".to_owned(),
            "/api/v1/audit".to_owned(),
            "/api/v1/staff".to_owned(),
            "/api/v1/auth/sessions".to_owned(),
            "/api/v1/invoices".to_owned(),
        ] {
            let found = send(self.request(Method::GET, &path)).await;
            assert!(matches!(found.status, 200 | 400), "{path}: {}", found.body);
        }
    }

    fn secret(&mut self, what: &'static str, text: &str) {
        assert!(text.len() >= 8, "{what} {text} is too short to be told from chance");
        self.planted.push(Planted { what, field: None, text: text.to_owned() });
    }

    fn sealed(&mut self, what: &'static str, field: &'static str, text: &str) {
        self.planted.push(Planted { what, field: Some(field), text: text.to_owned() });
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        request.headers(self.credentials.clone())
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Reply {
        let request = self.request(method, path).header("idempotency-key", fresh_key());
        send(request.json(&body)).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let reply = self.ask(Method::POST, path, body).await;
        assert!(matches!(reply.status, 200..=204), "{path}: {}", reply.body);
        reply.body
    }

    async fn made(&self, path: &str, body: Value) -> String {
        self.post(path, body).await["id"].as_str().unwrap().to_owned()
    }

    async fn change(&self, method: Method, of: &str, path: &str, body: Value) -> Value {
        let seen = send(self.request(Method::GET, of)).await.version();
        let request = self.request(method, path).header("idempotency-key", fresh_key());
        let request = request.header("if-match", format!("\"{seen}\"")).json(&body);
        send(request).await.expect(200).body
    }

    async fn come_in(&mut self) {
        let login = |password: &str| json!({ "email": MAIL, "password": password });
        let path = "/api/v1/auth/login";
        self.ask(Method::POST, path, login(WRONG)).await.expect(401);
        let reply = self.ask(Method::POST, path, login(PASSWORD)).await.expect(200);
        let cookie = reply.headers[SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let csrf = reply.body["csrf_token"].as_str().unwrap().to_owned();
        let tokens = self.ask(Method::POST, "/api/v1/auth/token", login(PASSWORD)).await;
        let tokens = tokens.expect(200).body;
        self.credentials = HeaderMap::from_iter([
            (COOKIE, cookie.parse().unwrap()),
            (HeaderName::from_static("x-csrf-token"), csrf.parse().unwrap()),
        ]);
        self.sealed("a name of staff", field::STAFF_PROFILE, NAME);
        self.sealed("an address of staff", field::STAFF_PROFILE, MAIL);
        let address = ADDRESS.map(|part| part.to_string()).join(".");
        for what in [field::REQUEST_ORIGIN, field::SESSION_ORIGIN] {
            self.sealed("a network address", what, &address);
            self.sealed("a program", what, AGENT);
        }
        self.secret("a password", PASSWORD);
        self.secret("a wrong password", WRONG);
        self.secret("a session", cookie.split_once('=').unwrap().1);
        self.secret("a token for changes", &csrf);
        for token in ["access_token", "refresh_token"] {
            self.secret("a token", tokens[token].as_str().unwrap());
        }
        let renewed = json!({ "refresh_token": tokens["refresh_token"] });
        let renewed = self.post("/api/v1/auth/refresh", renewed).await;
        self.secret("a renewed token", renewed["refresh_token"].as_str().unwrap());
    }

    async fn client(&mut self) -> String {
        let card = |no: &str| {
            json!({
                "name": format!("Zqname{no} Planted"),
                "company": format!("Zqfirm{no} Works"),
                "email": format!("zqmail{no}@planted.example"),
                "phone": format!("+4930998877{no}1"),
                "vat_id": format!("DE99887766{no}"),
                "address": {
                    "country": "DE",
                    "line1": format!("Zqstreet{no} Row 7"),
                    "city": format!("Zqcity{no}"),
                    "postal_code": format!("Zq{no}55443322"),
                },
            })
        };
        let (first, second) = (card("1"), card("2"));
        let client = self.made("/api/v1/clients", json!({ "contact": first })).await;
        let path = format!("/api/v1/clients/{client}");
        let person = json!({ "kinds": ["billing"], "person": second });
        self.post(&format!("{path}/contacts"), person).await;
        for (card, what) in [(&first, field::CLIENT_CONTACT), (&second, field::CLIENT_PERSON)] {
            for (name, value) in card.as_object().unwrap() {
                match value {
                    Value::String(text) => self.sealed(part_name(name), what, text),
                    parts => {
                        for part in ["line1", "city", "postal_code"] {
                            self.sealed(part, what, parts[part].as_str().unwrap());
                        }
                    }
                }
            }
        }
        self.post(&format!("{path}/notes"), json!({ "text": "Zqnote planted" })).await;
        self.sealed("a note", field::CLIENT_NOTE, "Zqnote planted");
        self.picture(&path).await;
        let fields = "/api/v1/settings/custom-fields";
        let asked = json!({ "label": "Shoe size", "kind": "text" });
        self.change(Method::PUT, fields, &format!("{fields}/shoe"), asked).await;
        let values = json!({ "values": { "shoe": "Zqshoe planted" } });
        let path = format!("{path}/custom-fields");
        self.change(Method::PUT, &path, &path, values).await;
        self.sealed("a field of the seller", field::CLIENT_CUSTOM_FIELDS, "Zqshoe planted");
        client
    }

    async fn picture(&mut self, of: &str) {
        let seen = send(self.request(Method::GET, of)).await.version();
        let put = self.request(Method::PUT, &format!("{of}/avatar"));
        let put = put.header("idempotency-key", fresh_key()).body(pixel());
        send(put.header("if-match", format!("\"{seen}\""))).await.expect(200);
        // How a picture of one pixel begins once it is drawn anew, behind the mark of its kind.
        let head = "\0\0\0\rIHDR\0\0\0\u{1}\0\0\0\u{1}\u{8}\u{6}";
        self.sealed("a picture", field::PERSON_AVATAR, head);
    }

    async fn document(&mut self, client: &str) {
        let body = json!({ "client_id": client, "currency": "EUR", "lines": [line("10.00")] });
        let invoice = self.made("/api/v1/invoices", body).await;
        let path = format!("/api/v1/invoices/{invoice}");
        self.change(Method::POST, &path, &format!("{path}/issue"), json!({})).await;
        self.sealed("the buyer of an invoice", field::INVOICE_BUYER, "Zqfirm1 Works");
    }

    async fn order(&mut self, client: &str) {
        let new = json!({ "code": "vps", "name": "VPS", "kind": "vps" });
        let product = self.made("/api/v1/products", new).await;
        let path = format!("/api/v1/products/{product}");
        let price = json!({ "cycle": { "every": "months", "count": 1 }, "price": eur("31.00") });
        self.change(Method::POST, &path, &format!("{path}/prices"), price).await;
        let options =
            json!({ "options": [{ "key": "name", "label": "Its name", "kind": "text" }] });
        self.change(Method::PUT, &path, &format!("{path}/options"), options).await;
        let answers = json!([{ "option": "name", "answer": "Zqanswer planted" }]);
        let item = json!({ "product_id": product, "answers": answers,
            "cycle": { "every": "months", "count": 1 } });
        self.made("/api/v1/orders", json!({ "client_id": client, "items": [item] })).await;
        self.sealed("an answer", field::ORDER_ANSWER, "Zqanswer planted");
    }

    async fn exemption(&mut self, client: &str) {
        let rate = json!({ "country": "DE", "rate": "19", "valid_from": "2020-01-01" });
        let rate = self.made("/api/v1/tax-rates", rate).await;
        let path = format!("/api/v1/tax-rates/{rate}");
        let exempt = json!({ "client_id": client, "evidence": "Zqproof planted",
            "reason": { "code": "VATEX-EU-132" } });
        self.change(Method::POST, &path, &format!("{path}/exemptions"), exempt).await;
        self.sealed("a proof of exemption", field::TAX_EXEMPTION, "Zqproof planted");
    }

    async fn colleague(&mut self) {
        let (mail, password) = ("zqcolleague@planted.example", "zqpassword three planted");
        let hired = json!({ "name": "Zqcolleague Planted", "email": mail, "password": password,
            "phone": "+493099887739" });
        self.post("/api/v1/staff", hired).await;
        for text in ["Zqcolleague Planted", mail, "+493099887739"] {
            self.sealed("a colleague", field::STAFF_PROFILE, text);
        }
        self.secret("a colleague's password", password);
        let code = self.post("/api/v1/auth/reset-codes", json!({ "email": mail })).await;
        let code = code["code"].as_str().unwrap();
        let reset = json!({ "code": code, "password": "zqpassword four planted" });
        self.post("/api/v1/auth/password-reset", reset).await;
        self.secret("a code that sets a password", code);
        self.secret("a password that was set by a code", "zqpassword four planted");
        let code = self.post("/api/v1/auth/reset-codes", json!({ "email": mail })).await;
        self.secret("a code that waits", code["code"].as_str().unwrap());
    }

    async fn secrets(&mut self, client: &str) {
        let key = json!({ "name": "program", "scopes": ["clients:read"] });
        let key = self.post("/api/v1/api-keys", key).await;
        let key = key["key"].as_str().unwrap();
        let used = self.http.get(format!("{}/api/v1/clients/{client}", self.base));
        send(used.bearer_auth(key)).await.expect(200);
        self.secret("an API key", key);
        let hook = json!({ "url": "https://hooks.planted.example/", "event_types": ["coupon.*"] });
        let hook = self.post("/api/v1/webhook-endpoints", hook).await;
        let hook = hook["secret"].as_str().unwrap();
        self.secret("a webhook's secret", hook.strip_prefix("whsec_").unwrap());
        let card = json!({ "value": eur("50.00"), "paid_by": "manual_bank" });
        let card = self.post("/api/v1/gift-cards", card).await;
        let card = card["code"].as_str().unwrap().to_owned();
        self.post("/api/v1/gift-cards/lookup", json!({ "code": card })).await;
        self.secret("the code of a gift card", &card);
        self.secret("the code of a gift card", &card.replace('-', ""));
    }

    async fn passkey(&mut self) {
        let path = "/api/v1/auth/passkeys";
        let asked = self.post(&format!("{path}/options"), json!({ "password": PASSWORD })).await;
        let mut device = Device::at(&self.base.replace("127.0.0.1", "localhost"));
        let credential = device.makes(&asked["options"]).await;
        let name = "Zqdevice planted";
        let body = json!({ "ceremony": asked["ceremony"], "name": name, "credential": credential });
        self.post(path, body).await;
        self.sealed("the name of a passkey", field::PASSKEY_NAME, name);
    }

    async fn second_step(&mut self) {
        let passwords = json!({ "old_password": PASSWORD, "password": NEXT });
        self.post("/api/v1/auth/password", passwords).await;
        self.secret("a new password", NEXT);
        let path = "/api/v1/auth/second-factor";
        let secret = self.post(path, json!({ "password": NEXT })).await;
        let secret = secret["secret"].as_str().unwrap();
        self.sealed("the secret of a second step", field::STAFF_SECOND_FACTOR, secret);
        let parsed = Secret::try_from_base32(secret).unwrap();
        let totp = Builder::new().with_secret(parsed).build().unwrap();
        let now = u64::try_from(WallClock.now().timestamp()).unwrap();
        let code = json!({ "code": totp.generate(now).to_string() });
        let codes = self.post(&format!("{path}/confirm"), code).await["recovery_codes"].clone();
        for code in codes.as_array().unwrap() {
            self.secret("a recovery code", code.as_str().unwrap());
        }
    }
}

/// The name of a part of a contact, for people.
fn part_name(name: &str) -> &'static str {
    const PARTS: [&str; 5] = ["name", "company", "email", "phone", "vat_id"];
    PARTS.into_iter().find(|part| *part == name).unwrap_or("a part of a contact")
}
