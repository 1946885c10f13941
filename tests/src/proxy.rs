//! A proxy in front of PostgreSQL that loses what a test wants lost.
//!
//! It hands bytes on unread, except that it knows a COMMIT when it sees one.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use crate::harness::TempFolder;

/// What happens to the next COMMIT; the connection that sent it is cut in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lose {
    /// The server never sees it.
    Commit,
    /// The server commits, the answer is lost.
    Answer,
    /// As `Answer`, and from then on nobody is let in.
    AnswerAndServer,
}

/// A running proxy; gone when dropped.
#[derive(Debug)]
pub struct CommitProxy {
    _folder: TempFolder,
    connect: PgConnectOptions,
    orders: Arc<Mutex<Orders>>,
}

#[derive(Debug, Default)]
struct Orders {
    lose: Option<Lose>,
    closed: bool,
    lost: u32,
}

impl CommitProxy {
    /// A proxy in front of the server that `upstream` names.
    pub fn before(upstream: &PgConnectOptions) -> Self {
        let folder = TempFolder::new();
        let port = upstream.get_port();
        let name = format!(".s.PGSQL.{port}");
        let server = upstream.get_socket().expect("a server on a socket").join(&name);
        let listener = UnixListener::bind(folder.path().join(&name)).expect("a socket");
        let connect = upstream.clone().socket(folder.path());
        let orders = Arc::new(Mutex::new(Orders::default()));
        tokio::spawn(accept(listener, server, Arc::clone(&orders)));
        Self { _folder: folder, connect, orders }
    }

    /// How to connect through the proxy.
    pub fn connect_options(&self) -> PgConnectOptions {
        self.connect.clone()
    }

    /// Loses the next COMMIT.
    pub fn lose(&self, what: Lose) {
        lock(&self.orders).lose = Some(what);
    }

    /// Lets nobody in any more; open connections stay.
    pub fn close(&self) {
        lock(&self.orders).closed = true;
    }

    /// Lets connections in again.
    pub fn reopen(&self) {
        lock(&self.orders).closed = false;
    }

    /// How many were lost so far.
    pub fn lost(&self) -> u32 {
        lock(&self.orders).lost
    }
}

fn lock(orders: &Mutex<Orders>) -> std::sync::MutexGuard<'_, Orders> {
    orders.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: UnixListener, server: PathBuf, orders: Arc<Mutex<Orders>>) {
    while let Ok((client, _)) = listener.accept().await {
        if lock(&orders).closed {
            continue;
        }
        let Ok(upstream) = UnixStream::connect(&server).await else { continue };
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = upstream.into_split();
        let orders = Arc::clone(&orders);
        tokio::spawn(async move {
            let (tell, cut) = tokio::sync::watch::channel(false);
            tokio::select! {
                // whichever side ends takes the other with it
                () = questions(from_client, to_server, &orders, &tell) => {}
                () = answers(from_server, to_client, cut) => {}
            }
        });
    }
}

async fn questions(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    orders: &Mutex<Orders>,
    cut: &tokio::sync::watch::Sender<bool>,
) {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let Ok(length @ 1..) = from.read(&mut buffer).await else { return };
        let bytes = &buffer[..length];
        let commit = bytes.windows(7).any(|window| window == b"commit\0");
        let lose = commit.then(|| lock(orders).lose.take()).flatten();
        if let Some(lose) = lose {
            let mut orders = lock(orders);
            orders.lost += 1;
            orders.closed = lose == Lose::AnswerAndServer;
            if lose == Lose::Commit {
                return;
            }
            cut.send_replace(true);
        }
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}

/// Hands answers on; once told, takes the next one from the server and ends without handing it on.
async fn answers(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    cut: tokio::sync::watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let Ok(length @ 1..) = from.read(&mut buffer).await else { return };
        if *cut.borrow() || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
