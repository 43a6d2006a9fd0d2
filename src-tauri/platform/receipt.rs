//! The platform's proof of which token it holds, and the short code that people compare.

use hmac::digest::common::Key;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer, de};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Error;
use crate::random;
use crate::secret::Secret;

/// The alphabet of the short code: Crockford's, which has no letters that look like digits.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A question that was never asked before. Not a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    /// A nonce of 16 random bytes.
    pub fn generate() -> Result<Self, Error> {
        Ok(Self::from_bytes(random::bytes()?))
    }

    /// The nonce of these bytes, which the caller must have drawn at random.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(data_encoding::BASE64URL_NOPAD.encode(&bytes))
    }

    /// A nonce that was written down before: 16 to 64 bytes as unpadded base64url or lower-case hexadecimal.
    pub fn parse(text: &str) -> Option<Self> {
        let known = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        let hexadecimal = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
        let valid = match text.len() {
            22..=86 => text.bytes().all(known),
            87..=128 => text.bytes().all(hexadecimal),
            _ => false,
        };
        valid.then(|| Self(text.to_owned()))
    }

    /// As it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// HMAC-SHA-256 over a nonce, keyed by a token. Not a secret: it proves the token to who has it, and gives nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt([u8; 32]);

impl Receipt {
    /// What a holder of `token` answers to `nonce`.
    pub fn expected(token: &Secret, nonce: &Nonce) -> Self {
        Self(keyed(token, nonce).finalize().into_bytes().into())
    }

    /// Whether a holder of `token` made it for `nonce`, in a time that does not depend on where it differs.
    pub fn matches(&self, token: &Secret, nonce: &Nonce) -> bool {
        keyed(token, nonce).verify_slice(&self.0).is_ok()
    }

    /// The first 40 bits as `XXXX-XXXX`, for people to compare.
    pub fn code(&self) -> String {
        let bits = self.0[..5]
            .iter()
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let letter = |place: u32| char::from(ALPHABET[(bits >> (35 - 5 * place) & 31) as usize]);
        let letters: Vec<char> = (0..8).map(letter).collect();
        let half = |letters: &[char]| letters.iter().collect::<String>();
        format!("{}-{}", half(&letters[..4]), half(&letters[4..]))
    }
}

impl std::fmt::Display for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Receipt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        data_encoding::HEXLOWER
            .decode(text.as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| de::Error::custom("64 lower-case hexadecimal digits are wanted"))
    }
}

fn keyed(token: &Secret, nonce: &Nonce) -> Hmac<Sha256> {
    // What HMAC itself does with a key of any length (RFC 2104, section 2): fill up a short one, hash a long one.
    let value = token.to_bytes();
    let mut block = Zeroizing::new([0; 64]);
    if let Some(start) = block.get_mut(..value.len()) {
        start.copy_from_slice(&value);
    } else {
        block[..32].copy_from_slice(&Sha256::digest(&value));
    }
    let mut hmac = Hmac::<Sha256>::new(&Key::<Hmac<Sha256>>::from(*block));
    hmac.update(nonce.as_str().as_bytes());
    hmac
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Vector {
        value: &'static str,
        nonce: &'static str,
        fingerprint: &'static str,
        receipt: &'static str,
        code: &'static str,
    }

    /// `x-receipt-vectors` of the contract.
    const VECTORS: [Vector; 2] = [
        Vector {
            value: "cfut_ExampleValueForTheContractUser00000000001a2b3c4d",
            nonce: "AAECAwQFBgcICQoLDA0ODw",
            fingerprint: "feb413169beb9f2f",
            receipt: "e3f5339e9c62b56924383b515b95f75fce91687254e1ef96a5a5c88e8f4ab82f",
            code: "WFTK-77MW",
        },
        Vector {
            value: "cfat_ExampleValueForTheContractAccount00000002b3c4d5e",
            nonce: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            fingerprint: "8ac99cbd1f13c972",
            receipt: "f0c5c4ac6652496530d1b4cc1682e5ec5dd123543c2b4795b07c669fc88188ca",
            code: "Y32W-9B36",
        },
    ];

    fn receipt(text: &str) -> Option<Receipt> {
        serde_json::from_value(text.into()).ok()
    }

    #[test]
    fn the_examples_of_the_contract_come_out() {
        for vector in VECTORS {
            let token = Secret::new(vector.value.to_owned());
            let nonce = Nonce::parse(vector.nonce).expect("a nonce");
            let expected = Receipt::expected(&token, &nonce);
            assert_eq!(expected.to_string(), vector.receipt);
            assert_eq!(expected.code(), vector.code);
            assert_eq!(token.fingerprint().as_str(), vector.fingerprint);
            let received = receipt(vector.receipt).expect("a receipt");
            assert!(received.matches(&token, &nonce), "the right token");
            let other = Secret::new(format!("{}x", vector.value));
            assert!(!received.matches(&other, &nonce), "another token");
            let later = Nonce::generate().expect("random");
            assert!(!received.matches(&token, &later), "an old receipt");
        }
    }

    #[test]
    fn a_token_of_any_length_is_a_key_as_hmac_takes_it() {
        let nonce = Nonce::from_bytes([7; 16]);
        for length in [0, 1, 63, 64, 65, 256] {
            let value = "k".repeat(length);
            let mut hmac = Hmac::<Sha256>::new_from_slice(value.as_bytes()).expect("any length");
            hmac.update(nonce.as_str().as_bytes());
            assert_eq!(
                Receipt::expected(&Secret::new(value), &nonce).0,
                <[u8; 32]>::from(hmac.finalize().into_bytes()),
                "{length} bytes"
            );
        }
    }

    #[test]
    fn a_receipt_is_64_lower_case_digits_and_nothing_else() {
        let good = VECTORS[0].receipt;
        for bad in [
            good.to_uppercase(),
            good[1..].to_owned(),
            format!("{good}00"),
            String::new(),
            "g".repeat(64),
        ] {
            assert_eq!(receipt(&bad), None, "{bad}");
        }
    }

    #[test]
    fn a_nonce_is_what_the_contract_allows() {
        let drawn = Nonce::generate().expect("random");
        assert_eq!(Nonce::parse(drawn.as_str()), Some(drawn), "our own");
        for (text, good) in [
            ("a".repeat(21), false),
            ("a".repeat(22), true),
            ("Z".repeat(86), true),
            ("Z".repeat(87), false),
            ("f".repeat(128), true),
            ("f".repeat(129), false),
            (format!("{}&x=1", "a".repeat(22)), false),
        ] {
            assert_eq!(Nonce::parse(&text).is_some(), good, "{text}");
        }
    }
}
