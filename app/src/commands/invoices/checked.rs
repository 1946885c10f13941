//! Whether a document may go out: the rules of EN 16931 over what was frozen (INV-07, INV-24).
//!
//! Guarantees that no invoice and no credit note leaves an unissuable draft behind: the check is
//! part of the decision, so a refusal takes the number and the postings back with it. It reads no
//! more than the decision holds. Absent on purpose: documents of other systems, which were issued
//! there, and a note over a whole invoice, which says nothing the invoice did not say.

use billfold_domain::credit_note::IssuedNote;
use billfold_domain::einvoice::{Document, Party, check};
use billfold_domain::invoice::{self, Seller};
use billfold_domain::kernel::TenantId;
use billfold_domain::proforma::IssuedProforma;

use crate::error::Refused;
use crate::settings::Settings;

/// Refuses an invoice that EN 16931 would not let out, by the ids of the rules it breaks.
pub(in crate::commands) fn check_invoice(
    issued: &invoice::Document,
    tenant: TenantId,
    buyer: Party,
) -> Result<(), Refused> {
    let totals = invoice::Totals {
        tax_groups: issued.tax_groups.clone(),
        net: issued.net,
        tax: issued.tax,
        total: issued.total,
    };
    let exempt = issued.particulars.exemption.clone().unwrap_or_default();
    let buyer = at_home_unless_known(buyer, &issued.seller);
    let terms = Document::of_invoice(&issued.seller, buyer, &issued.lines, &totals, &exempt);
    let terms = terms.map_err(|no| Refused::of(&no))?;
    let document = Document {
        number: Some(issued.number.clone()),
        issue_date: Some(issued.issue_date),
        due_date: Some(issued.due_date),
        delivered_on: Some(issued.issue_date),
        buyer_reference: issued.particulars.buyer_reference.clone(),
        order_reference: issued.particulars.order_reference.clone(),
        seller: named(terms.seller.clone(), tenant),
        ..terms
    };
    check(&document).map_err(|no| Refused::of(&no))
}

/// The same for a proforma, of which an invoice is to be made: what could not be issued is not
/// asked for either.
pub(in crate::commands) fn check_proforma(
    issued: &IssuedProforma,
    tenant: TenantId,
    buyer: Party,
) -> Result<(), Refused> {
    let totals = invoice::Totals {
        tax_groups: issued.tax_groups.clone(),
        net: issued.net,
        tax: issued.tax,
        total: issued.total,
    };
    let mut particulars = issued.particulars.clone();
    issued.automatic.values().for_each(|evidence| particulars.add(evidence));
    let exempt = particulars.exemption.unwrap_or_default();
    let buyer = at_home_unless_known(buyer, &issued.seller);
    let terms = Document::of_invoice(&issued.seller, buyer, &issued.lines, &totals, &exempt);
    let terms = terms.map_err(|no| Refused::of(&no))?;
    let document = Document {
        number: Some(issued.number.text.clone()),
        issue_date: Some(issued.issue_date),
        due_date: issued.valid_until.or(Some(issued.issue_date)),
        delivered_on: Some(issued.issue_date),
        seller: named(terms.seller.clone(), tenant),
        ..terms
    };
    check(&document).map_err(|no| Refused::of(&no))
}

/// The same for a credit note, whose amounts count in favour of the buyer.
pub(in crate::commands) fn check_note(
    note: &IssuedNote,
    tenant: TenantId,
    buyer: Party,
) -> Result<(), Refused> {
    let totals = invoice::Totals {
        tax_groups: note.tax_groups.clone(),
        net: note.net,
        tax: note.tax,
        total: note.total,
    };
    let exempt = note.exemption.clone().unwrap_or_default();
    let buyer = at_home_unless_known(buyer, &note.seller);
    let terms = Document::of_invoice(&note.seller, buyer, &note.lines, &totals, &exempt);
    let terms = terms.map_err(|no| Refused::of(&no))?;
    let document = Document {
        number: Some(note.number.text.clone()),
        issue_date: Some(note.issue_date),
        delivered_on: Some(note.issue_date),
        payment_terms: Some(note.reason.clone()),
        seller: named(terms.seller.clone(), tenant),
        ..terms
    };
    check(&document).map_err(|no| Refused::of(&no))
}

/// The seller of an earlier document, with the tax number of today where it had none then.
pub(super) fn numbered(seller: Seller, settings: &Settings) -> Seller {
    Seller { vat_id: seller.vat_id.or_else(|| settings.vat_id.clone()), ..seller }
}

/// The seller under the tenant's own id, which is an identifier of the standard (BT-29).
fn named(seller: Party, tenant: TenantId) -> Party {
    Party { identifier: Some(tenant.to_string()), ..seller }
}

/// A client whose country is not known is taken to be at home, as the place of the sale takes it.
fn at_home_unless_known(buyer: Party, seller: &Seller) -> Party {
    Party { country: buyer.country.or(Some(seller.country)), ..buyer }
}
