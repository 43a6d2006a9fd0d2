//! Reads what a person pasted where a token belongs.
//!
//! What surrounds a token is taken off with a notice: quotes, labels, `Bearer`, a whole curl line, line breaks,
//! invisible characters. What cannot be a token is refused with its own words. A shape that nobody knows is let
//! through: Cloudflare decides what is a token, not this file.

pub use super::shape::Shape;
use super::shape::in_token;
use crate::problem::{Next, Problem};
use crate::secret::Secret;

/// Longest text that is looked at, in bytes.
const LONGEST: usize = 64 * 1024;

/// Characters of a token in the format of 2026: prefix, 40, and 8 of checksum.
const NEW_LENGTH: usize = 53;

/// Words that stand in front of a token in files, mails and command lines, in lower case.
const LABELS: [&str; 9] = [
    "cloudflare_api_token",
    "cf_api_token",
    "api_token",
    "apitoken",
    "api token",
    "token",
    "authorization",
    "bearer",
    "export",
];

/// A token, as far as can be told.
#[derive(Debug)]
pub struct Reading {
    /// The value alone: no white space, no quotes.
    pub value: Secret,
    /// What it looks like.
    pub shape: Shape,
    /// What was done to it, and what to mind.
    pub notices: Vec<Notice>,
}

/// Something that the person should know of what was pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Quotes or brackets were taken off.
    Quotes,
    /// A label, `Bearer` or a command around it was taken off.
    Label,
    /// Line breaks or spaces within it were taken out.
    WhiteSpace,
    /// Invisible characters were taken out.
    Invisible,
    /// It looks like no token that is known.
    UnknownShape,
    /// It looks like what signing in with wrangler gives, which lasts an hour.
    OAuth,
}

impl Notice {
    /// The notice as a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Quotes => "Quotes around it were taken off.",
            Self::Label => "What stood around it (a label or a command) was taken off.",
            Self::WhiteSpace => "Spaces or line breaks in it were taken out.",
            Self::Invisible => "Invisible characters were taken out.",
            Self::UnknownShape => {
                "It does not look like a Cloudflare token. It will be tried all the same."
            }
            Self::OAuth => {
                "It looks like a sign-in of wrangler, not like an API token. It will be tried all the same."
            }
        }
    }
}

/// Why a text cannot be a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasteProblem {
    /// Nothing, or nothing visible.
    Empty,
    /// More than 64 KiB.
    TooLong,
    /// Two or more different tokens.
    Several,
    /// An e-mail address.
    Email,
    /// The link to the token page itself.
    TokenPageLink,
    /// Some other address.
    Url,
    /// A Global API Key.
    GlobalKey,
    /// An Origin CA key.
    OriginCaKey,
    /// A text in which no token could be found.
    NoToken,
}

impl PasteProblem {
    /// The same in a person's words.
    pub fn problem(self) -> Problem {
        let (code, message, hint, next) = match self {
            Self::Empty => (
                "paste-empty",
                "There is nothing to paste.",
                "Copy the token on Cloudflare's page first; it is shown only once.",
                Next::PasteAgain,
            ),
            Self::TooLong => (
                "paste-too-long",
                "That is far longer than any token.",
                "Copy the token alone and paste it again.",
                Next::PasteAgain,
            ),
            Self::Several => (
                "paste-several",
                "That holds more than one token.",
                "Copy the one that you just made, alone.",
                Next::PasteAgain,
            ),
            Self::Email => (
                "paste-email",
                "That is an e-mail address.",
                "Paste the token that Cloudflare showed after you pressed the button to create it.",
                Next::PasteAgain,
            ),
            Self::TokenPageLink => (
                "paste-token-page-link",
                "That is the link to the token page, not a token.",
                "Open the link in the browser, create the token there, and paste what it shows.",
                Next::OpenTokenPage,
            ),
            Self::Url => (
                "paste-link",
                "That is a web address.",
                "Paste the token that Cloudflare showed after you pressed the button to create it.",
                Next::PasteAgain,
            ),
            Self::GlobalKey => (
                "paste-global-key",
                "That is a Global API Key: it has power over everything and cannot be limited or taken back by us.",
                "Make an API token through the link instead. As the key has now been copied, consider changing it.",
                Next::OpenTokenPage,
            ),
            Self::OriginCaKey => (
                "paste-origin-ca-key",
                "That is an Origin CA key, which only makes certificates.",
                "Make an API token through the link instead.",
                Next::OpenTokenPage,
            ),
            Self::NoToken => (
                "paste-no-token",
                "No token could be found in that text.",
                "Copy the token alone and paste it again.",
                Next::PasteAgain,
            ),
        };
        Problem::new(code, message, hint, next)
    }
}

/// Reads a pasted text. The text is wiped in any case.
///
/// This is one of the places where a secret is exposed: it is what has to be read.
#[allow(
    clippy::needless_pass_by_value,
    reason = "taken so that it is wiped here"
)]
pub fn read(text: Secret) -> Result<Reading, PasteProblem> {
    let text = text.expose();
    if text.len() > LONGEST {
        return Err(PasteProblem::TooLong);
    }
    let mut notices = Vec::new();
    let mut notice = |happened: bool, notice: Notice| {
        if happened && !notices.contains(&notice) {
            notices.push(notice);
        }
    };
    let visible = zeroize::Zeroizing::new(
        text.chars()
            .filter(|&c| !is_invisible(c))
            .collect::<String>(),
    );
    notice(visible.len() != text.len(), Notice::Invisible);
    let whole = visible.trim();
    if whole.is_empty() {
        return Err(PasteProblem::Empty);
    }
    let bare = whole.trim_matches(is_wrapping);
    if bare.is_empty() {
        return Err(PasteProblem::Empty);
    }
    // A lone address is told before anything is taken apart: it has parts that look like tokens.
    if !bare.contains(char::is_whitespace) {
        refuse(Shape::of(bare))?;
    }

    let found = match known(bare)? {
        Some(found) => found.to_owned(),
        None => unlabelled(bare)?,
    };
    let value = Secret::new(found);
    let around = whole.len() - bare.len();
    notice(around > 0 || bare.contains(is_wrapping), Notice::Quotes);
    let joined = !bare.contains(value.expose());
    notice(joined, Notice::WhiteSpace);
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    notice(letters(bare) != letters(value.expose()), Notice::Label);

    let shape = Shape::of(value.expose());
    refuse(shape)?;
    notice(shape == Shape::Unknown, Notice::UnknownShape);
    notice(shape == Shape::OAuth, Notice::OAuth);
    Ok(Reading {
        value,
        shape,
        notices,
    })
}

/// Refuses shapes that are certainly no API token.
fn refuse(shape: Shape) -> Result<(), PasteProblem> {
    Err(match shape {
        Shape::Email => PasteProblem::Email,
        Shape::Url => PasteProblem::Url,
        Shape::TokenPageLink => PasteProblem::TokenPageLink,
        Shape::GlobalKey => PasteProblem::GlobalKey,
        Shape::OriginCaKey => PasteProblem::OriginCaKey,
        _ => return Ok(()),
    })
}

/// The one word of a text that has a token's own shape; with two different ones there is no telling which is meant.
fn known(text: &str) -> Result<Option<&str>, PasteProblem> {
    let words = || text.split(|c: char| !c.is_ascii() || !in_token(c as u8));
    let is_new = |word: &str| matches!(Shape::of(word), Shape::UserToken | Shape::AccountToken);
    // Where a token of the new format was broken into lines, a piece of it may pass for an old one.
    let new = words().any(is_new);
    let mut found: Option<&str> = None;
    for word in words() {
        let whole = if new {
            is_new(word) && word.len() == NEW_LENGTH
        } else {
            Shape::of(word) == Shape::OldToken
        };
        match found {
            _ if !whole => {}
            Some(earlier) if earlier != word => return Err(PasteProblem::Several),
            _ => found = Some(word),
        }
    }
    Ok(found)
}

/// What is left of a text without labels, quotes and white space.
fn unlabelled(text: &str) -> Result<String, PasteProblem> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| is_wrapping(c) || c.is_whitespace());
        let lower = rest.to_ascii_lowercase();
        let Some(label) = LABELS.iter().find(|label| is_label(&lower, label)) else {
            break;
        };
        rest =
            rest[label.len()..].trim_start_matches(|c: char| c.is_whitespace() || ":=".contains(c));
    }
    let words: Vec<&str> = rest
        .split(|c: char| c.is_whitespace() || is_wrapping(c))
        .filter(|word| !word.is_empty())
        .collect();
    let value: String = words.concat();
    if value.is_empty() {
        return Err(PasteProblem::NoToken);
    }
    // A value that was broken into lines has few, long pieces; prose has many, short ones.
    let prose = words.len() > 1 && words.iter().any(|word| word.len() < 4) || words.len() > 8;
    if prose || !value.is_ascii() || value.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(PasteProblem::NoToken);
    }
    for word in words {
        refuse(Shape::of(word))?;
    }
    Ok(value)
}

/// Whether a text in lower case begins with `label` as a word of its own.
fn is_label(text: &str, label: &str) -> bool {
    text.strip_prefix(label).is_some_and(|rest| {
        rest.is_empty() || rest.starts_with([' ', '\t', ':', '=', '\n', '\r', '"', '\''])
    })
}

/// Quotes, brackets and what else stands around a value in files and mails.
fn is_wrapping(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | '`'
            | '“'
            | '”'
            | '„'
            | '‘'
            | '’'
            | '«'
            | '»'
            | '<'
            | '>'
            | '('
            | ')'
            | '['
            | ']'
            | '{'
            | '}'
            | ','
            | ';'
    )
}

/// Characters of no width that come along from web pages and mails.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\0'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NEW: &str = "cfut_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCd0123abcd";
    const OLD: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_Ab";

    fn value(text: &str) -> Result<String, PasteProblem> {
        read(Secret::new(text.to_owned())).map(|reading| reading.value.expose().to_owned())
    }

    #[test]
    fn a_token_is_found_in_whatever_it_was_copied_with() {
        for token in [NEW, OLD] {
            let table = [
                token.to_owned(),
                format!("  {token}\r\n"),
                format!("\"{token}\""),
                format!("“{token}”"),
                format!("Bearer {token}"),
                format!("Authorization: Bearer {token}"),
                format!("CLOUDFLARE_API_TOKEN={token}"),
                format!("export CLOUDFLARE_API_TOKEN='{token}'"),
                format!("token: {token}"),
                format!("\u{feff}{token}\u{200b}"),
                format!(
                    "curl \"https://api.cloudflare.com/client/v4/user/tokens/verify\" \\\n  -H \"Authorization: Bearer {token}\""
                ),
                format!("{token}\n{token}"),
                format!("{{\"token\": \"{token}\"}}"),
            ];
            for text in table {
                assert_eq!(value(&text), Ok(token.to_owned()), "{text:?}");
            }
        }
    }

    #[test]
    fn a_token_of_an_unknown_format_is_let_through_with_a_hint() {
        for text in [
            "cf9_abc.def~ghi",
            "Bearer cf9_abc.def~ghi",
            "token=\"cf9_abc.def~ghi\"",
        ] {
            let reading = read(Secret::new(text.to_owned())).unwrap();
            assert_eq!(reading.value.expose(), "cf9_abc.def~ghi", "{text}");
            assert!(
                reading.notices.contains(&Notice::UnknownShape),
                "formats change"
            );
        }
    }

    #[test]
    fn a_token_broken_into_lines_is_joined() {
        for at in [13, 30, 45] {
            let (a, b) = NEW.split_at(at);
            assert_eq!(
                value(&format!("{a}\n{b}")),
                Ok(NEW.to_owned()),
                "after {at}"
            );
        }
        let (a, b) = NEW.split_at(30);
        let reading = read(Secret::new(format!("{a}\n{b}"))).unwrap();
        assert!(
            reading.notices.contains(&Notice::WhiteSpace),
            "{:?}",
            reading.notices
        );
    }

    #[test]
    fn what_is_taken_off_is_told() {
        let notices = |text: String| read(Secret::new(text)).unwrap().notices;
        assert_eq!(
            notices(NEW.to_owned()),
            [],
            "nothing was done, nothing is said"
        );
        assert_eq!(
            notices(format!("{NEW}\n")),
            [],
            "a line's end is not worth a word"
        );
        assert_eq!(notices(format!("'{NEW}'")), [Notice::Quotes]);
        assert_eq!(notices(format!("Bearer {NEW}")), [Notice::Label]);
        assert_eq!(notices(format!("{NEW}\u{200b}")), [Notice::Invisible]);
    }

    #[test]
    fn what_is_no_token_is_refused_with_its_own_words() {
        let link = "https://dash.cloudflare.com/profile/api-tokens?permissionGroupKeys=%5B%5D";
        let other = NEW.replace("cfut", "cfat");
        let table = [
            (String::new(), PasteProblem::Empty),
            (" \u{200b}\n\"\" ".to_owned(), PasteProblem::Empty),
            ("Bearer ".to_owned(), PasteProblem::NoToken),
            ("x".repeat(1024 * 1024), PasteProblem::TooLong),
            (format!("{NEW} {other}"), PasteProblem::Several),
            ("me@example.com".to_owned(), PasteProblem::Email),
            (link.to_owned(), PasteProblem::TokenPageLink),
            (format!("<{link}>"), PasteProblem::TokenPageLink),
            (
                "https://example.com/?token=AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_Ab".to_owned(),
                PasteProblem::Url,
            ),
            (
                "0123456789abcdef0123456789abcdef01234".to_owned(),
                PasteProblem::GlobalKey,
            ),
            (NEW.replace("cfut", "cfk"), PasteProblem::GlobalKey),
            (
                "v1.0-0123456789abcdef-0123".to_owned(),
                PasteProblem::OriginCaKey,
            ),
            (
                "I could not find it, sorry!".to_owned(),
                PasteProblem::NoToken,
            ),
        ];
        for (text, problem) in table {
            assert_eq!(
                value(&text),
                Err(problem),
                "{:?}",
                text.get(..80).unwrap_or(&text)
            );
        }
    }

    #[test]
    fn each_refusal_has_its_own_code() {
        use PasteProblem::*;
        let all = [
            Empty,
            TooLong,
            Several,
            Email,
            TokenPageLink,
            Url,
            GlobalKey,
            OriginCaKey,
            NoToken,
        ];
        let codes: std::collections::BTreeSet<_> =
            all.iter().map(|one| one.problem().code).collect();
        assert_eq!(codes.len(), all.len());
    }

    proptest! {
        #[test]
        fn nothing_panics_and_a_value_is_bare(text in "(\\PC|[\r\n\t\"' ]|Bearer |token=|cfut_|https://){0,40}") {
            if let Ok(value) = value(&text) {
                prop_assert!(!value.is_empty());
                prop_assert!(
                    !value.contains(|c: char| c.is_whitespace() || c.is_control() || is_wrapping(c)),
                    "{value:?} would not fit into a header"
                );
            }
        }

        #[test]
        fn a_token_is_found_between_any_labels(label in "(Bearer |token: |api_token=|export )?", quote in "[\"'`]?", end in "[ \r\n]{0,3}") {
            let text = format!("{label}{quote}{NEW}{quote}{end}");
            prop_assert_eq!(value(&text), Ok(NEW.to_owned()), "{:?}", text);
        }
    }
}
