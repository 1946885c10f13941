//! Dunning, filled and empty.

use super::confirm::Action;
use super::dunning::case::{CasePage, StageRow};
use super::dunning::cases::{CaseRow, Cases};
use super::dunning::strategies::{Strategies, StrategyRow};
use super::dunning::strategy_form::NewStrategy;
use super::samples::*;
use super::timeline::Happened;
use crate::form::Field;
use crate::view::{Badge, Ident, Tone};

fn client_link() -> (String, String) {
    ("Brightfield Media GmbH".to_owned(), "/admin/clients/cli_01".to_owned())
}

pub(super) fn cases(filled: bool) -> Cases {
    let row = |tone, word: &str, stage: &str, next| CaseRow {
        href: "/admin/dunning/dun_01".to_owned(),
        invoice: "INV-2026-002041".to_owned(),
        client: client_link(),
        status: Badge::new(tone, word),
        stage: stage.to_owned(),
        next,
        opened: day(2026, 11, 1),
        balance: Some(eur(2_356)),
        position: 184_011,
    };
    let rows = vec![
        row(Tone::Red, "Open", "Reminder 2", Some(day(2026, 11, 30))),
        row(Tone::Grey, "Stopped", "", None),
    ];
    Cases {
        shell: shell("/admin/dunning"),
        chips: chips(&[("Under way", 0), ("Stopped", 0)]),
        rows: if filled { rows } else { Vec::new() },
        pager: pager(),
    }
}

pub(super) fn case(stopped: bool) -> CasePage {
    let stage = |no, name: &str, mark| StageRow {
        no,
        name: name.to_owned(),
        action: "Reminder",
        when: format!("day {no}"),
        mark,
        day: Some(day(2026, 11, 2)),
    };
    let href = "/admin/dunning/dun_01/hold".to_owned();
    CasePage {
        shell: shell("/admin/dunning"),
        invoice: ("INV-2026-002041".to_owned(), "/admin/invoices/inv_01".to_owned()),
        id: Ident("dun_01jd2kq7vhe8v9r3m5c2x7wq2m".to_owned()),
        status: Badge::new(Tone::Red, "Open"),
        client: client_link(),
        balance: Some(eur(2_356)),
        stages: vec![
            stage(1, "Reminder 1", Some(Badge::new(Tone::Green, "Taken"))),
            stage(3, "Reminder <2>", None),
        ],
        days: vec![("Began", day(2026, 11, 1))],
        ended: if stopped { "The invoice was paid.".to_owned() } else { String::new() },
        timeline: vec![Happened {
            what: "Dunning began".to_owned(),
            at: at(11, 18, 9, 30),
            by: "Ada".to_owned(),
            position: 184_011,
            tone: "red",
            later: false,
        }],
        actions: vec![Action::new(href, "Hold", "pause")],
    }
}

pub(super) fn strategies(filled: bool) -> Strategies {
    let href = "/admin/dunning-strategies/dst_01/choose".to_owned();
    let row = StrategyRow {
        code: Ident("gentle".to_owned()),
        name: "Gentle".to_owned(),
        status: Badge::new(Tone::Blue, "Built in"),
        stages: vec![("Reminder", "day 2".to_owned())],
        terms: vec![("Grace", "7 days".to_owned())],
        holders: vec![
            ("Every client".to_owned(), None),
            ("cli_01jd2kq7…wq2m".to_owned(), Some("/admin/clients/cli_01".to_owned())),
        ],
        actions: vec![Action::new(href, "Choose for", "check")],
    };
    Strategies {
        shell: shell("/admin/dunning"),
        rows: if filled { vec![row] } else { Vec::new() },
        pager: pager(),
    }
}

pub(super) fn new_strategy() -> NewStrategy {
    NewStrategy {
        shell: shell("/admin/dunning"),
        key: "k-9".to_owned(),
        error: "A strategy has 1 to 50 stages.".to_owned(),
        what: vec![Field::input("code", "Code", "text").required()],
        days: vec![Field::input("reminders", "Reminders", "text").with("1, 3, 7")],
        money: vec![Field::input("retries", "Retries", "text").wrong("Write whole days.")],
    }
}
