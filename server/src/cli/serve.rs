//! `billfold serve`: the API, the pages and the followers, until a signal asks to stop.
//!
//! The order of the end: no new connections, requests that run come to their end, writers drain,
//! followers stop, connections close, the private server stops.

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{Context, Stop, tools};
use crate::telemetry;
use crate::wire::{Background, Foundation, Node, routes, stopped, unframed};

/// How to serve.
#[derive(Debug, Default, Args)]
pub(super) struct Arguments {
    /// Bring a database of yours to the schema of this program first; a private one always is.
    #[arg(long)]
    migrate: bool,
}

pub(super) async fn run(context: Context, arguments: Arguments) -> Result<ExitCode, Stop> {
    let ports = Ports::bind(&context).await?;
    let stopping = stop_on_signal().map_err(Stop::unavailable)?;
    let foundation = Foundation::open(&context).await?;
    refuse_joined(&context, &foundation)?;
    if arguments.migrate || foundation.is_private() {
        foundation.migrate().await?;
    }
    let node = Node::open(&context, foundation).await?;
    let mut background = node.follow();
    node.take_up_runs(&mut background);
    serve(ports, node, background, &context, stopping).await
}

/// The addresses to serve on, taken before anything else is started: a port in use should not cost
/// a start of the database.
pub(super) struct Ports {
    http: TcpListener,
    metrics: Option<TcpListener>,
}

impl Ports {
    pub(super) async fn bind(context: &Context) -> Result<Self, Stop> {
        let http = bind("http.listen", context.config.http.listen).await?;
        let metrics = match context.config.metrics.listen {
            Some(address) => Some(bind("metrics.listen", address).await?),
            None => None,
        };
        Ok(Self { http, metrics })
    }

    /// Where the pages and the API will be.
    pub(super) fn http_address(&self) -> io::Result<SocketAddr> {
        self.http.local_addr()
    }
}

/// One server per data folder: a second one would not outlive the first one's database.
pub(super) fn refuse_joined(context: &Context, foundation: &Foundation) -> Result<(), Stop> {
    if foundation.is_joined() {
        let data = context.data.display();
        return Err(Stop::unavailable(anyhow::anyhow!(
            "{data} is served by another running billfold"
        )));
    }
    Ok(())
}

/// Serves until `stopping` turns true, then ends everything in order.
pub(super) async fn serve(
    ports: Ports,
    node: Node,
    mut background: Background,
    context: &Context,
    stopping: watch::Receiver<bool>,
) -> Result<ExitCode, Stop> {
    let metrics = match ports.metrics {
        Some(listener) => {
            let handle = telemetry::start_metrics().map_err(Stop::bug)?;
            let summing = telemetry::sum_up(handle.clone(), background.stopping());
            background.add(Some(tokio::spawn(summing)));
            Some(serve_in_background(
                listener,
                unframed(telemetry::metrics_routes(handle)),
                &stopping,
            ))
        }
        None => None,
    };
    node.sign_checkpoints(context, &mut background)?;
    node.deliver_webhooks(&mut background);
    node.send_mail(&mut background);
    if context.config.schedules.run {
        node.work_schedules(&mut background);
    }
    tracing::info!(address = %ports.http.local_addr().map_err(Stop::unavailable)?, "serving");
    let operations = node.operations(&mut background, tools::trust(context)?);
    let routes = routes(&node, operations, &context.config.http)
        .into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(ports.http, routes).with_graceful_shutdown(stopped(stopping.clone()));
    let patience = Duration::from_secs(context.config.http.shutdown_seconds);
    let served = tokio::select! {
        served = server => served.map_err(Stop::unavailable),
        () = overdue(stopping, patience) => {
            tracing::warn!("requests still run after {} s: they are cut off", patience.as_secs());
            Ok(())
        }
    };
    tracing::info!("stopping");
    node.close(background).await;
    if let Some(metrics) = metrics {
        metrics.abort();
    }
    served.map(|()| ExitCode::SUCCESS)
}

/// Turns true at the first SIGINT or SIGTERM; a second one ends the process at once.
pub(super) fn stop_on_signal() -> io::Result<watch::Receiver<bool>> {
    let (stop, stopping) = watch::channel(false);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if stop.send_replace(true) {
                // The private server is told by the kernel; nothing acknowledged is lost.
                std::process::exit(4);
            }
        }
    });
    Ok(stopping)
}

async fn bind(setting: &'static str, address: SocketAddr) -> Result<TcpListener, Stop> {
    let bound = TcpListener::bind(address).await;
    bound
        .with_context(|| format!("{setting}: cannot listen on {address}"))
        .map_err(Stop::unavailable)
}

fn serve_in_background(
    listener: TcpListener,
    routes: Router,
    stopping: &watch::Receiver<bool>,
) -> JoinHandle<()> {
    let stopping = stopping.clone();
    tokio::spawn(async move {
        let server = axum::serve(listener, routes).with_graceful_shutdown(stopped(stopping));
        if let Err(error) = server.await {
            tracing::error!(%error, "the page of figures ended");
        }
    })
}

async fn overdue(stopping: watch::Receiver<bool>, patience: Duration) {
    stopped(stopping).await;
    tokio::time::sleep(patience).await;
}
