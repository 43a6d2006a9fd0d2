//! `/snapshot`: everything that exists as one document, values included, and back.

use std::sync::Arc;

use axum::{Json, Router, body::Bytes, extract::State, routing::get};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Reply, read, refuse};
use crate::{
    platform::Platform,
    shared::Shared,
    world::{draft::Refused, snapshot::Snapshot},
};

/// What is shown and taken.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    cloudflare: Snapshot,
    platform: Value,
}

/// Both sides.
type Sides = (Arc<Shared>, Platform);

pub(super) fn router(shared: Arc<Shared>, platform: Platform) -> Router {
    Router::new()
        .route("/snapshot", get(show).post(restore))
        .with_state((shared, platform))
}

async fn show(State((shared, platform)): State<Sides>) -> Result<Json<Whole>, super::Refusal> {
    let platform = platform
        .snapshot()
        .map_err(|error| refuse(&error.to_string()))?;
    let cloudflare = Snapshot::of(&shared.world());
    Ok(Json(Whole {
        cloudflare,
        platform,
    }))
}

async fn restore(State((shared, platform)): State<Sides>, body: Bytes) -> Reply {
    let whole: Whole = read(&body)?;
    let mut world = shared.world();
    let before = Snapshot::of(&world);
    let restored = whole.cloudflare.restore(&mut world);
    restored.map_err(|Refused(why)| refuse(&why))?;
    if let Err(error) = platform.restore(&whole.platform) {
        // Both sides or none.
        let restored = before.restore(&mut world);
        restored.map_err(|Refused(why)| refuse(&why))?;
        return Err(refuse(&error.to_string()));
    }
    Ok(Json(json!({ "restored": true })))
}
