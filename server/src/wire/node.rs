//! A running node: the log, the door for commands, the read models and what follows the log.
//!
//! Guarantee: a node owns no state that the database does not have; any number of them may share
//! one. Absent on purpose: the choice of addresses and signals, which belongs to the command.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use billfold_adapters::gateways;
use billfold_adapters::passwords::Passwords;
use billfold_adapters::postgres::{
    PostgresAddressCodes, PostgresApiKeys, PostgresAvatars, PostgresClientAccounts,
    PostgresPasskeys, PostgresPictures, PostgresProviderLinks, PostgresRefreshTokens,
    PostgresResetCodes, PostgresSchedules, PostgresSecondFactors, PostgresSessions,
    PostgresSignInFailures, PostgresSpentChallenges, PostgresStaff, PostgresSubjectKeys,
    PostgresWebhookDeliveries,
};
use billfold_adapters::webhooks::channel::HttpsChannel;
use billfold_app::access::{Access, AccessError, AccessParts, Secret};
use billfold_app::billing_run::Runner;
use billfold_app::commands::{Door, DoorParts, kinds};
use billfold_app::pictures::Pictures;
use billfold_app::schedules::{JobRoom, Scheduler};
use billfold_app::vault::{KeyEncryption, KeyFiles, Vault};
use billfold_app::webhooks::{WebhookParts, Webhooks};
use billfold_domain::kernel::{StaffId, TenantId};
use billfold_domain::staff::StaffProfile;
use billfold_event_store::anchor::{AnchorKey, FileSink};
use billfold_event_store::feed::Feed;
use billfold_event_store::follower::Follower;
use billfold_event_store::{Clock, Store, StoreOptions, migrate};
use billfold_projections::{Definition, PROJECTIONS, Reads, Standing, install};
use billfold_replay_tools::verify::Trust;
use sqlx::PgPool;
use uuid::Uuid;

use super::background::Background;
use super::checkpoints::Checkpoints;
use super::due_accounts::ListedAccounts;
use super::left_behind::LeftBehind;
use super::listed_approvals::ListedApprovals;
use super::listed_arrears::ListedArrears;
use super::listed_cards::ListedCards;
use super::listed_deferrals::ListedDeferrals;
use super::open_invoices::ListedInvoices;
use super::operations::NodeOperations;
use super::webhooks::Deliverer;
use super::{Foundation, background, identity, mail, schedules, stopped};
use crate::cli::{Context, Stop};
use crate::clock::WallClock;
use crate::database::Pools;

/// The log of an installation.
const LOG: i16 = 1;

/// A running node.
pub struct Node {
    foundation: Foundation,
    store: Store,
    door: Door,
    access: Arc<Access>,
    reads: Reads,
    feed: Feed,
    runs: Runner,
    scheduler: Scheduler,
    webhooks: Webhooks,
    pictures: Pictures,
    standings: Vec<(&'static Definition, Standing)>,
}

impl Node {
    /// Opens the log and what stands on it.
    ///
    /// # Errors
    /// A part that cannot start, in one line.
    pub async fn open(context: &Context, foundation: Foundation) -> Result<Self, Stop> {
        Self::open_at(context, foundation, Arc::new(WallClock)).await
    }

    /// The same with another clock, for tests and rehearsals.
    ///
    /// # Errors
    /// As [`Node::open`].
    pub async fn open_at(
        context: &Context,
        foundation: Foundation,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Stop> {
        let pools = foundation.pools().clone();
        let mut owner = pools.owner.acquire().await.map_err(Stop::unavailable)?;
        let missing = migrate::pending(&mut owner).await.map_err(Stop::unavailable)?;
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Err(Stop::unavailable(anyhow::anyhow!(
                "the database lacks {missing}: run `billfold migrate` first"
            )));
        }
        let store = open_store(context, &foundation, &clock).await?;
        let standings = install(&mut owner, PROJECTIONS).await.map_err(Stop::unavailable)?;
        drop(owner);
        let key_files = context.config.keys.key_encryption_files(&context.data);
        let wrapping = open_kek(key_files, &pools.owner).await?;
        let subject_keys = Arc::new(PostgresSubjectKeys::new(pools.app.clone()));
        let vault = Arc::new(Vault::new(wrapping, subject_keys));
        let reads = Reads::new(pools.app.clone());
        let feed = Feed::new(pools.feed.clone(), LOG);
        let door = Door::new(DoorParts {
            store: store.clone(),
            vault: Arc::clone(&vault),
            gateways: gateways::inline(),
            open_invoices: Arc::new(ListedInvoices {
                reads: reads.clone(),
                feed: feed.clone(),
                clock: Arc::clone(&clock),
            }),
            arrears: Arc::new(ListedArrears { reads: reads.clone(), feed: feed.clone() }),
            deferrals: Arc::new(ListedDeferrals { reads: reads.clone(), feed: feed.clone() }),
            lapsed_cards: Arc::new(ListedCards { reads: reads.clone(), feed: feed.clone() }),
            unanswered_approvals: Arc::new(ListedApprovals {
                reads: reads.clone(),
                feed: feed.clone(),
            }),
            retention: Arc::new(context.config.retention.clone()),
            clock: Arc::clone(&clock),
        });
        let access = access_of(context, &pools, vault, &door, clock)?;
        let accounts = ListedAccounts { reads: reads.clone(), feed: feed.clone() };
        let runs = Runner::new(door.clone(), Arc::new(accounts));
        let scheduler = Scheduler {
            room: JobRoom { door: door.clone(), runs: runs.clone() },
            schedules: Arc::new(PostgresSchedules::new(pools.app.clone(), pools.feed.clone())),
            process: format!("{}/{}", std::process::id(), Uuid::new_v4().simple()),
        };
        let webhooks = webhooks_of(context, &pools, &door, &reads)?;
        let bytes = Arc::new(PostgresPictures::new(pools.app.clone()));
        let avatars = Arc::new(PostgresAvatars::new(pools.app.clone()));
        let pictures = Pictures::new(bytes, avatars, door.clone());
        Ok(Self {
            foundation,
            store,
            door,
            access,
            reads,
            feed,
            runs,
            scheduler,
            webhooks,
            pictures,
            standings,
        })
    }

    /// The database under it.
    pub fn foundation(&self) -> &Foundation {
        &self.foundation
    }

    /// The only way in for writes.
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// Sign-in, sessions and keys.
    pub fn access(&self) -> &Arc<Access> {
        &self.access
    }

    /// The read models.
    pub fn reads(&self) -> &Reads {
        &self.reads
    }

    /// The log in order.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// The billing runs that this process conducts.
    pub fn runs(&self) -> &Runner {
        &self.runs
    }

    /// What sellers have done by themselves.
    pub fn scheduler(&self) -> &Scheduler {
        &self.scheduler
    }

    /// Webhook endpoints as they are told.
    pub fn webhooks(&self) -> &Webhooks {
        &self.webhooks
    }

    /// The pictures of sellers.
    pub fn pictures(&self) -> &Pictures {
        &self.pictures
    }

    /// Begins to tell webhook endpoints what happens.
    pub fn deliver_webhooks(&self, background: &mut Background) {
        let deliverer = Deliverer {
            webhooks: self.webhooks.clone(),
            reads: self.reads.clone(),
            feed: self.feed.clone(),
            pool: self.foundation.pools().feed.clone(),
        };
        background.add(Some(tokio::spawn(deliverer.run(background.stopping()))));
    }

    /// Begins to send the mail that waits.
    pub fn send_mail(&self, background: &mut Background) {
        let sending = mail::run(Arc::clone(&self.access), background.stopping());
        background.add(Some(tokio::spawn(sending)));
    }

    /// Begins to do what sellers have done by themselves.
    pub fn work_schedules(&self, background: &mut Background) {
        let pool = self.foundation.pools().feed.clone();
        let work = schedules::run(self.scheduler.clone(), pool, background.stopping());
        background.add(Some(tokio::spawn(work)));
    }

    /// Takes up the billing runs that a process which died left behind.
    pub fn take_up_runs(&self, background: &mut Background) {
        let (reads, runs) = (self.reads.clone(), self.runs.clone());
        let (feed, pool) = (self.feed.clone(), self.foundation.pools().feed.clone());
        let stopping = background.stopping();
        background.add(Some(tokio::spawn(async move {
            let left = LeftBehind { reads, feed, pool };
            tokio::select! {
                () = left.hand_to(&runs) => {}
                () = stopped(stopping) => {}
            }
        })));
    }

    /// Adds somebody who may do everything at a seller, on the word of whoever runs the program.
    ///
    /// # Errors
    /// A field breaks a rule, or the address belongs to somebody.
    pub async fn make_admin(
        &self,
        tenant: TenantId,
        profile: StaffProfile,
        password: &Secret,
    ) -> Result<StaffId, AccessError> {
        self.access.add_admin(tenant, profile, password).await
    }

    /// Every seller and its name, oldest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn tenants(&self) -> Result<Vec<(TenantId, String)>, Stop> {
        let ids: Vec<Uuid> = sqlx::query_scalar(
            "select aggregate_id from streams where aggregate_type = 'tenant' order by 1",
        )
        .fetch_all(&self.foundation.pools().feed)
        .await
        .map_err(Stop::unavailable)?;
        let mut tenants = Vec::with_capacity(ids.len());
        for id in ids.into_iter().map(TenantId::new) {
            let settings = self.door.settings(id).await.map_err(Stop::from_app)?;
            tenants.push((id, settings.name.clone()));
        }
        Ok(tenants)
    }

    /// Starts what follows the log.
    pub fn follow(&self) -> Background {
        let mut background = Background::default();
        let pools = self.foundation.pools();
        let follower = Follower::new(pools.feed.clone(), self.feed.clone());
        background::follow_log(&mut background, &pools.owner, &follower, &self.standings);
        background
    }

    /// What the pages may ask of this node while it runs.
    pub fn operations(&self, background: &mut Background, trust: Trust) -> Arc<NodeOperations> {
        let pools = self.foundation.pools().clone();
        let clock = Arc::clone(self.door.clock());
        let (operations, watching) =
            NodeOperations::new(pools, self.feed.clone(), trust, clock, background.stopping());
        background.add(Some(watching));
        Arc::new(operations)
    }

    /// Signs checkpoints beside the followers.
    ///
    /// # Errors
    /// The signing key cannot be read or made.
    pub fn sign_checkpoints(
        &self,
        context: &Context,
        background: &mut Background,
    ) -> Result<(), Stop> {
        let (keys, seconds) = (&context.config.keys, context.config.log.checkpoint_seconds);
        if seconds == 0 {
            return Ok(());
        }
        let path = keys.signing_file(&context.data);
        make_key_folder(&path).map_err(Stop::unavailable)?;
        let checkpoints = Checkpoints {
            feed: self.feed.clone(),
            pool: self.foundation.pools().feed.clone(),
            key: AnchorKey::open_or_create(&path).map_err(Stop::unavailable)?,
            sink: FileSink::new(keys.checkpoints_file(&context.data)),
            every: Duration::from_secs(seconds),
            clock: Arc::clone(self.door.clock()),
        };
        background.add(Some(tokio::spawn(checkpoints.run(background.stopping()))));
        Ok(())
    }

    /// Ends a node that nothing follows.
    pub async fn close_idle(self) {
        self.close(Background::default()).await;
    }

    /// Ends everything in order: writers drain, then what follows the log, then the database.
    pub async fn close(self, background: Background) {
        let Self {
            foundation, store, feed, door, access, reads, runs, scheduler, pictures, ..
        } = self;
        runs.end();
        store.close().await;
        background.end().await;
        // What still holds connections goes before the pools are closed.
        drop((feed, door, access, reads, runs, scheduler, pictures));
        foundation.close().await;
    }
}

fn webhooks_of(
    context: &Context,
    pools: &Pools,
    door: &Door,
    reads: &Reads,
) -> Result<Webhooks, Stop> {
    let channel = if context.config.webhooks.allow_private_addresses_for_tests {
        HttpsChannel::to_private_addresses_for_tests()
    } else {
        HttpsChannel::try_new()
    };
    Ok(Webhooks::new(WebhookParts {
        door: door.clone(),
        reads: reads.clone(),
        channel: Arc::new(channel.map_err(Stop::unavailable)?),
        deliveries: Arc::new(PostgresWebhookDeliveries::new(pools.app.clone())),
        process: format!("{}/{}", std::process::id(), Uuid::new_v4().simple()),
    }))
}

async fn open_store(
    context: &Context,
    foundation: &Foundation,
    clock: &Arc<dyn Clock>,
) -> Result<Store, Stop> {
    let settings = &context.config.log;
    let options = StoreOptions {
        queue: settings.queue,
        max_batch: settings.max_batch,
        writers: settings.writers,
        cache_bytes: settings.cache_mib << 20,
        ..StoreOptions::new(foundation.connect_options().clone())
    };
    let kinds = kinds();
    Store::open(options, kinds, Arc::clone(clock)).await.map_err(Stop::unavailable)
}

/// Opens the key that wraps all others; a new one is made only where there is nothing to unwrap.
async fn open_kek(files: KeyFiles, owner: &PgPool) -> Result<KeyEncryption, Stop> {
    let path = &files.wrapping;
    if !path.exists() {
        let held = "select exists (select 1 from subject_keys where wrapped is not null)";
        if sqlx::query_scalar(held).fetch_one(owner).await.map_err(Stop::unavailable)? {
            return Err(Stop::unavailable(anyhow::anyhow!(
                "the key file {} is missing, and the database holds keys that only it opens: \
                 restore it, or name it in keys.key_encryption_file",
                path.display()
            )));
        }
    }
    make_key_folder(path).map_err(Stop::unavailable)?;
    KeyEncryption::open(files).map_err(Stop::unavailable)
}

/// Keys lie in a folder that only we may enter.
pub(super) fn make_key_folder(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) else { return Ok(()) };
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("cannot make the folder of keys {}", folder.display()))
}

/// Who may come in, over the tables of the database.
fn access_of(
    context: &Context,
    pools: &Pools,
    vault: Arc<Vault>,
    door: &Door,
    clock: Arc<dyn Clock>,
) -> Result<Arc<Access>, Stop> {
    Ok(Arc::new(Access::new(AccessParts {
        staff: Arc::new(PostgresStaff::new(pools.app.clone())),
        clients: Arc::new(PostgresClientAccounts::new(pools.app.clone())),
        sessions: Arc::new(PostgresSessions::new(pools.app.clone())),
        api_keys: Arc::new(PostgresApiKeys::new(pools.app.clone())),
        refresh_tokens: Arc::new(PostgresRefreshTokens::new(pools.app.clone())),
        reset_codes: Arc::new(PostgresResetCodes::new(pools.app.clone())),
        second_factors: Arc::new(PostgresSecondFactors::new(pools.app.clone())),
        address_codes: Arc::new(PostgresAddressCodes::new(pools.app.clone())),
        providers: identity::providers(context).map_err(Stop::unavailable)?,
        provider_links: Arc::new(PostgresProviderLinks::new(pools.app.clone())),
        only_by_provider: context.config.identity.only_by_provider,
        passkeys: Arc::new(PostgresPasskeys::new(pools.app.clone())),
        passkey_site: identity::passkey_site(&context.config.http),
        failures: Arc::new(PostgresSignInFailures::new(pools.app.clone())),
        spent_challenges: Arc::new(PostgresSpentChallenges::new(pools.app.clone())),
        mail: mail::parts(context, pools.app.clone()).map_err(Stop::unavailable)?,
        passwords: Arc::new(Passwords::new()),
        vault,
        door: door.clone(),
        clock,
    })))
}
