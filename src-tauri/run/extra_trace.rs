//! What a journal says of these tokens.

use super::effect::{DELIVER_EXTRA, MINT_EXTRA, NOTE_EXTRA, REVOKE, REVOKE_EXTRA};
use super::entry::field;
use crate::cloudflare::Policy;
use crate::record::{Entry, Phase};

/// A token that a run made, or may have made, and that was not seen gone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trace {
    /// What it is for.
    pub extra: String,
    /// Its name, which is unique.
    pub name: String,
    /// Cloudflare's id; nothing where the answer was lost.
    pub id: Option<String>,
    /// The policies that Cloudflare gave it.
    pub policies: Option<Vec<Policy>>,
    /// Whether it was being taken back: then it is not handed over any more.
    pub given_up: bool,
}

/// Those of a journal.
pub(crate) fn traces(entries: &[Entry]) -> Vec<Trace> {
    let mut traces: Vec<Trace> = Vec::new();
    for entry in entries {
        let text = |name: &str| field::<String>(entry, name);
        match (entry.step.as_str(), entry.phase) {
            (MINT_EXTRA, Phase::Intent) => traces.push(Trace {
                extra: text("extra").unwrap_or_default(),
                name: text("name").unwrap_or_default(),
                id: None,
                policies: None,
                given_up: false,
            }),
            (MINT_EXTRA, Phase::Done) => {
                if let Some(trace) = traces.last_mut() {
                    trace.id = text("token");
                    trace.policies = field(entry, "policies");
                }
            }
            (MINT_EXTRA, Phase::Failed) if text("lost").is_none() => {
                traces.pop();
            }
            (DELIVER_EXTRA, Phase::Failed) if field(entry, "refused") == Some(true) => {
                give_up(&mut traces, text("token").as_deref(), None);
            }
            (REVOKE_EXTRA, Phase::Intent | Phase::Failed) => {
                give_up(
                    &mut traces,
                    text("token").as_deref(),
                    text("name").as_deref(),
                );
            }
            (REVOKE_EXTRA | REVOKE, Phase::Done) => {
                let (id, name) = (text("token"), text("name"));
                traces.retain(|trace| match &id {
                    Some(_) => trace.id != id,
                    None => Some(&trace.name) != name.as_ref(),
                });
            }
            // From here on the connection names them.
            (NOTE_EXTRA, Phase::Done) => traces.clear(),
            _ => {}
        }
    }
    traces
}

fn give_up(traces: &mut [Trace], id: Option<&str>, name: Option<&str>) {
    for trace in traces {
        if (id.is_some() && trace.id.as_deref() == id) || Some(trace.name.as_str()) == name {
            trace.given_up = true;
        }
    }
}

/// Cloudflare's ids of every one of them that a run made, also of those that are gone.
pub(crate) fn made(entries: &[Entry]) -> Vec<String> {
    entries
        .iter()
        .filter(|entry| entry.step == MINT_EXTRA && entry.phase == Phase::Done)
        .filter_map(|entry| field(entry, "token"))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn told(lines: &[(&str, Phase, Value)]) -> Vec<(String, Option<String>, bool)> {
        let entries: Vec<Entry> = (1..)
            .zip(lines)
            .map(|(seq, (step, phase, detail))| Entry {
                seq,
                at: "2026-11-28T02:00:00Z".parse().expect("a time"),
                step: (*step).to_owned(),
                phase: *phase,
                detail: detail.clone(),
            })
            .collect();
        let traces = traces(&entries).into_iter();
        traces
            .map(|trace| (trace.name, trace.id, trace.given_up))
            .collect()
    }

    #[test]
    fn each_token_that_may_exist_is_remembered_until_it_was_seen_gone() {
        use Phase::{Done, Failed, Intent};
        let intent = || {
            (
                MINT_EXTRA,
                Intent,
                json!({ "extra": "r2-keys", "name": "n" }),
            )
        };
        let made = || {
            (
                MINT_EXTRA,
                Done,
                json!({ "extra": "r2-keys", "token": "t" }),
            )
        };
        let refused = (
            DELIVER_EXTRA,
            Failed,
            json!({ "token": "t", "refused": true }),
        );
        let silent = (
            DELIVER_EXTRA,
            Failed,
            json!({ "token": "t", "refused": false }),
        );
        let by_name = || json!({ "token": null, "name": "n" });
        let by_id = || json!({ "token": "t", "name": "n" });
        let unnamed = || vec![("n".to_owned(), None, false)];
        let known = |given_up| vec![("n".to_owned(), Some("t".to_owned()), given_up)];
        let table = [
            (vec![intent()], unnamed()),
            (
                vec![intent(), (MINT_EXTRA, Failed, json!({ "code": "x" }))],
                vec![],
            ),
            (
                vec![intent(), (MINT_EXTRA, Failed, json!({ "lost": "n" }))],
                unnamed(),
            ),
            (vec![intent(), made()], known(false)),
            (vec![intent(), made(), silent], known(false)),
            (vec![intent(), made(), refused], known(true)),
            (
                vec![intent(), made(), (REVOKE_EXTRA, Intent, by_id())],
                known(true),
            ),
            (
                vec![intent(), made(), (REVOKE_EXTRA, Done, by_id())],
                vec![],
            ),
            (vec![intent(), made(), (REVOKE, Done, by_id())], vec![]),
            (vec![intent(), (REVOKE_EXTRA, Done, by_name())], vec![]),
            (
                vec![intent(), made(), (NOTE_EXTRA, Done, json!({}))],
                vec![],
            ),
        ];
        for (lines, wanted) in table {
            assert_eq!(told(&lines), wanted, "{lines:?}");
        }
    }
}
