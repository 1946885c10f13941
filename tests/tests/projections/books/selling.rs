//! What is said about a product, and its prices for a tier: a product of each seller's. Its id is
//! of its own, so that what else happens stays as it is without it.

use billfold_domain::product::{
    Feature, NewPrice, OptionChoice, OptionKind, Presentation, Product, ProductCommand,
    ProductKind, ProductOption, Quota, QuotaKind, QuotaLimit,
};
use uuid::Uuid;

use super::{Books, Cycle, History, Money, ProductId, Step, currency};

impl Books {
    /// Every product there is.
    pub(crate) fn sold(&self) -> Vec<(ProductId, Product)> {
        let mut sold = self.products.clone();
        sold.extend(self.stocked.clone());
        sold
    }
}

impl History {
    /// Makes the product, or says something else about it.
    pub(super) fn sell(&mut self, seller: usize, step: Step) {
        let id = Uuid::from_u128(0x9d_0000 + seller as u128);
        let known = self.sellers[seller].stocked.clone();
        let mut state = known.map(|(_, state)| state).unwrap_or_default();
        let command = match (&state, step.which / 2 % 4) {
            (Product::Absent, _) => ProductCommand::Create {
                code: "stocked".to_owned(),
                name: "Stocked".to_owned(),
                kind: ProductKind::Hosting,
            },
            (_, 0) => ProductCommand::Describe(Presentation {
                description: format!("*{}*", step.amount),
                features: vec![Feature { key: "Disk".to_owned(), value: "10 GB".to_owned() }],
                featured: step.amount.is_multiple_of(2),
            }),
            (_, 1) => {
                let limit = QuotaLimit::AtMost(step.amount.into());
                ProductCommand::SetQuotas { quotas: vec![Quota { kind: QuotaKind::Emails, limit }] }
            }
            (_, 2) => ProductCommand::SetOptions { options: vec![asked(seller, step)] },
            _ => {
                let price = NewPrice {
                    cycle: Cycle::Months(1),
                    price: Money::try_new(step.amount.into(), currency(seller)).unwrap(),
                    setup_fee: None,
                    valid_from: self.today(seller),
                    trial_days: u32::from(step.amount % 30),
                };
                ProductCommand::SetTierPrice { tier: "gold".to_owned(), price }
            }
        };
        self.run(seller, id, &mut state, command);
        self.sellers[seller].stocked = Some((ProductId::new(id), state));
    }
}

fn asked(seller: usize, step: Step) -> ProductOption {
    let more = Money::try_new(step.amount.into(), currency(seller)).unwrap();
    let (key, label) = ("fra".to_owned(), "Frankfurt".to_owned());
    ProductOption {
        key: "location".to_owned(),
        label: "Where it stands".to_owned(),
        kind: OptionKind::Choice,
        required: true,
        choices: vec![OptionChoice { key, label, surcharges: vec![more] }],
    }
}
