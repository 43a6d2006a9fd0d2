//! Commands of the wizard.

use narrows_core::cards;
use narrows_core::cloudflare::TokenKind;
use narrows_core::connect::Connect;
use narrows_core::problem::{Next, Problem};
use narrows_core::profile::Profile;
use narrows_core::run::{App, brand_link, own_token_list};
use narrows_core::secret::Secret;
use narrows_core::story::{
    About, Choices, Inspection, Outcome, Pasted, Person, Prepared, Preview, Progress, SignInPrompt,
    TokenPage, ZoneChoice,
};
use narrows_core::vault::Vault;
use tauri::State;
use tauri::ipc::Channel;

use super::desk::{Desk, forward, out_of_order};
use super::task::Task;
use super::{browser, clipboard};

type Answer<T> = Result<T, Problem>;

#[tauri::command]
pub(crate) async fn about(desk: State<'_, Desk>) -> Answer<About> {
    Ok(cards::about(desk.app()?))
}

#[tauri::command]
pub(crate) async fn prepare(
    desk: State<'_, Desk>,
    profile: String,
    platform_address: Option<String>,
) -> Answer<Prepared> {
    let profile = Profile::load(&profile)?;
    let begin = |app: &App| Connect::begin(app, profile, platform_address.as_deref());
    desk.begin(|app| Ok(Task::Connect(Box::new(begin(app)?))))
        .await
}

#[tauri::command]
pub(crate) async fn choose_file_vault(
    desk: State<'_, Desk>,
    passphrase: Secret,
) -> Answer<Prepared> {
    let app = desk.app()?;
    let vault = Vault::file(app.sealed_file(), passphrase)
        .await
        .map_err(|error| error.problem())?;
    app.use_vault(vault);
    app.remember_sealed_file()?;
    Ok(desk.approach().await?.prepare().await)
}

#[tauri::command]
pub(crate) async fn sign_in_start(desk: State<'_, Desk>) -> Answer<SignInPrompt> {
    let (prompt, waiting) = desk.approach().await?.begin_sign_in().await?;
    desk.put_link("sign-in", prompt.verification_uri.clone());
    desk.put_sign_in(Some(waiting));
    Ok(prompt)
}

#[tauri::command]
pub(crate) async fn sign_in_wait(desk: State<'_, Desk>) -> Answer<Person> {
    let waiting = desk.take_sign_in().ok_or_else(out_of_order)?;
    let cancel = desk.new_cancel();
    let signed_in = tokio::select! {
        () = cancel.cancelled() => return Err(sign_in_cancelled()),
        signed_in = waiting.wait() => signed_in?,
    };
    Ok(desk.approach().await?.signed_in(signed_in))
}

#[tauri::command]
pub(crate) async fn sign_in_cancel(desk: State<'_, Desk>) -> Answer<()> {
    desk.put_sign_in(None);
    desk.cancel();
    Ok(())
}

#[tauri::command]
pub(crate) async fn token_pages(desk: State<'_, Desk>) -> Answer<Vec<TokenPage>> {
    let pages = pages(&desk).await?;
    for page in &pages {
        desk.put_link(page_of(page.kind), page.link.clone());
    }
    Ok(pages)
}

#[tauri::command]
pub(crate) async fn open_page(desk: State<'_, Desk>, page: String) -> Answer<()> {
    let link = link_of(&desk, &page)?;
    browser::open(desk.app()?, desk.link("platform").as_deref(), &link)
}

/// Opens a page that a profile names: its support, or the documentation of that number.
#[tauri::command]
pub(crate) async fn open_brand_link(profile: String, doc: Option<usize>) -> Answer<()> {
    browser::show(&brand_link(&profile, doc)?)
}

#[tauri::command]
pub(crate) async fn copy_link(desk: State<'_, Desk>, page: String) -> Answer<()> {
    let link = link_of(&desk, &page)?;
    clipboard::write(&desk, link)
}

#[tauri::command]
pub(crate) async fn copy_rows(desk: State<'_, Desk>, kind: TokenKind) -> Answer<()> {
    let pages = pages(&desk).await?;
    let page = pages
        .into_iter()
        .find(|page| page.kind == kind)
        .ok_or_else(out_of_order)?;
    let rows: Vec<String> = page.rows.into_iter().map(|row| row.dashboard).collect();
    clipboard::write(
        &desk,
        format!(
            "{}\n{}\n{}",
            page.token_name,
            rows.join("\n"),
            page.resources
        ),
    )
}

#[tauri::command]
pub(crate) async fn paste_clipboard(desk: State<'_, Desk>) -> Answer<Pasted> {
    let text = clipboard::read(&desk)?;
    let whole = text.duplicate();
    let mut pasted = take(&desk, text).await?;
    pasted.clipboard_cleared = clipboard::clear(&desk, &whole);
    Ok(pasted)
}

#[tauri::command]
pub(crate) async fn paste_typed(desk: State<'_, Desk>, text: Secret) -> Answer<Pasted> {
    // Whoever pastes into the field has the token in the clipboard as well.
    let whole = text.duplicate();
    let mut pasted = take(&desk, text).await?;
    pasted.clipboard_cleared = clipboard::clear(&desk, &whole);
    Ok(pasted)
}

/// Gives what was pasted to whoever waits for it.
async fn take(desk: &Desk, text: Secret) -> Answer<Pasted> {
    if let Some(several) = desk.several().await.as_mut() {
        return several.paste(&text)?.ok_or_else(out_of_order);
    }
    desk.approach().await?.paste(text)
}

async fn pages(desk: &Desk) -> Answer<Vec<TokenPage>> {
    if let Some(several) = desk.several().await.as_ref() {
        return several.token_pages();
    }
    desk.approach().await?.token_pages()
}

#[tauri::command]
pub(crate) async fn inspect(desk: State<'_, Desk>) -> Answer<Inspection> {
    let (inspected, list) = if let Some(several) = desk.several().await.as_mut() {
        (several.inspect().await, several.pasted_list())
    } else {
        let mut approach = desk.approach().await?;
        (approach.inspect(None).await, approach.pasted_list())
    };
    // The task forgets the token before a person may want to find it there.
    if let Some(list) = list {
        desk.put_link(PASTED_LIST, list);
    }
    inspected
}

#[tauri::command]
pub(crate) async fn zones(
    desk: State<'_, Desk>,
    account: Option<String>,
) -> Answer<Option<Vec<ZoneChoice>>> {
    let mut task = desk.part(Task::connect).await?;
    task.choosing()?.zones(account.as_deref()).await
}

#[tauri::command]
pub(crate) async fn preview(desk: State<'_, Desk>, choices: Choices) -> Answer<Preview> {
    let mut task = desk.part(Task::connect).await?;
    let mut choosing = task.choosing()?;
    choosing.look_up_zones(&choices).await?;
    choosing.preview(&choices)
}

#[tauri::command]
pub(crate) async fn connect(
    desk: State<'_, Desk>,
    choices: Choices,
    progress: Channel<Progress>,
) -> Answer<Outcome> {
    let cancel = desk.new_cancel();
    let (sender, forward) = forward(progress);
    let mut task = desk.part(Task::connect).await?;
    desk.set_connecting(true);
    let outcome = task.connect(&choices, Some(sender), &cancel).await;
    desk.set_connecting(false);
    let _ = forward.await;
    Ok(outcome)
}

#[tauri::command]
pub(crate) async fn cancel(desk: State<'_, Desk>) -> Answer<()> {
    desk.cancel();
    Ok(())
}

fn page_of(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::User => "token-page-user",
        TokenKind::Account => "token-page-account",
    }
}

/// Cloudflare's list in which the token that was pasted last is found.
const PASTED_LIST: &str = "pasted-list";

/// Where a page lies. Before anything was pasted, the list of a person's own tokens is the likeliest.
fn link_of(desk: &Desk, page: &str) -> Answer<String> {
    match desk.link(page) {
        None if page == PASTED_LIST => Ok(own_token_list(desk.app()?)),
        link => link.ok_or_else(out_of_order),
    }
}

fn sign_in_cancelled() -> Problem {
    Problem::new(
        "sign-in-cancelled",
        "The sign-in was stopped.",
        "Start it again when you like.",
        Next::SignIn,
    )
}
