//! What a diagnosis tells: the words that the window, the command line and the support bundle share.
//!
//! Everything here is data without secrets; the page's types are made from it. Words in kebab-case are stable: a golden
//! test pins them.

use serde::{Deserialize, Serialize};

use crate::problem::Next;
use crate::secret::Fingerprint;
use crate::story::Choices;

/// What a token can do, why it fails, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Diagnosis {
    /// This diagnosis's id.
    pub run: String,
    /// When it was finished (RFC 3339, UTC).
    pub at: String,
    /// The result in a few characters: `8/8`, `6/8, 2 missing`, `8/8, 3 assumed`; of a token that cannot be used, why.
    pub headline: String,
    /// The same in numbers.
    pub score: Tally,
    /// Who the token is.
    pub token: DiagnosedToken,
    /// The stored connection that was diagnosed; nothing for a pasted token.
    pub connection: Option<String>,
    /// The profile that it was held against; nothing where it was only asked what the token can do.
    pub profile: Option<Named>,
    /// The account that was asked about; nothing where none was named and none could be told.
    pub account: Option<Named>,
    /// The zones that were asked about.
    pub zones: Vec<Named>,
    /// Accounts that the token sees, by name.
    pub accounts_seen: Vec<Named>,
    /// Each permission, in the profile's order; what is more than asked comes last.
    pub permissions: Vec<DiagnosedPermission>,
    /// What is wrong, the first to be mended first.
    pub causes: Vec<Cause>,
    /// The token page with only what is missing; nothing where nothing is missing that a link can carry.
    pub fix_link: Option<String>,
    /// The rows to add by hand, for a token that exists.
    pub fix_rows: Vec<FixRow>,
    /// For a token that this installation made and that cannot be used, or seems to lack what its own profile asks
    /// for: the choices with which connect makes it again.
    pub connect_again: Option<ConnectAgain>,
    /// What else should be known, a sentence each.
    pub notices: Vec<String>,
    /// How it was asked.
    pub options: DoctorOptions,
    /// 0 all required granted, 1 something missing, 2 token unusable, 3 could not tell.
    pub exit: u8,
    /// Longest chain of requests.
    pub rounds: u32,
    /// Milliseconds from begin to end.
    pub elapsed_ms: u32,
    /// Each request, in the order in which they were begun.
    pub calls: Vec<DoctorCall>,
}

/// Counts behind a headline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Tally {
    /// Permissions that count: required ones, and those whose condition holds.
    pub of: u32,
    /// Of these, granted.
    pub granted: u32,
    /// Of the granted, those with evidence `assumed`.
    pub assumed: u32,
    /// Missing.
    pub missing: u32,
    /// Not possible for this kind of token.
    pub not_possible: u32,
    /// Could not be told.
    pub unknown: u32,
    /// Granted beyond what was asked; outside of `of`.
    pub excess: u32,
}

/// An id with a name for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Named {
    /// The id.
    pub id: String,
    /// The name; the id once more where the token may not read it.
    pub name: String,
}

/// Who the token is. Never its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct DiagnosedToken {
    /// What it is.
    pub kind: CredentialKind,
    /// What its shape looks like, such as "User API token".
    pub looks_like: String,
    /// Cloudflare's id of it; nothing where Cloudflare does not know it.
    pub id: Option<String>,
    /// Its name at Cloudflare, where it could be read.
    pub name: Option<String>,
    /// Cloudflare's word: `active`, `disabled`, `expired`, `revoked (exposed)`; nothing where it was not told.
    pub status: Option<String>,
    /// When it was made (RFC 3339, UTC), where it could be read.
    pub issued_on: Option<String>,
    /// When it stops working (RFC 3339, UTC), if it does and that was told.
    pub expires_on: Option<String>,
    /// When it starts working (RFC 3339, UTC), if it does and that was told.
    pub not_before: Option<String>,
    /// From where it may be used: nothing where that could not be read, empty lists for anywhere.
    pub addresses: Option<AddressCondition>,
    /// The address that Cloudflare saw us come from, where it told.
    pub address_seen: Option<String>,
    /// Its last four characters.
    pub last_four: String,
    /// Its public name here.
    pub fingerprint: Fingerprint,
    /// How its policies were read.
    pub policy: PolicySource,
}

/// Kinds of credential that can be diagnosed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKind {
    /// A person's API token.
    User,
    /// An account's API token.
    Account,
    /// A Global API Key.
    GlobalKey,
    /// An Origin CA key.
    OriginCaKey,
    /// Something that Cloudflare did not tell, or does not know.
    Unknown,
}

/// Who let us read the token's policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum PolicySource {
    /// The token itself.
    Own,
    /// The second, more powerful credential.
    Second,
    /// Nobody: only probes tell.
    None,
}

/// A limit on where a token may be used, as CIDR ranges.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct AddressCondition {
    /// Only from these; empty for anywhere.
    pub only_from: Vec<String>,
    /// Never from these.
    pub not_from: Vec<String>,
}

/// One permission with what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct DiagnosedPermission {
    /// Cloudflare's API name, such as `Pages Write`.
    pub group: String,
    /// `account`, `zone`, `user` or `bucket`.
    pub scope: String,
    /// The API's word: `read`, `write`, `purge`, `run`, `revoke`.
    pub level: String,
    /// Id of the account or zone that it was asked about; empty for the person's own, and where none is known.
    pub resource: String,
    /// Name of that account or zone, where it is known.
    pub resource_name: Option<String>,
    /// The row in the dashboard's wording, such as "Account · Cloudflare Pages · Edit".
    pub dashboard: String,
    /// Why the profile asks for it; empty where it does not.
    pub why: String,
    /// What the platform creates with it, where that is more than what it is asked for.
    #[serde(default)]
    pub creates: Option<String>,
    /// When the profile needs it.
    pub need: PermissionNeed,
    /// What was found.
    pub state: PermissionState,
    /// Why we believe it; nothing where nothing is known.
    pub evidence: Option<Evidence>,
    /// Method and path of the request that showed it, such as `GET /accounts/{account}/pages/projects`.
    pub endpoint: Option<String>,
    /// HTTP status; nothing where it was not asked or no answer came.
    pub http_status: Option<u16>,
    /// Cloudflare's code, where there was one.
    pub code: Option<u32>,
    /// Cloudflare's words, where there were any.
    pub message: Option<String>,
    /// Cloudflare's id of the request (`cf-ray`), where there was one.
    pub ray: Option<String>,
    /// What was concluded, and from what, in a sentence.
    pub note: String,
    /// What to do, in a sentence; nothing where nothing is to be done.
    pub fix: Option<String>,
    /// The write on nothing that shows it, such as `DELETE /zones/{zone}/dns_records/{hex}`; nothing where there is none.
    #[serde(default)]
    pub harmless_write: Option<String>,
}

/// When a permission is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum PermissionNeed {
    /// Always.
    Required,
    /// Because a condition of the profile holds.
    Condition,
    /// Not: without it something is off, and the rest works.
    Optional,
    /// Nobody asked for it.
    Unasked,
}

/// What was found of a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum PermissionState {
    /// The token has it.
    Granted,
    /// The token lacks it, and it is needed.
    Missing,
    /// The token lacks it, and what it is for is off.
    OptionalOff,
    /// No token of this kind can have it.
    NotPossible,
    /// The token has it, and nobody asked for it.
    Excess,
    /// Could not be told.
    Unknown,
}

/// Why we believe that a permission is there, or is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The token's policy says so.
    Policy,
    /// A request showed it.
    Call,
    /// A request showed less (Read where Write is needed), and nothing speaks against it.
    Assumed,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Cause {
    /// Which of the known causes.
    pub kind: CauseKind,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The next action, in a sentence.
    pub action: String,
    /// The button for that action.
    pub next: Next,
    /// Permission groups that it concerns; empty where it concerns the token as a whole.
    pub groups: Vec<String>,
    /// What was seen, for an expert. Never a value.
    pub evidence: Option<String>,
}

/// Causes that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum CauseKind {
    /// What was given is a Global API Key.
    GlobalApiKey,
    /// What was given is an Origin CA key.
    OriginCaKey,
    /// What was given is certainly no token.
    NotAToken,
    /// Cloudflare cannot read it: cut short, or with something around it.
    TokenMalformed,
    /// Global API Key and e-mail do not belong together.
    KeyOrEmailWrong,
    /// Cloudflare knows no such value: mistyped, deleted or rolled.
    TokenUnknown,
    /// It was deleted.
    TokenDeleted,
    /// It has another value by now.
    TokenRolled,
    /// It was found in public and revoked.
    TokenExposed,
    /// It is switched off.
    TokenDisabled,
    /// Its time is over.
    TokenExpired,
    /// Its time has not come.
    TokenNotYetValid,
    /// It is not active, and Cloudflare's word for why is a new one.
    TokenInactive,
    /// It may not be used from this computer's address.
    AddressBlocked,
    /// An account's token where a person's is wanted.
    AccountTokenAsUser,
    /// A person's token where an account's is wanted.
    UserTokenAsAccount,
    /// The name of Cloudflare's server could not be resolved.
    Dns,
    /// Something on the way shows a certificate of its own.
    TlsIntercepted,
    /// A secure connection failed otherwise.
    TlsFailed,
    /// The proxy did not let the request through.
    Proxy,
    /// Cloudflare could not be reached.
    NoNetwork,
    /// No whole answer came.
    NoAnswer,
    /// What answered is not Cloudflare.
    NotCloudflare,
    /// Cloudflare is in trouble.
    CloudflareDown,
    /// This computer's clock is wrong.
    ClockWrong,
    /// Cloudflare asks for a pause.
    RateLimited,
    /// The token is new, and not known everywhere yet.
    Propagation,
    /// The token lives and sees no account.
    NoAccountVisible,
    /// The token lives and holds no permission at all.
    NoPermission,
    /// The token sees several accounts and none was named.
    AccountNotNamed,
    /// Permissions of a zone are needed, and none was named.
    ZoneNotNamed,
    /// The token is for another account.
    WrongAccount,
    /// The token is for another zone.
    WrongZone,
    /// It reads where it has to write.
    LevelTooLow,
    /// A permission is not there.
    GroupMissing,
    /// A permission is there, and a deny outweighs it.
    PermissionDenied,
    /// The token has it, and the role of the person behind it does not reach that far.
    RoleTooSmall,
    /// The product is not switched on in this account.
    ProductNotEnabled,
    /// The product takes no account's tokens.
    ProductRefusesAccountTokens,
    /// Account tokens cannot have it.
    NotForAccountTokens,
}

/// One row to add in Cloudflare's form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct FixRow {
    /// In the dashboard's wording, such as "Account · Cloudflare Pages · Edit".
    pub dashboard: String,
    /// In the API's wording, such as `Pages Write`.
    pub group: String,
    /// `account`, `zone`, `user` or `bucket`.
    pub scope: String,
    /// What to choose under resources, in words.
    pub resource: String,
    /// Why it is asked.
    pub why: String,
    /// Whether the link fills it in; otherwise it has to be added by hand.
    pub in_link: bool,
}

/// How connect makes a stored connection's token again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ConnectAgain {
    /// The profile's id.
    pub profile: String,
    /// The same choices as before.
    pub choices: Choices,
}

/// How a token is to be asked. Everything may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(default, deny_unknown_fields)]
pub struct DoctorOptions {
    /// What the token is held against.
    pub against: Against,
    /// Account id; left out, the connection's own, or the only one that the token sees.
    pub account: Option<String>,
    /// Zone ids; left out, those of the connection.
    pub zones: Vec<String>,
    /// Ids of the profile's conditions that hold; left out, those of the connection, or those that the token seems
    /// to have been made for.
    pub with: Vec<String>,
    /// Asks also with writes that cannot touch anything.
    pub probe_writes: bool,
    /// What is only assumed leaves the question open (exit 3).
    pub strict: bool,
    /// Asks again for up to 60 seconds while the token may still be spreading.
    pub watch: bool,
}

/// What a token is held against.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum Against {
    /// The connection's own profile; nothing for a token that belongs to none.
    #[default]
    Own,
    /// Nothing: it is only asked what the token can do.
    Nothing,
    /// A built-in profile's id, or a file.
    Profile(String),
}

/// A second credential as it lies ready. Never its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct SecondCard {
    /// What its shape looks like, such as "User API token".
    pub looks_like: String,
    /// Its last four characters.
    pub last_four: String,
}

/// One line of live progress of a diagnosis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum DoctorProgress {
    /// Cloudflare told who the token is.
    Token(Box<DiagnosedToken>),
    /// A permission was answered. A later line on the same group, scope and resource replaces an earlier one.
    Row(Box<DiagnosedPermission>),
    /// Asking pauses, or goes on asking.
    Waiting(Waiting),
}

/// Why it takes longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Waiting {
    /// What is waited for: `propagation` or `rate-limited`.
    pub kind: CauseKind,
    /// In a sentence.
    pub message: String,
    /// Milliseconds since the diagnosis began.
    pub at_ms: u32,
}

/// One request of a diagnosis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct DoctorCall {
    /// Method and path template; no ids, no values.
    pub label: String,
    /// Milliseconds from the diagnosis's begin to the request's.
    pub began_ms: u32,
    /// Milliseconds until its answer was read, or it was given up.
    pub took_ms: u32,
    /// HTTP status; nothing where no answer came.
    pub http_status: Option<u16>,
}

/// A diagnosis in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct DiagnosisCard {
    /// The diagnosis's id.
    pub run: String,
    /// When it was finished (RFC 3339, UTC).
    pub at: String,
    /// Its headline.
    pub headline: String,
    /// Its exit.
    pub exit: u8,
    /// The connection that it was about, if it was.
    pub connection: Option<String>,
    /// The profile's id, where there was one.
    pub profile: Option<String>,
    /// Last four characters of the token.
    pub last_four: String,
}

/// Two diagnoses side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Comparison {
    /// The earlier one.
    pub before: DiagnosisCard,
    /// The later one.
    pub now: DiagnosisCard,
    /// Whether both are of the same value.
    pub same_token: bool,
    /// Each permission of either.
    pub permissions: Vec<ComparedPermission>,
    /// Causes that were there before and are not now.
    pub mended: Vec<Cause>,
    /// Causes that are there now and were not before.
    pub appeared: Vec<Cause>,
    /// What changed, in a sentence.
    pub summary: String,
}

/// One permission, before and now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ComparedPermission {
    /// Cloudflare's API name.
    pub group: String,
    /// `account`, `zone`, `user` or `bucket`.
    pub scope: String,
    /// Id of the account or zone.
    pub resource: String,
    /// The row in the dashboard's wording.
    pub dashboard: String,
    /// What was found before; nothing where it was not asked.
    pub before: Option<FoundState>,
    /// What was found now; nothing where it was not asked.
    pub now: Option<FoundState>,
    /// Whether the state or its evidence differs.
    pub changed: bool,
}

/// A state with its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct FoundState {
    /// The state.
    pub state: PermissionState,
    /// Why we believe it.
    pub evidence: Option<Evidence>,
}
