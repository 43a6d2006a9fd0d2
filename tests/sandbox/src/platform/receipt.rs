//! Proof of which token the platform holds, computed as the contract's section "Fingerprint and receipt" says.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Error;
use super::digest::digest;

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A receipt over one nonce.
pub(super) struct Receipt {
    /// The whole receipt, as 64 hex digits.
    pub(super) hex: String,
    /// Its short form for people, `XXXX-XXXX`.
    pub(super) code: String,
}

impl Receipt {
    /// The receipt for a token's value over a nonce, whose bytes are those of the string as sent.
    pub(super) fn over(value: &str, nonce: &str) -> Result<Self, Error> {
        let mut mac = Hmac::<Sha256>::new_from_slice(value.as_bytes()).map_err(|_| Error::Seal)?;
        mac.update(nonce.as_bytes());
        let receipt: [u8; 32] = mac.finalize().into_bytes().into();
        Ok(Self {
            hex: HEXLOWER.encode(&receipt),
            code: code(receipt),
        })
    }
}

fn code(receipt: [u8; 32]) -> String {
    let bits = receipt[..5]
        .iter()
        .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let mut code = String::with_capacity(9);
    for shift in (0..40).step_by(5).rev() {
        code.push(char::from(CROCKFORD[(bits >> shift & 31) as usize]));
        if code.len() == 4 {
            code.push('-');
        }
    }
    code
}

/// Tells tokens apart without telling what they are: 16 hex digits.
pub(super) fn fingerprint(value: &str) -> String {
    HEXLOWER.encode(&digest("narrows-fingerprint-v1", value.as_bytes())[..8])
}
