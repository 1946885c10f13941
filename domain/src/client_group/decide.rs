//! What may happen to a group of clients in which state.

use rust_decimal::Decimal;

use crate::client_group::{
    ClientGroup, ClientGroupCommand, ClientGroupEvent, ClientGroupRefusal, GroupPricing,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_key, check_line};
use crate::kernel::{Aggregate, ClientId, Invalid, Issued, Percent};

/// How many clients one group holds.
const MEMBER_LIMIT: usize = 100_000;

impl Aggregate for ClientGroup {
    const TYPE: &'static str = "client_group";
    type Command = ClientGroupCommand;
    type Event = ClientGroupEvent;
    type Refusal = ClientGroupRefusal;

    fn decide(&self, ask: &Issued<ClientGroupCommand>) -> Decision {
        use ClientGroupCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Create { code, name }) => create(code, name),
            (Self::Absent, _) => Err(ClientGroupRefusal::Absent),
            (Self::Created(group), Ask::Create { code, name }) => create_again(group, code, name),
            (Self::Created(group), Ask::SetDiscount { discount }) => set_discount(group, *discount),
            (Self::Created(group), Ask::SetPriceTier { tier }) => {
                set_price_tier(group, tier.as_deref())
            }
            (Self::Created(group), Ask::AddMember { client_id }) => add(group, *client_id),
            (Self::Created(group), Ask::RemoveMember { client_id }) => remove(group, *client_id),
        }
    }

    fn apply(&mut self, event: &ClientGroupEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let members = self.pricing().map_or(0, |group| group.members.len());
        size_of::<Self>().saturating_add(members.saturating_mul(size_of::<ClientId>()))
    }
}

bridge_to_cqrs_es!(ClientGroup);

type Decision = Result<Vec<ClientGroupEvent>, ClientGroupRefusal>;

fn create(code: &str, name: &str) -> Decision {
    Invalid::gather([check_key("code", code), check_line("name", name, 200)])?;
    Ok(vec![ClientGroupEvent::Created { code: code.to_owned(), name: name.to_owned() }])
}

fn create_again(group: &GroupPricing, code: &str, name: &str) -> Decision {
    if group.code == code && group.name == name {
        return Ok(Vec::new());
    }
    Err(ClientGroupRefusal::AlreadyCreated { code: group.code.clone() })
}

fn set_discount(group: &GroupPricing, discount: Percent) -> Decision {
    if discount.value() > Decimal::ONE_HUNDRED {
        return Err(ClientGroupRefusal::TooMuchOff { discount });
    }
    if group.discount == discount {
        return Ok(Vec::new());
    }
    Ok(vec![ClientGroupEvent::DiscountSet { discount }])
}

fn set_price_tier(group: &GroupPricing, tier: Option<&str>) -> Decision {
    tier.map_or(Ok(()), |tier| check_key("tier", tier))?;
    if group.tier.as_deref() == tier {
        return Ok(Vec::new());
    }
    Ok(vec![ClientGroupEvent::PriceTierSet { tier: tier.map(str::to_owned) }])
}

fn add(group: &GroupPricing, client_id: ClientId) -> Decision {
    if group.members.contains(&client_id) {
        return Ok(Vec::new());
    }
    if group.members.len() >= MEMBER_LIMIT {
        return Err(ClientGroupRefusal::Full { limit: MEMBER_LIMIT });
    }
    Ok(vec![ClientGroupEvent::ClientJoined { client_id }])
}

fn remove(group: &GroupPricing, client_id: ClientId) -> Decision {
    if !group.members.contains(&client_id) {
        return Err(ClientGroupRefusal::NotMember { client_id });
    }
    Ok(vec![ClientGroupEvent::ClientLeft { client_id }])
}
