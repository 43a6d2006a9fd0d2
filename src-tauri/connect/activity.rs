//! The activity: what was done, to be read, searched, checked, and handed to somebody else who checks it again.

use std::fs::OpenOptions;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::Path;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use url::Url;

use super::app::App;
use crate::problem::{Next, Problem};
use crate::record::{Activity, Chain, Error, Line};

/// Most rows of one page.
pub const MOST: u32 = 1000;

/// One thing that was done, as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ActivityRow {
    /// Its place: 1, 2, 3 and so on.
    pub seq: u32,
    /// When (RFC 3339, UTC, to the millisecond).
    pub at: String,
    /// The run that did it, where it was part of one.
    pub run: Option<String>,
    /// What was done, such as "mint token".
    pub what: String,
    /// To what, such as the token's name.
    pub subject: String,
    /// How it went, such as "made".
    pub result: String,
    /// The other side's id of the request, such as Cloudflare's ray.
    pub request: Option<String>,
    /// The hash over this row and the hash before it, in lower-case hexadecimal.
    pub hash: String,
}

impl From<Line> for ActivityRow {
    fn from(line: Line) -> Self {
        Self {
            seq: place(line.seq),
            at: line.at,
            run: line.run,
            what: line.what,
            subject: line.subject,
            result: line.result,
            request: line.request,
            hash: line.hash,
        }
    }
}

/// A part of the log, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ActivityPage {
    /// Its rows.
    pub rows: Vec<ActivityRow>,
    /// Rows that there are in all, or in which the searched words stand.
    pub total: u32,
    /// The newest place that this list knows; given back, later pages fit to this one.
    pub newest: u32,
}

/// What a check of the whole chain found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ChainReport {
    /// Whether every hash is what it should be.
    pub holds: bool,
    /// Rows that are there.
    pub rows: u32,
    /// The first place where the chain does not hold; nothing where all of it does.
    pub first_bad: Option<u32>,
    /// Milliseconds that the check took.
    pub elapsed_ms: u32,
    /// In a sentence.
    pub sentence: String,
}

/// A log that was written to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ActivityExport {
    /// The file's path.
    pub path: String,
    /// The check of what was written.
    pub chain: ChainReport,
}

/// Writes one line of the log, outside of any run. A line that cannot be written stops nothing.
pub(crate) fn note(app: &App, what: &str, subject: &str, result: &str, request: Option<String>) {
    let line = Activity {
        at: (app.now)(),
        run: None,
        what: what.to_owned(),
        subject: subject.to_owned(),
        result: result.to_owned(),
        request,
    };
    if let Err(error) = app.record.log(&line) {
        tracing::warn!(
            code = error.problem().code,
            "a line of the activity was not written"
        );
    }
}

/// At most `limit` rows after the first `offset`, newest first; with `search`, of those in which the words stand.
///
/// `newest` is that of the first page, so that rows which are added meanwhile shift nothing.
pub async fn page(
    app: &App,
    search: Option<&str>,
    newest: Option<u32>,
    offset: u32,
    limit: u32,
) -> Result<ActivityPage, Problem> {
    let record = app.record.clone();
    let search = search
        .map(|words| words.trim().to_owned())
        .filter(|words| !words.is_empty());
    aside(move || {
        let page = record
            .activity_page(
                search.as_deref(),
                newest.map(i64::from),
                offset,
                limit.min(MOST),
            )
            .map_err(|error| error.problem())?;
        Ok(ActivityPage {
            rows: page.lines.into_iter().map(ActivityRow::from).collect(),
            total: u32::try_from(page.total).unwrap_or(u32::MAX),
            newest: place(page.newest),
        })
    })
    .await
}

/// Computes every hash of the log again.
pub async fn verify(app: &App) -> Result<ChainReport, Problem> {
    let record = app.record.clone();
    aside(move || {
        let began = Instant::now();
        let chain = record.verify_chain().map_err(|error| error.problem())?;
        Ok(report(chain, began))
    })
    .await
}

/// Writes the whole log, oldest first, to a new file that its owner alone can read: a JSON object a line, as
/// `docs/activity.md` says. A file that is there already is left alone.
pub async fn export(app: &App, path: &Path) -> Result<ActivityExport, Problem> {
    let record = app.record.clone();
    let path = path.to_owned();
    aside(move || {
        let began = Instant::now();
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| unopened(&error))?;
        let mut file = BufWriter::new(file);
        let chain = record
            .each_activity(|line| write(&mut file, &line))
            .and_then(|chain| {
                let file = file.into_inner().map_err(|error| {
                    Wrong::File(std::io::Error::new(error.error().kind(), error.to_string()))
                })?;
                file.sync_all().map_err(Wrong::File)?;
                Ok(chain)
            });
        match chain {
            Ok(chain) => Ok(ActivityExport {
                path: path.display().to_string(),
                chain: report(chain, began),
            }),
            Err(wrong) => {
                // Half a log would pass for a shorter one.
                let _ = std::fs::remove_file(&path);
                Err(wrong.problem())
            }
        }
    })
    .await
}

/// The same in the place of whatever is there: for a person who was asked about that.
pub async fn export_over(app: &App, path: &Path) -> Result<ActivityExport, Problem> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.part"));
    // Left by one that was cut off.
    let _ = std::fs::remove_file(&draft);
    let export = export(app, &draft).await?;
    std::fs::rename(&draft, path).map_err(|error| {
        let _ = std::fs::remove_file(&draft);
        unopened(&error)
    })?;
    Ok(ActivityExport {
        path: path.display().to_string(),
        ..export
    })
}

/// A name for an exported log that no earlier export has, as long as there is one a second.
pub fn export_name(app: &App) -> String {
    let day = (app.now)().strftime("%Y-%m-%d-%H%M%S");
    format!("narrows-activity-{day}.jsonl")
}

/// Cloudflare's own log of what was done in the account of a connection.
pub fn audit_log(app: &App, connection: &str) -> Result<Url, Problem> {
    let unknown = super::redeliver::unknown_connection;
    let known = app
        .record
        .connection(connection)
        .map_err(|error| error.problem())?
        .ok_or_else(unknown)?;
    app.addresses
        .dashboard
        .join(&format!("/{}/audit-log", known.account_id))
        .map_err(|_| unknown())
}

fn write(file: &mut impl Write, line: &Line) -> Result<(), Wrong> {
    serde_json::to_writer(&mut *file, line).map_err(|error| Wrong::File(error.into()))?;
    file.write_all(b"\n").map_err(Wrong::File)
}

enum Wrong {
    Record(Error),
    File(std::io::Error),
}

impl From<Error> for Wrong {
    fn from(error: Error) -> Self {
        Self::Record(error)
    }
}

impl Wrong {
    fn problem(&self) -> Problem {
        match self {
            Self::Record(error) => error.problem(),
            Self::File(error) => unwritable(&error.to_string()),
        }
    }
}

fn unopened(error: &std::io::Error) -> Problem {
    if error.kind() == ErrorKind::AlreadyExists {
        return Problem::new(
            "export-exists",
            "There is a file of this name already, and it was left as it is.",
            "Name another file.",
            Next::ChangeChoices,
        );
    }
    unwritable(&error.to_string())
}

fn unwritable(why: &str) -> Problem {
    Problem::new(
        "export-unwritable",
        "The activity could not be written to the file.",
        "Name a file in a folder that you may write to and that has room.",
        Next::ChangeChoices,
    )
    .with_evidence(why)
}

fn report(chain: Chain, began: Instant) -> ChainReport {
    let rows = u32::try_from(chain.rows).unwrap_or(u32::MAX);
    let first_bad = chain.first_bad.map(place);
    let sentence = match first_bad {
        None => format!("Every hash of {rows} rows is what it should be."),
        Some(bad) if bad > rows => {
            format!("Row {bad} is missing: rows were cut off the end of the log.")
        }
        Some(bad) => format!(
            "The chain breaks at row {bad}: that row was changed, removed or put in between. Rows before it hold."
        ),
    };
    ChainReport {
        holds: first_bad.is_none(),
        rows,
        first_bad,
        elapsed_ms: u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX),
        sentence,
    }
}

fn place(seq: i64) -> u32 {
    u32::try_from(seq.max(0)).unwrap_or(u32::MAX)
}

/// Works where it may block.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(unwritable(&error.to_string())))
}
