//! An endpoint of another program, which is told of events by signed messages.
//!
//! | state   | register   | set | rotate secret | replay | pause  | resume | delete  |
//! | ------- | ---------- | --- | ------------- | ------ | ------ | ------ | ------- |
//! | absent  | registered | –   | –             | –      | –      | –      | –       |
//! | active  | –          | yes | yes           | yes    | paused | –      | deleted |
//! | paused  | –          | yes | yes           | yes    | –      | active | deleted |
//! | deleted | –          | –   | –             | –      | –      | –      | –       |
//!
//! Guarantees an address of a form that can be called, without a name or password in it. Absent on
//! purpose: the secret, of which events know the number only; what was sent and how it was
//! answered, which is no history of the business; which addresses may be called, which whoever
//! calls them decides.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::WebhookEndpointCommand;
pub use error::WebhookEndpointRefusal;
pub use event::{PauseReason, WebhookEndpointEvent, WebhookTerms};
pub use state::{Standing, WebhookEndpoint};
