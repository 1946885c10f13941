//! A document as it is about to be issued: the terms of EN 16931 that somebody has to know.
//!
//! A plain list of terms, any of which may be missing; the ids in brackets are those of the
//! standard. Guarantees nothing by itself: [`check`](crate::einvoice::check) does. Parties are in
//! clear here, so that whoever holds the keys fills them in; a document is checked and dropped,
//! never stored or logged, and its `Debug` shows no party.

use std::fmt;

use chrono::NaiveDate;

use crate::einvoice::{DocumentAmount, StatedTotals};
use crate::kernel::{Country, Currency, Money, Percent, Period, Quantity, UnitPrice};
use crate::tax::{ExemptionReason, TaxCategory, TaxTreatment};

/// Whose further terms a document has to satisfy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DocumentProfile {
    /// Nobody's but the standard's.
    #[default]
    En16931,
    /// Peppol BIS Billing 3.0: a buyer reference or an order number.
    Peppol,
    /// XRechnung 3.0, the German authorities: a buyer reference (Leitweg-ID).
    XRechnung,
}

/// A document before it is issued.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Whose terms it has to satisfy beyond the standard's.
    pub profile: DocumentProfile,
    /// Number (BT-1).
    pub number: Option<String>,
    /// Day of issue (BT-2).
    pub issue_date: Option<NaiveDate>,
    /// Currency (BT-5).
    pub currency: Option<Currency>,
    /// Last day to pay (BT-9).
    pub due_date: Option<NaiveDate>,
    /// How to pay (BT-20).
    pub payment_terms: Option<String>,
    /// What the buyer wants to find on it (BT-10).
    pub buyer_reference: Option<String>,
    /// Number of the buyer's order (BT-13).
    pub order_reference: Option<String>,
    /// Who bills (BG-4).
    pub seller: Party,
    /// Who is billed (BG-7).
    pub buyer: Party,
    /// Day of delivery (BT-72).
    pub delivered_on: Option<NaiveDate>,
    /// Days of service (BG-14).
    pub period: Option<Period>,
    /// Where it is delivered to (BT-80).
    pub deliver_to: Option<Country>,
    /// The lines (BG-25).
    pub lines: Vec<DocumentLine>,
    /// What comes off the document (BG-20).
    pub allowances: Vec<DocumentAmount>,
    /// What comes on top of it (BG-21).
    pub charges: Vec<DocumentAmount>,
    /// The taxes (BG-23).
    pub taxes: Vec<TaxBreakdown>,
    /// The totals (BG-22).
    pub totals: StatedTotals,
}

/// Who bills or is billed, as the document shows it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// Legal name of the seller (BT-27) or buyer (BT-44).
    pub name: Option<String>,
    /// Country of the address (BT-40, BT-55).
    pub country: Option<Country>,
    /// VAT number with the letters of its country (BT-31, BT-48).
    pub vat_id: Option<String>,
    /// Another number at the tax office (BT-32); of sellers only.
    pub tax_registration: Option<String>,
    /// Number in a register of firms (BT-30, BT-47).
    pub legal_registration: Option<String>,
    /// Any other identifier (BT-29, BT-46).
    pub identifier: Option<String>,
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Party(..)")
    }
}

/// A line of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentLine {
    /// What is billed (BT-153).
    pub name: Option<String>,
    /// How many (BT-129).
    pub quantity: Option<Quantity>,
    /// Of what, by UN/ECE recommendation 20 (BT-130): `C62` for pieces, `MON` for months.
    pub unit_code: Option<String>,
    /// Price without tax (BT-146).
    pub unit_price: Option<UnitPrice>,
    /// Net amount (BT-131).
    pub net: Option<Money>,
    /// Category and rate of its tax (BT-151, BT-152).
    pub tax: Option<TaxTreatment>,
    /// The days of service it pays for (BG-26).
    pub period: Option<Period>,
}

impl DocumentLine {
    /// Says a price below zero as a quantity below zero, which is the same amount and the only
    /// way the standard lets a line take something back (BR-27).
    #[must_use]
    pub fn upright(mut self) -> Self {
        let price = self.unit_price.filter(|price| price.amount().is_sign_negative());
        if let (Some(price), Some(quantity)) = (price, self.quantity) {
            let turned = UnitPrice::try_new(price.amount().abs(), price.currency());
            let taken_back = Quantity::try_new(-quantity.value());
            if let (Ok(price), Ok(quantity)) = (turned, taken_back) {
                (self.unit_price, self.quantity) = (Some(price), Some(quantity));
            }
        }
        self
    }
}

/// A tax of a document: category, rate, and why there is none if there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxBreakdown {
    /// Category (BT-118).
    pub category: TaxCategory,
    /// Rate (BT-119).
    pub rate: Percent,
    /// What is taxed (BT-116).
    pub base: Money,
    /// The tax (BT-117).
    pub tax: Money,
    /// Why no tax is charged (BT-120, BT-121).
    pub reason: ExemptionReason,
}
