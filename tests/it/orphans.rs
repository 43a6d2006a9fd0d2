//! Orphans: tokens of this installation that nothing uses, and nothing else.

use narrows_core::secret::Secret;
use narrows_core::steps::offer;
use narrows_core::story::{BroadState, BroadWish, Outcome};
use narrows_core::sweep::Sweep;
use serde_json::json;

use crate::disconnect::another_broad;
use crate::golden;
use crate::program::{PASSPHRASE, Program};
use crate::stage::{Stage, destroy};

/// Makes a token of this name with one permission; returns its id.
async fn named(stage: &Stage, name: &str) -> String {
    let body = json!({ "kind": "user", "name": name, "groups": ["Pages Write"] });
    stage.make_token(body).await.0
}

async fn sweep(stage: &Stage) -> Sweep {
    let broad = another_broad(stage).await;
    let mut walk = Sweep::begin(&stage.app).expect("a walk");
    walk.approach
        .paste(Secret::new(broad))
        .map_err(golden::listed)
        .expect("a token");
    walk.approach
        .inspect(None)
        .await
        .map_err(golden::listed)
        .expect("a good one");
    walk
}

#[tokio::test]
async fn only_what_bears_the_mark_and_is_not_used_is_listed_and_deleted() {
    let stage = Stage::new().await;
    let Ok(Outcome::Connected(used)) = stage.connect(&stage.face.broad_token, destroy()).await
    else {
        panic!("connect did not come through");
    };
    let mark = stage.app.record.installation().expect("a mark");
    let orphan = format!("Narrows site-generator {mark}-abcdefgh12345678");
    let first = named(&stage, &orphan).await;
    let second = named(&stage, &format!("{orphan} (2)")).await;
    let mut untouchable = vec![used.token_id.clone()];
    for name in [
        "Narrows site-generator zzzzzzzz-abcdefgh12345678".to_owned(),
        format!("Narrows site-generator {mark}-abcdefgh12345678 copy"),
        format!("My {orphan}"),
        "Narrows one-time abcdefgh12345678".to_owned(),
        mark.clone(),
    ] {
        untouchable.push(named(&stage, &name).await);
    }
    let mut walk = sweep(&stage).await;
    let found = walk.orphans().await.expect("a list");
    let ids: Vec<_> = found
        .orphans
        .iter()
        .map(|one| one.token_id.clone())
        .collect();
    assert_eq!(ids.len(), 2, "{found:#?}");
    assert!(ids.contains(&first) && ids.contains(&second), "{found:#?}");
    assert_eq!(found.in_use, 1);
    let all = stage.token_names().await.len();
    assert_eq!(found.quota.of, 50);
    assert_eq!(found.orphans[0].age_days, Some(0));
    assert_eq!(found.orphans[0].status, "active");
    assert!(
        found.quota.used as usize <= all,
        "those of accounts do not count"
    );

    let mut wanted = ids;
    wanted.extend(untouchable.clone());
    let swept = walk
        .delete(&wanted, BroadWish::Destroy)
        .await
        .expect("a sweep");
    assert_eq!(swept.deleted.len(), 2, "{swept:#?}");
    assert_eq!(
        swept.left.len(),
        untouchable.len(),
        "the others were refused"
    );
    assert_eq!(
        swept.quota.map(|quota| quota.used),
        Some(found.quota.used - 2)
    );
    assert_eq!(
        swept.broad.map(|broad| broad.state),
        Some(BroadState::Refused)
    );
    let list = stage.admin("/tokens").await;
    for id in &untouchable {
        let there = list["tokens"].as_array().expect("tokens").iter();
        assert!(
            there.clone().any(|token| token["id"] == id.as_str()),
            "{id} is untouched"
        );
    }
}

#[tokio::test]
async fn a_one_time_token_that_was_offered_and_forgotten_is_an_orphan_too() {
    let stage = Stage::new().await;
    let offered = offer(&stage.app, &Stage::profile()).expect("a page");
    let forgotten = named(&stage, &offered[0].token_name).await;
    let found = sweep(&stage).await.orphans().await.expect("a list");
    assert_eq!(found.orphans.len(), 1, "{found:#?}");
    assert_eq!(found.orphans[0].token_id, forgotten);
    assert!(found.orphans[0].one_time);
}

#[tokio::test]
async fn a_list_of_several_pages_is_read_to_its_end_and_a_full_one_can_be_swept() {
    let stage = Stage::new().await;
    let mark = stage.app.record.installation().expect("a mark");
    let narrow = |n: usize| format!("Narrows site-generator {mark}-abcdefgh{n:08}");
    for n in 0..60 {
        named(&stage, &narrow(n)).await;
    }
    let mut walk = sweep(&stage).await;
    let found = walk.orphans().await.expect("a list");
    assert_eq!(
        found.orphans.len(),
        60,
        "those of the second page are there"
    );
    let all: Vec<_> = found.orphans.into_iter().map(|one| one.token_id).collect();
    let swept = walk.delete(&all, BroadWish::Keep).await.expect("a sweep");
    assert_eq!(swept.deleted.len(), 60, "{:?}", swept.left);
}

#[tokio::test]
async fn inspecting_tells_how_many_there_are() {
    let stage = Stage::new().await;
    let mark = stage.app.record.installation().expect("a mark");
    named(
        &stage,
        &format!("Narrows site-generator {mark}-abcdefgh12345678"),
    )
    .await;
    let mut walk = stage.walk().await;
    let seen = stage
        .inspect(&mut walk.approach, &stage.face.broad_token)
        .await;
    assert_eq!(seen.expect("good").orphans, 1);
}

#[tokio::test]
async fn the_command_line_lists_and_deletes() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let ran = narrows
        .connect(&stage.face.broad_token, &["--json"])
        .ends()
        .await;
    let name = ran.result()["token_name"]
        .as_str()
        .expect("a name")
        .to_owned();
    let (stem, _) = name.rsplit_once('-').expect("a mark");
    let orphan = named(&stage, &format!("{stem}-abcdefgh12345678")).await;
    let broad = another_broad(&stage).await;
    let ran = narrows
        .run(&["orphans", "--json", "--keep-broad"], broad.as_str())
        .await;
    let found = ran.result();
    assert_eq!(
        found["orphans"][0]["token_id"],
        orphan.as_str(),
        "{found:#}"
    );
    assert_eq!(found["in_use"], 1);
    assert_eq!(found["deleted"], json!([]), "listing deletes nothing");
    assert_eq!(found["broad"]["state"], "kept");
    let ran = narrows
        .run(&["orphans", "--json", "--delete", &orphan], broad.as_str())
        .await;
    let swept = ran.result();
    assert_eq!(
        swept["deleted"][0],
        format!("{stem}-abcdefgh12345678"),
        "{swept:#}"
    );
    assert_eq!(swept["broad"]["state"], "refused");
    let ran = narrows
        .run(&["orphans", "--json", "--delete-all"], PASSPHRASE)
        .await;
    assert_ne!(ran.exit, Some(0), "a passphrase is no token: {ran:?}");
}
