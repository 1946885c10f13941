//! Words of closed lists.

use billfold_domain::invoice::{LineKind, TaxCategory};
use billfold_domain::kernel::Cycle;
use billfold_domain::product::ProductKind;
use billfold_domain::tax::{RateClass, VatCheck};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! words {
    ($wire:ident of $domain:ident { $($word:ident),+ $(,)? }, $doc:tt, $case:tt) => {
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = $case)]
        #[schema(as = $domain)]
        pub enum $wire {
            $(#[doc = "As in the domain."] $word,)+
        }

        impl From<$domain> for $wire {
            fn from(word: $domain) -> Self {
                match word {
                    $($domain::$word => Self::$word,)+
                }
            }
        }

        impl From<$wire> for $domain {
            fn from(word: $wire) -> Self {
                match word {
                    $($wire::$word => Self::$word,)+
                }
            }
        }
    };
}
pub(crate) use words;

words! {
    WireLineKind of LineKind {
        Hosting, Domain, Vps, GameServer, SslCertificate, Licence, SetupFee, Proration, Discount,
        Adjustment, Goods, LateFee,
    },
    "What a line bills.",
    "snake_case"
}

words! {
    WireProductKind of ProductKind {
        Hosting, Domain, Vps, GameServer, SslCertificate, Licence, Goods,
    },
    "What a product is.",
    "snake_case"
}

words! {
    WireTaxCategory of TaxCategory { S, Z, E, AE, K, G, O, L, M },
    "Category of a tax by the letters of EN 16931: S taxed, Z zero, E exempt, AE reverse charge, \
     K within the EU, G export, O out of scope, L Canary Islands, M Ceuta and Melilla.",
    "UPPERCASE"
}

words! {
    WireRateClass of RateClass { Standard, Reduced, SuperReduced, Parking, Zero },
    "Which of a country's tax rates something has.",
    "snake_case"
}

words! {
    WireVatCheck of VatCheck { NoNumber, Valid, Invalid, Pending, Error },
    "What is known about a client's VAT number.",
    "snake_case"
}

/// How often something is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Cycle, example = json!({"every": "months", "count": 1}))]
#[serde(deny_unknown_fields, tag = "every", rename_all = "snake_case")]
pub enum WireCycle {
    /// Once and never again.
    // With braces, since serde would take any field beside a bare word.
    Once {},
    /// Every so many days, 1 to 3660.
    Days {
        /// How many.
        #[schema(minimum = 1, maximum = 3660)]
        count: u32,
    },
    /// Every so many months, 1 to 120; a year is twelve.
    Months {
        /// How many.
        #[schema(minimum = 1, maximum = 120)]
        count: u32,
    },
}

impl From<WireCycle> for Cycle {
    fn from(cycle: WireCycle) -> Self {
        match cycle {
            WireCycle::Once {} => Self::OneTime,
            WireCycle::Days { count } => Self::Days(count),
            WireCycle::Months { count } => Self::Months(count),
        }
    }
}

impl From<Cycle> for WireCycle {
    fn from(cycle: Cycle) -> Self {
        match cycle {
            Cycle::OneTime => Self::Once {},
            Cycle::Days(count) => Self::Days { count },
            Cycle::Months(count) => Self::Months { count },
        }
    }
}
