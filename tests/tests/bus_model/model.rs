//! What should happen: clients, drafts, lines, issue, pay and void of two sellers, as plain sums.

use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

/// Currencies of clients, with their decimals.
pub(crate) const CURRENCIES: [(&str, u32); 3] = [("EUR", 2), ("JPY", 0), ("USD", 2)];

/// Percent of tax on every line.
pub(crate) const TAX: i64 = 19;

/// The name of something that does not exist.
pub(crate) const NOTHING: usize = usize::MAX;

/// What is asked of a seller. Things are named by the order in which they came to be.
#[derive(Debug, Clone)]
pub(crate) enum What {
    Register { currency: usize },
    Draft { client: usize, prices: Vec<i64> },
    AddLine { bill: usize, price: i64 },
    RemoveLine { bill: usize, line: u32 },
    Issue { bill: usize },
    Pay { client: usize, amount: i64, how: How },
    Void { bill: usize },
}

/// What a payment pays.
#[derive(Debug, Clone, Copy)]
pub(crate) enum How {
    OldestFirst,
    Named(usize),
    Nothing,
}

/// The version of the bill that the caller claims to have seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    None,
    Current,
    /// One event too few.
    Stale,
}

/// One step.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Something new, under a key of its own.
    Ask { seller: usize, what: What, seen: Seen },
    /// The same as at an earlier step, under the same key.
    Again { at: usize },
    /// Something else under the key of an earlier step.
    Misuse { at: usize },
}

/// How a step must end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expected {
    Done,
    Refused(&'static str),
    Conflict(i64),
    /// As at that step, word for word.
    As(usize),
    KeyReused,
}

/// Everything that was asked, and how it stands now.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) sellers: [Books; 2],
    pub(crate) asked: Vec<Asked>,
    /// How the newest step must end.
    pub(crate) expected: Option<Expected>,
}

/// A step that had a key of its own.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) seller: usize,
    /// The seller's own count of keys: both sellers use the same ones.
    pub(crate) key: usize,
    pub(crate) what: What,
    pub(crate) version: Option<i64>,
    /// Whether its answer is kept for ever; a conflict keeps nothing.
    pub(crate) kept: bool,
}

/// The books of a seller.
#[derive(Debug, Clone, Default)]
pub(crate) struct Books {
    pub(crate) clients: Vec<Client>,
    pub(crate) bills: Vec<Bill>,
    pub(crate) payments: Vec<Payment>,
    keys: usize,
    issued: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Client {
    /// The key it was registered under; its id follows from it, here and below.
    pub(crate) made_by: usize,
    pub(crate) currency: usize,
}

/// An invoice.
#[derive(Debug, Clone)]
pub(crate) struct Bill {
    pub(crate) made_by: usize,
    pub(crate) client: usize,
    pub(crate) lines: Vec<(u32, i64)>,
    last_line: u32,
    pub(crate) status: Status,
    /// How many events it has.
    pub(crate) version: i64,
    /// Its place in the series, once issued.
    pub(crate) number: u64,
    pub(crate) total: i64,
    pub(crate) due: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Draft,
    Open,
    Settled,
    Void,
}

/// Money that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Payment {
    pub(crate) made_by: usize,
    pub(crate) client: usize,
    pub(crate) amount: i64,
    pub(crate) credit: i64,
    pub(crate) unapplied: i64,
}

type Answer = Result<(), &'static str>;

impl Books {
    fn answer(&mut self, what: &What) -> Answer {
        match what {
            What::Register { currency } => {
                self.clients.push(Client { made_by: self.keys, currency: *currency });
                Ok(())
            }
            What::Draft { client, prices } => self.draft(*client, prices),
            What::AddLine { bill, price } => self.draft_of(*bill)?.add(*price),
            What::RemoveLine { bill, line } => self.draft_of(*bill)?.remove(*line),
            What::Issue { bill } => self.issue(*bill),
            What::Pay { client, amount, how } => self.pay(*client, *amount, *how),
            What::Void { bill } => self.bill(*bill)?.void(),
        }
    }

    /// The same, with a name beyond the last said as what it is: it may be given later.
    fn known(&self, what: &What) -> What {
        let mut what = what.clone();
        let (client, bill) = match &mut what {
            What::Register { .. } => (None, None),
            What::Draft { client, .. } => (Some(client), None),
            What::Pay { client, how: How::Named(bill), .. } => (Some(client), Some(bill)),
            What::Pay { client, .. } => (Some(client), None),
            What::AddLine { bill, .. }
            | What::RemoveLine { bill, .. }
            | What::Issue { bill }
            | What::Void { bill } => (None, Some(bill)),
        };
        if let Some(client) = client.filter(|at| **at >= self.clients.len()) {
            *client = NOTHING;
        }
        if let Some(bill) = bill.filter(|at| **at >= self.bills.len()) {
            *bill = NOTHING;
        }
        what
    }

    fn bill(&mut self, at: usize) -> Result<&mut Bill, &'static str> {
        self.bills.get_mut(at).ok_or("invoice.absent")
    }

    fn draft_of(&mut self, at: usize) -> Result<&mut Bill, &'static str> {
        let bill = self.bill(at)?;
        if bill.status == Status::Draft { Ok(bill) } else { Err("invoice.already_issued") }
    }

    fn draft(&mut self, client: usize, prices: &[i64]) -> Answer {
        if client >= self.clients.len() {
            return Err("client.absent");
        }
        let lines: Vec<_> = (1..).zip(prices.iter().copied()).collect();
        let count = u32::try_from(lines.len()).expect("few lines");
        self.bills.push(Bill {
            made_by: self.keys,
            client,
            lines,
            last_line: count,
            status: Status::Draft,
            version: 1 + i64::from(count),
            number: 0,
            total: 0,
            due: 0,
        });
        Ok(())
    }

    fn issue(&mut self, at: usize) -> Answer {
        let number = self.issued + 1;
        let bill = self.draft_of(at)?;
        if bill.lines.is_empty() {
            return Err("invoice.line_count");
        }
        let net: i64 = bill.lines.iter().map(|(_, price)| price).sum();
        bill.total = net + (net * TAX + 50) / 100;
        bill.due = bill.total;
        bill.number = number;
        bill.status = Status::Open;
        bill.version += 1;
        bill.settle_if_paid();
        self.issued = number;
        Ok(())
    }

    fn pay(&mut self, client: usize, amount: i64, how: How) -> Answer {
        if client >= self.clients.len() {
            return Err("client.absent");
        }
        let takes = |bill: &Bill| bill.client == client && bill.status == Status::Open;
        let bills: Vec<usize> = match how {
            How::Nothing => Vec::new(),
            How::Named(at) => {
                let bill = self.bill(at)?;
                match bill.status {
                    Status::Draft => return Err("invoice.not_issued"),
                    Status::Settled => return Err("invoice.already_settled"),
                    Status::Void => return Err("invoice.already_voided"),
                    Status::Open if !takes(bill) => return Err("payment.does_not_fit"),
                    Status::Open => vec![at],
                }
            }
            How::OldestFirst => {
                let mut open: Vec<usize> =
                    (0..self.bills.len()).filter(|at| takes(&self.bills[*at])).collect();
                open.sort_by_key(|at| self.bills[*at].number);
                open
            }
        };
        let mut left = amount;
        for at in bills {
            let bill = &mut self.bills[at];
            let share = bill.due.min(left);
            if share > 0 {
                bill.due -= share;
                bill.version += 1;
                bill.settle_if_paid();
                left -= share;
            }
        }
        let nothing = matches!(how, How::Nothing);
        let (credit, unapplied) = if nothing { (0, left) } else { (left, 0) };
        let made_by = self.keys;
        self.payments.push(Payment { made_by, client, amount, credit, unapplied });
        Ok(())
    }
}

impl Bill {
    fn add(&mut self, price: i64) -> Answer {
        self.last_line += 1;
        self.lines.push((self.last_line, price));
        self.version += 1;
        Ok(())
    }

    fn remove(&mut self, line: u32) -> Answer {
        let at = self.lines.iter().position(|(no, _)| *no == line).ok_or("invoice.no_such_line")?;
        self.lines.remove(at);
        self.version += 1;
        Ok(())
    }

    fn void(&mut self) -> Answer {
        match self.status {
            Status::Draft => Err("invoice.not_issued"),
            Status::Void => Err("invoice.already_voided"),
            Status::Open | Status::Settled => {
                self.status = Status::Void;
                self.version += 1;
                Ok(())
            }
        }
    }

    fn settle_if_paid(&mut self) {
        if self.due == 0 {
            self.status = Status::Settled;
            self.version += 1;
        }
    }
}

impl World {
    fn ask(&mut self, seller: usize, what: &What, seen: Seen) {
        let books = &mut self.sellers[seller];
        let what = &books.known(what);
        let current = what.bill().and_then(|at| books.bills.get(at)).map(|bill| bill.version);
        let version = match seen {
            Seen::None => None,
            Seen::Current => current,
            Seen::Stale => current.map(|version| version - 1),
        };
        let expected = match (version, current) {
            (Some(seen), Some(current)) if seen != current => Expected::Conflict(current),
            _ => books.answer(what).map_or_else(Expected::Refused, |()| Expected::Done),
        };
        let kept = !matches!(expected, Expected::Conflict(_));
        let key = books.keys;
        books.keys += 1;
        self.asked.push(Asked { seller, key, what: what.clone(), version, kept });
        self.expected = Some(expected);
    }
}

impl What {
    /// The bill whose version the caller may have seen.
    fn bill(&self) -> Option<usize> {
        match self {
            Self::AddLine { bill, .. }
            | Self::RemoveLine { bill, .. }
            | Self::Issue { bill }
            | Self::Void { bill } => Some(*bill),
            Self::Register { .. } | Self::Draft { .. } | Self::Pay { .. } => None,
        }
    }
}

impl ReferenceStateMachine for World {
    type State = World;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<World> {
        Just(World::default()).boxed()
    }

    fn transitions(world: &World) -> BoxedStrategy<Step> {
        let asks = (0..2_usize).prop_flat_map({
            let books = world.sellers.clone();
            move |seller| {
                let seen = prop_oneof![
                    4 => Just(Seen::None), 2 => Just(Seen::Current), 1 => Just(Seen::Stale),
                ];
                (Just(seller), what(&books[seller]), seen)
            }
        });
        let asks = asks.prop_map(|(seller, what, seen)| Step::Ask { seller, what, seen });
        if world.asked.is_empty() {
            return asks.boxed();
        }
        let at = 0..world.asked.len();
        prop_oneof![
            12 => asks,
            2 => at.clone().prop_map(|at| Step::Again { at }),
            1 => at.prop_map(|at| Step::Misuse { at }),
        ]
        .boxed()
    }

    fn preconditions(world: &World, step: &Step) -> bool {
        match step {
            Step::Ask { .. } => true,
            Step::Again { at } | Step::Misuse { at } => {
                world.asked.get(*at).is_some_and(|asked| asked.kept)
            }
        }
    }

    fn apply(mut world: World, step: &Step) -> World {
        match step {
            Step::Ask { seller, what, seen } => world.ask(*seller, what, *seen),
            Step::Again { at } => world.expected = Some(Expected::As(*at)),
            Step::Misuse { .. } => world.expected = Some(Expected::KeyReused),
        }
        world
    }
}

/// Something to ask of a seller: mostly what can be done, now and then what cannot.
fn what(books: &Books) -> BoxedStrategy<What> {
    let named = |status: &[Status]| -> Vec<usize> {
        let bills = books.bills.iter().enumerate();
        bills.filter(|(_, bill)| status.contains(&bill.status)).map(|(at, _)| at).collect()
    };
    let every = [Status::Draft, Status::Open, Status::Settled, Status::Void];
    let (drafts, open) = (named(&[Status::Draft]), named(&[Status::Open]));
    let (issued, bills) = (named(&[Status::Open, Status::Settled]), named(&every));
    let client = one_of((0..books.clients.len()).collect(), Vec::new());
    let draft = one_of(drafts, bills.clone());
    let prices = prop::collection::vec(price(), 0..4);
    let amount = prop_oneof![4 => 1..150_000_i64, 1 => 1..200_i64];
    let how = prop_oneof![2 => Just(How::OldestFirst), 1 => Just(How::Nothing)];
    let payers: Vec<usize> = books.bills.iter().map(|bill| bill.client).collect();
    // A bill is paid by its own client, most of the time.
    let named_pay = (one_of(open, bills.clone()), client.clone(), 0..8_u8, amount.clone());
    let named_pay = named_pay.prop_map(move |(bill, other, chance, amount)| {
        let payer = payers.get(bill).copied().filter(|_| chance > 0);
        What::Pay { client: payer.unwrap_or(other), amount, how: How::Named(bill) }
    });
    let (no_client, no_bill) = (books.clients.is_empty(), books.bills.is_empty());
    prop_oneof![
        if no_client { 40 } else { 1 } =>
            (0..CURRENCIES.len()).prop_map(|currency| What::Register { currency }),
        if no_bill { 12 } else { 4 } =>
            (client.clone(), prices).prop_map(|(client, prices)| What::Draft { client, prices }),
        3 => (draft.clone(), price()).prop_map(|(bill, price)| What::AddLine { bill, price }),
        2 => (draft.clone(), 1..4_u32).prop_map(|(bill, line)| What::RemoveLine { bill, line }),
        5 => draft.prop_map(|bill| What::Issue { bill }),
        2 => (client, amount, how)
            .prop_map(|(client, amount, how)| What::Pay { client, amount, how }),
        4 => named_pay,
        2 => one_of(issued, bills).prop_map(|bill| What::Void { bill }),
    ]
    .boxed()
}

/// One of those that fit, sometimes one of all, and rarely one that does not exist.
fn one_of(fitting: Vec<usize>, all: Vec<usize>) -> BoxedStrategy<usize> {
    let all = if all.is_empty() { fitting.clone() } else { all };
    let fitting = if fitting.is_empty() { all.clone() } else { fitting };
    if fitting.is_empty() {
        return Just(NOTHING).boxed();
    }
    prop_oneof![
        16 => prop::sample::select(fitting),
        3 => prop::sample::select(all),
        1 => Just(NOTHING),
    ]
    .boxed()
}

/// A price in minor units; half a unit of tax, which is rounded up, is not rare.
fn price() -> BoxedStrategy<i64> {
    let half = (0..300_i64).prop_map(|units| units * 100 + 50);
    prop_oneof![6 => 1..100_000_i64, 2 => half, 1 => Just(0)].boxed()
}
