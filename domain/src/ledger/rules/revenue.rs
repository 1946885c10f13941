//! What the recognition of revenue posts.
//!
//! | fact                            | debit                  | credit                 |
//! | ------------------------------- | ---------------------- | ---------------------- |
//! | recognised, by day of service   | deferred revenue: kind | revenue: kind          |
//! | taken back, by a lower amount   | revenue: kind          | deferred revenue: kind |
//!
//! The detail on both sides is the one the invoice deferred the line under, so that deferred
//! revenue comes to nothing with the last day of service.

use crate::kernel::{Currency, Money};
use crate::ledger::accounts::{DEFERRED_REVENUE, REVENUE};
use crate::ledger::posting::{Draft, Target};
use crate::ledger::{Entry, LedgerError, Posting};
use crate::recognition::RecognitionEvent;

/// One posting over all currencies.
pub(super) fn postings(event: &RecognitionEvent) -> Result<Option<Posting>, LedgerError> {
    let RecognitionEvent::Posted { earned, .. } = event;
    let mut currencies: Vec<Currency> = earned.iter().map(|sum| sum.amount.currency()).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let mut entries: Vec<Entry> = Vec::new();
    for currency in currencies {
        let sums = earned.iter().filter(|sum| sum.amount.currency() == currency);
        let by_kind: Vec<_> = sums.map(|sum| (sum.kind.word().to_owned(), sum.amount)).collect();
        if let Some(posting) = recognition(&by_kind)? {
            entries.extend_from_slice(posting.entries());
        }
    }
    if entries.is_empty() {
        return Ok(None);
    }
    entries.sort_by_key(|entry| entry.side);
    Posting::try_new(entries).map(Some)
}

/// The posting of what was earned since the last one, per kind of line; nothing if nothing was.
/// All amounts have one currency; a negative one takes revenue back.
pub fn recognition(earned: &[(String, Money)]) -> Result<Option<Posting>, LedgerError> {
    let Some((_, first)) = earned.first() else { return Ok(None) };
    let mut draft = Draft::new(first.currency());
    for (kind, amount) in earned {
        draft.debit(Target::detailed(DEFERRED_REVENUE, kind.as_str()), *amount)?;
        draft.credit(Target::detailed(REVENUE, kind.as_str()), *amount)?;
    }
    draft.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Currency, MoneyRefusal};
    use crate::ledger::Side;

    fn eur(minor: i64) -> Money {
        Money::try_new(minor, Currency::EUR).unwrap()
    }

    #[test]
    fn a_days_recognition_moves_deferred_revenue_to_revenue_by_kind() {
        let earned = |kind: &str, minor| (kind.to_owned(), eur(minor));
        let day = [earned("hosting", 300), earned("vps", -40), earned("hosting", 33)];
        let posting = recognition(&day).unwrap().unwrap();
        let shown: Vec<_> = posting
            .entries()
            .iter()
            .map(|e| (e.account, e.side, e.detail.as_deref(), e.amount.minor()))
            .collect();
        assert_eq!(
            shown,
            [
                (DEFERRED_REVENUE, Side::Debit, Some("hosting"), 333),
                (REVENUE, Side::Debit, Some("vps"), 40),
                (REVENUE, Side::Credit, Some("hosting"), 333),
                (DEFERRED_REVENUE, Side::Credit, Some("vps"), 40),
            ]
        );
    }

    #[test]
    fn a_day_without_revenue_posts_nothing_and_currencies_are_kept_apart() {
        assert_eq!(recognition(&[]), Ok(None));
        assert_eq!(recognition(&[("hosting".into(), eur(0))]), Ok(None));
        let dollar = Money::try_new(1, Currency::USD).unwrap();
        let mixed = recognition(&[("hosting".into(), eur(1)), ("hosting".into(), dollar)]);
        assert!(matches!(mixed, Err(LedgerError::Money(MoneyRefusal::MixedCurrencies { .. }))));
    }
}
