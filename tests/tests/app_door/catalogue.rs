//! Products and orders.

use billfold_app::Kind;
use billfold_app::commands::clients::SuspendClient;
use billfold_app::commands::invoices::{DraftInvoice, IssueInvoice};
use billfold_app::commands::orders::{CancelOrder, OrderedItem, PlaceOrder};
use billfold_app::commands::products::{CreateProduct, RetireProduct, SetPrice};
use billfold_domain::invoice::{Invoice, Particulars};
use billfold_domain::kernel::{ClientId, Cycle, ProductId};
use billfold_domain::order::Order;
use billfold_domain::product::ProductKind;

use crate::house::{House, eur, line, refused};

async fn product(house: &House) -> ProductId {
    let create = CreateProduct {
        product_id: None,
        code: "vps-small".to_owned(),
        name: "Small VPS".to_owned(),
        kind: ProductKind::Vps,
    };
    let product_id = house.ask("create", create.clone()).await.unwrap().answer.product_id;
    let taken = house.ask("again", create).await;
    assert_eq!(refused(taken), ("product.code_taken".to_owned(), Kind::State));
    let price = SetPrice {
        product_id,
        cycle: Cycle::Months(1),
        price: eur("12.90"),
        setup_fee: Some(eur("5.00")),
        valid_from: None,
        trial_days: 0,
    };
    house.ask("price", price).await.unwrap();
    product_id
}

fn order(client: ClientId, product: ProductId) -> PlaceOrder {
    let item = OrderedItem {
        product_id: Some(product),
        cycle: Some(Cycle::Months(1)),
        kind: None,
        description: None,
        quantity: "2".parse().unwrap(),
        unit_price: None,
        period: None,
        answers: Vec::new(),
    };
    PlaceOrder {
        order_id: None,
        client_id: client,
        currency: None,
        items: vec![item],
        origin: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_takes_the_price_of_the_day_and_its_setup_fee_and_becomes_an_invoice() {
    let house = House::open().await;
    let (client, product) = (house.client("Ada Lovelace").await, product(&house).await);
    let placed = house.ask("order", order(client, product)).await.unwrap().answer;
    assert_eq!(placed.total, eur("35.80"));
    let draft = DraftInvoice {
        invoice_id: None,
        client_id: client,
        order_id: Some(placed.order_id),
        tax: Some(line("1").tax.into()),
        currency: None,
        lines: Vec::new(),
        due_date: None,
    };
    let untaxed = DraftInvoice { tax: None, ..draft.clone() };
    let untaxed = house.ask("untaxed", untaxed).await;
    assert_eq!(refused(untaxed), ("invoice.tax_missing".to_owned(), Kind::Malformed));
    let invoice_id = house.ask("draft", draft.clone()).await.unwrap().answer.invoice_id;
    let issue = IssueInvoice {
        invoice_id,
        issue_date: None,
        due_date: None,
        particulars: Particulars::default(),
    };
    let issued = house.ask("issue", issue).await.unwrap().answer;
    assert_eq!((issued.number.as_str(), issued.total), ("INV-2026-000001", eur("42.60")));
    let order_id = placed.order_id.uuid();
    let (order, _) = house.door.load::<Order>(house.tenant, order_id).await.unwrap();
    assert_eq!(order.accepted().unwrap().invoice_id, Some(invoice_id));
    let (invoice, _) = house.door.load::<Invoice>(house.tenant, invoice_id.uuid()).await.unwrap();
    let lines = &invoice.document().unwrap().lines;
    assert_eq!(lines.len(), 2, "the setup fee is a line of its own");
    assert_eq!(lines[0].period.unwrap().to().to_string(), "2026-04-02");
    let twice = house.ask("twice", draft).await;
    assert_eq!(refused(twice).0, "order.already_invoiced");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sold_or_not_priced_cannot_be_ordered() {
    let house = House::open().await;
    let (client, product) = (house.client("Ada Lovelace").await, product(&house).await);
    let mut yearly = order(client, product);
    yearly.items[0].cycle = Some(Cycle::Months(12));
    let yearly = house.ask("yearly", yearly).await;
    assert_eq!(refused(yearly), ("product.no_price".to_owned(), Kind::Rule));
    let placed = house.ask("order", order(client, product)).await.unwrap().answer;
    house.ask("retire", RetireProduct { product_id: product }).await.unwrap();
    let retired = house.ask("late", order(client, product)).await;
    assert_eq!(refused(retired), ("product.retired".to_owned(), Kind::State));
    let cancel = CancelOrder { order_id: placed.order_id, reason: "changed mind".to_owned() };
    house.ask("cancel", cancel.clone()).await.unwrap();
    assert_eq!(refused(house.ask("cancel twice", cancel).await).1, Kind::State);
    let suspend = SuspendClient { client_id: client, reason: "late".to_owned() };
    house.ask("suspend", suspend).await.unwrap();
    let suspended = house.ask("suspended", order(client, product)).await;
    assert_eq!(refused(suspended), ("client.suspended".to_owned(), Kind::State));
}
