//! The import of a history that another event store kept in this domain's own events.
//!
//! Guarantees: an event is taken over as it is (an old version is brought to the current one), with
//! its number and its place in its stream; it is posted and its claims are taken as if it had been
//! decided here; its identity is stream and sequence, so that a second run adds nothing. An event
//! that does not follow the last one of its stream is refused, and so is all that comes after it.
//! Absent on purpose: rules of the business, which spoke when the event happened; metadata of the
//! source, which may hold personal data in clear.

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
use billfold_domain::kernel::{Actor, Aggregate, Claim, TenantId};
use billfold_domain::order::Order;
use billfold_domain::payment::Payment;
use billfold_domain::payment_method::PaymentMethod;
use billfold_domain::product::Product;
use billfold_domain::proforma::Proforma;
use billfold_domain::recognition::Recognition;
use billfold_domain::role::Role;
use billfold_domain::schema::{self, DecodeError, Event};
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
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::commands::{Ask, Done, Door, No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// The name of the source: part of every key, and the actor of what is imported.
pub const SOURCE: &str = "cqrs-es";

/// An event as its store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The name of its aggregate.
    pub aggregate_type: String,
    /// Its aggregate.
    pub aggregate_id: Uuid,
    /// Its place in the stream, from 1.
    pub sequence: i64,
    /// Its name.
    pub event_type: String,
    /// The version of its payload.
    pub event_version: String,
    /// Its JSON.
    pub payload: String,
    /// When it happened, if that is known.
    pub at: Option<DateTime<Utc>>,
}

/// An event that this release can read.
#[derive(Clone, Debug, Serialize)]
pub struct Past {
    aggregate_type: String,
    aggregate_id: Uuid,
    sequence: i64,
    event_type: String,
    event_version: String,
    payload: String,
    #[serde(skip)]
    at: Option<DateTime<Utc>>,
    #[serde(skip)]
    event: Event,
}

/// Does something with an event's aggregate, by its type and its own event.
macro_rules! of_aggregate {
    ($event:expr, |$noun:ident, $own:pat_param| $answer:expr) => {
        of_aggregate!(
            $event, $noun, $own, $answer,
            [
                Tenant Client Product Order Subscription Invoice CreditNote CreditBalance Payment
                PaymentMethod Proforma
                DunningStrategy DunningCase Coupon GiftCard TaxRate ClientGroup Affiliate
                BillingRun Recognition AccountingPeriod Role StaffMember SignIn WebhookEndpoint
                Approval Department
                DataSubject ApiKey Effect Driver Gateway Settlement
                Service Server ServerGroup
            ]
        )
    };
    ($event:expr, $noun:ident, $own:pat_param, $answer:expr, [$($aggregate:ident)+]) => {
        match $event {
            $(Event::$aggregate($own) => {
                type $noun = $aggregate;
                $answer
            })+
        }
    };
}

impl Past {
    /// Reads an event.
    ///
    /// # Errors
    /// This release knows no such event, or its payload does not fit.
    pub fn read(stored: Stored) -> Result<Self, DecodeError> {
        let Stored { aggregate_type, aggregate_id, sequence, .. } = stored;
        let Stored { event_type, event_version, payload, at, .. } = stored;
        let event =
            schema::decode(&aggregate_type, &event_type, &event_version, payload.as_bytes())?;
        Ok(Self {
            aggregate_type,
            aggregate_id,
            sequence,
            event_type,
            event_version,
            payload,
            at,
            event,
        })
    }

    /// Whether it is of a seller's own stream, which opens the books and so comes first.
    #[must_use]
    pub fn opens_books(&self) -> bool {
        self.aggregate_type == Tenant::TYPE
    }

    /// Its aggregate.
    #[must_use]
    pub fn aggregate_id(&self) -> Uuid {
        self.aggregate_id
    }

    /// Type and id of its aggregate, and its place in the stream.
    #[must_use]
    pub fn place(&self) -> (String, Uuid, i64) {
        (self.aggregate_type.clone(), self.aggregate_id, self.sequence)
    }

    fn key(&self) -> String {
        let Self { aggregate_type, aggregate_id, sequence, .. } = self;
        format!("import:{SOURCE}:{aggregate_type}:{aggregate_id}:{sequence}")
    }

    fn touches(&self, tenant: TenantId) -> Touches {
        let id = self.aggregate_id;
        let touches = match &self.event {
            Event::Tenant(_) => Touches::opening(tenant),
            event => of_aggregate!(event, |Noun, _| Touches::new(tenant).reads::<Noun>(id)),
        };
        let counted = self.event.numbers().into_iter().flat_map(|number| {
            let series = number.counts().map(|(series, _)| series.to_owned());
            series.collect::<Vec<_>>()
        });
        let claims: Vec<Claim> = self.event.claims();
        claims.into_iter().fold(touches.counts(counted), |touches, claim| {
            let (Claim::Take { scope, key } | Claim::Release { scope, key }) = claim;
            touches.claims(scope, Some(&key))
        })
    }

    fn append(&self, table: &mut Table<'_, '_>) -> Result<(), No> {
        let (id, at) = (self.aggregate_id, self.at);
        let version = of_aggregate!(&self.event, |Noun, _| table.version::<Noun>(id))?;
        if version + 1 != self.sequence {
            let detail =
                format!("it is event {} of a stream that has {version} events here", self.sequence);
            // Not remembered: what is missing before it may still come.
            return Err(Refused::new("history.out_of_place", Kind::Malformed, detail).into());
        }
        of_aggregate!(&self.event, |Noun, event| table.adopt::<Noun>(id, event, at))
    }
}

#[async_trait::async_trait]
impl UseCase for Past {
    const NAME: &'static str = "adopt_event";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        Ok(self.plan_for(room.tenant))
    }
}

impl Past {
    fn plan_for(&self, tenant: TenantId) -> Plan<()> {
        let past = self.clone();
        self.touches(tenant).at_rest().decide(move |table| past.append(table))
    }
}

/// Takes over events in their order, in as few transactions as the log allows: one answer each.
///
/// # Errors
/// An event cannot be encoded. A ledger that does not answer is the answer to each event.
pub async fn adopt(
    door: &Door,
    tenant: TenantId,
    events: Vec<Past>,
) -> Result<Vec<Result<Done<()>, Error>>, Error> {
    let actor = Actor::import(SOURCE).map_err(Error::bug)?;
    let mut planned = Vec::with_capacity(events.len());
    for past in events {
        let plan = past.plan_for(tenant);
        let ask = Ask::new(tenant, actor.clone(), past.key(), past);
        planned.push(door.planned(&ask, plan)?);
    }
    Ok(door.execute_planned(planned).await)
}
