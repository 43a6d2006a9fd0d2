//! What must be true of the world at any moment, whatever the product says, and of what it says.
//!
//! The world is asked past the product: Cloudflare's tokens through the sandbox's door for tests, the platform with the
//! kept session, the keyring with another program of the desktop.

use std::process::Command;

use narrows_core::record::Connection;
use narrows_core::run::App;
use narrows_core::secret::Secret;
use narrows_core::vault::Item;
use serde_json::Value;

use crate::stage::Stage;

/// Where the values of a test are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeper {
    /// The application's own vault, in memory.
    Memory,
    /// The desktop's keyring, looked into with `secret-tool`.
    Keyring,
}

/// What is wrong with a connection whose token was rolled in place, and whose new value was lost with the answer.
pub(super) const DEAD_VALUE: &str = "the kept value does not work";

/// A sandbox, and the data folder of an application that worked on it.
pub(super) struct World<'a> {
    pub(super) stage: &'a Stage,
    /// Opened on the folder; only its records and its vault are read.
    pub(super) app: &'a App,
    pub(super) keeper: Keeper,
}

/// A token that lives at the sandbox.
#[derive(Clone, Debug)]
pub(super) struct Living {
    pub(super) id: String,
    pub(super) name: String,
}

/// A connection as the platform holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) connection: String,
    pub(super) token: String,
}

impl World<'_> {
    /// Tokens that Cloudflare takes.
    pub(super) async fn living(&self) -> Vec<Living> {
        let list = self.stage.admin("/tokens").await;
        let tokens = list["tokens"].as_array().expect("tokens");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let active = tokens.iter().filter(|token| token["status"] == "active");
        active
            .map(|token| Living {
                id: text(&token["id"]),
                name: text(&token["name"]),
            })
            .collect()
    }

    /// Whether Cloudflare takes the token of this id.
    pub(super) async fn lives(&self, id: &str) -> bool {
        self.living().await.iter().any(|token| token.id == id)
    }

    /// Narrow tokens of this installation that live.
    pub(super) async fn narrow(&self) -> Vec<Living> {
        let mark = self.app.record.installation().expect("the mark");
        let mut living = self.living().await;
        living.retain(|token| token.name.contains(&mark));
        living
    }

    pub(super) fn connections(&self) -> Vec<Connection> {
        self.app.record.connections().expect("the connections")
    }

    /// Everything that open runs have written down.
    fn open_runs(&self) -> Vec<String> {
        let record = &self.app.record;
        let runs = record.unfinished().expect("the open runs");
        let lines = runs
            .iter()
            .flat_map(|run| record.journal(&run.id).expect("a journal"));
        lines.map(|line| line.detail.to_string()).collect()
    }

    /// What is wrong at a moment at which nothing is under way; `says` is what the product has said of what stands.
    pub(super) async fn wrong(&self, says: &[String]) -> Vec<String> {
        let mut wrong = Vec::new();
        let (connections, open) = (self.connections(), self.open_runs());
        let told = |word: &str| says.iter().chain(&open).any(|line| line.contains(word));
        for token in self.narrow().await {
            let used = connections.iter().any(|known| {
                let mut extras = known.extra_tokens();
                known.token_id == token.id || extras.any(|extra| extra.token_name == token.name)
            });
            if !used && !told(&token.name) && !told(&token.id) {
                wrong.push(format!(
                    "\"{}\" lives, and nothing accounts for it",
                    token.name
                ));
            }
        }
        for known in &connections {
            wrong.extend(self.of_connection(known).await);
        }
        for Held { connection, token } in self.held().await {
            if !self.lives(&token).await && !told(&connection) {
                wrong.push(format!("the platform holds a dead token for {connection}"));
            }
            let known = connections.iter().any(|known| known.id == connection);
            if !known && !told(&connection) {
                wrong.push(format!(
                    "the platform holds {connection}, and nothing here accounts for it"
                ));
            }
        }
        wrong
    }

    /// A token of its own beside the narrow one that is in use lives, is kept, and is what the platform has.
    async fn of_extras(&self, known: &Connection) -> Vec<String> {
        let mut wrong = Vec::new();
        for extra in &known.extras {
            let about = |what: &str| format!("{} of {}: {what}", extra.id, known.id);
            let used = extra.in_use().and_then(|token| token.token_id.clone());
            if let Some(id) = &used {
                if !self.lives(id).await {
                    wrong.push(about("its token does not live"));
                }
                if self.kept_as(known, id).await.is_none() {
                    wrong.push(about("its token is not in the vault"));
                }
            }
            let there = self.held_extra(known, &extra.id).await;
            if there != used {
                wrong.push(about(&format!(
                    "here is {used:?}, and at the platform {there:?}"
                )));
            }
            if extra.waiting().is_some() {
                wrong.push(about("it waits for the platform"));
            }
        }
        wrong
    }

    /// Cloudflare's id of a token of its own that the platform has.
    async fn held_extra(&self, known: &Connection, extra: &str) -> Option<String> {
        let access = self.access().await?;
        let url = format!(
            "{}/v1/connections/{}/extras/{extra}?nonce=AAAAAAAAAAAAAAAAAAAAAA",
            self.stage.face.platform, known.id
        );
        let document = self.stage.ask(&url, &access).await;
        document["token_id"].as_str().map(str::to_owned)
    }

    /// What is left that should not be, once everything is settled: nothing open, each token used, both sides agreed.
    pub(super) async fn unsettled(&self) -> Vec<String> {
        let mut wrong = self.wrong(&[]).await;
        for run in self.app.record.unfinished().expect("the open runs") {
            wrong.push(format!("the run {} ({:?}) is still open", run.id, run.kind));
        }
        let connections = self.connections();
        let mut here: Vec<_> = connections
            .iter()
            .map(|known| (known.id.clone(), known.token_id.clone()))
            .collect();
        let there = self.held().await;
        let mut there: Vec<_> = there
            .into_iter()
            .map(|held| (held.connection, held.token))
            .collect();
        here.sort();
        there.sort();
        if here != there {
            wrong.push(format!("here is {here:?}, and at the platform {there:?}"));
        }
        for known in &connections {
            wrong.extend(self.of_extras(known).await);
            if known.delivery != "accepted" {
                wrong.push(format!(
                    "{} is {} at the platform",
                    known.id, known.delivery
                ));
            }
        }
        wrong
    }

    /// Whether a connection has a value that Cloudflare does not take, although its token lives.
    pub(super) async fn has_dead_value(&self) -> bool {
        for known in self.connections() {
            let wrong = self.of_connection(&known).await;
            if wrong.is_some_and(|what| what.ends_with(DEAD_VALUE)) {
                return true;
            }
        }
        false
    }

    /// Its token lives, is kept, and works.
    async fn of_connection(&self, known: &Connection) -> Option<String> {
        let about = |what: &str| Some(format!("connection {}: {what}", known.id));
        if !self.lives(&known.token_id).await {
            return about("its token does not live");
        }
        let Some(kept) = self.kept(known).await else {
            return about("its token is not in the vault");
        };
        if self.works(known, &kept).await {
            None
        } else {
            about(DEAD_VALUE)
        }
    }

    /// The kept value of a connection's token.
    pub(super) async fn kept(&self, known: &Connection) -> Option<Secret> {
        self.kept_as(known, &known.token_id).await
    }

    /// The kept values of all its tokens.
    pub(super) async fn all_kept(&self, known: &Connection) -> Vec<Secret> {
        let mut kept = Vec::from_iter(self.kept(known).await);
        for token in known
            .extra_tokens()
            .filter_map(|extra| extra.token_id.as_deref())
        {
            kept.extend(self.kept_as(known, token).await);
        }
        kept
    }

    async fn kept_as(&self, known: &Connection, token: &str) -> Option<Secret> {
        let item = Item::Token {
            connection: known.id.clone(),
            token: token.to_owned(),
        };
        self.secret(&item).await
    }

    /// Whether Cloudflare knows a value as this connection's token.
    async fn works(&self, known: &Connection, value: &Secret) -> bool {
        let owner = match known.token_kind.as_str() {
            "account" => format!("accounts/{}", known.account_id),
            _ => "user".to_owned(),
        };
        let url = format!("{}/{owner}/tokens/verify", self.stage.face.cloudflare_api);
        let answer = self.stage.ask(&url, value.expose()).await;
        answer["result"]["status"] == "active" && answer["result"]["id"] == known.token_id.as_str()
    }

    /// What the platform holds; nothing where nobody has signed in.
    pub(super) async fn held(&self) -> Vec<Held> {
        let Some(access) = self.access().await else {
            return Vec::new();
        };
        let platform = &self.stage.face.platform;
        let me = self.stage.ask(&format!("{platform}/v1/me"), &access).await;
        let mut held = Vec::new();
        for connection in me["connections"].as_array().expect("connections") {
            let id = connection["id"].as_str().expect("an id");
            let url = format!("{platform}/v1/connections/{id}?nonce=AAAAAAAAAAAAAAAAAAAAAA");
            let document = self.stage.ask(&url, &access).await;
            let token = document["token_id"].as_str().expect("a token's id");
            held.push(Held {
                connection: id.to_owned(),
                token: token.to_owned(),
            });
        }
        held
    }

    /// The kept session's access token.
    async fn access(&self) -> Option<String> {
        let session = Item::Session {
            platform: format!("{}/", self.stage.face.platform),
        };
        let session = self.secret(&session).await?;
        let session: Value = serde_json::from_str(session.expose()).expect("a session is JSON");
        let access = session["access"].as_str().expect("an access token");
        Some(access.to_owned())
    }

    async fn secret(&self, item: &Item) -> Option<Secret> {
        match self.keeper {
            Keeper::Memory => self.app.vault().get(item).await.expect("the vault answers"),
            Keeper::Keyring => search(&item.account()),
        }
    }
}

/// Whether the keyring has a token's value.
pub(super) fn in_keyring(connection: &str, token: &str) -> bool {
    let item = Item::Token {
        connection: connection.to_owned(),
        token: token.to_owned(),
    };
    search(&item.account()).is_some()
}

/// What another program of this desktop finds in the keyring, by the item's name.
fn search(name: &str) -> Option<Secret> {
    let line = ["lookup", "service", "Narrows (sandbox)", "username", name];
    let found = Command::new("secret-tool").args(line).output();
    let found = found.expect("secret-tool runs").stdout;
    let value = String::from_utf8(found).expect("text");
    (!value.is_empty()).then(|| Secret::new(value))
}
