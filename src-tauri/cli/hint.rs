//! What a hint means on the command line: the library's words fit both faces, and the options are added here.

use narrows_core::doctor::story::CauseKind;
use narrows_core::problem::Problem;

/// The hint of a problem, with the option that follows it.
pub(super) fn of(problem: &Problem) -> String {
    let option = match problem.code.as_str() {
        "account-id-needed" | "account-needed" => "--account ID",
        "keychain-absent" | "keychain-failed" | "keychain-locked" | "keychain-too-large"
        | "passphrase-needed" => "--vault file",
        "not-confirmed" => "--confirm",
        "platform-address-needed" => "--platform URL",
        "rotation-nothing-to-roll" | "rotation-only-the-value" | "rotation-value-lost" => {
            "leave --in-place out"
        }
        "rotation-open" => "narrows deliver CONNECTION",
        "rotation-other-vault" => "leave --vault out",
        "rotation-policy-unknown" => "--profile-policy",
        "run-unknown" => "narrows resume, without an id",
        "zone-needed" => "--zone ID",
        _ => return problem.hint.clone(),
    };
    with(&problem.hint, option)
}

/// What to do about a cause, with the option that does it.
pub(super) fn of_cause(kind: CauseKind, action: &str) -> String {
    let option = match kind {
        CauseKind::AccountNotNamed => "--account ID",
        CauseKind::ZoneNotNamed => "--zone ID",
        CauseKind::Propagation => "--watch",
        _ => return action.to_owned(),
    };
    with(action, option)
}

fn with(words: &str, option: &str) -> String {
    format!("{words} On the command line: {option}.")
}

#[cfg(test)]
mod tests {
    use narrows_core::problem::Next;

    use super::*;

    #[test]
    fn an_option_follows_what_has_one_and_nothing_else() {
        let problem =
            |code: &str| Problem::new(code, "One has to be chosen.", "Choose it.", Next::Home);
        assert_eq!(
            of(&problem("account-needed")),
            "Choose it. On the command line: --account ID."
        );
        assert_eq!(of(&problem("token-unknown")), "Choose it.");
        assert_eq!(
            of_cause(CauseKind::Propagation, "Wait."),
            "Wait. On the command line: --watch."
        );
        assert_eq!(of_cause(CauseKind::GroupMissing, "Add it."), "Add it.");
    }
}
