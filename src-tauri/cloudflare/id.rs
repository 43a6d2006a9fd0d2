//! Cloudflare's ids: of accounts, zones, tokens and permission groups alike.

/// Whether `text` is an id as Cloudflare writes them: 32 lower-case hexadecimal digits.
pub fn is_id(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_an_upper_case_or_a_short_id_is_none() {
        assert!(is_id("0123456789abcdef0123456789abcdef"));
        for text in [
            "",
            "example.com",
            "0123456789ABCDEF0123456789ABCDEF",
            "0123456789abcdef",
            "../../../../../../../../../../..",
        ] {
            assert!(!is_id(text), "{text} must not reach a path");
        }
    }
}
