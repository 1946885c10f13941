//! The journal: every posting in the order of the log, each with its legs and its event.

use super::list::{address, day, position, wanted};
use crate::error::PageError;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::kernel::Currency;
use billfold_domain::ledger::{self, CHART};
use billfold_domain::recognition::Recognition;
use billfold_domain::role::Permission;
use billfold_projections::journal::{self, Filter, Posted};
use billfold_projections::{AsOf, Order, event_index};
use serde::Deserialize;

use super::list::Pager;
use super::trial_balance::AccountLine;
use crate::layout::Shell;
use crate::view::Day;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/journal.html")]
pub(crate) struct Journal {
    /// The frame.
    pub(crate) shell: Shell,
    /// Accounts as value, label and whether it is the chosen one.
    pub(crate) accounts: Vec<(String, String, bool)>,
    /// The currency of the entries, as typed; empty for all.
    pub(crate) currency: String,
    /// Known at this position, as typed; empty for now.
    pub(crate) as_of: String,
    /// Effective on or after.
    pub(crate) from: String,
    /// Effective on or before.
    pub(crate) to: String,
    /// The last day of recognised revenue; nothing before the first.
    pub(crate) recognised: Option<Day>,
    /// Newest first.
    pub(crate) entries: Vec<Posting>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One posting.
#[derive(Clone, Debug)]
pub(crate) struct Posting {
    /// The day it is posted on.
    pub(crate) day: Day,
    /// The day it happened, if that month was closed before.
    pub(crate) true_day: Option<Day>,
    /// `invoice.issued`.
    pub(crate) kind: String,
    /// The document, if it has a number.
    pub(crate) document: String,
    /// Its page.
    pub(crate) href: Option<String>,
    /// Whose, with the page.
    pub(crate) client: Option<(String, String)>,
    /// Debits first; equal per currency.
    pub(crate) lines: Vec<AccountLine>,
    /// The event.
    pub(crate) position: i64,
}

/// The page's address.
pub(super) const PATH: &str = "/admin/journal";

/// The page's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    account: String,
    currency: String,
    as_of: String,
    from: String,
    to: String,
    cursor: String,
}

impl Wishes {
    fn filter(&self) -> Result<Filter, PageError> {
        Ok(Filter {
            account: ledger::account(&self.account).map(|account| account.code),
            currency: currency(&self.currency)?,
            from: day(&self.from)?,
            to: day(&self.to)?,
            as_of: position(&self.as_of)?.map_or(AsOf::Now, AsOf::Position),
            ..Filter::default()
        })
    }

    /// The address of the page that begins at a cursor.
    fn at(&self, cursor: &str) -> String {
        let pairs = [
            ("account", self.account.as_str()),
            ("currency", &self.currency),
            ("from", &self.from),
            ("to", &self.to),
            ("as_of", &self.as_of),
            ("cursor", cursor),
        ];
        address(PATH, &pairs)
    }
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::LedgerRead)?;
    let tenant = visitor.tenant();
    let filter = wishes.filter()?;
    let mut wanted = wanted(&wishes.cursor)?;
    wanted.limit = 30;
    let found = journal::page(state.reads(), tenant, &filter, &wanted).await?;
    let rows = &found.value.rows;
    let positions: Vec<i64> = rows.iter().map(Posted::position).collect();
    let order = Order::Descending;
    let events = event_index::at(state.reads(), tenant, &positions, order).await?.value;
    let mut parties = Vec::new();
    for row in rows {
        parties.extend(row.entries.iter().filter_map(|entry| entry.party));
    }
    let names = state.names().clients(tenant, parties).await?;
    let posting = |posted: &Posted| {
        let event = events.iter().find(|event| event.position == posted.position());
        let party = posted.entries.iter().find_map(|entry| entry.party);
        let entry = posted.entries.first();
        let head = posted.heads.first();
        Posting {
            day: entry.map_or_else(|| Day(chrono::NaiveDate::MIN), |entry| Day(entry.effective_on)),
            true_day: head.and_then(|head| {
                (head.true_day != head.effective_on).then_some(Day(head.true_day))
            }),
            kind: head.map_or_else(String::new, |head| head.event_type.clone()),
            document: event.map_or_else(String::new, super::client::document),
            href: head.and_then(|head| show::stream_href(&head.aggregate_type, head.aggregate_id)),
            client: party.map(|id| {
                (names.get(&id).cloned().unwrap_or_default(), format!("/admin/clients/{id}"))
            }),
            lines: lines(posted),
            position: posted.position(),
        }
    };
    let entries: Vec<Posting> = rows.iter().map(posting).collect();
    let id = Recognition::id_of(tenant).uuid();
    let (books, _) = state.door().load::<Recognition>(tenant, id).await?;
    page(&Journal {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        accounts: CHART
            .iter()
            .map(|account| {
                let code = account.code.as_str();
                (code.to_owned(), format!("{code} {}", account.name), code == wishes.account)
            })
            .collect(),
        pager: Pager {
            text: format!("{} postings on this page", entries.len()),
            newer: (!wishes.cursor.is_empty()).then(|| wishes.at("")),
            older: found.value.next.map(|next| wishes.at(&next.to_string())),
        },
        currency: wishes.currency.clone(),
        as_of: wishes.as_of.clone(),
        from: wishes.from.clone(),
        to: wishes.to.clone(),
        recognised: books.through().map(Day),
        entries,
    })
}

/// A currency as it is typed; none when the field was left empty.
fn currency(text: &str) -> Result<Option<Currency>, PageError> {
    match text.trim() {
        "" => Ok(None),
        code => Currency::parse(&code.to_uppercase()).map(Some).map_err(|_| {
            PageError::Malformed(format!("\"{code}\" is no currency; write it as EUR."))
        }),
    }
}

/// The entries of a posting, debits first as they were written.
pub(super) fn lines(posted: &Posted) -> Vec<AccountLine> {
    let line = |entry: &journal::EntryRow| {
        let detail = entry.detail.as_deref().map(super::client::detail);
        let amount = show::minor(entry.amount, entry.currency);
        show::account_line(entry.account.as_str(), entry.side, amount, detail.as_deref())
    };
    posted.entries.iter().map(line).collect()
}
