//! Every acceptance case is answered as expected, and none is skipped.

use std::fs;

use billfold_tests::cases::{Case, check, folder, run};
use serde_json::json;

#[test]
fn every_case_is_answered_as_expected() {
    let report = run(&folder());
    println!("{report}");
    assert!(report.failures.is_empty(), "{report}");
    assert_eq!(report.passed, in_files());
}

#[test]
fn a_family_without_an_adapter_is_a_failure() {
    let case = Case {
        id: "XX-01".into(),
        family: "weather.forecast".into(),
        given: json!({}),
        when: json!({}),
        expect: json!({}),
    };
    assert_eq!(check(&case), Err("no adapter answers this family".into()));
}

#[test]
fn a_wrong_answer_is_a_failure() {
    let case = |minor| Case {
        id: "XX-02".into(),
        family: "money.minor".into(),
        given: json!({ "currency": "EUR" }),
        when: json!({ "major": "1.00" }),
        expect: json!({ "minor": minor }),
    };
    assert_eq!(check(&case(100)), Ok(()));
    assert!(check(&case(101)).is_err());
}

#[test]
fn a_folder_without_cases_is_a_failure() {
    let empty = std::env::temp_dir().join(format!("no-cases-{}", std::process::id()));
    fs::create_dir_all(&empty).unwrap();
    assert_eq!(run(&empty).failures.len(), 1);
    fs::remove_dir(&empty).unwrap();
    assert_eq!(run(&empty).failures.len(), 1);
}

/// How many cases lie in the files, counted without the runner.
fn in_files() -> usize {
    let count = |path| {
        let cases: Vec<serde_json::Value> =
            serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        cases.len()
    };
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|kind| kind == "json")).map(count).sum()
}
