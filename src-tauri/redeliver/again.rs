//! Hands a kept narrow token to the platform once more: as it was, or for a project of another name.
//!
//! Each time is a run of its own, alone with the account: a rotation of the same connection must not be between its
//! delivery and its swap, or the platform would be given back the token that is about to die.

use serde_json::json;

use crate::cards;
use crate::choose::decide::project_name;
use crate::cloudflare::Account;
use crate::http::Base;
use crate::platform::Platform;
use crate::problem::{Next, Problem};
use crate::profile::Profile;
use crate::record::{Connection, NewRun, RunKind, RunLock};
use crate::run::effect::NOMINATE;
use crate::run::hold::another_run;
use crate::run::known::{kind, stored, unknown_connection};
use crate::run::note::note;
use crate::run::rotation::{none_open, waiting_rotation};
use crate::run::session::sign_in;
use crate::run::{App, Cut, Journal, Link, Maker, Report, course, cut, ids, kept, known, session};
use crate::secret::Secret;
use crate::steps::{Delivered, Extras, Parcel};
use crate::story::ConnectionCard;

/// The same for one who holds the account already.
pub(crate) async fn redeliver_held(app: &App, connection: &str) -> Result<ConnectionCard, Problem> {
    none_open(app, connection)?;
    let known = stored(app, connection)?;
    Again::ready(app, known).await?.run().await
}

/// Gives a connection's project another name, here and at the platform. The name is written down once the platform's
/// receipt says that it took it; where it refused, everything is as before; where no answer came, the old name stays
/// here, the delivery counts as unknown, and doing the same again settles it.
///
/// At Cloudflare nothing changes: the token reaches every project of its account. Refused while a rotation waits for
/// the platform: it delivers under the name that it began with.
pub async fn rename(app: &App, connection: &str, project: &str) -> Result<ConnectionCard, Problem> {
    let known = stored(app, connection)?;
    let name = project_name(&Profile::load(&known.profile)?, project)?;
    let _account = take_account(app, &known)?;
    none_open(app, connection)?;
    let wanted = Connection {
        project: Some(name.clone()),
        // Read again, now that nobody else changes it.
        ..stored(app, connection)?
    };
    if wanted.platform_address.is_some() {
        return Again::ready(app, wanted).await?.run().await;
    }
    put(app, &wanted)?;
    let result = "noted here; there is no platform";
    note(app, "change project", &name, result, None);
    cards::connection(app, &wanted)
}

/// A token on its way to the platform once more, for somebody who holds the account.
pub(crate) struct Again<'a> {
    app: &'a App,
    /// The connection as it is to be at the platform.
    wanted: Connection,
    link: Link,
    token: Secret,
    silent: Report,
}

impl<'a> Again<'a> {
    /// Reads the token and resumes the session; nothing is begun before both are there.
    async fn ready(app: &'a App, wanted: Connection) -> Result<Self, Problem> {
        let address = wanted.platform_address.as_deref().ok_or_else(no_platform)?;
        let platform = Platform::new(&app.http, Base::https_or_loopback(address)?);
        let (link, _) = session::resume(app, &platform).await?.ok_or_else(sign_in)?;
        link.is_of(wanted.person.as_deref())?;
        let token = kept::token(app, &wanted).await?.ok_or_else(lost)?;
        Ok(Self {
            app,
            wanted,
            link,
            token,
            silent: Report::silent(),
        })
    }

    /// The same for a run that was cut off; nothing where the connection has another token by now, or is gone.
    pub(crate) async fn resumed(app: &'a App, cut: &Cut) -> Result<Option<Self>, Problem> {
        let wanted = cut.nominated.as_ref().and_then(|all| all.was.clone());
        let wanted = wanted.ok_or_else(cut::unknown_run)?;
        let known = app
            .record
            .connection(&wanted.id)
            .map_err(|error| error.problem())?;
        let known = known.filter(|known| known.fingerprint == wanted.fingerprint);
        let (Some(known), None) = (known, waiting_rotation(app, &wanted.id)?) else {
            return Ok(None);
        };
        let wanted = Connection {
            project: wanted.project,
            ..known
        };
        Self::ready(app, wanted).await.map(Some)
    }

    /// Hands it over in a run of its own.
    async fn run(self) -> Result<ConnectionCard, Problem> {
        let (record, id) = (&self.app.record, ids::id()?);
        let held = record.hold_run(&id).map_err(|error| error.problem())?;
        let _held = held.ok_or_else(another_run)?;
        let run = NewRun {
            id: id.clone(),
            kind: RunKind::Deliver,
            profile: self.wanted.profile.clone(),
            began: (self.app.now)(),
        };
        let journal = Journal::of(self.app, course::of(run.kind), &id)?;
        record
            .begin_run(&run)
            .and_then(|()| record.update_run_account(&id, &self.wanted.account_id))
            .map_err(|error| error.problem())?;
        let noted = journal.done(NOMINATE, &self.nomination());
        let result = match noted {
            Ok(()) => {
                self.end_earlier(&id)?;
                self.deliver(&journal).await
            }
            Err(problem) => Err(problem),
        };
        end(self.app, &id, "delivered");
        result
    }

    fn nomination(&self) -> serde_json::Value {
        json!({
            "connection": self.wanted.id,
            "platform": self.wanted.platform,
            "platform_address": self.wanted.platform_address,
            "kind": kind(&self.wanted),
            "was": self.wanted,
        })
    }

    /// This run does what earlier ones of the connection were to do that were cut off.
    fn end_earlier(&self, own: &str) -> Result<(), Problem> {
        let open = self.app.record.unfinished();
        for run in open.map_err(|error| error.problem())? {
            if run.kind != RunKind::Deliver || run.id == own {
                continue;
            }
            let cut = Cut::read(self.app, run)?;
            if cut.mentions(&self.wanted.id) {
                end(self.app, &cut.run.id, "overtaken");
            }
        }
        Ok(())
    }

    /// Hands it over, and writes down what came of it.
    pub(crate) async fn deliver(&self, journal: &Journal) -> Result<ConnectionCard, Problem> {
        let wanted = &self.wanted;
        let account = Account {
            id: wanted.account_id.clone(),
            name: wanted.account_name.clone(),
        };
        let parcel = Parcel {
            connection: &wanted.id,
            profile: &wanted.profile,
            platform_name: &wanted.platform,
            account: &account,
            project: wanted.project.as_deref(),
            value: &self.token,
            token_id: &wanted.token_id,
            token_name: &wanted.token_name,
            token_kind: kind(wanted),
            expires_on: wanted.expires_on,
            replaces: None,
        };
        let delivered = parcel.send(self.app, &self.link, journal).await;
        let before = stored(self.app, &wanted.id)?;
        let renamed = before.project != wanted.project;
        if let (true, Some(project)) = (renamed, &wanted.project) {
            let subject = format!("{project} at {}", wanted.platform);
            journal.activity("change project", &subject, delivered.word(), None);
        }
        let (known, told) = match delivered {
            Delivered::Accepted { code, nonce } => {
                let known = Connection {
                    delivery: "accepted".to_owned(),
                    receipt_code: Some(code),
                    nonce: Some(nonce),
                    person: Some(self.link.person.clone()),
                    ..wanted.clone()
                };
                (known, None)
            }
            // The platform said no, and what it holds is what it held.
            Delivered::Refused(problem) if renamed => {
                return Err(unchanged(problem, before.project.as_deref()));
            }
            Delivered::Refused(problem) => (unconfirmed("refused", before), Some(problem)),
            Delivered::Unknown(problem) => (unconfirmed("unknown", before), Some(problem)),
        };
        put(self.app, &known)?;
        if let Some(problem) = told {
            return Err(problem);
        }
        self.app
            .record
            .delivered(&known.id, (self.app.now)())
            .map_err(|error| error.problem())?;
        let known = Connection {
            extras: Box::pin(self.extras(journal, &account)?.hand_over_again(&known)).await,
            ..known
        };
        cards::connection(self.app, &known)
    }

    /// What the connection has beside its narrow token goes along: the platform may have forgotten it.
    fn extras<'e>(
        &'e self,
        journal: &'e Journal,
        account: &'e Account,
    ) -> Result<Extras<'e>, Problem> {
        Ok(Extras {
            app: self.app,
            journal,
            report: &self.silent,
            connection: &self.wanted.id,
            platform: &self.wanted.platform,
            account,
            kind: kind(&self.wanted),
            vault: self.app.vault_of(known::place(&self.wanted))?,
            link: Some(&self.link),
            broad: None,
            maker: Maker::default(),
            listed: true,
        })
    }
}

fn unconfirmed(word: &str, known: Connection) -> Connection {
    Connection {
        delivery: word.to_owned(),
        receipt_code: None,
        nonce: None,
        ..known
    }
}

fn end(app: &App, run: &str, how: &str) {
    if app.record.finish_run(run, how, (app.now)()).is_err() {
        tracing::warn!("the end of a delivery was not written down; it is shown as open");
    }
}

pub(crate) fn take_account(app: &App, known: &Connection) -> Result<RunLock, Problem> {
    let lock = app.record.lock(&format!("account-{}", known.account_id));
    lock.map_err(|error| error.problem())?
        .ok_or_else(another_run)
}

fn put(app: &App, known: &Connection) -> Result<(), Problem> {
    let put = app.record.put_delivery(known);
    if put.map_err(|error| error.problem())? {
        Ok(())
    } else {
        Err(unknown_connection())
    }
}

/// The token was delivered before, so delivering it again is not what mends a name that was refused.
fn unchanged(problem: Problem, before: Option<&str>) -> Problem {
    Problem {
        message: format!(
            "The project is still \"{}\". {}",
            before.unwrap_or_default(),
            problem.message
        ),
        ..problem
    }
}

fn no_platform() -> Problem {
    Problem::new(
        "no-platform",
        "This connection has no platform to deliver to.",
        "Nothing to do.",
        Next::Home,
    )
}

fn lost() -> Problem {
    Problem::new(
        "token-not-in-vault",
        "The narrow token is not in the vault any more.",
        "Connect the account again; the old token can be deleted in Cloudflare's list.",
        Next::StartOver,
    )
}
