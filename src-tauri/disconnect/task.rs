//! Disconnect, in the order of the three truths.
//!
//! What was known of the connection goes into the journal first, so that the run alone can show it, check it and put
//! it back. The run stays open until platform, Cloudflare and this computer are done with it, or the person insists.
//! Rotations of the connection that are open are taken along: what they account for is taken back with it, and they end
//! with it.

use std::time::Instant;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use crate::problem::Problem;
use crate::record::{Connection, RunKind};
use crate::run::effect::NOMINATE;
use crate::run::hold::Hold;
use crate::run::known::{kind, stored};
use crate::run::links::token_list;
use crate::run::rotation::taken_along;
use crate::run::{App, Cut, Report};
use crate::steps::Approach;
use crate::steps::approach::Wants;
use crate::steps::paste::OneTime;
use crate::steps::site::Site;
use crate::story::{Disconnected, Farewell, Progress};

/// What a disconnect does not change.
const SITES: &str = "Sites that were deployed stay up: Cloudflare serves them, and the token is not needed for that.";

/// A disconnect that has not ended.
pub struct Disconnect {
    /// How far it is until a pasted token, where there is one, is known.
    pub approach: Approach,
    connection: String,
}

impl Disconnect {
    /// Begins the end of a connection; nothing is deleted yet.
    pub fn begin(app: &App, connection: &str) -> Result<Self, Problem> {
        let known = stored(app, connection)?;
        let hold = Hold::fresh(app, RunKind::Disconnect, &known.profile)?;
        let wants = Wants::ToDelete(vec![kind(&known)]);
        let site = Site::at(app, known.platform_address.as_deref(), known.person)?;
        Ok(Self {
            approach: Approach::new(app, hold, site, wants),
            connection: known.id,
        })
    }

    /// Ends the connection. With a token that was pasted and inspected, the narrow one is deleted at Cloudflare too;
    /// without one it is open there until it is seen refused.
    pub async fn disconnect(
        &mut self,
        farewell: &Farewell,
        progress: Option<UnboundedSender<Progress>>,
    ) -> Result<Disconnected, Problem> {
        let report = Report::new(progress, Instant::now());
        match self.end_connection(farewell, &report).await {
            Ok(ended) => Ok(ended),
            Err(problem) => {
                self.approach.hold.free_account();
                Err(self.approach.saying_what_stands(problem).await)
            }
        }
    }

    async fn end_connection(
        &mut self,
        farewell: &Farewell,
        report: &Report,
    ) -> Result<Disconnected, Problem> {
        let known = stored(&self.approach.app, &self.connection)?;
        let kind = kind(&known);
        self.approach.can_open(known.vault == "file")?;
        self.approach.fits(kind, &known.account_id)?;
        self.approach.hold.take_account(&known.account_id)?;
        self.take_over()?;
        self.approach.hold.begin()?;
        self.approach.hold.about(&known.account_id)?;
        let nomination = self.nomination(&known)?;
        self.approach.hold.journal()?.done(NOMINATE, &nomination)?;
        // From here on only its end ends the run.
        self.approach.hold.stand();
        let cut = Cut::open(&self.approach.app, self.approach.hold.id())?;
        let (truths, broad) = self.approach.take_back(&cut, farewell, report).await?;
        let open = self
            .approach
            .leave(&cut, &truths, farewell.forget, "disconnected");
        Ok(Disconnected {
            run: cut.run.id,
            connection_id: known.id,
            platform_name: known.platform,
            account_name: known.account_name,
            token_name: known.token_name,
            token_list: token_list(&self.approach.app, kind, &known.account_id),
            truths,
            broad,
            open,
            sites: SITES.to_owned(),
        })
    }

    /// Goes on with an earlier disconnect of the same connection that was cut off, instead of beginning another.
    fn take_over(&mut self) -> Result<(), Problem> {
        let Approach { app, hold, .. } = &mut self.approach;
        let unfinished = app.record.unfinished();
        for run in unfinished.map_err(|error| error.problem())? {
            if run.kind != RunKind::Disconnect || run.id == hold.id() {
                continue;
            }
            let cut = Cut::read(app, run)?;
            let about = cut.nominated.as_ref().map(|all| all.connection.as_str());
            if about == Some(self.connection.as_str()) {
                hold.take_over(&cut.run.id)?;
            }
        }
        Ok(())
    }

    fn nomination(&self, known: &Connection) -> Result<Value, Problem> {
        let broad = self.approach.hand.one_time().map(|one_time| {
            let OneTime { broad, ours, .. } = one_time;
            let name = broad.own.as_ref().map(|own| &own.name);
            json!({ "token": broad.token_id, "name": name, "ours": ours })
        });
        Ok(json!({
            "connection": known.id,
            "platform": known.platform,
            "platform_address": known.platform_address,
            "kind": kind(known),
            "was": known,
            "broad": broad,
            "rotations": taken_along(&self.approach.app, &known.id)?,
        }))
    }
}
