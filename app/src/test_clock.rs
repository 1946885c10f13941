//! Lets time pass for a test seller: day by day, with what each day brings (SUB-12).
//!
//! Guarantees: what happens is what would have happened in real time, in the same order, since the
//! same runs do it on each day: gift cards whose last day is over and approvals whose time is over
//! expire, what was earned before it is recognised, what is due is billed, then whoever is late is
//! dunned. A day that brings nothing else is recognised with the next one that does, or with the
//! last of its month. A call that breaks off is asked again and goes on from the day it came to.
//! Absent on purpose: any way to move the clock of a real seller, which the seller refuses.

use std::ops::ControlFlow;

use billfold_domain::kernel::{Actor, Aggregate as _, BillingRunId, Issued, TenantId};
use billfold_domain::tenant::{Tenant, TenantCommand};
use chrono::{DateTime, NaiveDate, Utc};

use crate::billing_run::{ACTOR, Bounds, Runner};
use crate::commands::billing_runs::StartBillingRun;
use crate::commands::tenants::MoveTestClock;
use crate::commands::{Ask, Done, Door};
use crate::dunning_run::{self, DunningRun};
use crate::error::Error;
use crate::expiry_run::{self, ExpiryRun};
use crate::mint::uuid_v7;
use crate::recognition_run::{self, RecognitionRun};

/// The clock was moved.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The move itself.
    pub done: Done<()>,
    /// What it brought.
    pub brought: Brought,
}

/// What the days that passed brought.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    /// The billing runs of the days that passed, oldest first.
    pub billing_runs: Vec<BillingRunId>,
    /// Documents they issued.
    pub issued: u64,
    /// What dunning did on the days that passed.
    pub dunned: Dunned,
    /// Days on which revenue was recognised.
    pub recognised: u64,
    /// Gift cards that expired.
    pub cards_expired: u64,
    /// Approvals that nobody answered in time.
    pub approvals_expired: u64,
}

/// What dunning did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dunned {
    /// Cases that began.
    pub opened: u64,
    /// Stages taken.
    pub stages: u64,
    /// Cases that ended.
    pub stopped: u64,
}

/// Moves the clock of a test seller forward, and has done what becomes due on the way.
///
/// # Errors
/// The seller is no test seller, the instant lies behind or too far ahead, or the ledger does not
/// answer.
pub async fn advance(
    door: &Door,
    runner: &Runner,
    ask: Ask<MoveTestClock>,
) -> Result<Moved, Error> {
    let (tenant, to) = (ask.tenant, ask.command.to);
    let mut passing = Passing { door, runner, tenant, brought: Brought::default() };
    if would_move(door, &ask).await? {
        passing.days_before(to).await?;
    }
    let done = door.execute(ask).await?;
    let today = door.settings(tenant).await?.day_of(to);
    passing.day(today).await?;
    Ok(Moved { done, brought: passing.brought })
}

/// Whether the seller would let its clock be moved; if not, the command itself says why.
async fn would_move(door: &Door, ask: &Ask<MoveTestClock>) -> Result<bool, Error> {
    let tenant = ask.tenant;
    let (seller, _) = door.load::<Tenant>(tenant, tenant.uuid()).await?;
    let command = TenantCommand::MoveTestClock { to: ask.command.to };
    let (at, actor) = (door.clock().now(), ask.actor.clone());
    let issued = Issued { command, tenant, actor, at, effective_on: at.date_naive() };
    Ok(seller.decide(&issued).is_ok())
}

/// The days that pass.
struct Passing<'a> {
    door: &'a Door,
    runner: &'a Runner,
    tenant: TenantId,
    brought: Brought,
}

impl Passing<'_> {
    /// Every day that begins between what the clock shows and `to`; a day that brings nothing only
    /// passes.
    async fn days_before(&mut self, to: DateTime<Utc>) -> Result<(), Error> {
        let settings = self.door.settings(self.tenant).await?;
        let last = settings.day_of(to);
        let mut day = settings.day_of(settings.at(to));
        while let Some(next) = day.succ_opt().filter(|next| *next < last) {
            day = next;
            let brings = self.runner.is_due(self.tenant, day).await?
                || self.lapses(day).await?
                || self.wants(settings.start_of(day)).await?;
            if brings {
                self.move_to(settings.start_of(day)).await?;
                self.day(day).await?;
            }
        }
        Ok(())
    }

    async fn move_to(&self, to: DateTime<Utc>) -> Result<(), Error> {
        let actor = Actor::system("test_clock").map_err(Error::bug)?;
        let key = format!("test-clock/{}", to.timestamp());
        let ask = Ask::new(self.tenant, actor, key, MoveTestClock { to });
        self.door.execute(ask).await.map(|_| ())
    }

    /// What a day brings: gift cards and unanswered approvals expire, what was earned before it is
    /// recognised, everything that is due is billed, and whoever is late is dunned.
    async fn day(&mut self, day: NaiveDate) -> Result<(), Error> {
        self.expire().await?;
        self.recognise(day).await?;
        self.bill(day).await?;
        self.dun(day).await
    }

    /// Cards and approvals go by the clock, which shows the day after a card's last one already.
    async fn expire(&mut self) -> Result<(), Error> {
        let ask = ExpiryRun {
            tenant: self.tenant,
            actor: Actor::system("expiry_run").map_err(Error::bug)?,
            name: format!("expiry-run-{}", uuid_v7(self.door.clock().now())),
            rehearse: false,
        };
        let cards = expiry_run::run(self.door, &ask, |_| ControlFlow::Continue(())).await?;
        self.brought.cards_expired += cards.expired;
        let go_on = |_| ControlFlow::Continue(());
        let approvals = expiry_run::run_approvals(self.door, &ask, go_on).await?;
        self.brought.approvals_expired += approvals.expired;
        Ok(())
    }

    /// Whether the last day of a gift card is over on a day.
    async fn lapses(&self, day: NaiveDate) -> Result<bool, Error> {
        let first = self.door.lapsed_cards().before(self.tenant, day, None, 1).await?;
        Ok(!first.is_empty())
    }

    async fn recognise(&mut self, day: NaiveDate) -> Result<(), Error> {
        let ask = RecognitionRun {
            tenant: self.tenant,
            actor: Actor::system("recognition_run").map_err(Error::bug)?,
            name: format!("recognition-run-{}", uuid_v7(self.door.clock().now())),
            through: day.pred_opt(),
            rehearse: false,
            most_months: None,
        };
        let report = recognition_run::run(self.door, &ask, |_| ControlFlow::Continue(())).await?;
        self.brought.recognised += u64::try_from(report.days.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    async fn bill(&mut self, day: NaiveDate) -> Result<(), Error> {
        if !self.runner.is_due(self.tenant, day).await? {
            return Ok(());
        }
        let id = BillingRunId::new(uuid_v7(self.door.clock().now()));
        let start = StartBillingRun {
            billing_run_id: Some(id),
            through: Some(day),
            largest: Vec::new(),
            most_quarantined: u32::try_from(Bounds::default().quarantined).unwrap_or(u32::MAX),
        };
        let actor = Actor::system(ACTOR).map_err(Error::bug)?;
        self.door.execute(Ask::new(self.tenant, actor, format!("{id}/start"), start)).await?;
        let report = self.runner.conduct(self.tenant, id).await?;
        self.brought.billing_runs.push(id);
        self.brought.issued += report.issued;
        Ok(())
    }

    /// Dunning goes by the clock, which shows this day already.
    async fn dun(&mut self, day: NaiveDate) -> Result<(), Error> {
        if !self.is_late(day).await? {
            return Ok(());
        }
        let ask = self.dunning(None)?;
        let control = dunning_run::Control::default();
        let report = dunning_run::run(self.door, &ask, &control, |_| {}).await?;
        let dunning_run::Stages { remind, warn, block, suspend, terminate } = report.stages;
        let dunned = &mut self.brought.dunned;
        dunned.opened += report.opened;
        dunned.stages += remind + warn + block + suspend + terminate;
        dunned.stopped += report.stopped;
        Ok(())
    }

    /// Whether dunning would do something at an instant to come; it looks until it finds something.
    async fn wants(&self, at: DateTime<Utc>) -> Result<bool, Error> {
        let control = dunning_run::Control::default();
        let found = control.clone();
        let progress = |so_far: dunning_run::Progress| {
            if so_far.advanced > 0 {
                found.stop();
            }
        };
        let ask = self.dunning(Some(at))?;
        Ok(dunning_run::run(self.door, &ask, &control, progress).await?.advanced > 0)
    }

    /// A dunning run, or the rehearsal of one at an instant to come.
    fn dunning(&self, rehearsed: Option<DateTime<Utc>>) -> Result<DunningRun, Error> {
        Ok(DunningRun {
            tenant: self.tenant,
            actor: Actor::system("dunning_run").map_err(Error::bug)?,
            name: format!("dunning-run-{}", uuid_v7(self.door.clock().now())),
            rehearse: rehearsed.is_some(),
            from: rehearsed,
            most_quarantined: DunningRun::MOST_QUARANTINED,
            at_once: DunningRun::AT_ONCE,
        })
    }

    /// Whether somebody may be late on a day, or a dunning case goes on.
    async fn is_late(&self, day: NaiveDate) -> Result<bool, Error> {
        let first = self.door.arrears().clients(self.tenant, day, None, 1).await?;
        Ok(!first.is_empty())
    }
}
