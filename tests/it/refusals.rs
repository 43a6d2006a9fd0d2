//! Wrong input at each step of connect, with its exact outcome.

use narrows_core::problem::Next;
use narrows_core::story::{Choices, Outcome};
use serde_json::json;

use crate::stage::{Stage, destroy};

/// What inspecting a pasted text says.
async fn refusal(stage: &Stage, text: &str) -> (String, Next) {
    let mut walk = stage.walk().await;
    match stage.inspect(&mut walk.approach, text).await {
        Ok(inspection) => panic!("{text:.12} was taken: {inspection:?}"),
        Err(problem) => (problem.code, problem.next),
    }
}

#[tokio::test]
async fn what_is_no_token_is_refused_before_anything_is_asked() {
    let stage = Stage::new().await;
    for (text, code) in [
        (String::new(), "paste-empty"),
        (" \n\t ".to_owned(), "paste-empty"),
        ("ada@example.com".to_owned(), "paste-email"),
        (
            "https://dash.cloudflare.com/profile/api-tokens".to_owned(),
            "paste-token-page-link",
        ),
        (stage.face.global_key.clone(), "paste-global-key"),
        ("a1b2".repeat(9) + "c", "paste-global-key"),
        ("v1.0-".to_owned() + &"0a".repeat(70), "paste-origin-ca-key"),
        ("x".repeat(1024 * 1024), "paste-too-long"),
    ] {
        let (found, _) = refusal(&stage, &text).await;
        assert_eq!(found, code, "{text:.20}");
    }
    let asked = stage
        .requests()
        .await
        .into_iter()
        .filter(|line| line.contains("/client/v4"))
        .count();
    assert_eq!(
        asked, 0,
        "Cloudflare was never asked about what cannot be a token"
    );
}

#[tokio::test]
async fn each_way_a_token_can_fail_has_its_own_words() {
    let stage = Stage::new().await;
    let user = |more: serde_json::Value| {
        let mut body = json!({ "kind": "user", "name": "odd", "groups": ["API Tokens Write", "Account Settings Read"] });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        body
    };
    let unknown = "cfut_".to_owned() + &"q".repeat(40) + "0badc0de";
    let disabled = stage
        .make_token(user(json!({ "status": "disabled" })))
        .await
        .1;
    let expired = stage
        .make_token(user(json!({ "expires_on": "2020-01-01T00:00:00Z" })))
        .await
        .1;
    let blocked = stage
        .make_token(user(
            json!({ "condition": { "request_ip": { "in": ["203.0.113.9/32"] } } }),
        ))
        .await
        .1;
    let no_account = stage
        .make_token(user(json!({ "groups": ["API Tokens Write"] })))
        .await
        .1;
    let reads_only = stage
        .make_token(user(
            json!({ "groups": ["API Tokens Read", "Account Settings Read"] }),
        ))
        .await
        .1;
    for (value, code, next) in [
        (unknown.as_str(), "token-unknown", Next::PasteAgain),
        (&disabled, "token-disabled", Next::OpenTokenPage),
        (&expired, "token-expired", Next::OpenTokenPage),
        (&blocked, "address-blocked", Next::OpenTokenPage),
        (&no_account, "no-account-visible", Next::OpenTokenPage),
        (&reads_only, "cannot-mint", Next::OpenTokenPage),
        (&stage.face.narrow_token, "cannot-mint", Next::OpenTokenPage),
    ] {
        let (found, action) = refusal(&stage, value).await;
        assert_eq!((found.as_str(), action), (code, next));
    }
    assert_eq!(
        stage.ours().await,
        Vec::<String>::new(),
        "nothing was minted with any of them"
    );
}

#[tokio::test]
async fn the_narrow_token_of_a_connection_is_known_when_it_is_pasted() {
    let stage = Stage::new().await;
    let Outcome::Connected(result) = stage
        .connect(&stage.face.broad_token, destroy())
        .await
        .expect("good")
    else {
        panic!("connect did not come through");
    };
    let item = narrows_core::vault::Item::Token {
        connection: result.connection_id.clone(),
        token: result.token_id,
    };
    let narrow = stage
        .app
        .vault()
        .get(&item)
        .await
        .expect("the vault")
        .expect("the token");
    assert_eq!(refusal(&stage, narrow.expose()).await.0, "narrow-pasted");
}

#[tokio::test]
async fn choices_that_cannot_be_are_named() {
    let stage = Stage::new().await;
    let mut walk = stage.walk().await;
    stage
        .inspect(&mut walk.approach, &stage.face.broad_token)
        .await
        .expect("good");
    let owned = |text: &str| Some(text.to_owned());
    for (choices, code) in [
        (
            Choices {
                account: owned("0123456789abcdef0123456789abcdef"),
                ..Choices::default()
            },
            "account-unseen",
        ),
        (
            Choices {
                account: owned("my account"),
                ..Choices::default()
            },
            "account-unseen",
        ),
        (
            Choices {
                project: owned("My Site!"),
                ..Choices::default()
            },
            "project-name",
        ),
        (
            Choices {
                project: owned(&"a".repeat(59)),
                ..Choices::default()
            },
            "project-name",
        ),
        (
            Choices {
                project: owned("-a"),
                ..Choices::default()
            },
            "project-name",
        ),
        (
            Choices {
                expires: owned("soon"),
                ..Choices::default()
            },
            "expiry-unreadable",
        ),
        (
            Choices {
                expires: owned("2020-01-01"),
                ..Choices::default()
            },
            "expiry-past",
        ),
        (
            Choices {
                allow_ip: vec!["example.com".to_owned()],
                ..Choices::default()
            },
            "address-unreadable",
        ),
        (
            Choices {
                with: vec!["magic".to_owned()],
                ..Choices::default()
            },
            "condition-unknown",
        ),
        (
            Choices {
                with: vec!["domain".to_owned()],
                ..Choices::default()
            },
            "zone-needed",
        ),
        (
            Choices {
                with: vec!["domain".to_owned()],
                zones: vec!["example.com".to_owned()],
                ..Choices::default()
            },
            "zone-id",
        ),
    ] {
        let problem = walk
            .choosing()
            .expect("a known token")
            .preview(&choices)
            .expect_err(code);
        assert_eq!(problem.code, code, "{choices:?}");
        assert_eq!(
            problem.next,
            Next::ChangeChoices,
            "{code} is mended by choosing again"
        );
    }
}

#[tokio::test]
async fn a_domain_adds_zone_permissions_in_a_policy_of_their_own() {
    let stage = Stage::new().await;
    let choices = Choices {
        with: vec!["domain".to_owned()],
        zones: vec![stage.face.zone_id.clone()],
        ..destroy()
    };
    let Outcome::Connected(result) = stage
        .connect(&stage.face.broad_token, choices)
        .await
        .expect("good")
    else {
        panic!("connect did not come through");
    };
    assert_eq!(result.granted.len(), 6, "Pages Write and five on the zone");
    let zones = result
        .granted
        .iter()
        .filter(|grant| grant.scope == "zone")
        .count();
    assert_eq!(zones, 5);
    assert_eq!(result.can.proved, result.can.of);
}

/// What connect ends with when one call of Cloudflare goes wrong.
async fn ends(
    stage: &Stage,
    method: &str,
    path: &str,
    fault: serde_json::Value,
) -> (&'static str, String, Vec<String>) {
    stage.tell("/reset", &json!({})).await;
    stage.fault(method, path, fault).await;
    let (_, value) = stage
        .make_token(json!({ "kind": "user", "name": "one more", "groups": ["API Tokens Write", "Account Settings Read"] }))
        .await;
    let before = stage.ours().await;
    let outcome = stage.connect(&value, destroy()).await;
    let made = stage
        .ours()
        .await
        .into_iter()
        .filter(|name| !before.contains(name))
        .collect();
    match outcome {
        Err(problem) => ("refused", problem.code, made),
        Ok(Outcome::Connected(_)) => ("connected", String::new(), made),
        Ok(Outcome::Pending(pending)) => ("pending", pending.problem.code, made),
        Ok(Outcome::Stopped(stopped)) => ("stopped", stopped.problem.code, made),
    }
}

#[tokio::test]
async fn a_mint_whose_answer_is_lost_leaves_one_token_not_two() {
    for kind in ["reset-after", "truncate", "garbage", "html"] {
        let stage = Stage::new().await;
        let (ended, code, made) = ends(
            &stage,
            "POST",
            "/client/v4/user/tokens",
            json!({ "nth": 1, "times": 1, "kind": kind }),
        )
        .await;
        assert_eq!(
            (ended, code.as_str()),
            ("connected", ""),
            "{kind}: the second try comes through"
        );
        assert_eq!(
            made.len(),
            1,
            "{kind}: the lost token was found by its name and deleted: {made:?}"
        );
    }
}

#[tokio::test]
async fn a_mint_that_is_refused_leaves_nothing() {
    let stage = Stage::new().await;
    let fault = json!({ "kind": "status", "status": 500 });
    let (ended, _, made) = ends(&stage, "POST", "/client/v4/user/tokens", fault).await;
    assert_eq!((ended, made), ("stopped", Vec::new()));
}

#[tokio::test]
async fn a_throttled_mint_waits_as_asked_and_is_sent_again() {
    let stage = Stage::new().await;
    let fault = json!({ "nth": 1, "times": 1, "kind": "rate-limit", "retry_after": 1 });
    let (ended, code, made) = ends(&stage, "POST", "/client/v4/user/tokens", fault).await;
    assert_eq!((ended, code.as_str(), made.len()), ("connected", "", 1));
}

#[tokio::test]
async fn a_broad_token_that_will_not_be_deleted_is_ended_another_way() {
    let stage = Stage::new().await;
    let fault = json!({ "kind": "status", "status": 403 });
    stage
        .fault("DELETE", "/client/v4/user/tokens/{}", fault)
        .await;
    let Outcome::Connected(result) = stage
        .connect(&stage.face.broad_token, destroy())
        .await
        .expect("good")
    else {
        panic!("connect did not come through");
    };
    assert_ne!(
        result.broad.state,
        narrows_core::story::BroadState::Alive,
        "it was given an end: {}",
        result.broad.sentence
    );
    assert!(result.broad.expires_on.is_some(), "and the end is told");
}

#[tokio::test]
async fn a_token_list_that_is_full_stops_before_the_mint() {
    let stage = Stage::new().await;
    for number in 0..60 {
        let made = stage.token_names().await.len();
        if made > 55 {
            break;
        }
        stage
            .tell("/tokens", &json!({ "kind": "user", "name": format!("filler {number}"), "groups": ["Pages Read"] }))
            .await;
    }
    assert_eq!(
        refusal(&stage, &stage.face.broad_token).await,
        ("token-quota".to_owned(), Next::OpenTokenList)
    );
}
