//! What may be done with an invoice: issue, pay from credit, refund, void, write off, discard, put
//! a coupon on it and take it off; each asks first.

use axum::Router;
use billfold_app::commands::coupons::{ApplyCoupon, TakeCouponOff};
use billfold_app::commands::invoices::{
    ApplyClientCredit, DiscardDraft, IssueInvoice, VoidInvoice, WriteOffInvoice,
};
use billfold_app::commands::payments::RefundInvoice;
use billfold_app::commands::proformas::IssueProforma;
use billfold_domain::invoice::{Invoice, Particulars};
use billfold_domain::kernel::{DeedKind, InvoiceId, Money};
use billfold_domain::role::Permission;
use billfold_domain::tax::ExemptionReason;
use billfold_projections::Projection as _;
use billfold_projections::client_list::ClientList;
use billfold_projections::event_index::EventIndex;
use billfold_projections::invoice_list::InvoiceList;
use billfold_projections::journal::Journal;
use billfold_projections::payment_list::PaymentList;

use super::approval;
use super::confirm::Action;
use super::deed::{self, Asked, Deed, Question, Words};
use super::list::{address, day};
use crate::error::PageError;
use crate::fields::Wrong;
use crate::form::Field;
use crate::reach::Needs;
use crate::show;
use crate::state::{Seen, WebState};
use crate::visitor::Visitor;

/// What a page about an invoice is read from.
pub(super) const READ: [&str; 4] =
    [InvoiceList::NAME, EventIndex::NAME, Journal::NAME, ClientList::NAME];

/// Who may write and correct an invoice.
pub(super) const WRITES: Needs = Needs::of_own(Permission::InvoicesWrite);

/// The addresses of all of them.
pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

/// What may be done with an invoice in this state, whose client may have credit.
pub(super) fn actions(href: &str, invoice: &Invoice, has_credit: bool) -> Vec<Action> {
    let action = |verb, label, icon| deed::action(verb, href, label, icon);
    let void = action(Verb::Void, "Void", "ban").class("danger");
    let debit = Action::new(format!("{href}/debit"), "Correct upwards", "file-plus");
    let debit = debit.on_a_page().needs(WRITES);
    let credit = Action::new(format!("{href}/credit"), "Credit", "undo-2");
    let credit = credit.on_a_page().needs(WRITES);
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
            action(Verb::Proforma, "Make proforma", "file-text"),
            Action::new(format!("{href}/edit"), "Edit lines", "pencil").on_a_page().needs(WRITES),
            action(Verb::Issue, "Issue", "badge-check").class("primary"),
        ],
        Invoice::Open(_) => {
            let pay = address("/admin/payments/new", &[("invoice", id)]);
            let mut actions = vec![void, action(Verb::WriteOff, "Write off", "circle-x")];
            actions.extend(refund(invoice).then(|| action(Verb::Refund, "Refund", "undo-2")));
            actions.extend([credit, debit]);
            let use_credit = || action(Verb::UseCredit, "Use credit", "wallet");
            actions.extend(has_credit.then(use_credit));
            let pay = Action::new(pay, "Record payment", "hand-coins").class("primary");
            actions.push(pay.needs(Needs::of_own(Permission::PaymentsWrite)));
            actions
        }
        Invoice::Settled { .. } => {
            let back = refund(invoice).then(|| action(Verb::Refund, "Refund", "undo-2"));
            [void].into_iter().chain(back).chain([credit, debit]).collect()
        }
        Invoice::Absent
        | Invoice::Discarded
        | Invoice::Void { .. }
        | Invoice::Uncollectible { .. } => Vec::new(),
    }
}

/// Whether a payment pays it that could go back.
fn refund(invoice: &Invoice) -> bool {
    invoice.document().is_some_and(|document| !document.applied.is_empty())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Issue,
    UseCredit,
    Refund,
    Void,
    WriteOff,
    Discard,
    Proforma,
    ApplyCoupon,
    TakeCouponsOff,
}

impl Deed for Verb {
    type Id = InvoiceId;
    const PAGE: &'static str = "/admin/invoices";
    const NEEDS: Permission = Permission::InvoicesWrite;
    const ALL: &'static [Verb] = &[
        Verb::Issue,
        Verb::UseCredit,
        Verb::Refund,
        Verb::Void,
        Verb::WriteOff,
        Verb::Discard,
        Verb::Proforma,
        Verb::ApplyCoupon,
        Verb::TakeCouponsOff,
    ];

    fn needs(self) -> Needs {
        match self {
            // Proformas are no document of a reseller's clients.
            Verb::Proforma => Needs::of_all(Self::NEEDS),
            // Spending a client's credit is a payment.
            Verb::UseCredit => Needs::of_own(Permission::PaymentsWrite),
            _ => Needs::of_own(self.deed().map_or(Self::NEEDS, DeedKind::permission)),
        }
    }

    async fn must(
        self,
        state: &WebState,
        visitor: &Visitor,
        id: &InvoiceId,
    ) -> Result<(), PageError> {
        state.must_hold(visitor, self.needs(), *id).await.map(drop)
    }

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Issue => ("issue", "Issue invoice", "issued"),
            Verb::UseCredit => ("use-credit", "Use credit", "credit-used"),
            Verb::Refund => ("refund", "Refund", "refund"),
            Verb::Void => ("void", "Void invoice", "voided"),
            Verb::WriteOff => ("write-off", "Write off", "written-off"),
            Verb::Discard => ("discard", "Discard draft", "discarded"),
            Verb::Proforma => ("proforma", "Make proforma", "proforma"),
            Verb::ApplyCoupon => ("coupon", "Apply coupon", "coupon-applied"),
            Verb::TakeCouponsOff => ("take-coupons-off", "Take off", "coupon-taken-off"),
        };
        let danger = match self {
            Verb::Void | Verb::WriteOff | Verb::Discard | Verb::Refund => true,
            Verb::Issue
            | Verb::UseCredit
            | Verb::Proforma
            | Verb::ApplyCoupon
            | Verb::TakeCouponsOff => false,
        };
        Words { path, button, done, danger }
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let (invoice, version) =
            asked.state.door().load::<Invoice>(tenant, asked.id.uuid()).await?;
        let (title, mut said) = question_text(&invoice, self)?;
        if let Some(kind) = self.deed() {
            said += &approval::hint(asked.state, tenant, kind).await?;
        }
        let date = |name: &str, label, hint| {
            let field = Field::input(name, label, "date").with(asked.sent.one(name));
            field.hint(hint).wrong(asked.wrong.of(name))
        };
        let text = |name: &str, label, hint| {
            let field = Field::input(name, label, "text").with(asked.sent.one(name));
            field.hint(hint).wrong(asked.wrong.of(name))
        };
        let fields = match self {
            Verb::Issue => vec![
                date("issue_date", "Issue date", "Empty: today. Numbers follow dates"),
                date("due_date", "Due date", "Empty: as drafted, else by your payment term"),
                text("buyer_reference", "Buyer's reference", "What the buyer looks for on it"),
                text("exemption", "Reason for no tax", "Needed where a line is exempt"),
            ],
            Verb::ApplyCoupon => vec![
                Field::input("code", "Code", "text")
                    .with(asked.sent.one("code"))
                    .required()
                    .wrong(asked.wrong.of("code")),
            ],
            Verb::UseCredit | Verb::TakeCouponsOff => Vec::new(),
            Verb::Refund => {
                let amount =
                    Field::input("amount", "Amount", "text").with(asked.sent.one("amount"));
                let amount = amount.decimal().hint("Empty: all that payments pay");
                let hint = "Stands in the audit log; no personal data";
                vec![amount.wrong(asked.wrong.of("amount")), deed::reason(asked, hint)]
            }
            Verb::Proforma => {
                vec![
                    date("valid_until", "Valid until", "Empty: the due date, if any"),
                    text("buyer_reference", "Buyer's reference", "What the buyer looks for on it"),
                    text("exemption", "Reason for no tax", "Needed where a line is exempt"),
                ]
            }
            Verb::Void | Verb::WriteOff | Verb::Discard => {
                let hint = "Stands in the audit log and on the credit note; no personal data";
                vec![deed::reason(asked, hint)]
            }
        };
        Ok(Question { title, text: said, version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let (invoice_id, reason) = (asked.id, asked.sent.one("reason").to_owned());
        match self {
            Verb::Issue => {
                let issue_date = day(asked.sent.one("issue_date"))?;
                let due_date = day(asked.sent.one("due_date"))?;
                let particulars = particulars(asked);
                let issue = IssueInvoice { invoice_id, issue_date, due_date, particulars };
                asked.command_on_seen(issue, &READ).await
            }
            Verb::UseCredit => asked.command_on_seen(ApplyClientCredit { invoice_id }, &READ).await,
            Verb::Refund => refund_typed(asked, reason).await,
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
            Verb::Proforma => {
                let valid_until = day(asked.sent.one("valid_until"))?;
                let particulars = particulars(asked);
                let issue = IssueProforma { invoice_id, valid_until, particulars };
                asked.command_on_seen(issue, &READ).await
            }
        }
    }
}

impl Verb {
    /// What may need a second person.
    fn deed(self) -> Option<DeedKind> {
        match self {
            Verb::Refund => Some(DeedKind::Refund),
            Verb::WriteOff => Some(DeedKind::WriteOff),
            _ => None,
        }
    }
}

/// References and reasons as they were typed.
fn particulars(asked: &Asked<'_, Verb>) -> Particulars {
    let typed = |name: &str| asked.sent.some(name);
    let exemption = typed("exemption").map(|text| ExemptionReason { code: None, text: Some(text) });
    Particulars { buyer_reference: typed("buyer_reference"), exemption, ..Particulars::default() }
}

async fn refund_typed(
    asked: &Asked<'_, Verb>,
    reason: String,
) -> Result<Result<Seen, Wrong>, PageError> {
    let tenant = asked.visitor.tenant();
    let (invoice, _) = asked.state.door().load::<Invoice>(tenant, asked.id.uuid()).await?;
    let currency = invoice.document().ok_or(PageError::NotFound)?.total.currency();
    let amount = asked.sent.some("amount").map(|text| Money::parse_major(&text, currency));
    match amount.transpose() {
        Ok(amount) => {
            let refund = RefundInvoice { invoice_id: asked.id, amount, reason };
            asked.command_on_seen(refund, &[&READ[..], &[PaymentList::NAME]].concat()).await
        }
        Err(error) => {
            let mut wrong = Wrong::default();
            wrong.at("amount", error.to_string());
            Ok(Err(wrong))
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
        (Verb::UseCredit, _) => (
            format!("Pay {number} from credit?"),
            format!("{due} is owed. The client's credit pays as much of it as there is."),
        ),
        (Verb::Refund, _) => (
            format!("Refund {number}?"),
            "The money goes back the way it came, out of the newest payment that holds enough. \
             What goes back is owed again, unless a credit note lowers the invoice."
                .to_owned(),
        ),
        (Verb::Proforma, _) => (
            "Make a proforma of this draft?".to_owned(),
            "It takes the next number of the proformas, which is no fiscal one. The draft ends \
              with it; the proforma becomes an invoice when it is paid."
                .to_owned(),
        ),
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
