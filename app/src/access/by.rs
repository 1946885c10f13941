//! On whose word something about an account is changed.

use billfold_domain::kernel::Actor;
use billfold_domain::role::Rights;

use super::AccessError;
use crate::commands::RequestOrigin;

/// Who changes the account of somebody else, what they may do themselves, and where they ask from.
#[derive(Clone, Debug)]
pub struct By {
    /// Whom the event names.
    pub actor: Actor,
    /// Nobody changes the account of somebody who may do more.
    pub held: Rights,
    /// The network address and the program.
    pub origin: RequestOrigin,
}

impl By {
    /// Whoever runs the installation, at its command line.
    ///
    /// # Errors
    /// Never, as long as its name is one that an actor may have.
    pub fn command_line() -> Result<Self, AccessError> {
        let actor = Actor::system("cli").map_err(crate::Error::bug)?;
        Ok(Self { actor, held: Rights::full(), origin: RequestOrigin::default() })
    }
}
