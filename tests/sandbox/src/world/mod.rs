//! What exists: a user, accounts, zones, tokens, projects, and the rules that hold between them.
//!
//! Plain data behind one lock, judged by pure functions: nothing in here waits, reads a clock or talks HTTP.

pub(crate) mod account;
pub(crate) mod allowance;
pub(crate) mod draft;
pub(crate) mod group;
mod judge;
pub(crate) mod policy;
pub(crate) mod project;
pub(crate) mod propagation;
pub(crate) mod random;
pub(crate) mod snapshot;
pub(crate) mod token;
pub(crate) mod value;

use std::{collections::HashMap, net::IpAddr};

use jiff::{SignedDuration, Timestamp};

use self::{
    account::{Account, Role, User, Zone},
    allowance::Allowance,
    draft::{Draft, policies_for},
    group::{Group, Scope},
    policy::{Policy, Target, grant, touch_account},
    project::Project,
    propagation::Propagation,
    random::Random,
    token::{Owner, Standing, Token},
};

/// Who asks.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one per request, on the stack"
)]
pub(crate) enum Actor {
    /// The user, signed in at the dashboard.
    Person,
    /// The user, by the Global API Key.
    Key,
    /// A token, as it was when the request began.
    Token(Token),
}

impl Actor {
    /// Whose tokens it lists under `/user/tokens`.
    pub(crate) fn owner(&self) -> &Owner {
        match self {
            Self::Token(token) if token.owner == Owner::Member => &Owner::Member,
            Self::Person | Self::Key | Self::Token(_) => &Owner::User,
        }
    }

    /// Whether `account` shows up in this one's list of accounts: any account-scoped permission there is enough.
    pub(crate) fn sees(&self, account: &Account) -> bool {
        match self {
            Self::Person | Self::Key => account.role != Role::Stranger,
            Self::Token(token) => {
                let own = match &token.owner {
                    Owner::User | Owner::Member => account.role != Role::Stranger,
                    Owner::Account(own) => *own == account.id,
                };
                own && touch_account(&token.policies, &account.id)
            }
        }
    }
}

/// On which accounts R2 was never switched on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum R2Disabled {
    #[default]
    Nowhere,
    Everywhere,
    On(Vec<String>),
}

impl R2Disabled {
    pub(crate) fn on(&self, account: &str) -> bool {
        match self {
            Self::Nowhere => false,
            Self::Everywhere => true,
            Self::On(accounts) => accounts.iter().any(|id| id == account),
        }
    }
}

/// Everything there is.
pub(crate) struct World {
    pub(crate) random: Random,
    pub(crate) user: User,
    /// Id of another member of the user's accounts.
    member: String,
    /// The user's accounts, then one the user is a stranger to.
    pub(crate) accounts: Vec<Account>,
    account_at: HashMap<String, usize>,
    pub(crate) zones: Vec<Zone>,
    pub(crate) tokens: Vec<Token>,
    /// The tokens of the start, as they were then.
    planted: Vec<Token>,
    pub(crate) projects: Vec<Project>,
    pub(crate) allowance: Allowance,
    pub(crate) propagation: Propagation,
    pub(crate) r2_disabled: R2Disabled,
    /// The address that address conditions are judged by, instead of the connection's own.
    pub(crate) client_address: Option<IpAddr>,
}

/// How much there shall be.
pub(crate) struct Size {
    pub(crate) seed: u64,
    pub(crate) accounts: usize,
    pub(crate) zones: usize,
}

const ACCOUNT_NAMES: [&str; 5] = [
    "Copper Lane Bakery",
    "Harbour Street Books",
    "Field & Furrow",
    "Blue Door Studio",
    "Northgate Cycles",
];

impl World {
    /// At least one account; all zones on the first one, save one that belongs to a stranger.
    pub(crate) fn new(size: &Size, now: Timestamp) -> Self {
        let mut random = Random::new(size.seed);
        let founded = now
            .saturating_sub(SignedDuration::from_hours(24 * 90))
            .unwrap_or(now);
        let count = size.accounts.max(1);
        let mut accounts: Vec<Account> = (0..=count)
            .map(|number| Account {
                id: random.id(),
                name: account_name(number, count),
                created_on: founded,
                membership_id: random.id(),
                role: Role::SuperAdministrator,
            })
            .collect();
        accounts[count].role = Role::Stranger;
        let mut zones: Vec<Zone> = (0..=size.zones)
            .map(|number| Zone {
                id: random.id(),
                name: format!("site-{}.example", number + 1),
                account: accounts[0].id.clone(),
                created_on: founded,
            })
            .collect();
        if let Some(last) = zones.last_mut() {
            last.account.clone_from(&accounts[count].id);
            "elsewhere.example".clone_into(&mut last.name);
        }
        let user = User {
            id: random.id(),
            email: "sam@sandbox.example".to_owned(),
            global_key: value::mint(&mut random, value::GLOBAL_KEY),
        };
        let account_at = places(&accounts);
        let mut world = Self {
            random,
            user,
            member: Random::new(size.seed.wrapping_add(1)).id(),
            accounts,
            account_at,
            zones,
            tokens: Vec::new(),
            planted: Vec::new(),
            projects: Vec::new(),
            allowance: Allowance::default(),
            propagation: Propagation::default(),
            r2_disabled: R2Disabled::default(),
            client_address: None,
        };
        world.plant_tokens(founded);
        world
    }

    fn plant_tokens(&mut self, founded: Timestamp) {
        let home = self.accounts[0].id.clone();
        let settings = ("Account Settings Read", Scope::Account);
        let pages = ("Pages Write", Scope::Account);
        let (own, keeper) = (
            ("API Tokens Write", Scope::User),
            ("Account API Tokens Write", Scope::Account),
        );
        self.plant("Broad", Owner::User, &[own, settings], None, founded);
        let of_account = Owner::Account(home.clone());
        self.plant(
            "Broad for the account",
            of_account,
            &[keeper, settings],
            Some(&home),
            founded,
        );
        self.plant("Narrow", Owner::User, &[pages], Some(&home), founded);
        self.planted.clone_from(&self.tokens);
    }

    fn plant(
        &mut self,
        name: &str,
        owner: Owner,
        groups: &[(&str, Scope)],
        account: Option<&str>,
        founded: Timestamp,
    ) {
        let groups: Vec<_> = groups
            .iter()
            .filter_map(|(name, scope)| group::by_name(name, *scope))
            .collect();
        let policies = policies_for(&groups, &self.user.id, account, None);
        if let Ok(draft) = Draft::read(&serde_json::json!({ "name": name, "policies": policies })) {
            let id = self.make(draft, owner, founded).id;
            if let Some(token) = self.token_mut(&id) {
                token.spreading_since = None;
            }
        }
    }

    /// The tokens of the start, as they were then: broad, broad of the account, narrow.
    pub(crate) fn planted(&self) -> &[Token] {
        &self.planted
    }

    pub(crate) fn account(&self, id: &str) -> Option<&Account> {
        self.account_at.get(id).map(|at| &self.accounts[*at])
    }

    pub(crate) fn account_mut(&mut self, id: &str) -> Option<&mut Account> {
        self.account_at.get(id).map(|at| &mut self.accounts[*at])
    }

    pub(crate) fn zone(&self, id: &str) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.id == id)
    }

    pub(crate) fn is_member(&self, account: &str) -> bool {
        self.account(account)
            .is_some_and(|account| account.role != Role::Stranger)
    }

    pub(crate) fn token(&self, id: &str) -> Option<&Token> {
        self.tokens.iter().find(|token| token.id == id)
    }

    pub(crate) fn token_mut(&mut self, id: &str) -> Option<&mut Token> {
        self.tokens.iter_mut().find(|token| token.id == id)
    }

    /// Id of the person whose tokens these are: the user's, where an account owns them.
    pub(crate) fn person(&self, owner: &Owner) -> &str {
        match owner {
            Owner::Member => &self.member,
            Owner::User | Owner::Account(_) => &self.user.id,
        }
    }

    /// Whether `actor` holds one of `groups` on `target`, within what the owner may do there at all.
    pub(crate) fn may(&self, actor: &Actor, groups: &[&'static Group], target: Target<'_>) -> bool {
        groups.iter().any(|group| {
            let by_policy = match actor {
                Actor::Token(token) => grant(&token.policies, group, target),
                Actor::Person | Actor::Key => true,
            };
            by_policy && self.within_reach(actor, group, target)
        })
    }

    fn within_reach(&self, actor: &Actor, group: &Group, target: Target<'_>) -> bool {
        let own_account = match actor {
            Actor::Token(Token {
                owner: Owner::Account(account),
                ..
            }) => Some(account),
            Actor::Token(_) | Actor::Person | Actor::Key => None,
        };
        match (own_account, target) {
            (None, Target::User(user)) => user == self.person(actor.owner()),
            (Some(_), Target::User(_)) => false,
            (Some(own), Target::Account(account) | Target::Zone { account, .. }) => own == account,
            (None, Target::Account(account) | Target::Zone { account, .. }) => self
                .account(account)
                .is_some_and(|account| account.role.grants(group)),
        }
    }

    /// Makes the token that `draft` describes; whether it may be made was asked before ([`World::judge`]).
    pub(crate) fn make(&mut self, draft: Draft, owner: Owner, now: Timestamp) -> Token {
        let prefix = match owner {
            Owner::User | Owner::Member => value::USER_TOKEN,
            Owner::Account(_) => value::ACCOUNT_TOKEN,
        };
        let token = Token {
            id: self.random.id(),
            value: value::mint(&mut self.random, prefix),
            owner,
            name: draft.name,
            standing: Standing::Active,
            issued_on: now,
            modified_on: now,
            last_used_on: None,
            not_before: draft.not_before,
            expires_on: draft.expires_on,
            addresses: draft.addresses,
            policies: self.file(draft.policies),
            spreading_since: Some(now),
        };
        self.tokens.push(token.clone());
        token
    }

    /// Replaces all that can be changed of a token; its id and value stay.
    pub(crate) fn replace(&mut self, id: &str, draft: Draft, now: Timestamp) -> Option<Token> {
        let policies = self.file(draft.policies);
        let token = self.token_mut(id)?;
        if !same_grants(&token.policies, &policies) {
            token.spreading_since = Some(now);
        }
        token.name = draft.name;
        token.standing = draft.standing;
        token.not_before = draft.not_before;
        token.expires_on = draft.expires_on;
        token.addresses = draft.addresses;
        token.policies = policies;
        token.modified_on = now;
        Some(token.clone())
    }

    /// Gives a token a new value; the old one is dead from here on.
    pub(crate) fn roll(&mut self, id: &str, now: Timestamp) -> Option<String> {
        let prefix = match self.token(id)?.owner {
            Owner::User | Owner::Member => value::USER_TOKEN,
            Owner::Account(_) => value::ACCOUNT_TOKEN,
        };
        let fresh = value::mint(&mut self.random, prefix);
        let token = self.token_mut(id)?;
        token.value.clone_from(&fresh);
        token.modified_on = now;
        Some(fresh)
    }

    pub(crate) fn delete(&mut self, id: &str) -> bool {
        let before = self.tokens.len();
        self.tokens.retain(|token| token.id != id);
        before > self.tokens.len()
    }

    /// Puts the tokens back as they were at the start.
    pub(crate) fn replant(&mut self) {
        self.tokens.clone_from(&self.planted);
    }

    /// Numbers the policies, in an order of the service's own: clients must compare them as sets.
    fn file(&mut self, mut policies: Vec<Policy>) -> Vec<Policy> {
        self.random.shuffle(&mut policies);
        for policy in &mut policies {
            policy.id = self.random.id();
            self.random.shuffle(&mut policy.groups);
        }
        policies
    }
}

/// Where each account stands in the list, by its id.
fn places(accounts: &[Account]) -> HashMap<String, usize> {
    accounts
        .iter()
        .enumerate()
        .map(|(at, account)| (account.id.clone(), at))
        .collect()
}

fn same_grants(before: &[Policy], after: &[Policy]) -> bool {
    let kernel = |policies: &[Policy]| {
        let mut lines: Vec<String> = policies
            .iter()
            .flat_map(|policy| {
                policy.groups.iter().map(|group| {
                    format!(
                        "{} {} {:?}",
                        policy.effect.as_str(),
                        group.id,
                        policy.resources
                    )
                })
            })
            .collect();
        lines.sort();
        lines.dedup();
        lines
    };
    kernel(before) == kernel(after)
}

fn account_name(number: usize, count: usize) -> String {
    if number == count {
        return "Somebody Else".to_owned();
    }
    ACCOUNT_NAMES
        .get(number)
        .map_or_else(|| format!("Account {:05}", number + 1), ToString::to_string)
}
