//! What goes wrong on demand.

use std::sync::Mutex;
use std::time::Duration;

use super::Notice;

/// What is asked of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// A page is opened.
    Session,
    /// A try is validated.
    Validate,
    /// The tries of a reference are listed.
    Tries,
    /// Money is sent back.
    Refund,
    /// A refund is looked up.
    RefundStatus,
}

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It never gets there: the connection breaks before anything is done.
    LoseRequest,
    /// It is done, and the connection breaks before the answer.
    LoseAnswer,
    /// It is done, and answered with status 500.
    BreakAfter,
    /// It is answered with status 503, and not done.
    RefuseBefore,
    /// It is answered with status 429 and the seconds to wait, and not done.
    TooMany(u32),
    /// It is done, and answered with something that is no JSON.
    Garble,
    /// It is not done, and the answer says that the interface could not be reached.
    NotConnected,
    /// It is done, and answered after a pause.
    Delay(Duration),
}

/// What goes wrong on demand; nothing unless somebody says so.
#[derive(Debug, Default)]
pub struct Faults {
    planned: Mutex<Vec<(Operation, Fault)>>,
    notices: Mutex<Notices>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Notices {
    repeats: usize,
    is_reversed: bool,
}

impl Faults {
    /// The next request of an operation goes wrong; said again, the one after it, too.
    pub fn next(&self, operation: Operation, fault: Fault) {
        self.planned.lock().expect("no test panicked inside").push((operation, fault));
    }

    /// Notices come so often more than once, and the last first if wanted.
    pub fn notices(&self, repeats: usize, is_reversed: bool) {
        *self.notices.lock().expect("no test panicked inside") = Notices { repeats, is_reversed };
    }

    pub(super) fn take(&self, operation: Operation) -> Option<Fault> {
        let mut planned = self.planned.lock().expect("no test panicked inside");
        let at = planned.iter().position(|(known, _)| *known == operation)?;
        Some(planned.remove(at).1)
    }

    pub(super) fn spread(&self, sent: Vec<Notice>) -> Vec<Notice> {
        let Notices { repeats, is_reversed } =
            *self.notices.lock().expect("no test panicked inside");
        let mut all: Vec<Notice> = Vec::new();
        for _ in 0..=repeats {
            all.extend(sent.iter().cloned());
        }
        if is_reversed {
            all.reverse();
        }
        all
    }
}
