//! Sixteen clerks of one seller ask whatever comes to mind of the real door over the real log: they
//! subscribe, change, pause, cancel, bill, pay, refund, dispute, void, write off, and again,
//! on a day, back in time, in three currencies, while the clock runs.
//!
//! Most of it is refused, as it must be. Whatever happens, the laws hold: no fault of ours, nothing
//! billed twice, every invoice is its lines and its tax groups, the books are the documents, credit
//! is never below zero, numbers have no gap and follow dates.
//!
//! `BILLFOLD_RANDOM_COMMANDS` sets how many commands (default 10,000), `BILLFOLD_RANDOM_SEED` which
//! ones (default 1).

mod clerk;
mod laws;

use std::sync::Arc;

use billfold_app::commands::tenants::OpenTenant;
use billfold_domain::kernel::{Country, Currency};
use billfold_tests::till::Till;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::clerk::Clerk;

/// Who ask at the same time.
const CLERKS: u64 = 16;
/// What each of them asks before the clock moves.
const A_ROUND: u64 = 25;
/// What is asked before others take their places, with clients of their own: a clerk looks at all
/// that its clients ever had, again and again.
const A_SHIFT: u64 = 10_000;

fn told(name: &str, usual: u64) -> u64 {
    let set = std::env::vars().find(|(known, _)| known == name);
    set.map_or(usual, |(_, text)| text.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_asked_the_laws_hold() {
    let commands = told("BILLFOLD_RANDOM_COMMANDS", 10_000);
    let seed = told("BILLFOLD_RANDOM_SEED", 1);
    let till = Arc::new(Till::new().await.expect("a till"));
    till.ask("open", seller()).await.expect("open books");
    let mut clerks = Vec::new();
    let mut time = StdRng::seed_from_u64(seed);
    let (mut asked, mut done) = (0, 0);
    while asked < commands {
        if asked % A_SHIFT == 0 {
            clerks.clear();
            let first = asked / A_SHIFT * CLERKS;
            for number in first..first + CLERKS {
                clerks.push(Clerk::begin(Arc::clone(&till), seed, number).await);
            }
        }
        let at_work = clerks.into_iter().map(|mut clerk| {
            tokio::spawn(async move {
                let done = clerk.work(A_ROUND).await;
                clerk.bills_nothing_twice().await;
                (clerk, done)
            })
        });
        let at_work: Vec<_> = at_work.collect();
        clerks = Vec::new();
        for clerk in at_work {
            let (clerk, granted) = clerk.await.expect("a clerk who finds no fault");
            clerks.push(clerk);
            done += granted;
        }
        asked += CLERKS * A_ROUND;
        till.clock.advance_days(time.random_range(0..=9));
    }
    let held = laws::hold(&till).await;
    println!("seed {seed}: {asked} commands, {done} granted; {held}");
    assert!(done * 4 > asked, "only {done} of {asked} were granted: it shows little");
}

fn seller() -> OpenTenant {
    OpenTenant {
        name: "Seller GmbH".to_owned(),
        country: Country::parse("DE").expect("a country"),
        currency: Currency::parse("EUR").expect("a currency"),
        time_zone: "Europe/Berlin".to_owned(),
        invoice_numbers: None,
        credit_note_numbers: None,
        payment_term_days: None,
        vat_id: Some("DE123456789".to_owned()),
        test_clock: None,
    }
}
