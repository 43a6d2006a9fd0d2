//! Hands the window's configuration to Tauri; does nothing for a build without the window.

fn main() {
    #[cfg(feature = "gui")]
    gui();
}

#[cfg(feature = "gui")]
#[allow(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "cargo listens, and shows what the build fails of"
)]
fn gui() {
    use tauri_build::{AppManifest, Attributes};
    // Tauri watches its configuration, but not these: a command that was just allowed would stay forbidden.
    println!("cargo:rerun-if-changed=src-tauri/permissions");
    let manifest = AppManifest::new().permissions_path_pattern("./src-tauri/permissions/*.toml");
    if let Err(error) = tauri_build::try_build(Attributes::new().app_manifest(manifest)) {
        eprintln!("{error:#}");
        std::process::exit(1);
    }
}
