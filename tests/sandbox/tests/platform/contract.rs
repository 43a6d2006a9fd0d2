//! `docs/platform-api.yaml`, asked whether a request or an answer is as it says.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    serde_saphyr::from_str(include_str!("../../../../docs/platform-api.yaml")).expect("YAML")
});
const METHODS: [&str; 4] = ["get", "put", "post", "delete"];

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }

    /// A text field of the body.
    pub(crate) fn text(&self, field: &str) -> String {
        self.json()[field]
            .as_str()
            .unwrap_or_else(|| panic!("no {field} in {}", self.body))
            .to_owned()
    }

    /// The status and the problem's code (or OAuth's error).
    pub(crate) fn refusal(&self) -> (u16, String) {
        let body = self.json();
        let code = body.get("code").or(body.get("error"));
        (
            self.status,
            code.and_then(Value::as_str).expect("a code").to_owned(),
        )
    }
}

/// The worked examples of fingerprint and receipt.
pub(crate) fn receipt_vectors() -> Vec<Value> {
    DOCUMENT["x-receipt-vectors"]
        .as_array()
        .expect("vectors")
        .clone()
}

/// Each named schema with its examples.
pub(crate) fn examples() -> Vec<(String, Value)> {
    let schemas = DOCUMENT["components"]["schemas"]
        .as_object()
        .expect("schemas");
    schemas
        .iter()
        .flat_map(|(name, schema)| {
            let examples = schema["examples"].as_array().cloned().unwrap_or_default();
            examples.into_iter().map(|example| (name.clone(), example))
        })
        .collect()
}

/// What is wrong with a value by a named schema.
pub(crate) fn faults(schema: &str, value: &Value) -> Vec<String> {
    faults_by(
        &json!({ "$ref": format!("#/components/schemas/{schema}") }),
        value,
    )
}

/// Panics unless the answer is one that the operation documents.
pub(crate) fn check(operation: &str, answer: &Answer) {
    let status = answer.status.to_string();
    let documented = follow(&find(operation)["responses"][&status]);
    assert!(
        documented.is_object(),
        "{operation} documents no {status}, yet answered {answer:?}"
    );
    check_headers(operation, documented, answer);
    check_body(operation, documented, answer);
}

/// All documented answers, each as the operation and the status.
pub(crate) fn documented_answers() -> BTreeSet<(String, u16)> {
    operations()
        .flat_map(|operation| {
            let name = operation["operationId"].as_str().expect("a name");
            let responses = operation["responses"].as_object().expect("responses");
            responses
                .keys()
                .map(move |status| (name.to_owned(), status.parse().expect("a status")))
        })
        .collect()
}

fn check_headers(operation: &str, documented: &'static Value, answer: &Answer) {
    let Some(headers) = documented["headers"].as_object() else {
        return;
    };
    for (name, header) in headers {
        let header = follow(header);
        let Some(value) = answer.headers.get(name) else {
            assert_ne!(
                header["required"],
                json!(true),
                "{operation} {} must have a header {name}",
                answer.status
            );
            continue;
        };
        let text = value.to_str().expect("a readable header");
        let value = if header["schema"]["type"] == "integer" {
            text.parse::<i64>().map_or(json!(text), Value::from)
        } else {
            json!(text)
        };
        let faults = faults_by(&header["schema"], &value);
        assert!(faults.is_empty(), "{operation}: {name}: {faults:?}");
    }
}

fn check_body(operation: &str, documented: &Value, answer: &Answer) {
    let Some(content) = documented["content"].as_object() else {
        assert_eq!(
            answer.body, "",
            "{operation} {} documents no body",
            answer.status
        );
        return;
    };
    let media = answer
        .headers
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let schema = &content
        .get(media)
        .unwrap_or_else(|| panic!("{operation} {} is not {media:?}", answer.status))["schema"];
    let body = answer.json();
    let faults = faults_by(schema, &body);
    assert!(faults.is_empty(), "{operation}: {faults:?} in {body}");
    if media == "application/problem+json" {
        assert_eq!(
            body["status"],
            json!(answer.status),
            "a problem repeats its status (RFC 9457, section 3.1.2)"
        );
    }
}

fn faults_by(schema: &Value, value: &Value) -> Vec<String> {
    let mut schema = schema.clone();
    // References start at the root, so the schema carries all the others along.
    schema["components"] = DOCUMENT["components"].clone();
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema")
        .iter_errors(value)
        .map(|fault| fault.to_string())
        .collect()
}

fn operations() -> impl Iterator<Item = &'static Value> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    paths
        .values()
        .flat_map(|path| METHODS.iter().filter_map(|method| path.get(*method)))
}

fn find(name: &str) -> &'static Value {
    operations()
        .find(|operation| operation["operationId"] == name)
        .unwrap_or_else(|| panic!("no operation {name}"))
}

fn follow(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => DOCUMENT
            .pointer(reference.trim_start_matches('#'))
            .unwrap_or_else(|| panic!("{reference} leads nowhere")),
        None => value,
    }
}
