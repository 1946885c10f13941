//! What may be done with a strategy: choose it for everybody, a product or a client; retire it.

use axum::Router;
use billfold_app::commands::dunning::{ChooseStrategy, RetireStrategy, WithdrawStrategy};
use billfold_domain::dunning::Holder;
use billfold_domain::kernel::{ClientId, DunningStrategyId, ProductId};
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::dunning_strategy_list::{
    self, DunningStrategyList, StrategyRow as Found,
};

use super::strategies::PATH;
use crate::admin::confirm::Action;
use crate::admin::deed::{self, Asked, Deed, Question, Words};
use crate::error::PageError;
use crate::fields::Wrong;
use crate::form::Field;
use crate::state::{Seen, WebState};

/// The addresses of all of them.
pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

/// What may be done with a strategy.
pub(super) fn actions(strategy: &Found) -> Vec<Action> {
    if strategy.retired_on.is_some() {
        return Vec::new();
    }
    let href = format!("{PATH}/{}", strategy.strategy_id);
    let mut actions = vec![
        deed::action(Verb::Choose, &href, "Choose for", "check"),
        deed::action(Verb::Withdraw, &href, "Withdraw", "undo-2"),
    ];
    if !strategy.built_in {
        actions.push(deed::action(Verb::Retire, &href, "Retire", "ban").class("danger"));
    }
    actions
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Choose,
    Withdraw,
    Retire,
}

impl Deed for Verb {
    type Id = DunningStrategyId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::InvoicesWrite;
    const ALL: &'static [Verb] = &[Verb::Choose, Verb::Withdraw, Verb::Retire];

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Choose => ("choose", "Choose strategy", "strategy-chosen"),
            Verb::Withdraw => ("withdraw", "Withdraw strategy", "strategy-withdrawn"),
            Verb::Retire => ("retire", "Retire strategy", "strategy-retired"),
        };
        Words { path, button, done, danger: self == Verb::Retire }
    }

    fn back(_: &DunningStrategyId) -> String {
        PATH.to_owned()
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let (reads, tenant) = (asked.state.reads(), asked.visitor.tenant());
        let found = dunning_strategy_list::find(reads, tenant, asked.id).await?.value;
        let name = found.ok_or(PageError::NotFound)?.strategy.name;
        let holder = Field::input("holder", "Client or product", "text")
            .with(asked.sent.one("holder"))
            .hint("An id such as cli_… or prd_…; empty for every client")
            .wrong(asked.wrong.of("holder"));
        let (title, text, fields) = match self {
            Verb::Choose => (
                format!("Choose {name}?"),
                "It holds for cases that begin from now on, instead of the one that did.",
                vec![holder],
            ),
            Verb::Withdraw => (
                format!("Withdraw {name}?"),
                "The next one up holds then: a product's, the seller's, the built-in default.",
                vec![holder],
            ),
            Verb::Retire => (
                format!("Retire {name}?"),
                "Cases that began under it go on as they began.",
                Vec::new(),
            ),
        };
        Ok(Question { title, text: text.to_owned(), version: None, fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let strategy_id = asked.id;
        let read = [DunningStrategyList::NAME];
        if self == Verb::Retire {
            return asked.command(RetireStrategy { strategy_id }, &read).await;
        }
        let Some(holder) = holder(asked.sent.one("holder")) else {
            let mut wrong = Wrong::default();
            wrong.at("holder", "is no id of a client or a product");
            return Ok(Err(wrong));
        };
        match self {
            Verb::Withdraw => asked.command(WithdrawStrategy { strategy_id, holder }, &read).await,
            Verb::Choose | Verb::Retire => {
                asked.command(ChooseStrategy { strategy_id, holder }, &read).await
            }
        }
    }
}

fn holder(text: &str) -> Option<Holder> {
    let text = text.trim();
    if text.is_empty() {
        return Some(Holder::Tenant);
    }
    let client = text.parse::<ClientId>().ok().map(Holder::Client);
    client.or_else(|| text.parse::<ProductId>().ok().map(Holder::Product))
}
