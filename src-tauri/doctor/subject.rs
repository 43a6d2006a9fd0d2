//! What is diagnosed: a stored connection's token, or a credential that was given for this once.

use crate::cloudflare::Credential;
use crate::cloudflare::pasted::{self, PasteProblem};
use crate::cloudflare::shape::Shape;
use crate::problem::{Next, Problem};
use crate::record::Connection;
use crate::run::App;
use crate::secret::{Fingerprint, Secret};

use super::causes::Facts;
use super::story::{Cause, CauseKind, DoctorOptions, SecondCard};

/// Everything that a diagnosis is made from.
#[derive(Debug)]
pub struct Input {
    /// What is diagnosed.
    pub subject: Subject,
    /// A more powerful credential by which the policies of the first may be read; used for nothing else.
    pub second: Option<Given>,
    /// How to ask.
    pub options: DoctorOptions,
}

/// What is diagnosed.
#[derive(Debug)]
pub enum Subject {
    /// A stored connection, by its id.
    Connection(String),
    /// A credential, kept in memory alone and for this once.
    Given(Given),
}

/// A credential as a person gives it.
#[derive(Debug)]
pub enum Given {
    /// What was pasted or piped where a token belongs; labels and quotes around it are taken off.
    Token(Secret),
    /// A Global API Key with the e-mail address of its login.
    GlobalKey {
        /// The login's address.
        email: String,
        /// The key.
        key: Secret,
    },
}

/// What to ask with; or why nothing can be asked with it.
type Usable = Result<Credential, Box<Cause>>;

/// What is known of the credential before anything is asked.
pub(super) struct Read {
    /// What it looks like.
    pub shape: Shape,
    /// Its last four characters.
    pub last_four: String,
    /// Its public name.
    pub fingerprint: Fingerprint,
    /// What should be known of it, a sentence each.
    pub notices: Vec<String>,
    /// The connection that it belongs to.
    pub connection: Option<Connection>,
}

/// Finds the credential that is to be diagnosed.
pub(super) async fn read(app: &App, subject: Subject) -> Result<(Read, Usable), Problem> {
    match subject {
        Subject::Connection(id) => stored(app, &id).await,
        Subject::Given(given) => {
            let (mut read, credential) = given_for_once(given);
            let known = app.record.connections().map_err(|error| error.problem())?;
            read.connection = known
                .into_iter()
                .find(|known| known.fingerprint == read.fingerprint);
            Ok((read, credential))
        }
    }
}

/// What a text looks like that is meant as the second credential; an error where it cannot be one.
pub fn second_card(text: &Secret) -> Result<SecondCard, Problem> {
    let (read, usable) = given_for_once(Given::Token(text.duplicate()));
    usable.map_err(|cause| unusable_second(&cause))?;
    Ok(SecondCard {
        looks_like: read.shape.name().to_owned(),
        last_four: read.last_four,
    })
}

/// Reads the second credential, which has to be usable.
pub(super) fn second(given: Given) -> Result<Credential, Problem> {
    given_for_once(given)
        .1
        .map_err(|cause| unusable_second(&cause))
}

fn unusable_second(cause: &Cause) -> Problem {
    Problem::new(
        "second-credential",
        format!("The second credential cannot be used. {}", cause.message),
        "Give a token that may read the list of tokens, or leave it out.",
        Next::ChangeChoices,
    )
}

async fn stored(app: &App, id: &str) -> Result<(Read, Usable), Problem> {
    let connection = app
        .record
        .connection(id)
        .map_err(|error| error.problem())?
        .ok_or_else(crate::run::known::unknown_connection)?;
    let value = crate::run::kept::token(app, &connection)
        .await?
        .ok_or_else(not_kept)?;
    // This is one of the places where a secret is exposed: its shape tells whose token it is.
    let shape = Shape::of(value.expose());
    let read = Read {
        shape,
        last_four: value.last_four(),
        fingerprint: value.fingerprint(),
        notices: Vec::new(),
        connection: Some(connection),
    };
    Ok((read, Ok(Credential::Token(value))))
}

fn given_for_once(given: Given) -> (Read, Usable) {
    match given {
        Given::GlobalKey { email, key } => {
            let read = Read {
                shape: Shape::GlobalKey,
                last_four: key.last_four(),
                fingerprint: key.fingerprint(),
                notices: vec![
                    "A Global API Key may do whatever its person may, and cannot be limited."
                        .to_owned(),
                ],
                connection: None,
            };
            (read, Ok(Credential::GlobalKey { email, key }))
        }
        Given::Token(text) => {
            let (last_four, fingerprint) = (text.last_four(), text.fingerprint());
            match pasted::read(text) {
                Ok(reading) => {
                    let notices = reading.notices.iter();
                    let read = Read {
                        shape: reading.shape,
                        last_four: reading.value.last_four(),
                        fingerprint: reading.value.fingerprint(),
                        notices: notices.map(|one| one.sentence().to_owned()).collect(),
                        connection: None,
                    };
                    (read, Ok(Credential::Token(reading.value)))
                }
                Err(problem) => no_token(problem, &last_four, fingerprint),
            }
        }
    }
}

fn no_token(problem: PasteProblem, last_four: &str, fingerprint: Fingerprint) -> (Read, Usable) {
    let (kind, shape) = match problem {
        PasteProblem::GlobalKey => (CauseKind::GlobalApiKey, Shape::GlobalKey),
        PasteProblem::OriginCaKey => (CauseKind::OriginCaKey, Shape::OriginCaKey),
        PasteProblem::Email => (CauseKind::NotAToken, Shape::Email),
        PasteProblem::Url => (CauseKind::NotAToken, Shape::Url),
        PasteProblem::TokenPageLink => (CauseKind::NotAToken, Shape::TokenPageLink),
        _ => (CauseKind::NotAToken, Shape::Unknown),
    };
    let facts = Facts {
        words: problem.problem().message,
        ..Facts::default()
    };
    let read = Read {
        shape,
        // What is no token may be short, or somebody's address.
        last_four: if kind == CauseKind::NotAToken {
            String::new()
        } else {
            last_four.trim().to_owned()
        },
        fingerprint,
        notices: Vec::new(),
        connection: None,
    };
    (read, Err(Box::new(facts.cause(kind))))
}

fn not_kept() -> Problem {
    Problem::new(
        "token-not-kept",
        "The vault does not hold this connection's token any more.",
        "Paste the token to diagnose it, or connect again.",
        Next::PasteAgain,
    )
}
