//! The way out for mail, made from the settings, and the task that sends what waits.
//!
//! Guarantee: what waits when the node stops is sent by the next one. Absent on purpose: what mails
//! say and when they are tried again, which `app` says.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use billfold_adapters::mail::Sender;
use billfold_adapters::mail::file::FileMailer;
use billfold_adapters::mail::smtp::{Guard, SmtpMailer, SmtpServer};
use billfold_adapters::postgres::PostgresMailOutbox;
use billfold_app::access::{Access, MailParts, Secret};
use billfold_app::ports::Mailer;
use sqlx::PgPool;
use tokio::sync::{Notify, watch};

use super::stopped;
use crate::cli::Context;
use crate::config::{Mail, MailDriver, SmtpSecurity};

/// How often it looks whether something is to be tried again, or was queued by another process.
const LOOK: Duration = Duration::from_secs(2);

/// What mail needs, by the settings.
///
/// # Errors
/// The sender is no address, the server must not be used, or its password cannot be read.
pub(super) fn parts(context: &Context, app: PgPool) -> anyhow::Result<MailParts> {
    let public_url = context.config.http.public_url.as_deref();
    Ok(MailParts {
        outbox: Arc::new(PostgresMailOutbox::new(app)),
        mailer: mailer(context, &context.config.mail)?,
        public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
        bell: Arc::new(Notify::new()),
    })
}

/// The way out that the settings name; none where no mail is sent.
///
/// # Errors
/// As [`parts`].
pub(crate) fn mailer(context: &Context, mail: &Mail) -> anyhow::Result<Option<Arc<dyn Mailer>>> {
    let sender = Sender::parse(&mail.from);
    let sender = sender.ok_or_else(|| anyhow!("mail.from: {:?} is no mail address", mail.from))?;
    Ok(match mail.driver {
        MailDriver::None => None,
        MailDriver::File => {
            Some(Arc::new(FileMailer { folder: mail.folder(&context.data), sender }))
        }
        MailDriver::Smtp => {
            let server = server(mail)?;
            Some(Arc::new(SmtpMailer::try_new(server, sender).context("mail.smtp_host")?))
        }
    })
}

fn server(mail: &Mail) -> anyhow::Result<SmtpServer> {
    let credentials = match (&mail.smtp_user, &mail.smtp_password_file) {
        (Some(user), Some(file)) => {
            let unread = || format!("mail.smtp_password_file: cannot read {}", file.display());
            let password = fs::read_to_string(file).with_context(unread)?;
            Some((user.clone(), Secret::new(password.trim_end_matches(['\r', '\n']))))
        }
        _ => None,
    };
    Ok(SmtpServer {
        host: mail.smtp_host.clone().unwrap_or_default(),
        port: mail.smtp_port,
        guard: match mail.smtp_security {
            SmtpSecurity::Starttls => Guard::StartTls,
            SmtpSecurity::Tls => Guard::Tls,
            SmtpSecurity::Clear => Guard::Clear,
        },
        credentials,
        timeout: Duration::from_secs(mail.smtp_timeout_seconds),
    })
}

/// Sends what waits until the node stops.
pub(super) async fn run(access: Arc<Access>, stopping: watch::Receiver<bool>) {
    tokio::select! {
        () = send_all(&access) => {}
        () = stopped(stopping) => {}
    }
}

async fn send_all(access: &Access) {
    loop {
        match access.send_mail().await {
            Ok(0) => {
                tokio::select! {
                    () = access.mail_queued() => {}
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "mail cannot be sent now; trying again");
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}
