//! The kinds of streams one store was opened with, found by name.
//!
//! Guarantees: names are unique; a name that is not here is never decided upon. Absent on purpose:
//! adding a kind later; a store knows its kinds from the start.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::recorded::RecordedRef;
use crate::state::{AnyState, FoldError, StateKind};
use crate::store::OpenError;

/// All kinds, with one blank state of each to share.
pub(crate) struct Kinds {
    by_name: HashMap<&'static str, Entry>,
}

struct Entry {
    kind: Arc<dyn StateKind>,
    blank: Arc<dyn AnyState>,
    has_snapshots: bool,
}

impl Kinds {
    /// Registers the kinds.
    pub(crate) fn new(kinds: Vec<Arc<dyn StateKind>>) -> Result<Self, OpenError> {
        let mut by_name = HashMap::with_capacity(kinds.len());
        for kind in kinds {
            let name = kind.name();
            let blank: Arc<dyn AnyState> = Arc::from(kind.blank());
            let has_snapshots = kind.to_json(&*blank).is_some();
            if by_name.insert(name, Entry { kind, blank, has_snapshots }).is_some() {
                return Err(OpenError::KindTwice { name });
            }
        }
        Ok(Self { by_name })
    }

    /// The registered spelling of a stored name; nothing if the kind is not known here.
    pub(crate) fn intern(&self, name: &str) -> Option<&'static str> {
        self.by_name.get_key_value(name).map(|(name, _)| *name)
    }

    /// The state of a stream without events.
    pub(crate) fn blank(&self, name: &str) -> Option<Arc<dyn AnyState>> {
        self.by_name.get(name).map(|entry| Arc::clone(&entry.blank))
    }

    /// The kind itself.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<dyn StateKind>> {
        self.by_name.get(name).map(|entry| &entry.kind)
    }

    /// The kinds whose states have a JSON form to keep snapshots in.
    pub(crate) fn with_snapshots(&self) -> impl Iterator<Item = &Arc<dyn StateKind>> {
        self.by_name.values().filter(|entry| entry.has_snapshots).map(|entry| &entry.kind)
    }

    /// Applies one stored event to a state of its kind. A panic of the kind is an error of this
    /// stream.
    pub(crate) fn fold(
        &self,
        state: &mut dyn AnyState,
        event: &RecordedRef<'_>,
    ) -> Result<(), FoldError> {
        match self.get(event.aggregate_type) {
            Some(kind) => catch_unwind(AssertUnwindSafe(|| kind.fold(state, event)))
                .unwrap_or_else(|_| Err(FoldError::Broken("folding it panicked".to_owned()))),
            None => Err(FoldError::Newer {
                event_type: event.event_type.to_owned(),
                event_version: event.event_version.to_owned(),
            }),
        }
    }
}
