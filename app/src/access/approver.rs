//! What is known of somebody who says yes or no to what needs a second person.

use billfold_domain::approval::Approver;

use super::{Access, AccessError, Identity};

impl Access {
    /// What a caller may do, and the keys they made: what such a key asked for counts as theirs.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn approver(&self, identity: &Identity) -> Result<Approver, AccessError> {
        let maker = identity.actor().to_string();
        let keys = self.parts.api_keys.list(identity.tenant).await?;
        let own = keys.into_iter().filter(|key| key.created_by == maker);
        Ok(Approver { held: identity.rights, keys: own.map(|key| key.id).collect() })
    }
}
