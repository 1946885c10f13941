//! What is due is done by itself, once, at the times a seller chose (ES-19, OPS-06, SUB-16).

use std::time::Duration;

use billfold_app::ports::{NEVER, TurnEnd, TurnOutcome};
use billfold_app::schedules::{Scheduler, Task};
use billfold_domain::role::Permission;
use billfold_tests::shop::{Reply, Shop, eur, fresh_key, send};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

const SCHEDULES: &str = "/api/v1/settings/schedules";
const BILL: &str = "bill_due_subscriptions";

/// Does what is due, as a process does all the time; how many turns.
async fn work_off(scheduler: &Scheduler) -> usize {
    let mut turns = 0;
    while scheduler.work(None).await.expect("the database answers").is_some() {
        turns += 1;
    }
    turns
}

/// Notes what comes when, and does what is due.
async fn work(shop: &Shop) -> usize {
    shop.scheduler().note(shop.tenant).await.expect("the times are noted");
    work_off(shop.scheduler()).await
}

async fn schedules(shop: &Shop) -> Vec<Value> {
    shop.get(SCHEDULES).await.expect(200).body["items"].as_array().unwrap().clone()
}

/// How something that is done by itself stands.
async fn standing(shop: &Shop, job: &str) -> Value {
    let listed = schedules(shop).await;
    listed.into_iter().find(|item| item["job"] == job).expect("a job")
}

async fn choose(shop: &Shop, job: &str, choice: Value) -> Reply {
    let seen = shop.get(SCHEDULES).await.version();
    shop.change(Method::PUT, &format!("{SCHEDULES}/{job}"), seen, choice).await
}

async fn run_now(shop: &Shop, job: &str) -> Reply {
    shop.post(&format!("{SCHEDULES}/{job}/run"), json!({})).await
}

async fn turns(shop: &Shop, job: &str) -> Vec<Value> {
    let path = format!("{SCHEDULES}/{job}/turns");
    shop.get(&path).await.expect(200).body["items"].as_array().unwrap().clone()
}

async fn count(shop: &Shop, list: &str) -> usize {
    let all = shop.fresh(&format!("/api/v1/{list}?limit=100")).await.expect(200).body;
    all["items"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_billed_by_itself_and_days_that_passed_come_to_one_turn() {
    Shop::story(async |shop| {
        shop.subscribed(&["Ada", "Bob"]).await;
        assert_eq!(work(shop).await, 0, "nothing is due yet");
        let first = standing(shop, BILL).await["next_at"].clone();
        assert_eq!(first, "2026-03-02T23:15:00Z", "a quarter past midnight in Berlin");
        let before = count(shop, "invoices").await;
        shop.clock.advance_days(40);
        assert_eq!(work(shop).await, schedules(shop).await.len(), "each job has its turn");
        assert_eq!(work(shop).await, 0, "it was done");
        let done = turns(shop, BILL).await;
        assert_eq!(done.len(), 1, "forty days that nobody worked are one turn: {done:?}");
        assert_eq!((&done[0]["outcome"], &done[0]["attempts"]), (&json!("done"), &json!(1)));
        assert_eq!(done[0]["due_at"], "2026-03-02T23:15:00Z");
        assert_eq!(count(shop, "invoices").await, before + 2, "April, which began meanwhile");
        assert_eq!(standing(shop, BILL).await["next_at"], "2026-04-11T22:15:00Z", "summer time");
        for item in schedules(shop).await {
            assert_eq!(item["last"]["outcome"], "done", "{item}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_run_a_job_once() {
    Shop::story(async |shop| {
        shop.subscribed(&["Ada"]).await;
        work(shop).await;
        shop.clock.advance_days(40);
        let other = Scheduler { process: "another".to_owned(), ..shop.scheduler().clone() };
        let (one, two) = tokio::join!(work_off(shop.scheduler()), work_off(&other));
        let jobs = schedules(shop).await;
        assert_eq!(one + two, jobs.len(), "{one} and {two}");
        for job in jobs {
            let done = turns(shop, job["job"].as_str().unwrap()).await;
            assert_eq!((done.len(), &done[0]["attempts"]), (1, &json!(1)), "{done:?}");
            assert_eq!(done[0]["outcome"], "done", "{done:?}");
        }
        assert_eq!(count(shop, "billing-runs").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_job_is_taken_up_under_its_name() {
    Shop::story(async |shop| {
        shop.subscribed(&["Ada"]).await;
        work(shop).await;
        shop.clock.advance_days(40);
        // A process takes the turn, bills, and is gone before it can say so.
        let (scheduler, only) = (shop.scheduler(), Some((shop.tenant, BILL)));
        let now = scheduler.room.door.clock().now();
        let gone = scheduler.schedules.take("gone", now, Duration::ZERO, only).await.unwrap();
        let gone = gone.expect("a turn is due");
        let task = Task::of(&gone).unwrap();
        scheduler.job(BILL).unwrap().run(&scheduler.room, &task).await.expect("it bills");
        let billed = count(shop, "invoices").await;
        assert_eq!(count(shop, "billing-runs").await, 1);

        shop.clock.advance_days(1);
        let again = scheduler.work(only).await.unwrap().expect("the turn is free");
        assert_eq!((again.turn.due_at, again.turn.attempt), (gone.due_at, 2));
        assert_eq!(Task::of(&again.turn).unwrap().name, task.name);
        assert_eq!(again.end.expect("its end").outcome, TurnOutcome::Done);
        assert_eq!(count(shop, "billing-runs").await, 1, "the run goes by the name of the turn");
        assert_eq!(count(shop, "invoices").await, billed, "nothing is billed twice");
        assert_eq!(turns(shop, BILL).await.len(), 1);

        // Should it not be gone after all, it has no say any more.
        let outcome = TurnOutcome::Failed;
        let late =
            TurnEnd { outcome, summary: String::new(), at: now, again_at: None, next: NEVER };
        assert!(!scheduler.schedules.hold(&gone, Duration::from_secs(60)).await.unwrap());
        assert!(!scheduler.schedules.end(&gone, &late).await.unwrap());
        assert_eq!(turns(shop, BILL).await[0]["outcome"], "done");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_chooses_the_times_and_what_is_paused_comes_only_when_asked_for() {
    Shop::story(async |shop| {
        work(shop).await;
        let usual = standing(shop, BILL).await;
        assert_eq!((&usual["cadence"], &usual["chosen"]), (&json!("daily 00:15"), &json!(false)));
        let weekly = json!({ "cadence": "cron 30 4 * * mon", "running": true });
        choose(shop, BILL, weekly).await.expect(200);
        let chosen = standing(shop, BILL).await;
        assert_eq!(chosen["next_at"], "2026-03-09T03:30:00Z", "next Monday in Berlin");
        let wrong = json!({ "cadence": "cron 61 4 * * mon", "running": true });
        let wrong = choose(shop, BILL, wrong).await.problem(400, "malformed");
        assert_eq!(wrong.pointer(), "/cadence");
        choose(shop, "fly", json!({ "running": true })).await.problem(404, "schedule.absent");

        choose(shop, BILL, json!({ "running": false })).await.expect(200);
        let paused = standing(shop, BILL).await;
        assert_eq!((&paused["running"], &paused["next_at"]), (&json!(false), &Value::Null));
        shop.clock.advance_days(30);
        work(shop).await;
        assert_eq!(turns(shop, BILL).await, Vec::<Value>::new());
        run_now(shop, BILL).await.expect(202);
        assert_eq!((work(shop).await, turns(shop, BILL).await.len()), (1, 1));
        assert_eq!(work(shop).await, 0, "it was asked for once");

        choose(shop, BILL, json!({ "running": true })).await.expect(200);
        assert_eq!(standing(shop, BILL).await["next_at"], "2026-04-01T22:15:00Z");
        let told = shop.fresh("/api/v1/audit?entity_type=tenant").await.expect(200).body;
        assert!(told.to_string().contains("tenant.schedule_set"), "{told}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_off_is_tried_again_and_its_next_time_comes_all_the_same() {
    Shop::story(async |shop| {
        shop.subscribed(&["Ada"]).await;
        work(shop).await;
        shop.clock.advance_days(1);
        let scheduler = shop.scheduler();
        let only = Some((shop.tenant, BILL));
        let now = scheduler.room.door.clock().now();
        let minute = Duration::from_secs(60);
        let turn = scheduler.schedules.take("one", now, minute, only).await.unwrap().unwrap();
        let again = scheduler.schedules.take("two", now, minute, only).await.unwrap();
        assert_eq!(again, None, "it is under way");
        run_now(shop, BILL).await.problem(409, "schedule.not_waiting");
        assert_eq!(standing(shop, BILL).await["under_way"], true);
        let (outcome, summary) = (TurnOutcome::Failed, "the ledger is busy".to_owned());
        let again_at = Some(now + TimeDelta::minutes(1));
        let broke = TurnEnd { outcome, summary, at: now, again_at, next: now + TimeDelta::days(1) };
        assert!(scheduler.schedules.end(&turn, &broke).await.unwrap());
        let failed = standing(shop, BILL).await;
        assert_eq!(failed["last"]["summary"], "the ledger is busy");
        assert!(scheduler.work(only).await.unwrap().is_none(), "it waits a minute");
        shop.clock.advance(TimeDelta::minutes(1));
        let done = scheduler.work(only).await.unwrap().expect("a second try");
        assert_eq!((done.turn.due_at, done.turn.attempt), (turn.due_at, 2));
        assert_eq!(standing(shop, BILL).await["next_at"], "2026-03-03T23:15:00Z");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_seller_is_left_to_its_clock() {
    Shop::story(async |shop| {
        let test = shop.test_seller("2030-01-31T09:00:00Z").await;
        test.subscriber(Value::Null).await;
        let tenant = test.get("/api/v1/settings").await.expect(200).body["tenant"].clone();
        let tenant = tenant.as_str().unwrap().parse().expect("an id");
        shop.scheduler().note(tenant).await.expect("nothing to note");
        shop.clock.advance_days(400);
        assert!(shop.scheduler().work(None).await.unwrap().is_none(), "no turn of the test seller");
        let listed = test.get(SCHEDULES).await.expect(200).body;
        for item in listed["items"].as_array().unwrap() {
            assert_eq!((&item["next_at"], &item["last"]), (&Value::Null, &Value::Null), "{item}");
        }
        let asked = test.post(&format!("{SCHEDULES}/{BILL}/run"), json!({})).await;
        asked.problem(409, "schedule.not_waiting");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_or_runs_a_schedule_without_the_permission() {
    Shop::story(async |shop| {
        let reader = shop.key_with(&[Permission::SettingsRead]).await;
        let ask = |method: Method, path: String| {
            let request = shop.http().request(method, shop.url(&path)).bearer_auth(&reader);
            let request =
                request.header("idempotency-key", fresh_key()).header("if-match", "\"1\"");
            send(request.json(&json!({ "running": false })))
        };
        ask(Method::GET, SCHEDULES.to_owned()).await.expect(200);
        let one = format!("{SCHEDULES}/{BILL}");
        ask(Method::PUT, one.clone()).await.problem(403, "permission.missing");
        ask(Method::POST, format!("{one}/run")).await.problem(403, "permission.missing");
        let nobody = shop.key_with(&[Permission::OrdersRead]).await;
        for path in [SCHEDULES.to_owned(), format!("{one}/turns")] {
            let request = shop.http().get(shop.url(&path)).bearer_auth(&nobody);
            send(request).await.problem(403, "permission.missing");
        }
        assert_eq!(standing(shop, BILL).await["running"], true);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_of_another_seller_are_neither_seen_nor_run() {
    Shop::story(async |shop| {
        let neighbour = shop.neighbour().await;
        shop.subscribed(&["Ada"]).await;
        choose(shop, BILL, json!({ "cadence": "hourly :05", "running": true })).await.expect(200);
        shop.clock.advance_days(1);
        work(shop).await;
        assert_eq!(turns(shop, BILL).await.len(), 1);
        let listed = neighbour.get(SCHEDULES).await.expect(200).body;
        for item in listed["items"].as_array().unwrap() {
            assert_eq!((&item["chosen"], &item["last"]), (&json!(false), &Value::Null), "{item}");
        }
        let path = format!("{SCHEDULES}/{BILL}");
        let theirs = neighbour.get(&format!("{path}/turns")).await.expect(200).body;
        assert_eq!(theirs["items"], json!([]));
        neighbour.post(&format!("{path}/run"), json!({})).await.expect(202);
        work_off(shop.scheduler()).await;
        assert_eq!(turns(shop, BILL).await.len(), 1, "only that of the neighbour ran");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_nobody_answered_ends_by_itself() {
    Shop::story(async |shop| {
        let limits = json!({ "limits": [{ "kind": "refund", "up_to": eur("0.01") }] });
        let path = "/api/v1/settings/approval-limits";
        let seen = shop.get(path).await.version();
        shop.change(Method::PUT, path, seen, limits).await.expect(200);
        let client = shop.client("Ada").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let pay = json!({ "method": "manual_bank" });
        let payment = shop.post(&format!("/api/v1/invoices/{invoice}/pay"), pay).await.made();
        let path = format!("/api/v1/payments/{payment}");
        let seen = shop.fresh(&path).await.version();
        let refund = json!({ "amount": eur("1.00"), "reason": "because" });
        let waits = shop.change(Method::POST, &format!("{path}/refund"), seen, refund).await;
        let approval = waits.expect(202).body["approval_id"].as_str().unwrap().to_owned();
        work(shop).await;
        shop.clock.advance_days(40);
        work(shop).await;
        let ended = shop.fresh(&format!("/api/v1/approvals/{approval}")).await.expect(200).body;
        assert_eq!(ended["status"], "expired", "{ended}");
    })
    .await;
}
