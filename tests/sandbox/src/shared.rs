//! What all doors share, each part behind its own lock, none held while anything waits.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{
    wire::{faults::Faults, history::History},
    world::World,
};

/// The state of one sandbox.
pub(crate) struct Shared {
    world: Mutex<World>,
    history: Mutex<History>,
    faults: Mutex<Faults>,
    latency_ms: AtomicU64,
}

impl Shared {
    pub(crate) fn new(world: World, latency_ms: u64) -> Self {
        Self {
            world: Mutex::new(world),
            history: Mutex::new(History::new()),
            faults: Mutex::default(),
            latency_ms: AtomicU64::new(latency_ms),
        }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        open(&self.world)
    }

    pub(crate) fn history(&self) -> MutexGuard<'_, History> {
        open(&self.history)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        open(&self.faults)
    }

    pub(crate) fn latency(&self) -> Duration {
        Duration::from_millis(self.latency_ms.load(Ordering::Relaxed))
    }

    pub(crate) fn set_latency(&self, milliseconds: u64) {
        self.latency_ms.store(milliseconds, Ordering::Relaxed);
    }
}

/// A request that panicked must not take the sandbox down with it.
fn open<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
