//! The frame around every admin page: places, theme, who is signed in, what the log says, the
//! tenant's branding.
//!
//! Guarantees: a place is listed once, here, and appears in the sidebar, the palette and the
//! keyboard jumps alike. Absent on purpose: reading anything; a handler fills a [`Shell`] from the
//! session and the projections' status.

use billfold_domain::role::Permission as P;

use crate::brand::Branding;
use crate::flash::Flash;
use crate::reach::{Held, Needs};
use crate::view::{Badge, Position};

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
    /// Who may open it.
    needs: Needs,
}

/// Something that can be begun from anywhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command {
    /// The address of its form.
    pub(crate) path: &'static str,
    /// What it does.
    pub(crate) label: &'static str,
    /// Its icon in the sprite.
    pub(crate) icon: &'static str,
    /// Who may begin it.
    needs: Needs,
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
    needs: P,
) -> Place {
    Place { path, label, icon, jump, needs: Needs::of_all(needs) }
}

/// A place that also shows a reseller what is theirs.
const fn of_own(place: Place) -> Place {
    Place { needs: Needs::of_own(place.needs.permission), ..place }
}

const fn begin(path: &'static str, label: &'static str, icon: &'static str, needs: P) -> Command {
    Command { path, label, icon, needs: Needs::of_own(needs) }
}

/// What is for those who see every client.
const fn of_all(command: Command) -> Command {
    Command { needs: Needs::of_all(command.needs.permission), ..command }
}

/// Every place, by group.
const GROUPS: [Group; 5] = [
    Group {
        label: "Work",
        places: &[
            of_own(place("/admin", "Overview", "layout-dashboard", "o", P::InvoicesRead)),
            of_own(place("/admin/clients", "Clients", "users", "c", P::ClientsRead)),
            of_own(place("/admin/invoices", "Invoices", "receipt-text", "i", P::InvoicesRead)),
            of_own(place(
                "/admin/subscriptions",
                "Subscriptions",
                "refresh-cw",
                "s",
                P::SubscriptionsRead,
            )),
            place("/admin/billing-runs", "Billing runs", "refresh-cw", "l", P::SubscriptionsRead),
            of_own(place("/admin/payments", "Payments", "credit-card", "p", P::PaymentsRead)),
            of_own(place("/admin/credit-notes", "Credit notes", "undo-2", "n", P::InvoicesRead)),
            place("/admin/proformas", "Proformas", "file-text", "f", P::InvoicesRead),
            place("/admin/approvals", "Approvals", "badge-check", "4", P::ApprovalsDecide),
            place("/admin/dunning", "Dunning", "clock", "u", P::InvoicesRead),
            of_own(place("/admin/orders", "Orders", "shopping-cart", "d", P::OrdersRead)),
            of_own(place("/admin/products", "Products", "package", "k", P::ProductsRead)),
            place("/admin/client-groups", "Client groups", "wallet", "m", P::ProductsRead),
            place("/admin/tax-rates", "Tax rates", "sigma", "x", P::ProductsRead),
            place("/admin/coupons", "Coupons", "banknote", "v", P::ProductsRead),
            place("/admin/gift-cards", "Gift cards", "wallet", "w", P::PaymentsRead),
            place("/admin/affiliates", "Affiliates", "user-plus", "g", P::AffiliatesRead),
        ],
    },
    Group {
        label: "Finance",
        places: &[
            place("/admin/journal", "Journal", "book-open-text", "j", P::LedgerRead),
            place("/admin/trial-balance", "Trial balance", "scale", "t", P::LedgerRead),
            place("/admin/periods", "Periods", "calendar", "q", P::LedgerRead),
            place("/admin/number-register", "Number register", "hash", "b", P::InvoicesRead),
        ],
    },
    Group {
        label: "People",
        places: &[
            place("/admin/staff", "Staff", "user", "z", P::StaffRead),
            place("/admin/departments", "Departments", "inbox", "3", P::StaffRead),
            place("/admin/resellers", "Resellers", "user-plus", "6", P::StaffRead),
            place("/admin/roles", "Roles", "key-round", "1", P::StaffRead),
        ],
    },
    Group {
        label: "Operate",
        places: &[
            place("/admin/events", "Events", "activity", "e", P::EventsRead),
            place("/admin/projections", "Projections", "layers", "r", P::OperationsRun),
            place("/admin/schedules", "Schedules", "clock", "9", P::SettingsRead),
            place("/admin/webhooks", "Webhooks", "arrow-up-right", "5", P::WebhooksRead),
            place("/admin/api-keys", "API keys", "key-round", "7", P::ApiKeysWrite),
            place("/admin/settings", "Settings", "list-filter", "h", P::SettingsRead),
            place("/admin/tenants", "Sellers", "house", "2", P::TenantsRead),
        ],
    },
    Group {
        label: "Audit",
        places: &[
            place("/admin/audit", "Audit log", "scroll-text", "a", P::EventsRead),
            place("/admin/unusual", "Unusual days", "triangle-alert", "8", P::EventsRead),
            place("/admin/integrity", "Integrity", "shield-check", "y", P::EventsRead),
        ],
    },
];

/// The places of the dock on narrow windows; the menu button is the fifth.
const DOCK: [Place; 4] = [
    of_own(place("/admin", "Overview", "layout-dashboard", "o", P::InvoicesRead)),
    of_own(place("/admin/clients", "Clients", "users", "c", P::ClientsRead)),
    of_own(place("/admin/invoices", "Invoices", "receipt-text", "i", P::InvoicesRead)),
    place("/admin/events", "Events", "activity", "e", P::EventsRead),
];

/// Everything that can be begun from anywhere.
const COMMANDS: [Command; 9] = [
    begin("/admin/clients/new", "New client", "user-plus", P::ClientsWrite),
    begin("/admin/invoices/new", "New invoice", "file-plus", P::InvoicesWrite),
    begin("/admin/subscriptions/new", "New subscription", "refresh-cw", P::SubscriptionsWrite),
    begin("/admin/orders/new", "New order", "shopping-cart", P::OrdersWrite),
    begin("/admin/payments/new", "Record payment", "hand-coins", P::PaymentsWrite),
    begin("/admin/gift-cards/redeem", "Redeem gift card", "wallet", P::PaymentsWrite),
    of_all(begin("/admin/products/new", "New product", "package-plus", P::ProductsWrite)),
    of_all(begin("/admin/client-groups/new", "New client group", "wallet", P::ProductsWrite)),
    of_all(begin("/admin/tax-rates/new", "New tax", "sigma", P::ProductsWrite)),
];

/// What somebody may begin.
pub(crate) fn commands(held: Held) -> Vec<Command> {
    COMMANDS.into_iter().filter(|command| held.meets(command.needs)).collect()
}

/// The places that somebody may open, by group.
pub(crate) fn places(held: Held) -> Vec<(&'static str, Vec<Place>)> {
    let open = |group: &Group| {
        let places = group.places.iter().copied().filter(|place| held.meets(place.needs));
        (group.label, places.collect::<Vec<_>>())
    };
    GROUPS.iter().map(open).filter(|(_, places)| !places.is_empty()).collect()
}

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

/// Who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Name or address, as the account menu shows it.
    pub(crate) name: String,
    /// The sign-in address.
    pub(crate) email: String,
    /// Where their picture is, if they have one.
    pub(crate) picture: Option<String>,
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
    /// What they may do, and for whose clients.
    pub(crate) held: Held,
    /// Goes into every form as `csrf`.
    pub(crate) csrf: String,
    /// The log position this page was built from; the live stream starts after it.
    pub(crate) position: i64,
    /// Whether the read models follow the log.
    pub(crate) health: Badge,
    /// How many approvals wait for whoever is signed in.
    pub(crate) waiting: i64,
    /// What the last action did.
    pub(crate) flash: Option<Flash>,
    /// Set when the chain did not verify: stands on top of every page until resolved.
    pub(crate) alarm: Option<String>,
    /// How the seller's pages look.
    pub(crate) branding: Branding,
}

impl Shell {
    /// The places that can be gone to, by group.
    pub(crate) fn groups(&self) -> Vec<(&'static str, Vec<Place>)> {
        places(self.held)
    }

    /// The places of the dock.
    pub(crate) fn dock(&self) -> Vec<Place> {
        DOCK.iter().copied().filter(|place| self.held.meets(place.needs)).collect()
    }

    /// What can be begun from anywhere.
    pub(crate) fn commands(&self) -> Vec<Command> {
        commands(self.held)
    }

    /// Whether a place or a form is open to them: a link is shown only then.
    pub(crate) fn leads(&self, path: &str) -> bool {
        let places = GROUPS.iter().flat_map(|group| group.places);
        let places = places.map(|place| (place.path, place.needs));
        let forms = COMMANDS.iter().map(|command| (command.path, command.needs));
        places.chain(forms).any(|(known, needs)| known == path && self.held.meets(needs))
    }

    /// A position of the log, which leads to its event for whoever may see events.
    pub(crate) fn at(&self, position: impl std::borrow::Borrow<i64>) -> Position {
        Position { at: *position.borrow(), leads: self.leads("/admin/events") }
    }

    /// What waits at a place; nothing where nothing does.
    pub(crate) fn waiting_at(&self, place: &Place) -> Option<i64> {
        Some(self.waiting).filter(|waiting| *waiting > 0 && place.path == "/admin/approvals")
    }

    /// Whether `place` is the one shown.
    pub(crate) fn is_here(&self, place: &Place) -> bool {
        place.path == self.here
    }
}
