//! Every job, one file each.

mod bill;
mod destroy_keys;
mod dun;
mod expire;
mod recognise;

use super::job::Job;

/// In the order in which a day wants them.
pub const JOBS: &[&dyn Job] = &[
    &expire::ExpireCardsAndApprovals,
    &recognise::RecogniseRevenue,
    &bill::BillDueSubscriptions,
    &dun::DunLateClients,
    &destroy_keys::DestroyExpiredKeys,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use billfold_domain::kernel::text::check_key;
    use billfold_domain::schedule::Cadence;

    use super::*;

    #[test]
    fn every_job_has_a_key_of_its_own_a_sentence_and_a_cadence() {
        let keys: BTreeSet<&str> = JOBS.iter().map(|job| job.key()).collect();
        assert_eq!(keys.len(), JOBS.len());
        for job in JOBS {
            assert!(check_key("job", job.key()).is_ok(), "{}", job.key());
            assert!(job.cadence().parse::<Cadence>().is_ok(), "{}", job.cadence());
            assert!(!job.says().is_empty() && !job.says().ends_with('.'), "{}", job.says());
        }
    }
}
