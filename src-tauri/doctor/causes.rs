//! Each cause in a sentence with its next action.

use super::story::{Cause, CauseKind};
use crate::cloudflare::{Error, Kind};
use crate::http::{Failure, FailureKind};
use crate::problem::Next;

/// What a sentence about a cause can name. What is not known is empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// Permission groups.
    pub groups: Vec<String>,
    /// The account or zone that was asked about, by name or id.
    pub place: String,
    /// What the token reaches instead, by name or id.
    pub instead: String,
    /// The address that Cloudflare saw.
    pub address: String,
    /// Who issued a certificate that is not Cloudflare's.
    pub issuer: String,
    /// Until when, or since when (UTC), or how far off.
    pub when: String,
    /// The words of whoever knows better.
    pub words: String,
    /// What was seen, for an expert.
    pub evidence: Option<String>,
}

impl Facts {
    /// The cause of this kind in words.
    pub(super) fn cause(self, kind: CauseKind) -> Cause {
        let (message, action, next) = self.say(kind);
        Cause {
            kind,
            message,
            action,
            next,
            groups: self.groups,
            evidence: self.evidence,
        }
    }

    #[allow(clippy::too_many_lines, reason = "a table of words")]
    fn say(&self, kind: CauseKind) -> (String, String, Next) {
        let groups = list(&self.groups);
        let place = or(&self.place, "the one that was asked about");
        let (message, action, next) = match kind {
            CauseKind::GlobalApiKey => (
                "This is a Global API Key, not an API token: it is sent in other headers, may do everything, and cannot be limited.".into(),
                "Make an API token with only what is needed. As the key has been copied, consider changing it in your profile.",
                Next::OpenTokenPage,
            ),
            CauseKind::OriginCaKey => (
                "This is an Origin CA key, which only makes certificates for origins.".into(),
                "Make an API token and use that.",
                Next::OpenTokenPage,
            ),
            CauseKind::NotAToken => (
                or(&self.words, "This is no token.").to_owned(),
                "Copy the token alone and give it once more.",
                Next::PasteAgain,
            ),
            CauseKind::TokenMalformed => (
                "Cloudflare cannot read this token: it is cut short, or something is pasted along with it.".into(),
                "Copy the token once more, whole and alone.",
                Next::PasteAgain,
            ),
            CauseKind::KeyOrEmailWrong => (
                "The Global API Key and the e-mail address do not belong together, or the key was changed.".into(),
                "Check the address of the login, and look the key up under My Profile, API Tokens.",
                Next::PasteAgain,
            ),
            CauseKind::TokenUnknown => (
                "Cloudflare does not know this value: it was mistyped, or the token was deleted, rolled, or revoked after a leak.".into(),
                "Copy it once more. If it stays so, make a new token; a credential that may read the list of tokens tells which of these it was.",
                Next::PasteAgain,
            ),
            CauseKind::TokenDeleted => (
                "This token was deleted at Cloudflare.".into(),
                "Make a new one, or connect again.",
                Next::OpenTokenPage,
            ),
            CauseKind::TokenRolled => (
                "This token was rolled: it lives at Cloudflare with another value, and this value is dead.".into(),
                "Use the new value where it is known, or make a new token.",
                Next::PasteAgain,
            ),
            CauseKind::TokenExposed => (
                "Cloudflare found this token in public and revoked it.".into(),
                "Find out how it got out and look at the audit log, then make a new one.",
                Next::OpenTokenPage,
            ),
            CauseKind::TokenDisabled => (
                "This token is switched off at Cloudflare.".into(),
                "Switch it on in Cloudflare's list of tokens, or make a new one.",
                Next::OpenTokenList,
            ),
            CauseKind::TokenExpired => (
                format!("This token's time is over{}.", since(" since ", &self.when)),
                "Give it a later end in Cloudflare's list of tokens, or make a new one.",
                Next::OpenTokenList,
            ),
            CauseKind::TokenNotYetValid => (
                format!("This token is not valid yet{}.", since(": it starts on ", &self.when)),
                "Wait until then, or change its start in Cloudflare's list of tokens.",
                Next::OpenTokenList,
            ),
            CauseKind::TokenInactive => (
                format!("This token is not active at Cloudflare{}.", since(": ", &self.words)),
                "Look at it in Cloudflare's list of tokens, or make a new one.",
                Next::OpenTokenList,
            ),
            CauseKind::AddressBlocked => (
                format!(
                    "This token may not be used from this computer's address{}.",
                    since(": Cloudflare saw ", &self.address)
                ),
                "Add the address to the token's address filter (IPv4 and IPv6 both count), or use the token where it is allowed.",
                Next::OpenTokenList,
            ),
            CauseKind::AccountTokenAsUser => (
                format!(
                    "This is an account's token where a person's is wanted{}.",
                    since(": ", &self.words)
                ),
                "Make a user token, under My Profile, API Tokens.",
                Next::OpenTokenPage,
            ),
            CauseKind::UserTokenAsAccount => (
                format!(
                    "This is a person's token where an account's is wanted{}.",
                    since(": ", &self.words)
                ),
                "Make an account token, under Manage Account, API Tokens.",
                Next::OpenTokenPage,
            ),
            CauseKind::Dns => (
                "The name of Cloudflare's server could not be resolved.".into(),
                "Check that this computer is online and its DNS server answers, then check again.",
                Next::Retry,
            ),
            CauseKind::TlsIntercepted => (
                format!(
                    "Something on the way opens secure connections: the certificate shown is not one that this computer trusts{}.",
                    since(": it was issued by ", &self.issuer)
                ),
                "If your company inspects traffic, its certificate has to be installed on this computer. Otherwise use another network.",
                Next::Retry,
            ),
            CauseKind::TlsFailed => (
                "A secure connection could not be made: what answers there does not speak as it should.".into(),
                "Something on the way may be in between. Try another network.",
                Next::Retry,
            ),
            CauseKind::Proxy => (
                "The proxy set on this computer did not let the request through.".into(),
                "Check the proxy settings (also HTTPS_PROXY), or sign in at the proxy, then check again.",
                Next::Retry,
            ),
            CauseKind::NoNetwork => (
                "Cloudflare could not be reached from this computer.".into(),
                "Check the network, the firewall and the proxy settings, then check again.",
                Next::Retry,
            ),
            CauseKind::NoAnswer => (
                "No whole answer came from Cloudflare.".into(),
                "Check the network, then check again.",
                Next::Retry,
            ),
            CauseKind::NotCloudflare => (
                "What answered is not Cloudflare: a sign-in page of the network or a proxy is in the way.".into(),
                "Open a page in the browser and sign in to the network, then check again.",
                Next::Retry,
            ),
            CauseKind::CloudflareDown => (
                "Cloudflare is in trouble and could not answer.".into(),
                "Check again in a minute; cloudflarestatus.com tells more.",
                Next::Retry,
            ),
            CauseKind::ClockWrong => (
                format!("This computer's clock is wrong{}.", since(": ", &self.when)),
                "Set date and time (or let the system set them), then check again.",
                Next::Retry,
            ),
            CauseKind::RateLimited => (
                format!(
                    "Cloudflare asks for a pause{}: too many requests were made with this login.",
                    since(" until ", &self.when)
                ),
                "Wait until then, and close what else uses the same login, then check again.",
                Next::Retry,
            ),
            CauseKind::Propagation => (
                format!(
                    "The token is new or was just changed, and not every service of Cloudflare knows it yet{}.",
                    since(": ", &groups)
                ),
                "Wait a minute and check again, or let Narrows wait for it.",
                Next::Retry,
            ),
            CauseKind::NoAccountVisible => (
                "The token is active and sees no account: in Cloudflare's form, Account Resources was left empty.".into(),
                "Edit the token and choose the account under Account Resources.",
                Next::OpenTokenList,
            ),
            CauseKind::NoPermission => (
                "The token is active and holds none of the permissions that are needed.".into(),
                "Make a token through the link: it fills in all of them.",
                Next::OpenTokenPage,
            ),
            CauseKind::AccountNotNamed => (
                if self.instead.is_empty() {
                    "Cloudflare does not tell this account token's account, and none was named.".into()
                } else {
                    format!("The token sees several accounts, and none was named: {}.", self.instead)
                },
                "Name the account.",
                Next::ChangeChoices,
            ),
            CauseKind::ZoneNotNamed => (
                format!("Permissions of a zone are needed, and none was named: {groups}."),
                "Name the zone.",
                Next::ChangeChoices,
            ),
            CauseKind::WrongAccount => (
                format!(
                    "The token does not reach the account {place}{}.",
                    since("; it reaches ", &self.instead)
                ),
                "Name the account that it is for, or change its Account Resources to this one.",
                Next::ChangeChoices,
            ),
            CauseKind::WrongZone => (
                format!(
                    "The token does not reach the zone {place}{}.",
                    since("; it reaches ", &self.instead)
                ),
                "Name the zone that it is for, or change its Zone Resources to this one.",
                Next::ChangeChoices,
            ),
            CauseKind::LevelTooLow => (
                format!("The level is too low: the token only reads where it has to write ({groups})."),
                "Change the level of these rows from Read to Edit.",
                Next::OpenTokenPage,
            ),
            CauseKind::GroupMissing => (
                format!("The token lacks {groups}."),
                "Add these rows to the token, or make one through the link.",
                Next::OpenTokenPage,
            ),
            CauseKind::PermissionDenied => (
                format!("The token holds {groups}, and another row of it denies the same. A deny outweighs."),
                "Take the deny out of the token.",
                Next::OpenTokenList,
            ),
            CauseKind::RoleTooSmall => (
                format!(
                    "The token holds {groups}, but its person may not do that: their own role in the account is too small, and a token never reaches further than its person."
                ),
                "Ask a Super Administrator of the account to give the role, or to make the token.",
                Next::OpenTokenPage,
            ),
            CauseKind::ProductNotEnabled => (
                format!("The product is not switched on in this account{}.", since(": ", &self.words)),
                "Switch it on in Cloudflare's dashboard (R2 asks for a plan once), then check again.",
                Next::Retry,
            ),
            CauseKind::ProductRefusesAccountTokens => (
                format!("The token holds {groups}, but this product answers no account's tokens."),
                "Use a user token for it.",
                Next::OpenTokenPage,
            ),
            CauseKind::NotForAccountTokens => (
                format!("An account's token cannot have {groups}: these belong to a person."),
                "Go without, or make a user token.",
                Next::OpenTokenPage,
            ),
        };
        (message, action.to_owned(), next)
    }
}

/// What keeps a whole diagnosis from being made, and what an error of ours says of it.
pub(super) fn of_error(error: &Error) -> CauseKind {
    if let Some(failure) = &error.failure {
        return of_failure(failure);
    }
    of_kind(&error.kind)
}

/// The same of a kind alone.
pub(super) fn of_kind(kind: &Kind) -> CauseKind {
    match kind {
        Kind::MalformedCredential | Kind::MalformedHeader => CauseKind::TokenMalformed,
        Kind::AuthMissing => CauseKind::GlobalApiKey,
        Kind::WrongKeyOrEmail | Kind::WrongSecretInHeader => CauseKind::KeyOrEmailWrong,
        Kind::UnknownToken => CauseKind::TokenUnknown,
        Kind::AddressBlocked { .. } => CauseKind::AddressBlocked,
        Kind::AccountsUnsupported => CauseKind::AccountNotNamed,
        Kind::RateLimited => CauseKind::RateLimited,
        Kind::ServerError => CauseKind::CloudflareDown,
        Kind::NotCloudflare | Kind::BrowserBan | Kind::EdgeBlocked | Kind::Challenged => {
            CauseKind::NotCloudflare
        }
        Kind::NoNetwork => CauseKind::NoNetwork,
        Kind::NoAnswer => CauseKind::NoAnswer,
        _ => CauseKind::TokenInactive,
    }
}

fn of_failure(failure: &Failure) -> CauseKind {
    let detail = failure.detail.to_lowercase().replace(' ', "");
    match failure.kind {
        FailureKind::Dns => CauseKind::Dns,
        FailureKind::Refused | FailureKind::Unreachable => CauseKind::NoNetwork,
        FailureKind::Proxy => CauseKind::Proxy,
        FailureKind::Tls if !detail.contains("certificate") => CauseKind::TlsFailed,
        FailureKind::Tls if detail.contains("expired") || detail.contains("notvalidyet") => {
            CauseKind::ClockWrong
        }
        FailureKind::Tls => CauseKind::TlsIntercepted,
        _ => CauseKind::NoAnswer,
    }
}

impl CauseKind {
    /// Whether the token itself cannot be used, so that nothing else is worth telling.
    pub(super) fn spoils_the_token(self) -> bool {
        matches!(
            self,
            Self::GlobalApiKey
                | Self::OriginCaKey
                | Self::NotAToken
                | Self::TokenMalformed
                | Self::KeyOrEmailWrong
                | Self::TokenUnknown
                | Self::TokenDeleted
                | Self::TokenRolled
                | Self::TokenExposed
                | Self::TokenDisabled
                | Self::TokenExpired
                | Self::TokenNotYetValid
                | Self::TokenInactive
                | Self::AddressBlocked
        )
    }

    /// Whether the question stays open because nobody could be asked.
    pub(super) fn keeps_from_asking(self) -> bool {
        matches!(
            self,
            Self::Dns
                | Self::TlsIntercepted
                | Self::TlsFailed
                | Self::Proxy
                | Self::NoNetwork
                | Self::NoAnswer
                | Self::NotCloudflare
                | Self::CloudflareDown
                | Self::RateLimited
        )
    }

    /// The headline where nothing was counted.
    pub(super) fn headline(self) -> &'static str {
        match self {
            Self::GlobalApiKey => "a Global API Key, not a token",
            Self::OriginCaKey => "an Origin CA key, not a token",
            Self::NotAToken => "not a token",
            Self::TokenMalformed => "token unreadable",
            Self::KeyOrEmailWrong => "key or e-mail wrong",
            Self::TokenUnknown => "token unknown",
            Self::TokenDeleted => "token deleted",
            Self::TokenRolled => "token rolled",
            Self::TokenExposed => "token leaked and revoked",
            Self::TokenDisabled => "token disabled",
            Self::TokenExpired => "token expired",
            Self::TokenNotYetValid => "token not yet valid",
            Self::AddressBlocked => "address blocked",
            Self::TokenInactive => "token not active",
            Self::RateLimited => "could not tell: rate limited",
            Self::AccountNotNamed => "could not tell: account not named",
            _ => "could not ask Cloudflare",
        }
    }
}

/// `lead` and `text`, or nothing where there is no text.
fn since(lead: &str, text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("{lead}{text}")
    }
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

/// "A, B and C".
fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::http::Effect;

    /// The golden table: scripts and support read these words.
    const CODES: &[(CauseKind, &str)] = &[
        (CauseKind::GlobalApiKey, "global-api-key"),
        (CauseKind::OriginCaKey, "origin-ca-key"),
        (CauseKind::NotAToken, "not-a-token"),
        (CauseKind::TokenMalformed, "token-malformed"),
        (CauseKind::KeyOrEmailWrong, "key-or-email-wrong"),
        (CauseKind::TokenUnknown, "token-unknown"),
        (CauseKind::TokenDeleted, "token-deleted"),
        (CauseKind::TokenRolled, "token-rolled"),
        (CauseKind::TokenExposed, "token-exposed"),
        (CauseKind::TokenDisabled, "token-disabled"),
        (CauseKind::TokenExpired, "token-expired"),
        (CauseKind::TokenNotYetValid, "token-not-yet-valid"),
        (CauseKind::TokenInactive, "token-inactive"),
        (CauseKind::AddressBlocked, "address-blocked"),
        (CauseKind::AccountTokenAsUser, "account-token-as-user"),
        (CauseKind::UserTokenAsAccount, "user-token-as-account"),
        (CauseKind::Dns, "dns"),
        (CauseKind::TlsIntercepted, "tls-intercepted"),
        (CauseKind::TlsFailed, "tls-failed"),
        (CauseKind::Proxy, "proxy"),
        (CauseKind::NoNetwork, "no-network"),
        (CauseKind::NoAnswer, "no-answer"),
        (CauseKind::NotCloudflare, "not-cloudflare"),
        (CauseKind::CloudflareDown, "cloudflare-down"),
        (CauseKind::ClockWrong, "clock-wrong"),
        (CauseKind::RateLimited, "rate-limited"),
        (CauseKind::Propagation, "propagation"),
        (CauseKind::NoAccountVisible, "no-account-visible"),
        (CauseKind::NoPermission, "no-permission"),
        (CauseKind::AccountNotNamed, "account-not-named"),
        (CauseKind::ZoneNotNamed, "zone-not-named"),
        (CauseKind::WrongAccount, "wrong-account"),
        (CauseKind::WrongZone, "wrong-zone"),
        (CauseKind::LevelTooLow, "level-too-low"),
        (CauseKind::GroupMissing, "group-missing"),
        (CauseKind::PermissionDenied, "permission-denied"),
        (CauseKind::RoleTooSmall, "role-too-small"),
        (CauseKind::ProductNotEnabled, "product-not-enabled"),
        (
            CauseKind::ProductRefusesAccountTokens,
            "product-refuses-account-tokens",
        ),
        (CauseKind::NotForAccountTokens, "not-for-account-tokens"),
    ];

    #[test]
    fn codes_stay_as_they_are_and_each_has_its_own_sentence_and_action() {
        let mut sentences = HashSet::new();
        for (kind, code) in CODES {
            assert_eq!(
                serde_json::to_value(kind).unwrap(),
                *code,
                "scripts read this word"
            );
            let facts = Facts {
                groups: vec!["Pages Write".to_owned()],
                ..Facts::default()
            };
            let cause = facts.cause(*kind);
            assert!(
                cause.message.ends_with('.') && cause.action.ends_with('.'),
                "{code}: {cause:?}"
            );
            assert!(
                sentences.insert(cause.message.clone()),
                "{code} is told in another's words: {}",
                cause.message
            );
        }
    }

    fn broken(kind: FailureKind, detail: &str) -> Error {
        let failure = Failure {
            label: "GET /user/tokens/verify",
            kind,
            effect: Effect::NeverSent,
            status: None,
            detail: detail.to_owned(),
        };
        Error {
            kind: Kind::NoNetwork,
            status: None,
            code: None,
            message: "".into(),
            trail: Box::default(),
            retry_after: None,
            label: "GET /user/tokens/verify",
            failure: Some(Box::new(failure)),
        }
    }

    #[test]
    fn what_breaks_on_the_way_is_told_apart() {
        for (kind, detail, cause) in [
            (FailureKind::Dns, "", CauseKind::Dns),
            (FailureKind::Refused, "", CauseKind::NoNetwork),
            (FailureKind::Unreachable, "", CauseKind::NoNetwork),
            (
                FailureKind::Proxy,
                "tunnel error: unsuccessful",
                CauseKind::Proxy,
            ),
            (
                FailureKind::Tls,
                "invalid peer certificate: UnknownIssuer",
                CauseKind::TlsIntercepted,
            ),
            (
                FailureKind::Tls,
                "invalid peer certificate: certificate expired: verification time …",
                CauseKind::ClockWrong,
            ),
            (
                FailureKind::Tls,
                "invalid peer certificate: certificate not valid yet: verification time …",
                CauseKind::ClockWrong,
            ),
            (
                FailureKind::Tls,
                "received corrupt message of type InvalidContentType",
                CauseKind::TlsFailed,
            ),
            (FailureKind::Timeout, "", CauseKind::NoAnswer),
            (FailureKind::Cut, "", CauseKind::NoAnswer),
        ] {
            assert_eq!(of_error(&broken(kind, detail)), cause, "{kind:?} {detail}");
        }
    }
}
