//! Numbers follow each other without gaps: an auditor counts them.

use billfold_tests::shop::{Shop, line};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

/// Issues a draft; its number.
async fn number(shop: &Shop, draft: &str) -> String {
    let issued = shop.program().issue(draft).await.expect(200);
    issued.body["number"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_follow_the_order_of_issue_and_not_of_drafting() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let mut drafts = Vec::new();
        for _ in 0..3 {
            let draft = shop.draft(&client, &[]).await;
            let path = format!("/api/v1/invoices/{draft}/lines");
            for (seen, price) in [(1, "10.00"), (2, "2.50")] {
                let added = shop.change(Method::POST, &path, seen, line(price)).await.expect(200);
                assert_eq!(added.body["line_no"], seen);
            }
            assert_eq!(shop.read_invoice(&draft).await["number"], json!(null));
            drafts.push(draft);
        }
        assert_eq!(number(shop, &drafts[2]).await, "INV-2026-000001");
        let reason = json!({ "reason": "written by mistake" });
        shop.program().act(&drafts[0], "discard", reason).await.expect(200);
        assert_eq!(number(shop, &drafts[1]).await, "INV-2026-000002");
        shop.program().issue(&drafts[0]).await.problem(409, "invoice.discarded");
        let last = shop.draft(&client, &["1.00"]).await;
        assert_eq!(number(shop, &last).await, "INV-2026-000003");
        let list = shop.fresh("/api/v1/invoices?sort=number&status=open").await.expect(200);
        let order: Vec<_> = list.body["items"].as_array().unwrap().iter().collect();
        assert_eq!(
            [&order[0]["id"], &order[1]["id"], &order[2]["id"]],
            [&json!(drafts[2]), &json!(drafts[1]), &json!(last)]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_issued_at_the_same_moment_take_one_number_each_and_leave_none_out() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let mut drafts = Vec::new();
        for _ in 0..12 {
            drafts.push(shop.draft(&client, &["10.00"]).await);
        }
        let mut numbers = join_all(drafts.iter().map(|draft| number(shop, draft))).await;
        numbers.sort();
        let expected: Vec<_> = (1..=12).map(|no| format!("INV-2026-{no:06}")).collect();
        assert_eq!(numbers, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_that_is_refused_takes_no_number() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let empty = shop.draft(&client, &[]).await;
        let refused = shop.program().issue(&empty).await.problem(422, "invoice.line_count");
        assert_eq!(refused.pointer(), "/lines");
        let draft = shop.draft(&client, &["10.00"]).await;
        let early = json!({ "due_date": "2026-03-01" });
        let refused = shop.program().act(&draft, "issue", early).await;
        assert_eq!(refused.problem(422, "invoice.due_before_issue").pointer(), "/due_date");
        let tomorrow = json!({ "issue_date": "2026-03-03" });
        let refused = shop.program().act(&draft, "issue", tomorrow).await;
        let refused = refused.problem(422, "invoice.issue_date_in_future");
        assert_eq!(refused.pointer(), "/issue_date");
        assert_eq!(number(shop, &draft).await, "INV-2026-000001");
        shop.program().issue(&draft).await.problem(409, "invoice.already_issued");
        let next = shop.draft(&client, &["10.00"]).await;
        let yesterday = json!({ "issue_date": "2026-03-01" });
        let refused = shop.program().act(&next, "issue", yesterday).await;
        refused.problem(422, "number.date_before_last");
        assert_eq!(number(shop, &next).await, "INV-2026-000002");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_series_counts_alone_by_year_and_by_seller() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        // In Berlin the year ends an hour before it ends in UTC.
        shop.clock.set("2026-12-31T22:59:59Z".parse().unwrap());
        let old = shop.draft(&client, &["10.00"]).await;
        assert_eq!(number(shop, &old).await, "INV-2026-000001");
        shop.clock.set("2026-12-31T23:00:00Z".parse().unwrap());
        let new = shop.draft(&client, &["10.00"]).await;
        assert_eq!(number(shop, &new).await, "INV-2027-000001");
        let voided = shop.program().void(&old).await.expect(200);
        assert_eq!(voided.body["credit_note"], "CN-2027-000001");

        let neighbour = shop.neighbour().await;
        let contact = json!({ "contact": { "name": "Grace Hopper" } });
        let client = neighbour.post("/api/v1/clients", contact).await.made();
        let lines = [line("10.00")];
        let body = json!({ "client_id": client, "currency": "EUR", "lines": lines });
        let draft = neighbour.post("/api/v1/invoices", body).await.made();
        let issued = neighbour.issue(&draft).await.expect(200);
        assert_eq!(issued.body["number"], "INV-2027-000001");
        let late = shop.draft(&shop.client("Ada Lovelace").await, &["1.00"]).await;
        assert_eq!(number(shop, &late).await, "INV-2027-000002");
    })
    .await;
}
