//! What a run tells: the words that the window and the command line share.
//!
//! Everything here is data without secrets; the page's types are made from it.

use serde::{Deserialize, Serialize};

mod extra;
mod orphans;
mod parting;
mod recovery;

pub use self::extra::{Extra, ExtraStanding};
pub use self::orphans::{Orphan, Orphans, Swept};
pub use self::parting::{Disconnected, Farewell, Truth, TruthState, Truths};
pub use self::recovery::{
    BroadNeed, Ending, Fact, FactAbout, FactState, LeftOver, Resume, RunKind, Settled, Way,
};
use super::rotate::story::RotationState;
pub use crate::cloudflare::TokenKind;
use crate::connect::watch::story::Watched;
use crate::problem::Problem;
use crate::secret::Fingerprint;
pub use crate::vault::VaultKind;

/// The steps that a person sees of a run, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The vault keeps, the session is valid, no other run is open.
    Prepare,
    /// Who is the pasted token, and what does it see?
    Inspect,
    /// The broad token's own expiry is brought near.
    Fuse,
    /// The narrow token is made.
    Mint,
    /// Its value goes into the vault.
    Keep,
    /// What it can and cannot do is asked.
    Prove,
    /// The platform gets it.
    Deliver,
    /// Tokens of their own beside the narrow one are made, or taken up.
    Extra,
    /// The connection goes over to its new token.
    Swap,
    /// The token that was replaced dies.
    Revoke,
    /// The broad token dies.
    Destroy,
    /// What happened is written down.
    Record,
    /// A connection ends: the platform deletes it.
    Platform,
    /// A connection ends: Cloudflare deletes its token.
    Cloudflare,
    /// A connection ends: this computer forgets it.
    Local,
}

/// One line of live progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Progress {
    /// Which step.
    pub step: Step,
    /// What became of it.
    pub state: StepState,
    /// A short sentence, such as "12 of 12 refused".
    pub detail: String,
    /// Milliseconds since the paste.
    pub at_ms: u32,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Under way.
    Began,
    /// Still under way; `detail` says how far.
    Going,
    /// Done.
    Done,
    /// Not needed here, and `detail` says why.
    Skipped,
    /// Done in part; the run goes on, `detail` says what stands.
    Warned,
    /// The run stops here.
    Failed,
}

/// A profile, as the welcome screen shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ProfileCard {
    /// Such as `site-generator`.
    pub id: String,
    /// The platform's name.
    pub name: String,
    /// One sentence: what the platform does with the connection.
    pub summary: String,
    /// How it presents itself.
    pub brand: Brand,
    /// Whether there is a platform to deliver to.
    pub has_platform: bool,
    /// The platform's address, or nothing where it has to be asked for.
    pub platform_address: Option<String>,
    /// What will be kept, and where, a line each.
    pub kept: Vec<Kept>,
    /// What is never kept, a line each.
    pub never_kept: Vec<String>,
    /// The permissions that the narrow token will have.
    pub permissions: Vec<PermissionRow>,
    /// Kinds of token that can be pasted, best first.
    pub token_kinds: Vec<TokenKind>,
    /// Questions to be answered at the nominate step (domain attached? KV used?).
    pub conditions: Vec<Condition>,
    /// Sub-sets to choose from; none chosen means all.
    pub parts: Vec<Part>,
    /// Permissions without which something is off and the rest works.
    pub optional: Vec<OptionalPermission>,
    /// Whether a zone has to be chosen although no condition and no part was.
    pub needs_zone: bool,
    /// How many zones may be chosen.
    pub zones: ZoneReach,
    /// Whether a project is nominated, and the rules of its name.
    pub project: Option<ProjectRule>,
}

/// One thing that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Kept {
    /// What, such as "Narrow token".
    pub what: String,
    /// Where, such as "Keychain on this computer" or "The platform, encrypted".
    pub place: String,
}

/// One permission in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct PermissionRow {
    /// Cloudflare's API name, such as `Pages Write`.
    pub group: String,
    /// `account`, `zone`, `user` or `bucket`.
    pub scope: String,
    /// The row in the dashboard's wording, such as "Account · Cloudflare Pages · Edit".
    pub dashboard: String,
    /// Why it is asked.
    pub why: String,
    /// What the platform creates with it; nothing where that is nothing, or is not said.
    pub creates: Option<String>,
}

/// A question of a profile whose answer adds permissions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Condition {
    /// Such as `domain`.
    pub id: String,
    /// The question.
    pub question: String,
    /// Whether a zone has to be chosen with it.
    pub needs_zone: bool,
}

/// How a platform presents itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Brand {
    /// Accent colour, `#rrggbb`.
    pub accent: Option<String>,
    /// A small picture as a `data:image/png;base64,` address: it comes with the profile, so nothing is fetched.
    pub logo: Option<String>,
    /// Where to get help: an https or mailto address.
    pub support: Option<String>,
    /// Where to read more.
    pub docs: Vec<Link>,
}

/// A page to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Link {
    /// Its title.
    pub title: String,
    /// Its https address.
    pub url: String,
}

/// A sub-set of a profile's permissions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Part {
    /// Such as `dns`.
    pub id: String,
    /// What is managed with it.
    pub label: String,
    /// Whether a zone has to be chosen with it.
    pub needs_zone: bool,
}

/// A permission without which something is off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct OptionalPermission {
    /// Cloudflare's API name, by which it is chosen.
    pub group: String,
    /// The row in the dashboard's wording.
    pub dashboard: String,
    /// Why it is asked.
    pub why: String,
    /// What is off without it.
    pub without: Option<String>,
    /// Whether a zone has to be chosen with it.
    pub needs_zone: bool,
    /// Whether a token that Narrows makes can have it at all.
    pub possible: bool,
}

/// How many zones may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum ZoneReach {
    /// One.
    One,
    /// Several, one by one.
    Chosen,
    /// The same, or all of the account.
    All,
}

/// The rules of a project's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ProjectRule {
    /// What it is called, such as "Pages project".
    pub label: String,
    /// The name that stands in the field at first.
    pub suggestion: String,
    /// The rule in words.
    pub help: String,
    /// Longest name, in characters.
    pub max_length: u32,
}

/// Step 1: what was found before anything is pasted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Prepared {
    /// This run's id.
    pub run: String,
    /// The vault and its self-test.
    pub vault: VaultReport,
    /// Who is signed in at the platform, where there is one.
    pub person: Option<Person>,
    /// Whether the person has to sign in before anything is pasted.
    pub sign_in_needed: bool,
    /// What stands in the way, if anything does; the first is to be mended first.
    pub problems: Vec<Problem>,
}

/// Where secrets rest on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct VaultReport {
    /// Keychain or sealed file.
    pub kind: VaultKind,
    /// The store's own name, such as "Secret Service (GNOME Keyring)".
    pub store: String,
    /// Whether what is kept outlives this session; nothing where the store does not tell.
    pub persists: Option<bool>,
    /// Milliseconds that write, read and delete of a test value took; nothing where the test failed.
    pub self_test_ms: Option<u32>,
    /// Whether there is a sealed file already, so that its passphrase is asked for once and not made up.
    pub sealed_file: bool,
}

/// Who is signed in at the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Person {
    /// Name to show.
    pub name: String,
    /// E-mail address.
    pub email: String,
}

/// What a person needs to sign in with another device or the browser (RFC 8628).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct SignInPrompt {
    /// The code to compare or to type.
    pub user_code: String,
    /// The address to open.
    pub verification_uri: String,
    /// Seconds until the code lapses.
    pub expires_in_s: u32,
}

/// Cloudflare's page for one kind of broad token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct TokenPage {
    /// Whose token it makes.
    pub kind: TokenKind,
    /// The prefilled link.
    pub link: String,
    /// The name that the token gets; it holds the run's id.
    pub token_name: String,
    /// The same list in words, for when the link does not fill the form.
    pub rows: Vec<PermissionRow>,
    /// What to choose under resources, in words.
    pub resources: String,
    /// What to do if the rows are not there.
    pub fallback: String,
}

/// What the page may know of a pasted value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Pasted {
    /// What its shape looks like, such as "User API token".
    pub looks_like: String,
    /// Characters.
    pub length: u32,
    /// Its last four characters.
    pub last_four: String,
    /// Its public name.
    pub fingerprint: Fingerprint,
    /// What was taken off it (quotes, a label, line breaks), a sentence each.
    pub notices: Vec<String>,
    /// Whether the clipboard was cleared.
    pub clipboard_cleared: bool,
}

/// Steps 4 and 5: who the pasted token is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Inspection {
    /// Cloudflare's id of the pasted token.
    pub token_id: String,
    /// Its name at Cloudflare, where it could be read.
    pub token_name: Option<String>,
    /// Whose token it is; the narrow one will be of the same kind.
    pub token_kind: TokenKind,
    /// Whether it was made through this run's link. Only then is it destroyed without asking.
    pub ours: bool,
    /// When the broad token dies by itself (RFC 3339, UTC), once its fuse is lit.
    pub expires_on: Option<String>,
    /// Accounts that it sees, by name.
    pub accounts: Vec<AccountChoice>,
    /// Tokens that exist of the most there may be, where that could be read.
    pub quota: Option<Quota>,
    /// How many tokens of this installation are used by nothing, among those that were listed.
    pub orphans: u32,
    /// What should be known before going on, a sentence each.
    pub notices: Vec<String>,
}

/// An account that can be nominated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct AccountChoice {
    /// Cloudflare's id, 32 hexadecimal digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The connection that this installation already has on it with this profile, by id.
    pub connected: Option<String>,
}

/// A zone that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ZoneChoice {
    /// Cloudflare's id, 32 hexadecimal digits.
    pub id: String,
    /// The domain.
    pub name: String,
}

/// How many tokens there are, and may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Quota {
    /// Tokens that exist.
    pub used: u32,
    /// Most there may be.
    pub of: u32,
}

/// Step 6: what the person chooses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(default, deny_unknown_fields)]
pub struct Choices {
    /// Account id; may be left out where there is only one.
    pub account: Option<String>,
    /// Project name; left out, the profile's suggestion.
    pub project: Option<String>,
    /// `90d`, `12h`, `2w`, or a date `2027-01-31` (00:00 UTC); left out, no expiry.
    pub expires: Option<String>,
    /// Addresses (single or CIDR) from which alone the narrow token works; empty for anywhere.
    pub allow_ip: Vec<String>,
    /// Ids of the profile's conditions that hold, ids of its parts (none for all), names of its optional groups.
    pub with: Vec<String>,
    /// Ids of the zones that are to be reached, or `all` where the profile allows it. Domains, once zones are listed.
    pub zones: Vec<String>,
    /// What becomes of the pasted token at the end.
    pub broad: BroadWish,
}

/// What the person wants done with the pasted token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum BroadWish {
    /// Nothing was said: destroyed if it was made through our link, kept if not.
    #[default]
    Unsaid,
    /// Destroy it, whoever made it.
    Destroy,
    /// Leave it alive.
    Keep,
}

/// What will be made, before it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Preview {
    /// The narrow token's name.
    pub token_name: String,
    /// The policy in words, a sentence each.
    pub sentences: Vec<String>,
    /// The very body that will be sent, indented.
    pub body_json: String,
    /// The same of each token of its own that is made beside it.
    pub extra_bodies: Vec<String>,
    /// What becomes of the pasted token.
    pub broad: String,
}

/// A permission with the resource it holds for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Grant {
    /// Cloudflare's API name.
    pub group: String,
    /// `account`, `zone`, `user` or `bucket`.
    pub scope: String,
    /// Resource key, such as `com.cloudflare.api.account.<id>`.
    pub resource: String,
}

/// How many checks came out as they should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Score {
    /// Checks that came out as they should.
    pub proved: u32,
    /// Checks made.
    pub of: u32,
}

/// One check of step 9 with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Check {
    /// What was tried, in words, such as "Read Workers scripts".
    pub what: String,
    /// Whether it should be allowed or refused.
    pub expected: Expected,
    /// Whether it came out so.
    pub proved: bool,
    /// Method and path, such as `GET /accounts/{account}/workers/scripts`.
    pub endpoint: String,
    /// HTTP status; nothing where no answer came.
    pub http_status: Option<u16>,
    /// Cloudflare's code, where there was one.
    pub code: Option<u32>,
    /// Cloudflare's request id, where there was one.
    pub ray: Option<String>,
}

/// What a check expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    /// It should be allowed.
    Allowed,
    /// It should be refused.
    Refused,
}

/// What became of the broad token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Broad {
    /// Its state.
    pub state: BroadState,
    /// Milliseconds from the order to destroy it until Cloudflare refused it.
    pub after_ms: Option<u32>,
    /// Its name at Cloudflare, where known, to find it by.
    pub name: Option<String>,
    /// When it dies by itself (RFC 3339, UTC), where it does.
    pub expires_on: Option<String>,
    /// In a sentence.
    pub sentence: String,
}

/// States in which a broad token is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum BroadState {
    /// Cloudflare refuses it.
    Refused,
    /// It will be refused at a known time.
    Expiring,
    /// It lives, and nothing that was tried ended it.
    Alive,
    /// It lives, as was wished.
    Kept,
}

/// Where the platform stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// It holds the token and gave a receipt.
    Accepted,
    /// The profile has no platform.
    Skipped,
    /// No answer came; it may hold the token.
    Unknown,
    /// It refused the token.
    Refused,
}

/// How connect ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Outcome {
    /// Proved, delivered (or without a platform), kept.
    Connected(Box<Connected>),
    /// Proved and kept, but the platform has not confirmed it; can be delivered again.
    Pending(Box<Pending>),
    /// Stopped on the way; what could be undone was.
    Stopped(Box<Stopped>),
}

/// The whole result of a connect that came through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Connected {
    /// The connection's id here and at the platform.
    pub connection_id: String,
    /// The profile.
    pub profile: String,
    /// Account id.
    pub account_id: String,
    /// Account name.
    pub account_name: String,
    /// Project name, where the profile has one.
    pub project: Option<String>,
    /// Whether that project exists at Cloudflare; nothing where it was not asked or not answered.
    pub project_exists: Option<bool>,
    /// Cloudflare's id of the narrow token.
    pub token_id: String,
    /// Its name.
    pub token_name: String,
    /// Its kind.
    pub token_kind: TokenKind,
    /// Its public name here.
    pub fingerprint: Fingerprint,
    /// When it lapses (RFC 3339, UTC), if it does.
    pub expires_on: Option<String>,
    /// What was asked for, sorted.
    pub requested: Vec<Grant>,
    /// What Cloudflare says it gave, sorted.
    pub granted: Vec<Grant>,
    /// What it can do.
    pub can: Score,
    /// What it cannot do.
    pub cannot: Score,
    /// Each check with its evidence.
    pub checks: Vec<Check>,
    /// Where the platform stands.
    pub delivery: Delivery,
    /// Short code that the platform shows too; nothing without a platform.
    pub receipt_code: Option<String>,
    /// Tokens of their own that were asked for beside the narrow one, such as R2 keys.
    pub extras: Vec<Extra>,
    /// What became of the broad token.
    pub broad: Broad,
    /// Where the narrow token rests here.
    pub vault: VaultKind,
    /// What is kept, and where; made from what was really stored.
    pub kept: Vec<Kept>,
    /// What else should be known, a sentence each.
    pub notices: Vec<String>,
    /// Longest chain of requests from paste to connected.
    pub rounds: u32,
    /// Milliseconds of the same span.
    pub elapsed_ms: u32,
}

/// A connect whose delivery the platform has not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Pending {
    /// Everything else of the result.
    #[serde(flatten)]
    pub result: Connected,
    /// Why it is not confirmed, and what to do.
    pub problem: Problem,
}

/// A connect that stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Stopped {
    /// Where.
    pub step: Step,
    /// Why, and what to do.
    pub problem: Problem,
    /// What was undone, a sentence each.
    pub undone: Vec<String>,
    /// What still stands, a sentence each.
    pub stands: Vec<String>,
    /// What became of the broad token.
    pub broad: Option<Broad>,
}

/// A connection in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ConnectionCard {
    /// Its id here and at the platform.
    pub connection_id: String,
    /// The profile's id.
    pub profile: String,
    /// The platform's name.
    pub platform: String,
    /// Account id.
    pub account_id: String,
    /// Account name.
    pub account_name: String,
    /// Project name, where there is one.
    pub project: Option<String>,
    /// Cloudflare's id of the narrow token.
    pub token_id: String,
    /// Its name.
    pub token_name: String,
    /// Its kind.
    pub token_kind: TokenKind,
    /// When its token was put in place, by connecting or rotating (RFC 3339, UTC).
    pub connected_on: String,
    /// When the token lapses, if it does.
    pub expires_on: Option<String>,
    /// Where the platform stands.
    pub delivery: Delivery,
    /// Short code that the platform shows too.
    pub receipt_code: Option<String>,
    /// Where the token rests here.
    pub vault: VaultKind,
    /// A broad token that may still live, in a sentence.
    pub broad_left: Option<String>,
    /// Its age, its end, and what the last check found.
    pub watch: Watched,
    /// Where a rotation stands that has not ended; delivering again goes on with one that is pending.
    pub rotation: Option<RotationState>,
    /// Tokens of their own beside the narrow one.
    pub extras: Vec<Extra>,
}

/// The home screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Home {
    /// Every connection, newest first.
    pub connections: Vec<ConnectionCard>,
    /// Runs that an earlier start left open, and ends that are; nothing was asked about them yet.
    pub unfinished: Vec<LeftOver>,
}

/// What the page has to know at its start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct About {
    /// The application's version.
    pub version: String,
    /// Addresses that stand in for Cloudflare's; the page paints a ribbon when there are any.
    pub sandbox: Option<String>,
    /// Profiles that can be connected.
    pub profiles: Vec<ProfileCard>,
}
