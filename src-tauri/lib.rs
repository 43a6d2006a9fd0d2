//! `narrows_core`: everything that Narrows knows and decides, without a window.
//!
//! The map of the rooms, from the top down. Imports run downward only.
//!
//! | room | what lives there |
//! |---|---|
//! | [`doctor`] | the diagnosis: what a token can do, why it fails, how to mend it; the support bundle |
//! | [`resume`] | runs that were cut off: what is true of them, how they can end, their end |
//! | [`watch`] | whether a connection still stands as it was made |
//! | [`connect`] | from a pasted broad token to a narrow one that is proved, delivered and kept |
//! | [`rotate`] | a new token in the place of a connection's old one |
//! | [`disconnect`] | the end of a connection, on three sides |
//! | [`redeliver`] | a kept token handed to the platform once more |
//! | [`sweep`] | tokens of this installation that nothing uses |
//! | [`keep`] | settings, vaults, the activity, forgetting |
//! | [`steps`] | what several tasks do alike, a file each: inspect, mint, keep, prove, deliver, withdraw, destroy |
//! | [`cards`] | what the records say, as plain data for the faces |
//! | [`choose`] | from what a person chose and pasted to the exact decision, and back into words |
//! | [`run`] | what every run stands on: the application, names, the journal, sessions, locks |
//! | [`story`] | plain data that the tasks tell and the faces show |
//! | [`proof`] | what can this token do: plans questions, asks them, judges the answers |
//! | [`profile`] | what one platform needs, as data, and the linter of that data |
//! | [`cloudflare`] | Cloudflare's API: client, credentials, permission groups, policies, errors, token page |
//! | [`platform`] | the platform contract: client, sign-in, receipt |
//! | [`vault`] | where secrets rest: the keychain, or a sealed file |
//! | [`record`] | what is remembered without secrets: connections, journal, activity |
//! | [`http`] | the conduit that both clients send through |
//! | [`random`] | random bytes, and words made of them |
//! | [`calls`] | which outside calls were made, and how many rounds they took |
//! | [`problem`] | what went wrong, in the one form that both faces show |
//! | [`secret`] | the one type that holds a secret |
//!
//! `cloudflare`, `platform`, `vault` and `record` know nothing of one another; the steps join them. The tasks, from
//! `connect` to `keep`, are siblings: none imports another.

pub mod calls;
pub mod cards;
pub mod choose;
pub mod cloudflare;
pub mod connect;
pub mod disconnect;
pub mod doctor;
pub mod http;
pub mod keep;
pub mod platform;
pub mod problem;
pub mod profile;
pub mod proof;
pub mod random;
pub mod record;
pub mod redeliver;
pub mod resume;
pub mod rotate;
pub mod run;
pub mod secret;
pub mod steps;
pub mod story;
pub mod sweep;
pub mod vault;
pub mod watch;
