//! `narrows_core`: everything that Narrows knows and decides, without a window.
//!
//! The map of the rooms, from the top down. Imports run downward only.
//!
//! | room | what lives there |
//! |---|---|
//! | [`connect`] | the use case: from a pasted broad token to a narrow one, a named function each step |
//! | [`doctor`] | the diagnosis: what a token can do, why it fails, how to mend it; the support bundle |
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
//! `cloudflare`, `platform`, `vault` and `record` know nothing of one another; `connect` joins them.

pub mod calls;
pub mod cloudflare;
pub mod connect;
pub mod doctor;
pub mod http;
pub mod platform;
pub mod problem;
pub mod profile;
pub mod proof;
pub mod random;
pub mod record;
pub mod secret;
pub mod vault;
