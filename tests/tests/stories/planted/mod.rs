//! Somebody steals everything there is: the tables, an export, the backups, the log lines, the
//! figures. No name, address, note or password is found in any of it (EVT-37, SEC-05, SEC-09).
//!
//! The real program runs as a child at its most talkative. Markers that exist nowhere else are
//! planted through HTTP as every sealed field and as every secret, and are looked for in every
//! spelling. A sealed field that the code knows and nobody planted fails the story.

mod garden;
mod loot;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use billfold_app::vault::field;
use billfold_tests::harness::{Program, TempFolder, TestDb, billfold};
use sqlx::ConnectOptions;

use garden::{Garden, MAIL, NAME, PASSWORD};
use loot::Loot;

/// What the program says at its most talkative.
const TALKATIVE: &str = "debug";

fn run(data: &Path, url: &str, arguments: &[&str]) -> Output {
    let done = Command::new(billfold())
        .args(arguments)
        .arg("--data")
        .arg(data)
        .env("DATABASE_URL", url)
        .env("BILLFOLD_TELEMETRY_FILTER", TALKATIVE)
        .output()
        .unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    done
}

fn free_port() -> String {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_steals_everything_finds_no_name_no_address_and_no_secret() {
    let (db, folder) = (TestDb::new().await, TempFolder::new());
    let data = folder.path().join("data");
    let url = db.connect_options().to_url_lossy().to_string();
    let mut loot = Loot::default();

    let seller = ["tenant", "open", "--name", "Seller GmbH", "--country", "DE"];
    let zone = ["--currency", "EUR", "--time-zone", "Europe/Berlin", "--vat-id", "DE123456789"];
    loot.said("opening the books", &run(&data, &url, &[&seller[..], &zone[..]].concat()));
    let password = folder.path().join("password");
    fs::write(&password, PASSWORD).unwrap();
    let password = password.to_str().unwrap();
    let admin = ["user", "create-admin", "--email", MAIL, "--name", NAME];
    let admin = [&admin[..], &["--password-file", password]].concat();
    loot.said("making an account", &run(&data, &url, &admin));

    let (log, figures) = (folder.path().join("log"), free_port());
    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("BILLFOLD_TELEMETRY_FILTER", TALKATIVE),
        ("BILLFOLD_METRICS_LISTEN", figures.as_str()),
    ];
    let program = Program::serve_logged(&data, &settings, File::create(&log).unwrap()).await;
    let mut garden = Garden::new(&program);
    garden.plant().await;
    garden.look_around().await;
    garden.forget_somebody().await;
    let metrics = reqwest::get(format!("http://{figures}/metrics")).await.unwrap();
    loot.take("the figures", metrics.bytes().await.unwrap().to_vec());
    assert!(program.stop().await.success());
    loot.take("the log", fs::read(&log).unwrap());

    let (export, keys) = (folder.path().join("export"), folder.path().join("keys"));
    loot.said("an export", &run(&data, &url, &["export", export.to_str().unwrap()]));
    loot.take_folder(&export);
    loot.said("a key backup", &run(&data, &url, &["keys", "backup", keys.to_str().unwrap()]));
    loot.take("the key backup", fs::read(&keys).unwrap());
    for proof in [&["verify"][..], &["rebuild", "--all"], &["diff", "--all"], &["verify"]] {
        loot.said("a proof", &run(&data, &url, proof));
    }
    loot.take_tables(&db.owner).await;
    loot.take_backup(&url);

    let planted: BTreeSet<&str> = garden.planted.iter().filter_map(|it| it.field).collect();
    let known: BTreeSet<&str> = field::ALL.iter().copied().collect();
    assert_eq!(planted, known, "every sealed field is planted, and nothing else counts as one");
    let found = loot.search(&garden.planted);
    assert!(found.is_empty(), "in clear:\n{}", found.join("\n"));
}
