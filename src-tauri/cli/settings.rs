//! `narrows settings`

use narrows_core::keep::settings;
use narrows_core::problem::Problem;
use narrows_core::redeliver::rename;
use narrows_core::run::App;
use narrows_core::story::Settings;
use serde::Serialize;

use super::args::SettingsCommand;
use super::{ask, exit, print};

/// Whether JSON is wanted.
pub(crate) fn as_json(wanted: &SettingsCommand) -> bool {
    match wanted {
        SettingsCommand::Show(output) => output.json,
        SettingsCommand::Set(set) => set.output.json,
        SettingsCommand::Project(project) => project.here.output.json,
    }
}

/// Runs one of the three.
pub(crate) async fn run(app: &App, wanted: &SettingsCommand) -> Result<u8, Problem> {
    match wanted {
        SettingsCommand::Show(output) => show(&settings::settings(app)?, output.json),
        SettingsCommand::Set(set) => {
            show(&settings::set(app, &set.name, &set.value)?, set.output.json);
        }
        SettingsCommand::Project(project) => {
            ask::vault(app, project.here.vault).await?;
            let card = rename(app, &project.one.connection, &project.name).await?;
            if project.here.output.json {
                print::object(&card);
            } else {
                print::connection(&card);
            }
        }
    }
    Ok(exit::DONE)
}

fn show(settings: &Settings, json: bool) {
    if json {
        print::object(settings);
        return;
    }
    let days: Vec<String> = settings
        .reminders
        .days
        .iter()
        .map(ToString::to_string)
        .collect();
    let off = || "off".to_owned();
    let days = if days.is_empty() {
        off()
    } else {
        days.join(",")
    };
    let age = settings.reminders.age_days;
    for (name, value) in [
        (settings::THEME, word(settings.theme)),
        (settings::LANGUAGE, word(settings.language)),
        (settings::REMINDER_DAYS, days),
        (
            settings::REMINDER_AGE,
            age.map_or_else(off, |days| days.to_string()),
        ),
        ("data folder", settings.folder.clone()),
    ] {
        print::out(format!("{name:<20} {value}"));
    }
}

/// The word that a setting is set by.
fn word(value: impl Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default()
}
