//! Staff and roles, filled and empty.

use super::samples::*;
use super::*;
use crate::form::Field;
use crate::view::{Badge, Moment, Tone};

pub(super) fn staff() -> staff::Staff {
    let row = staff::MemberRow {
        href: "/admin/staff/stf_01".to_owned(),
        name: "Ada <Lovelace>".to_owned(),
        initials: "AL".to_owned(),
        pictured: true,
        email: "ada@northwind.example".to_owned(),
        roles: vec!["Admin".to_owned(), "Cashier".to_owned()],
        department: Some(billing()),
        signed_in: Some(at(3, 2, 9, 0)),
        status: Badge::new(Tone::Green, "Active"),
    };
    let stopped = staff::MemberRow {
        pictured: false,
        roles: Vec::new(),
        department: None,
        signed_in: None,
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
        initials: "AL".to_owned(),
        picture: active.then(|| "/admin/staff/stf_01/avatar".to_owned()),
        email: "ada@northwind.example".to_owned(),
        phone: "+49 40 1234567".to_owned(),
        status: staff::standing(active),
        department: active.then(billing),
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

/// Name and page of a department.
fn billing() -> (String, String) {
    ("Billing <1>".to_owned(), "/admin/departments/dep_01".to_owned())
}

pub(super) fn resellers(filled: bool) -> resellers::Resellers {
    let row = resellers::ResellerRow {
        href: "/admin/staff/stf_01".to_owned(),
        name: "Ida <Reseller>".to_owned(),
        email: "ida@example.org".to_owned(),
        clients: 1_204,
        theirs: "/admin/clients?reseller=stf_01".to_owned(),
        status: Badge::new(Tone::Green, "Active"),
    };
    let idle = resellers::ResellerRow { clients: 0, ..row.clone() };
    let rows = if filled { vec![row, idle] } else { Vec::new() };
    resellers::Resellers { shell: shell("/admin/resellers"), rows }
}

fn department_row(active: bool) -> departments::DepartmentRow {
    departments::DepartmentRow {
        href: "/admin/departments/dep_01".to_owned(),
        name: "Billing <1>".to_owned(),
        description: "Invoices & payments".to_owned(),
        email: "billing@northwind.example".to_owned(),
        members: usize::from(active),
        status: departments::standing(active),
    }
}

pub(super) fn departments(filled: bool) -> departments::Departments {
    let rows = vec![department_row(true), department_row(false)];
    departments::Departments {
        shell: shell("/admin/departments"),
        rows: if filled { rows } else { Vec::new() },
        may_write: true,
    }
}

pub(super) fn department(known: Option<bool>) -> departments::DepartmentPage {
    let action = confirm::Action::new("/admin/departments/dep_01/assign".to_owned(), "Assign", "x");
    let ada = ("Ada Lovelace".to_owned(), "/admin/staff/stf_01".to_owned());
    let peopled = known == Some(true);
    departments::DepartmentPage {
        shell: shell("/admin/departments"),
        known: known.map(department_row),
        action: Some("/admin/departments/dep_01".to_owned()),
        key: "0198".to_owned(),
        version: "2".to_owned(),
        error: if peopled { String::new() } else { "This name is taken already.".to_owned() },
        fields: vec![Field::input("name", "Name", "text").with("<x>").wrong("Must not be empty.")],
        members: peopled.then_some(ada).into_iter().collect(),
        actions: known.map(|_| action).into_iter().collect(),
    }
}

pub(super) fn who_could(asked: Option<bool>, filled: bool) -> rights::WhoCould {
    let person = rights::AbleRow {
        who: ("Ada <Lovelace>".to_owned(), "/admin/staff/stf_01".to_owned()),
        kind: "staff",
        roles: vec![("Finance".to_owned(), "/admin/roles/rol_01".to_owned())],
        reach: "all of the seller",
        ends: None,
    };
    let key = rights::AbleRow {
        who: ("Shop <import>".to_owned(), "/admin/api-keys".to_owned()),
        kind: "API key",
        roles: Vec::new(),
        ends: Some(Moment(chrono::DateTime::UNIX_EPOCH)),
        ..person.clone()
    };
    rights::WhoCould {
        shell: shell("/admin/roles"),
        choices: vec![("Payments", vec![("payments:write", "Take <money>", asked.is_some())])],
        on: "2026-03-01".to_owned(),
        before: String::new(),
        asked: asked.map(|past| ("Take <money>", past)),
        rows: if filled { vec![person, key] } else { Vec::new() },
    }
}
