//! What a secret is kept as.

use super::Error;
use crate::random;

/// Names one secret of a vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A narrow token. One connection may have two for a while: the one in use and its successor.
    Token {
        /// The connection's id.
        connection: String,
        /// Cloudflare's id of the token.
        token: String,
    },
    /// The session at a platform.
    Session {
        /// The platform's address.
        platform: String,
    },
    /// The random value of a self-test.
    SelfTest(
        /// A random word.
        String,
    ),
}

impl Item {
    /// An item for one self-test, under a name that no other test has.
    pub fn self_test() -> Result<Self, Error> {
        Ok(Self::SelfTest(random::word::<10>()?))
    }

    /// The name that the store knows it by. Stable: a changed name would orphan what is kept.
    pub fn account(&self) -> String {
        match self {
            Self::Token { connection, token } => format!("token {connection} {token}"),
            Self::Session { platform } => format!("session {platform}"),
            Self::SelfTest(word) => format!("self-test {word}"),
        }
    }

    /// The item of this name in the store; nothing where it is no name of ours.
    pub fn called(account: &str) -> Option<Self> {
        let (kind, rest) = account.split_once(' ')?;
        match kind {
            "token" => {
                let (connection, token) = rest.split_once(' ')?;
                Some(Self::Token {
                    connection: connection.to_owned(),
                    token: token.to_owned(),
                })
            }
            "session" => Some(Self::Session {
                platform: rest.to_owned(),
            }),
            "self-test" => Some(Self::SelfTest(rest.to_owned())),
            _ => None,
        }
    }

    /// What a person reads in the keychain's own window.
    pub(super) fn label(&self, service: &str) -> String {
        match self {
            Self::Token { connection, .. } => {
                format!("{service}: Cloudflare token of connection {connection}")
            }
            Self::Session { platform } => format!("{service}: session at {platform}"),
            Self::SelfTest(_) => format!("{service}: self-test"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_the_store_stay_as_they_are() {
        let token = Item::Token {
            connection: "c1".to_owned(),
            token: "t1".to_owned(),
        };
        let session = Item::Session {
            platform: "https://platform.example/".to_owned(),
        };
        let why = "a changed name would orphan what people already keep";
        assert_eq!(token.account(), "token c1 t1", "{why}");
        assert_eq!(
            session.account(),
            "session https://platform.example/",
            "{why}"
        );
    }

    #[test]
    fn an_item_is_known_again_by_its_name() {
        let items = [
            Item::Token {
                connection: "c1".to_owned(),
                token: "t1".to_owned(),
            },
            Item::Session {
                platform: "https://platform.example/".to_owned(),
            },
            Item::SelfTest("word".to_owned()),
        ];
        for item in items {
            assert_eq!(Item::called(&item.account()), Some(item));
        }
        for stranger in ["", "token", "token c1", "diary of mine"] {
            assert_eq!(Item::called(stranger), None, "{stranger:?} is not ours");
        }
    }

    #[test]
    fn two_self_tests_never_share_a_name() -> Result<(), Error> {
        assert_ne!(
            Item::self_test()?,
            Item::self_test()?,
            "two at once would delete each other's value"
        );
        Ok(())
    }
}
