//! The one task that lies on the desk.

use narrows_core::connect::Connect;
use narrows_core::disconnect::Disconnect;
use narrows_core::resume::Resuming;
use narrows_core::rotate::Rotate;
use narrows_core::steps::Approach;
use narrows_core::sweep::Sweep;

/// What the person is at.
pub(crate) enum Task {
    Connect(Box<Connect>),
    Rotate(Box<Rotate>),
    Disconnect(Box<Disconnect>),
    Resume(Box<Resuming>),
    Sweep(Box<Sweep>),
    /// A sign-in, and nothing more.
    SignIn(Box<Approach>),
}

impl Task {
    /// How far it is until the pasted token is known.
    pub(crate) fn approach(&mut self) -> &mut Approach {
        match self {
            Self::Connect(task) => &mut task.approach,
            Self::Rotate(task) => &mut task.approach,
            Self::Disconnect(task) => &mut task.approach,
            Self::Resume(task) => &mut task.approach,
            Self::Sweep(task) => &mut task.approach,
            Self::SignIn(approach) => approach,
        }
    }

    /// Whether it makes nothing new: it ends a connection, a run that was cut off, or tokens that nothing uses.
    pub(crate) fn is_errand(&self) -> bool {
        matches!(self, Self::Disconnect(_) | Self::Resume(_) | Self::Sweep(_))
    }
}

/// Gives the task of one kind, where that is the one that lies there.
macro_rules! one_of {
    ($($name:ident: $variant:ident($task:ty)),+ $(,)?) => {
        impl Task {
            $(pub(crate) fn $name(&mut self) -> Option<&mut $task> {
                match self {
                    Self::$variant(task) => Some(task),
                    _ => None,
                }
            })+
        }
    };
}

one_of! {
    connect: Connect(Connect),
    rotate: Rotate(Rotate),
    disconnect: Disconnect(Disconnect),
    resume: Resume(Resuming),
    sweep: Sweep(Sweep),
}
