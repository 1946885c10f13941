//! Which seller a request is for: by the host name it was sent to, or by the header
//! `Billfold-Tenant`.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::HOST;
use axum::http::request::Parts;
use billfold_app::access::{Access, Addressed};
use billfold_domain::kernel::TenantId;

use super::caller::refused;
use crate::problem::{FieldError, Problem};

/// The header that names a seller, in lower case.
pub const TENANT_HEADER: &str = "billfold-tenant";

/// The seller that a request is for, before anybody is signed in; none if it does not say so.
#[derive(Debug, Clone, Copy)]
pub struct SentTo(pub Option<TenantId>);

impl<S> FromRequestParts<S> for SentTo
where
    S: Send + Sync,
    Arc<Access>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let access = Arc::<Access>::from_ref(state);
        Ok(Self(addressed(parts, &access).await?.seller().map_err(refused)?))
    }
}

/// Where a request was sent to.
///
/// # Errors
/// The header is no id, or the database does not answer.
pub async fn addressed(parts: &Parts, access: &Access) -> Result<Addressed, Problem> {
    let mut named = parts.headers.get_all(TENANT_HEADER).iter();
    let (first, second) = (named.next(), named.next());
    let by_header = match first.map(|value| value.to_str().unwrap_or_default().trim().parse()) {
        None => None,
        Some(Ok(tenant)) if second.is_none() => Some(tenant),
        Some(_) => {
            let detail = "must be the id of one seller, such as ten_01kchkq7w7fc9r6a8b9c0d1e2f";
            return Err(Problem::field(FieldError::header(
                TENANT_HEADER,
                "tenant.malformed",
                detail,
            )));
        }
    };
    let host = parts.headers.get(HOST).and_then(|value| value.to_str().ok());
    let host = host.or_else(|| parts.uri.authority().map(|authority| authority.as_str()));
    let by_host = match host {
        Some(host) => access.seller_at(host).await.map_err(refused)?,
        None => None,
    };
    Ok(Addressed { by_host, by_header })
}
