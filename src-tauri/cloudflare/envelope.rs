//! The envelope around every answer of Cloudflare's API.
//!
//! Codes were seen as numbers and as text, complaints as objects and as bare words. Whatever is odd in a complaint or in
//! a count costs that one thing, and never the rest of the answer.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// All of an answer but its result.
#[derive(Clone, Debug, Default)]
pub(super) struct Envelope {
    /// Whether the call did what it should; a 200 may say no.
    pub(super) success: bool,
    /// Why not.
    pub(super) errors: Vec<Complaint>,
    /// Which page of a list this is.
    pub(super) result_info: PageInfo,
}

/// One reason for a refusal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) code: Option<u32>,
    pub(super) message: String,
    /// Where Cloudflare explains the call that it refused.
    pub(super) documentation_url: Option<String>,
    /// Reasons for the reason; that is where malformed headers are told apart.
    pub(super) error_chain: Vec<Complaint>,
}

impl Complaint {
    /// A complaint of any shape.
    fn of(value: &Value) -> Self {
        match value {
            Value::Object(fields) => {
                let words = ["message", "error", "detail"]
                    .iter()
                    .map(|name| text(fields.get(*name)))
                    .find(|words| !words.is_empty());
                Self {
                    code: fields.get("code").and_then(number),
                    message: words.unwrap_or_default(),
                    documentation_url: fields
                        .get("documentation_url")
                        .and_then(Value::as_str)
                        .map(str::to_owned),
                    error_chain: Self::all(fields.get("error_chain")),
                }
            }
            Value::Number(_) => Self {
                code: number(value),
                ..Self::default()
            },
            other => Self {
                message: text(Some(other)),
                ..Self::default()
            },
        }
    }

    /// Those of a list, or of one that stands alone.
    fn all(value: Option<&Value>) -> Vec<Self> {
        match value {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(values)) => values
                .iter()
                .filter(|value| !value.is_null())
                .map(Self::of)
                .collect(),
            Some(alone) => vec![Self::of(alone)],
        }
    }

    /// The codes of its chain.
    pub(super) fn deeper(&self) -> Vec<u32> {
        self.error_chain
            .iter()
            .flat_map(|inner| inner.code.into_iter().chain(inner.deeper()))
            .collect()
    }

    /// It, then those of its chain.
    pub(super) fn whole(&self) -> Vec<&Self> {
        let mut whole = vec![self];
        whole.extend(self.error_chain.iter().flat_map(Self::whole));
        whole
    }
}

/// Where a page stands in its list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PageInfo {
    pub(super) per_page: Option<u32>,
    pub(super) total_count: Option<u32>,
    pub(super) total_pages: Option<u32>,
}

impl PageInfo {
    fn of(value: &Value) -> Self {
        let count = |name| value.get(name).and_then(whole);
        Self {
            per_page: count("per_page"),
            total_count: count("total_count"),
            total_pages: count("total_pages"),
        }
    }

    /// How many pages the list has, where that is told, if `asked` items were asked for per page.
    pub(super) fn pages(&self, asked: u32) -> Option<u32> {
        let size = self.per_page.filter(|&size| size > 0).unwrap_or(asked);
        self.total_count
            .map(|count| count.div_ceil(size))
            .or(self.total_pages)
    }
}

/// What is read of a JSON object; the result, which may be large, is passed over.
#[derive(Default, Deserialize)]
struct Raw {
    #[serde(default)]
    success: Value,
    #[serde(default)]
    errors: Value,
    #[serde(default)]
    messages: Value,
    #[serde(default)]
    result_info: Value,
    #[serde(default)]
    code: Value,
    #[serde(default)]
    message: Value,
    #[serde(default)]
    error: Value,
    #[serde(default)]
    detail: Value,
}

impl Raw {
    fn read(body: &[u8]) -> Option<Self> {
        // A list would pass for an object whose fields come in order.
        let object = body.trim_ascii_start().first() == Some(&b'{');
        object.then(|| serde_json::from_slice(body).ok())?
    }

    /// What stands beside the place for complaints.
    fn aside(&self) -> Complaint {
        let words = [&self.message, &self.error, &self.detail]
            .map(|value| text(Some(value)))
            .into_iter()
            .find(|words| !words.is_empty());
        Complaint {
            code: number(&self.code),
            message: words.unwrap_or_default(),
            ..Complaint::default()
        }
    }
}

impl Envelope {
    /// Reads an answer; nothing where it is no envelope, which always says whether the call did what it should.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let raw = Raw::read(body)?;
        let success = match &raw.success {
            Value::Bool(success) => *success,
            Value::String(word) if word == "true" => true,
            Value::String(word) if word == "false" => false,
            _ => return None,
        };
        let mut errors = Complaint::all(Some(&raw.errors));
        if !success && errors.is_empty() {
            errors = Complaint::all(Some(&raw.messages));
            let aside = raw.aside();
            if aside != Complaint::default() {
                errors.push(aside);
            }
        }
        Some(Self {
            success,
            errors,
            result_info: PageInfo::of(&raw.result_info),
        })
    }
}

/// The words of a JSON object that is no envelope; empty where there are none.
pub(super) fn words(body: &[u8]) -> String {
    Raw::read(body).map_or_else(String::new, |raw| raw.aside().message)
}

/// Reads an answer's result.
pub(super) fn result<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    #[derive(Deserialize)]
    struct WithResult<T> {
        result: T,
    }
    serde_json::from_slice::<WithResult<T>>(body).map(|answer| answer.result)
}

/// A code, as a number or as text; zero is none.
fn number(value: &Value) -> Option<u32> {
    whole(value).filter(|&code| code != 0)
}

fn whole(value: &Value) -> Option<u32> {
    match value {
        Value::Number(number) => number
            .as_u64()
            .and_then(|number| u32::try_from(number).ok())
            .or_else(|| number.to_string().strip_suffix(".0")?.parse().ok()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Option<Envelope> {
        Envelope::read(value.to_string().as_bytes())
    }

    #[test]
    fn a_code_is_read_as_a_number_and_as_text_and_an_odd_one_costs_only_itself() {
        for (code, read_as) in [
            (json!(10_000), Some(10_000)),
            (json!("10000"), Some(10_000)),
            (json!(" 10000 "), Some(10_000)),
            (json!(10_000.0), Some(10_000)),
            (json!(10_000.5), None),
            (json!(0), None),
            (json!(-1), None),
            (json!(u64::MAX), None),
            (json!("workers.api.error"), None),
            (json!(null), None),
            (json!([10_000]), None),
            (json!({ "value": 10_000 }), None),
        ] {
            let body =
                json!({ "success": false, "errors": [{ "code": code, "message": "its words" }] });
            let envelope = read(&body).unwrap();
            assert_eq!(envelope.errors[0].code, read_as, "{body}");
            assert_eq!(envelope.errors[0].message, "its words", "{body}");
        }
    }

    #[test]
    fn complaints_are_found_wherever_they_stand() {
        for body in [
            json!({ "success": false, "errors": [{ "message": "its words" }] }),
            json!({ "success": false, "errors": [null, "its words"] }),
            json!({ "success": false, "errors": "its words" }),
            json!({ "success": false, "errors": { "message": "its words" } }),
            json!({ "success": false, "errors": [{ "error": "its words" }] }),
            json!({ "success": false, "errors": [], "messages": ["its words"] }),
            json!({ "success": false, "error": "its words" }),
            json!({ "success": "false", "message": "its words", "result_info": 7 }),
        ] {
            let envelope = read(&body).unwrap();
            assert_eq!(envelope.errors[0].message, "its words", "{body}");
            assert!(!envelope.success);
        }
    }

    #[test]
    fn what_does_not_say_whether_it_did_it_is_no_envelope() {
        for body in [
            json!({}),
            json!({ "success": null }),
            json!({ "success": 1 }),
            json!({ "errors": [] }),
            json!([true, []]),
            json!("success"),
        ] {
            assert!(read(&body).is_none(), "{body}");
        }
        assert_eq!(words(br#"{"error":"its words"}"#), "its words");
        assert_eq!(words(b"<html>"), "");
    }

    #[test]
    fn odd_counts_are_none() {
        let body = json!({ "success": true, "result_info": { "per_page": "50", "total_count": -1, "total_pages": "x" } });
        let info = read(&body).unwrap().result_info;
        assert_eq!(
            (info.per_page, info.total_count, info.total_pages),
            (Some(50), None, None)
        );
    }

    /// Any JSON, a few levels deep.
    pub(in super::super) fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            let name = prop_oneof![
                Just("success".to_owned()),
                Just("errors".to_owned()),
                Just("messages".to_owned()),
                Just("error_chain".to_owned()),
                Just("code".to_owned()),
                Just("message".to_owned()),
                Just("documentation_url".to_owned()),
                Just("result_info".to_owned()),
                "[a-z]{1,6}",
            ];
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::btree_map(name, inner, 0..6)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_body_breaks_the_reading(body in any_json()) {
            let _ = read(&body);
            let _ = words(body.to_string().as_bytes());
        }

        #[test]
        fn no_code_costs_the_words(code in any_json(), url in any_json(), chain in any_json(), words in "\\PC{1,40}") {
            let complaint = json!({ "code": code, "message": words, "documentation_url": url, "error_chain": chain });
            let body = json!({ "success": false, "errors": [complaint], "result_info": chain });
            let envelope = read(&body).expect("an envelope");
            prop_assert_eq!(&envelope.errors[0].message, &words);
        }
    }
}
