//! What is noted about an address in which state.

use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::check_line;
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
            SignInCommand::Succeed { session_id, .. }
            | SignInCommand::SucceedClient { session_id, .. }
                if self.last_session == Some(*session_id) =>
            {
                Ok(Vec::new())
            }
            SignInCommand::Succeed { staff_id, method, session_id } => {
                let (staff_id, method, session_id) = (*staff_id, *method, *session_id);
                Ok(vec![SignInEvent::Succeeded { staff_id, method, session_id }])
            }
            SignInCommand::SucceedClient { client_id, method, session_id } => {
                let (client_id, method, session_id) = (*client_id, *method, *session_id);
                Ok(vec![SignInEvent::ClientSucceeded { client_id, method, session_id }])
            }
            SignInCommand::Refuse { staff_id, client_id, reason, slowed } => {
                let (staff_id, client_id, reason) = (*staff_id, *client_id, *reason);
                let refused = SignInEvent::Refused { staff_id, client_id, reason };
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
            SignInCommand::AskReset { staff_id, client_id } => {
                let (staff_id, client_id) = (*staff_id, *client_id);
                Ok(vec![SignInEvent::ResetAsked { staff_id, client_id }])
            }
            SignInCommand::ChangeMeans { staff_id, what, which } => {
                if let Some(which) = which {
                    check_line("which", which, 100)?;
                }
                let (staff_id, what, which) = (*staff_id, *what, which.clone());
                Ok(vec![SignInEvent::MeansChanged { staff_id, what, which }])
            }
            SignInCommand::ChangeClientMeans { client_id, what } => {
                let (client_id, what) = (*client_id, *what);
                Ok(vec![SignInEvent::ClientMeansChanged { client_id, what }])
            }
        }
    }

    fn apply(&mut self, event: &SignInEvent) {
        self.take(event);
    }
}

bridge_to_cqrs_es!(SignIn);
