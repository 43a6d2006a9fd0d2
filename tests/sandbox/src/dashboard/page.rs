//! The dashboard's pages as HTML. Everything that came from outside goes through [`escape`].

use std::fmt::Write;

use jiff::Timestamp;

use super::form::{Choice, Form, Place};
use crate::world::{
    World,
    account::{Account, Role},
    group::{self, Group, Scope},
    token::{Owner, Status, Token, date},
};

/// Makes `text` harmless between tags and in attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// The frame around every page.
fn frame(world: &World, title: &str, main: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Sandbox dashboard</title>
<link rel="stylesheet" href="/assets/dashboard.css">
<script src="/assets/dashboard.js" defer></script>
</head>
<body>
<header>
<a class="home" href="/profile/api-tokens">Sandbox dashboard</a>
<nav aria-label="Tokens"><a href="/profile/api-tokens">My tokens</a> <a href="/?to=/:account/api-tokens">Account tokens</a></nav>
<span class="who">Signed in as {email}</span>
</header>
<main>
<h1>{title}</h1>
{main}
</main>
</body>
</html>
"#,
        title = escape(title),
        email = escape(&world.user.email),
    )
}

/// The tokens of one owner.
pub(crate) fn list(world: &World, owner: &Owner, now: Timestamp) -> String {
    let mut rows = String::new();
    for token in world.tokens.iter().filter(|token| token.owner == *owner) {
        let _ = write!(
            rows,
            r#"<tr data-token-id="{id}"><td>{name}</td><td><span class="status {class}">{status}</span></td><td>{ends}</td>
<td><form method="post" action="/api-tokens"><input type="hidden" name="token" value="{id}"><button class="quiet delete" name="step" value="delete" aria-label="Delete {name}">Delete</button></form></td></tr>"#,
            id = escape(&token.id),
            name = escape(&token.name),
            class = if token.status(now) == Status::Active {
                "good"
            } else {
                "bad"
            },
            status = status_words(token.status(now)),
            ends = token.expires_on.map_or_else(|| "Never".to_owned(), date),
        );
    }
    let keys = "permissionGroupKeys=%5B%5D";
    let (title, create) = match owner {
        Owner::User | Owner::Member => (
            "My API tokens",
            format!("/profile/api-tokens?{keys}&amp;accountId=*&amp;zoneId=all"),
        ),
        Owner::Account(account) => (
            "Account API tokens",
            format!("/{account}/api-tokens?{keys}"),
        ),
    };
    let table = if rows.is_empty() {
        "<p>There are no tokens.</p>".to_owned()
    } else {
        format!(
            r#"<table id="tokens"><thead><tr><th scope="col">Name</th><th scope="col">Status</th><th scope="col">Expires</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead><tbody>{rows}</tbody></table>"#
        )
    };
    frame(
        world,
        title,
        &format!(
            r#"{table}<p><a class="button" id="new-token" href="{create}">Create Token</a></p>"#
        ),
    )
}

/// Which account's tokens?
pub(crate) fn choose_account(world: &World) -> String {
    let mut links = String::new();
    for account in member_accounts(world) {
        let _ = write!(
            links,
            r#"<li><a href="/{}/api-tokens">{}</a></li>"#,
            account.id,
            escape(&account.name)
        );
    }
    frame(world, "Choose an account", &format!("<ul>{links}</ul>"))
}

/// The form, with what is wrong with it if it was refused.
pub(crate) fn form(world: &World, form: &Form, problem: Option<&str>) -> String {
    let alert = problem.map_or_else(String::new, |problem| {
        format!(
            r#"<p class="alert" id="problem" role="alert">{}</p>"#,
            escape(problem)
        )
    });
    let rows: String = form.groups.iter().map(|group| row(group)).collect();
    let everything: String = group::all()
        .iter()
        .filter(|group| form.place == Place::Profile || group.scope != Scope::User)
        .map(|group| option(group.id, &words(group), false))
        .collect();
    let owner = if form.place == Place::Profile {
        "user"
    } else {
        "account"
    };
    let main = format!(
        r#"{alert}<form method="post" action="/api-tokens">
<input type="hidden" name="owner" value="{owner}">
<label for="token-name">Token name</label>
<input id="token-name" name="name" value="{name}" maxlength="120" autocomplete="off" required>
<fieldset><legend>Permissions</legend>
<ul id="rows">{rows}</ul>
<div class="add"><label for="add-group">Another permission</label><select id="add-group">{everything}</select>
<button type="button" class="quiet" id="add">Add</button></div>
</fieldset>
<label for="account">{account_label}</label>
<select id="account" name="account">{accounts}</select>
<label for="zone">Zone resources</label>
<select id="zone" name="zone">{zones}</select>
<details><summary>Client addresses and expiry</summary>
<label for="addresses">Only from these addresses (CIDR)</label>
<input id="addresses" name="addresses" value="{addresses}" autocomplete="off">
<label for="expires">Expires on</label>
<input id="expires" name="expires" type="date" value="{expires}">
</details>
<p><button id="continue" name="step" value="summary">Continue to summary</button></p>
</form>"#,
        name = escape(&form.name),
        account_label = if owner == "user" {
            "Account resources"
        } else {
            "Account"
        },
        accounts = account_options(world, form),
        zones = zone_options(world, form),
        addresses = escape(&form.addresses),
        expires = escape(&form.expires),
    );
    frame(world, "Create token", &main)
}

/// What is about to be made.
pub(crate) fn summary(world: &World, form: &Form) -> String {
    let rows: String = form
        .groups
        .iter()
        .map(|group| item(&words(group)))
        .collect();
    let (owner, owner_words) = match form.place {
        Place::Profile => ("user", "You"),
        Place::Account(_) => ("account", "The account"),
    };
    let mut hidden = hidden("owner", owner) + &hidden("name", &form.name);
    for group in &form.groups {
        hidden += &self::hidden("group", group.id);
    }
    hidden += &self::hidden("account", choice_value(&form.account));
    hidden += &self::hidden("zone", choice_value(&form.zone));
    hidden += &self::hidden("addresses", &form.addresses);
    hidden += &self::hidden("expires", &form.expires);
    let main = format!(
        r#"<dl><dt>Name</dt><dd id="summary-name">{name}</dd><dt>Owner</dt><dd>{owner_words}</dd>
<dt>Permissions</dt><dd><ul id="summary-rows">{rows}</ul></dd>
<dt>Accounts</dt><dd>{account}</dd><dt>Zones</dt><dd>{zone}</dd>
<dt>Expires</dt><dd>{expires}</dd></dl>
<form method="post" action="/api-tokens">{hidden}
<p><button id="create" name="step" value="create">Create Token</button> <button class="quiet" id="back" name="step" value="edit">Back</button></p></form>"#,
        name = escape(&form.name),
        account = escape(&choice_words(&form.account, |id| world
            .account(id)
            .map(|account| account.name.clone()))),
        zone = escape(&choice_words(&form.zone, |id| world
            .zone(id)
            .map(|zone| zone.name.clone()))),
        expires = if form.expires.is_empty() {
            "Never".to_owned()
        } else {
            escape(&form.expires)
        },
    );
    frame(world, "Token summary", &main)
}

/// The one time the value is seen.
pub(crate) fn created(world: &World, token: &Token) -> String {
    let back = match &token.owner {
        Owner::User | Owner::Member => "/profile/api-tokens".to_owned(),
        Owner::Account(account) => format!("/{account}/api-tokens"),
    };
    let main = format!(
        r#"<p>Copy the token now. It is not shown again.</p>
<p class="value"><code id="token-value">{value}</code> <button type="button" id="copy">Copy</button></p>
<p id="copied" role="status"></p>
<p><a href="{back}">View all tokens</a></p>"#,
        value = escape(&token.value),
    );
    frame(world, "Token created", &main)
}

fn row(group: &Group) -> String {
    let (stem, _) = split(group);
    let levels: String = group::all()
        .iter()
        .filter(|other| other.scope == group.scope && split(other).0 == stem)
        .map(|other| option(other.id, split(other).1, other == group))
        .collect();
    let label = escape(label(group));
    format!(
        r#"<li class="row" data-group="{name}"><span class="scope">{scope}</span> <span class="what">{label}</span>
<select name="group" aria-label="Level of {label}">{levels}</select> <button type="button" class="quiet remove" aria-label="Remove {label}">Remove</button></li>"#,
        name = escape(group.name),
        scope = group.scope.label(),
    )
}

fn item(words: &str) -> String {
    format!("<li>{}</li>", escape(words))
}

fn hidden(name: &str, value: &str) -> String {
    format!(
        r#"<input type="hidden" name="{name}" value="{}">"#,
        escape(value)
    )
}

fn account_options(world: &World, form: &Form) -> String {
    let mut options = option("", "Choose an account", form.account == Choice::Unset);
    if form.place == Place::Profile {
        options += &option("*", "All accounts", form.account == Choice::All);
    }
    for account in member_accounts(world) {
        options += &option(
            &account.id,
            &account.name,
            form.account == Choice::One(account.id.clone()),
        );
    }
    options
}

fn zone_options(world: &World, form: &Form) -> String {
    let mut options = option("", "No zones", form.zone == Choice::Unset)
        + &option("all", "All zones", form.zone == Choice::All);
    for zone in world
        .zones
        .iter()
        .filter(|zone| world.is_member(&zone.account))
    {
        options += &option(
            &zone.id,
            &zone.name,
            form.zone == Choice::One(zone.id.clone()),
        );
    }
    options
}

fn option(value: &str, words: &str, chosen: bool) -> String {
    let chosen = if chosen { " selected" } else { "" };
    format!(
        r#"<option value="{}"{chosen}>{}</option>"#,
        escape(value),
        escape(words)
    )
}

fn member_accounts(world: &World) -> impl Iterator<Item = &Account> {
    world
        .accounts
        .iter()
        .filter(|account| account.role != Role::Stranger)
}

fn choice_value(choice: &Choice) -> &str {
    match choice {
        Choice::Unset => "",
        Choice::All => "*",
        Choice::One(id) => id,
    }
}

fn choice_words(choice: &Choice, name: impl Fn(&str) -> Option<String>) -> String {
    match choice {
        Choice::Unset => "None".to_owned(),
        Choice::All => "All".to_owned(),
        Choice::One(id) => name(id).unwrap_or_else(|| id.clone()),
    }
}

fn status_words(status: Status) -> &'static str {
    match status {
        Status::Active => "Active",
        Status::Disabled => "Disabled",
        Status::Expired => "Expired",
        Status::Exposed => "Compromised",
    }
}

/// A group in the dashboard's wording: `Account · Cloudflare Pages · Edit`.
fn words(group: &Group) -> String {
    format!(
        "{} · {} · {}",
        group.scope.label(),
        label(group),
        split(group).1
    )
}

fn label(group: &Group) -> &'static str {
    group.link_key().map_or(split(group).0, |key| key.label)
}

/// What a group is about, and its level as the dashboard calls it.
fn split(group: &Group) -> (&'static str, &'static str) {
    match group.name.rsplit_once(' ') {
        Some((stem, "Write")) => (stem, "Edit"),
        Some((stem, level)) => (stem, level),
        None => (group.name, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_bring_its_own_markup() {
        assert_eq!(
            escape("<b a='1'>&\""),
            "&lt;b a=&#39;1&#39;&gt;&amp;&quot;",
            "every special letter is named"
        );
    }

    #[test]
    fn groups_are_called_as_the_dashboard_calls_them() {
        let pages = group::by_link("page", "edit").expect("a known key");
        assert_eq!(
            words(pages),
            "Account · Cloudflare Pages · Edit",
            "not \"Pages Write\""
        );
    }
}
