//! What a person does, and what they notice.

use std::pin::Pin;

mod connect;
mod disconnect;
mod fence;
mod keyboard;
mod no_keychain;
mod opening;
mod trouble;

/// A walk under way.
type Walk = Pin<Box<dyn Future<Output = ()>>>;

/// A walk's name, and how it begins.
type Named = (&'static str, fn() -> Walk);

/// The walks by name.
pub(crate) fn all() -> [Named; 10] {
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
        (
            "what keeps the application from opening is said in the window",
            || Box::pin(opening::walk()),
        ),
        ("the page can do nothing but what it is for", || {
            Box::pin(fence::walk())
        }),
    ]
}
