//! What is watched, and from how many on a day is unusual.
//!
//! Guarantees: whole numbers only; a rule is one sentence: *a day is unusual when it has at least
//! the floor, and more than so many times what the days before it had*. Days without anything count
//! as 0. Absent on purpose: settings. A threshold that somebody could raise before they do what it
//! watches for would watch nobody, so these are constants.

use crate::row::cell::words;

/// The days before a day that it is held against: five whole weeks, so that each weekday is in them
/// equally often, and longer than any month, so that what comes once a month is always in them.
pub const DAYS_BEFORE: i64 = 35;

/// Something that is counted per day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Watched {
    /// Refunds that somebody asked for.
    Refunds,
    /// Debts that somebody gave up.
    WriteOffs,
    /// Invoices that somebody took back whole.
    VoidedInvoices,
    /// Credit notes that somebody issued.
    CreditNotes,
    /// Gift cards that somebody gave out.
    GiftCards,
    /// Changes by somebody of who may do what.
    RoleChanges,
    /// API keys that somebody made.
    ApiKeys,
    /// Files with all that is held about a person, which somebody asked for.
    DataExports,
    /// People whose data somebody erased.
    Erasures,
    /// Sign-ins that were refused, at the whole seller.
    RefusedSignIns,
    /// Addresses that were locked out, at the whole seller.
    LockOuts,
    /// Invoices that came into dunning, of the whole seller.
    DunningEntries,
    /// Charges that were declined, of the whole seller.
    DeclinedCharges,
}

words! {
    Watched = "kind of watched events" {
        Refunds => "refunds",
        WriteOffs => "write_offs",
        VoidedInvoices => "voided_invoices",
        CreditNotes => "credit_notes",
        GiftCards => "gift_cards",
        RoleChanges => "role_changes",
        ApiKeys => "api_keys",
        DataExports => "data_exports",
        Erasures => "erasures",
        RefusedSignIns => "refused_sign_ins",
        LockOuts => "lock_outs",
        DunningEntries => "dunning_entries",
        DeclinedCharges => "declined_charges",
    }
}

/// From how many on a day is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Fewer are never unusual, whatever was before; at least [`Rule::FEWEST`].
    pub floor: i64,
    /// What more are held against.
    pub against: Against,
}

/// What a day is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// More than so many times the average of the days before: for what has no rhythm.
    Average(i64),
    /// More than so many times the busiest of the days before: for what comes in waves, such as
    /// with the day on which most invoices fall due.
    Busiest(i64),
}

/// What the days before a day had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Before {
    /// Together.
    pub total: i64,
    /// On the busiest of them.
    pub busiest: i64,
}

impl Watched {
    /// Every one, in the order they are shown in.
    pub const ALL: [Self; 13] = [
        Self::Refunds,
        Self::WriteOffs,
        Self::VoidedInvoices,
        Self::CreditNotes,
        Self::GiftCards,
        Self::RoleChanges,
        Self::ApiKeys,
        Self::DataExports,
        Self::Erasures,
        Self::RefusedSignIns,
        Self::LockOuts,
        Self::DunningEntries,
        Self::DeclinedCharges,
    ];

    /// The types of events that are counted. No type is of two kinds, so that the events behind a
    /// count are found by their types.
    #[must_use]
    pub fn event_types(self) -> &'static [&'static str] {
        match self {
            Self::Refunds => &["payment.refund_requested"],
            Self::WriteOffs => &["invoice.written_off"],
            Self::VoidedInvoices => &["invoice.voided"],
            Self::CreditNotes => &["credit_note.issued"],
            Self::GiftCards => &["gift_card.issued"],
            Self::RoleChanges => &[
                "role.created",
                "role.permissions_set",
                "role.assigned",
                "role.withdrawn",
                "role.deleted",
            ],
            Self::ApiKeys => &["api_key.created"],
            Self::DataExports => &["data_subject.exported"],
            Self::Erasures => &["client.erased", "staff_member.erased"],
            Self::RefusedSignIns => &["sign_in.refused"],
            Self::LockOuts => &["sign_in.slowed"],
            Self::DunningEntries => &["dunning_case.opened"],
            Self::DeclinedCharges => &["payment.declined"],
        }
    }

    /// What an event counts as, if it is watched.
    #[must_use]
    pub fn of(event_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.event_types().contains(&event_type))
    }

    /// Whether each actor is counted alone; else the seller is counted as a whole, because who is
    /// behind such an event is not known or is many.
    #[must_use]
    pub fn is_by_actor(self) -> bool {
        !matches!(
            self,
            Self::RefusedSignIns | Self::LockOuts | Self::DunningEntries | Self::DeclinedCharges
        )
    }

    /// From how many on a day is unusual.
    ///
    /// - What moves or gives away money, and changes of roles: from five on. One case that needs
    ///   several of them in a row is ordinary work; more than five times the average is not.
    /// - Credit notes: from ten on, since changes of plans make them, too.
    /// - Keys, and copies or ends of what is held about people: from three on. Few are ever needed,
    ///   and each is worth a look.
    /// - Refused sign-ins: from twenty on. People mistype, and whoever tries passwords tries more.
    /// - Lock-outs: from three on. A forgotten password is one; three on a day are somebody who
    ///   tries addresses.
    /// - Entries to dunning and declined charges: from ten on, and more than twice the busiest day.
    ///   They follow the days on which invoices fall due, so an average would cry every month.
    #[must_use]
    pub fn rule(self) -> Rule {
        let (floor, against) = match self {
            Self::Refunds
            | Self::WriteOffs
            | Self::VoidedInvoices
            | Self::GiftCards
            | Self::RoleChanges => (5, Against::Average(5)),
            Self::CreditNotes => (10, Against::Average(5)),
            Self::ApiKeys | Self::DataExports | Self::Erasures => (3, Against::Average(5)),
            Self::RefusedSignIns => (20, Against::Average(5)),
            Self::LockOuts => (3, Against::Average(5)),
            Self::DunningEntries | Self::DeclinedCharges => (10, Against::Busiest(2)),
        };
        Rule { floor, against }
    }
}

impl Rule {
    /// The lowest floor there is: days with fewer are not looked at, and no index holds them.
    pub const FEWEST: i64 = 3;

    /// The least number that is unusual after these days.
    #[must_use]
    pub fn threshold(self, before: Before) -> i64 {
        let usual = match self.against {
            Against::Average(times) => times.saturating_mul(before.total) / DAYS_BEFORE,
            Against::Busiest(times) => times.saturating_mul(before.busiest),
        };
        self.floor.max(usual.saturating_add(1))
    }

    /// How often the average and how often the busiest day is looked at, for the same rule in SQL:
    /// the one that is not looked at is taken no times.
    pub(super) fn times(self) -> (i64, i64) {
        match self.against {
            Against::Average(times) => (times, 0),
            Against::Busiest(times) => (0, times),
        }
    }
}

impl Before {
    /// The average of a day in tenths, rounded half up.
    #[must_use]
    pub fn tenths_a_day(self) -> i64 {
        self.total.saturating_mul(20).saturating_add(DAYS_BEFORE) / (2 * DAYS_BEFORE)
    }

    /// The average of a day with one decimal, such as `0.6`.
    #[must_use]
    pub fn average(self) -> String {
        let tenths = self.tenths_a_day();
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn before(days: &[i64]) -> Before {
        Before { total: days.iter().sum(), busiest: days.iter().copied().max().unwrap_or(0) }
    }

    #[test]
    fn a_day_after_quiet_ones_is_unusual_from_the_floor_on() {
        let rule = Watched::Refunds.rule();
        assert_eq!(rule.threshold(before(&[])), 5);
        // 21 in 35 days: 0.6 a day, five times of which is 3
        assert_eq!(rule.threshold(before(&[7, 7, 7])), 5);
        assert_eq!(before(&[7, 7, 7]).average(), "0.6");
    }

    #[test]
    fn a_day_after_busy_ones_is_unusual_above_five_times_their_average() {
        let rule = Watched::Refunds.rule();
        // two a day: ten are five times that, and not yet more
        assert_eq!(rule.threshold(before(&[2; 35])), 11);
        assert_eq!(rule.threshold(Before { total: 69, busiest: 2 }), 10, "9.86 rounds to nothing");
    }

    #[test]
    fn what_comes_in_waves_is_held_against_the_highest_of_them() {
        let rule = Watched::DunningEntries.rule();
        assert_eq!(rule.threshold(before(&[40, 1, 1])), 81);
        assert_eq!(rule.threshold(before(&[1; 35])), 10);
    }

    #[test]
    fn an_average_is_told_with_one_decimal() {
        let average = |total| Before { total, busiest: 0 }.average();
        assert_eq!(
            [0, 1, 2, 35, 52, 350].map(average),
            ["0.0", "0.0", "0.1", "1.0", "1.5", "10.0"]
        );
    }

    #[test]
    fn no_event_is_counted_twice_and_every_floor_is_in_the_index() {
        let mut seen = BTreeSet::new();
        for kind in Watched::ALL {
            assert!(kind.rule().floor >= Rule::FEWEST, "{kind:?}");
            assert_eq!(Watched::parse(kind.as_str()), Some(kind));
            for event_type in kind.event_types() {
                assert!(seen.insert(event_type), "{event_type}");
                assert_eq!(Watched::of(event_type), Some(kind));
                let known = billfold_domain::schema::event_types();
                assert!(known.into_iter().any(|(name, _)| name == *event_type), "{event_type}");
            }
        }
        assert_eq!(Watched::of("invoice.issued"), None);
    }
}
