//! Dunning: strategies, who is dunned by which, and cases.

use billfold_app::commands::dunning::{
    AdvanceDunning, ChooseStrategy, DefineStrategy, HoldDunning, OpenDunningCase, PromiseToPay,
    ReleaseDunning, RetireStrategy, ReviseStrategy, StopDunning, WithdrawStrategy,
};
use billfold_app::ports::{ClientArrears, LateInvoice};
use billfold_domain::dunning::{BuiltIn, Holder};

use crate::row::{Row, begun, id};
use crate::words::{because, march, strategy};
use crate::world::Things;

pub(super) fn rows() -> Vec<Row> {
    [strategies(), choices(), cases(), advancing()].into_iter().flatten().collect()
}

fn strategies() -> Vec<Row> {
    vec![
        begun("strategy_id", |_, other| DefineStrategy {
            strategy_id: Some(other.strategy),
            code: "new".to_owned(),
            name: "New".to_owned(),
            strategy: strategy(),
        }),
        id("strategy_id", |_, other| ReviseStrategy {
            strategy_id: other.strategy,
            strategy: strategy(),
        }),
    ]
}

fn choices() -> Vec<Row> {
    vec![
        id("strategy_id", |own, other| ChooseStrategy {
            strategy_id: other.strategy,
            holder: Holder::Client(own.client),
        }),
        id("strategy_id.built_in", |own, other| ChooseStrategy {
            strategy_id: BuiltIn::Gentle.id_of(other.tenant),
            holder: Holder::Client(own.client),
        }),
        id("holder.client", |own, other| ChooseStrategy {
            strategy_id: own.strategy,
            holder: Holder::Client(other.client),
        }),
        id("holder.product", |own, other| ChooseStrategy {
            strategy_id: own.strategy,
            holder: Holder::Product(other.product),
        }),
        id("strategy_id", |own, other| WithdrawStrategy {
            strategy_id: other.strategy,
            holder: Holder::Client(own.client),
        }),
        id("holder.client", |own, other| WithdrawStrategy {
            strategy_id: own.strategy,
            holder: Holder::Client(other.client),
        }),
        id("holder.product", |own, other| WithdrawStrategy {
            strategy_id: own.strategy,
            holder: Holder::Product(other.product),
        }),
        id("strategy_id", |_, other| RetireStrategy { strategy_id: other.strategy }),
    ]
}

fn cases() -> Vec<Row> {
    vec![
        id("invoice_id", |_, other| OpenDunningCase { invoice_id: other.invoice }),
        id("case_id", |_, other| PromiseToPay { case_id: other.case, pay_by: march(20) }),
        id("case_id", |_, other| HoldDunning { case_id: other.case }),
        id("case_id", |_, other| ReleaseDunning { case_id: other.case }),
        id("case_id", |_, other| StopDunning { case_id: other.case, reason: because() }),
    ]
}

/// What a client would be late with.
fn arrears(things: &Things) -> ClientArrears {
    let late = LateInvoice { invoice_id: things.invoice, payments: Vec::new() };
    ClientArrears { client_id: things.client, invoices: vec![late], strategies: Vec::new() }
}

fn advancing() -> Vec<Row> {
    vec![
        id("client_id", |_, other| AdvanceDunning {
            client_id: other.client,
            invoice_id: None,
            arrears: None,
        }),
        id("client_id.late", |_, other| AdvanceDunning {
            client_id: other.client,
            invoice_id: None,
            arrears: Some(arrears(other)),
        }),
        id("invoice_id", |own, other| AdvanceDunning {
            client_id: own.client,
            invoice_id: Some(other.invoice),
            arrears: None,
        })
        .or_of_another_client(),
        id("arrears", |own, other| AdvanceDunning {
            client_id: own.client,
            invoice_id: None,
            arrears: Some(arrears(other)),
        })
        .or_of_another_client(),
    ]
}
