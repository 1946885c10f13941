//! Clients and sellers: known once, answered the same for ever.

use billfold_app::commands::clients::{
    ActivateClient, ChangeClientContact, RegisterClient, SuspendClient,
};
use billfold_app::commands::tenants::RenameTenant;
use billfold_app::{Error, Kind};
use billfold_domain::client::Client;
use billfold_domain::kernel::ClientId;
use uuid::Uuid;

use crate::house::{House, card, open_tenant, refused};

fn register(name: &str) -> RegisterClient {
    RegisterClient {
        client_id: None,
        contact: card(name),
        country: None,
        currency: None,
        origin: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_gives_the_same_answer_also_from_another_process() {
    let house = House::open().await;
    let first = house.ask("k", register("Ada Lovelace")).await.unwrap();
    assert!(!first.replayed);
    assert_eq!(first.version_of(first.answer.client_id.uuid()), Some(1));
    let again = house.ask("k", register("Ada Lovelace")).await.unwrap();
    assert!(again.replayed);
    assert_eq!((again.answer, again.position), (first.answer.clone(), first.position));
    let other = house.another_door().await;
    let elsewhere = other.execute(house.request("k", register("Ada Lovelace"))).await.unwrap();
    assert_eq!((elsewhere.answer, elsewhere.replayed), (first.answer, true));
    let reused = house.ask("k", register("Grace Hopper")).await;
    assert!(matches!(reused, Err(Error::KeyReused)), "{reused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_belongs_to_one_client_and_is_free_again_after_a_change() {
    let house = House::open().await;
    let ada = house.client("Ada Lovelace").await;
    let mut shouting = register("Ada Lovelace");
    shouting.contact.email = Some("ADA.LOVELACE@example.org".to_owned());
    let taken = house.ask("second", shouting.clone()).await;
    assert_eq!(refused(taken), ("client.email_taken".to_owned(), Kind::State));
    let change = ChangeClientContact { client_id: ada, contact: card("Ada King"), country: None };
    house.ask("change", change).await.unwrap();
    let remembered = house.ask("second", shouting.clone()).await;
    let error = remembered.unwrap_err();
    assert!(error.refused().is_some_and(|no| no.replayed), "a no stays a no: {error:?}");
    house.ask("third", shouting).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_field_is_named_and_a_malformed_request_may_be_mended_under_its_key() {
    let house = House::open().await;
    let mut wrong = register(" ");
    wrong.contact.email = Some("nowhere".to_owned());
    let error = house.ask("k", wrong).await.unwrap_err();
    let fields: Vec<_> =
        error.refused().unwrap().fields.iter().map(|field| field.pointer.clone()).collect();
    assert_eq!(fields, ["/contact/name", "/contact/email"]);
    house.ask("k", register("Ada Lovelace")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_the_caller_saw_must_still_stand() {
    let house = House::open().await;
    let ada = house.client("Ada Lovelace").await;
    let suspend = |reason: &str| SuspendClient { client_id: ada, reason: reason.to_owned() };
    house.door.execute(house.request("a", suspend("late")).expect(1)).await.unwrap();
    let activate = ActivateClient { client_id: ada };
    let stale = house.door.execute(house.request("b", activate.clone()).expect(1)).await;
    assert!(matches!(stale, Err(Error::Conflict { current: 2 })), "{stale:?}");
    house.door.execute(house.request("b", activate).expect(2)).await.unwrap();
    let (client, version) = house.door.load::<Client>(house.tenant, ada.uuid()).await.unwrap();
    assert!(matches!(client, Client::Active(_)));
    assert_eq!(version, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_and_no_seller_is_not_found() {
    let house = House::open().await;
    let nobody = ClientId::new(Uuid::from_u128(404));
    let suspend = SuspendClient { client_id: nobody, reason: "late".to_owned() };
    assert_eq!(refused(house.ask("a", suspend).await), ("client.absent".to_owned(), Kind::Missing));
    let change = ChangeClientContact { client_id: nobody, contact: card("No One"), country: None };
    assert_eq!(refused(house.ask("b", change).await), ("client.absent".to_owned(), Kind::Missing));
    let empty = House::empty().await;
    let lost = empty.ask("c", register("Ada Lovelace")).await;
    assert_eq!(refused(lost), ("tenant.absent".to_owned(), Kind::Missing));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_opens_once_in_a_zone_that_exists_and_may_be_renamed() {
    let house = House::empty().await;
    let nowhere = house.ask("a", open_tenant("Europe/Atlantis")).await;
    assert_eq!(refused(nowhere), ("tenant.time_zone_unknown".to_owned(), Kind::Malformed));
    house.ask("a", open_tenant("Europe/Berlin")).await.unwrap();
    let second = house.ask("b", open_tenant("Europe/Paris")).await;
    assert_eq!(refused(second), ("tenant.already_open".to_owned(), Kind::State));
    house.ask("c", RenameTenant { name: "Other GmbH".to_owned() }).await.unwrap();
    let settings = house.door.settings(house.tenant).await.unwrap();
    assert_eq!((settings.name.as_str(), settings.version), ("Other GmbH", 2));
}
