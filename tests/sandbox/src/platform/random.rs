//! What nobody may guess.

use data_encoding::BASE64URL_NOPAD;

/// Consonants that cannot spell a word (RFC 8628, section 6.1).
const USER_CODE_LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// Random bytes.
pub(super) fn bytes<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// 256 random bits as text: a bearer token, a device code, a cookie.
pub(super) fn opaque() -> Result<String, getrandom::Error> {
    Ok(BASE64URL_NOPAD.encode(&bytes::<32>()?))
}

/// A code that a person can type, such as `BCDF-GHJK`.
pub(super) fn user_code() -> Result<String, getrandom::Error> {
    let mut letters = String::with_capacity(9);
    while letters.len() < 9 {
        let [byte] = bytes::<1>()?;
        // 240 is the largest multiple of 20 in a byte: beyond it, some letters would come more often than others.
        if byte < 240 {
            letters.push(char::from(
                USER_CODE_LETTERS[usize::from(byte) % USER_CODE_LETTERS.len()],
            ));
            if letters.len() == 4 {
                letters.push('-');
            }
        }
    }
    Ok(letters)
}

/// A user code as a person typed it, in the form in which it was made; `None` when it cannot be one.
pub(super) fn read_user_code(typed: &str) -> Option<String> {
    let letters: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let known = letters.bytes().all(|b| USER_CODE_LETTERS.contains(&b));
    (known && letters.len() == 8).then(|| format!("{}-{}", &letters[..4], &letters[4..]))
}

#[cfg(test)]
mod tests {
    use super::{read_user_code, user_code};

    #[test]
    fn a_user_code_is_read_however_it_is_typed() {
        for typed in ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk ", "b-c-d-f-g-h-j-k"] {
            assert_eq!(
                read_user_code(typed).as_deref(),
                Some("BCDF-GHJK"),
                "{typed:?}"
            );
        }
        for typed in ["", "BCDF-GHJ", "BCDF-GHJKL", "ACDF-GHJK", "BCDF-GHJé", "🦀"] {
            assert_eq!(read_user_code(typed), None, "{typed:?} is no code");
        }
    }

    #[test]
    fn a_made_user_code_reads_back_as_itself() {
        let code = user_code().expect("randomness");
        assert_eq!(
            read_user_code(&code).as_deref(),
            Some(code.as_str()),
            "the form shown is the form stored"
        );
    }
}
