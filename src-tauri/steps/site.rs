//! The platform of a task: where it lies, who is signed in there, and who has to be.

use super::sign_in::{SignIn, SignedIn};
use crate::http::Base;
use crate::platform::Platform;
use crate::problem::{Next, Problem};
use crate::profile::Profile;
use crate::run::address::platform_of;
use crate::run::{App, Link, session};
use crate::story::{Person, SignInPrompt};

/// A platform that a task may have to do with.
pub(crate) struct Site {
    platform: Option<Platform>,
    link: Option<Link>,
    /// The platform's id of the person who has to be signed in, where that is known.
    person: Option<String>,
}

impl Site {
    /// That of a profile. `given` is an address for a profile without one of its own.
    pub(crate) fn of(
        app: &App,
        profile: &Profile,
        given: Option<&str>,
        person: Option<String>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            platform: platform_of(app, profile, given)?,
            link: None,
            person,
        })
    }

    /// The one that lies at an address; none without one.
    pub(crate) fn at(
        app: &App,
        address: Option<&str>,
        person: Option<String>,
    ) -> Result<Self, Problem> {
        let base = address.map(Base::https_or_loopback).transpose()?;
        Ok(Self {
            platform: base.map(|base| Platform::new(&app.http, base)),
            link: None,
            person,
        })
    }

    /// Its address, where there is one.
    pub(crate) fn address(&self) -> Option<String> {
        let platform = self.platform.as_ref()?;
        Some(platform.base().url().to_string())
    }

    /// Whether there is a platform.
    pub(crate) fn exists(&self) -> bool {
        self.platform.is_some()
    }

    /// The platform, signed in.
    pub(crate) fn link(&self) -> Option<&Link> {
        self.link.as_ref()
    }

    /// Whether somebody has to sign in.
    pub(crate) fn sign_in_needed(&self) -> bool {
        self.platform.is_some() && self.link.is_none()
    }

    /// Whether the platform holds a connection to this account and project, other than `own`.
    pub(crate) fn holds(&self, account: &str, project: Option<&str>, own: Option<&str>) -> bool {
        let holds = self.link.as_ref().map_or(&[][..], |link| &link.holds);
        holds.iter().any(|held| {
            Some(held.id.as_str()) != own
                && held.account_id == account
                && held.project.as_deref() == project
        })
    }

    /// Takes the kept session, where it is that of the person who has to be signed in.
    pub(crate) async fn resume(&mut self, app: &App) -> Result<Option<Person>, Problem> {
        let Some(platform) = &self.platform else {
            return Ok(None);
        };
        match session::resume(app, platform).await? {
            Some((link, who)) if link.is_of(self.person.as_deref()).is_ok() => {
                self.link = Some(link);
                Ok(Some(who))
            }
            // Somebody else's sign-in is of no use here.
            _ => Ok(None),
        }
    }

    /// Takes the kept session where nobody has signed in yet, whoever's it is.
    pub(crate) async fn resume_any(&mut self, app: &App) -> Result<(), Problem> {
        if let (Some(platform), None) = (&self.platform, &self.link) {
            let resumed = session::resume(app, platform).await?;
            self.link = resumed.map(|(link, _)| link);
        }
        Ok(())
    }

    /// Starts the sign-in.
    pub(crate) async fn begin_sign_in(&self, app: &App) -> Result<(SignInPrompt, SignIn), Problem> {
        let platform = self.platform.clone().ok_or_else(no_platform)?;
        let code = platform
            .begin_sign_in()
            .await
            .map_err(|error| error.problem())?;
        let prompt = SignInPrompt {
            user_code: code.user_code.clone(),
            verification_uri: code
                .verification_uri_complete
                .as_ref()
                .unwrap_or(&code.verification_uri)
                .to_string(),
            expires_in_s: u32::try_from(code.expires_in.as_secs()).unwrap_or(u32::MAX),
        };
        let waiting = SignIn {
            app: app.clone(),
            platform,
            code,
        };
        Ok((prompt, waiting))
    }

    /// Takes a sign-in that came through.
    pub(crate) fn signed_in(&mut self, signed_in: SignedIn) -> Person {
        self.link = Some(signed_in.link);
        signed_in.person
    }

    /// Sees to it that the session lasts until what is made now is delivered: the person may have signed in long
    /// before they had made and pasted the token. Gives what should be known of it.
    pub(crate) async fn stay(&mut self, app: &App) -> Result<Option<String>, Problem> {
        let Some(platform) = &self.platform else {
            return Ok(None);
        };
        if let Some(link) = &self.link {
            self.link = session::lasting(app, link).await?;
        }
        if self.link.is_none() {
            return Err(sign_in_first());
        }
        Ok(session::unkept(app, platform))
    }
}

fn no_platform() -> Problem {
    Problem::new(
        "no-platform",
        "This profile has no platform to sign in to.",
        "Go on without signing in.",
        Next::Retry,
    )
}

fn sign_in_first() -> Problem {
    Problem::new(
        "not-signed-in",
        "You are not signed in at the platform.",
        "Sign in, then go on. Nothing was made.",
        Next::SignIn,
    )
}
