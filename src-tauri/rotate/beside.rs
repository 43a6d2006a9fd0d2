//! Rotate: a new token in the place of a connection's old one.
//!
//! ```text
//! mint → keep beside the old → prove → deliver → acknowledged by a receipt over the new token
//!      → swap → revoke the old and see it refused → forget its value → destroy the broad token
//! ```
//!
//! Until the platform acknowledges, the old token works and nothing of it is touched. its table (`run/course/rotate.rs`) says what comes next,
//! `turn.rs` does it; both serve a run that goes on and one that is taken up later. Each point of failure has a
//! [`RotationState`]. Rolling in place is another thing altogether, and never done unasked.

use serde_json::json;

use super::old::{Old, in_use, remember_broad};
use super::stopped::stopped;
use super::turn::Turn;
use super::{finish, old};
use crate::choose::granted::granted;
use crate::cloudflare::{Client, Created};
use crate::proof::Plan;
use crate::run::course::ROTATE;
use crate::run::effect::{NOMINATE, PROVE, SWAP};
use crate::run::rotation::Nominated;
use crate::run::stop::at;
use crate::run::{Report, Stop, rotation};
use crate::steps::mint::may_exist;
use crate::steps::prove::settle;
use crate::steps::{Proof, Run};
use crate::story::{BroadState, Delivery, Grant, Rotation, RotationState, Step};
use crate::vault::Vault;

/// A new token that is made, kept and proved.
struct Fresh {
    created: Box<Created>,
    granted: Vec<Grant>,
    proof: Proof,
    narrow: Client,
    plan: Plan,
}

/// Makes a new token beside the old one and turns the connection over to it.
pub(crate) async fn beside(mut run: Run<'_>, old: Old, mut nominated: Nominated) -> Rotation {
    let vault = run.app.vault();
    let fresh = match make(&mut run, &mut nominated, &vault).await {
        Ok(fresh) => fresh,
        Err(stop) => return stopped(run, &nominated, stop).await,
    };
    // From here on nothing is undone by itself: the platform may hold the new token.
    run.made = None;
    run.join_fuse().await;
    let mut turn = Turn {
        app: run.app,
        journal: &run.journal,
        report: run.report,
        link: run.link,
        broad: Some(run.broad()),
        vault,
        nominated: &nominated,
        token_id: fresh.created.token.id.clone(),
        token_name: fresh.created.token.name.clone(),
        value: fresh.created.value.duplicate(),
        course: run.journal.marks(),
        settled: true,
        delivery: Delivery::Unknown,
        receipt: None,
        old: in_use(&nominated),
        stop: None,
        notices: nominated
            .decision
            .notices
            .iter()
            .cloned()
            .chain(run.doubtful().map(may_exist))
            .collect(),
        known: old.known,
    };
    let (delivered, settled) = tokio::join!(turn.deliver(), async {
        fresh.proof.elsewhere || settle(&fresh.narrow, &fresh.plan, run.app.pace).await
    });
    turn.settled = settled;
    match delivered {
        Ok(()) => turn.go_on().await,
        Err(halt) => turn.halted(halt),
    }
    if turn.course.done(SWAP) {
        Box::pin(turn.make_extras(&run)).await;
    }
    let others = finish_earlier(&run).await;
    turn.notices.extend(others);
    let broad = run.destroy().await;
    if broad.state != BroadState::Refused && !run.shared() {
        remember_broad(run.app, &turn.known.id, &broad);
    }
    if fresh.proof.elsewhere {
        turn.notices.push(elsewhere());
    }
    let told = turn.told(&run, Some(broad), Some(&fresh.proof), fresh.granted);
    // A rotation that is not done stays open, so that the next start, `resume` and `deliver` find it.
    if ROTATE.ended(&turn.course) {
        run.close("rotated");
    }
    told
}

/// Deletes what earlier rotations of the connection left open, now that a broad token is at hand. A sentence for each.
async fn finish_earlier(run: &Run<'_>) -> Vec<String> {
    let mut told = Vec::new();
    let open = rotation::open_rotations(run.app, run.connection).unwrap_or_default();
    for open in open {
        if open.run == run.id || open.state != RotationState::OldOpen {
            continue;
        }
        let silent = Report::silent();
        let finished = finish::finish_held(run.app, &open.run, Some(run.broad()), &silent).await;
        if finished.is_ok_and(|rotation| rotation.state == RotationState::Rotated) {
            told.push(format!(
                "\"{}\", which an earlier rotation left open, was deleted as well.",
                open.accounts_for.join("\", \"")
            ));
        }
    }
    told
}

/// Steps 7 to 9 of connect, for a token that takes another's place.
async fn make(run: &mut Run<'_>, nominated: &mut Nominated, vault: &Vault) -> Result<Fresh, Stop> {
    run.note_rotation(nominated)?;
    let decision = &mut nominated.decision;
    let created = run
        .mint(&mut decision.new_token, &decision.account.id)
        .await?;
    run.keep(vault, &created).await?;
    let granted = granted(
        &decision.requested,
        &created.token.policies,
        &run.broad().catalogue,
    )
    .map_err(at(Step::Prove))?;
    let subject = json!({ "token": created.token.id });
    run.journal
        .intent(PROVE, &subject)
        .map_err(at(Step::Prove))?;
    let narrow = old::client(run.app, &created.value).map_err(at(Step::Prove))?;
    let plan = run.plan(decision, &granted);
    let proof = run.prove(&narrow, &plan, decision).await?;
    run.still_wanted(Step::Prove)?;
    run.journal.done(PROVE, &subject).map_err(at(Step::Prove))?;
    Ok(Fresh {
        created,
        granted,
        proof,
        narrow,
        plan,
    })
}

impl Run<'_> {
    /// Writes down what was decided, with the pasted token, to find it by if the run is cut off.
    pub(crate) fn note_rotation(&self, nominated: &Nominated) -> Result<(), Stop> {
        let mut detail = json!(nominated);
        detail["broad"] = self.broad_mark();
        self.journal
            .done(NOMINATE, &detail)
            .map_err(at(Step::Prepare))
    }
}

fn elsewhere() -> String {
    "The token works only from the addresses you named, and this computer is not among them, so only its policy could \
     be checked from here."
        .to_owned()
}
