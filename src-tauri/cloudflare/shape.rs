//! What a secret looks like by its shape: a hint, never a ground to refuse a token.
//!
//! Sources: Cloudflare, "API token formats" (2026-04), and the older formats as scanners for leaked secrets know them.
//! The checksum at the end of a new token is not checked: how it is made is not documented.

/// What a pasted value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `cfut_…`: a person's API token.
    UserToken,
    /// `cfat_…`: an account's API token.
    AccountToken,
    /// `cfk_…`, or 37 hexadecimal digits: a Global API Key.
    GlobalKey,
    /// 40 characters without a prefix: a token of before 2026, of either kind.
    OldToken,
    /// `v1.0-…`: an Origin CA key.
    OriginCaKey,
    /// `cfoat_…`: what signing in with wrangler gives.
    OAuth,
    /// An e-mail address.
    Email,
    /// An address that is not Cloudflare's token page.
    Url,
    /// A link to Cloudflare's token page.
    TokenPageLink,
    /// None of these.
    Unknown,
}

impl Shape {
    /// The shape of `text`.
    pub fn of(text: &str) -> Self {
        let prefixes = [
            ("cfut_", Self::UserToken),
            ("cfat_", Self::AccountToken),
            ("cfk_", Self::GlobalKey),
            ("cfoat_", Self::OAuth),
            ("v1.0-", Self::OriginCaKey),
        ];
        if let Some((_, shape)) = prefixes.iter().find(|(prefix, _)| text.starts_with(prefix)) {
            return *shape;
        }
        if is_link(text) {
            let page = text.contains("permissionGroupKeys") || text.contains("api-tokens");
            return if page { Self::TokenPageLink } else { Self::Url };
        }
        if is_email(text) {
            return Self::Email;
        }
        let hex = text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match text.len() {
            // A 40-character value of hexadecimal digits may be either; the milder guess is the token.
            37..=45 if hex && text.len() != 40 => Self::GlobalKey,
            40 if text.bytes().all(in_token) => Self::OldToken,
            _ => Self::Unknown,
        }
    }

    /// Whether a text of this shape is, or may be, a credential.
    pub fn is_credential(self) -> bool {
        match self {
            Self::UserToken
            | Self::AccountToken
            | Self::GlobalKey
            | Self::OldToken
            | Self::OriginCaKey
            | Self::OAuth => true,
            Self::Email | Self::Url | Self::TokenPageLink | Self::Unknown => false,
        }
    }

    /// Whether `text`, which has this shape, is a credential and nothing that a person would call something by.
    pub fn is_surely_secret(self, text: &str) -> bool {
        match self {
            Self::UserToken | Self::AccountToken | Self::OAuth => true,
            Self::GlobalKey => text.starts_with("cfk_"),
            // Names and hashes of forty characters have small letters only.
            Self::OldToken => text.bytes().any(|byte| byte.is_ascii_uppercase()),
            _ => false,
        }
    }

    /// What to call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::UserToken => "User API token",
            Self::AccountToken => "Account API token",
            Self::GlobalKey => "Global API Key",
            Self::OldToken => "API token (older format)",
            Self::OriginCaKey => "Origin CA key",
            Self::OAuth => "OAuth access token",
            Self::Email => "E-mail address",
            Self::Url => "Web address",
            Self::TokenPageLink => "Link to the token page",
            Self::Unknown => "Unknown format",
        }
    }
}

/// Whether a byte can be part of a token.
pub(super) fn in_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn is_link(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    lower.starts_with("https://")
        || lower.starts_with("http://")
        || text.starts_with("dash.cloudflare.com")
}

fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else {
        return false;
    };
    !name.is_empty() && host.contains('.') && !host.contains('@') && !text.contains('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_is_recognised() {
        let forty = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_Ab";
        let table = [
            (format!("cfut_{forty}0123abcd"), Shape::UserToken),
            (format!("cfat_{forty}0123abcd"), Shape::AccountToken),
            (format!("cfk_{forty}0123abcd"), Shape::GlobalKey),
            (
                "0123456789abcdef0123456789abcdef01234".to_owned(),
                Shape::GlobalKey,
            ),
            (forty.to_owned(), Shape::OldToken),
            (
                "0123456789abcdef0123456789abcdef01234567".to_owned(),
                Shape::OldToken,
            ),
            ("cfoat_x.y".to_owned(), Shape::OAuth),
            ("v1.0-abc".to_owned(), Shape::OriginCaKey),
            ("me@example.com".to_owned(), Shape::Email),
            ("https://example.com/".to_owned(), Shape::Url),
            (
                "https://dash.cloudflare.com/profile/api-tokens".to_owned(),
                Shape::TokenPageLink,
            ),
            ("hunter2".to_owned(), Shape::Unknown),
        ];
        for (text, shape) in table {
            assert_eq!(Shape::of(&text), shape, "{text}");
        }
    }
}
