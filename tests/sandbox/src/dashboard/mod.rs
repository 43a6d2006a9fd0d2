//! The dashboard.
use crate::shared::Shared;
use std::sync::Arc;
/// Routes.
pub(crate) fn router(shared: Arc<Shared>) -> axum::Router {
    axum::Router::new().with_state(shared)
}
