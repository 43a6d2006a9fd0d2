//! What a run that stops takes back, and what it says still stands.

use serde_json::json;

use super::mint::may_exist;
use super::run::Run;
use crate::run::Stop;
use crate::run::effect::{UNDO, UNDO_MINT};
use crate::run::stop::CANCELLED;
use crate::story::{BroadState, StepState, Stopped};

/// What was undone and what still stands, a sentence each.
#[derive(Debug, Default)]
pub(crate) struct Undone {
    pub undone: Vec<String>,
    pub stands: Vec<String>,
}

impl Run<'_> {
    /// Deletes the token that this run made, and its copy in the vault.
    pub(crate) async fn undo(&mut self) -> Undone {
        let (mut undone, mut stands) = (Vec::new(), Vec::new());
        if let Some(made) = self.made.take() {
            let broad = self.broad();
            let _ = self
                .journal
                .intent(UNDO_MINT, &json!({ "token": made.token_id }));
            let (ordering, heard) = broad.client.listening();
            match ordering.delete_token(&broad.owner, &made.token_id).await {
                Ok(()) => {
                    let _ = self
                        .journal
                        .done(UNDO_MINT, &json!({ "token": made.token_id }));
                    undone.push(format!(
                        "The new token \"{}\" was deleted again.",
                        made.token_name
                    ));
                }
                Err(error) => {
                    self.stands = true;
                    let _ = self.journal.done(UNDO, &json!({}));
                    let _ = self
                        .journal
                        .failed(UNDO_MINT, &json!({ "token": made.token_id }));
                    stands.push(format!(
                        "The new token \"{}\" still exists at Cloudflare, because deleting it failed: {}",
                        made.token_name,
                        error.problem().message
                    ));
                }
            }
            if made.kept {
                match self.app.vault().delete(&self.item(&made.token_id)).await {
                    Ok(true) => undone.push("Its copy on this computer was deleted.".to_owned()),
                    Ok(false) => {}
                    Err(error) => stands.push(format!(
                        "Its copy may still be in the vault: {}",
                        error.problem().message
                    )),
                }
            }
            self.journal.activity(
                "undo",
                &made.token_name,
                if stands.is_empty() {
                    "undone"
                } else {
                    "in part"
                },
                Some(&heard),
            );
        }
        if self.doubtful().next().is_some() {
            self.look_again().await;
        }
        let doubtful: Vec<String> = self.doubtful().map(may_exist).collect();
        if !doubtful.is_empty() {
            // The run stays open: with another one-time token they can be looked for.
            self.stands = true;
            let _ = self.journal.done(UNDO, &json!({}));
            stands.extend(doubtful);
        }
        Undone { undone, stands }
    }

    /// Ends a run that cannot go on: undoes what can be undone, and says what stands.
    pub(crate) async fn stop(&mut self, stop: Stop) -> Stopped {
        self.report
            .tell(stop.step, StepState::Failed, stop.problem.message.clone());
        let Undone {
            mut undone,
            mut stands,
        } = self.undo().await;
        self.join_fuse().await;
        let broad = if stop.problem.code == CANCELLED && self.doomed.destroys() {
            self.destroy().await
        } else {
            self.doomed.left_alive()
        };
        if broad.state != BroadState::Refused && !self.shared() {
            stands.push(format!("The token you pasted: {}", broad.sentence));
        }
        if undone.is_empty() && stands.is_empty() {
            undone.push("Nothing was made, so nothing is left.".to_owned());
        }
        Stopped {
            step: stop.step,
            problem: stop.problem,
            undone,
            stands,
            broad: Some(broad),
        }
    }
}
