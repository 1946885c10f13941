//! What is kept about clients, and what the audit log makes of the same events.

use std::collections::BTreeMap;

use billfold_domain::client::ClientEvent;
use billfold_domain::kernel::ClientId;
use billfold_domain::schema::{Event, State};
use billfold_projections::{Wanted, audit_log, client_note_list};

use crate::books::{History, tenant};
use crate::log::followed;

#[tokio::test(flavor = "multi_thread")]
async fn the_notes_about_a_client_are_those_that_nobody_took_away() {
    let history = History::long(1_200);
    let (_db, reads) = followed(&history, 200).await;
    let mut expected: BTreeMap<ClientId, Vec<i64>> = BTreeMap::new();
    let mut removed = 0;
    for told in history.events.iter().filter(|told| told.tenant == tenant(0)) {
        let notes = expected.entry(ClientId::new(told.aggregate_id)).or_default();
        match &told.event {
            Event::Client(ClientEvent::NoteAdded { no, .. }) => notes.push(i64::from(*no)),
            Event::Client(ClientEvent::NoteRemoved { no }) => {
                removed += 1;
                notes.retain(|one| *one != i64::from(*no));
            }
            Event::Client(ClientEvent::Erased { .. }) => {
                removed += notes.len();
                notes.clear();
            }
            _ => {}
        }
    }
    let left: usize = expected.values().map(Vec::len).sum();
    assert!(removed + left > 0, "nobody wrote a note");
    for (client, _) in &history.sellers[0].clients {
        let found = client_note_list::of_client(&reads, tenant(0), *client).await.unwrap().value;
        let mut numbers: Vec<i64> = found.iter().map(|row| row.note_no).collect();
        numbers.reverse();
        assert_eq!(Some(&numbers), expected.get(client));
        assert!(found.iter().all(|row| row.author.starts_with("staff:")));
    }
}

/// Every event again, by folding each stream with the domain itself.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_audit_log_calls_changed_is_what_differs_between_two_folds() {
    let history = History::long(400);
    let (_db, reads) = followed(&history, 200).await;
    let mut wanted = Wanted { limit: 100, ..Wanted::default() };
    let (mut told, mut quiet) = (0, 0);
    loop {
        let filter = audit_log::Filter::default();
        let page = audit_log::page(&reads, tenant(0), &filter, &wanted).await.unwrap().value;
        for entry in page.rows {
            let fresh = &history.events[usize::try_from(entry.position).unwrap() - 1];
            let mut state = State::absent(fresh.aggregate_type).unwrap();
            let stream = history.events.iter().filter(|other| {
                (other.tenant, other.aggregate_id, other.aggregate_type)
                    == (fresh.tenant, fresh.aggregate_id, fresh.aggregate_type)
                    && other.sequence < fresh.sequence
            });
            stream.for_each(|other| state.apply(&other.event));
            let before = state.clone();
            state.apply(&fresh.event);
            let changes = entry.changes.expect("short streams are folded");
            assert_eq!(changes.is_empty(), before == state, "{}", entry.event_type);
            assert!(changes.iter().all(|change| change.before != change.after || sealed(change)));
            if changes.is_empty() { quiet += 1 } else { told += 1 }
        }
        let Some(next) = page.next else { break };
        wanted.after = Some(next);
    }
    assert!(told > 100, "{told} told, {quiet} quiet");
}

fn sealed(change: &audit_log::Change) -> bool {
    change.after.as_ref().is_some_and(|value| value == "sealed")
}
