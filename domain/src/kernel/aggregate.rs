//! What every aggregate is: a decision over a state, and a state that is a fold of events.
//!
//! Guarantees that deciding reads nothing but its inputs and that applying cannot fail. The
//! macros below name events for storage and bridge an aggregate to `cqrs-es`, so that its test
//! framework and upcasters work on it. Absent on purpose: services, I/O and identity.

use std::fmt::Debug;

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kernel::deed::Deed;
use crate::kernel::issued::Issued;
use crate::kernel::money::MoneyRefusal;
use crate::kernel::number::DocumentNumber;
use crate::kernel::refusal::Refusal;

/// A noun whose history is the only truth about it. Its default is that it does not exist.
pub trait Aggregate:
    Default + Clone + PartialEq + Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The name its streams carry, such as `invoice`.
    const TYPE: &'static str;
    /// What may be asked of it.
    type Command: Clone + Debug + PartialEq + Send + Sync + 'static;
    /// What can have happened to it.
    type Event: EventBody;
    /// Why it says no.
    type Refusal: Refusal + Clone + PartialEq;

    /// Answers a command with the events it leads to, or refuses it. Pure and total. A request
    /// that was granted before, known by its natural key, leads to no event.
    fn decide(&self, ask: &Issued<Self::Command>) -> Result<Vec<Self::Event>, Self::Refusal>;

    /// Takes one event into the state. Knows no rule and cannot fail.
    fn apply(&mut self, event: &Self::Event);

    /// Roughly how many bytes the state occupies, for caches.
    fn weight(&self) -> usize {
        size_of::<Self>()
    }

    /// What an event does that may need a second person, read from the state after it. `on` is
    /// the business day.
    ///
    /// # Errors
    /// The amounts of the stream do not add up.
    fn deed(&self, _event: &Self::Event, _on: NaiveDate) -> Result<Option<Deed>, MoneyRefusal> {
        Ok(None)
    }

    /// The state after a whole history.
    fn fold<'a>(events: impl IntoIterator<Item = &'a Self::Event>) -> Self {
        events.into_iter().fold(Self::default(), |mut state, event| {
            state.apply(event);
            state
        })
    }
}

/// What happened, as it is stored.
pub trait EventBody:
    Serialize + DeserializeOwned + Clone + PartialEq + Debug + Send + Sync + 'static
{
    /// The stored name, such as `invoice.issued`.
    fn event_type(&self) -> &'static str;

    /// The version of the payload this code writes.
    fn event_version(&self) -> &'static str;

    /// The business day the fact itself names; otherwise the command's counts.
    fn effective_on(&self) -> Option<NaiveDate> {
        None
    }

    /// What the stream takes or releases that may exist only once per seller.
    fn claims(&self) -> Vec<Claim> {
        Vec::new()
    }

    /// The document numbers this event takes.
    fn numbers(&self) -> Vec<&DocumentNumber> {
        Vec::new()
    }
}

/// A name that one stream of a seller may hold at a time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Claim {
    /// The stream holds the key from now on.
    Take {
        /// What is unique, such as `product.code`.
        scope: &'static str,
        /// The value.
        key: String,
    },
    /// The key is free again.
    Release {
        /// What is unique.
        scope: &'static str,
        /// The value.
        key: String,
    },
}

/// Declares the stored name and the current version of each event of an aggregate, once.
///
/// Gives the event enum `NAMES`, and the two functions that its `EventBody` passes on.
macro_rules! name_events {
    ($event:ident { $($variant:ident => $name:literal v $version:literal),+ $(,)? }) => {
        impl $event {
            /// The stored name of every event with the version this code writes.
            pub const NAMES: &'static [(&'static str, &'static str)] = &[$(($name, $version)),+];

            fn name_and_version(&self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$variant { .. } => ($name, $version)),+
                }
            }
        }

        impl cqrs_es::DomainEvent for $event {
            fn event_type(&self) -> String {
                self.name_and_version().0.to_owned()
            }

            fn event_version(&self) -> String {
                self.name_and_version().1.to_owned()
            }
        }
    };
}
pub(crate) use name_events;

/// Implements `cqrs_es::Aggregate` by the pure decision: no services, no hidden change of state.
macro_rules! bridge_to_cqrs_es {
    ($aggregate:ty) => {
        impl cqrs_es::Aggregate for $aggregate {
            const TYPE: &'static str = <Self as $crate::kernel::aggregate::Aggregate>::TYPE;
            type Command = $crate::kernel::issued::Issued<
                <Self as $crate::kernel::aggregate::Aggregate>::Command,
            >;
            type Event = <Self as $crate::kernel::aggregate::Aggregate>::Event;
            type Error = <Self as $crate::kernel::aggregate::Aggregate>::Refusal;
            type Services = ();

            async fn handle(
                &mut self,
                command: Self::Command,
                _services: &(),
                sink: &cqrs_es::event_sink::EventSink<Self>,
            ) -> Result<(), Self::Error> {
                let events = $crate::kernel::aggregate::Aggregate::decide(self, &command)?;
                for event in events {
                    sink.write(event, self).await;
                }
                Ok(())
            }

            fn apply(&mut self, event: Self::Event) {
                $crate::kernel::aggregate::Aggregate::apply(self, &event);
            }
        }
    };
}
pub(crate) use bridge_to_cqrs_es;
