//! Where a sale by a seller in the European Union is taxed, and how.
//!
//! Guarantees one answer for every customer, known or not. In this order: a region outside the
//! VAT area, a country outside the Union, a sale at home, a business abroad, a consumer abroad.
//! Sources: articles 44, 45, 58, 59c and 196 of directive 2006/112/EC; case family `tax.place`.
//! Absent on purpose: rates; deciding which country a customer is in from contradicting evidence;
//! and asking whether a VAT number is valid, whose answer comes in as [`VatCheck`].

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::kernel::{Country, Refusal, RefusalKind};
use crate::tax::{RateClass, TaxCategory, Territory, member_state};

/// What is sold, as far as its place depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Supply {
    /// A service delivered electronically: consumers are taxed where they live (article 58).
    Electronic,
    /// Any other service: consumers are taxed where the seller is (article 45).
    Other,
}

/// What is known about a customer's VAT number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VatCheck {
    /// The customer gave none.
    #[default]
    NoNumber,
    /// Confirmed.
    Valid,
    /// Refused: the customer counts as a consumer.
    Invalid,
    /// Asked, not answered yet.
    Pending,
    /// The office could not be asked.
    Error,
}

impl VatCheck {
    /// Whether the answer is still to come.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Error)
    }
}

/// A sale, as far as its place depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// Where the seller is established.
    pub seller: Country,
    /// Whether the seller declares sales to consumers abroad through the one-stop scheme. A
    /// seller below the threshold of article 59c need not, and then taxes them at home.
    pub one_stop: bool,
    /// What is sold.
    pub supply: Supply,
    /// Where the customer is, if that is known.
    pub customer: Option<Country>,
    /// The customer's postcode, as it was typed.
    pub postcode: Option<String>,
    /// What is known about the customer's VAT number.
    pub vat_check: VatCheck,
}

/// How a sale is taxed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "treatment", rename_all = "snake_case")]
pub enum Treatment {
    /// With the rate of a country.
    Standard {
        /// The country whose rate applies.
        country: Country,
        /// Which of its rates.
        class: RateClass,
    },
    /// The customer accounts for the tax.
    ReverseCharge,
    /// Not subject to the Union's VAT.
    OutsideScope,
    /// By the rules of a region.
    Territory {
        /// The region.
        territory: Territory,
    },
}

impl Treatment {
    /// The category of EN 16931, where the treatment alone decides it: a region's depends on
    /// what the seller is registered for there.
    pub fn category(self) -> Option<TaxCategory> {
        match self {
            Self::Standard { class: RateClass::Zero, .. } => Some(TaxCategory::Z),
            Self::Standard { .. } => Some(TaxCategory::S),
            Self::ReverseCharge => Some(TaxCategory::AE),
            Self::OutsideScope => Some(TaxCategory::O),
            Self::Territory { .. } => None,
        }
    }
}

/// Where a sale is taxed, and whether its invoice must wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// How it is taxed as far as is known.
    #[serde(flatten)]
    pub treatment: Treatment,
    /// The answer about the VAT number can still change the treatment: do not issue yet.
    pub hold: bool,
}

/// Why a sale has no place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlaceRefusal {
    /// These are the rules of the Union.
    #[error("the seller is in {country}, outside the European Union, whose rules these are")]
    SellerOutsideUnion {
        /// Where the seller is.
        country: Country,
    },
}

impl Refusal for PlaceRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::SellerOutsideUnion { .. } => "tax.seller_outside_union",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Rule
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::SellerOutsideUnion { .. } => Some("/seller/country"),
        }
    }
}

/// Finds the place of a sale. Refuses a seller outside the Union.
pub fn place(sale: &Sale) -> Result<Place, PlaceRefusal> {
    let country = sale.seller;
    let home = member_state(country).ok_or(PlaceRefusal::SellerOutsideUnion { country })?;
    let settled = |treatment| Place { treatment, hold: false };
    let Some(customer) = sale.customer else {
        return Ok(settled(standard(home)));
    };
    let region = Territory::of(customer, sale.postcode.as_deref());
    let ruled = |territory| Treatment::Territory { territory };
    if let Some(outside) = region.filter(|region| !region.is_in_vat_area()) {
        return Ok(settled(ruled(outside)));
    }
    let Some(state) = member_state(customer) else {
        return Ok(settled(Treatment::OutsideScope));
    };
    let local = region.map_or(standard(state), ruled);
    if state == home {
        return Ok(settled(local));
    }
    if sale.vat_check == VatCheck::Valid {
        return Ok(settled(Treatment::ReverseCharge));
    }
    let where_consumed = sale.supply == Supply::Electronic && sale.one_stop;
    let treatment = if where_consumed { local } else { standard(home) };
    Ok(Place { treatment, hold: sale.vat_check.is_open() })
}

fn standard(country: Country) -> Treatment {
    Treatment::Standard { country, class: RateClass::Standard }
}
