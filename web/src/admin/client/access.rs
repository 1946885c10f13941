//! Who looks after a client, and whether the client signs in: the reseller, and the invitation.
//!
//! Guarantee: a code is shown in the answer that made it, and on no other page; where mail is sent,
//! the client gets it too.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use billfold_app::access::AccessError;
use billfold_app::commands::clients::{EntrustClient, WithdrawClient};
use billfold_app::commands::staff::{Colleague, colleagues};
use billfold_domain::client::Client as Stands;
use billfold_domain::kernel::{Actor, ClientId, StaffId};
use billfold_domain::role::Permission;
use billfold_domain::sign_in::SignIn;
use billfold_projections::Projection as _;
use billfold_projections::audit_log;
use billfold_projections::client_list::ClientList;

use crate::admin::list::address;
use crate::admin::timeline::{self, Happened};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key, sentence};
use crate::form::Field;
use crate::layout::Shell;
use crate::reach::Needs;
use crate::router::{go, page, refused};
use crate::state::WebState;
use crate::view::Moment;
use crate::visitor::{Posted, Visitor};

const PATH: &str = "/admin/clients";
/// Who may let a client in.
pub(super) const NEEDS: Needs = Needs::of_own(Permission::ClientsWrite);

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/client/access.html")]
pub(crate) struct Access {
    /// The frame.
    pub(crate) shell: Shell,
    /// The client's page.
    pub(crate) href: String,
    /// Goes along as `key`.
    pub(crate) key: String,
    /// The version that is changed.
    pub(crate) seen: i64,
    /// What is wrong.
    pub(crate) error: String,
    /// The reseller, for those who may choose one.
    pub(crate) reseller: Option<Field>,
    /// When the client last signed in.
    pub(crate) last: Option<Moment>,
    /// Since when the client's mail address is proved.
    pub(crate) proved: Option<Moment>,
    /// What happened at the door of the client's address, refused tries too.
    pub(crate) timeline: Vec<Happened>,
    /// The code to be handed over, and when it ends.
    pub(crate) code: Option<(String, Moment)>,
    /// Whether invitations go to the client by mail too.
    pub(crate) mailed: bool,
}

/// The addresses.
pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route("/admin/clients/{id}/access", get(show))
        .route("/admin/clients/{id}/access/reseller", post(entrust))
        .route("/admin/clients/{id}/access/invite", post(invite))
}

async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id = parsed(&id)?;
    page(&of(&state, &visitor, id, &Wrong::default()).await?)
}

fn parsed(id: &str) -> Result<ClientId, PageError> {
    id.parse().map_err(|_| PageError::NotFound)
}

async fn of(
    state: &WebState,
    visitor: &Visitor,
    id: ClientId,
    wrong: &Wrong,
) -> Result<Access, PageError> {
    state.must_hold(visitor, NEEDS, id).await?;
    let tenant = visitor.tenant();
    let (client, seen) = state.door().load::<Stands>(tenant, id.uuid()).await?;
    let profile = client.profile().ok_or(PageError::NotFound)?;
    let known = profile.reseller.map(|reseller| reseller.to_string()).unwrap_or_default();
    // Whose client it is, only those decide who see every client.
    let entrusts = visitor.meets(Needs::of_all(Permission::ClientsWrite));
    let option = |colleague: Colleague| {
        let name = colleague.profile.clear().map(|profile| profile.name);
        (colleague.staff_id.to_string(), name.unwrap_or_else(|| "Erased".to_owned()))
    };
    let staff = colleagues(state.door(), tenant).await?.into_iter();
    let staff = staff.filter(|one| one.active || profile.reseller == Some(one.staff_id));
    let none = (String::new(), "Nobody".to_owned());
    let choices = std::iter::once(none).chain(staff.map(option)).collect();
    let reseller = Field::choice("reseller_id", "Reseller", choices)
        .with(known)
        .hint("Somebody whose role reaches their own clients sees this one, and no other reseller")
        .wrong(wrong.of("reseller_id"));
    let last = audit_log::last_sign_in(state.reads(), tenant, &Actor::Client(id)).await?;
    let head = *state.operations().head().borrow();
    Ok(Access {
        shell: visitor.shell(state, PATH, head).await?,
        href: format!("{PATH}/{id}"),
        key: new_key(),
        seen,
        error: wrong.whole.clone(),
        reseller: entrusts.then_some(reseller),
        last: last.map(Moment),
        timeline: match &profile.email_index {
            Some(address) => {
                let stream = SignIn::id_of(tenant, address);
                timeline::of(state, visitor, "sign_in", stream.uuid()).await?
            }
            None => Vec::new(),
        },
        proved: state.access().client_address_proved_since(tenant, id).await?.map(Moment),
        code: None,
        mailed: state.access().sends_mail(),
    })
}

async fn entrust(
    State(state): State<WebState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::ClientsWrite)?;
    let id = parsed(&id)?;
    match given(&state, &visitor, id, &fields).await? {
        Ok(word) => {
            let to = format!("{PATH}/{id}/access");
            Ok(go(&address(&to, &[("done", word)])))
        }
        Err(wrong) => refused(&of(&state, &visitor, id, &wrong).await?),
    }
}

/// Has the client looked after by whom the form names.
async fn given(
    state: &WebState,
    visitor: &Visitor,
    id: ClientId,
    fields: &Fields,
) -> Result<Result<&'static str, Wrong>, PageError> {
    let key = fields.key()?;
    let seen = fields.one("seen").parse::<i64>().map_err(|_| PageError::NotFound)?;
    let shown = [ClientList::NAME];
    let done = match fields.some("reseller_id") {
        None => {
            let ask = visitor.ask(&key, WithdrawClient { client_id: id }).expect(seen);
            state.command(ask, &shown).await
        }
        Some(reseller) => {
            let reseller = reseller.parse::<StaffId>().map_err(|_| PageError::NotFound)?;
            let ask = visitor.ask(&key, EntrustClient { client_id: id, reseller }).expect(seen);
            state.command(ask, &shown).await
        }
    };
    match done {
        Ok((_, seen)) => Ok(Ok(seen.word("reseller"))),
        Err(error) => Ok(Err(Wrong::from_error(error)?)),
    }
}

async fn invite(
    State(state): State<WebState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let visitor = posted.visitor;
    let id = parsed(&id)?;
    state.must_hold(&visitor, NEEDS, id).await?;
    let by = visitor.caller.by();
    match state.access().invite_client(visitor.tenant(), &by, id).await {
        Ok((code, ends)) => {
            let made = of(&state, &visitor, id, &Wrong::default()).await?;
            let code = Some((code.reveal().to_owned(), Moment(ends)));
            page(&Access { code, ..made })
        }
        Err(AccessError::Door(error)) => {
            let wrong = Wrong::of_whole(sentence(&error.to_string()));
            refused(&of(&state, &visitor, id, &wrong).await?)
        }
        Err(error) => Err(error.into()),
    }
}
