//! The cabinet, as a tenant clicks through it.

use serde_json::json;

use crate::browser::{Browser, field, text_of};
use crate::running::{CLIENT, NONCE, Running, delivery};

const ID: &str = "0b9a3f6e-52c4-4f0e-8a55-6d1f5c0e7a21";

#[tokio::test]
async fn a_tenant_signs_in_sees_the_connection_and_disconnects_it() {
    let (platform, access_token) = Running::signed_in().await;
    let mut browser = Browser::new(&platform);
    let page = browser.get("/").await;
    assert!(
        page.body.contains(r#"id="sign-in""#),
        "a stranger is asked to sign in"
    );
    assert!(
        !page.body.contains(r#"class="connection""#),
        "and sees nothing"
    );

    assert_eq!(
        browser.post("/sign-in", &[]).await.headers["location"],
        "/",
        "one click"
    );
    let page = browser.get("/").await;
    assert!(
        page.body.contains(r#"id="no-connections""#),
        "nothing is connected yet"
    );

    let first = platform
        .put(&access_token, ID, "idempotent-1", &delivery())
        .await;
    let page = browser.get("/").await;
    assert_eq!(
        text_of(&page, "receipt-code"),
        first.text("receipt_code"),
        "the code that the application shows, too"
    );
    for shown in [
        "ada-site",
        "Ada&#39;s Account",
        "Narrows site-generator ada-site",
        "site-generator",
    ] {
        assert!(page.body.contains(shown), "{shown} is on the page");
    }
    let second = platform.get(&access_token, ID, &"ab".repeat(16)).await;
    let page = browser.get("/").await;
    assert_eq!(
        text_of(&page, "receipt-code"),
        second.text("receipt_code"),
        "always that of the last receipt given"
    );

    let form_token = field(&page, "form_token");
    let fields = [("form_token", form_token.as_str()), ("connection", ID)];
    for time in ["first", "second"] {
        let answer = browser.post("/disconnect", &fields).await;
        assert_eq!(
            answer.status, 303,
            "the {time} press leads back to the list"
        );
    }
    assert!(
        browser
            .get("/")
            .await
            .body
            .contains(r#"id="no-connections""#),
        "it is gone from the list"
    );
    assert_eq!(
        platform.get(&access_token, ID, NONCE).await.status,
        404,
        "and from the platform"
    );

    assert_eq!(
        browser.post("/sign-out", &fields).await.status,
        303,
        "signing out works"
    );
    assert!(
        browser.get("/").await.body.contains(r#"id="sign-in""#),
        "and the page is a stranger's again"
    );
}

#[tokio::test]
async fn a_forged_form_does_nothing() {
    let (platform, access_token) = Running::signed_in().await;
    platform
        .put(&access_token, ID, "idempotent-1", &delivery())
        .await;
    let mut stranger = Browser::new(&platform);
    assert_eq!(
        stranger
            .post("/disconnect", &[("connection", ID)])
            .await
            .status,
        401,
        "a stranger disconnects nothing"
    );
    let mut browser = Browser::signed_in(&platform).await;
    let mut other = Browser::signed_in(&platform).await;
    let others_token = field(&other.get("/").await, "form_token");
    for form_token in ["", "0", &others_token] {
        let fields = [("form_token", form_token), ("connection", ID)];
        for path in ["/disconnect", "/device", "/sign-out"] {
            assert_eq!(
                browser.post(path, &fields).await.status,
                403,
                "{path} with the form token {form_token:?}"
            );
        }
    }
    assert_eq!(
        platform.get(&access_token, ID, NONCE).await.status,
        200,
        "the connection is still there"
    );
    let fields = [("form_token", others_token.as_str()), ("connection", ID)];
    assert_eq!(
        other.post("/disconnect", &fields).await.status,
        303,
        "its owner's page can"
    );
}

#[tokio::test]
async fn the_link_with_the_code_leads_through_sign_in_to_the_filled_page() {
    let platform = Running::start().await;
    let device = platform.device_authorization(&[CLIENT]).await;
    let code = device.text("user_code");
    let link = device
        .text("verification_uri_complete")
        .replace(&platform.address, "");

    let mut browser = Browser::new(&platform);
    let page = browser.get(&link).await;
    assert!(
        page.body.contains(r#"id="sign-in""#),
        "a stranger signs in first"
    );
    let carried = field(&page, "user_code");
    let answer = browser.post("/sign-in", &[("user_code", &carried)]).await;
    assert_eq!(
        answer.headers["location"].to_str().expect("readable"),
        link,
        "and comes back"
    );
    let page = browser.get(&link).await;
    for id in ["user-code", "approve", "deny"] {
        assert!(
            page.body.contains(&format!(r#"id="{id}""#)),
            "#{id} is on the page"
        );
    }
    assert_eq!(field(&page, "user_code"), code, "the code is filled in");

    for (typed, reason) in [
        ("", "nothing"),
        ("AEIO-UAEI", "no code"),
        ("ZZZZ-ZZZZ", "an unknown code"),
    ] {
        let page = browser.answer_device(typed, "approve").await;
        assert_eq!(page.status, 422, "{reason}");
        assert!(page.body.contains(r#"role="alert""#), "{reason} is told");
    }
    let typed = code.to_lowercase().replace('-', " ");
    let page = browser.answer_device(&typed, "maybe").await;
    assert_eq!(page.status, 400, "there are two answers only");
    let page = browser.answer_device(&typed, "approve").await;
    assert_eq!(page.status, 200, "however the code is typed");
    assert_eq!(
        platform.poll(&device.text("device_code")).await.status,
        200,
        "it is approved"
    );
}

#[tokio::test]
async fn names_from_outside_stay_text() {
    let (platform, access_token) = Running::signed_in().await;
    let mut body = delivery();
    body["account_name"] = json!("<script>alert('a')</script>");
    body["token"]["name"] = json!(r#""><img src=x onerror=alert(1)>"#);
    platform.put(&access_token, ID, "idempotent-1", &body).await;
    let browser = Browser::signed_in(&platform).await;
    let home = browser.get("/").await;
    let device = browser.get("/device?user_code=%22%3E%3Cscript%3E").await;
    let stranger = Browser::new(&platform)
        .get("/device?user_code=%22%3E%3Cscript%3E")
        .await;
    for page in [&home, &device, &stranger] {
        assert!(
            !page.body.contains("<script"),
            "no script of a name's: {}",
            page.body
        );
        assert!(
            !page.body.contains("<img"),
            "no element of a name's: {}",
            page.body
        );
        let policy = page.headers["content-security-policy"]
            .to_str()
            .expect("readable");
        assert!(
            policy.starts_with("default-src 'none'"),
            "and none would run: {policy}"
        );
    }
    assert!(
        home.body.contains("&lt;script&gt;"),
        "the name is shown as it is"
    );
}

#[tokio::test]
async fn addresses_that_are_none_say_so() {
    let platform = Running::start().await;
    let page = Browser::new(&platform).get("/no/such/page").await;
    assert_eq!(page.status, 404, "there is nothing");
    assert!(
        page.body.contains("nothing at this address"),
        "in words: {}",
        page.body
    );
    let style = Browser::new(&platform).get("/cabinet.css").await;
    assert_eq!(
        style.headers["content-type"], "text/css; charset=utf-8",
        "a browser accepts it"
    );
}
