//! A SQLite file as text that makes it anew, and back.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::{Connection as Db, OpenFlags};

/// Statements that make the same file: its version, tables, rows, counters and indices, a statement a line but for the
/// tables.
pub(super) fn dump(file: &Path) -> String {
    // Not read-only: what the killed process left in the side file belongs to it.
    let db = Db::open(file).expect("the records open");
    let version: i64 = db
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .expect("a version");
    let mut text = String::from("PRAGMA foreign_keys = OFF;\nBEGIN;\n");
    let tables = list(
        &db,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
    );
    for table in &tables {
        let sql = format!("SELECT sql || ';' FROM sqlite_schema WHERE name = '{table}'");
        text.extend(list(&db, &sql));
        text.push('\n');
    }
    for table in &tables {
        text.extend(rows(&db, table));
    }
    // The rows above have counted as well.
    text.push_str("DELETE FROM sqlite_sequence;\n");
    text.extend(rows(&db, "sqlite_sequence"));
    for index in list(
        &db,
        "SELECT sql || ';' FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
    ) {
        text.push_str(&index);
        text.push('\n');
    }
    let _ = writeln!(text, "PRAGMA user_version = {version};\nCOMMIT;");
    text
}

fn rows(db: &Db, table: &str) -> Vec<String> {
    let columns = list(
        db,
        &format!("SELECT name FROM pragma_table_info('{table}')"),
    );
    let quoted: Vec<String> = columns
        .iter()
        .map(|name| format!("quote(\"{name}\")"))
        .collect();
    let sql = format!(
        "SELECT 'INSERT INTO {table} VALUES(' || {} || ');' || char(10) FROM {table} ORDER BY rowid",
        quoted.join(" || ',' || ")
    );
    list(db, &sql)
}

fn list(db: &Db, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).expect("a query");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|row| row.expect("text")).collect()
}

/// Makes a file from a dump. Like the product's own it has a write-ahead log.
pub(super) fn load(file: &Path, text: &str) {
    let db = Db::open(file).expect("a new file");
    db.pragma_update(None, "journal_mode", "WAL")
        .expect("a write-ahead log");
    db.execute_batch(text).expect("the dump is read");
}

/// Runs that have not ended.
pub(super) fn open_runs(file: &Path) -> Vec<String> {
    list(&reader(file), "SELECT id FROM run WHERE ended IS NULL")
}

/// The journal's lines, by step and phase.
pub(super) fn lines(file: &Path) -> Vec<String> {
    list(
        &reader(file),
        "SELECT step || ' ' || phase FROM journal ORDER BY seq",
    )
}

/// What a file is made of: its version and every table and index, as text.
pub(super) fn shape(file: &Path) -> (i64, Vec<String>) {
    let db = reader(file);
    let version = db.pragma_query_value(None, "user_version", |row| row.get(0));
    let parts = list(
        &db,
        "SELECT name || ': ' || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name",
    );
    (version.expect("a version"), parts)
}

/// What a setting is set to.
pub(super) fn setting(file: &Path, name: &str) -> String {
    let db = reader(file);
    db.query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| {
        row.get(0)
    })
    .expect("the setting")
}

fn reader(file: &Path) -> Db {
    Db::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the records open")
}
