//! Which groups of clients are there, and who is in them? Asked by whoever decides on prices
//! (PRD-10).
//!
//! Guarantees that a client is in one group at most. Absent on purpose: what members pay, which
//! the catalogue and the domain say.

use billfold_domain::client_group::ClientGroupEvent;
use billfold_domain::kernel::{ClientGroupId, ClientId, TenantId};
use billfold_domain::schema::Event;
use chrono::{DateTime, Utc};

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Order, Sorted};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection};
use crate::reader::{Answer, Reads};
use crate::row::row;
use crate::table::{Replaced, Table, Tables};

row! {
    /// One group.
    pub struct ClientGroupRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The group.
            client_group_id: ClientGroupId,
        }
        replaced {
            /// Unique name for machines.
            code: String,
            /// Name for people.
            name: String,
            /// What members pay less: percent, as text.
            discount: String,
            /// Whose prices members pay; nothing for the list price.
            tier: Option<String>,
            /// How many clients are in it.
            members: i64,
            /// When the log last heard of it.
            changed_at: DateTime<Utc>,
        }
    }
    index "(tenant_id, code, client_group_id)";
}

row! {
    /// A client that is in a group, or was.
    pub struct MemberRow in "members" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The client.
            client_id: ClientId,
        }
        replaced {
            /// Which group; nothing once the client left.
            client_group_id: Option<ClientGroupId>,
            /// Since when.
            since: DateTime<Utc>,
        }
    }
    index "(tenant_id, client_group_id, client_id)";
}

/// The projection.
#[derive(Debug)]
pub struct ClientGroupList;

/// Its tables.
#[derive(Debug, Default)]
pub struct ClientGroupTables {
    groups: Replaced<ClientGroupRow>,
    members: Replaced<MemberRow>,
}

impl Tables for ClientGroupTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.groups, &mut self.members]
    }
}

impl ClientGroupTables {
    fn change(
        &mut self,
        fact: &Fact<'_>,
        change: impl Fn(&mut ClientGroupRow),
    ) -> Result<(), FoldError> {
        let key = (fact.tenant(), ClientGroupId::new(fact.aggregate_id));
        self.groups.change(key, fact.position, |row| {
            change(row);
            row.changed_at = fact.recorded_at;
            Ok(())
        })
    }

    fn put(&mut self, fact: &Fact<'_>, client_id: ClientId, group: Option<ClientGroupId>) {
        self.members.put(MemberRow {
            tenant_id: fact.tenant(),
            client_id,
            client_group_id: group,
            since: fact.recorded_at,
            last_position: fact.position,
        });
    }
}

impl Projection for ClientGroupList {
    const NAME: &'static str = "client_group_list";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &["client_group"];
    type Rows = ClientGroupTables;

    fn apply(rows: &mut ClientGroupTables, fact: &Fact<'_>) -> Result<(), FoldError> {
        let Event::ClientGroup(event) = fact.event()? else { return Ok(()) };
        match event {
            ClientGroupEvent::Created { code, name } => rows.groups.put(ClientGroupRow {
                tenant_id: fact.tenant(),
                client_group_id: ClientGroupId::new(fact.aggregate_id),
                code: code.clone(),
                name: name.clone(),
                discount: "0".to_owned(),
                tier: None,
                members: 0,
                changed_at: fact.recorded_at,
                last_position: fact.position,
            }),
            ClientGroupEvent::DiscountSet { discount } => {
                rows.change(fact, |row| row.discount = discount.to_string())?;
            }
            ClientGroupEvent::PriceTierSet { tier } => {
                rows.change(fact, |row| row.tier.clone_from(tier))?;
            }
            ClientGroupEvent::ClientJoined { client_id } => {
                rows.put(fact, *client_id, Some(ClientGroupId::new(fact.aggregate_id)));
                rows.change(fact, |row| row.members += 1)?;
            }
            ClientGroupEvent::ClientLeft { client_id } => {
                rows.put(fact, *client_id, None);
                rows.change(fact, |row| row.members -= 1)?;
            }
        }
        Ok(())
    }
}

/// Groups by code.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    wanted: &Wanted,
) -> Result<Answer<Page<ClientGroupRow>>, Error> {
    let order = Order::Ascending;
    let sorted = Sorted { by: "code", sql_type: "text", id: "client_group_id", order };
    let query = sorted.select::<ClientGroupRow>(ClientGroupList::NAME, tenant);
    sorted.read(reads, tenant, ClientGroupList::NAME, query, wanted).await
}

/// The members of a group, by id.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn members(
    reads: &Reads,
    tenant: TenantId,
    group: ClientGroupId,
    wanted: &Wanted,
) -> Result<Answer<Page<MemberRow>>, Error> {
    let order = Order::Ascending;
    let sorted = Sorted { by: "client_id", sql_type: "uuid", id: "client_id", order };
    let mut query = sorted.select::<MemberRow>("client_group_list_members", tenant);
    query.push(" and client_group_id = ").push_bind(group.uuid());
    sorted.read(reads, tenant, ClientGroupList::NAME, query, wanted).await
}
