//! Dark or light, kept in a cookie; the switch also works without a script.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::layout::Theme;
use crate::visitor::{Posted, THEME_COOKIE};

/// `POST /admin/theme`.
pub(crate) async fn switch(headers: HeaderMap, posted: Posted) -> Response {
    let theme = Theme::parse(posted.fields.one("theme"));
    let mut response = Redirect::to(&referring_path(&headers)).into_response();
    if let Some(cookie) = theme_cookie(theme) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The cookie that keeps a theme.
pub(crate) fn theme_cookie(theme: Theme) -> Option<HeaderValue> {
    let text = format!("{THEME_COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax", theme.name());
    HeaderValue::try_from(text).ok()
}

/// The page the form stood on; the overview if the browser does not say, or names another place.
fn referring_path(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let path = referer.and_then(|text| {
        let (_, after_scheme) = text.split_once("://")?;
        after_scheme.find('/').and_then(|at| after_scheme.get(at..))
    });
    path.filter(|path| path.starts_with("/admin")).unwrap_or("/admin").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_leads_back_to_its_page_and_nowhere_else() {
        let mut headers = HeaderMap::new();
        assert_eq!(referring_path(&headers), "/admin");
        headers.insert(header::REFERER, HeaderValue::from_static("https://a.example/admin/x?q=1"));
        assert_eq!(referring_path(&headers), "/admin/x?q=1");
        headers.insert(header::REFERER, HeaderValue::from_static("https://a.example//evil"));
        assert_eq!(referring_path(&headers), "/admin");
    }
}
