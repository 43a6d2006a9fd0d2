//! A rotation renews the tokens of their own beside the narrow one too, once the connection names its new token.

use serde_json::json;

use super::turn::Turn;
use crate::run::effect::NOTE_EXTRA;
use crate::run::{Cut, Link, Maker};
use crate::steps::{Extras, Run};

impl Turn<'_> {
    /// Makes them anew; those from before are revoked once the platform has the new ones.
    pub(crate) async fn make_extras(&mut self, run: &Run<'_>) {
        let decision = &self.nominated.decision;
        if decision.extras.is_empty() {
            return;
        }
        let had = std::mem::take(&mut self.known.extras);
        self.known.extras = run.extras(decision, &self.vault, had, true).await;
        self.extras_noted();
    }

    /// Brings to an end what was cut off of them.
    pub(crate) async fn settle_extras(&mut self, run: &str, maker: Maker, link: Option<&Link>) {
        let planned = &self.nominated.decision.extras;
        let (false, Ok(cut)) = (planned.is_empty(), Cut::open(self.app, run)) else {
            return;
        };
        let extras = Extras {
            app: self.app,
            journal: self.journal,
            report: self.report,
            connection: &self.known.id,
            platform: &self.nominated.platform,
            account: &self.nominated.decision.account,
            kind: self.nominated.kind,
            vault: self.vault.clone(),
            link,
            broad: self.broad,
            maker,
            listed: true,
        };
        let had = self.known.extras.clone();
        self.known.extras = extras.settle(planned, had, cut.entries()).await;
        self.extras_noted();
    }

    /// From here on the connection names them, and the run does not account for them any more.
    fn extras_noted(&self) {
        let noted = self
            .app
            .record
            .put_extras(&self.known.id, &self.known.extras);
        if noted.is_ok() {
            let detail = json!({ "connection": self.known.id });
            let _ = self.journal.done(NOTE_EXTRA, &detail);
        }
    }
}
