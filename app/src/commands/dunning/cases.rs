//! What staff does to a case by hand: begins it, notes a promise, holds it, lets it go on, ends it.

use async_trait::async_trait;
use billfold_domain::client::Client;
use billfold_domain::dunning::{CaseRefusal, DunningCase, DunningCaseCommand, DunningStrategy};
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::{DunningCaseId, InvoiceId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::chosen::{chosen, held, holders, products, still_holds};
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// Begin dunning for an invoice that is owed, whether or not it is late.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OpenDunningCase {
    /// The invoice.
    pub invoice_id: InvoiceId,
}

/// Dunning began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseOpened {
    /// The case.
    pub case_id: DunningCaseId,
}

#[async_trait]
impl UseCase for OpenDunningCase {
    const NAME: &'static str = "open_dunning_case";
    type Answer = CaseOpened;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<CaseOpened>, Error> {
        let invoice_id = self.invoice_id;
        let case_id = DunningCase::id_of(invoice_id);
        let known = room.load::<Invoice>(invoice_id.uuid()).await?;
        let document = known.state.0.issued();
        let document = document.map_err(|no| Refused::of(&no).at("/invoice_id"))?;
        let (client, products) = (document.client_id, products(document));
        let strategies = room.arrears().strategies(room.tenant, Some(client)).await?;
        let strategy = held(&strategies, client, &products);
        let mut touches = Touches::new(room.tenant)
            .main::<DunningCase>(case_id.uuid())
            .reads::<Invoice>(invoice_id.uuid())
            .reads::<Client>(client.uuid());
        if let Some(id) = strategy {
            touches = touches.reads::<DunningStrategy>(id.uuid());
        }
        Ok(holders(touches, client, &products).decide(move |table| {
            still_holds(table, strategy, client, &products)?;
            let state = match strategy {
                Some(id) => Some((id, table.state::<DunningStrategy>(id.uuid())?)),
                None => None,
            };
            let invoice = table.state::<Invoice>(invoice_id.uuid())?;
            let Invoice::Open(document) = invoice else {
                let detail = "nothing is owed on this invoice";
                let refused = Refused::new("dunning_case.nothing_owed", Kind::State, detail);
                return Err(refused.at("/invoice_id").into());
            };
            let (strategy_version, strategy) = chosen(state, document)?;
            let open = DunningCaseCommand::Open(billfold_domain::dunning::OpenCase {
                invoice_id,
                client_id: client,
                due_date: document.due_date,
                strategy_version,
                strategy,
            });
            table.decide::<DunningCase>(case_id.uuid(), open)?;
            Ok(CaseOpened { case_id })
        }))
    }
}

/// Declares a use case that asks one thing of a case.
macro_rules! asks_of_case {
    ($(#[$doc:meta])* $ask:ident = $name:literal { $($(#[$fdoc:meta])* $field:ident: $type:ty),* }
        => $command:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize)]
        pub struct $ask {
            /// The case.
            pub case_id: DunningCaseId,
            $($(#[$fdoc])* pub $field: $type,)*
        }

        #[async_trait]
        impl UseCase for $ask {
            const NAME: &'static str = $name;
            type Answer = ();

            async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
                let ask = self.clone();
                let touches = Touches::new(room.tenant).main::<DunningCase>(ask.case_id.uuid());
                Ok(touches.decide(move |table| {
                    let id = ask.case_id.uuid();
                    if *table.state::<DunningCase>(id)? == DunningCase::Absent {
                        return Err(Refused::of(&CaseRefusal::Absent).into());
                    }
                    let command: fn(&$ask) -> DunningCaseCommand = $command;
                    table.decide::<DunningCase>(id, command(&ask))?;
                    Ok(())
                }))
            }
        }
    };
}

asks_of_case! {
    /// Note that the client promised to pay: nothing happens until the day is over.
    PromiseToPay = "promise_to_pay" {
        /// The last day of the promise.
        pay_by: NaiveDate
    } => |ask| DunningCaseCommand::Promise { pay_by: ask.pay_by }
}

asks_of_case! {
    /// Let a case rest until it is released or the invoice is paid.
    HoldDunning = "hold_dunning" {} => |_| DunningCaseCommand::Hold
}

asks_of_case! {
    /// Let a case go on that was held or promised.
    ReleaseDunning = "release_dunning" {} => |_| DunningCaseCommand::Release
}

asks_of_case! {
    /// End dunning for an invoice for good, whatever is owed.
    StopDunning = "stop_dunning" {
        /// Why, 1 to 500 characters; no personal data.
        reason: String
    } => |ask| DunningCaseCommand::Stop { reason: ask.reason.clone() }
}
