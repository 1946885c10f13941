//! What is noted about an address in which state.

use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::{Aggregate, Invalid, Issued};
use crate::sign_in::{SignIn, SignInCommand, SignInEvent};

/// Sessions that may end at once.
const MOST_SESSIONS: usize = 1_000;

impl Aggregate for SignIn {
    const TYPE: &'static str = "sign_in";
    type Command = SignInCommand;
    type Event = SignInEvent;
    type Refusal = Invalid;

    fn decide(&self, ask: &Issued<SignInCommand>) -> Result<Vec<SignInEvent>, Invalid> {
        match &ask.command {
            SignInCommand::Succeed { session_id, .. } if self.last_session == Some(*session_id) => {
                Ok(Vec::new())
            }
            SignInCommand::Succeed { staff_id, method, session_id } => {
                let (staff_id, method, session_id) = (*staff_id, *method, *session_id);
                Ok(vec![SignInEvent::Succeeded { staff_id, method, session_id }])
            }
            SignInCommand::Refuse { staff_id, reason, slowed } => {
                let refused = SignInEvent::Refused { staff_id: *staff_id, reason: *reason };
                let refusals = self.refusals.saturating_add(1);
                let slowed = slowed.then_some(SignInEvent::Slowed { refusals });
                Ok([refused].into_iter().chain(slowed).collect())
            }
            SignInCommand::End { sessions, .. } if sessions.len() > MOST_SESSIONS => {
                let detail = format!("must be at most {MOST_SESSIONS} sessions");
                Err(Invalid::one("sessions", "sign_in.too_many_sessions", detail))
            }
            SignInCommand::End { sessions, how } => {
                let ended =
                    |session_id: &_| SignInEvent::Ended { session_id: *session_id, how: *how };
                Ok(sessions.iter().map(ended).collect())
            }
        }
    }

    fn apply(&mut self, event: &SignInEvent) {
        self.take(event);
    }
}

bridge_to_cqrs_es!(SignIn);
