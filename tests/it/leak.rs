//! Looks for values where they must not be, in each form in which a program may have written them.

use std::path::{Path, PathBuf};

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use memchr::memmem;

/// Values that must not be found, each with a name to tell it by.
pub(crate) struct Secrets(Vec<(&'static str, Vec<Vec<u8>>)>);

impl Secrets {
    /// These values. A short one would be found by chance.
    pub(crate) fn new(values: &[(&'static str, &str)]) -> Self {
        let forms = |&(name, value): &(&'static str, &str)| {
            assert!(value.len() >= 16, "{name} is long enough to be looked for");
            (name, forms(value.as_bytes()))
        };
        Self(values.iter().map(forms).collect())
    }

    /// Names of those that `bytes` hold in any form.
    pub(crate) fn within(&self, bytes: &[u8]) -> Vec<&'static str> {
        let held = |forms: &[Vec<u8>]| forms.iter().any(|form| holds(bytes, form));
        let found = self.0.iter().filter(|(_, forms)| held(forms));
        found.map(|(name, _)| *name).collect()
    }

    /// Those that lie in a file below `folder`, or in a file's name.
    pub(crate) fn below(&self, folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for file in files(folder) {
            let mut bytes = std::fs::read(&file).unwrap_or_default();
            bytes.extend(file.to_string_lossy().as_bytes());
            let names = self.within(&bytes).into_iter();
            found.extend(names.map(|name| format!("{name} in {}", file.display())));
        }
        found
    }
}

/// Whether `bytes` hold `part`.
pub(crate) fn holds(bytes: &[u8], part: &[u8]) -> bool {
    memmem::find(bytes, part).is_some()
}

/// Regular files below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).expect("a folder");
    for entry in entries.map(|entry| entry.expect("an entry")) {
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            found.extend(files(&entry.path()));
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    found
}

fn forms(value: &[u8]) -> Vec<Vec<u8>> {
    let text = std::str::from_utf8(value).expect("text");
    let decimals = |part: &str| {
        let numbers: Vec<String> = value.iter().map(u8::to_string).collect();
        numbers.join(part).into_bytes()
    };
    let mut forms = vec![
        value.to_vec(),
        value.iter().rev().copied().collect(),
        HEXLOWER.encode(value).into(),
        HEXUPPER.encode(value).into(),
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        decimals(","),
        decimals(", "),
    ];
    // In base64 a value looks different by where in a longer text it begins; its ends depend on its neighbours.
    for before in 0..3 {
        let padded = [&vec![0; before][..], value].concat();
        for encoding in [BASE64_NOPAD, BASE64URL_NOPAD] {
            let mut form = encoding.encode(&padded).into_bytes();
            form.drain(..[0, 2, 3][before]);
            form.truncate(form.len() - usize::from(padded.len() % 3 != 0));
            forms.push(form);
        }
    }
    forms
}

#[test]
fn each_form_is_found() {
    let value = "cfut_AbCdEfGhIjKlMnOpQrStUvWxYz?>>>~~~";
    let secrets = Secrets::new(&[("value", value)]);
    let wrapped = |before: &str| format!("{before}{value}, and more").into_bytes();
    for text in [
        wrapped(""),
        HEXLOWER.encode(&wrapped("a")).into(),
        BASE64_NOPAD.encode(&wrapped("")).into(),
        BASE64_NOPAD.encode(&wrapped("a")).into(),
        BASE64URL_NOPAD.encode(&wrapped("ab")).into(),
        format!("{:?}", wrapped("a")).into(),
        value.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ] {
        let shown = String::from_utf8_lossy(&text);
        assert_eq!(secrets.within(&text), ["value"], "{shown}");
    }
    assert_eq!(
        secrets.within(&value.as_bytes()[1..]),
        [""; 0],
        "and only the whole"
    );
}
