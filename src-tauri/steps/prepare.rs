//! Step 1: does the vault keep?

use crate::problem::Problem;
use crate::run::App;
use crate::story::VaultReport;

/// The vault in words, and how its self-test went.
pub async fn vault(app: &App) -> (VaultReport, Result<u32, Problem>) {
    let vault = app.vault();
    // Side by side, so that a keychain that does not answer is waited for once.
    let (tested, description) = tokio::join!(vault.self_test(), vault.describe());
    let tested = tested.map_err(|error| error.problem());
    let report = VaultReport {
        kind: description.kind,
        store: description.store,
        persists: description.persists,
        self_test_ms: None,
        sealed_file: app.sealed_file().exists(),
    };
    (
        report,
        tested.map(|test| u32::try_from(test.elapsed.as_millis()).unwrap_or(u32::MAX)),
    )
}
