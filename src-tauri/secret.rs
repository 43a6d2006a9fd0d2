//! The one type that holds a secret.
//!
//! A [`Secret`] can be read in (from a page, a prompt, a keychain) and never comes out by itself: it has no
//! `Display`, no `Serialize`, its `Debug` prints a fixed word, and its memory is overwritten when it is dropped.
//!
//! ```
//! use narrows_core::secret::Secret;
//! let secret = Secret::new("cfut_example".to_owned());
//! assert_eq!(format!("{secret:?}"), "Secret(redacted)");
//! ```
//!
//! ```compile_fail
//! # use narrows_core::secret::Secret;
//! fn serializes<T: serde::Serialize>(_: T) {}
//! serializes(Secret::new("cfut_example".to_owned()));
//! ```

use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Prefixed to a value before it is hashed for a [`Fingerprint`].
///
/// The plain SHA-256 of a token with R2 permissions *is* its S3 secret key (Cloudflare, "R2 API tokens"), so a
/// fingerprint must never be, or be a part of, the plain hash.
const FINGERPRINT_DOMAIN: &[u8] = b"narrows-fingerprint-v1\n";

/// Text that must not be seen: a token, a key, a passphrase, a platform session.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// Takes ownership of `value`; the caller should hold no other copy.
    pub fn new(value: String) -> Self {
        Self(value)
    }

    /// The value itself. Callers give the reason where they call it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is nothing in it but white space.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// The same without the white space around it.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        Self(self.0.trim().to_owned())
    }

    /// A short public name of the value.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hash = Sha256::new();
        hash.update(FINGERPRINT_DOMAIN);
        hash.update(self.0.as_bytes());
        Fingerprint(data_encoding::HEXLOWER.encode(&hash.finalize()[..8]))
    }

    /// The last four characters, for a person to recognise a long value by; of a short value, nothing.
    pub fn last_four(&self) -> String {
        let characters = self.0.chars().count();
        if characters < 20 {
            return String::new();
        }
        self.0.chars().skip(characters - 4).collect()
    }

    /// Whether both hold the same value, in a time that does not depend on where they differ.
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    /// A second copy, for a task that needs its own.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    /// The bytes, in a buffer that is wiped like the secret itself.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.as_bytes().to_vec())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// Sixteen hexadecimal digits that name a secret without telling anything of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_not_part_of_the_plain_hash() {
        let secret = Secret::new("cfut_0123456789".to_owned());
        let plain = data_encoding::HEXLOWER.encode(&Sha256::digest(b"cfut_0123456789"));
        assert!(
            !plain.contains(secret.fingerprint().as_str()),
            "the plain hash of an R2 token is its S3 secret key"
        );
    }

    #[test]
    fn a_short_value_shows_no_characters_at_all() {
        assert_eq!(
            Secret::new("hunter2".to_owned()).last_four(),
            "",
            "four of seven is too much to show"
        );
        assert_eq!(Secret::new("x".repeat(36) + "wxyz").last_four(), "wxyz");
    }

    #[test]
    fn equality_looks_at_the_whole_value() {
        let one = Secret::new("abcd".to_owned());
        assert!(one.same_as(&one.duplicate()));
        assert!(!one.same_as(&Secret::new("abce".to_owned())));
        assert!(!one.same_as(&Secret::new("abc".to_owned())));
    }
}
