//! Who is calling, and what that caller may do.
//!
//! Guarantees: a handler gets a [`Caller`] only through an extractor, and [`May`] has checked the
//! scope before the body is read; a caller acts for one seller, its own; a browser session may
//! change something only with the token of its own pages (CSRF); an API key needs none, since no
//! browser sends it unasked. Absent on purpose: passwords, hashing and storage, which are `app`'s;
//! pages, which are `web`'s.

mod caller;
mod cookie;
mod may;

pub use caller::{CSRF_HEADER, Caller, RequestFrom, Staff, refused, session_of};
pub use cookie::{CookiePolicy, SESSION_COOKIE, session_token};
pub use may::*;
