//! The files pages load: stylesheet, scripts, fonts, icons; all inside the binary.
//!
//! Guarantees: an address made by [`href`] carries a digest of the content, so it may be cached for
//! ever and changes when the content does; an address with another digest still answers, uncached,
//! with an `ETag`. Absent on purpose: a build step. The stylesheet and the script are the files of
//! `assets/css` and `assets/js` in the order named here, and nothing is fetched from elsewhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

const STYLES: [&str; 9] =
    ["tokens", "base", "shell", "parts", "tables", "forms", "pages", "phone", "portal"];
const SCRIPTS: [&str; 5] = ["theme", "keys", "palette", "forms", "passkeys"];

/// The htmx library.
pub(crate) const HTMX: &str = "vendor/htmx-4.0.1/htmx.min.js";
/// Its extension for server-sent events.
pub(crate) const HTMX_SSE: &str = "vendor/htmx-4.0.1/hx-sse.min.js";
/// The text font, for preloading.
pub(crate) const INTER: &str = "vendor/inter-5.3.0/inter-latin.woff2";
/// The sprite that holds every icon as a `<symbol>`.
pub(crate) const ICONS: &str = "vendor/lucide-1.62.0/icons.svg";
/// The reader of the API description; stored brotli-compressed only.
pub(crate) const API_REFERENCE: &str = "vendor/scalar-1.72.1/api-reference.js";
/// The other reader, stored likewise.
pub(crate) const REDOC: &str = "vendor/redoc-3.0.1/redoc.standalone.js";

#[derive(rust_embed::Embed)]
#[folder = "assets"]
struct Files;

struct Asset {
    bytes: Bytes,
    digest: String,
    media: &'static str,
    brotli: bool,
}

static ASSETS: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(collect);

/// The address of an asset. An unknown name gives an address that answers 404, which the page tests
/// catch.
pub(crate) fn href(name: &str) -> String {
    let digest = ASSETS.get(name).map_or("missing", |asset| &asset.digest);
    format!("/assets/{digest}/{name}")
}

/// `GET /assets/{digest}/{name}`.
pub(crate) async fn serve(
    Path((digest, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Some(asset) = ASSETS.get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let etag = format!("\"{}\"", asset.digest);
    let fresh = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|known| known.split(',').any(|one| one.trim() == etag));
    let cache =
        if digest == asset.digest { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response =
        if fresh { StatusCode::NOT_MODIFIED.into_response() } else { content(asset, &headers) };
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(value) = HeaderValue::from_str(&etag) {
        out.insert(header::ETAG, value);
    }
    response
}

/// `GET /assets/scalar.js`: the reader of the API description, at the address its page names.
pub(crate) async fn reader(headers: HeaderMap) -> Response {
    serve(Path((String::new(), API_REFERENCE.to_owned())), headers).await
}

/// `GET /assets/redoc.js`: the other reader.
pub(crate) async fn redoc(headers: HeaderMap) -> Response {
    serve(Path((String::new(), REDOC.to_owned())), headers).await
}

fn content(asset: &Asset, headers: &HeaderMap) -> Response {
    let media = [(header::CONTENT_TYPE, asset.media)];
    if !asset.brotli {
        return (media, asset.bytes.clone()).into_response();
    }
    let takes_brotli = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accepted| accepted.split(',').any(|one| one.trim().starts_with("br")));
    if takes_brotli {
        return (media, [(header::CONTENT_ENCODING, "br")], asset.bytes.clone()).into_response();
    }
    // Browsers offer brotli over TLS and on localhost only, so plain HTTP elsewhere gets the
    // unpacked file.
    let mut plain = Vec::new();
    match brotli_decompressor::Decompressor::new(asset.bytes.as_ref(), 16 * 1024)
        .read_to_end(&mut plain)
    {
        Ok(_) => (media, plain).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn collect() -> BTreeMap<String, Asset> {
    let mut assets = BTreeMap::new();
    for path in Files::iter() {
        if path.starts_with("css/") || path.starts_with("js/") {
            continue;
        }
        if let Some(file) = Files::get(&path) {
            let brotli = path.ends_with(".br");
            let name = path.trim_end_matches(".br");
            assets.insert(name.to_owned(), asset(name, file.data.into_owned(), brotli));
        }
    }
    let mut css = joined("css", &STYLES, "css");
    for (name, asset) in &assets {
        css = css
            .replace(&format!("\"asset:{name}\""), &format!("\"/assets/{}/{name}\"", asset.digest));
    }
    assets.insert("app.css".to_owned(), asset("app.css", css.into_bytes(), false));
    let js = joined("js", &SCRIPTS, "js");
    assets.insert("app.js".to_owned(), asset("app.js", js.into_bytes(), false));
    assets
}

fn joined(folder: &str, names: &[&str], extension: &str) -> String {
    let mut text = String::new();
    for name in names {
        if let Some(file) = Files::get(&format!("{folder}/{name}.{extension}")) {
            text.push_str(&String::from_utf8_lossy(&file.data));
        }
    }
    text
}

fn asset(name: &str, bytes: Vec<u8>, brotli: bool) -> Asset {
    let mut digest = String::new();
    for byte in Sha256::digest(&bytes).iter().take(8) {
        let _ = write!(digest, "{byte:02x}");
    }
    Asset { bytes: Bytes::from(bytes), digest, media: media_type(name), brotli }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(address: &str, headers: HeaderMap) -> Response {
        let mut parts = address.trim_start_matches("/assets/").splitn(2, '/');
        let digest = parts.next().unwrap().to_owned();
        let name = parts.next().unwrap().to_owned();
        serve(Path((digest, name)), headers).await
    }

    #[tokio::test]
    async fn an_address_with_its_digest_is_cached_for_ever_and_a_stale_one_is_not() {
        let address = href("app.css");
        let response = get(&address, HeaderMap::new()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(response.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        let stale = get("/assets/0000/app.css", HeaderMap::new()).await;
        assert_eq!(stale.headers()[header::CACHE_CONTROL], "no-cache");
        let mut known = HeaderMap::new();
        known.insert(header::IF_NONE_MATCH, response.headers()[header::ETAG].clone());
        assert_eq!(get(&address, known).await.status(), StatusCode::NOT_MODIFIED);
    }

    #[tokio::test]
    async fn the_compressed_reader_is_unpacked_for_a_client_without_brotli() {
        let plain = get(&href(API_REFERENCE), HeaderMap::new()).await;
        assert!(plain.headers().get(header::CONTENT_ENCODING).is_none());
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br"));
        let packed = get(&href(API_REFERENCE), headers).await;
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "br");
    }

    #[test]
    fn every_named_file_exists_and_every_address_in_the_stylesheet_is_resolved() {
        let readers = [API_REFERENCE, REDOC];
        for name in [HTMX, HTMX_SSE, INTER, ICONS, "logo.svg", "app.js"].into_iter().chain(readers)
        {
            assert!(ASSETS.contains_key(name), "{name}");
        }
        let css = String::from_utf8_lossy(&ASSETS["app.css"].bytes).into_owned();
        assert!(!css.contains("asset:"), "an address in the stylesheet names no file");
        assert_eq!(css.matches('{').count(), css.matches('}').count());
    }
}
