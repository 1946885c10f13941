//! `kill -9` of the serving program under load.

use std::sync::Arc;
use std::time::{Duration, Instant};

use billfold_tests::harness::TempFolder;
use sqlx::{ConnectOptions, Connection};

use crate::load::{Load, Memory};
use crate::proof::{assert_gapless, assert_sound, beside, wait_for_followers};
use crate::rounds;
use crate::shop::{Shop, serve};

/// How long a lease of a follower lasts.
const LEASE: Duration = Duration::from_secs(30);

/// Commands answered before each kill.
const COMMANDS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_under_load_has_every_answered_command_once() {
    let folder = TempFolder::new();
    let data = folder.path();
    let mut program = serve(data, &[]).await;
    let mut shop = Shop::open(data, &program, &[]).await;
    let memory = Arc::new(Memory::default());
    for _ in 0..rounds() {
        let mut load = Load::begin(&shop, &memory);
        load.answers(COMMANDS).await;
        program.kill();
        let began = Instant::now();
        load.break_off().await;

        program = serve(data, &[]).await;
        shop = shop.at(&program);
        let connect = beside(data).expect("a private server");
        let mut connection = connect.connect().await.expect("a connection");
        memory.assert_in_log_once(&mut connection).await;
        memory.repeat(&shop).await;
        memory.assert_in_log_once(&mut connection).await;
        assert_gapless(&mut connection).await;
        wait_for_followers(&mut connection).await;
        assert!(began.elapsed() < LEASE, "the leases of the killed program were waited for");
        connection.close().await.expect("a connection that ends");
    }
    assert!(program.stop().await.success());
    assert_sound(data, &[]);
}
