//! A person with a link in the browser.

use serde_json::json;

use crate::client::{Bench, Reply, send};

/// Keys for Pages and for the user's own tokens, one unknown, percent-encoded as a link carries them.
const KEYS: &str = "%5B%7B%22key%22%3A%22page%22%2C%22type%22%3A%22edit%22%7D%2C%7B%22key%22%3A%22api_tokens%22%2C%22type%22%3A%22edit%22%7D%2C%7B%22key%22%3A%22pages%22%2C%22type%22%3A%22edit%22%7D%5D";

async fn open(bench: &Bench, path: &str) -> Reply {
    send(
        "GET",
        &format!("{}{path}", bench.face().dashboard),
        &[],
        None,
    )
    .await
    .expect("a page")
}

async fn press(bench: &Bench, form: &str) -> Reply {
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    send(
        "POST",
        &format!("{}/api-tokens", bench.face().dashboard),
        &kind,
        Some(form),
    )
    .await
    .expect("a page")
}

/// What stands between `before` and the next `<`.
fn between(page: &str, before: &str) -> String {
    let (_, rest) = page
        .split_once(before)
        .unwrap_or_else(|| panic!("{before} is on the page: {page}"));
    rest.split('<').next().unwrap_or_default().to_owned()
}

/// The form's permissions as they stand, for posting.
fn groups(page: &str) -> String {
    let mut fields = String::new();
    for row in page.split("data-group=").skip(1) {
        let level = row
            .split("<option value=\"")
            .find(|option| option.contains("\" selected"));
        let id = level
            .and_then(|level| level.split('"').next())
            .expect("a chosen level");
        fields.extend(["group=", id, "&"]);
    }
    fields
}

#[tokio::test]
async fn a_link_leads_to_a_token_that_can_mint() {
    let bench = Bench::new().await;
    let form = open(
        &bench,
        &format!(
            "/profile/api-tokens?permissionGroupKeys={KEYS}&accountId=*&zoneId=all&name=My%20app"
        ),
    )
    .await;
    assert_eq!(form.status, 200, "the form opens");
    assert!(
        form.body
            .contains(r#"id="token-name" name="name" value="My app""#),
        "the name is filled in"
    );
    assert_eq!(
        form.body.matches(r#"class="row""#).count(),
        2,
        "the unknown key has no row and no complaint"
    );
    assert!(
        form.body
            .contains(r#"<option value="*" selected>All accounts"#),
        "all accounts are chosen"
    );
    let fields = format!(
        "owner=user&name=My+app&{}account=*&zone=all",
        groups(&form.body)
    );
    let summary = press(&bench, &format!("{fields}&step=summary")).await;
    assert!(
        summary.body.contains("Account · Cloudflare Pages · Edit"),
        "in the dashboard's words: {}",
        summary.body
    );
    assert!(
        summary.body.contains(r#"id="create""#),
        "with the button that makes it"
    );
    let created = press(&bench, &format!("{fields}&step=create")).await;
    assert_eq!(
        created.header("cache-control"),
        Some("no-store"),
        "a page with a value is not kept"
    );
    let value = between(&created.body, r#"<code id="token-value">"#);
    let body = bench.draft(
        "n",
        crate::client::PAGES_WRITE,
        &json!({ "com.cloudflare.api.account.{account}": "*" }),
    );
    assert_eq!(
        bench
            .with_body("POST", "/user/tokens", &value, &body)
            .await
            .status,
        200,
        "a person's token may mint"
    );
    let list = open(&bench, "/profile/api-tokens").await;
    assert!(
        list.body.contains("My app") && !list.body.contains(&value),
        "the list shows the name and never the value"
    );
}

#[tokio::test]
async fn an_account_token_is_made_for_the_account_that_is_chosen() {
    let bench = Bench::new().await;
    let keys = "%5B%7B%22key%22%3A%22account_api_tokens%22%2C%22type%22%3A%22edit%22%7D%2C%7B%22key%22%3A%22api_tokens%22%2C%22type%22%3A%22edit%22%7D%5D";
    let form = open(
        &bench,
        &format!("/?to=/:account/api-tokens&permissionGroupKeys={keys}&name=x"),
    )
    .await;
    assert_eq!(
        form.body.matches(r#"class="row""#).count(),
        1,
        "user permissions are not offered here"
    );
    let fields = format!("owner=account&name=x&{}zone=all", groups(&form.body));
    let unset = press(&bench, &format!("{fields}&account=&step=create")).await;
    assert!(
        unset.body.contains(r#"role="alert""#),
        "an account must be chosen"
    );
    let created = press(
        &bench,
        &format!("{fields}&account={}&step=create", bench.face().account_id),
    )
    .await;
    let value = between(&created.body, r#"<code id="token-value">"#);
    assert!(value.starts_with("cfat_"), "it is the account's");
    assert_eq!(
        bench.get("/accounts/{account}/tokens", &value).await.status,
        200,
        "and manages its tokens"
    );
    let direct = open(
        &bench,
        &format!(
            "/{}/api-tokens?permissionGroupKeys={keys}",
            bench.face().account_id
        ),
    )
    .await;
    assert!(
        direct.body.contains(&format!(
            r#"<option value="{}" selected"#,
            bench.face().account_id
        )),
        "chosen by the address"
    );
}

#[tokio::test]
async fn a_form_with_no_account_chosen_makes_a_token_that_sees_none() {
    let bench = Bench::new().await;
    let form = open(
        &bench,
        &format!("/profile/api-tokens?permissionGroupKeys={KEYS}"),
    )
    .await;
    let created = press(
        &bench,
        &format!(
            "owner=user&name=x&{}account=&zone=all&step=create",
            groups(&form.body)
        ),
    )
    .await;
    let value = between(&created.body, r#"<code id="token-value">"#);
    assert_eq!(
        bench.get("/accounts", &value).await.result(),
        json!([]),
        "alive, and with nothing to see"
    );
}

#[tokio::test]
async fn deleting_in_the_list_revokes_the_token() {
    let bench = Bench::new().await;
    let (id, value) = bench
        .plant(json!({ "kind": "user", "groups": ["Pages Write"], "name": "<b>old</b>" }))
        .await;
    let list = open(&bench, "/profile/api-tokens").await;
    assert!(
        list.body.contains("&lt;b&gt;old"),
        "names are text, not markup"
    );
    assert_eq!(
        press(&bench, &format!("step=delete&token={id}"))
            .await
            .status,
        303,
        "back to the list"
    );
    assert_eq!(
        bench.get("/user/tokens/verify", &value).await.refusal().1,
        1000,
        "and the token is gone"
    );
}
