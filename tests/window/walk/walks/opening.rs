//! What keeps the application from opening.

use std::fs;

use crate::stage::Stage;

pub(super) async fn walk() {
    let stage = Stage::new().await;
    let elsewhere = [("NARROWS_CLOUDFLARE_API", "https://evil.example")];
    let window = stage.open_with(&elsewhere).await;
    window.arrives("starting").await;
    let words = window.problem().await;
    assert!(
        words.contains("NARROWS_CLOUDFLARE_API"),
        "it names what is to be mended: {words}"
    );
    window.photograph("40-address-refused").await;
    window.press("next-action").await;
    window.problem().await;
    window.close().await;
    assert!(
        !stage.data().exists(),
        "nothing was kept for an address that is refused"
    );

    fs::write(stage.data(), "a file where the folder should be").expect("a file");
    let window = stage.open().await;
    window.arrives("starting").await;
    window.problem().await;
    window.photograph("41-no-data-folder").await;
    fs::remove_file(stage.data()).expect("the file goes");
    window.press("next-action").await;
    window.arrives("welcome").await;
    window.close().await;

    fs::remove_dir_all(stage.data()).expect("the folder goes");
    fs::create_dir(stage.data()).expect("a folder");
    fs::write(
        stage.data().join("narrows.db"),
        "no database at all, but text ".repeat(100),
    )
    .expect("a file");
    let window = stage.open().await;
    window.arrives("starting").await;
    window.problem().await;
    window.close().await;
}
