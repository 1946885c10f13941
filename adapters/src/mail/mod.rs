//! Ways for mail to leave: [`smtp`] to a server, [`mod@file`] into a folder for whoever develops.
//!
//! Guarantees: both write the same mail, text and HTML side by side, under the `Message-ID` that
//! its key gives. Absent on purpose: the queue before it, which is a table.

pub mod file;
pub mod smtp;

use billfold_app::ports::{MailFailure, MailMessage};
use lettre::Message;
use lettre::message::{Mailbox, MultiPart};

/// Who mails come from: `Billfold <billing@example.org>`, or the address alone.
#[derive(Clone, Debug)]
pub struct Sender(Mailbox);

impl Sender {
    /// Reads an address, with a name or without.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    fn write(&self, mail: &MailMessage) -> Result<Message, MailFailure> {
        let refused = |what: &dyn std::fmt::Display| MailFailure::Refused(what.to_string());
        let to: Mailbox = mail.to.parse().map_err(|_| refused(&"the address is none"))?;
        let key = mail.key.simple();
        let built = Message::builder()
            .from(self.0.clone())
            .to(to)
            .subject(&mail.subject)
            .message_id(Some(format!("<{key}@{}>", self.0.email.domain())))
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()));
        built.map_err(|error| refused(&error))
    }
}
