//! Tokens that a connection has beside its narrow one, each for one purpose.

use serde::{Deserialize, Serialize};

use super::column::Json;
use super::{Error, Record};
use crate::secret::Fingerprint;

/// What a connection has of one kind of token beside its narrow one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extra {
    /// The profile's and the platform's word for it, such as `r2-keys`.
    pub id: String,
    /// What it is called, such as "R2 keys".
    pub label: String,
    /// The one in use, one that waits for the platform, and those that are used no more and may still live.
    pub tokens: Vec<ExtraToken>,
    /// Why the platform has none, or not the newest, in a sentence or two; nothing where it has it.
    #[serde(default)]
    pub off: Option<String>,
}

/// One of these tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtraToken {
    /// Cloudflare's id of it; nothing where the answer to its making was lost.
    pub token_id: Option<String>,
    /// Its name, which is unique.
    pub token_name: String,
    /// Its public name here, where its value is kept.
    #[serde(default)]
    pub fingerprint: Option<Fingerprint>,
    /// What it is to the connection.
    pub state: ExtraState,
}

/// What such a token is to its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExtraState {
    /// The platform has proved that it has it.
    InUse,
    /// It is kept here, and the platform has not confirmed it.
    Waiting,
    /// Nothing uses it any more, and it was not seen dead.
    Retired,
}

impl Extra {
    /// The token that the platform has.
    pub fn in_use(&self) -> Option<&ExtraToken> {
        self.of(ExtraState::InUse).next()
    }

    /// The token that the platform has not confirmed.
    pub fn waiting(&self) -> Option<&ExtraToken> {
        self.of(ExtraState::Waiting).next()
    }

    /// Tokens that nothing uses any more and that may still live.
    pub fn retired(&self) -> impl Iterator<Item = &ExtraToken> {
        self.of(ExtraState::Retired)
    }

    fn of(&self, state: ExtraState) -> impl Iterator<Item = &ExtraToken> {
        self.tokens.iter().filter(move |token| token.state == state)
    }
}

impl Record {
    /// Notes what a connection has beside its narrow token. Does nothing where the connection is gone.
    pub fn put_extras(&self, connection: &str, extras: &[Extra]) -> Result<(), Error> {
        self.db().execute(
            "UPDATE connection SET extras = ?2 WHERE id = ?1",
            (connection, Json(&extras)),
        )?;
        Ok(())
    }

    /// Takes a token that nothing uses any more off its connection, now that it is dead: by its id, or by its name where
    /// that is all that is known of it. Gives the connections that named it.
    pub fn end_extra(&self, token_id: &str, name: &str) -> Result<Vec<String>, Error> {
        let dead = |token: &ExtraToken| {
            let same = token.token_id.as_deref().map(|id| id == token_id);
            token.state == ExtraState::Retired && same.unwrap_or(token.token_name == name)
        };
        self.write(|db| {
            let mut named = Vec::new();
            let rows: Vec<(String, Json<Vec<Extra>>)> = db
                .prepare("SELECT id, extras FROM connection WHERE extras <> '[]'")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            for (id, Json(mut extras)) in rows {
                if !extras.iter().flat_map(|extra| &extra.tokens).any(dead) {
                    continue;
                }
                for extra in &mut extras {
                    extra.tokens.retain(|token| !dead(token));
                }
                db.execute(
                    "UPDATE connection SET extras = ?2 WHERE id = ?1",
                    (&id, Json(&extras)),
                )?;
                named.push(id);
            }
            Ok(named)
        })
    }
}
