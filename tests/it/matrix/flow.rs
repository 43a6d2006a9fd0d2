//! The flows that are spoilt, as a face drives them, and what the product says at their end.

use std::time::Duration;

use narrows_core::connect::Connect;
use narrows_core::disconnect::Disconnect;
use narrows_core::problem::Problem;
use narrows_core::profile::Profile;
use narrows_core::resume::{Resuming, left_over, redeliver};
use narrows_core::rotate::Rotate;
use narrows_core::run::{App, cancelled};
use narrows_core::secret::Secret;
use narrows_core::steps::{Approach, offer};
use narrows_core::story::{
    Broad, BroadNeed, BroadState, BroadWish, Choices, Ending, FactAbout, FactState, Farewell,
    Outcome, Resume, RotationChoices, RotationState,
};
use narrows_core::sweep::Sweep;
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
    /// A new token beside the old one.
    Rotate,
    /// The same token with a new value.
    Roll,
    Disconnect,
    /// A disconnect without a one-time token: Cloudflare's side stays open.
    Leave,
    /// A connect with a token of its own beside the narrow one: only what is done to that one.
    Keys,
    /// The same of a rotation.
    Renew,
}

impl Flow {
    pub(super) const ALL: [Self; 7] = [
        Self::Connect,
        Self::Rotate,
        Self::Roll,
        Self::Disconnect,
        Self::Leave,
        Self::Keys,
        Self::Renew,
    ];

    /// Whether there is a token of its own beside the narrow one. Then that alone is spoilt: the rest is what the other
    /// flows are for.
    pub(super) fn has_keys(self) -> bool {
        matches!(self, Self::Keys | Self::Renew)
    }

    /// The flow that comes before this one.
    pub(super) fn before(self) -> Option<Self> {
        match self {
            Self::Connect | Self::Keys => None,
            Self::Renew => Some(Self::Keys),
            Self::Rotate | Self::Roll | Self::Disconnect | Self::Leave => Some(Self::Connect),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Rotate => "rotate",
            Self::Roll => "rotate in place",
            Self::Disconnect => "disconnect",
            Self::Leave => "disconnect without a token",
            Self::Keys => "connect with keys",
            Self::Renew => "rotate with keys",
        }
    }

    /// Whether a one-time token is pasted into it.
    pub(super) fn pastes(self) -> bool {
        self != Self::Leave
    }

    /// The word of its end where nothing is spoilt.
    pub(super) fn well(self) -> &'static str {
        match self {
            Self::Connect | Self::Keys => "connected",
            Self::Rotate | Self::Roll | Self::Renew => "rotated",
            Self::Disconnect => "disconnected",
            Self::Leave => "open",
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
    pub(super) const ALL: [Self; 2] = [Self::User, Self::Account];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Account => "account",
        }
    }
}

/// A token to be pasted, made through the product's own link.
#[derive(Clone, Debug)]
pub(super) struct OneTime {
    pub(super) id: String,
    pub(super) value: String,
}

impl OneTime {
    /// Where nothing is pasted.
    pub(super) fn none() -> Self {
        Self {
            id: String::new(),
            value: String::new(),
        }
    }
}

/// Makes a one-time token as the token page of `app` asks for it.
pub(super) async fn one_time(stage: &Stage, app: &App, kind: Kind) -> OneTime {
    let pages = offer(app, &Stage::profile()).expect("token pages");
    let page = pages
        .into_iter()
        .find(|page| format!("{:?}", page.kind).to_lowercase() == kind.name())
        .expect("a page for this kind");
    let groups: Vec<_> = page.rows.iter().map(|row| row.group.as_str()).collect();
    let wanted = json!({ "kind": kind.name(), "name": page.token_name, "groups": groups });
    let (id, value) = stage.make_token(wanted).await;
    OneTime { id, value }
}

/// How a flow ended, in the product's own words.
#[derive(Debug, Default)]
pub(super) struct End {
    /// One word for the table.
    pub(super) word: &'static str,
    /// Sentences about what stands.
    pub(super) says: Vec<String>,
    /// What is said of the pasted token.
    pub(super) broad: Option<Broad>,
}

impl End {
    /// Before anything was made.
    fn early(problem: Problem) -> Self {
        let problem = golden::listed(problem);
        Self {
            word: "nothing made",
            says: vec![format!("{}: {}", problem.code, problem.message)],
            ..Self::default()
        }
    }

    fn of(outcome: Outcome) -> Self {
        let (word, mut says, broad, problem) = match outcome {
            Outcome::Connected(result) => ("connected", result.notices, Some(result.broad), None),
            Outcome::Pending(pending) => {
                let result = pending.result;
                (
                    "pending",
                    result.notices,
                    Some(result.broad),
                    Some(pending.problem),
                )
            }
            Outcome::Stopped(stopped) => (
                "stopped",
                stopped.stands,
                stopped.broad,
                Some(stopped.problem),
            ),
        };
        if let Some(problem) = problem.map(golden::listed) {
            says.push(format!("{}: {}", problem.code, problem.message));
        }
        Self { word, says, broad }
    }

    /// What is wrong with what is said of the pasted token, given whether it lives.
    pub(super) fn of_broad(&self, lives: bool) -> Option<String> {
        let state = self.broad.as_ref().map(|told| told.state);
        (lives && state == Some(BroadState::Refused))
            .then(|| "the pasted token lives, and is said to be refused".to_owned())
    }
}

/// Goes through a flow once, from its start to whatever its end is.
pub(super) async fn go(flow: Flow, app: &App, paste: &str) -> End {
    match flow {
        Flow::Connect => Box::pin(connect(app, paste, false)).await,
        Flow::Keys => Box::pin(connect(app, paste, true)).await,
        Flow::Rotate | Flow::Renew => Box::pin(rotate(app, paste, false)).await,
        Flow::Roll => Box::pin(rotate(app, paste, true)).await,
        Flow::Disconnect => Box::pin(disconnect(app, Some(paste))).await,
        Flow::Leave => Box::pin(disconnect(app, None)).await,
    }
}

async fn connect(app: &App, paste: &str, keys: bool) -> End {
    let (profile, choices) = if keys {
        let profile = Profile::load("flarelink").expect("a built-in profile");
        let with = vec!["r2-keys".to_owned()];
        let choices = Choices {
            with,
            ..Choices::default()
        };
        (profile, choices)
    } else {
        (Stage::profile(), Choices::default())
    };
    let ready = async {
        let mut walk = Connect::begin(app, profile, None)?;
        prepared(&mut walk.approach, true).await?;
        inspected(&mut walk.approach, paste).await?;
        Ok(walk)
    };
    match Box::pin(ready).await {
        Ok(mut walk) => {
            let cancel = CancellationToken::new();
            End::of(Box::pin(walk.connect(&choices, None, &cancel)).await)
        }
        Err(problem) => End::early(problem),
    }
}

async fn rotate(app: &App, paste: &str, in_place: bool) -> End {
    let known = app.record.connections().expect("the connections");
    let known = known.first().expect("a connection to be rotated");
    let wish = RotationChoices {
        in_place,
        ..RotationChoices::default()
    };
    let cancel = CancellationToken::new();
    let rotated = async {
        let mut walk = Rotate::begin(app, &known.id, None)?;
        prepared(&mut walk.approach, true).await?;
        inspected(&mut walk.approach, paste).await?;
        walk.preview(&wish).await?;
        walk.rotate(&wish, None, &cancel).await
    };
    match Box::pin(rotated).await {
        Ok(rotation) => {
            let mut says = rotation.stands;
            says.extend(rotation.notices);
            says.extend(
                rotation
                    .problem
                    .map(golden::listed)
                    .map(|problem| problem.message),
            );
            End {
                word: match rotation.state {
                    RotationState::Rotated => "rotated",
                    RotationState::OldOpen => "old one open",
                    RotationState::Pending => "pending",
                    RotationState::Stopped => "stopped",
                    RotationState::Undelivered => "undelivered",
                    RotationState::ValueLost => "value lost",
                    RotationState::RollUnknown => "roll unknown",
                },
                says,
                broad: rotation.broad,
            }
        }
        Err(problem) => End::early(problem),
    }
}

async fn disconnect(app: &App, paste: Option<&str>) -> End {
    let known = app.record.connections().expect("the connections");
    let Some(known) = known.first() else {
        return End {
            word: "disconnected",
            ..End::default()
        };
    };
    let ended = async {
        let mut walk = Disconnect::begin(app, &known.id)?;
        prepared(&mut walk.approach, false).await?;
        if let Some(paste) = paste {
            inspected(&mut walk.approach, paste).await?;
        }
        walk.disconnect(&Farewell::default(), None).await
    };
    match Box::pin(ended).await {
        Ok(ended) => {
            let truths = [
                &ended.truths.platform,
                &ended.truths.local,
                &ended.truths.cloudflare,
            ];
            End {
                word: if ended.open { "open" } else { "disconnected" },
                says: truths.map(|truth| truth.sentence.clone()).to_vec(),
                broad: ended.broad,
            }
        }
        Err(problem) => End::early(problem),
    }
}

/// Step 1, with a sign-in where one is needed. What must be reached is the caller's to say.
async fn prepared(walk: &mut Approach, needs_platform: bool) -> Result<(), Problem> {
    let prepared = walk.prepare().await;
    if let Some(problem) = prepared.problems.into_iter().next()
        && (needs_platform || prepared.vault.self_test_ms.is_none())
    {
        return Err(problem);
    }
    if !prepared.sign_in_needed {
        return Ok(());
    }
    let signing_in = async {
        let (_, waiting) = walk.begin_sign_in().await?;
        // A platform that stays silent is asked until the code lapses; nobody waits so long.
        let signed_in = timeout(SIGN_IN, waiting.wait()).await;
        signed_in.unwrap_or_else(|_| Err(cancelled()))
    };
    match signing_in.await {
        Ok(signed_in) => drop(walk.signed_in(signed_in)),
        Err(problem) if needs_platform => return Err(problem),
        Err(_) => {}
    }
    Ok(())
}

async fn inspected(walk: &mut Approach, paste: &str) -> Result<(), Problem> {
    walk.paste(Secret::new(paste.to_owned()))?;
    walk.inspect(None).await.map(drop)
}

/// Does what the product offers to do about whatever is left over, until it offers nothing any more.
///
/// Pastes another one-time token where one helps. Returns what was done, in words for the table.
pub(super) async fn settle(
    stage: &Stage,
    app: &App,
    kind: Kind,
    ending: Ending,
) -> Result<Vec<&'static str>, String> {
    let mut done = Vec::new();
    let told = |what: &str, problem: Problem| {
        let problem = golden::listed(problem);
        format!("{what}: {} ({})", problem.message, problem.code)
    };
    for _ in 0..4 {
        let left = Box::pin(left_over(app))
            .await
            .map_err(|p| told("left over", p))?;
        let Some(left) = left.into_iter().next() else {
            break;
        };
        let (word, ending, way) = match (ending, left.finish, left.undo) {
            (Ending::Finish, Some(way), _) | (Ending::Undo, Some(way), None) => {
                ("finished", Ending::Finish, way)
            }
            (_, _, Some(way)) => ("undone", Ending::Undo, way),
            (_, None, None) => return Err(format!("nothing is offered: {}", left.headline)),
        };
        let mut walk = Resuming::begin(app, &left.run).map_err(|p| told("resuming", p))?;
        prepared(&mut walk.approach, false)
            .await
            .map_err(|p| told("preparing", p))?;
        if way.broad != BroadNeed::No {
            let paste = one_time(stage, app, kind).await.value;
            inspected(&mut walk.approach, &paste)
                .await
                .map_err(|p| told("inspecting", p))?;
        }
        let wish = Resume {
            ending,
            broad: BroadWish::Destroy,
            forget: false,
        };
        Box::pin(walk.settle(wish, None))
            .await
            .map_err(|p| told(word, p))?;
        done.push(word);
    }
    for known in app.record.connections().expect("the connections") {
        let waits = known.extras.iter().any(|extra| extra.waiting().is_some());
        if known.delivery != "accepted" || waits {
            redeliver(app, &known.id)
                .await
                .map_err(|p| told("delivering", p))?;
            done.push("delivered");
        }
    }
    Ok(done)
}

/// Whether what is left over, or the list, tells of a pasted token that may live.
pub(super) async fn tells_of_paste(app: &App) -> bool {
    let listed = app.record.connections().expect("the connections");
    if listed.iter().any(|known| known.broad_left.is_some()) {
        return true;
    }
    let left = Box::pin(left_over(app)).await.expect("what is left over");
    let mut facts = left.iter().flat_map(|left| &left.facts);
    facts.any(|fact| fact.about == FactAbout::PastedToken && fact.state != FactState::Gone)
}

/// Deletes what nothing uses, as a person does who looks. Returns names of the narrow ones.
pub(super) async fn sweep(app: &App, paste: &str) -> Result<Vec<String>, Problem> {
    let mut walk = Sweep::begin(app)?;
    inspected(&mut walk.approach, paste).await?;
    let found = walk.orphans().await?.orphans;
    let all: Vec<String> = found.iter().map(|one| one.token_id.clone()).collect();
    walk.delete(&all, BroadWish::Destroy).await?;
    let narrow = found.into_iter().filter(|one| !one.one_time);
    Ok(narrow.map(|one| one.token_name).collect())
}
