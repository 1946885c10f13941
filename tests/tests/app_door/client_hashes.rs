//! Passwords of clients that another system kept (AUT-03).

use billfold_app::access::{AccessError, ImportedClient, Secret};
use billfold_app::commands::Ask;
use billfold_app::commands::clients::{RegisterClient, SuspendClient};
use billfold_domain::client::ContactCard;
use billfold_domain::kernel::{Actor, ClientId, Country};
use serde_json::{Value, json};

use crate::access::{Gate, PASSWORD, attempt, not_valid};
use crate::sign_ins::BCRYPT;

const CAROL: &str = "carol@example.org";

impl Gate {
    async fn client(&self, email: Option<&str>) -> ClientId {
        let contact = ContactCard {
            name: "Carol".to_owned(),
            email: email.map(str::to_owned),
            ..ContactCard::default()
        };
        let country = Some(Country::parse("DE").unwrap());
        let register =
            RegisterClient { client_id: None, contact, country, currency: None, origin: None };
        let by = Actor::system("tests").unwrap();
        let key = format!("client {email:?}");
        let done = self.door.execute(Ask::new(self.tenant, by, key, register)).await.unwrap();
        done.answer.client_id
    }

    async fn hash_of_client(&self, client: ClientId) -> String {
        let sql = "select password_hash from client_accounts where client_id = $1";
        sqlx::query_scalar(sql).bind(client.uuid()).fetch_one(&self.db.owner).await.unwrap()
    }

    /// Whether Carol comes in with a password.
    async fn carol_is_let_in(&self, password: &str) -> bool {
        let tried = self.access.sign_in_client(&attempt(CAROL, password, None)).await;
        assert!(tried.is_ok() || not_valid(&tried));
        tried.is_ok()
    }

    /// Each noted change of a client's way in, with who made it.
    async fn changes_of_clients(&self) -> Vec<(Value, String)> {
        let sql = "select payload -> 'client_means_changed', actor from events
                   where event_type = 'sign_in.client_means_changed' order by position";
        let rows: Vec<(sqlx::types::Json<Value>, String)> =
            sqlx::query_as(sql).fetch_all(&self.db.feed).await.unwrap();
        rows.into_iter().map(|(what, by)| (what.0, by)).collect()
    }
}

fn known_by(client: ClientId, hash: &str) -> ImportedClient {
    ImportedClient { client: Some(client), email: None, password_hash: Secret::new(hash) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bcrypt_hash_lets_a_client_in_and_is_argon2id_from_then_on() {
    let gate = Gate::open().await;
    let carol = gate.client(Some(CAROL)).await;
    let email = Some(CAROL.to_uppercase());
    let by_address = ImportedClient { client: None, email, ..known_by(carol, BCRYPT) };
    let found = gate.access.check_client_import(gate.tenant, &by_address).await.unwrap();
    assert_eq!((found.client, found.has_password), (carol, false));
    assert!(gate.access.import_client(gate.tenant, &by_address).await.unwrap());
    let told = json!({ "client_id": carol.uuid(), "what": "password_brought_along" });
    assert_eq!(gate.changes_of_clients().await, [(told, "import:clients".to_owned())]);

    assert!(!gate.carol_is_let_in("wrong horse battery").await);
    assert_eq!(gate.hash_of_client(carol).await, BCRYPT, "nobody proved to know the password");
    assert!(gate.carol_is_let_in(PASSWORD).await);
    let better = gate.hash_of_client(carol).await;
    assert!(better.starts_with("$argon2id$"), "{better}");
    assert!(gate.carol_is_let_in(PASSWORD).await);
    assert_eq!(gate.hash_of_client(carol).await, better, "a good hash stays");
    assert!(!gate.carol_is_let_in("wrong horse battery").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_who_has_a_password_keeps_it() {
    let gate = Gate::open().await;
    let carol = gate.client(Some(CAROL)).await;
    assert!(gate.access.import_client(gate.tenant, &known_by(carol, BCRYPT)).await.unwrap());
    assert!(gate.carol_is_let_in(PASSWORD).await);
    let kept = gate.hash_of_client(carol).await;
    let again = known_by(carol, BCRYPT);
    let found = gate.access.check_client_import(gate.tenant, &again).await.unwrap();
    assert!(found.has_password);
    assert!(!gate.access.import_client(gate.tenant, &again).await.unwrap());
    assert_eq!(gate.hash_of_client(carol).await, kept);
    assert_eq!(gate.changes_of_clients().await.len(), 1, "nothing changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_clients_password_waits_until_the_client_is_active_again() {
    let gate = Gate::open().await;
    let client_id = gate.client(Some(CAROL)).await;
    let suspend = SuspendClient { client_id, reason: "late".to_owned() };
    let by = Actor::system("tests").unwrap();
    gate.door.execute(Ask::new(gate.tenant, by, "suspend", suspend)).await.unwrap();
    assert!(gate.access.import_client(gate.tenant, &known_by(client_id, BCRYPT)).await.unwrap());
    assert!(!gate.carol_is_let_in(PASSWORD).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_client_of_the_seller_with_an_address_is_taken_over_and_only_with_a_good_hash() {
    let gate = Gate::open().await;
    let carol = gate.client(Some(CAROL)).await;
    let silent = gate.client(None).await;
    let unknown = ClientId::new(uuid::Uuid::from_u128(0xC0));
    let elsewhere = billfold_domain::kernel::TenantId::new(uuid::Uuid::from_u128(0xB2));
    let of = |client: Option<ClientId>, email: &str| ImportedClient {
        client,
        email: (!email.is_empty()).then(|| email.to_owned()),
        password_hash: Secret::new(BCRYPT),
    };
    for (tenant, row, wrong) in [
        (gate.tenant, known_by(carol, PASSWORD), "/password_hash"),
        (gate.tenant, of(None, ""), "/client_id"),
        (gate.tenant, of(Some(unknown), ""), "/client_id"),
        (gate.tenant, of(Some(silent), ""), "/client_id"),
        (gate.tenant, of(None, "nobody@example.org"), "/email"),
        (gate.tenant, of(Some(silent), CAROL), "/email"),
        (elsewhere, of(Some(carol), ""), "/client_id"),
        (elsewhere, of(None, CAROL), "/email"),
    ] {
        let refused = gate.access.import_client(tenant, &row).await;
        let Err(AccessError::Malformed { field, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(field, wrong, "{row:?}");
    }
    assert!(gate.changes_of_clients().await.is_empty());
}
