//! Exit codes, as `narrows --help` and the README list them.

use narrows_core::problem::{Next, Problem};

/// Done.
pub(crate) const DONE: u8 = 0;
/// Stopped by something expected, or something needs the user.
pub(crate) const STOPPED: u8 = 1;
/// The pasted token cannot be used.
pub(crate) const TOKEN: u8 = 2;
/// No answer, or no confirmation.
pub(crate) const UNKNOWN: u8 = 3;
/// Wrong usage.
pub(crate) const USAGE: u8 = 64;
/// A fault of Narrows itself.
pub(crate) const FAULT: u8 = 70;

/// The exit code of a problem: what helps says what kind of problem it is. `tests/it/golden/problems.txt` lists them all.
pub(crate) fn of(problem: &Problem) -> u8 {
    let code = problem.code.as_str();
    if ARGUMENTS.contains(&code) {
        return USAGE;
    }
    match problem.next {
        Next::PasteAgain | Next::OpenTokenPage => TOKEN,
        Next::Retry if code == "no-randomness" => FAULT,
        // What we would have given away is our own mistake.
        Next::Home if code == "bundle-leak" => FAULT,
        Next::Retry if CERTAIN.contains(&code) || code.starts_with("record-") => STOPPED,
        Next::Retry | Next::DeliverAgain => UNKNOWN,
        Next::OpenTokenList
        | Next::SignIn
        | Next::ChooseVault
        | Next::ChangeChoices
        | Next::StartOver
        | Next::Home => STOPPED,
    }
}

/// Problems of what was given to the command, which another token or another try does not mend.
const ARGUMENTS: [&str; 37] = [
    "account-id",
    "account-needed",
    "account-unseen",
    "address-refused",
    "address-unlimited",
    "address-unreadable",
    "bundle-unwritable",
    "condition-unknown",
    "connection-unknown",
    "environment-empty",
    "environment-unreadable",
    "expiry-past",
    "expiry-unreadable",
    "export-exists",
    "export-unwritable",
    "no-home",
    "not-confirmed",
    "passphrase-needed",
    "passphrase-unasked",
    "platform-address-needed",
    "profile-invalid",
    "profile-not-found",
    "profile-other",
    "project-name",
    "project-unasked",
    "rotation-only-the-value",
    "run-unknown",
    "scope-unsupported",
    "second-credential",
    "setting-invalid",
    "setting-unknown",
    "token-in-arguments",
    "usage",
    "zone-id",
    "zone-needed",
    "zone-too-wide",
    "zone-unseen",
];

/// Problems that another try may mend, but of which it is certain what became of them.
const CERTAIN: [&str; 21] = [
    "client-refused",
    "disk-full",
    "file-undeletable",
    "granted-differs",
    "keychain-absent",
    "keychain-failed",
    "keychain-locked",
    "keychain-silent",
    "keychain-too-large",
    "narrow-inactive",
    "narrow-not-ready",
    "no-platform",
    "product-off",
    "r2-not-enabled",
    "run-open",
    "sealed-file-damaged",
    "sealed-file-foreign",
    "sealed-file-newer",
    "sealed-file-replaced",
    "sealed-file-unusable",
    "vault-lost",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each problem with its next action and exit code.
    const TABLE: &str = include_str!("../../tests/it/golden/problems.txt");

    fn problem(code: &str, next: &str) -> Problem {
        let next = serde_json::from_value(next.into()).expect("a next action");
        Problem::new(code, "What happened.", "What to do.", next)
    }

    #[test]
    fn the_table_holds() {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
        for row in rows {
            let words: Vec<&str> = row.split_whitespace().collect();
            let [code, next, exit] = words[..] else {
                panic!("{row:?} is no row")
            };
            assert_eq!(of(&problem(code, next)).to_string(), exit, "{row}");
        }
        for code in ARGUMENTS.iter().chain(&CERTAIN) {
            let row = format!("\n{code} ");
            assert!(TABLE.contains(&row), "{code} is in the table");
        }
    }

    proptest! {
        #[test]
        fn every_problem_has_a_documented_exit_code(code in "[a-z-]{0,30}", next in 0_usize..10) {
            let all = [
                "retry", "paste-again", "open-token-page", "open-token-list", "sign-in",
                "choose-vault", "change-choices", "deliver-again", "start-over", "home",
            ];
            let exit = of(&problem(&code, all[next]));
            prop_assert!([STOPPED, TOKEN, UNKNOWN, USAGE, FAULT].contains(&exit), "{exit}");
        }
    }
}
