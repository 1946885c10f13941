//! The union of all events, and reading one of them.

use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::accounting_period::{AccountingPeriod, AccountingPeriodEvent};
use crate::affiliate::{Affiliate, AffiliateEvent};
use crate::api_key::{ApiKey, ApiKeyEvent};
use crate::approval::{Approval, ApprovalEvent};
use crate::billing_run::{BillingRun, BillingRunEvent};
use crate::client::{Client, ClientEvent};
use crate::client_group::{ClientGroup, ClientGroupEvent};
use crate::coupon::{Coupon, CouponEvent};
use crate::credit::{CreditBalance, CreditEvent};
use crate::credit_note::{CreditNote, CreditNoteEvent};
use crate::data_subject::{DataSubject, DataSubjectEvent};
use crate::department::{Department, DepartmentEvent};
use crate::driver::{Driver, DriverEvent};
use crate::dunning::{DunningCase, DunningCaseEvent, DunningStrategy, DunningStrategyEvent};
use crate::effect::{Effect, EffectEvent};
use crate::gateway::{Gateway, GatewayEvent};
use crate::gift_card::{GiftCard, GiftCardEvent};
use crate::invoice::{Invoice, InvoiceEvent};
use crate::kernel::{Aggregate, Claim, DocumentNumber, EventBody};
use crate::order::{Order, OrderEvent};
use crate::payment::{Payment, PaymentEvent};
use crate::payment_method::{PaymentMethod, PaymentMethodEvent};
use crate::product::{Product, ProductEvent};
use crate::proforma::{Proforma, ProformaEvent};
use crate::recognition::{Recognition, RecognitionEvent};
use crate::role::{Role, RoleEvent};
use crate::schema::current_version;
use crate::schema::upcast::{UpcastError, upcast};
use crate::server::{Server, ServerEvent};
use crate::server_group::{ServerGroup, ServerGroupEvent};
use crate::service::{Service, ServiceEvent};
use crate::settlement::{Settlement, SettlementEvent};
use crate::sign_in::{SignIn, SignInEvent};
use crate::staff::{StaffEvent, StaffMember};
use crate::subscription::{Subscription, SubscriptionEvent};
use crate::tax_rate::{TaxRate, TaxRateEvent};
use crate::tenant::{Tenant, TenantEvent};
use crate::webhook_endpoint::{WebhookEndpoint, WebhookEndpointEvent};

/// Declares the union with its conversions and its reader: one line per aggregate.
macro_rules! event_union {
    ($($(#[$doc:meta])* $noun:ident($event:ident)),+ $(,)?) => {
        /// Something that happened, of any aggregate.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $($(#[$doc])* $noun($event)),+
        }

        $(impl From<$event> for Event {
            fn from(event: $event) -> Self {
                Self::$noun(event)
            }
        })+

        impl Event {
            /// The stored name, such as `invoice.issued`.
            pub fn event_type(&self) -> &'static str {
                match self { $(Self::$noun(event) => EventBody::event_type(event)),+ }
            }

            /// The version of the payload this code writes.
            pub fn event_version(&self) -> &'static str {
                match self { $(Self::$noun(event) => EventBody::event_version(event)),+ }
            }

            /// What its stream takes or releases.
            pub fn claims(&self) -> Vec<Claim> {
                match self { $(Self::$noun(event) => event.claims()),+ }
            }

            /// The document numbers it takes.
            pub fn numbers(&self) -> Vec<&DocumentNumber> {
                match self { $(Self::$noun(event) => event.numbers()),+ }
            }

            /// The business day it names itself, if it does.
            pub fn effective_on(&self) -> Option<chrono::NaiveDate> {
                match self { $(Self::$noun(event) => event.effective_on()),+ }
            }
        }

        /// What the events of one stream come to, for whoever reads streams of every kind.
        #[derive(Clone, Debug, PartialEq)]
        pub enum State {
            $($(#[$doc])* $noun($noun)),+
        }

        impl State {
            /// What a stream of this kind comes to before its first event; nothing for a kind that
            /// this release does not know.
            pub fn absent(aggregate_type: &str) -> Option<Self> {
                match aggregate_type {
                    $(<$noun as Aggregate>::TYPE => Some(Self::$noun($noun::default())),)+
                    _ => None,
                }
            }

            /// Takes an event in; an event of another kind changes nothing.
            pub fn apply(&mut self, event: &Event) {
                match (self, event) {
                    $((Self::$noun(state), Event::$noun(event)) => {
                        Aggregate::apply(state, event);
                    })+
                    _ => {}
                }
            }

            /// The whole of it as JSON; personal data in it stays sealed.
            ///
            /// # Errors
            /// None that a state of this release can give.
            pub fn to_json(&self) -> Result<serde_json::Value, serde_json::Error> {
                match self { $(Self::$noun(state) => serde_json::to_value(state)),+ }
            }
        }

        fn read_as(aggregate_type: &str, read: &impl Read) -> Result<Event, DecodeError> {
            match aggregate_type {
                $(<$noun as Aggregate>::TYPE => read.read::<$event>().map(Event::$noun),)+
                unknown => {
                    let aggregate_type = unknown.to_owned();
                    Err(DecodeError::UnknownAggregate { aggregate_type })
                }
            }
        }
    };
}

event_union!(
    /// Of a seller.
    Tenant(TenantEvent),
    /// Of a client.
    Client(ClientEvent),
    /// Of a product.
    Product(ProductEvent),
    /// Of an order.
    Order(OrderEvent),
    /// Of a subscription.
    Subscription(SubscriptionEvent),
    /// Of an invoice.
    Invoice(InvoiceEvent),
    /// Of a credit note.
    CreditNote(CreditNoteEvent),
    /// Of a proforma.
    Proforma(ProformaEvent),
    /// Of a client's credit.
    CreditBalance(CreditEvent),
    /// Of a payment.
    Payment(PaymentEvent),
    /// Of a dunning strategy.
    DunningStrategy(DunningStrategyEvent),
    /// Of a dunning case.
    DunningCase(DunningCaseEvent),
    /// Of a coupon.
    Coupon(CouponEvent),
    /// Of a gift card.
    GiftCard(GiftCardEvent),
    /// Of a tax rate.
    TaxRate(TaxRateEvent),
    /// Of a billing run.
    BillingRun(BillingRunEvent),
    /// Of the recognition of revenue.
    Recognition(RecognitionEvent),
    /// Of accounting periods.
    AccountingPeriod(AccountingPeriodEvent),
    /// Of a group of clients.
    ClientGroup(ClientGroupEvent),
    /// Of an affiliate.
    Affiliate(AffiliateEvent),
    /// Of a stored payment method.
    PaymentMethod(PaymentMethodEvent),
    /// Of a role.
    Role(RoleEvent),
    /// Of a member of staff.
    StaffMember(StaffEvent),
    /// Of a department.
    Department(DepartmentEvent),
    /// Of a webhook endpoint.
    WebhookEndpoint(WebhookEndpointEvent),
    /// Of the sign-ins of an address.
    SignIn(SignInEvent),
    /// Of what needs a second person.
    Approval(ApprovalEvent),
    /// Of what is held about somebody.
    DataSubject(DataSubjectEvent),
    /// Of a key of a program.
    ApiKey(ApiKeyEvent),
    /// Of what is to be done outside, as far as people have to do with it.
    Effect(EffectEvent),
    /// Of a driver as a seller uses it.
    Driver(DriverEvent),
    /// Of an account at a payment provider.
    Gateway(GatewayEvent),
    /// Of a statement of a provider or a bank.
    Settlement(SettlementEvent),
    /// Of a service that is kept on a server.
    Service(ServiceEvent),
    /// Of a server.
    Server(ServerEvent),
    /// Of a group of servers.
    ServerGroup(ServerGroupEvent),
);

/// Why a stored event cannot be read. Whoever meets one must stop, not skip.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// No such aggregate in this release.
    #[error("aggregate type {aggregate_type} is unknown to this release, upgrade first")]
    UnknownAggregate {
        /// What the log says.
        aggregate_type: String,
    },
    /// No such event in this release.
    #[error("event type {event_type} is unknown to this release, upgrade first")]
    UnknownType {
        /// What the log says.
        event_type: String,
    },
    /// The old payload cannot be brought to the current version.
    #[error(transparent)]
    Upcast(#[from] UpcastError),
    /// The payload is no such event.
    #[error("payload of {event_type} version {version} does not fit its schema")]
    Payload {
        /// What the log says.
        event_type: String,
        /// What the log says.
        version: String,
        /// Where the payload differs.
        #[source]
        source: serde_json::Error,
    },
    /// Header and payload disagree about what happened.
    #[error("event type {event_type} was stored over the payload of {found}")]
    Mismatch {
        /// What the header says.
        event_type: String,
        /// What the payload says.
        found: &'static str,
    },
}

/// Reads a stored event, bringing an old version to the current one first.
pub fn decode(
    aggregate_type: &str,
    event_type: &str,
    version: &str,
    payload: &[u8],
) -> Result<Event, DecodeError> {
    let current = current_version(event_type)
        .ok_or_else(|| DecodeError::UnknownType { event_type: event_type.to_owned() })?;
    let malformed = |source| DecodeError::Payload {
        event_type: event_type.to_owned(),
        version: version.to_owned(),
        source,
    };
    let event = if version == current {
        read_as(aggregate_type, &Stored { payload, malformed })?
    } else {
        let old = serde_json::from_slice(payload).map_err(malformed)?;
        let value = upcast(event_type, version, old)?;
        read_as(aggregate_type, &Upcast { value, malformed })?
    };
    if event.event_type() != event_type {
        let found = event.event_type();
        return Err(DecodeError::Mismatch { event_type: event_type.to_owned(), found });
    }
    Ok(event)
}

/// A payload that can be read as any aggregate's event.
trait Read {
    fn read<E: DeserializeOwned>(&self) -> Result<E, DecodeError>;
}

/// Bytes of the current version: read in place, the fast path of every replay.
struct Stored<'a, F> {
    payload: &'a [u8],
    malformed: F,
}

impl<F: Fn(serde_json::Error) -> DecodeError> Read for Stored<'_, F> {
    fn read<E: DeserializeOwned>(&self) -> Result<E, DecodeError> {
        serde_json::from_slice(self.payload).map_err(&self.malformed)
    }
}

/// A value that was an old version.
struct Upcast<F> {
    value: serde_json::Value,
    malformed: F,
}

impl<F: Fn(serde_json::Error) -> DecodeError> Read for Upcast<F> {
    fn read<E: DeserializeOwned>(&self) -> Result<E, DecodeError> {
        E::deserialize(&self.value).map_err(&self.malformed)
    }
}
