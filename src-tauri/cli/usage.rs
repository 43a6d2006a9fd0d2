//! What is wrong with the arguments, said without repeating what could be a token.

use std::ffi::OsString;

use clap::error::ErrorKind;
use narrows_core::cloudflare::shape::Shape;
use narrows_core::problem::{Next, Problem};

/// An argument of this many characters is never repeated: it could be a token of a format that is not known here.
const LONG: usize = 32;

/// What the reader of arguments said, where a token may stand among them.
///
/// A value that is a token beyond doubt is refused wherever it stands; one that may be a token is refused where the
/// reader refused the arguments anyway and would repeat it.
pub(crate) fn exposed(given: &[OsString], refused: Option<&clap::Error>) -> Option<Problem> {
    let said = refused
        .filter(|error| error.use_stderr())
        .map(ToString::to_string);
    let exposed = given.iter().skip(1).any(|argument| {
        let argument = argument.to_string_lossy();
        let value = argument.split_once('=').map_or("", |(_, value)| value);
        [argument.as_ref(), value].into_iter().any(|text| {
            let shape = Shape::of(text);
            let repeated = said.as_ref().is_some_and(|said| said.contains(text));
            shape.is_surely_secret(text)
                || repeated && (shape.is_credential() || text.chars().count() >= LONG)
        })
    });
    exposed.then(|| {
        Problem::new(
            "token-in-arguments",
            "A token must not stand among the arguments: other programs on this computer and the shell's history \
             can read them. It was not used, and is not repeated here.",
            "Pipe the token in, or type it at the prompt. If it was one, make a new one and delete it.",
            Next::OpenTokenPage,
        )
    })
}

/// The reader's own words as a problem.
pub(crate) fn problem(error: &clap::Error) -> Problem {
    let said = error.to_string();
    let first = said.lines().next().unwrap_or_default();
    let message = match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "a command is missing",
        _ => first.strip_prefix("error: ").unwrap_or(first),
    };
    Problem::new(
        "usage",
        format!("The arguments are wrong: {message}."),
        "`narrows --help` lists the commands and `narrows COMMAND --help` their options.",
        Next::StartOver,
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::args::Line;
    use super::*;

    const OLD: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_Ab";

    fn judged(arguments: &[&str]) -> Option<Problem> {
        let given: Vec<OsString> = std::iter::once("narrows")
            .chain(arguments.iter().copied())
            .map(OsString::from)
            .collect();
        let read = Line::try_parse_from(&given);
        exposed(&given, read.as_ref().err())
    }

    #[test]
    fn a_token_is_refused_wherever_it_stands() {
        let new = format!("cfut_{OLD}0123abcd");
        for token in [new.as_str(), OLD] {
            for arguments in [
                vec![token],
                vec!["connect", token],
                vec!["connect", "--token", token],
                vec!["connect", &format!("--token={token}")],
                vec!["connect", "--vault", token],
                vec!["connect", "--account", token],
                vec!["deliver", token],
            ] {
                let problem = judged(&arguments).expect("it is refused");
                assert_eq!(problem.code, "token-in-arguments", "{arguments:?}");
                assert!(!problem.to_string().contains(token), "it is not repeated");
            }
        }
    }

    #[test]
    fn what_people_type_is_no_token() {
        for arguments in [
            vec!["connect", "--account", "0123456789abcdef0123456789abcdef"],
            vec![
                "connect",
                "--profile",
                "./profiles/of-our-own-platform-version-2.toml",
            ],
            vec![
                "connect",
                "--project",
                "a-project-name-of-forty-characters-indeed",
            ],
            vec!["conect"],
            vec!["connect", "--expire", "90d"],
        ] {
            assert_eq!(judged(&arguments), None, "{arguments:?}");
        }
    }
}
