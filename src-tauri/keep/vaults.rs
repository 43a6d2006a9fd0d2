//! The vaults: what is kept in which, and the move of everything from one to the other.
//!
//! A move copies first, proves each copy by reading it back, writes down where everything rests now, and only then
//! deletes what was copied. Wherever it stops before that, the copies are taken back and nothing has moved; where it
//! stops after, an old copy is left behind, and the same move once more takes it away.

use crate::problem::{Next, Problem};
use crate::record::Connection;
use crate::run::items::{delete, name, of, word};
use crate::run::note::note;
use crate::run::{App, Cut, app, hold, kept};
use crate::secret::Secret;
use crate::steps::prepare;
use crate::story::{ItemState, KeptItem, Moved, VaultPanel, VaultReport, VaultState};
use crate::vault::{Item, Vault, VaultKind};

/// Looks into the vaults. Names only: no value is read.
pub async fn panel(app: &App) -> Result<VaultPanel, Problem> {
    let known = connections(app)?;
    let locked = app.remembered_vault().err();
    let (vault, problem) = if let Some(problem) = locked {
        let report = VaultReport {
            kind: VaultKind::File,
            store: app.sealed_file().display().to_string(),
            persists: Some(true),
            self_test_ms: None,
            sealed_file: app.sealed_file().exists(),
        };
        (report, Some(problem))
    } else {
        let (mut report, tested) = prepare::vault(app).await;
        report.self_test_ms = tested.as_ref().ok().copied();
        (report, tested.err())
    };
    let (items, notices) = look(app, &known, &vault, problem.as_ref()).await;
    Ok(VaultPanel {
        state: state(problem.as_ref()),
        vault,
        problem,
        tested_on: (app.now)().to_string(),
        sealed_file: app.sealed_file().display().to_string(),
        items,
        notices,
    })
}

fn state(problem: Option<&Problem>) -> VaultState {
    match problem.map(|problem| problem.code.as_str()) {
        None => VaultState::Open,
        Some("keychain-locked" | "keychain-silent" | "passphrase-needed") => VaultState::Locked,
        Some(_) => VaultState::Failed,
    }
}

/// What is in each vault beside what should be there.
async fn look(
    app: &App,
    known: &[Connection],
    chosen: &VaultReport,
    problem: Option<&Problem>,
) -> (Vec<KeptItem>, Vec<String>) {
    let (mut items, mut notices) = (Vec::new(), Vec::new());
    let open = app.vault();
    for place in [VaultKind::Keychain, VaultKind::File] {
        let expected: Vec<Item> = known
            .iter()
            .filter(|connection| connection.vault == word(place))
            .flat_map(tokens)
            .collect();
        let in_use = chosen.kind == place;
        let found = match place {
            // A keychain that nothing is said to rest in is not asked: it could ask a person for a password.
            VaultKind::Keychain if !in_use && expected.is_empty() => continue,
            VaultKind::Keychain if in_use && problem.is_some() => None,
            VaultKind::Keychain => listed(&app.keychain(), &mut notices).await,
            VaultKind::File if open.kind() == VaultKind::File => listed(&open, &mut notices).await,
            VaultKind::File if !app.sealed_file().exists() && expected.is_empty() => continue,
            VaultKind::File => {
                notices
                    .push("The sealed file is locked, so what is in it is not listed.".to_owned());
                None
            }
        };
        for item in &expected {
            let state = match &found {
                None => ItemState::Unseen,
                Some(found) if found.contains(item) => ItemState::Kept,
                Some(_) => ItemState::Missing,
            };
            items.push(describe(item, known, place, state));
        }
        for item in found.unwrap_or_default() {
            if !expected.contains(&item) {
                let used = match &item {
                    Item::Session { platform } => known
                        .iter()
                        .any(|connection| connection.platform_address.as_ref() == Some(platform)),
                    _ => false,
                };
                let state = if used && in_use {
                    ItemState::Kept
                } else {
                    ItemState::Stray
                };
                items.push(describe(&item, known, place, state));
            }
        }
    }
    (items, notices)
}

async fn listed(vault: &Vault, notices: &mut Vec<String>) -> Option<Vec<Item>> {
    match vault.names().await {
        Ok(names) => {
            names.map(|names| names.iter().filter_map(|name| Item::called(name)).collect())
        }
        Err(error) => {
            let problem = error.problem();
            notices.push(format!(
                "What is kept could not be listed. {}",
                problem.message
            ));
            None
        }
    }
}

/// Moves everything that is kept into the other vault. `passphrase` opens or makes the sealed file, where that is not
/// open already.
pub async fn move_vault(
    app: &App,
    to: VaultKind,
    passphrase: Option<Secret>,
) -> Result<Moved, Problem> {
    let _lock = app
        .record
        .lock_all()
        .map_err(|error| error.problem())?
        .ok_or_else(hold::another_run)?;
    let (source, target) = match to {
        VaultKind::File => (Some(app.keychain()), sealed(app, passphrase).await?),
        VaultKind::Keychain if app.sealed_file().exists() => {
            (Some(sealed(app, passphrase).await?), app.keychain())
        }
        VaultKind::Keychain => (None, app.keychain()),
    };
    target
        .self_test()
        .await
        .map_err(|error| unmoved(error.problem(), &[]))?;
    let known = connections(app)?;
    let mut copies = Vec::new();
    if let Some(source) = &source {
        let items = everything(app, source, &known)
            .await
            .map_err(|problem| unmoved(problem, &[]))?;
        for item in items {
            match copy(app, source, &target, &item, &known).await {
                Ok(Some(copy)) => copies.push(copy),
                Ok(None) => {}
                Err(problem) => {
                    let left = take_back(&target, copies, &known).await;
                    return Err(unmoved(problem, &left));
                }
            }
        }
    }
    if let Err(problem) = app.remember_move(to) {
        let left = take_back(&target, copies, &known).await;
        return Err(unmoved(problem, &left));
    }
    app.use_vault(target);
    note(app, "choose vault", word(to), "chosen", None);

    let moved: Vec<String> = copies.iter().map(|copy| name(&copy.item, &known)).collect();
    let (mut left, mut problem) = (Vec::new(), None);
    if let Some(source) = &source {
        for copy in &copies {
            if let Err(met) = delete(app, source, &copy.item, &known).await {
                left.push(name(&copy.item, &known));
                problem = Some(met);
            }
        }
        if left.is_empty() && source.remove_if_empty().await.is_err() {
            tracing::warn!("an empty sealed file was not removed");
        }
    }
    Ok(Moved {
        to,
        sentence: told(to, &moved, &left),
        moved,
        left,
        problem,
    })
}

fn told(to: VaultKind, moved: &[String], left: &[String]) -> String {
    let to = in_words(to);
    if !left.is_empty() {
        return format!(
            "Everything rests in {to} now, but old copies could not be deleted: {}. Move once more to try again.",
            left.join(", ")
        );
    }
    match moved.len() {
        0 => format!("There was nothing to move. New tokens go into {to} from now on."),
        1 => format!(
            "One item rests in {to} now. It was read back and compared before the old copy was deleted."
        ),
        count => format!(
            "{count} items rest in {to} now. Each was read back and compared before its old copy was deleted."
        ),
    }
}

/// A copy that was made, and what stood in its place before.
struct Copied {
    item: Item,
    before: Option<Secret>,
    /// Whether it was there already, the same.
    same: bool,
}

async fn copy(
    app: &App,
    source: &Vault,
    target: &Vault,
    item: &Item,
    known: &[Connection],
) -> Result<Option<Copied>, Problem> {
    let subject = name(item, known);
    let Some(value) = kept::read_in(app, source, item, &subject).await? else {
        return Ok(None);
    };
    let before = kept::read_in(app, target, item, &subject).await?;
    let same = before.as_ref().is_some_and(|before| before.same_as(&value));
    if !same {
        // It answers only once the value was read back and found equal.
        let put = target
            .put(item, &value)
            .await
            .map_err(|error| error.problem());
        let result = match &put {
            Ok(()) => format!("in {}, read back and compared", word(target.kind())),
            Err(problem) => problem.code.clone(),
        };
        note(
            app,
            &format!("copy {}", kept::kind(item)),
            &subject,
            &result,
            None,
        );
        if let Err(problem) = put {
            // What did not read back may be there all the same.
            restore(target, item, before.as_ref()).await;
            return Err(problem);
        }
    }
    Ok(Some(Copied {
        item: item.clone(),
        before,
        same,
    }))
}

async fn restore(target: &Vault, item: &Item, before: Option<&Secret>) -> bool {
    match before {
        Some(before) => target.put(item, before).await.is_ok(),
        None => target.delete(item).await.is_ok(),
    }
}

/// Takes copies back; names of those for which that failed.
async fn take_back(target: &Vault, copies: Vec<Copied>, known: &[Connection]) -> Vec<String> {
    let mut left = Vec::new();
    for copy in copies.into_iter().filter(|copy| !copy.same) {
        if !restore(target, &copy.item, copy.before.as_ref()).await {
            left.push(name(&copy.item, known));
        }
    }
    if left.is_empty() && target.remove_if_empty().await.is_err() {
        tracing::warn!("an empty sealed file was not removed");
    }
    left
}

/// Everything that is in a vault, and where it cannot list, everything that should be.
pub(crate) async fn everything(
    app: &App,
    vault: &Vault,
    known: &[Connection],
) -> Result<Vec<Item>, Problem> {
    if let Some(names) = vault.names().await.map_err(|error| error.problem())? {
        return Ok(names.iter().filter_map(|name| Item::called(name)).collect());
    }
    let mut items: Vec<Item> = known.iter().flat_map(tokens).collect();
    let retired = known.iter().flat_map(|connection| {
        let tokens = connection.extra_tokens();
        tokens.filter_map(|token| Some(item(connection, token.token_id.as_deref()?)))
    });
    for item in retired {
        if !items.contains(&item) {
            items.push(item);
        }
    }
    for run in app.record.unfinished().map_err(|error| error.problem())? {
        for item in Cut::read(app, run)?.items() {
            if !items.contains(&item) {
                items.push(item);
            }
        }
    }
    for connection in known {
        if let Some(platform) = connection.platform_address.clone() {
            let session = Item::Session { platform };
            if !items.contains(&session) {
                items.push(session);
            }
        }
    }
    Ok(items)
}

async fn sealed(app: &App, passphrase: Option<Secret>) -> Result<Vault, Problem> {
    let open = app.vault();
    if open.kind() == VaultKind::File {
        return Ok(open);
    }
    let passphrase = passphrase.ok_or_else(app::passphrase_needed)?;
    Vault::file(app.sealed_file(), passphrase)
        .await
        .map_err(|error| error.problem())
}

pub(crate) fn connections(app: &App) -> Result<Vec<Connection>, Problem> {
    app.record.connections().map_err(|error| error.problem())
}

/// What should be there of a connection: its narrow token, and those of their own beside it.
fn tokens(connection: &Connection) -> Vec<Item> {
    let extras = connection.extras_in_use();
    [connection.token_id.as_str()]
        .into_iter()
        .chain(extras)
        .map(|token| item(connection, token))
        .collect()
}

pub(crate) fn item(connection: &Connection, token: &str) -> Item {
    Item::Token {
        connection: connection.id.clone(),
        token: token.to_owned(),
    }
}

fn describe(item: &Item, known: &[Connection], place: VaultKind, state: ItemState) -> KeptItem {
    let of = of(item, known);
    KeptItem {
        what: match item {
            Item::Token { token, .. } => of
                .and_then(|connection| extra_of(connection, token))
                .unwrap_or("Narrow token"),
            Item::Session { .. } => "Session at the platform",
            Item::SelfTest(_) => "Value of a self-test",
        }
        .to_owned(),
        name: name(item, known),
        account: of.map(|connection| connection.account_name.clone()),
        place,
        state,
    }
}

/// What a token of its own is called, if it is one.
fn extra_of<'a>(connection: &'a Connection, token: &str) -> Option<&'a str> {
    let mut extras = connection.extras.iter();
    let has = |extra: &&crate::record::Extra| {
        let mut tokens = extra.tokens.iter();
        tokens.any(|one| one.token_id.as_deref() == Some(token))
    };
    extras.find(has).map(|extra| extra.label.as_str())
}

fn in_words(kind: VaultKind) -> &'static str {
    match kind {
        VaultKind::Keychain => "the keychain",
        VaultKind::File => "the sealed file",
    }
}

/// What kept a move from happening, with where everything is.
fn unmoved(problem: Problem, left: &[String]) -> Problem {
    let copies = if left.is_empty() {
        String::new()
    } else {
        format!(" Copies could not be taken back: {}.", left.join(", "))
    };
    Problem {
        message: format!(
            "Nothing was moved; everything is still kept where it was.{copies} {}",
            problem.message
        ),
        // Choosing another vault is what was just tried.
        next: match problem.next {
            Next::ChooseVault
                if problem.code != "passphrase-wrong" && problem.code != "passphrase-short" =>
            {
                Next::Retry
            }
            next => next,
        },
        ..problem
    }
}
