//! Taking a narrow token back on all three sides: at the platform, at Cloudflare, and here.
//!
//! Disconnecting and undoing a run are the same walk: the platform first, so that it does not go on with a token that is
//! about to die; then Cloudflare; then this computer, which has to keep the value for as long as Cloudflare has to be
//! asked with it. Each side is noted before and after, so that the walk can be taken up wherever it was cut off, and
//! walking it again does nothing twice.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::json;
use tokio::time::sleep;

use super::inspect::Inspected;
use crate::cloudflare::{Account, Client, Credential, Error, Kind, Life, Owner, TokenKind};
use crate::http::{Base, Heard};
use crate::platform;
use crate::platform::Platform;
use crate::problem::{Next, Problem};
use crate::run::course::{DISCONNECT, Fact, Facts};
use crate::run::effect::{FORGET, PLATFORM, REVOKE};
use crate::run::{App, Cut, Journal, Link, Maker, Report, kept, session};
use crate::secret::Secret;
use crate::story::{Step, StepState, Truth, TruthState, Truths};
use crate::vault::{Item, VaultKind};

/// The code of a pasted token that is somebody else's.
pub(crate) const OTHER_OWNER: &str = "other-owner";

/// What is said of a pasted token that is another person's, or another account's, than the narrow one.
pub(crate) fn other_owner() -> Problem {
    Problem::new(
        OTHER_OWNER,
        "The pasted token belongs to somebody else than the narrow one, so it cannot delete it.",
        "Make the one-time token as the person, or in the account, that the connection was made with.",
        Next::OpenTokenPage,
    )
}

/// How long Cloudflare may take to refuse a token that was deleted.
const BOUND: Duration = Duration::from_secs(15);

const GAP: Duration = Duration::from_millis(250);

/// How often the list is read for a token of which only the name is known.
const LOOKS: u32 = 3;

const LOOK_GAP: Duration = Duration::from_millis(700);

/// What is to be taken back.
pub(crate) struct Bond {
    /// The connection's id.
    pub connection: String,
    /// The platform's name.
    pub platform: String,
    /// Its address, where it holds the token or may hold it.
    pub address: Option<String>,
    /// The platform's id of the person whose connection it is, where that is known.
    pub person: Option<String>,
    /// The account.
    pub account: Account,
    /// Kind of the token.
    pub kind: TokenKind,
    /// Tokens that exist or may exist: their names, and Cloudflare's ids where known.
    pub tokens: Vec<(String, Option<String>)>,
    /// Ids of the tokens whose values may be kept here, also of those that are gone.
    pub copies: Vec<String>,
    /// Whose tokens they are.
    pub maker: Maker,
    /// Where the values are kept.
    pub vault: VaultKind,
    /// The journal's word for the end of one of them.
    pub word: &'static str,
}

/// What it is taken back with.
pub(crate) struct Means<'a> {
    /// The platform, where the person is signed in already.
    pub link: Option<&'a Link>,
    /// The pasted token.
    pub broad: Option<&'a Inspected>,
    /// Whether everything is to be forgotten here, also what is still open.
    pub forget: bool,
    /// Who hears how it goes.
    pub report: &'a Report,
}

impl Bond {
    /// What the journal says; nothing where it was cut off before anything was decided.
    pub(crate) fn of(cut: &Cut) -> Option<Self> {
        let nominated = cut.nominated.as_ref()?;
        let mut tokens: Vec<_> = cut
            .traces()
            .into_iter()
            .map(|trace| (trace.name, trace.id))
            .collect();
        let mut copies = cut.made();
        for left in &nominated.rotations {
            tokens.extend(left.tokens.iter().cloned());
            copies.extend(left.copies.iter().cloned());
        }
        let extras = cut.extras();
        tokens.extend(extras.iter().cloned());
        // The last copy is that of the narrow token.
        copies.splice(0..0, cut.extra_copies());
        if let Some(was) = &nominated.was {
            tokens.push((was.token_name.clone(), Some(was.token_id.clone())));
            copies.push(was.token_id.clone());
        }
        let mut seen = HashSet::new();
        tokens.retain(|(name, id)| seen.insert(name.clone()) && !cut.revoked(name, id.as_deref()));
        let held = nominated.was.is_some() || cut.intended("deliver");
        Some(Self {
            connection: nominated.connection.clone(),
            platform: nominated.platform.clone(),
            address: nominated.platform_address.clone().filter(|_| held),
            person: nominated.person().map(str::to_owned),
            account: nominated.account()?,
            kind: nominated.kind,
            tokens,
            copies,
            maker: cut.maker(),
            vault: cut.vault(),
            word: REVOKE,
        })
    }

    /// The set of tokens that the narrow one belongs to.
    pub(crate) fn owner(&self) -> Owner {
        match self.kind {
            TokenKind::User => Owner::User,
            TokenKind::Account => Owner::Account(self.account.id.clone()),
        }
    }

    fn item(&self, token: &str) -> Item {
        Item::Token {
            connection: self.connection.clone(),
            token: token.to_owned(),
        }
    }

    /// The kept value of one of its tokens.
    pub(crate) async fn value(&self, app: &App, token: &str) -> Result<Option<Secret>, Problem> {
        let vault = app.vault_of(self.vault)?;
        kept::read_in(app, &vault, &self.item(token), &self.connection).await
    }
}

/// Takes everything back that can be, and says where each side stands.
pub(crate) async fn part(
    app: &App,
    journal: &Journal,
    cut: &Cut,
    bond: &Bond,
    means: &Means<'_>,
) -> Truths {
    let told = |step: Step, truth: Truth| {
        let state = match truth.state {
            TruthState::None => StepState::Skipped,
            open if open.is_open() => StepState::Warned,
            _ => StepState::Done,
        };
        means.report.tell(step, state, truth.sentence.clone());
        truth
    };
    means.report.began(Step::Platform);
    let platform = told(
        Step::Platform,
        at_platform(app, journal, cut, bond, means).await,
    );
    // Off the list before the token dies: a run that is cut off must not leave a listed connection that cannot work.
    // The journal has what is needed to put it back.
    let unlisted = app.record.remove_connection(&bond.connection);
    let unlisted = unlisted.map_err(|error| error.problem());
    means.report.began(Step::Cloudflare);
    let off_the_list = Facts::NONE.when(Fact::Unlisted, unlisted.is_ok());
    let may = DISCONNECT.may(&journal.marks(), off_the_list, REVOKE);
    let cloudflare = match (&unlisted, may) {
        (Err(problem), Err(_)) => truth(TruthState::Open, None, problem.message.clone()),
        _ => at_cloudflare(app, journal, cut, bond, means).await,
    };
    let cloudflare = told(Step::Cloudflare, cloudflare);
    means.report.began(Step::Local);
    let local = match unlisted {
        Ok(_) => here(app, journal, bond, &cloudflare, means.forget).await,
        Err(problem) => truth(TruthState::Kept, None, problem.message),
    };
    Truths {
        platform,
        local: told(Step::Local, local),
        cloudflare,
    }
}

fn truth(state: TruthState, at: Option<Timestamp>, sentence: impl Into<String>) -> Truth {
    Truth {
        state,
        sentence: sentence.into(),
        at: at.map(|at| at.to_string()),
    }
}

async fn at_platform(
    app: &App,
    journal: &Journal,
    cut: &Cut,
    bond: &Bond,
    means: &Means<'_>,
) -> Truth {
    let name = &bond.platform;
    let Some(address) = &bond.address else {
        return truth(
            TruthState::None,
            None,
            "No platform holds the token: it was never delivered to one.",
        );
    };
    let deleted = |at| {
        truth(
            TruthState::Deleted,
            Some(at),
            format!("{name} has deleted the connection and its copy of the token."),
        )
    };
    if let Some(done) = cut.done(PLATFORM) {
        return deleted(done.at);
    }
    match delete_there(app, journal, bond, address, means.link).await {
        Ok(()) => deleted((app.now)()),
        Err(problem) => truth(
            TruthState::Queued,
            None,
            format!(
                "{name} was not told yet, and is asked again until it answers. {}",
                problem.message
            ),
        ),
    }
}

async fn delete_there(
    app: &App,
    journal: &Journal,
    bond: &Bond,
    address: &str,
    link: Option<&Link>,
) -> Result<(), Problem> {
    let link = if let Some(link) = link {
        session::lasting(app, link).await?
    } else {
        let platform = Platform::new(&app.http, Base::https_or_loopback(address)?);
        session::resume(app, &platform).await?.map(|(link, _)| link)
    };
    let link = link
        .ok_or_else(|| platform::Error::NotSignedIn("no session is kept".to_owned()).problem())?;
    link.is_of(bond.person.as_deref())?;
    let subject = json!({ "connection": bond.connection });
    journal.intent(PLATFORM, &subject)?;
    let (platform, heard) = link.platform.listening();
    let deleted = platform
        .delete_connection(&link.session, &bond.connection)
        .await;
    match deleted {
        // What it does not have, it has deleted.
        Ok(()) | Err(platform::Error::UnknownConnection(_)) => {
            journal.activity(
                "delete at the platform",
                &bond.platform,
                "deleted",
                Some(&heard),
            );
            journal.done(PLATFORM, &subject)
        }
        Err(error) => {
            let problem = error.problem();
            journal.activity(
                "delete at the platform",
                &bond.platform,
                &problem.code,
                Some(&heard),
            );
            journal.failed(PLATFORM, &json!({ "code": problem.code }))?;
            Err(problem)
        }
    }
}

async fn at_cloudflare(
    app: &App,
    journal: &Journal,
    cut: &Cut,
    bond: &Bond,
    means: &Means<'_>,
) -> Truth {
    // Those that were ended before this was taken up say themselves how that was seen.
    let (mut open, mut seen_refused) = (Vec::new(), cut.all_done(REVOKE, "seen"));
    for (name, id) in &bond.tokens {
        match revoke(app, journal, bond, means.broad, name, id.as_deref()).await {
            Ok(seen) => seen_refused &= seen,
            Err(sentence) => open.push(sentence),
        }
    }
    if !open.is_empty() {
        return truth(TruthState::Open, None, open.join(" "));
    }
    if bond.copies.is_empty() && bond.tokens.is_empty() {
        return truth(
            TruthState::None,
            None,
            "No token of this run is at Cloudflare.",
        );
    }
    let seen = cut.done(REVOKE).map(|entry| entry.at);
    truth(
        TruthState::Revoked,
        Some(seen.unwrap_or_else(app.now)),
        if seen_refused {
            "The token opens nothing any more: Cloudflare refuses it."
        } else {
            "The token was deleted, or is not there: Cloudflare's list has none of its name."
        },
    )
}

/// Ends one token, and tells whether it was seen refused or only gone from the list; otherwise the sentence that says
/// how it stands.
pub(crate) async fn revoke(
    app: &App,
    journal: &Journal,
    bond: &Bond,
    broad: Option<&Inspected>,
    name: &str,
    id: Option<&str>,
) -> Result<bool, String> {
    let value = match id {
        Some(id) => bond.value(app, id).await.map_err(|p| p.message)?,
        None => None,
    };
    let narrow = value.and_then(|value| app.cloudflare(Credential::Token(value)).ok());
    let subject = json!({ "token": id, "name": name });
    let ended = |seen: bool, heard: Option<&Heard>| {
        let how = if seen { "refused" } else { "deleted" };
        journal.activity("revoke token", name, how, heard);
        let ended = json!({ "token": id, "name": name, "seen": seen });
        journal
            .done(bond.word, &ended)
            .map(|()| seen)
            .map_err(|problem| problem.message)
    };
    // What Cloudflare refuses already needs nobody's token.
    let before = match &narrow {
        Some(narrow) => ask(narrow, &bond.owner()).await,
        None => Life::Unknown,
    };
    if before == Life::Refused {
        return ended(true, None);
    }
    let Some(broad) = broad else {
        return Err(match (narrow, before) {
            (Some(_), Life::Works) => format!(
                "The token \"{name}\" still works at Cloudflare. Delete it in Cloudflare's list of tokens, or paste a one-time token."
            ),
            (Some(_), _) => {
                format!("Cloudflare could not be asked whether the token \"{name}\" still works.")
            }
            (None, _) => format!(
                "The token \"{name}\" may exist at Cloudflare. Its value is not kept here, so only Cloudflare's list of tokens, or a one-time token, can tell."
            ),
        });
    };
    journal
        .intent(bond.word, &subject)
        .map_err(|problem| problem.message)?;
    let (broad, heard) = broad.listening();
    let ordered = match id {
        Some(id) => by_id(&broad, id).await,
        None => by_name(&broad, name).await,
    };
    let failed = |sentence: String, code: &str| {
        journal.activity("revoke token", name, code, Some(&heard));
        let _ = journal.failed(
            bond.word,
            &json!({ "token": id, "name": name, "code": code }),
        );
        Err(sentence)
    };
    let hidden = match ordered {
        Ok(true) => Ok(false),
        Ok(false) => broad.is_of(&bond.maker).await.map(|of| !of),
        Err(error) => Err(error),
    };
    let hidden = match hidden {
        Ok(hidden) => hidden,
        Err(error) => {
            let problem = error.problem();
            let sentence = format!(
                "The token \"{name}\" could not be deleted. {}",
                problem.message
            );
            return failed(sentence, &problem.code);
        }
    };
    let unseen = match &narrow {
        Some(narrow) => hidden && ask(narrow, &bond.owner()).await != Life::Refused,
        None => hidden,
    };
    if unseen {
        let sentence = format!(
            "The pasted token does not see the token \"{name}\": it is gone, or another person's. A one-time token of the person who connected the account tells."
        );
        return failed(sentence, "other-owner");
    }
    match narrow {
        // Only the token itself can tell for sure: another person's list would not have it either.
        Some(narrow) => {
            let end = Instant::now() + BOUND;
            while ask(&narrow, &bond.owner()).await != Life::Refused {
                if Instant::now() >= end {
                    let sentence = format!(
                        "The token \"{name}\" was to be deleted, but Cloudflare still takes it. Check again in a minute; if it stays so, it is not the pasted token's owner's."
                    );
                    return failed(sentence, "still-works");
                }
                sleep(GAP).await;
            }
            ended(true, Some(&heard))
        }
        None => ended(false, Some(&heard)),
    }
}

/// Deletes by id. Tells whether the token was there to be deleted.
async fn by_id(broad: &Inspected, id: &str) -> Result<bool, Error> {
    match broad.client.delete_token(&broad.owner, id).await {
        Err(error) if matches!(error.kind, Kind::NotFound | Kind::NoRoute) => Ok(false),
        answered => answered.map(|()| true),
    }
}

/// Deletes every token of exactly this name, looking more than once: a new one may be missing from the list. Tells
/// whether there was one.
async fn by_name(broad: &Inspected, name: &str) -> Result<bool, Error> {
    for look in 0..LOOKS {
        if look > 0 {
            sleep(LOOK_GAP).await;
        }
        let list = broad.client.tokens(&broad.owner, Some(name)).await?;
        let mut found = false;
        for token in list.tokens.iter().filter(|token| token.name == name) {
            by_id(broad, &token.id).await?;
            found = true;
        }
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Asks Cloudflare whether it takes a token, with the token itself.
pub(crate) async fn ask(narrow: &Client, owner: &Owner) -> Life {
    Life::of(&narrow.verify(owner).await)
}

async fn here(
    app: &App,
    journal: &Journal,
    bond: &Bond,
    cloudflare: &Truth,
    forget: bool,
) -> Truth {
    let place = match bond.vault {
        VaultKind::Keychain => "keychain",
        VaultKind::File => "sealed file",
    };
    let mut facts =
        Facts::of(&[Fact::Unlisted]).when(Fact::Unneeded, forget || !cloudflare.state.is_open());
    if !facts.has(Fact::Unneeded) {
        let mut kept = false;
        for id in &bond.copies {
            kept |= !matches!(bond.value(app, id).await, Ok(None));
        }
        facts = facts.when(Fact::Unneeded, !kept);
        if DISCONNECT.may(&journal.marks(), facts, FORGET).is_err() {
            return truth(
                TruthState::Kept,
                None,
                format!(
                    "The connection is off the list. The token's value stays in the {place}, so that Cloudflare can be asked whether it still works, and is deleted when it does not."
                ),
            );
        }
    }
    match forget_values(app, journal, bond).await {
        Ok(()) => truth(
            TruthState::Forgotten,
            Some((app.now)()),
            format!("The connection is off the list, and nothing of the token is in the {place}."),
        ),
        Err(problem) => truth(
            TruthState::Kept,
            None,
            format!(
                "The connection is off the list, but the token's value may still be in the {place}. {}",
                problem.message
            ),
        ),
    }
}

async fn forget_values(app: &App, journal: &Journal, bond: &Bond) -> Result<(), Problem> {
    let vault = app.vault_of(bond.vault)?;
    for id in &bond.copies {
        let subject = json!({ "token": id });
        journal.intent(FORGET, &subject)?;
        let deleted = vault.delete(&bond.item(id)).await;
        match deleted {
            Ok(was_there) => {
                let how = if was_there {
                    "deleted"
                } else {
                    "was not there"
                };
                journal.activity("forget token", &bond.connection, how, None);
                journal.done(FORGET, &subject)?;
            }
            Err(error) => {
                let problem = error.problem();
                journal.activity("forget token", &bond.connection, &problem.code, None);
                journal.failed(FORGET, &json!({ "token": id, "code": problem.code }))?;
                return Err(problem);
            }
        }
    }
    Ok(())
}

/// The kept value of a token, and what it says of the token.
pub(crate) async fn asked(
    app: &App,
    bond: &Bond,
    token: &str,
) -> (Result<Option<Secret>, Problem>, Life) {
    let value = bond.value(app, token).await;
    let answer = match &value {
        Ok(Some(value)) => match app.cloudflare(Credential::Token(value.duplicate())) {
            Ok(narrow) => ask(&narrow, &bond.owner()).await,
            Err(_) => Life::Unknown,
        },
        _ => Life::Unknown,
    };
    (value, answer)
}
