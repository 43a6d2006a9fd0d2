//! `narrows token-page`, `narrows connections`, `narrows status`.

use narrows_core::cloudflare::TokenKind;
use narrows_core::problem::Problem;
use narrows_core::profile::Profile;
use narrows_core::run::App;
use narrows_core::steps::offer;
use narrows_core::story::{Checked, ConnectionCard, Delivery, Home, Need};
use narrows_core::{cards, steps, watch};
use serde_json::json;

use super::args::{Output, Status, TokenPage};
use super::{ask, exit, print};

/// Prints the links that make a one-time token, and the list in words.
pub(crate) fn token_page(app: &App, wanted: &TokenPage) -> Result<u8, Problem> {
    let profile = Profile::load(&wanted.profile.profile)?;
    let pages = offer(app, &profile)?;
    if wanted.output.json {
        print::object(&json!({ "profile": profile.id, "pages": pages }));
        return Ok(exit::DONE);
    }
    for page in &pages {
        let whose = match page.kind {
            TokenKind::User => "User token (yours)",
            TokenKind::Account => "Account token (the company's)",
        };
        print::out(format!(
            "{whose}\n  {}\n  Name: {}",
            page.link, page.token_name
        ));
        for row in &page.rows {
            print::out(format!("  Row:  {}", row.dashboard));
        }
        print::out(format!("  {}\n  {}\n", page.resources, page.fallback));
    }
    Ok(exit::DONE)
}

/// Lists the connections.
pub(crate) fn connections(app: &App, output: Output) -> Result<u8, Problem> {
    let home = cards::home(app)?;
    if output.json {
        print::object(&json!({ "connections": home.connections }));
    } else if home.connections.is_empty() {
        print::out("No connections yet.");
    } else {
        home.connections.iter().for_each(print::connection);
    }
    Ok(exit::DONE)
}

/// Says whether the vault works, how the connections stand, and whether anything needs the user.
pub(crate) async fn status(app: &App, wanted: &Status) -> Result<u8, Problem> {
    ask::vault(app, wanted.here.vault).await?;
    let (mut vault, tested) = steps::vault(app).await;
    if wanted.check {
        watch::check(app, None).await?;
    }
    let home = cards::home(app)?;
    let needs: Vec<String> = needs(&home)
        .chain(tested.as_ref().err().map(ToString::to_string))
        .collect();
    let untold: Vec<String> = home
        .connections
        .iter()
        .flat_map(|card| about(card, &card.watch.untold))
        .collect();
    vault.self_test_ms = tested.ok();
    if wanted.here.output.json {
        let watch: Vec<_> = home
            .connections
            .into_iter()
            .map(|card| Checked {
                connection_id: card.connection_id,
                watch: card.watch,
            })
            .collect();
        print::object(&json!({
            "version": app.version,
            "sandbox": app.addresses.sandbox,
            "folder": app.folder,
            "vault": vault,
            "connections": watch.len(),
            "watch": watch,
            "needs": needs,
            "untold": untold,
        }));
    } else {
        print::out(format!("Narrows {}", app.version));
        print::line("Data folder", &app.folder.display().to_string());
        print::line("Vault", &vault.store);
        let test = vault
            .self_test_ms
            .map_or_else(|| "failed".to_owned(), |ms| format!("passed in {ms} ms"));
        print::line("Self-test", &test);
        print::line("Connections", &home.connections.len().to_string());
        for card in &home.connections {
            print::line(
                "Connection",
                &format!("{}: {}", card.connection_id, print::standing(&card.watch)),
            );
        }
        for line in &untold {
            print::line("Not told", line);
        }
        for need in &needs {
            print::line("Needs you", need);
        }
    }
    Ok(if !needs.is_empty() {
        exit::STOPPED
    } else if wanted.check && !untold.is_empty() {
        exit::UNKNOWN
    } else {
        exit::DONE
    })
}

/// What needs the user, a line each.
fn needs(home: &Home) -> impl Iterator<Item = String> {
    let open = home
        .connections
        .iter()
        .filter(|card| matches!(card.delivery, Delivery::Unknown | Delivery::Refused));
    open.map(|card| {
        format!(
            "Connection {}: the platform has not confirmed the token.",
            card.connection_id
        )
    })
    .chain(home.connections.iter().filter_map(|card| {
        card.broad_left
            .as_ref()
            .map(|left| format!("Connection {}, pasted token: {left}", card.connection_id))
    }))
    .chain(
        home.connections
            .iter()
            .flat_map(|card| about(card, &card.watch.needs)),
    )
    .chain(home.unfinished.iter().map(|run| {
        format!(
            "Run {}: {} `narrows resume` shows it.",
            run.run, run.headline
        )
    }))
}

fn about(card: &ConnectionCard, needs: &[Need]) -> impl Iterator<Item = String> {
    needs.iter().map(|need| {
        format!(
            "Connection {}: {} {}",
            card.connection_id, need.message, need.hint
        )
    })
}
