//! The specification of a seller.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use cqrs_es::test::TestFramework;

use super::*;
use crate::invoice::Letterhead;
use crate::kernel::testing::{given, issued};
use crate::kernel::{
    Aggregate, Claim, Country, Currency, EventBody, Invalid, NumberFormat, Refusal, RefusalKind,
};
use crate::schedule::ScheduleChoice;

fn books() -> OpenBooks {
    OpenBooks {
        name: "Nordlicht Hosting GmbH".into(),
        country: Country::parse("DE").unwrap(),
        currency: Currency::EUR,
        time_zone: "Europe/Berlin".into(),
        invoice_numbers: NumberFormat::yearly("INV"),
        credit_note_numbers: NumberFormat::yearly("CN"),
        payment_term_days: 14,
        vat_id: Some("DE123456789".into()),
        test_clock: None,
    }
}

fn opened() -> TenantEvent {
    let books = books();
    TenantEvent::Opened {
        name: books.name,
        country: books.country,
        currency: books.currency,
        time_zone: books.time_zone,
        invoice_numbers: books.invoice_numbers,
        credit_note_numbers: books.credit_note_numbers,
        payment_term_days: books.payment_term_days,
        vat_id: books.vat_id,
        test_clock: books.test_clock,
    }
}

fn suspended() -> TenantEvent {
    TenantEvent::Suspended { reason: "unpaid".into() }
}

#[test]
fn a_second_step_is_demanded_once_and_left_to_each_again() {
    let (ask, event) = (
        |demanded| issued(TenantCommand::SetSecondFactor { demanded }),
        |demanded| TenantEvent::SecondFactorSet { demanded },
    );
    given::<Tenant>([opened()])
        .when(ask(false))
        .then([])
        .when(ask(true))
        .then([event(true)])
        .when(ask(true))
        .then([])
        .when(ask(false))
        .then([event(false)]);
}

#[test]
fn clients_register_by_themselves_only_while_it_is_open() {
    let (ask, event) = (
        |open| issued(TenantCommand::SetClientRegistration { open }),
        |open| TenantEvent::ClientRegistrationSet { open },
    );
    given::<Tenant>([opened()])
        .when(ask(false))
        .then([])
        .when(ask(true))
        .then([event(true)])
        .when(ask(false))
        .then([event(false)]);
}

#[test]
fn books_are_opened_once() {
    given::<Tenant>([]).when(issued(TenantCommand::Open(books()))).then([opened()]);
    given::<Tenant>([opened()]).when(issued(TenantCommand::Open(books()))).then_nothing();
    let other = OpenBooks { currency: Currency::USD, ..books() };
    given::<Tenant>([opened()])
        .when(issued(TenantCommand::Open(other)))
        .then_refused(TenantRefusal::AlreadyOpen);
}

#[test]
fn every_wrong_particular_is_named_at_once() {
    let wrong = OpenBooks {
        name: String::new(),
        time_zone: "Europe Berlin".into(),
        invoice_numbers: NumberFormat::yearly("inv"),
        payment_term_days: 366,
        vat_id: Some("de 1".into()),
        ..books()
    };
    let refusal = Tenant::Absent.decide(&issued(TenantCommand::Open(wrong))).unwrap_err();
    let fields: Vec<_> = refusal.problems().into_iter().map(|problem| problem.field).collect();
    assert_eq!(
        fields,
        ["/name", "/time_zone", "/invoice_numbers/prefix", "/payment_term_days", "/vat_id"]
    );
    assert_eq!(refusal.kind(), RefusalKind::Malformed);
}

#[test]
fn invoices_and_credit_notes_do_not_share_a_prefix() {
    let same = OpenBooks { credit_note_numbers: NumberFormat::yearly("INV"), ..books() };
    let refusal = Tenant::Absent.decide(&issued(TenantCommand::Open(same))).unwrap_err();
    assert_eq!(refusal.code(), "number_format.same_prefix");
    assert_eq!(refusal.field(), Some("/credit_note_numbers/prefix"));
    let as_proformas = OpenBooks { invoice_numbers: NumberFormat::yearly("PRO"), ..books() };
    let refusal = Tenant::Absent.decide(&issued(TenantCommand::Open(as_proformas))).unwrap_err();
    assert_eq!(refusal.code(), "number_format.same_prefix");
    assert_eq!(refusal.field(), Some("/invoice_numbers/prefix"));
}

#[test]
fn particulars_change_and_an_equal_value_is_no_change() {
    let name = "Nordlicht AG".to_owned();
    given::<Tenant>([opened()])
        .when(issued(TenantCommand::Rename { name: name.clone() }))
        .then([TenantEvent::Renamed { name: name.clone() }])
        .when(issued(TenantCommand::Rename { name }))
        .then_nothing();
    given::<Tenant>([opened()])
        .when(issued(TenantCommand::SetVatId { vat_id: None }))
        .then([TenantEvent::VatIdSet { vat_id: None }])
        .when(issued(TenantCommand::SetVatId { vat_id: None }))
        .then_nothing();
    let city = Some("Hamburg".to_owned());
    let letterhead = Letterhead { city, ..Letterhead::default() };
    given::<Tenant>([opened()])
        .when(issued(TenantCommand::SetLetterhead { letterhead: letterhead.clone() }))
        .then([TenantEvent::LetterheadSet { letterhead: letterhead.clone() }])
        .when(issued(TenantCommand::SetLetterhead { letterhead }))
        .then_nothing();
    given::<Tenant>([opened()]).when(issued(numbers("INV", "CN"))).then_nothing();
    given::<Tenant>([opened()]).when(issued(numbers("RE", "CN"))).then_state(|tenant| {
        assert_eq!(tenant.profile().unwrap().invoice_numbers.prefix, "RE");
    });
}

fn numbers(invoices: &str, credit_notes: &str) -> TenantCommand {
    TenantCommand::SetInvoiceNumbers {
        invoice_numbers: NumberFormat::yearly(invoices),
        credit_note_numbers: NumberFormat::yearly(credit_notes),
    }
}

#[test]
fn a_prefix_is_of_one_kind_of_document_for_ever() {
    let numbered = |invoices: &str, credit_notes: &str| TenantEvent::InvoiceNumbersSet {
        invoice_numbers: NumberFormat::yearly(invoices),
        credit_note_numbers: NumberFormat::yearly(credit_notes),
    };
    let wrong = |field: &str, kind: &str| {
        let detail = format!("{kind} were numbered with this prefix once, choose another");
        Invalid::one(field, "number_format.used_prefix", detail)
    };
    given::<Tenant>([opened(), numbered("RE", "GS")])
        .when(issued(numbers("CN", "GS")))
        .then_refused(wrong("invoice_numbers/prefix", "credit notes"));
    given::<Tenant>([opened(), numbered("RE", "GS")])
        .when(issued(numbers("RE", "INV")))
        .then_refused(wrong("credit_note_numbers/prefix", "invoices"));
    given::<Tenant>([opened(), numbered("RE", "GS")])
        .when(issued(numbers("INV", "CN")))
        .then([numbered("INV", "CN")]);
}

#[test]
fn a_payment_term_is_at_most_a_year_and_an_equal_one_no_change() {
    let term = |days| issued(TenantCommand::SetPaymentTerm { days });
    given::<Tenant>([opened()])
        .when(term(0))
        .then([TenantEvent::PaymentTermSet { days: 0 }])
        .when(term(0))
        .then_nothing();
    given::<Tenant>([opened()]).when(term(366)).then_refused(Invalid::one(
        "days",
        "payment_term.too_long",
        "must not be more than 365 days",
    ));
}

#[test]
fn a_schedule_is_what_was_chosen_last_and_its_usual_times_are_no_choice() {
    let set = |choice: ScheduleChoice| {
        issued(TenantCommand::SetSchedule { job: "dun_late_clients".into(), choice })
    };
    let chosen = |choice| TenantEvent::ScheduleSet { job: "dun_late_clients".into(), choice };
    let nightly = || ScheduleChoice {
        cadence: Some("daily 02:00".parse().unwrap()),
        ..ScheduleChoice::default()
    };
    given::<Tenant>([opened()])
        .when(set(ScheduleChoice::default()))
        .then([])
        .when(set(nightly()))
        .then([chosen(nightly())])
        .when(set(nightly()))
        .then([])
        .when(set(ScheduleChoice::default()))
        .then([chosen(ScheduleChoice::default())]);
    let unnamed = TenantCommand::SetSchedule { job: " ".into(), choice: nightly() };
    let refused = Tenant::fold(&[opened()]).decide(&issued(unnamed)).unwrap_err();
    assert_eq!(refused.field(), Some("/job"));
}

fn noon(day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, day, 12, 0, 0).unwrap()
}

#[test]
fn the_clock_of_a_test_seller_goes_forward_and_a_real_one_has_none() {
    let to = |at| issued(TenantCommand::MoveTestClock { to: at });
    let test = OpenBooks { test_clock: Some(noon(1)), ..books() };
    given::<Tenant>([opened()]).when(to(noon(2))).then_refused(TenantRefusal::NotATest);
    given::<Tenant>([opened()])
        .when(issued(TenantCommand::Open(test.clone())))
        .then_refused(TenantRefusal::AlreadyOpen);
    let mut seller = Tenant::default();
    let events = seller.decide(&issued(TenantCommand::Open(test))).unwrap();
    events.iter().for_each(|event| seller.apply(event));
    given::<Tenant>(events.clone())
        .when(to(noon(2)))
        .then([TenantEvent::TestClockMoved { to: noon(2) }])
        .when(to(noon(2)))
        .then_nothing();
    let moved = events.into_iter().chain([TenantEvent::TestClockMoved { to: noon(2) }]);
    given::<Tenant>(moved)
        .when(to(noon(1)))
        .then_refused(TenantRefusal::ClockGoesBack { shows: noon(2) });
    let far = seller.decide(&to(noon(2) + TimeDelta::days(400))).unwrap_err();
    assert_eq!((far.code(), far.field()), ("test_clock.too_far", Some("/to")));
    assert!(seller.decide(&to(noon(1) + TimeDelta::days(400))).is_ok());
}

#[test]
fn suspended_books_only_resume() {
    given::<Tenant>([opened(), suspended()])
        .when(issued(TenantCommand::Rename { name: "Other".into() }))
        .then_refused(TenantRefusal::Suspended);
    given::<Tenant>([opened(), suspended()])
        .when(issued(TenantCommand::Resume))
        .then([TenantEvent::Resumed {}])
        .when(issued(TenantCommand::Resume))
        .then_refused(TenantRefusal::NotSuspended);
}

#[test]
fn an_unknown_seller_is_missing() {
    given::<Tenant>([]).when(issued(TenantCommand::Resume)).then_refused(TenantRefusal::Absent);
    assert_eq!(TenantRefusal::Absent.kind(), RefusalKind::Missing);
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Tenant>::with(())
        .given(vec![opened()])
        .when(issued(TenantCommand::Suspend { reason: "unpaid".into() }))
        .then_expect_events(vec![suspended()]);
}

#[test]
fn refusals_are_well_spoken() {
    crate::kernel::testing::refusals_are_well_spoken(
        "tenant",
        &[
            TenantRefusal::Absent,
            TenantRefusal::AlreadyOpen,
            TenantRefusal::Suspended,
            TenantRefusal::NotSuspended,
            TenantRefusal::NotATest,
            TenantRefusal::Closed,
            TenantRefusal::IsOperator,
            TenantRefusal::NotOperator,
            TenantRefusal::TooManyHostNames,
            TenantRefusal::NoSuchHostName,
            TenantRefusal::ClockGoesBack { shows: noon(1) },
        ],
    );
}

#[test]
fn a_field_is_defined_replaced_and_retired() {
    use crate::client::{CustomField, CustomFieldKind};
    let field = |label: &str| CustomField {
        key: "manager".into(),
        label: label.into(),
        kind: CustomFieldKind::Text,
        choices: Vec::new(),
        required: false,
    };
    let define = |label| TenantCommand::DefineCustomField { field: field(label) };
    let defined = |label| TenantEvent::CustomFieldDefined { field: field(label) };
    given::<Tenant>([opened()]).when(issued(define("Manager"))).then([defined("Manager")]);
    given::<Tenant>([opened(), defined("Manager")]).when(issued(define("Manager"))).then_nothing();
    given::<Tenant>([opened(), defined("Manager")])
        .when(issued(define("Account manager")))
        .then([defined("Account manager")]);
    let retire = || TenantCommand::RetireCustomField { key: "manager".into() };
    given::<Tenant>([opened(), defined("Manager")])
        .when(issued(retire()))
        .then([TenantEvent::CustomFieldRetired { key: "manager".into() }]);
    given::<Tenant>([opened()])
        .when(issued(retire()))
        .then_refused(TenantRefusal::NoSuchCustomField);
}

fn host(name: &str) -> HostName {
    name.parse().unwrap()
}

#[test]
fn books_are_closed_once_they_rest_and_stay_closed() {
    let close = || issued(TenantCommand::Close { reason: "moved away".into() });
    let closed = |host_names| TenantEvent::Closed { reason: "moved away".into(), host_names };
    given::<Tenant>([opened()]).when(close()).then_refused(TenantRefusal::NotSuspended);
    given::<Tenant>([opened(), suspended()])
        .when(close())
        .then([closed(vec![])])
        .when(close())
        .then_nothing();
    for ask in [TenantCommand::Resume, TenantCommand::Rename { name: "Other".into() }] {
        given::<Tenant>([opened(), suspended(), closed(vec![])])
            .when(issued(ask))
            .then_refused(TenantRefusal::Closed);
    }
    let taken = TenantEvent::HostNameTaken { host_name: host("pay.example.org") };
    given::<Tenant>([opened(), taken, suspended()])
        .when(close())
        .then([closed(vec![host("pay.example.org")])]);
}

#[test]
fn the_operator_of_the_installation_cannot_be_suspended() {
    let appointed = || TenantEvent::OperatorAppointed {};
    given::<Tenant>([opened()])
        .when(issued(TenantCommand::AppointOperator))
        .then([appointed()])
        .when(issued(TenantCommand::AppointOperator))
        .then_nothing();
    given::<Tenant>([opened(), appointed()])
        .when(issued(TenantCommand::Suspend { reason: "unpaid".into() }))
        .then_refused(TenantRefusal::IsOperator);
    given::<Tenant>([opened()])
        .when(issued(TenantCommand::DismissOperator))
        .then_refused(TenantRefusal::NotOperator);
    assert_eq!(
        appointed().claims(),
        [Claim::Take { scope: "installation.operator", key: "operator".into() }]
    );
}

#[test]
fn a_host_name_is_taken_once_and_given_up() {
    let host_name = || host("billing.example.org");
    let take = || issued(TenantCommand::TakeHostName { host_name: host_name() });
    let release = || issued(TenantCommand::ReleaseHostName { host_name: host_name() });
    let taken = TenantEvent::HostNameTaken { host_name: host_name() };
    let released = TenantEvent::HostNameReleased { host_name: host_name() };
    given::<Tenant>([opened()])
        .when(take())
        .then([taken])
        .when(take())
        .then([])
        .when(release())
        .then([released])
        .when(release())
        .then_refused(TenantRefusal::NoSuchHostName);
    let many =
        (0..20).map(|n| TenantEvent::HostNameTaken { host_name: host(&format!("h{n}.org")) });
    given::<Tenant>([opened()].into_iter().chain(many))
        .when(take())
        .then_refused(TenantRefusal::TooManyHostNames);
}

#[test]
fn a_host_name_is_a_dns_name_in_lower_case() {
    for right in ["localhost", "billing.example.com", "xn--bcher-kva.example", "a-1.example"] {
        assert_eq!(host(right).as_str(), right);
    }
    let long = "a".repeat(64);
    for wrong in [
        "",
        "A.example",
        "a..b",
        "a.example.",
        "-a.example",
        "a_b.example",
        "10.0.0.1",
        "a:80",
        &long,
    ] {
        assert!(wrong.parse::<HostName>().is_err(), "{wrong}");
    }
}

#[test]
fn a_brand_is_checked_part_by_part() {
    let brand = Brand { name: Some("Nordlicht".into()), ..Brand::default() };
    let ask = |brand: &Brand| issued(TenantCommand::SetBrand { brand: brand.clone() });
    given::<Tenant>([opened()])
        .when(ask(&Brand::default()))
        .then([])
        .when(ask(&brand))
        .then([TenantEvent::BrandSet { brand: brand.clone() }])
        .when(ask(&brand))
        .then_nothing();
    let footer = |link: &str| Footer { link: Some(link.into()), ..Footer::default() };
    let mut seller = Tenant::default();
    seller.apply(&opened());
    for link in ["javascript:alert(1)", "https://", "https://a b", "https://x\"onload=", "//x"] {
        let wrong = Brand { footer: footer(link), ..Brand::default() };
        let refused = seller.decide(&ask(&wrong)).unwrap_err();
        assert_eq!(refused.field(), Some("/footer/link"), "{link}");
    }
    let wrong = Brand { name: Some(String::new()), footer: footer("x"), ..Brand::default() };
    let fields: Vec<_> =
        seller.decide(&ask(&wrong)).unwrap_err().problems().into_iter().map(|p| p.field).collect();
    assert_eq!(fields, ["/name", "/footer/link"]);
}
