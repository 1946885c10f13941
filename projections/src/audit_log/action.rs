//! What kind of change an event is, in the words of audits (AUD-02).
//!
//! Guarantees: every event is one of the five; the verb in its name decides, so that an event type
//! of tomorrow is sorted as those of today are, and what no list names is an update.

use billfold_domain::schema::event_types;

/// What kind of change it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Something came into being.
    Create,
    /// Something changed.
    Update,
    /// Something was taken away or taken back.
    Delete,
    /// Somebody signed in, or tried to.
    Login,
    /// Somebody signed out, or was signed out.
    Logout,
}

/// Somebody signed in.
pub(super) const SIGNED_IN: &str = "sign_in.succeeded";
/// A client signed in.
pub(super) const CLIENT_SIGNED_IN: &str = "sign_in.client_succeeded";

/// Facts about signing in, of streams of their own kind.
const SIGN_INS: [(&str, Action); 5] = [
    (SIGNED_IN, Action::Login),
    (CLIENT_SIGNED_IN, Action::Login),
    ("sign_in.refused", Action::Login),
    ("sign_in.slowed", Action::Login),
    ("sign_in.ended", Action::Logout),
];

/// Verbs with which something begins.
const BEGINS: [&str; 25] = [
    "established",
    "registered",
    "opened",
    "created",
    "defined",
    "drafted",
    "issued",
    "placed",
    "ordered",
    "configured",
    "started",
    "enrolled",
    "attached",
    "attempted",
    "settled",
    "declined",
    "granted",
    "posted",
    "added",
    "line_added",
    "note_added",
    "contact_added",
    "invited",
    "uploaded",
    "requested",
];

/// Verbs with which something is taken away or taken back.
const ENDS: [&str; 17] = [
    "erased",
    "retired",
    "cancelled",
    "terminated",
    "discarded",
    "voided",
    "detached",
    "removed",
    "line_removed",
    "archived",
    "withdrawn",
    "withdrawn_from_reseller",
    "expired",
    "note_removed",
    "contact_removed",
    "revoked",
    "deleted",
];

/// What integrations with providers and panels did, under the names that audits ask for (AUD-04,
/// PAY-27, SVC-10).
const OPERATIONS: [(&str, &str); 8] = [
    ("payment.settled", "PAYMENT_RECEIVED"),
    ("payment.refund_sent", "PAYMENT_REFUNDED"),
    ("payment.declined", "PAYMENT_DENIED"),
    ("service.provisioned", "SERVICE_PROVISIONED"),
    ("service.provisioning_failed", "SERVICE_PROVISION_FAILED"),
    ("service.suspended", "SERVICE_SUSPENDED"),
    ("service.unsuspended", "SERVICE_UNSUSPENDED"),
    ("service.terminated", "SERVICE_TERMINATED"),
];

/// The name under which audits ask for what an integration did; nothing for any other event.
pub(super) fn operation(event_type: &str) -> Option<&'static str> {
    OPERATIONS.iter().find(|(known, _)| *known == event_type).map(|(_, name)| *name)
}

/// Events whose verb begins other things, but not this one.
const GOES_ON: [&str; 3] = ["invoice.settled", "approval.granted", "approval.declined"];

impl Action {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Create, Self::Update, Self::Delete, Self::Login, Self::Logout];

    /// What an event did.
    pub fn of(event_type: &str) -> Self {
        if let Some((_, action)) = SIGN_INS.iter().find(|(name, _)| *name == event_type) {
            return *action;
        }
        let verb = event_type.split_once('.').map_or(event_type, |(_, verb)| verb);
        if GOES_ON.contains(&event_type) {
            Self::Update
        } else if BEGINS.contains(&verb) {
            Self::Create
        } else if ENDS.contains(&verb) {
            Self::Delete
        } else {
            Self::Update
        }
    }

    /// The word audits use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Login => "LOGIN",
            Self::Logout => "LOGOUT",
        }
    }

    /// The action of that word, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str().eq_ignore_ascii_case(word))
    }

    /// The types of events that do it, of one kind of thing if that is given.
    pub(super) fn event_types(self, kind: Option<&str>) -> Vec<String> {
        let known = event_types().map(|(event_type, _)| event_type);
        let mut types: Vec<String> = known
            .chain(SIGN_INS.iter().map(|(name, _)| *name))
            .filter(|event_type| Self::of(event_type) == self)
            .filter(|event_type| kind.is_none_or(|kind| event_type.split('.').next() == Some(kind)))
            .map(str::to_owned)
            .collect();
        types.sort_unstable();
        types.dedup();
        types
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_sorted_by_what_they_do_to_the_thing_they_belong_to() {
        for (event_type, action) in [
            ("client.registered", Action::Create),
            ("coupon.created", Action::Create),
            ("subscription.started", Action::Create),
            ("invoice.issued", Action::Create),
            ("client.contact_changed", Action::Update),
            ("subscription.plan_changed", Action::Update),
            ("invoice.settled", Action::Update),
            ("invoice.voided", Action::Delete),
            ("client.erased", Action::Delete),
            ("staff_member.erased", Action::Delete),
            ("gift_card.expired", Action::Delete),
            ("service.ordered", Action::Create),
            ("service.suspended", Action::Update),
            ("service.terminated", Action::Delete),
            ("sign_in.succeeded", Action::Login),
            ("sign_in.refused", Action::Login),
            ("sign_in.ended", Action::Logout),
            ("something.new", Action::Update),
        ] {
            assert_eq!(Action::of(event_type), action, "{event_type}");
        }
    }

    #[test]
    fn what_integrations_do_has_the_names_that_audits_ask_for() {
        assert_eq!(operation("service.provisioned"), Some("SERVICE_PROVISIONED"));
        assert_eq!(operation("payment.refund_sent"), Some("PAYMENT_REFUNDED"));
        assert_eq!(operation("invoice.issued"), None);
        for (event_type, _) in OPERATIONS {
            assert!(event_types().any(|(known, _)| known == event_type), "{event_type}");
        }
    }

    #[test]
    fn every_action_has_event_types_and_every_type_one_action() {
        let mut sorted: Vec<String> =
            Action::ALL.into_iter().flat_map(|action| action.event_types(None)).collect();
        let count = sorted.len();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), count);
        assert!(event_types().all(|(name, _)| sorted.iter().any(|one| one == name)));
        for action in Action::ALL {
            assert!(!action.event_types(None).is_empty(), "{}", action.as_str());
            assert_eq!(Action::parse(&action.as_str().to_lowercase()), Some(action));
        }
        assert!(Action::Login.event_types(Some("invoice")).is_empty());
    }
}
