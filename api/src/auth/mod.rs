//! Who is calling, and what that caller may do.
//!
//! Guarantees: a handler gets a [`Caller`] only through an extractor, and [`May`] has checked the
//! scope before the body is read; a caller acts for one seller, its own; a browser session may
//! change something only with the token of its own pages (CSRF); an API key needs none, since no
//! browser sends it unasked. Absent on purpose: passwords, hashing and storage, which are `app`'s;
//! pages, which are `web`'s.

mod address;
mod caller;
mod cookie;
mod may;
mod operator;
mod own;
mod within;

pub use address::{SentTo, TENANT_HEADER, addressed};
pub use caller::{
    CSRF_HEADER, Caller, OneClient, RequestFrom, SignedIn, client_session_of, refused, session_of,
};
pub use cookie::{CLIENT_COOKIE, SESSION_COOKIE, client_token, comes_in, leaves, session_token};
pub(crate) use may::out_of_reach;
pub use may::*;
pub use operator::Operator;
pub use own::OwnOr;
pub(crate) use within::must_hold;
pub use within::{Clients, Scoped, Within};
