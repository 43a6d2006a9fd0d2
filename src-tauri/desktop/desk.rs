//! What lies on the desk between two commands.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as Quick, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use narrows_core::problem::{Next, Problem};
use narrows_core::rotate::Several;
use narrows_core::run::App;
use narrows_core::secret::Secret;
use narrows_core::steps::{Approach, PASTE_LIVES, SignIn};
use narrows_core::story::{Home, Prepared};
use tauri::ipc::{Channel, IpcResponse};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::{MappedMutexGuard as Part, Mutex, MutexGuard as Guard};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::exam::Exam;
use super::task::Task;

/// The state of the window.
pub(crate) struct Desk {
    app: OnceLock<App>,
    task: Mutex<Option<Task>>,
    several: Mutex<Option<Several>>,
    sign_in: Quick<Option<SignIn>>,
    links: Quick<HashMap<String, String>>,
    cancel: Quick<CancellationToken>,
    connecting: AtomicBool,
    leaving: AtomicBool,
    clipboard: Quick<Option<arboard::Clipboard>>,
    exam: Quick<Option<(Arc<Exam>, Instant)>>,
    second: Quick<Option<(Secret, Instant)>>,
    listener: Quick<Option<Channel<Home>>>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            app: OnceLock::new(),
            task: Mutex::new(None),
            several: Mutex::new(None),
            sign_in: Quick::new(None),
            links: Quick::new(HashMap::new()),
            cancel: Quick::new(CancellationToken::new()),
            connecting: AtomicBool::new(false),
            leaving: AtomicBool::new(false),
            clipboard: Quick::new(None),
            exam: Quick::new(None),
            second: Quick::new(None),
            listener: Quick::new(None),
        }
    }

    /// The library, or why it cannot be opened. What stood in the way may be gone the next time.
    pub(crate) fn app(&self) -> Result<&App, Problem> {
        if let Some(app) = self.app.get() {
            return Ok(app);
        }
        let app = crate::start::open()?;
        Ok(self.app.get_or_init(|| app))
    }

    /// Puts the first screen's ear in the place of an earlier visit's.
    pub(crate) fn put_listener(&self, listener: Channel<Home>) {
        *quick(&self.listener) = Some(listener);
    }

    /// Tells the first screen how things stand.
    pub(crate) fn tell_listener(&self, home: Home) {
        if let Some(listener) = quick(&self.listener).as_ref() {
            // A page that is gone asks for itself when it comes back.
            let _ = listener.send(home);
        }
    }

    /// The task under way.
    pub(crate) async fn task(&self) -> Guard<'_, Option<Task>> {
        self.task.lock().await
    }

    /// Puts a task on the desk in the place of the one before, and prepares it.
    pub(crate) async fn begin(
        &self,
        make: impl FnOnce(&App) -> Result<Task, Problem>,
    ) -> Result<Prepared, Problem> {
        let mut slot = self.task().await;
        // The run before this one lets go of its lock first.
        *slot = None;
        let task = slot.insert(make(self.app()?)?);
        let prepared = task.approach().prepare().await;
        if let Some(address) = task.approach().platform_address() {
            self.put_link("platform", address);
        }
        Ok(prepared)
    }

    /// The beginning of the task under way, whichever it is.
    pub(crate) async fn approach(&self) -> Result<Part<'_, Approach>, Problem> {
        self.part(|task| Some(task.approach())).await
    }

    /// The task under way, where `which` finds it to be the one that is meant.
    pub(crate) async fn part<T: 'static>(
        &self,
        which: impl FnOnce(&mut Task) -> Option<&mut T>,
    ) -> Result<Part<'_, T>, Problem> {
        let slot = self.task().await;
        Guard::try_map(slot, |slot| which(slot.as_mut()?)).map_err(|_| out_of_order())
    }

    /// Several rotations under way. While there are any, what is pasted is for them.
    pub(crate) async fn several(&self) -> Guard<'_, Option<Several>> {
        self.several.lock().await
    }

    pub(crate) fn put_sign_in(&self, waiting: Option<SignIn>) {
        *quick(&self.sign_in) = waiting;
    }

    pub(crate) fn take_sign_in(&self) -> Option<SignIn> {
        quick(&self.sign_in).take()
    }

    /// Remembers where a page lies, so that the page's own code never names an address.
    pub(crate) fn put_link(&self, page: &str, link: String) {
        quick(&self.links).insert(page.to_owned(), link);
    }

    pub(crate) fn link(&self, page: &str) -> Option<String> {
        quick(&self.links).get(page).cloned()
    }

    /// A fresh switch for the next long wait.
    pub(crate) fn new_cancel(&self) -> CancellationToken {
        let fresh = CancellationToken::new();
        *quick(&self.cancel) = fresh.clone();
        fresh
    }

    pub(crate) fn cancel(&self) {
        quick(&self.cancel).cancel();
    }

    /// Says whether a run is making or handing over anything right now.
    pub(crate) fn set_connecting(&self, connecting: bool) {
        self.connecting.store(connecting, Ordering::SeqCst);
    }

    /// Whether the window may close: not in the middle of a run, unless the person insists.
    pub(crate) fn may_close(&self) -> bool {
        !self.connecting.load(Ordering::SeqCst) || self.leaving.swap(true, Ordering::SeqCst)
    }

    /// Holds the last examination, or drops it.
    pub(crate) fn put_exam(&self, exam: Option<Exam>) {
        *quick(&self.exam) = exam.map(|exam| (Arc::new(exam), Instant::now()));
    }

    /// Puts a later examination in the place of `earlier`, unless that was dropped or followed by another meanwhile.
    pub(crate) fn replace_exam(&self, earlier: &Arc<Exam>, later: Exam) {
        let mut slot = quick(&self.exam);
        if let Some((held, since)) = slot.as_mut().filter(|(held, _)| Arc::ptr_eq(held, earlier)) {
            // Asking once more does not let a paste live longer.
            if !later.is_of_paste() {
                *since = Instant::now();
            }
            *held = Arc::new(later);
        }
    }

    pub(crate) fn exam(&self) -> Option<Arc<Exam>> {
        quick(&self.exam).as_ref().map(|(exam, _)| Arc::clone(exam))
    }

    /// Holds the second credential until it is used, or drops it.
    pub(crate) fn put_second(&self, second: Option<Secret>) {
        *quick(&self.second) = second.map(|second| (second, Instant::now()));
    }

    pub(crate) fn take_second(&self) -> Option<Secret> {
        quick(&self.second).take().map(|(second, _)| second)
    }

    /// Drops what was pasted for the doctor and left lying as long as a paste may be.
    pub(crate) fn forget_stale_exam(&self) {
        drop_stale(&self.exam);
        drop_stale(&self.second);
    }

    /// The clipboard; one for the life of the window, because on X11 its owner serves what it copied.
    pub(crate) fn with_clipboard<T>(
        &self,
        act: impl FnOnce(&mut arboard::Clipboard) -> Result<T, arboard::Error>,
    ) -> Result<T, arboard::Error> {
        let mut slot = quick(&self.clipboard);
        let clipboard = match slot.take() {
            Some(clipboard) => slot.insert(clipboard),
            None => slot.insert(arboard::Clipboard::new()?),
        };
        // The owner of the clipboard is another process, and may take its time.
        tokio::task::block_in_place(|| act(clipboard))
    }
}

/// Hands what is told on to the page, until nobody tells any more.
pub(crate) fn forward<T: IpcResponse + Send + 'static>(
    page: Channel<T>,
) -> (UnboundedSender<T>, JoinHandle<()>) {
    let (sender, mut receiver) = unbounded_channel();
    let forward = tokio::spawn(async move {
        while let Some(line) = receiver.recv().await {
            // A page that is gone does not end the run.
            let _ = page.send(line);
        }
    });
    (sender, forward)
}

/// What the page does wrong when it calls out of order.
pub(crate) fn out_of_order() -> Problem {
    Problem::new(
        "out-of-order",
        "The run has not begun.",
        "Start again from the first screen.",
        Next::StartOver,
    )
}

fn drop_stale<T>(slot: &Quick<Option<(T, Instant)>>) {
    let mut slot = quick(slot);
    if slot
        .as_ref()
        .is_some_and(|(_, since)| since.elapsed() >= PASTE_LIVES)
    {
        *slot = None;
    }
}

fn quick<T>(lock: &Quick<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
