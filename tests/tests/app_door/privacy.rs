//! Personal data: never in clear, readable only with the keys, gone when the keys are gone.

use std::collections::BTreeMap;

use billfold_adapters::postgres::PostgresSubjectKeys;
use billfold_app::Kind;
use billfold_app::commands::clients::{
    ChangeClientContact, EraseClient, RegisterClient, subject_of,
};
use billfold_app::commands::invoices::IssueInvoice;
use billfold_app::commands::payments::{Pays, RecordPayment};
use billfold_app::ports::{Purpose, SubjectKeys, SubjectRef};
use billfold_app::vault::{Kek, Opened, Vault, VaultError, Wanted, field};
use billfold_domain::client::{Client, ContactCard};
use billfold_domain::invoice::Particulars;
use billfold_domain::kernel::{ClientId, KeyClass, Pii, TenantId};
use billfold_domain::ledger;
use billfold_domain::schema::decode;
use billfold_event_store::Feed;
use billfold_event_store::chain::{DatabaseSource, VerifyOptions, verify};
use billfold_tests::harness::TempFolder;
use billfold_tests::till::vault;
use chrono::NaiveDate;
use sqlx::Row;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use uuid::Uuid;

use crate::house::{House, card, eur, refused};

fn planted() -> ContactCard {
    let mut card = card("Zebulon Quartermain");
    card.company = Some("Quartermain Expeditions".to_owned());
    card.phone = Some("+44 20 7946 0991".to_owned());
    card.address.line1 = Some("99 Elephant Walk".to_owned());
    card
}

const PLANTED: [&str; 5] =
    ["Zebulon", "Quartermain", "zebulon.quartermain@example.org", "7946 0991", "Elephant Walk"];

async fn register(house: &House) -> ClientId {
    let register = RegisterClient {
        client_id: None,
        contact: planted(),
        country: None,
        currency: None,
        origin: None,
    };
    house.ask("register", register).await.unwrap().answer.client_id
}

/// Sums per account and currency, from the events.
async fn trial_sums(house: &House) -> BTreeMap<(String, String), i64> {
    let mut sums = BTreeMap::new();
    let feed = Feed::new(house.db.feed.clone(), 1);
    for event in feed.page(0, 10_000).await.unwrap() {
        let payload = event.payload.as_bytes();
        let typed = decode(&event.aggregate_type, &event.event_type, &event.event_version, payload);
        for entry in ledger::postings(&typed.unwrap()).unwrap().iter().flat_map(|p| p.entries()) {
            let signed = entry.signed();
            let account = (entry.account.as_str().to_owned(), signed.currency().code().to_owned());
            *sums.entry(account).or_insert(0) += signed.minor();
        }
    }
    sums
}

async fn chain_is_whole(house: &House) -> bool {
    let mut source = DatabaseSource::open(&house.db.feed, 1).await.unwrap();
    verify(&mut source, VerifyOptions::default(), |_| {}).await.unwrap().is_sound()
}

async fn buyer(house: &House, invoice: Uuid) -> Pii<ContactCard> {
    let payload: String = sqlx::query(
        "select payload::text from events
         where aggregate_id = $1 and event_type = 'invoice.issued'",
    )
    .bind(invoice)
    .fetch_one(&house.db.feed)
    .await
    .unwrap()
    .get(0);
    let payload: serde_json::Value = serde_json::from_str(&payload).unwrap();
    serde_json::from_value(payload["issued"]["buyer"].clone()).unwrap()
}

async fn contact(house: &House, client: ClientId) -> Pii<ContactCard> {
    let (client, _) = house.door.load::<Client>(house.tenant, client.uuid()).await.unwrap();
    client.profile().unwrap().contact.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_no_address_no_number_lies_in_the_log_in_clear() {
    let house = House::open().await;
    let client = register(&house).await;
    house.invoice("one", client, &["10.00"]).await;
    let change = ChangeClientContact { client_id: client, contact: planted(), country: None };
    house.ask("change", change).await.unwrap();
    let log = house.whole_log().await;
    assert!(log.contains("client.contact_changed") && log.contains("sealed"));
    for text in PLANTED {
        assert!(!log.to_lowercase().contains(&text.to_lowercase()), "{text} is in the log");
    }
    let sealed = contact(&house, client).await;
    let vault = house.door.vault();
    let opened = vault.open(house.tenant, field::CLIENT_CONTACT, &sealed).await.unwrap();
    assert_eq!(opened, Opened::Clear(planted()));
    let moved = vault.open(house.tenant, field::INVOICE_BUYER, &sealed).await;
    assert!(matches!(moved, Err(VaultError::Tampered)), "a field opens under its own name only");
    let debug = format!("{vault:?} {sealed:?}");
    assert!(!debug.contains(sealed.sealed()) && !debug.contains("Zebulon"), "{debug}");
}

#[tokio::test(flavor = "multi_thread")]
async fn erasure_makes_the_contact_unreadable_and_leaves_sums_numbers_and_chain() {
    let house = House::open().await;
    let client = register(&house).await;
    let issued = house.invoice("one", client, &["100.00"]).await;
    let pay = RecordPayment {
        payment_id: None,
        client_id: client,
        amount: eur("19.00"),
        method: "manual_bank".to_owned(),
        reference: None,
        received_on: None,
        pays: Pays::OldestFirst,
    };
    house.ask("pay", pay).await.unwrap();
    let unissued = house.draft("unissued", client, &["5.00"]).await;
    let (sealed, before) = (contact(&house, client).await, trial_sums(&house).await);
    let erase = EraseClient { client_id: client, reason: "asked".to_owned() };
    house.ask("erase", erase.clone()).await.unwrap();
    assert!(house.ask("erase", erase.clone()).await.unwrap().replayed);
    let harmless = house.ask("erase again", erase).await.unwrap();
    assert_eq!(harmless.position, None);

    let fresh = vault(&house.db);
    for vault in [house.door.vault(), &fresh] {
        let opened = vault.open(house.tenant, field::CLIENT_CONTACT, &sealed).await.unwrap();
        assert_eq!(opened, Opened::Erased);
    }
    let buyer = buyer(&house, issued.invoice_id.uuid()).await;
    let kept = fresh.open(house.tenant, field::INVOICE_BUYER, &buyer).await.unwrap();
    assert_eq!(kept, Opened::Clear(planted()), "law asks for the issued document");
    assert_eq!(trial_sums(&house).await, before);
    assert_eq!(before.values().sum::<i64>(), 0);
    assert!(chain_is_whole(&house).await);

    let change = ChangeClientContact { client_id: client, contact: planted(), country: None };
    assert_eq!(
        refused(house.ask("change", change).await),
        ("client.erased".to_owned(), Kind::State)
    );
    let issue = IssueInvoice {
        invoice_id: unissued,
        issue_date: None,
        due_date: None,
        particulars: Particulars::default(),
    };
    assert_eq!(refused(house.ask("issue", issue).await), ("client.erased".to_owned(), Kind::State));
    let register_again = RegisterClient {
        client_id: None,
        contact: planted(),
        country: None,
        currency: None,
        origin: None,
    };
    house.ask("register anew", register_again).await.expect("the address is free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_is_kept_until_retention_ends_and_not_a_day_longer() {
    let house = House::open().await;
    let client = register(&house).await;
    let issued = house.invoice("one", client, &["100.00"]).await;
    let buyer = buyer(&house, issued.invoice_id.uuid()).await;
    let of = SubjectRef { tenant: house.tenant, subject: subject_of(client) };
    let (vault, now) = (house.door.vault(), house.clock.now());
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    assert_eq!(vault.erase(of, day("2026-03-02"), now).await.unwrap(), Some(day("2034-12-31")));
    let expired = async |today| vault.expired(house.tenant, today, None, 10).await.unwrap();
    assert_eq!(expired(day("2034-12-31")).await, []);
    assert_eq!(expired(day("2035-01-01")).await, [(of.subject, day("2034-12-31"))]);
    assert_eq!(vault.erase(of, day("2035-01-01"), now).await.unwrap(), None);
    assert_eq!(expired(day("2035-01-01")).await, []);
    let opened = self::vault(&house.db);
    let opened = opened.open(house.tenant, field::INVOICE_BUYER, &buyer).await.unwrap();
    assert_eq!(opened, Opened::Erased);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_make_a_key_at_once_agree_on_one() {
    let house = House::open().await;
    let (one, two) = (vault(&house.db), vault(&house.db));
    let subject = subject_of(ClientId::new(Uuid::from_u128(77)));
    let class = KeyClass::Operational;
    let wanted = [Wanted { subject, class, retain_until: None }];
    let now = house.clock.now();
    let (first, second) = tokio::join!(
        one.ring_to_seal(house.tenant, &wanted, now),
        two.ring_to_seal(house.tenant, &wanted, now)
    );
    let sealed = first.unwrap().seal(subject, class, field::CLIENT_CONTACT, &planted()).unwrap();
    let opened = second.unwrap().open(&sealed, field::CLIENT_CONTACT).unwrap();
    assert_eq!(opened, Opened::Clear(planted()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_row_serves_its_tenant_subject_and_purpose_only() {
    let house = House::open().await;
    let client = register(&house).await;
    let other = TenantId::new(Uuid::from_u128(0xB2));
    let sealed = contact(&house, client).await;
    let stranger = vault(&house.db);
    let opened = stranger.open(other, field::CLIENT_CONTACT, &sealed).await.unwrap();
    assert_eq!(opened, Opened::Erased, "another tenant finds no key");
    sqlx::query("update subject_keys set tenant_id = $1 where purpose = 'operational'")
        .bind(other.uuid())
        .execute(&house.db.owner)
        .await
        .unwrap();
    let moved = stranger.open(other, field::CLIENT_CONTACT, &sealed).await;
    assert!(matches!(moved, Err(VaultError::Unreadable { .. })), "{moved:?}");
    let keys = Arc::new(PostgresSubjectKeys::new(house.db.app.clone()));
    let of = billfold_app::ports::KeyRef {
        tenant: other,
        subject: subject_of(client),
        purpose: Purpose::Operational,
    };
    let row = keys.get(other, &[of]).await.unwrap().pop().unwrap();
    assert_eq!(row.wrapped.map(|wrapped| wrapped.len()), Some(12 + 32 + 16));
    let foreign = Vault::new(Kek::from_bytes([8; 32].into()), keys);
    let foreign = foreign.open(other, field::CLIENT_CONTACT, &sealed).await;
    assert!(matches!(foreign, Err(VaultError::OtherKek { .. })), "{foreign:?}");
}

#[test]
fn the_key_file_is_made_for_its_owner_alone_and_refused_when_others_may_read_it() {
    let folder = TempFolder::new();
    let path = folder.path().join("billfold.key");
    let made = Kek::open_or_create(&path).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(Kek::open_or_create(&path).unwrap().id(), made.id());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let open = Kek::open_or_create(&path);
    assert!(matches!(open, Err(VaultError::KeyFileOpenToOthers { .. })));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&path, [0; 31]).unwrap();
    let short = Kek::open_or_create(&path);
    assert!(matches!(short, Err(VaultError::KeyFileLength { found: 31, .. })));
}
