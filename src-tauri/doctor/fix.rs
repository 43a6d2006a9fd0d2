//! What mends it: the link to the token page with only what is missing, and the same rows in words.

use url::Url;

use super::rows::Row;
use super::story::FixRow;
use crate::cloudflare::token_page::{Row as PageRow, TokenPageLink};
use crate::cloudflare::{Scope, TokenKind};

/// What the link is made for.
pub(super) struct Page<'a> {
    /// The dashboard's address.
    pub dashboard: &'a Url,
    /// Whose token it makes.
    pub kind: TokenKind,
    /// The token's name.
    pub name: &'a str,
    /// The account, where one is known.
    pub account: Option<&'a str>,
    /// The zones; the link can carry one.
    pub zones: &'a [String],
}

/// The link with these rows; nothing where it can carry none of them.
pub(super) fn link(page: &Page<'_>, wanted: &[&Row<'_>]) -> Option<String> {
    let rows = page_rows(wanted);
    if !rows.iter().any(|row| row.key.is_some()) {
        return None;
    }
    let mut link = TokenPageLink::new(page.dashboard, page.kind)
        .name(page.name)
        .rows(rows);
    if let Some(account) = page.account {
        link = link.account(account);
    }
    if let [zone] = page.zones {
        link = link.zone(zone);
    }
    Some(link.url().into())
}

/// The rows to add by hand.
pub(super) fn rows(wanted: &[&Row<'_>]) -> Vec<FixRow> {
    wanted
        .iter()
        .map(|row| FixRow {
            dashboard: row.want.row.dashboard.clone(),
            group: row.want.group().to_owned(),
            scope: row.want.scope().word().to_owned(),
            resource: resource(row),
            why: row.want.why.clone(),
            in_link: row.want.row.key.is_some(),
        })
        .collect()
}

fn page_rows(wanted: &[&Row<'_>]) -> Vec<PageRow> {
    let mut rows: Vec<PageRow> = Vec::new();
    for row in wanted {
        if !rows.contains(&row.want.row) {
            rows.push(row.want.row.clone());
        }
    }
    rows
}

fn resource(row: &Row<'_>) -> String {
    let name = match (&row.resource_name, row.resource.as_str()) {
        (Some(name), id) => format!("{name} ({id})"),
        (None, "") => "the one to use".to_owned(),
        (None, id) => id.to_owned(),
    };
    match row.want.scope() {
        Scope::User => "Nothing to choose: it is the person's own.".to_owned(),
        Scope::Zone => format!("Zone Resources: Include, Specific zone, {name}"),
        _ => format!("Account Resources: Include, {name}"),
    }
}
