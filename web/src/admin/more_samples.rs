//! The rest of the pages, filled: money, catalogue, the log and its proofs.

use super::samples::*;
use super::*;
use crate::brand::Branding;
use crate::form::Field;
use crate::view::{Badge, Tone};
use billfold_domain::subscription::Conventions;

pub(super) fn clients() -> clients::Clients {
    let row = |name: &str, owed, tone, word: &str| clients::ClientRow {
        href: "/admin/clients/cli_01".to_owned(),
        name: name.to_owned(),
        id: id("cli_01jd…wq2m"),
        status: Badge::new(tone, word),
        country: "DE".to_owned(),
        receivable: eur(owed),
        credit: eur(0),
        invoices: 12,
        since: day(2024, 3, 12),
        position: 184_011,
    };
    clients::Clients {
        shell: shell("/admin/clients"),
        chips: chips(&[("All", 23_590), ("Active", 23_570), ("Suspended", 18), ("Erased", 2)]),
        status: String::new(),
        q: String::new(),
        reseller: "stf_01".to_owned(),
        whose: Some("Ida <Reseller>".to_owned()),
        rows: vec![
            row("Brightfield Media GmbH", 41_293, Tone::Green, "Active"),
            row("Fjord Shipping AS", 1_723_800, Tone::Amber, "Suspended"),
            row("Erased client", 0, Tone::Grey, "Erased"),
        ],
        pager: pager(),
    }
}

pub(super) fn new_client() -> client_form::NewClient {
    client_form::NewClient {
        shell: shell("/admin/clients"),
        key: "k-3".to_owned(),
        error: String::new(),
        who: vec![
            Field::input("name", "Name", "text").required(),
            Field::input("company", "Company", "text"),
            Field::input("email", "Mail address", "email").wrong("a mail address has one @"),
            Field::input("phone", "Phone", "tel"),
        ],
        address: ["line1", "line2", "city", "state", "postal_code", "country"]
            .iter()
            .map(|name| Field::input(*name, name.replace('_', " "), "text"))
            .collect(),
        books: vec![Field::choice(
            "currency",
            "Currency",
            vec![("EUR".to_owned(), "EUR".to_owned())],
        )],
    }
}

pub(super) fn payments() -> payments::Payments {
    let row = |status: Badge| payments::PaymentRow {
        day: day(2026, 11, 19),
        href: "/admin/payments/pay_01".to_owned(),
        client: ("Brightfield Media GmbH".to_owned(), "/admin/clients/cli_01".to_owned()),
        status,
        gateway: "Bank transfer".to_owned(),
        reference: id("SEPA 771"),
        amount: eur(38_840),
        allocated: eur(38_840),
        kept: eur(0),
        position: 184_100,
    };
    payments::Payments {
        shell: shell("/admin/payments"),
        chips: chips(&[("All", 64_210), ("Declined", 12)]),
        rows: vec![row(Badge::new(Tone::Green, "Settled")), row(Badge::new(Tone::Red, "Declined"))],
        pager: pager(),
    }
}

pub(super) fn payment(filled: bool) -> payment::PaymentPage {
    let allocated = payment::Allocated {
        invoice: ("INV-2026-002041".to_owned(), "/admin/invoices/inv_01".to_owned()),
        day: day(2026, 11, 19),
        amount: eur(38_840),
        left: eur(28_840),
        position: 184_100,
    };
    let refunded = payment::Refunded {
        no: 1,
        status: Badge::new(Tone::Amber, "Promised"),
        requested: day(2026, 11, 20),
        why: "outage of 14 November".to_owned(),
        reference: id("re_771"),
        amount: eur(10_000),
    };
    let disputed = payment::Disputed {
        no: 1,
        status: Badge::new(Tone::Red, "Lost"),
        opened: day(2026, 11, 21),
        why: "fraudulent".to_owned(),
        reference: id("dp_12"),
        amount: eur(28_840),
    };
    payment::PaymentPage {
        shell: shell("/admin/payments"),
        amount: eur(38_840),
        status: Badge::new(Tone::Red, if filled { "Disputed" } else { "Declined" }),
        client: ("Brightfield Media GmbH".to_owned(), "/admin/clients/cli_01".to_owned()),
        gateway: "Bank transfer".to_owned(),
        id: id("pay_01"),
        received: day(2026, 11, 19),
        reference: id(if filled { "SEPA 771" } else { "" }),
        refused: if filled { String::new() } else { "insufficient_funds".to_owned() },
        places: if filled { vec![("On invoices", eur(28_840))] } else { Vec::new() },
        allocations: filled.then_some(allocated).into_iter().collect(),
        refunds: filled.then_some(refunded).into_iter().collect(),
        disputes: filled.then_some(disputed).into_iter().collect(),
        timeline: Vec::new(),
        actions: Vec::new(),
    }
}

pub(super) fn new_payment() -> payments::NewPayment {
    payments::NewPayment {
        shell: shell("/admin/payments"),
        key: "k-4".to_owned(),
        error: "the amount is larger than what is owed".to_owned(),
        fields: vec![
            Field::input("amount", "Amount", "text").decimal().required(),
            Field::input("received_on", "Received on", "date").required(),
        ],
        back: "/admin/payments".to_owned(),
        invoice: Some(("INV-2026-002041".to_owned(), eur(21_293))),
    }
}

pub(super) fn orders() -> orders::Orders {
    orders::Orders {
        shell: shell("/admin/orders"),
        rows: vec![orders::OrderRow {
            href: "/admin/orders/ord_01".to_owned(),
            day: day(2026, 11, 19),
            client: ("Kite & Sons".to_owned(), "/admin/clients/cli_01".to_owned()),
            status: Badge::new(Tone::Green, "Accepted"),
            items: "2 × CD".to_owned(),
            total: eur(2_399),
            invoice: Some(("INV-2026-002040".to_owned(), "/admin/invoices/inv_01".to_owned())),
            position: 183_974,
        }],
        pager: pager(),
    }
}

pub(super) fn products() -> products::Products {
    products::Products {
        shell: shell("/admin/products"),
        rows: vec![products::ProductRow {
            href: "/admin/products/prd_01".to_owned(),
            code: id("vps-4"),
            name: "VPS 4 vCPU".to_owned(),
            kind: "VPS".to_owned(),
            featured: true,
            status: Badge::new(Tone::Green, "On sale"),
            prices: vec![(eur(1_900), "a month".to_owned(), day(2026, 1, 1))],
            position: 77,
        }],
        pager: pager(),
    }
}

pub(super) fn new_product() -> products::NewProduct {
    products::NewProduct {
        shell: shell("/admin/products"),
        key: "k-5".to_owned(),
        error: String::new(),
        what: vec![Field::input("code", "Code", "text").required()],
        price: vec![Field::input("price", "Price", "text").decimal()],
    }
}

fn lines() -> Vec<trial_balance::AccountLine> {
    let line = |code: &str, name: &str, detail: &str, debit: Option<i64>, credit: Option<i64>| {
        trial_balance::AccountLine {
            code: code.to_owned(),
            name: name.to_owned(),
            detail: detail.to_owned(),
            debit: debit.map(eur),
            credit: credit.map(eur),
        }
    };
    vec![
        line("1200", "Accounts receivable", "", Some(41_293), None),
        line("2300", "Deferred revenue", "hosting", None, Some(34_700)),
        line("2200", "Tax payable", "DE/19", None, Some(6_593)),
    ]
}

pub(super) fn journal() -> journal::Journal {
    let entry = || journal::Posting {
        day: day(2026, 11, 18),
        true_day: Some(day(2026, 10, 30)),
        kind: "invoice.issued".to_owned(),
        document: "INV-2026-002041".to_owned(),
        href: Some("/admin/invoices/inv_01".to_owned()),
        client: Some(("Brightfield Media GmbH".to_owned(), "/admin/clients/cli_01".to_owned())),
        lines: lines(),
        position: 184_011,
    };
    journal::Journal {
        shell: shell("/admin/journal"),
        currency: "EUR".to_owned(),
        as_of: "184011".to_owned(),
        accounts: vec![("1200".to_owned(), "1200 Accounts receivable".to_owned(), false)],
        from: String::new(),
        to: String::new(),
        recognised: Some(day(2026, 11, 17)),
        entries: vec![entry(), entry(), entry()],
        pager: pager(),
    }
}

pub(super) fn trial_balance() -> trial_balance::TrialBalance {
    let account = |code: &str, name: &str, minor: i64| trial_balance::Account {
        code: code.to_owned(),
        name: name.to_owned(),
        debited: eur(minor.max(0) + 5_000),
        credited: eur((-minor).max(0) + 5_000),
        debit: (minor > 0).then(|| eur(minor)),
        credit: (minor < 0).then(|| eur(-minor)),
        last: 184_011,
        href: format!("/admin/journal?account={code}&currency=EUR"),
    };
    trial_balance::TrialBalance {
        shell: shell("/admin/trial-balance"),
        as_of: String::new(),
        on: "2026-10-31".to_owned(),
        past: true,
        known: 184_011,
        at: Some(at(11, 18, 2, 0)),
        books: vec![trial_balance::Books {
            currency: "EUR".to_owned(),
            lines: vec![
                account("1100", "Gateway clearing", 247_891_230),
                account("1200", "Accounts receivable", 2_640_211),
                account("2200", "Tax payable", -3_100_000),
                account("4000", "Revenue", -247_431_441),
            ],
            debit: eur(250_531_441),
            credit: eur(250_531_441),
            even: true,
        }],
    }
}

pub(super) fn events() -> events::Events {
    events::Events {
        shell: shell("/admin/events"),
        chips: chips(&[("All", 184_231), ("client", 1), ("invoice", 1), ("payment", 1)]),
        aggregate: String::new(),
        kind: String::new(),
        actor: String::new(),
        before: String::new(),
        rows: event_rows(),
        pager: pager(),
    }
}

pub(super) fn event() -> events::Event {
    events::Event {
        shell: shell("/admin/events"),
        position: 184_011,
        kind: "invoice.issued".to_owned(),
        subject: Some(("INV-2026-002041".to_owned(), "/admin/invoices/inv_01".to_owned())),
        headers: vec![
            ("Event id", id("evt_01jd2kq7vhe8v9r3m5c2x7wq2m")),
            ("Stream", id("invoice inv_01jd2kq7vhe8v9r3m5c2x7wq2m, 3")),
            ("Leaf hash", id("5f2b9c0e…")),
        ],
        at: at(11, 18, 2, 0),
        effective: day(2026, 11, 18),
        by: "maria@northwind".to_owned(),
        payload: "{\n  <span class=\"k\">\"issued\"</span>: {}\n}".to_owned(),
        metadata: vec![("ip".to_owned(), "192.0.2.14".to_owned())],
        chain: event_rows(),
        why: event_rows()
            .into_iter()
            .take(3)
            .zip(0..)
            .map(|(row, depth)| events::Step {
                depth,
                role: "led to it",
                what: "Invoice issued".to_owned(),
                row,
            })
            .collect(),
        why_cut: true,
        posted: lines(),
        previous: Some(184_010),
        next: Some(184_012),
    }
}

pub(super) fn audit() -> audit::Audit {
    audit::Audit {
        shell: shell("/admin/audit"),
        actions: vec![("CREATE".to_owned(), "CREATE".to_owned(), true)],
        entities: vec![("invoice".to_owned(), "Invoice".to_owned(), false)],
        actors: vec![("staff:1".to_owned(), "Maria Lindqvist".to_owned(), false)],
        from: String::new(),
        to: String::new(),
        narrowed: vec!["payment.refund_requested".to_owned(), "2026-11-20 UTC".to_owned()],
        files: vec![("CSV", "/api/v1/audit/export/csv?action=CREATE".to_owned())],
        rows: vec![audit::AuditRow {
            at: at(11, 18, 2, 0),
            who: ("maria@northwind".to_owned(), "staff".to_owned()),
            what: "Issued an invoice".to_owned(),
            subject: Some(("INV-2026-002041".to_owned(), "/admin/invoices/inv_01".to_owned())),
            from: "192.0.2.14".to_owned(),
            agent: "Firefox".to_owned(),
            action: "CREATE",
            changes: vec![("State".to_owned(), "draft".to_owned(), "open".to_owned())],
            reason: String::new(),
            position: 184_011,
        }],
        pager: pager(),
    }
}

pub(super) fn projections() -> projections::Projections {
    let row = |name: &str, question, tone, word: &str, lag: i64, error: &str| {
        projections::ProjectionRow {
            name: name.to_owned(),
            question,
            status: Badge::new(tone, word),
            generation: 2,
            position: 184_231 - lag,
            lag,
            thousandths: (184_231 - lag) * 1000 / 184_231,
            moved: at(11, 20, 9, 41),
            error: error.to_owned(),
            parked: i64::from(!error.is_empty()),
            paused: word == "Paused",
            actions: vec![confirm::Action::new(
                "/admin/projections/pause".to_owned(),
                "Pause",
                "pause",
            )],
        }
    };
    projections::Projections {
        shell: shell("/admin/projections"),
        head: 184_231,
        rows: vec![
            row(
                "journal",
                "What was posted, and what every account holds?",
                Tone::Green,
                "Live",
                0,
                "",
            ),
            row(
                "invoice_list",
                "Which invoices are there, and what is owed?",
                Tone::Blue,
                "Building",
                84_000,
                "",
            ),
            row(
                "client_ledger",
                "What does a client owe?",
                Tone::Red,
                "Stopped",
                12,
                "event 184219 has a version this node does not know",
            ),
        ],
        building: true,
    }
}

pub(super) fn integrity() -> integrity::Integrity {
    integrity::Integrity {
        shell: shell("/admin/integrity"),
        position: 184_231,
        batches: 1_440,
        head: id("5f2b9c0e7d1a4b3c5f2b9c0e7d1a4b3c5f2b9c0e7d1a4b3c5f2b9c0e7d1a4b3c"),
        recorded: Some(at(11, 20, 9, 41)),
        proof: crate::operations::Proof::Whole {
            at: at(11, 20, 8, 0).0,
            events: 184_231,
            up_to: 184_231,
            seconds: 1,
        },
        anchors: vec![integrity::Anchor {
            position: 184_000,
            batch: 1_438,
            hash: id("5f2b9c0e7d1a4b3c5f2b9c0e7d1a4b3c5f2b9c0e"),
            key: id("ed25519:7f3a"),
            at: at(11, 20, 8, 0),
        }],
    }
}

pub(super) fn settings() -> settings::Settings {
    settings::Settings {
        shell: shell("/admin/settings"),
        seller: vec![settings::Line::fixed("Name", "Northwind Hosting GmbH")],
        documents: vec![settings::Line::fixed("Invoices", "INV-000001")],
        ways_in: settings::ways_in(true, false),
        conventions: settings::conventions::words(&Conventions::default()),
        custom_fields: vec![(
            "Account manager".to_owned(),
            "Text".to_owned(),
            true,
            "/admin/settings/custom-fields/manager/retire".to_owned(),
        )],
    }
}

pub(super) fn sign_in() -> sign_in::SignIn {
    sign_in::SignIn {
        theme: "dark",
        branding: Branding::default(),
        csrf: "c".to_owned(),
        next: "/admin".to_owned(),
        action: "/admin/sign-in",
        fields: vec![
            Field::input("email", "Mail address", "email").known_as("username").required(),
            Field::input("password", "Password", "password")
                .known_as("current-password")
                .required(),
        ],
        error: "mail address or password is wrong".to_owned(),
        note: "A code is on its way.",
        providers: vec![("/admin/sign-in/with/company".to_owned(), "Company account".to_owned())],
        only_providers: false,
    }
}

pub(super) fn fault() -> fault::Fault {
    fault::Fault {
        theme: "dark",
        branding: Branding::default(),
        status: 404,
        title: "There is nothing here".to_owned(),
        text: "The page or record does not exist, or is not of your company.".to_owned(),
        request: "0193".to_owned(),
    }
}

/// Of somebody who looks after some clients, or none yet.
pub(super) fn own_overview(some: bool) -> own_overview::OwnOverview {
    let counted = |label, value: &str, tone, href| own_overview::Counted {
        label,
        value: value.to_owned(),
        tone,
        href,
    };
    let held = crate::reach::Held::everything_of_own();
    own_overview::OwnOverview {
        shell: crate::layout::Shell { held, ..shell("/admin") },
        figures: vec![
            counted("Active clients", "3", "t1", "/admin/clients?status=active"),
            counted("To be paid", "12", "t3", "/admin/invoices"),
            counted("Overdue", "10,000+", "t4", "/admin/invoices?status=overdue"),
        ],
        open: if some { invoice_rows() } else { Vec::new() },
        newest: Some(if some { clients().rows } else { Vec::new() }),
    }
}
