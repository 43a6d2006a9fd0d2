//! Bodies that come slowly, or never to their end.

use std::{
    collections::VecDeque,
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::{Bytes, HttpBody};
use http_body::Frame;
use tokio::time::{Sleep, sleep};

/// In how many pieces a slow body comes.
const PIECES: usize = 8;

/// Long enough for what was sent to leave before the connection breaks.
const BEFORE_THE_BREAK: Duration = Duration::from_millis(20);

/// Pieces with a pause before each, and perhaps no end.
pub(crate) struct Trickle {
    pieces: VecDeque<Bytes>,
    pause: Duration,
    breaks: bool,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Trickle {
    /// All of `whole`, in pieces over `duration`.
    pub(crate) fn slow(whole: &Bytes, duration: Duration) -> Self {
        let size = whole.len().div_ceil(PIECES).max(1);
        let pieces = (0..whole.len())
            .step_by(size)
            .map(|at| whole.slice(at..whole.len().min(at + size)))
            .collect();
        let pause = duration / u32::try_from(PIECES).unwrap_or(1);
        Self {
            pieces,
            pause,
            breaks: false,
            sleep: None,
        }
    }

    /// The first half of `whole`, then a broken connection.
    pub(crate) fn cut_short(whole: &Bytes) -> Self {
        let pieces = VecDeque::from([whole.slice(..whole.len() / 2)]);
        Self {
            pieces,
            pause: BEFORE_THE_BREAK,
            breaks: true,
            sleep: None,
        }
    }
}

impl HttpBody for Trickle {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.pieces.is_empty() && !self.breaks {
            return Poll::Ready(None);
        }
        let pause = self.pause;
        let pending = self.sleep.get_or_insert_with(|| Box::pin(sleep(pause)));
        ready!(pending.as_mut().poll(context));
        self.sleep = None;
        Poll::Ready(Some(match self.pieces.pop_front() {
            Some(piece) => Ok(Frame::data(piece)),
            None => Err(io::ErrorKind::ConnectionReset.into()),
        }))
    }
}
