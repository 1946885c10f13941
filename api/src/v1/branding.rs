//! How the seller's pages look, and under which names they are found (TEN-02, TEN-06, ADM-20).

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use billfold_app::commands::tenants::{ReleaseHostName, SetBrand, SetLogo, TakeHostName};
use billfold_app::tenancy::host_name_of;
use billfold_domain::kernel::{Colour, ImageHash};
use billfold_domain::tenant::{Brand, Footer, HostName, Profile, Tenant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{Answer, Changed, Versioned};
use crate::auth::{Caller, May, SettingsRead, SettingsWrite};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch, Picture, path_value};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;

/// `/branding`.
pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read_branding, set_branding))
        .routes(routes!(set_logo, remove_logo))
}

/// `/host-names`.
pub(super) fn host_names() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_host_names, take_host_name))
        .routes(routes!(release_host_name))
}

/// Reads how the seller's pages look. Whoever may call may read it.
#[utoipa::path(get, path = "", tag = "settings", responses((status = 200, body = WireBrand)))]
async fn read_branding(
    State(state): State<ApiState>,
    caller: Caller,
) -> Result<Versioned<WireBrand>, Problem> {
    let (profile, version) = profile_of(&state, &caller).await?;
    Ok(Versioned { body: WireBrand::of(&profile, version), version })
}

/// Gives the seller's pages another look.
///
/// Texts upon the accent colour are black or white, whichever can be read; where the colour is too
/// pale or too dark for a text of its own, a shade of it is used.
#[utoipa::path(
    put, path = "", tag = "settings", request_body = NewBrand,
    params(IfMatchHeader), responses((status = 200, body = Changed)),
)]
async fn set_branding(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewBrand>,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, SetBrand { brand: new.read()? }).await?;
    Ok(Answer::plain(&done, caller.tenant, caller.tenant.uuid()))
}

/// Shows a picture beside the name on every page: a PNG, JPEG or WebP of at most 512 KiB, told by
/// its content. It is drawn anew, so that nothing but its pixels is kept.
#[utoipa::path(
    put, path = "/logo", tag = "settings",
    request_body(content = String, content_type = "application/octet-stream"),
    params(IfMatchHeader), responses((status = 200, body = Changed)),
)]
async fn set_logo(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Picture(sent): Picture,
) -> Result<Answer<Changed>, Problem> {
    let done = state.pictures().set_logo(caller.ask(&key, sent).expect(seen)).await?;
    Ok(Answer::plain(&done, caller.tenant, caller.tenant.uuid()))
}

/// Shows the picture no longer, but that of the program.
#[utoipa::path(
    delete, path = "/logo", tag = "settings",
    params(IfMatchHeader), responses((status = 200, body = Changed)),
)]
async fn remove_logo(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, SetLogo { logo: None }).await?;
    Ok(Answer::plain(&done, caller.tenant, caller.tenant.uuid()))
}

/// Lists the names that the seller's pages are found under.
#[utoipa::path(
    get, path = "", tag = "settings", responses((status = 200, body = WireHostNames)),
)]
async fn list_host_names(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsRead>,
) -> Result<Versioned<WireHostNames>, Problem> {
    let (profile, version) = profile_of(&state, &caller).await?;
    let items = profile.host_names.iter().map(ToString::to_string).collect();
    Ok(Versioned { body: WireHostNames { items, version }, version })
}

/// Has the seller's pages found under one more name, at most 20.
///
/// Who signs in there signs in to this seller. No other seller of the installation may have the
/// name. Pointing the name at the server is left to whoever runs it.
#[utoipa::path(
    post, path = "", tag = "settings", request_body = NewHostName,
    responses((status = 200, body = Changed)),
)]
async fn take_host_name(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewHostName>,
) -> Result<Answer<Changed>, Problem> {
    let done = state.command(&caller, &key, TakeHostName { host_name: new.read()? }).await?;
    Ok(Answer::plain(&done, caller.tenant, caller.tenant.uuid()))
}

/// Gives a name up.
#[utoipa::path(
    delete, path = "/{host_name}", tag = "settings",
    params(("host_name" = String, Path, max_length = 253, example = "billing.example.com")),
    responses((status = 200, body = Changed)),
)]
async fn release_host_name(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    Named(host_name): Named,
    key: IdempotencyKey,
) -> Result<Answer<Changed>, Problem> {
    let done = state.command(&caller, &key, ReleaseHostName { host_name }).await?;
    Ok(Answer::plain(&done, caller.tenant, caller.tenant.uuid()))
}

async fn profile_of(state: &ApiState, caller: &Caller) -> Result<(Profile, i64), Problem> {
    let tenant = caller.tenant;
    let (seller, version) = state.door().load::<Tenant>(tenant, tenant.uuid()).await?;
    let profile = seller.profile().cloned().ok_or_else(Problem::not_found)?;
    Ok((profile, version))
}

/// The host name in a path. What is none is not found.
struct Named(HostName);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let written: String = path_value(parts, state, "host_name").await?;
        host_name_of(&written).map(Self).ok_or_else(Problem::not_found)
    }
}

/// The look of a seller's pages.
#[derive(Serialize, ToSchema)]
#[schema(as = Branding)]
struct WireBrand {
    /// What pages call it; the name of the program if null.
    name: Option<String>,
    /// The colour of buttons and links; that of the program if null.
    #[schema(example = "#0b7a75")]
    accent: Option<String>,
    /// The colour of texts upon it, so that they can be read.
    #[schema(example = "#ffffff")]
    text_upon_accent: Option<String>,
    /// What stands at the foot of every page.
    footer: WireFooter,
    /// Where the picture beside the name is found; null if there is none.
    #[schema(example = "/brand/logo/9f86d081…")]
    logo: Option<String>,
    /// The version of the settings, as in `ETag`.
    version: i64,
}

/// A look for a seller's pages; what is left out is that of the program.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBrand {
    /// What pages call it.
    #[schema(example = "Nordlicht", min_length = 1, max_length = 40)]
    name: Option<String>,
    /// The colour of buttons and links.
    #[schema(example = "#0b7a75", pattern = "^#[0-9a-fA-F]{6}$")]
    accent: Option<String>,
    /// What stands at the foot of every page.
    footer: Option<WireFooter>,
}

/// The foot of every page: `text | company | note`, the company with a link.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Footer)]
struct WireFooter {
    /// Before the company.
    #[schema(example = "Nordlicht Panel", min_length = 1, max_length = 100)]
    text: Option<String>,
    /// Who runs it.
    #[schema(example = "Nordlicht Hosting", min_length = 1, max_length = 100)]
    company: String,
    /// Where the company's name leads.
    #[schema(example = "https://nordlicht.example", max_length = 300)]
    link: Option<String>,
    /// After the company.
    #[schema(example = "2026", min_length = 1, max_length = 40)]
    note: Option<String>,
}

/// The names that a seller's pages are found under.
#[derive(Serialize, ToSchema)]
#[schema(as = HostNames)]
struct WireHostNames {
    /// In the order they were taken.
    #[schema(example = json!(["billing.example.com"]))]
    items: Vec<String>,
    /// The version of the settings, as in `ETag`.
    version: i64,
}

/// A name to be found under.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewHostName {
    /// A DNS name, without a port; letters beyond ASCII are turned into it.
    #[schema(example = "billing.example.com", min_length = 1, max_length = 253)]
    host_name: String,
}

impl NewHostName {
    fn read(&self) -> Result<HostName, Problem> {
        host_name_of(&self.host_name).filter(|_| !self.host_name.contains(':')).ok_or_else(|| {
            let mut check = Check::default();
            let detail = "give a DNS name without a port, such as billing.example.com";
            check.wrong("/host_name", "host_name.malformed", detail);
            check.problem()
        })
    }
}

impl NewBrand {
    fn read(self) -> Result<Brand, Problem> {
        let mut check = Check::default();
        let accent = self.accent.as_deref().map(|text| Colour::parse("accent", text)).transpose();
        let accent = check.parts("", accent);
        let footer = self.footer.map_or_else(Footer::default, |footer| Footer {
            text: footer.text,
            company: footer.company,
            link: footer.link,
            note: footer.note,
        });
        let brand = Brand { name: self.name, accent: accent.flatten(), footer };
        check.parts("", brand.check());
        check.finish()?;
        Ok(brand)
    }
}

impl WireBrand {
    fn of(profile: &Profile, version: i64) -> Self {
        let Brand { name, accent, footer } = profile.brand.clone();
        Self {
            name,
            accent: accent.map(|accent| accent.to_string()),
            text_upon_accent: accent.map(|accent| accent.text_upon().to_string()),
            footer: WireFooter {
                text: footer.text,
                company: footer.company,
                link: footer.link,
                note: footer.note,
            },
            logo: profile.logo.map(logo_at),
            version,
        }
    }
}

/// Where a logo is found; another picture has another address.
fn logo_at(logo: ImageHash) -> String {
    format!("/brand/logo/{logo}")
}
