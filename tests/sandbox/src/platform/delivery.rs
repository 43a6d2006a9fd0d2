//! The body of a PUT, read as strictly as the contract's schema `Delivery` states it.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::problem::Problem;

/// A narrow token handed over.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) profile: String,
    pub(super) account_id: String,
    pub(super) account_name: String,
    pub(super) project: Option<String>,
    pub(super) token: DeliveredToken,
    pub(super) nonce: String,
    pub(super) replaces: Option<String>,
}

/// The token in a [`Delivery`].
pub(super) struct DeliveredToken {
    pub(super) value: String,
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) expires_on: Option<String>,
}

impl std::fmt::Debug for DeliveredToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeliveredToken")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Delivery {
    /// Reads a body.
    pub(super) fn read(body: &[u8]) -> Result<Self, Problem> {
        let json = serde_json::from_slice(body)
            .map_err(|_| Problem::invalid("body", "The body is not JSON."))?;
        let mut fields = Fields::of(json, "")?;
        let token = DeliveredToken::read(&mut fields)?;
        let delivery = Self {
            profile: fields.text("profile", &PROFILE)?,
            account_id: fields.text("account_id", &CLOUDFLARE_ID)?,
            account_name: fields.text("account_name", &NAME)?,
            project: fields.text_or_null("project", &PROJECT)?,
            token,
            nonce: fields.text("nonce", &NONCE)?,
            replaces: fields.text_or_null("replaces", &CLOUDFLARE_ID)?,
        };
        fields.end()?;
        Ok(delivery)
    }
}

impl DeliveredToken {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        let mut token = Fields::of(fields.take("token")?, "token")?;
        let read = Self {
            value: token.text("value", &VALUE)?,
            id: token.text("id", &CLOUDFLARE_ID)?,
            kind: token.text("kind", &KIND)?,
            name: token.text("name", &NAME)?,
            expires_on: token.text_or_null("expires_on", &DATE_TIME)?,
        };
        token.end()?;
        Ok(read)
    }
}

/// A token of its own handed over beside a connection's narrow one.
#[derive(Debug)]
pub(super) struct ExtraDelivery {
    pub(super) token: DeliveredToken,
    pub(super) nonce: String,
}

impl ExtraDelivery {
    /// Reads a body.
    pub(super) fn read(body: &[u8]) -> Result<Self, Problem> {
        let json = serde_json::from_slice(body)
            .map_err(|_| Problem::invalid("body", "The body is not JSON."))?;
        let mut fields = Fields::of(json, "")?;
        let delivery = Self {
            token: DeliveredToken::read(&mut fields)?,
            nonce: fields.text("nonce", &NONCE)?,
        };
        fields.end()?;
        Ok(delivery)
    }
}

/// What a text must look like.
pub(super) struct Shape {
    fits: fn(&str) -> bool,
    wants: &'static str,
}

impl Shape {
    /// The text itself, if it fits.
    pub(super) fn check(&self, field: &str, text: String) -> Result<String, Problem> {
        if (self.fits)(&text) {
            Ok(text)
        } else {
            Err(Problem::invalid(field, self.wants))
        }
    }
}

/// The id of a connection.
pub(super) const CONNECTION_ID: Shape = Shape {
    fits: |text| (8..=64).contains(&text.len()) && text.bytes().all(is_url_safe),
    wants: "8 to 64 letters, digits, hyphens or underscores are wanted.",
};

/// An Idempotency-Key.
pub(super) const IDEMPOTENCY_KEY: Shape = Shape {
    fits: |text| (8..=128).contains(&text.len()) && text.bytes().all(is_url_safe),
    wants: "8 to 128 letters, digits, hyphens or underscores are wanted.",
};

/// A nonce.
pub(super) const NONCE: Shape = Shape {
    fits: |text| {
        (22..=86).contains(&text.len()) && text.bytes().all(is_url_safe)
            || (32..=128).contains(&text.len()) && text.bytes().all(is_lower_hex)
    },
    wants: "16 to 64 bytes are wanted, as unpadded base64url or lower-case hex.",
};

/// What a token of its own is for.
pub(super) const EXTRA: Shape = Shape {
    fits: |text| {
        text.len() <= 40
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    },
    wants: "A name is wanted: lower-case letters, digits and hyphens.",
};

const CLOUDFLARE_ID: Shape = Shape {
    fits: |text| text.len() == 32 && text.bytes().all(is_lower_hex),
    wants: "32 lower-case hex digits are wanted.",
};

const PROFILE: Shape = Shape {
    fits: |text| {
        text.len() <= 64
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    },
    wants: "The name of a profile is wanted: lower-case letters, digits and hyphens.",
};

const PROJECT: Shape = Shape {
    fits: |text| {
        text.len() <= 100
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.bytes().all(|b| is_url_safe(b) || b == b'.')
    },
    wants: "Up to 100 letters, digits, dots, hyphens or underscores are wanted, or null.",
};

const NAME: Shape = Shape {
    fits: |text| {
        (1..=256).contains(&text.chars().count()) && !text.bytes().any(|b| b.is_ascii_control())
    },
    wants: "1 to 256 characters without control characters are wanted.",
};

const VALUE: Shape = Shape {
    fits: |text| (20..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()),
    wants: "20 to 256 visible ASCII characters are wanted.",
};

const KIND: Shape = Shape {
    fits: |text| matches!(text, "user" | "account"),
    wants: "`user` or `account` is wanted.",
};

const DATE_TIME: Shape = Shape {
    // Without the `T`, RFC 3339's stricter sister accepts what the contract's `date-time` doesn't.
    fits: |text| text.as_bytes().get(10) == Some(&b'T') && text.parse::<Timestamp>().is_ok(),
    wants: "A date and time as in RFC 3339 is wanted, or null.",
};

fn is_url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// The fields of an object that have not been read yet.
struct Fields {
    rest: Map<String, Value>,
    path: &'static str,
}

impl Fields {
    fn of(value: Value, path: &'static str) -> Result<Self, Problem> {
        match value {
            Value::Object(rest) => Ok(Self { rest, path }),
            _ => Err(Problem::invalid(
                if path.is_empty() { "body" } else { path },
                "An object is wanted.",
            )),
        }
    }

    fn full_name(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    fn take(&mut self, name: &str) -> Result<Value, Problem> {
        self.rest
            .remove(name)
            .ok_or_else(|| Problem::invalid(self.full_name(name), "This field is missing."))
    }

    fn text(&mut self, name: &str, shape: &Shape) -> Result<String, Problem> {
        match self.take(name)? {
            Value::String(text) => shape.check(&self.full_name(name), text),
            _ => Err(Problem::invalid(self.full_name(name), shape.wants)),
        }
    }

    fn text_or_null(&mut self, name: &str, shape: &Shape) -> Result<Option<String>, Problem> {
        if self.rest.get(name) == Some(&Value::Null) {
            self.rest.remove(name);
            return Ok(None);
        }
        self.text(name, shape).map(Some)
    }

    /// Refuses what is left over.
    fn end(self) -> Result<(), Problem> {
        match self.rest.keys().next() {
            None => Ok(()),
            Some(name) => {
                let shown: String = self.full_name(name).chars().take(100).collect();
                let field = if shown.is_empty() {
                    "body".into()
                } else {
                    shown
                };
                Err(Problem::invalid(field, "This field is not known here."))
            }
        }
    }
}
