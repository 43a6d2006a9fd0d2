//! What a person does, and what they notice.

use std::pin::Pin;

mod connect;
mod fence;
mod keyboard;
mod no_keychain;
mod opening;
mod rotate;
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
        (
            "a connection gets a new token, also when the platform is silent at first",
            || Box::pin(rotate::walk()),
        ),
        ("a run is undone before its window closes", || {
            Box::pin(trouble::left())
        }),
        ("a run that was cut off is met at the next start", || {
            Box::pin(trouble::crash())
        }),
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
