//! The specification of the recognition of revenue.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::credit_note::{CreditNote, CreditNoteCommand, IssueCreditNote};
use crate::invoice::{
    CompleteInvoice, Corrected, DraftFor, Invoice, InvoiceCommand, IssueTerms, LineKind, NewLine,
    Particulars, Seller, TaxCategory, TaxTreatment,
};
use crate::kernel::testing::{TODAY, given, issued, issued_on, refusals_are_well_spoken};
use crate::kernel::{
    Aggregate, ClientId, Country, Currency, DocumentKind, DocumentNumber, EventBody, InvoiceId,
    Money, MoneyRefusal, NumberFormat, Period, ProductId, Quantity, Refusal, Series, UnitPrice,
};
use crate::ledger::{deferrals, postings};
use crate::revenue::Deferral;
use crate::schema::Event;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn of(minor: i64, currency: Currency) -> Money {
    Money::try_new(minor, currency).unwrap()
}

fn eur(minor: i64) -> Money {
    of(minor, Currency::EUR)
}

fn product(bits: u128) -> ProductId {
    ProductId::new(Uuid::from_u128(bits))
}

fn earned(kind: LineKind, product_id: Option<ProductId>, amount: Money) -> Earned {
    Earned { kind, product_id, amount }
}

fn hosting(minor: i64) -> Earned {
    earned(LineKind::Hosting, None, eur(minor))
}

fn through(text: &str, earned: Vec<Earned>) -> RecognitionCommand {
    RecognitionCommand::Recognise { through: day(text), earned }
}

fn posted(text: &str, earned: Vec<Earned>) -> RecognitionEvent {
    RecognitionEvent::Posted { through: day(text), earned }
}

#[test]
fn a_day_posts_what_was_earned_since_the_last_one() {
    given::<Recognition>([])
        .when(issued(through("2026-03-01", vec![hosting(100)])))
        .then([posted("2026-03-01", vec![hosting(100)])])
        .when(issued(through("2026-03-05", vec![hosting(140)])))
        .then([posted("2026-03-05", vec![hosting(40)])]);
}

#[test]
fn a_day_is_recognised_once_and_never_an_earlier_one() {
    let before = || given::<Recognition>([posted("2026-03-05", vec![hosting(100)])]);
    before().when(issued(through("2026-03-05", vec![hosting(500)]))).then_nothing();
    before()
        .when(issued(through("2026-03-04", vec![hosting(500)])))
        .then_refused(RecognitionRefusal::Backwards { through: day("2026-03-05") });
}

#[test]
fn only_a_day_that_is_over_is_recognised() {
    for late in ["2026-03-15", "2026-03-16"] {
        assert!(day(late) >= TODAY);
        let refused = Recognition::default().decide(&issued(through(late, vec![hosting(1)])));
        assert_eq!(refused.unwrap_err().code(), "recognition.day_not_over");
    }
    given::<Recognition>([])
        .when(issued(through("2026-03-14", vec![hosting(1)])))
        .then([posted("2026-03-14", vec![hosting(1)])]);
}

#[test]
fn a_day_on_which_nothing_was_earned_leaves_nothing_in_the_log() {
    given::<Recognition>([]).when(issued(through("2026-03-01", vec![]))).then_nothing();
    given::<Recognition>([])
        .when(issued(through("2026-03-01", vec![hosting(5), hosting(-5)])))
        .then_nothing();
    given::<Recognition>([posted("2026-03-01", vec![hosting(5)])])
        .when(issued(through("2026-03-02", vec![hosting(5)])))
        .then_nothing();
}

#[test]
fn sums_are_kept_apart_by_currency_kind_and_product() {
    let dollars = of(7, Currency::USD);
    let all = vec![
        earned(LineKind::Vps, Some(product(2)), dollars),
        earned(LineKind::Vps, Some(product(1)), eur(3)),
        earned(LineKind::Vps, None, eur(2)),
        hosting(1),
        hosting(10),
    ];
    let sorted = vec![
        hosting(11),
        earned(LineKind::Vps, None, eur(2)),
        earned(LineKind::Vps, Some(product(1)), eur(3)),
        earned(LineKind::Vps, Some(product(2)), dollars),
    ];
    let answer = posted("2026-03-01", sorted.clone());
    let state = Recognition::fold([&answer]);
    assert_eq!(state.recognised(), sorted);
    given::<Recognition>([]).when(issued(through("2026-03-01", all))).then([answer]);
}

#[test]
fn what_should_no_longer_be_revenue_is_taken_back() {
    given::<Recognition>([posted("2026-03-01", vec![hosting(100)])])
        .when(issued(through("2026-03-02", vec![])))
        .then([posted("2026-03-02", vec![hosting(-100)])])
        .when(issued(through("2026-03-03", vec![hosting(1)])))
        .then([posted("2026-03-03", vec![hosting(1)])]);
}

#[test]
fn one_posting_holds_every_currency() {
    let dollars = earned(LineKind::Vps, None, of(7, Currency::USD));
    let event = posted("2026-03-01", vec![hosting(100), dollars]);
    assert_eq!(event.effective_on(), Some(day("2026-03-01")));
    let posting = postings(&event.into()).unwrap().unwrap();
    let shown: Vec<_> = posting
        .entries()
        .iter()
        .map(|e| (e.account.as_str(), e.signed().minor(), e.amount.currency().code().to_string()))
        .collect();
    let entry = |account, minor, currency: &str| (account, minor, currency.to_owned());
    let debits = [entry("2300", 100, "EUR"), entry("2300", 7, "USD")];
    let credits = [entry("4000", -100, "EUR"), entry("4000", -7, "USD")];
    assert_eq!(shown, [debits, credits].concat());
    let shifted = vec![
        earned(LineKind::Vps, Some(product(1)), eur(5)),
        earned(LineKind::Vps, Some(product(2)), eur(-5)),
    ];
    assert_eq!(postings(&posted("2026-03-02", shifted).into()), Ok(None));
}

#[test]
fn refusals_say_what_to_do() {
    let backwards = RecognitionRefusal::Backwards { through: day("2026-03-05") };
    refusals_are_well_spoken("recognition", std::slice::from_ref(&backwards));
    assert_eq!(backwards.field(), Some("/through"));
    let too_much = RecognitionRefusal::Money(MoneyRefusal::OutOfRange);
    assert_eq!(too_much.code(), MoneyRefusal::OutOfRange.code());
}

#[test]
fn a_service_of_more_than_a_century_is_earned_when_it_ends() {
    let service = Period::try_new(day("2026-01-01"), day("2226-01-01")).unwrap();
    let posted_on = day("2026-01-01");
    let kind = LineKind::Licence;
    let line = Deferral { kind, product_id: None, amount: eur(100), service, posted_on };
    assert_eq!(line.earned_by(day("2225-12-30")), Ok(eur(0)));
    assert_eq!(line.earned_by(day("2225-12-31")), Ok(eur(100)));
}

/// What a line bills, for how many cents, and its service: days from today, and how many.
type Billed = (LineKind, i64, Option<(i64, u64)>);

/// Something that happens to the books, in the order of the log.
#[derive(Clone, Debug)]
enum Happening {
    /// Days pass.
    Pass(u64),
    /// An invoice, dated so many days back, over lines.
    Bill { back: u64, lines: Vec<Billed> },
    /// An invoice goes back as a whole.
    Void(usize),
    /// So many percent of a line of an invoice go back; of some, only for its last days.
    Credit { of: usize, percent: i64, last_days: Option<u64> },
    /// Yesterday is recognised, by a read that has not seen the last facts.
    Recognise { unseen: usize },
}

/// The books of one seller.
#[derive(Default)]
struct Books {
    days: u64,
    invoices: Vec<Vec<crate::invoice::InvoiceEvent>>,
    recognition: Recognition,
    log: Vec<Event>,
}

impl Books {
    fn today(&self) -> NaiveDate {
        TODAY + Days::new(self.days)
    }

    fn number(&self, kind: DocumentKind) -> DocumentNumber {
        Series::new(&NumberFormat::yearly("DOC"), kind, self.today()).next(|_| None).unwrap()
    }

    fn seller() -> Seller {
        Seller {
            name: "Seller".into(),
            country: Country::parse("DE").unwrap(),
            vat_id: None,
            letterhead: None,
        }
    }

    fn happen(&mut self, what: &Happening) {
        match what {
            Happening::Pass(days) => self.days += days,
            Happening::Bill { back, lines } => self.bill(*back, lines),
            Happening::Void(at) => self.void(*at),
            Happening::Credit { of, percent, last_days } => self.credit(*of, *percent, *last_days),
            Happening::Recognise { unseen } => self.recognise(*unseen),
        }
    }

    fn line(&self, kind: LineKind, minor: i64, service: Option<(i64, u64)>) -> NewLine {
        let period = service.map(|(offset, days)| {
            let from = self.today() + chrono::TimeDelta::days(offset);
            Period::try_new(from, from + Days::new(days)).unwrap()
        });
        new_line(kind, eur(minor), period)
    }

    fn bill(&mut self, back: u64, lines: &[Billed]) {
        let lines = lines.iter().map(|(kind, minor, at)| self.line(*kind, *minor, *at)).collect();
        let client_id = ClientId::new(Uuid::from_u128(3));
        let terms = IssueTerms {
            number: self.number(DocumentKind::Invoice),
            due_date: None,
            seller: Self::seller(),
            buyer: None,
            particulars: Particulars::default(),
        };
        let ask = InvoiceCommand::IssueComplete(CompleteInvoice {
            draft: DraftFor { client_id, currency: Currency::EUR, order_id: None },
            lines,
            terms,
            subscriptions: Vec::new(),
            lowerings: Vec::new(),
            origin: None,
        });
        let ask = issued_on(self.today() - Days::new(back), ask);
        let Ok(events) = Invoice::Absent.decide(&ask) else { return };
        self.log.extend(events.iter().cloned().map(Event::from));
        self.invoices.push(events);
    }

    fn void(&mut self, at: usize) {
        let Some(at) = at.checked_rem(self.invoices.len()) else { return };
        let credit_note = self.number(DocumentKind::CreditNote);
        let ask = InvoiceCommand::Void { reason: "mistake".into(), credit_note };
        let state = Invoice::fold(&self.invoices[at]);
        let Ok(events) = state.decide(&issued_on(self.today(), ask)) else { return };
        self.log.extend(events.iter().cloned().map(Event::from));
        self.invoices[at].extend(events);
    }

    fn credit(&mut self, of: usize, percent: i64, last_days: Option<u64>) {
        let Some(at) = of.checked_rem(self.invoices.len()) else { return };
        let Some(document) = Invoice::fold(&self.invoices[at]).document().cloned() else { return };
        let line = &document.lines[of % document.lines.len()];
        let period = match (line.period, last_days) {
            (Some(period), Some(days)) => {
                let from = period.to() - Days::new(days.min(period.days()));
                Period::try_new(from, period.to()).ok()
            }
            (period, _) => period,
        };
        let net = eur(line.net.minor() * percent / 100);
        let number = self.number(DocumentKind::CreditNote);
        let issue = IssueCreditNote {
            number: number.clone(),
            client_id: document.client_id,
            currency: Currency::EUR,
            lines: vec![new_line(line.kind, net, period)],
            tax_groups: None,
            corrects: vec![Corrected {
                invoice_id: InvoiceId::new(Uuid::from_u128(7)),
                number: number.text,
                issue_date: self.today(),
            }],
            offsets: Vec::new(),
            reason: "outage".into(),
            seller: Self::seller(),
            buyer: None,
            expires_on: None,
            exemption: None,
        };
        let ask = issued_on(self.today(), CreditNoteCommand::Issue(Box::new(issue)));
        let Ok(events) = CreditNote::default().decide(&ask) else { return };
        self.log.extend(events.into_iter().map(Event::from));
    }

    fn recognise(&mut self, unseen: usize) {
        let through = self.today() - Days::new(1);
        let seen = self.log.len().saturating_sub(unseen);
        let lines = self.log[..seen].iter().flat_map(deferrals);
        let sum =
            |line: Deferral| earned(line.kind, line.product_id, line.earned_by(through).unwrap());
        let ask = RecognitionCommand::Recognise { through, earned: lines.map(sum).collect() };
        let Ok(events) = self.recognition.decide(&issued_on(self.today(), ask)) else { return };
        for event in events {
            self.recognition.apply(&event);
            self.log.push(event.into());
        }
    }

    /// What an account stands at; credits positive.
    fn account(&self, codes: &[&str]) -> i64 {
        let postings = self.log.iter().filter_map(|event| postings(event).unwrap());
        let entries = postings.flat_map(|posting| posting.entries().to_vec());
        let of_it = entries.filter(|entry| codes.contains(&entry.account.as_str()));
        of_it.map(|entry| -entry.signed().minor()).sum()
    }

    /// What was invoiced less what was credited, without tax.
    fn billed(&self) -> i64 {
        use crate::credit_note::CreditNoteEvent;
        use crate::invoice::InvoiceEvent;
        let net = |event: &Event| match event {
            Event::Invoice(InvoiceEvent::Issued(issued)) => issued.net.minor(),
            Event::Invoice(InvoiceEvent::Voided(voided)) => -voided.net.minor(),
            Event::CreditNote(CreditNoteEvent::Issued(note)) => -note.net.minor(),
            _ => 0,
        };
        self.log.iter().map(net).sum()
    }

    fn deferred(&self, on: NaiveDate) -> i64 {
        let lines = self.log.iter().flat_map(deferrals);
        lines.map(|line| line.amount.minor() - line.earned_by(on).unwrap().minor()).sum()
    }
}

fn new_line(kind: LineKind, net: Money, period: Option<Period>) -> NewLine {
    let country = Country::parse("DE").unwrap();
    let major = rust_decimal::Decimal::new(net.minor(), 2).to_string();
    NewLine {
        kind,
        description: "something".into(),
        quantity: Quantity::ONE,
        unit_price: UnitPrice::parse(&major, Currency::EUR).unwrap(),
        tax: TaxTreatment { category: TaxCategory::S, rate: "19".parse().unwrap(), country },
        period,
        product_id: None,
    }
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let kind = prop_oneof![Just(LineKind::Hosting), Just(LineKind::Vps), Just(LineKind::LateFee)];
    let service = prop_oneof![
        1 => Just(None),
        4 => (-60_i64..60, 1_u64..500).prop_map(Some),
    ];
    let lines = prop::collection::vec((kind, 1_i64..100_000, service), 1..4);
    let last_days = prop::option::of(1_u64..100);
    prop::collection::vec(
        prop_oneof![
            3 => (1_u64..60).prop_map(Happening::Pass),
            3 => (0_u64..40, lines).prop_map(|(back, lines)| Happening::Bill { back, lines }),
            1 => (0_usize..9).prop_map(Happening::Void),
            2 => (0_usize..9, 1_i64..=100, last_days).prop_map(|(of, percent, last_days)| {
                Happening::Credit { of, percent, last_days }
            }),
            3 => (0_usize..3).prop_map(|unseen| Happening::Recognise { unseen }),
        ],
        1..25,
    )
}

proptest! {
    #[test]
    fn deferred_and_recognised_are_what_was_billed_whatever_happened(all in happenings()) {
        let mut books = Books::default();
        for what in &all {
            books.happen(what);
            let earned = books.account(&["4000", "4200"]);
            prop_assert_eq!(earned + books.account(&["2300"]), books.billed());
        }
        books.days += 1;
        books.recognise(0);
        let yesterday = books.today() - Days::new(1);
        prop_assert_eq!(books.account(&["2300"]), books.deferred(yesterday));
        books.days += 1_000;
        books.recognise(0);
        prop_assert_eq!(books.account(&["2300"]), 0, "nothing is deferred for ever");
        prop_assert_eq!(books.account(&["4000", "4200"]), books.billed());
    }

    #[test]
    fn the_deferrals_of_an_event_are_what_it_posts_to_deferred_revenue(all in happenings()) {
        let mut books = Books::default();
        all.iter().for_each(|what| books.happen(what));
        for event in books.log.iter().filter(|event| !matches!(event, Event::Recognition(_))) {
            let posted = postings(event).unwrap();
            let entries = posted.iter().flat_map(|posting| posting.entries());
            let of_it = entries.filter(|entry| entry.account.as_str() == "2300");
            let posted: i64 = of_it.map(|entry| -entry.signed().minor()).sum();
            let lines: i64 = deferrals(event).iter().map(|line| line.amount.minor()).sum();
            prop_assert_eq!(posted, lines);
        }
    }
}
