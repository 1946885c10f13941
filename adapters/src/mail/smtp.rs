//! Mail by SMTP, with TLS by rustls and the roots that browsers know.
//!
//! Guarantees: in clear only to this machine itself, and only if that is asked for; a server that
//! does not answer in time is tried again later; what a server refuses for good is not sent again.

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use billfold_app::access::Secret;
use billfold_app::ports::{MailFailure, MailMessage, Mailer};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::Sender;

/// How the line to the server is guarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// TLS from the first byte, as on port 465.
    Tls,
    /// TLS after `STARTTLS`, as on port 587; a server that does not offer it is not used.
    StartTls,
    /// None: only to this machine itself.
    Clear,
}

/// Which server, and as whom.
#[derive(Clone, Debug)]
pub struct SmtpServer {
    /// Its name, which its certificate has to bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is guarded.
    pub guard: Guard,
    /// Name and password, if it wants them.
    pub credentials: Option<(String, Secret)>,
    /// How long one step may take.
    pub timeout: Duration,
}

/// A mail server.
#[derive(Clone, Debug)]
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Sender,
    /// The longest that one mail may take.
    longest: Duration,
}

/// A server that mail must not be handed to.
#[derive(Debug, thiserror::Error)]
pub enum NotUsable {
    /// In clear, and not this machine.
    #[error("mail in clear goes to this machine alone; {host} needs TLS")]
    Clear {
        /// The server.
        host: String,
    },
    /// Its name cannot stand in a certificate.
    #[error("{host} is no name of a mail server")]
    Name {
        /// The server.
        host: String,
    },
}

impl SmtpMailer {
    /// Hands mail to `server` as `sender`. Nothing is connected before the first mail.
    ///
    /// # Errors
    /// A server that must not be used.
    pub fn try_new(server: SmtpServer, sender: Sender) -> Result<Self, NotUsable> {
        crate::tls::provide();
        let host = server.host;
        let named = || {
            let made = TlsParameters::new_rustls(host.clone());
            made.map_err(|_| NotUsable::Name { host: host.clone() })
        };
        let tls = match server.guard {
            Guard::Tls => Tls::Wrapper(named()?),
            Guard::StartTls => Tls::Required(named()?),
            Guard::Clear if is_here(&host) => Tls::None,
            Guard::Clear => return Err(NotUsable::Clear { host }),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(server.port)
            .tls(tls)
            .timeout(Some(server.timeout));
        if let Some((name, password)) = server.credentials {
            let password = password.reveal().to_owned();
            builder = builder.credentials(Credentials::new(name, password));
        }
        Ok(Self { transport: builder.build(), sender, longest: server.timeout * 4 })
    }
}

/// Whether a name is this machine itself.
#[must_use]
pub fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &MailMessage) -> Result<(), MailFailure> {
        let message = self.sender.write(mail)?;
        let late = |_| MailFailure::Unavailable("the server takes too long".to_owned());
        let sent = tokio::time::timeout(self.longest, self.transport.send(message)).await;
        match sent.map_err(late)? {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailFailure::Refused(error.to_string())),
            Err(error) => Err(MailFailure::Unavailable(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_in_clear_goes_to_this_machine_alone() {
        let server = |host: &str, guard| SmtpServer {
            host: host.to_owned(),
            port: 25,
            guard,
            credentials: None,
            timeout: Duration::from_secs(1),
        };
        let sender = || Sender::parse("billing@example.org").unwrap();
        let made = |host, guard| SmtpMailer::try_new(server(host, guard), sender());
        assert!(matches!(made("mail.example.org", Guard::Clear), Err(NotUsable::Clear { .. })));
        for (host, guard) in [
            ("localhost", Guard::Clear),
            ("127.0.0.1", Guard::Clear),
            ("::1", Guard::Clear),
            ("mail.example.org", Guard::StartTls),
            ("mail.example.org", Guard::Tls),
        ] {
            made(host, guard).unwrap();
        }
    }
}
