//! Which invoices are there, and how does each stand? Asked by staff, clients and dashboards.
//!
//! Guarantees: one row per invoice, drafts included; what is owed is what the events say it is.
//! Absent on purpose: lines, which are read from the invoice itself, and the word *overdue*, which
//! depends on the day of the question: every read takes that day.

use billfold_domain::invoice::{InvoiceEvent, InvoiceStatus, Standing, UnapplyCause};
use billfold_domain::kernel::{ClientId, Currency, InvoiceId, Money, OrderId, TenantId};
use billfold_domain::schema::Event;
use billfold_event_store::OnError;
use chrono::{DateTime, NaiveDate, Utc};

mod read;
mod status;

pub use read::{Count, Filter, Sort, counts, find, find_by_number, numbers, page, some};
pub use status::Lifecycle;

use crate::fact::Fact;
use crate::projection::{FoldError, Projection, Proof};
use crate::row::{Json, row};
use crate::table::{Replaced, Summed, Table, Tables};

row! {
    /// One invoice as it stands.
    pub struct InvoiceRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The invoice.
            invoice_id: InvoiceId,
        }
        replaced {
            /// Who is billed.
            client_id: ClientId,
            /// The order it bills.
            order_id: Option<OrderId>,
            /// The invoice it corrects upwards, if it does.
            corrects: Option<InvoiceId>,
            /// The stored part of its status.
            lifecycle: Lifecycle,
            /// Its number; none for a draft.
            number: Option<String>,
            /// Number of the last credit note.
            credit_note: Option<String>,
            /// The day of issue.
            issue_date: Option<NaiveDate>,
            /// Last day to pay.
            due_date: Option<NaiveDate>,
            /// The day nothing was owed any more.
            settled_on: Option<NaiveDate>,
            /// Currency of all amounts.
            currency: Currency,
            /// Sum of the lines, in minor units.
            net: i64,
            /// Tax, in minor units; zero for a draft, whose tax is decided at issue.
            tax: i64,
            /// Net and tax, in minor units.
            total: i64,
            /// What payments pay, in minor units.
            paid: i64,
            /// What was promised or sent back of what had paid it, in minor units.
            refunded: i64,
            /// Taken back by credit notes, in minor units.
            credited: i64,
            /// Given up, in minor units.
            written_off: i64,
            /// Still owed, in minor units.
            balance_due: i64,
            /// Number and net of each line, while it is a draft.
            draft_lines: Option<Json<Vec<(u32, i64)>>>,
            /// When the log first heard of it.
            opened_at: DateTime<Utc>,
            /// When the log last heard of it.
            changed_at: DateTime<Utc>,
        }
    }
    check "total = net + tax";
    check "lifecycle in ('draft', 'discarded', 'issued', 'voided', 'written_off')";
    check "lifecycle = 'draft' or lifecycle = 'discarded' or number is not null";
    index "(tenant_id, (coalesce(issue_date, 'infinity')), invoice_id)";
    index "(tenant_id, client_id, (coalesce(issue_date, 'infinity')), invoice_id)";
    index "(tenant_id, number)";
    index "(tenant_id, corrects) where corrects is not null";
    index "(tenant_id, due_date, invoice_id) where lifecycle = 'issued' and balance_due > 0";
}

row! {
    /// How many invoices stand alike, and what is owed on them.
    pub struct CountRow in "counts" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// Currency of the sums.
            currency: Currency,
            /// Status but for the day: `overdue` is one of `open` and `partially_paid`.
            status: InvoiceStatus,
            /// Last day to pay, where it matters; otherwise [`NO_DAY`].
            due_date: NaiveDate,
        }
        summed {
            /// Number of invoices.
            invoices: i64,
            /// Sum of their totals, in minor units.
            total: i64,
            /// Sum of what is owed on them, in minor units.
            balance_due: i64,
        }
    }
}

/// The due date of counts for which it does not matter.
pub const NO_DAY: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

impl InvoiceRow {
    /// Its status on a day; nothing for a draft that was thrown away.
    pub fn status(&self, today: NaiveDate) -> Option<InvoiceStatus> {
        match self.lifecycle {
            Lifecycle::Draft => Some(InvoiceStatus::Draft),
            Lifecycle::Discarded => None,
            Lifecycle::Voided => Some(InvoiceStatus::Void),
            Lifecycle::WrittenOff => Some(InvoiceStatus::Uncollectible),
            Lifecycle::Issued => {
                let due = self.due_date.unwrap_or(NO_DAY);
                let (paid, refunded) = (self.paid > 0, self.refunded > 0);
                let credited = self.total > 0 && self.credited >= self.total;
                let balance_due = self.money(self.balance_due)?;
                let standing = Standing { balance_due, paid, refunded, credited };
                Some(InvoiceStatus::of_issued(standing, due, today))
            }
        }
    }

    /// An amount of this row as money; nothing beyond the limits of money.
    pub fn money(&self, minor: i64) -> Option<Money> {
        Money::try_new(minor, self.currency).ok()
    }

    /// Its share of the counts: of the status it has before any due date has passed.
    fn counted(&self, position: i64, invoices: i64) -> Option<CountRow> {
        let status = self.status(NaiveDate::MIN)?;
        let owed = matches!(status, InvoiceStatus::Open | InvoiceStatus::PartiallyPaid);
        Some(CountRow {
            tenant_id: self.tenant_id,
            currency: self.currency,
            status,
            due_date: self.due_date.filter(|_| owed).unwrap_or(NO_DAY),
            invoices,
            total: self.total * invoices,
            balance_due: self.balance_due * invoices,
            last_position: position,
        })
    }
}

/// The projection.
#[derive(Debug)]
pub struct InvoiceList;

/// Its tables.
#[derive(Debug, Default)]
pub struct InvoiceTables {
    invoices: Replaced<InvoiceRow>,
    counts: Summed<CountRow>,
}

impl Tables for InvoiceTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.invoices, &mut self.counts]
    }
}

impl Projection for InvoiceList {
    const NAME: &'static str = "invoice_list";
    const VERSION: u32 = 3;
    const STREAMS: &'static [&'static str] = &["invoice"];
    const ON_ERROR: OnError = OnError::Stop;
    const PROOFS: &'static [Proof] = &[Proof {
        rule: "the counts are those of the invoices",
        violations: "select format('%s %s', tenant_id, currency) from ( \
                 select tenant_id, currency, count(*) as invoices, sum(total) as total, \
                     sum(balance_due) as balance_due from {invoice_list} \
                 where lifecycle <> 'discarded' group by 1, 2 \
             ) i full join ( \
                 select tenant_id, currency, sum(invoices) as invoices, sum(total) as total, \
                     sum(balance_due) as balance_due from {invoice_list_counts} \
                 group by 1, 2 having sum(invoices) <> 0 \
             ) c using (tenant_id, currency) \
             where (i.invoices, i.total, i.balance_due) \
                 is distinct from (c.invoices, c.total, c.balance_due)",
        reads_log: false,
    }];
    type Rows = InvoiceTables;

    fn apply(rows: &mut InvoiceTables, fact: &Fact<'_>) -> Result<(), FoldError> {
        match fact.event()? {
            Event::Invoice(event) => apply_invoice(rows, fact, event),
            _ => Ok(()),
        }
    }
}

fn apply_invoice(
    rows: &mut InvoiceTables,
    fact: &Fact<'_>,
    event: &InvoiceEvent,
) -> Result<(), FoldError> {
    match event {
        InvoiceEvent::Drafted { client_id, currency, order_id } => {
            let row = blank(fact, *client_id, *currency, *order_id);
            count(&mut rows.counts, &row, fact, 1)?;
            rows.invoices.put(row);
            Ok(())
        }
        InvoiceEvent::LineAdded { line } => change(rows, fact, |row| {
            let lines = &mut row.draft_lines.get_or_insert_with(|| Json(Vec::new())).0;
            lines.push((line.no, line.net.minor()));
            row.sum_draft();
        }),
        InvoiceEvent::LineRemoved { line_no } => change(rows, fact, |row| {
            if let Some(Json(lines)) = &mut row.draft_lines {
                lines.retain(|(no, _)| no != line_no);
            }
            row.sum_draft();
        }),
        InvoiceEvent::CouponApplied { lines: off, .. } => change(rows, fact, |row| {
            let lines = &mut row.draft_lines.get_or_insert_with(|| Json(Vec::new())).0;
            lines.extend(off.iter().map(|line| (line.no, line.net.minor())));
            row.sum_draft();
        }),
        InvoiceEvent::CouponTakenOff { lines: off, .. } => change(rows, fact, |row| {
            if let Some(Json(lines)) = &mut row.draft_lines {
                lines.retain(|(no, _)| !off.contains(no));
            }
            row.sum_draft();
        }),
        InvoiceEvent::DueDateSet { due_date } => {
            change(rows, fact, |row| row.due_date = Some(*due_date))
        }
        InvoiceEvent::Discarded { .. } => change(rows, fact, |row| {
            row.lifecycle = Lifecycle::Discarded;
            row.balance_due = 0;
        }),
        InvoiceEvent::Issued(issued) => {
            let new = || blank(fact, issued.client_id, issued.total.currency(), issued.order_id);
            change_or_put(rows, fact, new, |row| {
                row.lifecycle = Lifecycle::Issued;
                row.number = Some(issued.number.text.clone());
                row.corrects = issued.corrects.as_ref().map(|corrects| corrects.of.invoice_id);
                row.issue_date = Some(issued.issue_date);
                row.due_date = Some(issued.due_date);
                row.net = issued.net.minor();
                row.tax = issued.tax.minor();
                row.total = issued.total.minor();
                row.balance_due = issued.total.minor();
                row.draft_lines = None;
            })
        }
        InvoiceEvent::Settled { on } => change(rows, fact, |row| row.settled_on = Some(*on)),
        InvoiceEvent::PaymentApplied { .. }
        | InvoiceEvent::PaymentUnapplied { .. }
        | InvoiceEvent::CreditApplied { .. }
        | InvoiceEvent::CreditUnapplied { .. }
        | InvoiceEvent::CreditNoteApplied { .. }
        | InvoiceEvent::Voided(_)
        | InvoiceEvent::WrittenOff { .. } => change(rows, fact, |row| row.settle(event)),
    }
}

impl InvoiceRow {
    /// Takes in what changes the balance of an issued invoice.
    fn settle(&mut self, event: &InvoiceEvent) {
        match event {
            InvoiceEvent::PaymentApplied { amount, balance_due, .. }
            | InvoiceEvent::CreditApplied { amount, balance_due, .. } => {
                self.paid += amount.minor();
                self.balance_due = balance_due.minor();
            }
            InvoiceEvent::PaymentUnapplied { amount, cause, balance_due, .. } => {
                self.lifecycle = Lifecycle::Issued;
                self.settled_on = None;
                self.paid -= amount.minor();
                self.balance_due = balance_due.minor();
                if *cause == UnapplyCause::Refunded {
                    self.refunded += amount.minor();
                }
            }
            InvoiceEvent::CreditUnapplied { amount, balance_due, .. } => {
                self.lifecycle = Lifecycle::Issued;
                self.settled_on = None;
                self.paid -= amount.minor();
                self.balance_due = balance_due.minor();
            }
            InvoiceEvent::CreditNoteApplied { credit_note, amount, balance_due, .. } => {
                self.credit_note = Some(credit_note.clone());
                self.credited += amount.minor();
                self.balance_due = balance_due.minor();
            }
            InvoiceEvent::Voided(voided) => {
                self.lifecycle = Lifecycle::Voided;
                self.credit_note = Some(voided.credit_note.text.clone());
                self.credited = voided.total.minor();
                self.balance_due = 0;
            }
            InvoiceEvent::WrittenOff { amount, .. } => {
                self.lifecycle = Lifecycle::WrittenOff;
                self.written_off += amount.minor();
                self.balance_due = 0;
            }
            InvoiceEvent::Drafted { .. }
            | InvoiceEvent::LineAdded { .. }
            | InvoiceEvent::LineRemoved { .. }
            | InvoiceEvent::CouponApplied { .. }
            | InvoiceEvent::CouponTakenOff { .. }
            | InvoiceEvent::DueDateSet { .. }
            | InvoiceEvent::Discarded { .. }
            | InvoiceEvent::Issued(_)
            | InvoiceEvent::Settled { .. } => {}
        }
    }

    fn sum_draft(&mut self) {
        let lines = self.draft_lines.as_ref().map_or(&[][..], |lines| &lines.0);
        self.net = lines.iter().map(|(_, net)| net).sum();
        self.total = self.net;
        self.balance_due = 0;
    }
}

fn blank(
    fact: &Fact<'_>,
    client_id: ClientId,
    currency: Currency,
    order_id: Option<OrderId>,
) -> InvoiceRow {
    InvoiceRow {
        tenant_id: fact.tenant(),
        invoice_id: InvoiceId::new(fact.aggregate_id),
        client_id,
        order_id,
        corrects: None,
        lifecycle: Lifecycle::Draft,
        number: None,
        credit_note: None,
        issue_date: None,
        due_date: None,
        settled_on: None,
        currency,
        net: 0,
        tax: 0,
        total: 0,
        paid: 0,
        refunded: 0,
        credited: 0,
        written_off: 0,
        balance_due: 0,
        draft_lines: None,
        opened_at: fact.recorded_at,
        changed_at: fact.recorded_at,
        last_position: fact.position,
    }
}

/// Changes the row of the fact's invoice and moves its share of the counts along.
fn change(
    rows: &mut InvoiceTables,
    fact: &Fact<'_>,
    change: impl FnOnce(&mut InvoiceRow),
) -> Result<(), FoldError> {
    let key = (fact.tenant(), InvoiceId::new(fact.aggregate_id));
    let counts = &mut rows.counts;
    rows.invoices.change(key, fact.position, |row| recount(row, fact, counts, change))
}

fn change_or_put(
    rows: &mut InvoiceTables,
    fact: &Fact<'_>,
    new: impl FnOnce() -> InvoiceRow,
    change: impl FnOnce(&mut InvoiceRow),
) -> Result<(), FoldError> {
    let key = (fact.tenant(), InvoiceId::new(fact.aggregate_id));
    let counts = &mut rows.counts;
    let new = || {
        let mut row = new();
        row.last_position = 0;
        row
    };
    rows.invoices.change_or_put(key, fact.position, new, |row| recount(row, fact, counts, change))
}

fn recount(
    row: &mut InvoiceRow,
    fact: &Fact<'_>,
    counts: &mut Summed<CountRow>,
    change: impl FnOnce(&mut InvoiceRow),
) -> Result<(), FoldError> {
    // A row that was made just now has no share in the counts yet.
    if row.last_position > 0 {
        count(counts, row, fact, -1)?;
    }
    change(row);
    row.changed_at = fact.recorded_at;
    count(counts, row, fact, 1)
}

fn count(
    counts: &mut Summed<CountRow>,
    row: &InvoiceRow,
    fact: &Fact<'_>,
    invoices: i64,
) -> Result<(), FoldError> {
    row.counted(fact.position, invoices).map_or(Ok(()), |share| counts.add(share))
}
