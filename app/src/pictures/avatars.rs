//! Pictures of people: drawn anew as a square, and sealed under the key of the person before they
//! are stored (CLI-04, R33).
//!
//! The bytes lie outside the log, as those of logos do, since an event stays small; the event names
//! the sealed bytes by their hash. So nobody can tell from the log whose picture it is, nor whether
//! two are the same.
//! Guarantees: the bytes are stored before an event names them; what an event names no longer is
//! removed; erasing the person destroys the key and removes the rows at once. A process that dies
//! between may leave a row that no event names, sealed like the others; it goes when the person is
//! erased.

use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::kernel::{ImageHash, KeyClass, SubjectId, TenantId};
use billfold_domain::role::Rights;
use billfold_domain::staff::{StaffMember, StaffRefusal};
use sha2::{Digest, Sha256};

use super::{Pictures, drawn, refused};
use crate::commands::avatars::{AvatarSet, SetAvatar, shown_of_client, shown_of_staff};
use crate::commands::data_subjects::Person;
use crate::commands::roles::must_cover;
use crate::commands::{Ask, Done};
use crate::error::{Error, Refused};
use crate::ports::SubjectRef;
use crate::vault::{Opened, Wanted, field, hex};

/// Pixels of the sides of an avatar.
const AVATAR: u32 = 256;

/// The picture of a person.
#[derive(Clone, Debug)]
pub struct Avatar {
    /// A PNG.
    pub png: Vec<u8>,
    /// The version of the person's record.
    pub version: i64,
}

impl Pictures {
    /// Shows a picture beside the name of a person. `held` is what the caller may do, where the
    /// picture is of a colleague: nobody changes the account of who may do more.
    ///
    /// # Errors
    /// It is no PNG, JPEG or WebP picture, or too large; the person is not there, was erased, or
    /// may do more than `held`.
    pub async fn set_avatar(
        &self,
        ask: Ask<(Person, Vec<u8>)>,
        held: Option<Rights>,
    ) -> Result<Done<AvatarSet>, Error> {
        let (person, sent) = ask.command;
        let tenant = ask.tenant;
        self.shown(tenant, person).await?;
        self.must_cover(tenant, person, held).await?;
        let png = tokio::task::spawn_blocking(move || drawn::square(&sent, AVATAR)).await;
        let png = png.map_err(Error::bug)?.map_err(|unfit| Error::from(refused(unfit)))?;
        let digest = hex(&Sha256::digest(&png));
        let avatar = self.keep(tenant, person, &png).await?;
        let set = SetAvatar { person, digest: Some(digest), avatar: Some(avatar) };
        let set = Ask::new(tenant, ask.actor, ask.key, set);
        let done = self.door.execute(Ask { expect: ask.expect, ..set.from_origin(ask.origin) });
        let done = done.await;
        match &done {
            Ok(done) => self.let_go(tenant, person, [done.answer.before, Some(avatar)], done).await,
            // Unless it may have been done, no event names it.
            Err(error) if !error.passes() => self.remove(tenant, person, avatar).await,
            Err(_) => {}
        }
        done
    }

    /// Shows the initials of a person again. `held` as for [`Pictures::set_avatar`].
    ///
    /// # Errors
    /// The person is not there, was erased, or may do more than `held`.
    pub async fn remove_avatar(
        &self,
        ask: Ask<Person>,
        held: Option<Rights>,
    ) -> Result<Done<AvatarSet>, Error> {
        let (tenant, person) = (ask.tenant, ask.command);
        self.shown(tenant, person).await?;
        self.must_cover(tenant, person, held).await?;
        let set = SetAvatar { person, digest: None, avatar: None };
        let set = Ask::new(tenant, ask.actor, ask.key, set);
        let done = self.door.execute(Ask { expect: ask.expect, ..set.from_origin(ask.origin) });
        let done = done.await?;
        self.let_go(tenant, person, [done.answer.before, None], &done).await;
        Ok(done)
    }

    /// The picture of a person; nothing if none is shown.
    ///
    /// # Errors
    /// The person is not there, or the database does not answer.
    pub async fn avatar(&self, tenant: TenantId, person: Person) -> Result<Option<Avatar>, Error> {
        let (shown, version) = match self.shown(tenant, person).await {
            Err(Error::Refused(no)) if no.code == "client.erased" => return Ok(None),
            shown => shown?,
        };
        let Some(hash) = shown else { return Ok(None) };
        let Some(sealed) = self.avatars.find(subject(tenant, person), hash).await? else {
            return Ok(None);
        };
        let (of, class) = (SubjectId::new(person.uuid()), KeyClass::Operational);
        let ring = self.door.vault().ring_to_open(tenant, [(of, class)]).await?;
        let opened = ring.open_bytes(of, class, field::PERSON_AVATAR, &sealed)?;
        Ok(match opened {
            Opened::Clear(png) => Some(Avatar { png, version }),
            Opened::Erased => None,
        })
    }

    /// What is shown of a person who is there, and the version of their record.
    async fn shown(
        &self,
        tenant: TenantId,
        person: Person,
    ) -> Result<(Option<ImageHash>, i64), Error> {
        match person {
            Person::Client(id) => match self.door.load::<Client>(tenant, id.uuid()).await? {
                (Client::Absent, _) => Err(Refused::of(&ClientRefusal::Absent).into()),
                (Client::Erased, _) => Err(Refused::of(&ClientRefusal::Erased).into()),
                (client, version) => Ok((shown_of_client(&client), version)),
            },
            Person::Staff(id) => match self.door.load::<StaffMember>(tenant, id.uuid()).await? {
                (StaffMember::Absent, _) => Err(Refused::of(&StaffRefusal::Absent).into()),
                (StaffMember::Erased, _) => Err(Refused::of(&StaffRefusal::Erased).into()),
                (member, version) => Ok((shown_of_staff(&member), version)),
            },
        }
    }

    async fn must_cover(
        &self,
        tenant: TenantId,
        person: Person,
        held: Option<Rights>,
    ) -> Result<(), Error> {
        match (person, held) {
            (Person::Staff(id), Some(held)) => must_cover(&self.door, tenant, held, id).await,
            _ => Ok(()),
        }
    }

    /// Seals a picture and stores it.
    async fn keep(&self, tenant: TenantId, person: Person, png: &[u8]) -> Result<ImageHash, Error> {
        let (of, class) = (SubjectId::new(person.uuid()), KeyClass::Operational);
        let now = self.door.clock().now();
        let wanted = Wanted { subject: of, class, retain_until: None };
        let ring = self.door.vault().ring_to_seal(tenant, &[wanted], now).await?;
        let sealed = ring.seal_bytes(of, class, field::PERSON_AVATAR, png)?;
        let hash = ImageHash::new(Sha256::digest(&sealed).into());
        self.avatars.put(subject(tenant, person), hash, &sealed, now).await?;
        Ok(hash)
    }

    /// Removes those that are not shown now.
    async fn let_go(
        &self,
        tenant: TenantId,
        person: Person,
        known: [Option<ImageHash>; 2],
        done: &Done<AvatarSet>,
    ) {
        for hash in known.into_iter().flatten().filter(|hash| Some(*hash) != done.answer.now) {
            self.remove(tenant, person, hash).await;
        }
    }

    /// Removes one, if the database answers: what was asked for is done already.
    async fn remove(&self, tenant: TenantId, person: Person, hash: ImageHash) {
        if let Err(error) = self.avatars.remove(subject(tenant, person), hash).await {
            tracing::warn!(%error, "a picture that is shown no longer could not be removed");
        }
    }
}

fn subject(tenant: TenantId, person: Person) -> SubjectRef {
    SubjectRef { tenant, subject: SubjectId::new(person.uuid()) }
}
