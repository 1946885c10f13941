//! Does what dunning wants today of one client: opens cases, takes stages, asks for another try of
//! a declined payment, charges late fees, ends what is over.
//!
//! Guarantees: all of it is one append, decided against the invoices, payments and disputes of that
//! moment; asked again on the same day it does nothing more, in whatever process. What needs the
//! outside world is an event and nothing else. Absent on purpose: which clients are late, which the
//! caller knows.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::dunning::{
    DunningCase, DunningCaseCommand, DunningCaseEvent, DunningStrategy, StageAction, StopReason,
};
use billfold_domain::invoice::{Document, Invoice, InvoiceRefusal};
use billfold_domain::kernel::{
    Actor, Aggregate as _, ClientId, DunningCaseId, DunningStrategyId, InvoiceId, Issued, Money,
    ProductId, TenantId, Zone,
};
use billfold_domain::payment::Payment;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::chosen::{Chosen, chosen, held, holders, products, still_holds};
use super::facts::owed;
use super::late_fee::FeePaper;
use super::look::{Look, Seen};
use crate::commands::{Door, No, Plan, Room, Stored, Table, Touches, UseCase};
use crate::error::{Error, Refused};
use crate::ports::{ClientArrears, LateInvoice};

/// Look at what a client is late with, and do what is wanted today.
#[derive(Clone, Debug, Serialize)]
pub struct AdvanceDunning {
    /// Whose cases.
    pub client_id: ClientId,
    /// Only the case of this invoice; all of the client's unless given.
    pub invoice_id: Option<InvoiceId>,
    /// What the client is late with, if the caller has just read it.
    #[serde(skip)]
    pub arrears: Option<ClientArrears>,
}

/// What dunning did; cases that rest are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DunningAdvanced {
    /// Each case in which something happened.
    pub cases: Vec<CaseAdvanced>,
}

/// What happened in a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseAdvanced {
    /// The case.
    pub case_id: DunningCaseId,
    /// Its invoice.
    pub invoice_id: InvoiceId,
    /// Whether it began.
    pub opened: bool,
    /// The stage that was taken.
    pub stage: Option<StageTaken>,
    /// When a declined payment is to be tried again.
    pub retry_at: Option<DateTime<Utc>>,
    /// Whether the client is to give another way to pay.
    pub method_requested: bool,
    /// The invoice of the late fee.
    pub fee_invoice_id: Option<InvoiceId>,
    /// Why it ended, if it did.
    pub stopped: Option<StopReason>,
}

/// A stage that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageTaken {
    /// Its number in the strategy, from 1.
    pub no: u32,
    /// Its name.
    pub name: String,
    /// What it does.
    pub action: StageAction,
    /// The fee it charges.
    pub late_fee: Option<Money>,
}

#[async_trait]
impl UseCase for AdvanceDunning {
    const NAME: &'static str = "advance_dunning";
    type Answer = DunningAdvanced;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<DunningAdvanced>, Error> {
        let today = room.settings().await?.day_of(room.now);
        let arrears = match &self.arrears {
            Some(arrears) => Some(arrears.clone()),
            None => room.arrears().of_client(room.tenant, today, self.client_id).await?,
        };
        let client = self.client_id;
        self.must_be_there(room).await?;
        let mut touches = Touches::new(room.tenant).reads::<Client>(client.uuid());
        let Some(arrears) = arrears else {
            return Ok(touches.decide(|_| Ok(DunningAdvanced::default())));
        };
        let surroundings = Surroundings::of(room).await?;
        let outlook = Outlook::of(&Loader::Room(room), self, arrears, &surroundings).await?;
        let Outlook { late, cases: foreseen } = outlook;
        for part in &late {
            touches = part.touches(touches, client);
        }
        let charges = foreseen.iter().any(CaseAdvanced::charges);
        let paper = if charges {
            let ids = late.iter().map(|part| part.fee_id);
            let (named, paper) = FeePaper::lay_out(room, touches, client, ids).await?;
            touches = named;
            Some(paper)
        } else {
            None
        };
        let ask = Advancing { ask: self.clone(), late, paper };
        Ok(touches.decide(move |table| ask.advance(table)))
    }
}

/// What would happen at an instant, now or to come. Stores nothing.
///
/// # Errors
/// A rule would refuse it, or the database does not answer.
pub async fn foresee_dunning(
    door: &Door,
    tenant: TenantId,
    (actor, now): (&Actor, DateTime<Utc>),
    ask: &AdvanceDunning,
) -> Result<DunningAdvanced, Error> {
    let settings = door.settings(tenant).await?;
    let on = settings.day_of(now);
    let arrears = match &ask.arrears {
        Some(arrears) => Some(arrears.clone()),
        None => door.arrears().of_client(tenant, on, ask.client_id).await?,
    };
    let Some(arrears) = arrears else { return Ok(DunningAdvanced::default()) };
    let surroundings = Surroundings { tenant, actor, now, on, seller_zone: settings.zone() };
    let loader = Loader::Door(door, tenant);
    let outlook = Outlook::of(&loader, ask, arrears, &surroundings).await?;
    Ok(DunningAdvanced { cases: outlook.cases })
}

/// Where states come from while waiting is allowed.
enum Loader<'a> {
    Room(&'a Room<'a>),
    Door(&'a Door, TenantId),
}

impl Loader<'_> {
    async fn load<A: Stored>(&self, id: Uuid) -> Result<A, Error> {
        match self {
            Self::Room(room) => Ok(room.load::<A>(id).await?.state.0.clone()),
            Self::Door(door, tenant) => Ok(door.load::<A>(*tenant, id).await?.0),
        }
    }

    fn mint(&self) -> Uuid {
        match self {
            Self::Room(room) => room.mint(),
            Self::Door(door, _) => crate::mint::uuid_v7(door.clock().now()),
        }
    }

    async fn see(&self, late: &LateInvoice) -> Result<Seen, Error> {
        let invoice_id = late.invoice_id;
        let case_id = DunningCase::id_of(invoice_id).uuid();
        let mut payments = Vec::with_capacity(late.payments.len());
        for (payment, day) in &late.payments {
            payments.push((*day, self.load::<Payment>(payment.uuid()).await?));
        }
        let invoice = self.load::<Invoice>(invoice_id.uuid()).await?;
        let case = self.load::<DunningCase>(case_id).await?;
        Ok(Seen { invoice_id, invoice, case, payments })
    }
}

/// Who asks, when and where.
struct Surroundings<'a> {
    tenant: TenantId,
    actor: &'a Actor,
    now: DateTime<Utc>,
    on: NaiveDate,
    seller_zone: Zone,
}

impl<'a> Surroundings<'a> {
    async fn of(room: &'a Room<'_>) -> Result<Self, Error> {
        let settings = room.settings().await?;
        let on = settings.day_of(room.now);
        let (tenant, actor, now) = (room.tenant, room.actor, room.now);
        Ok(Self { tenant, actor, now, on, seller_zone: settings.zone() })
    }

    fn issued(&self, command: DunningCaseCommand) -> Issued<DunningCaseCommand> {
        let (tenant, actor, at) = (self.tenant, self.actor.clone(), self.now);
        Issued { command, tenant, actor, at, effective_on: self.on }
    }
}

/// One invoice of a client, as it was planned.
struct Late {
    seen: LateInvoice,
    products: Vec<ProductId>,
    /// The strategy that holds, if a case is to be opened.
    opens: Option<Option<DunningStrategyId>>,
    /// The id of the invoice of a fee, should one be charged.
    fee_id: InvoiceId,
}

impl Late {
    fn touches(&self, touches: Touches, client: ClientId) -> Touches {
        let invoice_id = self.seen.invoice_id;
        let mut touches = super::owed_invoice(touches, invoice_id);
        for (payment, _) in &self.seen.payments {
            touches = touches.reads::<Payment>(payment.uuid());
        }
        let Some(strategy) = self.opens else { return touches };
        if let Some(strategy) = strategy {
            touches = touches.reads::<DunningStrategy>(strategy.uuid());
        }
        holders(touches, client, &self.products)
    }
}

/// What a look at a client's invoices found.
struct Outlook {
    /// Each invoice, with what to name.
    late: Vec<Late>,
    /// What would happen.
    cases: Vec<CaseAdvanced>,
}

impl Outlook {
    /// Looks at each invoice as it is now.
    async fn of(
        loader: &Loader<'_>,
        ask: &AdvanceDunning,
        arrears: ClientArrears,
        at: &Surroundings<'_>,
    ) -> Result<Self, Error> {
        let client = loader.load::<Client>(ask.client_id.uuid()).await?;
        let zone = zone_of(&client, at.seller_zone);
        let ClientArrears { invoices, strategies, .. } = arrears;
        let mut seen = Vec::with_capacity(invoices.len());
        for late in &invoices {
            seen.push(loader.see(late).await?);
        }
        for one in &seen {
            ask.must_own(&one.invoice)?;
        }
        let owed = owed(seen.iter().map(|one| &one.invoice), at.on)?;
        let mut outlook = Self { late: Vec::new(), cases: Vec::new() };
        for (late, one) in invoices.into_iter().zip(seen) {
            let products = one.invoice.document().map(products).unwrap_or_default();
            let look = one.look(&owed, at.on).filter(|_| ask.wants(one.invoice_id));
            let mut opens = None;
            if let Some(look) = look {
                let mut strategy = None;
                if look.open {
                    let id = held(&strategies, ask.client_id, &products);
                    opens = Some(id);
                    let state = match id {
                        Some(id) => Some((id, loader.load::<DunningStrategy>(id.uuid()).await?)),
                        None => None,
                    };
                    let state = state.as_ref().map(|(id, state)| (*id, state));
                    strategy = Some(chosen(state, one.document()?)?);
                }
                outlook.cases.extend(foresee(&one, look, strategy, zone, at)?);
            }
            let fee_id = InvoiceId::new(loader.mint());
            outlook.late.push(Late { seen: late, products, opens, fee_id });
        }
        Ok(outlook)
    }
}

/// What would happen in one case.
fn foresee(
    seen: &Seen,
    look: Look,
    strategy: Option<Chosen>,
    zone: Zone,
    at: &Surroundings<'_>,
) -> Result<Option<CaseAdvanced>, Refused> {
    let mut case = seen.case.clone();
    let mut events = Vec::new();
    let facts = Box::new(look.facts);
    let mut commands = Vec::new();
    if let Some(strategy) = strategy {
        commands.push(DunningCaseCommand::Open(seen.new_case(strategy)?));
    }
    commands.push(DunningCaseCommand::Advance { facts, zone });
    for command in commands {
        let decided = case.decide(&at.issued(command)).map_err(|no| Refused::of(&no))?;
        decided.iter().for_each(|event| case.apply(event));
        events.extend(decided);
    }
    Ok(CaseAdvanced::of(seen.invoice_id, &events))
}

struct Advancing {
    ask: AdvanceDunning,
    late: Vec<Late>,
    paper: Option<FeePaper>,
}

impl Advancing {
    fn advance(&self, table: &mut Table<'_, '_>) -> Result<DunningAdvanced, No> {
        let seller_zone = table.settings()?.zone();
        let zone = zone_of(table.state::<Client>(self.ask.client_id.uuid())?, seller_zone);
        let mut seen = Vec::with_capacity(self.late.len());
        for late in &self.late {
            seen.push(see(table, &late.seen)?);
        }
        let on = table.today();
        let owed = owed(seen.iter().map(|one| &one.invoice), on)?;
        let mut cases = Vec::new();
        for (late, one) in self.late.iter().zip(&seen) {
            if !self.ask.wants(one.invoice_id) {
                continue;
            }
            let Some(look) = one.look(&owed, on) else { continue };
            cases.extend(self.act(table, late, one, look, zone)?);
        }
        Ok(DunningAdvanced { cases })
    }

    fn act(
        &self,
        table: &mut Table<'_, '_>,
        late: &Late,
        seen: &Seen,
        look: Look,
        zone: Zone,
    ) -> Result<Option<CaseAdvanced>, No> {
        let case_id = DunningCase::id_of(seen.invoice_id).uuid();
        let mut events = Vec::new();
        if look.open {
            // Nobody was to open it when this was planned, so no strategy was looked for.
            let strategy = late.opens.ok_or(No::Stale)?;
            still_holds(table, strategy, self.ask.client_id, &late.products)?;
            let state = match strategy {
                Some(id) => Some((id, table.state::<DunningStrategy>(id.uuid())?)),
                None => None,
            };
            let new = seen.new_case(chosen(state, seen.document()?)?)?;
            events.extend(table.decide::<DunningCase>(case_id, DunningCaseCommand::Open(new))?);
        }
        let facts = Box::new(look.facts);
        let advance = DunningCaseCommand::Advance { facts, zone };
        events.extend(table.decide::<DunningCase>(case_id, advance)?);
        let Some(mut advanced) = CaseAdvanced::of(seen.invoice_id, &events) else {
            return Ok(None);
        };
        if let Some(fee) = advanced.stage.as_ref().and_then(|stage| stage.late_fee) {
            let paper = self.paper.as_ref().ok_or(No::Stale)?;
            paper.issue(table, late.fee_id, fee, &seen.document()?.number)?;
            advanced.fee_invoice_id = Some(late.fee_id);
        }
        Ok(Some(advanced))
    }
}

fn see(table: &Table<'_, '_>, late: &LateInvoice) -> Result<Seen, No> {
    let invoice_id = late.invoice_id;
    let mut payments = Vec::with_capacity(late.payments.len());
    for (payment, day) in &late.payments {
        payments.push((*day, table.state::<Payment>(payment.uuid())?.clone()));
    }
    Ok(Seen {
        invoice_id,
        invoice: table.state::<Invoice>(invoice_id.uuid())?.clone(),
        case: table.state::<DunningCase>(DunningCase::id_of(invoice_id).uuid())?.clone(),
        payments,
    })
}

/// Where a client is; at the seller's place unless the client has one.
fn zone_of(client: &Client, seller: Zone) -> Zone {
    match client {
        Client::Active(profile) | Client::Suspended(profile) | Client::Inactive(profile) => {
            profile.billing.zone.unwrap_or(seller)
        }
        Client::Absent | Client::Erased => seller,
    }
}

impl AdvanceDunning {
    /// Refuses a client who is none, and an invoice that is not the client's.
    async fn must_be_there(&self, room: &Room<'_>) -> Result<(), Error> {
        if room.load::<Client>(self.client_id.uuid()).await?.state.0 == Client::Absent {
            return Err(Refused::of(&ClientRefusal::Absent).into());
        }
        match self.invoice_id {
            Some(id) => Ok(self.must_own(&room.load::<Invoice>(id.uuid()).await?.state.0)?),
            None => Ok(()),
        }
    }

    /// Refuses an invoice of another client as if there were none.
    fn must_own(&self, invoice: &Invoice) -> Result<(), Refused> {
        let own = |document: &&Document| document.client_id == self.client_id;
        let document = invoice.issued().map_err(|no| Refused::of(&no).at("/invoice_id"))?;
        let absent = || Refused::of(&InvoiceRefusal::Absent).at("/invoice_id");
        Some(document).filter(own).map(drop).ok_or_else(absent)
    }

    fn wants(&self, invoice_id: InvoiceId) -> bool {
        self.invoice_id.is_none_or(|only| only == invoice_id)
    }
}

impl CaseAdvanced {
    /// What events of one case say; nothing for none.
    fn of(invoice_id: InvoiceId, events: &[DunningCaseEvent]) -> Option<Self> {
        if events.is_empty() {
            return None;
        }
        let mut advanced = Self {
            case_id: DunningCase::id_of(invoice_id),
            invoice_id,
            opened: false,
            stage: None,
            retry_at: None,
            method_requested: false,
            fee_invoice_id: None,
            stopped: None,
        };
        for event in events {
            advanced.take(event);
        }
        Some(advanced)
    }

    fn take(&mut self, event: &DunningCaseEvent) {
        match event {
            DunningCaseEvent::Opened { .. } => self.opened = true,
            DunningCaseEvent::StepTaken { stage, name, action, late_fee, .. } => {
                let (no, name) = (*stage, name.clone());
                let (action, late_fee) = (*action, *late_fee);
                self.stage = Some(StageTaken { no, name, action, late_fee });
            }
            DunningCaseEvent::RetryRequested { at, .. } => self.retry_at = Some(*at),
            DunningCaseEvent::MethodRequested { .. } => self.method_requested = true,
            DunningCaseEvent::Stopped { reason, .. } => self.stopped = Some(reason.clone()),
            DunningCaseEvent::PromiseMade { .. }
            | DunningCaseEvent::PromiseBroken { .. }
            | DunningCaseEvent::PromiseReleased { .. }
            | DunningCaseEvent::Paused { .. }
            | DunningCaseEvent::Resumed { .. } => {}
        }
    }

    fn charges(&self) -> bool {
        self.stage.as_ref().is_some_and(|stage| stage.late_fee.is_some())
    }
}
