//! Brings to an end what a run that was cut off had begun of these tokens.

use super::super::extra::deliver::{Handed, Parcel};
use super::super::extra::extras::{Extras, turn_to};
use super::super::extra::make::{cut_off, off, place, unseen};
use super::super::withdraw::{Bond, ask, asked};
use crate::cloudflare::policies::same_reach;
use crate::cloudflare::{Credential, Life};
use crate::problem::Problem;
use crate::record::{Connection, Entry, Extra, ExtraState, ExtraToken};
use crate::run::extra_trace::{Trace, traces};
use crate::run::{App, Planned, kept};
use crate::secret::Secret;

impl Extras<'_> {
    /// Takes up what the journal tells of. A token whose value is kept and works goes to the platform; whatever else may
    /// live is named by the connection from now on, and ended where a pasted token is at hand.
    pub(crate) async fn settle(
        &self,
        planned: &[Planned],
        had: Vec<Extra>,
        journal: &[Entry],
    ) -> Vec<Extra> {
        let mut extras = had;
        let traces = traces(journal);
        for planned in planned {
            let place = place(&mut extras, planned);
            let new = traces.iter().filter(|trace| trace.extra == planned.id);
            for trace in new {
                let extra = &mut extras[place];
                if extra
                    .tokens
                    .iter()
                    .any(|known| known.token_name == trace.name)
                {
                    continue;
                }
                if let Err(problem) = self.take_up(planned, trace, extra).await {
                    extra.off = Some(off(extra, planned, &problem));
                }
                self.note(&extras);
            }
            let extra = &mut extras[place];
            self.end_retired(extra).await;
            if extra.in_use().or(extra.waiting()).is_none() && extra.off.is_none() {
                extra.off = Some(off(extra, planned, &cut_off()));
            }
        }
        self.note(&extras);
        extras
    }

    async fn take_up(
        &self,
        planned: &Planned,
        trace: &Trace,
        extra: &mut Extra,
    ) -> Result<(), Problem> {
        let Some((id, value)) = self.usable(planned, trace).await else {
            extra.tokens.push(unseen(&trace.name, trace.id.clone()));
            return Err(cut_off());
        };
        extra.tokens.push(ExtraToken {
            token_id: Some(id.to_owned()),
            token_name: trace.name.clone(),
            fingerprint: Some(value.fingerprint()),
            state: ExtraState::Waiting,
        });
        let parcel = Parcel {
            extra: &planned.id,
            token_id: id,
            token_name: &trace.name,
            expires_on: planned.new_token.expires_on,
            value: &value,
        };
        match self.hand_over(&parcel).await {
            Handed::Accepted => {
                turn_to(extra, &trace.name);
                Ok(())
            }
            Handed::Refused(problem) => {
                if let Some(token) = extra.tokens.last_mut() {
                    token.state = ExtraState::Retired;
                }
                Err(problem)
            }
            Handed::Unknown(problem) => Err(problem),
        }
    }

    /// Its id and value, where it was kept, was not being taken back, has the policies that it was asked with, and is
    /// not refused by Cloudflare.
    async fn usable<'a>(&self, planned: &Planned, trace: &'a Trace) -> Option<(&'a str, Secret)> {
        let id = trace.id.as_deref().filter(|_| !trace.given_up)?;
        let given = trace.policies.as_deref()?;
        if !same_reach(given, &planned.new_token.policies) {
            return None;
        }
        let value = self.value(id, &trace.name).await?;
        let credential = Credential::Token(value.duplicate());
        let client = self.app.cloudflare(credential).ok()?;
        (ask(&client, &self.owner()).await != Life::Refused).then_some((id, value))
    }

    async fn value(&self, id: &str, name: &str) -> Option<Secret> {
        let read = kept::read_in(self.app, &self.vault, &self.item(id), name).await;
        read.ok().flatten()
    }

    /// Hands over once more whatever a connection has beside its narrow token: the platform may have forgotten it, or
    /// may never have confirmed it.
    pub(crate) async fn hand_over_again(&self, known: &Connection) -> Vec<Extra> {
        let mut extras = known.extras.clone();
        for extra in &mut extras {
            let Some(token) = extra.waiting().or(extra.in_use()).cloned() else {
                continue;
            };
            let id = token.token_id.as_deref().unwrap_or_default();
            let Some(value) = self.value(id, &token.token_name).await else {
                continue;
            };
            let parcel = Parcel {
                extra: &extra.id,
                token_id: id,
                token_name: &token.token_name,
                expires_on: known.expires_on,
                value: &value,
            };
            match self.hand_over(&parcel).await {
                Handed::Accepted => turn_to(extra, &token.token_name),
                Handed::Refused(problem) | Handed::Unknown(problem) => {
                    for known in &mut extra.tokens {
                        if known.token_name == token.token_name {
                            known.state = ExtraState::Waiting;
                        }
                    }
                    extra.off = Some(format!("{} {}", problem.message, problem.hint));
                }
            }
        }
        self.note(&extras);
        extras
    }
}

/// What of it a connection still has that was being ended and is kept after all. The platform may have forgotten it, so
/// it waits to be handed over again.
pub(crate) async fn put_back(app: &App, bond: &Bond, extras: &mut [Extra]) {
    for extra in extras {
        let mut left = Vec::new();
        for mut token in std::mem::take(&mut extra.tokens) {
            let id = token.token_id.clone().unwrap_or_default();
            let (value, answer) = asked(app, bond, &id).await;
            let dead = answer == Life::Refused;
            if !dead && token.state != ExtraState::Retired {
                let here = matches!(value, Ok(Some(_)) | Err(_));
                token.state = if here {
                    ExtraState::Waiting
                } else {
                    ExtraState::Retired
                };
            }
            if !dead {
                left.push(token);
            }
        }
        extra.tokens = left;
        extra.off = Some(if extra.waiting().is_some() {
            "Deliver the connection again.".to_owned()
        } else {
            "The connection was being ended, and they were deleted by then. Rotate it, and they are made with the new token."
                .to_owned()
        });
    }
}
