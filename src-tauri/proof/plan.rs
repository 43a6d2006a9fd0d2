//! Which questions show what a token can do, and what it cannot.

use super::endpoints::{ENDPOINTS, Endpoint, Place};

/// The resources that questions are asked about.
#[derive(Clone, Copy, Debug)]
pub struct Where<'a> {
    /// The nominated account.
    pub account: &'a str,
    /// The zones that the token was made for.
    pub zones: &'a [String],
    /// Another account that the pasted token sees, to show that the narrow one does not.
    pub other_account: Option<&'a str>,
}

/// One question.
#[derive(Clone, Debug)]
pub struct Question {
    /// What is read.
    pub endpoint: &'static Endpoint,
    /// Path and query to ask.
    pub path: String,
    /// What it is, in words.
    pub what: String,
    /// Whether the answer should be yes.
    pub allowed: bool,
}

/// The questions of one proof.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What has to be answered.
    pub can: Vec<Question>,
    /// What has to be refused.
    pub cannot: Vec<Question>,
}

/// Plans a proof: `probes` are the endpoint names of the permissions that were asked for, `groups` the names of
/// the permission groups that were granted.
pub fn plan(probes: &[&str], groups: &[&str], place: Where<'_>) -> Plan {
    let mut plan = Plan::default();
    for endpoint in ENDPOINTS {
        let opened = endpoint.accepts.iter().any(|group| groups.contains(group));
        if opened && probes.contains(&endpoint.id) {
            plan.can.extend(questions(endpoint, place, true));
        } else if !opened && endpoint.refuses_clearly && endpoint.place != Place::Zone {
            plan.cannot.extend(questions(endpoint, place, false));
        }
    }
    let shown = plan
        .can
        .iter()
        .map(|question| question.endpoint)
        .find(|e| e.place == Place::Account);
    if let (Some(other), Some(endpoint)) = (place.other_account, shown) {
        plan.cannot.push(Question {
            endpoint,
            path: endpoint.path(other),
            what: format!("{} of another account", endpoint.what),
            allowed: false,
        });
    }
    plan
}

fn questions(endpoint: &'static Endpoint, place: Where<'_>, allowed: bool) -> Vec<Question> {
    let ask = |resource: &str| Question {
        endpoint,
        path: endpoint.path(resource),
        what: endpoint.what.to_owned(),
        allowed,
    };
    match endpoint.place {
        Place::Account => vec![ask(place.account)],
        Place::User => vec![ask("")],
        Place::Zone => place.zones.iter().map(|zone| ask(zone)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_pages_token_has_one_thing_to_show_and_at_least_twelve_to_be_refused() {
        let place = Where {
            account: ACCOUNT,
            zones: &[],
            other_account: None,
        };
        let plan = plan(&["pages-projects"], &["Pages Write"], place);
        assert_eq!(plan.can.len(), 1);
        assert!(
            plan.cannot.len() >= 12,
            "{} refusals are too few to call it narrow",
            plan.cannot.len()
        );
        assert!(
            plan.cannot
                .iter()
                .all(|question| question.endpoint.id != "pages-projects")
        );
    }

    #[test]
    fn what_another_granted_group_opens_is_not_expected_to_be_refused() {
        let place = Where {
            account: ACCOUNT,
            zones: &[],
            other_account: None,
        };
        let plan = plan(&["workers-scripts"], &["Workers Scripts Write"], place);
        let refused: Vec<_> = plan
            .cannot
            .iter()
            .map(|question| question.endpoint.id)
            .collect();
        assert!(
            !refused.contains(&"queues"),
            "Workers Scripts opens queues as well"
        );
        assert!(
            !refused.contains(&"account"),
            "Workers Scripts opens the account as well"
        );
        assert!(refused.contains(&"pages-projects"));
    }

    #[test]
    fn another_visible_account_has_to_stay_closed() {
        let place = Where {
            account: ACCOUNT,
            zones: &[],
            other_account: Some("fedcba9876543210fedcba9876543210"),
        };
        let plan = plan(&["pages-projects"], &["Pages Write"], place);
        let last = plan.cannot.last().expect("there are refusals");
        assert!(
            last.path.contains("fedcba98"),
            "{} asks the wrong account",
            last.path
        );
    }
}
