//! A computer without a keychain: nothing falls back by itself, and the sealed file is chosen by a person.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::leaks;
use crate::trip;

const PASSPHRASE: &str = "correct horse battery staple";

pub(super) async fn walk() {
    let stage = trip::open_platform().await;
    let nowhere = [("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")];
    let window = stage.open_with(&nowhere).await;
    window.arrives("welcome").await;
    window.press("primary").await;
    window.arrives("prepare").await;
    let words = window.problem().await;
    assert!(
        words.contains("keychain"),
        "it says what is missing: {words}"
    );
    window.photograph("30-no-keychain").await;
    let file = stage.data().join("vault.narrows");
    assert!(!file.exists(), "a file is a person's choice");

    window.fill("#passphrase", PASSPHRASE).await;
    window.fill("#passphrase-again", PASSPHRASE).await;
    window.press("use-file").await;
    window
        .reads("A test value was written, read and removed")
        .await;
    window.photograph("31-sealed-file").await;
    let page = window.page_memory().await;
    assert!(
        !page.contains(PASSPHRASE),
        "the page forgets the passphrase"
    );

    trip::from_prepare_to_paste(&window).await;
    trip::type_token(&window, &stage.face.broad_token).await;
    trip::connect(&window).await;
    window.arrives("result").await;
    window.reads("Destroyed").await;
    let mode = fs::metadata(&file)
        .expect("the sealed file")
        .permissions()
        .mode()
        & 0o777;
    assert_eq!(mode, 0o600, "nobody else reads the sealed file");
    for secret in [PASSPHRASE, &stage.face.broad_token] {
        let files = leaks::files_with(&stage.person(), secret);
        assert!(
            files.is_empty(),
            "no file holds a secret in the open: {files:?}"
        );
    }
    window.press("primary").await;
    window.arrives("home").await;
    window.reads("Sealed file on this computer").await;
    window.close().await;

    let window = stage.open_with(&nowhere).await;
    window.arrives("home").await;
    window.press("primary").await;
    window.arrives("welcome").await;
    window.press("primary").await;
    window.problem().await;
    window.photograph("32-sealed-file-again").await;
    window.fill("#passphrase", PASSPHRASE).await;
    window.press("use-file").await;
    window
        .reads("A test value was written, read and removed")
        .await;
    window.close().await;
}
