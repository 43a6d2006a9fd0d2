//! What a turn tells of itself.

use std::time::Instant;

use super::turn::Turn;
use crate::cards;
use crate::run::course::rotate::state;
use crate::steps::{Proof, Run};
use crate::story::{Broad, BroadState, Grant, NewTokenFacts, Rotation, RotationState};

impl Turn<'_> {
    /// What became of it.
    pub(crate) fn told(
        &self,
        run: &Run<'_>,
        broad: Option<Broad>,
        proof: Option<&Proof>,
        granted: Vec<Grant>,
    ) -> Rotation {
        let left = broad
            .as_ref()
            .filter(|broad| broad.state != BroadState::Refused && !run.shared())
            .map(|broad| format!("The token you pasted: {}", broad.sentence));
        let mut told = self.tell(run.id, run.pasted, broad, proof, granted);
        told.stands.extend(left);
        told
    }

    pub(crate) fn tell(
        &self,
        run: &str,
        since: Instant,
        broad: Option<Broad>,
        proof: Option<&Proof>,
        granted: Vec<Grant>,
    ) -> Rotation {
        let decision = &self.nominated.decision;
        let state = state(&self.course);
        let mut stands = Vec::new();
        match state {
            RotationState::Pending => stands.push(format!(
                "Both tokens live: the old one is in use, and the new one, \"{}\", is kept until {} has acknowledged it.",
                self.token_name, self.nominated.platform
            )),
            RotationState::OldOpen => stands.push(self.old.sentence.clone()),
            _ => {}
        }
        let (step, problem) = match &self.stop {
            Some((step, problem)) => (Some(*step), Some(problem.clone())),
            None => (None, None),
        };
        let span = self.app.calls.span(since, Instant::now());
        Rotation {
            state,
            run: run.to_owned(),
            connection_id: self.known.id.clone(),
            profile: self.known.profile.clone(),
            platform: self.nominated.platform.clone(),
            account_id: decision.account.id.clone(),
            account_name: decision.account.name.clone(),
            project: decision.project.clone(),
            way: self.nominated.way,
            old_token: self.old.clone(),
            new_token: (!self.value.is_empty()).then(|| NewTokenFacts {
                token_id: self.token_id.clone(),
                token_name: self.token_name.clone(),
                token_kind: self.nominated.kind,
                fingerprint: self.value.fingerprint(),
                expires_on: decision.new_token.expires_on.map(|end| end.to_string()),
                granted,
                can: proof.map(|proof| proof.can),
                cannot: proof.map(|proof| proof.cannot),
                checks: proof.map_or_else(Vec::new, |proof| proof.checks.clone()),
                vault: self.vault.kind(),
            }),
            delivery: self.delivery,
            receipt_code: self.receipt.as_ref().map(|(code, _)| code.clone()),
            extras: cards::extras(&self.known.extras, &self.nominated.platform),
            broad,
            step,
            problem,
            undone: Vec::new(),
            stands,
            notices: self.notices.clone(),
            rounds: u32::try_from(span.rounds).unwrap_or(u32::MAX),
            elapsed_ms: u32::try_from(span.elapsed.as_millis()).unwrap_or(u32::MAX),
        }
    }
}
