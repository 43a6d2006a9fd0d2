//! What is known before anything is pasted, and of what was pasted.

use serde::{Deserialize, Serialize};

use super::profile::PermissionRow;
use crate::cloudflare::TokenKind;
use crate::problem::Problem;
use crate::secret::Fingerprint;
use crate::vault::VaultKind;

/// Step 1: what was found before anything is pasted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Prepared {
    /// This run's id.
    pub run: String,
    /// The vault and its self-test.
    pub vault: VaultReport,
    /// Who is signed in at the platform, where there is one.
    pub person: Option<Person>,
    /// Whether the person has to sign in before anything is pasted.
    pub sign_in_needed: bool,
    /// What stands in the way, if anything does; the first is to be mended first.
    pub problems: Vec<Problem>,
}

/// Where secrets rest on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct VaultReport {
    /// Keychain or sealed file.
    pub kind: VaultKind,
    /// The store's own name, such as "Secret Service (GNOME Keyring)".
    pub store: String,
    /// Whether what is kept outlives this session; nothing where the store does not tell.
    pub persists: Option<bool>,
    /// Milliseconds that write, read and delete of a test value took; nothing where the test failed.
    pub self_test_ms: Option<u32>,
    /// Whether there is a sealed file already, so that its passphrase is asked for once and not made up.
    pub sealed_file: bool,
}

/// Who is signed in at the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Person {
    /// Name to show.
    pub name: String,
    /// E-mail address.
    pub email: String,
}

/// What a person needs to sign in with another device or the browser (RFC 8628).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct SignInPrompt {
    /// The code to compare or to type.
    pub user_code: String,
    /// The address to open.
    pub verification_uri: String,
    /// Seconds until the code lapses.
    pub expires_in_s: u32,
}

/// Cloudflare's page for one kind of broad token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct TokenPage {
    /// Whose token it makes.
    pub kind: TokenKind,
    /// The prefilled link.
    pub link: String,
    /// The name that the token gets; it holds the run's id.
    pub token_name: String,
    /// The same list in words, for when the link does not fill the form.
    pub rows: Vec<PermissionRow>,
    /// What to choose under resources, in words.
    pub resources: String,
    /// What to do if the rows are not there.
    pub fallback: String,
}

/// What the page may know of a pasted value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Pasted {
    /// What its shape looks like, such as "User API token".
    pub looks_like: String,
    /// Characters.
    pub length: u32,
    /// Its last four characters.
    pub last_four: String,
    /// Its public name.
    pub fingerprint: Fingerprint,
    /// What was taken off it (quotes, a label, line breaks), a sentence each.
    pub notices: Vec<String>,
    /// Whether the clipboard was cleared.
    pub clipboard_cleared: bool,
}
