//! Looking for a secret where none may be.

use std::path::{Path, PathBuf};

/// Files below `folder` that hold `secret`, in the two ways in which text is stored.
pub(crate) fn files_with(folder: &Path, secret: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // What is taken away between the two looks holds nothing any more.
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let kind = entry.file_type().expect("a kind of file");
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file()
                && std::fs::read(&path).is_ok_and(|bytes| holds(&bytes, secret))
            {
                found.push(path);
            }
        }
    }
    found
}

/// Whether the bytes hold the secret as UTF-8, or as the UTF-16 of a browser's storage.
pub(crate) fn holds(bytes: &[u8], secret: &str) -> bool {
    let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [secret.as_bytes(), &wide]
        .iter()
        .any(|form| bytes.windows(form.len()).any(|window| window == *form))
}
