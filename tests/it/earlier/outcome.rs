//! A run that was left open is looked at, and brought to its end each way that is offered.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::dump;
use super::fixture::{Fixture, Scene};
use crate::program::{PASSPHRASE, Ran, SEALED};

/// Which way a person wants it to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Way {
    Finish,
    Undo,
    /// It is brought to its end by being looked at.
    Looked,
}

impl Way {
    const BOTH: [Self; 2] = [Self::Finish, Self::Undo];

    fn name(self) -> &'static str {
        match self {
            Self::Finish => "finish",
            Self::Undo => "undo",
            Self::Looked => "looked",
        }
    }
}

/// How a fixture was met.
pub(super) struct Met {
    /// The run as it is listed: its kind, what is true of it, and what is offered.
    left: Value,
    /// What came of each way that is offered.
    pub(super) ends: BTreeMap<Way, Value>,
    /// What must hold, and did not.
    pub(super) wrong: Vec<(Way, String)>,
}

impl Met {
    /// What a later version has to say and do as well.
    pub(super) fn shown(&self) -> Value {
        json!({ "left": self.left, "ends": self.ends })
    }
}

/// Takes a fixture up with this version's program, or with another build.
pub(super) async fn meet(fixture: &Fixture, binary: Option<&Path>) -> Met {
    let scene = fixture.scene(binary).await;
    scene.lay_out().await;
    let before = outline(&scene).await;
    let listed = resume(&scene, &[], "").await;
    let runs = listed.object()["unfinished"].take();
    let runs = runs.as_array().expect("a list");
    let mut met = Met {
        left: Value::Null,
        ends: BTreeMap::new(),
        wrong: Vec::new(),
    };
    if runs.is_empty() {
        let (end, wrong) = settled(&scene, &Value::Null, &before).await;
        met.ends.insert(Way::Looked, end);
        met.wrong
            .extend(wrong.into_iter().map(|what| (Way::Looked, what)));
        return met;
    }
    let [left] = runs.as_slice() else {
        met.wrong.push((
            Way::Looked,
            format!("one run is left open, and listed are {runs:#?}"),
        ));
        return met;
    };
    met.left = told(left);
    let run = left["run"].as_str().expect("an id");
    for way in Way::BOTH
        .into_iter()
        .filter(|way| !left[way.name()].is_null())
    {
        if !met.ends.is_empty() {
            scene.lay_out().await;
        }
        let needs = left[way.name()]["broad"] != "no";
        let paste = if needs {
            one_time(&scene, before.account).await
        } else {
            String::new()
        };
        let option = format!("--{}", way.name());
        let ran = resume(&scene, &[run, &option], &paste).await;
        if ran.exit != Some(0) || ran.object()["ended"] != true {
            met.wrong.push((way, format!("it does not end: {ran:?}")));
        }
        let (end, wrong) = settled(&scene, left, &before).await;
        met.ends.insert(way, end);
        met.wrong.extend(wrong.into_iter().map(|what| (way, what)));
    }
    if met.ends.is_empty() {
        met.wrong
            .push((Way::Looked, format!("no way is offered: {left:#}")));
    }
    met
}

async fn resume(scene: &Scene, more: &[&str], paste: &str) -> Ran {
    let mut line = vec!["resume"];
    line.extend(more);
    line.push("--json");
    line.extend(SEALED);
    scene
        .narrows
        .run(&line, format!("{PASSPHRASE}\n{paste}"))
        .await
}

/// What is the same each time that a run is listed.
fn told(left: &Value) -> Value {
    let facts = left["facts"].as_array().expect("facts").iter();
    let facts: Vec<String> = facts
        .map(|fact| format!("{}: {}", word(&fact["about"]), word(&fact["state"])))
        .collect();
    let way = |way: Way| match &left[way.name()] {
        Value::Null => Value::Null,
        offered => json!({ "broad": offered["broad"], "sign_in": offered["sign_in"] }),
    };
    json!({
        "run": left["run"],
        "kind": left["kind"],
        "connection_id": left["connection_id"],
        "token_name": left["token_name"],
        "facts": facts,
        "finish": way(Way::Finish),
        "undo": way(Way::Undo),
    })
}

fn word(value: &Value) -> &str {
    value.as_str().expect("a word")
}

/// What was there before.
pub(super) struct Before {
    /// Whether the tokens belong to the account.
    account: bool,
}

async fn outline(scene: &Scene) -> Before {
    let mark = mark(scene);
    let tokens = living(scene).await;
    let ours = tokens
        .iter()
        .filter(|token| word(&token["name"]).contains(&mark));
    let account = ours
        .clone()
        .any(|token| token["owner"]["kind"] == "account");
    Before { account }
}

/// A token to paste, as the token page asks for it.
pub(super) async fn one_time(scene: &Scene, account: bool) -> String {
    let (kind, group) = if account {
        ("account", "Account API Tokens Write")
    } else {
        ("user", "API Tokens Write")
    };
    let wanted =
        json!({ "kind": kind, "name": "pasted", "groups": [group, "Account Settings Read"] });
    scene.stage.make_token(wanted).await.1
}

/// What it came to, and what of it is not as it must be once nothing is open: the list, the vault, Cloudflare and the
/// platform name the same tokens.
async fn settled(scene: &Scene, left: &Value, before: &Before) -> (Value, Vec<String>) {
    let mut wrong = Vec::new();
    let open = dump::open_runs(&scene.records());
    if !open.is_empty() {
        wrong.push(format!("runs are still open: {open:?}"));
    }
    // Nothing is left to be asked about, so no vault is needed to say so.
    let listed = scene.narrows.run(&["resume", "--json"], "").await;
    if listed.exit != Some(0) || listed.object()["unfinished"] != json!([]) {
        wrong.push(format!("something is left over: {listed:?}"));
    }
    let verified = scene
        .narrows
        .run(&["activity", "--verify", "--json"], "")
        .await;
    if verified.exit != Some(0) {
        wrong.push(format!("the activity's chain does not hold: {verified:?}"));
    }
    if left["kind"] == "sweep" {
        // Such a run is only closed, and what nothing uses is swept by another one.
        let paste = one_time(scene, before.account).await;
        let line = ["orphans", "--delete-all", "--json"];
        let swept = scene.narrows.run(&line, paste).await;
        if swept.exit != Some(0) {
            wrong.push(format!("the sweep fails: {swept:?}"));
        }
    }
    let list = scene
        .narrows
        .run(&["connections", "--json"], "")
        .await
        .result();
    let list = list["connections"].as_array().expect("a list").clone();
    let named = named(&list);
    let ids = |pairs: &BTreeSet<(String, String)>| -> BTreeSet<String> {
        pairs.iter().map(|(_, token)| token.clone()).collect()
    };

    let mark = mark(scene);
    let living = living(scene).await;
    let ours = living
        .iter()
        .filter(|token| word(&token["name"]).contains(&mark));
    let there: BTreeSet<String> = ours.map(|token| word(&token["id"]).to_owned()).collect();
    if there != ids(&named) {
        wrong.push(format!(
            "the list names {named:?}, and at Cloudflare live {there:?}"
        ));
    }
    let pasted: Vec<_> = living
        .iter()
        .filter(|token| token["name"] == "pasted")
        .collect();
    if !pasted.is_empty() {
        wrong.push(format!("what was pasted lives: {pasted:?}"));
    }
    let outside = scene.stage.admin("/snapshot").await;
    let (kept, dead) = kept(scene, &outside).await;
    if kept != named {
        wrong.push(format!(
            "the list names {named:?}, and in the vault are {kept:?}"
        ));
    }
    wrong.extend(dead);
    let with_platform = list.iter().filter(|card| card["delivery"] != "skipped");
    let delivered: Vec<Value> = with_platform.cloned().collect();
    for card in delivered
        .iter()
        .filter(|card| card["delivery"] != "accepted")
    {
        wrong.push(format!("the platform has not accepted it: {card:#}"));
    }
    let (here, there) = (self::named(&delivered), held(&outside["platform"]));
    if here != there {
        wrong.push(format!(
            "the list names {here:?}, and the platform has {there:?}"
        ));
    }
    let cards = list.iter().map(|card| {
        json!({
            "connection_id": card["connection_id"],
            "token_id": card["token_id"],
            "extras": card["extras"].as_array().expect("a list").iter()
                .map(|extra| json!({ "state": extra["state"], "token_id": extra["token_id"] }))
                .collect::<Vec<_>>(),
        })
    });
    (cards.collect(), wrong)
}

/// Connections with each token that they name as in use.
fn named(list: &[Value]) -> BTreeSet<(String, String)> {
    let mut named = BTreeSet::new();
    for card in list {
        let connection = word(&card["connection_id"]).to_owned();
        let extras = card["extras"].as_array().expect("a list").iter();
        let tokens = std::iter::once(card).chain(extras);
        let ids = tokens.filter_map(|token| token["token_id"].as_str());
        named.extend(ids.map(|id| (connection.clone(), id.to_owned())));
    }
    named
}

/// This installation's mark.
fn mark(scene: &Scene) -> String {
    dump::setting(&scene.records(), "installation")
}

/// Tokens that Cloudflare takes.
async fn living(scene: &Scene) -> Vec<Value> {
    let list = scene.stage.admin("/tokens").await;
    let tokens = list["tokens"].as_array().expect("tokens").iter();
    tokens
        .filter(|token| token["status"] == "active")
        .cloned()
        .collect()
}

/// What the vault holds, and what of it is not the value that the token has at Cloudflare.
async fn kept(scene: &Scene, outside: &Value) -> (BTreeSet<(String, String)>, Vec<String>) {
    let vault = scene.vault();
    let names = vault
        .names()
        .await
        .expect("the vault opens")
        .expect("it can be listed");
    let tokens = outside["cloudflare"]["tokens"].as_array().expect("tokens");
    let (mut kept, mut wrong) = (BTreeSet::new(), Vec::new());
    for name in names {
        let words: Vec<&str> = name.split(' ').collect();
        match words[..] {
            ["token", connection, id] => {
                let item = narrows_core::vault::Item::called(&name).expect("an item");
                let value = vault
                    .get(&item)
                    .await
                    .expect("it opens")
                    .expect("it is there");
                let there = tokens.iter().find(|token| token["id"] == id);
                if there.is_none_or(|token| token["value"] != value.expose()) {
                    wrong.push(format!("the kept value of {id} does not work"));
                }
                kept.insert((connection.to_owned(), id.to_owned()));
            }
            ["session", _] => {}
            _ => wrong.push(format!("\"{name}\" is left in the vault")),
        }
    }
    (kept, wrong)
}

/// What the platform has: connections with each of their tokens.
fn held(platform: &Value) -> BTreeSet<(String, String)> {
    let rows = |table: &str, id: &str| -> Vec<(String, String)> {
        let rows = platform[table].as_array().expect("rows").iter();
        rows.map(|row| (word(&row[id]).to_owned(), word(&row["token_id"]).to_owned()))
            .collect()
    };
    rows("connection", "id")
        .into_iter()
        .chain(rows("extra", "connection_id"))
        .collect()
}
