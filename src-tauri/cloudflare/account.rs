//! An account.

use serde::{Deserialize, Serialize};

/// An account that a credential sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// 32 hexadecimal digits.
    pub id: String,
    /// As the customer named it.
    #[serde(default)]
    pub name: String,
}
