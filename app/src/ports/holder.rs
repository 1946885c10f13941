//! Whose an account is: somebody of the staff, or a client.

use billfold_domain::kernel::{Actor, ClientId, StaffId};
use uuid::Uuid;

/// Who signs in with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// Somebody who works for the seller.
    Staff(StaffId),
    /// Somebody who buys.
    Client(ClientId),
}

impl Holder {
    /// The id without its kind. No two holders share one.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Staff(staff) => staff.uuid(),
            Self::Client(client) => client.uuid(),
        }
    }

    /// The actor that events name.
    #[must_use]
    pub fn actor(self) -> Actor {
        match self {
            Self::Staff(staff) => Actor::Staff(staff),
            Self::Client(client) => Actor::Client(client),
        }
    }

    /// The member of staff, if it is one.
    #[must_use]
    pub fn staff(self) -> Option<StaffId> {
        match self {
            Self::Staff(staff) => Some(staff),
            Self::Client(_) => None,
        }
    }

    /// The client, if it is one.
    #[must_use]
    pub fn client(self) -> Option<ClientId> {
        match self {
            Self::Staff(_) => None,
            Self::Client(client) => Some(client),
        }
    }
}

impl From<StaffId> for Holder {
    fn from(staff: StaffId) -> Self {
        Self::Staff(staff)
    }
}

impl From<ClientId> for Holder {
    fn from(client: ClientId) -> Self {
        Self::Client(client)
    }
}
