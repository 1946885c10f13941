//! Subscriptions and credit notes, filled and empty.

use super::samples::*;
use super::subscription::change::Change;
use super::subscription::foreseen::Foresight;
use super::subscription::form::NewSubscription;
use super::subscription::{BilledRow, SubscriptionPage};
use super::subscriptions::{SubscriptionRow, Subscriptions};
use super::*;
use crate::form::Field;
use crate::view::{Badge, Tone};

fn client_link() -> (String, String) {
    ("Brightfield Media GmbH".to_owned(), "/admin/clients/cli_01".to_owned())
}

pub(super) fn subscription_rows() -> Vec<SubscriptionRow> {
    let row = |name: &str, tone, word: &str, ends, due| SubscriptionRow {
        href: "/admin/subscriptions/sub_01".to_owned(),
        name: name.to_owned(),
        client: client_link(),
        status: Badge::new(tone, word),
        started: day(2026, 1, 31),
        ends,
        due,
        position: 184_011,
    };
    vec![
        row("VPS 4 vCPU", Tone::Green, "Active", None, Some(day(2026, 11, 30))),
        row("Web hosting <L>", Tone::Amber, "Ending", Some(day(2026, 12, 31)), None),
        row("Mail & calendar", Tone::Grey, "Ended", Some(day(2026, 6, 30)), None),
    ]
}

pub(super) fn subscriptions(rows: Vec<SubscriptionRow>) -> Subscriptions {
    Subscriptions {
        shell: shell("/admin/subscriptions"),
        chips: chips(&[("All", 0), ("Running", 0), ("Due", 0)]),
        of: (!rows.is_empty()).then(client_link),
        new: "/admin/subscriptions/new".to_owned(),
        rows,
        pager: pager(),
    }
}

fn line(no: u32, description: &str, net: i64) -> invoice::Line {
    invoice::Line {
        no,
        description: description.to_owned(),
        kind: "VPS".to_owned(),
        period: "30 Nov to 30 Dec 2026".to_owned(),
        quantity: "2".to_owned(),
        unit_price: "EUR 9.90".to_owned(),
        tax: "DE 19 %".to_owned(),
        net: eur(net),
    }
}

fn tax(minor: i64) -> Vec<invoice::Tax> {
    vec![invoice::Tax { label: "DE 19 % of € 19.80".to_owned(), amount: eur(minor) }]
}

fn foresight(net: i64) -> Foresight {
    let tax_on = net * 19 / 100;
    Foresight {
        through: Some(day(2026, 11, 30)),
        lines: vec![line(1, "VPS 4 vCPU", net)],
        totals: Some(invoice_lines::Totals {
            net: eur(net),
            taxes: tax(tax_on),
            total: eur(net + tax_on),
        }),
        is_credit: net < 0,
        next: Some(day(2026, 12, 31)),
        refused: String::new(),
    }
}

pub(super) fn subscription() -> SubscriptionPage {
    let happened = |what: &str, tone| super::timeline::Happened {
        what: what.to_owned(),
        at: at(11, 18, 2, 0),
        by: "maria@northwind".to_owned(),
        position: 184_011,
        tone,
        later: false,
    };
    let action = |label, icon, class| {
        let href = "/admin/subscriptions/sub_01/pause".to_owned();
        confirm::Action::new(href, label, icon).class(class)
    };
    SubscriptionPage {
        shell: shell("/admin/subscriptions"),
        name: "VPS 4 vCPU".to_owned(),
        id: id("sub_01kchkq7w7fc9r6a8b9c0d1e2f"),
        status: Badge::new(Tone::Green, "Active"),
        client: client_link(),
        facts: vec!["vps-4".to_owned(), "EUR".to_owned()],
        price: "EUR 9.90 × 2".to_owned(),
        terms: vec![
            ("Charged", "every month".to_owned()),
            ("Billed", "in advance, on the first day of each period".to_owned()),
            ("Tax", "DE 19 %".to_owned()),
        ],
        days: vec![("Started", day(2026, 1, 31)), ("Next due", day(2026, 11, 30))],
        billed: vec![BilledRow {
            period: "31 Oct to 29 Nov 2026".to_owned(),
            document: ("INV-2026-002041".to_owned(), "/admin/invoices/inv_01".to_owned()),
            amount: eur(1_980),
            left: eur(990),
        }],
        older: 40,
        foreseen: foresight(1_980),
        timeline: vec![happened("Billed through 31 Oct 2026", ""), happened("Paused", "red")],
        actions: vec![
            action("Cancel now", "circle-x", "danger"),
            action("Pause", "pause", ""),
            action("Change", "pencil", "primary").on_a_page(),
        ],
    }
}

/// One that ended, of which nothing is left to show.
pub(super) fn ended_subscription() -> SubscriptionPage {
    SubscriptionPage {
        status: Badge::new(Tone::Grey, "Ended"),
        price: String::new(),
        terms: Vec::new(),
        billed: Vec::new(),
        older: 0,
        foreseen: Foresight::default(),
        timeline: Vec::new(),
        actions: Vec::new(),
        ..subscription()
    }
}

/// One of which it cannot be told what comes next.
pub(super) fn unknown_subscription() -> SubscriptionPage {
    let refused = "At most 120 months may be billed ahead.".to_owned();
    SubscriptionPage { foreseen: Foresight { refused, ..Foresight::default() }, ..subscription() }
}

fn product() -> Field {
    let options = vec![("prd_01".to_owned(), "VPS 4 vCPU (vps-4)".to_owned())];
    Field::choice("product_id", "Product", options).required()
}

pub(super) fn new_subscription() -> NewSubscription {
    NewSubscription {
        shell: shell("/admin/subscriptions"),
        key: "k-6".to_owned(),
        error: "The product has no price for this cycle.".to_owned(),
        back: "/admin/subscriptions".to_owned(),
        service: vec![
            Field::input("client", "Client", "text").required(),
            product(),
            Field::choice("cycle", "Charged", vec![("m1".to_owned(), "Every month".to_owned())])
                .wrong("no price for this cycle"),
            Field::input("quantity", "Quantity", "text").with("1").decimal(),
            Field::input("on", "First day", "date"),
        ],
        tax: vec![Field::input("rate", "Tax rate in percent", "text").decimal()],
    }
}

pub(super) fn change(net: Option<i64>) -> Change {
    Change {
        shell: shell("/admin/subscriptions"),
        name: "VPS 4 vCPU".to_owned(),
        facts: vec!["EUR 9.90 × 2".to_owned(), "every month".to_owned()],
        action: "/admin/subscriptions/sub_01/change".to_owned(),
        back: "/admin/subscriptions/sub_01".to_owned(),
        key: "k-7".to_owned(),
        version: "4".to_owned(),
        error: String::new(),
        note: if net.is_some() { "Look at it again." } else { "" },
        fields: vec![product(), Field::input("quantity", "Quantity", "text").with("2")],
        preview: net.map(|net| (foresight(net), "4 prd_01 m1 2".to_owned())),
    }
}

pub(super) fn credit_notes(filled: bool) -> credit_notes::CreditNotes {
    let row = |number: &str, href: &str, voids| credit_notes::NoteRow {
        href: href.to_owned(),
        number: number.to_owned(),
        voids,
        day: day(2026, 11, 18),
        client: client_link(),
        reason: "service that was billed and not used".to_owned(),
        total: eur(2_356),
        offset: eur(1_000),
        to_credit: eur(1_356),
        position: 184_011,
    };
    let rows = vec![
        row("CN-2026-000118", "/admin/credit-notes/crn_01", false),
        row("CN-2026-000117", "/admin/invoices/inv_01", true),
    ];
    credit_notes::CreditNotes {
        shell: shell("/admin/credit-notes"),
        rows: if filled { rows } else { Vec::new() },
        pager: pager(),
    }
}

pub(super) fn credit_note(filled: bool) -> credit_note::CreditNotePage {
    let corrects = vec![credit_note::CorrectedInvoice {
        number: "INV-2026-002041".to_owned(),
        href: "/admin/invoices/inv_01".to_owned(),
        issued: day(2026, 10, 31),
    }];
    let offset = ("INV-2026-002041".to_owned(), "/admin/invoices/inv_01".to_owned(), eur(1_000));
    credit_note::CreditNotePage {
        shell: shell("/admin/credit-notes"),
        number: "CN-2026-000118".to_owned(),
        client: client_link(),
        reason: "service that was billed and not used".to_owned(),
        seller: vec!["Northwind Hosting".to_owned()],
        buyer: if filled { vec!["Brightfield Media GmbH".to_owned()] } else { Vec::new() },
        dates: vec![("Issued", day(2026, 11, 18))],
        lines: if filled { vec![line(1, "VPS 4 vCPU", 1_980)] } else { Vec::new() },
        taxes: tax(376),
        net: eur(1_980),
        total: eur(2_356),
        corrects: if filled { corrects } else { Vec::new() },
        offsets: if filled { vec![offset] } else { Vec::new() },
        to_credit: eur(1_356),
        position: filled.then_some(184_011),
    }
}

/// What goes back of an invoice: asked, shown, or nothing left.
pub(super) fn invoice_credit(shown: bool, left: bool) -> invoice_credit::Credit {
    let row = invoice_credit::Row {
        no: 1,
        what: ("VPS 4 vCPU <L>".to_owned(), "30 Nov to 30 Dec 2026".to_owned()),
        left: eur(1_980),
        ways: vec![("none", "Nothing", !shown), ("days", "Days of service", shown)],
        amount: String::new(),
        days: ("2026-12-01".to_owned(), "2026-12-10".to_owned()),
        has_days: true,
        error: if shown { String::new() } else { "Name both days.".to_owned() },
    };
    let bare = invoice_credit::Row { no: 2, has_days: false, ..row.clone() };
    let preview = invoice_credit::NotePreview {
        lines: vec![line(1, "VPS 4 vCPU", 660)],
        totals: invoice_lines::Totals { net: eur(660), taxes: tax(125), total: eur(785) },
        offset: eur(785),
        to_credit: eur(0),
        balance: eur(1_571),
    };
    invoice_credit::Credit {
        shell: shell("/admin/invoices"),
        number: "INV-2026-002041".to_owned(),
        facts: vec!["Total € 23.56".to_owned()],
        action: "/admin/invoices/inv_01/credit".to_owned(),
        back: "/admin/invoices/inv_01".to_owned(),
        key: "k-8".to_owned(),
        version: "2".to_owned(),
        error: "Nothing of the invoice is left to be credited.".to_owned(),
        note: if shown { "Look at it again." } else { "" },
        rows: if left { vec![row, bare] } else { Vec::new() },
        reason: Field::input("reason", "Reason", "text").required(),
        preview: shown.then(|| (preview, "2 1".to_owned())),
    }
}

/// A series: complete, or with a gap that is explained; or none yet.
pub(super) fn number_register(filled: bool, complete: bool) -> number_register::NumberRegister {
    let row = |number, status, voided_by: &str| number_register::NumberLine {
        number,
        printed: (format!("INV-2026-{number:06}"), "/admin/invoices/inv_01".to_owned()),
        document: "Invoice",
        status,
        voided_by: voided_by.to_owned(),
        day: day(2026, 11, 18),
        client: client_link(),
        total: eur(2_356),
        position: 184_011,
    };
    let why = "given before by the store whose history was imported from 41 on";
    let check = number_register::Check {
        series: "invoice/INV/2026".to_owned(),
        summary: "Complete from 1 to 118.".to_owned(),
        complete,
        days: (day(2026, 1, 2), day(2026, 11, 18)),
        gaps: if complete { Vec::new() } else { vec![("1 to 40".to_owned(), why.to_owned())] },
    };
    let rows = vec![
        row(117, Badge::new(Tone::Grey, "Voided"), "CN-2026-000117"),
        row(118, Badge::new(Tone::Green, "Issued"), ""),
    ];
    number_register::NumberRegister {
        shell: shell("/admin/number-register"),
        chips: if filled { chips(&[("invoice/INV/2026", 118)]) } else { Vec::new() },
        check: filled.then_some(check),
        rows: if filled { rows } else { Vec::new() },
        pager: pager(),
    }
}

/// Proformas, or none yet.
pub(super) fn proforma_list(filled: bool) -> proformas::Proformas {
    let row = proformas::ProformaRow {
        number: ("PRO-2026-000007".to_owned(), "/admin/proformas/prf_01".to_owned()),
        client: client_link(),
        status: Badge::new(Tone::Green, "Converted"),
        day: day(2026, 11, 18),
        valid_until: Some(day(2026, 12, 2)),
        total: eur(2_356),
        invoice: Some(("INV-2026-002041".to_owned(), "/admin/invoices/inv_01".to_owned())),
        position: 184_011,
    };
    proformas::Proformas {
        shell: shell("/admin/proformas"),
        chips: chips(&[("All", 1), ("Open", 0)]),
        rows: if filled { vec![row] } else { Vec::new() },
        pager: pager(),
    }
}

/// One proforma that waits to be paid.
pub(super) fn proforma() -> proformas::ProformaPage {
    let href = "/admin/proformas/prf_01/pay".to_owned();
    proformas::ProformaPage {
        shell: shell("/admin/proformas"),
        number: "PRO-2026-000007".to_owned(),
        status: Badge::new(Tone::Blue, "Open"),
        client: client_link(),
        seller: vec!["Northwind Hosting".to_owned()],
        buyer: Vec::new(),
        dates: vec![("Issued", day(2026, 11, 18))],
        lines: vec![line(1, "VPS 4 vCPU <L>", 1_980)],
        taxes: tax(376),
        net: eur(1_980),
        total: eur(2_356),
        invoice: None,
        actions: vec![confirm::Action::new(href, "Record payment", "hand-coins")],
    }
}
