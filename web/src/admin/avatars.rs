//! Pictures of people: shown, sent by a form, and taken away; of clients and of members of staff
//! (CLI-04).

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use billfold_app::commands::Ask;
use billfold_app::commands::data_subjects::Person;
use billfold_app::commands::staff::colleague;
use billfold_domain::client::Client;
use billfold_domain::kernel::{ClientId, StaffId};
use billfold_domain::role::{Permission, Rights};
use billfold_projections::client_list;

use super::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::layout::Shell;
use crate::reach::Needs;
use crate::router::{go, page, refused};
use crate::state::WebState;
use crate::upload::{PictureForm, Uploaded, with_picture};
use crate::visitor::{Posted, Visitor};

/// The page with the form.
#[derive(Debug, Template)]
#[template(path = "admin/picture.html")]
pub(crate) struct PicturePage {
    /// The frame.
    pub(crate) shell: Shell,
    /// Whose it is.
    pub(crate) name: String,
    /// Their page.
    pub(crate) back: String,
    /// The picture and what can be done with it.
    pub(crate) picture: PictureForm,
}

/// The addresses of the pictures and of their forms.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route("/admin/security/picture", get(own))
        .route("/admin/clients/{id}/avatar", get(show::<ClientId>))
        .route(
            "/admin/clients/{id}/picture",
            with_picture(get(ask::<ClientId>).post(set::<ClientId>)),
        )
        .route("/admin/clients/{id}/picture/remove", post(remove::<ClientId>))
        .route("/admin/staff/{id}/avatar", get(show::<StaffId>))
        .route("/admin/staff/{id}/picture", with_picture(get(ask::<StaffId>).post(set::<StaffId>)))
        .route("/admin/staff/{id}/picture/remove", post(remove::<StaffId>))
}

/// Somebody who has a picture.
trait Pictured: Copy + Send + Sync + 'static {
    /// The place of their pages.
    const PLACE: &'static str;

    fn parse(text: &str) -> Result<Self, PageError>;

    fn person(self) -> Person;

    /// Their page.
    fn page(self) -> String;

    /// Refuses a visitor who may not see the picture.
    fn seen_by(
        self,
        state: &WebState,
        visitor: &Visitor,
    ) -> impl Future<Output = Result<(), PageError>> + Send;

    /// Refuses a visitor who may not change the picture; what they may do, where it is that of a
    /// colleague.
    fn changed_by(
        self,
        state: &WebState,
        visitor: &Visitor,
    ) -> impl Future<Output = Result<Option<Rights>, PageError>> + Send;

    /// Name, version, and whether there is a picture.
    fn known(
        self,
        state: &WebState,
        visitor: &Visitor,
    ) -> impl Future<Output = Result<(String, i64, bool), PageError>> + Send;
}

impl Pictured for ClientId {
    const PLACE: &'static str = "/admin/clients";

    fn parse(text: &str) -> Result<Self, PageError> {
        text.parse().map_err(|_| PageError::NotFound)
    }

    fn person(self) -> Person {
        Person::Client(self)
    }

    fn page(self) -> String {
        format!("{}/{self}/record", Self::PLACE)
    }

    async fn seen_by(self, state: &WebState, visitor: &Visitor) -> Result<(), PageError> {
        state.must_hold(visitor, Needs::of_own(Permission::ClientsRead), self).await.map(drop)
    }

    async fn changed_by(
        self,
        state: &WebState,
        visitor: &Visitor,
    ) -> Result<Option<Rights>, PageError> {
        state.must_hold(visitor, Needs::of_own(Permission::ClientsWrite), self).await?;
        Ok(None)
    }

    async fn known(
        self,
        state: &WebState,
        visitor: &Visitor,
    ) -> Result<(String, i64, bool), PageError> {
        let tenant = visitor.tenant();
        let (client, version) = state.door().load::<Client>(tenant, self.uuid()).await?;
        let profile = client.profile().ok_or(PageError::NotFound)?;
        let known = client_list::Known::Id(self);
        let row = client_list::find(state.reads(), tenant, &known).await?.value;
        let names = state.names().of_rows(tenant, row.as_slice()).await?;
        Ok((names.into_iter().next().unwrap_or_default(), version, profile.avatar.is_some()))
    }
}

impl Pictured for StaffId {
    const PLACE: &'static str = super::staff::PATH;

    fn parse(text: &str) -> Result<Self, PageError> {
        text.parse().map_err(|_| PageError::NotFound)
    }

    fn person(self) -> Person {
        Person::Staff(self)
    }

    fn page(self) -> String {
        format!("{}/{self}", Self::PLACE)
    }

    async fn seen_by(self, state: &WebState, visitor: &Visitor) -> Result<(), PageError> {
        if visitor.staff() == Some(self) {
            return Ok(());
        }
        state.must(visitor, Permission::StaffRead)
    }

    async fn changed_by(
        self,
        state: &WebState,
        visitor: &Visitor,
    ) -> Result<Option<Rights>, PageError> {
        if visitor.staff() == Some(self) {
            return Ok(None);
        }
        state.must(visitor, Permission::StaffWrite)?;
        Ok(Some(visitor.caller.identity.rights))
    }

    async fn known(
        self,
        state: &WebState,
        visitor: &Visitor,
    ) -> Result<(String, i64, bool), PageError> {
        let person = colleague(state.door(), visitor.tenant(), self).await?;
        let person = person.ok_or(PageError::NotFound)?;
        let name = person.profile.clear().map_or_else(|| "Erased".to_owned(), |known| known.name);
        Ok((name, person.version, person.pictured))
    }
}

/// The picture itself. The frame around all pages has it kept by no cache.
async fn show<I: Pictured>(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id = I::parse(&id)?;
    id.seen_by(&state, &visitor).await?;
    let found = state.pictures().avatar(visitor.tenant(), id.person()).await?;
    let found = found.ok_or(PageError::NotFound)?;
    Ok(([(CONTENT_TYPE, "image/png")], found.png).into_response())
}

/// Leads to the form for one's own picture.
async fn own(visitor: Visitor) -> Result<Response, PageError> {
    let staff = visitor.staff().ok_or(PageError::NotFound)?;
    Ok(go(&format!("{}/{staff}/picture", StaffId::PLACE)))
}

async fn ask<I: Pictured>(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    page(&form(&state, &visitor, I::parse(&id)?, &Wrong::default()).await?)
}

async fn set<I: Pictured>(
    State(state): State<WebState>,
    Path(id): Path<String>,
    sent: Uploaded,
) -> Result<Response, PageError> {
    let (id, visitor) = (I::parse(&id)?, sent.visitor.clone());
    let held = id.changed_by(&state, &visitor).await?;
    let (key, seen) = (sent.fields.key()?, version(&sent.fields));
    let wrong = match sent.picture() {
        Err(wrong) => wrong,
        Ok(bytes) => {
            let ask = Ask { expect: seen, ..visitor.ask(&key, (id.person(), bytes)) };
            match state.pictures().set_avatar(ask, held).await {
                Ok(_) => {
                    state.names().forget(visitor.tenant());
                    return Ok(go(&address(&back(&visitor, id), &[("done", "picture")])));
                }
                Err(error) => Wrong::from_error(error)?,
            }
        }
    };
    refused(&form(&state, &visitor, id, &wrong).await?)
}

async fn remove<I: Pictured>(
    State(state): State<WebState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let (id, Posted { visitor, fields }) = (I::parse(&id)?, posted);
    let held = id.changed_by(&state, &visitor).await?;
    let ask = visitor.ask(&fields.key()?, id.person());
    let ask = Ask { expect: version(&fields), ..ask };
    match state.pictures().remove_avatar(ask, held).await {
        Ok(_) => {
            state.names().forget(visitor.tenant());
            Ok(go(&address(&back(&visitor, id), &[("done", "picture-gone")])))
        }
        Err(error) => refused(&form(&state, &visitor, id, &Wrong::from_error(error)?).await?),
    }
}

async fn form<I: Pictured>(
    state: &WebState,
    visitor: &Visitor,
    id: I,
    wrong: &Wrong,
) -> Result<PicturePage, PageError> {
    id.changed_by(state, visitor).await?;
    let (name, version, pictured) = id.known(state, visitor).await?;
    let head = *state.operations().head().borrow();
    let own = id.page().trim_end_matches("/record").to_owned();
    Ok(PicturePage {
        shell: visitor.shell(state, I::PLACE, head).await?,
        name,
        back: back(visitor, id),
        picture: PictureForm {
            action: format!("{own}/picture"),
            label: "Picture",
            csrf: visitor.caller.identity.csrf_token().unwrap_or_default(),
            key: new_key(),
            remove_key: new_key(),
            version: version.to_string(),
            shown: pictured.then(|| format!("{own}/avatar")),
            error: wrong.whole.clone(),
        },
    })
}

/// The page to go back to. Somebody who may not see staff goes back to their own account.
fn back<I: Pictured>(visitor: &Visitor, id: I) -> String {
    match id.person() {
        Person::Staff(_) if !visitor.caller.identity.may(Permission::StaffRead) => {
            "/admin/security".to_owned()
        }
        _ => id.page(),
    }
}

fn version(sent: &Fields) -> Option<i64> {
    sent.one("version").parse().ok()
}
