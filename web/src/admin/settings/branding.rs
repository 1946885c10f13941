//! How the seller's pages look, tried on before it is kept; and the names they are found under
//! (TEN-02, TEN-06, ADM-20).

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use billfold_app::commands::Ask;
use billfold_app::commands::tenants::{ReleaseHostName, SetBrand, TakeHostName};
use billfold_app::tenancy::host_name_of;
use billfold_domain::kernel::{Colour, Refusal};
use billfold_domain::role::Permission;
use billfold_domain::tenant::{Brand, Footer, HostName};

use super::{logo, profile};
use crate::admin::confirm::Confirm;
use crate::admin::list::address;
use crate::brand::Branding;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key, sentence};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page, refused};
use crate::state::WebState;
use crate::upload::PictureForm;
use crate::visitor::{Posted, Visitor};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/branding.html")]
pub(crate) struct BrandingPage {
    /// The frame; while a look is tried on, in that look.
    pub(crate) shell: Shell,
    /// The command's key.
    pub(crate) key: String,
    /// The version that was seen.
    pub(crate) version: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Name and colour.
    pub(crate) look: Vec<Field>,
    /// The foot.
    pub(crate) foot: Vec<Field>,
    /// The picture beside the name.
    pub(crate) logo: PictureForm,
    /// Whether this look is only tried on.
    pub(crate) tried: bool,
    /// Name, and where it is given up.
    pub(crate) host_names: Vec<(String, String)>,
}

pub(super) const PATH: &str = "/admin/settings/branding";
const PREVIEW: &str = "/admin/settings/branding/preview";
const NAMES: &str = "/admin/settings/host-names";

pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(show).post(save))
        .route(PREVIEW, post(preview))
        .route("/admin/settings/host-names/new", get(ask_name).post(take_name))
        .route("/admin/settings/host-names/{name}/release", get(ask_release).post(release_name))
}

async fn show(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    page(&form(&state, &visitor, None, &Wrong::default()).await?)
}

/// Shows the page in the look that was sent, which is kept nowhere.
async fn preview(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    match read(&fields) {
        Err(wrong) => refused(&form(&state, &visitor, Some(&fields), &wrong).await?),
        Ok(brand) => {
            let mut tried = form(&state, &visitor, Some(&fields), &Wrong::default()).await?;
            let logo = tried.shell.branding.logo.take();
            tried.shell.branding = Branding { logo, ..Branding::of_brand(&brand) };
            tried.tried = true;
            page(&tried)
        }
    }
}

async fn save(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::SettingsWrite)?;
    let wrong = match read(&fields) {
        Err(wrong) => wrong,
        Ok(brand) => {
            let ask = visitor.ask(&fields.key()?, SetBrand { brand });
            let ask = Ask { expect: fields.one("version").parse().ok(), ..ask };
            match state.command(ask, &[]).await {
                Ok((_, seen)) => return Ok(go(&address(PATH, &[("done", seen.word("brand"))]))),
                Err(error) => Wrong::from_error(error)?,
            }
        }
    };
    refused(&form(&state, &visitor, Some(&fields), &wrong).await?)
}

/// The look that a form sent.
fn read(sent: &Fields) -> Result<Brand, Wrong> {
    let mut wrong = Wrong::default();
    let accent = match sent.some("accent").map(|text| Colour::parse("accent", &text)) {
        None => None,
        Some(Ok(accent)) => Some(accent),
        Some(Err(invalid)) => {
            wrong.at("accent", sentence(&invalid.to_string()));
            None
        }
    };
    let footer = Footer {
        text: sent.some("text"),
        company: sent.one("company").to_owned(),
        link: sent.some("link"),
        note: sent.some("note"),
    };
    let brand = Brand { name: sent.some("name"), accent, footer };
    if let Err(invalid) = brand.check() {
        for problem in invalid.problems() {
            let field = problem.field.trim_start_matches('/').trim_start_matches("footer/");
            wrong.at(field, sentence(&problem.detail));
        }
    }
    if wrong.is_none() { Ok(brand) } else { Err(wrong) }
}

/// The page with what was wrong with a logo.
pub(super) async fn with_logo(
    state: &WebState,
    visitor: &Visitor,
    wrong: &Wrong,
) -> Result<BrandingPage, PageError> {
    let mut page = form(state, visitor, None, &Wrong::default()).await?;
    page.logo.error = wrong.whole.clone();
    Ok(page)
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: Option<&Fields>,
    wrong: &Wrong,
) -> Result<BrandingPage, PageError> {
    state.must(visitor, Permission::SettingsWrite)?;
    let (profile, version) = profile(state, visitor).await?;
    let head = *state.operations().head().borrow();
    let logo = logo::form(visitor, &profile, version);
    let Brand { name, accent, footer } = profile.brand;
    let text = |field: &'static str, label: &'static str, known: Option<String>| {
        let known = known.unwrap_or_default();
        let value = sent.map_or(known, |sent| sent.one(field).to_owned());
        Field::input(field, label, "text").with(value).wrong(wrong.of(field))
    };
    let known = sent.and_then(|sent| sent.some("version"));
    let given_up = |name: &HostName| (name.to_string(), format!("{NAMES}/{name}/release"));
    Ok(BrandingPage {
        shell: visitor.shell(state, super::PATH, head).await?,
        key: new_key(),
        version: known.unwrap_or_else(|| version.to_string()),
        error: wrong.whole.clone(),
        look: vec![
            text("name", "Name", name).hint("Empty: the name of the program"),
            text("accent", "Colour", accent.map(|accent| accent.to_string()))
                .hint("As #rrggbb; texts are kept readable. Empty: that of the program"),
        ],
        foot: vec![
            text("text", "Text", footer.text),
            text("company", "Company", Some(footer.company)).required(),
            text("link", "Where the company leads", footer.link).hint("https://…"),
            text("note", "Note", footer.note),
        ],
        logo,
        tried: false,
        host_names: profile.host_names.iter().map(given_up).collect(),
    })
}

async fn ask_name(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    let wrong = Wrong::default();
    name_form(&state, &visitor, &Fields::default(), &wrong).await?.ask(visitor.partial)
}

async fn take_name(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::SettingsWrite)?;
    let wrong = match host_name_of(fields.one("host_name")) {
        None => {
            let mut wrong = Wrong::default();
            wrong.at("host_name", "Give a DNS name such as billing.example.com.");
            wrong
        }
        Some(host_name) => {
            let ask = visitor.ask(&fields.key()?, TakeHostName { host_name });
            match state.command(ask, &[]).await {
                Ok((_, seen)) => {
                    return Ok(go(&address(PATH, &[("done", seen.word("host-name"))])));
                }
                Err(error) => Wrong::from_error(error)?,
            }
        }
    };
    name_form(&state, &visitor, &fields, &wrong).await?.again()
}

async fn name_form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<Confirm, PageError> {
    let name = Field::input("host_name", "Host name", "text").required();
    let name = name.with(sent.one("host_name")).wrong(wrong.of("host_name"));
    let text = "Whoever opens it sees this seller\u{2019}s look and signs in to this seller. Point \
                the name at the server first.";
    let title = "Take a host name";
    let named = Named { title, text, action: format!("{NAMES}/new"), verb: "Take it" };
    named.confirm(state, visitor, vec![name.hint("Such as billing.example.com")], wrong).await
}

async fn ask_release(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Response, PageError> {
    release_form(&state, &visitor, &name, &Wrong::default()).await?.ask(visitor.partial)
}

async fn release_name(
    State(state): State<WebState>,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::SettingsWrite)?;
    let host_name = host_name_of(&name).ok_or(PageError::NotFound)?;
    match state.command(visitor.ask(&fields.key()?, ReleaseHostName { host_name }), &[]).await {
        Ok((_, seen)) => Ok(go(&address(PATH, &[("done", seen.word("host-name-gone"))]))),
        Err(error) => {
            release_form(&state, &visitor, &name, &Wrong::from_error(error)?).await?.again()
        }
    }
}

async fn release_form(
    state: &WebState,
    visitor: &Visitor,
    name: &str,
    wrong: &Wrong,
) -> Result<Confirm, PageError> {
    let (profile, _) = profile(state, visitor).await?;
    if profile.host_names.iter().all(|own| own.as_str() != name) {
        return Err(PageError::NotFound);
    }
    let text = "Others may take it from then on. Whoever opens it no longer sees this seller.";
    let action = format!("{NAMES}/{name}/release");
    let named = Named { title: "Give the host name up?", text, action, verb: "Give it up" };
    named.confirm(state, visitor, Vec::new(), wrong).await
}

/// A question about a host name.
struct Named {
    title: &'static str,
    text: &'static str,
    action: String,
    verb: &'static str,
}

impl Named {
    async fn confirm(
        self,
        state: &WebState,
        visitor: &Visitor,
        fields: Vec<Field>,
        wrong: &Wrong,
    ) -> Result<Confirm, PageError> {
        state.must(visitor, Permission::SettingsWrite)?;
        let head = *state.operations().head().borrow();
        Ok(Confirm {
            shell: visitor.shell(state, super::PATH, head).await?,
            title: self.title.to_owned(),
            text: self.text.to_owned(),
            action: self.action,
            back: PATH.to_owned(),
            verb: self.verb,
            danger: false,
            key: new_key(),
            version: String::new(),
            fields,
            error: wrong.whole.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_read_and_what_is_wrong_stands_beside_its_field() {
        let sent = [("accent", "#0B7A75"), ("company", "Nordlicht"), ("link", "https://x.example")];
        let brand = read(&Fields::of(&sent)).unwrap();
        assert_eq!(brand.accent.unwrap().to_string(), "#0b7a75");
        assert_eq!((brand.name, brand.footer.text), (None, None));
        let sent = [("accent", "teal"), ("company", ""), ("link", "javascript:alert(1)")];
        let wrong = read(&Fields::of(&sent)).unwrap_err();
        for field in ["accent", "company", "link"] {
            assert!(!wrong.of(field).is_empty(), "{field}");
        }
    }
}
