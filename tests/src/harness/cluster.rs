//! The one PostgreSQL cluster of this test process.
//!
//! A thread of its own owns the server and the connection that makes databases, so that it outlives
//! the runtime of any single test. Statics are not dropped at the end of a process: a small shell
//! waits for that end, stops the server and removes the folder, whatever ended us.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use billfold_server::embedded::{Embedded, Settings};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection as _, Executor};
use tokio::sync::{mpsc, oneshot};

use super::folder::TempFolder;

/// The database that new ones are copied from; migrated once.
pub(super) const TEMPLATE: &str = "billfold_template";
/// The same with every read model installed.
pub(super) const INSTALLED: &str = "billfold_installed";
/// Databases that are dropped together: each drop waits until everything dirty is on disk, which
/// for all but the first is nothing.
const DROPPED_TOGETHER: usize = 16;

/// What the thread is asked to do; it answers when it is done.
pub(super) enum Request {
    Create { name: String, template: &'static str, done: oneshot::Sender<()> },
    Drop { name: String },
}

/// The cluster, seen from tests.
pub(super) struct Cluster {
    server: PgConnectOptions,
    requests: mpsc::UnboundedSender<Request>,
}

impl Cluster {
    /// The cluster of this process, started by the first test that needs it.
    pub(super) fn get() -> &'static Self {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        CLUSTER.get_or_init(Self::start)
    }

    pub(super) fn connect_options(&self, database: &str) -> PgConnectOptions {
        self.server.clone().database(database)
    }

    pub(super) async fn create(&self, name: String, template: &'static str) {
        let (done, created) = oneshot::channel();
        self.send(Request::Create { name, template, done });
        created.await.expect("the test cluster made a database");
    }

    pub(super) fn drop_later(&self, name: String) {
        self.send(Request::Drop { name });
    }

    fn send(&self, request: Request) {
        assert!(self.requests.send(request).is_ok(), "the test cluster runs");
    }

    fn start() -> Self {
        let (tell, hear) = std::sync::mpsc::channel();
        let (requests, receiver) = mpsc::unbounded_channel();
        std::thread::Builder::new()
            .name("test-cluster".to_owned())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime for the test cluster");
                let folder = TempFolder::new();
                let embedded = Embedded::start(&settings(&folder)).expect("a test cluster");
                clean_up_after_us(embedded.pid(), &folder);
                let server = embedded.connect_options("postgres");
                let connection = runtime.block_on(make_template(&server));
                tell.send(server).expect("a test waits for the cluster");
                runtime.block_on(serve(connection, receiver));
            })
            .expect("a thread for the test cluster");
        Self { server: hear.recv().expect("the test cluster starts"), requests }
    }
}

fn settings(folder: &TempFolder) -> Settings {
    Settings {
        dir: folder.path().join("postgres"),
        server_binaries: None,
        search_path: std::env::var_os("PATH").unwrap_or_default(),
        max_connections: 300,
    }
}

async fn make_template(server: &PgConnectOptions) -> PgConnection {
    let mut connection = server.connect().await.expect("the test cluster takes connections");
    // What a test leaves behind need not outlive the machine. The last line is for this connection,
    // which began before.
    let quick = "alter role all set synchronous_commit = off; \
                 alter role all set wal_compression = off; set wal_compression = off";
    connection.execute(quick).await.expect("settings");
    for (name, source) in [(TEMPLATE, "template1"), (INSTALLED, TEMPLATE)] {
        let create = format!("create database {name} template {source}");
        connection.execute(create.as_str()).await.expect("a template");
        let template = server.clone().database(name).connect().await;
        let mut template = template.expect("the template takes connections");
        match name {
            TEMPLATE => super::database::migrate(&mut template).await,
            _ => super::database::install(&mut template).await,
        }
        template.close().await.expect("the template is let go");
    }
    connection
}

async fn serve(mut connection: PgConnection, mut requests: mpsc::UnboundedReceiver<Request>) {
    let mut ended = Vec::new();
    while let Some(request) = requests.recv().await {
        match request {
            Request::Create { name, template, done } => {
                let statement = format!("create database {name} template {template}");
                connection.execute(statement.as_str()).await.expect("a database for a test");
                // A test that gave up meanwhile needs no answer.
                let _ = done.send(());
            }
            Request::Drop { name } => {
                ended.push(name);
                if ended.len() < DROPPED_TOGETHER {
                    continue;
                }
                for name in ended.drain(..) {
                    let statement = format!("drop database if exists {name} with (force)");
                    let _ = connection.execute(statement.as_str()).await;
                }
            }
        }
    }
}

/// Starts a shell whose input ends when this process does; it stops the server, then removes all.
fn clean_up_after_us(server: u32, folder: &TempFolder) {
    let script = r#"cat; kill -INT "$1"; while kill -0 "$1"; do sleep 0.1; done; rm -rf "$2""#;
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "billfold-test-cleanup", &server.to_string()]).arg(folder.path());
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    let child = shell.spawn().expect("a shell");
    // Its input stays open until the process ends: the handle is given away, not closed.
    std::mem::forget(child);
}
