//! The real window, driven from outside as a person would: the application's own binary in WebKit, its sign-in and token
//! pages in a real browser, the X clipboard, and a real keychain. Only Cloudflare and the platform are the sandbox's.
//!
//! Run by `make window-test`, which brings the display, the session bus with a keychain on it, and the binary. Walks go one
//! after the other, because they share the display and its clipboard; a word as argument picks those whose name holds it.
//! Pictures of the screens are left in `target/window`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the whole crate is a test"
)]

mod application;
mod browser;
mod clipboard;
mod close;
mod dialog;
mod display;
mod driver;
mod focus;
mod keychain;
mod leaks;
mod needs;
mod notifications;
mod patience;
mod processes;
mod stage;
mod trip;
mod walks;

use std::process::ExitCode;
use std::time::Instant;

use futures_util::FutureExt;

fn main() -> ExitCode {
    let wanted = std::env::args()
        .nth(1)
        .filter(|word| !word.starts_with('-'));
    if let Some(missing) = needs::missing() {
        println!("skipped: window: {missing}; `make window-test` brings it");
        // Where nobody reads what was skipped, it must not pass for tested.
        let unattended = std::env::var("CI").is_ok_and(|ci| ci == "true");
        return ExitCode::from(u8::from(unattended));
    }
    display::make_room(wanted.is_none());
    display::photograph_panics();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime for the sandbox and the drivers");
    let (mut passed, mut failed) = (0, 0);
    for (name, walk) in walks::all() {
        if wanted
            .as_ref()
            .is_some_and(|word| !name.contains(word.as_str()))
        {
            continue;
        }
        println!("walk {name}");
        let began = Instant::now();
        // On a task of its own it would outlive a panic's clean-up; here everything it holds is dropped first.
        let ended = runtime.block_on(std::panic::AssertUnwindSafe(walk()).catch_unwind());
        let seconds = began.elapsed().as_secs_f64();
        if ended.is_ok() {
            passed += 1;
            println!("walk {name} ... ok ({seconds:.1} s)");
        } else {
            failed += 1;
            println!("walk {name} ... FAILED ({seconds:.1} s)");
        }
    }
    println!("window: {passed} walks passed, {failed} failed");
    ExitCode::from(u8::from(failed > 0 || passed == 0))
}
