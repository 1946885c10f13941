//! The private PostgreSQL cluster: starts, restarts, refusals and crashes.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use billfold_server::embedded::{Embedded, EmbeddedError, Settings};
use billfold_tests::harness::{Program, TempFolder, TestDb, eventually};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use sqlx::{ConnectOptions, PgConnection};

fn settings(dir: PathBuf) -> Settings {
    Settings {
        dir,
        server_binaries: None,
        search_path: std::env::var_os("PATH").unwrap_or_default(),
        max_connections: 10,
    }
}

fn start(dir: &Path) -> Result<Embedded, EmbeddedError> {
    Embedded::start(&settings(dir.to_owned()))
}

async fn connect(embedded: &Embedded) -> PgConnection {
    embedded.connect_options("postgres").connect().await.unwrap()
}

async fn show(connection: &mut PgConnection, setting: &str) -> String {
    sqlx::query_scalar("select current_setting($1)")
        .bind(setting)
        .fetch_one(connection)
        .await
        .unwrap()
}

fn data(dir: &Path) -> PathBuf {
    fs::canonicalize(dir.join("cluster/data")).unwrap()
}

#[tokio::test]
async fn a_second_start_finds_what_the_first_one_stored() {
    let folder = TempFolder::new();
    let dir = folder.path().join("postgres");
    let mut first = start(&dir).unwrap();
    let mut connection = connect(&first).await;
    sqlx::query("create table kept as select 42 as answer").execute(&mut connection).await.unwrap();
    first.stop();
    assert!(first.ended().borrow().is_some_and(|status| status.success()));
    drop(first);

    let second = start(&dir).unwrap();
    let answer: i32 = sqlx::query_scalar("select answer from kept")
        .fetch_one(&mut connect(&second).await)
        .await
        .unwrap();
    assert_eq!(answer, 42);
}

#[tokio::test]
async fn the_cluster_is_durable_checked_and_byte_ordered() {
    let folder = TempFolder::new();
    let embedded = start(&folder.path().join("postgres")).unwrap();
    let mut connection = connect(&embedded).await;
    for (setting, value) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("wal_compression", "pglz"),
        ("shared_buffers", "256MB"),
        ("max_wal_size", "2GB"),
        ("max_connections", "10"),
        ("unix_socket_permissions", "0700"),
    ] {
        assert_eq!(show(&mut connection, setting).await, value, "{setting}");
    }
    let collation: String =
        sqlx::query_scalar("select datcollate from pg_database where datname = 'postgres'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!(collation, "C");
}

#[tokio::test]
async fn nothing_listens_on_tcp() {
    let folder = TempFolder::new();
    let embedded = start(&folder.path().join("postgres")).unwrap();
    assert_eq!(show(&mut connect(&embedded).await, "listen_addresses").await, "");

    let tcp = ["tcp", "tcp6"].map(|table| fs::read_to_string(format!("/proc/net/{table}")));
    let listening: Vec<String> = tcp
        .iter()
        .flatten()
        .flat_map(|table| table.lines().skip(1))
        .map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .filter(|fields| fields[3] == "0A")
        .map(|fields| format!("socket:[{}]", fields[9]))
        .collect();
    let open: Vec<String> = fs::read_dir(format!("/proc/{}/fd", embedded.pid()))
        .unwrap()
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .map(|target| target.to_string_lossy().into_owned())
        .collect();
    assert!(open.iter().any(|name| name.starts_with("socket:")), "its Unix socket is seen");
    assert!(open.iter().all(|name| !listening.contains(name)), "{open:?}");
}

#[test]
fn a_second_program_on_the_same_folder_is_refused() {
    let folder = TempFolder::new();
    let dir = folder.path().join("postgres");
    let _running = start(&dir).unwrap();
    let refused = start(&dir).unwrap_err();
    assert!(matches!(refused, EmbeddedError::InUse { .. }), "{refused}");
    assert!(refused.to_string().contains("in use by another running billfold"));
}

#[test]
fn a_cluster_of_another_version_is_refused_and_left_alone() {
    let folder = TempFolder::new();
    let dir = folder.path().join("postgres");
    drop(start(&dir).unwrap());
    fs::write(data(&dir).join("PG_VERSION"), "9\n").unwrap();
    let refused = start(&dir).unwrap_err().to_string();
    assert!(refused.contains("is of PostgreSQL 9"), "{refused}");
    assert!(refused.contains("install PostgreSQL 9"), "{refused}");
    assert_eq!(fs::read_to_string(data(&dir).join("PG_VERSION")).unwrap(), "9\n");
}

#[tokio::test]
async fn a_long_path_gets_its_socket_elsewhere() {
    let folder = TempFolder::new();
    let dir = folder.path().join("a".repeat(60)).join("b".repeat(60));
    let embedded = start(&dir).unwrap();
    assert!(embedded.socket_folder().as_os_str().len() < 90);
    assert!(!embedded.socket_folder().starts_with(embedded.dir()));
    connect(&embedded).await;
    let _ = fs::remove_dir_all(embedded.socket_folder());
}

#[test]
fn a_folder_named_in_the_settings_must_hold_a_server() {
    let folder = TempFolder::new();
    let mut settings = settings(folder.path().join("postgres"));
    settings.server_binaries = Some(folder.path().to_owned());
    let refused = Embedded::start(&settings).unwrap_err().to_string();
    assert!(refused.starts_with("database.server_binaries:"), "{refused}");
}

#[test]
fn a_folder_the_server_may_not_enter_is_named() {
    let folder = TempFolder::new();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let started = start(&closed.join("postgres"));
    if geteuid().is_root() {
        let refused = started.unwrap_err().to_string();
        assert!(refused.contains(&format!("may not enter {}", closed.display())), "{refused}");
    } else {
        assert!(started.is_ok(), "its owner may enter");
    }
}

#[tokio::test]
async fn a_stale_pid_file_of_a_living_stranger_does_not_block_the_start() {
    let folder = TempFolder::new();
    let dir = folder.path().join("postgres");
    drop(start(&dir).unwrap());
    let stranger = std::process::id();
    let pid_file = format!("{stranger}\n{}\n0\n5432\n", data(&dir).display());
    fs::write(data(&dir).join("postmaster.pid"), pid_file).unwrap();
    fs::write(dir.join("run/.s.PGSQL.5432.lock"), format!("{stranger}\n")).unwrap();
    let embedded = start(&dir).unwrap();
    connect(&embedded).await;
}

#[tokio::test]
async fn a_killed_server_is_noticed_and_starts_again_with_its_rows() {
    let folder = TempFolder::new();
    let mut embedded = start(&folder.path().join("postgres")).unwrap();
    let mut connection = connect(&embedded).await;
    sqlx::query("create table kept (id int)").execute(&mut connection).await.unwrap();
    sqlx::query("insert into kept values (1), (2)").execute(&mut connection).await.unwrap();

    let mut ended = embedded.ended();
    kill(Pid::from_raw(embedded.pid().try_into().unwrap()), Signal::SIGKILL).unwrap();
    ended.changed().await.unwrap();
    assert!(ended.borrow().is_some());

    embedded.restart().unwrap();
    let rows: i64 = sqlx::query_scalar("select count(*) from kept")
        .fetch_one(&mut connect(&embedded).await)
        .await
        .unwrap();
    assert_eq!(rows, 2);
}

#[tokio::test]
async fn a_server_that_outlived_its_program_is_stopped_and_replaced() {
    let folder = TempFolder::new();
    let dir = folder.path().join("postgres");
    let first = start(&dir).unwrap();
    let program = first.binaries().folder.join("postgres");
    drop(first);
    let owner = fs::metadata(data(&dir)).unwrap();
    let mut orphan = Command::new(program)
        .arg("-D")
        .arg(data(&dir))
        .arg("-k")
        .arg(fs::canonicalize(dir.join("run")).unwrap())
        .args(["-c", "listen_addresses="])
        .current_dir(data(&dir))
        .uid(owner.uid())
        .gid(owner.gid())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the orphan to be ready", async || {
        let text = fs::read_to_string(data(&dir).join("postmaster.pid")).ok()?;
        text.contains("ready").then_some(())
    })
    .await;

    let started = tokio::task::spawn_blocking(move || start(&dir));
    // Its parent is this test: it must be waited for, as init does with a real orphan.
    eventually("the orphan to end", async || orphan.try_wait().unwrap()).await;
    let embedded = started.await.unwrap().unwrap();
    assert_ne!(embedded.pid(), orphan.id());
    connect(&embedded).await;
}

#[tokio::test]
async fn a_killed_program_takes_its_server_with_it_and_starts_again() {
    let folder = TempFolder::new();
    for _ in 0..3 {
        let mut program = Program::serve(folder.path()).await;
        let pid_file = folder.path().join("postgres/cluster/data/postmaster.pid");
        let text = fs::read_to_string(pid_file).unwrap();
        let server = format!("/proc/{}", text.lines().next().unwrap());
        program.kill();
        eventually("the server to end", async || (!Path::new(&server).exists()).then_some(()))
            .await;
    }
}

#[tokio::test]
async fn a_program_killed_while_it_makes_the_cluster_leaves_nothing_half_made() {
    let folder = TempFolder::new();
    let cluster = folder.path().join("postgres/cluster");
    for _ in 0..3 {
        let mut program = Program::start(folder.path(), &[]);
        eventually("the cluster to be begun", async || {
            let mut entries = fs::read_dir(&cluster).ok()?.flatten();
            entries.any(|it| it.path().join("PG_VERSION").exists()).then_some(())
        })
        .await;
        program.kill();
    }
    assert!(Program::serve(folder.path()).await.stop().await.success());
    let left: Vec<_> = fs::read_dir(&cluster).unwrap().flatten().map(|it| it.file_name()).collect();
    assert_eq!(left, ["data"]);
}

#[tokio::test]
async fn a_killed_server_under_a_running_program_is_started_again() {
    let folder = TempFolder::new();
    let program = Program::serve(folder.path()).await;
    let pid_file = folder.path().join("postgres/cluster/data/postmaster.pid");
    let pid = || fs::read_to_string(&pid_file).ok()?.lines().next()?.parse::<i32>().ok();
    let before = pid().unwrap();
    kill(Pid::from_raw(before), Signal::SIGKILL).unwrap();
    eventually("another server", async || pid().filter(|now| *now != before)).await;
    let ready = program.url("/readyz");
    eventually("the program to be ready again", async || {
        reqwest::get(&ready).await.ok()?.error_for_status().ok().map(|_| ())
    })
    .await;
    assert!(program.stop().await.success());
}

#[tokio::test]
async fn a_test_database_is_migrated_and_private_to_its_test() {
    let (one, two) = (TestDb::new().await, TestDb::new().await);
    sqlx::query("create table only_here (id int)").execute(&one.owner).await.unwrap();
    let known: (Option<String>, Option<String>) =
        sqlx::query_as("select to_regclass('only_here')::text, to_regclass('events')::text")
            .fetch_one(&two.owner)
            .await
            .unwrap();
    assert_eq!(known, (None, Some("events".to_owned())));
    for (pool, role) in [(&two.app, "billfold_app"), (&two.feed, "billfold_feed")] {
        let current: String =
            sqlx::query_scalar("select current_role").fetch_one(pool).await.unwrap();
        assert_eq!(current, role);
    }
}
