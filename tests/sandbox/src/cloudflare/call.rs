//! One request, taken apart.

use std::net::IpAddr;

use axum::http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::{PREFIX, answer::Answer, problem::Problem};
use crate::world::value::is_id;

/// A request without its socket.
pub(crate) struct Call<'a> {
    pub(crate) method: &'a Method,
    /// Below `/client/v4`, without a slash at either end.
    pub(crate) path: &'a str,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
    pub(crate) client: IpAddr,
}

/// Which page sizes a list takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pages {
    pub(crate) default: usize,
    pub(crate) least: usize,
    pub(crate) most: usize,
}

impl Pages {
    /// Accounts, memberships, zones, tokens.
    pub(crate) const USUAL: Self = Self {
        default: 20,
        least: 5,
        most: 50,
    };
    /// What products list.
    pub(crate) const PRODUCT: Self = Self {
        default: 20,
        least: 1,
        most: 1000,
    };
}

/// The page asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    number: usize,
    size: usize,
}

impl Page {
    /// This page of `items`, with its `result_info`. A page past the end is empty: clients page until they meet one.
    pub(crate) fn cut<T>(self, items: &[T], show: impl Fn(&T) -> Value) -> Answer {
        let total = items.len();
        let start = (self.number - 1).saturating_mul(self.size);
        let shown: Vec<Value> = items.iter().skip(start).take(self.size).map(show).collect();
        let info = json!({
            "page": self.number,
            "per_page": self.size,
            "count": shown.len(),
            "total_count": total,
            "total_pages": total.div_ceil(self.size),
        });
        Answer::of(shown.into()).with_info(info)
    }
}

impl Call<'_> {
    pub(crate) fn asked(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// `text` as an identifier in this call's path.
    pub(crate) fn identifier<'a>(&self, text: &'a str) -> Result<&'a str, Problem> {
        if is_id(text) {
            Ok(text)
        } else {
            Err(Problem::bad_identifier(&format!("{PREFIX}/{}", self.path)))
        }
    }

    /// The body as JSON, whatever its content type says: wrangler posts `text/plain`.
    pub(crate) fn json(&self) -> Result<Value, Problem> {
        serde_json::from_slice(self.body).map_err(|_| Problem::malformed_json())
    }

    pub(crate) fn page(&self, sizes: Pages) -> Result<Page, Problem> {
        let read = |name: &str, default: usize| match self.asked(name) {
            None => Some(default),
            Some(text) => text.parse::<usize>().ok(),
        };
        let number = read("page", 1).filter(|number| *number >= 1);
        let size = read("per_page", sizes.default)
            .filter(|size| (sizes.least..=sizes.most).contains(size));
        match (number, size) {
            (Some(number), Some(size)) => Ok(Page { number, size }),
            (None, _) => Err(Problem::bad_request("page must be a number from 1")),
            (_, None) => {
                let Pages { least, most, .. } = sizes;
                Err(Problem::bad_request(format!(
                    "per_page must be a number from {least} to {most}"
                )))
            }
        }
    }

    /// Whether the list shall run backwards.
    pub(crate) fn descending(&self) -> Result<bool, Problem> {
        match self.asked("direction") {
            None | Some("asc") => Ok(false),
            Some("desc") => Ok(true),
            Some(_) => Err(Problem::bad_request(
                "direction must be \"asc\" or \"desc\"",
            )),
        }
    }
}

/// Whether `name` passes a name filter: equal, or an operator before a colon (`contains:`, `starts_with:` …).
pub(crate) fn name_matches(name: &str, filter: &str) -> bool {
    let (name, filter) = (name.to_lowercase(), filter.to_lowercase());
    match filter.split_once(':') {
        Some(("contains", rest)) => name.contains(rest),
        Some(("starts_with", rest)) => name.starts_with(rest),
        Some(("ends_with", rest)) => name.ends_with(rest),
        Some(("not_equal", rest)) => name != rest,
        Some(("equal", rest)) => name == rest,
        _ => name == filter,
    }
}
