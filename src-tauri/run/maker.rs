//! By what the person who made the tokens of a run is known again.

/// By what the person who made the tokens of a run is known again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Maker {
    /// Cloudflare's id of them, where it was noted.
    pub person: Option<String>,
    /// Ids of tokens that are theirs.
    pub tokens: Vec<String>,
}
