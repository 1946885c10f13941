//! Going over to another plan, cycle or quantity: what it would bill and give back is shown first
//! and confirmed then.
//!
//! Guarantee: nothing is changed but what was shown; a choice, a price or a day that is another by
//! the time of the confirmation is shown again instead. Absent on purpose: prices agreed with one
//! client.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::Ask;
use billfold_app::commands::subscriptions::{ChangeSubscription, Foreseen, Offer, Thought};
use billfold_domain::kernel::{Cycle, SubscriptionId};
use billfold_domain::subscription::service::PlanTerms;
use billfold_domain::subscription::{ChangePolicy, Contract, Interval, IntervalUnit, Subscription};

use super::actions::{READ, WRITES};
use super::catalogue::{Catalogue, Choice, chosen};
use super::foreseen::{Foresight, look_ahead};
use super::{PATH, parse, price, words};
use crate::admin::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page, refused};
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/subscription/change.html")]
pub(crate) struct Change {
    /// The frame.
    pub(crate) shell: Shell,
    /// What documents call it now.
    pub(crate) name: String,
    /// The terms as they are: price, cycle.
    pub(crate) facts: Vec<String>,
    /// Where the form goes.
    pub(crate) action: String,
    /// The page of the subscription.
    pub(crate) back: String,
    /// The command's key.
    pub(crate) key: String,
    /// The version that was seen.
    pub(crate) version: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// What stands in the note above the preview; empty when nothing does.
    pub(crate) note: &'static str,
    /// Product, cycle, quantity.
    pub(crate) fields: Vec<Field>,
    /// What the change would bill, once it was asked for, and the mark of what is shown.
    pub(crate) preview: Option<(Foresight, String)>,
}

/// The form's address.
pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/admin/subscriptions/{id}/change", get(blank).post(send))
}

/// A subscription that is to be changed.
struct Known {
    id: SubscriptionId,
    contract: Contract,
    version: i64,
}

impl Known {
    async fn load(state: &WebState, visitor: &Visitor, id: &str) -> Result<Self, PageError> {
        let id = parse(id)?;
        state.must_hold(visitor, WRITES, id).await?;
        let (known, version) =
            state.door().load::<Subscription>(visitor.tenant(), id.uuid()).await?;
        match known {
            Subscription::Begun(contract) => Ok(Self { id, contract: *contract, version }),
            Subscription::Absent => Err(PageError::NotFound),
        }
    }

    fn terms(&self) -> Result<&PlanTerms, PageError> {
        self.contract.terms().ok_or(PageError::NotFound)
    }

    fn command(&self, (choice, policy): (Choice, ChangePolicy)) -> ChangeSubscription {
        ChangeSubscription {
            subscription_id: self.id,
            product_id: choice.product_id,
            offer: Offer::Listed { cycle: choice.cycle, currency: self.contract.currency },
            quantity: Some(choice.quantity),
            tax: None,
            anchor: None,
            on: None,
            policy,
        }
    }
}

async fn blank(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let known = Known::load(&state, &visitor, &id).await?;
    page(&form(&state, &visitor, &known, Shown::default()).await?)
}

async fn send(
    State(state): State<WebState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let known = Known::load(&state, &visitor, &id).await?;
    let mut wrong = Wrong::default();
    let policy = policy(&fields, &mut wrong);
    let Some(choice) = chosen(&fields, &mut wrong).zip(policy) else {
        return again(&state, &visitor, &known, fields, wrong).await;
    };
    let confirmed = fields.some("confirm").is_some();
    if confirmed && fields.one("version") != known.version.to_string() {
        // Sent twice, it is answered from its receipt; otherwise it is refused.
        return change(&state, &visitor, &known, choice, fields).await;
    }
    let thought = Thought::Change(Box::new(known.command(choice)));
    let foreseen = match look_ahead(&state, &visitor, known.id, thought).await? {
        Ok(foreseen) => foreseen,
        Err(wrong) => return again(&state, &visitor, &known, fields, wrong).await,
    };
    let mark = mark(choice, known.version, &foreseen);
    if confirmed && fields.one("seen") == mark {
        return change(&state, &visitor, &known, choice, fields).await;
    }
    let note = if confirmed { "This is not what was shown before. Look at it again." } else { "" };
    let preview = Some((Foresight::from(&foreseen), mark));
    let shown = Shown { sent: fields, preview, note, ..Shown::default() };
    page(&form(&state, &visitor, &known, shown).await?)
}

async fn change(
    state: &WebState,
    visitor: &Visitor,
    known: &Known,
    choice: (Choice, ChangePolicy),
    fields: Fields,
) -> Result<Response, PageError> {
    let ask = visitor.ask(&fields.key()?, known.command(choice));
    let ask = Ask { expect: fields.one("version").parse().ok(), ..ask };
    match state.command(ask, &READ).await {
        Ok((_, seen)) => {
            let to = format!("{PATH}/{}", known.id);
            Ok(go(&address(&to, &[("done", seen.word("terms"))])))
        }
        Err(error) => again(state, visitor, known, fields, Wrong::from_error(error)?).await,
    }
}

/// The form again, with what is wrong.
async fn again(
    state: &WebState,
    visitor: &Visitor,
    known: &Known,
    sent: Fields,
    wrong: Wrong,
) -> Result<Response, PageError> {
    let shown = Shown { sent, wrong, ..Shown::default() };
    refused(&form(state, visitor, known, shown).await?)
}

/// What is shown was chosen at this version and comes to this.
fn mark(choice: (Choice, ChangePolicy), version: i64, foreseen: &Foreseen) -> String {
    let (Choice { product_id, cycle, quantity }, policy) = choice;
    let totals = foreseen.document.as_ref().map(|document| &document.totals);
    let (net, total) = totals.map_or((0, 0), |totals| (totals.net.minor(), totals.total.minor()));
    format!("{version} {product_id} {cycle:?} {quantity} {policy:?} {net} {total}")
}

/// What the form shows besides the subscription itself.
#[derive(Default)]
struct Shown {
    sent: Fields,
    wrong: Wrong,
    preview: Option<(Foresight, String)>,
    note: &'static str,
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    known: &Known,
    shown: Shown,
) -> Result<Change, PageError> {
    let head = *state.operations().head().borrow();
    let terms = known.terms()?;
    let has = Choice {
        product_id: terms.product_id,
        cycle: cycle(terms.interval),
        quantity: terms.quantity,
    };
    let catalogue = Catalogue::read(state, visitor).await?;
    let back = format!("{PATH}/{}", known.id);
    Ok(Change {
        shell: visitor.shell(state, PATH, head).await?,
        name: terms.name.clone(),
        facts: vec![price(terms), words::interval(terms.interval)],
        action: format!("{back}/change"),
        back,
        key: new_key(),
        version: known.version.to_string(),
        error: shown.wrong.whole.clone(),
        note: shown.note,
        fields: {
            let mut fields = catalogue.fields(&shown.sent, Some(has), &shown.wrong).to_vec();
            fields.push(policy_field(&shown.sent, &shown.wrong));
            fields
        },
        preview: shown.preview,
    })
}

/// What becomes of the period under way, as the form says it.
const POLICIES: [(&str, ChangePolicy, &str); 5] = [
    ("now", ChangePolicy::ProrateNow, "Settle what is left of it now"),
    ("next", ChangePolicy::ProrateNext, "Settle what is left of it with the next bill"),
    ("full", ChangePolicy::FullNow, "Begin a whole new one now"),
    ("end", ChangePolicy::AtPeriodEnd, "Change when it has run out"),
    ("none", ChangePolicy::NoProration, "Change now, new price with the next one"),
];

fn policy_field(sent: &Fields, wrong: &Wrong) -> Field {
    let options = POLICIES.map(|(key, _, label)| (key.to_owned(), label.to_owned()));
    Field::choice("policy", "Period under way", options.to_vec())
        .with(sent.one("policy"))
        .wrong(wrong.of("policy"))
}

fn policy(sent: &Fields, wrong: &mut Wrong) -> Option<ChangePolicy> {
    let key = sent.some("policy").unwrap_or_else(|| "now".to_owned());
    let known = POLICIES.iter().find(|(known, ..)| *known == key);
    if known.is_none() {
        wrong.at("policy", "choose what becomes of the period under way");
    }
    known.map(|(_, policy, _)| *policy)
}

/// The cycle of the catalogue that is as long as an interval.
fn cycle(interval: Interval) -> Cycle {
    let count = interval.count();
    match interval.unit() {
        IntervalUnit::Day => Cycle::Days(count),
        IntervalUnit::Week => Cycle::Days(count.saturating_mul(7)),
        IntervalUnit::Month => Cycle::Months(count),
        IntervalUnit::Year => Cycle::Months(count.saturating_mul(12)),
    }
}
