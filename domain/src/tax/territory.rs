//! Regions of member states with rules of their own, told by postcode.
//!
//! Guarantees one answer for each postcode, whatever blanks, dashes or country letters it was
//! typed with. Source: articles 6 and 104 to 120 of directive 2006/112/EC and the postcode lists
//! of the member states. Absent on purpose: the rates of these regions, and regions whose
//! standard rate is that of their state (Corsica).

use serde::{Deserialize, Serialize};

use crate::kernel::Country;

/// A region with rules of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Territory {
    /// Åland, Finland.
    AlandIslands,
    /// Azores, Portugal.
    Azores,
    /// Büsingen am Hochrhein, Germany.
    Busingen,
    /// Campione d'Italia, Italy.
    Campione,
    /// Canary Islands, Spain.
    CanaryIslands,
    /// Ceuta, Spain.
    Ceuta,
    /// French Guiana, France.
    FrenchGuiana,
    /// Guadeloupe, France.
    Guadeloupe,
    /// Heligoland, Germany.
    Heligoland,
    /// Jungholz, Austria.
    Jungholz,
    /// Livigno, Italy.
    Livigno,
    /// Madeira, Portugal.
    Madeira,
    /// Martinique, France.
    Martinique,
    /// Mayotte, France.
    Mayotte,
    /// Melilla, Spain.
    Melilla,
    /// Mittelberg, Austria.
    Mittelberg,
    /// Mount Athos, Greece.
    MountAthos,
    /// Réunion, France.
    Reunion,
}

impl Territory {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::AlandIslands => "aland_islands",
            Self::Azores => "azores",
            Self::Busingen => "busingen",
            Self::Campione => "campione",
            Self::CanaryIslands => "canary_islands",
            Self::Ceuta => "ceuta",
            Self::FrenchGuiana => "french_guiana",
            Self::Guadeloupe => "guadeloupe",
            Self::Heligoland => "heligoland",
            Self::Jungholz => "jungholz",
            Self::Livigno => "livigno",
            Self::Madeira => "madeira",
            Self::Martinique => "martinique",
            Self::Mayotte => "mayotte",
            Self::Melilla => "melilla",
            Self::Mittelberg => "mittelberg",
            Self::MountAthos => "mount_athos",
            Self::Reunion => "reunion",
        }
    }

    /// Whether the region belongs to the VAT area of the Union and only has rates of its own.
    /// Elsewhere no VAT of the Union is due, and no VAT number changes that.
    pub fn is_in_vat_area(self) -> bool {
        matches!(self, Self::Azores | Self::Madeira | Self::Jungholz | Self::Mittelberg)
    }

    /// The region of an address: by its country, if the region has a code of its own, or by the
    /// postcode.
    pub fn of(country: Country, postcode: Option<&str>) -> Option<Self> {
        let code = country.code();
        if let Some((_, region)) = BY_COUNTRY.iter().find(|(own, _)| *own == code) {
            return Some(*region);
        }
        let digits: String = postcode?.chars().filter(char::is_ascii_digit).collect();
        BY_POSTCODE
            .iter()
            .find(|row| row.country == code && row.holds(&digits))
            .map(|row| row.region)
    }
}

/// Postcodes of a region: those whose first digits lie between two others of the same length.
struct Postcodes {
    country: &'static str,
    first: &'static str,
    last: &'static str,
    region: Territory,
}

impl Postcodes {
    fn holds(&self, digits: &str) -> bool {
        digits.get(..self.first.len()).is_some_and(|head| self.first <= head && head <= self.last)
    }
}

const fn row(
    country: &'static str,
    first: &'static str,
    last: &'static str,
    region: Territory,
) -> Postcodes {
    Postcodes { country, first, last, region }
}

/// Regions that ISO 3166 lists as countries.
const BY_COUNTRY: [(&str, Territory); 6] = [
    ("AX", Territory::AlandIslands),
    ("GF", Territory::FrenchGuiana),
    ("GP", Territory::Guadeloupe),
    ("MQ", Territory::Martinique),
    ("RE", Territory::Reunion),
    ("YT", Territory::Mayotte),
];

const BY_POSTCODE: [Postcodes; 19] = [
    row("AT", "6691", "6691", Territory::Jungholz),
    row("AT", "6991", "6993", Territory::Mittelberg),
    row("DE", "27498", "27498", Territory::Heligoland),
    row("DE", "78266", "78266", Territory::Busingen),
    row("ES", "35000", "35999", Territory::CanaryIslands),
    row("ES", "38000", "38999", Territory::CanaryIslands),
    row("ES", "51000", "51999", Territory::Ceuta),
    row("ES", "52000", "52999", Territory::Melilla),
    row("FI", "22000", "22999", Territory::AlandIslands),
    row("FR", "97100", "97199", Territory::Guadeloupe),
    row("FR", "97200", "97299", Territory::Martinique),
    row("FR", "97300", "97399", Territory::FrenchGuiana),
    row("FR", "97400", "97499", Territory::Reunion),
    row("FR", "97600", "97699", Territory::Mayotte),
    row("GR", "63086", "63087", Territory::MountAthos),
    row("IT", "22061", "22061", Territory::Campione),
    row("IT", "23041", "23041", Territory::Livigno),
    row("PT", "9000", "9499", Territory::Madeira),
    row("PT", "9500", "9999", Territory::Azores),
];
