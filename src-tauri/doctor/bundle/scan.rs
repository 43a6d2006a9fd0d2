//! Looks for what must not be in a file that is given away.
//!
//! It knows nothing of how the file was made: it reads the finished text. A finding tells what kind of thing it is and
//! where, and never repeats it.

use sha2::{Digest, Sha256};

use crate::secret::Secret;

/// What Cloudflare's secrets begin with (Cloudflare, "API token formats"), and the Origin CA keys'.
const PREFIXES: [&str; 5] = ["cfut_", "cfat_", "cfk_", "cfoat_", "v1.0-"];

/// Shortest text behind a prefix that counts as a value; the prefix alone may be spoken of.
const SHORTEST: usize = 8;

/// Shortest word that is measured for its entropy, in characters.
const LONG: usize = 24;

/// Bits per character from which a long word counts as random. English lies near 2.5, names in code near 3.5, a
/// token of this length near 4.5.
const RANDOM: f64 = 3.9;

/// Something that must not be in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// What it is.
    pub kind: LeakKind,
    /// The line, counted from 1.
    pub line: usize,
}

/// What must not be in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeakKind {
    /// A secret of this very run, plain or as hexadecimal, Base64 or SHA-256.
    Known,
    /// A value with a prefix of Cloudflare's.
    Prefixed,
    /// 37 to 45 hexadecimal digits: an older Global API Key.
    OldKey,
    /// 40 characters: an older token.
    OldToken,
    /// A header that carries a credential.
    Header,
    /// An e-mail address.
    Email,
    /// A word that is too random to be a name.
    Random,
}

impl LeakKind {
    /// What to call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Known => "a secret of this run",
            Self::Prefixed => "a value that begins as Cloudflare's secrets do",
            Self::OldKey => "a value that looks like a Global API Key",
            Self::OldToken => "a value that looks like an API token",
            Self::Header => "a header that carries a credential",
            Self::Email => "an e-mail address",
            Self::Random => "a value that is too random to be a name",
        }
    }
}

/// Everything that must not be in `text`, in its order; `known` are the secrets of this run.
pub fn scan(text: &str, known: &[Secret]) -> Vec<Leak> {
    let known: Vec<String> = known.iter().flat_map(disguises).collect();
    let mut leaks = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut found = |kind| {
            leaks.push(Leak {
                kind,
                line: number + 1,
            });
        };
        let lower = line.to_lowercase();
        if known
            .iter()
            .any(|value| line.contains(value.as_str()) || lower.contains(value.as_str()))
        {
            found(LeakKind::Known);
        }
        if has_header(&lower) {
            found(LeakKind::Header);
        }
        if email(line).is_some() {
            found(LeakKind::Email);
        }
        if PREFIXES.iter().any(|prefix| has_prefixed(line, prefix)) {
            found(LeakKind::Prefixed);
        }
        for word in words(line) {
            if let Some(kind) = odd(word) {
                found(kind);
            }
        }
    }
    // A value that was broken into lines is as good as whole.
    let joined: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if leaks.iter().all(|leak| leak.kind != LeakKind::Known)
        && known.iter().any(|value| joined.contains(value.as_str()))
    {
        leaks.push(Leak {
            kind: LeakKind::Known,
            line: 1,
        });
    }
    leaks
}

/// The forms in which a secret could stand in a file. This is one of the places where a secret is exposed: it has to
/// be looked for.
fn disguises(secret: &Secret) -> Vec<String> {
    use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};
    let value = secret.expose().trim();
    if value.len() < SHORTEST {
        return Vec::new();
    }
    let bytes = value.as_bytes();
    let mut forms = vec![
        value.to_owned(),
        value.to_lowercase(),
        HEXLOWER.encode(bytes),
        // Of a token with R2 permissions this is the S3 secret key.
        HEXLOWER.encode(&Sha256::digest(bytes)),
        value.chars().rev().collect(),
    ];
    // Within a longer text, Base64 of a value depends on where it begins: of each of the three beginnings, the middle
    // that its neighbours do not touch.
    for skip in 0..3_usize {
        let start = (3 - skip) % 3;
        let whole = (bytes.len() - start) / 3 * 3;
        let middle = &bytes[start..start + whole];
        forms.push(BASE64_NOPAD.encode(middle));
        forms.push(BASE64URL_NOPAD.encode(middle));
    }
    forms
}

/// Runs of letters, digits, `_`, `-`, `+` and `/`: what encoders write in.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_ascii_alphanumeric() || "_-+/".contains(c)))
        .filter(|word| !word.is_empty())
}

fn odd(word: &str) -> Option<LeakKind> {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let letter = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    if hex(word) && digit && letter && (37..=45).contains(&word.len()) && word.len() != 40 {
        return Some(LeakKind::OldKey);
    }
    let token = word.len() == 40 && !word.contains(['+', '/']);
    if token && digit && letter && entropy(word) > 3.0 {
        return Some(LeakKind::OldToken);
    }
    // A path or a name is made of parts; a secret is one.
    let part = |part: &str| {
        let digit = part.bytes().any(|byte| byte.is_ascii_digit());
        let upper = part.bytes().any(|byte| byte.is_ascii_uppercase());
        let lower = part.bytes().any(|byte| byte.is_ascii_lowercase());
        let long = part.len() >= LONG && digit && (upper || lower);
        // Ids of 32 digits are asked for by name; whatever is longer is no id.
        let digits_only = hex(part) && !(upper && lower);
        long && if digits_only {
            part.len() > 32
        } else {
            entropy(part) > RANDOM
        }
    };
    word.split(['-', '/']).any(part).then_some(LeakKind::Random)
}

/// Bits per character.
fn entropy(word: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in word.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = f64::from(u32::try_from(word.len()).unwrap_or(u32::MAX));
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| {
            let share = f64::from(count) / length;
            -share * share.log2()
        })
        .sum()
}

fn has_prefixed(line: &str, prefix: &str) -> bool {
    line.match_indices(prefix).any(|(at, _)| {
        let value = line[at + prefix.len()..]
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        value.count() >= SHORTEST
    })
}

/// `Bearer` with a value behind it, and the headers of the Global API Key. The words alone may be spoken of.
fn has_header(lower: &str) -> bool {
    let value_after = |at: usize| {
        lower[at..]
            .trim_start_matches(|c: char| c.is_whitespace() || ":=\"'\\".contains(c))
            .bytes()
            .take_while(u8::is_ascii_graphic)
            .take(16)
            .filter(u8::is_ascii_alphanumeric)
            .count()
            >= 12
    };
    let bearer = lower.match_indices("bearer ").any(|(at, word)| {
        let value = &lower[at + word.len()..];
        let value: Vec<u8> = value.bytes().take_while(u8::is_ascii_graphic).collect();
        value.len() >= 16 && value.iter().any(u8::is_ascii_digit)
    });
    let header = ["x-auth-key", "x-auth-email", "authorization:"]
        .iter()
        .any(|name| {
            lower.match_indices(name).any(|(at, word)| {
                lower[at + word.len()..]
                    .trim_start()
                    .starts_with([':', '"', '='])
                    && value_after(at + word.len())
            })
        });
    bearer || header
}

/// Where the first e-mail address stands.
pub(super) fn email(text: &str) -> Option<(usize, usize)> {
    let local = |c: char| c.is_alphanumeric() || "._%+-".contains(c);
    let domain = |c: char| c.is_alphanumeric() || ".-".contains(c);
    text.match_indices('@').find_map(|(at, _)| {
        let before = text[..at]
            .char_indices()
            .rev()
            .take_while(|(_, c)| local(*c))
            .last()
            .map(|(from, _)| from)?;
        let host: String = text[at + 1..].chars().take_while(|c| domain(*c)).collect();
        let host = host.trim_end_matches(['.', '-']);
        let (name, top) = host.rsplit_once('.')?;
        let real = !name.is_empty() && top.len() >= 2 && top.chars().all(char::is_alphabetic);
        real.then_some((before, at + 1 + host.len()))
    })
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, BASE64URL, HEXUPPER};
    use proptest::prelude::*;

    use super::*;

    const TOKEN: &str = "cfut_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCd0123abcd";
    const OLD: &str = "Zx9-_QwErTyUiOpAsDfGhJkLzXcVbNm123456789";

    fn kinds(text: &str) -> Vec<LeakKind> {
        scan(text, &[]).into_iter().map(|leak| leak.kind).collect()
    }

    #[test]
    fn each_kind_of_leak_is_found() {
        let key = "0123456789abcdef0123456789abcdef01234";
        for (text, kind) in [
            (format!("value: {TOKEN}"), LeakKind::Prefixed),
            (format!("\"{OLD}\""), LeakKind::OldToken),
            (format!("key {key}."), LeakKind::OldKey),
            (
                "Authorization: Bearer abcdefgh12345678x".to_owned(),
                LeakKind::Header,
            ),
            (
                "\"X-Auth-Key\": \"0123456789abcdef\"".to_owned(),
                LeakKind::Header,
            ),
            ("written by ada@example.com".to_owned(), LeakKind::Email),
            (
                "secret=qL8vN2xR5tY9wB3mK7pD4sF6".to_owned(),
                LeakKind::Random,
            ),
            ("a".repeat(30) + &key.repeat(2), LeakKind::Random),
        ] {
            assert!(kinds(&text).contains(&kind), "{kind:?} in {text}");
        }
    }

    #[test]
    fn what_a_bundle_is_made_of_is_no_leak() {
        for text in [
            "GET /accounts/{account}/firewall/access_rules/rules: HTTP 403, Cloudflare code 10000",
            "com.cloudflare.api.account.0123456789abcdef0123456789abcdef",
            "\"ray\": \"8f3a1b2c4d5e6f70-SBX\"",
            "Narrows site-generator k7m2p9qa-x4w8z2n6b5v3c7j1",
            "2026-11-22T16:54:01.123456789Z",
            "https://dash.cloudflare.com/?to=/:account/api-tokens&permissionGroupKeys=%5B%7B%22key%22%3A%22page%22",
            "http://127.0.0.1:40213/profile/api-tokens?permissionGroupKeys=%5B%7B%22key%22%3A%22d1%22%2C%22type%22%3A%22edit%22%7D%5D&accountId=0123456789abcdef0123456789abcdef",
            "\"fingerprint\": \"0123456789abcdef\"",
            "Missing X-Auth-Key, X-Auth-Email or Authorization headers",
            "Tokens begin with cfut_ or cfat_.",
            "Load Balancing: Monitors and Pools Read",
            "the bearer of this letter",
            "a@b and @example.com",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn a_secret_of_this_run_is_found_in_every_disguise() {
        let secret = || [Secret::new(OLD.to_owned())];
        for text in [
            OLD.to_owned(),
            OLD.to_lowercase(),
            HEXUPPER.encode(OLD.as_bytes()),
            data_encoding::HEXLOWER.encode(&Sha256::digest(OLD.as_bytes())),
            BASE64.encode(OLD.as_bytes()),
            BASE64.encode(format!("x{OLD}").as_bytes()),
            BASE64URL.encode(format!("xy{OLD}z").as_bytes()),
            format!("{}\n  {}", &OLD[..20], &OLD[20..]),
        ] {
            let found = scan(&format!("before\nvalue {text} end"), &secret());
            assert!(
                found.iter().any(|leak| leak.kind == LeakKind::Known),
                "{text}"
            );
        }
        assert!(
            scan("nothing of it", &secret()).is_empty(),
            "and not where it is not"
        );
    }

    proptest! {
        #[test]
        fn a_new_token_is_found_wherever_it_stands(
            body in "[A-Za-z0-9]{40}[0-9a-f]{8}",
            before in "[ -~]{0,20}",
            after in "[ -~]{0,20}",
        ) {
            let text = format!("{before}cfat_{body}{after}");
            prop_assert!(kinds(&text).contains(&LeakKind::Prefixed));
        }

        #[test]
        fn a_known_value_is_found_in_base64_at_any_place(
            value in "[A-Za-z0-9_-]{40}",
            before in "[ -~]{0,7}",
            after in "[ -~]{0,7}",
        ) {
            let text = BASE64.encode(format!("{before}{value}{after}").as_bytes());
            let found = scan(&text, &[Secret::new(value)]);
            prop_assert!(found.iter().any(|leak| leak.kind == LeakKind::Known));
        }
    }
}
