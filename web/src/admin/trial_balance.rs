//! The trial balance: every account with what was debited and credited up to a position and a day;
//! both sides equal.

use super::list::{address, day, position};
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
use billfold_domain::role::Permission;
use billfold_projections::account_balances::{self, Balance, When};
use billfold_projections::{AsOf, event_index};
use serde::Deserialize;

use crate::layout::Shell;
use crate::view::{Amount, Moment};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/trial_balance.html")]
pub(crate) struct TrialBalance {
    /// The frame.
    pub(crate) shell: Shell,
    /// Known at this position, as typed; empty for now.
    pub(crate) as_of: String,
    /// Effective up to and including, `YYYY-MM-DD`; empty for all.
    pub(crate) on: String,
    /// Whether another moment than now is shown.
    pub(crate) past: bool,
    /// The position the balances are known at.
    pub(crate) known: i64,
    /// When that position was recorded, if one was asked for.
    pub(crate) at: Option<Moment>,
    /// One per currency.
    pub(crate) books: Vec<Books>,
}

/// The accounts of one currency.
#[derive(Clone, Debug)]
pub(crate) struct Books {
    /// The code.
    pub(crate) currency: String,
    /// By account code.
    pub(crate) lines: Vec<Account>,
    /// The sum of the debit balances.
    pub(crate) debit: Amount,
    /// The sum of the credit balances.
    pub(crate) credit: Amount,
    /// Whether they are equal; the page says so either way.
    pub(crate) even: bool,
}

/// One account.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// `1200`.
    pub(crate) code: String,
    /// `Accounts receivable`.
    pub(crate) name: String,
    /// Everything debited.
    pub(crate) debited: Amount,
    /// Everything credited.
    pub(crate) credited: Amount,
    /// The balance, if on the debit side.
    pub(crate) debit: Option<Amount>,
    /// The balance, if on the credit side.
    pub(crate) credit: Option<Amount>,
    /// The event that was posted here last.
    pub(crate) last: i64,
    /// Its entries in the journal, as of the same moment.
    pub(crate) href: String,
}

/// One entry of a posting, with the account's name.
#[derive(Clone, Debug)]
pub(crate) struct AccountLine {
    /// `1200`.
    pub(crate) code: String,
    /// `Accounts receivable`.
    pub(crate) name: String,
    /// Product kind, tax rate, gateway.
    pub(crate) detail: String,
    /// On the debit side.
    pub(crate) debit: Option<Amount>,
    /// On the credit side.
    pub(crate) credit: Option<Amount>,
}

const PATH: &str = "/admin/trial-balance";

/// The page's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(show_balance))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    on: String,
    as_of: String,
}

async fn show_balance(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::LedgerRead)?;
    let tenant = visitor.tenant();
    let known = position(&wishes.as_of)?;
    let when =
        When { as_of: known.map_or(AsOf::Now, AsOf::Position), effective_on: day(&wishes.on)? };
    let found = account_balances::trial_balance(state.reads(), tenant, when).await?;
    let at = match known {
        None => None,
        Some(position) => {
            let event = event_index::find(state.reads(), tenant, position).await?.value;
            event.map(|event| Moment(event.recorded_at))
        }
    };
    let totals = found.value.totals();
    let books =
        totals.into_iter().map(|(currency, ..)| books(currency, &found.value.accounts, &wishes));
    let books = books.collect();
    page(&TrialBalance {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        past: known.is_some() || when.effective_on.is_some(),
        known: found.value.position,
        at,
        books,
        as_of: wishes.as_of,
        on: wishes.on,
    })
}

fn books(currency: Currency, accounts: &[Balance], wishes: &Wishes) -> Books {
    let (mut debit, mut credit) = (0_i64, 0_i64);
    let lines = accounts.iter().filter(|account| account.currency == currency).map(|account| {
        let net = account.net();
        debit = debit.saturating_add(net.max(0));
        credit = credit.saturating_add(net.saturating_neg().max(0));
        let pairs = [
            ("account", account.account.as_str()),
            ("currency", currency.code()),
            ("to", &wishes.on),
            ("as_of", &wishes.as_of),
        ];
        Account {
            last: account.last_position,
            href: address("/admin/journal", &pairs),
            code: account.account.to_string(),
            name: show::account_name(account.account.as_str()),
            debited: show::minor(account.debit, currency),
            credited: show::minor(account.credit, currency),
            debit: (net > 0).then(|| show::minor(net, currency)),
            credit: (net < 0).then(|| show::minor(net.saturating_neg(), currency)),
        }
    });
    let lines: Vec<Account> = lines.collect();
    Books {
        currency: currency.code().to_owned(),
        lines,
        debit: show::minor(debit, currency),
        credit: show::minor(credit, currency),
        even: debit == credit,
    }
}
