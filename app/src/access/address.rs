//! Which seller a request is for, by its host name or by the header that names one.
//!
//! Guarantees: nobody acts for a seller at which they have no account; whoever names another one is
//! refused alike, whether that one exists or not.

use billfold_domain::kernel::TenantId;
use billfold_domain::role::Rights;

use super::identity::{Identity, Via};
use super::{Access, AccessError};
use crate::commands::roles::rights_of;
use crate::tenancy::operator;

/// Where a request was sent to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Addressed {
    /// The seller whose host name it was sent to; none for a name that nobody took.
    pub by_host: Option<TenantId>,
    /// The seller that a header names.
    pub by_header: Option<TenantId>,
}

impl Addressed {
    /// The seller it is for, if it says so.
    ///
    /// # Errors
    /// `OtherSeller` when name and header disagree.
    pub fn seller(self) -> Result<Option<TenantId>, AccessError> {
        match (self.by_host, self.by_header) {
            (Some(host), Some(header)) if host != header => Err(self.no()),
            (host, header) => Ok(header.or(host)),
        }
    }

    fn no(self) -> AccessError {
        AccessError::OtherSeller { by_header: self.by_header.is_some() }
    }
}

impl Access {
    /// The seller that is found under what a `Host` header says; none if nobody took the name.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn seller_at(&self, host: &str) -> Result<Option<TenantId>, AccessError> {
        Ok(self.host_names.seller_at(host).await?)
    }

    /// The seller whose staff look after all of the installation.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn operator(&self) -> Result<Option<TenantId>, AccessError> {
        Ok(operator(&self.parts.door).await?)
    }

    /// A verified caller as the one who acts where the request was sent to. A browser session acts
    /// at every seller that its sign-in opened; a key or a token acts at its own.
    ///
    /// # Errors
    /// `OtherSeller` when the caller may not act there.
    pub async fn act_at(
        &self,
        identity: Identity,
        addressed: Addressed,
    ) -> Result<Identity, AccessError> {
        let Some(wanted) = addressed.seller()?.filter(|wanted| *wanted != identity.tenant) else {
            return Ok(identity);
        };
        let Via::Session { staff, session, csrf_secret, also, expires_at, .. } = &identity.via
        else {
            return Err(addressed.no());
        };
        let here = match also.contains(&wanted) {
            true => self.parts.staff.find(identity.tenant, *staff).await?,
            false => None,
        };
        let here = here.ok_or_else(|| addressed.no())?;
        let accounts = self.parts.staff.accounts_of(&here.email_index).await?;
        let there = accounts.iter().find(|account| account.tenant == wanted);
        let there = there.ok_or_else(|| addressed.no())?.staff;
        let row = self.parts.staff.find(wanted, there).await?;
        let open = row.is_some_and(|row| row.disabled_at.is_none());
        // One that was given a second step since wants a sign-in of its own.
        if !open || self.asks_for_code(wanted, there).await? {
            return Err(addressed.no());
        }
        let restricted = self.must_set_up(wanted, there).await?;
        let rights = match restricted {
            true => Rights::NONE,
            false => rights_of(&self.parts.door, wanted, there).await?,
        };
        let via = Via::Session {
            staff: there,
            session: *session,
            csrf_secret: *csrf_secret,
            restricted,
            also: Vec::new(),
            expires_at: *expires_at,
        };
        Ok(Identity { tenant: wanted, rights, via })
    }
}
