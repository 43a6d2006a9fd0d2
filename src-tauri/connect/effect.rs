//! The journal's words: one for each outside effect, so that whoever reads a journal names what the steps wrote.

/// What was decided: everything that finishing the run without the person needs.
pub(super) const NOMINATE: &str = "nominate";
/// The broad token's own early end.
pub(super) const FUSE: &str = "fuse";
/// The narrow token is made.
pub(super) const MINT: &str = "mint";
/// The value of the narrow token is put into the vault.
pub(super) const KEEP: &str = "keep";
/// What was granted is what was asked (intent), and the endpoints said so too (done).
pub(super) const PROVE: &str = "prove";
/// The platform gets the narrow token.
pub(super) const DELIVER: &str = "deliver";
/// The connection names its new token from here on.
pub(super) const SWAP: &str = "swap";
/// The token that was replaced is deleted at Cloudflare, and seen refused.
pub(super) const REVOKE: &str = "revoke";
/// The value of the token that was replaced leaves the vault.
pub(super) const FORGET_OLD: &str = "forget-old";
/// A token gets a new value in place; the old value dies at once.
pub(super) const ROLL: &str = "roll";
/// A token of its own beside the narrow one is made.
pub(super) const MINT_EXTRA: &str = "mint-extra";
/// Its value is put into the vault.
pub(super) const KEEP_EXTRA: &str = "keep-extra";
/// The platform gets it.
pub(super) const DELIVER_EXTRA: &str = "deliver-extra";
/// One that nothing uses any more is deleted at Cloudflare, and seen refused.
pub(super) const REVOKE_EXTRA: &str = "revoke-extra";
/// The value of a dead one leaves the vault.
pub(super) const FORGET_EXTRA: &str = "forget-extra";
/// The connection names what it has beside its narrow token from here on.
pub(super) const NOTE_EXTRA: &str = "note-extra";
/// The broad token dies.
pub(super) const DESTROY: &str = "destroy";
/// Everything that is kept was moved to another vault, while the run was open.
pub(super) const MOVE_VAULT: &str = "move-vault";
/// The narrow token that the run made is deleted again.
pub(super) const UNDO_MINT: &str = "undo-mint";
