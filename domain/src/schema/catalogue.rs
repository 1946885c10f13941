//! Every event this code knows, with the version it writes.

use crate::accounting_period::AccountingPeriodEvent;
use crate::affiliate::AffiliateEvent;
use crate::api_key::ApiKeyEvent;
use crate::approval::ApprovalEvent;
use crate::billing_run::BillingRunEvent;
use crate::client::ClientEvent;
use crate::client_group::ClientGroupEvent;
use crate::coupon::CouponEvent;
use crate::credit::CreditEvent;
use crate::credit_note::CreditNoteEvent;
use crate::data_subject::DataSubjectEvent;
use crate::department::DepartmentEvent;
use crate::driver::DriverEvent;
use crate::dunning::{DunningCaseEvent, DunningStrategyEvent};
use crate::effect::EffectEvent;
use crate::gateway::GatewayEvent;
use crate::gift_card::GiftCardEvent;
use crate::invoice::InvoiceEvent;
use crate::order::OrderEvent;
use crate::payment::PaymentEvent;
use crate::payment_method::PaymentMethodEvent;
use crate::product::ProductEvent;
use crate::proforma::ProformaEvent;
use crate::recognition::RecognitionEvent;
use crate::role::RoleEvent;
use crate::server::ServerEvent;
use crate::server_group::ServerGroupEvent;
use crate::service::ServiceEvent;
use crate::settlement::SettlementEvent;
use crate::sign_in::SignInEvent;
use crate::staff::StaffEvent;
use crate::subscription::SubscriptionEvent;
use crate::tax_rate::TaxRateEvent;
use crate::tenant::TenantEvent;
use crate::webhook_endpoint::WebhookEndpointEvent;

/// The events of each aggregate, in the order of the tour.
const AGGREGATES: &[&[(&str, &str)]] = &[
    TenantEvent::NAMES,
    ClientEvent::NAMES,
    ProductEvent::NAMES,
    OrderEvent::NAMES,
    SubscriptionEvent::NAMES,
    InvoiceEvent::NAMES,
    CreditNoteEvent::NAMES,
    ProformaEvent::NAMES,
    CreditEvent::NAMES,
    PaymentEvent::NAMES,
    DunningStrategyEvent::NAMES,
    DunningCaseEvent::NAMES,
    CouponEvent::NAMES,
    GiftCardEvent::NAMES,
    TaxRateEvent::NAMES,
    BillingRunEvent::NAMES,
    RecognitionEvent::NAMES,
    AccountingPeriodEvent::NAMES,
    ClientGroupEvent::NAMES,
    AffiliateEvent::NAMES,
    PaymentMethodEvent::NAMES,
    RoleEvent::NAMES,
    StaffEvent::NAMES,
    DepartmentEvent::NAMES,
    WebhookEndpointEvent::NAMES,
    SignInEvent::NAMES,
    ApprovalEvent::NAMES,
    DataSubjectEvent::NAMES,
    ApiKeyEvent::NAMES,
    EffectEvent::NAMES,
    DriverEvent::NAMES,
    GatewayEvent::NAMES,
    SettlementEvent::NAMES,
    ServiceEvent::NAMES,
    ServerEvent::NAMES,
    ServerGroupEvent::NAMES,
];

/// Every event's stored name and current version.
pub fn event_types() -> impl Iterator<Item = (&'static str, &'static str)> {
    AGGREGATES.iter().copied().flatten().copied()
}

/// The version this code writes for an event; nothing for an unknown one.
pub fn current_version(event_type: &str) -> Option<&'static str> {
    event_types().find(|(name, _)| *name == event_type).map(|(_, version)| version)
}
