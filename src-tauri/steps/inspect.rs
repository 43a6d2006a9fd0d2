//! Step 4: who is the pasted token? One parallel round for a person's token, two for an account's.

use crate::choose::decide::no_account;
use crate::cloudflare::{
    Account, Catalogue, Client, Error, Kind, Owner, PermissionGroup, Token, TokenKind, TokenList,
    TokenStatus, Verified, manages_tokens,
};
use crate::http::Heard;
use crate::problem::{Next, Problem};
use crate::run::Maker;

/// The resource of a person, before their id.
const USER: &str = "com.cloudflare.api.user.";

/// What is known of the pasted token.
#[derive(Clone, Debug)]
pub(crate) struct Inspected {
    /// Speaks as the pasted token.
    pub client: Client,
    /// The set of tokens that it belongs to, and that the narrow one will.
    pub owner: Owner,
    /// Cloudflare's id of it.
    pub token_id: String,
    /// Itself as Cloudflare lists it, where it could be read: needed to change it.
    pub own: Option<Token>,
    /// Accounts that it sees.
    pub accounts: Vec<Account>,
    /// Permission groups that can be granted.
    pub catalogue: Catalogue,
    /// Tokens that exist, where known, and the most there may be.
    pub used: Option<u32>,
    /// The most tokens there may be.
    pub limit: u32,
    /// The first of them, as far as they were listed.
    pub listed: Vec<Token>,
}

impl Inspected {
    /// The same, and what Cloudflare calls the requests that are made through it.
    pub(crate) fn listening(&self) -> (Self, Heard) {
        let (client, heard) = self.client.listening();
        let same = Self {
            client,
            ..self.clone()
        };
        (same, heard)
    }

    /// User or account.
    pub(crate) fn kind(&self) -> TokenKind {
        self.owner.kind()
    }

    /// The person whose token it is, by Cloudflare's id, where its own policy names them.
    pub(crate) fn person(&self) -> Option<&str> {
        let policies = self.own.iter().flat_map(|own| &own.policies);
        policies
            .flat_map(|policy| policy.resources.0.keys())
            .find_map(|resource| resource.strip_prefix(USER))
    }

    /// Whether it belongs to whoever made these tokens. A person does not see the tokens of another member of the same
    /// account, so that "not found" tells something only where this holds.
    pub(crate) async fn is_of(&self, maker: &Maker) -> Result<bool, Error> {
        if self.kind() == TokenKind::Account {
            return Ok(true);
        }
        if let (Some(person), Some(made)) = (self.person(), &maker.person) {
            return Ok(person == made);
        }
        for id in &maker.tokens {
            if *id == self.token_id {
                return Ok(true);
            }
            match self.client.token(&self.owner, id).await {
                Ok(_) => return Ok(true),
                Err(error) if matches!(error.kind, Kind::NotFound | Kind::NoRoute) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    /// Refuses where there is no room for another token.
    pub(crate) fn room(&self) -> Result<(), Problem> {
        match self.used {
            Some(used) if used >= self.limit => Err(full(self.limit, &self.owner)),
            _ => Ok(()),
        }
    }
}

/// Asks who the token behind `client` is. `account` is an account id that the person named, if any; `account_token`
/// is what the value's shape hints at.
pub(crate) async fn inspect(
    client: Client,
    account: Option<&str>,
    account_token: bool,
) -> Result<Inspected, Problem> {
    if let (true, Some(account)) = (account_token, account) {
        let accounts = vec![Account {
            id: account.to_owned(),
            name: account.to_owned(),
        }];
        let (answers, seen) = tokio::join!(
            ask(&client, Owner::Account(account.to_owned())),
            client.accounts()
        );
        let accounts = seen
            .ok()
            .filter(|seen| !seen.is_empty())
            .unwrap_or(accounts);
        return judge(
            client,
            Owner::Account(account.to_owned()),
            answers,
            Ok(accounts),
        );
    }
    let (answers, accounts) = tokio::join!(ask(&client, Owner::User), client.accounts());
    match &answers.verified {
        // An account's token is unknown on the user's path, and lists its account all the same.
        Err(error) if error.kind == Kind::UnknownToken => match (account, accounts) {
            (Some(named), seen) => {
                inspect_account(client, named.to_owned(), seen.unwrap_or_default()).await
            }
            (None, Ok(seen)) => match seen.first().map(|first| first.id.clone()) {
                Some(first) => inspect_account(client, first, seen).await,
                None => Err(answers
                    .verified
                    .err()
                    .map_or_else(no_account, |error| error.problem())),
            },
            (None, Err(error)) if error.kind == Kind::AccountsUnsupported => {
                Err(account_id_needed())
            }
            (None, Err(_)) => Err(error.problem()),
        },
        Err(error) => Err(error.problem()),
        Ok(_) => judge(client, Owner::User, answers, accounts),
    }
}

async fn inspect_account(
    client: Client,
    account: String,
    seen: Vec<Account>,
) -> Result<Inspected, Problem> {
    let owner = Owner::Account(account.clone());
    let answers = ask(&client, owner.clone()).await;
    let accounts = if seen.is_empty() {
        vec![Account {
            id: account.clone(),
            name: account,
        }]
    } else {
        seen
    };
    judge(client, owner, answers, Ok(accounts))
}

struct Answers {
    verified: Result<Verified, Error>,
    groups: Result<Vec<PermissionGroup>, Error>,
    tokens: Result<TokenList, Error>,
}

async fn ask(client: &Client, owner: Owner) -> Answers {
    let (verified, groups, tokens) = tokio::join!(
        client.verify(&owner),
        client.permission_groups(&owner),
        client.tokens(&owner, None)
    );
    Answers {
        verified,
        groups,
        tokens,
    }
}

fn judge(
    client: Client,
    owner: Owner,
    answers: Answers,
    accounts: Result<Vec<Account>, Error>,
) -> Result<Inspected, Problem> {
    let verified = answers.verified.map_err(|error| error.problem())?;
    if let Some(problem) = lifeless(&verified.status) {
        return Err(problem);
    }
    let accounts = accounts.map_err(|error| error.problem())?;
    if accounts.is_empty() {
        return Err(no_account());
    }
    let groups = answers.groups.map_err(|error| match error.kind {
        Kind::NotPermitted | Kind::NoTokenManagement | Kind::UserAuthNotFound => {
            cannot_mint(&owner, &error)
        }
        _ => error.problem(),
    })?;
    let (own, used, listed) = match answers.tokens {
        Ok(list) => {
            let used = list.total.or_else(|| u32::try_from(list.tokens.len()).ok());
            let own = list.tokens.iter().find(|token| token.id == verified.id);
            (own.cloned(), used, list.tokens)
        }
        Err(error) if error.kind == Kind::NotPermitted || error.kind == Kind::NoTokenManagement => {
            return Err(cannot_mint(&owner, &error));
        }
        // The list is for the fuse and for recognising our own token; a mint can do without.
        Err(_) => (None, None, Vec::new()),
    };
    let limit = owner.quota();
    if own
        .as_ref()
        .is_some_and(|token| !can_write_tokens(token, &groups))
    {
        return Err(only_reads_tokens());
    }
    let catalogue = Catalogue::from(groups);
    Ok(Inspected {
        client,
        owner,
        token_id: verified.id,
        own,
        accounts,
        catalogue,
        used,
        limit,
        listed,
    })
}

/// Whether one of its policies allows making tokens. Where the policy cannot be read, the mint itself will tell.
fn can_write_tokens(token: &Token, groups: &[PermissionGroup]) -> bool {
    let names = |id: &str| {
        groups
            .iter()
            .find(|group| group.id == id)
            .map(|group| group.name.as_str())
    };
    let mut known = false;
    for policy in &token.policies {
        for group in &policy.permission_groups {
            let name = group.name.as_deref().or_else(|| names(&group.id));
            known |= name.is_some();
            if name.is_some_and(manages_tokens) {
                return true;
            }
        }
    }
    !known
}

fn lifeless(status: &TokenStatus) -> Option<Problem> {
    let (code, message) = match status {
        TokenStatus::Active => return None,
        TokenStatus::Disabled => (
            "token-disabled",
            "This token is switched off at Cloudflare.",
        ),
        TokenStatus::Expired => ("token-expired", "This token's time is over."),
        TokenStatus::Exposed => (
            "token-exposed",
            "Cloudflare found this token in public and revoked it. Look into how it got out.",
        ),
        TokenStatus::Other(_) => ("token-inactive", "This token is not active at Cloudflare."),
    };
    Some(
        Problem::new(
            code,
            message,
            "Make a new token through the token page and paste it.",
            Next::OpenTokenPage,
        )
        .with_evidence(format!(
            "verify answered with status \"{}\"",
            status.as_str()
        )),
    )
}

fn account_id_needed() -> Problem {
    Problem::new(
        "account-id-needed",
        "Cloudflare does not tell this account token's account.",
        "Name the account, or make a user token instead.",
        Next::OpenTokenPage,
    )
}

fn cannot_mint(owner: &Owner, error: &Error) -> Problem {
    let row = match owner {
        Owner::User => "User · API Tokens · Edit",
        Owner::Account(_) => "Account · API Tokens · Edit",
    };
    Problem::new(
        "cannot-mint",
        format!("This token may not make other tokens: it lacks the row \"{row}\"."),
        "Open the token page and create the token from the prefilled form, then paste that one.",
        Next::OpenTokenPage,
    )
    .with_evidence(error.problem().evidence.unwrap_or_default())
}

fn only_reads_tokens() -> Problem {
    Problem::new(
        "cannot-mint",
        "This token may read the list of tokens, but not make one: its row says Read where Edit is needed.",
        "Open the token page and create the token from the prefilled form, then paste that one.",
        Next::OpenTokenPage,
    )
}

fn full(limit: u32, owner: &Owner) -> Problem {
    let whose = match owner {
        Owner::User => "You have",
        Owner::Account(_) => "The account has",
    };
    Problem::new(
        "token-quota",
        format!("{whose} {limit} tokens, the most that Cloudflare allows."),
        "Delete a token that nothing uses in Cloudflare's list, then try again.",
        Next::OpenTokenList,
    )
}
