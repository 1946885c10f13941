//! Another program that is told what happens. Its id is of its own, so that what else happens stays
//! as it is without it.

use billfold_domain::webhook_endpoint::{
    PauseReason, WebhookEndpoint, WebhookEndpointCommand, WebhookTerms,
};
use uuid::Uuid;

use super::{History, Step};

impl History {
    /// Registers the endpoint of a seller, or changes it.
    pub(super) fn tell(&mut self, seller: usize, step: Step) {
        self.ask_second_person(seller, step);
        let id = Uuid::from_u128(0x8a_0000 + seller as u128);
        let mut state = self.sellers[seller].endpoint.clone();
        let terms = || WebhookTerms {
            url: format!("https://shop.example/{}", step.amount),
            description: None,
            event_types: vec!["invoice.*".to_owned()],
        };
        let command = match (&state, step.which % 16) {
            (WebhookEndpoint::Absent, _) => WebhookEndpointCommand::Register(terms()),
            (_, 0..4) => WebhookEndpointCommand::Set(terms()),
            (_, 4..7) => WebhookEndpointCommand::RotateSecret,
            (_, 7..10) => WebhookEndpointCommand::Replay { after: i64::from(step.amount) },
            (_, 10..12) => WebhookEndpointCommand::Pause { reason: PauseReason::Failing },
            (_, 12..15) => WebhookEndpointCommand::Resume,
            _ => WebhookEndpointCommand::Delete,
        };
        self.run(seller, id, &mut state, command);
        self.sellers[seller].endpoint = state;
    }
}
