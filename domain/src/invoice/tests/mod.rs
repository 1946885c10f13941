//! The specification of an invoice: one file per stage of its life, and what always holds.

mod correcting;
mod drafting;
mod ending;
mod issuing;
mod paying;
mod properties;
mod status;
mod taking_back;

use uuid::Uuid;

use super::*;
use crate::client::ContactCard;
use crate::kernel::testing::TODAY;
use crate::kernel::{
    ClientId, Country, Currency, DocumentKind, DocumentNumber, KeyClass, Money, NumberFormat,
    PaymentId, Pii, Series, SubjectId, UnitPrice,
};

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn client() -> ClientId {
    ClientId::new(Uuid::from_u128(3))
}

fn payment(bits: u128) -> PaymentId {
    PaymentId::new(Uuid::from_u128(bits))
}

fn draft_for() -> DraftFor {
    DraftFor { client_id: client(), currency: Currency::EUR, order_id: None }
}

fn standard(rate: &str) -> TaxTreatment {
    let country = Country::parse("DE").unwrap();
    TaxTreatment { category: TaxCategory::S, rate: rate.parse().unwrap(), country }
}

fn untaxed(category: TaxCategory) -> TaxTreatment {
    TaxTreatment { category, ..standard("0") }
}

fn line(quantity: &str, unit_price: &str, tax: TaxTreatment) -> NewLine {
    NewLine {
        kind: LineKind::Hosting,
        description: "Web hosting".into(),
        quantity: quantity.parse().unwrap(),
        unit_price: UnitPrice::parse(unit_price, Currency::EUR).unwrap(),
        tax,
        period: None,
        product_id: None,
    }
}

fn number(kind: DocumentKind) -> DocumentNumber {
    let format = match kind {
        DocumentKind::Invoice => NumberFormat::yearly("INV"),
        DocumentKind::CreditNote => NumberFormat::yearly("CN"),
        DocumentKind::Proforma => NumberFormat::yearly("PRO"),
    };
    Series::new(&format, kind, TODAY).next(|_| None).unwrap()
}

fn terms() -> IssueTerms {
    IssueTerms {
        number: number(DocumentKind::Invoice),
        due_date: Some(TODAY),
        seller: Seller {
            name: "Nordlicht Hosting GmbH".into(),
            country: Country::parse("DE").unwrap(),
            vat_id: None,
            letterhead: None,
        },
        buyer: Some(buyer(KeyClass::Fiscal)),
        particulars: Particulars::default(),
    }
}

fn buyer(class: KeyClass) -> Pii<ContactCard> {
    Pii::new(SubjectId::new(Uuid::from_u128(9)), class, "c2VhbGVk".into())
}

fn complete(lines: Vec<NewLine>) -> CompleteInvoice {
    CompleteInvoice {
        draft: draft_for(),
        lines,
        terms: terms(),
        subscriptions: Vec::new(),
        lowerings: Vec::new(),
        origin: None,
    }
}

/// An invoice over 119.00: 100.00 and 19 %.
fn issued_invoice() -> InvoiceEvent {
    let Preview { lines, totals } =
        preview(Currency::EUR, &[line("1", "100", standard("19"))]).unwrap();
    InvoiceEvent::Issued(Box::new(IssuedInvoice {
        client_id: client(),
        order_id: None,
        number: number(DocumentKind::Invoice),
        issue_date: TODAY,
        due_date: TODAY,
        seller: terms().seller,
        buyer: terms().buyer,
        lines,
        tax_groups: totals.tax_groups,
        net: totals.net,
        tax: totals.tax,
        total: totals.total,
        subscriptions: Vec::new(),
        particulars: Particulars::default(),
        coupons: Vec::new(),
        lowerings: Vec::new(),
        origin: None,
        corrects: None,
    }))
}

fn part(bits: u128, minor: i64) -> ApplyPayment {
    let (payment_id, client_id, amount) = (payment(bits), client(), eur(minor));
    ApplyPayment { payment_id, allocation_no: 1, client_id, amount }
}

fn applied(bits: u128, minor: i64, balance_due: i64) -> InvoiceEvent {
    InvoiceEvent::PaymentApplied {
        payment_id: payment(bits),
        allocation_no: 1,
        amount: eur(minor),
        balance_due: eur(balance_due),
    }
}

fn unapply(bits: u128, reversal_no: u32, minor: i64, cause: UnapplyCause) -> UnapplyPayment {
    let (payment_id, amount) = (payment(bits), eur(minor));
    UnapplyPayment { payment_id, allocation_no: 1, reversal_no, amount, cause }
}

fn unapplied(ask: UnapplyPayment, balance_due: i64) -> InvoiceEvent {
    let UnapplyPayment { payment_id, allocation_no, reversal_no, amount, cause } = ask;
    let balance_due = eur(balance_due);
    InvoiceEvent::PaymentUnapplied {
        payment_id,
        allocation_no,
        reversal_no,
        amount,
        cause,
        balance_due,
    }
}

fn note(no: u32, minor: i64) -> InvoiceCommand {
    let credit_note = format!("CN-2026-{no:06}");
    InvoiceCommand::ApplyCreditNote {
        credit_note,
        amount: eur(minor),
        given_back: GivenBack::default(),
    }
}

fn noted(no: u32, offset: i64, to_credit: i64, balance_due: i64) -> InvoiceEvent {
    InvoiceEvent::CreditNoteApplied {
        credit_note: format!("CN-2026-{no:06}"),
        amount: eur(offset + to_credit),
        offset: eur(offset),
        to_credit: eur(to_credit),
        balance_due: eur(balance_due),
        given_back: GivenBack::default(),
    }
}

fn settled() -> InvoiceEvent {
    InvoiceEvent::Settled { on: TODAY }
}

fn void() -> InvoiceCommand {
    let credit_note = number(DocumentKind::CreditNote);
    InvoiceCommand::Void { reason: "wrong plan".into(), credit_note }
}

fn voided(offset: i64, to_credit: i64) -> InvoiceEvent {
    let InvoiceEvent::Issued(issued) = issued_invoice() else { panic!("not issued") };
    InvoiceEvent::Voided(Box::new(VoidedInvoice {
        reason: "wrong plan".into(),
        credit_note: number(DocumentKind::CreditNote),
        credited_on: TODAY,
        invoice_number: issued.number.text,
        invoice_date: TODAY,
        client_id: client(),
        lines: issued.lines,
        tax_groups: issued.tax_groups,
        net: issued.net,
        tax: issued.tax,
        total: issued.total,
        offset: eur(offset),
        to_credit: eur(to_credit),
    }))
}

fn written_off(minor: i64) -> InvoiceEvent {
    let (amount, client_id) = (eur(minor), client());
    InvoiceEvent::WrittenOff { amount, reason: "insolvent".into(), on: TODAY, client_id }
}
