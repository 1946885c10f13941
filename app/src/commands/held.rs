//! A domain aggregate as the log holds it: a kind of stream whose events the domain decodes and
//! folds.
//!
//! Guarantees: an event of a newer build stops the stream loudly instead of being skipped.
//! Absent on purpose: snapshots. Every aggregate here is short (an invoice, an order), so folding
//! is cheaper than keeping a second form of the state correct.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use billfold_domain::accounting_period::AccountingPeriod;
use billfold_domain::affiliate::Affiliate;
use billfold_domain::api_key::ApiKey;
use billfold_domain::approval::Approval;
use billfold_domain::billing_run::BillingRun;
use billfold_domain::client::Client;
use billfold_domain::client_group::ClientGroup;
use billfold_domain::coupon::Coupon;
use billfold_domain::credit::CreditBalance;
use billfold_domain::credit_note::CreditNote;
use billfold_domain::data_subject::DataSubject;
use billfold_domain::department::Department;
use billfold_domain::driver::Driver;
use billfold_domain::dunning::{DunningCase, DunningStrategy};
use billfold_domain::effect::Effect;
use billfold_domain::gateway::Gateway;
use billfold_domain::gift_card::GiftCard;
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::Aggregate;
use billfold_domain::order::Order;
use billfold_domain::payment::Payment;
use billfold_domain::payment_method::PaymentMethod;
use billfold_domain::product::Product;
use billfold_domain::proforma::Proforma;
use billfold_domain::recognition::Recognition;
use billfold_domain::role::Role;
use billfold_domain::schema::{DecodeError, Event, decode};
use billfold_domain::server::Server;
use billfold_domain::server_group::ServerGroup;
use billfold_domain::service::Service;
use billfold_domain::settlement::Settlement;
use billfold_domain::sign_in::SignIn;
use billfold_domain::staff::StaffMember;
use billfold_domain::subscription::Subscription;
use billfold_domain::tax_rate::TaxRate;
use billfold_domain::tenant::Tenant;
use billfold_domain::webhook_endpoint::WebhookEndpoint;
use billfold_event_store::{AnyState, FoldError, RecordedRef, StateKind};
use sha2::{Digest, Sha256};

/// The state of an aggregate in the log's cache.
#[derive(Clone, Debug)]
pub struct Held<A>(pub A);

impl<A: Aggregate> AnyState for Held<A> {
    fn clone_box(&self) -> Box<dyn AnyState> {
        Box::new(self.clone())
    }

    fn weight(&self) -> usize {
        self.0.weight()
    }
}

/// An aggregate whose events are part of the domain's union of events.
pub trait Stored: Aggregate<Event: Into<Event>> {
    /// The aggregate's own event out of the union; nothing when it is another's.
    fn own(event: Event) -> Option<Self::Event>;
}

/// Declares the aggregates of the application: one line each.
macro_rules! stored {
    ($($noun:ident),+) => {
        $(impl Stored for $noun {
            fn own(event: Event) -> Option<Self::Event> {
                match event {
                    Event::$noun(event) => Some(event),
                    _ => None,
                }
            }
        })+

        /// Every kind of stream the application writes; what a store is opened with.
        #[must_use]
        pub fn kinds() -> Vec<Arc<dyn StateKind>> {
            vec![$(Arc::new(KindOf::<$noun>::new())),+]
        }
    };
}
stored!(
    Tenant,
    Client,
    Product,
    Order,
    Subscription,
    Invoice,
    CreditNote,
    Proforma,
    CreditBalance,
    Payment,
    PaymentMethod,
    DunningStrategy,
    DunningCase,
    Coupon,
    GiftCard,
    TaxRate,
    ClientGroup,
    BillingRun,
    Recognition,
    AccountingPeriod,
    Affiliate,
    Role,
    StaffMember,
    Department,
    SignIn,
    WebhookEndpoint,
    Approval,
    DataSubject,
    ApiKey,
    Effect,
    Driver,
    Gateway,
    Settlement,
    Service,
    Server,
    ServerGroup
);

struct KindOf<A>(PhantomData<fn() -> A>);

impl<A> KindOf<A> {
    fn new() -> Self {
        Self(PhantomData)
    }
}

impl<A: Stored> StateKind for KindOf<A> {
    fn name(&self) -> &'static str {
        A::TYPE
    }

    fn blank(&self) -> Box<dyn AnyState> {
        Box::new(Held(A::default()))
    }

    fn fold(&self, state: &mut dyn AnyState, event: &RecordedRef<'_>) -> Result<(), FoldError> {
        let state: &mut dyn Any = state;
        let Some(Held(state)) = state.downcast_mut::<Held<A>>() else {
            return Err(FoldError::Broken(format!("the state is no {}", A::TYPE)));
        };
        let payload = event.payload.as_bytes();
        let decoded = decode(event.aggregate_type, event.event_type, event.event_version, payload);
        let decoded = decoded.map_err(|error| fold_error(event, &error))?;
        let own = A::own(decoded)
            .ok_or_else(|| FoldError::Broken(format!("the event is not of a {}", A::TYPE)))?;
        state.apply(&own);
        Ok(())
    }

    fn state_schema_hash(&self) -> [u8; 32] {
        Sha256::digest(A::TYPE.as_bytes()).into()
    }
}

fn fold_error(event: &RecordedRef<'_>, error: &DecodeError) -> FoldError {
    match error {
        DecodeError::UnknownType { .. }
        | DecodeError::UnknownAggregate { .. }
        | DecodeError::Upcast(_) => FoldError::Newer {
            event_type: event.event_type.to_owned(),
            event_version: event.event_version.to_owned(),
        },
        DecodeError::Payload { .. } | DecodeError::Mismatch { .. } => {
            FoldError::Broken(error.to_string())
        }
    }
}
