//! What may happen to an effect in which state.

use crate::effect::{
    Effect, EffectCommand, EffectEvent, EffectOf, EffectOutcome, EffectRefusal, OpenEffect,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_key, check_line, check_optional_line, one_line};
use crate::kernel::{Aggregate, Invalid, Issued};

/// How much of a reason is kept.
const LONGEST_REASON: usize = 500;
/// The longest kind, such as `policy.when_invoice_settled_resume_services`.
const LONGEST_KIND: usize = 80;
/// The longest reference of a provider.
const LONGEST_REFERENCE: usize = 200;

impl Aggregate for Effect {
    const TYPE: &'static str = "effect";
    type Command = EffectCommand;
    type Event = EffectEvent;
    type Refusal = EffectRefusal;

    fn decide(&self, ask: &Issued<EffectCommand>) -> Decision {
        use EffectCommand as Ask;
        match (self, &ask.command) {
            (Self::Unheard | Self::Retried { .. }, Ask::Die { of, tries, reason }) => {
                check_of(of)?;
                let (of, reason) = (of.clone(), one_line(reason, LONGEST_REASON));
                Ok(vec![EffectEvent::Died { of, tries: *tries, reason, on: ask.effective_on }])
            }
            // What a person ended may be found dead by whoever was at it meanwhile.
            (Self::Dead { .. } | Self::Resolved(_) | Self::Skipped, Ask::Die { .. }) => {
                Ok(Vec::new())
            }
            (_, Ask::Retry { open, reason }) => self.retry(open.as_ref(), reason),
            (_, Ask::Resolve { open, outcome, reason }) => {
                self.resolve(open.as_ref(), outcome, reason)
            }
            (_, Ask::Skip { open, reason }) => self.skip(open.as_ref(), reason),
        }
    }

    fn apply(&mut self, event: &EffectEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let texts = match self {
            Self::Dead { of, .. } => of.kind.len().saturating_add(of.driver.len()),
            Self::Resolved(EffectOutcome::Made { reference }) => {
                reference.as_ref().map_or(0, String::len)
            }
            Self::Unheard | Self::Retried { .. } | Self::Resolved(_) | Self::Skipped => 0,
        };
        size_of::<Self>().saturating_add(texts)
    }
}

bridge_to_cqrs_es!(Effect);

type Decision = Result<Vec<EffectEvent>, EffectRefusal>;

impl Effect {
    /// Asked again before anything was tried since, it is asked once.
    fn retry(&self, open: Option<&OpenEffect>, reason: &str) -> Decision {
        check_line("reason", reason, LONGEST_REASON)?;
        if let (Self::Retried { tries }, now) = (self, open.map(|open| open.tries))
            && now.is_none_or(|now| now <= *tries)
        {
            return Ok(Vec::new());
        }
        let (of, tries) = self.open(open)?;
        Ok(vec![EffectEvent::RetryAsked { of, tries, reason: reason.to_owned() }])
    }

    fn resolve(
        &self,
        open: Option<&OpenEffect>,
        outcome: &EffectOutcome,
        reason: &str,
    ) -> Decision {
        let reference = match outcome {
            EffectOutcome::Made { reference } => reference.as_deref(),
            EffectOutcome::NotMade => None,
        };
        Invalid::gather([
            check_line("reason", reason, LONGEST_REASON),
            check_optional_line("outcome/reference", reference, LONGEST_REFERENCE),
        ])?;
        if matches!(self, Self::Resolved(known) if known == outcome) {
            return Ok(Vec::new());
        }
        let (of, _) = self.open(open)?;
        let (outcome, reason) = (outcome.clone(), reason.to_owned());
        Ok(vec![EffectEvent::Resolved { of, outcome, reason }])
    }

    fn skip(&self, open: Option<&OpenEffect>, reason: &str) -> Decision {
        check_line("reason", reason, LONGEST_REASON)?;
        if matches!(self, Self::Skipped) {
            return Ok(Vec::new());
        }
        let (of, _) = self.open(open)?;
        Ok(vec![EffectEvent::Skipped { of, reason: reason.to_owned() }])
    }

    /// What is to be done and how often it was tried, if a person may still say how it goes on.
    fn open(&self, open: Option<&OpenEffect>) -> Result<(EffectOf, u32), EffectRefusal> {
        match (self, open) {
            (Self::Resolved(_) | Self::Skipped, _) => Err(EffectRefusal::Ended),
            (Self::Dead { of, tries }, _) => Ok((of.clone(), *tries)),
            (Self::Unheard | Self::Retried { .. }, Some(open)) => {
                check_of(&open.of)?;
                Ok((open.of.clone(), open.tries))
            }
            (Self::Unheard | Self::Retried { .. }, None) => Err(EffectRefusal::NotOpen),
        }
    }
}

fn check_of(of: &EffectOf) -> Result<(), Invalid> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.');
    let kind = if of.kind.is_empty() || of.kind.len() > LONGEST_KIND || !of.kind.chars().all(legal)
    {
        let detail = "use 1 to 80 lower case letters, digits, '_' and '.'";
        Err(Invalid::one("of/kind", "effect.kind_malformed", detail))
    } else {
        Ok(())
    };
    Invalid::gather([
        kind,
        check_key("of/driver", &of.driver),
        check_key("of/subject_type", &of.subject_type),
    ])
}
