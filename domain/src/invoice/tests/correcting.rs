//! Billing what was missing on an issued invoice.

use super::*;
use crate::kernel::testing::{TODAY, given, issued, issued_on};
use crate::kernel::{Aggregate, InvoiceId};

fn correction(price: &str) -> IssueCorrection {
    IssueCorrection {
        draft: draft_for(),
        lines: vec![line("1", price, standard("19"))],
        terms: terms(),
        of: Corrected {
            invoice_id: InvoiceId::new(Uuid::from_u128(8)),
            number: "INV-2026-000007".into(),
            issue_date: TODAY,
        },
        reason: "one server was left out".into(),
    }
}

fn ask(correction: IssueCorrection) -> InvoiceCommand {
    InvoiceCommand::IssueCorrection(Box::new(correction))
}

#[test]
fn a_correction_upwards_is_an_invoice_that_names_another_one() {
    let charged = given::<Invoice>([]).when(issued(ask(correction("10"))));
    let _ = charged.then_state(|invoice| {
        let document = invoice.document().unwrap();
        assert_eq!((document.total, document.balance_due), (eur(1_190), eur(1_190)));
        let corrects = document.corrects.as_ref().unwrap();
        assert_eq!(corrects.of.number, "INV-2026-000007");
        assert_eq!(corrects.reason, "one server was left out");
    });
    let events = Invoice::Absent.decide(&issued(ask(correction("10")))).unwrap();
    let InvoiceEvent::Issued(issued) = &events[0] else { panic!("not issued") };
    assert_eq!(issued.type_code(), 383);
    let InvoiceEvent::Issued(plain) = issued_invoice() else { panic!("not issued") };
    assert_eq!(plain.type_code(), 380);
}

#[test]
fn a_correction_upwards_charges_something_and_says_why() {
    let total = eur(0);
    let nothing = given::<Invoice>([]).when(issued(ask(correction("0"))));
    nothing.then_refused(InvoiceRefusal::NothingToCharge { total });
    let silent = IssueCorrection { reason: String::new(), ..correction("10") };
    assert!(Invoice::Absent.decide(&issued(ask(silent))).is_err());
    let date = TODAY.pred_opt().unwrap();
    let early = given::<Invoice>([]).when(issued_on(date, ask(correction("10"))));
    early.then_refused(InvoiceRefusal::BeforeIssue { date, issue_date: TODAY });
}

#[test]
fn only_an_invoice_that_stands_is_corrected_upwards() {
    let stands = |history: &[InvoiceEvent]| Invoice::fold(history).debitable().map(|_| ());
    let then = |event| [issued_invoice(), event];
    assert_eq!(stands(&[issued_invoice()]), Ok(()));
    assert_eq!(stands(&then(noted(1, 900, 0, 11_000))), Ok(()));
    let credit_note = "CN-2026-000001".to_owned();
    let whole = stands(&then(noted(1, 11_900, 0, 0)));
    assert_eq!(whole, Err(InvoiceRefusal::FullyCredited { credit_note }));
    let voided_on = TODAY;
    let gone = stands(&then(voided(11_900, 0)));
    assert_eq!(gone, Err(InvoiceRefusal::AlreadyVoided { voided_on }));
    let given_up = stands(&then(written_off(11_900)));
    assert_eq!(given_up, Err(InvoiceRefusal::WrittenOff { written_off_on: TODAY }));
    assert_eq!(stands(&[]), Err(InvoiceRefusal::Absent));
}
