//! A session at the platform, and the text as which it rests in the vault.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Error;
use crate::secret::Secret;

/// A session that lapses sooner than this is refreshed before it is used, lest it lapse on the way.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// What shows the platform who is asking.
#[derive(Debug, Deserialize)]
pub struct Session {
    /// Goes with each request.
    pub access: Secret,
    /// Good for one new session; nothing where the platform gave none.
    pub refresh: Option<Secret>,
    /// When `access` lapses; nothing where the platform did not say.
    pub expires_on: Option<Timestamp>,
}

impl Session {
    /// Whether it has lapsed at `now`, or will within a minute.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        !self.lasts(now, MARGIN)
    }

    /// Whether it is good for as long as this from `now` on, as far as the platform said.
    pub fn lasts(&self, now: Timestamp, time: SignedDuration) -> bool {
        self.expires_on
            .is_none_or(|lapse| lapse.duration_since(now) >= time)
    }

    /// The text that is put into the vault.
    pub fn to_secret(&self) -> Result<Secret, Error> {
        let refresh = self.refresh.as_ref();
        let length = self.access.len() + refresh.map_or(0, Secret::len);
        // Six bytes of JSON for one of a value at most; large enough from the start, it leaves nothing behind by growing.
        let mut json = Zeroizing::new(Vec::with_capacity(6 * length + 100));
        let mut write = |name: &str, value: Option<&str>| {
            json.extend(name.as_bytes());
            serde_json::to_writer(&mut *json, &value)
        };
        // Exposed to be kept.
        let written = write("{\"access\":", Some(self.access.expose()))
            .and_then(|()| write(",\"refresh\":", refresh.map(Secret::expose)))
            .and_then(|()| {
                let lapse = self.expires_on.map(|lapse| lapse.to_string());
                write(",\"expires_on\":", lapse.as_deref())
            });
        json.push(b'}');
        written
            .ok()
            .and_then(|()| String::from_utf8(std::mem::take(&mut *json)).ok())
            .map(Secret::new)
            .ok_or_else(|| Error::Contract("a session that is not text".to_owned()))
    }

    /// The session of a text from the vault; [`Error::NotSignedIn`] where it is none.
    pub fn from_secret(text: &Secret) -> Result<Self, Error> {
        // The parser's words may hold pieces of the text.
        serde_json::from_str(text.expose())
            .map_err(|_| Error::NotSignedIn("the kept session cannot be read".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(value: &str) -> Secret {
        Secret::new(value.to_owned())
    }

    #[test]
    fn a_session_comes_out_of_the_vault_as_it_went_in() {
        let lapse: Timestamp = "2027-01-31T12:00:00Z".parse().expect("a time");
        for (refresh, expires_on) in [
            (Some("re\"fresh\u{1}"), Some(lapse)),
            (None, None),
            (Some(""), None),
        ] {
            let session = Session {
                access: secret("acc\\ess"),
                refresh: refresh.map(secret),
                expires_on,
            };
            let text = session.to_secret().expect("is text");
            let back = Session::from_secret(&text).expect("is a session");
            assert!(back.access.same_as(&session.access));
            assert_eq!(back.refresh.is_some(), refresh.is_some());
            assert!(
                back.refresh
                    .zip(session.refresh)
                    .is_none_or(|(one, other)| one.same_as(&other))
            );
            assert_eq!(back.expires_on, expires_on);
        }
    }

    #[test]
    fn what_is_no_session_means_that_nobody_is_signed_in() {
        for text in ["", "{}", "null", "{\"access\":1}", "cfut_example"] {
            let read = Session::from_secret(&secret(text));
            assert!(matches!(read, Err(Error::NotSignedIn(_))), "{read:?}");
            assert!(
                !format!("{read:?}").contains("cfut_"),
                "what was kept there is not shown"
            );
        }
    }

    #[test]
    fn a_session_is_stale_a_minute_before_it_lapses() {
        let lapse: Timestamp = "2027-01-31T12:00:00Z".parse().expect("a time");
        let session = Session {
            access: secret("access"),
            refresh: None,
            expires_on: Some(lapse),
        };
        let before = |seconds| lapse - SignedDuration::from_secs(seconds);
        assert!(!session.is_stale(before(61)));
        assert!(session.is_stale(before(59)), "it could lapse on the way");
        assert!(session.is_stale(before(-1)), "it has lapsed");
    }
}
