//! SHA-256 with a domain: the same text hashed for two purposes never gives the same hash.

use sha2::{Digest, Sha256};

/// SHA-256 of the domain, a line feed, and the bytes.
pub(super) fn digest(domain: &str, bytes: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(domain)
        .chain_update("\n")
        .chain_update(bytes)
        .finalize()
        .into()
}
