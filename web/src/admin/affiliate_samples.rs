//! Affiliates as a test shows them.

use super::affiliate::{AffiliatePage, Line, Payout, Sums};
use super::affiliates::{AffiliateRow, Affiliates};
use super::confirm::Action;
use super::samples::{day, eur, pager, shell};
use crate::view::{Badge, Tone};

fn client() -> (String, String) {
    ("Brightfield Media GmbH".to_owned(), "/admin/clients/cli_01".to_owned())
}

pub(super) fn affiliates(filled: bool) -> Affiliates {
    let row = AffiliateRow {
        href: "/admin/affiliates/aff_01".to_owned(),
        code: "friend".to_owned(),
        client: client(),
        status: Badge::new(Tone::Green, "Active"),
        referrals: 12,
        balances: vec![[eur(1_470), eur(-300), eur(20_000)]],
        position: 184_011,
    };
    Affiliates {
        shell: shell("/admin/affiliates"),
        rows: if filled { vec![row] } else { Vec::new() },
        pager: pager(),
    }
}

pub(super) fn affiliate(filled: bool) -> AffiliatePage {
    let line = |what, minor| Line {
        day: day(2026, 11, 18),
        what,
        client: ("Grace Hopper".to_owned(), "/admin/clients/cli_02".to_owned()),
        payment: Some(184_011),
        invoices: vec![("INV-2026-002041".to_owned(), "/admin/invoices/inv_01".to_owned())],
        status: Badge::new(Tone::Blue, "Pending"),
        amount: eur(minor),
    };
    let sums = Sums {
        currency: "EUR",
        pending: eur(1_470),
        owed: eur(-300),
        requested: eur(0),
        paid: eur(20_000),
    };
    let payout = Payout {
        no: 1,
        day: day(2026, 11, 1),
        to: "Bank transfer, SEPA 4711".to_owned(),
        status: Badge::new(Tone::Green, "Paid"),
        amount: eur(20_000),
    };
    let terms = vec![("Commission", "20 % of each sale".to_owned())];
    AffiliatePage {
        shell: shell("/admin/affiliates"),
        code: "friend".to_owned(),
        client: client(),
        status: Badge::new(Tone::Green, "Active"),
        facts: vec!["12 clients brought".to_owned(), "1,204 clicks".to_owned()],
        actions: vec![Action::new(
            "/admin/affiliates/aff_01/pay-out".to_owned(),
            "Pay out",
            "banknote",
        )],
        lines: if filled {
            vec![line("Taken back", -300), line("Commission", 1_470)]
        } else {
            vec![]
        },
        cut: filled,
        balances: if filled { vec![sums] } else { Vec::new() },
        terms: if filled { terms } else { Vec::new() },
        payouts: if filled { vec![payout] } else { Vec::new() },
    }
}
