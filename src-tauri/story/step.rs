//! Live progress: the steps that a person sees of a run.

use serde::{Deserialize, Serialize};

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
