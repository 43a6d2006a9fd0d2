//! How secrets look: the scannable formats of 2026 and the older ones that still count.

use super::random::Random;

/// User-owned token.
pub(crate) const USER_TOKEN: &str = "cfut_";
/// Account-owned token.
pub(crate) const ACCOUNT_TOKEN: &str = "cfat_";
/// Global API Key.
pub(crate) const GLOBAL_KEY: &str = "cfk_";

const RANDOM_PART: usize = 40;
const CHECKSUM_PART: usize = 8;

/// A fresh value: prefix, 40 letters and digits, and the CRC-32 of both as 8 lower-case hexadecimal digits.
pub(crate) fn mint(random: &mut Random, prefix: &str) -> String {
    let body = format!("{prefix}{}", random.alphanumeric(RANDOM_PART));
    let checksum = crc32(body.as_bytes());
    format!("{body}{checksum:08x}")
}

/// Whether `text` may stand behind `Bearer `: either format, checksum unchecked because Cloudflare has not said
/// what it covers.
pub(crate) fn is_token_shaped(text: &str) -> bool {
    let old = text.len() == RANDOM_PART
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    old || is_new_format(text, USER_TOKEN) || is_new_format(text, ACCOUNT_TOKEN)
}

/// Whether `text` may be a Global API Key: new format, or 37 to 45 lower-case hexadecimal digits.
pub(crate) fn is_key_shaped(text: &str) -> bool {
    let old = (37..=45).contains(&text.len()) && text.bytes().all(is_lower_hex);
    old || is_new_format(text, GLOBAL_KEY)
}

/// Whether `text` is an identifier: 32 lower-case hexadecimal digits.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(is_lower_hex)
}

fn is_new_format(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        rest.len() == RANDOM_PART + CHECKSUM_PART
            && rest
                .bytes()
                .take(RANDOM_PART)
                .all(|byte| byte.is_ascii_alphanumeric())
            && rest.bytes().skip(RANDOM_PART).all(is_lower_hex)
    })
}

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |start, byte| {
        (0..8).fold(start ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_common_crc32() {
        assert_eq!(
            crc32(b"123456789"),
            0xcbf4_3926,
            "the check value every CRC-32 table lists"
        );
    }

    #[test]
    fn a_minted_value_has_the_shape_its_reader_expects() {
        let mut random = Random::new(1);
        let token = mint(&mut random, USER_TOKEN);
        assert_eq!(token.len(), 53, "cfut_ values are 53 characters");
        assert!(
            is_token_shaped(&token),
            "a fresh token must be accepted as a bearer"
        );
        assert!(
            is_token_shaped(&mint(&mut random, ACCOUNT_TOKEN)),
            "account tokens too"
        );
        let key = mint(&mut random, GLOBAL_KEY);
        assert_eq!(key.len(), 52, "cfk_ values are 52 characters");
        assert!(
            is_key_shaped(&key) && !is_token_shaped(&key),
            "a key is a key and no token"
        );
    }

    #[test]
    fn what_people_paste_by_mistake_is_no_token() {
        for text in [
            "",
            "cfut_short",
            "me@example.com",
            "\"cfut_x\"",
            "a b",
            "0123456789abcdef0123456789abcdef01234",
        ] {
            assert!(!is_token_shaped(text), "{text:?} must be malformed");
        }
    }
}
