//! The frame around every admin page: places, theme, who is signed in, what the log says, the
//! tenant's branding.
//!
//! Guarantees: a place is listed once, here, and appears in the sidebar, the palette and the
//! keyboard jumps alike. Absent on purpose: reading anything; a handler fills a [`Shell`] from the
//! session and the projections' status.

use crate::flash::Flash;
use crate::view::Badge;

/// A page that can be gone to from anywhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Its address.
    pub(crate) path: &'static str,
    /// Its name in sidebar and palette.
    pub(crate) label: &'static str,
    /// Its icon in the sprite.
    pub(crate) icon: &'static str,
    /// The key after `g` that jumps to it.
    pub(crate) jump: &'static str,
}

/// Places of one kind of work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    /// The heading in the sidebar.
    pub(crate) label: &'static str,
    /// In reading order.
    pub(crate) places: &'static [Place],
}

const fn place(
    path: &'static str,
    label: &'static str,
    icon: &'static str,
    jump: &'static str,
) -> Place {
    Place { path, label, icon, jump }
}

/// Every place, by group.
pub(crate) const GROUPS: [Group; 4] = [
    Group {
        label: "Work",
        places: &[
            place("/admin", "Overview", "layout-dashboard", "o"),
            place("/admin/clients", "Clients", "users", "c"),
            place("/admin/invoices", "Invoices", "receipt-text", "i"),
            place("/admin/subscriptions", "Subscriptions", "refresh-cw", "s"),
            place("/admin/billing-runs", "Billing runs", "refresh-cw", "l"),
            place("/admin/payments", "Payments", "credit-card", "p"),
            place("/admin/credit-notes", "Credit notes", "undo-2", "n"),
            place("/admin/proformas", "Proformas", "file-text", "f"),
            place("/admin/dunning", "Dunning", "clock", "u"),
            place("/admin/orders", "Orders", "shopping-cart", "d"),
            place("/admin/products", "Products", "package", "k"),
            place("/admin/client-groups", "Client groups", "wallet", "m"),
            place("/admin/tax-rates", "Tax rates", "sigma", "x"),
            place("/admin/coupons", "Coupons", "banknote", "v"),
            place("/admin/gift-cards", "Gift cards", "wallet", "w"),
            place("/admin/affiliates", "Affiliates", "user-plus", "g"),
        ],
    },
    Group {
        label: "Finance",
        places: &[
            place("/admin/journal", "Journal", "book-open-text", "j"),
            place("/admin/trial-balance", "Trial balance", "scale", "t"),
            place("/admin/periods", "Periods", "calendar", "q"),
            place("/admin/number-register", "Number register", "hash", "b"),
        ],
    },
    Group {
        label: "Operate",
        places: &[
            place("/admin/events", "Events", "activity", "e"),
            place("/admin/projections", "Projections", "layers", "r"),
            place("/admin/settings", "Settings", "list-filter", "h"),
        ],
    },
    Group {
        label: "Audit",
        places: &[
            place("/admin/audit", "Audit log", "scroll-text", "a"),
            place("/admin/integrity", "Integrity", "shield-check", "y"),
        ],
    },
];

/// The places of the dock on narrow windows; the menu button is the fifth.
pub(crate) const DOCK: [Place; 4] = [
    place("/admin", "Overview", "layout-dashboard", "o"),
    place("/admin/clients", "Clients", "users", "c"),
    place("/admin/invoices", "Invoices", "receipt-text", "i"),
    place("/admin/events", "Events", "activity", "e"),
];

/// The two themes; dark unless a person chose otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// The default.
    #[default]
    Dark,
    /// The other.
    Light,
}

impl Theme {
    /// From the value of the cookie; anything unknown is the default.
    pub(crate) fn parse(text: &str) -> Theme {
        if text == "light" { Theme::Light } else { Theme::Dark }
    }

    /// The value of the cookie and of `data-theme`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Theme::Dark => "dark",
            Theme::Light => "light",
        }
    }

    /// What the switch changes to.
    pub(crate) fn other(self) -> Theme {
        match self {
            Theme::Dark => Theme::Light,
            Theme::Light => Theme::Dark,
        }
    }
}

/// Text at the foot of every page; a setting of the tenant (ADM-20).
#[derive(Clone, Debug)]
pub(crate) struct Branding {
    /// Before the link.
    pub(crate) product: String,
    /// The link's text.
    pub(crate) company: String,
    /// The link's target.
    pub(crate) link: String,
    /// After the link.
    pub(crate) year: String,
}

impl Default for Branding {
    fn default() -> Branding {
        Branding {
            product: "Lumi Billing Panel".to_owned(),
            company: "Lumi Solutions".to_owned(),
            link: "https://lumisolutions.tech".to_owned(),
            year: "2025".to_owned(),
        }
    }
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Name or address, as the account menu shows it.
    pub(crate) name: String,
    /// The sign-in address.
    pub(crate) email: String,
}

impl Person {
    /// One or two letters for the account button.
    pub(crate) fn initials(&self) -> String {
        let words = self.name.split([' ', '.', '@', '-']).filter(|word| !word.is_empty());
        let letters: String = words.take(2).filter_map(|word| word.chars().next()).collect();
        letters.to_uppercase()
    }
}

/// What the frame shows; the same on every page.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    /// Dark or light.
    pub(crate) theme: Theme,
    /// The path of the [`Place`] this page belongs to.
    pub(crate) here: &'static str,
    /// The seller whose books these are.
    pub(crate) tenant: String,
    /// Who is signed in.
    pub(crate) person: Person,
    /// Goes into every form as `csrf`.
    pub(crate) csrf: String,
    /// The log position this page was built from; the live stream starts after it.
    pub(crate) position: i64,
    /// Whether the read models follow the log.
    pub(crate) health: Badge,
    /// What the last action did.
    pub(crate) flash: Option<Flash>,
    /// Set when the chain did not verify: stands on top of every page until resolved.
    pub(crate) alarm: Option<String>,
    /// The tenant's footer.
    pub(crate) branding: Branding,
}

impl Shell {
    /// Whether `place` is the one shown.
    pub(crate) fn is_here(&self, place: &Place) -> bool {
        place.path == self.here
    }
}
