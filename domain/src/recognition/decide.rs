//! What may happen when revenue is to be recognised.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::{Aggregate, Invalid, Issued, Money};
use crate::recognition::{
    Earned, Recognition, RecognitionCommand, RecognitionEvent, RecognitionRefusal,
};

impl Aggregate for Recognition {
    const TYPE: &'static str = "recognition";
    type Command = RecognitionCommand;
    type Event = RecognitionEvent;
    type Refusal = RecognitionRefusal;

    fn decide(&self, ask: &Issued<RecognitionCommand>) -> Decision {
        let RecognitionCommand::Recognise { through, earned } = &ask.command;
        if *through >= ask.effective_on {
            let detail = "must be over at the seller's place; name yesterday or an earlier day";
            return Err(Invalid::one("through", "recognition.day_not_over", detail).into());
        }
        match self.through() {
            Some(last) if *through < last => Err(RecognitionRefusal::Backwards { through: last }),
            Some(last) if *through == last => Ok(Vec::new()),
            _ => self.post(*through, earned),
        }
    }

    fn apply(&mut self, event: &RecognitionEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let sums = self.recognised().len().saturating_mul(size_of::<Earned>());
        size_of::<Self>().saturating_add(sums)
    }
}

bridge_to_cqrs_es!(Recognition);

type Decision = Result<Vec<RecognitionEvent>, RecognitionRefusal>;

impl Recognition {
    /// What should have been earned less what was posted; a sum that is no longer named should be
    /// nothing.
    fn post(&self, through: NaiveDate, should_be: &[Earned]) -> Decision {
        let mut left: BTreeMap<_, Money> = BTreeMap::new();
        let wanted = should_be.iter().map(|sum| (sum.key(), sum.amount));
        let posted = self.recognised().iter().map(|sum| (sum.key(), sum.amount.negate()));
        for (key, amount) in wanted.chain(posted) {
            let sum = left.entry(key).or_insert(Money::zero(amount.currency()));
            *sum = sum.checked_add(amount)?;
        }
        let earned: Vec<Earned> = left
            .into_iter()
            .filter(|(_, amount)| !amount.is_zero())
            .map(|((_, kind, product_id), amount)| Earned { kind, product_id, amount })
            .collect();
        if earned.is_empty() {
            return Ok(Vec::new());
        }
        Ok(vec![RecognitionEvent::Posted { through, earned }])
    }
}
