//! Load over HTTP: connections that stay open, each with one request in flight.
//!
//! The load shares the machine with the server; its own processor time is part of what is measured.

use crate::program::Served;
use crate::report::{Latencies, Run, rss_of};
use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use uuid::Uuid;

/// What one connection asks next.
trait Ask: Send + Sync + 'static {
    /// Method, path and JSON body of the n-th request.
    fn next(&self, n: usize) -> (Method, String, String);
}

/// Begins a draft with one line for a client of the ledger.
struct DraftInvoice {
    clients: Vec<String>,
}

impl Ask for DraftInvoice {
    fn next(&self, n: usize) -> (Method, String, String) {
        let body = json!({
            "client_id": self.clients[n % self.clients.len()],
            "currency": "USD",
            "lines": [{
                "kind": "vps",
                "description": "Virtual server, four cores",
                "unit_price": "12.99",
                "tax": {"category": "O", "rate": "0", "country": "US"},
            }],
        });
        (Method::POST, "/api/v1/invoices".into(), body.to_string())
    }
}

/// Reads one resource after another.
struct Read {
    paths: Vec<String>,
}

impl Ask for Read {
    fn next(&self, n: usize) -> (Method, String, String) {
        (Method::GET, self.paths[n % self.paths.len()].clone(), String::new())
    }
}

/// Draft invoices begun over `connections`, durable when answered.
///
/// # Errors
/// An answer that is no success.
pub(crate) async fn commands(served: &Served, connections: usize, span: Duration) -> Result<Run> {
    let clients = ids(served, "/api/v1/clients?limit=100").await?;
    load(served, "http-commands", DraftInvoice { clients }, connections, span).await
}

/// Single invoices read over `connections`.
///
/// # Errors
/// An answer that is no success.
pub(crate) async fn reads(served: &Served, connections: usize, span: Duration) -> Result<Run> {
    let invoices = ids(served, "/api/v1/invoices?limit=100").await?;
    let paths = invoices.iter().map(|id| format!("/api/v1/invoices/{id}")).collect();
    load(served, "http-reads", Read { paths }, connections, span).await
}

/// The ids on the first page of a list.
async fn ids(served: &Served, list: &str) -> Result<Vec<String>> {
    let page: Value = served.get(list).await?;
    let items = page["items"].as_array().context("a list")?;
    let ids: Vec<String> =
        items.iter().filter_map(|item| item["id"].as_str().map(str::to_owned)).collect();
    ensure!(!ids.is_empty(), "{list} has nothing to ask for");
    Ok(ids)
}

async fn load(
    served: &Served,
    bench: &str,
    ask: impl Ask,
    connections: usize,
    span: Duration,
) -> Result<Run> {
    let ask: Arc<dyn Ask> = Arc::new(ask);
    let authorization = format!("Bearer {}", served.key());
    let start = Instant::now();
    let mut running = Vec::with_capacity(connections);
    for connection in 0..connections {
        let (ask, authorization, address) =
            (Arc::clone(&ask), authorization.clone(), served.address());
        running.push(tokio::spawn(async move {
            let mut open = connect(address).await?;
            let mut taken = Latencies::default();
            let mut n = connection;
            while start.elapsed() < span {
                let asked = Instant::now();
                one(&mut open, ask.next(n), &authorization).await?;
                taken.add(asked.elapsed());
                n += connections;
            }
            anyhow::Ok(taken)
        }));
    }
    let mut all = Latencies::default();
    for task in running {
        all.merge(task.await??);
    }
    let point = format!("{connections} connections");
    let rate = all.len() as f64 / start.elapsed().as_secs_f64();
    let run = Run::new(bench, "billfold", &point, rate, "requests/s");
    Ok(Run { latency_ms: all.percentiles(), rss_mib: rss_of(&served.pid()), ..run })
}

async fn connect(address: SocketAddr) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn one(
    open: &mut SendRequest<Full<Bytes>>,
    (method, path, body): (Method, String, String),
    authorization: &str,
) -> Result<()> {
    let mut request = Request::builder()
        .method(&method)
        .uri(path)
        .header(HOST, "127.0.0.1")
        .header(AUTHORIZATION, authorization);
    if method == Method::POST {
        request = request
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", Uuid::new_v4().to_string());
    }
    let answer = open.send_request(request.body(Full::new(Bytes::from(body)))?).await?;
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    if !status.is_success() {
        bail!("{status}: {}", String::from_utf8_lossy(&body));
    }
    Ok(())
}
