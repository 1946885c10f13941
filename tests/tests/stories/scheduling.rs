//! What is due is done by itself, once, at the times a seller chose (ES-19, OPS-06, SUB-16).

use billfold_app::schedules::Scheduler;
use billfold_tests::shop::{Reply, Shop};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

const SCHEDULES: &str = "/api/v1/settings/schedules";
const BILL: &str = "bill_due_subscriptions";

/// Notes what comes when, and does what is due, as a process does all the time.
async fn work(shop: &Shop) -> u32 {
    let scheduler: &Scheduler = shop.scheduler();
    scheduler.note(shop.tenant).await.expect("the times are noted");
    let mut turns = 0;
    while scheduler.work().await.expect("the database answers") {
        turns += 1;
    }
    turns
}

/// How something that is done by itself stands.
async fn standing(shop: &Shop, job: &str) -> Value {
    let listed = shop.get(SCHEDULES).await.expect(200).body;
    let items = listed["items"].as_array().unwrap().iter();
    items.clone().find(|item| item["job"] == job).expect("a job").clone()
}

async fn choose(shop: &Shop, job: &str, choice: Value) -> Reply {
    let seen = shop.get("/api/v1/settings").await.version();
    shop.change(Method::PUT, &format!("{SCHEDULES}/{job}"), seen, choice).await
}

async fn turns(shop: &Shop, job: &str) -> Vec<Value> {
    let path = format!("{SCHEDULES}/{job}/turns");
    shop.get(&path).await.expect(200).body["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_billed_by_itself_and_days_that_passed_come_to_one_turn() {
    Shop::story(async |shop| {
        shop.subscribed(&["Ada", "Bob"]).await;
        assert_eq!(work(shop).await, 0, "nothing is due yet");
        let first = standing(shop, BILL).await["next_at"].clone();
        assert_eq!(first, "2026-03-02T23:15:00Z", "a quarter past midnight in Berlin");
        shop.clock.advance_days(40);
        assert!(work(shop).await >= 1);
        assert_eq!(work(shop).await, 0, "it was done");
        let done = turns(shop, BILL).await;
        assert_eq!(done.len(), 1, "forty days that nobody worked are one turn: {done:?}");
        assert_eq!((&done[0]["outcome"], &done[0]["attempts"]), (&json!("done"), &json!(1)));
        let billed = shop.fresh("/api/v1/invoices?limit=100").await.expect(200).body;
        let billed = billed["items"].as_array().unwrap().iter();
        let issued = billed.filter(|invoice| invoice["issue_date"] != Value::Null).count();
        assert!(issued >= 2, "both were billed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_at_a_time_do_every_turn_once() {
    Shop::story(async |shop| {
        shop.subscribed(&["Ada"]).await;
        work(shop).await;
        shop.clock.advance(TimeDelta::days(1));
        let other = Scheduler { process: "another".to_owned(), ..shop.scheduler().clone() };
        let (one, two) = tokio::join!(work(shop), async {
            let mut turns = 0;
            while other.work().await.expect("the database answers") {
                turns += 1;
            }
            turns
        });
        let jobs = shop.get(SCHEDULES).await.expect(200).body["items"].as_array().unwrap().len();
        assert!(usize::try_from(one + two).unwrap() >= jobs.min(2));
        for item in shop.get(SCHEDULES).await.expect(200).body["items"].as_array().unwrap() {
            let job = item["job"].as_str().unwrap();
            for turn in turns(shop, job).await {
                assert_eq!(turn["attempts"], 1, "{job}: {turn}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_chooses_the_times_and_what_is_stopped_comes_only_when_asked_for() {
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
        let nothing = json!({ "running": true });
        choose(shop, "fly", nothing).await.problem(404, "schedule.absent");

        choose(shop, BILL, json!({ "running": false })).await.expect(200);
        let stopped = standing(shop, BILL).await;
        assert_eq!((&stopped["running"], &stopped["next_at"]), (&json!(false), &Value::Null));
        shop.clock.advance_days(30);
        work(shop).await;
        assert_eq!(turns(shop, BILL).await, Vec::<Value>::new());
        let run = shop.post(&format!("{SCHEDULES}/{BILL}/run"), json!({})).await;
        run.problem(409, "schedule.not_waiting");

        choose(shop, BILL, json!({ "running": true })).await.expect(200);
        shop.post(&format!("{SCHEDULES}/{BILL}/run"), json!({})).await.expect(202);
        assert!(work(shop).await >= 1);
        assert_eq!(turns(shop, BILL).await.len(), 1);
        let told = shop.fresh("/api/v1/audit?entity_type=tenant").await.expect(200).body;
        assert!(told.to_string().contains("tenant.schedule_set"), "{told}");
    })
    .await;
}
