//! What people are called: clients from their sealed contact, staff from their accounts, other
//! actors by their kind.
//!
//! Guarantees: names are opened for the tenant that asks, in one round trip for a whole list, and
//! never kept but for colleagues, for a minute. Absent on purpose: names in addresses, logs or
//! anything that is stored.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use billfold_app::commands::Door;
use billfold_app::commands::staff::colleagues;
use billfold_app::vault::field;
use billfold_domain::client::ContactCard;
use billfold_domain::kernel::{Actor, ApiKeyId, ClientId, Pii, StaffId, TenantId};
use billfold_domain::staff::StaffProfile;
use billfold_projections::client_list::{self, ClientRow, ClientStatus};
use billfold_projections::{Order, Reads, Wanted};

use crate::error::PageError;
use crate::layout::Person;
use crate::show::short_id;
use crate::visitor::Visitor;

/// How long colleagues' names are kept.
const KEPT: Duration = Duration::from_secs(60);

type Colleagues = Arc<HashMap<StaffId, Person>>;

/// Looks names up.
pub(crate) struct Names {
    door: Door,
    reads: Reads,
    staff: Mutex<HashMap<TenantId, (Instant, Colleagues)>>,
}

impl Names {
    pub(crate) fn new(door: Door, reads: Reads) -> Names {
        Names { door, reads, staff: Mutex::new(HashMap::new()) }
    }

    /// Everybody who may sign in at a seller.
    pub(crate) async fn colleagues(&self, tenant: TenantId) -> Result<Colleagues, PageError> {
        let known = self.kept(tenant);
        if let Some(known) = known {
            return Ok(known);
        }
        let people = colleagues(&self.door, tenant).await?.into_iter().filter_map(|colleague| {
            let staff_id = colleague.staff_id;
            let picture = colleague.pictured.then(|| format!("/admin/staff/{staff_id}/avatar"));
            let StaffProfile { name, email, .. } = colleague.profile.clear()?;
            Some((staff_id, Person { name, email, picture }))
        });
        let people: Colleagues = Arc::new(people.collect());
        let mut staff = self.staff.lock().unwrap_or_else(PoisonError::into_inner);
        staff.insert(tenant, (Instant::now(), Arc::clone(&people)));
        Ok(people)
    }

    /// A colleague, as the account menu shows them.
    pub(crate) async fn person(
        &self,
        tenant: TenantId,
        staff: Option<StaffId>,
    ) -> Result<Person, PageError> {
        let people = self.colleagues(tenant).await?;
        let person = staff.and_then(|staff| people.get(&staff).cloned());
        let nobody = || Person { name: "Staff".to_owned(), email: String::new(), picture: None };
        Ok(person.unwrap_or_else(nobody))
    }

    /// Who did something, for a list: a function from the stored actor to a name. Whoever looks
    /// after own clients only is told no colleague's name, as the API tells them none.
    pub(crate) async fn actors(&self, visitor: &Visitor) -> Result<Actors, PageError> {
        let people = self.colleagues(visitor.tenant()).await?;
        if !visitor.is_of_own_clients() {
            return Ok(Actors { people, others: "former colleague" });
        }
        let own = visitor.staff().and_then(|id| Some((id, people.get(&id)?.clone())));
        Ok(Actors { people: Arc::new(own.into_iter().collect()), others: "staff" })
    }

    /// The names of some clients.
    pub(crate) async fn clients(
        &self,
        tenant: TenantId,
        ids: impl IntoIterator<Item = ClientId>,
    ) -> Result<HashMap<ClientId, String>, PageError> {
        let mut among: Vec<ClientId> = ids.into_iter().collect();
        among.sort_unstable();
        among.dedup();
        if among.is_empty() {
            return Ok(HashMap::new());
        }
        let limit = u32::try_from(among.len()).unwrap_or(u32::MAX);
        let filter = client_list::Filter { among: Some(among), ..client_list::Filter::default() };
        let wanted = Wanted { limit, ..Wanted::default() };
        let order = Order::Ascending;
        let page = client_list::page(&self.reads, tenant, &filter, order, &wanted).await?;
        let names = self.of_rows(tenant, &page.value.rows).await?;
        Ok(page.value.rows.iter().map(|row| row.client_id).zip(names).collect())
    }

    /// The names of rows of the client list, in their order.
    pub(crate) async fn of_rows(
        &self,
        tenant: TenantId,
        rows: &[ClientRow],
    ) -> Result<Vec<String>, PageError> {
        let sealed: Vec<&Pii<ContactCard>> =
            rows.iter().filter_map(|row| row.contact.as_ref().map(|contact| &contact.0)).collect();
        let vault = self.door.vault();
        let mut opened = vault.open_all(tenant, field::CLIENT_CONTACT, &sealed).await?.into_iter();
        Ok(rows
            .iter()
            .map(|row| {
                let card = row.contact.as_ref().and_then(|_| opened.next()?.clear());
                card.map_or_else(|| nameless(row), |card| display_name(&card, row.client_id))
            })
            .collect())
    }

    /// The contact of one client; none once erased.
    pub(crate) async fn contact(
        &self,
        tenant: TenantId,
        row: &ClientRow,
    ) -> Result<Option<ContactCard>, PageError> {
        let Some(sealed) = &row.contact else { return Ok(None) };
        let opened = self.door.vault().open(tenant, field::CLIENT_CONTACT, &sealed.0).await?;
        Ok(opened.clear())
    }

    /// Asks anew who works at a seller, after somebody was added or changed, or has another
    /// picture.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.staff.lock().unwrap_or_else(PoisonError::into_inner).remove(&tenant);
    }

    fn kept(&self, tenant: TenantId) -> Option<Colleagues> {
        let staff = self.staff.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, people) = staff.get(&tenant)?;
        (since.elapsed() < KEPT).then(|| Arc::clone(people))
    }
}

/// What an account is headed by: the firm, else the person.
pub(crate) fn display_name(card: &ContactCard, id: ClientId) -> String {
    match &card.company {
        Some(company) if !company.is_empty() => company.clone(),
        _ if card.name.is_empty() => short_id(&id.to_string()),
        _ => card.name.clone(),
    }
}

fn nameless(row: &ClientRow) -> String {
    match row.status {
        ClientStatus::Erased => "Erased client".to_owned(),
        ClientStatus::Active | ClientStatus::Suspended | ClientStatus::Inactive => {
            short_id(&row.client_id.to_string())
        }
    }
}

/// From stored actors to names.
#[derive(Clone, Debug)]
pub(crate) struct Actors {
    people: Colleagues,
    /// What staff is called whose name is not told.
    others: &'static str,
}

impl Actors {
    /// What a stored actor such as `staff:<uuid>` is called.
    pub(crate) fn name(&self, actor: &str) -> String {
        let (kind, name) = actor.split_once(':').unwrap_or(("", actor));
        match kind {
            "staff" => {
                let id = name.parse().ok().map(StaffId::new);
                let person = id.and_then(|id| self.people.get(&id));
                person.map_or_else(|| self.others.to_owned(), |person| person.name.clone())
            }
            "key" => name.parse().map_or_else(
                |_| "API key".to_owned(),
                |id| format!("API key {}", short_id(&ApiKeyId::new(id).to_string())),
            ),
            "client" => "the client".to_owned(),
            "import" => format!("import of {name}"),
            "system" => format!("system, {}", name.replace('_', " ")),
            _ => name.to_owned(),
        }
    }

    /// Everybody who may sign in, as stored and by name, sorted by name.
    pub(crate) fn people(&self) -> Vec<(String, String)> {
        let one = |(id, person): (&StaffId, &Person)| {
            (Actor::Staff(*id).to_string(), person.name.clone())
        };
        let mut people: Vec<_> = self.people.iter().map(one).collect();
        people.sort_by(|a, b| a.1.cmp(&b.1));
        people
    }

    /// What kind of actor it is, in one word.
    pub(crate) fn kind(actor: &str) -> &'static str {
        match actor.split_once(':').map_or("", |(kind, _)| kind) {
            "staff" => "staff",
            "key" => "API key",
            "client" => "client",
            "import" => "import",
            _ => "system",
        }
    }
}
