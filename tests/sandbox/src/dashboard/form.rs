//! The token form: prefilled from a link, posted back, turned into a token.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::world::{
    Actor, World,
    draft::{Draft, Refused, policies_for},
    group::{self, Group, Scope},
    policy::Target,
    token::{Owner, Token},
    value::is_id,
};

/// Which token page was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// The user's own tokens.
    Profile,
    /// An account's tokens; which account, if the address says.
    Account(Option<String>),
}

/// What a resource selector stands on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Left unset: a token may be made so, and then it sees nothing there.
    #[default]
    Unset,
    All,
    One(String),
}

impl Choice {
    fn read(text: Option<&str>) -> Self {
        match text {
            None | Some("") => Self::Unset,
            Some("*" | "all") => Self::All,
            Some(id) => Self::One(id.to_owned()),
        }
    }
}

/// The form as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) groups: Vec<&'static Group>,
    pub(crate) account: Choice,
    pub(crate) zone: Choice,
    /// `YYYY-MM-DD`, meaning midnight UTC; empty for never.
    pub(crate) expires: String,
    /// Address ranges, parted by spaces or commas; empty for all.
    pub(crate) addresses: String,
}

#[derive(Deserialize)]
struct Row {
    key: String,
    #[serde(rename = "type")]
    level: String,
}

/// Decoded pairs of a query or a posted form.
#[derive(Debug, Default)]
pub(crate) struct Pairs(pub(crate) Vec<(String, String)>);

impl Pairs {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().trim().to_owned()
    }
}

impl Form {
    /// The form a link prefills; nothing when the link carries no keys, which is the plain list of tokens.
    ///
    /// Keys that the dashboard does not know leave their row out without a word.
    pub(crate) fn from_link(place: Place, query: &Pairs) -> Option<Self> {
        let rows: Vec<Row> =
            serde_json::from_str(query.get("permissionGroupKeys")?).unwrap_or_default();
        let mut groups: Vec<&'static Group> = Vec::new();
        for group in rows
            .iter()
            .filter_map(|row| group::by_link(&row.key, &row.level))
        {
            let offered = place == Place::Profile || group.scope != Scope::User;
            if offered && !groups.contains(&group) {
                groups.push(group);
            }
        }
        let account = match &place {
            Place::Profile => Choice::read(query.get("accountId")),
            Place::Account(account) => account.clone().map_or(Choice::Unset, Choice::One),
        };
        let zone = match query.get("zoneId") {
            None => Choice::All,
            given => Choice::read(given),
        };
        let name = query.text("name");
        Some(Self {
            place,
            name,
            groups,
            account,
            zone,
            expires: String::new(),
            addresses: String::new(),
        })
    }

    /// The form as a person posted it.
    pub(crate) fn from_post(pairs: &Pairs) -> Self {
        let account = Choice::read(pairs.get("account"));
        let place = match (pairs.get("owner"), &account) {
            (Some("account"), Choice::One(id)) => Place::Account(Some(id.clone())),
            (Some("account"), _) => Place::Account(None),
            _ => Place::Profile,
        };
        let chosen = pairs.0.iter().filter(|(key, _)| key == "group");
        Self {
            place,
            name: pairs.text("name"),
            groups: chosen.filter_map(|(_, id)| group::by_id(id)).collect(),
            account,
            zone: Choice::read(pairs.get("zone")),
            expires: pairs.text("expires"),
            addresses: pairs.text("addresses"),
        }
    }

    /// What the form asks for, judged as the signed-in person's wish.
    pub(crate) fn check(&self, world: &World, now: Timestamp) -> Result<(Draft, Owner), Refused> {
        let owner = match &self.place {
            Place::Profile => Owner::User,
            Place::Account(Some(account)) if is_id(account) => Owner::Account(account.clone()),
            Place::Account(_) => {
                return Err(Refused(
                    "Choose the account that the token shall belong to".to_owned(),
                ));
            }
        };
        if let Owner::Account(account) = &owner {
            let keeper = group::by_name("Account API Tokens Write", Scope::Account);
            if !world.may(&Actor::Person, keeper.as_slice(), Target::Account(account)) {
                return Err(Refused(
                    "Your role on this account does not let you create tokens for it".to_owned(),
                ));
            }
        }
        if self.groups.is_empty() {
            return Err(Refused("Choose at least one permission".to_owned()));
        }
        let draft = Draft::read(&self.to_json(world))?;
        world.judge(&draft, &owner, &Actor::Person, None, now)?;
        Ok((draft, owner))
    }

    /// Makes the token.
    pub(crate) fn make(&self, world: &mut World, now: Timestamp) -> Result<Token, Refused> {
        let (draft, owner) = self.check(world, now)?;
        Ok(world.make(draft, owner, now))
    }

    /// The body that the API would be sent. What has nothing to apply to is left out, so that a token made with no
    /// account chosen is alive and sees none.
    fn to_json(&self, world: &World) -> Value {
        let placed: Vec<&'static Group> = self
            .groups
            .iter()
            .copied()
            .filter(|group| self.is_placed(group.scope))
            .collect();
        let one = |choice: &Choice| match choice {
            Choice::One(id) => Some(id.clone()),
            Choice::All | Choice::Unset => None,
        };
        let (account, zone) = (one(&self.account), one(&self.zone));
        let addresses: Vec<&str> = self
            .addresses
            .split([',', ' '])
            .filter(|part| !part.is_empty())
            .collect();
        json!({
            "name": self.name,
            "policies": policies_for(&placed, &world.user.id, account.as_deref(), zone.as_deref()),
            "expires_on": (!self.expires.is_empty()).then(|| format!("{}T00:00:00Z", self.expires)),
            "condition": { "request_ip": { "in": addresses } },
        })
    }

    /// Whether a permission of `scope` has something to apply to.
    fn is_placed(&self, scope: Scope) -> bool {
        match scope {
            Scope::User => true,
            Scope::Account | Scope::Bucket => self.account != Choice::Unset,
            Scope::Zone => {
                matches!(self.zone, Choice::One(_))
                    || (self.zone == Choice::All && self.account != Choice::Unset)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(pairs: &[(&str, &str)]) -> Option<Form> {
        let pairs = pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        Form::from_link(Place::Profile, &Pairs(pairs))
    }

    #[test]
    fn a_link_fills_the_form_and_leaves_out_what_it_does_not_know() {
        let keys = r#"[{"key":"api_tokens","type":"edit"},{"key":"pages","type":"edit"},{"key":"page","type":"edit"}]"#;
        let form = link(&[
            ("permissionGroupKeys", keys),
            ("accountId", "*"),
            ("zoneId", "all"),
            ("name", " My app "),
        ])
        .expect("keys open the form");
        let names: Vec<_> = form.groups.iter().map(|group| group.name).collect();
        assert_eq!(
            names,
            ["API Tokens Write", "Pages Write"],
            "the unknown key \"pages\" has no row"
        );
        assert_eq!(
            (form.account, form.zone),
            (Choice::All, Choice::All),
            "both selectors are filled"
        );
        assert_eq!(form.name, "My app", "and the name");
    }

    #[test]
    fn a_link_without_keys_opens_the_list() {
        assert_eq!(link(&[("name", "x")]), None, "no keys, no form");
        let form = link(&[("permissionGroupKeys", "not json")]).expect("the form opens even so");
        assert!(form.groups.is_empty(), "but unreadable keys fill nothing");
        assert_eq!(
            form.account,
            Choice::Unset,
            "and no account is chosen for the person"
        );
    }
}
