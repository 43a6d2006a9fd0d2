//! Story: plain data that the tasks tell and the faces show.
//!
//! Nothing here is a secret and nothing here decides; the page's types are made from it. Enters: words of `cloudflare`,
//! `vault` and `record`. Never: a call, a file, a clock.

pub(crate) mod activity;
pub(crate) mod broad;
pub(crate) mod choices;
pub(crate) mod extra;
pub(crate) mod forget;
pub(crate) mod home;
pub(crate) mod inspection;
pub(crate) mod orphans;
pub(crate) mod outcome;
pub(crate) mod parting;
pub(crate) mod prepare;
pub(crate) mod profile;
pub(crate) mod proof;
pub(crate) mod recovery;
pub(crate) mod rotation;
pub(crate) mod settings;
pub(crate) mod settled;
pub(crate) mod step;
pub(crate) mod vault;
pub(crate) mod watch;

pub use activity::{ActivityExport, ActivityPage, ActivityRow, ChainReport};
pub use broad::{Broad, BroadState};
pub use choices::{BroadWish, Choices, Preview};
pub use extra::{Extra, ExtraStanding};
pub use forget::{ForgetPlan, Forgotten, LeftAlive, NotForgotten};
pub use home::{About, ConnectionCard, Home};
pub use inspection::{AccountChoice, Inspection, Quota, ZoneChoice};
pub use orphans::{Orphan, Orphans, Swept};
pub use outcome::{Connected, Delivery, Outcome, Pending, Stopped};
pub use parting::{Disconnected, Farewell, Truth, TruthState, Truths};
pub use prepare::{Pasted, Person, Prepared, SignInPrompt, TokenPage, VaultReport};
pub use profile::{
    Brand, Condition, Kept, Link, OptionalPermission, Part, PermissionRow, ProfileCard,
    ProjectRule, ZoneReach,
};
pub use proof::{Check, Expected, Grant, Score};
pub use recovery::{BroadNeed, Ending, Fact, FactAbout, FactState, LeftOver, Resume, Way};
pub use rotation::{
    Ahead, Difference, GrantChange, NewTokenFacts, OldToken, OldTokenState, Planned, Rotation,
    RotationChoices, RotationPreview, RotationState, RotationSummary, RotationWay, SeveralAhead,
    SeveralPreview, SeveralProgress, SeveralRotations, Skipped, TokenFacts,
};
pub use settings::{Language, Reminders, Settings, Theme};
pub use settled::Settled;
pub use step::{Progress, Step, StepState};
pub use vault::{ItemState, KeptItem, Moved, VaultPanel, VaultState};
pub use watch::{Checked, Need, NeedKind, Reminder, Standing, WatchNext, Watched};
