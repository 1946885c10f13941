//! Reads of the invoice list.

use billfold_domain::invoice::InvoiceStatus;
use billfold_domain::kernel::{ClientId, Currency, InvoiceId, TenantId};
use chrono::NaiveDate;
use sqlx::{Postgres, QueryBuilder, Row as _};

use super::{InvoiceList, InvoiceRow};
use crate::error::Error;
use crate::list::{Narrow, Order, Sorted, one, rows, select};
use crate::paging::{Page, Wanted};
use crate::projection::Projection;
use crate::reader::{Answer, Reads};
use crate::row::Cell;
use crate::scope::Scope;

/// Which invoices are asked for; each condition given must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Whose clients are asked for at all.
    pub scope: Scope,
    /// Whether drafts are left out.
    pub issued_only: bool,
    /// The day of the question: what is late depends on it.
    pub today: NaiveDate,
    /// One of these; any if empty.
    pub status: Vec<InvoiceStatus>,
    /// Who is billed.
    pub client: Option<ClientId>,
    /// The invoice they correct upwards.
    pub corrects: Option<InvoiceId>,
    /// Currency.
    pub currency: Option<Currency>,
    /// Part of the number.
    pub number: Option<String>,
    /// First day of issue; drafts have none and are left out then.
    pub issued_from: Option<NaiveDate>,
    /// Last day of issue.
    pub issued_to: Option<NaiveDate>,
    /// First due date.
    pub due_from: Option<NaiveDate>,
    /// Last due date.
    pub due_to: Option<NaiveDate>,
}

impl Filter {
    /// All invoices, as they stand today.
    pub fn on(today: NaiveDate) -> Self {
        Self {
            scope: Scope::Seller,
            issued_only: false,
            today,
            status: Vec::new(),
            client: None,
            corrects: None,
            currency: None,
            number: None,
            issued_from: None,
            issued_to: None,
            due_from: None,
            due_to: None,
        }
    }
}

/// What a list is sorted by. Invoices without the value stand as if it were the largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Day of issue.
    #[default]
    IssueDate,
    /// Last day to pay.
    DueDate,
    /// The number, as text.
    Number,
    /// Net and tax, in minor units.
    Total,
    /// What is owed, in minor units.
    BalanceDue,
}

impl Sort {
    fn sorted(self, order: Order) -> Sorted {
        let (by, sql_type) = match self {
            Self::IssueDate => ("coalesce(issue_date, 'infinity')", "date"),
            Self::DueDate => ("coalesce(due_date, 'infinity')", "date"),
            // no document number begins with a tilde
            Self::Number => ("coalesce(number, '~')", "text"),
            Self::Total => ("total", "bigint"),
            Self::BalanceDue => ("balance_due", "bigint"),
        };
        Sorted { by, sql_type, id: "invoice_id", order }
    }
}

/// How many invoices have a status, and what is owed on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The status on the day asked for.
    pub status: InvoiceStatus,
    /// Currency of the sums.
    pub currency: Currency,
    /// Number of invoices.
    pub invoices: i64,
    /// Sum of their totals, in minor units.
    pub total: i64,
    /// Sum of what is owed on them, in minor units.
    pub balance_due: i64,
}

/// A part of the list.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    (sort, order): (Sort, Order),
    wanted: &Wanted,
) -> Result<Answer<Page<InvoiceRow>>, Error> {
    let sorted = sort.sorted(order);
    let mut query = sorted.select::<InvoiceRow>(InvoiceList::NAME, tenant);
    filter.scope.narrow(&mut query, tenant);
    if filter.issued_only {
        query.push(" and lifecycle <> 'draft'");
    }
    conditions(&mut query, filter);
    sorted.read(reads, tenant, InvoiceList::NAME, query, wanted).await
}

/// The numbers of some invoices; drafts have none.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn numbers(
    reads: &Reads,
    tenant: TenantId,
    invoices: &[InvoiceId],
) -> Result<Answer<Vec<(InvoiceId, String)>>, Error> {
    let ids: Vec<_> = invoices.iter().map(|invoice| invoice.uuid()).collect();
    let mut read = reads.open(tenant, &[InvoiceList::NAME]).await?;
    let rows = sqlx::query(
        "select invoice_id, number from invoice_list \
         where tenant_id = $1 and invoice_id = any($2) and number is not null",
    )
    .bind(tenant.uuid())
    .bind(ids)
    .fetch_all(read.conn())
    .await?;
    let number = |row: &sqlx::postgres::PgRow| {
        Ok::<_, sqlx::Error>((InvoiceId::get(row, 0)?, row.try_get(1)?))
    };
    let numbers = rows.iter().map(number).collect::<Result<_, _>>()?;
    Ok(read.answer(numbers))
}

/// Some invoices, in no order; unknown ones are left out.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn some(
    reads: &Reads,
    tenant: TenantId,
    invoices: &[InvoiceId],
) -> Result<Answer<Vec<InvoiceRow>>, Error> {
    let ids: Vec<_> = invoices.iter().map(|invoice| invoice.uuid()).collect();
    let mut query = select::<InvoiceRow>(InvoiceList::NAME, tenant);
    query.push(" and invoice_id = any(").push_bind(ids).push(")");
    rows(reads, tenant, InvoiceList::NAME, query).await
}

/// One invoice.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    invoice: InvoiceId,
) -> Result<Answer<Option<InvoiceRow>>, Error> {
    let mut query = select::<InvoiceRow>(InvoiceList::NAME, tenant);
    query.push(" and invoice_id = ").push_bind(invoice.uuid());
    one(reads, tenant, InvoiceList::NAME, query).await
}

/// The invoice of a number.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn find_by_number(
    reads: &Reads,
    tenant: TenantId,
    number: &str,
) -> Result<Answer<Option<InvoiceRow>>, Error> {
    let mut query = select::<InvoiceRow>(InvoiceList::NAME, tenant);
    query.push(" and number = ").push_bind(number.to_owned());
    one(reads, tenant, InvoiceList::NAME, query).await
}

/// How many invoices have each status on a day, per currency.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn counts(
    reads: &Reads,
    tenant: TenantId,
    today: NaiveDate,
) -> Result<Answer<Vec<Count>>, Error> {
    let mut read = reads.open(tenant, &[InvoiceList::NAME]).await?;
    let rows = sqlx::query(
        "select case when due_date < $2 and status in ('open', 'partially_paid') \
                 then 'overdue' else status end as status, currency, \
             sum(invoices)::bigint, sum(total)::bigint, sum(balance_due)::bigint \
         from invoice_list_counts where tenant_id = $1 \
         group by 1, 2 having sum(invoices) > 0 order by 1, 2",
    )
    .bind(tenant.uuid())
    .bind(today)
    .fetch_all(read.conn())
    .await?;
    let count = |row: &sqlx::postgres::PgRow| {
        Ok::<_, sqlx::Error>(Count {
            status: InvoiceStatus::get(row, 0)?,
            currency: Currency::get(row, 1)?,
            invoices: row.try_get(2)?,
            total: row.try_get(3)?,
            balance_due: row.try_get(4)?,
        })
    };
    let counts = rows.iter().map(count).collect::<Result<_, _>>()?;
    Ok(read.answer(counts))
}

fn conditions(query: &mut QueryBuilder<'static, Postgres>, filter: &Filter) {
    query.push(" and lifecycle <> 'discarded'");
    if !filter.status.is_empty() {
        query.push(" and (false");
        for status in &filter.status {
            status_condition(query, *status, filter.today);
        }
        query.push(")");
    }
    query.when("client_id =", filter.client.map(|client| client.uuid()));
    query.when("corrects =", filter.corrects.map(|corrected| corrected.uuid()));
    query.when("currency =", filter.currency.map(|currency| currency.code()));
    if let Some(number) = &filter.number {
        query.push(" and strpos(number, ").push_bind(number.clone()).push(") > 0");
    }
    let days = [
        (" and issue_date >= ", filter.issued_from),
        (" and issue_date <= ", filter.issued_to),
        (" and due_date >= ", filter.due_from),
        (" and due_date <= ", filter.due_to),
    ];
    for (condition, day) in days {
        if let Some(day) = day {
            query.push(condition).push_bind(day);
        }
    }
}

/// The same rules as [`InvoiceRow::status`]; a test compares both.
fn status_condition(
    query: &mut QueryBuilder<'static, Postgres>,
    status: InvoiceStatus,
    today: NaiveDate,
) {
    let (condition, late) = match status {
        InvoiceStatus::Draft => ("lifecycle = 'draft'", None),
        InvoiceStatus::Void => (
            "lifecycle = 'voided' or lifecycle = 'issued' and balance_due = 0 and total > 0 \
             and credited >= total and (paid > 0 or refunded = 0)",
            None,
        ),
        InvoiceStatus::Uncollectible => ("lifecycle = 'written_off'", None),
        InvoiceStatus::Refunded => {
            ("lifecycle = 'issued' and balance_due = 0 and paid = 0 and refunded > 0", None)
        }
        InvoiceStatus::Paid => {
            let nothing_owed = "lifecycle = 'issued' and balance_due = 0 \
                and (total = 0 or credited < total) and (paid > 0 or refunded = 0)";
            (nothing_owed, None)
        }
        InvoiceStatus::Open => {
            ("lifecycle = 'issued' and balance_due > 0 and paid = 0", Some(">="))
        }
        InvoiceStatus::PartiallyPaid => {
            ("lifecycle = 'issued' and balance_due > 0 and paid > 0", Some(">="))
        }
        InvoiceStatus::Overdue => ("lifecycle = 'issued' and balance_due > 0", Some("<")),
    };
    query.push(format!(" or ({condition}"));
    if let Some(late) = late {
        query.push(format!(" and due_date {late} ")).push_bind(today);
    }
    query.push(")");
}
