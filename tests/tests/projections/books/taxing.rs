//! Taxes and groups of clients: a rate and a group of each seller's. Their ids are of their own, so
//! that what else happens stays as it is without them.

use billfold_domain::client_group::{ClientGroup, ClientGroupCommand};
use billfold_domain::tax::{PriceMode, RateClass};
use billfold_domain::tax_rate::{DefineTaxRate, TaxIdentity, TaxRate, TaxRateCommand};
use chrono::Days;
use uuid::Uuid;

use super::{Country, History, Step};

impl History {
    /// Defines the rate or sets another one; makes the group, or changes it and who is in it.
    pub(super) fn tax(&mut self, seller: usize, pick: usize, step: Step) {
        self.set_rate(seller, step);
        self.group(seller, pick, step);
    }

    fn set_rate(&mut self, seller: usize, step: Step) {
        let id = Uuid::from_u128(0x7a_0000 + seller as u128);
        let mut state = self.sellers[seller].rate.clone();
        let (today, rate) = (self.today(seller), (step.amount % 30).to_string().parse().unwrap());
        let command = match (&state, step.which % 8) {
            (TaxRate::Absent, _) => TaxRateCommand::Define(DefineTaxRate {
                tax: TaxIdentity {
                    country: Country::parse("DE").unwrap(),
                    region: None,
                    class: RateClass::Standard,
                    code: "vat".to_owned(),
                    turn: 1,
                    compound: false,
                    prices: PriceMode::Exclusive,
                },
                rate,
                valid_from: today,
                valid_to: None,
            }),
            (_, 0 | 1) => TaxRateCommand::Retire { from: today + Days::new(3) },
            (_, which) => {
                let valid_to = which.is_multiple_of(2).then(|| today + Days::new(40));
                TaxRateCommand::SetRate { rate, valid_from: today + Days::new(9), valid_to }
            }
        };
        self.run(seller, id, &mut state, command);
        self.sellers[seller].rate = state;
    }

    fn group(&mut self, seller: usize, pick: usize, step: Step) {
        let id = Uuid::from_u128(0x6a_0000 + seller as u128);
        let mut state = self.sellers[seller].group.clone();
        let client = self.client(seller, pick);
        let command = match (&state, client, step.which % 8) {
            (ClientGroup::Absent, ..) => ClientGroupCommand::Create {
                code: "resellers".to_owned(),
                name: "Resellers".to_owned(),
            },
            (_, _, 0 | 1) => {
                let discount = (step.amount % 100).to_string().parse().unwrap();
                ClientGroupCommand::SetDiscount { discount }
            }
            (_, None, _) | (_, _, 2 | 3) => {
                let tier = step.amount.is_multiple_of(2).then(|| "gold".to_owned());
                ClientGroupCommand::SetPriceTier { tier }
            }
            (_, Some(client_id), 4 | 5) => ClientGroupCommand::RemoveMember { client_id },
            (_, Some(client_id), _) => ClientGroupCommand::AddMember { client_id },
        };
        self.run(seller, id, &mut state, command);
        self.sellers[seller].group = state;
    }
}
