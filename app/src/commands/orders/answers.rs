//! What is answered to the questions of a product (PRD-09).
//!
//! Guarantees that every answer fits its question, that nothing required is left out, and that a
//! text, which may be about a person, is sealed before it reaches an event.

use std::collections::HashMap;

use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::kernel::{ClientId, Currency, KeyClass, Money, Pii};
use billfold_domain::order::{Answer, Given};
use billfold_domain::product::{Listing, OptionKind, Product, Reply};
use serde::{Deserialize, Serialize};

use super::item::OrderedItem;
use crate::commands::clients::subject_of;
use crate::commands::{No, Room};
use crate::error::{Error, Kind, Refused};
use crate::vault::{Wanted, field};

/// One answer as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedAnswer {
    /// The option's name for machines.
    pub option: String,
    /// A text of at most 500 characters, a number, the key of a choice, or `yes` or `no`.
    pub answer: String,
}

/// The texts among the answers of an order, by item and answer.
#[derive(Clone, Debug, Default)]
pub(super) struct SealedTexts(HashMap<(usize, usize), Pii<String>>);

impl SealedTexts {
    /// Seals what the products ask as texts, as things stand.
    pub(super) async fn of(
        room: &Room<'_>,
        client_id: ClientId,
        items: &[OrderedItem],
    ) -> Result<Self, Error> {
        let mut texts = Vec::new();
        for (at, item) in items.iter().enumerate().filter(|(_, item)| !item.answers.is_empty()) {
            let Some(product_id) = item.product_id else { continue };
            let product = room.load::<Product>(product_id.uuid()).await?;
            let Some(listing) = product.state.0.listing() else { continue };
            for (no, asked) in item.answers.iter().enumerate() {
                let option = listing.options.iter().find(|option| option.key == asked.option);
                if option.is_some_and(|option| option.kind == OptionKind::Text) {
                    texts.push(((at, no), &asked.answer));
                }
            }
        }
        let client = room.load::<Client>(client_id.uuid()).await?;
        if texts.is_empty() || client.state.0.profile().is_none() {
            return Ok(Self::default());
        }
        let (subject, class) = (subject_of(client_id), KeyClass::Operational);
        let wanted = Wanted { subject, class, retain_until: None };
        let ring = room.vault().ring_to_seal(room.tenant, &[wanted], room.now).await?;
        if !ring.holds(subject, class) {
            return Err(Refused::of(&ClientRefusal::Erased).into());
        }
        let seal = |(place, text): ((usize, usize), &String)| {
            Ok((place, ring.seal(subject, class, field::ORDER_ANSWER, text)?))
        };
        Ok(Self(texts.into_iter().map(seal).collect::<Result<_, Error>>()?))
    }

    /// The answers of an item in the order of the questions, and what they cost more per piece.
    pub(super) fn answers(
        &self,
        listing: &Listing,
        at: usize,
        asked: &[AskedAnswer],
        currency: Currency,
    ) -> Result<(Vec<Answer>, Money), No> {
        let pointer = |no: usize| format!("/items/{at}/answers/{no}/option");
        for (no, answer) in asked.iter().enumerate() {
            if !listing.options.iter().any(|option| option.key == answer.option) {
                let detail = format!("{} does not ask this", listing.code);
                let refused = Refused::new("order.unknown_option", Kind::Malformed, detail);
                return Err(refused.at(&pointer(no)).into());
            }
            if asked.iter().take(no).any(|earlier| earlier.option == answer.option) {
                let detail = "another answer is to this option";
                let refused = Refused::new("order.answered_twice", Kind::Malformed, detail);
                return Err(refused.at(&pointer(no)).into());
            }
        }
        let (mut answers, mut more) = (Vec::with_capacity(asked.len()), Money::zero(currency));
        for option in &listing.options {
            let given = asked.iter().position(|answer| answer.option == option.key);
            let Some((no, answer)) = given.and_then(|no| Some((no, asked.get(no)?))) else {
                if option.required {
                    let detail = format!("answer `{}`: {}", option.key, option.label);
                    let refused = Refused::new("order.answer_missing", Kind::Malformed, detail);
                    return Err(refused.at(&format!("/items/{at}/answers")).into());
                }
                continue;
            };
            let under = format!("items/{at}/answers/{no}");
            let wrong = |invalid: billfold_domain::kernel::Invalid| {
                No::from(Refused::of(&invalid.under(&under)))
            };
            let given = match option.read(&answer.answer).map_err(wrong)? {
                // A product that asks otherwise since the plan was made has its text sealed next
                // time.
                Reply::Text(_) => Given::Text(self.0.get(&(at, no)).cloned().ok_or(No::Stale)?),
                Reply::Number(number) => Given::Number(number),
                Reply::YesNo(yes) => Given::YesNo(yes),
                Reply::Choice(choice) => {
                    let surcharge = choice.surcharge(currency).map_err(wrong)?;
                    more = more.checked_add(surcharge).map_err(|no| Refused::of(&no))?;
                    Given::Choice { key: choice.key.clone(), label: choice.label.clone() }
                }
            };
            answers.push(Answer::to(option, given));
        }
        Ok((answers, more))
    }
}
