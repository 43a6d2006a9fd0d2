//! The flows that are spoilt, as a face drives them, and what the product says at their end.

use std::time::Duration;

use narrows_core::connect::story::{Broad, Choices, Outcome};
use narrows_core::connect::{App, Walk, cancelled, redeliver};
use narrows_core::problem::Problem;
use narrows_core::secret::Secret;
use serde_json::json;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::golden;
use crate::stage::Stage;

/// How long a person waits for a sign-in that was approved.
const SIGN_IN: Duration = Duration::from_secs(15);

/// Which flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Flow {
    Connect,
}

impl Flow {
    pub(super) const ALL: [Self; 1] = [Self::Connect];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
        }
    }
}

/// Whose token is pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    User,
    Account,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Account => "account",
        }
    }
}

/// A broad token, made through the product's own link.
pub(super) struct Broad1 {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) value: String,
}

/// Makes a broad token as the token page of `app` asks for it.
pub(super) async fn broad(stage: &Stage, app: &App, kind: Kind) -> Broad1 {
    let pages = Walk::offer(app, &Stage::profile()).expect("token pages");
    let page = pages
        .into_iter()
        .find(|page| format!("{:?}", page.kind).to_lowercase() == kind.name())
        .expect("a page for this kind");
    let groups: Vec<_> = page.rows.iter().map(|row| row.group.as_str()).collect();
    let wanted = json!({ "kind": kind.name(), "name": page.token_name, "groups": groups });
    let (id, value) = stage.make_token(wanted).await;
    Broad1 {
        id,
        name: page.token_name,
        value,
    }
}

/// How a flow ended, in the product's own words.
#[derive(Debug, Default)]
pub(super) struct End {
    /// One word for the table.
    pub(super) word: &'static str,
    /// Whether everything that was wanted is done.
    pub(super) done: bool,
    /// Connection that is pending, by id.
    pub(super) pending: Option<String>,
    /// Sentences about what stands.
    pub(super) says: Vec<String>,
    /// What is said of the broad token.
    pub(super) broad: Option<Broad>,
}

impl End {
    fn refused(problem: Problem) -> Self {
        let problem = golden::listed(problem);
        Self {
            word: "nothing made",
            says: vec![format!("{}: {}", problem.code, problem.message)],
            ..Self::default()
        }
    }

    fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Connected(result) => Self {
                word: "connected",
                done: true,
                says: result.notices,
                broad: Some(result.broad),
                ..Self::default()
            },
            Outcome::Pending(pending) => {
                let problem = golden::listed(pending.problem);
                let mut says = pending.result.notices;
                says.push(format!("{}: {}", problem.code, problem.message));
                Self {
                    word: "pending",
                    pending: Some(pending.result.connection_id),
                    says,
                    broad: Some(pending.result.broad),
                    ..Self::default()
                }
            }
            Outcome::Stopped(stopped) => {
                let problem = golden::listed(stopped.problem);
                let mut says = stopped.stands;
                says.push(format!("{}: {}", problem.code, problem.message));
                Self {
                    word: "stopped",
                    says,
                    broad: stopped.broad,
                    ..Self::default()
                }
            }
        }
    }
}

/// Connects, from the sign-in to the end.
pub(super) async fn connect(app: &App, paste: &str) -> End {
    match ready(app, paste).await {
        Ok(mut walk) => {
            let cancel = CancellationToken::new();
            End::of(walk.connect(&Choices::default(), None, &cancel).await)
        }
        Err(problem) => End::refused(problem),
    }
}

async fn ready(app: &App, paste: &str) -> Result<Walk, Problem> {
    let mut walk = Walk::begin(app, Stage::profile(), None)?;
    let prepared = walk.prepare().await;
    if let Some(problem) = prepared.problems.into_iter().next() {
        return Err(problem);
    }
    if prepared.sign_in_needed {
        let (_, waiting) = walk.begin_sign_in().await?;
        // A platform that stays silent is asked until the code lapses; nobody waits so long.
        let signed_in = timeout(SIGN_IN, waiting.wait()).await;
        walk.signed_in(signed_in.unwrap_or_else(|_| Err(cancelled()))?);
    }
    walk.paste(Secret::new(paste.to_owned()))?;
    walk.inspect(None).await?;
    Ok(walk)
}

/// Brings a connection that is pending to its platform.
pub(super) async fn deliver(app: &App, connection: &str) -> End {
    match redeliver(app, connection).await {
        Ok(_) => End {
            word: "delivered",
            done: true,
            ..End::default()
        },
        Err(problem) => End::refused(problem),
    }
}
