//! What every listed driver keeps to, before anybody is called.

use std::collections::BTreeSet;

use billfold_adapters::{Outbound, gateways};

#[test]
fn every_driver_has_a_key_of_its_own_and_settings_with_names_of_their_own() {
    let drivers = gateways::all(&Outbound::try_new(false).unwrap());
    let mut keys = BTreeSet::new();
    for driver in drivers.iter() {
        let description = driver.description();
        assert!(keys.insert(description.key), "{} twice", description.key);
        let mut names = BTreeSet::new();
        for field in description.fields {
            assert!(names.insert(field.name), "{}: {} twice", description.key, field.name);
            assert!(!(field.is_secret && field.default.is_some()), "{}", field.name);
            assert!(field.default.is_none_or(|text| (field.check)(text).is_ok()), "{}", field.name);
        }
        assert!(description.budget.at_once > 0 && description.budget.burst > 0);
        assert!(!description.longest_call.is_zero());
    }
    assert!(keys.contains("sandbox"), "{keys:?}");
}

#[test]
fn a_driver_that_is_by_hand_is_never_called() {
    for driver in gateways::all(&Outbound::try_new(false).unwrap()).iter() {
        let called = driver.charging().is_some()
            || driver.paging().is_some()
            || driver.refunding().is_some()
            || driver.notifying().is_some();
        assert_eq!(called, !driver.description().is_by_hand, "{}", driver.description().key);
    }
}
