//! The real program: imports as an operator does, serves as it does for users.
//!
//! It is taken from beside this binary, so both come from one build.

use anyhow::{Context, Result, bail, ensure};
use billfold_domain::role::Permissions;
use serde_json::{Value, json};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// The account that the bench signs in with.
const EMAIL: &str = "bench@billfold.example";
const PASSWORD: &str = "measured, not trusted 1";

/// The program that was built together with this one.
///
/// # Errors
/// It was not built.
fn path() -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name("billfold");
    ensure!(
        path.is_file(),
        "{} is missing: run cargo build --release --package billfold-server",
        path.display()
    );
    Ok(path)
}

fn command(data: &Path) -> Result<Command> {
    let mut command = Command::new(path()?);
    command.arg("--data").arg(data).stdin(Stdio::null()).kill_on_drop(true);
    Ok(command)
}

/// Runs `billfold import purchases` to its end; its report.
///
/// # Errors
/// The import refuses a line, or its proof fails.
pub(crate) async fn import(data: &Path, file: &Path) -> Result<Value> {
    let output = command(data)?
        .args(["import", "purchases", "--json"])
        .arg(file)
        .stderr(Stdio::inherit())
        .output()
        .await?;
    ensure!(output.status.success(), "the import ended with {}", output.status);
    serde_json::from_slice(&output.stdout).context("the report of the import")
}

/// Makes an account at the seller that purchases are imported for.
async fn make_account(data: &Path, tenant: &str) -> Result<()> {
    let mut child = command(data)?
        .args(["user", "create-admin", "--tenant", tenant, "--email", EMAIL])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(PASSWORD.as_bytes()).await?;
    }
    let status = child.wait().await?;
    ensure!(status.success(), "the account was not made: {status}");
    Ok(())
}

/// `billfold serve` as a child; killed when dropped.
pub(crate) struct Served {
    child: Child,
    address: SocketAddr,
    key: String,
}

impl Served {
    /// Serves `data` and makes a key that may do everything at `tenant`.
    ///
    /// # Errors
    /// It does not start within two minutes.
    pub(crate) async fn start(data: &Path, tenant: &str) -> Result<Self> {
        if !data.join("bench-account").exists() {
            make_account(data, tenant).await?;
            std::fs::write(data.join("bench-account"), tenant)?;
        }
        billfold_adapters::tls::provide();
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        // Its log lines are written as ever, but to nobody.
        let child = command(data)?
            .arg("serve")
            .env("BILLFOLD_HTTP_LISTEN", address.to_string())
            .env("BILLFOLD_METRICS_LISTEN", "off")
            .env("BILLFOLD_HTTP_ADDRESS_REQUESTS_A_MINUTE", "0")
            .env("BILLFOLD_HTTP_CALLER_REQUESTS_A_MINUTE", "0")
            .stderr(Stdio::null())
            .spawn()?;
        let mut served = Self { child, address, key: String::new() };
        served.wait().await?;
        served.key = served.make_key().await?;
        Ok(served)
    }

    async fn wait(&mut self) -> Result<()> {
        let url = format!("http://{}/readyz", self.address);
        let (client, start) = (reqwest::Client::new(), Instant::now());
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                bail!("the program ended: {status}");
            }
            if client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the program was not ready in {} s", PATIENCE.as_secs())
    }

    async fn make_key(&self) -> Result<String> {
        let client = reqwest::Client::builder().cookie_store(true).build()?;
        let base = format!("http://{}/api/v1", self.address);
        let signed_in = client
            .post(format!("{base}/auth/login"))
            .json(&json!({"email": EMAIL, "password": PASSWORD}))
            .send()
            .await?
            .error_for_status()?;
        let csrf = signed_in.json::<Value>().await?;
        let csrf = csrf["csrf_token"].as_str().context("a CSRF token")?.to_owned();
        let made = client
            .post(format!("{base}/api-keys"))
            .header("x-csrf-token", csrf)
            .json(&json!({"name": "bench", "scopes": Permissions::all()}))
            .send()
            .await?
            .error_for_status()?;
        let made: Value = made.json().await?;
        Ok(made["key"].as_str().context("a key")?.to_owned())
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The key's secret.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> String {
        self.child.id().map(|id| id.to_string()).unwrap_or_default()
    }

    /// Reads a resource as the key's owner.
    ///
    /// # Errors
    /// It is refused.
    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        let url = format!("http://{}{path}", self.address);
        let answer = reqwest::Client::new().get(url).bearer_auth(&self.key).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// Asks it to end, and waits until its database has stopped.
    ///
    /// # Errors
    /// It can't be waited for.
    pub(crate) async fn stop(mut self) -> Result<()> {
        Command::new("kill").args(["-TERM", &self.pid()]).status().await?;
        self.child.wait().await?;
        Ok(())
    }
}
