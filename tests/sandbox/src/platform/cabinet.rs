//! The cabinet: where the tenant signs in, answers a device code, and sees and disconnects connections.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::connection::{self, Connection};
use super::page::{self, Page};
use super::random::read_user_code;
use super::session::{Session, Visitor, clear_cookie};
use super::{Shared, device};

type Fields = HashMap<String, String>;
type FormFields = Result<Form<Fields>, FormRejection>;

/// `GET /`
pub(super) async fn home(
    State(shared): State<Arc<Shared>>,
    Visitor(visitor): Visitor,
) -> Result<Page, Page> {
    let Some(session) = visitor else {
        return Ok(page::sign_in(None));
    };
    let connections = shared.database.transact(|db| Connection::all(db))?;
    Ok(page::home(&session, &connections))
}

/// `POST /sign-in`
pub(super) async fn sign_in(
    State(shared): State<Arc<Shared>>,
    form: FormFields,
) -> Result<Response, Page> {
    let fields = read(form)?;
    let now = shared.now();
    let session = shared.database.transact(|db| Session::begin(db, now))?;
    let next = match fields
        .get("user_code")
        .and_then(|code| read_user_code(code))
    {
        Some(code) => format!("/device?user_code={code}"),
        None => "/".into(),
    };
    Ok((
        [(header::SET_COOKIE, session.set_cookie())],
        Redirect::to(&next),
    )
        .into_response())
}

/// `POST /sign-out`
pub(super) async fn sign_out(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    form: FormFields,
) -> Result<Response, Page> {
    let (session, _) = admit(visitor, form)?;
    shared.database.transact(|db| session.end(db))?;
    Ok(([(header::SET_COOKIE, clear_cookie())], Redirect::to("/")).into_response())
}

/// `POST /disconnect`
pub(super) async fn disconnect(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    form: FormFields,
) -> Result<Redirect, Page> {
    let (_, fields) = admit(visitor, form)?;
    let id = fields.get("connection").map_or("", String::as_str);
    // Gone already is as good as gone now.
    shared.database.transact(|db| connection::forget(db, id))?;
    Ok(Redirect::to("/"))
}

/// `GET /device`
pub(super) async fn device(
    Visitor(visitor): Visitor,
    query: Result<Query<Fields>, QueryRejection>,
) -> Page {
    let typed = query
        .ok()
        .and_then(|Query(mut fields)| fields.remove("user_code"));
    match visitor {
        None => page::sign_in(Some(typed.as_deref().unwrap_or_default())),
        Some(session) => page::device(&session, typed.as_deref().unwrap_or_default(), None),
    }
}

/// `POST /device`
pub(super) async fn answer_device(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    form: FormFields,
) -> Result<Page, Page> {
    let (session, fields) = admit(visitor, form)?;
    let typed = fields.get("user_code").map_or("", String::as_str);
    let approve = match fields.get("answer").map(String::as_str) {
        Some("approve") => true,
        Some("deny") => false,
        _ => return Err(page::refused(StatusCode::BAD_REQUEST, "Approve or deny?")),
    };
    let Some(code) = read_user_code(typed) else {
        return Err(page::device(
            &session,
            typed,
            Some("A code has eight letters, such as BCDF-GHJK."),
        ));
    };
    let now = shared.now();
    if shared
        .database
        .transact(|db| device::answer(db, now, &code, approve))?
    {
        Ok(page::answered(&session, approve))
    } else {
        Err(page::device(
            &session,
            &code,
            Some("No application waits for an answer to this code. Begin again there."),
        ))
    }
}

/// The session and fields of a form that this session's own page has sent.
fn admit(Visitor(visitor): Visitor, form: FormFields) -> Result<(Session, Fields), Page> {
    let session =
        visitor.ok_or_else(|| page::sign_in(None).with_status(StatusCode::UNAUTHORIZED))?;
    let fields = read(form)?;
    if fields.get("form_token") == Some(&session.form_token()) {
        Ok((session, fields))
    } else {
        Err(page::refused(
            StatusCode::FORBIDDEN,
            "This form is not from this page. Open the page again.",
        ))
    }
}

fn read(form: FormFields) -> Result<Fields, Page> {
    form.map(|Form(fields)| fields)
        .map_err(|rejection| page::refused(rejection.status(), "The form could not be read."))
}
