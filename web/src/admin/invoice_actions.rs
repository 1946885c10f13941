//! What may be done with an invoice: issue, void, write off, discard, take a coupon off; each asks
//! first.

use axum::Router;
use billfold_app::access::Scope;
use billfold_app::commands::coupons::{ApplyCoupon, TakeCouponOff};
use billfold_app::commands::invoices::{DiscardDraft, IssueInvoice, VoidInvoice, WriteOffInvoice};
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::InvoiceId;
use billfold_projections::Projection as _;
use billfold_projections::client_list::ClientList;
use billfold_projections::event_index::EventIndex;
use billfold_projections::invoice_list::InvoiceList;
use billfold_projections::journal::Journal;

use super::confirm::Action;
use super::deed::{self, Asked, Deed, Question, Words};
use super::list::{address, day};
use crate::error::PageError;
use crate::fields::Wrong;
use crate::form::Field;
use crate::show;
use crate::state::{Seen, WebState};

/// What a page about an invoice is read from.
pub(super) const READ: [&str; 4] =
    [InvoiceList::NAME, EventIndex::NAME, Journal::NAME, ClientList::NAME];

/// The addresses of all of them.
pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

/// What may be done with an invoice in this state.
pub(super) fn actions(href: &str, invoice: &Invoice) -> Vec<Action> {
    let action = |verb, label, icon| deed::action(verb, href, label, icon);
    let void = action(Verb::Void, "Void", "ban").class("danger");
    let id = href.rsplit('/').next().unwrap_or_default();
    match invoice {
        Invoice::Draft(draft) if !draft.coupons.is_empty() => vec![
            action(Verb::Discard, "Discard", "trash-2").class("danger"),
            action(Verb::TakeCouponsOff, "Take coupons off", "undo-2"),
            action(Verb::ApplyCoupon, "Apply coupon", "banknote"),
            action(Verb::Issue, "Issue", "badge-check").class("primary"),
        ],
        Invoice::Draft(_) => vec![
            action(Verb::Discard, "Discard", "trash-2").class("danger"),
            action(Verb::ApplyCoupon, "Apply coupon", "banknote"),
            Action::new(format!("{href}/edit"), "Edit lines", "pencil").on_a_page(),
            action(Verb::Issue, "Issue", "badge-check").class("primary"),
        ],
        Invoice::Open(_) => {
            let pay = address("/admin/payments/new", &[("invoice", id)]);
            vec![
                void,
                action(Verb::WriteOff, "Write off", "circle-x"),
                Action::new(pay, "Record payment", "hand-coins").class("primary"),
            ]
        }
        Invoice::Settled { .. } => vec![void],
        Invoice::Absent
        | Invoice::Discarded
        | Invoice::Void { .. }
        | Invoice::Uncollectible { .. } => Vec::new(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Issue,
    Void,
    WriteOff,
    Discard,
    ApplyCoupon,
    TakeCouponsOff,
}

impl Deed for Verb {
    type Id = InvoiceId;
    const PAGE: &'static str = "/admin/invoices";
    const SCOPE: Scope = Scope::InvoicesWrite;
    const ALL: &'static [Verb] = &[
        Verb::Issue,
        Verb::Void,
        Verb::WriteOff,
        Verb::Discard,
        Verb::ApplyCoupon,
        Verb::TakeCouponsOff,
    ];

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Issue => ("issue", "Issue invoice", "issued"),
            Verb::Void => ("void", "Void invoice", "voided"),
            Verb::WriteOff => ("write-off", "Write off", "written-off"),
            Verb::Discard => ("discard", "Discard draft", "discarded"),
            Verb::ApplyCoupon => ("coupon", "Apply coupon", "coupon-applied"),
            Verb::TakeCouponsOff => ("take-coupons-off", "Take off", "coupon-taken-off"),
        };
        let danger = matches!(self, Verb::Void | Verb::WriteOff | Verb::Discard);
        Words { path, button, done, danger }
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let (invoice, version) =
            asked.state.door().load::<Invoice>(tenant, asked.id.uuid()).await?;
        let (title, text) = question_text(&invoice, self)?;
        let date = |name: &str, label, hint| {
            let field = Field::input(name, label, "date").with(asked.sent.one(name));
            field.hint(hint).wrong(asked.wrong.of(name))
        };
        let fields = match self {
            Verb::Issue => vec![
                date("issue_date", "Issue date", "Empty: today. Numbers follow dates"),
                date("due_date", "Due date", "Empty: as drafted, else by your payment term"),
            ],
            Verb::ApplyCoupon => vec![
                Field::input("code", "Code", "text")
                    .with(asked.sent.one("code"))
                    .required()
                    .wrong(asked.wrong.of("code")),
            ],
            Verb::TakeCouponsOff => Vec::new(),
            Verb::Void | Verb::WriteOff | Verb::Discard => {
                let hint = "Stands in the audit log and on the credit note; no personal data";
                vec![deed::reason(asked, hint)]
            }
        };
        Ok(Question { title, text, version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let (invoice_id, reason) = (asked.id, asked.sent.one("reason").to_owned());
        match self {
            Verb::Issue => {
                let issue_date = day(asked.sent.one("issue_date"))?;
                let due_date = day(asked.sent.one("due_date"))?;
                let issue = IssueInvoice { invoice_id, issue_date, due_date };
                asked.command_on_seen(issue, &READ).await
            }
            Verb::Void => asked.command(VoidInvoice { invoice_id, reason }, &READ).await,
            Verb::WriteOff => asked.command(WriteOffInvoice { invoice_id, reason }, &READ).await,
            Verb::Discard => asked.command(DiscardDraft { invoice_id, reason }, &READ).await,
            Verb::ApplyCoupon => {
                let code = asked.sent.one("code").to_owned();
                asked.command_on_seen(ApplyCoupon { invoice_id, code }, &READ).await
            }
            Verb::TakeCouponsOff => {
                let all = TakeCouponOff { invoice_id, coupon_id: None };
                asked.command_on_seen(all, &READ).await
            }
        }
    }
}

fn question_text(invoice: &Invoice, verb: Verb) -> Result<(String, String), PageError> {
    let document = invoice.document();
    let number = document.map_or("this draft", |document| &document.number);
    let total = document.map(|document| show::money(document.total).plain());
    let due = document.map(|document| show::money(document.balance_due).plain());
    let (total, due) = (total.unwrap_or_default(), due.unwrap_or_default());
    Ok(match (verb, invoice) {
        (_, Invoice::Absent) => return Err(PageError::NotFound),
        (Verb::Issue, Invoice::Draft(draft)) => {
            let total = draft.totals().map(|totals| show::money(totals.total).plain());
            let total = total.unwrap_or_default();
            let text = format!(
                "It takes the next number of its series and asks for {total}. An issued invoice \
                 is never changed; it can be voided by a credit note."
            );
            ("Issue this invoice?".to_owned(), text)
        }
        (Verb::Issue, _) => {
            ("Issue this invoice?".to_owned(), "It is not a draft any more.".to_owned())
        }
        (Verb::Void, _) => {
            let text = format!(
                "A credit note over {total} is issued with a number of its own. What is unpaid is \
                 no longer owed; what was paid becomes the client's credit."
            );
            (format!("Void {number}?"), text)
        }
        (Verb::WriteOff, _) => {
            let text = format!("{due} becomes a loss. The invoice stays as it is and is closed.");
            (format!("Write off {number}?"), text)
        }
        (Verb::ApplyCoupon, _) => (
            "Apply a coupon?".to_owned(),
            "Its discount stands on a line for each line it lowers. It is redeemed when the draft \
             is issued; until it is taken off the lines stay as they are."
                .to_owned(),
        ),
        (Verb::TakeCouponsOff, _) => (
            "Take the coupons off this draft?".to_owned(),
            "Their discounts go, and others may have them.".to_owned(),
        ),
        (Verb::Discard, _) => (
            "Discard this draft?".to_owned(),
            "It never had a number, so none is missing.".to_owned(),
        ),
    })
}

/// The invoice an address names.
pub(super) fn parse(id: &str) -> Result<InvoiceId, PageError> {
    id.parse().map_err(|_| PageError::NotFound)
}
