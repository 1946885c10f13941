//! Every job, one file each.

mod bill;
mod destroy_keys;
mod dun;
mod expire;
mod recognise;

use std::fmt::Display;

use super::job::Job;
use crate::error::{Error, Kind, Refused};

/// In the order in which a day wants them.
pub const JOBS: &[&dyn Job] = &[
    &expire::ExpireCardsAndApprovals,
    &recognise::RecogniseRevenue,
    &bill::BillDueSubscriptions,
    &dun::DunLateClients,
    &destroy_keys::DestroyExpiredKeys,
];

/// The sum of a report without its particulars.
fn first_line(report: &impl Display) -> String {
    report.to_string().lines().next().unwrap_or_default().to_owned()
}

/// What was done; a refusal if so much was refused that the run ended early.
fn summary(done: String, ended_early: bool) -> Result<String, Error> {
    if !ended_early {
        return Ok(done);
    }
    let detail = format!("too much was refused, look at what was set aside: {done}");
    Err(Refused::new("schedule.ended_early", Kind::State, &detail).into())
}

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
