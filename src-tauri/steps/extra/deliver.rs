//! The platform gets a token of its own, and proves that it did.

use jiff::Timestamp;
use serde_json::json;

use super::super::deliver::receipt_differs;
use super::super::extra::extras::Extras;
use crate::cloudflare::TokenKind;
use crate::platform::{Error, ExtraDelivery, Nonce, TokenKind as SentKind};
use crate::problem::{Next, Problem};
use crate::run::effect::DELIVER_EXTRA;
use crate::run::{Link, session};
use crate::secret::Secret;

/// What became of it.
#[derive(Clone, Debug)]
pub(crate) enum Handed {
    /// The platform has it, and proved that.
    Accepted,
    /// It does not take it.
    Refused(Problem),
    /// No answer came; it may have it.
    Unknown(Problem),
}

impl Handed {
    fn word(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused(_) => "refused",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// The token that is handed over.
pub(crate) struct Parcel<'a> {
    /// What it is for.
    pub extra: &'a str,
    /// Cloudflare's id of it.
    pub token_id: &'a str,
    /// Its name.
    pub token_name: &'a str,
    /// When it lapses, if it does.
    pub expires_on: Option<Timestamp>,
    /// Its value.
    pub value: &'a Secret,
}

impl Extras<'_> {
    /// Hands it over, and writes that down.
    pub(crate) async fn hand_over(&self, parcel: &Parcel<'_>) -> Handed {
        let Some(link) = self.link else {
            return Handed::Unknown(Error::NotSignedIn("no session is kept".to_owned()).problem());
        };
        let (platform, heard) = link.platform.listening();
        let link = Link {
            platform,
            ..link.clone()
        };
        let handed = match self.sent(&link, parcel).await {
            Ok(handed) => handed,
            Err(problem) => Handed::Unknown(problem),
        };
        let subject = format!("{} at {}", parcel.token_name, self.platform);
        self.journal
            .activity("deliver token", &subject, handed.word(), Some(&heard));
        handed
    }

    async fn sent(&self, link: &Link, parcel: &Parcel<'_>) -> Result<Handed, Problem> {
        let nonce = Nonce::generate().map_err(|error| error.problem())?;
        let delivery = ExtraDelivery {
            token: parcel.value,
            token_id: parcel.token_id,
            token_kind: match self.kind {
                TokenKind::User => SentKind::User,
                TokenKind::Account => SentKind::Account,
            },
            token_name: parcel.token_name,
            expires_on: parcel.expires_on,
            nonce: &nonce,
        };
        let subject = json!({ "extra": parcel.extra, "token": parcel.token_id });
        self.journal.intent(DELIVER_EXTRA, &subject)?;
        let handed = self.put(link, parcel, &delivery).await;
        let _ = match &handed {
            Handed::Accepted => self.journal.done(DELIVER_EXTRA, &subject),
            Handed::Refused(problem) | Handed::Unknown(problem) => {
                let refused = matches!(handed, Handed::Refused(_));
                let detail = json!({ "extra": parcel.extra, "token": parcel.token_id,
                    "code": problem.code, "refused": refused });
                self.journal.failed(DELIVER_EXTRA, &detail)
            }
        };
        Ok(handed)
    }

    async fn put(&self, link: &Link, parcel: &Parcel<'_>, delivery: &ExtraDelivery<'_>) -> Handed {
        let put = async |link: &Link| {
            let platform = &link.platform;
            platform
                .put_extra(&link.session, self.connection, parcel.extra, delivery)
                .await
        };
        let (mut answer, mut link) = (put(link).await, link.clone());
        // The session may have lapsed since the person signed in.
        if let Err(Error::NotSignedIn(_)) = answer
            && let Ok(Some(renewed)) = session::renewed(self.app, &link).await
        {
            answer = put(&renewed).await;
            link = renewed;
        }
        match answer {
            Ok(held) if held.proves(parcel.value, delivery.nonce) => Handed::Accepted,
            Ok(_) => Handed::Refused(receipt_differs()),
            Err(error @ Error::Unknown(_)) => {
                let held = link.platform.get_extra(
                    &link.session,
                    self.connection,
                    parcel.extra,
                    delivery.nonce,
                );
                match held.await {
                    Ok(Some(held)) if held.proves(parcel.value, delivery.nonce) => Handed::Accepted,
                    _ => Handed::Unknown(again(&error)),
                }
            }
            // What did not get through has not been judged. A session that ended is no word about the token either.
            Err(
                error @ (Error::Busy { .. }
                | Error::Unreachable(_)
                | Error::Contract(_)
                | Error::NotSignedIn(_)),
            ) => Handed::Unknown(again(&error)),
            Err(error) => Handed::Refused(error.problem()),
        }
    }
}

fn again(error: &Error) -> Problem {
    Problem {
        next: Next::DeliverAgain,
        ..error.problem()
    }
}
