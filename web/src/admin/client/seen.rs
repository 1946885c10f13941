//! An account at one of its versions: what the address asks for, and what stood there then.

use std::collections::BTreeMap;

use billfold_domain::kernel::{ClientId, Currency, TenantId};
use billfold_domain::role::Permission;
use billfold_projections::client_list::{self, ClientRow, Known};
use serde::Deserialize;

use super::account::{Account, KEPT};
use super::{AsOf, Balance};
use crate::admin::list::day;
use crate::error::PageError;
use crate::reach::Needs;
use crate::show;
use crate::state::WebState;
use crate::view::Moment;
use crate::visitor::Visitor;

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wishes {
    pub(super) tab: String,
    pub(super) version: Option<usize>,
    pub(super) date: String,
    pub(super) compare: Option<u8>,
    pub(super) before: Option<i64>,
    pub(super) cursor: String,
}

/// An account at one of its versions.
pub(super) struct Seen {
    pub(super) tenant: TenantId,
    pub(super) row: ClientRow,
    pub(super) account: Account,
    pub(super) version: usize,
    pub(super) position: i64,
}

impl Seen {
    pub(super) async fn of(
        state: &WebState,
        visitor: &Visitor,
        id: ClientId,
        wishes: &Wishes,
    ) -> Result<Seen, PageError> {
        state.must_hold(visitor, Needs::of_own(Permission::ClientsRead), id).await?;
        let tenant = visitor.tenant();
        let row = client_list::find(state.reads(), tenant, &Known::Id(id)).await?.value;
        let row = row.ok_or(PageError::NotFound)?;
        let account = Account::of(state, tenant, id).await?;
        let version = match (wishes.version, day(&wishes.date)?) {
            (Some(version), _) => version.clamp(1, account.len().max(1)),
            (None, Some(day)) => {
                let settings = state.door().settings(tenant).await?;
                let next = day.succ_opt().unwrap_or(day);
                account.version_before(state, settings.start_of(next)).await?
            }
            (None, None) => account.len(),
        };
        let position = account.position_of(version);
        Ok(Seen { tenant, row, account, version, position })
    }

    pub(super) fn is_past(&self) -> bool {
        self.version < self.account.len()
    }

    pub(super) async fn as_of(&self, state: &WebState, compare: bool) -> Result<AsOf, PageError> {
        let shown = self.account.events_up_to(state, self.position, 1).await?;
        let at = shown.first().map(|event| event.recorded_at).filter(|_| self.is_past());
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        Ok(AsOf {
            past: self.is_past(),
            version: count(self.version),
            versions: count(self.account.len()),
            date: at.map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string()),
            at: at.map(Moment),
            compare: compare && self.is_past(),
        })
    }

    pub(super) fn balances(&self, compare: bool) -> Vec<Balance> {
        let mut balances = Vec::new();
        for (code, label, more) in KEPT {
            let then = self.account.balance(code, more, self.position);
            let now = self.account.balance(code, more, i64::MAX);
            let mut currencies: Vec<Currency> = vec![self.row.currency];
            currencies.extend(now.keys().filter(|currency| **currency != self.row.currency));
            for currency in currencies {
                let amount = |sums: &BTreeMap<Currency, i64>| {
                    show::minor(sums.get(&currency).copied().unwrap_or_default(), currency)
                };
                balances.push(Balance {
                    label,
                    amount: amount(&then),
                    now: (compare && self.is_past()).then(|| amount(&now)),
                });
            }
        }
        balances
    }
}
