//! What may be done with a payment: match it, send it back, record what became of a refund or a
//! dispute; each asks first.

use axum::Router;
use billfold_app::commands::payments::{
    AfterLoss, ChargeDisputeFee, ConfirmRefund, FailRefund, LoseDispute, MatchPayment, OpenDispute,
    RefundPayment, WinDispute,
};
use billfold_domain::invoice::InvoiceStatus;
use billfold_domain::kernel::{Currency, DeedKind, Money, PaymentId};
use billfold_domain::payment::{Payment, RefundFrom, RefundStage, SettledPayment, Source};
use billfold_domain::role::Permission;
use billfold_projections::invoice_list::{self, Sort};
use billfold_projections::payment_list::PaymentList;
use billfold_projections::{Order, Projection as _, Wanted};
use chrono::NaiveDate;

use crate::admin::approval;
use crate::admin::confirm::Action;
use crate::admin::deed::{self, Asked, Deed, Question, Words};
use crate::admin::invoice_actions::READ as INVOICE;
use crate::admin::list::day;
use crate::error::PageError;
use crate::fields::{Fields, Wrong};
use crate::form::Field;
use crate::reach::Needs;
use crate::show;
use crate::state::{Seen, WebState};
use crate::visitor::Visitor;

/// Open invoices that are offered to be paid.
const OFFERED: u32 = 50;

/// The addresses of all of them.
pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

/// What may be done with a payment that stands so.
pub(super) fn actions(href: &str, payment: &Payment) -> Vec<Action> {
    let action = |verb, label, icon| deed::action(verb, href, label, icon);
    let Some(settled) = payment.settled() else { return Vec::new() };
    let mut actions = Vec::new();
    if !undecided(settled).is_empty() {
        actions.extend([
            action(Verb::DisputeFee, "Dispute fee", "receipt-text"),
            action(Verb::DisputeLost, "Dispute lost", "circle-x").class("danger"),
            action(Verb::DisputeWon, "Dispute won", "badge-check").class("primary"),
        ]);
    }
    if !promised(settled).is_empty() {
        actions.extend([
            action(Verb::RefundFailed, "Refund failed", "circle-x"),
            action(Verb::RefundSent, "Refund sent", "badge-check").class("primary"),
        ]);
    }
    if settled.refundable().is_ok_and(Money::is_positive) {
        actions.extend([
            action(Verb::Dispute, "Disputed", "circle-alert"),
            action(Verb::Refund, "Refund", "undo-2").class("danger"),
        ]);
    }
    if matchable(settled).is_some() {
        actions.push(action(Verb::Match, "Pay an invoice", "receipt-text").class("primary"));
    }
    actions
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Match,
    Refund,
    RefundSent,
    RefundFailed,
    Dispute,
    DisputeWon,
    DisputeLost,
    DisputeFee,
}

impl Deed for Verb {
    type Id = PaymentId;
    const PAGE: &'static str = "/admin/payments";
    const NEEDS: Permission = Permission::PaymentsWrite;
    const ALL: &'static [Verb] = &[
        Verb::Match,
        Verb::Refund,
        Verb::RefundSent,
        Verb::RefundFailed,
        Verb::Dispute,
        Verb::DisputeWon,
        Verb::DisputeLost,
        Verb::DisputeFee,
    ];

    fn needs(self) -> Needs {
        let refund = self == Verb::Refund;
        Needs::of_own(if refund { Permission::PaymentsRefund } else { Self::NEEDS })
    }

    async fn must(
        self,
        state: &WebState,
        visitor: &Visitor,
        id: &PaymentId,
    ) -> Result<(), PageError> {
        state.must_hold(visitor, self.needs(), *id).await.map(drop)
    }

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Match => ("match", "Pay invoice", "matched"),
            Verb::Refund => ("refund", "Refund", "refund"),
            Verb::RefundSent => ("refund-sent", "Refund was sent", "refund-sent"),
            Verb::RefundFailed => ("refund-failed", "Refund failed", "refund-failed"),
            Verb::Dispute => ("dispute", "Record dispute", "dispute"),
            Verb::DisputeWon => ("dispute-won", "Dispute was won", "dispute-decided"),
            Verb::DisputeLost => ("dispute-lost", "Dispute was lost", "dispute-decided"),
            Verb::DisputeFee => ("dispute-fee", "Record fee", "dispute-fee"),
        };
        let danger = matches!(self, Verb::Refund | Verb::Dispute | Verb::DisputeLost);
        Words { path, button, done, danger }
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let (payment, version) =
            asked.state.door().load::<Payment>(tenant, asked.id.uuid()).await?;
        let settled = payment.settled().ok_or(PageError::NotFound)?;
        let fields = self.fields(asked, settled).await?;
        let (title, mut text) = self.text(settled);
        if self == Verb::Refund {
            text += &approval::hint(asked.state, tenant, DeedKind::Refund).await?;
        }
        Ok(Question { title, text, version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let tenant = asked.visitor.tenant();
        let (payment, _) = asked.state.door().load::<Payment>(tenant, asked.id.uuid()).await?;
        let settled = payment.settled().ok_or(PageError::NotFound)?;
        let read = Typed::of(asked.sent, settled);
        let typed = match read {
            Ok(typed) => typed,
            Err(wrong) => return Ok(Err(wrong)),
        };
        self.send(asked, settled, typed).await
    }
}

impl Verb {
    fn text(self, settled: &SettledPayment) -> (String, String) {
        let amount = show::money(settled.amount).plain();
        let left = settled.refundable().map(|left| show::money(left).plain()).unwrap_or_default();
        let (title, text) = match self {
            Verb::Match => (
                "Pay an invoice from it?".to_owned(),
                "What lies unapplied or as credit of this payment is set against an open invoice."
                    .to_owned(),
            ),
            Verb::Refund => (
                format!("Refund of {amount}?"),
                format!(
                    "Up to {left} can go back. What it paid is owed again, unless a credit note \
                     lowers the invoice."
                ),
            ),
            Verb::RefundSent => (
                "Was the refund sent?".to_owned(),
                "The money has left the bank or the gateway.".to_owned(),
            ),
            Verb::RefundFailed => (
                "Could it not be sent?".to_owned(),
                "The money is the client's again, where it was before.".to_owned(),
            ),
            Verb::Dispute => (
                format!("Does the client's bank take {amount} back?"),
                "What it had paid is owed again, and stands as disputed until it is decided."
                    .to_owned(),
            ),
            Verb::DisputeWon => (
                "Was the dispute won?".to_owned(),
                "The bank gave the money back; it pays again what it had paid.".to_owned(),
            ),
            Verb::DisputeLost => (
                "Was the dispute lost?".to_owned(),
                "The money is gone for good. Who used the service still owes it, unless the claim \
                 is given up."
                    .to_owned(),
            ),
            Verb::DisputeFee => (
                "What does the gateway charge for the dispute?".to_owned(),
                "It is a cost of yours and not owed by the client.".to_owned(),
            ),
        };
        (title, text)
    }

    async fn fields(
        self,
        asked: &Asked<'_, Verb>,
        settled: &SettledPayment,
    ) -> Result<Vec<Field>, PageError> {
        let input = |name: &str, label, kind, hint| {
            let field = Field::input(name, label, kind).with(asked.sent.one(name));
            field.hint(hint).wrong(asked.wrong.of(name))
        };
        let money = |name: &str, label, hint| input(name, label, "text", hint).decimal();
        let on = |name: &str| input(name, "Day", "date", "Empty: today");
        let reference =
            || input("reference", "Reference", "text", "The bank's or gateway's own name for it");
        let reason = |label, hint| {
            let field = Field::input("reason", label, "text").with(asked.sent.one("reason"));
            field.hint(hint).required().wrong(asked.wrong.of("reason"))
        };
        let refund = || numbered(asked, "refund_no", "Refund", promised(settled));
        let dispute = || numbered(asked, "dispute_no", "Dispute", undecided(settled));
        Ok(match self {
            Verb::Match => vec![
                open_invoices(asked, settled).await?,
                money("amount", "Amount", "At most what is left, and what is owed").required(),
            ],
            Verb::Refund => vec![
                money("amount", "Amount", "Empty: all that is left"),
                reason("Reason", "Stands in the audit log; no personal data"),
            ],
            Verb::RefundSent => vec![refund(), reference(), on("on")],
            Verb::RefundFailed => {
                vec![refund(), reason("Why", "What the gateway said; no personal data")]
            }
            Verb::Dispute => vec![
                money("amount", "Claimed", "Empty: the whole payment"),
                reference(),
                reason("Why", "What the bank says; no personal data"),
                on("on"),
            ],
            Verb::DisputeWon => {
                vec![dispute(), money("amount", "Amount", "Empty: all that is undecided"), on("on")]
            }
            Verb::DisputeLost => vec![dispute(), claim(asked), on("on")],
            Verb::DisputeFee => vec![dispute(), money("amount", "Fee", "").required(), on("on")],
        })
    }

    async fn send(
        self,
        asked: &Asked<'_, Verb>,
        settled: &SettledPayment,
        typed: Typed,
    ) -> Result<Result<Seen, Wrong>, PageError> {
        let read = [&INVOICE[..], &[PaymentList::NAME]].concat();
        let payment_id = asked.id;
        let Typed { amount, on, reference, reason, refund_no, dispute_no } = typed;
        match self {
            Verb::Match => {
                let mut wrong = Wrong::default();
                let invoice = asked.sent.one("invoice_id").parse().ok();
                if invoice.is_none() {
                    wrong.at("invoice_id", "choose an invoice");
                }
                if amount.is_none() {
                    wrong.at("amount", "say how much");
                }
                let (Some(invoice_id), Some(amount), Some(from)) =
                    (invoice, amount, matchable(settled))
                else {
                    return Ok(Err(wrong));
                };
                asked.state.must_hold(asked.visitor, self.needs(), invoice_id).await?;
                let command = MatchPayment { payment_id, invoice_id, amount, from };
                asked.command_on_seen(command, &read).await
            }
            Verb::Refund => {
                let from = RefundFrom::Anywhere;
                let command = RefundPayment { payment_id, amount, from, reason };
                asked.command_on_seen(command, &read).await
            }
            Verb::RefundSent => {
                let command = ConfirmRefund { payment_id, refund_no, reference, sent_on: on };
                asked.command_on_seen(command, &read).await
            }
            Verb::RefundFailed => {
                let command = FailRefund { payment_id, refund_no, reason };
                asked.command_on_seen(command, &read).await
            }
            Verb::Dispute => {
                let claimed = amount.unwrap_or(settled.amount);
                let command = OpenDispute { payment_id, reference, claimed, reason, opened_on: on };
                asked.command_on_seen(command, &read).await
            }
            Verb::DisputeWon => {
                let command = WinDispute { payment_id, dispute_no, amount, on };
                asked.command_on_seen(command, &read).await
            }
            Verb::DisputeLost => {
                let gives_up = asked.sent.one("claim") == GIVEN_UP;
                let then = if gives_up { AfterLoss::WrittenOff } else { AfterLoss::Owed };
                let command = LoseDispute { payment_id, dispute_no, then, on };
                asked.command_on_seen(command, &read).await
            }
            Verb::DisputeFee => {
                let Some(fee) = amount else {
                    let mut wrong = Wrong::default();
                    wrong.at("amount", "say what the fee is");
                    return Ok(Err(wrong));
                };
                let command = ChargeDisputeFee { payment_id, dispute_no, fee, on };
                asked.command_on_seen(command, &read).await
            }
        }
    }
}

/// What the forms have in common, as it was typed.
struct Typed {
    amount: Option<Money>,
    on: Option<NaiveDate>,
    reference: Option<String>,
    reason: String,
    refund_no: u32,
    dispute_no: u32,
}

impl Typed {
    fn of(sent: &Fields, settled: &SettledPayment) -> Result<Typed, Wrong> {
        let mut wrong = Wrong::default();
        let amount = typed_money(sent, settled.amount.currency(), &mut wrong);
        let on = day(sent.one("on"));
        if on.is_err() {
            wrong.at("on", "is no day");
        }
        if !wrong.is_none() {
            return Err(wrong);
        }
        Ok(Typed {
            amount,
            on: on.ok().flatten(),
            reference: sent.some("reference"),
            reason: sent.one("reason").to_owned(),
            refund_no: sent.one("refund_no").parse().unwrap_or_default(),
            dispute_no: sent.one("dispute_no").parse().unwrap_or_default(),
        })
    }
}

fn typed_money(sent: &Fields, currency: Currency, wrong: &mut Wrong) -> Option<Money> {
    let text = sent.some("amount")?;
    let amount = Money::parse_major(&text, currency);
    amount.map_err(|error| wrong.at("amount", error.to_string())).ok()
}

/// Refunds that were promised and not sent.
fn promised(settled: &SettledPayment) -> Vec<(u32, Money)> {
    let waits = settled.refunds.iter().filter(|refund| refund.stage == RefundStage::Requested);
    waits.map(|refund| (refund.no, refund.amount)).collect()
}

/// Disputes that are neither won nor lost.
fn undecided(settled: &SettledPayment) -> Vec<(u32, Money)> {
    let open = settled.disputes.iter().filter(|dispute| dispute.undecided.is_positive());
    open.map(|dispute| (dispute.no, dispute.undecided)).collect()
}

/// Where money lies that can pay an invoice: what nobody has matched before credit.
fn matchable(settled: &SettledPayment) -> Option<Source> {
    let places = [Source::Unapplied, Source::Credit];
    places.into_iter().find(|place| settled.left(*place).is_positive())
}

/// One of several refunds or disputes.
fn numbered(
    asked: &Asked<'_, Verb>,
    name: &'static str,
    label: &'static str,
    known: Vec<(u32, Money)>,
) -> Field {
    let option = |(no, amount): (u32, Money)| {
        (no.to_string(), format!("No. {no} over {}", show::money(amount).plain()))
    };
    let options: Vec<(String, String)> = known.into_iter().map(option).collect();
    let chosen = asked.sent.some(name);
    let first = options.first().map(|(no, _)| no.clone()).unwrap_or_default();
    Field::choice(name, label, options).with(chosen.unwrap_or(first)).wrong(asked.wrong.of(name))
}

/// In the form: the claim is written off.
const GIVEN_UP: &str = "given_up";

fn claim(asked: &Asked<'_, Verb>) -> Field {
    let options = [("owed", "The client still owes it"), (GIVEN_UP, "It is given up")];
    let options = options.map(|(key, label)| (key.to_owned(), label.to_owned())).to_vec();
    Field::choice("claim", "What becomes of the claim", options).with(asked.sent.one("claim"))
}

/// The client's open invoices in the currency of the payment, oldest due date first.
async fn open_invoices(
    asked: &Asked<'_, Verb>,
    settled: &SettledPayment,
) -> Result<Field, PageError> {
    let (state, tenant) = (asked.state, asked.visitor.tenant());
    let filter = invoice_list::Filter {
        client: Some(settled.client_id),
        currency: Some(settled.amount.currency()),
        status: vec![InvoiceStatus::Open, InvoiceStatus::PartiallyPaid, InvoiceStatus::Overdue],
        ..invoice_list::Filter::on(state.today(tenant).await?)
    };
    let (order, wanted) = (Order::Ascending, Wanted { limit: OFFERED, ..Wanted::default() });
    let sorted = (Sort::DueDate, order);
    let found = invoice_list::page(state.reads(), tenant, &filter, sorted, &wanted).await?;
    let option = |row: &invoice_list::InvoiceRow| {
        let owed = show::minor(row.balance_due, row.currency).plain();
        let number = row.number.clone().unwrap_or_default();
        (row.invoice_id.to_string(), format!("{number}, {owed} owed"))
    };
    let mut options: Vec<(String, String)> = found.value.rows.iter().map(option).collect();
    if options.is_empty() {
        options.push((String::new(), "The client has no open invoice".to_owned()));
    }
    let chosen = asked.sent.one("invoice_id");
    Ok(Field::choice("invoice_id", "Invoice", options)
        .with(chosen)
        .wrong(asked.wrong.of("invoice_id")))
}
