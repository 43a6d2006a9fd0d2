//! Step 10: the platform gets the narrow token and proves that it did.

use crate::platform::{Connected as Holding, Delivery as Sent, Error, Held, Platform, Session};
use crate::problem::{Next, Problem};

/// A platform with a session that it accepted.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// The client.
    pub platform: Platform,
    /// The session.
    pub session: std::sync::Arc<Session>,
    /// What the platform said that it holds for this person.
    pub holds: Vec<Holding>,
}

/// What became of a delivery.
#[derive(Clone, Debug)]
pub(super) enum Delivered {
    /// The platform holds the token and gave the receipt with this short code.
    Accepted {
        /// The short code that both sides show.
        code: String,
        /// The nonce under it.
        nonce: String,
    },
    /// It refused, or what it holds is another token.
    Refused(Problem),
    /// No answer came; it may hold the token.
    Unknown(Problem),
}

/// Hands over the token. The same `key` may be used for the same content only.
pub(super) async fn deliver(
    link: &Link,
    connection: &str,
    sent: &Sent<'_>,
    key: &str,
) -> Delivered {
    match link
        .platform
        .put_connection(&link.session, connection, sent, key)
        .await
    {
        Ok(held) => receipt(&held, sent),
        Err(error @ Error::Unknown(_)) => ask(link, connection, sent, &error).await,
        Err(error @ (Error::Busy { .. } | Error::Unreachable(_) | Error::Contract(_))) => {
            Delivered::Unknown(again(&error))
        }
        Err(error) => Delivered::Refused(error.problem()),
    }
}

/// Asks what the platform holds, where the answer to the delivery never came.
async fn ask(link: &Link, connection: &str, sent: &Sent<'_>, unanswered: &Error) -> Delivered {
    match link
        .platform
        .get_connection(&link.session, connection, sent.nonce)
        .await
    {
        // It holds the token already, but not for this project: the delivery never came.
        Ok(held) if held.project.as_deref() != sent.project => {
            Delivered::Unknown(again(unanswered))
        }
        Ok(held) => receipt(&held, sent),
        Err(_) => Delivered::Unknown(again(unanswered)),
    }
}

/// The token is made and kept by now, so whatever kept it from the platform, the next act is to deliver it again.
fn again(error: &Error) -> Problem {
    Problem {
        next: Next::DeliverAgain,
        ..error.problem()
    }
}

fn receipt(held: &Held, sent: &Sent<'_>) -> Delivered {
    if held.project.as_deref() != sent.project {
        return Delivered::Refused(
            Problem::new(
                "receipt-differs",
                "The platform answered, but for another project than the one that was delivered.",
                "Deliver it again; if it happens again, tell the platform's support.",
                Next::DeliverAgain,
            )
            .with_evidence("the platform names another project"),
        );
    }
    if held.proves(sent.token, sent.nonce) {
        return Delivered::Accepted {
            code: held.receipt.code(),
            nonce: sent.nonce.as_str().to_owned(),
        };
    }
    Delivered::Refused(
        Problem::new(
            "receipt-differs",
            "The platform answered, but its receipt does not belong to the token that was delivered.",
            "Deliver it again; if it happens again, tell the platform's support.",
            Next::DeliverAgain,
        )
        .with_evidence(format!("the platform names token {} with fingerprint {}", held.token_id, held.fingerprint)),
    )
}
