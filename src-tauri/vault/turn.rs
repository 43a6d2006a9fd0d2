//! Keychain calls, one at a time and each within a limit.
//!
//! Every call blocks, and may block for as long as a prompt stays unanswered. Two calls at once could ask a person
//! twice, so each waits for its turn.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::sync::{Mutex, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use super::Error;

/// The one turn that all keychain calls of this process share.
static SHARED: LazyLock<Arc<Mutex<()>>> = LazyLock::new(Arc::default);

/// How long a call may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// After this, whoever called is told [`Error::Silent`]. Waiting for the turn counts.
    pub(super) answer: Duration,
    /// A call that overran keeps its turn for this much longer: it most likely waits for a person at a prompt, and
    /// once that is answered the next call needs none. After this the call is given up for dead and the turn is
    /// free, so that a keychain that was restarted can be used again.
    pub(super) overrun: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(10),
            overrun: Duration::from_mins(1),
        }
    }
}

/// A queue of calls.
#[derive(Clone)]
pub(super) struct Turn {
    queue: Arc<Mutex<()>>,
    limits: Limits,
}

impl Turn {
    /// The turn that all calls to the system's keychain wait for.
    pub(super) fn shared() -> Self {
        Self {
            queue: Arc::clone(&SHARED),
            limits: Limits::default(),
        }
    }

    /// A turn of its own.
    pub(super) fn separate(limits: Limits) -> Self {
        Self {
            queue: Arc::default(),
            limits,
        }
    }

    /// Makes a call once it is its turn. It goes on to its end even if nobody waits any more.
    pub(super) async fn take<T: Send + 'static>(
        &self,
        call: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let Limits { answer, overrun } = self.limits;
        let deadline = Instant::now() + answer;
        let turn = timeout_at(deadline, Arc::clone(&self.queue).lock_owned())
            .await
            .map_err(|_| Error::Silent)?;
        let (done, called) = oneshot::channel();
        let (pass_on, answered) = oneshot::channel();
        // A thread of its own, because the runtime waits at its end for blocking tasks: an unanswered prompt would
        // keep a finished program from ending.
        std::thread::Builder::new()
            .name("keychain".to_owned())
            .spawn(move || drop(done.send(call())))
            .map_err(|error| Error::Keychain(error.to_string()))?;
        tokio::spawn(async move {
            let result = timeout(answer + overrun, called).await;
            drop(turn);
            if let Ok(Ok(result)) = result {
                drop(pass_on.send(result));
            }
        });
        match timeout_at(deadline, answered).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(Error::Keychain("the call broke off".to_owned())),
            Err(_) => Err(Error::Silent),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn turn(answer_ms: u64, overrun_ms: u64) -> Turn {
        Turn::separate(Limits {
            answer: Duration::from_millis(answer_ms),
            overrun: Duration::from_millis(overrun_ms),
        })
    }

    #[tokio::test]
    async fn a_second_call_waits_until_the_prompt_of_the_first_is_answered() {
        let turn = turn(60_000, 0);
        let (answer_prompt, prompt) = mpsc::channel::<()>();
        let (show_prompt, prompt_shown) = oneshot::channel();
        let first = tokio::spawn({
            let turn = turn.clone();
            async move {
                turn.take(move || {
                    let _ = show_prompt.send(());
                    let _ = prompt.recv();
                    Ok("first")
                })
                .await
            }
        });
        prompt_shown.await.expect("the first call begins");
        let second = turn.take(|| Ok("second"));
        tokio::pin!(second);
        assert!(
            futures_util::poll!(&mut second).is_pending(),
            "two prompts at once would confuse a person"
        );
        drop(answer_prompt);
        assert_eq!(second.await.expect("the turn comes"), "second");
        assert_eq!(
            first.await.expect("it ends").expect("it is answered"),
            "first"
        );
    }

    #[tokio::test]
    async fn a_call_without_end_is_silent_and_does_not_hold_the_turn_for_ever() {
        let turn = turn(500, 0);
        let (_keep_open, prompt) = mpsc::channel::<()>();
        let stuck = turn
            .take(move || {
                let _ = prompt.recv();
                Ok(())
            })
            .await;
        assert!(
            matches!(stuck, Err(Error::Silent)),
            "it never answered: {stuck:?}"
        );
        let next = turn.take(|| Ok("answered")).await;
        assert!(
            matches!(next, Ok("answered")),
            "the keychain may have been restarted meanwhile: {next:?}"
        );
    }

    #[tokio::test]
    async fn a_call_that_overran_keeps_the_next_one_from_prompting_again() {
        let turn = turn(50, 60_000);
        let (_keep_open, prompt) = mpsc::channel::<()>();
        let stuck = turn
            .take(move || {
                let _ = prompt.recv();
                Ok(())
            })
            .await;
        assert!(matches!(stuck, Err(Error::Silent)), "{stuck:?}");
        let (called, was_called) = mpsc::channel();
        let next = turn.take(move || Ok(called.send(()).is_ok())).await;
        assert!(matches!(next, Err(Error::Silent)), "{next:?}");
        assert!(
            was_called.try_recv().is_err(),
            "a second prompt would lie on top of the first"
        );
    }

    #[tokio::test]
    async fn a_call_that_panics_is_an_error_and_frees_the_turn() {
        let turn = turn(60_000, 0);
        let broken: Result<(), Error> = turn.take(|| panic!("a broken store")).await;
        assert!(matches!(broken, Err(Error::Keychain(_))), "{broken:?}");
        assert!(
            turn.take(|| Ok(())).await.is_ok(),
            "the next call has its turn"
        );
    }
}
