//! Resellers: who looks after clients of their own, and after how many (RBA-11).

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_app::resellers::{Reseller, ResellersError, resellers};
use billfold_domain::role::Permission;

use super::list::address;
use super::{clients, staff};
use crate::error::PageError;
use crate::layout::Shell;
use crate::router::page;
use crate::state::WebState;
use crate::view::{Badge, Tone};
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/resellers.html")]
pub(crate) struct Resellers {
    /// The frame.
    pub(crate) shell: Shell,
    /// In the order they were hired.
    pub(crate) rows: Vec<ResellerRow>,
}

/// A reseller.
#[derive(Clone, Debug)]
pub(crate) struct ResellerRow {
    /// Their page.
    pub(crate) href: String,
    /// Their name.
    pub(crate) name: String,
    /// Their mail address.
    pub(crate) email: String,
    /// How many clients they look after.
    pub(crate) clients: i64,
    /// The list of those.
    pub(crate) theirs: String,
    /// Whether they may sign in.
    pub(crate) status: Badge,
}

/// The page's address.
const PATH: &str = "/admin/resellers";

pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list))
}

async fn list(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    state.must(&visitor, Permission::StaffRead)?;
    let all = resellers(state.door(), state.reads(), visitor.tenant()).await;
    let all = all.map_err(|error| match error {
        ResellersError::Read(error) => PageError::from(error),
        ResellersError::Door(error) => error.into(),
    })?;
    page(&Resellers {
        shell: visitor.shell(&state, PATH, all.as_of_position).await?,
        rows: all.value.into_iter().map(ResellerRow::from).collect(),
    })
}

impl From<Reseller> for ResellerRow {
    fn from(Reseller { colleague, clients }: Reseller) -> Self {
        let id = colleague.staff_id.to_string();
        let profile = colleague.profile.clear();
        let (name, email) = profile.map(|profile| (profile.name, profile.email)).unzip();
        let status = match colleague.active {
            true => Badge::new(Tone::Green, "Active"),
            false => Badge::new(Tone::Grey, "Stopped"),
        };
        Self {
            href: format!("{}/{id}", staff::PATH),
            name: name.unwrap_or_else(|| "Erased".to_owned()),
            email: email.unwrap_or_default(),
            clients,
            theirs: address(clients::PATH, &[("reseller", &id)]),
            status,
        }
    }
}
