//! What asking for a code takes, for an address with an account and one without; and what a refused
//! sign-in takes: for an address without an account, and for one whose password is
//! hashed with argon2id or, until its owner comes in, with bcrypt. The three must not differ, or
//! the time tells who has an account.

use crate::billing_run::{MovedClock, open, opened};
use crate::laboratory::Laboratory;
use crate::report::{Latencies, Run};
use anyhow::{Result, anyhow, ensure};
use billfold_app::access::{AccessError, Attempt, ImportedStaff, Secret};
use billfold_app::commands::RequestOrigin;
use billfold_domain::kernel::TenantId;
use billfold_domain::role::SystemRole;
use billfold_domain::staff::StaffProfile;
use billfold_server::wire::Node;
use std::path::Path;
use std::time::Instant;
use uuid::Uuid;

/// Sign-ins of each kind in a round.
const TRIES: u32 = 20;
/// Askings for a code of each kind.
const ASKINGS: u32 = 200;
/// A bcrypt hash of 12 rounds.
const BCRYPT: &str = "$2b$12$abcdefghijklmnopqrstuuE3j5FFjC71WyDL2KIK7ShSoj8tPD3m6";
/// What is tried.
const SIDES: [(&str, &str); 3] = [
    ("unknown address", "nobody@example.org"),
    ("argon2id", "ada@example.org"),
    ("bcrypt, 12 rounds", "grace@example.org"),
];

/// Refuses sign-ins of each kind in turn; a run for each.
///
/// # Errors
/// The accounts cannot be made, or a sign-in is not refused.
pub(crate) async fn refused(laboratory: &Laboratory, folder: &Path) -> Result<Vec<Run>> {
    let bench = laboratory.fresh("bench_sign_in").await?;
    let clock = MovedClock::at("2026-01-15T12:00:00Z".parse()?);
    let node = open(&bench, folder, &clock).await?;
    let tenant = TenantId::new(Uuid::now_v7());
    opened(&node, tenant).await?;
    hire(&node, tenant).await?;
    let mut latencies: [Latencies; 3] = Default::default();
    for _ in 0..TRIES {
        for ((_, email), latencies) in SIDES.iter().zip(&mut latencies) {
            // Nobody is slowed who comes once a month.
            clock.next_month();
            let began = Instant::now();
            let answer = node.access().sign_in(&attempt(email)).await;
            latencies.add(began.elapsed());
            ensure!(matches!(answer, Err(AccessError::NotValid)), "a wrong password lets in");
        }
    }
    let asked = asked(&node, &clock).await?;
    node.close_idle().await;
    bench.pools.close().await;
    let run = |((side, _), mut latencies): (&(&str, &str), Latencies)| {
        let latency_ms = latencies.percentiles();
        let rate = latency_ms.map_or(0.0, |[median, ..]| 1_000.0 / median);
        Run {
            latency_ms,
            ..Run::new("sign-in", side, "refused, one at a time", rate, "sign-ins/s")
        }
    };
    Ok(SIDES.iter().zip(latencies).map(run).chain(asked).collect())
}

/// Asks for codes by mail, for an address with an account and one without in turn; a run for each.
async fn asked(node: &Node, clock: &MovedClock) -> Result<Vec<Run>> {
    let [nobody, ada, _] = SIDES;
    let sides = [nobody, ("known address", ada.1)];
    let mut latencies: [Latencies; 2] = Default::default();
    for _ in 0..ASKINGS {
        for ((_, email), latencies) in sides.iter().zip(&mut latencies) {
            clock.next_month();
            let began = Instant::now();
            let answer = node.access().ask_reset(email, None, &RequestOrigin::default()).await;
            latencies.add(began.elapsed());
            answer.map_err(|error| anyhow!(error))?;
        }
    }
    let run = |((side, _), mut latencies): (&(&str, &str), Latencies)| {
        let latency_ms = latencies.percentiles();
        let rate = latency_ms.map_or(0.0, |[median, ..]| 1_000.0 / median);
        Run {
            latency_ms,
            ..Run::new("password-reset", side, "asked for, one at a time", rate, "askings/s")
        }
    };
    Ok(sides.iter().zip(latencies).map(run).collect())
}

async fn hire(node: &Node, tenant: TenantId) -> Result<()> {
    let profile =
        |email: &str| StaffProfile { name: "Somebody".into(), email: email.into(), phone: None };
    let [_, (_, ada), (_, grace)] = SIDES;
    let password = Secret::new("correct horse battery");
    let made = node.access().add_admin(tenant, profile(ada), &password).await;
    made.map_err(|error| anyhow!(error))?;
    let old = ImportedStaff {
        profile: profile(grace),
        password_hash: Secret::new(BCRYPT),
        roles: vec![SystemRole::Admin.id(tenant)],
    };
    node.access().import_staff(tenant, &old).await.map_err(|error| anyhow!(error))?;
    Ok(())
}

fn attempt(email: &str) -> Attempt {
    Attempt {
        email: email.into(),
        password: Secret::new("a wrong password"),
        code: None,
        tenant: None,
        origin: RequestOrigin::default(),
    }
}
