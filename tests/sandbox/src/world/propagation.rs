//! How long a new token takes to be known everywhere.
//!
//! For the first half of its delay a product refuses the token; in the second half it flaps; then it accepts.

use std::collections::HashMap;

use jiff::Timestamp;

use super::random::Random;

/// The list of tokens: delayed only when asked for by this name, so that a plain delay hides nothing.
pub(crate) const TOKEN_LIST: &str = "token-list";

/// Milliseconds per product.
#[derive(Debug, Default, Clone)]
pub(crate) struct Propagation {
    default_ms: u64,
    by_product: HashMap<String, u64>,
}

impl Propagation {
    /// One delay for all products.
    pub(crate) fn uniform(milliseconds: u64) -> Self {
        Self {
            default_ms: milliseconds,
            by_product: HashMap::new(),
        }
    }

    pub(crate) fn set(&mut self, product: &str, milliseconds: u64) {
        self.by_product.insert(product.to_owned(), milliseconds);
    }

    /// Whether `product` still refuses, at `now`, a token that changed at `since`.
    pub(crate) fn refuses(
        &self,
        product: &str,
        since: Option<Timestamp>,
        now: Timestamp,
        random: &mut Random,
    ) -> bool {
        let Some(since) = since else { return false };
        let delay = i128::from(self.delay_ms(product));
        let age = now.duration_since(since).as_millis();
        age < delay && (age * 2 < delay || random.below(2) == 0)
    }

    fn delay_ms(&self, product: &str) -> u64 {
        let default = if product == TOKEN_LIST {
            0
        } else {
            self.default_ms
        };
        self.by_product.get(product).copied().unwrap_or(default)
    }

    /// For the admin door.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "default": self.default_ms, "products": self.by_product })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn a_new_token_is_refused_then_flaps_then_settles() {
        let mut random = Random::new(7);
        let mut rule = Propagation::uniform(1_000);
        rule.set("kv", 0);
        let born = Timestamp::UNIX_EPOCH;
        let mut refused = |product: &str, ms: i64| {
            let now = born + SignedDuration::from_millis(ms);
            (0..32)
                .filter(|_| rule.refuses(product, Some(born), now, &mut random))
                .count()
        };
        assert_eq!(refused("d1", 499), 32, "always refused at first");
        assert!(
            (1..32).contains(&refused("d1", 700)),
            "both answers occur while it flaps"
        );
        assert_eq!(refused("d1", 1_000), 0, "accepted from the delay on");
        assert_eq!(
            refused("kv", 0),
            0,
            "a product without delay accepts at once"
        );
        assert_eq!(
            refused("token-list", 0),
            0,
            "the list hides nothing unless told to"
        );
        assert!(
            !rule.refuses("d1", None, born, &mut random),
            "tokens that were always there never wait"
        );
    }
}
