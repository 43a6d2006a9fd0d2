//! What a person does, and what they notice.

use std::pin::Pin;

mod connect;
mod disconnect;
mod doctor;
mod fence;
mod keyboard;
mod no_keychain;
mod opening;
mod orphans;
mod rotate;
mod rotate_all;
mod settings;
mod trouble;
mod watch;

/// A walk under way.
type Walk = Pin<Box<dyn Future<Output = ()>>>;

/// A walk's name, and how it begins.
type Named = (&'static str, fn() -> Walk);

/// The walks by name.
pub(crate) fn all() -> [Named; 18] {
    [
        ("a person connects an account from welcome to home", || {
            Box::pin(connect::walk())
        }),
        (
            "the keyboard alone is enough",
            || Box::pin(keyboard::walk()),
        ),
        ("a wrong token and a silent platform are got over", || {
            Box::pin(trouble::walk())
        }),
        (
            "a person who was signed out delivers on another day",
            || Box::pin(trouble::next_day()),
        ),
        (
            "a connection gets a new token, also when the platform is silent at first",
            || Box::pin(rotate::walk()),
        ),
        (
            "rotate all: one paste, a summary, and one that is left out",
            || Box::pin(rotate_all::walk()),
        ),
        ("orphans: unused tokens are found and deleted", || {
            Box::pin(orphans::walk())
        }),
        ("a run is undone before its window closes", || {
            Box::pin(trouble::left())
        }),
        ("a run that was cut off is met at the next start", || {
            Box::pin(trouble::crash())
        }),
        (
            "a connection is ended, and what stays open is closed later",
            || Box::pin(disconnect::walk()),
        ),
        ("without a keychain a sealed file can be chosen", || {
            Box::pin(no_keychain::walk())
        }),
        ("a person looks into settings and activity", || {
            Box::pin(settings::walk())
        }),
        (
            "what keeps the application from opening is said in the window",
            || Box::pin(opening::walk()),
        ),
        (
            "the doctor tells why a connection fails, and that it was mended",
            || Box::pin(doctor::connection()),
        ),
        (
            "the doctor tells what a pasted token lacks, and writes it down",
            || Box::pin(doctor::pasted()),
        ),
        ("the page can do nothing but what it is for", || {
            Box::pin(fence::walk())
        }),
        (
            "watch: what changed meanwhile is found at the start",
            || Box::pin(watch::drift()),
        ),
        (
            "watch: a second start brings the window to the front",
            || Box::pin(watch::second()),
        ),
    ]
}
