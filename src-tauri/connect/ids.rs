//! Names that a run makes up.

use crate::problem::Problem;
use crate::random;

/// The id of a run or of a connection: sixteen letters and digits.
pub(super) fn id() -> Result<String, Problem> {
    random::word::<10>().map_err(random::NoRandomness::problem)
}

/// A key under which one delivery is sent, however often.
pub(super) fn idempotency_key() -> Result<String, Problem> {
    random::word::<20>().map_err(random::NoRandomness::problem)
}

/// The name of a broad token that is made through our link.
pub(super) fn broad_token_name(run: &str) -> String {
    format!("Narrows one-time {run}")
}

/// The name of a narrow token: unique, and bearing this installation's mark. Its connection can be told from it.
pub(super) fn narrow_token_name(profile: &str, installation: &str, connection: &str) -> String {
    format!("Narrows {profile} {installation}-{connection}")
}

/// The name of a token that takes another's place: the mark and the connection as above, and the run, so that no search
/// for it can find the one in use.
pub(super) fn rotated_token_name(
    profile: &str,
    installation: &str,
    connection: &str,
    run: &str,
) -> String {
    let name = narrow_token_name(profile, installation, connection);
    format!("{name} {run}")
}
