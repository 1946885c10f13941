//! The demonstration seller: every state there is, and a second run that adds nothing.

use std::collections::BTreeSet;

use billfold_app::demo;
use billfold_domain::invoice::{Invoice, InvoiceStatus};
use uuid::Uuid;

use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_shows_every_status_and_a_second_run_adds_nothing() {
    let house = House::empty().await;
    let first = demo::run(&house.door).await.unwrap();
    assert_eq!((first.clients, first.invoices), (20, 26));
    let before = house.events().await;
    assert_eq!(u64::try_from(before).unwrap(), first.events);
    house.clock.advance_days(3);
    let second = demo::run(&house.door).await.unwrap();
    assert_eq!((second.events, house.events().await), (0, before));

    let ids: Vec<Uuid> = sqlx::query_scalar(
        "select distinct aggregate_id from events where aggregate_type = 'invoice'",
    )
    .fetch_all(&house.db.feed)
    .await
    .unwrap();
    let mut found = BTreeSet::new();
    for id in ids {
        let (invoice, _) = house.door.load::<Invoice>(demo::tenant(), id).await.unwrap();
        found.extend(invoice.status("2026-03-02".parse().unwrap()));
    }
    let mut wanted: BTreeSet<_> = InvoiceStatus::ALL.into_iter().collect();
    wanted.remove(&InvoiceStatus::Refunded);
    assert_eq!(found, wanted);
    let log = house.whole_log().await.to_lowercase();
    for name in ["hartwig", "kaya", "ricci", "@"] {
        assert!(!log.contains(name), "{name} is in the log in clear");
    }
}
