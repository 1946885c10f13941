//! The bytes of a picture, whatever the header calls them: the content decides.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use billfold_app::pictures::LARGEST;

use super::body::unread;
use crate::problem::Problem;

/// The body as it is, at most [`LARGEST`] bytes.
pub struct Picture(pub Vec<u8>);

impl<S: Send + Sync> FromRequest<S> for Picture {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|no| unread(&no))?;
        if bytes.len() > LARGEST {
            return Err(Problem::too_large());
        }
        Ok(Self(bytes.into()))
    }
}
