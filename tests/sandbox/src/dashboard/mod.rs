//! The dashboard, as far as tokens go: the list, the form that a link prefills, the summary, the value shown once.
//!
//! Whoever opens it is signed in as the sandbox's user. A token made here may manage tokens, since a person made it.

mod form;
mod page;

use std::sync::Arc;

use axum::{
    Form as Posted, Router,
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use jiff::Timestamp;

use self::form::{Form, Pairs, Place};
use crate::{
    shared::Shared,
    world::{draft::Refused, token::Owner, value::is_id},
};

type Link = Query<Vec<(String, String)>>;

/// The dashboard's routes.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(entry))
        .route("/profile/api-tokens", get(profile))
        .route("/{account}/api-tokens", get(account))
        .route("/api-tokens", post(step))
        .route("/assets/dashboard.css", get(style))
        .route("/assets/dashboard.js", get(script))
        .with_state(shared)
}

/// `/?to=/:account/api-tokens`: the dashboard's way to ask which account is meant.
async fn entry(State(shared): State<Arc<Shared>>, Query(query): Link) -> Response {
    let query = Pairs(query);
    let target = query
        .get("to")
        .unwrap_or("/profile/api-tokens")
        .trim_matches('/')
        .to_owned();
    match target.split('/').collect::<Vec<_>>().as_slice() {
        [account, "api-tokens"] if *account != "profile" => {
            let account = Some((*account).to_owned()).filter(|account| is_id(account));
            open(&shared, Place::Account(account), &query)
        }
        _ => open(&shared, Place::Profile, &query),
    }
}

async fn profile(State(shared): State<Arc<Shared>>, Query(query): Link) -> Response {
    open(&shared, Place::Profile, &Pairs(query))
}

async fn account(
    State(shared): State<Arc<Shared>>,
    Path(account): Path<String>,
    Query(query): Link,
) -> Response {
    let account = Some(account).filter(|account| is_id(account));
    open(&shared, Place::Account(account), &Pairs(query))
}

fn open(shared: &Shared, place: Place, query: &Pairs) -> Response {
    let world = shared.world();
    let page = match (Form::from_link(place.clone(), query), place) {
        (Some(form), _) => page::form(&world, &form, None),
        (None, Place::Profile) => page::list(&world, &Owner::User, Timestamp::now()),
        (None, Place::Account(Some(account))) => {
            page::list(&world, &Owner::Account(account), Timestamp::now())
        }
        (None, Place::Account(None)) => page::choose_account(&world),
    };
    show(page)
}

/// Every button of every form.
async fn step(
    State(shared): State<Arc<Shared>>,
    Posted(pairs): Posted<Vec<(String, String)>>,
) -> Response {
    let pairs = Pairs(pairs);
    let now = Timestamp::now();
    let mut world = shared.world();
    if pairs.get("step") == Some("delete") {
        return delete(&mut world, pairs.get("token").unwrap_or_default());
    }
    let form = Form::from_post(&pairs);
    let outcome = match pairs.get("step") {
        Some("summary") => form
            .check(&world, now)
            .map(|_| page::summary(&world, &form)),
        Some("create") => form
            .make(&mut world, now)
            .map(|token| page::created(&world, &token)),
        _ => Ok(page::form(&world, &form, None)),
    };
    show(outcome.unwrap_or_else(|Refused(why)| page::form(&world, &form, Some(&why))))
}

fn delete(world: &mut crate::world::World, id: &str) -> Response {
    let back = match world.token(id).map(|token| &token.owner) {
        Some(Owner::Account(account)) => format!("/{account}/api-tokens"),
        Some(Owner::User | Owner::Member) | None => "/profile/api-tokens".to_owned(),
    };
    if world.delete(id) {
        Redirect::to(&back).into_response()
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

/// Pages hold token values once; nothing may keep them.
fn show(page: String) -> Response {
    let mut response = Html(page).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css")],
        include_str!("dashboard.css"),
    )
}

async fn script() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/javascript")],
        include_str!("dashboard.js"),
    )
}
