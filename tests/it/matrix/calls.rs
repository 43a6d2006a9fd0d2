//! The outside calls of a flow, as the sandbox saw them in a run that nothing spoilt.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// One call: an endpoint, and which of its calls in the flow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Call {
    pub(super) method: String,
    /// With `{}` for what differs from run to run.
    pub(super) path: String,
    /// Counted from 1.
    pub(super) nth: u64,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} #{}", self.method, self.path, self.nth)
    }
}

/// The calls of a history, in the order in which they arrived.
pub(super) fn of(history: &Value) -> Vec<Call> {
    let mut seen = BTreeMap::new();
    let requests = history["requests"].as_array().expect("a list of requests");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    requests
        .iter()
        .map(|request| {
            let (method, path) = (text(&request["method"]), pattern(&text(&request["path"])));
            let nth = seen.entry((method.clone(), path.clone())).or_insert(0);
            *nth += 1;
            Call {
                method,
                path,
                nth: *nth,
            }
        })
        .collect()
}

/// A path with `{}` in place of ids and names.
fn pattern(path: &str) -> String {
    let mut before = "";
    let segments = path.split('/').map(|segment| {
        let named = matches!(before, "connections" | "projects");
        before = segment;
        let id = segment.len() == 32 && segment.bytes().all(|byte| byte.is_ascii_hexdigit());
        if id || named { "{}" } else { segment }
    });
    segments.collect::<Vec<_>>().join("/")
}

#[test]
fn a_path_keeps_its_words_and_loses_its_ids() {
    let id = "0123456789abcdef0123456789abcdef";
    for (path, wanted) in [
        (
            format!("/client/v4/user/tokens/{id}"),
            "/client/v4/user/tokens/{}",
        ),
        (
            format!("/client/v4/accounts/{id}/pages/projects/site"),
            "/client/v4/accounts/{}/pages/projects/{}",
        ),
        (
            format!("/client/v4/accounts/{id}/pages/projects"),
            "/client/v4/accounts/{}/pages/projects",
        ),
        ("/v1/connections/abcdefgh".to_owned(), "/v1/connections/{}"),
        ("/v1/me".to_owned(), "/v1/me"),
    ] {
        assert_eq!(pattern(&path), wanted, "{path}");
    }
}
