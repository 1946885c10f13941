//! `kill -9` of PostgreSQL under the load of a serving program.

use std::process::Stdio;
use std::sync::Arc;

use billfold_server::embedded::{Embedded, Settings};
use billfold_tests::harness::{TempFolder, eventually};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{ConnectOptions, Connection, Executor};

use crate::load::{CALLERS, Load, Memory};
use crate::proof::{
    assert_gapless, assert_sound, beside, command, kill_postmaster, postmaster, wait_for_followers,
};
use crate::rounds;
use crate::shop::{Shop, serve};

/// Commands answered before each kill, and after.
const COMMANDS: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_private_database_is_killed_under_load_starts_it_again() {
    let folder = TempFolder::new();
    let data = folder.path();
    let program = serve(data, &[]).await;
    let shop = Shop::open(data, &program, &[]).await;
    let memory = Arc::new(Memory::default());
    let mut load = Load::begin(&shop, &memory);
    for _ in 0..rounds() {
        load.answers(COMMANDS).await;
        let killed = kill_postmaster(data);
        eventually("another server", async || postmaster(data).filter(|pid| *pid != killed)).await;
        load.answers(COMMANDS).await;
    }
    load.finish().await;
    let connect = beside(data).expect("a private server");
    let mut connection = connect.connect().await.expect("a connection");
    memory.assert_in_log_once(&mut connection).await;
    memory.repeat(&shop).await;
    memory.assert_in_log_once(&mut connection).await;
    assert_gapless(&mut connection).await;
    wait_for_followers(&mut connection).await;
    connection.close().await.expect("a connection that ends");
    assert!(program.stop().await.success());
    assert_sound(data, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_own_database_is_away_says_so_and_comes_back_with_it() {
    let folder = TempFolder::new();
    let data = folder.path();
    let mut database = Embedded::start(&settings(data)).expect("a database");
    let mut connection = database.connect_options("postgres").connect().await.expect("it answers");
    connection.execute("create database ledger").await.expect("a ledger");
    connection.close().await.expect("a connection that ends");
    let url = database.connect_options("ledger").to_url_lossy().to_string();
    let variables = [("DATABASE_URL", url.as_str())];
    let migrated = command(data, &["migrate"]).envs(variables).stdout(Stdio::null()).status();
    assert!(migrated.expect("the program runs").success());
    let program = serve(data, &variables).await;
    let shop = Shop::open(data, &program, &variables).await;

    let memory = Arc::new(Memory::default());
    let mut load = Load::begin(&shop, &memory);
    load.answers(COMMANDS).await;
    let pid = i32::try_from(database.pid()).expect("a process id");
    kill(Pid::from_raw(pid), Signal::SIGKILL).expect("a process that can be killed");
    load.refusals(CALLERS).await;
    assert_eq!((shop.status("/livez").await, shop.status("/readyz").await), (200, 503));
    database.restart().expect("the database comes back");
    load.answers(COMMANDS).await;
    load.finish().await;
    eventually("the server to be ready again", async || {
        (shop.status("/readyz").await == 200).then_some(())
    })
    .await;

    let connect = database.connect_options("ledger");
    let mut connection = connect.connect().await.expect("a connection");
    memory.repeat(&shop).await;
    memory.assert_in_log_once(&mut connection).await;
    assert_gapless(&mut connection).await;
    wait_for_followers(&mut connection).await;
    assert!(program.stop().await.success());
    assert_sound(data, &variables);
}

fn settings(data: &std::path::Path) -> Settings {
    Settings {
        dir: data.join("database"),
        server_binaries: None,
        search_path: std::env::var_os("PATH").unwrap_or_default(),
        max_connections: 100,
    }
}
