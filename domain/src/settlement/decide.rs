//! What may happen to a settlement in which state.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_key, check_line, check_optional_line};
use crate::kernel::{Aggregate, Invalid, Issued, Money};
use crate::settlement::{
    HeldLine, LineMatch, LineSettled, LineStanding, LineUnmatched, MatchLine, NewLine,
    OpenSettlement, Settlement, SettlementCommand, SettlementEvent, SettlementLine,
    SettlementLineKind, SettlementRefusal, SettlementSource, Statement,
};

/// How many lines one event holds.
const LINES_OF_AN_EVENT: usize = 500;
/// How many lines a settlement may have: its state is held in memory as one.
const MOST_LINES: usize = 20_000;
/// The longest name of theirs and of ours, in characters.
const LONGEST_REFERENCE: usize = 200;

impl Aggregate for Settlement {
    const TYPE: &'static str = "settlement";
    type Command = SettlementCommand;
    type Event = SettlementEvent;
    type Refusal = SettlementRefusal;

    fn decide(&self, ask: &Issued<SettlementCommand>) -> Decision {
        use SettlementCommand as Ask;
        let statement = match (self, &ask.command) {
            (Self::Absent, Ask::Open(new)) => return open(new),
            (Self::Absent, _) => return Err(SettlementRefusal::Absent),
            (Self::Open(known) | Self::Closed(known), Ask::Open(new)) => return known.again(new),
            (Self::Closed(_), Ask::Close) => return Ok(Vec::new()),
            (Self::Closed(known), Ask::Read { lines, .. }) => return known.read_again(lines),
            (Self::Closed(_), _) => return Err(SettlementRefusal::Closed),
            (Self::Open(statement), _) => statement,
        };
        match &ask.command {
            Ask::Open(new) => statement.again(new),
            Ask::Read { lines, is_last } => statement.read(lines, *is_last, ask.effective_on),
            Ask::Match(what) => statement.match_line(what),
            Ask::BookPayout { no } => statement.book_payout(*no),
            Ask::BookFee { no, what } => statement.book_fee(*no, what),
            Ask::SetAside { no, why } => statement.set_aside(*no, *why),
            Ask::Settle { no, how } => statement.settle(*no, how),
            Ask::Close => statement.close(),
        }
    }

    fn apply(&mut self, event: &SettlementEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let lines = self.statement().map_or(&[][..], |statement| &statement.lines);
        let texts = lines.iter().map(|held| {
            let named = [held.line.reference.as_ref(), held.line.ours.as_ref()];
            let named = named.into_iter().flatten().map(String::len);
            named.fold(held.line.their_id.len(), usize::saturating_add)
        });
        let own = lines.len().saturating_mul(size_of::<HeldLine>());
        texts.fold(size_of::<Self>().saturating_add(own), usize::saturating_add)
    }
}

bridge_to_cqrs_es!(Settlement);

type Decision = Result<Vec<SettlementEvent>, SettlementRefusal>;

fn open(new: &OpenSettlement) -> Decision {
    let days = match (new.from, new.to) {
        (Some(from), Some(to)) if to < from => {
            let detail = "must not be before its first day";
            Err(Invalid::one("to", "settlement.days_turned", detail))
        }
        _ => Ok(()),
    };
    Invalid::gather([
        check_key("source", new.source.key()),
        check_key("format", &new.format),
        check_hash(&new.file_hash),
        check_line("name", &new.name, LONGEST_REFERENCE),
        days,
    ])?;
    Ok(vec![SettlementEvent::Opened {
        source: new.source.clone(),
        format: new.format.clone(),
        file_hash: new.file_hash.clone(),
        name: new.name.clone(),
        from: new.from,
        to: new.to,
    }])
}

fn check_hash(hash: &str) -> Result<(), Invalid> {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if hash.len() == 64 && hash.bytes().all(digit) {
        return Ok(());
    }
    let detail = "must be 64 hexadecimal digits in lower case";
    Err(Invalid::one("file_hash", "settlement.no_hash", detail))
}

impl Statement {
    /// The same file of the same account, whatever it is called.
    fn again(&self, new: &OpenSettlement) -> Decision {
        let known = (&self.source, &self.format, &self.file_hash);
        if known == (&new.source, &new.format, &new.file_hash) {
            return Ok(Vec::new());
        }
        Err(SettlementRefusal::AlreadyOpened)
    }

    /// A closed settlement knows its lines, and takes no other.
    fn read_again(&self, lines: &[NewLine]) -> Decision {
        let unknown = self.unknown(lines)?;
        if unknown.is_empty() { Ok(Vec::new()) } else { Err(SettlementRefusal::Closed) }
    }

    fn read(&self, lines: &[NewLine], is_last: bool, today: NaiveDate) -> Decision {
        let checks = lines.iter().enumerate().map(|(at, line)| {
            check_new(line, today).map_err(|invalid| invalid.under(&format!("lines/{at}")))
        });
        Invalid::gather(checks)?;
        let unknown = self.unknown(lines)?;
        let first = self.lines.len().saturating_add(1);
        if self.lines.len().saturating_add(unknown.len()) > MOST_LINES {
            return Err(SettlementRefusal::Full { limit: MOST_LINES });
        }
        let numbered = (first..).zip(unknown).filter_map(|(no, line)| {
            let no = u32::try_from(no).ok()?;
            Some(numbered(no, line))
        });
        let mut left: Vec<SettlementLine> = numbered.collect();
        let mut events = Vec::new();
        while !left.is_empty() {
            let rest = left.split_off(left.len().min(LINES_OF_AN_EVENT));
            let lines = std::mem::replace(&mut left, rest);
            let is_last = is_last && left.is_empty();
            events.push(SettlementEvent::LinesRead { source: self.source.clone(), lines, is_last });
        }
        if is_last && events.is_empty() && !self.is_whole {
            let (source, lines) = (self.source.clone(), Vec::new());
            events.push(SettlementEvent::LinesRead { source, lines, is_last });
        }
        Ok(events)
    }

    /// The lines that are not in yet. What is in must say the same again.
    fn unknown<'a>(&self, lines: &'a [NewLine]) -> Result<Vec<&'a NewLine>, Invalid> {
        let mut said: BTreeMap<&str, Said> = BTreeMap::new();
        for HeldLine { line, .. } in &self.lines {
            said.insert(&line.their_id, (line.kind, line.gross, line.fee, line.net, line.on));
        }
        let mut unknown = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let says = (line.kind, line.gross, line.fee, line.net, line.on);
            match said.insert(&line.their_id, says) {
                None => unknown.push(line),
                Some(before) if before == says => {}
                Some(_) => {
                    let field = format!("lines/{at}/their_id");
                    let detail = "another line of the file has this id and says something else";
                    return Err(Invalid::one(&field, "settlement.id_twice", detail));
                }
            }
        }
        Ok(unknown)
    }

    /// The line, if something may still be done about it.
    fn open_line(&self, no: u32) -> Result<&HeldLine, SettlementRefusal> {
        let held = self.line(no).ok_or(SettlementRefusal::NoLine { no })?;
        if held.is_open() { Ok(held) } else { Err(SettlementRefusal::LineAnswered { no }) }
    }

    /// Key of the account at a provider whose statement this is.
    fn gateway(&self) -> Result<String, SettlementRefusal> {
        match &self.source {
            SettlementSource::Gateway { gateway } => Ok(gateway.clone()),
            SettlementSource::Bank { .. } => Err(SettlementRefusal::NotOfGateway),
        }
    }

    fn match_line(&self, what: &MatchLine) -> Decision {
        let MatchLine { no, to, amount, by } = *what;
        if self.line(no).is_some_and(|held| held.standing == LineStanding::Matched(to)) {
            return Ok(Vec::new());
        }
        let line = &self.open_line(no)?.line;
        self.check_is(line, &to, Some(amount))?;
        Ok(vec![SettlementEvent::LineMatched { no, to, fee: line.fee, by }])
    }

    /// Whether a line may be a thing that no other line is.
    fn check_is(
        &self,
        line: &SettlementLine,
        thing: &LineMatch,
        amount: Option<Money>,
    ) -> Result<(), SettlementRefusal> {
        let no = line.no;
        let worth = line.worth_as(thing).ok_or(SettlementRefusal::OtherKind { no })?;
        if let Some(ours) = amount.filter(|ours| *ours != worth) {
            return Err(SettlementRefusal::AmountDiffers { no, line: worth, ours });
        }
        if self.taken.contains(&(*thing, line.came_in())) {
            return Err(SettlementRefusal::Taken);
        }
        Ok(())
    }

    fn book_payout(&self, no: u32) -> Decision {
        let gateway = self.gateway()?;
        if self.is_booked(no) {
            return Ok(Vec::new());
        }
        let line = &self.open_line(no)?.line;
        if line.kind != SettlementLineKind::Payout {
            return Err(SettlementRefusal::OtherKind { no });
        }
        Ok(vec![SettlementEvent::PayoutBooked {
            no,
            gateway,
            amount: line.net.negate(),
            fees: line.fee.unwrap_or_else(|| Money::zero(line.net.currency())),
            to_bank: line.gross.negate(),
            reference: line.reference.as_ref().unwrap_or(&line.their_id).clone(),
            on: line.on,
        }])
    }

    fn book_fee(&self, no: u32, what: &str) -> Decision {
        let gateway = self.gateway()?;
        check_line("what", what, LONGEST_REFERENCE)?;
        if self.is_booked(no) {
            return Ok(Vec::new());
        }
        let line = &self.open_line(no)?.line;
        if !matches!(line.kind, SettlementLineKind::Fee | SettlementLineKind::Adjustment) {
            return Err(SettlementRefusal::OtherKind { no });
        }
        let (fee, on, what) = (line.net.negate(), line.on, what.to_owned());
        Ok(vec![SettlementEvent::FeeBooked { no, gateway, fee, what, on }])
    }

    fn is_booked(&self, no: u32) -> bool {
        self.line(no).is_some_and(|held| held.standing == LineStanding::Booked)
    }

    fn set_aside(&self, no: u32, why: LineUnmatched) -> Decision {
        let held = self.open_line(no)?;
        if held.standing == LineStanding::SetAside(why) {
            return Ok(Vec::new());
        }
        Ok(vec![SettlementEvent::LineUnmatched { no, why }])
    }

    fn settle(&self, no: u32, how: &LineSettled) -> Decision {
        if let LineSettled::Ignored { reason } = how {
            check_line("how/reason", reason, 500)?;
        }
        let same =
            |held: &HeldLine| matches!(&held.standing, LineStanding::Settled(it) if it == how);
        if self.line(no).is_some_and(same) {
            return Ok(Vec::new());
        }
        let line = &self.open_line(no)?.line;
        if let LineSettled::Recorded { payment_id } = how {
            self.check_is(line, &LineMatch::Payment { payment_id: *payment_id }, None)?;
        }
        Ok(vec![SettlementEvent::LineSettled { no, how: how.clone() }])
    }

    fn close(&self) -> Decision {
        if !self.is_whole {
            return Err(SettlementRefusal::NotWhole);
        }
        match self.open_lines().count() {
            0 => Ok(vec![SettlementEvent::Closed {}]),
            count => Err(SettlementRefusal::LinesOpen { count }),
        }
    }
}

/// What a line says, by which one id stands for one line.
type Said = (SettlementLineKind, Money, Option<Money>, Money, NaiveDate);

fn numbered(no: u32, line: &NewLine) -> SettlementLine {
    SettlementLine {
        no,
        their_id: line.their_id.clone(),
        kind: line.kind,
        reference: line.reference.clone(),
        ours: line.ours.clone(),
        gross: line.gross,
        fee: line.fee,
        net: line.net,
        on: line.on,
        text: line.text.clone(),
    }
}

fn check_new(line: &NewLine, today: NaiveDate) -> Result<(), Invalid> {
    Invalid::gather([
        check_line("their_id", &line.their_id, LONGEST_REFERENCE),
        check_optional_line("reference", line.reference.as_deref(), LONGEST_REFERENCE),
        check_optional_line("ours", line.ours.as_deref(), LONGEST_REFERENCE),
        check_sum(line),
        check_day(line.on, today),
    ])
}

/// Fee and net are the gross, in one currency.
fn check_sum(line: &NewLine) -> Result<(), Invalid> {
    let fee = line.fee.unwrap_or_else(|| Money::zero(line.gross.currency()));
    if line.net.checked_add(fee) == Ok(line.gross) {
        return Ok(());
    }
    let detail = "must be the gross less the fee, in one currency";
    Err(Invalid::one("net", "settlement.does_not_add_up", detail))
}

/// A day may have begun elsewhere before it begins here.
fn check_day(on: NaiveDate, today: NaiveDate) -> Result<(), Invalid> {
    let last = today.checked_add_days(Days::new(1)).unwrap_or(today);
    if on <= last {
        return Ok(());
    }
    let detail = format!("must not be after {last}");
    Err(Invalid::one("on", "settlement.in_future", detail))
}
