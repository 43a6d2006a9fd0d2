//! Random bytes from the system, and words made of them.

use crate::problem::{Next, Problem};

/// The system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random bytes")]
pub struct NoRandomness;

impl NoRandomness {
    /// What a person sees, and the one thing to do.
    pub fn problem(self) -> Problem {
        Problem::new(
            "no-randomness",
            "The system gave no random bytes.",
            "Restart the computer and try again.",
            Next::Retry,
        )
    }
}

/// `N` random bytes.
pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// `N` random bytes as lower-case letters and the digits 2 to 7, eight for every five bytes.
pub fn word<const N: usize>() -> Result<String, NoRandomness> {
    Ok(data_encoding::BASE32_NOPAD
        .encode(&bytes::<N>()?)
        .to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_as_long_as_said_and_differ() -> Result<(), NoRandomness> {
        let words = [word::<5>()?, word::<5>()?];
        assert!(words.iter().all(|word| word.len() == 8), "{words:?}");
        assert_ne!(words[0], words[1], "forty bits do not come out twice");
        Ok(())
    }

    #[test]
    fn a_system_without_randomness_has_its_code() {
        assert_eq!(NoRandomness.problem().code, "no-randomness");
    }
}
