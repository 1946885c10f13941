//! What is said about a product, what it grants, and what is asked for it.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::*;
use crate::kernel::{Refusal as _, ServerGroupId};

fn sold() -> [ProductEvent; 1] {
    [created()]
}

fn feature(key: &str, value: &str) -> Feature {
    Feature { key: key.to_owned(), value: value.to_owned() }
}

fn described(description: &str, features: Vec<Feature>) -> Presentation {
    Presentation { description: description.to_owned(), features, featured: false }
}

fn option(key: &str, kind: OptionKind, choices: Vec<OptionChoice>) -> ProductOption {
    let (key, label) = (key.to_owned(), "Which one?".to_owned());
    ProductOption { key, label, kind, required: true, choices }
}

fn choice(key: &str, surcharges: Vec<Money>) -> OptionChoice {
    OptionChoice { key: key.to_owned(), label: "This one".to_owned(), surcharges }
}

fn describe(presentation: Presentation) -> crate::kernel::Issued<ProductCommand> {
    issued(ProductCommand::Describe(presentation))
}

fn quotas(quotas: Vec<Quota>) -> crate::kernel::Issued<ProductCommand> {
    issued(ProductCommand::SetQuotas { quotas })
}

fn options(options: Vec<ProductOption>) -> crate::kernel::Issued<ProductCommand> {
    issued(ProductCommand::SetOptions { options })
}

#[test]
fn a_description_replaces_the_one_before_and_the_same_again_is_none() {
    let first = described("# Small\n\n*Fast*", vec![feature("Disk", "10 GB")]);
    let second = Presentation { featured: true, ..first.clone() };
    given::<Product>(sold()).when(describe(Presentation::default())).then_nothing();
    given::<Product>(sold())
        .when(describe(first.clone()))
        .then([ProductEvent::Described(first.clone())])
        .when(describe(first.clone()))
        .then_nothing();
    given::<Product>([created(), ProductEvent::Described(first)])
        .when(describe(second.clone()))
        .then([ProductEvent::Described(second.clone())])
        .when(describe(second.clone()))
        .then_state(|product| {
            assert_eq!(product.listing().unwrap().presentation, second);
        });
}

#[test]
fn a_description_is_bounded_and_of_printable_text() {
    let longest = described(&"ä".repeat(10_000), Vec::new());
    given::<Product>(sold())
        .when(describe(longest.clone()))
        .then([ProductEvent::Described(longest)]);
    let too_long = "must not be longer than 10000 characters";
    given::<Product>(sold())
        .when(describe(described(&"x".repeat(10_001), Vec::new())))
        .then_refused(Invalid::one("description", "text.too_long", too_long));
    let control = "must not have control characters besides line breaks and tabs, \
                    nor letters that turn its direction";
    given::<Product>(sold())
        .when(describe(described("a\u{7}", Vec::new())))
        .then_refused(Invalid::one("description", "text.control_character", control));
}

#[test]
fn features_have_keys_of_their_own_and_the_wrong_one_is_named() {
    let twice = vec![feature("Disk", "10 GB"), feature("Disk", "20 GB")];
    let detail = "another feature has it";
    given::<Product>(sold()).when(describe(described("", twice))).then_refused(Invalid::one(
        "features/1/key",
        "product.feature_twice",
        detail,
    ));
    given::<Product>(sold())
        .when(describe(described("", vec![feature("Disk", "")])))
        .then_refused(Invalid::one("features/0/value", "text.empty", "must not be empty"));
    let long = "must not be longer than 100 characters";
    given::<Product>(sold())
        .when(describe(described("", vec![feature(&"k".repeat(101), "v")])))
        .then_refused(Invalid::one("features/0/key", "text.too_long", long));
    let many = |count: u32| (0..count).map(|at| feature(&at.to_string(), "yes")).collect();
    let most = described("", many(50));
    given::<Product>(sold()).when(describe(most.clone())).then([ProductEvent::Described(most)]);
    let detail = "a product has at most 50 features";
    given::<Product>(sold()).when(describe(described("", many(51)))).then_refused(Invalid::one(
        "features",
        "product.too_many_features",
        detail,
    ));
}

#[test]
fn quotas_are_kept_in_the_order_of_their_kinds_and_each_kind_is_there_once() {
    let disk = Quota { kind: QuotaKind::DiskMib, limit: QuotaLimit::AtMost(10_240) };
    let mail = Quota { kind: QuotaKind::Emails, limit: QuotaLimit::Unlimited };
    let sorted = vec![mail, disk];
    given::<Product>(sold())
        .when(quotas(vec![disk, mail]))
        .then([ProductEvent::QuotasSet { quotas: sorted.clone() }])
        .when(quotas(sorted.clone()))
        .then_nothing();
    given::<Product>([created(), ProductEvent::QuotasSet { quotas: sorted }])
        .when(quotas(Vec::new()))
        .then([ProductEvent::QuotasSet { quotas: Vec::new() }]);
    let again = Invalid::one("quotas/1/kind", "product.quota_twice", "another quota is of it");
    given::<Product>(sold()).when(quotas(vec![mail, mail])).then_refused(again);
    let limit = QuotaLimit::AtMost(1_000_000_000_001);
    let detail = "must be at most 1000000000000, or unlimited";
    given::<Product>(sold())
        .when(quotas(vec![Quota { kind: QuotaKind::DiskMib, limit }]))
        .then_refused(Invalid::one("quotas/0/limit", "product.quota_too_high", detail));
}

#[test]
fn every_kind_of_quota_and_option_has_its_stored_word() {
    for kind in QuotaKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
    }
    for kind in OptionKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
    }
}

#[test]
fn options_are_set_as_a_whole_and_the_same_again_is_none() {
    let asked = vec![
        option("hostname", OptionKind::Text, Vec::new()),
        option("location", OptionKind::Choice, vec![choice("fra", vec![eur(0)])]),
    ];
    given::<Product>(sold())
        .when(options(asked.clone()))
        .then([ProductEvent::OptionsSet { options: asked.clone() }])
        .when(options(asked))
        .then_nothing();
}

#[test]
fn only_what_is_chosen_has_choices_and_then_it_has_some() {
    let unasked = "only an option of the kind choice has choices";
    for kind in [OptionKind::Text, OptionKind::Number, OptionKind::YesNo] {
        let field = "options/0/choices";
        given::<Product>(sold())
            .when(options(vec![option("a", kind, vec![choice("b", Vec::new())])]))
            .then_refused(Invalid::one(field, "product.choices_unasked", unasked));
    }
    let many = |count: u32| (0..count).map(|at| choice(&at.to_string(), Vec::new())).collect();
    for count in [0, 101] {
        let (field, code) = ("options/0/choices", "product.choice_count");
        given::<Product>(sold())
            .when(options(vec![option("a", OptionKind::Choice, many(count))]))
            .then_refused(Invalid::one(field, code, "give 1 to 100 choices"));
    }
    let most = vec![option("a", OptionKind::Choice, many(100))];
    given::<Product>(sold())
        .when(options(most.clone()))
        .then([ProductEvent::OptionsSet { options: most }]);
}

#[test]
fn a_wrong_option_names_the_field_that_is_wrong() {
    let text = |key: &str| option(key, OptionKind::Text, Vec::new());
    let refused = |asked, field: &str, code, detail: &str| {
        given::<Product>(sold())
            .when(options(asked))
            .then_refused(Invalid::one(field, code, detail));
    };
    let twice = "another option has it";
    refused(vec![text("a"), text("a")], "options/1/key", "product.option_twice", twice);
    let key = "use 1 to 40 lower case letters, digits, '_' and '-'";
    refused(vec![text("A")], "options/0/key", "key.malformed", key);
    let blank = ProductOption { label: String::new(), ..text("a") };
    refused(vec![blank], "options/0/label", "text.empty", "must not be empty");
    let many = (0..51).map(|at: u32| text(&at.to_string())).collect();
    let detail = "a product has at most 50 options";
    refused(many, "options", "product.too_many_options", detail);
    let with = |choices| vec![option("a", OptionKind::Choice, choices)];
    let same = vec![choice("b", Vec::new()), choice("b", Vec::new())];
    let (field, detail) = ("options/0/choices/1/key", "another choice has it");
    refused(with(same), field, "product.choice_twice", detail);
    let (field, code) = ("options/0/choices/0/surcharges/0", "product.negative_surcharge");
    refused(with(vec![choice("b", vec![eur(-1)])]), field, code, "must not be negative");
    let (field, code) = ("options/0/choices/0/surcharges/1", "product.surcharge_twice");
    let detail = "another surcharge is in this currency";
    refused(with(vec![choice("b", vec![eur(1), eur(2)])]), field, code, detail);
}

#[test]
fn an_answer_is_what_its_option_asks_for() {
    let of = |kind| option("a", kind, vec![choice("fra", Vec::new()), choice("hel", Vec::new())]);
    let (fra, hel) = (choice("fra", Vec::new()), choice("hel", Vec::new()));
    for (kind, answer, reply) in [
        (OptionKind::Text, "web-1", Reply::Text("web-1")),
        (OptionKind::Number, "2.5", Reply::Number("2.5".parse().unwrap())),
        (OptionKind::Choice, "fra", Reply::Choice(&fra)),
        (OptionKind::Choice, "hel", Reply::Choice(&hel)),
        (OptionKind::YesNo, "yes", Reply::YesNo(true)),
        (OptionKind::YesNo, "no", Reply::YesNo(false)),
    ] {
        let option = of(kind);
        assert_eq!(option.read(answer), Ok(reply));
    }
    for (kind, answer, code) in [
        (OptionKind::Text, "", "text.empty"),
        (OptionKind::Number, "many", "order.answer_no_number"),
        (OptionKind::Choice, "ber", "order.answer_no_choice"),
        (OptionKind::YesNo, "maybe", "order.answer_not_yes_or_no"),
    ] {
        let wrong = of(kind).read(answer).unwrap_err();
        assert_eq!((wrong.field(), wrong.code()), (Some("/answer"), code));
    }
}

#[test]
fn a_choice_costs_more_only_in_a_currency_it_has_a_price_in() {
    let free = choice("a", Vec::new());
    assert_eq!(free.surcharge(Currency::JPY), Ok(Money::zero(Currency::JPY)));
    let priced = choice("a", vec![eur(250)]);
    assert_eq!(priced.surcharge(Currency::EUR), Ok(eur(250)));
    let wrong = priced.surcharge(Currency::JPY).unwrap_err();
    assert_eq!(wrong.code(), "order.choice_without_price");
}

#[test]
fn a_price_has_a_trial_of_at_most_ten_years_and_another_trial_is_another_price() {
    let plain = monthly(500, "2026-01-01");
    let tried = NewPrice { trial_days: 3_650, ..plain };
    given::<Product>(sold())
        .when(issued(ProductCommand::SetPrice(plain)))
        .then([price_set(1, plain)])
        .when(issued(ProductCommand::SetPrice(tried)))
        .then([price_set(2, tried)])
        .when(issued(ProductCommand::SetPrice(tried)))
        .then_nothing();
    let longer = NewPrice { trial_days: 3_651, ..plain };
    given::<Product>(sold())
        .when(issued(ProductCommand::SetPrice(longer)))
        .then_refused(Invalid::one("trial_days", "trial.too_long", "must be at most 3650"));
}

#[test]
fn a_price_without_a_trial_is_stored_as_before_there_were_trials() {
    let stored = serde_json::to_value(price_set(1, monthly(500, "2026-01-01"))).unwrap();
    assert_eq!(stored["price_set"].get("trial_days"), None);
    let read: ProductEvent = serde_json::from_value(stored).unwrap();
    assert_eq!(read, price_set(1, monthly(500, "2026-01-01")));
}

#[test]
fn nothing_is_said_about_a_retired_product() {
    for ask in [
        ProductCommand::Describe(described("New", Vec::new())),
        ProductCommand::SetQuotas { quotas: Vec::new() },
        ProductCommand::SetOptions { options: Vec::new() },
    ] {
        given::<Product>([created(), retired()])
            .when(issued(ask.clone()))
            .then_refused(ProductRefusal::Retired);
        given::<Product>([]).when(issued(ask)).then_refused(ProductRefusal::Absent);
    }
}

#[test]
fn what_is_hosted_says_on_which_servers_and_as_what() {
    let terms = |memory: &str| HostingTerms {
        server_group_id: ServerGroupId::new(Uuid::from_u128(9)),
        package: BTreeMap::from([("memory".to_owned(), memory.to_owned())]),
    };
    let set = |hosting: Option<HostingTerms>| issued(ProductCommand::SetHosting { hosting });
    let event = |hosting: Option<HostingTerms>| ProductEvent::HostingSet { hosting };
    given::<Product>(sold()).when(set(None)).then_nothing();
    given::<Product>(sold())
        .when(set(Some(terms("1024"))))
        .then([event(Some(terms("1024")))])
        .when(set(Some(terms("1024"))))
        .then([])
        .when(set(Some(terms("2048"))))
        .then([event(Some(terms("2048")))])
        .when(set(None))
        .then([event(None)]);
    given::<Product>(sold()).when(set(Some(terms("a\rb")))).then_refused(Invalid::one(
        "/package/memory",
        "text.control_character",
        "must not hold control characters but line breaks, nor letters that turn its direction",
    ));
    given::<Product>([created(), retired()]).when(set(None)).then_refused(ProductRefusal::Retired);
}
