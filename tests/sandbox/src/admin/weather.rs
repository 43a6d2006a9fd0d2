//! `/faults`: everything that can be made to go wrong.

use std::{collections::HashMap, sync::Arc};

use axum::{Json, body::Bytes, extract::State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Reply, read};
use crate::{
    shared::Shared,
    wire::faults::Fault,
    world::{R2Disabled, propagation::Propagation},
};

/// What `POST /faults` takes; what is absent stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Weather {
    faults: Option<Vec<Fault>>,
    latency_ms: Option<u64>,
    propagation_ms: Option<Delays>,
    r2_disabled: Option<Disabled>,
    rate_limit: Option<Limit>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Delays {
    All(u64),
    Each(HashMap<String, u64>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Disabled {
    All(bool),
    On(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    quota: u64,
    window_seconds: i64,
}

pub(crate) async fn show(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(weather(&shared))
}

pub(crate) async fn set(State(shared): State<Arc<Shared>>, body: Bytes) -> Reply {
    let weather_wanted: Weather = read(&body)?;
    if let Some(faults) = weather_wanted.faults {
        shared.faults().set(faults);
    }
    if let Some(latency) = weather_wanted.latency_ms {
        shared.set_latency(latency);
    }
    let mut world = shared.world();
    match weather_wanted.propagation_ms {
        Some(Delays::All(delay)) => world.propagation = Propagation::uniform(delay),
        Some(Delays::Each(delays)) => {
            for (product, delay) in delays {
                world.propagation.set(&product, delay);
            }
        }
        None => {}
    }
    match weather_wanted.r2_disabled {
        Some(Disabled::All(true)) => world.r2_disabled = R2Disabled::Everywhere,
        Some(Disabled::All(false)) => world.r2_disabled = R2Disabled::Nowhere,
        Some(Disabled::On(accounts)) => world.r2_disabled = R2Disabled::On(accounts),
        None => {}
    }
    if let Some(Limit {
        quota,
        window_seconds,
    }) = weather_wanted.rate_limit
    {
        world.allowance.set(quota, window_seconds);
    }
    drop(world);
    Ok(Json(weather(&shared)))
}

fn weather(shared: &Shared) -> Value {
    let world = shared.world();
    json!({
        "faults": shared.faults().all(),
        "latency_ms": u64::try_from(shared.latency().as_millis()).unwrap_or(u64::MAX),
        "propagation_ms": world.propagation.to_json(),
        "r2_disabled": match &world.r2_disabled {
            R2Disabled::Nowhere => json!(false),
            R2Disabled::Everywhere => json!(true),
            R2Disabled::On(accounts) => json!(accounts),
        },
        "rate_limit": { "quota": world.allowance.quota, "window_seconds": world.allowance.window_seconds },
    })
}
