//! Who are the clients, and what do they owe? Asked by staff, and by whoever looks up a client.
//!
//! Guarantees: contact details stay sealed as they lie in the log, and vanish from the list when a
//! client is erased; what a client owes is summed from postings. Absent on purpose: searching by
//! name, which would need names in clear; the application opens the newest clients to look through
//! them. A client is found by the blind index of the e-mail address, or by its id in the system it
//! was imported from.

use billfold_domain::affiliate::{AffiliateEvent, PayoutTo};
use billfold_domain::client::{ClientEvent, ContactCard};
use billfold_domain::credit_note::CreditNoteEvent;
use billfold_domain::gift_card::{Funding, GiftCardEvent, RedeemTo, Remainder};
use billfold_domain::invoice::InvoiceEvent;
use billfold_domain::kernel::{ClientId, Country, Currency, Money, Pii, StaffId, TenantId};
use billfold_domain::ledger::accounts::{
    CUSTOMER_CREDIT, DISPUTES, RECEIVABLE, REFUNDS_PAYABLE, UNAPPLIED_CASH,
};
use billfold_domain::payment::PaymentEvent;
use billfold_domain::schema::Event;
use billfold_event_store::OnError;
use chrono::{DateTime, Utc};

mod read;

pub use read::{Filter, Known, Sort, after, balances, by_reseller, counts, find, page, top};

use crate::fact::Fact;
use crate::projection::{FoldError, Projection, Proof};
use crate::row::cell::words;
use crate::row::{Json, row};
use crate::table::{Replaced, Summed, Table, Tables};

/// How a client stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClientStatus {
    /// May buy.
    Active,
    /// Nothing new is sold.
    Suspended,
    /// Left.
    Inactive,
    /// The keys to the contact details were destroyed.
    Erased,
}

words! {
    ClientStatus = "status of a client" {
        Active => "active",
        Suspended => "suspended",
        Inactive => "inactive",
        Erased => "erased",
    }
}

row! {
    /// One client.
    pub struct ClientRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The client.
            client_id: ClientId,
        }
        replaced {
            /// How the client stands.
            status: ClientStatus,
            /// What the client is billed in.
            currency: Currency,
            /// Where the client is.
            country: Option<Country>,
            /// Name and address, sealed; nothing once erased.
            contact: Option<Json<Pii<ContactCard>>>,
            /// Finds the client by e-mail address.
            email_index: Option<String>,
            /// The system the client was imported from.
            origin_source: Option<String>,
            /// The client's id there.
            origin_id: Option<String>,
            /// The reseller who looks after the client.
            reseller_id: Option<StaffId>,
            /// When the log first heard of the client.
            registered_at: DateTime<Utc>,
            /// When the log last heard of the client.
            changed_at: DateTime<Utc>,
        }
    }
    index "(tenant_id, registered_at, client_id)";
    index "(tenant_id, email_index) where email_index is not null";
    index "(tenant_id, origin_source, origin_id) where origin_id is not null";
    index "(tenant_id, reseller_id, client_id) where reseller_id is not null";
}

row! {
    /// What happened between seller and client in one currency, in minor units.
    pub struct ClientBalanceRow in "balances" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The client.
            client_id: ClientId,
            /// Currency of the sums.
            currency: Currency,
        }
        summed {
            /// What the client owes.
            receivable: i64,
            /// What the client has in credit.
            credit: i64,
            /// Money of the client that nobody has matched yet.
            unapplied: i64,
            /// What the client's bank took back and is not decided; owed apart from the rest.
            disputed: i64,
            /// What was promised back and is not sent.
            refunds: i64,
            /// Ever invoiced, with tax.
            invoiced: i64,
            /// Ever taken back by credit notes, with tax.
            credited: i64,
            /// Ever given up.
            written_off: i64,
            /// Ever received.
            collected: i64,
            /// Ever sent back, or taken back by the client's bank and not won.
            returned: i64,
            /// Ever redeemed of gift cards, less what was bought of them on account.
            gift_cards: i64,
            /// Ever earned as an affiliate and made credit.
            commissions: i64,
            /// Number of invoices issued.
            invoices: i64,
            /// Number of payments received.
            payments: i64,
        }
    }
    index "(tenant_id, currency, receivable desc)";
    index "(tenant_id, currency, invoiced desc)";
}

/// The projection.
#[derive(Debug)]
pub struct ClientList;

/// Its tables.
#[derive(Debug, Default)]
pub struct ClientTables {
    clients: Replaced<ClientRow>,
    balances: Summed<ClientBalanceRow>,
}

impl Tables for ClientTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.clients, &mut self.balances]
    }
}

impl Projection for ClientList {
    const NAME: &'static str = "client_list";
    const VERSION: u32 = 5;
    const STREAMS: &'static [&'static str] =
        &["client", "invoice", "credit_note", "credit", "payment", "affiliate", "gift_card"];
    const ON_ERROR: OnError = OnError::Stop;
    const PROOFS: &'static [Proof] = &[Proof {
        rule: "what clients owe is what was billed less what was paid, redeemed and let off",
        violations: "select format('%s %s %s', tenant_id, client_id, currency) \
             from {client_list_balances} \
             where receivable + disputed - credit - unapplied - refunds \
                 <> invoiced - credited - collected - written_off + returned - commissions \
                 - gift_cards",
        reads_log: false,
    }];
    type Rows = ClientTables;

    fn apply(rows: &mut ClientTables, fact: &Fact<'_>) -> Result<(), FoldError> {
        match fact.event()? {
            Event::Client(event) => apply_client(&mut rows.clients, fact, event)?,
            Event::Invoice(event) => match event {
                InvoiceEvent::Issued(issued) => {
                    let mut sums = blank(fact, issued.client_id, issued.total.currency());
                    (sums.invoiced, sums.invoices) = (issued.total.minor(), 1);
                    rows.balances.add(sums)?;
                }
                InvoiceEvent::Voided(voided) => {
                    let mut sums = blank(fact, voided.client_id, voided.total.currency());
                    sums.credited = voided.total.minor();
                    rows.balances.add(sums)?;
                }
                InvoiceEvent::WrittenOff { amount, client_id, .. } => {
                    let mut sums = blank(fact, *client_id, amount.currency());
                    sums.written_off = amount.minor();
                    rows.balances.add(sums)?;
                }
                InvoiceEvent::Drafted { .. }
                | InvoiceEvent::LineAdded { .. }
                | InvoiceEvent::LineRemoved { .. }
                | InvoiceEvent::LineTaxed { .. }
                | InvoiceEvent::CouponApplied { .. }
                | InvoiceEvent::CouponTakenOff { .. }
                | InvoiceEvent::DueDateSet { .. }
                | InvoiceEvent::Discarded { .. }
                | InvoiceEvent::Settled { .. }
                | InvoiceEvent::PaymentApplied { .. }
                | InvoiceEvent::PaymentUnapplied { .. }
                | InvoiceEvent::CreditApplied { .. }
                | InvoiceEvent::CreditUnapplied { .. }
                | InvoiceEvent::CreditNoteApplied { .. } => {}
            },
            Event::Payment(event) => apply_payment(&mut rows.balances, fact, event)?,
            Event::CreditNote(CreditNoteEvent::Issued(note)) => {
                let mut sums = blank(fact, note.client_id, note.total.currency());
                sums.credited = note.total.minor();
                rows.balances.add(sums)?;
            }
            Event::GiftCard(event) => add_gift_card(&mut rows.balances, fact, event)?,
            Event::Affiliate(AffiliateEvent::PayoutSent {
                affiliate,
                amount,
                to: PayoutTo::CustomerCredit,
                ..
            }) => {
                let mut sums = blank(fact, *affiliate, amount.currency());
                sums.commissions = amount.minor();
                rows.balances.add(sums)?;
            }
            _ => {}
        }
        add_posting(&mut rows.balances, fact)
    }
}

/// Adds what came in and what went back.
fn apply_payment(
    balances: &mut Summed<ClientBalanceRow>,
    fact: &Fact<'_>,
    event: &PaymentEvent,
) -> Result<(), FoldError> {
    match event {
        PaymentEvent::Settled { client_id, amount, .. } => {
            let mut sums = blank(fact, *client_id, amount.currency());
            (sums.collected, sums.payments) = (amount.minor(), 1);
            balances.add(sums)?;
        }
        PaymentEvent::RefundSent { client_id, amount, .. }
        | PaymentEvent::DisputeOpened { client_id, amount, .. } => {
            let mut sums = blank(fact, *client_id, amount.currency());
            sums.returned = amount.minor();
            balances.add(sums)?;
        }
        PaymentEvent::DisputeWon { client_id, amount, .. } => {
            let mut sums = blank(fact, *client_id, amount.currency());
            sums.returned = amount.negate().minor();
            balances.add(sums)?;
        }
        PaymentEvent::Attempted { .. }
        | PaymentEvent::Declined { .. }
        | PaymentEvent::Allocated { .. }
        | PaymentEvent::Unallocated { .. }
        | PaymentEvent::RefundRequested { .. }
        | PaymentEvent::RefundFailed { .. }
        | PaymentEvent::DisputeLost { .. }
        | PaymentEvent::DisputeFeeCharged { .. } => {}
    }
    Ok(())
}

fn apply_client(
    clients: &mut Replaced<ClientRow>,
    fact: &Fact<'_>,
    event: &ClientEvent,
) -> Result<(), FoldError> {
    match event {
        ClientEvent::Registered { contact, email_index, country, currency, origin } => {
            clients.put(ClientRow {
                tenant_id: fact.tenant(),
                client_id: ClientId::new(fact.aggregate_id),
                status: ClientStatus::Active,
                currency: *currency,
                country: *country,
                contact: Some(Json(contact.clone())),
                email_index: email_index.as_ref().map(|index| index.as_str().to_owned()),
                origin_source: origin.as_ref().map(|origin| origin.source.clone()),
                origin_id: origin.as_ref().map(|origin| origin.id.clone()),
                reseller_id: None,
                registered_at: fact.recorded_at,
                changed_at: fact.recorded_at,
                last_position: fact.position,
            });
            Ok(())
        }
        ClientEvent::ContactChanged { contact, email_index, country, .. } => {
            change(clients, fact, |row| {
                row.contact = Some(Json(contact.clone()));
                row.email_index = email_index.as_ref().map(|index| index.as_str().to_owned());
                row.country = *country;
            })
        }
        ClientEvent::BillingSet { .. }
        | ClientEvent::TaxFactsSet { .. }
        | ClientEvent::ContactAdded { .. }
        | ClientEvent::ContactRevised { .. }
        | ClientEvent::ContactRemoved { .. }
        | ClientEvent::NoteAdded { .. }
        | ClientEvent::NoteRemoved { .. }
        | ClientEvent::CustomFieldsSet { .. }
        | ClientEvent::AvatarSet { .. } => change(clients, fact, |_| {}),
        ClientEvent::Entrusted { reseller } => {
            change(clients, fact, |row| row.reseller_id = Some(*reseller))
        }
        ClientEvent::WithdrawnFromReseller { .. } => {
            change(clients, fact, |row| row.reseller_id = None)
        }
        ClientEvent::Suspended { .. } => {
            change(clients, fact, |row| row.status = ClientStatus::Suspended)
        }
        ClientEvent::Deactivated { .. } => {
            change(clients, fact, |row| row.status = ClientStatus::Inactive)
        }
        ClientEvent::Activated {} => change(clients, fact, |row| row.status = ClientStatus::Active),
        ClientEvent::Erased { .. } => change(clients, fact, |row| {
            row.status = ClientStatus::Erased;
            row.contact = None;
            row.reseller_id = None;
            row.email_index = None;
        }),
    }
}

fn change(
    clients: &mut Replaced<ClientRow>,
    fact: &Fact<'_>,
    change: impl FnOnce(&mut ClientRow),
) -> Result<(), FoldError> {
    let key = (fact.tenant(), ClientId::new(fact.aggregate_id));
    clients.change(key, fact.position, |row| {
        change(row);
        row.changed_at = fact.recorded_at;
        Ok(())
    })
}

/// Adds what a gift card gave a client, or was bought for on account.
fn add_gift_card(
    balances: &mut Summed<ClientBalanceRow>,
    fact: &Fact<'_>,
    event: &GiftCardEvent,
) -> Result<(), FoldError> {
    let of = |to: &RedeemTo| match to {
        RedeemTo::CustomerCredit { client_id } | RedeemTo::Invoice { client_id, .. } => *client_id,
    };
    let (client_id, gave) = match event {
        GiftCardEvent::Activated { value, funding: Funding::Receivable { client_id }, .. } => {
            (*client_id, value.negate())
        }
        GiftCardEvent::Redeemed { amount, to, .. } => (of(to), *amount),
        GiftCardEvent::RedemptionReversed { amount, to, .. } => (of(to), amount.negate()),
        GiftCardEvent::Cancelled { left: Some(left), remainder, .. } => match remainder {
            Remainder::CustomerCredit { client_id } | Remainder::Refund { client_id } => {
                (*client_id, *left)
            }
        },
        GiftCardEvent::Issued { .. }
        | GiftCardEvent::Activated { funding: Funding::Gateway { .. }, .. }
        | GiftCardEvent::Expired { .. }
        | GiftCardEvent::Cancelled { left: None, .. } => return Ok(()),
    };
    let mut sums = blank(fact, client_id, gave.currency());
    sums.gift_cards = gave.minor();
    balances.add(sums)
}

/// Adds what the fact's posting moves on the accounts that are kept per client.
fn add_posting(balances: &mut Summed<ClientBalanceRow>, fact: &Fact<'_>) -> Result<(), FoldError> {
    let Some(posting) = fact.posting()? else { return Ok(()) };
    for entry in posting.entries() {
        let Some(client) = entry.party else { continue };
        let (owed, owing): (Money, Money) = (entry.signed(), entry.signed().negate());
        let mut sums = blank(fact, client, entry.amount.currency());
        if entry.account == RECEIVABLE {
            sums.receivable = owed.minor();
        } else if entry.account == CUSTOMER_CREDIT {
            sums.credit = owing.minor();
        } else if entry.account == UNAPPLIED_CASH {
            sums.unapplied = owing.minor();
        } else if entry.account == DISPUTES {
            sums.disputed = owed.minor();
        } else if entry.account == REFUNDS_PAYABLE {
            sums.refunds = owing.minor();
        }
        balances.add(sums)?;
    }
    Ok(())
}

fn blank(fact: &Fact<'_>, client_id: ClientId, currency: Currency) -> ClientBalanceRow {
    ClientBalanceRow {
        tenant_id: fact.tenant(),
        client_id,
        currency,
        receivable: 0,
        credit: 0,
        unapplied: 0,
        disputed: 0,
        refunds: 0,
        invoiced: 0,
        credited: 0,
        written_off: 0,
        collected: 0,
        returned: 0,
        gift_cards: 0,
        commissions: 0,
        invoices: 0,
        payments: 0,
        last_position: fact.position,
    }
}
