//! Pages of tax rates and client groups with something on them, for tests of templates.

use crate::admin::list::Pager;
use crate::admin::samples::shell;
use crate::admin::{client_groups, tax_rates};
use crate::form::Field;
use crate::view::{Badge, Moment, Tone};
use chrono::DateTime;

fn pager() -> Pager {
    Pager { text: "1 on this page".to_owned(), ..Pager::default() }
}

pub(super) fn tax_rates(full: bool, answer: Option<tax_rates::WouldApply>) -> tax_rates::TaxRates {
    let row = tax_rates::TaxRateRow {
        href: "/admin/tax-rates/tax_01".to_owned(),
        place: "Canada, QC".to_owned(),
        code: "qst".to_owned(),
        class: "Standard".to_owned(),
        status: Badge::new(Tone::Green, "Charged"),
        rates: vec![("9.975 %".to_owned(), "from 1 Jan 2013".to_owned())],
        notes: vec!["compound"],
        position: 77,
    };
    tax_rates::TaxRates {
        shell: shell("/admin/tax-rates"),
        rows: if full { vec![row] } else { Vec::new() },
        pager: pager(),
        question: vec![Field::input("client", "Client", "text")],
        answer,
    }
}

pub(super) fn found() -> tax_rates::WouldApply {
    tax_rates::WouldApply {
        found: true,
        text: "S 19 % of Germany".to_owned(),
        facts: vec!["Client: Germany".to_owned(), "no VAT number".to_owned()],
    }
}

pub(super) fn refused() -> tax_rates::WouldApply {
    let text = "No standard tax rate of Germany holds.".to_owned();
    tax_rates::WouldApply { found: false, text, facts: Vec::new() }
}

pub(super) fn new_tax_rate() -> tax_rates::NewTaxRate {
    tax_rates::NewTaxRate {
        shell: shell("/admin/tax-rates"),
        key: "k-7".to_owned(),
        error: "A value is wrong.".to_owned(),
        what: vec![Field::input("code", "Code", "text")],
        rate: vec![Field::input("rate", "Rate in percent", "text").decimal().required()],
    }
}

fn group() -> client_groups::GroupRow {
    client_groups::GroupRow {
        href: "/admin/client-groups/grp_01".to_owned(),
        name: "Resellers".to_owned(),
        code: "resellers".to_owned(),
        discount: "12.5 %".to_owned(),
        tier: Some("wholesale".to_owned()),
        members: 2,
        position: 78,
    }
}

pub(super) fn client_groups(full: bool) -> client_groups::ClientGroups {
    client_groups::ClientGroups {
        shell: shell("/admin/client-groups"),
        rows: if full { vec![group()] } else { Vec::new() },
        pager: pager(),
    }
}

pub(super) fn client_group(full: bool) -> client_groups::OneGroup {
    let since = Moment(DateTime::UNIX_EPOCH);
    let member = ("Kite & Sons".to_owned(), "/admin/clients/cli_01".to_owned(), since);
    client_groups::OneGroup {
        shell: shell("/admin/client-groups"),
        group: group(),
        members: if full { vec![member] } else { Vec::new() },
        pager: pager(),
    }
}

pub(super) fn new_client_group() -> client_groups::NewClientGroup {
    client_groups::NewClientGroup {
        shell: shell("/admin/client-groups"),
        key: "k-8".to_owned(),
        error: String::new(),
        fields: vec![Field::input("code", "Code", "text").required()],
    }
}
