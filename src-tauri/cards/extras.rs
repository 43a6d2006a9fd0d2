//! What a connection has beside its narrow token, for people.

use crate::record;
use crate::story::{Extra, ExtraStanding};

/// What a connection has beside its narrow token, for people.
pub(crate) fn extras(known: &[record::Extra], platform: &str) -> Vec<Extra> {
    known.iter().map(|one| extra(one, platform)).collect()
}

fn extra(known: &record::Extra, platform: &str) -> Extra {
    let (state, token) = match (known.in_use(), known.waiting()) {
        (Some(token), _) => (ExtraStanding::InUse, Some(token)),
        (None, Some(token)) => (ExtraStanding::Waiting, Some(token)),
        (None, None) => (ExtraStanding::Off, None),
    };
    let why = known.off.clone().unwrap_or_default();
    let sentence = match state {
        ExtraStanding::InUse if known.off.is_none() => format!("{platform} has them."),
        ExtraStanding::InUse => why,
        ExtraStanding::Waiting => format!("{platform} has not confirmed them. {why}"),
        ExtraStanding::Off => format!("{platform} does not have them. {why}"),
    };
    Extra {
        id: known.id.clone(),
        label: known.label.clone(),
        state,
        token_id: token.and_then(|token| token.token_id.clone()),
        token_name: token.map(|token| token.token_name.clone()),
        sentence: sentence.trim_end().to_owned(),
        left: known
            .retired()
            .map(|token| token.token_name.clone())
            .collect(),
    }
}
