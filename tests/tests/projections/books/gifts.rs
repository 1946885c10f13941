//! Gift cards in the books: sold, redeemed into credit, put back, expired, cancelled. Their ids are
//! of their own, so that what else happens stays as it is without them.

use billfold_domain::credit::{CreditCommand, CreditSource, GrantCredit};
use billfold_domain::gift_card::{
    Funding, GiftCard, GiftCardCommand, GiftCardEvent, IssueGiftCard, RedeemTo, Remainder,
};
use billfold_domain::kernel::{BlindIndex, ClientId, GiftCardId, InvoiceId, Money};
use billfold_domain::schema::Event;
use chrono::Days;
use uuid::Uuid;

use super::{History, Step, currency};

impl History {
    pub(super) fn gift(&mut self, seller: usize, pick: usize, step: Step) {
        let Some(client_id) = self.client(seller, pick) else { return };
        let known = self.sellers[seller].gift_cards.len();
        if step.amount.is_multiple_of(3) || known == 0 {
            self.sell_card(seller, client_id, step);
            return;
        }
        let (id, mut card) = self.sellers[seller].gift_cards[pick % known].clone();
        let amount = Money::try_new(i64::from(step.amount) + 1, currency(seller)).unwrap();
        let reason = "asked for".to_owned();
        let before = self.events.len();
        let commands = match step.amount % 7 {
            0 | 3 => vec![GiftCardCommand::Expire],
            1 => {
                let remainder = Remainder::CustomerCredit { client_id };
                vec![GiftCardCommand::Cancel { reason, remainder }]
            }
            2 => {
                // An invoice that is not there after all: what it had is back on the card.
                let last = card.card().and_then(|card| card.redemptions.last());
                let no = last.map_or(1, |redemption| redemption.no + 1);
                let to = RedeemTo::Invoice { client_id, invoice_id: InvoiceId::new(id.uuid()) };
                let redeem = GiftCardCommand::Redeem { amount, to };
                vec![redeem, GiftCardCommand::Reverse { no, reason }]
            }
            _ => {
                let to = RedeemTo::CustomerCredit { client_id };
                vec![GiftCardCommand::Redeem { amount, to }]
            }
        };
        for command in commands {
            self.run(seller, id.uuid(), &mut card, command);
        }
        self.sellers[seller].gift_cards[pick % known].1 = card;
        let told: Vec<Event> = self.events[before..].iter().map(|one| one.event.clone()).collect();
        for event in told {
            self.grant_gift(seller, client_id, id, &event);
        }
    }

    fn sell_card(&mut self, seller: usize, client_id: ClientId, step: Step) {
        let count = self.sellers[seller].gift_cards.len() as u128;
        let id = 0x61f7_0000_0000 + ((seller as u128) << 32) + count;
        let id = GiftCardId::new(Uuid::from_u128(id));
        let mut card = GiftCard::default();
        let code = BlindIndex::try_new(id.uuid().simple().to_string()).unwrap();
        let value = Money::try_new(i64::from(step.amount) * 3 + 1, currency(seller)).unwrap();
        let expires_on = (!step.which.is_multiple_of(3))
            .then(|| self.today(seller) + Days::new(u64::from(step.other % 40)));
        let issue = IssueGiftCard { code, ending: "7K3Q".to_owned(), value, expires_on };
        self.run(seller, id.uuid(), &mut card, GiftCardCommand::Issue(issue));
        let funding = match step.other % 3 {
            0 => Funding::Receivable { client_id },
            _ => Funding::Gateway { gateway: "manual_bank".to_owned() },
        };
        self.run(seller, id.uuid(), &mut card, GiftCardCommand::Activate { funding });
        self.sellers[seller].gift_cards.push((id, card));
    }

    /// What left a card for a client's credit is granted there.
    fn grant_gift(&mut self, seller: usize, client_id: ClientId, id: GiftCardId, event: &Event) {
        let (amount, source) = match event {
            Event::GiftCard(GiftCardEvent::Redeemed {
                no,
                amount,
                to: RedeemTo::CustomerCredit { .. },
                ..
            }) => (*amount, CreditSource::GiftCard { gift_card_id: id, no: *no }),
            Event::GiftCard(GiftCardEvent::Cancelled { left: Some(left), .. }) => {
                (*left, CreditSource::CancelledGiftCard(id))
            }
            _ => return,
        };
        if amount.is_positive() {
            let grant = GrantCredit { client_id, amount, source, expires_on: None };
            self.of_credit(seller, client_id, CreditCommand::Grant(grant));
        }
    }
}
