//! What an identity may do: a small set of words, stored as words.

/// One permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Read clients.
    ClientsRead,
    /// Register, change, suspend and erase clients.
    ClientsWrite,
    /// Read products.
    ProductsRead,
    /// Create products and set prices.
    ProductsWrite,
    /// Read orders.
    OrdersRead,
    /// Place and cancel orders.
    OrdersWrite,
    /// Read subscriptions.
    SubscriptionsRead,
    /// Begin, change, pause, end and bill subscriptions.
    SubscriptionsWrite,
    /// Read invoices and credit notes.
    InvoicesRead,
    /// Draft, issue, void and write off invoices.
    InvoicesWrite,
    /// Read payments.
    PaymentsRead,
    /// Record payments and charge.
    PaymentsWrite,
    /// Read affiliates, commissions and payouts.
    AffiliatesRead,
    /// Enrol affiliates, agree on terms, record referrals, approve and pay commissions.
    AffiliatesWrite,
    /// Read the journal, balances and reports.
    LedgerRead,
    /// Recognise revenue, close and reopen months, post entries by hand.
    LedgerWrite,
    /// Read events and the audit log.
    EventsRead,
    /// Everything, and settings, staff and keys.
    Admin,
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u32);

const WORDS: [(Scope, &str); 18] = [
    (Scope::ClientsRead, "clients:read"),
    (Scope::ClientsWrite, "clients:write"),
    (Scope::ProductsRead, "products:read"),
    (Scope::ProductsWrite, "products:write"),
    (Scope::OrdersRead, "orders:read"),
    (Scope::OrdersWrite, "orders:write"),
    (Scope::SubscriptionsRead, "subscriptions:read"),
    (Scope::SubscriptionsWrite, "subscriptions:write"),
    (Scope::InvoicesRead, "invoices:read"),
    (Scope::InvoicesWrite, "invoices:write"),
    (Scope::PaymentsRead, "payments:read"),
    (Scope::PaymentsWrite, "payments:write"),
    (Scope::AffiliatesRead, "affiliates:read"),
    (Scope::AffiliatesWrite, "affiliates:write"),
    (Scope::LedgerRead, "ledger:read"),
    (Scope::LedgerWrite, "ledger:write"),
    (Scope::EventsRead, "events:read"),
    (Scope::Admin, "admin"),
];

impl Scope {
    /// Every scope, in the order they are listed to people.
    pub fn all() -> impl Iterator<Item = Self> {
        WORDS.into_iter().map(|(scope, _)| scope)
    }

    /// The stored word, such as `invoices:read`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        WORDS.into_iter().find(|(scope, _)| *scope == self).map_or("", |(_, word)| word)
    }

    /// The scope with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        WORDS.into_iter().find(|(_, known)| *known == word).map(|(scope, _)| scope)
    }

    fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl Scopes {
    /// The set that allows everything.
    #[must_use]
    pub fn admin() -> Self {
        Self::from_iter([Scope::Admin])
    }

    /// Whether `scope` is allowed; `admin` allows every scope.
    #[must_use]
    pub fn allow(self, scope: Scope) -> bool {
        self.0 & (scope.bit() | Scope::Admin.bit()) != 0
    }

    /// The scopes named in the set, without what `admin` implies.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::all().filter(move |scope| self.0 & scope.bit() != 0)
    }

    /// The stored words.
    #[must_use]
    pub fn words(self) -> Vec<String> {
        self.iter().map(|scope| scope.as_str().to_owned()).collect()
    }

    /// The set behind stored words; a word that is not known allows nothing.
    #[must_use]
    pub fn from_words(words: &[String]) -> Self {
        words.iter().filter_map(|word| Scope::parse(word)).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl std::fmt::Debug for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter().map(Scope::as_str)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_reads_back_and_admin_allows_all() {
        for scope in Scope::all() {
            assert_eq!(Scope::parse(scope.as_str()), Some(scope));
            assert!(Scopes::admin().allow(scope));
            assert_eq!(
                Scopes::from_words(&Scopes::from_iter([scope]).words()).words(),
                [scope.as_str()]
            );
        }
        assert!(!Scopes::from_iter([Scope::InvoicesRead]).allow(Scope::InvoicesWrite));
        assert!(!Scopes::from_words(&["root".to_owned()]).allow(Scope::Admin));
    }
}
