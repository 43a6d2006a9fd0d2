//! The other side's id of a request, for the log of what was done.

use std::sync::{Arc, Mutex, PoisonError};

use reqwest::header::HeaderMap;

/// Headers that carry such an id, the better known first: Cloudflare's, and the one that other servers send.
const NAMES: [&str; 2] = ["cf-ray", "x-request-id"];

/// Longest id that is kept, in characters; it is a stranger's text.
const LONGEST: usize = 64;

/// The id of the last answer. Clones hear the same.
#[derive(Clone, Debug, Default)]
pub struct Heard(Arc<Mutex<Last>>);

#[derive(Debug, Default)]
struct Last {
    id: Option<String>,
    order: bool,
}

impl Heard {
    /// The id of the last order that was answered, and of the last question where no order was; nothing where that
    /// answer had none.
    pub fn last(&self) -> Option<String> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.id.clone()
    }

    /// Takes in an answer; an `order` may have changed something, and what is asked after it does not hide it.
    pub(super) fn hear(&self, order: bool, headers: &HeaderMap) {
        let id = NAMES
            .iter()
            .find_map(|name| headers.get(*name)?.to_str().ok())
            .map(|id| {
                id.chars()
                    .filter(char::is_ascii_graphic)
                    .take(LONGEST)
                    .collect()
            })
            .filter(|id: &String| !id.is_empty());
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if order || !last.order {
            *last = Last { id, order };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_kept_short_and_printable_and_an_answer_without_one_clears_it() {
        let heard = Heard::default();
        let table = [
            (vec![("cf-ray", "8f1e-SBX")], Some("8f1e-SBX".to_owned())),
            (vec![("x-request-id", "r-1")], Some("r-1".to_owned())),
            (
                vec![("x-request-id", "r-1"), ("cf-ray", "8f1e")],
                Some("8f1e".to_owned()),
            ),
            (vec![], None),
            (vec![("cf-ray", "a b")], Some("ab".to_owned())),
        ];
        for (headers, id) in table {
            let mut map = HeaderMap::new();
            for (name, value) in &headers {
                map.insert(*name, value.parse().expect("a header"));
            }
            heard.hear(false, &map);
            assert_eq!(heard.last(), id, "{headers:?}");
        }
        let mut map = HeaderMap::new();
        map.insert("cf-ray", "a".repeat(100).parse().expect("a header"));
        heard.hear(true, &map);
        heard.hear(false, &HeaderMap::new());
        assert_eq!(
            heard.last().map(|id| id.len()),
            Some(LONGEST),
            "a stranger's text fills no log, and a question after an order does not hide it"
        );
    }
}
