//! Every use case at the one door for writes, asked with the ids of another seller (TEN-01,
//! TEN-07) and, where it makes sense, with those of another client of the same seller (PRT-01):
//! refused just as an id that names nothing is, and nothing changes.
//!
//! The names of the use cases and the ids they hold are read from the source, so that none is
//! forgotten: a new one fails here until it has a row in [`rows`].

mod kept;
mod row;
mod rows;
mod source;
mod words;
mod world;

use std::collections::BTreeSet;

use billfold_app::{Error, Kind};

use kept::Kept;
use row::{About, Row};
use source::{Found, use_cases};
use world::World;

/// What was asked for, in the words of a failed test.
fn spell(row: &Row) -> String {
    format!("{} with the {} of another", row.name, row.about)
}

/// Code, kind and fields of a no; whatever else was answered is a fault.
fn no(answer: Result<(), Error>) -> Result<(String, Kind, Vec<String>), String> {
    let error = answer.err().ok_or("is done")?;
    let refused = error.refused().ok_or_else(|| format!("ends in {error:?}"))?;
    let fields = refused.fields.iter().map(|field| field.pointer.clone()).collect();
    Ok((refused.code.clone(), refused.kind, fields))
}

/// The id of another seller is answered as one that names nothing.
async fn does_not_exist(world: &World, row: &Row) -> Result<(), String> {
    let (seller, others) = (&world.asks, &world.other.one);
    let before = Kept::everything(world).await;
    let answer = world.ask(seller, row, &seller.one, others).await;
    Kept::everything(world).await.same_as(&before)?;
    let of_another = no(answer)?;
    let answer = world.ask(seller, row, &seller.one, &world.nothing).await;
    Kept::everything(world).await.same_as(&before)?;
    let of_nothing = no(answer)?;
    if of_another != of_nothing {
        return Err(format!("is answered {of_another:?}, and {of_nothing:?} if there is none"));
    }
    let as_expected = row.kinds().contains(&of_another.1);
    as_expected.then_some(()).ok_or_else(|| format!("is answered {of_another:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_another_sellers_does_not_exist_for_any_use_case() {
    let world = World::open().await;
    let mut faults = Vec::new();
    for row in rows::all().iter().filter(|row| row.is_refused()) {
        let fault = does_not_exist(&world, row).await.err();
        faults.extend(fault.map(|fault| format!("{} {fault}", spell(row))));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The id of another client of the same seller is refused, and nothing changes.
async fn stays_the_others(world: &World, row: &Row) -> Result<(), String> {
    let (seller, others) = (&world.asks, &world.asks.two);
    let before = Kept::everything(world).await;
    let answer = world.ask(seller, row, &seller.one, others).await;
    Kept::everything(world).await.same_as(&before)?;
    let refused = no(answer)?;
    let reached = [Kind::Forbidden, Kind::Malformed].contains(&refused.1);
    if reached { Err(format!("is answered {refused:?}")) } else { Ok(()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_another_clients_changes_nothing() {
    let world = World::open().await;
    let mut faults = Vec::new();
    for row in rows::all().iter().filter(|row| row.of_clients()) {
        let fault = stays_the_others(&world, row).await.err();
        faults.extend(fault.map(|fault| format!("{} client {fault}", spell(row))));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_begins_under_an_id_of_another_seller_leaves_theirs_alone() {
    let world = World::open().await;
    let theirs = Kept::of(&world, &world.other).await;
    for row in rows::all().iter().filter(|row| row.begins()) {
        let asked = spell(row);
        let answer = world.ask(&world.asks, row, &world.asks.one, &world.other.one).await;
        assert_eq!(Kept::of(&world, &world.other).await.same_as(&theirs), Ok(()), "{asked}");
        answer.unwrap_or_else(|error| panic!("{asked}: {error:?}"));
    }
}

/// Without it a row could be refused for a reason of its own.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_with_own_ids_misses_nothing() {
    let world = World::open().await;
    let mut faults = Vec::new();
    for row in rows::all().iter().filter(|row| row.is_refused()) {
        let own = &world.asks.one;
        match world.ask(&world.asks, row, own, own).await {
            Ok(()) | Err(Error::Refused(_) | Error::Waits(_)) => {}
            Err(Error::NotFound(_)) if row.needs_more() => {}
            Err(error) => faults.push(format!("{} {}: {error:?}", row.name, row.about)),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_use_case_has_a_row_for_each_id_it_names() {
    let rows = rows::all();
    let cases = use_cases();
    assert!(cases.len() > 165, "{} use cases", cases.len());
    for Found { name, ids } in &cases {
        let own: Vec<&Row> = rows.iter().filter(|row| row.name == name).collect();
        assert!(!own.is_empty(), "{name} has no row in tests/tests/command_reach/rows");
        let alone = own.iter().any(|row| matches!(row.about, About::Nothing(_)));
        assert!(!alone || (ids.is_empty() && own.len() == 1), "{name} names {ids:?}");
        let aside = own.iter().any(|row| matches!(row.about, About::Aside(_)));
        let named: BTreeSet<&str> = own.iter().filter_map(|row| row.field()).collect();
        let left: Vec<&String> = ids.iter().filter(|id| !named.contains(id.as_str())).collect();
        assert!(aside || left.is_empty(), "{name} has no row for its {left:?}");
    }
    let known: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    let stray: Vec<&str> =
        rows.iter().map(|row| row.name).filter(|it| !known.contains(it)).collect();
    assert!(stray.is_empty(), "no use cases: {stray:?}");
}
