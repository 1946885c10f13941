//! Whether deeds are above a limit, and whether a grant covers them.
//!
//! Guarantees that a sum is not dodged by splitting it: what one command does of a kind counts
//! together, and so does what was done to one stream before.

use billfold_domain::approval::{ApprovalLimits, StatedDeed};
use billfold_domain::kernel::Money;

/// Whether a command that does this needs a second person.
pub(in crate::commands) fn held_back(limits: &ApprovalLimits, deeds: &[StatedDeed]) -> bool {
    deeds.iter().any(|deed| {
        let together = total_like(deeds, deed);
        limits.hold_back(deed.kind, deed.in_all)
            || together.is_none_or(|together| limits.hold_back(deed.kind, together))
    })
}

/// Whether a grant of some deeds covers what is done: of every kind and currency at most as much.
pub(super) fn covers(granted: &[StatedDeed], done: &[StatedDeed]) -> bool {
    done.iter().all(|deed| match (total_like(granted, deed), total_like(done, deed)) {
        (Some(granted), Some(done)) => done.minor() <= granted.minor(),
        _ => false,
    })
}

/// What deeds of the kind and currency of `one` come to; nothing if that is too much to count.
fn total_like(deeds: &[StatedDeed], one: &StatedDeed) -> Option<Money> {
    let currency = one.amount.currency();
    let like = |deed: &&StatedDeed| deed.kind == one.kind && deed.amount.currency() == currency;
    Money::sum(currency, deeds.iter().filter(like).map(|deed| deed.amount)).ok()
}

#[cfg(test)]
mod tests {
    use billfold_domain::approval::ApprovalLimit;
    use billfold_domain::kernel::{Currency, DeedKind};
    use uuid::Uuid;

    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::try_new(minor, Currency::parse(code).unwrap()).unwrap()
    }

    fn deed(id: u128, amount: i64, in_all: i64, code: &str) -> StatedDeed {
        StatedDeed {
            kind: DeedKind::Refund,
            stream: "payment".to_owned(),
            id: Uuid::from_u128(id),
            amount: money(amount, code),
            in_all: money(in_all, code),
        }
    }

    fn limits() -> ApprovalLimits {
        let up_to = money(500, "EUR");
        ApprovalLimits::try_new(vec![ApprovalLimit { kind: DeedKind::Refund, up_to }]).unwrap()
    }

    #[test]
    fn a_sum_is_not_dodged_by_splitting_it() {
        assert!(!held_back(&limits(), &[deed(1, 500, 500, "EUR")]));
        assert!(held_back(&limits(), &[deed(1, 501, 501, "EUR")]));
        assert!(held_back(&limits(), &[deed(1, 250, 501, "EUR")]), "with what went before");
        let two = [deed(1, 250, 250, "EUR"), deed(2, 251, 251, "EUR")];
        assert!(held_back(&limits(), &two), "two payments in one command");
    }

    #[test]
    fn without_a_limit_nothing_waits_and_a_currency_without_one_always_does() {
        let dear = [deed(1, 1_000_000, 1_000_000, "EUR")];
        assert!(!held_back(&ApprovalLimits::default(), &dear));
        assert!(held_back(&limits(), &[deed(1, 1, 1, "USD")]));
    }

    #[test]
    fn a_grant_covers_what_it_names_and_less_but_not_more() {
        let granted = [deed(1, 600, 600, "EUR")];
        assert!(covers(&granted, &[deed(1, 600, 900, "EUR")]));
        assert!(covers(&granted, &[deed(1, 300, 300, "EUR"), deed(2, 300, 300, "EUR")]));
        assert!(!covers(&granted, &[deed(1, 601, 601, "EUR")]));
        assert!(!covers(&granted, &[deed(1, 1, 1, "USD")]));
    }
}
