//! The vault on a real GNOME Keyring.

use std::process::Command;

use narrows_core::secret::Secret;
use narrows_core::vault::{Error, Item, Vault, VaultKind};

use crate::session::{ABSENT, LOCKED, UNLOCKED, in_session};

#[test]
fn a_keyring_keeps_and_forgets() {
    in_session(UNLOCKED, "vault::inside_an_unlocked_keyring");
}

#[test]
fn a_locked_keyring_is_an_error_and_not_a_silence() {
    in_session(LOCKED, "vault::inside_a_locked_keyring");
}

#[test]
fn no_keyring_at_all_is_an_error_of_its_own() {
    in_session(ABSENT, "vault::inside_a_session_without_keyring");
}

fn token() -> Item {
    Item::Token {
        connection: "c1".to_owned(),
        token: "t1".to_owned(),
    }
}

fn secret(value: &str) -> Secret {
    Secret::new(value.to_owned())
}

#[tokio::test]
#[ignore = "needs a session of its own, which `a_keyring_keeps_and_forgets` makes"]
async fn inside_an_unlocked_keyring() {
    let vault = Vault::keychain("tests");
    vault.self_test().await.expect("the self-test passes");
    let description = vault.describe().await;
    assert_eq!(description.kind, VaultKind::Keychain);
    assert_eq!(description.persists, Some(true), "it is on disk");

    assert!(vault.get(&token()).await.expect("answers").is_none());
    for value in ["first", "second", "with \"quotes\", ümlauts\nand lines"] {
        vault.put(&token(), &secret(value)).await.expect("is kept");
        let kept = vault.get(&token()).await.expect("answers");
        assert!(
            kept.is_some_and(|kept| kept.same_as(&secret(value))),
            "the latest value comes back"
        );
    }
    let elsewhere = Vault::keychain("").get(&token()).await.expect("answers");
    assert!(elsewhere.is_none(), "installations are kept apart");
    let listed = Command::new("secret-tool")
        .args(["search", "--all", "username", "token c1 t1"])
        .output();
    if let Ok(listed) = listed {
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        assert!(
            listed.contains("label = Narrows (tests): Cloudflare token of connection c1"),
            "a person finds it in the keyring's own window"
        );
    }
    assert!(vault.delete(&token()).await.expect("answers"), "was there");
    assert!(!vault.delete(&token()).await.expect("answers"), "is gone");
}

#[tokio::test]
#[ignore = "needs a session of its own, which `a_locked_keyring_is_an_error_and_not_a_silence` makes"]
async fn inside_a_locked_keyring() {
    let vault = Vault::keychain("tests");
    let put = vault.put(&token(), &secret("value")).await;
    assert!(matches!(put, Err(Error::Locked(_))), "{put:?}");
    let tested = vault.self_test().await;
    assert!(matches!(tested, Err(Error::Locked(_))), "{tested:?}");
}

#[tokio::test]
#[ignore = "needs a session of its own, which `no_keyring_at_all_is_an_error_of_its_own` makes"]
async fn inside_a_session_without_keyring() {
    let vault = Vault::keychain("tests");
    let tested = vault.self_test().await;
    assert!(matches!(tested, Err(Error::Absent(_))), "{tested:?}");
    let description = vault.describe().await;
    assert_eq!(
        description.store, "Secret Service",
        "it is named all the same"
    );
    assert_eq!(description.persists, None, "nobody could be asked");
}
