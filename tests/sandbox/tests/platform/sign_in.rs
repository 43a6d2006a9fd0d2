//! Sign-in of the desktop application.

use crate::browser::Browser;
use crate::running::{CLIENT, DEVICE_GRANT, Running, Start};

#[tokio::test]
async fn a_device_code_waits_until_the_tenant_approves_it() {
    let platform = Running::start().await;
    let device = platform
        .device_authorization(&[CLIENT, ("scope", "connections")])
        .await;
    let code = device.text("device_code");
    assert_eq!(
        device.text("verification_uri_complete"),
        format!(
            "{}/device?user_code={}",
            platform.address,
            device.text("user_code")
        ),
        "the address to open is the platform's own, with the code filled in"
    );

    assert_eq!(
        platform.poll(&code).await.refusal(),
        (400, "authorization_pending".into()),
        "nobody has answered"
    );
    let mut browser = Browser::signed_in(&platform).await;
    let page = browser
        .answer_device(&device.text("user_code"), "approve")
        .await;
    assert!(
        page.body.contains("Approved"),
        "the tenant is told: {page:?}"
    );

    let tokens = platform.poll(&code).await;
    assert_eq!(tokens.status, 200, "an approved code is exchanged");
    let me = platform.me(&tokens.text("access_token")).await;
    assert_eq!(
        me.text("email"),
        "ada@example.com",
        "as the tenant who approved"
    );
    assert_eq!(
        platform.poll(&code).await.refusal(),
        (400, "invalid_grant".into()),
        "a device code is good for one token"
    );
}

#[tokio::test]
async fn a_denied_code_gives_no_token() {
    let platform = Running::start().await;
    let device = platform.device_authorization(&[CLIENT]).await;
    let mut browser = Browser::signed_in(&platform).await;
    let page = browser
        .answer_device(&device.text("user_code"), "deny")
        .await;
    assert!(page.body.contains("Denied"), "the tenant is told: {page:?}");
    assert_eq!(
        platform.poll(&device.text("device_code")).await.refusal(),
        (400, "access_denied".into()),
        "the application is told, too"
    );
    let again = browser
        .answer_device(&device.text("user_code"), "approve")
        .await;
    assert_eq!(
        again.status, 422,
        "an answered code cannot be answered anew"
    );
}

#[tokio::test]
async fn a_code_that_nobody_answers_expires() {
    let platform = Running::start().await;
    let device = platform.device_authorization(&[CLIENT]).await;
    let expires_in = device.json()["expires_in"].as_i64().expect("seconds");

    platform.pass_seconds(expires_in - 1);
    assert_eq!(
        platform.poll(&device.text("device_code")).await.refusal(),
        (400, "authorization_pending".into()),
        "it lives as long as it was said to"
    );
    platform.pass_seconds(1);
    assert_eq!(
        platform.poll(&device.text("device_code")).await.refusal(),
        (400, "expired_token".into()),
        "and no longer"
    );
    let mut browser = Browser::signed_in(&platform).await;
    let page = browser
        .answer_device(&device.text("user_code"), "approve")
        .await;
    assert_eq!(page.status, 422, "it cannot be approved any more");
}

#[tokio::test]
async fn polling_too_fast_makes_the_interval_longer() {
    let platform = Running::start().await;
    let device = platform.device_authorization(&[CLIENT]).await;
    let interval = device.json()["interval"].as_i64().expect("seconds");
    let code = device.text("device_code");
    let pending = (400, "authorization_pending".to_owned());
    let slow_down = (400, "slow_down".to_owned());

    assert_eq!(
        platform.poll(&code).await.refusal(),
        pending,
        "the first poll"
    );
    platform.pass_seconds(interval);
    assert_eq!(
        platform.poll(&code).await.refusal(),
        pending,
        "in good time"
    );
    assert_eq!(
        platform.poll(&code).await.refusal(),
        slow_down,
        "at once again"
    );
    platform.pass_seconds(interval);
    assert_eq!(
        platform.poll(&code).await.refusal(),
        slow_down,
        "the old interval is too short now"
    );
    platform.pass_seconds(interval + 10);
    assert_eq!(
        platform.poll(&code).await.refusal(),
        pending,
        "told to slow down twice, 10 seconds more are enough"
    );
}

#[tokio::test]
async fn a_sandbox_without_a_person_approves_by_itself() {
    let (platform, access_token) = Running::signed_in().await;
    assert_eq!(
        platform.me(&access_token).await.text("name"),
        "Ada Tenant",
        "signed in without anybody's click"
    );
}

#[tokio::test]
async fn oauth_requests_that_are_wrong_are_refused_in_oauths_words() {
    let platform = Running::start().await;
    let stranger = ("client_id", "somebody-else");
    for (form, code, reason) in [
        (vec![], "invalid_request", "no client"),
        (vec![stranger], "invalid_client", "another client"),
        (
            vec![("client_id", "")],
            "invalid_request",
            "empty counts as absent",
        ),
        (
            vec![CLIENT, CLIENT],
            "invalid_request",
            "twice the same parameter",
        ),
        (
            vec![CLIENT, ("scope", "everything")],
            "invalid_scope",
            "another scope",
        ),
    ] {
        let answer = platform.device_authorization(&form).await;
        assert_eq!(answer.refusal(), (400, code.into()), "{reason}");
    }

    let grant = |kind: &'static str| ("grant_type", kind);
    for (form, code, reason) in [
        (vec![CLIENT], "invalid_request", "no grant"),
        (
            vec![CLIENT, grant("password")],
            "unsupported_grant_type",
            "another grant",
        ),
        (
            vec![CLIENT, DEVICE_GRANT],
            "invalid_request",
            "no device code",
        ),
        (
            vec![CLIENT, DEVICE_GRANT, ("device_code", "x")],
            "invalid_grant",
            "an unknown code",
        ),
        (
            vec![stranger, DEVICE_GRANT, ("device_code", "x")],
            "invalid_client",
            "another client",
        ),
        (
            vec![CLIENT, grant("refresh_token")],
            "invalid_request",
            "no refresh token",
        ),
        (
            vec![CLIENT, grant("refresh_token"), ("refresh_token", "x")],
            "invalid_grant",
            "unknown",
        ),
        (
            vec![
                CLIENT,
                grant("refresh_token"),
                ("refresh_token", "x"),
                ("scope", "all"),
            ],
            "invalid_scope",
            "a wider scope",
        ),
    ] {
        let answer = platform.token(&form).await;
        assert_eq!(answer.refusal(), (400, code.into()), "{reason}");
    }

    for (form, code, reason) in [
        (vec![CLIENT], "invalid_request", "no token"),
        (
            vec![stranger, ("token", "x")],
            "invalid_client",
            "another client",
        ),
    ] {
        let answer = platform.revoke(&form).await;
        assert_eq!(answer.refusal(), (400, code.into()), "{reason}");
    }

    let request = platform
        .http
        .post(platform.url("/oauth/token"))
        .body("x".repeat(70_000));
    assert_eq!(
        platform.call("getToken", request).await.refusal(),
        (400, "invalid_request".into()),
        "what is no form, or too long, is refused as well"
    );
    let unknown = platform
        .device_authorization(&[CLIENT, ("resource", "x"), ("resource", "")])
        .await;
    assert_eq!(unknown.status, 200, "unknown parameters are ignored");
}

#[tokio::test]
async fn a_refresh_token_is_good_for_one_use() {
    let platform = Running::start_as(Start {
        auto_approve: true,
        ..Start::default()
    })
    .await;
    let first = platform.sign_in().await;
    platform.pass_seconds(3600);
    assert_eq!(
        platform.me(&first.text("access_token")).await.refusal(),
        (401, "not-signed-in".into()),
        "an access token lasts an hour"
    );

    let second = platform.refresh(&first.text("refresh_token")).await;
    assert_eq!(second.status, 200, "a refresh token outlives it");
    assert_ne!(
        first.text("refresh_token"),
        second.text("refresh_token"),
        "each refresh brings a new one"
    );
    assert_eq!(
        platform.me(&second.text("access_token")).await.status,
        200,
        "the new access token is good"
    );

    assert_eq!(
        platform
            .refresh(&first.text("refresh_token"))
            .await
            .refusal(),
        (400, "invalid_grant".into()),
        "a used one is refused"
    );
    assert_eq!(
        platform.me(&second.text("access_token")).await.refusal(),
        (401, "not-signed-in".into()),
        "and whoever has it may be a thief, so the whole sign-in ends"
    );
    assert_eq!(
        platform
            .refresh(&second.text("refresh_token"))
            .await
            .refusal(),
        (400, "invalid_grant".into()),
        "with its newest refresh token, too"
    );
}

#[tokio::test]
async fn either_token_signs_out() {
    let platform = Running::start_as(Start {
        auto_approve: true,
        ..Start::default()
    })
    .await;
    let other = platform.sign_in().await;
    for kind in ["access_token", "refresh_token"] {
        let tokens = platform.sign_in().await;
        let token = tokens.text(kind);
        for time in ["first", "second"] {
            let answer = platform
                .revoke(&[CLIENT, ("token", &token), ("token_type_hint", kind)])
                .await;
            assert_eq!(answer.status, 200, "the {time} revocation of {kind}");
        }
        assert_eq!(
            platform.me(&tokens.text("access_token")).await.status,
            401,
            "{kind} revoked: the access token is no good"
        );
        assert_eq!(
            platform.refresh(&tokens.text("refresh_token")).await.status,
            400,
            "{kind} revoked: the refresh token is no good"
        );
    }
    assert_eq!(
        platform.me(&other.text("access_token")).await.status,
        200,
        "another sign-in is left alone"
    );
}
