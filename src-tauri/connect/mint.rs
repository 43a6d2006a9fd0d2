//! Step 7: one token is made, once.

use std::time::Duration;

use tokio::time::sleep;

use super::inspect::Inspected;
use crate::cloudflare::{Created, Error, NewToken};

/// How often the list is read for a token whose making was not answered. A new token may be missing from it for a
/// moment.
const LOOKS: u32 = 3;
const GAP: Duration = Duration::from_millis(700);

/// What became of a mint.
#[derive(Debug)]
pub(super) enum Minted {
    /// Made, with its value.
    Made(Box<Created>),
    /// Refused, or not sent: nothing was made.
    NotMade(Error),
    /// No answer came, and the token was not found: nothing was made, as far as can be seen.
    Lost(Error),
}

/// Makes the token. Where no answer came, looks for it by its unique name, deletes what it finds (its value is lost)
/// and says [`Minted::Lost`], so that the caller can try once more under another name.
pub(super) async fn mint(broad: &Inspected, new_token: &NewToken) -> Minted {
    match broad.client.create_token(&broad.owner, new_token).await {
        Ok(created) => Minted::Made(Box::new(created)),
        Err(error) if error.may_have_taken_effect() => {
            for look in 0..LOOKS {
                if look > 0 {
                    sleep(GAP).await;
                }
                if sweep(broad, &new_token.name).await {
                    break;
                }
            }
            Minted::Lost(error)
        }
        Err(error) => Minted::NotMade(error),
    }
}

/// Deletes every token of exactly this name; tells whether there was one.
pub(super) async fn sweep(broad: &Inspected, name: &str) -> bool {
    let Ok(list) = broad.client.tokens(&broad.owner, Some(name)).await else {
        return false;
    };
    let mut found = false;
    for token in list.tokens.iter().filter(|token| token.name == name) {
        found |= broad
            .client
            .delete_token(&broad.owner, &token.id)
            .await
            .is_ok();
    }
    found
}
