//! What may happen to an affiliate: who may refer, and under which terms.

use chrono::NaiveDate;

use crate::affiliate::{
    Affiliate, AffiliateCommand, AffiliateEvent, AffiliateRefusal, CommissionTerms, Partner,
    Standing, commissions, payouts,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_key, check_line};
use crate::kernel::{Aggregate, ClientId, Deed, Issued, MoneyRefusal};

impl Aggregate for Affiliate {
    const TYPE: &'static str = "affiliate";
    type Command = AffiliateCommand;
    type Event = AffiliateEvent;
    type Refusal = AffiliateRefusal;

    fn decide(&self, ask: &Issued<AffiliateCommand>) -> Decision {
        match (self, &ask.command) {
            (Self::Absent, AffiliateCommand::Enrol { client_id, code }) => {
                check_key("code", code)?;
                Ok(vec![AffiliateEvent::Enrolled { client_id: *client_id, code: code.clone() }])
            }
            (Self::Absent, _) => Err(AffiliateRefusal::Absent),
            (Self::Enrolled(partner), command) => answer(partner, command, ask.effective_on),
        }
    }

    fn apply(&mut self, event: &AffiliateEvent) {
        self.take(event);
    }

    fn deed(&self, event: &AffiliateEvent, on: NaiveDate) -> Result<Option<Deed>, MoneyRefusal> {
        self.partner().map_or(Ok(None), |partner| payouts::deed(partner, event, on))
    }

    fn weight(&self) -> usize {
        let parts = self.partner().map_or(0, |partner| {
            let entry = size_of::<ClientId>().saturating_add(size_of::<super::Referral>());
            size_of_val(partner.book.commissions.as_slice())
                .saturating_add(size_of_val(partner.book.reversals.as_slice()))
                .saturating_add(size_of_val(partner.book.payouts.as_slice()))
                .saturating_add(size_of_val(partner.terms.as_slice()))
                .saturating_add(partner.referrals.len().saturating_mul(entry))
                .saturating_add(partner.clicks.len().saturating_mul(size_of::<(NaiveDate, u64)>()))
        });
        size_of::<Self>().saturating_add(parts)
    }
}

bridge_to_cqrs_es!(Affiliate);

pub(super) type Decision = Result<Vec<AffiliateEvent>, AffiliateRefusal>;

fn answer(partner: &Partner, command: &AffiliateCommand, today: NaiveDate) -> Decision {
    use AffiliateCommand as Ask;
    match command {
        Ask::Enrol { client_id, code } => {
            if (partner.client_id, &partner.code) == (*client_id, code) {
                return Ok(Vec::new());
            }
            Err(AffiliateRefusal::AlreadyEnrolled { code: partner.code.clone() })
        }
        Ask::Approve => approve(partner),
        Ask::SetTerms { terms, valid_from } => set_terms(partner, terms, *valid_from, today),
        Ask::Suspend { reason } => suspend(partner, reason),
        Ask::Resume => resume(partner),
        Ask::Refer { client_id, clicked_on } => refer(partner, *client_id, *clicked_on, today),
        Ask::CountClicks { on, clicks } => count_clicks(partner, *on, *clicks, today),
        Ask::RejectReferral { client_id, reason } => reject(partner, *client_id, reason, today),
        Ask::Accrue(sale) => commissions::accrue(partner, sale, today),
        Ask::ApproveDue => commissions::approve_due(partner, today),
        Ask::RejectCommission { no, reason } => commissions::reject(partner, *no, reason, today),
        Ask::Reverse { payment_id, refunded } => {
            commissions::reverse(partner, *payment_id, *refunded, today)
        }
        Ask::RequestPayout { currency, to } => payouts::request(partner, *currency, to, today),
        Ask::RecordPayoutSent { no, reference } => payouts::sent(partner, *no, reference, today),
        Ask::RecordPayoutFailed { no, reason } => payouts::failed(partner, *no, reason, today),
    }
}

/// Refuses an affiliate who may not refer and earn.
pub(super) fn check_active(partner: &Partner) -> Result<(), AffiliateRefusal> {
    match partner.standing {
        Standing::Active => Ok(()),
        Standing::Applied => Err(AffiliateRefusal::NotApproved),
        Standing::Suspended => Err(AffiliateRefusal::Suspended),
    }
}

fn approve(partner: &Partner) -> Decision {
    match partner.standing {
        Standing::Applied => Ok(vec![AffiliateEvent::Approved {}]),
        Standing::Active => Ok(Vec::new()),
        Standing::Suspended => Err(AffiliateRefusal::Suspended),
    }
}

fn suspend(partner: &Partner, reason: &str) -> Decision {
    check_line("reason", reason, 500)?;
    match partner.standing {
        Standing::Applied => Err(AffiliateRefusal::NotApproved),
        Standing::Active => Ok(vec![AffiliateEvent::Suspended { reason: reason.to_owned() }]),
        Standing::Suspended => Ok(Vec::new()),
    }
}

fn resume(partner: &Partner) -> Decision {
    match partner.standing {
        Standing::Applied => Err(AffiliateRefusal::NotApproved),
        Standing::Active => Ok(Vec::new()),
        Standing::Suspended => Ok(vec![AffiliateEvent::Resumed {}]),
    }
}

fn set_terms(
    partner: &Partner,
    terms: &CommissionTerms,
    valid_from: NaiveDate,
    today: NaiveDate,
) -> Decision {
    terms.check()?;
    let in_force = partner.terms_on(valid_from);
    if in_force.is_some_and(|now| now.valid_from == valid_from && now.terms == *terms) {
        return Ok(Vec::new());
    }
    if valid_from < today {
        return Err(AffiliateRefusal::TermsInPast { valid_from, today });
    }
    let last = partner.terms.iter().map(|known| known.version).max().unwrap_or(0);
    let version = last.saturating_add(1);
    Ok(vec![AffiliateEvent::TermsSet { version, terms: terms.clone(), valid_from }])
}

fn refer(
    partner: &Partner,
    client_id: ClientId,
    clicked_on: NaiveDate,
    today: NaiveDate,
) -> Decision {
    if let Some(known) = partner.referrals.get(&client_id) {
        return match known.rejected_on {
            Some(rejected_on) => Err(AffiliateRefusal::ReferralRejected { client_id, rejected_on }),
            None => Ok(Vec::new()),
        };
    }
    check_active(partner)?;
    if client_id == partner.client_id {
        return Err(AffiliateRefusal::SelfReferral);
    }
    let version = partner.terms_on(today).ok_or(AffiliateRefusal::NoTerms { on: today })?;
    if !version.terms.attributes(clicked_on, today) {
        let window_days = version.terms.window_days;
        return Err(AffiliateRefusal::OutsideWindow { clicked_on, came_on: today, window_days });
    }
    Ok(vec![AffiliateEvent::ClientReferred { client_id, clicked_on, on: today }])
}

/// Clicks are counted in any standing, because they happened. A day's count only grows.
fn count_clicks(partner: &Partner, on: NaiveDate, clicks: u64, today: NaiveDate) -> Decision {
    if on > today {
        return Err(AffiliateRefusal::InFuture { date: on, today });
    }
    if clicks <= partner.clicks.get(&on).copied().unwrap_or(0) {
        return Ok(Vec::new());
    }
    Ok(vec![AffiliateEvent::ClicksCounted { on, clicks }])
}

fn reject(partner: &Partner, client_id: ClientId, reason: &str, today: NaiveDate) -> Decision {
    check_line("reason", reason, 500)?;
    let known = partner.referrals.get(&client_id);
    let known = known.ok_or(AffiliateRefusal::NotReferred { client_id })?;
    if known.rejected_on.is_some() {
        return Ok(Vec::new());
    }
    let reason = reason.to_owned();
    Ok(vec![AffiliateEvent::ReferralRejected { client_id, reason, on: today }])
}
