//! A run under way: what the steps that connect and rotate share stand on.
//!
//! Each step is a method in the file of its name: it writes its intent into the journal, causes its effect, writes down
//! what came of it, and tells the face. Which steps there are, and in what order, is the use case's to say.

use std::time::Instant;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::destroy::Doomed;
use super::inspect::Inspected;
use crate::run::effect::NOMINATE;
use crate::run::stop::{at, cancelled};
use crate::run::{App, Decision, Journal, Link, Report, Stop};
use crate::story::{Broad, Step};
use crate::vault::Item;

/// A run between its first effect and its end.
pub(crate) struct Run<'a> {
    /// What everything stands on.
    pub app: &'a App,
    /// Its id.
    pub id: &'a str,
    /// Id of the connection that it is about.
    pub connection: &'a str,
    /// The profile's id.
    pub profile: &'a str,
    /// The platform's name, or the profile's where there is none.
    pub platform_name: &'a str,
    /// The platform, signed in; nothing where the profile has none.
    pub link: Option<&'a Link>,
    /// The pasted token.
    pub doomed: Doomed<'a>,
    /// The moment of the paste.
    pub pasted: Instant,
    /// Tells the face.
    pub report: &'a Report,
    /// Stops the run where it can be stopped.
    pub cancel: &'a CancellationToken,
    /// Writes down.
    pub journal: Journal,
    /// What has to be undone if the run stops.
    pub made: Option<Made>,
    /// Tokens whose making was not answered.
    pub lost: Vec<Lost>,
    /// Whether undoing failed, so that a token of ours may be left. Such a run stays open, and is met at the next start.
    pub stands: bool,
}

/// A narrow token that a run made.
pub(crate) struct Made {
    /// Cloudflare's id of it.
    pub token_id: String,
    /// Its name.
    pub token_name: String,
    /// Whether its value may be in the vault.
    pub kept: bool,
}

/// A token that may have been made.
pub(crate) struct Lost {
    /// Its name, which is unique.
    pub name: String,
    /// Whether it was seen that there is none, or none any more.
    pub clear: bool,
}

impl<'a> Run<'a> {
    /// What Cloudflare says of the pasted token.
    pub(crate) fn broad(&self) -> &'a Inspected {
        self.doomed.broad
    }

    /// Whether another run needs the pasted token after this one, and so ends it.
    pub(crate) fn shared(&self) -> bool {
        self.doomed.shared
    }

    /// Waits until the pasted token's fuse is lit, if one is being lit.
    pub(crate) async fn join_fuse(&mut self) {
        self.doomed.join_fuse(self.report).await;
    }

    /// Destroys the pasted token, unless it is to be kept.
    pub(crate) async fn destroy(&self) -> Broad {
        self.doomed
            .destroy(self.app, &self.journal, self.report)
            .await
    }

    /// Stops here where the person has said so.
    pub(crate) fn still_wanted(&self, step: Step) -> Result<(), Stop> {
        if self.cancel.is_cancelled() {
            Err(Stop {
                step,
                problem: cancelled(),
            })
        } else {
            Ok(())
        }
    }

    /// Writes down what was decided, so that a run that is cut off can be finished without asking again.
    pub(crate) fn nominate(&self, decision: &Decision) -> Result<(), Stop> {
        let detail = json!({
            "connection": self.connection,
            "platform": self.platform_name,
            "platform_address": self.link.map(|link| link.platform.base().url()),
            "person": self.link.map(|link| &link.person),
            "kind": self.broad().kind(),
            "decision": decision,
            "broad": self.broad_mark(),
        });
        self.journal
            .done(NOMINATE, &detail)
            .map_err(at(Step::Prepare))
    }

    /// What is noted of the pasted token, to find it by if the run is cut off.
    pub(crate) fn broad_mark(&self) -> Value {
        let broad = self.broad();
        let name = broad.own.as_ref().map(|own| &own.name);
        json!({ "token": broad.token_id, "name": name, "ours": self.doomed.ours, "person": broad.person() })
    }

    /// Ends the run in the records, unless something of it stands that nothing else would account for.
    pub(crate) fn close(&self, how: &str) {
        if self.stands {
            return;
        }
        let ended = self.app.record.finish_run(self.id, how, (self.app.now)());
        if ended.is_err() {
            tracing::warn!(
                "the end of a run was not written down; the next start will show it as open"
            );
        }
    }

    /// What a narrow token of this run is kept as.
    pub(crate) fn item(&self, token: &str) -> Item {
        Item::Token {
            connection: self.connection.to_owned(),
            token: token.to_owned(),
        }
    }
}
