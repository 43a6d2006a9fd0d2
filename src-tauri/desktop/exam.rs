//! An examination, held to be made once more.

use std::sync::Arc;

use narrows_core::doctor::story::{Diagnosis, DoctorOptions};
use narrows_core::doctor::{Given, Input, Subject};
use narrows_core::secret::Secret;

/// The last examination, held to be made once more. What was pasted for it is wiped with it.
pub(crate) struct Exam {
    pub(crate) asked: Arc<Question>,
    pub(crate) diagnosis: Diagnosis,
}

/// What an examination was made from.
pub(crate) struct Question {
    pub(crate) source: From,
    pub(crate) second: Option<Secret>,
    pub(crate) options: DoctorOptions,
}

/// Whose token it is about.
pub(crate) enum From {
    Connection(String),
    Pasted(Secret),
}

impl Question {
    pub(crate) fn input(&self) -> Input {
        let subject = match &self.source {
            From::Connection(id) => Subject::Connection(id.clone()),
            From::Pasted(text) => Subject::Given(Given::Token(text.duplicate())),
        };
        let second = self.second.as_ref().map(Secret::duplicate);
        Input {
            subject,
            second: second.map(Given::Token),
            options: self.options.clone(),
        }
    }

    /// What was pasted or typed, for the leak scanner to look for.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let pasted = match &self.source {
            From::Connection(_) => None,
            From::Pasted(text) => Some(text),
        };
        let given = pasted.into_iter().chain(&self.second);
        given.map(Secret::duplicate).collect()
    }
}

impl Exam {
    /// Whether it was made from anything that was pasted or typed.
    pub(crate) fn is_of_paste(&self) -> bool {
        matches!(self.asked.source, From::Pasted(_)) || self.asked.second.is_some()
    }
}
