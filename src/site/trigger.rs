//! The address that other systems start a refresh with, when the load is done.

use std::net::SocketAddr;
use std::sync::Arc;

use app::words::refresh::{ADDRESS_UNKNOWN, ASKED_LATELY, OVER_BUDGET, WAY_REFUSED};
use axum::Router;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use contract::fault::Fault;
use contract::ports::Refreshes;
use contract::refresh::Triggered;

pub(super) fn route(refreshes: Arc<dyn Refreshes>) -> Router {
    let trigger = || post(trigger);
    Router::new().route("/refresh/{code}", trigger()).route("/refresh/{code}/", trigger()).with_state(refreshes)
}

async fn trigger(State(refreshes): State<Arc<dyn Refreshes>>, Path(code): Path<String>, request: Request) -> Response {
    let client = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string());
    match refreshes.trigger(&code, &client.unwrap_or_default()).await {
        Ok(Triggered::Started) => (StatusCode::ACCEPTED, "A refresh starts.\n").into_response(),
        Ok(Triggered::Joined) => (StatusCode::OK, "A refresh is on its way already.\n").into_response(),
        Ok(Triggered::Recent) => (StatusCode::OK, format!("{ASKED_LATELY}\n")).into_response(),
        Ok(Triggered::OverBudget) => (StatusCode::ACCEPTED, format!("{OVER_BUDGET}\n")).into_response(),
        Ok(Triggered::CutOff) => {
            (StatusCode::CONFLICT, app::words::faults::fault(&Fault::ConnectionRests) + "\n").into_response()
        }
        Ok(Triggered::Paused) => {
            (StatusCode::CONFLICT, "Somebody paused the refresh of this dataset.\n").into_response()
        }
        Ok(Triggered::Refused) => (StatusCode::CONFLICT, format!("{WAY_REFUSED}\n")).into_response(),
        Err(Fault::TooManyTries { retry_after_seconds }) => {
            let wait = [(header::RETRY_AFTER, retry_after_seconds.to_string())];
            (StatusCode::TOO_MANY_REQUESTS, wait, "That was too often.\n").into_response()
        }
        Err(Fault::NotFound) => (StatusCode::NOT_FOUND, format!("{ADDRESS_UNKNOWN}\n")).into_response(),
        Err(fault) => {
            let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, app::words::faults::fault(&fault) + "\n").into_response()
        }
    }
}
