//! The lists that probes ask for: one handler over a table of paths and the permission groups each accepts.
//!
//! Nothing is kept behind them. A read answers an empty list (or a fixed one, where an empty one cannot be); a write
//! is judged for permission first, as Cloudflare does, and then refused for its body.

use std::sync::LazyLock;

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    answer::Answer,
    call::{Call, Pages},
    people::is_spreading,
    problem::Problem,
};
use crate::world::{
    Actor, World,
    group::{self, Group, Scope, fields, rows},
    policy::Target,
};

/// What a list looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A list and nothing else.
    Plain,
    /// A list with `result_info`.
    Paged,
    /// `{"buckets": []}`.
    Buckets,
    /// Zone settings, of which there are always some.
    Settings,
    /// No list at all: a POST that empties the cache.
    Purge,
}

struct Product {
    name: &'static str,
    scope: Scope,
    /// Behind the account or zone id.
    path: Vec<&'static str>,
    shape: Shape,
    groups: Vec<&'static Group>,
}

static PRODUCTS: LazyLock<Vec<Product>> = LazyLock::new(|| {
    rows(include_str!("../../data/products.csv"))
        .filter_map(read)
        .collect()
});

fn read(row: &'static str) -> Option<Product> {
    let [name, path, shape, groups] = fields(row)?;
    let (scope, path) = match path.split_once("/{}/")? {
        ("accounts", path) => (Scope::Account, path),
        ("zones", path) => (Scope::Zone, path),
        _ => return None,
    };
    let shape = match shape {
        "plain" => Shape::Plain,
        "paged" => Shape::Paged,
        "buckets" => Shape::Buckets,
        "settings" => Shape::Settings,
        "purge" => Shape::Purge,
        _ => return None,
    };
    let groups = groups
        .split('|')
        .map(|name| group::by_name(name, scope))
        .collect::<Option<_>>()?;
    Some(Product {
        name,
        scope,
        path: path.split('/').collect(),
        shape,
        groups,
    })
}

/// Answers `/accounts/{id}/{rest}` or `/zones/{id}/{rest}`.
pub(crate) fn answer(
    world: &mut World,
    actor: &Actor,
    scope: Scope,
    id: &str,
    call: &Call<'_>,
    rest: &[&str],
    now: Timestamp,
) -> Result<Answer, Problem> {
    let find = |path: &[&str]| {
        PRODUCTS
            .iter()
            .find(|product| product.scope == scope && product.path == path)
    };
    // One thing of a list: nothing is kept, so there is none, and that is told to whoever may write.
    let one = matches!(call.method.as_str(), "DELETE" | "PATCH" | "PUT");
    let product = find(rest)
        .or_else(|| match rest {
            [list @ .., _] if one => find(list),
            _ => None,
        })
        .ok_or_else(Problem::no_route)?;
    call.identifier(id)?;
    let writes = *call.method != Method::GET;
    let groups: Vec<_> = product
        .groups
        .iter()
        .copied()
        .filter(|group| !(writes && group.only_reads()))
        .collect();
    let granted = match scope {
        Scope::Zone => world
            .zone(id)
            .is_some_and(|zone| world.may(actor, &groups, zone.target())),
        Scope::Account | Scope::User | Scope::Bucket => {
            world.may(actor, &groups, Target::Account(id))
        }
    };
    if !granted || is_spreading(world, actor, product.name, now) {
        return Err(Problem::authentication_error());
    }
    match (call.method.as_str(), product.shape) {
        ("POST", Shape::Purge) => Ok(Answer::of(json!({ "id": id }))),
        ("GET", Shape::Purge) => Err(Problem::no_route()),
        (_, Shape::Buckets) if world.r2_disabled.on(id) => Err(Problem::r2_not_enabled()),
        ("DELETE" | "PATCH" | "PUT", _) if product.path != rest => Err(Problem::no_such_thing()),
        ("GET", shape) => list(shape, call),
        ("POST", _) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            7400,
            "The request body is not valid",
        )),
        _ => Err(Problem::no_route()),
    }
}

/// Whether somebody may read R2 of an account.
pub(super) fn reads_r2(world: &World, actor: &Actor, account: &str) -> bool {
    let groups = ["Workers R2 Storage Read", "Workers R2 Storage Write"]
        .into_iter()
        .filter_map(|name| group::by_name(name, Scope::Account));
    let groups: Vec<_> = groups.collect();
    world.may(actor, &groups, Target::Account(account))
}

fn list(shape: Shape, call: &Call<'_>) -> Result<Answer, Problem> {
    let page = call.page(Pages::PRODUCT)?;
    Ok(match shape {
        Shape::Plain | Shape::Purge => Answer::of(json!([])),
        Shape::Paged => page.cut(&[], Value::clone),
        Shape::Buckets => Answer::of(json!({ "buckets": [] })),
        Shape::Settings => Answer::of(settings()),
    })
}

fn settings() -> Value {
    let setting = |id: &str, value: &str| json!({ "id": id, "value": value, "editable": true, "modified_on": null });
    [
        ("always_use_https", "on"),
        ("automatic_https_rewrites", "on"),
        ("brotli", "on"),
        ("ssl", "full"),
    ]
    .into_iter()
    .map(|(id, value)| setting(id, value))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        let table = rows(include_str!("../../data/products.csv")).count();
        assert_eq!(
            PRODUCTS.len(),
            table,
            "a row naming an unknown group or shape would vanish silently"
        );
    }
}
