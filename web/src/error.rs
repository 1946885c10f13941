//! Why a page is not shown, once for all handlers.
//!
//! Guarantees: what failed on our side is logged here, once, and told to nobody; a person gets a
//! page that says what to do next. Absent on purpose: refusals of a form, which stand beside its
//! fields.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use billfold_app::access::AccessError;
use billfold_domain::kernel::ApprovalId;
use billfold_domain::role::Permission;

use crate::operations::OperationsError;

/// Why a page is not shown.
#[derive(Debug)]
pub(crate) enum PageError {
    /// Nobody is signed in, or no longer.
    SignedOut,
    /// The account may not.
    Forbidden(Permission),
    /// The account may, but for some clients only, and this is about all of them.
    BeyondReach,
    /// The form was not sent by our own page.
    Forged,
    /// There is nothing here, or it is of another seller.
    NotFound,
    /// The address or form makes no sense; the sentence says what.
    Malformed(String),
    /// It cannot be shown now.
    Unavailable,
    /// Nothing was done yet: a second person is asked, on the page of that question.
    Waits(ApprovalId),
    /// The quota of the address or the session is spent for so long.
    TooMany(Duration),
    /// A fault of ours.
    Bug,
}

/// What the outermost layer renders as a page, in the visitor's theme.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    /// What happened.
    pub(crate) title: &'static str,
    /// What to do about it.
    pub(crate) text: String,
}

impl PageError {
    /// Logs a fault and hides it.
    pub(crate) fn bug(error: impl std::fmt::Display) -> PageError {
        tracing::error!(%error, "a page failed");
        PageError::Bug
    }

    fn parts(&self) -> (StatusCode, &'static str, String) {
        match self {
            PageError::SignedOut => {
                (StatusCode::SEE_OTHER, "Signed out", "Sign in again.".to_owned())
            }
            PageError::Waits(_) => {
                (StatusCode::SEE_OTHER, "A second person is asked", "Nothing was done.".to_owned())
            }
            PageError::Forbidden(permission) => (
                StatusCode::FORBIDDEN,
                "Your account may not see this",
                format!("It needs the permission {permission}. Ask an administrator."),
            ),
            PageError::BeyondReach => (
                StatusCode::FORBIDDEN,
                "This is about all clients",
                "Your role is about the clients you look after. Their pages are open to you; \
                 this one is for those who see everybody."
                    .to_owned(),
            ),
            PageError::Forged => (
                StatusCode::FORBIDDEN,
                "This form is out of date",
                "It was made for another session. Go back, reload the page and send it again."
                    .to_owned(),
            ),
            PageError::NotFound => (
                StatusCode::NOT_FOUND,
                "There is nothing here",
                "The page or record does not exist, or is not of your company.".to_owned(),
            ),
            PageError::Malformed(text) => {
                (StatusCode::BAD_REQUEST, "This address makes no sense", text.clone())
            }
            PageError::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "This cannot be shown now",
                "The database or a read model does not answer. Try again in a moment.".to_owned(),
            ),
            PageError::TooMany(wait) => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many pages at once",
                format!("Wait {} s and load the page again.", whole_seconds(*wait)),
            ),
            PageError::Bug => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something is wrong on our side",
                "Nothing was changed. The fault is in the server's log under the request below."
                    .to_owned(),
            ),
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let (status, title, text) = self.parts();
        let mut response = status.into_response();
        let elsewhere = match &self {
            PageError::SignedOut => Some("/admin/sign-in".to_owned()),
            PageError::Waits(id) => Some(format!("/admin/approvals/{id}?done=approval-asked")),
            _ => None,
        };
        if let Some(Ok(location)) = elsewhere.map(HeaderValue::try_from) {
            response.headers_mut().insert(header::LOCATION, location);
        } else {
            response.extensions_mut().insert(Note { title, text });
        }
        if let PageError::TooMany(wait) = self {
            response.headers_mut().insert(header::RETRY_AFTER, whole_seconds(wait).into());
        }
        response
    }
}

/// So many seconds that a wait is over by then.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

impl From<billfold_projections::Error> for PageError {
    fn from(error: billfold_projections::Error) -> PageError {
        use billfold_projections::Error;
        match error {
            Error::Cursor(_) => PageError::Malformed(
                "The page marker in the address is not one of this list. Start from its first page."
                    .to_owned(),
            ),
            Error::NotYet { position, wanted, .. } => PageError::Malformed(format!(
                "The books have reached position {position}, not yet {wanted}."
            )),
            Error::Database(_) | Error::NotBuilt { .. } => {
                tracing::error!(%error, "the read side does not answer");
                PageError::Unavailable
            }
            other => PageError::bug(other),
        }
    }
}

impl From<billfold_app::Error> for PageError {
    fn from(error: billfold_app::Error) -> PageError {
        use billfold_app::Error;
        match error {
            Error::NotFound(_) => PageError::NotFound,
            Error::Waits(waiting) => PageError::Waits(waiting.approval_id),
            error if error.passes() => {
                tracing::error!(%error, "the ledger does not answer");
                PageError::Unavailable
            }
            other => PageError::bug(other),
        }
    }
}

impl From<AccessError> for PageError {
    fn from(error: AccessError) -> PageError {
        match error {
            AccessError::NotValid => PageError::SignedOut,
            AccessError::Door(error) => error.into(),
            AccessError::Store(_) | AccessError::Log(_) => {
                tracing::error!(%error, "the accounts do not answer");
                PageError::Unavailable
            }
            other => PageError::bug(other),
        }
    }
}

impl From<billfold_app::vault::VaultError> for PageError {
    fn from(error: billfold_app::vault::VaultError) -> PageError {
        PageError::bug(error)
    }
}

impl From<OperationsError> for PageError {
    fn from(error: OperationsError) -> PageError {
        match error {
            OperationsError::Unknown(_) => PageError::NotFound,
            OperationsError::Busy(_) | OperationsError::State(_) => {
                PageError::Malformed(error.to_string())
            }
            OperationsError::Unavailable(_) => {
                tracing::error!(%error, "the node does not answer");
                PageError::Unavailable
            }
        }
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> PageError {
        PageError::bug(error)
    }
}
