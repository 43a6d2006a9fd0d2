//! Keeps token values unreadable in the database: AES-256-GCM, bound to the connection and the token they belong to.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};

use super::{Error, random};

const NONCE_LENGTH: usize = 12;

/// The key, ready for use.
pub(super) struct Seal(Aes256Gcm);

impl Seal {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self(Aes256Gcm::new(&key.into()))
    }

    /// The value sealed: a random nonce, then the ciphertext with its tag.
    pub(super) fn close(
        &self,
        value: &str,
        connection: &str,
        token: &str,
    ) -> Result<Vec<u8>, Error> {
        let nonce: [u8; NONCE_LENGTH] = random::bytes()?;
        let payload = Payload {
            msg: value.as_bytes(),
            aad: &belonging(connection, token),
        };
        let ciphertext = self
            .0
            .encrypt(&nonce.into(), payload)
            .map_err(|_| Error::Seal)?;
        Ok([nonce.as_slice(), &ciphertext].concat())
    }

    /// The value that was sealed for this connection and token.
    pub(super) fn open(
        &self,
        sealed: &[u8],
        connection: &str,
        token: &str,
    ) -> Result<String, Error> {
        let (nonce, ciphertext) = sealed
            .split_first_chunk::<NONCE_LENGTH>()
            .ok_or(Error::Seal)?;
        let payload = Payload {
            msg: ciphertext,
            aad: &belonging(connection, token),
        };
        let value = self
            .0
            .decrypt(&(*nonce).into(), payload)
            .map_err(|_| Error::Seal)?;
        String::from_utf8(value).map_err(|_| Error::Seal)
    }
}

/// Neither id can hold a line feed, so no two pairs look alike.
fn belonging(connection: &str, token: &str) -> Vec<u8> {
    format!("{connection}\n{token}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::Seal;

    #[test]
    fn a_value_opens_only_where_it_belongs() {
        let seal = Seal::new([7; 32]);
        let sealed = seal
            .close("the value", "connection", "token")
            .expect("seals");

        assert_eq!(
            seal.open(&sealed, "connection", "token").expect("opens"),
            "the value",
            "the same key and place give the value back"
        );
        assert!(
            seal.open(&sealed, "another", "token").is_err(),
            "a row moved to another connection stays shut"
        );
        assert!(
            seal.open(&sealed, "connection", "another").is_err(),
            "a row moved to another token stays shut"
        );
        assert!(
            Seal::new([8; 32])
                .open(&sealed, "connection", "token")
                .is_err(),
            "another key doesn't open it"
        );
        for position in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[position] ^= 1;
            assert!(
                seal.open(&changed, "connection", "token").is_err(),
                "a flipped bit in byte {position} is noticed"
            );
        }
        assert!(
            seal.open(&sealed[..5], "connection", "token").is_err(),
            "a cut row is noticed"
        );
    }

    #[test]
    fn the_same_value_never_looks_the_same_twice() {
        let seal = Seal::new([7; 32]);
        assert_ne!(
            seal.close("the value", "connection", "token")
                .expect("seals"),
            seal.close("the value", "connection", "token")
                .expect("seals"),
            "each sealing has its own nonce"
        );
    }
}
