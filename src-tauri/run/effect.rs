//! The journal's words: one for each outside effect, so that whoever reads a journal names what the steps wrote.

/// The journal's word for a run that is being taken back: from then on its end is the undoing.
pub(crate) const UNDO: &str = "undo";

/// What was decided: everything that finishing the run without the person needs.
pub(crate) const NOMINATE: &str = "nominate";

/// The broad token's own early end.
pub(crate) const FUSE: &str = "fuse";

/// The narrow token is made.
pub(crate) const MINT: &str = "mint";

/// The value of the narrow token is put into the vault.
pub(crate) const KEEP: &str = "keep";

/// What was granted is what was asked (intent), and the endpoints said so too (done).
pub(crate) const PROVE: &str = "prove";

/// The platform gets the narrow token.
pub(crate) const DELIVER: &str = "deliver";

/// The connection names its new token from here on.
pub(crate) const SWAP: &str = "swap";

/// The token that was replaced is deleted at Cloudflare, and seen refused.
pub(crate) const REVOKE: &str = "revoke";

/// The value of the token that was replaced leaves the vault.
pub(crate) const FORGET_OLD: &str = "forget-old";

/// A token gets a new value in place; the old value dies at once.
pub(crate) const ROLL: &str = "roll";

/// A token of its own beside the narrow one is made.
pub(crate) const MINT_EXTRA: &str = "mint-extra";

/// Its value is put into the vault.
pub(crate) const KEEP_EXTRA: &str = "keep-extra";

/// The platform gets it.
pub(crate) const DELIVER_EXTRA: &str = "deliver-extra";

/// One that nothing uses any more is deleted at Cloudflare, and seen refused.
pub(crate) const REVOKE_EXTRA: &str = "revoke-extra";

/// The value of a dead one leaves the vault.
pub(crate) const FORGET_EXTRA: &str = "forget-extra";

/// The connection names what it has beside its narrow token from here on.
pub(crate) const NOTE_EXTRA: &str = "note-extra";

/// The broad token dies.
pub(crate) const DESTROY: &str = "destroy";

/// Everything that is kept was moved to another vault, while the run was open.
pub(crate) const MOVE_VAULT: &str = "move-vault";

/// The narrow token that the run made is deleted again.
pub(crate) const UNDO_MINT: &str = "undo-mint";

/// The journal's words for the three sides.
pub(crate) const PLATFORM: &str = "forget-platform";

pub(crate) const FORGET: &str = "forget";

/// A token of this installation that nothing uses is deleted.
pub(crate) const SWEEP: &str = "sweep";

/// Every word.
pub(crate) const WORDS: [&str; 23] = [
    UNDO,
    NOMINATE,
    FUSE,
    MINT,
    KEEP,
    PROVE,
    DELIVER,
    SWAP,
    REVOKE,
    FORGET_OLD,
    ROLL,
    MINT_EXTRA,
    KEEP_EXTRA,
    DELIVER_EXTRA,
    REVOKE_EXTRA,
    FORGET_EXTRA,
    NOTE_EXTRA,
    DESTROY,
    MOVE_VAULT,
    UNDO_MINT,
    PLATFORM,
    FORGET,
    SWEEP,
];
