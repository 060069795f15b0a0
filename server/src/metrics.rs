//! Metrics for Prometheus, on a listener of their own: what the pages' address shows to people shows no numbers of the
//! installation. A label's value comes from a closed list: a method, a class of status, an outcome, a finding's code.
//!
//! Names and units follow Prometheus's own conventions (<https://prometheus.io/docs/practices/naming/>).

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::http::serve::serve;

const REQUESTS: &str = "flitch_http_requests_total";
const REQUEST_SECONDS: &str = "flitch_http_request_duration_seconds";
const CHECKS: &str = "flitch_checks_total";
const FINDINGS: &str = "flitch_check_failures_total";
const QUERIES: &str = "flitch_queries_total";
const QUERY_SECONDS: &str = "flitch_query_duration_seconds";
const SNAPSHOT_ANSWERS: &str = "flitch_snapshot_answers_total";
const SNAPSHOT_SECONDS: &str = "flitch_snapshot_answer_duration_seconds";
const REFRESHES: &str = "flitch_refreshes_total";
const REFRESH_SECONDS: &str = "flitch_refresh_duration_seconds";
const DROPPED_LINES: &str = "flitch_log_lines_dropped_total";
const MINTS: &str = "flitch_mints_total";
const SIGN_INS: &str = "flitch_sign_ins_total";
const RESIDENT: &str = "flitch_process_resident_memory_bytes";
const STARTED: &str = "flitch_process_start_time_seconds";

/// Seconds: from a page out of memory to a query at its deadline.
const BUCKETS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 15.0, 60.0];

/// Starts counting, and serves the numbers at `/metrics` until `stop` resolves. Without this nothing is counted.
pub async fn run(listen: SocketAddr, stop: impl Future<Output = ()>) -> io::Result<()> {
    let handle = install().map_err(io::Error::other)?;
    let listener = tokio::net::TcpListener::bind(listen).await?;
    tracing::info!("metrics at http://{listen}/metrics");
    serve(listener, router(handle), stop).await
}

fn router(handle: PrometheusHandle) -> Router {
    let render = move || {
        let handle = handle.clone();
        async move {
            handle.run_upkeep();
            if let Some(resident) = resident_bytes() {
                gauge!(RESIDENT).set(resident as f64);
            }
            ([("content-type", "text/plain; version=0.0.4")], handle.render())
        }
    };
    Router::new().route("/metrics", get(render))
}

fn install() -> Result<PrometheusHandle, metrics_exporter_prometheus::BuildError> {
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &BUCKETS)?;
    let handle = builder.install_recorder()?;
    describe_counter!(REQUESTS, "Requests, by kind, method and class of status");
    describe_histogram!(REQUEST_SECONDS, "How long requests took, by kind");
    describe_counter!(CHECKS, "Connection checks that ended, by outcome");
    describe_counter!(FINDINGS, "Connection checks that failed, by the code of the finding");
    describe_counter!(QUERIES, "Queries that ended, by the code of the finding; empty for those that went well");
    describe_histogram!(QUERY_SECONDS, "How long queries took");
    describe_counter!(
        SNAPSHOT_ANSWERS,
        "Answers from snapshots, by the code of the finding; empty for those that went well"
    );
    describe_histogram!(SNAPSHOT_SECONDS, "How long answers from snapshots took");
    describe_counter!(REFRESHES, "Refreshes that ended, by the code of the finding; empty for those that went well");
    describe_histogram!(REFRESH_SECONDS, "How long refreshes took");
    describe_counter!(DROPPED_LINES, "Lines of the log that could not be written");
    describe_counter!(MINTS, "Credentials that AWS minted, by outcome");
    describe_counter!(SIGN_INS, "Sign-ins of members, by outcome");
    describe_gauge!(RESIDENT, "Memory in use");
    describe_gauge!(STARTED, "When the process started, since 1970");
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    gauge!(STARTED).set(since.as_secs_f64());
    Ok(handle)
}

/// Middleware: counts each request. No address is a label: people choose addresses.
pub async fn count_request(request: Request, next: Next) -> Response {
    let kind = match request.uri().path() {
        path if path.starts_with("/api/") => "call",
        path if path.starts_with("/pkg/") => "file",
        path if path.starts_with("/health/") => "health",
        _ => "page",
    };
    let method = match *request.method() {
        axum::http::Method::GET => "GET",
        axum::http::Method::POST => "POST",
        _ => "other",
    };
    let started = Instant::now();
    let response = next.run(request).await;
    let status = match response.status().as_u16() {
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    };
    counter!(REQUESTS, "kind" => kind, "method" => method, "status" => status).increment(1);
    histogram!(REQUEST_SECONDS, "kind" => kind).record(started.elapsed());
    response
}

/// A check ended; `finding` is the code of what it failed with.
pub(crate) fn check_ended(outcome: &'static str, finding: Option<&'static str>) {
    counter!(CHECKS, "outcome" => outcome).increment(1);
    if let Some(finding) = finding {
        counter!(FINDINGS, "finding" => finding).increment(1);
    }
}

pub(crate) fn query_ended(finding: &'static str, took: Duration) {
    counter!(QUERIES, "finding" => finding).increment(1);
    histogram!(QUERY_SECONDS).record(took);
}

pub(crate) fn refresh_ended(finding: &'static str, took: Duration) {
    counter!(REFRESHES, "finding" => finding).increment(1);
    histogram!(REFRESH_SECONDS).record(took);
}

/// A snapshot was asked.
pub(crate) fn snapshot_asked(finding: &'static str, took: Duration) {
    counter!(SNAPSHOT_ANSWERS, "finding" => finding).increment(1);
    histogram!(SNAPSHOT_SECONDS).record(took);
}

/// A line of the log could not be written.
pub(crate) fn line_dropped() {
    counter!(DROPPED_LINES).increment(1);
}

pub(crate) fn minted(is_good: bool) {
    counter!(MINTS, "outcome" => if is_good { "done" } else { "refused" }).increment(1);
}

pub(crate) fn signed_in(is_good: bool) {
    counter!(SIGN_INS, "outcome" => if is_good { "done" } else { "refused" }).increment(1);
}

/// As Linux tells it; `None` elsewhere.
fn resident_bytes() -> Option<u64> {
    let pages: u64 = std::fs::read_to_string("/proc/self/statm").ok()?.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}
