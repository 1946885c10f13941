//! Log lines on standard error and figures on a port of their own.
//!
//! Guarantee: standard output belongs to the commands, so that `billfold export | …` stays clean.
//! Absent on purpose: what is logged; each crate says it where it happens.

use std::io::IsTerminal;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::{LogFormat, Telemetry};

/// How often figures are summed up.
const SUM_UP_EVERY: Duration = Duration::from_secs(5);

/// Starts the log of this process; a second call is ignored.
pub(crate) fn start_log(settings: &Telemetry) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.filter)
        .map_err(|error| anyhow::anyhow!("telemetry.filter: {error}"))?;
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // An error means that a log runs already, as in a process that tests many commands.
    let _ = match settings.format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    Ok(())
}

/// Starts counting; the figures are read through [`metrics_routes`].
pub(crate) fn start_metrics() -> anyhow::Result<PrometheusHandle> {
    Ok(PrometheusBuilder::new().install_recorder()?)
}

/// Sums up what was measured, so that it takes no more room while nobody reads it, until `stopping`
/// turns true.
pub(crate) async fn sum_up(handle: PrometheusHandle, mut stopping: watch::Receiver<bool>) {
    let stopped = async {
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    tokio::pin!(stopped);
    while tokio::time::timeout(SUM_UP_EVERY, &mut stopped).await.is_err() {
        handle.run_upkeep();
    }
}

/// The page a monitoring system reads.
pub(crate) fn metrics_routes(handle: PrometheusHandle) -> Router {
    Router::new().route("/metrics", get(move || std::future::ready(handle.render())))
}
