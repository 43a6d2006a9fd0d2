//! Step 10: the platform gets the narrow token and proves that it did.

use jiff::Timestamp;
use serde_json::json;

use super::run::Run;
use crate::cloudflare::{Account, Created, TokenKind};
use crate::platform::{Delivery as Sent, Error, Held, Nonce, TokenKind as SentKind};
use crate::problem::{Next, Problem};
use crate::run::effect::DELIVER;
use crate::run::{App, Decision, Journal, Link, Report, ids, session};
use crate::secret::Secret;
use crate::story::{Step, StepState};

/// What became of a delivery.
#[derive(Clone, Debug)]
pub(crate) enum Delivered {
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

impl Delivered {
    /// In one word, as it stands in the activity.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Refused(_) => "refused",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// Hands over the token. The same `key` may be used for the same content only.
async fn deliver(
    app: &App,
    link: &Link,
    connection: &str,
    sent: &Sent<'_>,
    key: &str,
) -> Delivered {
    let put = async |link: &Link| {
        let platform = &link.platform;
        platform
            .put_connection(&link.session, connection, sent, key)
            .await
    };
    let (mut answer, mut link) = (put(link).await, link.clone());
    // The session may have lapsed since the person signed in.
    if let Err(Error::NotSignedIn(_)) = answer
        && let Ok(Some(renewed)) = session::renewed(app, &link).await
    {
        answer = put(&renewed).await;
        link = renewed;
    }
    match answer {
        Ok(held) => receipt(&held, sent),
        Err(error @ Error::Unknown(_)) => ask(&link, connection, sent, &error).await,
        // What did not get through has not been judged. A session that ended is no word about the token either.
        Err(
            error @ (Error::Busy { .. }
            | Error::Unreachable(_)
            | Error::Contract(_)
            | Error::NotSignedIn(_)),
        ) => Delivered::Unknown(again(&error)),
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
        // It still holds the token that is replaced, for the same reason. Rolled in place, both have one id.
        Ok(held)
            if sent.replaces == Some(held.token_id.as_str())
                && !held.proves(sent.token, sent.nonce) =>
        {
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
    Delivered::Refused(receipt_differs().with_evidence(format!(
        "the platform names token {} with fingerprint {}",
        held.token_id, held.fingerprint
    )))
}

/// What is said of a receipt that another token gave.
pub(crate) fn receipt_differs() -> Problem {
    Problem::new(
        "receipt-differs",
        "The platform answered, but its receipt does not belong to the token that was delivered.",
        "Deliver it again; if it happens again, tell the platform's support.",
        Next::DeliverAgain,
    )
}

/// What is handed over, and on whose behalf.
pub(crate) struct Parcel<'a> {
    /// Id of the connection.
    pub connection: &'a str,
    /// The profile's id.
    pub profile: &'a str,
    /// The platform's name.
    pub platform_name: &'a str,
    /// The nominated account.
    pub account: &'a Account,
    /// The project, where the profile has one.
    pub project: Option<&'a str>,
    /// The token's value.
    pub value: &'a Secret,
    /// Cloudflare's id of it.
    pub token_id: &'a str,
    /// Its name.
    pub token_name: &'a str,
    /// Whose it is.
    pub token_kind: TokenKind,
    /// When it lapses, if it does.
    pub expires_on: Option<Timestamp>,
    /// Cloudflare's id of the token that the platform holds now, in a rotation.
    pub replaces: Option<&'a str>,
}

impl Parcel<'_> {
    /// Hands it over, where there is a platform, writes that down, and tells the face.
    pub(crate) async fn hand_over(
        &self,
        app: &App,
        link: Option<&Link>,
        journal: &Journal,
        report: &Report,
    ) -> Option<Delivered> {
        let Some(link) = link else {
            report.tell(
                Step::Deliver,
                StepState::Skipped,
                "This profile has no platform to deliver to.",
            );
            return None;
        };
        report.began(Step::Deliver);
        let delivered = self.send(app, link, journal).await;
        let (state, detail) = match &delivered {
            Delivered::Accepted { code, .. } => (StepState::Done, format!("Receipt {code}.")),
            Delivered::Refused(problem) => (StepState::Failed, problem.message.clone()),
            Delivered::Unknown(problem) => (StepState::Warned, problem.message.clone()),
        };
        report.tell(Step::Deliver, state, detail);
        Some(delivered)
    }

    /// Hands it over to a platform, and writes that down.
    pub(crate) async fn send(&self, app: &App, link: &Link, journal: &Journal) -> Delivered {
        let (platform, heard) = link.platform.listening();
        let link = Link {
            platform,
            ..link.clone()
        };
        let sent = self.send_noted(app, &link, journal).await;
        let delivered = sent.unwrap_or_else(Delivered::Unknown);
        journal.activity(
            "deliver token",
            self.platform_name,
            delivered.word(),
            Some(&heard),
        );
        delivered
    }

    async fn send_noted(
        &self,
        app: &App,
        link: &Link,
        journal: &Journal,
    ) -> Result<Delivered, Problem> {
        let nonce = Nonce::generate().map_err(|error| error.problem())?;
        let sent = Sent {
            profile: self.profile,
            account_id: &self.account.id,
            account_name: &self.account.name,
            project: self.project,
            token: self.value,
            token_id: self.token_id,
            token_kind: match self.token_kind {
                TokenKind::User => SentKind::User,
                TokenKind::Account => SentKind::Account,
            },
            token_name: self.token_name,
            expires_on: self.expires_on,
            nonce: &nonce,
            replaces: self.replaces,
        };
        let key = ids::idempotency_key()?;
        journal.intent(
            DELIVER,
            &json!({ "token": self.token_id, "platform": self.platform_name }),
        )?;
        let delivered = deliver(app, link, self.connection, &sent, &key).await;
        let _ = match &delivered {
            Delivered::Accepted { code, nonce } => {
                journal.done(DELIVER, &json!({ "receipt": code, "nonce": nonce }))
            }
            Delivered::Refused(problem) | Delivered::Unknown(problem) => {
                journal.failed(DELIVER, &json!({ "code": problem.code }))
            }
        };
        Ok(delivered)
    }
}

impl Run<'_> {
    /// Hands the token over, where there is a platform.
    pub(crate) async fn deliver(
        &self,
        decision: &Decision,
        created: &Created,
    ) -> Option<Delivered> {
        let parcel = Parcel {
            connection: self.connection,
            profile: self.profile,
            platform_name: self.platform_name,
            account: &decision.account,
            project: decision.project.as_deref(),
            value: &created.value,
            token_id: &created.token.id,
            token_name: &created.token.name,
            token_kind: self.broad().kind(),
            expires_on: created.token.expires_on,
            replaces: None,
        };
        parcel
            .hand_over(self.app, self.link, &self.journal, self.report)
            .await
    }
}
