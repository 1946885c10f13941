//! What something asks of whoever opens it, and what a visitor brings: a permission, and for whose
//! clients (RBA-01, RBA-09, RBA-11).
//!
//! Guarantee: the rule is [`Identity::scope`] alone, the same as behind the API's routes; what is
//! kept here is what it answered. Absent on purpose: whose a single thing is, which the log says.

use billfold_app::access::Identity;
use billfold_domain::role::{Permission, Permissions, Reach};

/// A permission, and the narrowest reach that it is enough with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Needs {
    /// What one must be allowed.
    pub(crate) permission: Permission,
    /// How few clients it may be allowed for.
    pub(crate) narrowest: Reach,
}

impl Needs {
    /// Allowed for every client of the seller.
    pub(crate) const fn of_all(permission: Permission) -> Needs {
        Needs { permission, narrowest: Reach::Seller }
    }

    /// Allowed for the clients one looks after, which makes it one of a reseller's things too.
    pub(crate) const fn of_own(permission: Permission) -> Needs {
        Needs { permission, narrowest: Reach::OwnClients }
    }
}

/// What somebody is allowed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    /// For every client of the seller.
    of_all: Permissions,
    /// For the clients they look after, at least.
    of_own: Permissions,
}

impl Held {
    /// What the rule says of every permission.
    pub(crate) fn by(identity: &Identity) -> Held {
        let with = |narrowest| {
            Permission::all().filter(move |it| identity.scope(*it, narrowest).is_some()).collect()
        };
        Held { of_all: with(Reach::Seller), of_own: with(Reach::OwnClients) }
    }

    /// Whether it is enough for something.
    pub(crate) fn meets(self, needs: Needs) -> bool {
        match needs.narrowest {
            Reach::Seller => self.of_all.allow(needs.permission),
            Reach::OwnClients => self.of_own.allow(needs.permission),
            // The clients' own pages are no admin pages.
            Reach::OwnAccount => false,
        }
    }

    /// What may be done for every client of the seller.
    pub(crate) fn of_all(self) -> Permissions {
        self.of_all
    }

    /// The same without some permissions.
    pub(crate) fn without(self, gone: Permissions) -> Held {
        Held { of_all: self.of_all.beyond(gone), of_own: self.of_own.beyond(gone) }
    }

    /// Everything, for the samples of pages.
    #[cfg(test)]
    pub(crate) fn everything() -> Held {
        Held { of_all: Permissions::all(), of_own: Permissions::all() }
    }

    /// Everything for some clients, for the samples of pages.
    #[cfg(test)]
    pub(crate) fn everything_of_own() -> Held {
        Held { of_all: Permissions::NONE, of_own: Permissions::all() }
    }
}
