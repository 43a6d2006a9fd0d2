//! Whether a token may be as it is asked for: by whom, for whom, on what.

use jiff::Timestamp;

use super::{
    Actor, World,
    draft::{Draft, Refused, refuse},
    group::Group,
    policy::{Effect, Resource},
    token::{Owner, Token},
};

/// Cloudflare's quotas: user tokens per user, account-owned tokens per account.
const USER_TOKENS: usize = 50;
const ACCOUNT_TOKENS: usize = 500;

impl World {
    /// Judges `draft` as a token of `owner`, asked for by `actor`, replacing `before` if it is an update.
    pub(crate) fn judge(
        &self,
        draft: &Draft,
        owner: &Owner,
        actor: &Actor,
        before: Option<&Token>,
        now: Timestamp,
    ) -> Result<(), Refused> {
        judge_dates(draft, now)?;
        for policy in &draft.policies {
            for resource in &policy.reach {
                self.judge_resource(resource, owner)?;
            }
        }
        if let Some(group) = draft.groups().find(|group| group.manages_tokens()) {
            judge_management(group, actor, before)?;
        }
        for policy in draft
            .policies
            .iter()
            .filter(|policy| policy.effect == Effect::Allow)
        {
            for group in &policy.groups {
                if !policy
                    .reach
                    .iter()
                    .all(|resource| self.can_hand_on(actor, group, resource))
                {
                    return refuse(format!(
                        "A selected permission cannot be granted (Permission group: \"{}\")",
                        group.name
                    ));
                }
            }
        }
        if before.is_none() {
            self.judge_quota(owner)?;
        }
        Ok(())
    }

    fn judge_quota(&self, owner: &Owner) -> Result<(), Refused> {
        let most = match owner {
            Owner::User | Owner::Member => USER_TOKENS,
            Owner::Account(_) => ACCOUNT_TOKENS,
        };
        if self
            .tokens
            .iter()
            .filter(|token| token.owner == *owner)
            .count()
            >= most
        {
            return refuse(format!(
                "The maximum number of API tokens ({most}) has been reached"
            ));
        }
        Ok(())
    }

    fn judge_resource(&self, resource: &Resource, owner: &Owner) -> Result<(), Refused> {
        let account = match resource {
            Resource::AllZones => return Ok(()),
            Resource::AllAccounts => None,
            Resource::User(tag) => {
                return match owner {
                    Owner::Account(_) => {
                        refuse("User-scoped permissions cannot be given to an account-owned token")
                    }
                    owner if tag != self.person(owner) => {
                        refuse("The user resource must be the token's own user")
                    }
                    Owner::User | Owner::Member => Ok(()),
                };
            }
            Resource::Zone(zone) => match self.zone(zone) {
                Some(zone) => Some(&zone.account),
                None => return refuse(format!("Zone \"{zone}\" is not available")),
            },
            Resource::Account(account)
            | Resource::ZonesOf(account)
            | Resource::Bucket(account)
            | Resource::BucketsOf(account) => Some(account),
        };
        match (owner, account) {
            (Owner::User | Owner::Member, None) => Ok(()),
            (Owner::User | Owner::Member, Some(account)) if self.is_member(account) => Ok(()),
            (Owner::Account(own), Some(account)) if own == account => Ok(()),
            (Owner::Account(_), _) => {
                refuse("The resources of an account-owned token must lie within its account")
            }
            (Owner::User | Owner::Member, Some(account)) => {
                refuse(format!("Account \"{account}\" is not available"))
            }
        }
    }

    /// Whether `actor` may put `group` on `resource` into a token.
    ///
    /// A user token hands on whatever its user's role allows, held or not. An account token does the same, except
    /// that for a single zone it must hold the very group itself (terraform-provider-cloudflare issue 7241).
    fn can_hand_on(&self, actor: &Actor, group: &'static Group, resource: &Resource) -> bool {
        if let Actor::Token(Token {
            owner: Owner::Account(_),
            ..
        }) = actor
        {
            let Resource::Zone(id) = resource else {
                return true;
            };
            return self
                .zone(id)
                .is_some_and(|zone| self.may(actor, &[group], zone.target()));
        }
        let account = match resource {
            Resource::Account(account)
            | Resource::ZonesOf(account)
            | Resource::BucketsOf(account)
            | Resource::Bucket(account) => account,
            Resource::Zone(id) => match self.zone(id) {
                Some(zone) => &zone.account,
                None => return false,
            },
            // All of them means all that the role allows: the role caps the use instead.
            Resource::User(_) | Resource::AllAccounts | Resource::AllZones => return true,
        };
        self.account(account)
            .is_some_and(|account| account.role.grants(group))
    }
}

fn judge_dates(draft: &Draft, now: Timestamp) -> Result<(), Refused> {
    if draft.expires_on.is_some_and(|end| end <= now) {
        return refuse("expires_on must lie in the future");
    }
    if let (Some(start), Some(end)) = (draft.not_before, draft.expires_on)
        && end <= start
    {
        return refuse("expires_on must lie after not_before");
    }
    Ok(())
}

/// A token never hands on the management of tokens; it may leave what is already there, so that it can shorten its
/// own life.
fn judge_management(
    group: &'static Group,
    actor: &Actor,
    before: Option<&Token>,
) -> Result<(), Refused> {
    let was_there = before.is_some_and(|token| {
        token
            .policies
            .iter()
            .any(|policy| policy.groups.contains(&group))
    });
    if matches!(actor, Actor::Token(_)) && !was_there {
        return refuse("sub-token is not allowed to have permissions to manage other tokens");
    }
    Ok(())
}
