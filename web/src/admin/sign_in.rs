//! Signing in and out.

use askama::Template;

use crate::form::Field;
use crate::layout::Branding;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/sign_in.html")]
pub(crate) struct SignIn {
    /// Dark or light.
    pub(crate) theme: &'static str,
    /// The tenant's footer.
    pub(crate) branding: Branding,
    /// Guards the form before there is a session.
    pub(crate) csrf: String,
    /// Where to go afterwards: a path of ours.
    pub(crate) next: String,
    /// Mail and password.
    pub(crate) fields: Vec<Field>,
    /// Why the last try was refused.
    pub(crate) error: String,
}
