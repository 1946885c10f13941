//! Two people work on the same thing, and somebody reads what was written just now.

use billfold_tests::shop::{Shop, eur, line};
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn of_two_people_who_edit_a_draft_the_second_is_told_which_version_it_has_now() {
    Shop::story(async |shop| {
        let (ada, eve) = (shop.staff("Ada Lovelace").await, shop.staff("Eve Adams").await);
        let client = shop.client("Grace Hopper").await;
        let draft = shop.draft(&client, &["10.00"]).await;
        let path = format!("/api/v1/invoices/{draft}");
        let lines = format!("{path}/lines");
        let (for_ada, for_eve) = (ada.get(&path).await.version(), eve.get(&path).await.version());
        let done = ada.change(Method::POST, &lines, for_ada, line("5.00")).await.expect(200);
        let now = done.version();

        let late = eve.change(Method::POST, &lines, for_eve, line("7.00")).await;
        let late = late.problem(412, "command.conflict");
        assert_eq!(late.body["version"], now);
        assert_eq!(late.headers["etag"], format!("\"{now}\""));
        let read = eve.get(&path).await;
        assert_eq!((read.version(), &read.body["net"]), (now, &eur("15.00")));
        eve.change(Method::POST, &lines, now, line("7.00")).await.expect(200);

        let stale = ada.change(Method::POST, &format!("{path}/issue"), now, json!({})).await;
        stale.problem(412, "command.conflict");
        let issued = ada.issue(&draft).await.expect(200);
        assert_eq!(issued.body["total"], eur("26.18"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_wrote_the_other_finds_in_every_list_from_its_position_on() {
    Shop::story(async |shop| {
        let (ada, eve) = (shop.staff("Ada Lovelace").await, shop.staff("Eve Adams").await);
        for round in 1..=5 {
            let contact = json!({ "contact": { "name": "Grace Hopper" } });
            let client = ada.post("/api/v1/clients", contact).await.expect(201);
            let at = client.body["position"].as_i64().unwrap();
            let client = client.made();
            let list = eve.get(&format!("/api/v1/clients?min_position={at}")).await.expect(200);
            assert!(list.body.to_string().contains(&client));
            assert!(list.body["as_of_position"].as_i64().unwrap() >= at);

            let draft = shop.draft(&client, &["10.00"]).await;
            let issued = ada.issue(&draft).await.expect(200);
            let at = issued.body["position"].as_i64().unwrap();
            let path = format!("/api/v1/invoices?status=open&min_position={at}");
            let list = eve.get(&path).await.expect(200);
            assert_eq!(list.body["items"].as_array().unwrap().len(), round, "{}", list.body);
            let path = format!("/api/v1/clients/{client}/balance?min_position={at}");
            let account = eve.get(&path).await.expect(200);
            assert_eq!(account.body["balances"][0]["receivable"], eur("11.90"));
        }
    })
    .await;
}
