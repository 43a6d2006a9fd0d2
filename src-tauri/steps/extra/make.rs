//! Makes what was planned, while the pasted token is held.

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::super::extra::deliver::{Handed, Parcel};
use super::super::extra::extras::{Extras, turn_to};
use super::super::mint::{Minted, mint};
use super::super::paste;
use super::super::prove::{Subject, prove};
use super::super::run::Run;
use crate::choose::granted::granted;
use crate::cloudflare::{Created, Credential};
use crate::problem::{Next, Problem};
use crate::proof::{Where, plan};
use crate::record::{Extra, ExtraState, ExtraToken};
use crate::run::effect::{KEEP_EXTRA, MINT_EXTRA};
use crate::run::stop::cancelled;
use crate::run::{Decision, Maker, Planned};
use crate::story::{Step, StepState};
use crate::vault::Vault;

impl Run<'_> {
    /// Makes what was planned beside the narrow token, now that the platform has the connection. `listed` says whether
    /// the records have it too.
    pub(crate) async fn extras(
        &self,
        decision: &Decision,
        vault: &Vault,
        had: Vec<Extra>,
        listed: bool,
    ) -> Vec<Extra> {
        let extras = Extras {
            app: self.app,
            journal: &self.journal,
            report: self.report,
            connection: self.connection,
            platform: self.platform_name,
            account: &decision.account,
            kind: self.broad().kind(),
            vault: vault.clone(),
            link: self.link,
            broad: Some(self.broad()),
            maker: Maker {
                person: self.broad().person().map(str::to_owned),
                tokens: vec![self.broad().token_id.clone()],
            },
            listed,
        };
        extras.make(&decision.extras, had, self.cancel).await
    }
}

/// What was planned and not even begun, as the platform has not taken the connection.
pub(crate) fn not_begun(planned: &[Planned], platform: &str) -> Vec<Extra> {
    let off = |planned: &Planned| Extra {
        id: planned.id.clone(),
        label: planned.label.clone(),
        tokens: Vec::new(),
        off: Some(format!(
            "They are made only once {platform} has taken the connection. Rotate it then, and they are made with the new token."
        )),
    };
    planned.iter().map(off).collect()
}

impl Extras<'_> {
    /// Makes each that was planned, beside what the connection `had`. What does not come about is off, with the reason;
    /// where there was one before, that one stays in use.
    pub(crate) async fn make(
        &self,
        planned: &[Planned],
        had: Vec<Extra>,
        cancel: &CancellationToken,
    ) -> Vec<Extra> {
        let mut extras = had;
        for planned in planned {
            self.report.began(Step::Extra);
            let place = place(&mut extras, planned);
            self.end_retired(&mut extras[place]).await;
            let made = self.make_one(planned, &mut extras, place, cancel).await;
            let extra = &mut extras[place];
            match made {
                Ok(()) => {
                    let has = format!("{} has them: {}.", self.platform, planned.label);
                    self.report.done(Step::Extra, has);
                }
                Err(problem) => {
                    let why = off(extra, planned, &problem);
                    self.report
                        .tell(Step::Extra, StepState::Warned, why.clone());
                    extra.off = Some(why);
                }
            }
            self.note(&extras);
        }
        extras
    }

    async fn make_one(
        &self,
        planned: &Planned,
        extras: &mut [Extra],
        place: usize,
        cancel: &CancellationToken,
    ) -> Result<(), Problem> {
        if cancel.is_cancelled() {
            return Err(cancelled());
        }
        let created = self.mint(planned, &mut extras[place]).await?;
        let (id, name) = (&created.token.id, &created.token.name);
        let token = ExtraToken {
            token_id: Some(id.clone()),
            token_name: name.clone(),
            fingerprint: Some(created.value.fingerprint()),
            state: ExtraState::Waiting,
        };
        extras[place].tokens.push(token);
        let ready = self.ready(planned, &created).await;
        let handed = match ready {
            Ok(()) => {
                let parcel = Parcel {
                    extra: &planned.id,
                    token_id: id,
                    token_name: name,
                    expires_on: planned.new_token.expires_on,
                    value: &created.value,
                };
                self.hand_over(&parcel).await
            }
            Err(problem) => Handed::Refused(problem),
        };
        match handed {
            Handed::Accepted => {
                turn_to(&mut extras[place], name);
                // First it is said which one is in use, then the one before dies.
                self.note(extras);
                self.end_retired(&mut extras[place]).await;
                Ok(())
            }
            Handed::Refused(problem) => {
                for token in &mut extras[place].tokens {
                    if token.token_name == *name {
                        token.state = ExtraState::Retired;
                    }
                }
                self.end_retired(&mut extras[place]).await;
                Err(problem)
            }
            Handed::Unknown(problem) => Err(problem),
        }
    }

    async fn mint(&self, planned: &Planned, extra: &mut Extra) -> Result<Box<Created>, Problem> {
        let broad = self.broad.ok_or_else(paste::nothing_pasted)?;
        let name = &planned.new_token.name;
        let intent = json!({ "extra": planned.id, "name": name, "account": self.account.id,
            "connection": self.connection });
        self.journal.intent(MINT_EXTRA, &intent)?;
        let (broad, heard) = broad.listening();
        let told = |how: &str| self.journal.activity("mint token", name, how, Some(&heard));
        match mint(&broad, &planned.new_token, self.journal).await {
            Minted::Made(created) => {
                let detail = json!({ "extra": planned.id, "token": created.token.id, "name": name,
                    "policies": created.token.policies });
                told("made");
                // Where this cannot be written it is looked for by its name.
                let noted = self.journal.done(MINT_EXTRA, &detail);
                if let Err(problem) = noted {
                    extra
                        .tokens
                        .push(unseen(name, Some(created.token.id.clone())));
                    return Err(problem);
                }
                Ok(created)
            }
            Minted::NotMade(error) => {
                let problem = error.problem();
                told(&problem.code);
                self.journal
                    .failed(MINT_EXTRA, &json!({ "code": problem.code }))?;
                Err(problem)
            }
            Minted::Lost { error, clear } => {
                let problem = error.problem();
                told("no answer");
                let mut detail = json!({ "code": problem.code });
                if !clear {
                    detail["lost"] = json!(name);
                    extra.tokens.push(unseen(name, None));
                }
                self.journal.failed(MINT_EXTRA, &detail)?;
                Err(problem)
            }
        }
    }

    /// Keeps the value, and asks what the token can do.
    async fn ready(&self, planned: &Planned, created: &Created) -> Result<(), Problem> {
        let id = &created.token.id;
        let detail = json!({ "extra": planned.id, "token": id });
        self.journal.intent(KEEP_EXTRA, &detail)?;
        let put = self.vault.put(&self.item(id), &created.value).await;
        let put = put.map_err(|error| error.problem());
        let how = put
            .as_ref()
            .map_or_else(|problem| problem.code.as_str(), |()| "kept");
        self.journal
            .activity("keep token", &created.token.name, how, None);
        put?;
        self.journal.done(KEEP_EXTRA, &detail)?;
        if let Some(broad) = self.broad {
            granted(
                &planned.requested,
                &created.token.policies,
                &broad.catalogue,
            )?;
        }
        self.proved(planned, created).await
    }

    async fn proved(&self, planned: &Planned, created: &Created) -> Result<(), Problem> {
        let credential = Credential::Token(created.value.duplicate());
        let client = self.app.cloudflare(credential);
        let client = client.map_err(|error| error.problem())?;
        let probes: Vec<&str> = planned.probes.iter().map(String::as_str).collect();
        let groups = planned.requested.iter().map(|grant| grant.group.as_str());
        let groups: Vec<&str> = groups.collect();
        let accounts = self.broad.iter().flat_map(|broad| &broad.accounts);
        let plan = plan(
            &probes,
            &groups,
            Where {
                account: &self.account.id,
                zones: &[],
                other_account: accounts
                    .map(|seen| seen.id.as_str())
                    .find(|id| *id != self.account.id),
            },
        );
        let subject = Subject {
            client: &client,
            owner: &self.owner(),
            plan: &plan,
            project: None,
            limited_to_addresses: planned.new_token.condition.is_some(),
        };
        prove(&subject, self.app.pace).await?;
        self.journal
            .activity("prove token", &created.token.name, "proved", None);
        Ok(())
    }
}

/// Where the connection has its entry for what is planned.
pub(crate) fn place(extras: &mut Vec<Extra>, planned: &Planned) -> usize {
    if let Some(place) = extras.iter().position(|extra| extra.id == planned.id) {
        return place;
    }
    extras.push(Extra {
        id: planned.id.clone(),
        label: planned.label.clone(),
        tokens: Vec::new(),
        off: None,
    });
    extras.len() - 1
}

/// A token that may live, and that nobody has the value of.
pub(crate) fn unseen(name: &str, id: Option<String>) -> ExtraToken {
    ExtraToken {
        token_id: id,
        token_name: name.to_owned(),
        fingerprint: None,
        state: ExtraState::Retired,
    }
}

/// Why the platform has none, or not the newest.
pub(crate) fn off(extra: &Extra, planned: &Planned, problem: &Problem) -> String {
    let why = &problem.message;
    if extra.waiting().is_some() {
        return format!("{why} {}", problem.hint);
    }
    if extra.in_use().is_some() {
        return format!("They were not renewed, and those from before are in use. {why}");
    }
    format!("{why} {}", planned.without)
}

/// What was cut off before it came about.
pub(crate) fn cut_off() -> Problem {
    Problem::new(
        "extra-cut-off",
        "The run was cut off before they were made.",
        "Rotate the connection: they are made with the new token.",
        Next::Home,
    )
}
