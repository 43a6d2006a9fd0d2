//! Commands of the doctor's screen.

use std::sync::Arc;

use narrows_core::doctor::bundle::Form;
use narrows_core::doctor::story::{
    Against, Comparison, Diagnosis, DoctorOptions, DoctorProgress, SecondCard,
};
use narrows_core::doctor::{self, bundle};
use narrows_core::problem::{Next, Problem};
use narrows_core::secret::Secret;
use serde::{Deserialize, Serialize};
use tauri::ipc::Channel;
use tauri::{State, WebviewWindow};

use super::desk::{Desk, forward, out_of_order};
use super::exam::{Exam, From, Question};
use super::{clipboard, save};

type Answer<T> = Result<T, Problem>;

/// What the page asks for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Asked {
    source: Source,
    connection_id: Option<String>,
    text: Option<Secret>,
    second: Second,
    second_text: Option<Secret>,
    against: Against,
    with: Vec<String>,
    account: Option<String>,
    zones: Vec<String>,
    probe_writes: bool,
    watch: bool,
}

/// Where the credential comes from.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Source {
    Connection,
    Clipboard,
    Typed,
}

/// Where the second, more powerful credential comes from.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Second {
    None,
    /// From the clipboard, before.
    Pasted,
    Typed,
}

/// A second credential that was taken from the clipboard.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PastedSecond {
    card: SecondCard,
    clipboard_cleared: bool,
}

/// What an examination found, and what became of the clipboard where a token was pasted or typed.
#[derive(Serialize)]
pub(crate) struct Examined {
    #[serde(flatten)]
    diagnosis: Diagnosis,
    clipboard_cleared: Option<bool>,
}

/// A diagnosis that was made once more.
#[derive(Serialize)]
pub(crate) struct Again {
    diagnosis: Diagnosis,
    comparison: Comparison,
}

/// The support bundle, as it would be written.
#[derive(Serialize)]
pub(crate) struct Preview {
    json: String,
    markdown: String,
}

#[tauri::command]
pub(crate) async fn doctor_second_paste(desk: State<'_, Desk>) -> Answer<PastedSecond> {
    let text = clipboard::read(&desk)?;
    let card = doctor::second_card(&text)?;
    let clipboard_cleared = clipboard::clear(&desk, &text);
    desk.put_second(Some(text));
    Ok(PastedSecond {
        card,
        clipboard_cleared,
    })
}

#[tauri::command]
pub(crate) async fn doctor_second_forget(desk: State<'_, Desk>) -> Answer<()> {
    desk.put_second(None);
    Ok(())
}

#[tauri::command]
pub(crate) async fn doctor_examine(
    desk: State<'_, Desk>,
    input: Asked,
    progress: Channel<DoctorProgress>,
) -> Answer<Examined> {
    // What was pasted before is wiped, whatever comes of this.
    desk.put_exam(None);
    let kept = desk.take_second();
    let second = match (input.second, input.second_text) {
        (Second::None, _) => None,
        (Second::Pasted, _) => Some(kept.ok_or_else(second_dropped)?),
        (Second::Typed, Some(text)) => Some(text),
        (Second::Typed, None) => return Err(out_of_order()),
    };
    let source = match (input.source, input.connection_id, input.text) {
        (Source::Connection, Some(id), _) => From::Connection(id),
        (Source::Clipboard, ..) => From::Pasted(clipboard::read(&desk)?),
        (Source::Typed, _, Some(text)) => From::Pasted(text),
        _ => return Err(out_of_order()),
    };
    let clipboard_cleared = match &source {
        From::Connection(_) => None,
        From::Pasted(text) => Some(clipboard::clear(&desk, text)),
    };
    let asked = Question {
        source,
        second,
        options: DoctorOptions {
            against: input.against,
            with: input.with,
            account: input.account,
            zones: input.zones,
            probe_writes: input.probe_writes,
            watch: input.watch,
            ..DoctorOptions::default()
        },
    };
    let diagnosis = examine(&desk, &asked, progress).await?;
    desk.put_exam(Some(Exam {
        asked: Arc::new(asked),
        diagnosis: diagnosis.clone(),
    }));
    Ok(Examined {
        diagnosis,
        clipboard_cleared,
    })
}

#[tauri::command]
pub(crate) async fn doctor_again(
    desk: State<'_, Desk>,
    progress: Channel<DoctorProgress>,
) -> Answer<Again> {
    let exam = desk.exam().ok_or_else(nothing_examined)?;
    let diagnosis = examine(&desk, &exam.asked, progress).await?;
    let comparison = doctor::compare(&exam.diagnosis, &diagnosis);
    desk.replace_exam(
        &exam,
        Exam {
            asked: Arc::clone(&exam.asked),
            diagnosis: diagnosis.clone(),
        },
    );
    Ok(Again {
        diagnosis,
        comparison,
    })
}

#[tauri::command]
pub(crate) async fn doctor_history(desk: State<'_, Desk>, run: String) -> Answer<Vec<Diagnosis>> {
    doctor::earlier(desk.app()?, &run)
}

#[tauri::command]
pub(crate) async fn doctor_copy_rows(desk: State<'_, Desk>) -> Answer<()> {
    let exam = desk.exam().ok_or_else(nothing_examined)?;
    let rows = exam.diagnosis.fix_rows.iter();
    let rows: Vec<&str> = rows.map(|row| row.dashboard.as_str()).collect();
    clipboard::write(&desk, rows.join("\n"))
}

#[tauri::command]
pub(crate) async fn doctor_bundle(desk: State<'_, Desk>, full_ids: bool) -> Answer<Preview> {
    let exam = desk.exam().ok_or_else(nothing_examined)?;
    let (made, secrets) = make(&desk, &exam, full_ids).await?;
    let (json, markdown) = bundle::render(&made, &secrets)?;
    Ok(Preview { json, markdown })
}

#[tauri::command]
pub(crate) async fn doctor_bundle_copy(
    desk: State<'_, Desk>,
    full_ids: bool,
    format: Form,
) -> Answer<()> {
    let exam = desk.exam().ok_or_else(nothing_examined)?;
    let (made, secrets) = make(&desk, &exam, full_ids).await?;
    let (json, markdown) = bundle::render(&made, &secrets)?;
    let text = match format {
        Form::Json => json,
        Form::Markdown => markdown,
    };
    clipboard::write(&desk, text)
}

/// Answers with the file's path; with nothing where the person thought better of it.
#[tauri::command]
pub(crate) async fn doctor_bundle_save(
    desk: State<'_, Desk>,
    window: WebviewWindow,
    full_ids: bool,
    format: Form,
) -> Answer<Option<String>> {
    let run = desk
        .exam()
        .map(|exam| exam.diagnosis.run.clone())
        .ok_or_else(nothing_examined)?;
    let time = (desk.app()?.now)().strftime("%Y-%m-%d-%H%M%S");
    let name = format!("narrows-support-{time}.{}", format.ending());
    let Some(path) = save::ask(&window, "Save the support bundle", &name).await else {
        return Ok(None);
    };
    // Secrets are not held while the dialog stands open, so the diagnosis may be gone by now, or be another one.
    let exam = desk.exam().filter(|exam| exam.diagnosis.run == run);
    let exam = exam.ok_or_else(nothing_examined)?;
    let (made, secrets) = make(&desk, &exam, full_ids).await?;
    bundle::write_as(&path, format, &made, &secrets)?;
    Ok(Some(path.display().to_string()))
}

async fn examine(
    desk: &Desk,
    asked: &Question,
    progress: Channel<DoctorProgress>,
) -> Answer<Diagnosis> {
    let (sender, forward) = forward(progress);
    let cancel = desk.new_cancel();
    let examined = tokio::select! {
        () = cancel.cancelled() => Err(narrows_core::run::cancelled()),
        examined = doctor::examine(desk.app()?, asked.input(), Some(sender)) => examined,
    };
    let _ = forward.await;
    let diagnosis = examined?;
    desk.put_link("examined-list", doctor::token_list(desk.app()?, &diagnosis));
    if let Some(link) = &diagnosis.fix_link {
        desk.put_link("fix-link", link.clone());
    }
    Ok(diagnosis)
}

async fn make(desk: &Desk, exam: &Exam, full_ids: bool) -> Answer<(bundle::Bundle, Vec<Secret>)> {
    let app = desk.app()?;
    let diagnosis = &exam.diagnosis;
    let mut secrets = bundle::secrets(app, diagnosis.connection.as_deref()).await;
    secrets.extend(exam.asked.secrets());
    Ok((bundle::make(app, diagnosis, full_ids).await?, secrets))
}

fn nothing_examined() -> Problem {
    Problem::new(
        "nothing-examined",
        "No token has been checked yet, or it was dropped meanwhile.",
        "Paste it again.",
        Next::PasteAgain,
    )
}

fn second_dropped() -> Problem {
    Problem::new(
        "second-credential",
        "The second credential was dropped meanwhile.",
        "Paste it again, or leave it out.",
        Next::ChangeChoices,
    )
}
