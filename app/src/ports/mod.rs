//! What the application needs from outside: key store, accounts, sessions, API keys, password
//! hashing, gateways, the way to webhook endpoints.
//!
//! Guarantees: each port is a small trait over domain types; an implementation lives in `adapters`,
//! one file each.
//! Absent on purpose: SQL, HTTP and vendor names.

pub mod address_codes;
pub mod all_keys;
pub mod api_keys;
pub mod arrears;
mod avatars;
pub mod client_accounts;
pub mod deferrals;
pub mod driver;
pub mod due_accounts;
pub mod effect_queue;
pub mod failure;
pub mod gateway;
pub mod holder;
pub mod identity_providers;
pub mod inline_gateway;
pub mod lapsed_cards;
pub mod mail_outbox;
pub mod mailer;
pub mod open_invoices;
pub mod passkeys;
pub mod passwords;
pub mod pictures;
pub mod provider_links;
pub mod refresh_tokens;
pub mod reset_codes;
pub mod schedules;
pub mod second_factors;
pub mod sessions;
pub mod sign_in_failures;
pub mod spent_challenges;
pub mod staff;
pub mod subject_keys;
pub mod unanswered_approvals;
pub mod webhook_channel;
pub mod webhook_deliveries;

pub use address_codes::{AddressCodeRow, AddressCodes};
pub use all_keys::{AllKeys, KeyRecord, KeysUnder, RestoredKeys, Rewrapped};
pub use api_keys::{ApiKeyRow, ApiKeys};
pub use arrears::{Arrears, ClientArrears, LateInvoice};
pub use avatars::AvatarStore;
pub use client_accounts::{ClientAccountRow, ClientAccounts};
pub use deferrals::Deferrals;
pub use due_accounts::{DueAccount, DueAccounts};
pub use failure::StoreFailure;

pub use holder::Holder;
pub use identity_providers::{
    IdentityProviders, ProviderFailure, ProviderName, ProviderReturn, ProviderVisit, Vouched,
};
pub use inline_gateway::{Charge, ChargeAnswer, ChargeUnknown, InlineGateway, InlineGateways};
pub use lapsed_cards::{LapsedCard, LapsedCards};
pub use mail_outbox::{MailOutbox, QueuedMail};
pub use mailer::{MailFailure, MailMessage, Mailer};
pub use open_invoices::OpenInvoices;
pub use passkeys::{PasskeyRow, Passkeys};
pub use passwords::{PasswordHashing, PasswordRefusal};
pub use pictures::PictureStore;
pub use provider_links::{ProviderLinkRow, ProviderLinks};
pub use refresh_tokens::{Presented, RefreshTokenRow, RefreshTokens};
pub use reset_codes::{ResetCodeRow, ResetCodes, TakenResetCode};
pub use schedules::{NEVER, PastTurn, Schedules, Standing, Timetable, Turn, TurnEnd, TurnOutcome};
pub use second_factors::{SecondFactorRow, SecondFactors};
pub use sessions::{Ending, SessionKind, SessionRef, SessionRow, Sessions};
pub use sign_in_failures::{BegunTry, FailureKey, SignInFailures};
pub use spent_challenges::SpentChallenges;
pub use staff::{Account, StaffAccounts, StaffRow};
pub use subject_keys::{KeyRef, Purpose, StoredKey, SubjectKeys, SubjectRef};
pub use unanswered_approvals::{UnansweredApproval, UnansweredApprovals};
pub use webhook_channel::{
    AddressRefusal, LONGEST_SEND, SendFailure, Sent, WebhookChannel, WebhookMessage,
};
pub use webhook_deliveries::{
    DELIVERIES_KEPT, Delivery, EndpointRef, Lease, WebhookCursor, WebhookDeliveries,
};
