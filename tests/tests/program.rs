//! The program from outside: its commands, what they say, how they end.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use billfold_tests::harness::{Program, TempFolder, TestDb, billfold, eventually};
use serde_json::{Value, json};
use sqlx::ConnectOptions;

const PASSWORD: &str = "correct horse battery";
/// bcrypt, 12 rounds, of that password, as libxcrypt made it.
const BCRYPT: &str = "$2b$12$abcdefghijklmnopqrstuuE3j5FFjC71WyDL2KIK7ShSoj8tPD3m6";

/// Runs a command to its end, with this text as its input.
fn run(data: &Path, arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Output {
    let mut child = Command::new(billfold())
        .args(arguments)
        .arg("--data")
        .arg(data)
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn open_seller(data: &Path) -> Output {
    let arguments = ["tenant", "open", "--name", "Hosting GmbH", "--country", "DE"];
    let zone = ["--currency", "EUR", "--time-zone", "Europe/Berlin"];
    run(data, &[&arguments[..], &zone[..]].concat(), &[], "")
}

#[test]
fn a_wrong_command_or_setting_ends_with_2_and_names_it() {
    let folder = TempFolder::new();
    let unknown = run(folder.path(), &["fly"], &[], "");
    assert_eq!(unknown.status.code(), Some(2));
    let variable = run(folder.path(), &["config", "print"], &[("BILLFOLD_HTTP_LISEN", "1")], "");
    assert_eq!(variable.status.code(), Some(2));
    assert!(stderr(&variable).contains("lisen"), "{}", stderr(&variable));
    fs::write(folder.path().join("billfold.toml"), "[http]\nlisen = 1\n").unwrap();
    let file = run(folder.path(), &["config", "print"], &[], "");
    assert_eq!(file.status.code(), Some(2));
    assert!(stderr(&file).contains("billfold.toml"), "{}", stderr(&file));
}

#[test]
fn settings_in_force_are_printed_with_their_defaults() {
    let folder = TempFolder::new();
    let printed = run(folder.path(), &["config", "print"], &[("BILLFOLD_LOG_QUEUE", "7")], "");
    assert_eq!(printed.status.code(), Some(0), "{}", stderr(&printed));
    assert!(stdout(&printed).contains("queue = 7"));
    assert!(stdout(&printed).contains("listen = \"127.0.0.1:8420\""));
}

#[test]
fn a_port_in_use_ends_with_3_before_a_database_is_made() {
    let folder = TempFolder::new();
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = run(folder.path(), &["serve"], &[("BILLFOLD_HTTP_LISTEN", &address)], "");
    assert_eq!(refused.status.code(), Some(3));
    assert!(stderr(&refused).contains("http.listen: cannot listen on"), "{}", stderr(&refused));
    assert!(!folder.path().join("postgres").exists());
}

#[test]
fn a_database_that_does_not_answer_ends_with_3_and_hides_its_password() {
    let folder = TempFolder::new();
    let url = "postgres://billfold:hunter2@127.0.0.1:1/billfold";
    let refused = run(folder.path(), &["migrate"], &[("DATABASE_URL", url)], "");
    assert_eq!(refused.status.code(), Some(3));
    assert!(stderr(&refused).contains("DATABASE_URL"), "{}", stderr(&refused));
    assert!(!stderr(&refused).contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_an_older_build_is_named_at_once_and_works_once_it_is_migrated() {
    let (db, folder) = (TestDb::new().await, TempFolder::new());
    let older = "drop function log_peek; delete from migrations where name = '0004_log_peek'";
    sqlx::raw_sql(older).execute(&db.owner).await.unwrap();
    let url = db.connect_options().to_url_lossy().to_string();
    let at = [("DATABASE_URL", url.as_str())];
    let refused = run(folder.path(), &["tenant", "list"], &at, "");
    assert_eq!(refused.status.code(), Some(3));
    let said = stderr(&refused);
    assert!(said.contains("lacks 0004_log_peek: run `billfold migrate`"), "{said}");
    for ask in [["migrate"].as_slice(), &["tenant", "list"]] {
        let done = run(folder.path(), ask, &at, "");
        assert_eq!(done.status.code(), Some(0), "{ask:?}: {}", stderr(&done));
    }
}

#[tokio::test]
async fn commands_work_beside_a_running_server_and_a_second_server_is_refused() {
    let folder = TempFolder::new();
    let program = Program::serve(folder.path()).await;
    let opened = open_seller(folder.path());
    assert_eq!(opened.status.code(), Some(0), "{}", stderr(&opened));
    let listed = run(folder.path(), &["tenant", "list"], &[], "");
    assert_eq!(stdout(&listed), format!("{}  Hosting GmbH", stdout(&opened)));

    let listen = ("BILLFOLD_HTTP_LISTEN", "127.0.0.1:0");
    let no_metrics = ("BILLFOLD_METRICS_LISTEN", "off");
    let second = run(folder.path(), &["serve"], &[listen, no_metrics], "");
    assert_eq!(second.status.code(), Some(3));
    assert!(stderr(&second).contains("served by another running billfold"));
    assert!(program.stop().await.success());
}

#[test]
fn a_first_account_needs_a_seller_and_a_good_password() {
    let folder = TempFolder::new();
    let create = ["user", "create-admin", "--email", "admin@example.test"];
    let migrated = run(folder.path(), &["migrate"], &[], "");
    assert_eq!(migrated.status.code(), Some(0), "{}", stderr(&migrated));
    let alone = run(folder.path(), &create, &[], "correct horse battery\n");
    assert_eq!(alone.status.code(), Some(2));
    assert!(stderr(&alone).contains("billfold tenant open"), "{}", stderr(&alone));

    assert_eq!(open_seller(folder.path()).status.code(), Some(0));
    let short = run(folder.path(), &create, &[], "short\n");
    assert_eq!(short.status.code(), Some(2), "{}", stderr(&short));
    let made = run(folder.path(), &create, &[], "correct horse battery\n");
    assert_eq!(made.status.code(), Some(0), "{}", stderr(&made));
    assert!(stdout(&made).starts_with("stf_"), "{}", stdout(&made));
    let again = run(folder.path(), &create, &[], "correct horse battery\n");
    assert_eq!(again.status.code(), Some(2), "{}", stderr(&again));

    let key = folder.path().join("keys/key-encryption");
    fs::rename(&key, folder.path().join("lost")).unwrap();
    let lost = run(folder.path(), &["tenant", "list"], &[], "");
    assert_eq!(lost.status.code(), Some(3));
    assert!(stderr(&lost).contains("is missing"), "{}", stderr(&lost));
    assert!(!key.exists(), "no new key takes its place");
}

#[test]
fn commands_that_work_through_the_books_want_a_seller_and_answer_for_programs() {
    const NOBODY: &str = "ten_01kchkq7w7fc9r6a8b9c0d1e2f";
    let folder = TempFolder::new();
    let refused = run(folder.path(), &["expire", "--tenant", NOBODY], &[], "");
    assert_eq!(refused.status.code(), Some(2), "in a new folder: {}", stderr(&refused));
    let opened = open_seller(folder.path());
    let seller = stdout(&opened);
    for command in ["bill", "dun", "recognise", "expire"] {
        let asked = [command, "--tenant", &seller, "--dry-run", "--json"];
        let done = run(folder.path(), &asked, &[], "");
        assert_eq!(done.status.code(), Some(0), "{command}: {}", stderr(&done));
        let report: serde_json::Value = serde_json::from_str(&stdout(&done)).unwrap();
        assert_eq!(report["rehearsed"], true, "{command}: {report}");
    }
}

#[test]
fn a_source_that_cannot_be_reached_is_named_without_its_password_and_with_what_to_do() {
    let folder = TempFolder::new();
    let port = {
        let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        free.local_addr().unwrap().port()
    };
    let source = format!("postgres://reader:s3cret-word@127.0.0.1:{port}/old_billing");
    let import = ["import", "cqrs-es", "--by-stream", "--source", &source];
    let refused = run(folder.path(), &import, &[], "");
    assert_eq!(refused.status.code(), Some(3));
    let said = stderr(&refused);
    let address = format!("the source database old_billing at 127.0.0.1:{port} as reader");
    for part in [&address, "refused", "nothing was imported", "check the address", "run the same"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("s3cret-word"), "{said}");
}

#[test]
fn whoever_runs_the_program_tries_whether_mail_leaves() {
    let folder = TempFolder::new();
    let test = |to: &str, variables: &[(&str, &str)]| {
        run(folder.path(), &["mail", "test", "--to", to], variables, "")
    };
    let none = test("ada@example.org", &[]);
    assert_eq!(none.status.code(), Some(2));
    assert!(stderr(&none).contains("mail.driver"), "{}", stderr(&none));
    let files = [("BILLFOLD_MAIL_DRIVER", "file")];
    let sent = test("ada@example.org", &files);
    assert_eq!(sent.status.code(), Some(0), "{}", stderr(&sent));
    let mut written = fs::read_dir(folder.path().join("mail")).unwrap();
    let letter = fs::read_to_string(written.next().unwrap().unwrap().path()).unwrap();
    assert!(letter.contains("To: ada@example.org") && written.next().is_none(), "{letter}");
    assert_eq!(test("nobody", &files).status.code(), Some(2));
    // A port that was free a moment ago and answers nobody.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let server = [
        ("BILLFOLD_MAIL_DRIVER", "smtp"),
        ("BILLFOLD_MAIL_SMTP_HOST", "127.0.0.1"),
        ("BILLFOLD_MAIL_SMTP_PORT", &port),
        ("BILLFOLD_MAIL_SMTP_SECURITY", "clear"),
    ];
    assert_eq!(test("ada@example.org", &server).status.code(), Some(3));
}

#[test]
fn accounts_are_taken_over_from_a_file_that_a_dry_run_only_reads() {
    let folder = TempFolder::new();
    assert_eq!(open_seller(folder.path()).status.code(), Some(0));
    let hash = BCRYPT;
    let rows = format!(
        "email,name,password_hash,roles\n\
         ada@example.org,Ada,{hash},admin\n\
         grace@example.org,,{hash},finance; support\n\
         eve@example.org,Eve,in-clear,admin\n"
    );
    let csv = folder.path().join("staff.csv");
    fs::write(&csv, rows).unwrap();
    let import = ["user", "import", csv.to_str().unwrap()];
    let tried = run(folder.path(), &[&import[..], &["--dry-run"]].concat(), &[], "");
    assert_eq!(tried.status.code(), Some(1), "{}", stderr(&tried));
    let told = stdout(&tried);
    assert!(told.starts_with("2 would be taken over, 0 had an account, 1 refused"), "{told}");
    assert!(told.contains("line 4: password_hash: ") && !told.contains("in-clear"), "{told}");
    for expected in ["2 taken over, 0 had an account", "0 taken over, 2 had an account"] {
        let done = run(folder.path(), &import, &[], "");
        assert!(stdout(&done).starts_with(expected), "{}{}", stdout(&done), stderr(&done));
    }
    let lines = folder.path().join("more.jsonl");
    let row = r#"{"email":"lin@example.org","roles":"admin","password_hash":"HASH"}"#;
    fs::write(&lines, row.replace("HASH", hash) + "\nnonsense\n").unwrap();
    let done = run(folder.path(), &["user", "import", lines.to_str().unwrap()], &[], "");
    assert!(stdout(&done).starts_with("1 taken over, 0 had an account, 1 refused"));
    let code = run(folder.path(), &["user", "reset-code", "--email", "LIN@example.org"], &[], "");
    assert!(stdout(&code).starts_with("bfp_"), "{}", stderr(&code));
    let nobody = run(folder.path(), &["user", "reset-code", "--email", "x@example.org"], &[], "");
    assert_eq!(nobody.status.code(), Some(2));
}

/// Whoever signs in at the program, with the cookie and the token that changes ask for.
async fn signed_in(program: &Program, http: &reqwest::Client) -> (String, String) {
    let body = json!({ "email": "admin@example.test", "password": PASSWORD });
    let reply = http.post(program.url("/api/v1/auth/login")).json(&body).send().await.unwrap();
    let cookie = reply.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap();
    let cookie = cookie.to_owned();
    let body: Value = reply.json().await.unwrap();
    (cookie, body["csrf_token"].as_str().unwrap().to_owned())
}

/// Registers a client; answers the id.
async fn client(program: &Program, http: &reqwest::Client, name: &str) -> String {
    let (cookie, csrf) = signed_in(program, http).await;
    let contact = json!({ "name": name, "email": format!("{name}@example.org") });
    let body = json!({ "contact": contact, "country": "DE" });
    let ask = http.post(program.url("/api/v1/clients")).json(&body);
    let ask = ask.header("cookie", cookie).header("x-csrf-token", csrf);
    let reply = ask.header("idempotency-key", name).send().await.unwrap();
    assert_eq!(reply.status(), 201);
    let made: Value = reply.json().await.unwrap();
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_of_clients_come_along_all_or_none_and_let_them_in() {
    let folder = TempFolder::new();
    let program = Program::serve(folder.path()).await;
    assert_eq!(open_seller(folder.path()).status.code(), Some(0));
    let create = ["user", "create-admin", "--email", "admin@example.test"];
    let made = run(folder.path(), &create, &[], &format!("{PASSWORD}\n"));
    assert_eq!(made.status.code(), Some(0), "{}", stderr(&made));
    let http = reqwest::Client::new();
    let ada = client(&program, &http, "ada").await;
    let grace = client(&program, &http, "grace").await;

    let file = folder.path().join("clients.csv");
    let import = ["user", "import", "--clients", file.to_str().unwrap()];
    let rows = format!(
        "client_id,email,password_hash\n\
         {ada},,{BCRYPT}\n\
         nobody,,{BCRYPT}\n\
         ,nobody@example.org,{BCRYPT}\n\
         {grace},ada@example.org,{BCRYPT}\n\
         ,grace@example.org,in-clear\n\
         ,,{BCRYPT}\n\
         ,ADA@example.org,{BCRYPT}\n"
    );
    fs::write(&file, rows).unwrap();
    let refused = run(folder.path(), &import, &[], "");
    assert_eq!(refused.status.code(), Some(1), "{}", stderr(&refused));
    let told = stdout(&refused);
    let wrong = [
        "nothing taken over: 6 refused",
        "line 3: client_id: is not the id of a client",
        "line 4: email: no client of this seller has this address",
        "line 5: email: this is the address of another client",
        "line 6: password_hash: give an argon2id hash, or a bcrypt hash of cost 10 to 14",
        "line 7: client_id: name the client by id or mail address",
        "line 8: email: names the client of line 2 again",
    ];
    assert_eq!(told.lines().collect::<Vec<_>>(), wrong);

    let rows =
        format!("email,password_hash\nada@example.org,{BCRYPT}\ngrace@example.org,{BCRYPT}\n");
    fs::write(&file, rows).unwrap();
    let dry = run(folder.path(), &[&import[..], &["--dry-run"]].concat(), &[], "");
    for (done, expected) in [
        (dry, "2 would be taken over, 0 had a password and keep it"),
        (run(folder.path(), &import, &[], ""), "2 taken over, 0 had a password and keep it"),
        (run(folder.path(), &import, &[], ""), "0 taken over, 2 had a password and keep it"),
    ] {
        assert_eq!(stdout(&done), expected, "{}", stderr(&done));
        assert_eq!(done.status.code(), Some(0));
    }
    for (password, status) in [("wrong horse battery", 401), (PASSWORD, 200)] {
        let body = json!({ "email": "grace@example.org", "password": password });
        let ask = http.post(program.url("/api/v1/auth/client/token")).json(&body);
        assert_eq!(ask.send().await.unwrap().status(), status, "{password}");
    }
    assert!(program.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_are_listed_chosen_paused_and_run_from_the_command_line() {
    const BILL: &str = "bill_due_subscriptions";
    let folder = TempFolder::new();
    let program = Program::serve(folder.path()).await;
    let seller = stdout(&open_seller(folder.path()));
    let ask = |words: &[&str]| {
        let whose = ["--tenant", &seller];
        run(folder.path(), &[&["schedule"], words, &whose].concat(), &[], "")
    };
    let listed = || {
        let done = ask(&["list", "--json"]);
        assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
        let listed: Value = serde_json::from_str(&stdout(&done)).unwrap();
        let rows = listed["schedules"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["job"] == BILL).expect("a row")
    };
    assert_eq!(listed()["cadence"], "daily 00:15");
    for (words, code) in [
        (["set", BILL, "often"].as_slice(), 2),
        (&["set", "fly", "daily 03:00"], 2),
        (&["run", "fly"], 2),
        (&["set", BILL, "hourly", ":05"], 0),
        (&["set", BILL, "cron 5 4 * * mon"], 0),
        (&["pause", BILL], 0),
    ] {
        let done = ask(words);
        assert_eq!(done.status.code(), Some(code), "{words:?}: {}", stderr(&done));
    }
    let paused = listed();
    assert_eq!((&paused["cadence"], &paused["running"]), (&json!("cron 5 4 * * 1"), &json!(false)));
    let ran = ask(&["run", BILL]);
    assert_eq!(ran.status.code(), Some(0), "{}", stderr(&ran));
    assert_eq!(stdout(&ran), format!("{BILL} done: nothing was due"));
    for words in [["set", BILL, "usual"].as_slice(), &["resume", BILL]] {
        assert_eq!(ask(words).status.code(), Some(0), "{words:?}");
    }
    let told = stdout(&ask(&["list"]));
    let told = told.lines().find(|line| line.starts_with(BILL)).expect("a line").to_owned();
    assert!(told.contains("daily 00:15") && told.contains("  next 2"), "{told}");
    assert!(told.ends_with("last done: nothing was due"), "{told}");
    assert!(program.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_does_by_itself_what_is_due() {
    let folder = TempFolder::new();
    let works = [("BILLFOLD_SCHEDULES_RUN", "true")];
    let program = Program::serve_with(folder.path(), &works).await;
    assert_eq!(open_seller(folder.path()).status.code(), Some(0));
    let create = ["user", "create-admin", "--email", "admin@example.test"];
    let made = run(folder.path(), &create, &[], &format!("{PASSWORD}\n"));
    assert_eq!(made.status.code(), Some(0), "{}", stderr(&made));
    let http = reqwest::Client::new();
    let (cookie, csrf) = signed_in(&program, &http).await;
    let job = program.url("/api/v1/settings/schedules/recognise_revenue");
    let ask = http.post(format!("{job}/run")).header("cookie", &cookie);
    let reply = ask.header("x-csrf-token", csrf).send().await.unwrap();
    assert_eq!(reply.status(), 202);
    let done = eventually("a turn to end", async || {
        let ask = http.get(format!("{job}/turns")).header("cookie", &cookie);
        let turns: Value = ask.send().await.ok()?.json().await.ok()?;
        turns["items"][0]["ended_at"].is_string().then(|| turns["items"][0].clone())
    })
    .await;
    assert_eq!((&done["outcome"], &done["attempts"]), (&json!("done"), &json!(1)), "{done}");
    assert!(program.stop().await.success());
}
