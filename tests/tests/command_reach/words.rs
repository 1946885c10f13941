//! Values that commands are made of.

use billfold_app::commands::orders::OrderedItem;
use billfold_app::commands::subscriptions::{AgreedOffer, Offer};
use billfold_domain::affiliate::{CommissionRate, CommissionTerms, Recurrence};
use billfold_domain::client::ContactCard;
use billfold_domain::coupon::{CouponStatus, CouponTerms, Discount, Frequency, Limits, Scope};
use billfold_domain::department::DepartmentTerms;
use billfold_domain::dunning::{BuiltIn, Strategy};
use billfold_domain::invoice::{LineKind, NewLine, TaxCategory, TaxTreatment};
use billfold_domain::kernel::{Country, Currency, Money, Quantity, UnitPrice};
use billfold_domain::payment_method::{Instrument, MethodKind};
use billfold_domain::role::Rights;
use billfold_domain::staff::StaffProfile;
use billfold_domain::subscription::{Interval, IntervalUnit, Timing};
use billfold_domain::tax::{PriceMode, RateClass};
use billfold_domain::tax_rate::{DefineTaxRate, TaxIdentity};
use billfold_domain::webhook_endpoint::WebhookTerms;
use chrono::NaiveDate;

pub(crate) fn because() -> String {
    "because".to_owned()
}

pub(crate) fn eur(text: &str) -> Money {
    Money::parse_major(text, Currency::EUR).unwrap()
}

pub(crate) fn one() -> Quantity {
    Quantity::from(1_u32)
}

/// A name and an address that nobody else has.
pub(crate) fn card(name: &str) -> ContactCard {
    let email = format!("{name}@example.org");
    ContactCard { name: name.to_owned(), email: Some(email), ..ContactCard::default() }
}

pub(crate) fn profile(name: &str) -> StaffProfile {
    let email = format!("{name}@example.net");
    StaffProfile { name: name.to_owned(), email, phone: None }
}

pub(crate) fn tax() -> TaxTreatment {
    let (rate, country) = ("19".parse().unwrap(), Country::parse("DE").unwrap());
    TaxTreatment { category: TaxCategory::S, rate, country }
}

pub(crate) fn line(price: &str) -> NewLine {
    NewLine {
        kind: LineKind::Hosting,
        description: "Hosting".to_owned(),
        quantity: one(),
        unit_price: UnitPrice::parse(price, Currency::EUR).unwrap(),
        tax: tax(),
        period: None,
        product_id: None,
    }
}

pub(crate) fn item() -> OrderedItem {
    OrderedItem {
        product_id: None,
        cycle: None,
        kind: Some(LineKind::Goods),
        description: Some("A rack".to_owned()),
        quantity: one(),
        unit_price: Some(UnitPrice::parse("1.00", Currency::EUR).unwrap()),
        period: None,
        answers: Vec::new(),
    }
}

pub(crate) fn offer() -> Offer {
    Offer::Agreed(AgreedOffer {
        currency: Currency::EUR,
        price: Some(UnitPrice::parse("10.00", Currency::EUR).unwrap()),
        setup_fee: None,
        interval: Interval::try_new(IntervalUnit::Month, 1).unwrap(),
        timing: Timing::Advance,
        trial_days: 0,
        anchor: None,
    })
}

pub(crate) fn instrument() -> Instrument {
    Instrument { kind: MethodKind::Card, brand: None, last_four: None, expires: None }
}

pub(crate) fn coupon(code: &str) -> CouponTerms {
    CouponTerms {
        code: code.to_owned(),
        discount: Discount::Percent("10".parse().unwrap()),
        scope: Scope::default(),
        frequency: Frequency::Once,
        currency: None,
        starts_on: None,
        expires_on: None,
        limits: Limits::default(),
        status: CouponStatus::Active,
    }
}

pub(crate) fn strategy() -> Strategy {
    BuiltIn::Gentle.strategy()
}

pub(crate) fn department(name: &str) -> DepartmentTerms {
    let (name, description) = (name.to_owned(), String::new());
    DepartmentTerms { name, description, email: None, active: true }
}

pub(crate) fn endpoint() -> WebhookTerms {
    let event_types = vec!["invoice.issued".to_owned()];
    WebhookTerms { url: "https://8.8.8.8/".to_owned(), description: None, event_types }
}

pub(crate) fn commissions() -> CommissionTerms {
    CommissionTerms {
        rate: CommissionRate::Percent("30".parse().unwrap()),
        recurrence: Recurrence::Forever,
        hold_days: 0,
        window_days: 30,
        minimum_payout: Vec::new(),
    }
}

/// Whoever may do everything.
pub(crate) fn everything() -> Rights {
    Rights::full()
}

/// A day of the month in which the clock stands.
pub(crate) fn march(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
}

/// A day to come.
pub(crate) fn june() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 1).unwrap()
}

/// A rate of a region of its own.
pub(crate) fn new_rate(region: &str) -> DefineTaxRate {
    let tax = TaxIdentity {
        country: Country::parse("US").unwrap(),
        region: Some(region.to_owned()),
        class: RateClass::Standard,
        code: "sales".to_owned(),
        turn: 1,
        compound: false,
        prices: PriceMode::Exclusive,
    };
    let valid_from = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    DefineTaxRate { tax, rate: "8".parse().unwrap(), valid_from, valid_to: None }
}
