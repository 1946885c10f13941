//! A seller behind the real program: books opened and a key made the way an operator does it.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use billfold_tests::harness::Program;
use reqwest::Response;
use serde_json::{Value, json};

use crate::proof::command;

const EMAIL: &str = "ada@example.org";
const PASSWORD: &str = "correct horse battery";

/// The program, serving from this folder. It is silent: what it would say of every request and of
/// every loss that a test causes is no news.
pub(crate) async fn serve(data: &Path, variables: &[(&str, &str)]) -> Program {
    Program::serve_with(data, &[variables, &[("BILLFOLD_TELEMETRY_FILTER", "off")]].concat()).await
}

/// Who asks, and where. The address changes with every start of the program.
#[derive(Clone)]
pub(crate) struct Shop {
    http: reqwest::Client,
    base: String,
    key: String,
    /// A client to bill.
    pub(crate) client: String,
}

impl Shop {
    /// Opens books beside the running program and takes an API key. `variables` lead commands to
    /// the program's database.
    pub(crate) async fn open(data: &Path, program: &Program, variables: &[(&str, &str)]) -> Self {
        let place = ["--country", "DE", "--currency", "EUR", "--time-zone", "Europe/Berlin"];
        let open = [
            &["tenant", "open", "--name", "Hosting GmbH", "--vat-id", "DE123456789"][..],
            &place[..],
        ]
        .concat();
        run(data, &open, variables, "");
        run(data, &["user", "create-admin", "--email", EMAIL], variables, PASSWORD);
        let http = reqwest::Client::new();
        let base = program.url("");
        let key = make_key(&base).await;
        let mut shop = Self { http, base, key, client: String::new() };
        let contact = json!({ "name": "Ada Lovelace", "address": { "country": "DE" } });
        let new = json!({ "contact": contact });
        let made = shop.post("/api/v1/clients", "client", None, &new);
        let made: Value = made.await.expect("an answer").json().await.expect("JSON");
        made["id"].as_str().unwrap_or_else(|| panic!("{made}")).clone_into(&mut shop.client);
        shop
    }

    /// The same seller behind another start of the program.
    pub(crate) fn at(&self, program: &Program) -> Self {
        Self { base: program.url(""), ..self.clone() }
    }

    /// Asks once, under this key and having seen this version.
    pub(crate) async fn post(
        &self,
        path: &str,
        key: &str,
        seen: Option<i64>,
        body: &Value,
    ) -> reqwest::Result<Response> {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.key);
        let mut request = request.header("idempotency-key", key).json(body);
        if let Some(version) = seen {
            request = request.header("if-match", format!("\"{version}\""));
        }
        request.send().await
    }

    /// The status of a path that needs no key; 0 if nobody answers.
    pub(crate) async fn status(&self, path: &str) -> u16 {
        let answer = self.http.get(format!("{}{path}", self.base)).send().await;
        answer.map_or(0, |answer| answer.status().as_u16())
    }
}

async fn make_key(base: &str) -> String {
    let browser = reqwest::Client::builder().cookie_store(true).build().expect("a client");
    let login = json!({ "email": EMAIL, "password": PASSWORD });
    let login = browser.post(format!("{base}/api/v1/auth/login")).json(&login).send().await;
    let me: Value = login.expect("an answer").json().await.expect("JSON");
    let csrf = me["csrf_token"].as_str().unwrap_or_else(|| panic!("{me}"));
    let new = json!({ "name": "load", "scopes": ["clients:write", "invoices:write"] });
    let made = browser.post(format!("{base}/api/v1/api-keys")).header("x-csrf-token", csrf);
    let made = made.header("idempotency-key", "load");
    let made: Value = made.json(&new).send().await.expect("an answer").json().await.expect("JSON");
    made["key"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

fn run(data: &Path, arguments: &[&str], variables: &[(&str, &str)], input: &str) {
    let mut child = command(data, arguments)
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program runs");
    let mut pipe = child.stdin.take().expect("its input");
    // A command that asks for nothing may have ended before.
    let _ = writeln!(pipe, "{input}");
    drop(pipe);
    assert!(child.wait().expect("its end").success(), "billfold {}", arguments.join(" "));
}
