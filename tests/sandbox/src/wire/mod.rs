//! What happens to a request between the socket and its answer: it is written down, delayed, and perhaps spoilt.
//!
//! One layer for both doors, so that latency counts once and the history is in one order.

pub(crate) mod faults;
pub(crate) mod history;
pub(crate) mod line;
mod trickle;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, Response, StatusCode, header},
    middleware::{Next, from_fn_with_state},
};
use serde_json::{Value, json};
use tokio::time::sleep;

use self::{
    faults::{Fault, Kind},
    history::{Arrival, Side},
    line::Peer,
    trickle::Trickle,
};
use crate::{
    cloudflare::{credential, envelope},
    shared::Shared,
};

const HTML: &str = "<!doctype html><html><head><title>Please wait</title></head><body><h1>Not what you asked for</h1></body></html>";
const GARBAGE: &str = "{\"success\":tru\u{fffd} <<<";

/// Where a layer stands.
#[derive(Clone)]
struct Post {
    side: Side,
    shared: Arc<Shared>,
}

/// Puts `router` behind the layer.
pub(crate) fn guard(router: Router, side: Side, shared: Arc<Shared>) -> Router {
    router.layer(from_fn_with_state(Post { side, shared }, pass))
}

async fn pass(State(post): State<Post>, request: Request, next: Next) -> Response<Body> {
    let Post { side, shared } = post;
    let n = shared.history().begin(&Arrival {
        side,
        method: request.method().as_str(),
        path: request.uri().path(),
        query: request.uri().query(),
        secret: credential::shown(request.headers()),
    });
    let latency = shared.latency();
    if !latency.is_zero() {
        sleep(latency).await;
    }
    let fault = shared
        .faults()
        .meet(request.method().as_str(), request.uri().path());
    let Some(fault) = fault else {
        let response = next.run(request).await;
        shared.history().end(n, Some(&response), None);
        return response;
    };
    let peer = request
        .extensions()
        .get::<ConnectInfo<Peer>>()
        .map(|ConnectInfo(peer)| peer.clone());
    let response = spoil(&fault, side, request, next).await;
    let answer = match (fault.kind, peer) {
        (Kind::ResetBefore | Kind::ResetAfter, Some(peer)) => {
            peer.cut();
            None
        }
        _ => Some(&response),
    };
    shared.history().end(n, answer, Some(fault.kind.as_str()));
    response
}

async fn spoil(fault: &Fault, side: Side, request: Request, next: Next) -> Response<Body> {
    let pause = Duration::from_millis(fault.ms.unwrap_or_default());
    match fault.kind {
        Kind::Delay => {
            sleep(pause).await;
            next.run(request).await
        }
        Kind::Status => refusal(fault, side, fault.status(StatusCode::INTERNAL_SERVER_ERROR)),
        Kind::RateLimit => refusal(fault, side, StatusCode::TOO_MANY_REQUESTS),
        Kind::Html => page(fault.status(StatusCode::SERVICE_UNAVAILABLE)),
        Kind::ResetBefore => Response::default(),
        Kind::ResetAfter => next.run(request).await,
        Kind::Garbage => {
            let mut response = next.run(request).await;
            response.headers_mut().remove(header::CONTENT_LENGTH);
            *response.body_mut() = Body::from(GARBAGE);
            response
        }
        Kind::Truncate => {
            let (mut parts, body) = next.run(request).await.into_parts();
            let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
            parts
                .headers
                .insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
            Response::from_parts(parts, Body::new(Trickle::cut_short(&whole)))
        }
        Kind::SlowBody => {
            let (parts, body) = next.run(request).await.into_parts();
            let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
            Response::from_parts(parts, Body::new(Trickle::slow(&whole, pause)))
        }
    }
}

impl Fault {
    fn status(&self, default: StatusCode) -> StatusCode {
        self.status
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or(default)
    }
}

/// A refusal in the words of the door it stands at: Cloudflare's envelope, or the platform's problem `busy`.
fn refusal(fault: &Fault, side: Side, status: StatusCode) -> Response<Body> {
    let (code, message) = match fault.kind {
        Kind::RateLimit => (
            971,
            "Please wait and consider throttling your request speed",
        ),
        _ => (10_013, "An unknown error has occurred"),
    };
    let code = fault.code.unwrap_or(code);
    let message = fault.message.as_deref().unwrap_or(message);
    let (kind, body) = match side {
        Side::Cloudflare => ("application/json", envelope(status, code, message)),
        Side::Platform => ("application/problem+json", busy(status, message)),
    };
    let body = fault.body.clone().unwrap_or(body);
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let waits = fault.kind == Kind::RateLimit || side == Side::Platform;
    if let Some(seconds) = fault.retry_after.or(waits.then_some(1)) {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn busy(status: StatusCode, detail: &str) -> Value {
    json!({
        "type": "urn:narrows:problem:busy",
        "title": "The platform is busy",
        "status": status.as_u16(),
        "detail": detail,
        "code": "busy",
    })
}

fn page(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::from(HTML));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=UTF-8"),
    );
    response
}
