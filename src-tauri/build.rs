//! Hands the window's configuration to Tauri; does nothing for a build without the window.

fn main() {
    #[cfg(feature = "gui")]
    gui();
}

#[cfg(feature = "gui")]
#[allow(clippy::print_stderr, reason = "cargo shows it where the build fails")]
fn gui() {
    use tauri_build::{AppManifest, Attributes};
    let manifest = AppManifest::new().permissions_path_pattern("./src-tauri/permissions/*.toml");
    if let Err(error) = tauri_build::try_build(Attributes::new().app_manifest(manifest)) {
        eprintln!("{error:#}");
        std::process::exit(1);
    }
}
