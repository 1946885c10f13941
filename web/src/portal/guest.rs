//! Who looks at a room: a client who is signed in, and the frame around the page.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequest, FromRequestParts, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Form, Router};
use billfold_api::auth::{Caller, client_session_of, leaves};
use billfold_app::access::Access;
use billfold_app::commands::Ask;
use billfold_domain::kernel::{ClientId, TenantId};
use billfold_projections::Scope;

use crate::brand::Branding;
use crate::error::PageError;
use crate::fields::Fields;
use crate::flash::Flash;
use crate::layout::Theme;
use crate::router::go;
use crate::state::WebState;
use crate::theme::theme_cookie;
use crate::visitor::theme_of;

/// Where the pages of clients begin.
pub(super) const PORTAL: &str = "/portal";

/// A client who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Guest {
    /// Who asks, from where.
    pub(crate) caller: Caller,
    /// Which client it is.
    pub(crate) client: ClientId,
    theme: Theme,
    done: Option<Flash>,
}

/// A form of a client who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// Who sent it.
    pub(crate) guest: Guest,
    /// What it says.
    pub(crate) fields: Fields,
}

/// The frame around a page of the portal.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    /// Dark or light.
    pub(crate) theme: Theme,
    /// The path of the place this page belongs to.
    pub(crate) here: &'static str,
    /// The seller.
    pub(crate) tenant: String,
    /// Goes into every form as `csrf`.
    pub(crate) csrf: String,
    /// What the last action did.
    pub(crate) flash: Option<Flash>,
    /// The seller's footer.
    pub(crate) branding: Branding,
}

impl Room {
    /// The places of the portal: address, name, icon.
    pub(crate) fn places(&self) -> [(&'static str, &'static str, &'static str); 4] {
        [
            (PORTAL, "Overview", "layout-dashboard"),
            ("/portal/invoices", "Invoices", "receipt-text"),
            ("/portal/account", "Account", "user"),
            ("/portal/security", "Security", "shield-check"),
        ]
    }

    /// Whether a place is the one shown.
    pub(crate) fn is_here(&self, path: &str) -> bool {
        path == self.here
    }
}

impl Guest {
    /// The seller.
    pub(crate) fn tenant(&self) -> TenantId {
        self.caller.tenant
    }

    /// What every question is narrowed to.
    pub(crate) fn scope(&self) -> Scope {
        Scope::Only(self.client)
    }

    /// A command of this client.
    pub(crate) fn ask<C>(&self, key: &str, command: C) -> Ask<C> {
        Ask::new(self.tenant(), self.caller.actor.clone(), key, command)
            .from_origin(self.caller.origin.clone())
    }

    /// The frame of a page at the place `here`.
    pub(crate) async fn room(
        &self,
        state: &WebState,
        here: &'static str,
    ) -> Result<Room, PageError> {
        let settings = state.door().settings(self.tenant()).await?;
        Ok(Room {
            theme: self.theme,
            here,
            tenant: settings.name.clone(),
            csrf: self.caller.identity.csrf_token().unwrap_or_default(),
            flash: self.done,
            branding: Branding::of(&settings),
        })
    }
}

impl FromRequestParts<WebState> for Guest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Response> {
        let access = Arc::<Access>::from_ref(state);
        let signed_out = || Redirect::to("/portal/sign-in").into_response();
        let caller = client_session_of(parts, &access).await.map_err(|_| signed_out())?;
        let (client, _) = caller.identity.client().ok_or_else(signed_out)?;
        let query = parts.uri.query().unwrap_or_default();
        let done = query.split('&').find_map(|pair| pair.strip_prefix("done="));
        let theme = theme_of(&parts.headers);
        Ok(Self { caller, client, theme, done: done.and_then(Flash::of) })
    }
}

impl FromRequest<WebState> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let guest = Guest::from_request_parts(&mut parts, state).await?;
        let request = Request::from_parts(parts, body);
        let Form(fields) = Form::<Fields>::from_request(request, state)
            .await
            .map_err(|error| PageError::Malformed(error.to_string()).into_response())?;
        if !guest.caller.identity.csrf_holds(fields.one("csrf")) {
            return Err(PageError::Forged.into_response());
        }
        Ok(Self { guest, fields })
    }
}

/// What every room has: the switch of the theme, and the way out.
pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/portal/theme", post(switch_theme)).route("/portal/sign-out", post(leave))
}

async fn switch_theme(sent: Sent) -> Response {
    let mut response = go(PORTAL);
    if let Some(cookie) = theme_cookie(Theme::parse(sent.fields.one("theme"))) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn leave(State(state): State<WebState>, sent: Sent) -> Result<Response, PageError> {
    let caller = &sent.guest.caller;
    if let Some((_, session)) = caller.identity.client() {
        state.access().end_own(&caller.identity, session, &caller.origin).await?;
    }
    Ok((leaves(true), go("/portal/sign-in")).into_response())
}
