//! A form that brings a picture along, once it is known to be sent by the visitor's own page.
//!
//! Guarantees: the session's token is asked for before a byte of the file is looked at; no more of
//! a file than [`LARGEST`] is held in memory. What is beyond is read and thrown away, so that the
//! person is told what is wrong instead of being cut off while the file is under way. Absent on
//! purpose: what a picture is, which `app` says by its content; names and types that a browser
//! gives to files.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::body::{Body, to_bytes};
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use billfold_app::pictures::LARGEST;

use crate::error::PageError;
use crate::fields::{Fields, Wrong};
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

/// Bytes of a form with a file that are read at all: what a camera makes is told to be too large.
const READ_AT_MOST: usize = 16 * 1024 * 1024;
/// Bytes of any other part of such a form.
const LONGEST_PART: usize = 1024;
/// Parts of such a form.
const MOST_PARTS: usize = 8;
/// What the form calls the file.
const PICTURE: &str = "picture";

/// A form of a signed-in person with a picture.
#[derive(Debug)]
pub(crate) struct Uploaded {
    /// Who sent it.
    pub(crate) visitor: Visitor,
    /// What it says besides.
    pub(crate) fields: Fields,
    picture: Sent,
}

/// The file of a form.
#[derive(Debug)]
enum Sent {
    Nothing,
    TooLarge,
    Bytes(Vec<u8>),
}

impl Uploaded {
    /// The picture, or why there is none that could be looked at.
    pub(crate) fn picture(self) -> Result<Vec<u8>, Wrong> {
        match self.picture {
            Sent::Bytes(bytes) => Ok(bytes),
            Sent::Nothing => Err(Wrong::of_whole("Choose a picture first.".to_owned())),
            Sent::TooLarge => {
                let text = "The picture is larger than 512 KiB. Send a smaller one.";
                Err(Wrong::of_whole(text.to_owned()))
            }
        }
    }
}

impl FromRequest<WebState> for Uploaded {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Uploaded, Response> {
        let media = request.headers().get(header::CONTENT_TYPE);
        let media = media.and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !media.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
            let Posted { visitor, fields } = without_file(request, state).await?;
            return Ok(Uploaded { visitor, fields, picture: Sent::Nothing });
        }
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, state).await?;
        let request = Request::from_parts(parts, body);
        let form = Multipart::from_request(request, state).await;
        let form = form.map_err(|error| malformed(error.body_text()))?;
        read(visitor, form).await
    }
}

/// A plain form, which brings no file and is short.
async fn without_file(request: Request, state: &WebState) -> Result<Posted, Response> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MOST_PARTS * LONGEST_PART).await;
    let bytes = bytes.map_err(|_| malformed("This form is too long.".to_owned()))?;
    Posted::from_request(Request::from_parts(parts, Body::from(bytes)), state).await
}

async fn read(visitor: Visitor, mut form: Multipart) -> Result<Uploaded, Response> {
    let holds = |sent: &[(String, String)]| {
        let token = sent.iter().find(|(name, _)| name == "csrf");
        token.is_some_and(|(_, token)| visitor.caller.identity.csrf_holds(token.trim()))
    };
    let (mut sent, mut picture) = (Vec::new(), Sent::Nothing);
    for _ in 0..MOST_PARTS {
        let Some(mut part) = form.next_field().await.map_err(unread)? else { break };
        let name = part.name().unwrap_or_default().to_owned();
        if name == PICTURE {
            // The token stands before the file, as in our own pages.
            if !holds(&sent) {
                return Err(PageError::Forged.into_response());
            }
            picture = match bytes_of(&mut part, LARGEST).await.map_err(unread)? {
                None => Sent::TooLarge,
                Some(bytes) if bytes.is_empty() => Sent::Nothing,
                Some(bytes) => Sent::Bytes(bytes),
            };
        } else {
            let bytes = bytes_of(&mut part, LONGEST_PART).await.map_err(unread)?;
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            let text = text.ok_or_else(|| malformed(format!("The field {name} is no short text.")));
            sent.push((name, text?));
        }
    }
    if !holds(&sent) {
        return Err(PageError::Forged.into_response());
    }
    Ok(Uploaded { visitor, fields: Fields::from_pairs(sent), picture })
}

/// The bytes of a part; nothing if they are more than `most`, which are not kept.
async fn bytes_of(part: &mut Field<'_>, most: usize) -> Result<Option<Vec<u8>>, MultipartError> {
    let mut bytes = Some(Vec::new());
    while let Some(chunk) = part.chunk().await? {
        bytes = bytes.filter(|known: &Vec<u8>| known.len() + chunk.len() <= most);
        if let Some(known) = &mut bytes {
            known.extend_from_slice(&chunk);
        }
    }
    Ok(bytes)
}

fn malformed(text: String) -> Response {
    PageError::Malformed(text).into_response()
}

/// The form could not be read to its end.
fn unread(error: MultipartError) -> Response {
    malformed(format!("The form could not be read: {}.", error.body_text()))
}

/// Lets a form be as large as one with a picture.
pub(crate) fn with_picture(routes: MethodRouter<WebState>) -> MethodRouter<WebState> {
    routes.layer(DefaultBodyLimit::max(READ_AT_MOST))
}

/// Shows a picture, takes another one and takes it away.
#[derive(Clone, Debug, Template)]
#[template(path = "form/picture.html")]
pub(crate) struct PictureForm {
    /// Where it is sent; below it, at `/remove`, it is taken away.
    pub(crate) action: String,
    /// Above the field.
    pub(crate) label: &'static str,
    /// The session's token.
    pub(crate) csrf: String,
    /// The key of the command that sets it.
    pub(crate) key: String,
    /// The key of the command that takes it away.
    pub(crate) remove_key: String,
    /// The version that is seen.
    pub(crate) version: String,
    /// Where the picture is that is shown now.
    pub(crate) shown: Option<String>,
    /// What was wrong with the one that was sent; empty when nothing was.
    pub(crate) error: String,
}

impl HtmlSafe for PictureForm {}
