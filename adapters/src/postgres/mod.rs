//! Tables that are not history: data keys, accounts, sessions, API keys, how far webhook endpoints
//! were told.
//!
//! Guarantees: each call is one transaction with `billfold.tenant` set, under the role
//! `billfold_app`, so that row-level security is the second guard; a file owns its table.
//! Absent on purpose: connecting and roles, which the composition root does.

mod api_keys;
mod refresh_tokens;
mod reset_codes;
mod scoped;
mod second_factors;
mod sessions;
mod staff;
mod subject_keys;
mod webhook_deliveries;

pub use api_keys::PostgresApiKeys;
pub use refresh_tokens::PostgresRefreshTokens;
pub use reset_codes::PostgresResetCodes;
pub use second_factors::PostgresSecondFactors;
pub use sessions::PostgresSessions;
pub use staff::PostgresStaff;
pub use subject_keys::PostgresSubjectKeys;
pub use webhook_deliveries::PostgresWebhookDeliveries;
