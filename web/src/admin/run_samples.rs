//! Samples of the pages of billing runs and accounting periods.

use super::billing_run::{Aside, OneRun};
use super::billing_runs::{BillingRuns, NewRun, Rehearsal, RunRow};
use super::confirm::Action;
use super::list::Pager;
use super::periods::{PeriodLine, Periods};
use super::samples::{pager, shell};
use crate::form::Field;
use crate::show;
use crate::view::{Amount, Badge, Day, Tone};
use billfold_domain::kernel::Currency;
use chrono::NaiveDate;

fn eur(minor: i64) -> Amount {
    show::minor(minor, Currency::EUR)
}

fn first_of_april() -> Day {
    Day(NaiveDate::from_ymd_opt(2026, 4, 1).unwrap())
}

fn client() -> (String, String) {
    ("Brightfield Media GmbH".to_owned(), "/admin/clients/cli_01".to_owned())
}

pub(super) fn runs(filled: bool) -> BillingRuns {
    let row = RunRow {
        href: "/admin/billing-runs/brn_01".to_owned(),
        through: first_of_april(),
        status: Badge::new(Tone::Green, "Finished"),
        planned: 2_041,
        issued: 2_038,
        quarantined: 3,
        invoiced: vec![eur(7_518_200)],
        position: 184_011,
    };
    BillingRuns {
        shell: shell("/admin/billing-runs"),
        test_clock: filled.then(first_of_april),
        rows: if filled { vec![row] } else { Vec::new() },
        pager: pager(),
    }
}

pub(super) fn new_run(rehearsed: bool) -> NewRun {
    let (name, href) = client();
    let rehearsal = Rehearsal {
        counts: [2_041, 2_037, 1, 3],
        more: true,
        sums: vec![(2_036, eur(7_518_200), 1, eur(990))],
        largest: vec![(name.clone(), href.clone(), eur(182_000))],
        refused: vec![(name, href, "The client was erased.".to_owned())],
    };
    NewRun {
        shell: shell("/admin/billing-runs"),
        key: "k-9".to_owned(),
        error: if rehearsed { String::new() } else { "Choose another day.".to_owned() },
        fields: vec![Field::input("through", "Everything due through", "date").required()],
        asked: ("2026-04-01".to_owned(), String::new()),
        rehearsal: rehearsed.then_some(rehearsal),
    }
}

pub(super) fn run(running: bool) -> OneRun {
    let resume = "/admin/billing-runs/brn_01/resume".to_owned();
    let aside = Aside {
        client: client(),
        currency: "EUR".to_owned(),
        code: "client.erased".to_owned(),
        detail: "The client was erased.".to_owned(),
    };
    OneRun {
        shell: shell("/admin/billing-runs"),
        through: first_of_april(),
        status: Badge::new(Tone::Amber, "Running"),
        running,
        actions: vec![Action::new(resume, "Go on", "refresh-cw")],
        counts: [2_041, 2_037, 1, 3],
        sums: vec![(2_036, eur(7_518_200), 1, eur(990))],
        quarantine: if running { Vec::new() } else { vec![aside] },
        events: "/admin/events?correlation=01".to_owned(),
        pager: Pager::default(),
        position: 184_011,
    }
}

pub(super) fn periods(filled: bool) -> Periods {
    let row = PeriodLine {
        month: "2026-02".to_owned(),
        status: Badge::new(Tone::Amber, "Reopening asked"),
        closed_by: "Ada Lovelace".to_owned(),
        reason: "a bill of the data centre was lost".to_owned(),
        actions: vec![Action::new("/admin/periods/2026-02/reopen".to_owned(), "Reopen", "undo-2")],
        position: 184_011,
    };
    let close = "/admin/periods/2026-03/close".to_owned();
    Periods {
        shell: shell("/admin/periods"),
        first_open: filled.then(first_of_april),
        close: Some(Action::new(close, "Close a month", "check").class("primary")),
        rows: if filled { vec![row] } else { Vec::new() },
        pager: pager(),
    }
}
