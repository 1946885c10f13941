//! The rules of EN 16931 that a document of ours can break, by their ids.
//!
//! Guarantees that a rule has the id of the standard's own validators (CEN's schematron, and for
//! the two national terms those of Peppol and XRechnung), a stable code and a sentence. Absent on
//! purpose: rules that our types already keep, such as that a date is a date.

use std::borrow::Cow;

use crate::tax::TaxCategory;

/// Declares the rules that do not depend on a tax category: `Br02 => "BR-02", code, sentence`.
macro_rules! rules {
    ($($name:ident => $id:literal, $code:literal, $says:literal;)*) => {
        /// A rule of EN 16931. The order is the one in which a document is told about them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = concat!("`", $id, "`: ", $says, ".")] $name,)*
            /// A rule that every tax category has, such as `BR-AE-10`.
            Of(TaxCategory, CategoryRule),
        }

        impl Rule {
            /// Every rule that does not depend on a tax category.
            pub const PLAIN: &[Self] = &[$(Self::$name),*];

            /// The id as the standard writes it.
            pub fn id(self) -> Cow<'static, str> {
                match self {
                    $(Self::$name => Cow::Borrowed($id),)*
                    Self::Of(category, rule) => {
                        let (prefix, number) = (prefix(category), rule.number());
                        Cow::Owned(format!("BR-{prefix}-{number:02}"))
                    }
                }
            }

            /// The stable code of a refusal.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                    Self::Of(_, rule) => rule.code(),
                }
            }

            /// What the rule wants, in lower case.
            pub fn says(self) -> &'static str {
                match self {
                    $(Self::$name => $says,)*
                    Self::Of(category, rule) => rule.says(category),
                }
            }
        }
    };
}

rules! {
    Br02 => "BR-02", "einvoice.br_02", "a document needs its number";
    Br03 => "BR-03", "einvoice.br_03", "a document needs its date of issue";
    Br05 => "BR-05", "einvoice.br_05", "a document needs its currency";
    Br06 => "BR-06", "einvoice.br_06", "the seller needs a name";
    Br07 => "BR-07", "einvoice.br_07", "the buyer needs a name";
    Br09 => "BR-09", "einvoice.br_09", "the seller's address needs a country";
    Br11 => "BR-11", "einvoice.br_11", "the buyer's address needs a country";
    Br12 => "BR-12", "einvoice.br_12", "a document needs the sum of its lines";
    Br13 => "BR-13", "einvoice.br_13", "a document needs its total without tax";
    Br14 => "BR-14", "einvoice.br_14", "a document needs its total with tax";
    Br15 => "BR-15", "einvoice.br_15", "a document needs the amount due";
    Br16 => "BR-16", "einvoice.br_16", "a document needs a line";
    Br22 => "BR-22", "einvoice.br_22", "a line needs its quantity";
    Br23 => "BR-23", "einvoice.br_23", "a line needs the code of its unit, such as C62 for pieces";
    Br24 => "BR-24", "einvoice.br_24", "a line needs its net amount";
    Br25 => "BR-25", "einvoice.br_25", "a line needs the name of what is billed";
    Br26 => "BR-26", "einvoice.br_26", "a line needs its net price";
    Br27 => "BR-27", "einvoice.br_27", "a net price cannot be negative, make the quantity negative";
    BrCo04 => "BR-CO-04", "einvoice.br_co_04", "a line needs the category of its tax";
    BrCo09 => "BR-CO-09", "einvoice.br_co_09",
        "a VAT number begins with the letters of its country, such as DE";
    BrCo10 => "BR-CO-10", "einvoice.br_co_10", "the line total is the sum of the lines";
    BrCo11 => "BR-CO-11", "einvoice.br_co_11", "the allowance total is the sum of the allowances";
    BrCo12 => "BR-CO-12", "einvoice.br_co_12", "the charge total is the sum of the charges";
    BrCo13 => "BR-CO-13", "einvoice.br_co_13",
        "the total without tax is the line total less allowances plus charges";
    BrCo14 => "BR-CO-14", "einvoice.br_co_14", "the tax total is the sum of the taxes";
    BrCo15 => "BR-CO-15", "einvoice.br_co_15",
        "the total with tax is the total without tax plus the tax";
    BrCo16 => "BR-CO-16", "einvoice.br_co_16",
        "the amount due is the total with tax less what was prepaid plus the rounding";
    BrCo17 => "BR-CO-17", "einvoice.br_co_17", "a tax is its base times its rate";
    BrCo18 => "BR-CO-18", "einvoice.br_co_18", "a document needs a tax breakdown";
    BrCo25 => "BR-CO-25", "einvoice.br_co_25",
        "a document with an amount due needs a due date or payment terms";
    BrCo26 => "BR-CO-26", "einvoice.br_co_26",
        "the seller needs an identifier, a legal registration or a VAT number";
    BrIc11 => "BR-IC-11", "einvoice.br_ic_11",
        "a supply within the Union needs a delivery date or a period of service";
    BrIc12 => "BR-IC-12", "einvoice.br_ic_12",
        "a supply within the Union needs the country it is delivered to";
    BrO11 => "BR-O-11", "einvoice.br_o_11",
        "what is outside the scope of tax cannot share a document with anything else";
    BrDe15 => "BR-DE-15", "einvoice.br_de_15", "an XRechnung needs the buyer's reference";
    PeppolR003 => "PEPPOL-EN16931-R003", "einvoice.peppol_r003",
        "a Peppol document needs the buyer's reference or an order number";
}

/// A rule that each tax category has under a number of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CategoryRule {
    /// What is taxed under the category is in the breakdown.
    Breakdown,
    /// Who sells and who buys are known to the tax office as far as the category wants it.
    TaxIds,
    /// The rate fits the category.
    Rate,
    /// The base is the sum of what is taxed under the category.
    Base,
    /// A category without tax has none.
    Tax,
    /// Whoever charges no tax says why, and nobody else does.
    Reason,
}

impl CategoryRule {
    fn number(self) -> u32 {
        match self {
            Self::Breakdown => 1,
            Self::TaxIds => 2,
            Self::Rate => 5,
            Self::Base => 8,
            Self::Tax => 9,
            Self::Reason => 10,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Breakdown => "einvoice.tax_breakdown",
            Self::TaxIds => "einvoice.tax_ids",
            Self::Rate => "einvoice.tax_rate",
            Self::Base => "einvoice.tax_base",
            Self::Tax => "einvoice.tax_amount",
            Self::Reason => "einvoice.exemption_reason",
        }
    }

    fn says(self, category: TaxCategory) -> &'static str {
        match (self, category) {
            (Self::Breakdown, _) => "the tax breakdown lists the category and rate of each line",
            (Self::TaxIds, TaxCategory::AE) => {
                "a reverse charge needs a tax number of the seller and of the buyer"
            }
            (Self::TaxIds, TaxCategory::K) => {
                "a supply within the Union needs the VAT numbers of seller and buyer"
            }
            (Self::TaxIds, TaxCategory::G) => "an export needs the VAT number of the seller",
            (Self::TaxIds, _) => "the seller needs a VAT number or another tax number",
            (Self::Rate, _) => "the tax rate does not fit its category",
            (Self::Base, _) => "a tax base is the sum of the lines and amounts it taxes",
            (Self::Tax, _) => "this category has no tax",
            (Self::Reason, category) if needs_reason(category) => {
                "a category without tax needs the reason of the exemption"
            }
            (Self::Reason, _) => "a category with tax cannot have a reason of exemption",
        }
    }
}

/// The letters of a category inside the ids of its rules.
fn prefix(category: TaxCategory) -> &'static str {
    match category {
        TaxCategory::K => "IC",
        TaxCategory::L => "AF",
        TaxCategory::M => "AG",
        TaxCategory::S
        | TaxCategory::Z
        | TaxCategory::E
        | TaxCategory::AE
        | TaxCategory::G
        | TaxCategory::O => category.word(),
    }
}

/// Whether a document has to say why no tax of this category is charged (BT-120, BT-121).
pub fn needs_reason(category: TaxCategory) -> bool {
    match category {
        TaxCategory::E | TaxCategory::AE | TaxCategory::K | TaxCategory::G | TaxCategory::O => true,
        TaxCategory::S | TaxCategory::Z | TaxCategory::L | TaxCategory::M => false,
    }
}
