//! A rotation as its journal tells it: what was decided, how far it is, and what it accounts for.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::app::App;
use super::course::rotate::{holds_a_token, state};
use super::course::{Fact, Facts, Mark, Marks, ROTATE};
use super::cut::{BroadMark, Cut, Rotating};
use super::decision::Decision;
use super::effect::{DELIVER, MINT, NOMINATE, PROVE, REVOKE, ROLL, SWAP, UNDO_MINT};
use super::extra_trace;
use super::maker::Maker;
use crate::cloudflare::TokenKind;
use crate::problem::{Next, Problem};
use crate::record::{Phase, RunKind};
use crate::story::{RotationState, RotationWay, TokenFacts};
use crate::vault::VaultKind;

/// The journal's account of what a rotation is to do: everything that finishing it without the person needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Nominated {
    /// Id of the connection.
    pub connection: String,
    /// The platform's name.
    pub platform: String,
    /// Its address; nothing where the profile has no platform.
    pub platform_address: Option<String>,
    /// The platform's id of the person whose connection it is, where that is known.
    #[serde(default)]
    pub person: Option<String>,
    /// Kind of the pasted token, and so of both narrow ones.
    pub kind: TokenKind,
    /// What is made.
    pub decision: Decision,
    /// How.
    pub way: RotationWay,
    /// The token that is replaced.
    pub replaces: TokenFacts,
}

/// A rotation that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRotation {
    /// The run's id.
    pub run: String,
    /// The connection's id.
    pub connection: String,
    /// Where it stands, by the journal.
    pub state: RotationState,
    /// Whether a new token was made, or may have been, that the connection does not name yet.
    pub holds_a_token: bool,
    /// Names of tokens at Cloudflare that this run alone accounts for: no orphans, whatever becomes of them.
    pub accounts_for: Vec<String>,
}

/// What the journal of a rotation says.
pub(crate) struct Left {
    pub(crate) run: String,
    pub(crate) nominated: Nominated,
    pub(crate) course: Marks,
    /// The new token's id and name, once it was made.
    pub(crate) made: Option<(String, String)>,
    /// Names under which one may have been made.
    pub(crate) names: Vec<String>,
    /// Whether a roll was ordered; one that failed may have come through all the same.
    pub(crate) rolled: Mark,
    pub(crate) receipt: Option<(String, String)>,
    /// Where the values of its tokens rest.
    pub(crate) vault: VaultKind,
    /// Whether the old token was seen refused, and not only deleted.
    pub(crate) seen: bool,
    pub(crate) maker: Maker,
}

impl Left {
    /// Reads the journal of a run; nothing where nothing was decided yet, and so nothing done.
    pub(crate) fn read(cut: &Cut) -> Option<Self> {
        let journal = cut.entries();
        let text = |detail: &Value, name: &str| detail.get(name)?.as_str().map(str::to_owned);
        let nominated = journal.iter().find(|entry| entry.step == NOMINATE)?;
        let mut left = Self {
            run: cut.run.id.clone(),
            nominated: serde_json::from_value(nominated.detail.clone()).ok()?,
            course: Marks::read(journal),
            made: None,
            names: Vec::new(),
            rolled: Mark::Not,
            receipt: None,
            vault: cut.vault(),
            seen: true,
            maker: Maker::default(),
        };
        for entry in journal {
            let detail = &entry.detail;
            match (entry.step.as_str(), entry.phase) {
                (MINT, Phase::Intent) => left.names.extend(text(detail, "name")),
                (MINT, Phase::Done) => left.made = text(detail, "token").zip(text(detail, "name")),
                (DELIVER, Phase::Done) => {
                    left.receipt = text(detail, "receipt").zip(text(detail, "nonce"));
                }
                (ROLL, Phase::Intent) => left.rolled = Mark::Perhaps,
                (ROLL, Phase::Done) => left.rolled = Mark::Done,
                (REVOKE, Phase::Done) => left.seen = detail["seen"] != json!(false),
                _ => {}
            }
        }
        let mark = BroadMark::deserialize(&nominated.detail["broad"]).ok();
        left.maker.person = mark.as_ref().and_then(|mark| mark.person.clone());
        left.maker.tokens = [left.nominated.replaces.token_id.clone()]
            .into_iter()
            .chain(left.made.iter().map(|(id, _)| id.clone()))
            .chain(mark.map(|mark| mark.token))
            .collect();
        Some(left)
    }

    /// Where it stands.
    pub(crate) fn open(&self) -> OpenRotation {
        let in_place = self.nominated.way == RotationWay::InPlace;
        OpenRotation {
            run: self.run.clone(),
            connection: self.nominated.connection.clone(),
            state: match (in_place, self.rolled) {
                (false, _) => state(&self.course),
                (true, Mark::Not) => RotationState::Stopped,
                (true, Mark::Done) => RotationState::Undelivered,
                (true, _) => RotationState::RollUnknown,
            },
            holds_a_token: if in_place {
                self.rolled != Mark::Not
            } else {
                holds_a_token(&self.course)
            },
            accounts_for: match self.course.of(SWAP) {
                Mark::Done => vec![self.nominated.replaces.token_name.clone()],
                _ => self.names.clone(),
            },
        }
    }

    /// The new token that finishing puts in place: its id and name. Nothing where none is known, or it was undone.
    pub(crate) fn fresh(&self) -> Option<&(String, String)> {
        let made = self.made.as_ref();
        made.filter(|_| !ROTATE.taken_back(&self.course))
    }

    /// Whether finishing needs the new token's value. Once the connection names the token, only the old one is left.
    pub(crate) fn needs_value(&self) -> bool {
        !self.course.done(SWAP)
    }

    /// Which ways it can end, by the journal: finished, undone. `kept` says whether the new token's value is here.
    pub(crate) fn ends(&self, kept: bool) -> (bool, bool) {
        let in_place = self.nominated.way == RotationWay::InPlace;
        // What else its steps need is asked when they are taken.
        let facts = Facts::of(&[Fact::Compared, Fact::Lives]).when(Fact::Kept, kept);
        let more = ROTATE.next(&self.course, facts, |_| false).is_some();
        let finish = in_place || (self.fresh().is_some() && (more || ROTATE.ended(&self.course)));
        let facts = Facts::of(&[Fact::Pasted]).when(Fact::HoldsOld, !self.course.done(DELIVER));
        let undo = ROTATE.may(&self.course, facts, UNDO_MINT).is_ok();
        (finish, !in_place && undo)
    }

    /// What it accounts for beside the token that the connection names.
    pub(crate) fn taken_along(&self, cut: &Cut) -> Rotating {
        let old = &self.nominated.replaces;
        let in_place = self.nominated.way == RotationWay::InPlace;
        let (mut tokens, mut copies) = match (self.course.of(SWAP), self.course.of(REVOKE)) {
            // It is the connection's own.
            _ if in_place => (Vec::new(), Vec::new()),
            (Mark::Done, Mark::Done) => (Vec::new(), vec![old.token_id.clone()]),
            (Mark::Done, _) => (
                vec![(old.token_name.clone(), Some(old.token_id.clone()))],
                vec![old.token_id.clone()],
            ),
            _ => {
                let traces = cut.traces().into_iter();
                let tokens = traces.map(|trace| (trace.name, trace.id)).collect();
                (tokens, cut.made())
            }
        };
        let extras = extra_trace::traces(cut.entries());
        copies.extend(extras.iter().filter_map(|trace| trace.id.clone()));
        tokens.extend(extras.into_iter().map(|trace| (trace.name, trace.id)));
        Rotating {
            run: self.run.clone(),
            tokens,
            copies,
        }
    }

    /// The token that was to get a new value in place; nothing where a new token was to be made beside it.
    pub(crate) fn rolled_in_place(&self) -> Option<&TokenFacts> {
        let in_place = self.nominated.way == RotationWay::InPlace;
        in_place.then_some(&self.nominated.replaces)
    }

    /// Whether nobody compared yet what the new token may do. Only a broad token can.
    pub(crate) fn is_unproved(&self) -> bool {
        !self.course.begun(PROVE)
    }

    /// Whether it made nothing, for certain.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty() && self.rolled == Mark::Not
    }

    pub(crate) fn of(app: &App, run: &str) -> Result<Self, Problem> {
        let known = app.record.run(run).map_err(|error| error.problem())?;
        let cut = Cut::read(app, known.ok_or_else(nothing_left)?)?;
        Self::read(&cut).ok_or_else(nothing_left)
    }
}

/// The rotations of a connection that have not ended, oldest first. One that is going on right now counts.
///
/// At most one of them holds a token that the connection does not name yet; the others wait for an old one to die.
pub fn open_rotations(app: &App, connection: &str) -> Result<Vec<OpenRotation>, Problem> {
    let mut open = Vec::new();
    for run in app.record.unfinished().map_err(|error| error.problem())? {
        if run.kind != RunKind::Rotate {
            continue;
        }
        let left = Left::read(&Cut::read(app, run)?).map(|left| left.open());
        open.extend(left.filter(|open| open.connection == connection));
    }
    Ok(open)
}

/// The rotation of a connection that waits to be finished or undone, if there is one.
pub(crate) fn waiting_rotation(
    app: &App,
    connection: &str,
) -> Result<Option<OpenRotation>, Problem> {
    let mut open = open_rotations(app, connection)?.into_iter();
    Ok(open.find(|open| open.holds_a_token))
}

/// What the open rotations of a connection account for, for whoever ends the connection.
pub(crate) fn taken_along(app: &App, connection: &str) -> Result<Vec<Rotating>, Problem> {
    let mut taken = Vec::new();
    for run in app.record.unfinished().map_err(|error| error.problem())? {
        if run.kind != RunKind::Rotate {
            continue;
        }
        let cut = Cut::read(app, run)?;
        let left = Left::read(&cut);
        let left = left.filter(|left| left.nominated.connection == connection);
        taken.extend(left.map(|left| left.taken_along(&cut)));
    }
    Ok(taken)
}

/// Where a rotation of the connection stands that has not ended.
pub(crate) fn standing(app: &App, connection: &str) -> Result<Option<RotationState>, Problem> {
    let open = open_rotations(app, connection)?;
    let waiting = open.iter().find(|open| open.holds_a_token);
    Ok(waiting.or(open.first()).map(|open| open.state))
}

/// Refuses where a token was made for a connection that it does not name yet.
pub(crate) fn none_open(app: &App, connection: &str) -> Result<(), Problem> {
    match waiting_rotation(app, connection)? {
        Some(open) => Err(rotation_open(&open.run)),
        None => Ok(()),
    }
}

fn rotation_open(run: &str) -> Problem {
    Problem::new(
        "rotation-open",
        "A rotation of this connection has not ended: a new token is made, and the platform has not acknowledged it.",
        "Deliver again to finish it.",
        Next::DeliverAgain,
    )
    .with_evidence(format!("run {run}"))
}

fn nothing_left() -> Problem {
    Problem::new(
        "rotation-nothing-left",
        "This run decided nothing, so nothing is left of it.",
        "Rotate again when you like.",
        Next::Home,
    )
}

/// What is said of an old token that is dead.
pub(crate) const REFUSED: &str = "Cloudflare refuses it.";

pub(crate) const DELETED: &str =
    "It was deleted. Its value is not on this computer, so nobody could ask whether it is refused.";
