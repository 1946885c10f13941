//! Who looks at a page: a signed-in person with a theme; and the form they sent, once it is known
//! to be theirs.
//!
//! Guarantees: a handler that takes a [`Visitor`] is never reached without a session; one that
//! takes a [`Posted`] has a form that carries the session's own token. Absent on purpose: API keys,
//! which open no pages.

use std::sync::Arc;

use axum::Form;
use axum::extract::{FromRef, FromRequest, FromRequestParts, OriginalUri, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use billfold_api::auth::{Caller, session_of};
use billfold_api::problem::Kind;
use billfold_app::access::Access;
use billfold_app::commands::Ask;
use billfold_domain::kernel::StaffId;
use billfold_domain::role::{Permission, Permissions, Reach};
use billfold_projections::approval_list;

use crate::admin::list::address;
use crate::brand::Branding;
use crate::error::PageError;
use crate::fields::Fields;
use crate::flash::Flash;
use crate::layout::{Shell, Theme};
use crate::operations::Proof;
use crate::reach::{Held, Needs};
use crate::state::WebState;
use crate::view::{Badge, Tone, grouped};

/// The cookie that holds the theme.
pub(crate) const THEME_COOKIE: &str = "billfold_theme";

/// How far a page may be behind the log before it says so.
const NOTICEABLE: i64 = 500;

/// A signed-in person.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// Who, for which seller, from where.
    pub(crate) caller: Caller,
    /// Dark or light.
    pub(crate) theme: Theme,
    /// Whether only a part of the page was asked for.
    pub(crate) partial: bool,
    done: Option<Flash>,
}

/// A form of a signed-in person.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    /// Who sent it.
    pub(crate) visitor: Visitor,
    /// What it says.
    pub(crate) fields: Fields,
}

impl Visitor {
    /// The seller whose pages these are.
    pub(crate) fn tenant(&self) -> billfold_domain::kernel::TenantId {
        self.caller.tenant
    }

    /// The account that is signed in.
    pub(crate) fn staff(&self) -> Option<StaffId> {
        self.caller.identity.person().map(|(staff, _)| staff)
    }

    /// A command of this person.
    pub(crate) fn ask<C>(&self, key: &str, command: C) -> Ask<C> {
        Ask::new(self.tenant(), self.caller.actor.clone(), key, command)
            .from_origin(self.caller.origin.clone())
    }

    /// What they may do, and for whose clients.
    pub(crate) fn held(&self) -> Held {
        Held::by(&self.caller.identity)
    }

    /// Whether they may do what needs so much.
    pub(crate) fn meets(&self, needs: Needs) -> bool {
        self.caller.identity.scope(needs.permission, needs.narrowest).is_some()
    }

    /// Whether their role is about some clients of the seller only.
    pub(crate) fn is_of_own_clients(&self) -> bool {
        self.caller.identity.rights.reach != Reach::Seller
    }

    /// How many approvals wait for this person; none while the list does not answer, since no page
    /// depends on it.
    async fn waiting(&self, state: &WebState) -> i64 {
        if !self.caller.identity.may(Permission::ApprovalsDecide) {
            return 0;
        }
        let Ok(now) = state.door().now(self.tenant()).await else { return 0 };
        let me = self.caller.actor.to_string();
        let found = approval_list::count_for(state.reads(), self.tenant(), &me, now).await;
        found.unwrap_or_default()
    }

    /// The frame around a page built from `position`, at the place `here`.
    pub(crate) async fn shell(
        &self,
        state: &WebState,
        here: &'static str,
        position: i64,
    ) -> Result<Shell, PageError> {
        let settings = state.door().settings(self.tenant()).await?;
        let head = *state.operations().head().borrow();
        let alarm = match state.operations().proof() {
            Proof::Broken { position, what, .. } => {
                Some(format!("First bad position #{position}: {what}."))
            }
            _ => None,
        };
        let held = self.held();
        Ok(Shell {
            theme: self.theme,
            here,
            tenant: settings.name.clone(),
            person: state.names().person(self.tenant(), self.staff()).await?,
            held: if settings.operator { held } else { held.without(of_operator()) },
            csrf: self.caller.identity.csrf_token().unwrap_or_default(),
            position,
            health: health(head, position),
            waiting: self.waiting(state).await,
            flash: self.done,
            alarm,
            branding: Branding::of(&settings),
        })
    }
}

/// What is of use to staff of the operator only.
fn of_operator() -> Permissions {
    [Permission::TenantsRead, Permission::TenantsWrite].into_iter().collect()
}

/// Whether a page built from `position` is as new as the log.
pub(crate) fn health(head: i64, position: i64) -> Badge {
    let behind = head.saturating_sub(position);
    if behind <= NOTICEABLE {
        return Badge::new(Tone::Green, "Projections current");
    }
    Badge::new(Tone::Amber, format!("{} events behind", grouped(behind.unsigned_abs())))
}

impl FromRequestParts<WebState> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &WebState,
    ) -> Result<Visitor, Self::Rejection> {
        let access = Arc::<Access>::from_ref(state);
        let caller = match session_of(parts, &access).await {
            Ok(caller) => caller,
            // Signed in, but to another seller than this address is for.
            Err(problem) if problem.kind() != Kind::Unauthenticated => {
                return Err(PageError::NotFound.into_response());
            }
            Err(_) => return Err(sign_in(parts)),
        };
        if caller.identity.is_restricted() && !is_of_own_account(parts) {
            return Err(Redirect::to("/admin/security").into_response());
        }
        let query = parts.uri.query().unwrap_or_default();
        let done = query.split('&').find_map(|pair| pair.strip_prefix("done="));
        Ok(Visitor {
            caller,
            theme: theme_of(&parts.headers),
            partial: parts.headers.contains_key("hx-request"),
            done: done.and_then(Flash::of),
        })
    }
}

impl FromRequest<WebState> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Posted, Self::Rejection> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, state).await?;
        let request = Request::from_parts(parts, body);
        let Form(fields) = Form::<Fields>::from_request(request, state)
            .await
            .map_err(|error| PageError::Malformed(error.to_string()).into_response())?;
        if !visitor.caller.identity.csrf_holds(fields.one("csrf")) {
            return Err(PageError::Forged.into_response());
        }
        Ok(Posted { visitor, fields })
    }
}

/// The theme in the cookies of a request.
pub(crate) fn theme_of(headers: &HeaderMap) -> Theme {
    Theme::parse(cookie(headers, THEME_COOKIE).unwrap_or_default())
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// Whether an address is one that a person needs who has to set up a second step first.
fn is_of_own_account(parts: &Parts) -> bool {
    let wanted = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
    let path = wanted.path();
    path.starts_with("/admin/security") || ["/admin/sign-out", "/admin/theme"].contains(&path)
}

/// Sends a person to sign in and back to where they were; a part of a page sends its whole page
/// there.
fn sign_in(parts: &Parts) -> Response {
    let wanted = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
    let back = wanted.path_and_query().map_or("/admin", |path| path.as_str());
    let back = if parts.method.is_safe() { back } else { "/admin" };
    if parts.headers.contains_key("hx-request") {
        return ([("hx-redirect", "/admin/sign-in")], "").into_response();
    }
    Redirect::to(&address("/admin/sign-in", &[("next", back)])).into_response()
}
