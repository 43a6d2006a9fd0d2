//! Commands of the doctor's screen.

use narrows_core::doctor::story::{Comparison, Diagnosis, DoctorOptions, DoctorProgress};
use narrows_core::doctor::{self, Given, Input, Subject, bundle};
use narrows_core::problem::{Next, Problem};
use narrows_core::secret::Secret;
use serde::{Deserialize, Serialize};
use tauri::State;
use tauri::ipc::Channel;
use tokio::sync::mpsc::unbounded_channel;

use super::clipboard;
use super::desk::{Desk, out_of_order};

type Answer<T> = Result<T, Problem>;

/// What the page asks for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Asked {
    source: Source,
    connection_id: Option<String>,
    text: Option<Secret>,
    profile: Option<String>,
    account: Option<String>,
    zones: Vec<String>,
    probe_writes: bool,
}

/// Where the credential comes from.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Source {
    Connection,
    Clipboard,
    Typed,
}

/// The last examination, held to be made once more. A pasted credential is wiped with it.
pub(crate) struct Exam {
    source: From,
    options: DoctorOptions,
    diagnosis: Diagnosis,
}

enum From {
    Connection(String),
    Pasted(Secret),
}

impl From {
    fn subject(&self) -> Subject {
        match self {
            Self::Connection(id) => Subject::Connection(id.clone()),
            Self::Pasted(text) => Subject::Given(Given::Token(text.duplicate())),
        }
    }
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

/// The two forms of the bundle.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Form {
    Json,
    Markdown,
}

#[tauri::command]
pub(crate) async fn doctor_examine(
    desk: State<'_, Desk>,
    input: Asked,
    progress: Channel<DoctorProgress>,
) -> Answer<Diagnosis> {
    // What was pasted before is wiped, whatever comes of this.
    desk.put_exam(None);
    let source = match (input.source, input.connection_id, input.text) {
        (Source::Connection, Some(id), _) => From::Connection(id),
        (Source::Clipboard, ..) => {
            let text = clipboard::read(&desk)?;
            clipboard::clear(&desk, &text);
            From::Pasted(text)
        }
        (Source::Typed, _, Some(text)) => From::Pasted(text),
        _ => return Err(out_of_order()),
    };
    let options = DoctorOptions {
        profile: input.profile,
        account: input.account,
        zones: input.zones,
        probe_writes: input.probe_writes,
        ..DoctorOptions::default()
    };
    let diagnosis = examine(&desk, &source, &options, Some(progress)).await?;
    desk.put_exam(Some(Exam {
        source,
        options,
        diagnosis: diagnosis.clone(),
    }));
    Ok(diagnosis)
}

#[tauri::command]
pub(crate) async fn doctor_again(desk: State<'_, Desk>) -> Answer<Again> {
    let exam = desk.take_exam().ok_or_else(nothing_examined)?;
    let examined = examine(&desk, &exam.source, &exam.options, None).await;
    let (exam, answer) = match examined {
        Ok(diagnosis) => {
            let comparison = doctor::compare(&exam.diagnosis, &diagnosis);
            let again = Again {
                diagnosis: diagnosis.clone(),
                comparison,
            };
            (Exam { diagnosis, ..exam }, Ok(again))
        }
        Err(problem) => (exam, Err(problem)),
    };
    desk.put_exam(Some(exam));
    answer
}

#[tauri::command]
pub(crate) async fn doctor_history(
    desk: State<'_, Desk>,
    connection_id: String,
) -> Answer<Vec<Diagnosis>> {
    let app = desk.app()?;
    let cards = doctor::history(app, Some(&connection_id))?;
    cards
        .iter()
        .map(|card| doctor::recall(app, &card.run))
        .collect()
}

#[tauri::command]
pub(crate) async fn doctor_copy_rows(desk: State<'_, Desk>) -> Answer<()> {
    let diagnosis = desk.diagnosis().ok_or_else(nothing_examined)?;
    let rows: Vec<String> = diagnosis
        .fix_rows
        .into_iter()
        .map(|row| row.dashboard)
        .collect();
    clipboard::write(&desk, rows.join("\n"))
}

#[tauri::command]
pub(crate) async fn doctor_bundle(desk: State<'_, Desk>, full_ids: bool) -> Answer<Preview> {
    let (made, secrets) = make(&desk, full_ids).await?;
    let (json, markdown) = bundle::render(&made, &secrets)?;
    Ok(Preview { json, markdown })
}

#[tauri::command]
pub(crate) async fn doctor_bundle_copy(
    desk: State<'_, Desk>,
    full_ids: bool,
    format: Form,
) -> Answer<()> {
    let (made, secrets) = make(&desk, full_ids).await?;
    let (json, markdown) = bundle::render(&made, &secrets)?;
    let text = match format {
        Form::Json => json,
        Form::Markdown => markdown,
    };
    clipboard::write(&desk, text)
}

#[tauri::command]
pub(crate) async fn doctor_bundle_save(desk: State<'_, Desk>, full_ids: bool) -> Answer<String> {
    let (made, secrets) = make(&desk, full_ids).await?;
    let app = desk.app()?;
    let downloads = directories::UserDirs::new()
        .and_then(|folders| folders.download_dir().map(std::path::Path::to_owned))
        .filter(|folder| folder.is_dir());
    let day = (app.now)().strftime("%Y-%m-%d-%H%M%S").to_string();
    let folder = downloads.unwrap_or_else(|| app.folder.clone());
    let path = folder.join(format!("narrows-support-{day}.json"));
    let written = bundle::write(&path, &made, &secrets)?;
    Ok(written.json.display().to_string())
}

async fn examine(
    desk: &Desk,
    source: &From,
    options: &DoctorOptions,
    progress: Option<Channel<DoctorProgress>>,
) -> Answer<Diagnosis> {
    let (sender, mut receiver) = unbounded_channel();
    let forward = tokio::spawn(async move {
        while let Some(line) = receiver.recv().await {
            if let Some(progress) = &progress {
                // A page that is gone does not end the examination.
                let _ = progress.send(line);
            }
        }
    });
    let input = Input {
        subject: source.subject(),
        second: None,
        options: options.clone(),
    };
    let cancel = desk.new_cancel();
    let examined = tokio::select! {
        () = cancel.cancelled() => Err(narrows_core::connect::cancelled()),
        examined = doctor::examine(desk.app()?, input, Some(sender)) => examined,
    };
    let _ = forward.await;
    let diagnosis = examined?;
    if let Some(link) = &diagnosis.fix_link {
        desk.put_link("fix-link", link.clone());
    }
    Ok(diagnosis)
}

async fn make(desk: &Desk, full_ids: bool) -> Answer<(bundle::Bundle, Vec<Secret>)> {
    let diagnosis = desk.diagnosis().ok_or_else(nothing_examined)?;
    let app = desk.app()?;
    let mut secrets = bundle::secrets(app, diagnosis.connection.as_deref()).await;
    secrets.extend(desk.examined_secret());
    Ok((bundle::make(app, &diagnosis, full_ids).await?, secrets))
}

impl Exam {
    pub(crate) fn diagnosis(&self) -> &Diagnosis {
        &self.diagnosis
    }

    /// The pasted credential, for the leak scanner to look for.
    pub(crate) fn secret(&self) -> Option<Secret> {
        match &self.source {
            From::Connection(_) => None,
            From::Pasted(text) => Some(text.duplicate()),
        }
    }
}

fn nothing_examined() -> Problem {
    Problem::new(
        "nothing-examined",
        "No token has been checked yet, or it was dropped meanwhile.",
        "Paste it again.",
        Next::PasteAgain,
    )
}
