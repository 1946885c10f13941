//! The specification of a proforma.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::*;
use crate::invoice::{LineKind, NewLine, Particulars, Seller, TaxCategory, TaxTreatment};
use crate::kernel::testing::{TODAY, given, issued, refusals_are_well_spoken};
use crate::kernel::{
    Aggregate, ClientId, Country, Currency, DocumentKind, InvoiceId, Money, Series, UnitPrice,
};
use crate::ledger::postings;

fn new(price: &str) -> IssueProforma {
    let country = Country::parse("DE").unwrap();
    let number = Series::new(&Proforma::numbers(), DocumentKind::Proforma, TODAY).next(|_| None);
    IssueProforma {
        number: number.unwrap(),
        client_id: ClientId::new(Uuid::from_u128(3)),
        order_id: None,
        currency: Currency::EUR,
        lines: vec![NewLine {
            kind: LineKind::Hosting,
            description: "Web hosting".into(),
            quantity: 1.into(),
            unit_price: UnitPrice::parse(price, Currency::EUR).unwrap(),
            tax: TaxTreatment { category: TaxCategory::S, rate: "19".parse().unwrap(), country },
            period: None,
            product_id: None,
        }],
        valid_until: Some(TODAY),
        seller: Seller {
            name: "Nordlicht Hosting GmbH".into(),
            country,
            vat_id: None,
            letterhead: None,
        },
        buyer: None,
        particulars: Particulars::default(),
        automatic: BTreeMap::new(),
    }
}

fn ask(new: IssueProforma) -> ProformaCommand {
    ProformaCommand::Issue(Box::new(new))
}

fn open() -> ProformaEvent {
    Proforma::Absent.decide(&issued(ask(new("100")))).unwrap().remove(0)
}

fn convert(bits: u128) -> ProformaCommand {
    let invoice_id = InvoiceId::new(Uuid::from_u128(bits));
    ProformaCommand::Convert { invoice_id, invoice_number: "INV-2026-000001".into() }
}

fn converted() -> ProformaEvent {
    let invoice_id = InvoiceId::new(Uuid::from_u128(7));
    let invoice_number = "INV-2026-000001".to_owned();
    ProformaEvent::Converted { invoice_id, invoice_number, on: TODAY }
}

fn withdrawn() -> ProformaEvent {
    ProformaEvent::Withdrawn { reason: "too late".into(), on: TODAY }
}

#[test]
fn a_proforma_says_what_an_invoice_would_and_posts_nothing() {
    let ProformaEvent::Issued(document) = open() else { panic!("not issued") };
    assert_eq!(document.total, Money::try_new(11_900, Currency::EUR).unwrap());
    assert_eq!(document.number.text, "PRO-2026-000001");
    assert_eq!(document.number.series, "proforma/PRO/2026");
    for event in [open(), converted(), withdrawn()] {
        assert_eq!(postings(&event.into()), Ok(None));
    }
}

#[test]
fn a_proforma_becomes_an_invoice_once() {
    let became = given::<Proforma>([open()]).when(issued(convert(7))).then([converted()]);
    became.when(issued(convert(7))).then_nothing();
    let invoice = "INV-2026-000001".to_owned();
    let again = given::<Proforma>([open(), converted()]).when(issued(convert(8)));
    again.then_refused(ProformaRefusal::AlreadyConverted { invoice: invoice.clone() });
    let withdraw = ProformaCommand::Withdraw { reason: "too late".into() };
    let late = given::<Proforma>([open(), converted()]).when(issued(withdraw));
    late.then_refused(ProformaRefusal::AlreadyConverted { invoice });
}

#[test]
fn a_proforma_that_was_withdrawn_becomes_nothing() {
    let withdraw = ProformaCommand::Withdraw { reason: "too late".into() };
    let gone = given::<Proforma>([open()]).when(issued(withdraw)).then([withdrawn()]);
    gone.when(issued(convert(7))).then_refused(ProformaRefusal::Withdrawn { on: TODAY });
}

#[test]
fn what_is_no_proforma_is_refused() {
    given::<Proforma>([]).when(issued(convert(7))).then_refused(ProformaRefusal::Absent);
    let number = "PRO-2026-000001".to_owned();
    let twice = given::<Proforma>([open()]).when(issued(ask(new("100"))));
    twice.then_refused(ProformaRefusal::AlreadyIssued { number: number.clone() });
    let total = Money::zero(Currency::EUR);
    let nothing = given::<Proforma>([]).when(issued(ask(new("0"))));
    nothing.then_refused(ProformaRefusal::NothingToAsk { total });
    let valid_until = TODAY.pred_opt().unwrap();
    let over = IssueProforma { valid_until: Some(valid_until), ..new("100") };
    let refused = ProformaRefusal::ValidBeforeIssue { valid_until, issue_date: TODAY };
    given::<Proforma>([]).when(issued(ask(over))).then_refused(refused.clone());
    refusals_are_well_spoken(
        "proforma",
        &[
            ProformaRefusal::Absent,
            ProformaRefusal::AlreadyIssued { number: number.clone() },
            ProformaRefusal::AlreadyConverted { invoice: number.clone() },
            ProformaRefusal::Withdrawn { on: TODAY },
            ProformaRefusal::NothingToAsk { total },
            refused,
            ProformaRefusal::NumberOfAnotherYear { number, date: TODAY },
            ProformaRefusal::WrongKey,
        ],
    );
}
