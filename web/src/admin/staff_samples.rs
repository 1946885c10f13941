//! Staff and roles, filled and empty.

use super::samples::*;
use super::*;
use crate::form::Field;
use crate::view::{Badge, Tone};

pub(super) fn staff() -> staff::Staff {
    let row = staff::MemberRow {
        href: "/admin/staff/stf_01".to_owned(),
        name: "Ada <Lovelace>".to_owned(),
        email: "ada@northwind.example".to_owned(),
        roles: vec!["Admin".to_owned(), "Cashier".to_owned()],
        status: Badge::new(Tone::Green, "Active"),
    };
    let stopped = staff::MemberRow {
        roles: Vec::new(),
        status: Badge::new(Tone::Red, "Stopped"),
        ..row.clone()
    };
    staff::Staff { shell: shell("/admin/staff"), rows: vec![row, stopped] }
}

fn tick(on: bool) -> staff::Tick {
    staff::Tick {
        value: "invoices:read".to_owned(),
        label: "See invoices".to_owned(),
        hint: "You lack it".to_owned(),
        on,
    }
}

pub(super) fn new_member() -> staff::NewMember {
    staff::NewMember {
        shell: shell("/admin/staff"),
        key: "0198".to_owned(),
        error: "Only who may do it can give it.".to_owned(),
        fields: vec![Field::input("name", "Name", "text").with("<x>").wrong("Must not be empty.")],
        roles: vec![tick(true), tick(false)],
    }
}

pub(super) fn member(active: bool) -> staff_member::Member {
    let action = confirm::Action::new("/admin/staff/stf_01/stop".to_owned(), "Stop", "ban");
    let role = ("Admin".to_owned(), "/admin/roles/rol_01".to_owned(), "Everything".to_owned());
    staff_member::Member {
        shell: shell("/admin/staff"),
        name: "Ada Lovelace".to_owned(),
        email: "ada@northwind.example".to_owned(),
        phone: "+49 40 1234567".to_owned(),
        status: staff::standing(active),
        roles: active.then_some(role).into_iter().collect(),
        may: if active { vec![("Billing", vec!["See invoices"])] } else { Vec::new() },
        trail: "/admin/audit?actor=staff%3A0190".to_owned(),
        actions: vec![action],
    }
}

pub(super) fn roles() -> roles::Roles {
    let row = roles::MatrixRow {
        description: "See invoices",
        slug: "invoices:read",
        allowed: vec![true, false],
    };
    roles::Roles {
        shell: shell("/admin/roles"),
        roles: vec![
            ("Admin".to_owned(), "/admin/roles/rol_01".to_owned(), 2),
            ("Cashier".to_owned(), "/admin/roles/rol_02".to_owned(), 0),
        ],
        modules: vec![("Billing", vec![row])],
    }
}

pub(super) fn role_form(action: Option<&str>) -> roles::RolePage {
    roles::RolePage {
        shell: shell("/admin/roles"),
        title: "Cashier".to_owned(),
        action: action.map(str::to_owned),
        key: "0198".to_owned(),
        version: "2".to_owned(),
        error: "Choose at least one permission.".to_owned(),
        fields: vec![Field::input("name", "Name", "text").with("Cashier")],
        description: "Takes money".to_owned(),
        modules: vec![("Billing", vec![tick(true), tick(false)])],
        holders: vec![("Ada Lovelace".to_owned(), "/admin/staff/stf_01".to_owned())],
        actions: Vec::new(),
    }
}
