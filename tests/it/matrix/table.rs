//! What the matrices print: runs, ends, and what was wrong.

use std::collections::BTreeMap;
use std::fmt;

/// Counts by row and column.
#[derive(Debug, Default)]
pub(super) struct Table {
    counts: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Table {
    pub(super) fn count(&mut self, row: impl Into<String>, column: impl Into<String>) {
        *self
            .counts
            .entry(row.into())
            .or_default()
            .entry(column.into())
            .or_default() += 1;
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (row, columns) in &self.counts {
            let all: usize = columns.values().sum();
            let parts: Vec<String> = columns
                .iter()
                .map(|(column, count)| format!("{count} {column}"))
                .collect();
            writeln!(f, "{row:<48} {all:>5}: {}", parts.join(", "))?;
        }
        Ok(())
    }
}
