//! `/accounts/{id}/pages/projects`.

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    answer::Answer,
    call::{Call, Pages},
    people::{is_spreading, named},
    problem::Problem,
};
use crate::world::{
    Actor, World,
    group::Scope,
    policy::Target,
    project::{Project, is_name},
    token::date,
};

const PRODUCT: &str = "pages";
/// Wrangler asks for ten at a time; whether more is taken is not known, so more is refused.
const SIZES: Pages = Pages {
    default: 10,
    least: 1,
    most: 10,
};

/// Answers `/accounts/{account}/pages/projects/{rest}`.
pub(crate) fn answer(
    world: &mut World,
    actor: &Actor,
    account: &str,
    call: &Call<'_>,
    rest: &[&str],
    now: Timestamp,
) -> Result<Answer, Problem> {
    let enough: &[&str] = if *call.method == Method::GET {
        &["Pages Read", "Pages Write"]
    } else {
        &["Pages Write"]
    };
    let granted = world.may(
        actor,
        &named(enough, Scope::Account),
        Target::Account(account),
    );
    if !granted || is_spreading(world, actor, PRODUCT, now) {
        return Err(Problem::authentication_error());
    }
    match (call.method.as_str(), rest) {
        ("GET", []) => list(world, account, call),
        ("POST", []) => create(world, account, &call.json()?, now),
        ("GET", [name]) => find(world, account, name).map(|project| Answer::of(project.to_json())),
        ("PATCH", [name]) => {
            let body = call.json()?;
            let at = position(world, account, name)?;
            if let Some(branch) = body["production_branch"].as_str() {
                branch.clone_into(&mut world.projects[at].production_branch);
            }
            Ok(Answer::of(world.projects[at].to_json()))
        }
        ("DELETE", [name]) => {
            let at = position(world, account, name)?;
            world.projects.remove(at);
            Ok(Answer::of(Value::Null))
        }
        ("GET", [name, "domains"]) => {
            let project = find(world, account, name)?;
            Ok(call
                .page(Pages::PRODUCT)?
                .cut(&[project], |project| domain(project)))
        }
        ("GET", [name, "deployments"]) => {
            find(world, account, name)?;
            Ok(call.page(Pages::PRODUCT)?.cut(&[], Value::clone))
        }
        _ => Err(Problem::no_route()),
    }
}

fn list(world: &World, account: &str, call: &Call<'_>) -> Result<Answer, Problem> {
    let page = call.page(SIZES).map_err(|_| {
        let message = "Invalid list options provided. Review the `page` or `per_page` parameter.";
        Problem::new(StatusCode::BAD_REQUEST, 8_000_024, message)
    })?;
    let shown: Vec<&Project> = world
        .projects
        .iter()
        .filter(|project| project.account == account)
        .collect();
    Ok(page.cut(&shown, |project| project.to_json()))
}

fn create(
    world: &mut World,
    account: &str,
    body: &Value,
    now: Timestamp,
) -> Result<Answer, Problem> {
    let Some(name) = body["name"].as_str().filter(|name| is_name(name)) else {
        let message = "The project name must be 1 to 58 lower-case letters, digits and dashes, with no dash at either end.";
        return Err(Problem::new(StatusCode::BAD_REQUEST, 8_000_000, message));
    };
    let Some(branch) = body["production_branch"]
        .as_str()
        .filter(|branch| !branch.is_empty())
    else {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            8_000_000,
            "production_branch is required.",
        ));
    };
    if position(world, account, name).is_ok() {
        let message = "A project with this name already exists. Choose a different project name.";
        return Err(Problem::new(StatusCode::CONFLICT, 8_000_002, message));
    }
    let taken = world.projects.iter().any(|project| project.name == name);
    let subdomain = if taken {
        format!("{name}-{}.pages.dev", &world.random.id()[..3])
    } else {
        format!("{name}.pages.dev")
    };
    let project = Project {
        id: world.random.id(),
        account: account.to_owned(),
        name: name.to_owned(),
        subdomain,
        production_branch: branch.to_owned(),
        created_on: now,
    };
    let shown = project.to_json();
    world.projects.push(project);
    Ok(Answer::of(shown))
}

fn position(world: &World, account: &str, name: &str) -> Result<usize, Problem> {
    world.projects.iter().position(|project| project.account == account && project.name == name).ok_or_else(|| {
        let message = "Project not found. The specified project name does not match any of your existing projects.";
        Problem::new(StatusCode::NOT_FOUND, 8_000_007, message)
    })
}

fn find<'a>(world: &'a World, account: &str, name: &str) -> Result<&'a Project, Problem> {
    position(world, account, name).map(|at| &world.projects[at])
}

fn domain(project: &Project) -> Value {
    json!({
        "id": project.id,
        "domain_id": project.id,
        "name": project.subdomain,
        "status": "active",
        "certificate_authority": "google",
        "created_on": date(project.created_on),
        "validation_data": { "method": "http", "status": "active" },
        "verification_data": { "status": "active" },
        "zone_tag": "",
    })
}
