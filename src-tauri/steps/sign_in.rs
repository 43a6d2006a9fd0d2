//! A sign-in at the platform, waited for.

use std::sync::Arc;

use crate::platform::{DeviceCode, Platform};
use crate::problem::Problem;
use crate::run::note::note;
use crate::run::{App, Link, session};
use crate::story::Person;

/// A sign-in under way; it borrows nothing of the walk, so that a face can wait for it and stay responsive.
pub struct SignIn {
    pub(crate) app: App,
    pub(crate) platform: Platform,
    pub(crate) code: DeviceCode,
}

/// A sign-in that came through.
#[derive(Debug)]
pub struct SignedIn {
    pub(crate) link: Link,
    pub(crate) person: Person,
}

impl SignIn {
    /// Waits until the person has approved or denied, or the code has lapsed; keeps the session in the vault.
    pub async fn wait(self) -> Result<SignedIn, Problem> {
        let (listening, heard) = self.platform.listening();
        let granted = listening.wait_for_sign_in(&self.code).await;
        let granted = granted.map_err(|error| error.problem());
        let result = granted
            .as_ref()
            .map_or_else(|problem| problem.code.as_str(), |_| "signed in");
        let address = self.platform.base().url().as_str();
        note(&self.app, "sign in", address, result, heard.last());
        let granted = granted?;
        let who = self
            .platform
            .me(&granted)
            .await
            .map_err(|error| error.problem())?;
        session::keep(&self.app, &self.platform, &granted).await?;
        let (link, person) = session::joined(&self.platform, Arc::new(granted), who);
        Ok(SignedIn { link, person })
    }
}
