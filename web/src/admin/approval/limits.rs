//! Above which sums a second person is wanted.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::Ask;
use billfold_app::commands::tenants::SetApprovalLimits;
use billfold_domain::approval::{ApprovalLimit, ApprovalLimits};
use billfold_domain::kernel::{Currency, DeedKind, Money};
use billfold_domain::role::Permission;
use billfold_domain::tenant::Tenant;

use super::{PATH, kind};
use crate::admin::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page, refused};
use crate::show;
use crate::state::WebState;
use crate::view::Amount;
use crate::visitor::{Posted, Visitor};

const LIMITS: &str = "/admin/approvals/limits";

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/approval/limits.html")]
pub(crate) struct Limits {
    /// The frame.
    pub(crate) shell: Shell,
    /// The kind of each limit, and the sum.
    pub(crate) rows: Vec<(String, Amount)>,
    /// Whether they may be changed.
    pub(crate) may_change: bool,
    /// The command's key.
    pub(crate) key: String,
    /// The version that was seen.
    pub(crate) version: i64,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Kind, currency and sum.
    pub(crate) fields: Vec<Field>,
}

pub(super) fn routes() -> Router<WebState> {
    Router::new().route(LIMITS, get(show_limits).post(set))
}

async fn show_limits(
    State(state): State<WebState>,
    visitor: Visitor,
) -> Result<Response, PageError> {
    page(&form(&state, &visitor, &Fields::default(), &Wrong::default()).await?)
}

async fn set(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::SettingsWrite)?;
    let (known, _) = limits(&state, &visitor).await?;
    let wrong = match changed(&known, &fields) {
        Ok(limits) => {
            let ask = visitor.ask(&fields.key()?, SetApprovalLimits { limits });
            let ask = Ask { expect: fields.one("version").parse().ok(), ..ask };
            match state.command(ask, &[]).await {
                Ok((_, seen)) => {
                    return Ok(go(&address(LIMITS, &[("done", seen.word("approval-limit"))])));
                }
                Err(error) => Wrong::from_error(error)?,
            }
        }
        Err(wrong) => wrong,
    };
    refused(&form(&state, &visitor, &fields, &wrong).await?)
}

/// The limits with the one that was sent; without it, if its sum was left empty.
fn changed(known: &ApprovalLimits, sent: &Fields) -> Result<ApprovalLimits, Wrong> {
    let mut wrong = Wrong::default();
    let kind = DeedKind::parse(sent.one("kind"));
    let currency = Currency::parse(&sent.one("currency").to_uppercase());
    let (Some(kind), Ok(currency)) = (kind, currency) else {
        wrong.at("currency", "use a code of three letters, such as EUR");
        return Err(wrong);
    };
    let others =
        known.iter().filter(|limit| limit.kind != kind || limit.up_to.currency() != currency);
    let mut limits: Vec<ApprovalLimit> = others.copied().collect();
    if let Some(text) = sent.some("up_to") {
        let up_to = Money::parse_major(&text, currency).map_err(|error| {
            wrong.at("up_to", error.to_string());
            wrong.clone()
        })?;
        limits.push(ApprovalLimit { kind, up_to });
    }
    ApprovalLimits::try_new(limits).map_err(|_| {
        let mut wrong = Wrong::default();
        wrong.at("up_to", "must not be below zero");
        wrong
    })
}

async fn limits(state: &WebState, visitor: &Visitor) -> Result<(ApprovalLimits, i64), PageError> {
    let tenant = visitor.tenant();
    let (seller, version) = state.door().load::<Tenant>(tenant, tenant.uuid()).await?;
    let profile = seller.profile().ok_or(PageError::NotFound)?;
    Ok((profile.approval_limits.clone(), version))
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<Limits, PageError> {
    state.must(visitor, Permission::SettingsRead)?;
    let (limits, version) = limits(state, visitor).await?;
    let books = state.door().settings(visitor.tenant()).await?.currency;
    let head = *state.operations().head().borrow();
    let kinds = DeedKind::ALL.map(|deed| (deed.slug().to_owned(), kind(deed.slug())));
    let currency = sent.some("currency").unwrap_or_else(|| books.code().to_owned());
    let row = |limit: &ApprovalLimit| (kind(limit.kind.slug()), show::money(limit.up_to));
    Ok(Limits {
        shell: visitor.shell(state, PATH, head).await?,
        rows: limits.iter().map(row).collect(),
        may_change: visitor.caller.identity.may(Permission::SettingsWrite),
        key: new_key(),
        version,
        error: wrong.whole.clone(),
        fields: vec![
            Field::choice("kind", "For", kinds.to_vec()).with(sent.one("kind")),
            Field::input("currency", "Currency", "text")
                .with(currency)
                .required()
                .wrong(wrong.of("currency")),
            Field::input("up_to", "One person is enough up to", "text")
                .with(sent.one("up_to"))
                .decimal()
                .hint("Empty: no limit of this kind and currency any more")
                .wrong(wrong.of("up_to")),
        ],
    })
}
