//! The envelope around every result.

use serde_json::{Value, json};

/// A result on its way out.
#[derive(Debug)]
pub(crate) struct Answer {
    result: Value,
    info: Option<Value>,
    message: Option<(u32, &'static str)>,
}

impl Answer {
    pub(crate) fn of(result: Value) -> Self {
        Self {
            result,
            info: None,
            message: None,
        }
    }

    pub(crate) fn with_info(mut self, info: Value) -> Self {
        self.info = Some(info);
        self
    }

    pub(crate) fn with_message(mut self, code: u32, text: &'static str) -> Self {
        self.message = Some((code, text));
        self
    }

    pub(crate) fn to_json(&self) -> Value {
        let messages: Vec<Value> = self
            .message
            .iter()
            .map(|(code, message)| json!({ "code": code, "message": message }))
            .collect();
        let mut envelope =
            json!({ "success": true, "errors": [], "messages": messages, "result": self.result });
        if let Some(info) = &self.info {
            envelope["result_info"] = info.clone();
        }
        envelope
    }
}
