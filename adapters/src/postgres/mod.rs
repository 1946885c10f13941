//! Tables that are not history: data keys, accounts, sessions, API keys, how far webhook endpoints
//! were told.
//!
//! Guarantees: except in `all_keys`, each call is one transaction with `billfold.tenant` set, under
//! the role `billfold_app`, so that row-level security is the second guard; a file owns its table,
//! and `ways_in` empties those of whoever is erased.
//! Absent on purpose: connecting and roles, which the composition root does.

mod address_codes;
mod all_keys;
mod api_keys;
mod avatars;
mod client_accounts;
pub mod effects;
mod mail_outbox;
mod passkeys;
mod pictures;
mod provider_links;
mod refresh_tokens;
mod reset_codes;
mod schedules;
mod scoped;
mod second_factors;
mod sessions;
mod sign_in_failures;
mod spent_challenges;
mod staff;
mod subject_keys;
mod ways_in;
mod webhook_deliveries;

pub use address_codes::PostgresAddressCodes;
pub use all_keys::PostgresAllKeys;
pub use api_keys::PostgresApiKeys;
pub use avatars::PostgresAvatars;
pub use client_accounts::PostgresClientAccounts;
pub use effects::PostgresEffects;
pub use mail_outbox::PostgresMailOutbox;
pub use passkeys::PostgresPasskeys;
pub use pictures::PostgresPictures;
pub use provider_links::PostgresProviderLinks;
pub use refresh_tokens::PostgresRefreshTokens;
pub use reset_codes::PostgresResetCodes;
pub use schedules::PostgresSchedules;
pub use second_factors::PostgresSecondFactors;
pub use sessions::PostgresSessions;
pub use sign_in_failures::PostgresSignInFailures;
pub use spent_challenges::PostgresSpentChallenges;
pub use staff::PostgresStaff;
pub use subject_keys::PostgresSubjectKeys;
pub use webhook_deliveries::PostgresWebhookDeliveries;
