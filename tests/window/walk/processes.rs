//! The processes that a driver has started, and those that they have started.

use std::collections::HashMap;
use std::process::{Command, Stdio};

/// A process and everything below it.
pub(crate) fn family(root: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for (child, parent) in all() {
        children.entry(parent).or_default().push(child);
    }
    let mut family = vec![root];
    let mut at = 0;
    while let Some(&member) = family.get(at) {
        family.extend(children.remove(&member).unwrap_or_default());
        at += 1;
    }
    family
}

/// Ends exactly these.
pub(crate) fn end(family: &[u32]) {
    // Those that are gone already make it complain.
    let _ = Command::new("kill")
        .arg("-KILL")
        .args(family.iter().map(u32::to_string))
        .stderr(Stdio::null())
        .status();
}

/// Proportional share of memory in MiB: what is shared between processes counts once.
pub(crate) fn memory(family: &[u32]) -> f64 {
    let kib: u64 = family
        .iter()
        .filter_map(|process| std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok())
        .filter_map(|rollup| {
            let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        })
        .sum();
    f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0
}

/// What a process was started with: its arguments and its environment.
pub(crate) fn started_with(process: u32) -> Vec<u8> {
    ["cmdline", "environ"]
        .iter()
        .filter_map(|file| std::fs::read(format!("/proc/{process}/{file}")).ok())
        .flatten()
        .collect()
}

fn all() -> impl Iterator<Item = (u32, u32)> {
    std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let process = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
            // The name, in brackets, may hold blanks; state and parent come after it.
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?;
            Some((process, parent.parse().ok()?))
        })
}
