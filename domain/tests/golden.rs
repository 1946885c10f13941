//! Old events read for ever: a golden file pins each version of each event.
//!
//! A golden file `schemas/<event_type>.v<N>.json` holds a payload as version N stored it, the
//! same payload brought forward, and what today's code reads out of it, postings included. A
//! file is never edited or deleted: `schemas/digests.txt` pins its bytes.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot read its files fails; nobody is there to tell"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use billfold_domain::kernel::Claim;
use billfold_domain::ledger::{POSTING_STREAMS, postings};
use billfold_domain::schema::{Event, cqrs_upcasters, decode, event_types, upcast};
use cqrs_es::persist::SerializedEvent;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas")
}

/// Event type, version and content of every golden file.
fn golden_files() -> BTreeMap<(String, u32), Value> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let golden = files.filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    let read = |path: PathBuf| {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let (event_type, version) = stem.rsplit_once(".v").expect("named <event_type>.v<N>.json");
        let content = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        ((event_type.to_owned(), version.parse().unwrap()), content)
    };
    golden.map(read).collect()
}

/// What today's code reads out of a stored event.
fn facts(event: &Event) -> Value {
    let claim = |claim: Claim| match claim {
        Claim::Take { scope, key } => json!({ "take": scope, "key": key }),
        Claim::Release { scope, key } => json!({ "release": scope, "key": key }),
    };
    json!({
        "event_type": event.event_type(),
        "event_version": event.event_version(),
        "effective_on": event.effective_on(),
        "claims": event.claims().into_iter().map(claim).collect::<Vec<_>>(),
        "numbers": event.numbers().iter().flat_map(|n| n.counts()).collect::<Vec<_>>(),
        "posting": postings(event).unwrap(),
    })
}

fn payload_of(event: &Event) -> Value {
    match event {
        Event::Tenant(event) => serde_json::to_value(event),
        Event::Client(event) => serde_json::to_value(event),
        Event::Subscription(event) => serde_json::to_value(event),
        Event::Product(event) => serde_json::to_value(event),
        Event::Order(event) => serde_json::to_value(event),
        Event::Invoice(event) => serde_json::to_value(event),
        Event::CreditNote(event) => serde_json::to_value(event),
        Event::Proforma(event) => serde_json::to_value(event),
        Event::CreditBalance(event) => serde_json::to_value(event),
        Event::Payment(event) => serde_json::to_value(event),
        Event::DunningStrategy(event) => serde_json::to_value(event),
        Event::DunningCase(event) => serde_json::to_value(event),
        Event::Coupon(event) => serde_json::to_value(event),
        Event::GiftCard(event) => serde_json::to_value(event),
        Event::TaxRate(event) => serde_json::to_value(event),
        Event::BillingRun(event) => serde_json::to_value(event),
        Event::AccountingPeriod(event) => serde_json::to_value(event),
        Event::Recognition(event) => serde_json::to_value(event),
        Event::ClientGroup(event) => serde_json::to_value(event),
        Event::Affiliate(event) => serde_json::to_value(event),
        Event::PaymentMethod(event) => serde_json::to_value(event),
        Event::Approval(event) => serde_json::to_value(event),
        Event::Role(event) => serde_json::to_value(event),
        Event::StaffMember(event) => serde_json::to_value(event),
        Event::Department(event) => serde_json::to_value(event),
        Event::WebhookEndpoint(event) => serde_json::to_value(event),
        Event::SignIn(event) => serde_json::to_value(event),
        Event::DataSubject(event) => serde_json::to_value(event),
        Event::ApiKey(event) => serde_json::to_value(event),
        Event::Effect(event) => serde_json::to_value(event),
        Event::Driver(event) => serde_json::to_value(event),
        Event::Gateway(event) => serde_json::to_value(event),
        Event::Settlement(event) => serde_json::to_value(event),
        Event::Service(event) => serde_json::to_value(event),
        Event::Server(event) => serde_json::to_value(event),
        Event::ServerGroup(event) => serde_json::to_value(event),
    }
    .unwrap()
}

fn aggregate_of(event_type: &str) -> &str {
    event_type.split_once('.').unwrap().0
}

#[test]
fn every_golden_file_still_reads_as_it_says() {
    for ((event_type, version), golden) in golden_files() {
        let (name, version) = (format!("{event_type}.v{version}"), version.to_string());
        let stored = &golden["stored"];
        let upcast = upcast(&event_type, &version, stored.clone()).unwrap();
        let bytes = stored.to_string();
        let event =
            decode(aggregate_of(&event_type), &event_type, &version, bytes.as_bytes()).unwrap();
        let found = json!({ "stored": stored, "upcast": upcast, "event": facts(&event) });
        let found_text = serde_json::to_string_pretty(&found).unwrap();
        assert_eq!(golden, found, "{name} now reads as\n{found_text}");
        assert_eq!(payload_of(&event), upcast, "{name} has fields that nobody reads");
    }
}

#[test]
fn whatever_posts_is_of_a_stream_that_is_read_for_postings() {
    let mut posting: Vec<_> = golden_files()
        .into_iter()
        .filter(|(_, golden)| !golden["event"]["posting"].is_null())
        .map(|((event_type, _), _)| aggregate_of(&event_type).to_owned())
        .collect();
    posting.sort_unstable();
    posting.dedup();
    let mut read = POSTING_STREAMS.to_vec();
    read.sort_unstable();
    assert_eq!(posting, read);
}

#[test]
fn every_version_in_code_has_a_golden_file_and_no_other() {
    let found: Vec<_> = golden_files().into_keys().collect();
    let mut expected: Vec<_> = event_types()
        .flat_map(|(event_type, current)| {
            let current: u32 = current.parse().unwrap();
            (1..=current).map(move |version| (event_type.to_owned(), version))
        })
        .collect();
    expected.sort();
    assert_eq!(found, expected, "write schemas/<event_type>.v<N>.json, and never remove one");
}

#[test]
fn no_golden_file_was_edited_or_deleted() {
    let list = fs::read_to_string(folder().join("digests.txt")).unwrap();
    let listed: BTreeMap<String, String> = list
        .lines()
        .map(|line| line.split_once("  ").unwrap())
        .map(|(digest, file)| (file.to_owned(), digest.to_owned()))
        .collect();
    let digest = |(event_type, version): (String, u32)| {
        let file = format!("{event_type}.v{version}.json");
        let hash = Sha256::digest(fs::read(folder().join(&file)).unwrap());
        (file, hash.iter().map(|byte| format!("{byte:02x}")).collect())
    };
    let found: BTreeMap<String, String> = golden_files().into_keys().map(digest).collect();
    assert_eq!(listed, found, "a released event is history; only add lines to digests.txt");
}

#[test]
fn the_upcasters_of_cqrs_es_take_the_same_steps() {
    let golden = &golden_files()[&("client.registered".to_owned(), 1)];
    let upcasters = cqrs_upcasters();
    let stored = |version: &str| {
        SerializedEvent::new(
            "client-1".into(),
            1,
            "client".into(),
            "client.registered".into(),
            version.into(),
            golden["stored"].clone(),
            json!({}),
        )
    };
    let upcaster = &upcasters[0];
    assert!(upcaster.can_upcast("client.registered", "1"));
    assert!(!upcaster.can_upcast("client.registered", "2"));
    let event = upcaster.upcast(stored("1"));
    assert_eq!((event.payload, event.event_version.as_str()), (golden["upcast"].clone(), "2"));
    let unknown = upcaster.upcast(stored("9"));
    assert_eq!((unknown.payload, unknown.event_version.as_str()), (golden["stored"].clone(), "9"));
}
