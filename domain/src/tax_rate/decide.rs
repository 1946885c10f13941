//! What may happen to a tax rate in which state.

use chrono::NaiveDate;

use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::{Aggregate, ClientId, Invalid, Issued, Percent};
use crate::tax::{ExemptionReason, RateRefusal};
use crate::tax_rate::{
    DefineTaxRate, DefinedRate, Exemption, RateVersion, TaxRate, TaxRateCommand, TaxRateEvent,
    TaxRateRefusal,
};

impl Aggregate for TaxRate {
    const TYPE: &'static str = "tax_rate";
    type Command = TaxRateCommand;
    type Event = TaxRateEvent;
    type Refusal = TaxRateRefusal;

    fn decide(&self, ask: &Issued<TaxRateCommand>) -> Decision {
        use TaxRateCommand as Ask;
        let today = ask.effective_on;
        match (self, &ask.command) {
            (Self::Absent, Ask::Define(new)) => define(new),
            (Self::Absent, _) => Err(TaxRateRefusal::Absent),
            (Self::Defined(known), Ask::Define(new)) => define_again(known, new),
            (Self::Defined(known), Ask::SetRate { rate, valid_from, valid_to }) => {
                set_rate(known, *rate, (*valid_from, *valid_to), today)
            }
            (Self::Defined(known), Ask::Retire { from }) => retire(known, *from, today),
            (Self::Defined(known), Ask::Exempt { client_id, exemption }) => {
                exempt(known, *client_id, exemption)
            }
            (Self::Defined(known), Ask::EndExemption { client_id, from }) => {
                end_exemption(known, *client_id, *from, today)
            }
        }
    }

    fn apply(&mut self, event: &TaxRateEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let parts = self.defined().map_or(0, |known| {
            let exemptions = known.exemptions.values().map(|own| size_of_val(own.as_slice()));
            exemptions.fold(size_of_val(known.versions.as_slice()), usize::saturating_add)
        });
        size_of::<Self>().saturating_add(parts)
    }
}

bridge_to_cqrs_es!(TaxRate);

type Decision = Result<Vec<TaxRateEvent>, TaxRateRefusal>;

/// The days from one on, up to another if there is an end.
type Span = (NaiveDate, Option<NaiveDate>);

fn define(new: &DefineTaxRate) -> Decision {
    Invalid::gather([
        new.tax.check().map_err(|invalid| invalid.under("tax")),
        check_order((new.valid_from, new.valid_to)),
    ])?;
    let DefineTaxRate { tax, rate, valid_from, valid_to } = new.clone();
    Ok(vec![TaxRateEvent::Defined { tax, rate, valid_from, valid_to }])
}

/// Defining twice is one definition as long as it says the same.
fn define_again(known: &DefinedRate, new: &DefineTaxRate) -> Decision {
    let first = known.versions.iter().find(|one| one.version == 1);
    let same = first.is_some_and(|first| {
        known.tax == new.tax && (first.rate, first.set_from) == (new.rate, new.valid_from)
    });
    if same {
        return Ok(Vec::new());
    }
    Err(TaxRateRefusal::AlreadyDefined { key: known.tax.key() })
}

/// A rate is laid over those set to begin before it or with it, and never over one set to begin
/// later.
fn set_rate(known: &DefinedRate, rate: Percent, span: Span, today: NaiveDate) -> Decision {
    check_order(span)?;
    let (valid_from, valid_to) = span;
    let same = |one: &RateVersion| {
        (one.rate, one.valid_from, one.valid_to) == (rate, valid_from, valid_to)
    };
    if known.versions.iter().any(same) {
        return Ok(Vec::new());
    }
    check_not_past(valid_from, today)?;
    let rivals = |one: &&RateVersion| one.set_from > valid_from && one.meets(valid_from, valid_to);
    if let Some(rival) = known.versions.iter().find(rivals) {
        let (rate, valid_from) = (rival.rate, rival.valid_from);
        return Err(RateRefusal::Overlap { rate, valid_from }.into());
    }
    let version = known.last_version.saturating_add(1);
    Ok(vec![TaxRateEvent::RateSet { version, rate, valid_from, valid_to }])
}

fn retire(known: &DefinedRate, from: NaiveDate, today: NaiveDate) -> Decision {
    if !known.versions.iter().any(|one| one.valid_to.is_none_or(|to| from < to)) {
        return Ok(Vec::new());
    }
    check_not_past(from, today)?;
    Ok(vec![TaxRateEvent::Retired { from }])
}

fn exempt(known: &DefinedRate, client_id: ClientId, new: &Exemption) -> Decision {
    check_order((new.valid_from, new.valid_to))?;
    let reason = new.reason.as_ref().map_or(Ok(()), ExemptionReason::check);
    reason.map_err(|invalid| invalid.under("reason"))?;
    let own = known.exemptions.get(&client_id).map(Vec::as_slice).unwrap_or_default();
    if own.contains(new) {
        return Ok(Vec::new());
    }
    let begins_before_end =
        |one: &Exemption, two: &Exemption| two.valid_to.is_none_or(|to| one.valid_from < to);
    let rivals = |one: &&Exemption| begins_before_end(one, new) && begins_before_end(new, one);
    if let Some(rival) = own.iter().find(rivals) {
        return Err(TaxRateRefusal::AlreadyExempt { client_id, valid_from: rival.valid_from });
    }
    Ok(vec![TaxRateEvent::ClientExempted { client_id, exemption: new.clone() }])
}

fn end_exemption(
    known: &DefinedRate,
    client_id: ClientId,
    from: NaiveDate,
    today: NaiveDate,
) -> Decision {
    let own = known.exemptions.get(&client_id);
    let own = own.ok_or(TaxRateRefusal::NotExempt { client_id })?;
    if !own.iter().any(|one| one.valid_to.is_none_or(|to| from < to)) {
        return Ok(Vec::new());
    }
    check_not_past(from, today)?;
    Ok(vec![TaxRateEvent::ExemptionEnded { client_id, from }])
}

fn check_order((from, to): Span) -> Result<(), Invalid> {
    match to.filter(|to| *to <= from) {
        None => Ok(()),
        Some(_) => {
            let detail = "must lie after the first day";
            Err(Invalid::one("valid_to", "tax_rate.ends_before_it_begins", detail))
        }
    }
}

/// What was charged stays as it was charged.
fn check_not_past(from: NaiveDate, today: NaiveDate) -> Result<(), TaxRateRefusal> {
    if from < today { Err(TaxRateRefusal::InPast { from, today }) } else { Ok(()) }
}
