//! Every request, measured and logged: method, pattern of the route, status, duration, and a number drawn for it that says which lines belong together.
//!
//! Neither path nor query is looked at: one-use links, trackers and names are in them. A line for each request is said at `debug`, under the target
//! `isoloir::requests`; what ends in a fault of ours is said at `warn`.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use metrics::{counter, histogram};
use rand::Rng as _;
use tracing::Instrument as _;

use super::names::{HTTP_REQUESTS, HTTP_SECONDS};
use crate::ambient;

/// Stands for a path that is no route's.
const NONE: &str = "-";

/// Lets a request through, and says how it went.
pub(crate) async fn observed(request: Request, next: Next) -> Response {
    let method = name_of(request.method());
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or(NONE, MatchedPath::as_str).to_owned();
    let number = ambient::rng().next_u64();
    let span = tracing::info_span!("request", method, route, id = format!("{number:016x}"));
    let begun = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let took = begun.elapsed();
    let status = response.status();
    let class = class_of(status.as_u16());
    counter!(HTTP_REQUESTS, "method" => method, "route" => route.clone(), "status" => class).increment(1);
    histogram!(HTTP_SECONDS, "method" => method, "route" => route).record(took.as_secs_f64());
    let (status, milliseconds) = (status.as_u16(), took.as_secs_f64() * 1000.0);
    span.in_scope(|| {
        if status >= 500 {
            tracing::warn!(target: "isoloir::requests", status, milliseconds, "answered");
        } else {
            tracing::debug!(target: "isoloir::requests", status, milliseconds, "answered");
        }
    });
    response
}

/// A method that we know: anybody can invent others, without end.
fn name_of(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

const fn class_of(status: u16) -> &'static str {
    match status {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}
