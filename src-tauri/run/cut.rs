//! A run that was cut off, as its journal tells it. What is true of it now is asked elsewhere.

use super::app::App;
use super::decision::Decision;
use super::effect::{DESTROY, KEEP, MOVE_VAULT, NOMINATE, REVOKE, REVOKE_EXTRA, UNDO};
use super::entry::field;
use super::extra_trace;
use super::maker::Maker;
use crate::cloudflare::{Account, Owner, Policy, TokenKind};
use crate::problem::{Next, Problem};
use crate::record::{Connection, Entry, Phase, Run, RunKind};
use crate::vault::{Item, VaultKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A run and its journal.
#[derive(Clone)]
pub(crate) struct Cut {
    /// The run.
    pub run: Run,
    /// What was decided; nothing where it was cut off before that.
    pub nominated: Option<Nominated>,
    entries: Vec<Entry>,
    vault: VaultKind,
}

/// What was decided before the first thing was made.
#[derive(Clone, Deserialize)]
pub(crate) struct Nominated {
    /// The connection's id.
    pub connection: String,
    /// The platform's name.
    pub platform: String,
    /// Its address, where there is a platform.
    pub platform_address: Option<String>,
    /// The platform's id of who was signed in there.
    #[serde(default)]
    pub person: Option<String>,
    /// Kind of both tokens.
    pub kind: TokenKind,
    /// What was to be made; nothing in a disconnect.
    #[serde(default)]
    pub decision: Option<Decision>,
    /// The connection as it was, in a disconnect.
    #[serde(default)]
    pub was: Option<Connection>,
    /// The token that is replaced, in a rotation.
    #[serde(default)]
    pub replaces: Option<Replaced>,
    /// The pasted token.
    #[serde(default)]
    pub broad: Option<BroadMark>,
    /// Rotations that a disconnect takes over.
    #[serde(default)]
    pub rotations: Vec<Rotating>,
}

/// A rotation that was open when its connection was ended: what it accounts for is taken back with the connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rotating {
    /// The run's id.
    pub run: String,
    /// Tokens that exist or may exist, beside the connection's own: their names, and Cloudflare's ids where known.
    pub tokens: Vec<(String, Option<String>)>,
    /// Ids of the tokens whose values may be kept here.
    pub copies: Vec<String>,
}

/// What was noted of a token that is replaced.
#[derive(Clone, Deserialize)]
pub(crate) struct Replaced {
    /// Cloudflare's id of it.
    pub token_id: String,
}

/// What was noted of a pasted token.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct BroadMark {
    /// Cloudflare's id of it.
    pub token: String,
    /// Its name, where it could be read.
    pub name: Option<String>,
    /// Whether it was made through our link.
    pub ours: bool,
    /// Cloudflare's id of the person whose token it is, where it was known.
    #[serde(default)]
    pub person: Option<String>,
}

/// A narrow token that a run made, or may have made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trace {
    /// Its name, which is unique.
    pub name: String,
    /// Cloudflare's id; nothing where the answer was lost.
    pub id: Option<String>,
    /// The policies that Cloudflare gave it, where they were noted.
    pub policies: Option<Vec<Policy>>,
}

impl Nominated {
    /// The account.
    pub(crate) fn account(&self) -> Option<Account> {
        let of = |was: &Connection| Account {
            id: was.account_id.clone(),
            name: was.account_name.clone(),
        };
        let decided = self.decision.as_ref();
        decided
            .map(|decision| decision.account.clone())
            .or_else(|| self.was.as_ref().map(of))
    }

    /// The platform's id of the person whose connection it is, where that was noted.
    pub(crate) fn person(&self) -> Option<&str> {
        let was = self.was.as_ref().and_then(|was| was.person.as_deref());
        self.person.as_deref().or(was)
    }

    /// The set of tokens that the narrow one belongs to.
    pub(crate) fn owner(&self) -> Owner {
        match (self.kind, self.account()) {
            (TokenKind::Account, Some(account)) => Owner::Account(account.id),
            _ => Owner::User,
        }
    }

    /// What a token of this connection is kept as.
    pub(crate) fn item(&self, token: &str) -> Item {
        Item::Token {
            connection: self.connection.clone(),
            token: token.to_owned(),
        }
    }
}

impl Cut {
    /// Whether what was decided cannot be read, as by a version that is older than the one that wrote it.
    pub(crate) fn is_unreadable(&self) -> bool {
        self.run.kind != RunKind::Rotate && self.nominated.is_none() && self.intended(NOMINATE)
    }

    /// Whether an id or a name stands anywhere in the journal.
    pub(crate) fn mentions(&self, word: &str) -> bool {
        fn within(value: &Value, word: &str) -> bool {
            match value {
                Value::String(text) => text == word,
                Value::Array(items) => items.iter().any(|item| within(item, word)),
                Value::Object(fields) => fields.values().any(|field| within(field, word)),
                _ => false,
            }
        }
        self.entries.iter().any(|entry| within(&entry.detail, word))
    }

    /// Reads the journal of a run.
    pub(crate) fn read(app: &App, run: Run) -> Result<Self, Problem> {
        let entries = app
            .record
            .journal(&run.id)
            .map_err(|error| error.problem())?;
        Ok(Self::of(run, entries, app.vault().kind()))
    }

    /// The run of this id, where it has not ended.
    pub(crate) fn open(app: &App, run: &str) -> Result<Self, Problem> {
        let known = app.record.run(run).map_err(|error| error.problem())?;
        let open = known.filter(|run| run.ended.is_none());
        Self::read(app, open.ok_or_else(unknown_run)?)
    }

    fn of(run: Run, entries: Vec<Entry>, in_use: VaultKind) -> Self {
        let nominated = entries
            .iter()
            .rev()
            .find(|entry| entry.step == NOMINATE && entry.phase == Phase::Done)
            .and_then(|entry| Nominated::deserialize(&entry.detail).ok());
        let was = nominated.as_ref().and_then(|all| all.was.as_ref());
        let vault = noted_vault(&entries)
            .or_else(|| serde_json::from_value(Value::String(was?.vault.clone())).ok())
            .unwrap_or(in_use);
        Self {
            run,
            nominated,
            entries,
            vault,
        }
    }

    /// Whether this step was ever begun.
    pub(crate) fn intended(&self, step: &str) -> bool {
        self.entries.iter().any(|entry| entry.step == step)
    }

    /// The last time that this step was done.
    pub(crate) fn done(&self, step: &str) -> Option<&Entry> {
        self.last(step, Phase::Done)
    }

    /// Whether each end of this step, if there is any, has a field that says yes.
    pub(crate) fn all_done(&self, step: &str, yes: &str) -> bool {
        self.entries
            .iter()
            .filter(|entry| entry.step == step && entry.phase == Phase::Done)
            .all(|entry| field(entry, yes) == Some(true))
    }

    /// The journal, line by line.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether it is being taken back.
    pub(crate) fn undoing(&self) -> bool {
        self.done(UNDO).is_some()
    }

    /// When the pasted token dies by itself, where its fuse was lit.
    pub(crate) fn fuse(&self) -> Option<Timestamp> {
        field(self.done_to_broad("fuse")?, "ends")
    }

    /// Whether nothing was noted, so that nobody outside was told to do anything.
    pub(crate) fn is_bare(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the pasted token was seen dead.
    pub(crate) fn destroyed(&self) -> bool {
        self.done_to_broad("destroy").is_some()
    }

    /// The last time that this step was done to the token that the run began with: another may have been pasted since.
    fn done_to_broad(&self, step: &str) -> Option<&Entry> {
        let broad = self.broad_id()?;
        self.entries.iter().rev().find(|entry| {
            entry.step == step
                && entry.phase == Phase::Done
                && field::<String>(entry, "token").as_ref() == Some(&broad)
        })
    }

    /// Cloudflare's id of the pasted token, where it was noted.
    pub(crate) fn broad_id(&self) -> Option<String> {
        let noted = self.nominated.as_ref().and_then(|all| all.broad.as_ref());
        noted.map(|broad| broad.token.clone()).or_else(|| {
            let entry = self
                .entries
                .iter()
                .find(|entry| matches!(entry.step.as_str(), "fuse" | "destroy"))?;
            field(entry, "token")
        })
    }

    /// By what the maker of this run's tokens is known again.
    pub(crate) fn maker(&self) -> Maker {
        let noted = self.nominated.as_ref();
        let was = noted.and_then(|all| all.was.as_ref());
        let rotations = noted.map_or(&[][..], |all| &all.rotations);
        // In a disconnect the pasted token made nothing: it may be anybody's.
        let mark = noted.and_then(|all| all.broad.as_ref());
        let mark = mark.filter(|_| self.run.kind != RunKind::Disconnect);
        let mut tokens = self.made();
        tokens.extend(was.map(|was| was.token_id.clone()));
        tokens.extend(rotations.iter().flat_map(|left| left.copies.clone()));
        tokens.extend(mark.map(|mark| mark.token.clone()));
        Maker {
            person: mark.and_then(|mark| mark.person.clone()),
            tokens,
        }
    }

    /// Whether a token was taken back: by its id, or by its name where that is all that is known of it.
    pub(crate) fn revoked(&self, name: &str, id: Option<&str>) -> bool {
        let (key, value) = id.map_or(("name", name), |id| ("token", id));
        self.entries.iter().any(|entry| {
            matches!(entry.step.as_str(), REVOKE | REVOKE_EXTRA)
                && entry.phase == Phase::Done
                && field::<String>(entry, key).as_deref() == Some(value)
        })
    }

    /// Its name, in a run that does nothing but end it.
    pub(crate) fn broad_name(&self) -> Option<String> {
        let entry = self.entries.iter().find(|entry| entry.step == DESTROY)?;
        field(entry, "name")
    }

    /// Which vault the values of its tokens rest in. Where nothing was put anywhere yet, that is the one in use.
    pub(crate) fn vault(&self) -> VaultKind {
        self.vault
    }

    /// What may be kept of the tokens that it made, that it is about, and that it replaces.
    pub(crate) fn items(&self) -> Vec<Item> {
        let Some(nominated) = &self.nominated else {
            return Vec::new();
        };
        let mut tokens = self.made();
        tokens.extend(self.extra_copies());
        tokens.extend(nominated.was.as_ref().map(|was| was.token_id.clone()));
        tokens.extend(nominated.replaces.as_ref().map(|old| old.token_id.clone()));
        tokens.iter().map(|token| nominated.item(token)).collect()
    }

    /// The narrow tokens that this run made or may have made, and that were not seen gone.
    pub(crate) fn traces(&self) -> Vec<Trace> {
        let mut traces: Vec<Trace> = Vec::new();
        for entry in &self.entries {
            match (entry.step.as_str(), entry.phase) {
                ("mint", Phase::Intent) => traces.push(Trace {
                    name: field(entry, "name").unwrap_or_default(),
                    id: None,
                    policies: None,
                }),
                ("mint", Phase::Done) => {
                    if let Some(trace) = traces.last_mut() {
                        trace.id = field(entry, "token");
                        trace.policies = field(entry, "policies");
                    }
                }
                ("mint", Phase::Failed) if field::<String>(entry, "lost").is_none() => {
                    traces.pop();
                }
                // What was lost on the way was looked for once more before anything was kept.
                ("keep", Phase::Intent) => traces.retain(|trace| trace.id.is_some()),
                ("undo-mint" | "revoke", Phase::Done) => {
                    let (id, name) = (
                        field::<String>(entry, "token"),
                        field::<String>(entry, "name"),
                    );
                    traces.retain(|trace| match &id {
                        Some(_) => trace.id != id,
                        None => Some(&trace.name) != name.as_ref(),
                    });
                }
                _ => {}
            }
        }
        traces
    }

    /// Cloudflare's ids of every token that this run made, also of those that are gone.
    pub(crate) fn made(&self) -> Vec<String> {
        self.entries
            .iter()
            .filter(|entry| entry.step == "mint" && entry.phase == Phase::Done)
            .filter_map(|entry| field(entry, "token"))
            .collect()
    }

    /// Tokens of their own beside the narrow one that it made, or that its connection had: names, and ids where known.
    pub(crate) fn extras(&self) -> Vec<(String, Option<String>)> {
        let was = self.nominated.as_ref().and_then(|all| all.was.as_ref());
        let had = was.into_iter().flat_map(Connection::extra_tokens);
        let had = had.map(|token| (token.token_name.clone(), token.token_id.clone()));
        let made = extra_trace::traces(&self.entries).into_iter();
        had.chain(made.map(|trace| (trace.name, trace.id)))
            .collect()
    }

    /// Cloudflare's ids of all of them, also of those that are gone: their values may be kept.
    pub(crate) fn extra_copies(&self) -> Vec<String> {
        let was = self.nominated.as_ref().and_then(|all| all.was.as_ref());
        let had = was.into_iter().flat_map(Connection::extra_tokens);
        let mut copies = extra_trace::made(&self.entries);
        copies.extend(had.filter_map(|token| token.token_id.clone()));
        copies
    }

    fn last(&self, step: &str, phase: Phase) -> Option<&Entry> {
        self.entries
            .iter()
            .rev()
            .find(|entry| entry.step == step && entry.phase == phase)
    }
}

/// Which vault a run's values rest in, by its journal: where it put them last, or where everything was moved since.
fn noted_vault(entries: &[Entry]) -> Option<VaultKind> {
    let noted = |entry: &&Entry| matches!(entry.step.as_str(), KEEP | MOVE_VAULT);
    field(entries.iter().rfind(noted)?, "vault")
}

/// What is said where no open run has the id that was given.
pub(crate) fn unknown_run() -> Problem {
    Problem::new(
        "run-unknown",
        "There is no unfinished run of this id.",
        "Look at what is left over.",
        Next::Home,
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cut(lines: &[(&str, Phase, Value)]) -> Cut {
        let at: Timestamp = "2026-11-22T12:00:00Z".parse().expect("a time");
        let run = Run {
            id: "r1".to_owned(),
            kind: RunKind::Connect,
            profile: "site-generator".to_owned(),
            account: None,
            began: at,
            ended: None,
            how: None,
        };
        let entries = (1..).zip(lines).map(|(seq, (step, phase, detail))| Entry {
            seq,
            at,
            step: (*step).to_owned(),
            phase: *phase,
            detail: detail.clone(),
        });
        Cut::of(run, entries.collect(), VaultKind::Keychain)
    }

    fn names(cut: &Cut) -> Vec<(String, Option<String>)> {
        let traces = cut.traces().into_iter();
        traces.map(|trace| (trace.name, trace.id)).collect()
    }

    #[test]
    fn each_token_that_may_exist_is_remembered_until_it_was_seen_gone() {
        use Phase::{Done, Failed, Intent};
        let intent = || ("mint", Intent, json!({ "name": "n1" }));
        let second = || ("mint", Intent, json!({ "name": "n1 (2)" }));
        let made = || ("mint", Done, json!({ "name": "n1", "token": "t1" }));
        let lost = || ("mint", Failed, json!({ "code": "no-answer", "lost": "n1" }));
        let one = |name: &str, id: Option<&str>| (name.to_owned(), id.map(str::to_owned));
        for (lines, left, why) in [
            (vec![], vec![], "nothing was begun"),
            (
                vec![intent()],
                vec![one("n1", None)],
                "the answer never came",
            ),
            (
                vec![intent(), made()],
                vec![one("n1", Some("t1"))],
                "it was made",
            ),
            (
                vec![intent(), ("mint", Failed, json!({ "code": "token-quota" }))],
                vec![],
                "it was refused, so there is none",
            ),
            (
                vec![intent(), lost(), second()],
                vec![one("n1", None), one("n1 (2)", None)],
                "either may exist",
            ),
            (
                vec![
                    intent(),
                    lost(),
                    second(),
                    ("mint", Done, json!({ "name": "n1 (2)", "token": "t2" })),
                    (
                        "keep",
                        Intent,
                        json!({ "token": "t2", "vault": "keychain" }),
                    ),
                ],
                vec![one("n1 (2)", Some("t2"))],
                "the lost one was looked for again before the second was kept",
            ),
            (
                vec![
                    intent(),
                    made(),
                    ("undo-mint", Done, json!({ "token": "t1" })),
                ],
                vec![],
                "it was deleted",
            ),
            (
                vec![intent(), ("revoke", Done, json!({ "name": "n1" }))],
                vec![],
                "it was looked for by its name",
            ),
        ] {
            assert_eq!(names(&cut(&lines)), left, "{why}");
        }
    }
}
