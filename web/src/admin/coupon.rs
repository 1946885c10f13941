//! One coupon: its terms, how often it was had and by whom, and what may be done with it.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::coupons::{ArchiveCoupon, DisableCoupon, EnableCoupon};
use billfold_domain::coupon::{Coupon, CouponStatus, OfferedCoupon};
use billfold_domain::kernel::{CouponId, InvoiceId, OrderId, SubscriptionId};
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::coupon_list::{
    self, CouponList, RedeemedKind, RedemptionRow, RedemptionStatus,
};

use super::confirm::Action;
use super::coupons::{PATH, badge, discount, frequency, parse};
use super::deed::{self, Asked, Deed, Question, Words};
use super::list::{AtCursor, Pager};
use crate::error::PageError;
use crate::fields::Wrong;
use crate::layout::Shell;
use crate::router::page;
use crate::state::{Seen, WebState};
use crate::view::{Badge, Day, Tone};
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/coupon.html")]
pub(crate) struct CouponPage {
    /// The frame.
    pub(crate) shell: Shell,
    /// What people type.
    pub(crate) code: String,
    /// Active, disabled, archived.
    pub(crate) status: Badge,
    /// What it takes off, and on which invoices.
    pub(crate) facts: Vec<String>,
    /// Label and value of its terms.
    pub(crate) terms: Vec<(&'static str, String)>,
    /// Who had it, newest first.
    pub(crate) redemptions: Vec<Redeemed>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
    /// What may be done now.
    pub(crate) actions: Vec<Action>,
}

/// One redemption.
#[derive(Clone, Debug)]
pub(crate) struct Redeemed {
    /// Invoice, subscription or order, with the page.
    pub(crate) target: (&'static str, String),
    /// Who, with the page.
    pub(crate) client: (String, String),
    /// How it stands.
    pub(crate) status: Badge,
    /// The day of that.
    pub(crate) day: Day,
}

/// The coupon's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route("/admin/coupons/{id}", get(show_coupon)).merge(deed::routes::<Verb>())
}

async fn show_coupon(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(at): Query<AtCursor>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::ProductsRead)?;
    let (id, tenant, wanted) = (parse(&id)?, visitor.tenant(), at.wanted()?);
    let (coupon, _) = state.door().load::<Coupon>(tenant, id.uuid()).await?;
    let known = coupon.offered().ok_or(PageError::NotFound)?;
    let found = coupon_list::redemptions(state.reads(), tenant, id, &wanted).await?;
    let rows = &found.value.rows;
    let names = state.names().clients(tenant, rows.iter().map(|row| row.client_id)).await?;
    let redemption = |row: &RedemptionRow| Redeemed {
        target: target(row),
        client: (
            names.get(&row.client_id).cloned().unwrap_or_default(),
            format!("/admin/clients/{}", row.client_id),
        ),
        status: match row.status {
            RedemptionStatus::Reserved => Badge::new(Tone::Amber, "Reserved"),
            RedemptionStatus::Redeemed => Badge::new(Tone::Green, "Redeemed"),
            RedemptionStatus::Released => Badge::new(Tone::Grey, "Released"),
        },
        day: Day(row.day),
    };
    let redemptions: Vec<Redeemed> = rows.iter().map(redemption).collect();
    let href = format!("{PATH}/{id}");
    page(&CouponPage {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        code: known.terms.code.clone(),
        status: badge(known.terms.status),
        facts: vec![discount(&known.terms), frequency(&known.terms)],
        terms: terms(known),
        pager: at.pager(&href, (redemptions.len(), "redemptions"), found.value.next),
        redemptions,
        actions: actions(&href, known.terms.status),
    })
}

fn target(row: &RedemptionRow) -> (&'static str, String) {
    match row.target {
        RedeemedKind::Order => ("Order", format!("/admin/orders#{}", OrderId::new(row.target_id))),
        RedeemedKind::Invoice => {
            ("Invoice", format!("/admin/invoices/{}", InvoiceId::new(row.target_id)))
        }
        RedeemedKind::Subscription => {
            ("Subscription", format!("/admin/subscriptions/{}", SubscriptionId::new(row.target_id)))
        }
    }
}

fn terms(known: &OfferedCoupon) -> Vec<(&'static str, String)> {
    let terms = &known.terms;
    let redeemed = known.taken.values().filter(|taken| taken.redeemed).count();
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| Day(day).plain());
    let named = |keys: &std::collections::BTreeSet<String>| {
        (!keys.is_empty()).then(|| keys.iter().cloned().collect::<Vec<_>>().join(", "))
    };
    let number = |limit: Option<u64>| limit.map(|limit| limit.to_string());
    let said = [
        ("Redeemed", Some(redeemed.to_string())),
        ("Reserved", Some(known.taken.len().saturating_sub(redeemed).to_string())),
        ("Uses in all", number(terms.limits.total)),
        ("Uses of each client", number(terms.limits.per_client)),
        ("First day", day(terms.starts_on)),
        ("Last day", day(terms.expires_on)),
        ("Currency", terms.only_currency().map(|currency| currency.code().to_owned())),
        ("Products", named(&terms.scope.products)),
        ("Plans", named(&terms.scope.plans)),
    ];
    said.into_iter().filter_map(|(label, value)| Some((label, value?))).collect()
}

fn actions(href: &str, status: CouponStatus) -> Vec<Action> {
    let action = |verb, label, icon| deed::action(verb, href, label, icon);
    let archive = action(Verb::Archive, "Archive", "trash-2").class("danger");
    let edit = Action::new(format!("{href}/edit"), "Change", "pencil").on_a_page();
    match status {
        CouponStatus::Active => vec![archive, action(Verb::Disable, "Switch off", "pause"), edit],
        CouponStatus::Disabled => {
            vec![archive, edit, action(Verb::Enable, "Switch on", "play").class("primary")]
        }
        CouponStatus::Archived | CouponStatus::Terminated => Vec::new(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Disable,
    Enable,
    Archive,
}

impl Deed for Verb {
    type Id = CouponId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::ProductsWrite;
    const ALL: &'static [Verb] = &[Verb::Disable, Verb::Enable, Verb::Archive];

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Disable => ("disable", "Switch off", "coupon-off"),
            Verb::Enable => ("enable", "Switch on", "coupon-on"),
            Verb::Archive => ("archive", "Archive coupon", "coupon-archived"),
        };
        Words { path, button, done, danger: self == Verb::Archive }
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let (coupon, version) = asked.state.door().load::<Coupon>(tenant, asked.id.uuid()).await?;
        let code = &coupon.offered().ok_or(PageError::NotFound)?.terms.code;
        let (title, text) = match self {
            Verb::Disable => (
                format!("Switch {code} off?"),
                "Nobody can have it then. What is reserved can still be redeemed.",
            ),
            Verb::Enable => (format!("Switch {code} on?"), "It may be had again, by its terms."),
            Verb::Archive => (
                format!("Archive {code}?"),
                "Nobody can have it any more, and its code stays taken.",
            ),
        };
        let fields = match self {
            Verb::Disable => vec![deed::reason(asked, "Stands in the event; no personal data")],
            Verb::Enable | Verb::Archive => Vec::new(),
        };
        Ok(Question { title, text: text.to_owned(), version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let (coupon_id, read) = (asked.id, [CouponList::NAME]);
        match self {
            Verb::Disable => {
                let reason = asked.sent.one("reason").to_owned();
                asked.command_on_seen(DisableCoupon { coupon_id, reason }, &read).await
            }
            Verb::Enable => asked.command_on_seen(EnableCoupon { coupon_id }, &read).await,
            Verb::Archive => asked.command_on_seen(ArchiveCoupon { coupon_id }, &read).await,
        }
    }
}
