//! What a subscription would be billed: next, by a day, or after something that is only thought of
//! (SUB-12).
//!
//! Guarantees that it is the planner and the document rules which will bill it, run forward
//! without appending. Absent on purpose: credit of the client, which may be spent elsewhere before
//! that day.

use billfold_domain::client::Client;
use billfold_domain::invoice::{Preview, preview};
use billfold_domain::kernel::{Actor, Aggregate as _, Issued, SubscriptionId, TenantId};
use billfold_domain::product::Product;
use billfold_domain::subscription::{
    CancelAt, Subscription, SubscriptionCommand, SubscriptionEvent,
};
use chrono::NaiveDate;

use super::account::Account;
use super::bill::contract;
use super::change::ChangeSubscription;
use super::coupons::{Coming, CouponOff};
use crate::commands::Door;
use crate::commands::client_groups::group_of_client;
use crate::commands::tax_rates::{WhichTax, which_tax};
use crate::error::{Error, Refused};

/// What is asked of the future.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// Of which subscription.
    pub subscription_id: SubscriptionId,
    /// What is thought of.
    pub thought: Thought,
    /// The last day of what is due; the day something is due next, or with a thought the day it
    /// takes effect, unless given.
    pub through: Option<NaiveDate>,
}

/// Something that might happen.
#[derive(Clone, Debug)]
pub enum Thought {
    /// Nothing.
    Nothing,
    /// Other terms.
    Change(Box<ChangeSubscription>),
    /// An end.
    Cancel(CancelAt),
    /// A pause.
    Pause,
}

/// What would be billed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreseen {
    /// The last day of what would be due; nothing if nothing ever will be.
    pub through: Option<NaiveDate>,
    /// Lines and sums as a document would have them, what goes back negative; nothing if there
    /// would be none.
    pub document: Option<Preview>,
    /// The day on which more would be due after that.
    pub next_due: Option<NaiveDate>,
}

/// Looks ahead. Stores nothing.
///
/// # Errors
/// There is no such subscription, the thought would be refused, or the database does not answer.
pub async fn foresee(
    door: &Door,
    tenant: TenantId,
    actor: &Actor,
    ask: &Forecast,
) -> Result<Foreseen, Error> {
    let id = ask.subscription_id.uuid();
    let (mut subscription, _) = door.load::<Subscription>(tenant, id).await?;
    let client_id = contract(&subscription)?.client_id;
    let (client, _) = door.load::<Client>(tenant, client_id.uuid()).await?;
    let settings = door.settings(tenant).await?;
    let now = settings.at(door.clock().now());
    let account = Account::new(&client, &settings, now)?;
    let (command, on) = match &ask.thought {
        Thought::Nothing => (None, None),
        Thought::Change(change) => {
            let (product, _) = door.load::<Product>(tenant, change.product_id.uuid()).await?;
            let group = group_of_client(door, tenant, client_id).await?.map(|(_, group)| group);
            let known = contract(&subscription)?;
            let command = change.change(&product, group.as_ref(), &account, known)?;
            (Some(command), change.on)
        }
        Thought::Cancel(at) => {
            (Some(SubscriptionCommand::Cancel { at: *at, rules: account.rules }), None)
        }
        Thought::Pause => (Some(SubscriptionCommand::Pause { rules: account.rules }), None),
    };
    let thinks = command.is_some();
    if let Some(command) = command {
        let effective_on = on.unwrap_or(account.today);
        let ask = Issued { command, tenant, actor: actor.clone(), at: now, effective_on };
        for event in subscription.decide(&ask).map_err(|no| Refused::of(&no))? {
            subscription.apply(&event);
        }
    }
    let known = contract(&subscription)?;
    let later = known.settles_on.or(known.pending.as_ref().map(|change| change.from));
    let usual = match thinks {
        true => Some(later.unwrap_or(account.today)),
        false => known.next_due(),
    };
    let Some(through) = ask.through.or(usual) else {
        return Ok(Foreseen { through: None, document: None, next_due: None });
    };
    tax_anew(door, tenant, &mut subscription, through.max(account.today)).await?;
    let mut then = contract(&subscription)?.by(through).into_owned();
    let plan = then.plan(through, account.rules).map_err(|no| Refused::of(&no))?;
    let mut lines = then.service.wording(&plan).map_err(|no| Refused::of(&no))?;
    let offs = Coming::off(&then, &plan, &lines).on(account.today)?;
    lines.extend(offs.into_iter().flat_map(CouponOff::into_lines));
    let document = match lines.as_slice() {
        [] => None,
        lines => Some(preview(then.currency, lines).map_err(|no| Refused::of(&no))?),
    };
    then.document(&plan, None);
    Ok(Foreseen { through: Some(through), document, next_due: then.next_due() })
}

/// Taxes what is not billed yet as a document of a day would, where the seller's rates decide.
async fn tax_anew(
    door: &Door,
    tenant: TenantId,
    subscription: &mut Subscription,
    on: NaiveDate,
) -> Result<(), Error> {
    let known = contract(subscription)?;
    let Some(class) = known.automatic.as_ref().map(|known| known.class) else { return Ok(()) };
    let ask = WhichTax { client_id: known.client_id, class, on: Some(on) };
    let evidence = Some(which_tax(door, tenant, &ask).await?);
    subscription.apply(&SubscriptionEvent::Taxed { on, evidence });
    Ok(())
}
