//! What happened to statements of payment providers and banks.

use billfold_domain::settlement::{LineSettled, LineUnmatched, SettlementEvent};

use crate::show::money;

pub(crate) fn happened(event: &SettlementEvent) -> (String, &'static str) {
    match event {
        SettlementEvent::Opened { name, source, .. } => {
            (format!("Statement {name} of {} uploaded", source.key()), "")
        }
        SettlementEvent::LinesRead { lines, .. } => {
            (format!("{} lines of a statement read", lines.len()), "grey")
        }
        SettlementEvent::LineMatched { no, .. } => (format!("Line {no} matched"), "green"),
        SettlementEvent::PayoutBooked { gateway, to_bank, .. } => {
            (format!("Payout of {} by {gateway} booked", money(*to_bank).plain()), "green")
        }
        SettlementEvent::FeeBooked { gateway, fee, what, .. } => {
            (format!("Fee of {} by {gateway} booked: {what}", money(*fee).plain()), "grey")
        }
        SettlementEvent::LineUnmatched { no, why } => {
            (format!("Line {no} {}", because(*why)), "red")
        }
        SettlementEvent::LineSettled { no, how: LineSettled::Recorded { .. } } => {
            (format!("Line {no} recorded as a payment"), "green")
        }
        SettlementEvent::LineSettled { no, how: LineSettled::Ignored { reason } } => {
            (format!("Line {no} left out: {reason}"), "grey")
        }
        SettlementEvent::Closed {} => {
            ("Every line of the statement is answered".to_owned(), "green")
        }
    }
}

fn because(why: LineUnmatched) -> String {
    match why {
        LineUnmatched::NothingKnown => "is nothing we know of".to_owned(),
        LineUnmatched::Several => "could be more than one thing".to_owned(),
        LineUnmatched::AmountDiffers { ours } => {
            format!("says another amount, with us it is {}", money(ours).plain())
        }
    }
}
