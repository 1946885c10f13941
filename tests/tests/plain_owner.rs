//! A ledger on a server of one's own, whose owner is an ordinary role: no superuser, and it may not
//! create roles. An administrator made the two roles beforehand and granted them.

use std::process::{Command, Output};

use billfold_tests::harness::{Program, TempFolder, TestDb, billfold};
use serde_json::Value;
use sqlx::{ConnectOptions, Executor};

/// A database whose owner is an ordinary role, and how the program finds it.
struct Ledger {
    _db: TestDb,
    data: TempFolder,
    url: String,
}

impl Ledger {
    async fn new() -> Self {
        // The template of the cluster has made both roles.
        let _ = TestDb::new().await;
        let db = TestDb::empty().await;
        let owner = format!("owner_of_{}", db.name());
        for order in [
            format!("create role {owner} login"),
            format!("grant billfold_app, billfold_feed to {owner}"),
            format!("alter database {} owner to {owner}", db.name()),
        ] {
            db.owner.execute(order.as_str()).await.unwrap();
        }
        let url = db.connect_options().username(&owner).to_url_lossy().to_string();
        Self { _db: db, data: TempFolder::new(), url }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(billfold());
        command.args(arguments).arg("--data").arg(self.data.path());
        command.env("DATABASE_URL", &self.url).output().unwrap()
    }

    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_owner_migrates_imports_proves_and_serves() {
    let ledger = Ledger::new().await;
    ledger.done(&["migrate"]);
    let whole = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/cdnow/purchases.txt");
    let whole = std::fs::read_to_string(whole).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').take(101).collect();
    let file = ledger.data.path().join("purchases.txt");
    std::fs::write(&file, lines.concat()).unwrap();
    let imported = ledger.done(&["import", "purchases", file.to_str().unwrap(), "--json"]);
    let imported: Value = serde_json::from_str(&imported).unwrap();
    assert_eq!((&imported["created"], &imported["sound"]), (&100.into(), &true.into()));

    let program =
        Program::serve_with(ledger.data.path(), &[("DATABASE_URL", ledger.url.as_str())]).await;
    assert!(program.stop().await.success());
    ledger.done(&["rebuild", "--all", "--json"]);
    let compared: Value = serde_json::from_str(&ledger.done(&["diff", "--all", "--json"])).unwrap();
    let rows = |table: &Value| table["rows"].as_i64().unwrap();
    let tables = compared["tables"].as_array().unwrap();
    assert!(tables.iter().map(rows).sum::<i64>() > 400, "{compared}");
    ledger.done(&["verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_is_missed_under_an_ordinary_owner_too() {
    let ledger = Ledger::new().await;
    ledger.done(&["migrate"]);
    let place = ["--country", "DE", "--currency", "EUR", "--time-zone", "Europe/Berlin"];
    ledger.done(&[&["tenant", "open", "--name", "Hosting GmbH"][..], &place].concat());
    let password = ledger.data.path().join("password");
    std::fs::write(&password, "correct horse battery\n").unwrap();
    let password = password.to_str().unwrap();
    let admin = ["user", "create-admin", "--email", "ada@example.org", "--password-file", password];
    ledger.done(&admin);

    let key = ledger.data.path().join("keys/key-encryption");
    std::fs::rename(&key, ledger.data.path().join("lost")).unwrap();
    let lost = ledger.run(&["tenant", "list"]);
    let said = String::from_utf8_lossy(&lost.stderr);
    assert_eq!(lost.status.code(), Some(3), "{said}");
    assert!(said.contains("is missing"), "{said}");
    assert!(!key.exists(), "no new key takes its place");
}
