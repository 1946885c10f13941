//! A seller on a fresh database, with a door to ask through.

use billfold_app::commands::clients::RegisterClient;
use billfold_app::commands::invoices::{DraftInvoice, InvoiceIssued, IssueInvoice};
use billfold_app::commands::tenants::OpenTenant;
use billfold_app::commands::{Ask, Done, Door, UseCase};
use billfold_app::{Error, Kind};
use billfold_domain::client::ContactCard;
use billfold_domain::invoice::{LineKind, NewLine, Particulars, TaxCategory, TaxTreatment};
use billfold_domain::kernel::{
    Actor, ClientId, Country, Currency, InvoiceId, Money, TenantId, UnitPrice,
};
use billfold_tests::harness::{TestClock, TestDb};
use billfold_tests::till::{Till, open_door};
use uuid::Uuid;

pub(crate) struct House {
    pub(crate) db: TestDb,
    pub(crate) clock: TestClock,
    pub(crate) door: Door,
    pub(crate) tenant: TenantId,
}

impl House {
    /// A seller in Berlin on 2 March 2026, in euros.
    pub(crate) async fn open() -> Self {
        let house = Self::empty().await;
        let opened = house.ask("open", open_tenant("Europe/Berlin")).await.unwrap();
        assert_eq!(opened.answer.tenant_id, house.tenant);
        house
    }

    /// A database without a seller.
    pub(crate) async fn empty() -> Self {
        let Till { db, clock, door, tenant, .. } = Till::new().await.unwrap();
        Self { db, clock, door, tenant }
    }

    /// A second process on the same database.
    pub(crate) async fn another_door(&self) -> Door {
        open_door(&self.db, &self.clock).await.unwrap()
    }

    pub(crate) async fn ask<U: UseCase>(
        &self,
        key: &str,
        command: U,
    ) -> Result<Done<U::Answer>, Error> {
        self.door.execute(self.request(key, command)).await
    }

    pub(crate) fn request<C>(&self, key: &str, command: C) -> Ask<C> {
        Ask::new(self.tenant, Actor::system("tests").unwrap(), key, command)
    }

    pub(crate) async fn client(&self, name: &str) -> ClientId {
        let register = RegisterClient {
            client_id: None,
            contact: card(name),
            country: None,
            currency: None,
            origin: None,
        };
        self.ask(&format!("client {name}"), register).await.unwrap().answer.client_id
    }

    pub(crate) async fn draft(&self, key: &str, client: ClientId, prices: &[&str]) -> InvoiceId {
        let draft = DraftInvoice {
            invoice_id: None,
            client_id: client,
            order_id: None,
            tax: None,
            currency: None,
            lines: prices.iter().map(|price| line(price).into()).collect(),
            due_date: None,
        };
        self.ask(key, draft).await.unwrap().answer.invoice_id
    }

    pub(crate) async fn invoice(
        &self,
        name: &str,
        client: ClientId,
        prices: &[&str],
    ) -> InvoiceIssued {
        let invoice_id = self.draft(&format!("draft {name}"), client, prices).await;
        let issue = IssueInvoice {
            invoice_id,
            issue_date: None,
            due_date: None,
            particulars: Particulars::default(),
        };
        self.ask(&format!("issue {name}"), issue).await.unwrap().answer
    }

    pub(crate) async fn events(&self) -> i64 {
        sqlx::query_scalar("select count(*) from events").fetch_one(&self.db.feed).await.unwrap()
    }

    /// Every text column of the log, to look for what must not be there.
    pub(crate) async fn whole_log(&self) -> String {
        sqlx::query_scalar(
            "select string_agg(line, ' ') from (
               select concat_ws(' ', event_type, actor, payload, metadata) from events
               union all select concat_ws(' ', key, answer) from receipts
               union all select concat_ws(' ', scope, key) from reservations
             ) as log(line)",
        )
        .fetch_one(&self.db.feed)
        .await
        .unwrap()
    }

    pub(crate) async fn event_types(&self, id: Uuid) -> Vec<String> {
        sqlx::query_scalar(
            "select event_type from events where aggregate_id = $1 order by position",
        )
        .bind(id)
        .fetch_all(&self.db.feed)
        .await
        .unwrap()
    }
}

pub(crate) fn open_tenant(time_zone: &str) -> OpenTenant {
    OpenTenant {
        name: "Seller GmbH".to_owned(),
        country: Country::parse("DE").unwrap(),
        currency: Currency::parse("EUR").unwrap(),
        time_zone: time_zone.to_owned(),
        invoice_numbers: None,
        credit_note_numbers: None,
        payment_term_days: None,
        vat_id: Some("DE123456789".to_owned()),
        test_clock: None,
    }
}

pub(crate) fn card(name: &str) -> ContactCard {
    let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
    ContactCard { name: name.to_owned(), email: Some(email), ..ContactCard::default() }
}

pub(crate) fn eur(text: &str) -> Money {
    Money::parse_major(text, Currency::parse("EUR").unwrap()).unwrap()
}

/// One piece at this price, taxed at 19 %.
pub(crate) fn line(price: &str) -> NewLine {
    let currency = Currency::parse("EUR").unwrap();
    NewLine {
        kind: LineKind::Hosting,
        description: "Hosting".to_owned(),
        quantity: "1".parse().unwrap(),
        unit_price: UnitPrice::parse(price, currency).unwrap(),
        tax: TaxTreatment {
            category: TaxCategory::S,
            rate: "19".parse().unwrap(),
            country: Country::parse("DE").unwrap(),
        },
        period: None,
        product_id: None,
    }
}

/// The code and kind of a refusal.
pub(crate) fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> (String, Kind) {
    let error = answer.expect_err("a refusal");
    let refused = error.refused().unwrap_or_else(|| panic!("a refusal, not {error:?}"));
    (refused.code.clone(), refused.kind)
}
