//! The world as one document, values included, and back: what a sandbox held can be given to another one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    World,
    account::{Account, User, Zone},
    draft::{Draft, Refused},
    places,
    policy::Policy,
    project::Project,
    random::Random,
    token::{Owner, Standing, Token},
};

/// Everything that exists. How it behaves (propagation, limits, faults) is not part of it, nor is what a reset goes back to.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snapshot {
    random: Random,
    user: User,
    member: String,
    accounts: Vec<Account>,
    zones: Vec<Zone>,
    tokens: Vec<Kept>,
    projects: Vec<Project>,
}

/// A token with its value. Policies and addresses are as the API writes them, and read as it reads them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    id: String,
    value: String,
    owner: Owner,
    name: String,
    standing: Standing,
    issued_on: Timestamp,
    modified_on: Timestamp,
    last_used_on: Option<Timestamp>,
    not_before: Option<Timestamp>,
    expires_on: Option<Timestamp>,
    condition: Value,
    policies: Vec<Value>,
}

impl Snapshot {
    pub(crate) fn of(world: &World) -> Self {
        Self {
            random: world.random.clone(),
            user: world.user.clone(),
            member: world.member.clone(),
            accounts: world.accounts.clone(),
            zones: world.zones.clone(),
            tokens: world.tokens.iter().map(Kept::of).collect(),
            projects: world.projects.clone(),
        }
    }

    /// Puts this in the place of everything that exists; nothing changes where it cannot be read.
    pub(crate) fn restore(self, world: &mut World) -> Result<(), Refused> {
        let tokens: Result<Vec<Token>, Refused> = self.tokens.into_iter().map(Kept::read).collect();
        let tokens = tokens?;
        if self.accounts.is_empty() {
            return Err(Refused("there must be an account".to_owned()));
        }
        world.account_at = places(&self.accounts);
        world.random = self.random;
        world.user = self.user;
        world.member = self.member;
        world.accounts = self.accounts;
        world.zones = self.zones;
        world.tokens = tokens;
        world.projects = self.projects;
        Ok(())
    }
}

impl Kept {
    fn of(token: &Token) -> Self {
        Self {
            id: token.id.clone(),
            value: token.value.clone(),
            owner: token.owner.clone(),
            name: token.name.clone(),
            standing: token.standing,
            issued_on: token.issued_on,
            modified_on: token.modified_on,
            last_used_on: token.last_used_on,
            not_before: token.not_before,
            expires_on: token.expires_on,
            condition: token.addresses.to_json(),
            policies: token.policies.iter().map(Policy::to_json).collect(),
        }
    }

    fn read(self) -> Result<Token, Refused> {
        let draft = Draft::read(&json!({
            "name": self.name,
            "policies": self.policies,
            "condition": self.condition,
        }))?;
        let mut policies = draft.policies;
        for (policy, written) in policies.iter_mut().zip(&self.policies) {
            written["id"]
                .as_str()
                .unwrap_or_default()
                .clone_into(&mut policy.id);
        }
        Ok(Token {
            id: self.id,
            value: self.value,
            owner: self.owner,
            name: self.name,
            standing: self.standing,
            issued_on: self.issued_on,
            modified_on: self.modified_on,
            last_used_on: self.last_used_on,
            not_before: self.not_before,
            expires_on: self.expires_on,
            addresses: draft.addresses,
            policies,
            // By the time it is taken up, it is known everywhere.
            spreading_since: None,
        })
    }
}
