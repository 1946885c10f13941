//! What happened to one thing, newest first.

use billfold_projections::event_index::{self, Filter, Stored};
use billfold_projections::{Order, Wanted};
use uuid::Uuid;

use crate::error::PageError;
use crate::happened::happened;
use crate::names::Actors;
use crate::state::WebState;
use crate::view::Moment;
use crate::visitor::Visitor;

/// Things on a timeline.
const SHOWN: u32 = 24;

/// One thing that happened.
#[derive(Clone, Debug)]
pub(crate) struct Happened {
    /// `Payment of € 388.40 settled`.
    pub(crate) what: String,
    /// When it was recorded.
    pub(crate) at: Moment,
    /// By whom or through what.
    pub(crate) by: String,
    /// Its event.
    pub(crate) position: i64,
    /// The class of its dot: empty, `green`, `red`, `grey`.
    pub(crate) tone: &'static str,
    /// Whether it came after the shown version.
    pub(crate) later: bool,
}

impl Happened {
    /// An event as it is told.
    pub(crate) fn of(event: &Stored, actors: &Actors) -> Happened {
        let (what, tone) = happened(event);
        Happened {
            what,
            at: Moment(event.recorded_at),
            by: actors.name(&event.actor),
            position: event.position,
            tone,
            later: false,
        }
    }
}

/// The newest events of one stream.
pub(crate) async fn of(
    state: &WebState,
    visitor: &Visitor,
    aggregate: &str,
    id: Uuid,
) -> Result<Vec<Happened>, PageError> {
    let filter = Filter {
        stream: Some((aggregate.to_owned(), Some(id))),
        order: Order::Descending,
        ..Filter::default()
    };
    let wanted = Wanted { limit: SHOWN, ..Wanted::default() };
    let found =
        event_index::page(state.reads(), visitor.tenant(), &filter, &wanted).await?.value.rows;
    let actors = state.names().actors(visitor).await?;
    Ok(found.iter().map(|event| Happened::of(event, &actors)).collect())
}
