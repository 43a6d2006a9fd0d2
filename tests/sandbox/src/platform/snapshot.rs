//! All that the platform knows as one document, and back: sign-ins as hashes, token values sealed.
//!
//! A platform with another sealing key takes it as well, and then cannot open the values.

use data_encoding::HEXLOWER;
use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{Connection as Db, params_from_iter};
use serde_json::{Map, Value, json};

use super::{Error, Platform};

/// Each table, those that others refer to first.
const TABLES: [&str; 7] = [
    "device",
    "signed_in",
    "spent",
    "session",
    "connection",
    "extra",
    "answer",
];

impl Platform {
    /// Every row of every table; bytes as `{"hex": …}`.
    pub(crate) fn snapshot(&self) -> Result<Value, Error> {
        self.shared.database.transact(|db| {
            let tables = TABLES.map(|table| rows(db, table).map(|rows| (table.to_owned(), rows)));
            let tables: Result<Map<_, _>, _> = tables.into_iter().collect();
            Ok(Value::Object(tables?))
        })
    }

    /// Puts a snapshot in the place of everything that is known; nothing changes where it does not fit.
    pub(crate) fn restore(&self, snapshot: &Value) -> Result<(), Error> {
        self.shared.database.transact(|db| {
            for table in TABLES.iter().rev() {
                db.execute(&format!("DELETE FROM {table}"), [])?;
            }
            for table in TABLES {
                for row in snapshot[table].as_array().into_iter().flatten() {
                    fill(db, table, row)?;
                }
            }
            Ok(())
        })
    }
}

fn rows(db: &Db, table: &str) -> rusqlite::Result<Value> {
    let mut all = db.prepare(&format!("SELECT * FROM {table} ORDER BY rowid"))?;
    let names: Vec<String> = all.column_names().map(str::to_owned).collect();
    let rows = all.query_map([], |row| {
        let mut written = Map::new();
        for name in &names {
            written.insert(name.clone(), write(row.get_ref(name.as_str())?));
        }
        Ok(Value::Object(written))
    })?;
    rows.collect()
}

fn fill(db: &Db, table: &str, row: &Value) -> rusqlite::Result<()> {
    let row: Vec<_> = row.as_object().into_iter().flatten().collect();
    let names: Vec<String> = row.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let marks = vec!["?"; names.len()].join(", ");
    db.execute(
        &format!(
            "INSERT INTO {table} ({}) VALUES ({marks})",
            names.join(", ")
        ),
        params_from_iter(row.iter().map(|(_, value)| read(value))),
    )?;
    Ok(())
}

fn write(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(bytes) => json!({ "hex": HEXLOWER.encode(bytes) }),
    }
}

/// What is none of these becomes nothing, and a column that wants something refuses it.
fn read(value: &Value) -> Cell {
    let bytes = || HEXLOWER.decode(value["hex"].as_str()?.as_bytes()).ok();
    match value {
        Value::Number(number) => number.as_i64().map_or(Cell::Null, Cell::Integer),
        Value::String(text) => Cell::Text(text.clone()),
        _ => bytes().map_or(Cell::Null, Cell::Blob),
    }
}
