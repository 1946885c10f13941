//! Unusual days, filled and empty.

use super::list::Pager;
use super::samples::*;
use super::*;
use crate::view::Day;

pub(super) fn list(filled: bool) -> unusual::Unusual {
    let refunds = unusual::UnusualRow {
        day: Day(chrono::DateTime::UNIX_EPOCH.date_naive()),
        what: "Refunds",
        who: Some(("Ada <Lovelace>".to_owned(), "staff")),
        count: 14,
        usual: "0.6 a day on average".to_owned(),
        threshold: 5,
        evidence: "/admin/audit?type=payment.refund_requested&on=1970-01-01".to_owned(),
        position: 184_011,
    };
    let refused = unusual::UnusualRow { what: "Refused sign-ins", who: None, ..refunds.clone() };
    unusual::Unusual {
        shell: shell("/admin/unusual"),
        kinds: vec![("refunds", "Refunds", false), ("lock_outs", "Lock-outs", true)],
        from: String::new(),
        to: String::new(),
        days_before: 35,
        rows: if filled { vec![refunds, refused] } else { Vec::new() },
        pager: Pager::default(),
    }
}
