//! Invoices and proformas.

use billfold_app::commands::invoices::{
    AddLine, ApplyClientCredit, CreditInvoice, DebitInvoice, DiscardDraft, DraftInvoice,
    IssueInvoice, RemoveLine, ReviseDraft, SetDueDate, VoidInvoice, WriteOffInvoice,
};
use billfold_app::commands::proformas::{
    ConvertProforma, IssueProforma, PayProforma, WithdrawProforma,
};
use billfold_app::commands::tax_rates::AskedLine;
use billfold_domain::credit_note::CreditScope;
use billfold_domain::invoice::{NewLine, Particulars};
use billfold_domain::kernel::{ClientId, ProductId};

use crate::row::{Row, begun, id};
use crate::words::{because, june, line};

pub(super) fn rows() -> Vec<Row> {
    [drafting(), drafts(), issued(), proformas(), ending()].into_iter().flatten().collect()
}

fn of_product(product: ProductId) -> AskedLine {
    NewLine { product_id: Some(product), ..line("1.00") }.into()
}

fn draft(client_id: ClientId, line: AskedLine) -> DraftInvoice {
    DraftInvoice {
        invoice_id: None,
        client_id,
        order_id: None,
        tax: None,
        currency: None,
        lines: vec![line],
        due_date: None,
    }
}

fn drafting() -> Vec<Row> {
    vec![
        begun("invoice_id", |own, other| DraftInvoice {
            invoice_id: Some(other.invoice),
            ..draft(own.client, line("1.00").into())
        }),
        id("client_id", |_, other| draft(other.client, line("1.00").into())),
        id("order_id", |own, other| DraftInvoice {
            order_id: Some(other.order),
            lines: Vec::new(),
            ..draft(own.client, line("1.00").into())
        })
        .or_of_another_client(),
        id("lines.product_id", |own, other| draft(own.client, of_product(other.product))),
    ]
}

fn drafts() -> Vec<Row> {
    vec![
        id("invoice_id", |_, other| AddLine {
            invoice_id: other.sketch,
            line: line("1.00").into(),
        }),
        id("line.product_id", |own, other| AddLine {
            invoice_id: own.sketch,
            line: of_product(other.product),
        }),
        id("invoice_id", |_, other| RemoveLine { invoice_id: other.sketch, line_no: 1 }),
        id("invoice_id", |_, other| {
            let lines = vec![line("1.00").into()];
            ReviseDraft { invoice_id: other.sketch, lines, due_date: None }
        }),
        id("lines.product_id", |own, other| {
            let lines = vec![of_product(other.product)];
            ReviseDraft { invoice_id: own.sketch, lines, due_date: None }
        }),
        id("invoice_id", |_, other| SetDueDate { invoice_id: other.sketch, due_date: june() }),
    ]
}

fn issued() -> Vec<Row> {
    vec![
        id("invoice_id", |_, other| DebitInvoice {
            invoice_id: other.invoice,
            lines: vec![line("1.00").into()],
            due_date: None,
            reason: because(),
        }),
        id("lines.product_id", |own, other| DebitInvoice {
            invoice_id: own.invoice,
            lines: vec![of_product(other.product)],
            due_date: None,
            reason: because(),
        }),
        id("invoice_id", |_, other| ApplyClientCredit { invoice_id: other.invoice }),
        id("invoice_id", |_, other| CreditInvoice {
            invoice_id: other.paid,
            scope: CreditScope::Everything,
            reason: because(),
        }),
        id("invoice_id", |_, other| WriteOffInvoice {
            invoice_id: other.invoice,
            reason: because(),
        }),
        id("invoice_id", |_, other| VoidInvoice { invoice_id: other.invoice, reason: because() }),
    ]
}

fn proformas() -> Vec<Row> {
    vec![
        id("invoice_id", |_, other| IssueProforma {
            invoice_id: other.sketch,
            valid_until: None,
            particulars: Particulars::default(),
        }),
        id("proforma_id", |_, other| PayProforma {
            proforma_id: other.proforma,
            amount: None,
            method: "manual_bank".to_owned(),
            reference: None,
            received_on: None,
        }),
        id("proforma_id", |_, other| ConvertProforma { proforma_id: other.proforma }),
        id("proforma_id", |_, other| WithdrawProforma {
            proforma_id: other.proforma,
            reason: because(),
        }),
    ]
}

fn ending() -> Vec<Row> {
    vec![
        id("invoice_id", |_, other| IssueInvoice {
            invoice_id: other.sketch,
            issue_date: None,
            due_date: None,
            particulars: Particulars::default(),
        }),
        id("invoice_id", |_, other| DiscardDraft { invoice_id: other.sketch, reason: because() }),
    ]
}
