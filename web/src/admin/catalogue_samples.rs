//! The pages of a product and of an order with much and with nothing on it, for tests of templates.

use crate::admin::confirm::Action;
use crate::admin::order;
use crate::admin::product;
use crate::admin::product::markdown::Prose;
use crate::admin::samples::shell;
use crate::form::Field;
use crate::view::{Amount, Badge, Day, Ident, Tone};

pub(super) fn product(full: bool) -> product::ProductPage {
    let price = |position, tier: Option<&str>| product::Price {
        amount: Amount::new(1_900, "EUR", 2),
        cycle: "a month".to_owned(),
        tier: tier.map(str::to_owned),
        status: Badge::new(Tone::Green, "In force"),
        from: Day("2026-01-01".parse().unwrap()),
        trial_days: 14,
        setup_fee: Some(Amount::new(500, "EUR", 2)),
        position,
    };
    let asked = product::Asked {
        label: "Where it stands".to_owned(),
        key: "location".to_owned(),
        kind: "Choice",
        required: true,
        choices: vec![("Frankfurt".to_owned(), vec![Amount::new(200, "EUR", 2)])],
    };
    let href = "/admin/products/prd_01/describe".to_owned();
    product::ProductPage {
        shell: shell("/admin/products"),
        name: "VPS 4 vCPU".to_owned(),
        code: "vps-4".to_owned(),
        status: Badge::new(Tone::Green, "On sale"),
        facts: vec!["VPS".to_owned(), "featured".to_owned()],
        actions: vec![Action::new(href, "Describe", "file-text").on_a_page()],
        prices: if full { vec![price(77, None), price(78, Some("wholesale"))] } else { Vec::new() },
        options: if full { vec![asked] } else { Vec::new() },
        description: Prose::of(if full {
            "# Small\n\n- *Fast* <script>alert(1)</script>"
        } else {
            ""
        }),
        features: if full { vec![("Disk".to_owned(), "10 GB".to_owned())] } else { Vec::new() },
        quotas: if full { vec![("Mailboxes", "unlimited".to_owned())] } else { Vec::new() },
        timeline: Vec::new(),
    }
}

pub(super) fn order(full: bool) -> order::OrderPage {
    let eur = |minor| Amount::new(minor, "EUR", 2);
    let item = order::Item {
        description: "VPS 4 vCPU".to_owned(),
        product: full.then(|| "/admin/products/prd_01".to_owned()),
        goes_on: "a month, 14 days free".to_owned(),
        price: "21.00 × 2".to_owned(),
        amount: eur(4_200),
        answers: match full {
            true => vec![("Name of the server".to_owned(), "<web-1>".to_owned())],
            false => Vec::new(),
        },
        subscription: full.then(|| "/admin/subscriptions/sub_01".to_owned()),
    };
    let asked = order::Asked {
        number: "INV-2026-002041".to_owned(),
        href: "/admin/invoices/inv_01".to_owned(),
        due: eur(4_200),
    };
    order::OrderPage {
        shell: shell("/admin/orders"),
        id: Ident("ord_01".to_owned()),
        status: Badge::new(Tone::Green, "Accepted"),
        client: ("Kite & Sons".to_owned(), "/admin/clients/cli_01".to_owned()),
        placed: Day("2026-11-19".parse().unwrap()),
        items: vec![item],
        total: eur(4_200),
        invoice: full.then_some(asked),
        waiting: !full,
        actions: vec![Action::new("/admin/orders/ord_01/accept".to_owned(), "Accept", "check")],
        timeline: Vec::new(),
    }
}

pub(super) fn new_order(asked: bool) -> order::form::NewOrder {
    let question = Field::input("answer-name", "Name of the server", "text").required();
    order::form::NewOrder {
        shell: shell("/admin/orders"),
        key: "k-9".to_owned(),
        error: if asked { "The client was erased.".to_owned() } else { String::new() },
        service: vec![Field::input("quantity", "Quantity", "text").with("1").decimal()],
        questions: if asked { vec![question] } else { Vec::new() },
        asked: if asked { "prd_01".to_owned() } else { String::new() },
    }
}
