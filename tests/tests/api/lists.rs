//! Lists: complete, without repeats, in the order asked for.

use std::collections::BTreeSet;

use billfold_tests::shop::{Shop, eur};
use reqwest::Method;
use serde_json::{Value, json};

use crate::routes::routes;

/// Follows `next_cursor` to its end.
async fn all(shop: &Shop, path: &str, limit: usize) -> Vec<Value> {
    let mut items = Vec::new();
    let sign = if path.contains('?') { '&' } else { '?' };
    let first = format!("{path}{sign}limit={limit}");
    let mut page = shop.fresh(&first).await.expect(200);
    loop {
        let rows = page.body["items"].as_array().unwrap();
        assert!(rows.len() <= limit);
        items.extend(rows.iter().cloned());
        let Some(cursor) = page.body["next_cursor"].as_str() else { return items };
        assert!(cursor.len() <= 200 && cursor.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_eq!(rows.len(), limit, "only the last page is short");
        page = shop.get(&format!("{first}&cursor={cursor}")).await.expect(200);
    }
}

async fn busy_shop() -> (Shop, Vec<String>) {
    let shop = Shop::open().await;
    let mut invoices = Vec::new();
    for name in ["Ada", "Grace", "Edsger"] {
        let client = shop.client(name).await;
        for price in ["10.00", "5.00", "10.00"] {
            invoices.push(shop.invoice(&client, &[price]).await);
        }
        shop.draft(&client, &["7.00"]).await;
        let body = json!({ "client_id": client, "amount": eur("12.00"), "method": "manual_cash" });
        shop.post("/api/v1/payments", body).await.expect(201);
        shop.clock.advance_days(1);
    }
    (shop, invoices)
}

#[tokio::test(flavor = "multi_thread")]
async fn following_the_cursor_shows_every_row_once_whatever_the_order() {
    let (shop, _) = busy_shop().await;
    let sorts = ["issue_date", "due_date", "number", "total", "balance_due"];
    for sort in sorts.iter().flat_map(|sort| [(*sort).to_owned(), format!("-{sort}")]) {
        let rows = all(&shop, &format!("/api/v1/invoices?sort={sort}"), 5).await;
        let ids: BTreeSet<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
        assert_eq!((rows.len(), ids.len()), (12, 12), "{sort}");
    }
    let rows = all(&shop, "/api/v1/invoices?sort=number&status=open,partially_paid,paid", 4).await;
    let numbers: Vec<&str> = rows.iter().map(|row| row["number"].as_str().unwrap()).collect();
    assert_eq!(numbers.len(), 9);
    assert!(numbers.is_sorted(), "{numbers:?}");
    for (path, count) in
        [("clients", 3), ("payments", 3), ("journal", 12), ("events?sort=position", 40)]
    {
        let rows = all(&shop, &format!("/api/v1/{path}"), 2).await;
        let texts: BTreeSet<String> = rows.iter().map(Value::to_string).collect();
        assert_eq!(texts.len(), rows.len(), "{path}");
        assert!(rows.len() >= count, "{path}: {}", rows.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sorted_list_read_the_other_way_round_is_the_same_backwards() {
    let (shop, invoices) = busy_shop().await;
    for invoice in invoices.iter().take(3) {
        shop.program().void(invoice).await.expect(200);
    }
    let mut compared = 0;
    for route in routes(&shop).await.iter().filter(|route| route.takes("sort")) {
        let parameters = route.operation["parameters"].as_array().unwrap().iter();
        let sort = parameters.clone().find(|each| each["name"] == "sort").unwrap();
        let words = sort["schema"]["enum"].as_array().unwrap().iter();
        let words: Vec<&str> = words.map(|word| word.as_str().unwrap()).collect();
        for word in words.iter().filter(|word| !word.starts_with('-')) {
            assert!(words.contains(&format!("-{word}").as_str()), "{} by {word}", route.path);
            let there = all(&shop, &format!("{}?sort={word}", route.path), 3).await;
            let mut back = all(&shop, &format!("{}?sort=-{word}", route.path), 3).await;
            back.reverse();
            assert_eq!(there, back, "{} by {word}", route.path);
            compared += usize::from(there.len() > 2);
        }
    }
    assert!(compared >= 9, "only {compared} lists had rows to compare");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_counts_its_rows_when_asked_and_only_then() {
    let (shop, _) = busy_shop().await;
    let ada = shop.fresh("/api/v1/clients?sort=registered_at").await.expect(200);
    let ada = ada.body["items"][0]["id"].as_str().unwrap().to_owned();
    let (mut lists, mut filled) = (0, 0);
    for route in routes(&shop).await.into_iter().filter(|route| route.takes("total")) {
        let path = route.path.replace(&format!("cli_{}", "0".repeat(26)), &ada);
        let own = match route.name.as_str() {
            "read_ledger" | "explain_balance" => "&currency=EUR",
            "list_rights" => "&permission=invoices:read",
            "read_number_register" => "&series=invoice/INV/2026",
            _ => "",
        };
        let uncounted = shop.fresh(&format!("{path}?limit=1{own}")).await;
        if uncounted.status == 404 {
            continue;
        }
        assert_eq!(uncounted.expect(200).body["total"], Value::Null, "{path}");
        let (mut rows, mut page) = (0, json!({ "next_cursor": "" }));
        while let Some(cursor) = page["next_cursor"].as_str().map(str::to_owned) {
            let after = if cursor.is_empty() { cursor } else { format!("&cursor={cursor}") };
            let path = format!("{path}?total=true&limit=100{own}{after}");
            page = shop.get(&path).await.expect(200).body;
            let listed = page["items"].as_array().or(page["steps"].as_array());
            rows += listed.unwrap().len();
        }
        assert_eq!(page["total"], json!({ "rows": rows, "exact": true }), "{path}");
        lists += 1;
        filled += usize::from(rows > 0);
    }
    assert!(lists > 20 && filled > 6, "{lists} lists, {filled} with rows");
    let narrowed = shop.get(&format!("/api/v1/invoices?client_id={ada}&total=true")).await;
    assert_eq!(narrowed.expect(200).body["total"], json!({ "rows": 4, "exact": true }));
    let found = shop.get("/api/v1/clients?q=ada&total=true").await.expect(200);
    assert_eq!(found.body["total"], Value::Null, "a search would have to open all of them");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_come_while_paging_hide_and_repeat_nothing() {
    let (shop, _) = busy_shop().await;
    let path = "/api/v1/events?sort=-position&limit=3";
    let first = shop.fresh(path).await.expect(200);
    let before = first.body["items"][0]["position"].as_i64().unwrap();
    shop.client("Late").await;
    let mut seen: Vec<i64> = Vec::new();
    let mut page = first;
    loop {
        let rows = page.body["items"].as_array().unwrap();
        seen.extend(rows.iter().map(|row| row["position"].as_i64().unwrap()));
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        page = shop.get(&format!("{path}&cursor={cursor}")).await.expect(200);
    }
    let expected: Vec<i64> = (1..=before).rev().collect();
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_hold_together() {
    let (shop, _) = busy_shop().await;
    let clients = shop.fresh("/api/v1/clients?sort=registered_at").await.expect(200);
    let ada = clients.body["items"][0]["id"].as_str().unwrap();
    assert_eq!(clients.body["items"][0]["contact"]["name"], "Ada");
    let rows = all(&shop, &format!("/api/v1/invoices?client_id={ada}&status=open"), 50).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["balance_due"], rows[0]["total"]);
    let rows = all(&shop, &format!("/api/v1/invoices?client_id={ada}&status=draft"), 50).await;
    assert_eq!((rows.len(), &rows[0]["number"]), (1, &Value::Null));
    shop.clock.advance_days(60);
    let late = all(&shop, &format!("/api/v1/invoices?client_id={ada}&status=overdue"), 50).await;
    assert_eq!(late.len(), 2, "{late:?}");
    let rows = all(&shop, "/api/v1/payments?from=2026-03-03&to=2026-03-03", 50).await;
    assert_eq!(rows.len(), 1);
    let rows = all(&shop, "/api/v1/events?event_type=invoice.issued", 50).await;
    assert_eq!(rows.len(), 9);
    let rows = all(&shop, "/api/v1/audit?action=DELETE", 50).await;
    assert!(rows.is_empty());
    let rows = all(&shop, "/api/v1/audit?entity_type=payment", 50).await;
    assert_eq!(rows.len(), 3);
    assert!(rows[0]["actor"].as_str().unwrap().starts_with("key:"));
    assert_eq!(rows[0]["ip"], "127.0.0.1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_adds_up_to_the_balance_it_explains() {
    let (shop, _) = busy_shop().await;
    let clients = shop.fresh("/api/v1/clients?sort=registered_at").await.expect(200);
    let ada = clients.body["items"][0]["id"].as_str().unwrap();
    let balance = shop.fresh(&format!("/api/v1/clients/{ada}/balance")).await.expect(200);
    let owed = balance.body["balances"][0]["receivable"].clone();
    assert_eq!(owed, eur("17.75"));
    let rows = all(&shop, &format!("/api/v1/clients/{ada}/ledger?currency=EUR"), 2).await;
    assert_eq!(rows[0]["balance"], owed, "{rows:?}");
    let explained = shop.get(&format!("/api/v1/clients/{ada}/explain?currency=EUR")).await;
    let explained = explained.expect(200);
    assert_eq!(explained.body["balance"], owed);
    assert_eq!(explained.body["summary"], "the client owes 17.75 EUR");
    let steps = explained.body["steps"].as_array().unwrap();
    assert!(steps.iter().any(|step| step["text"].as_str().unwrap().contains("invoice.issued")));
    let other = shop.get(&format!("/api/v1/clients/{ada}/explain?currency=USD")).await;
    assert_eq!(other.body["summary"], "the account is even in USD", "{}", other.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_books_can_be_asked_about_any_past() {
    let (shop, invoices) = busy_shop().await;
    let position = shop.position().await;
    let before = shop.fresh("/api/v1/trial-balance").await.expect(200);
    let path = format!("/api/v1/invoices/{}", invoices[8]);
    let seen = shop.get(&path).await.version();
    let reason = json!({ "reason": "wrong client" });
    shop.change(Method::POST, &format!("{path}/void"), seen, reason).await.expect(200);
    let now = shop.fresh("/api/v1/trial-balance").await.expect(200);
    assert_ne!(now.body["accounts"], before.body["accounts"]);
    let past = shop.get(&format!("/api/v1/trial-balance?as_of={position}")).await.expect(200);
    assert_eq!(past.body["accounts"], before.body["accounts"]);
    assert_eq!(past.body["position"], position);
    let none = shop.fresh("/api/v1/trial-balance?effective_on=2026-03-01").await.expect(200);
    assert_eq!(none.body["accounts"], json!([]));
    let receivable = shop.fresh("/api/v1/accounts/1200?currency=EUR").await.expect(200);
    assert_eq!(receivable.body["account"]["name"], "Accounts receivable");
    shop.assert_books_balance().await;
}
