//! Names that a run makes up.

use crate::problem::Problem;
use crate::random;

/// The id of a run or of a connection: sixteen letters and digits.
pub(crate) fn id() -> Result<String, Problem> {
    random::word::<10>().map_err(random::NoRandomness::problem)
}

/// A key under which one delivery is sent, however often.
pub(crate) fn idempotency_key() -> Result<String, Problem> {
    random::word::<20>().map_err(random::NoRandomness::problem)
}

/// The name of a broad token that is made through our link.
pub(crate) fn broad_token_name(run: &str) -> String {
    format!("Narrows one-time {run}")
}

/// The name of a narrow token: unique, and bearing this installation's mark. Its connection can be told from it.
pub(crate) fn narrow_token_name(profile: &str, installation: &str, connection: &str) -> String {
    format!("Narrows {profile} {installation}-{connection}")
}

/// The name of a token that takes another's place: the mark and the connection as above, and the run, so that no search
/// for it can find the one in use.
pub(crate) fn rotated_token_name(
    profile: &str,
    installation: &str,
    connection: &str,
    run: &str,
) -> String {
    let name = narrow_token_name(profile, installation, connection);
    format!("{name} {run}")
}

/// What tells tokens of their own apart, after the beginning that the profile gives: the mark and the connection as above,
/// and the run.
pub(crate) fn extra_token_mark(installation: &str, connection: &str, run: &str) -> String {
    format!("{installation}-{connection} {run}")
}

/// Whether a name ends with what [`extra_token_mark`] gave on this installation.
pub(crate) fn is_extra_token_name(name: &str, installation: &str) -> bool {
    let Some((start, run)) = name.split_once(' ') else {
        return false;
    };
    let marked = start
        .rsplit_once('-')
        .filter(|(_, connection)| is_id(connection))
        .and_then(|(start, _)| start.strip_suffix(installation)?.strip_suffix('-'));
    is_id(run) && marked.is_some_and(|start| !start.is_empty())
}

/// Whether a name is one that [`narrow_token_name`] or [`rotated_token_name`] gave on this installation, also of a second
/// attempt.
pub(crate) fn is_narrow_token_name(name: &str, installation: &str) -> bool {
    let mut words = name.split(' ').peekable();
    let (first, profile, mark) = (words.next(), words.next(), words.next());
    // A rotation names its run as well.
    let _run = words.next_if(|word| is_id(word));
    let attempt = words.next();
    let marked = mark
        .and_then(|mark| mark.strip_prefix(installation)?.strip_prefix('-'))
        .is_some_and(is_id);
    let counted = attempt.is_none_or(|attempt| {
        attempt
            .strip_prefix('(')
            .and_then(|attempt| attempt.strip_suffix(')')?.parse::<u8>().ok())
            .is_some()
    });
    first == Some("Narrows")
        && profile.is_some_and(|profile| !profile.is_empty())
        && marked
        && counted
        && words.next().is_none()
}

fn is_id(word: &str) -> bool {
    word.len() == 16 && word.bytes().all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_token_is_known_by_its_name_and_nothing_else_is() {
        let connection = id().expect("random");
        let own = narrow_token_name("site-generator", "abcd1234", &connection);
        assert!(is_narrow_token_name(&own, "abcd1234"), "{own}");
        assert!(
            is_narrow_token_name(&format!("{own} (2)"), "abcd1234"),
            "a second attempt"
        );
        let run = id().expect("random");
        let rotated = rotated_token_name("site-generator", "abcd1234", &connection, &run);
        for name in [rotated.clone(), format!("{rotated} (2)")] {
            assert!(is_narrow_token_name(&name, "abcd1234"), "{name}");
        }
        for other in [
            own.replace("abcd1234", "abcd1235"),
            own.replace("Narrows", "narrows"),
            format!("{own} of mine"),
            format!("{own} (2) (3)"),
            format!("{own} {run} {run}"),
            format!("My {own}"),
            format!("{own}0"),
            "Narrows site-generator abcd1234".to_owned(),
            "Narrows abcd1234-".to_owned(),
            broad_token_name("abcd1234"),
            String::new(),
        ] {
            assert!(!is_narrow_token_name(&other, "abcd1234"), "{other}");
        }
    }

    #[test]
    fn a_token_of_its_own_is_known_by_its_name_and_nothing_else_is() {
        let (connection, run) = (id().expect("random"), id().expect("random"));
        let mark = extra_token_mark("abcd1234", &connection, &run);
        let own = format!("flarelink-r2-{mark}");
        assert!(is_extra_token_name(&own, "abcd1234"), "{own}");
        for other in [
            own.replace("abcd1234", "abcd1235"),
            mark,
            format!("{own} {run}"),
            format!("{own}0"),
            format!("flarelink-r2-{connection} {run}"),
            narrow_token_name("flarelink", "abcd1234", &connection),
            rotated_token_name("flarelink", "abcd1234", &connection, &run),
            "flarelink-r2-mine".to_owned(),
            String::new(),
        ] {
            assert!(!is_extra_token_name(&other, "abcd1234"), "{other}");
        }
    }
}
