//! A desktop's notification service, which shows nothing and remembers what it was to show.
#![allow(
    clippy::used_underscore_binding,
    clippy::unused_self,
    reason = "the interface takes all that is sent, and has methods alone"
)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use zbus::zvariant::OwnedValue;

/// The service; off the bus when it is dropped.
pub(crate) struct Notifications {
    shown: Arc<Mutex<Vec<String>>>,
    _bus: zbus::Connection,
}

struct Service(Arc<Mutex<Vec<String>>>);

impl Notifications {
    /// Takes the service's name on the session bus.
    pub(crate) async fn serve() -> Self {
        let shown = Arc::default();
        let bus = zbus::connection::Builder::session()
            .and_then(|bus| bus.name("org.freedesktop.Notifications"))
            .and_then(|bus| {
                bus.serve_at(
                    "/org/freedesktop/Notifications",
                    Service(Arc::clone(&shown)),
                )
            })
            .expect("a session bus");
        let bus = bus.build().await.expect("nobody else has the name");
        Self { shown, _bus: bus }
    }

    /// What was shown so far, title and text.
    pub(crate) fn shown(&self) -> Vec<String> {
        self.shown
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    #[allow(clippy::too_many_arguments, reason = "as the desktop's own")]
    fn notify(
        &self,
        _application: &str,
        _replaces: u32,
        _icon: &str,
        title: &str,
        text: &str,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.push(format!("{title}\n{text}"));
        u32::try_from(shown.len()).unwrap_or(u32::MAX)
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        let word = |word: &str| word.to_owned();
        (word("walk"), word("Narrows"), word("1"), word("1.2"))
    }
}
