//! The address of a profile's platform: the profile's own, or one that a person gave once.

use super::app::App;
use crate::http::Base;
use crate::platform::Platform;
use crate::problem::{Next, Problem};
use crate::profile::Profile;

pub(crate) fn platform_of(
    app: &App,
    profile: &Profile,
    given: Option<&str>,
) -> Result<Option<Platform>, Problem> {
    let Some(own) = &profile.platform else {
        return Ok(None);
    };
    let remembered = || {
        app.record
            .setting(&address_setting(profile))
            .map_err(|error| error.problem())
    };
    let base = match (&app.addresses.platform, own.base(), given) {
        (Some(stand_in), _, _) => Base::loopback(stand_in.as_str())?,
        (None, Some(own), _) => own,
        (None, None, Some(given)) => {
            let base = Base::https_or_loopback(given.trim())?;
            let name = address_setting(profile);
            app.record
                .set_setting(&name, base.url().as_str())
                .map_err(|error| error.problem())?;
            base
        }
        (None, None, None) => {
            Base::https_or_loopback(&remembered()?.ok_or_else(platform_address)?)?
        }
    };
    Ok(Some(Platform::new(&app.http, base)))
}

/// The name under which a platform's address is remembered once it was given.
pub(crate) fn address_setting(profile: &Profile) -> String {
    format!("platform-address/{}", profile.id)
}

pub(crate) fn platform_address() -> Problem {
    Problem::new(
        "platform-address-needed",
        "The platform's address is not known.",
        "Give the https address of the platform.",
        Next::StartOver,
    )
}
