//! What may happen to a gift card in which state.

use chrono::NaiveDate;

use crate::gift_card::{
    Card, CardRedemption, Funding, GiftCard, GiftCardCommand, GiftCardEvent, GiftCardRefusal,
    IssueGiftCard, RedeemTo, Remainder,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_key, check_line};
use crate::kernel::{Aggregate, Invalid, Issued, Money};

impl Aggregate for GiftCard {
    const TYPE: &'static str = "gift_card";
    type Command = GiftCardCommand;
    type Event = GiftCardEvent;
    type Refusal = GiftCardRefusal;

    fn decide(&self, ask: &Issued<GiftCardCommand>) -> Decision {
        use GiftCardCommand as Ask;
        let today = ask.effective_on;
        match (self, &ask.command) {
            (Self::Absent, Ask::Issue(new)) => issue(new, today),
            (Self::Absent, _) => Err(GiftCardRefusal::Absent),
            (known, Ask::Issue(new)) => issue_again(known, new),
            (Self::Issued(card), Ask::Activate { funding }) => activate(card, funding, today),
            (Self::Active(card), Ask::Activate { funding }) => activate_again(card, funding),
            (Self::Active(card), Ask::Redeem { amount, to }) => redeem(card, *amount, *to, today),
            (Self::Active(card), Ask::Reverse { no, reason }) => reverse(card, *no, reason, today),
            (Self::Active(card), Ask::Expire) => expire(card, today),
            (Self::Issued(_), Ask::Cancel { reason, remainder }) => {
                cancel(None, reason, *remainder, today)
            }
            (Self::Active(card), Ask::Cancel { reason, remainder }) => {
                cancel(Some(card.balance), reason, *remainder, today)
            }
            (Self::Expired(_), Ask::Expire) | (Self::Cancelled(_), Ask::Cancel { .. }) => {
                Ok(Vec::new())
            }
            (Self::Issued(_), Ask::Redeem { .. } | Ask::Reverse { .. } | Ask::Expire) => {
                Err(GiftCardRefusal::NotActive)
            }
            (Self::Expired(_), _) => Err(GiftCardRefusal::Expired),
            (Self::Cancelled(_), _) => Err(GiftCardRefusal::Cancelled),
        }
    }

    fn apply(&mut self, event: &GiftCardEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let redemptions = self.card().map_or(0, |card| size_of_val(card.redemptions.as_slice()));
        size_of::<Self>().saturating_add(redemptions)
    }
}

bridge_to_cqrs_es!(GiftCard);

type Decision = Result<Vec<GiftCardEvent>, GiftCardRefusal>;

fn issue(new: &IssueGiftCard, today: NaiveDate) -> Decision {
    if !new.value.is_positive() {
        return Err(GiftCardRefusal::NotPositive);
    }
    if let Some(expires_on) = new.expires_on.filter(|last| *last < today) {
        return Err(GiftCardRefusal::ExpiresInPast { expires_on, today });
    }
    let four = new.ending.chars().count() == 4;
    if !four || !new.ending.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let detail = "must be the last four letters or digits of the code";
        return Err(Invalid::one("ending", "gift_card.ending_malformed", detail).into());
    }
    let IssueGiftCard { code, ending, value, expires_on } = new.clone();
    Ok(vec![GiftCardEvent::Issued { code, ending: Some(ending), value, expires_on }])
}

fn issue_again(known: &GiftCard, new: &IssueGiftCard) -> Decision {
    let same = known.card().is_some_and(|card| {
        (&card.code, card.value, card.expires_on) == (&new.code, new.value, new.expires_on)
    });
    if same { Ok(Vec::new()) } else { Err(GiftCardRefusal::AlreadyIssued) }
}

fn activate(card: &Card, funding: &Funding, today: NaiveDate) -> Decision {
    if let Funding::Gateway { gateway } = funding {
        check_key("funding/gateway", gateway)?;
    }
    check_not_over(card, today)?;
    Ok(vec![GiftCardEvent::Activated { value: card.value, funding: funding.clone(), on: today }])
}

/// A card is sold once; the same sale reported again changes nothing.
fn activate_again(card: &Card, funding: &Funding) -> Decision {
    if card.funding.as_ref() == Some(funding) {
        return Ok(Vec::new());
    }
    Err(GiftCardRefusal::AlreadyActive)
}

fn redeem(card: &Card, amount: Money, to: RedeemTo, today: NaiveDate) -> Decision {
    if !amount.is_positive() {
        return Err(GiftCardRefusal::NotPositive);
    }
    check_not_over(card, today)?;
    let left = card.balance.checked_sub(amount)?;
    if left.is_negative() {
        return Err(GiftCardRefusal::MoreThanLeft { amount, left: card.balance });
    }
    let last = card.redemptions.last().map_or(0, |redemption| redemption.no);
    let no = last.saturating_add(1);
    Ok(vec![GiftCardEvent::Redeemed { no, amount, to, left, on: today }])
}

fn reverse(card: &Card, no: u32, reason: &str, today: NaiveDate) -> Decision {
    check_line("reason", reason, 500)?;
    let redemption = card.redemptions.iter().find(|redemption| redemption.no == no);
    let redemption = redemption.ok_or(GiftCardRefusal::NoSuchRedemption { no })?;
    if redemption.reversed {
        return Ok(Vec::new());
    }
    let CardRedemption { no, amount, to, reversed: _ } = *redemption;
    let left = card.balance.checked_add(amount)?;
    let reason = reason.to_owned();
    Ok(vec![GiftCardEvent::RedemptionReversed { no, amount, to, left, reason, on: today }])
}

fn expire(card: &Card, today: NaiveDate) -> Decision {
    if check_not_over(card, today).is_ok() {
        return Err(GiftCardRefusal::StillGood { expires_on: card.expires_on });
    }
    Ok(vec![GiftCardEvent::Expired { left: card.balance, on: today }])
}

fn cancel(left: Option<Money>, reason: &str, remainder: Remainder, today: NaiveDate) -> Decision {
    check_line("reason", reason, 500)?;
    let reason = reason.to_owned();
    Ok(vec![GiftCardEvent::Cancelled { left, remainder, reason, on: today }])
}

/// Refuses a day after the last one, whether the card was marked as expired or not.
fn check_not_over(card: &Card, today: NaiveDate) -> Result<(), GiftCardRefusal> {
    match card.expires_on.filter(|last| *last < today) {
        Some(_) => Err(GiftCardRefusal::Expired),
        None => Ok(()),
    }
}
