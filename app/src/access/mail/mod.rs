//! Mail about accounts: queued, sealed, sent after the answer.
//!
//! Guarantees: what asks for mail queues one row and no more, whether or not anything will be sent,
//! so that its time tells nothing; a queued row outlives a crash; a mail that cannot be sent is
//! tried again for some hours and then given up, loudly. A mail may arrive twice, under one
//! `Message-ID`. Absent on purpose: the way out, which is a [`Mailer`]'s; the time between two
//! looks, which is the node's.

mod letter;
mod resolve;

use std::sync::Arc;

use billfold_domain::kernel::TenantId;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use uuid::Uuid;

use super::{Access, AccessError};
use crate::mint;
use crate::ports::{
    Holder, MailFailure, MailMessage, MailOutbox, Mailer, QueuedMail, StoreFailure,
};

pub(super) use letter::Letter;

/// What the key of the queue is for.
const OUTBOX: &str = "mail outbox";
/// How long whoever took a mail may work at it.
const LEASE: TimeDelta = TimeDelta::minutes(3);
/// Tries of one mail.
const MOST_TRIES: u32 = 10;
/// The pause after the first failed try; each further one is twice as long.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);
/// How long a mail stays that was given up.
const KEPT: TimeDelta = TimeDelta::days(7);
/// Mails taken at a time.
const AT_ONCE: u32 = 16;

/// How mail leaves, and what it says of the installation.
#[derive(Clone)]
pub struct MailParts {
    /// What waits.
    pub outbox: Arc<dyn MailOutbox>,
    /// The way out; none where the installation sends no mail.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// The address under which people see the pages, without a slash at its end.
    pub public_url: Option<String>,
    /// Rings when something was queued by this process.
    pub bell: Arc<Notify>,
}

/// Something to be mailed about.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Errand {
    /// Somebody asked for a code by address.
    ResetAsked {
        /// What was typed.
        email: String,
        /// At which seller, if one was named.
        tenant: Option<Uuid>,
        /// From where.
        ip: Option<std::net::IpAddr>,
        /// With which program.
        user_agent: Option<String>,
        /// When.
        at: DateTime<Utc>,
    },
    /// An account has an address that nobody proved.
    ProveAddress {
        /// The seller.
        tenant: Uuid,
        /// The account.
        staff: Uuid,
    },
    /// A client has an address that nobody proved.
    ProveClientAddress {
        /// The seller.
        tenant: Uuid,
        /// The client.
        client: Uuid,
    },
    /// The password of an account is another one.
    PasswordChanged {
        /// The seller.
        tenant: Uuid,
        /// The account.
        staff: Uuid,
        /// When.
        at: DateTime<Utc>,
    },
    /// The password of a client's account is another one.
    ClientPasswordChanged {
        /// The seller.
        tenant: Uuid,
        /// The client.
        client: Uuid,
        /// When.
        at: DateTime<Utc>,
    },
    /// Ready to be sent.
    Letter(Letter),
}

impl Errand {
    pub(super) fn prove_address(tenant: TenantId, holder: impl Into<Holder>) -> Self {
        let tenant = tenant.uuid();
        match holder.into() {
            Holder::Staff(staff) => Self::ProveAddress { tenant, staff: staff.uuid() },
            Holder::Client(client) => Self::ProveClientAddress { tenant, client: client.uuid() },
        }
    }

    pub(super) fn password_changed(tenant: TenantId, holder: Holder, at: DateTime<Utc>) -> Self {
        let tenant = tenant.uuid();
        match holder {
            Holder::Staff(staff) => Self::PasswordChanged { tenant, staff: staff.uuid(), at },
            Holder::Client(client) => {
                Self::ClientPasswordChanged { tenant, client: client.uuid(), at }
            }
        }
    }
}

impl Access {
    /// Whether the installation sends mail at all.
    #[must_use]
    pub fn sends_mail(&self) -> bool {
        self.parts.mail.mailer.is_some()
    }

    /// Queues something to be mailed about; nothing where no mail is sent.
    pub(super) async fn mail(&self, errand: &Errand) -> Result<(), AccessError> {
        if !self.sends_mail() {
            return Ok(());
        }
        let now = self.parts.clock.now();
        let id = mint::uuid_v7(now);
        let sealed = self.seal_errand(id, errand).await?;
        self.parts.mail.outbox.put(id, &sealed, now).await?;
        self.parts.mail.bell.notify_one();
        Ok(())
    }

    /// The same where the mail is worth less than what it tells of: a failure is logged.
    pub(super) async fn mail_if_possible(&self, errand: &Errand) {
        if let Err(error) = self.mail(errand).await {
            tracing::warn!(%error, "a mail could not be queued");
        }
    }

    /// Waits until this process queues something.
    pub async fn mail_queued(&self) {
        self.parts.mail.bell.notified().await;
    }

    /// Sends what is due; answers how many were looked at.
    ///
    /// # Errors
    /// The database does not answer. What was taken is handed out again later.
    pub async fn send_mail(&self) -> Result<usize, AccessError> {
        let Some(mailer) = self.parts.mail.mailer.clone() else { return Ok(0) };
        let (outbox, now) = (&self.parts.mail.outbox, self.parts.clock.now());
        outbox.sweep(now - KEPT).await?;
        let due = outbox.take(now, now + LEASE, AT_ONCE).await?;
        for mail in &due {
            match self.work_at(mail, &*mailer).await {
                Ok(Worked::Done(next)) => outbox.done(mail.id, &next, now).await?,
                Ok(Worked::Refused(why)) => {
                    tracing::error!(id = %mail.id, why, "a mail was refused and is given up");
                    outbox.give_up(mail.id, now).await?;
                }
                Err(error) if mail.attempts >= MOST_TRIES => {
                    tracing::error!(id = %mail.id, %error, "a mail is given up");
                    outbox.give_up(mail.id, now).await?;
                }
                Err(error) => {
                    tracing::warn!(id = %mail.id, %error, "a mail is tried again later");
                    let pause = FIRST_PAUSE * (1 << mail.attempts.saturating_sub(1).min(9));
                    outbox.postpone(mail.id, now + pause).await?;
                }
            }
        }
        Ok(due.len())
    }

    async fn work_at(&self, mail: &QueuedMail, mailer: &dyn Mailer) -> Result<Worked, AccessError> {
        let now = self.parts.clock.now();
        let vault = &self.parts.vault;
        let name = mail.id.as_bytes();
        let opened = vault.open_for_installation(OUTBOX, name, &mail.sealed, now).await?;
        let what = "mail_outbox.sealed is no errand";
        let errand: Errand =
            serde_json::from_slice(&opened).map_err(|_| StoreFailure::Corrupt { what })?;
        let letter = match errand {
            Errand::Letter(letter) => letter,
            other => return self.resolve(mail.id, other).await.map(Worked::Done),
        };
        if letter.expires_at.is_some_and(|end| end <= now) {
            // What it says is not true any more.
            return Ok(Worked::Done(Vec::new()));
        }
        let Letter { to, subject, text, html, .. } = letter;
        match mailer.send(&MailMessage { key: mail.id, to, subject, text, html }).await {
            Ok(()) => Ok(Worked::Done(Vec::new())),
            Err(MailFailure::Refused(why)) => Ok(Worked::Refused(why)),
            Err(failure) => Err(StoreFailure::Unavailable(Box::new(failure)).into()),
        }
    }

    async fn seal_errand(&self, id: Uuid, errand: &Errand) -> Result<Vec<u8>, AccessError> {
        let plain = serde_json::to_vec(errand).map_err(crate::Error::bug)?;
        let plain = zeroize::Zeroizing::new(plain);
        let (vault, now) = (&self.parts.vault, self.parts.clock.now());
        Ok(vault.seal_for_installation(OUTBOX, id.as_bytes(), &plain, now).await?)
    }
}

/// What came of a try.
enum Worked {
    /// It is done; these take its place.
    Done(Vec<(Uuid, Vec<u8>)>),
    /// It never will be.
    Refused(String),
}
