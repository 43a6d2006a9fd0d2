//! Pages projects.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::token::date;

/// The longest name create-cloudflare lets through.
const LONGEST_NAME: usize = 58;

/// One Pages project.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) name: String,
    /// `<something>.pages.dev`: not always the name, because names are taken by everybody's projects.
    pub(crate) subdomain: String,
    pub(crate) production_branch: String,
    pub(crate) created_on: Timestamp,
}

/// Whether `name` may name a project: lower case, digits and dashes, no dash at an end, at most 58 characters.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && !name.starts_with('-')
        && !name.ends_with('-')
}

impl Project {
    pub(crate) fn to_json(&self) -> Value {
        let environment = json!({
            "always_use_latest_compatibility_date": false,
            "build_image_major_version": 3,
            "compatibility_date": "2026-01-01",
            "compatibility_flags": [],
            "env_vars": null,
            "fail_open": true,
            "usage_model": "standard",
        });
        json!({
            "id": self.id,
            "name": self.name,
            "subdomain": self.subdomain,
            "domains": [self.subdomain],
            "production_branch": self.production_branch,
            "created_on": date(self.created_on),
            "build_config": {
                "build_caching": false,
                "build_command": "",
                "destination_dir": "",
                "root_dir": "",
                "web_analytics_tag": null,
                "web_analytics_token": null,
            },
            "deployment_configs": { "preview": environment, "production": environment },
            "canonical_deployment": null,
            "latest_deployment": null,
            "framework": "",
            "framework_version": "",
            "preview_script_name": format!("pages-worker--{}-preview", self.id),
            "production_script_name": format!("pages-worker--{}-production", self.id),
            "uses_functions": false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn project_names_follow_the_rules_of_the_dashboard() {
        for name in ["a", "generator-42", "0day"] {
            assert!(is_name(name), "{name} is fine");
        }
        for name in ["", "-a", "a-", "A", "a_b", "a.b", "ä", &"x".repeat(59)] {
            assert!(!is_name(name), "{name:?} must be refused");
        }
    }
}
