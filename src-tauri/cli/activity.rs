//! `narrows activity`

use narrows_core::keep::activity;
use narrows_core::problem::Problem;
use narrows_core::run::App;
use narrows_core::story::{ActivityRow, ChainReport};
use serde_json::{Map, json};

use super::args::Activity;
use super::{exit, print};

/// Shows, checks or exports the log.
pub(crate) async fn activity(app: &App, wanted: &Activity) -> Result<u8, Problem> {
    let mut told = Map::new();
    let mut chain: Option<ChainReport> = None;
    if let Some(path) = &wanted.export {
        let export = activity::export(app, path).await?;
        told.insert("export".to_owned(), json!(export.path));
        chain = Some(export.chain);
    } else if wanted.verify {
        chain = Some(activity::verify(app).await?);
    } else {
        let search = wanted.search.as_deref();
        let page = activity::page(app, search, None, 0, wanted.limit).await?;
        if wanted.output.json {
            told.insert("rows".to_owned(), json!(page.rows));
            told.insert("total".to_owned(), json!(page.total));
        } else {
            page.rows.iter().for_each(row);
            print::out(format!("{} of {} rows", page.rows.len(), page.total));
        }
    }
    if let Some(chain) = &chain {
        told.insert("chain".to_owned(), json!(chain));
    }
    if wanted.output.json {
        print::object(&told);
    } else {
        if let Some(path) = told.get("export").and_then(|path| path.as_str()) {
            print::out(format!("Written to {path}"));
        }
        if let Some(chain) = &chain {
            print::out(&chain.sentence);
        }
    }
    Ok(match chain {
        Some(chain) if !chain.holds => exit::STOPPED,
        _ => exit::DONE,
    })
}

fn row(row: &ActivityRow) {
    let request = row.request.as_ref();
    let request = request.map_or_else(String::new, |id| format!("  [{id}]"));
    print::out(format!(
        "{:>6}  {}  {:<20} {}: {}{request}",
        row.seq, row.at, row.what, row.subject, row.result
    ));
}
