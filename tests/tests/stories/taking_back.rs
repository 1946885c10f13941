//! An invoice was wrong: it stays, and a credit note takes it back.

use billfold_tests::shop::{Shop, eur};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_invoice_that_is_voided_becomes_credit_and_the_account_says_so() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let path = format!("/api/v1/invoices/{invoice}");
        let body = json!({ "method": "manual_bank" });
        shop.post(&format!("{path}/pay"), body).await.expect(201);
        let voided = shop.program().void(&invoice).await.expect(200).body;
        assert_eq!((&voided["offset"], &voided["to_credit"]), (&eur("0.00"), &eur("11.90")));
        assert_eq!(voided["credit_note"], "CN-2026-000001");
        let read = shop.read_invoice(&invoice).await;
        assert_eq!((&read["status"], &read["balance_due"]), (&json!("void"), &eur("0.00")));
        assert_eq!((&read["number"], &read["total"]), (&json!("INV-2026-000001"), &eur("11.90")));

        let account = shop.balance(&client).await;
        assert_eq!((&account["receivable"], &account["credit"]), (&eur("0.00"), &eur("11.90")));
        for (field, amount) in
            [("invoiced", "11.90"), ("credited", "11.90"), ("collected", "11.90")]
        {
            assert_eq!(account[field], eur(amount), "{field}");
        }
        let account = format!("/api/v1/clients/{client}");
        let explained = shop.fresh(&format!("{account}/explain?currency=EUR")).await.expect(200);
        assert_eq!(explained.body["summary"], "the client has 11.90 EUR to their credit");
        let ledger = shop.fresh(&format!("{account}/ledger?currency=EUR")).await.expect(200);
        assert_eq!(ledger.body["items"][0]["event_type"], "invoice.voided");
        assert_eq!(ledger.body["items"][0]["balance"], eur("-11.90"));
        let credit = shop.fresh("/api/v1/accounts/2100?currency=EUR").await.expect(200);
        assert_eq!(credit.body["balance"]["net"], eur("-11.90"));
        let revenue = shop.fresh("/api/v1/accounts/4000?currency=EUR").await.expect(200);
        assert_eq!(revenue.body["balance"]["net"], eur("0.00"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_half_paid_invoice_the_paid_half_is_credit_and_the_rest_is_owed_by_nobody() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let body = json!({ "method": "manual_cash", "amount": eur("5.00") });
        shop.post(&format!("/api/v1/invoices/{invoice}/pay"), body).await.expect(201);
        let voided = shop.program().void(&invoice).await.expect(200).body;
        assert_eq!((&voided["offset"], &voided["to_credit"]), (&eur("6.90"), &eur("5.00")));
        let account = shop.balance(&client).await;
        assert_eq!((&account["receivable"], &account["credit"]), (&eur("0.00"), &eur("5.00")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_is_neither_paid_nor_taken_back_nor_given_up_again() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        shop.program().void(&invoice).await.expect(200);
        let path = format!("/api/v1/invoices/{invoice}");
        let pay = shop.post(&format!("{path}/pay"), json!({ "method": "manual_bank" })).await;
        let refused = pay.problem(409, "invoice.already_voided");
        assert_eq!(refused.body["detail"], "the invoice was voided on 2026-03-02");
        shop.program().void(&invoice).await.problem(409, "invoice.already_voided");
        let reason = json!({ "reason": "the client has vanished" });
        let given_up = shop.program().act(&invoice, "write-off", reason).await;
        given_up.problem(409, "invoice.already_voided");
        let again = shop.invoice(&client, &["10.00"]).await;
        let voided = shop.program().void(&again).await.expect(200);
        assert_eq!(voided.body["credit_note"], "CN-2026-000002", "a refused one takes no number");
        assert_eq!(shop.balance(&client).await["receivable"], eur("0.00"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debt_that_is_given_up_is_a_loss_and_no_credit() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let reason = json!({ "reason": "the client has vanished" });
        shop.program().act(&invoice, "write-off", reason).await.expect(200);
        assert_eq!(shop.read_invoice(&invoice).await["status"], "uncollectible");
        let account = shop.balance(&client).await;
        assert_eq!((&account["receivable"], &account["credit"]), (&eur("0.00"), &eur("0.00")));
        let loss = shop.fresh("/api/v1/accounts/5200?currency=EUR").await.expect(200);
        assert_eq!(loss.body["balance"]["net"], eur("11.90"));
    })
    .await;
}
