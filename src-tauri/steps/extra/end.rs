//! The end of tokens that nothing uses any more.

use serde_json::json;

use super::super::extra::extras::Extras;
use super::super::withdraw::revoke;
use crate::record::{Extra, ExtraState, ExtraToken};
use crate::run::effect::FORGET_EXTRA;

impl Extras<'_> {
    /// Ends those that are used no more, as far as that can be done now, and forgets their values: with the pasted
    /// token they are deleted; without one they are only asked. Those that may still live stay named.
    pub(crate) async fn end_retired(&self, extra: &mut Extra) {
        let (retired, mut left): (Vec<_>, Vec<_>) = std::mem::take(&mut extra.tokens)
            .into_iter()
            .partition(|token| token.state == ExtraState::Retired);
        for token in retired {
            if !self.ended(&token).await {
                left.push(token);
            }
        }
        extra.tokens = left;
    }

    async fn ended(&self, token: &ExtraToken) -> bool {
        let (name, id) = (&token.token_name, token.token_id.as_deref());
        if self.broad.is_none() && id.is_none() {
            return false;
        }
        let revoked = revoke(self.app, self.journal, &self.bond(), self.broad, name, id).await;
        revoked.is_ok() && self.forgotten(token).await
    }

    /// Deletes the kept value of a token that is dead. Tells whether nothing of it is kept any more.
    async fn forgotten(&self, token: &ExtraToken) -> bool {
        let Some(id) = &token.token_id else {
            return true;
        };
        let subject = json!({ "token": id });
        if self.journal.intent(FORGET_EXTRA, &subject).is_err() {
            return false;
        }
        let deleted = self.vault.delete(&self.item(id)).await;
        let (how, gone) = match &deleted {
            Ok(true) => ("deleted".to_owned(), true),
            Ok(false) => ("was not there".to_owned(), true),
            Err(error) => (error.problem().code, false),
        };
        self.journal
            .activity("forget token", &token.token_name, &how, None);
        let _ = if gone {
            self.journal.done(FORGET_EXTRA, &subject)
        } else {
            self.journal.failed(FORGET_EXTRA, &subject)
        };
        gone
    }
}
