//! How a seller's pages look: its name, its footer, and a stylesheet made of its colour.
//!
//! Guarantees: whatever is written in the colour or upon it can be read, in both themes; the
//! address of a stylesheet says all that is in it, so it is kept for ever and tells nobody which
//! sellers there are. Absent on purpose: inline style, which the content policy refuses.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use billfold_api::auth::{client_session_of, session_of};
use billfold_app::settings::Settings;
use billfold_domain::kernel::{Colour, ImageHash};
use billfold_domain::tenant::{Brand, Footer};

use crate::assets;
use crate::state::WebState;

/// What a page shows of its seller.
#[derive(Clone, Debug)]
pub(crate) struct Branding {
    /// What it is called.
    pub(crate) name: String,
    /// Where the picture beside the name is; that of the program if none.
    pub(crate) logo: Option<String>,
    /// Where the colours are; those of the program if none.
    pub(crate) style: Option<String>,
    /// What stands at the foot of every page (ADM-20).
    pub(crate) footer: Footer,
}

impl Default for Branding {
    fn default() -> Branding {
        Branding::of_brand(&Brand::default())
    }
}

impl Branding {
    /// That of a seller.
    pub(crate) fn of(settings: &Settings) -> Branding {
        let logo = settings.logo.map(|logo| format!("/brand/logo/{logo}"));
        Branding { logo, ..Branding::of_brand(&settings.brand) }
    }

    /// The picture that a browser shows beside the title: the seller's, or that of the program.
    pub(crate) fn icon(&self) -> String {
        self.logo.clone().unwrap_or_else(|| assets::href("logo.svg"))
    }

    /// That of a brand without its picture.
    pub(crate) fn of_brand(brand: &Brand) -> Branding {
        let digits = |accent: Colour| accent.to_string().trim_start_matches('#').to_owned();
        Branding {
            name: brand.name.clone().unwrap_or_else(|| "Billfold".to_owned()),
            logo: None,
            style: brand.accent.map(|accent| format!("/brand/accent/{}.css", digits(accent))),
            footer: brand.footer.clone(),
        }
    }
}

/// The stylesheets' and the logos' addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route("/brand/accent/{file}", get(stylesheet))
        .route("/brand/logo/{hash}", get(logo))
}

/// The picture of the seller whose staff or client asks, or whose host name was asked for.
async fn logo(
    State(state): State<WebState>,
    Path(hash): Path<String>,
    request: Request,
) -> Response {
    let nothing = || StatusCode::NOT_FOUND.into_response();
    let Ok(hash) = hash.parse::<ImageHash>() else { return nothing() };
    let (parts, _) = request.into_parts();
    let tenant = match session_of(&parts, state.access()).await {
        Ok(caller) => Some(caller.tenant),
        Err(_) => match client_session_of(&parts, state.access()).await {
            Ok(caller) => Some(caller.tenant),
            Err(_) => state.seller_at(&parts.headers).await,
        },
    };
    let Some(tenant) = tenant else { return nothing() };
    match state.pictures().find(tenant, hash).await {
        Ok(Some(png)) => {
            let rules = [
                (header::CONTENT_TYPE, "image/png"),
                (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
            ];
            (rules, png).into_response()
        }
        Ok(None) => nothing(),
        Err(error) => {
            tracing::error!(%error, "a logo cannot be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn stylesheet(Path(file): Path<String>) -> Response {
    let digits = file.strip_suffix(".css").unwrap_or_default();
    let Ok(accent) = format!("#{digits}").parse() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let rules = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (rules, colours_of(accent)).into_response()
}

/// The grounds that texts in the colour stand on, in both themes; see `tokens.css`.
const LIGHT: Colour = Colour::of(0xf4, 0xf5, 0xf9);
const DARK: Colour = Colour::of(0x18, 0x1d, 0x2b);

/// The tokens that follow from the colour of a brand.
fn colours_of(accent: Colour) -> String {
    let upon = accent.text_upon();
    let away = if upon == Colour::WHITE { Colour::BLACK } else { Colour::WHITE };
    let hover = accent.mixed(away, 10);
    let (pale, deep) = (Colour::WHITE.mixed(accent, 10), DARK.mixed(accent, 16));
    let light = text_in(accent, [LIGHT, pale], Colour::BLACK);
    let dark = text_in(accent, [DARK, deep], Colour::WHITE);
    format!(
        ":root{{--accent:light-dark({light},{dark});--accent-solid:{accent};\
         --accent-solid-hi:{hover};--accent-tint:light-dark({pale},{deep});--on-accent:{upon};\
         --focus:light-dark({light},{dark})}}\n"
    )
}

/// A shade of the colour that can be read upon both grounds.
fn text_in(accent: Colour, grounds: [Colour; 2], towards: Colour) -> Colour {
    grounds.into_iter().fold(accent, |shade, ground| shade.readable_upon(ground, towards))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_of_a_brand_can_be_read_in_both_themes() {
        for accent in ["#000000", "#ffffff", "#ffdd00", "#0b7a75", "#ff00ff", "#7f7f7f", "#3e4bdb"]
        {
            let accent: Colour = accent.parse().unwrap();
            let (pale, deep) = (Colour::WHITE.mixed(accent, 10), DARK.mixed(accent, 16));
            let light = text_in(accent, [LIGHT, pale], Colour::BLACK);
            let dark = text_in(accent, [DARK, deep], Colour::WHITE);
            for (text, ground) in [(light, LIGHT), (light, pale), (dark, DARK), (dark, deep)] {
                assert!(text.contrast(ground) >= Colour::READABLE, "{text} upon {ground}");
            }
            let css = colours_of(accent);
            assert!(css.contains(&format!("--accent-solid:{accent};")), "{css}");
        }
    }
}
