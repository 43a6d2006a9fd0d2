//! What was seen of a run's token, platform and copy.

use crate::cloudflare::Life;
use crate::problem::Problem;
use crate::run::Link;
use crate::secret::Secret;
use std::collections::HashMap;

/// What is known of a run's token, platform and copy.
pub(crate) struct Seen {
    pub(crate) value: Result<Option<Secret>, Problem>,
    pub(crate) answer: Life,
    /// What the other tokens that are to be taken back say, by their ids; nothing where the value is not here.
    pub(crate) others: HashMap<String, Option<Life>>,
    pub(crate) link: Option<Link>,
}
