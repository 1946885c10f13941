//! Walks the gift cards whose last day is over and has each expire, several at a time.

use std::ops::ControlFlow;

use billfold_domain::kernel::{Actor, Money, TenantId};
use tokio::task::JoinSet;

use super::report::Report;
use crate::commands::gift_cards::ExpireGiftCard;
use crate::commands::{Ask, Door};
use crate::error::Error;
use crate::ports::LapsedCard;

/// Cards read from the list at once.
const PAGE: u32 = 500;
/// Cards that expire at the same time.
const AT_ONCE: usize = 64;

/// Whose cards, or approvals, expire.
#[derive(Clone, Debug)]
pub struct ExpiryRun {
    /// Whose.
    pub tenant: TenantId,
    /// Who asks.
    pub actor: Actor,
    /// Names the run; another one has another name.
    pub name: String,
    /// Only say what would expire, and append nothing.
    pub rehearse: bool,
}

/// Has every card expire whose last day is over by the clock of the seller. `progress` is asked
/// after each card whether to go on, with how many were answered.
///
/// # Errors
/// The ledger does not answer; what was done stays, and the next run goes on from there.
pub async fn run(
    door: &Door,
    ask: &ExpiryRun,
    mut progress: impl FnMut(u64) -> ControlFlow<()> + Send,
) -> Result<Report, Error> {
    let mut report = Report { rehearsed: ask.rehearse, ..Report::default() };
    let settings = door.settings(ask.tenant).await?;
    let today = settings.day_of(settings.at(door.clock().now()));
    let mut after = None;
    while !report.interrupted {
        let page = door.lapsed_cards().before(ask.tenant, today, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some((last.expires_on, last.gift_card_id));
        expire_page(door, ask, page, &mut report, &mut progress).await?;
    }
    Ok(report)
}

async fn expire_page(
    door: &Door,
    ask: &ExpiryRun,
    page: Vec<LapsedCard>,
    report: &mut Report,
    progress: &mut (impl FnMut(u64) -> ControlFlow<()> + Send),
) -> Result<(), Error> {
    let mut waiting = page.into_iter();
    let mut running = JoinSet::new();
    loop {
        while running.len() < AT_ONCE && !report.interrupted {
            let Some(card) = waiting.next() else { break };
            let (door, ask) = (door.clone(), ask.clone());
            running.spawn(async move { expire(&door, &ask, card).await });
        }
        let Some(answered) = running.join_next().await else { break };
        report.count(answered.map_err(Error::bug)??).map_err(Error::bug)?;
        report.interrupted |= progress(report.lapsed).is_break();
    }
    Ok(())
}

/// What a card gave up, and where that stands in the log; nothing if somebody else was first.
async fn expire(
    door: &Door,
    ask: &ExpiryRun,
    card: LapsedCard,
) -> Result<(Option<Money>, Option<i64>), Error> {
    if ask.rehearse {
        return Ok((Some(card.left), None));
    }
    let gift_card_id = card.gift_card_id;
    let key = format!("{}/{gift_card_id}", ask.name);
    let command = ExpireGiftCard { gift_card_id };
    match door.execute(Ask::new(ask.tenant, ask.actor.clone(), key, command)).await {
        Ok(done) => Ok((done.answer.left, done.position)),
        Err(Error::Refused(no)) if no.code == "gift_card.cancelled" => Ok((None, None)),
        Err(error) => Err(error),
    }
}
