//! The display, as a camera sees it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::needs;

/// Makes a folder for the pictures, and takes away those of the last time where all are taken anew.
pub(crate) fn make_room(anew: bool) {
    let folder = folder();
    if anew {
        let _ = std::fs::remove_dir_all(&folder);
    }
    std::fs::create_dir_all(&folder).expect("a folder for the pictures");
}

/// Photographs the upper left corner of the display, where the window lies.
pub(crate) fn photograph(name: &str, width: u32, height: u32) {
    import(
        name,
        &["-crop", &format!("{width}x{height}+0+0"), "+repage"],
    );
}

/// A panic is photographed while the window is still there.
pub(crate) fn photograph_panics() {
    let taken = AtomicUsize::new(0);
    let say = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        say(panic);
        let name = format!("failed-{}", taken.fetch_add(1, Ordering::Relaxed) + 1);
        import(&name, &[]);
        eprintln!("the display at that moment: {}", picture(&name).display());
    }));
}

fn import(name: &str, how: &[&str]) {
    // The driver's own picture of the page fails without a GPU, so the display is asked.
    let taken = Command::new("import")
        .args(["-window", "root"])
        .args(how)
        .arg(picture(name))
        .status();
    if !taken.is_ok_and(|status| status.success()) {
        eprintln!("no picture of {name} could be taken");
    }
}

fn picture(name: &str) -> PathBuf {
    folder().join(format!("{name}.png"))
}

fn folder() -> PathBuf {
    needs::target().join("window")
}
