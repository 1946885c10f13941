//! Walks the days that are to be recognised, month by month.

use std::ops::ControlFlow;

use billfold_domain::kernel::{Actor, Aggregate as _, Issued, TenantId};
use billfold_domain::recognition::{Recognition, RecognitionCommand, RecognitionEvent};
use chrono::{Datelike, Months, NaiveDate};

use super::report::{Progress, Report};
use crate::commands::recognition::{RecogniseRevenue, RevenueRecognised};
use crate::commands::{Ask, Done, Door};
use crate::error::{Error, Kind, Refused};

/// What is recognised.
#[derive(Clone, Debug)]
pub struct RecognitionRun {
    /// Whose books.
    pub tenant: TenantId,
    /// Who asks.
    pub actor: Actor,
    /// Names the run; another one has another name.
    pub name: String,
    /// The last day; yesterday at the seller's place unless given.
    pub through: Option<NaiveDate>,
    /// Only say what would be posted, and append nothing.
    pub rehearse: bool,
    /// More months than this to catch up are refused; any number unless given.
    pub most_months: Option<usize>,
}

impl RecognitionRun {
    /// How many months are caught up while somebody waits.
    pub const WHILE_WAITING: usize = 36;
}

/// Recognises revenue through a day. `progress` is asked after each day whether to go on.
///
/// # Errors
/// The day is not over, a later one is recognised already, or more months are to be caught up than
/// asked for. The ledger does not answer: what was posted stays, and the next run goes on from
/// there.
pub async fn run(
    door: &Door,
    ask: &RecognitionRun,
    mut progress: impl FnMut(Progress) -> ControlFlow<()> + Send,
) -> Result<Report, Error> {
    let through = last_day(door, ask.tenant, ask.through).await?;
    let mut days = month_ends(door, ask.tenant, through).await?;
    check_months(&days, ask.most_months)?;
    days.push(through);
    let mut report = Report { through, rehearsed: ask.rehearse, ..Report::default() };
    let (mut books, _) = recognised(door, ask.tenant).await?;
    let of = u64::try_from(days.len()).unwrap_or(u64::MAX);
    for (day, done) in days.into_iter().zip(1..) {
        let answer = if ask.rehearse {
            Some(foresee(door, ask, day, &mut books).await?)
        } else {
            let key = format!("{}/{day}", ask.name);
            execute(door, (ask.tenant, &ask.actor, key), (day, through)).await?
        };
        report.days.extend(answer.filter(|answer| !answer.earned.is_empty()));
        if progress(Progress { done, of }).is_break() && done < of {
            report.interrupted = true;
            break;
        }
    }
    Ok(report)
}

/// Recognises through a day on behalf of a request, which is answered under its own key; the ends
/// of the months before it are recognised first, at most 36 of them.
///
/// # Errors
/// As [`run`], and more months are to be caught up than somebody should wait for.
pub async fn catch_up(
    door: &Door,
    ask: Ask<RecogniseRevenue>,
) -> Result<Done<RevenueRecognised>, Error> {
    let through = last_day(door, ask.tenant, ask.command.through).await?;
    let ends = month_ends(door, ask.tenant, through).await?;
    check_months(&ends, Some(RecognitionRun::WHILE_WAITING))?;
    for day in ends {
        let key = format!("{}/{day}", ask.key);
        execute(door, (ask.tenant, &ask.actor, key), (day, through)).await?;
    }
    door.execute(ask).await
}

/// Refuses more months than are asked for.
fn check_months(ends: &[NaiveDate], most: Option<usize>) -> Result<(), Refused> {
    let Some(most) = most.filter(|most| ends.len() > *most) else { return Ok(()) };
    let detail = format!(
        "{} months are not recognised yet, a request catches up {most}; run `billfold recognise` \
         first",
        ends.len()
    );
    Err(Refused::new("recognition.too_far_behind", Kind::Rule, detail))
}

/// Recognises a day; nothing if it is one on the way and another process is further already.
async fn execute(
    door: &Door,
    (tenant, actor, key): (TenantId, &Actor, String),
    (day, through): (NaiveDate, NaiveDate),
) -> Result<Option<RevenueRecognised>, Error> {
    let command = RecogniseRevenue { through: Some(day) };
    match door.execute(Ask::new(tenant, actor.clone(), key, command)).await {
        Err(Error::Refused(no)) if no.code == "recognition.backwards" && day < through => Ok(None),
        answered => Ok(Some(answered?.answer)),
    }
}

async fn last_day(
    door: &Door,
    tenant: TenantId,
    through: Option<NaiveDate>,
) -> Result<NaiveDate, Error> {
    let today = today(door, tenant).await?;
    Ok(through.or(today.pred_opt()).unwrap_or(today))
}

async fn today(door: &Door, tenant: TenantId) -> Result<NaiveDate, Error> {
    let settings = door.settings(tenant).await?;
    Ok(settings.day_of(settings.at(door.clock().now())))
}

async fn recognised(door: &Door, tenant: TenantId) -> Result<(Recognition, i64), Error> {
    door.load::<Recognition>(tenant, Recognition::id_of(tenant).uuid()).await
}

/// The last days of the months that end before a day and are not recognised yet; none if the day
/// itself cannot be.
async fn month_ends(
    door: &Door,
    tenant: TenantId,
    through: NaiveDate,
) -> Result<Vec<NaiveDate>, Error> {
    if through >= today(door, tenant).await? {
        return Ok(Vec::new());
    }
    let (books, _) = recognised(door, tenant).await?;
    let next = match books.through() {
        Some(last) => last.succ_opt(),
        None => door.deferrals().first_day(tenant).await?,
    };
    let Some(from) = next else { return Ok(Vec::new()) };
    let first = from.with_day(1).unwrap_or(from);
    let ends = (1..).map_while(|months| first.checked_add_months(Months::new(months))?.pred_opt());
    Ok(ends.take_while(|end| *end < through).collect())
}

/// What a day would post after what was foreseen before it.
async fn foresee(
    door: &Door,
    ask: &RecognitionRun,
    through: NaiveDate,
    books: &mut Recognition,
) -> Result<RevenueRecognised, Error> {
    let earned = door.deferrals().earned_by(ask.tenant, through).await?;
    let issued = Issued {
        command: RecognitionCommand::Recognise { through, earned },
        tenant: ask.tenant,
        actor: ask.actor.clone(),
        at: door.clock().now(),
        effective_on: today(door, ask.tenant).await?,
    };
    let events = books.decide(&issued).map_err(|no| Refused::of(&no))?;
    events.iter().for_each(|event| books.apply(event));
    let earned = events.into_iter().flat_map(|RecognitionEvent::Posted { earned, .. }| earned);
    Ok(RevenueRecognised { through, earned: earned.collect() })
}
