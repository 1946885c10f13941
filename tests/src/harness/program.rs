//! The real program as a child process: started, asked over HTTP, stopped or killed.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::eventually;

/// The program's file, built together with the tests.
pub fn billfold() -> PathBuf {
    let test = std::env::current_exe().expect("the test's own file");
    let folder = test.parent().and_then(Path::parent).expect("the folder of built programs");
    let program = folder.join("billfold-under-test");
    assert!(
        program.is_file(),
        "{} is missing: run cargo build -p billfold-tests",
        program.display()
    );
    program
}

/// `billfold serve` as a child process; killed when dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    /// Starts `billfold --data DIR serve` on a free port and waits until it is ready.
    pub async fn serve(data: &Path) -> Self {
        Self::serve_with(data, &[]).await
    }

    /// As [`Program::serve`], with environment variables of its own.
    pub async fn serve_with(data: &Path, environment: &[(&str, &str)]) -> Self {
        Self::start(data, environment).ready().await
    }

    async fn ready(self) -> Self {
        let url = self.url("/readyz");
        let client = reqwest::Client::new();
        eventually("the program to be ready", async || {
            let answer = client.get(&url).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
        self
    }

    /// As [`Program::serve_with`]; what the program logs goes to a file.
    pub async fn serve_logged(data: &Path, environment: &[(&str, &str)], log: File) -> Self {
        Self::spawn(data, environment, log.into()).ready().await
    }

    /// Starts it and does not wait.
    pub fn start(data: &Path, environment: &[(&str, &str)]) -> Self {
        Self::spawn(data, environment, Stdio::inherit())
    }

    fn spawn(data: &Path, environment: &[(&str, &str)], log: Stdio) -> Self {
        billfold_adapters::tls::provide();
        let address = free_address();
        let child = Command::new(billfold())
            .arg("--data")
            .arg(data)
            .arg("serve")
            .env("BILLFOLD_HTTP_LISTEN", address.to_string())
            .env("BILLFOLD_METRICS_LISTEN", "off")
            .env("BILLFOLD_SCHEDULES_RUN", "false")
            .env("BILLFOLD_HTTP_ADDRESS_REQUESTS_A_MINUTE", "0")
            .env("BILLFOLD_HTTP_CALLER_REQUESTS_A_MINUTE", "0")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        Self { child, address }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of a page or resource.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it as a power cut would, and waits until it is gone.
    pub fn kill(&mut self) {
        // Both fail only if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop as a service manager would, and waits for its end.
    pub async fn stop(mut self) -> ExitStatus {
        let pid = i32::try_from(self.child.id()).expect("a process id");
        kill(Pid::from_raw(pid), Signal::SIGTERM).expect("the program runs");
        self.end().await
    }

    /// Waits until it ends by itself.
    pub async fn end(&mut self) -> ExitStatus {
        let child = &mut self.child;
        eventually("the program to end", async || child.try_wait().expect("its state")).await
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// An address on this machine that nobody listens on now.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address")
}
