//! Overview: the month's figures, a year of invoices against payments, the log as it grows,
//! invoices that need work.

use crate::chart::Month;
use crate::error::PageError;
use crate::layout;
use crate::router::{go, page};
use crate::state::WebState;
use crate::view::{Day, grouped};
use crate::visitor::Visitor;
use crate::{show, stream};
use askama::Template;
use askama::filters::HtmlSafe;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_app::settings::Settings;
use billfold_domain::invoice::InvoiceStatus;
use billfold_domain::kernel::{Currency, TenantId};
use billfold_domain::role::Permission;
use billfold_projections::invoice_list::{self, Count, Sort};
use billfold_projections::revenue_by_day::{self, ChartMonth};
use billfold_projections::{Order, Scope, Wanted, client_list, event_index};
use chrono::NaiveDate;

use super::invoices::InvoiceRow;
use super::own_overview;
use crate::chart::{Chart, Spark};
use crate::layout::Shell;
use crate::reach::Needs;
use crate::view::{Amount, ClockTime};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/overview.html")]
pub(crate) struct Overview {
    /// The frame.
    pub(crate) shell: Shell,
    /// Which books: `EUR books · November 2026`.
    pub(crate) books: Vec<String>,
    /// Four cards.
    pub(crate) figures: Vec<Figure>,
    /// A year by month.
    pub(crate) chart: Chart,
    /// The newest events, newest first.
    pub(crate) feed: Vec<FeedItem>,
    /// Overdue invoices and drafts.
    pub(crate) work: Vec<InvoiceRow>,
    /// On the first run: what to do, instead of zeros.
    pub(crate) first_steps: Vec<Step>,
}

/// One figure with its trend.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// What it is.
    pub(crate) label: String,
    /// How much.
    pub(crate) value: Amount,
    /// The class that colours its trend: `t1` to `t4`.
    pub(crate) tone: &'static str,
    /// The change, with the class `up`, `down` or none.
    pub(crate) change: Option<(&'static str, String)>,
    /// What the change or figure is measured against.
    pub(crate) note: String,
    /// A year of it.
    pub(crate) spark: Spark,
    /// Where its parts are.
    pub(crate) href: String,
}

/// One event in the live list.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/_feed_item.html")]
pub(crate) struct FeedItem {
    /// Where in the log.
    pub(crate) position: i64,
    /// The class of its dot.
    pub(crate) aggregate: String,
    /// `invoice.issued`.
    pub(crate) kind: String,
    /// When it was recorded.
    pub(crate) at: ClockTime,
    /// Whether it came in after the page was built.
    pub(crate) fresh: bool,
}

impl HtmlSafe for FeedItem {}

/// One thing to do on the first run.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// What.
    pub(crate) text: &'static str,
    /// Where.
    pub(crate) href: &'static str,
    /// Whether the log says that it was done.
    pub(crate) done: bool,
}

/// Rows of the list of invoices that need work.
const WORK: u32 = 8;
/// Events shown when the page opens.
const FEED: u32 = 11;

/// The page's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route("/admin", get(overview))
}

async fn overview(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    match state.must_scope(&visitor, Needs::of_own(Permission::InvoicesRead)) {
        Ok(Scope::Seller) => {}
        Ok(scope) => return own_overview::show(&state, &visitor, scope).await,
        Err(refused) => {
            // Whoever signs in lands here; those who may not see it go to the first they may.
            let places = layout::places(visitor.held());
            let first = places.first().and_then(|(_, places)| places.first());
            return first.map(|place| go(place.path)).ok_or(refused);
        }
    }
    let tenant = visitor.tenant();
    let settings = state.door().settings(tenant).await?;
    let today = settings.day_of(settings.at(state.now()));
    let (anchor, months) = year(&state, tenant, settings.currency, today).await?;
    let counts = invoice_list::counts(state.reads(), tenant, today).await?;
    let wanted = Wanted { limit: FEED, ..Wanted::default() };
    let newest = event_index::Filter::default();
    let feed = event_index::page(state.reads(), tenant, &newest, &wanted).await?;
    let position = feed.as_of_position;
    let figures = figures(&settings, &months, anchor, today, &counts.value);
    page(&Overview {
        shell: visitor.shell(&state, "/admin", position).await?,
        books: books(&settings, anchor, today),
        figures,
        chart: chart(settings.currency, &months),
        feed: feed.value.rows.iter().map(|event| stream::feed_item(event, false)).collect(),
        work: work(&state, tenant, today).await?,
        first_steps: first_steps(&state, tenant, &counts.value).await?,
    })
}

/// The twelve months that are drawn: up to today, or up to the last invoice of books that rest.
async fn year(
    state: &WebState,
    tenant: TenantId,
    currency: Currency,
    today: NaiveDate,
) -> Result<(NaiveDate, Vec<ChartMonth>), PageError> {
    let months = revenue_by_day::chart(state.reads(), tenant, currency, today).await?.value;
    let active = |month: &ChartMonth| month.invoiced != 0 || month.collected != 0;
    if months.iter().any(active) {
        return Ok((today, months));
    }
    let filter = invoice_list::Filter {
        issued_to: Some(today),
        currency: Some(currency),
        ..invoice_list::Filter::on(today)
    };
    let wanted = Wanted { limit: 1, ..Wanted::default() };
    let order = (Sort::IssueDate, Order::Descending);
    let last = invoice_list::page(state.reads(), tenant, &filter, order, &wanted).await?;
    match last.value.rows.first().and_then(|row| row.issue_date) {
        None => Ok((today, months)),
        Some(last) => {
            let months = revenue_by_day::chart(state.reads(), tenant, currency, last).await?;
            Ok((last, months.value))
        }
    }
}

fn books(settings: &Settings, anchor: NaiveDate, today: NaiveDate) -> Vec<String> {
    let mut books = vec![settings.name.clone(), format!("{} books", settings.currency.code())];
    if anchor == today {
        books.push(today.format("%B %Y").to_string());
    } else {
        books.push(format!("last invoice on {}", Day(anchor).plain()));
    }
    books
}

fn figures(
    settings: &Settings,
    months: &[ChartMonth],
    anchor: NaiveDate,
    today: NaiveDate,
    counts: &[Count],
) -> Vec<Figure> {
    let amount = |minor| show::minor(minor, settings.currency);
    let (now, before) = match months {
        [.., before, now] => (*now, *before),
        _ => return Vec::new(),
    };
    let last = before.month.format("%B");
    let when = if anchor == today {
        "this month".to_owned()
    } else {
        now.month.format("%b %Y").to_string()
    };
    let owed = |wanted: &[InvoiceStatus]| owed(counts, settings.currency, wanted);
    let (open, open_count) =
        owed(&[InvoiceStatus::Open, InvoiceStatus::PartiallyPaid, InvoiceStatus::Overdue]);
    let (late, late_count) = owed(&[InvoiceStatus::Overdue]);
    let spark = |value: fn(&ChartMonth) -> i64| Spark(months.iter().map(value).collect());
    let share = percent(now.collected, now.invoiced);
    vec![
        Figure {
            change: change(now.invoiced, before.invoiced),
            ..figure(
                format!("Invoiced {when}"),
                amount(now.invoiced),
                "t1",
                if before.invoiced > 0 {
                    format!("against {last}")
                } else {
                    format!("nothing in {last}")
                },
                spark(|month| month.invoiced),
                "/admin/invoices",
            )
        },
        figure(
            format!("Collected {when}"),
            amount(now.collected),
            "t2",
            share.map_or_else(String::new, |share| format!("{share} % of invoiced")),
            spark(|month| month.collected),
            "/admin/payments",
        ),
        figure(
            "Outstanding".to_owned(),
            amount(open),
            "t3",
            invoices_in_words(open_count),
            Spark::default(),
            "/admin/invoices?status=open",
        ),
        figure(
            "Overdue".to_owned(),
            amount(late),
            "t4",
            invoices_in_words(late_count),
            spark(|month| month.past_due),
            "/admin/invoices?status=overdue",
        ),
    ]
}

fn figure(
    label: String,
    value: Amount,
    tone: &'static str,
    note: String,
    spark: Spark,
    href: &str,
) -> Figure {
    Figure { label, value, tone, change: None, note, spark, href: href.to_owned() }
}

/// What is owed on invoices of some states, and how many they are.
fn owed(counts: &[Count], currency: Currency, wanted: &[InvoiceStatus]) -> (i64, i64) {
    let rows =
        counts.iter().filter(|count| wanted.contains(&count.status) && count.currency == currency);
    rows.fold((0, 0), |sums: (i64, i64), count| {
        (sums.0.saturating_add(count.balance_due), sums.1.saturating_add(count.invoices))
    })
}

fn invoices_in_words(count: i64) -> String {
    match count {
        1 => "1 invoice".to_owned(),
        count => format!("{} invoices", grouped(count.unsigned_abs())),
    }
}

/// `part` of `whole` in whole percent.
fn percent(part: i64, whole: i64) -> Option<i128> {
    (whole > 0).then(|| i128::from(part) * 100 / i128::from(whole))
}

fn change(now: i64, before: i64) -> Option<(&'static str, String)> {
    let tenths =
        i128::from(now.checked_sub(before)?) * 1000 / i128::from(Some(before).filter(|b| *b > 0)?);
    let (class, sign) = if tenths < 0 { ("down", "\u{2212}") } else { ("up", "+") };
    let tenths = tenths.unsigned_abs();
    Some((class, format!("{sign}{}.{}\u{a0}%", tenths / 10, tenths % 10)))
}

fn chart(currency: Currency, months: &[ChartMonth]) -> Chart {
    let amount = |minor| show::minor(minor, currency);
    let late = months.iter().any(|month| month.past_due != 0);
    Chart {
        title: "Invoiced and collected".to_owned(),
        series: ["Invoiced", "Collected", "Past due"],
        months: months
            .iter()
            .map(|month| Month {
                label: month.month.format("%b").to_string(),
                name: month.month.format("%B %Y").to_string(),
                bars: [amount(month.invoiced), amount(month.collected)],
                line: late.then(|| amount(month.past_due)),
            })
            .collect(),
    }
}

async fn work(
    state: &WebState,
    tenant: TenantId,
    today: NaiveDate,
) -> Result<Vec<InvoiceRow>, PageError> {
    let wanted = Wanted { limit: WORK, ..Wanted::default() };
    let list =
        |status| invoice_list::Filter { status: vec![status], ..invoice_list::Filter::on(today) };
    let (overdue, drafts) = (list(InvoiceStatus::Overdue), list(InvoiceStatus::Draft));
    let oldest = (Sort::DueDate, Order::Ascending);
    let reads = state.reads();
    let mut rows = invoice_list::page(reads, tenant, &overdue, oldest, &wanted).await?.value.rows;
    let drafts = invoice_list::page(reads, tenant, &drafts, oldest, &wanted).await?.value.rows;
    rows.extend(drafts);
    super::invoices::rows(state, tenant, today, &rows).await
}

/// What is left to do in books that hold no invoice yet.
async fn first_steps(
    state: &WebState,
    tenant: TenantId,
    counts: &[Count],
) -> Result<Vec<Step>, PageError> {
    if counts.iter().any(|count| count.status != InvoiceStatus::Draft) {
        return Ok(Vec::new());
    }
    let clients = client_list::counts(state.reads(), tenant).await?.value;
    let step = |text, href, done| Step { text, href, done };
    Ok(vec![
        step("Open the books", "/admin/events", true),
        step("Create a product", "/admin/products/new", false),
        step("Register the first client", "/admin/clients/new", !clients.is_empty()),
        step("Draft an invoice", "/admin/invoices/new", !counts.is_empty()),
        step("Issue it", "/admin/invoices?status=draft", false),
    ])
}
