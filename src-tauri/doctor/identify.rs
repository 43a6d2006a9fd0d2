//! Who is the token, does it live, and who may read its policies? One round, and a second one where the first did not
//! tell.

use jiff::Timestamp;

use super::causes::{Facts, of_error};
use super::story::{Cause, CauseKind, PolicySource};
use crate::cloudflare::{
    Account, Client, Error, Kind, Life, Owner, Token, TokenKind, TokenList, TokenStatus, Verified,
    Zone,
};
use crate::record::Connection;

/// What is known before anything is asked.
pub(super) struct Look<'a> {
    /// Speaks as the credential that is diagnosed.
    pub client: &'a Client,
    /// Speaks as the more powerful one.
    pub second: Option<&'a Client>,
    /// What the value's shape says.
    pub hint: Option<TokenKind>,
    /// Whether it is a Global API Key, which no verify path knows.
    pub key: bool,
    /// The account that was named.
    pub account: Option<&'a str>,
    /// Whether zones matter.
    pub zones: bool,
    /// The stored connection.
    pub connection: Option<&'a Connection>,
}

type Answer<T> = Option<Result<T, Error>>;

/// What was answered.
#[derive(Debug, Default)]
pub(super) struct Seen {
    verified: Vec<(Owner, Result<Verified, Error>)>,
    /// Accounts that the token sees: the first 50.
    pub accounts: Answer<Vec<Account>>,
    /// Zones that the token sees: the first 50.
    pub zones: Answer<Vec<Zone>>,
    /// The person's tokens.
    pub user_tokens: Answer<TokenList>,
    /// The account's tokens.
    pub account_tokens: Answer<TokenList>,
    /// Tokens that the second credential lists.
    second: Vec<Result<TokenList, Error>>,
}

/// Who the token is.
#[derive(Debug)]
pub(super) struct Who {
    /// User or account; nothing where Cloudflare did not say.
    pub kind: Option<TokenKind>,
    /// What verify told.
    pub verified: Option<Verified>,
    /// The token as Cloudflare lists it, policies and all.
    pub token: Option<Token>,
    /// Who let us read that.
    pub policy: PolicySource,
    /// Why verify said no, where it did.
    pub refused: Option<Error>,
    /// What became of a token whose value Cloudflare does not know, where the second credential tells.
    pub fate: Option<CauseKind>,
    /// Everything that was answered.
    pub seen: Seen,
}

/// Finds out who the token is.
pub(super) async fn identify(look: &Look<'_>) -> Who {
    let mut seen = first_round(look).await;
    let known_by_now = |seen: &Seen| seen.verified.iter().any(|(_, result)| result.is_ok());
    let unknown = seen
        .verified
        .iter()
        .all(|(_, result)| Life::of(result) == Life::Refused);
    if !known_by_now(&seen)
        && unknown
        && !look.key
        && let Some(account) = own_account(&seen, look.account)
    {
        second_round(look, &mut seen, Owner::Account(account)).await;
    }
    let mut who = judge(look, seen);
    find_policies(look, &mut who).await;
    who
}

async fn first_round(look: &Look<'_>) -> Seen {
    let Look {
        client,
        second,
        account,
        ..
    } = *look;
    let owner = account.map(|account| Owner::Account(account.to_owned()));
    let as_user = !look.key && (look.hint != Some(TokenKind::Account));
    let as_account = owner
        .as_ref()
        .filter(|_| !look.key && look.hint != Some(TokenKind::User));
    let user = &Owner::User;
    let (verified_user, verified_account, accounts, zones, user_tokens, account_tokens, seconds) = tokio::join!(
        when(as_user, client.verify(user)),
        with(as_account, |owner| client.verify(owner)),
        client.some_accounts(),
        when(look.zones, client.some_zones(account)),
        when(as_user || look.key, client.tokens(user, None)),
        with(as_account, |owner| client.tokens(owner, None)),
        async {
            let Some(second) = second else {
                return Vec::new();
            };
            let (users, accounts) = tokio::join!(
                when(as_user, second.tokens(user, None)),
                with(as_account, |owner| second.tokens(owner, None)),
            );
            users.into_iter().chain(accounts).collect()
        },
    );
    let account_verified = as_account.cloned().zip(verified_account);
    Seen {
        verified: verified_user
            .map(|result| (Owner::User, result))
            .into_iter()
            .chain(account_verified)
            .collect(),
        accounts: Some(accounts),
        zones,
        user_tokens,
        account_tokens,
        second: seconds,
    }
}

/// Asks on the path of an account that was not known before.
async fn second_round(look: &Look<'_>, seen: &mut Seen, owner: Owner) {
    let (verified, tokens, second) = tokio::join!(
        look.client.verify(&owner),
        look.client.tokens(&owner, None),
        with(look.second.as_ref(), |second| second.tokens(&owner, None)),
    );
    seen.verified.push((owner, verified));
    seen.account_tokens = Some(tokens);
    seen.second.extend(second);
}

/// The account of a token that lists exactly one and was not asked there yet.
fn own_account(seen: &Seen, asked: Option<&str>) -> Option<String> {
    let accounts = seen.accounts.as_ref()?.as_ref().ok()?;
    let first = accounts.first()?;
    (Some(first.id.as_str()) != asked).then(|| first.id.clone())
}

fn judge(look: &Look<'_>, mut seen: Seen) -> Who {
    let good = seen.verified.iter().position(|(_, result)| result.is_ok());
    let mut who = Who {
        kind: look.hint,
        verified: None,
        token: None,
        policy: PolicySource::None,
        refused: None,
        fate: None,
        seen: Seen::default(),
    };
    if let Some(at) = good {
        let (owner, result) = seen.verified.swap_remove(at);
        who.kind = Some(owner.kind());
        who.verified = result.ok();
    } else {
        // Where one path does not know it and the other breaks, what breaks is worth telling.
        let errors = seen
            .verified
            .drain(..)
            .filter_map(|(_, result)| result.err());
        who.refused = errors.max_by_key(|error| error.kind != Kind::UnknownToken);
        if let Some(Err(error)) = &seen.accounts
            && (who.refused.is_none() || error.kind == Kind::AccountsUnsupported)
        {
            // Only an account's token is told that it may not list accounts.
            who.refused = Some(error.clone());
        }
    }
    who.seen = seen;
    who
}

/// Reads the policies: from the token's own list, or by the second credential.
async fn find_policies(look: &Look<'_>, who: &mut Who) {
    let stored = look.connection.map(|known| known.token_id.as_str());
    let id = who.verified.as_ref().map(|verified| verified.id.clone());
    let Some(id) = id.as_deref().or(stored) else {
        return;
    };
    let owner = owner_of(look, who);
    let own_list = match who.kind {
        Some(TokenKind::Account) => &who.seen.account_tokens,
        _ => &who.seen.user_tokens,
    };
    let listed = |list: &TokenList| list.tokens.iter().find(|token| token.id == id).cloned();
    if let Some(Ok(list)) = own_list {
        who.token = match (listed(list), &owner) {
            (Some(token), _) => Some(token),
            (None, Some(owner)) => look.client.token(owner, id).await.ok(),
            (None, None) => None,
        };
        if who.token.is_some() {
            who.policy = PolicySource::Own;
            return;
        }
    }
    let Some(second) = look.second else { return };
    who.token = who
        .seen
        .second
        .iter()
        .filter_map(|result| result.as_ref().ok())
        .find_map(listed);
    let mut gone = false;
    if let (None, Some(owner)) = (&who.token, &owner) {
        match second.token(owner, id).await {
            Ok(token) => who.token = Some(token),
            Err(error) => gone = error.kind == Kind::NotFound,
        }
    }
    if who.token.is_some() {
        who.policy = PolicySource::Second;
    }
    if who.verified.is_none() {
        who.fate = match &who.token {
            Some(token) => Some(match token.status {
                TokenStatus::Exposed => CauseKind::TokenExposed,
                TokenStatus::Disabled => CauseKind::TokenDisabled,
                TokenStatus::Expired => CauseKind::TokenExpired,
                // Alive by its status: its dates, or another value.
                _ => CauseKind::TokenRolled,
            }),
            None if gone => Some(CauseKind::TokenDeleted),
            None => None,
        };
    }
}

/// The set of tokens that it belongs to.
fn owner_of(look: &Look<'_>, who: &Who) -> Option<Owner> {
    let kind = who.kind.or_else(|| {
        let word = &look.connection?.token_kind;
        Some(if word == "account" {
            TokenKind::Account
        } else {
            TokenKind::User
        })
    })?;
    match kind {
        TokenKind::User => Some(Owner::User),
        TokenKind::Account => {
            let accounts = who.seen.accounts.as_ref()?.as_ref().ok();
            let own = accounts.and_then(|accounts| accounts.first());
            let id = own.map(|account| account.id.clone());
            id.or_else(|| look.account.map(str::to_owned))
                .map(Owner::Account)
        }
    }
}

impl Who {
    /// Why the token cannot be used at `now`, or why nobody could ask.
    pub(super) fn unusable(&self, now: Timestamp) -> Option<Cause> {
        let verified = self.verified.as_ref();
        let from = verified
            .and_then(|seen| seen.not_before)
            .or_else(|| self.token.as_ref()?.not_before);
        let until = verified
            .and_then(|seen| seen.expires_on)
            .or_else(|| self.token.as_ref()?.expires_on);
        let facts = |when: Option<Timestamp>| Facts {
            when: when.map(|when| when.to_string()).unwrap_or_default(),
            evidence: self.refused.as_ref().map(Error::evidence),
            ..Facts::default()
        };
        if let Some(verified) = verified {
            let kind = match &verified.status {
                TokenStatus::Exposed => Some(CauseKind::TokenExposed),
                TokenStatus::Disabled => Some(CauseKind::TokenDisabled),
                TokenStatus::Expired => Some(CauseKind::TokenExpired),
                TokenStatus::Active => None,
                TokenStatus::Other(word) => {
                    let facts = Facts {
                        words: format!("its status is \"{word}\""),
                        ..Facts::default()
                    };
                    return Some(facts.cause(CauseKind::TokenInactive));
                }
            };
            if let Some(kind) = kind {
                let when = until.filter(|_| kind == CauseKind::TokenExpired);
                return Some(facts(when).cause(kind));
            }
        }
        let alive = verified.is_some() || self.fate == Some(CauseKind::TokenRolled);
        if alive && until.is_some_and(|until| until <= now) {
            return Some(facts(until).cause(CauseKind::TokenExpired));
        }
        if alive && from.is_some_and(|from| from > now) {
            return Some(facts(from).cause(CauseKind::TokenNotYetValid));
        }
        if verified.is_some() {
            return None;
        }
        if let Some(fate) = self.fate {
            return Some(facts(until).cause(fate));
        }
        let error = self.refused.as_ref()?;
        let kind = of_error(error);
        // Where the real endpoints answer, a verify that broke off is no reason to stop.
        if kind.keeps_from_asking() && matches!(self.seen.accounts, Some(Ok(_))) {
            return None;
        }
        Some(told(error, kind, now))
    }
}

/// An error in the words of its cause.
pub(super) fn told(error: &Error, kind: CauseKind, now: Timestamp) -> Cause {
    let address = match &error.kind {
        Kind::AddressBlocked { address } => address.to_string(),
        _ => String::new(),
    };
    let facts = Facts {
        address,
        when: error
            .retry_after
            .map(|wait| until(now, wait))
            .unwrap_or_default(),
        words: error.message.to_string(),
        evidence: Some(error.evidence()),
        ..Facts::default()
    };
    facts.cause(kind)
}

/// The end of a pause, to a second.
pub(super) fn until(now: Timestamp, wait: std::time::Duration) -> String {
    now.checked_add(wait)
        .map(|end| end.strftime("%H:%M:%S UTC").to_string())
        .unwrap_or_default()
}

async fn when<T>(wanted: bool, call: impl Future<Output = T>) -> Option<T> {
    if wanted { Some(call.await) } else { None }
}

async fn with<T, A, F: Future<Output = T>>(
    argument: Option<A>,
    call: impl FnOnce(A) -> F,
) -> Option<T> {
    match argument {
        Some(argument) => Some(call(argument).await),
        None => None,
    }
}
