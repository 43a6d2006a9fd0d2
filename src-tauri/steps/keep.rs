//! Step 8: the value goes into the vault before anything else happens.

use serde_json::json;

use super::run::Run;
use crate::cloudflare::Created;
use crate::run::Stop;
use crate::run::effect::KEEP;
use crate::run::stop::at;
use crate::story::Step;
use crate::vault::Vault;

impl Run<'_> {
    /// Keeps the value of a token that was just made, and reads it back.
    pub(crate) async fn keep(&mut self, vault: &Vault, created: &Created) -> Result<(), Stop> {
        self.report.began(Step::Keep);
        let item = self.item(&created.token.id);
        let detail = json!({ "token": created.token.id, "vault": vault.kind() });
        self.journal.intent(KEEP, &detail).map_err(at(Step::Keep))?;
        if let Some(made) = &mut self.made {
            // Even a write that seems to fail may have left something.
            made.kept = true;
        }
        let put = vault.put(&item, &created.value).await;
        if let Err(error) = put {
            let problem = error.problem();
            self.journal
                .activity("keep token", &created.token.name, &problem.code, None);
            return Err(at(Step::Keep)(problem));
        }
        self.journal.done(KEEP, &detail).map_err(at(Step::Keep))?;
        self.journal
            .activity("keep token", &created.token.name, "kept", None);
        self.report.done(Step::Keep, "Kept, and read back.");
        Ok(())
    }
}
