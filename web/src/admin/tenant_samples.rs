//! Sellers and their look, filled and empty.

use super::samples::*;
use super::*;
use crate::brand::Branding;
use crate::form::Field;
use crate::upload::PictureForm;
use crate::view::{Badge, Tone};

pub(super) fn tenants(some: bool) -> tenants::Tenants {
    let action =
        confirm::Action::new("/admin/tenants/ten_01/suspend".to_owned(), "Suspend", "pause");
    let row = tenants::TenantRow {
        name: "Nordlicht <Hosting>".to_owned(),
        id: "ten_01".to_owned(),
        books: "DE, EUR".to_owned(),
        host_names: vec!["billing.example.com".to_owned(), "pay.example.com".to_owned()],
        status: Badge::new(Tone::Green, "Open"),
        operator: false,
        actions: vec![action],
    };
    let own = tenants::TenantRow { operator: true, actions: Vec::new(), ..row.clone() };
    let rows = if some { vec![own, row] } else { Vec::new() };
    let next = some.then(|| "/admin/tenants?after=ten_01".to_owned());
    tenants::Tenants { shell: shell("/admin/tenants"), rows, next }
}

pub(super) fn new_tenant() -> tenants::NewTenant {
    tenants::NewTenant {
        shell: shell("/admin/tenants"),
        key: "0198".to_owned(),
        error: "The ledger is busy.".to_owned(),
        books: vec![Field::input("name", "Legal name", "text").wrong("Must not be empty.")],
        admin: vec![Field::input("email", "E-mail address", "email").with("ada@example.org")],
    }
}

pub(super) fn branding(tried: bool) -> settings::branding::BrandingPage {
    let mut frame = shell("/admin/settings");
    frame.branding = Branding {
        name: "Nordlicht <3".to_owned(),
        logo: Some("/brand/logo/00".to_owned()),
        style: Some("/brand/accent/0b7a75.css".to_owned()),
        ..Branding::default()
    };
    let name =
        ("billing.example.com".to_owned(), "/admin/settings/host-names/x/release".to_owned());
    settings::branding::BrandingPage {
        shell: frame,
        key: "0198".to_owned(),
        version: "3".to_owned(),
        error: String::new(),
        look: vec![Field::input("accent", "Colour", "text").with("#0b7a75")],
        foot: vec![Field::input("company", "Company", "text").with("Nordlicht").required()],
        logo: picture(tried),
        tried,
        host_names: if tried { Vec::new() } else { vec![name] },
    }
}

/// The form for a picture: one is shown, or what was sent was none.
pub(super) fn picture(shown: bool) -> PictureForm {
    PictureForm {
        action: "/admin/settings/branding/logo".to_owned(),
        label: "Logo",
        csrf: "t".to_owned(),
        key: "0198".to_owned(),
        remove_key: "0199".to_owned(),
        version: "3".to_owned(),
        shown: shown.then(|| "/brand/logo/00".to_owned()),
        error: if shown { String::new() } else { "This is no picture.".to_owned() },
    }
}

pub(super) fn picture_page(shown: bool) -> avatars::PicturePage {
    avatars::PicturePage {
        shell: shell("/admin/clients"),
        name: "Bj\u{f6}rk <Gu\u{f0}mundsd\u{f3}ttir>".to_owned(),
        back: "/admin/clients/cli_01/record".to_owned(),
        picture: picture(shown),
    }
}
