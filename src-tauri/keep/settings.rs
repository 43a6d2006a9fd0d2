//! Settings: how Narrows looks, speaks and reminds. None of them is a secret.

use crate::choose::limits::printable;
use crate::problem::{Next, Problem};
use crate::run::App;
use crate::story::{Language, Reminders, Settings, Theme};

/// The setting of the theme.
pub const THEME: &str = "theme";

/// The setting of the language.
pub const LANGUAGE: &str = "language";

/// The setting of the days before an expiry on which to remind: numbers with commas between, or nothing for never.
pub const REMINDER_DAYS: &str = "reminders/days";

/// The setting of the age, in days, from which on to remind of rotating a token; nothing for never.
pub const REMINDER_AGE: &str = "reminders/age-days";

/// Days before an expiry on which to remind where nothing was said.
const USUAL_DAYS: [u32; 3] = [30, 7, 1];

/// The most days that a reminder may be set to.
const MOST_DAYS: u32 = 3650;

/// Different days before an expiry that may be set.
const MOST_REMINDERS: usize = 10;

/// Everything that is set.
pub fn settings(app: &App) -> Result<Settings, Problem> {
    Ok(Settings {
        theme: word(app, THEME)?,
        language: word(app, LANGUAGE)?,
        reminders: reminders(app)?,
        folder: app.folder.display().to_string(),
    })
}

/// When to remind. What a later version may have written otherwise counts as the usual.
pub fn reminders(app: &App) -> Result<Reminders, Problem> {
    let usual = || USUAL_DAYS.to_vec();
    let days =
        get(app, REMINDER_DAYS)?.map_or_else(usual, |text| days(&text).unwrap_or_else(|_| usual()));
    let age_days = get(app, REMINDER_AGE)?.and_then(|text| age(&text).ok().flatten());
    Ok(Reminders { days, age_days })
}

/// Sets the setting of this name, and tells how all stand then.
pub fn set(app: &App, name: &str, value: &str) -> Result<Settings, Problem> {
    let value = value.trim();
    let kept = match name {
        THEME => known::<Theme>(value, "system, light or dark")?,
        LANGUAGE => known::<Language>(value, "system or english")?,
        REMINDER_DAYS => {
            let days = days(value)?;
            let texts: Vec<String> = days.iter().map(ToString::to_string).collect();
            texts.join(",")
        }
        REMINDER_AGE => age(value)?.map_or_else(String::new, |days| days.to_string()),
        _ => return Err(unknown(name)),
    };
    app.record
        .set_setting(name, &kept)
        .map_err(|error| error.problem())?;
    settings(app)
}

fn get(app: &App, name: &str) -> Result<Option<String>, Problem> {
    app.record.setting(name).map_err(|error| error.problem())
}

/// One of a closed set; a word of a later version counts as the usual one.
fn word<T: Default + serde::de::DeserializeOwned>(app: &App, name: &str) -> Result<T, Problem> {
    let kept = get(app, name)?;
    Ok(kept
        .and_then(|word| serde_json::from_value(word.into()).ok())
        .unwrap_or_default())
}

fn known<T: serde::de::DeserializeOwned>(value: &str, words: &str) -> Result<String, Problem> {
    match serde_json::from_value::<T>(value.into()) {
        Ok(_) => Ok(value.to_owned()),
        Err(_) => Err(wrong(value, &format!("Choose {words}."))),
    }
}

/// `30,7,1`; nothing, or `off`, for never. The most first, each once.
fn days(text: &str) -> Result<Vec<u32>, Problem> {
    if is_off(text) {
        return Ok(Vec::new());
    }
    let mut days = text
        .split(',')
        .map(|part| number(part, text))
        .collect::<Result<Vec<_>, _>>()?;
    days.sort_unstable_by(|a, b| b.cmp(a));
    days.dedup();
    if days.len() > MOST_REMINDERS {
        return Err(wrong(text, "Name at most ten different days."));
    }
    Ok(days)
}

fn age(text: &str) -> Result<Option<u32>, Problem> {
    if is_off(text) {
        return Ok(None);
    }
    number(text, text).map(Some)
}

fn is_off(text: &str) -> bool {
    text.is_empty() || text == "off"
}

fn number(part: &str, whole: &str) -> Result<u32, Problem> {
    match part.trim().parse() {
        Ok(days) if (1..=MOST_DAYS).contains(&days) => Ok(days),
        _ => Err(wrong(
            whole,
            "Give whole days from 1 to 3650, or off; several with commas between, such as 30,7,1.",
        )),
    }
}

fn wrong(value: &str, hint: &str) -> Problem {
    Problem::new(
        "setting-invalid",
        format!("\"{}\" cannot be set.", printable(value)),
        hint,
        Next::ChangeChoices,
    )
}

fn unknown(name: &str) -> Problem {
    Problem::new(
        "setting-unknown",
        format!("There is no setting \"{}\".", printable(name)),
        format!("Settings are {THEME}, {LANGUAGE}, {REMINDER_DAYS} and {REMINDER_AGE}."),
        Next::ChangeChoices,
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_are_read_in_any_order_and_come_out_the_most_first() {
        let table = [
            ("30,7,1", vec![30, 7, 1]),
            (" 1, 7 ,7", vec![7, 1]),
            ("off", vec![]),
            ("", vec![]),
        ];
        for (text, wanted) in table {
            assert_eq!(days(text), Ok(wanted), "{text:?}");
        }
        for text in [
            "0",
            "-1",
            "7,",
            "3651",
            "soon",
            "1.5",
            "1,2,3,4,5,6,7,8,9,10,11",
        ] {
            let refused = days(text).expect_err(text);
            assert_eq!(refused.code, "setting-invalid", "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = (days(&text), age(&text));
        }
    }
}
