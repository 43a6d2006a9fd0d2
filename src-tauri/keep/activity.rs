//! The activity: what was done, to be read, searched, checked, and handed to somebody else who checks it again.

use std::fs::OpenOptions;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::Path;
use std::time::Instant;

use url::Url;

use crate::problem::{Next, Problem};
use crate::record::{Chain, Error, Line};
use crate::run::{App, known};
use crate::story::{ActivityExport, ActivityPage, ActivityRow, ChainReport};

/// Most rows of one page.
pub const MOST: u32 = 1000;

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
    let unknown = known::unknown_connection;
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
