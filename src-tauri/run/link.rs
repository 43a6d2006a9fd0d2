//! A platform with a session that it accepted.

use crate::platform::{Connected as Holding, Platform, Session};
use crate::problem::{Next, Problem};

/// A platform with a session that it accepted.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// The client.
    pub platform: Platform,
    /// The session.
    pub session: std::sync::Arc<Session>,
    /// The platform's id of the person.
    pub person: String,
    /// What the platform said that it holds for this person.
    pub holds: Vec<Holding>,
}

impl Link {
    /// Refuses where the connection was made by another person, as far as that is known. A platform tells nobody but
    /// its owner of a connection, so that it has none for others says nothing.
    pub(crate) fn is_of(&self, person: Option<&str>) -> Result<(), Problem> {
        if person.is_none_or(|person| person == self.person) {
            return Ok(());
        }
        Err(Problem::new(
            "other-person",
            "Another person is signed in at the platform than the one who made this connection.",
            "Sign in there as that person, then try again.",
            Next::SignIn,
        ))
    }
}
