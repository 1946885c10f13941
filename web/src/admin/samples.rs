//! One of every page, filled, for the tests that read the HTML.

use chrono::{DateTime, NaiveDate, TimeZone as _, Utc};

use super::list::{Chip, Pager};
use super::*;
use crate::brand::Branding;
use crate::chart::{Chart, Month, Spark};
use crate::flash::Flash;
use crate::form::Field;
use crate::layout::{Person, Shell, Theme};
use crate::reach::Held;
use crate::view::{Amount, Badge, ClockTime, Day, Icon, Ident, Moment, Tone};

pub(super) fn eur(minor: i64) -> Amount {
    Amount::new(minor, "EUR", 2)
}

pub(super) fn day(y: i32, m: u32, d: u32) -> Day {
    Day(NaiveDate::from_ymd_opt(y, m, d).unwrap())
}

fn instant(month: u32, d: u32, h: u32, min: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, month, d, h, min, 18).unwrap()
}

pub(super) fn at(month: u32, d: u32, h: u32, min: u32) -> Moment {
    Moment(instant(month, d, h, min))
}

pub(super) fn id(text: &str) -> Ident {
    Ident(text.to_owned())
}

pub(super) fn shell(here: &'static str) -> Shell {
    Shell {
        theme: Theme::Dark,
        here,
        tenant: "Northwind Hosting".to_owned(),
        person: Person {
            name: "Maria Lindqvist".to_owned(),
            email: "maria@northwind.example".to_owned(),
            picture: Some("/admin/staff/stf_01/avatar".to_owned()),
        },
        held: Held::everything(),
        csrf: "0123456789abcdef".to_owned(),
        position: 184_231,
        health: Badge::new(Tone::Green, "Projections current"),
        waiting: 2,
        flash: None,
        alarm: None,
        branding: Branding::default(),
    }
}

pub(super) fn pager() -> Pager {
    Pager { text: "12 of 2,041".to_owned(), newer: None, older: Some("?cursor=abc".to_owned()) }
}

pub(super) fn chips(words: &[(&str, i64)]) -> Vec<Chip> {
    (0..)
        .zip(words)
        .map(|(index, (label, count))| Chip {
            label: (*label).to_owned(),
            count: Some(*count),
            href: "?status=x".to_owned(),
            on: index == 0,
        })
        .collect()
}

const CLIENTS: [&str; 10] = [
    "Brightfield Media GmbH",
    "Harbour Radio",
    "Fjord Shipping AS",
    "Kite & Sons",
    "Nakamura Labs",
    "Atelier Rousseau",
    "Polder Digital BV",
    "Tatra Outdoor s.r.o.",
    "Lumen Observatory",
    "Casa Verde Turismo",
];

pub(super) fn invoice_rows() -> Vec<invoices::InvoiceRow> {
    let states = [
        "open",
        "paid",
        "overdue",
        "paid",
        "partially_paid",
        "paid",
        "void",
        "open",
        "paid",
        "draft",
    ];
    (0..)
        .zip(CLIENTS.iter().zip(states))
        .map(|(index, (client, state))| {
            let total = 1_900 + i64::from(index) * 8_017;
            let owed = match state {
                "open" | "overdue" => total,
                "partially_paid" => total / 3,
                _ => 0,
            };
            invoices::InvoiceRow {
                href: "/admin/invoices/inv_01".to_owned(),
                number: match state {
                    "draft" => "Draft".to_owned(),
                    _ => format!("INV-2026-{:06}", 2041 - index),
                },
                client: (*client).to_owned(),
                client_href: "/admin/clients/cli_01".to_owned(),
                status: Badge::invoice(state),
                total: eur(total),
                balance: eur(owed),
                issued: Some(day(2026, 11, 16)),
                due: Some(day(2026, 11, 30 - index)),
                position: 184_011 - i64::from(index) * 37,
            }
        })
        .collect()
}

pub(super) fn overview() -> overview::Overview {
    let names =
        ["Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"];
    let invoiced = [61, 64, 66, 71, 70, 76, 81, 84, 83, 91, 97, 88];
    let months: Vec<Month> = (0..)
        .zip(names.iter().zip(invoiced))
        .map(|(index, (name, thousand))| Month {
            label: (*name).to_owned(),
            name: format!("{name} 2026"),
            bars: [eur(thousand * 100_000), eur((thousand - 3 - index % 4) * 100_000)],
            line: Some(eur((6 + index % 5 + index / 4) * 100_000)),
        })
        .collect();
    let spark =
        |shift: i64| Spark(invoiced.iter().map(|value| value + shift * (value % 7)).collect());
    let figure = |label: &str, minor, tone, change: Option<(&'static str, &str)>, note: &str| {
        overview::Figure {
            label: label.to_owned(),
            value: eur(minor),
            tone,
            change: change.map(|(class, text)| (class, text.to_owned())),
            note: note.to_owned(),
            spark: spark(i64::from(tone.as_bytes()[1] - b'0')),
            href: "/admin/invoices".to_owned(),
        }
    };
    overview::Overview {
        shell: shell("/admin"),
        books: vec![
            "Northwind Hosting".to_owned(),
            "EUR books".to_owned(),
            "November 2026".to_owned(),
        ],
        figures: vec![
            figure(
                "Invoiced this month",
                8_812_350,
                "t1",
                Some(("up", "+4.1 %")),
                "vs October so far",
            ),
            figure("Collected this month", 7_123_640, "t2", None, "81 % of invoiced"),
            figure("Outstanding", 2_640_211, "t3", None, "64 open invoices"),
            figure("Overdue", 1_305_817, "t4", Some(("down", "+€ 3,911")), "26 invoices"),
        ],
        chart: Chart {
            title: "Invoiced and collected".to_owned(),
            series: ["Invoiced", "Collected", "Outstanding"],
            months,
        },
        feed: feed(),
        work: invoice_rows(),
        first_steps: Vec::new(),
    }
}

fn feed() -> Vec<overview::FeedItem> {
    let kinds = [
        ("payment", "payment.settled"),
        ("invoice", "invoice.payment_applied"),
        ("invoice", "invoice.issued"),
        ("order", "order.placed"),
        ("client", "client.registered"),
        ("product", "product.price_set"),
    ];
    (0..)
        .zip(kinds.iter().cycle().take(11))
        .map(|(index, (aggregate, kind))| overview::FeedItem {
            position: 184_231 - index,
            aggregate: (*aggregate).to_owned(),
            kind: (*kind).to_owned(),
            at: ClockTime(instant(11, 20, 9, 41)),
            fresh: false,
        })
        .collect()
}

pub(super) fn event_rows() -> Vec<events::EventRow> {
    ["invoice.issued", "payment.settled", "client.registered", "order.placed", "product.created"]
        .iter()
        .cycle()
        .take(10)
        .zip(0..)
        .map(|(kind, index)| events::EventRow {
            position: 184_011 - index * 13,
            aggregate: kind.split('.').next().unwrap().to_owned(),
            kind: (*kind).to_owned(),
            stream: id("inv_01jd2k…9x4q · 3"),
            stream_href: Some("/admin/invoices/inv_01".to_owned()),
            by: "maria@northwind".to_owned(),
            effective: day(2026, 11, 18),
            at: at(11, 18, 2, 0),
        })
        .collect()
}

fn head() -> client::Head {
    client::Head {
        href: "/admin/clients/cli_01".to_owned(),
        name: "Brightfield Media GmbH".to_owned(),
        id: id("cli_01jd2kq7vhe8v9r3m5c2x7wq2m"),
        status: Badge::new(Tone::Green, "Active"),
        facts: vec!["client since 12 Mar 2024".to_owned(), "Germany".to_owned(), "EUR".to_owned()],
        brought_by: Some(("friend".to_owned(), "/admin/affiliates/aff_01".to_owned())),
        pictured: true,
        contact: vec![
            "Brightfield Media GmbH".to_owned(),
            "billing@brightfield.example".to_owned(),
        ],
    }
}

fn entry(
    day: Day,
    what: &str,
    debit: i64,
    credit: i64,
    legs: &[(&str, &str, i64)],
) -> client::Entry {
    let some = |minor: i64| (minor > 0).then(|| eur(minor));
    client::Entry {
        day,
        what: what.to_owned(),
        href: Some("/admin/invoices/inv_01".to_owned()),
        account: "Receivable".to_owned(),
        debit: some(debit),
        credit: some(credit),
        running: eur(debit),
        position: 184_011,
        legs: legs
            .iter()
            .map(|(what, account, minor)| client::Leg {
                what: (*what).to_owned(),
                account: (*account).to_owned(),
                debit: some(if credit > 0 { *minor } else { 0 }),
                credit: some(if debit > 0 { *minor } else { 0 }),
            })
            .collect(),
    }
}

pub(super) fn client(tab: &'static str, past: bool) -> client::Client {
    let sold: &[(&str, &str, i64)] = &[
        ("Dedicated AX41, 18 Nov to 17 Dec", "Deferred revenue", 29_900),
        ("Cloud, 4 × vCPU", "Revenue", 4_800),
        ("VAT DE 19 %", "Tax payable", 6_593),
    ];
    let happened = |what: &str, tone, later| super::timeline::Happened {
        what: what.to_owned(),
        at: at(11, 18, 2, 0),
        by: "system: renewals".to_owned(),
        position: 184_011,
        tone,
        later,
    };
    client::Client {
        tabs: vec![("ledger", "Ledger"), ("invoices", "Invoices"), ("events", "Events")],
        shell: shell("/admin/clients"),
        head: head(),
        as_of: client::AsOf {
            past,
            version: if past { 41 } else { 44 },
            versions: 44,
            date: if past { "2026-11-18".to_owned() } else { String::new() },
            at: past.then(|| at(11, 18, 23, 59)),
            compare: past,
        },
        tab,
        ledger: vec![
            entry(day(2026, 11, 18), "Invoice INV-2026-002041", 41_293, 0, sold),
            entry(
                day(2026, 11, 2),
                "Payment settled",
                0,
                38_840,
                &[("manual_bank", "Gateway clearing", 38_840)],
            ),
            entry(
                day(2026, 10, 21),
                "Credit note CN-2026-000118",
                0,
                2_453,
                &[("Downtime on 18 Oct", "Revenue", 2_061), ("VAT DE 19 %", "Tax payable", 392)],
            ),
            entry(day(2026, 10, 18), "Invoice INV-2026-001877", 41_293, 0, sold),
        ],
        invoices: invoice_rows(),
        events: event_rows(),
        pager: pager(),
        balances: [("Receivable", 41_293), ("Customer credit", 0), ("Unapplied", 0)]
            .iter()
            .map(|(label, minor)| client::Balance {
                label,
                amount: eur(*minor),
                now: past.then(|| eur(0)),
            })
            .collect(),
        subscriptions: (!past).then(|| client::Subscribed {
            rows: super::subscription_samples::subscription_rows(),
            more: true,
        }),
        actions: Vec::new(),
        timeline: vec![
            happened("Contact changed", "grey", past),
            happened("Invoice INV-2026-002041 issued", "", false),
            happened("Payment of € 388.40 settled", "green", false),
            happened("Payment declined", "red", false),
            happened("Credit note CN-2026-000118 issued", "", false),
        ],
    }
}

pub(super) fn record(filled: bool) -> client::record::Record {
    let one = |sample: client::record::Contact| if filled { vec![sample] } else { Vec::new() };
    let action = super::confirm::Action::new("/admin/x".to_owned(), "Change", "pencil");
    client::record::Record {
        shell: shell("/admin/clients"),
        href: "/admin/clients/cli_01".to_owned(),
        name: "Brightfield Media GmbH".to_owned(),
        initials: "BG".to_owned(),
        pictured: filled,
        id: id("cli_01jd…wq2m"),
        status: Badge::new(Tone::Green, "Active"),
        profile: vec![("Name", "Ada Brightfield".to_owned())],
        custom: vec![("Account manager".to_owned(), "Grace".to_owned())],
        contacts: one(client::record::Contact {
            kinds: vec!["Billing".to_owned()],
            lines: vec!["Bob".to_owned()],
            actions: vec![action.clone()],
        }),
        notes: vec![client::record::Note {
            text: "Calls on Fridays.".to_owned(),
            by: "maria@northwind".to_owned(),
            at: at(11, 18, 2, 0),
            position: 184_011,
            remove: "/admin/x".to_owned(),
        }],
        data: client::personal_data::HeldRecords {
            kept: Some(("§ 14b UStG, § 147 AO".to_owned(), day(2034, 12, 31))),
            ready: Some(("/api/v1/x".to_owned(), at(11, 19, 2, 0))),
            actions: vec![action.clone()],
        },
        actions: vec![action],
    }
}

pub(super) fn explained() -> client::Explained {
    client::Explained {
        shell: shell("/admin/clients"),
        head: head(),
        label: "Receivable".to_owned(),
        total: eur(41_293),
        parts: [
            ("Invoice INV-2026-001877", 41_293),
            ("Payment", -41_293),
            ("Invoice INV-2026-002041", 41_293),
        ]
        .iter()
        .map(|(what, minor)| client::Part {
            day: day(2026, 11, 18),
            what: (*what).to_owned(),
            href: None,
            amount: eur(*minor),
            running: eur(41_293),
            rule: "invoice issued: debit accounts receivable".to_owned(),
            by: "maria@northwind".to_owned(),
            position: 184_011,
        })
        .collect(),
        folded: 0,
        cut: false,
        text: "Receivable of Brightfield Media GmbH".to_owned(),
    }
}

pub(super) fn invoice(tab: &'static str) -> invoice::Invoice {
    let line = |no, description: &str, kind: &str, net| invoice::Line {
        no,
        description: description.to_owned(),
        kind: kind.to_owned(),
        period: "18 Nov to 17 Dec 2026".to_owned(),
        quantity: "1".to_owned(),
        unit_price: "€ 299.00".to_owned(),
        tax: "DE 19 %".to_owned(),
        net: eur(net),
    };
    let action = |label, icon, class| {
        let href = "/admin/invoices/inv_01/void".to_owned();
        confirm::Action::new(href, label, icon).class(class)
    };
    invoice::Invoice {
        shell: shell("/admin/invoices"),
        href: "/admin/invoices/inv_01".to_owned(),
        number: "INV-2026-002041".to_owned(),
        status: Badge::invoice("partially_paid"),
        dunning: (tab == "lines")
            .then(|| (Badge::new(Tone::Red, "Open"), "/admin/dunning/dun_01".to_owned())),
        client: ("Brightfield Media GmbH".to_owned(), "/admin/clients/cli_01".to_owned()),
        facts: vec!["EUR".to_owned(), "net 14 days".to_owned()],
        seller: vec!["Northwind Hosting".to_owned(), "DE".to_owned(), "VAT DE123456789".to_owned()],
        buyer: vec![
            "Brightfield Media GmbH".to_owned(),
            "Hafenstraße 9".to_owned(),
            "20457 Hamburg".to_owned(),
        ],
        dates: vec![("Issued", day(2026, 11, 18)), ("Due", day(2026, 12, 2))],
        tab,
        lines: vec![
            line(1, "Dedicated AX41", "Hosting", 29_900),
            line(2, "Cloud, 4 × vCPU", "VPS", 4_800),
        ],
        taxes: vec![invoice::Tax { label: "DE 19 % of € 347.00".to_owned(), amount: eur(6_593) }],
        net: eur(34_700),
        total: eur(41_293),
        settled: vec![("Paid".to_owned(), eur(-20_000))],
        balance: eur(21_293),
        payments: vec![invoice::PaidBy {
            day: day(2026, 11, 19),
            through: "Bank transfer · SEPA 771".to_owned(),
            amount: eur(20_000),
            position: 184_100,
        }],
        history: history(),
        related: vec![(
            "Corrected by",
            "INV-2026-002050".to_owned(),
            "/admin/invoices/inv_02".to_owned(),
        )],
        versions: chips(&[("now", 4), ("19 Nov", 3), ("18 Nov", 2)]),
        as_of: None,
        actions: vec![
            action("Record payment", "hand-coins", "primary"),
            action("Void", "ban", "danger"),
        ],
        position: 184_100,
    }
}

fn history() -> Vec<invoice::Change> {
    let change = |what: &str, tone, fields: &[(&str, &str, &str)]| invoice::Change {
        position: 184_011,
        tone,
        what: what.to_owned(),
        at: at(11, 18, 2, 0),
        by: "maria@northwind".to_owned(),
        with: "from 192.0.2.14".to_owned(),
        fields: fields
            .iter()
            .map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned()))
            .collect(),
    };
    vec![
        change(
            "€ 200.00 paid by bank transfer",
            "green",
            &[("balance_due", "412.93", "212.93"), ("status", "open", "partially_paid")],
        ),
        change("Issued as INV-2026-002041", "", &[("number", "–", "INV-2026-002041")]),
        change("Line added: Dedicated AX41", "grey", &[]),
        change("Drafted", "grey", &[]),
    ]
}

pub(super) fn invoice_form() -> invoice_form::InvoiceForm {
    let cell = |value: &str| invoice_lines::Cell { value: value.to_owned(), error: String::new() };
    let line = |index, description: &str, price: &str, net| invoice_lines::LineFields {
        index,
        no: String::new(),
        note: "1 Nov to 30 Nov 2026".to_owned(),
        kinds: vec![
            ("hosting".to_owned(), "Hosting".to_owned(), true),
            ("vps".to_owned(), "VPS".to_owned(), false),
        ],
        description: cell(description),
        quantity: cell("1"),
        unit_price: cell(price),
        tax_rate: cell("19"),
        net,
    };
    let mut broken = line(1, "Cloud, 4 × vCPU", "48.001", None);
    broken.unit_price.error = "at most two decimals for EUR".to_owned();
    invoice_form::InvoiceForm {
        shell: shell("/admin/invoices"),
        title: "New invoice".to_owned(),
        facts: vec!["A draft has no number".to_owned()],
        action: "/admin/invoices/new".to_owned(),
        back: "/admin/invoices".to_owned(),
        button: "Save draft",
        key: "k-1".to_owned(),
        version: String::new(),
        error: String::new(),
        head: vec![
            Field::input("client", "Client", "text").with("Brightfield Media GmbH").required(),
            Field::choice("currency", "Currency", vec![("EUR".to_owned(), "EUR".to_owned())]),
            Field::input("due_date", "Due date", "date").hint("Empty: by the tenant's terms"),
        ],
        lines: vec![line(0, "Dedicated AX41", "299.00", Some(eur(29_900))), broken],
        totals: Some(invoice_lines::Totals {
            net: eur(29_900),
            taxes: vec![invoice::Tax {
                label: "DE 19 % of € 299.00".to_owned(),
                amount: eur(5_681),
            }],
            total: eur(35_581),
        }),
    }
}

pub(super) fn confirm() -> confirm::Confirm {
    confirm::Confirm {
        shell: shell("/admin/invoices"),
        title: "Void INV-2026-002041?".to_owned(),
        text: "A credit note over € 412.93 is issued with its own number.".to_owned(),
        action: "/admin/invoices/inv_01/void".to_owned(),
        back: "/admin/invoices/inv_01".to_owned(),
        verb: "Void invoice",
        danger: true,
        key: "k-2".to_owned(),
        version: "4".to_owned(),
        fields: vec![
            Field::input("reason", "Reason", "text").required().wrong("say why, in a few words"),
        ],
        error: String::new(),
    }
}

pub(super) fn flash() -> Flash {
    Flash::of("issued").unwrap()
}

pub(super) fn hits() -> search::Search {
    let hit = |icon, text: &str, note: &str| search::Hit {
        icon: Icon(icon),
        text: text.to_owned(),
        note: note.to_owned(),
        href: "/admin".to_owned(),
    };
    search::Search {
        shell: shell(""),
        q: "204".to_owned(),
        groups: vec![search::Hits {
            label: "Invoices",
            hits: vec![hit("receipt-text", "INV-2026-002041", "Brightfield Media GmbH · Open")],
        }],
    }
}
