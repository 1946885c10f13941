//! What may be done with an affiliate; each asks first.

use axum::Router;
use billfold_app::commands::affiliates::{
    ApproveAffiliate, ApproveCommissions, ConfirmPayout, FailPayout, PayOutCommissions,
    RejectCommission, ResumeAffiliate, SetCommissionTerms, SuspendAffiliate,
};
use billfold_domain::affiliate::{Affiliate, Partner, PayoutStatus, PayoutTo, Standing};
use billfold_domain::kernel::{AffiliateId, Currency, DeedKind};
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::affiliate_list::AffiliateList;
use billfold_projections::client_list::ClientList;

use super::terms;
use crate::admin::affiliates::PATH;
use crate::admin::approval;
use crate::admin::confirm::Action;
use crate::admin::deed::{self, Asked, Deed, Question, Words};
use crate::admin::list::day;
use crate::error::PageError;
use crate::fields::Wrong;
use crate::form::Field;
use crate::reach::Needs;
use crate::state::{Seen, WebState};

/// The addresses of all of them.
pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

/// What may be done with an affiliate as it stands.
pub(super) fn actions(id: AffiliateId, partner: &Partner) -> Vec<Action> {
    let back = format!("{PATH}/{id}");
    let action = |verb, label, icon| deed::action(verb, &back, label, icon);
    let mut actions = vec![action(Verb::Terms, "Set terms", "scroll-text")];
    match partner.standing {
        Standing::Applied => {
            actions.push(action(Verb::Approve, "Approve", "check").class("primary"));
        }
        Standing::Suspended => actions.push(action(Verb::Resume, "Resume", "play")),
        Standing::Active => actions.push(action(Verb::Suspend, "Suspend", "ban")),
    }
    let book = &partner.book;
    if book.commissions.iter().any(|one| one.payout.is_none() && one.rejected.is_none()) {
        actions.push(action(Verb::Reject, "Reject a commission", "x"));
    }
    if book.payouts.iter().any(|payout| payout.status == PayoutStatus::Requested) {
        actions.push(action(Verb::Confirm, "Payout went out", "circle-check"));
        actions.push(action(Verb::Fail, "Payout failed", "circle-x"));
    }
    if partner.standing == Standing::Active && !book.commissions.is_empty() {
        actions.push(action(Verb::ApproveDue, "Approve commissions", "badge-check"));
        actions.push(action(Verb::PayOut, "Pay out", "banknote").class("primary"));
    }
    actions
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Approve,
    Suspend,
    Resume,
    Terms,
    ApproveDue,
    Reject,
    PayOut,
    Confirm,
    Fail,
}

impl Verb {
    fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Approve => (
                "Approve this affiliate?",
                "It may bring clients and earn, under the terms of the programme unless it has \
                 terms of its own.",
            ),
            Self::Suspend => (
                "Suspend this affiliate?",
                "Nothing is earned or paid out until it is resumed. What refunds take back is \
                 still taken back.",
            ),
            Self::Resume => ("Resume this affiliate?", "It may bring clients and earn again."),
            Self::Terms => ("Set terms", "They count for sales from a day on."),
            Self::ApproveDue => (
                "Approve commissions?",
                "Every commission whose hold is over is owed from today on.",
            ),
            Self::Reject => (
                "Reject a commission?",
                "Nothing of it is owed any longer. What is in a payout cannot be rejected.",
            ),
            Self::PayOut => (
                "Pay out?",
                "All that is owed, less what refunds took back after earlier payouts. Into the \
                 own credit it is there at once.",
            ),
            Self::Confirm => ("Did the payout go out?", "The books show it as paid."),
            Self::Fail => ("Did the payout fail?", "What was in it is owed again."),
        }
    }
}

impl Deed for Verb {
    type Id = AffiliateId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::AffiliatesWrite;
    const ALL: &'static [Verb] = &[
        Verb::Approve,
        Verb::Suspend,
        Verb::Resume,
        Verb::Terms,
        Verb::ApproveDue,
        Verb::Reject,
        Verb::PayOut,
        Verb::Confirm,
        Verb::Fail,
    ];

    fn needs(self) -> Needs {
        let out = self == Verb::PayOut;
        Needs::of_all(if out { Permission::AffiliatesPay } else { Self::NEEDS })
    }

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Approve => ("approve", "Approve affiliate", "affiliate-approved"),
            Verb::Suspend => ("suspend", "Suspend affiliate", "affiliate-suspended"),
            Verb::Resume => ("resume", "Resume affiliate", "affiliate-resumed"),
            Verb::Terms => ("terms", "Set terms", "affiliate-terms"),
            Verb::ApproveDue => ("approve-commissions", "Approve", "commissions-approved"),
            Verb::Reject => ("reject-commission", "Reject commission", "commission-rejected"),
            Verb::PayOut => ("pay-out", "Pay out", "paid-out"),
            Verb::Confirm => ("payout-sent", "It went out", "payout-sent"),
            Verb::Fail => ("payout-failed", "It failed", "payout-failed"),
        };
        Words { path, button, done, danger: self == Verb::Reject }
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let loaded = asked.state.door().load::<Affiliate>(tenant, asked.id.uuid()).await?;
        let (affiliate, version) = loaded;
        let partner = affiliate.partner().ok_or(PageError::NotFound)?;
        let currency = asked.state.door().settings(tenant).await?.currency;
        let (title, text) = self.title();
        let fields = match self {
            Verb::Approve | Verb::Resume | Verb::ApproveDue => Vec::new(),
            Verb::Suspend => vec![deed::reason(asked, "For the audit log; no personal data")],
            Verb::Terms => {
                let today = asked.state.today(tenant).await?;
                let now = partner.terms_on(today).map(|version| &version.terms);
                let mut fields = terms::fields(asked.sent, &asked.wrong, now, currency);
                fields.push(
                    Field::input("valid_from", "In force from", "date")
                        .with(asked.sent.one("valid_from"))
                        .hint("Empty: today")
                        .wrong(asked.wrong.of("valid_from")),
                );
                fields
            }
            Verb::Reject => {
                let open = partner.book.commissions.iter();
                let open = open.filter(|one| one.payout.is_none() && one.rejected.is_none());
                let open = open.map(|one| {
                    let left = crate::show::money(one.left).plain();
                    (one.no.to_string(), format!("{} of {left}", one.no))
                });
                let which = Field::choice("no", "Commission", open.collect());
                vec![which, deed::reason(asked, "For the audit log; no personal data")]
            }
            Verb::PayOut => pay_out_fields(asked, partner),
            Verb::Confirm => {
                let reference = Field::input("reference", "Reference", "text").required();
                let reference = reference.with(asked.sent.one("reference"));
                vec![on_its_way(partner), reference.wrong(asked.wrong.of("reference"))]
            }
            Verb::Fail => vec![on_its_way(partner), deed::reason(asked, "What the bank said")],
        };
        let (title, mut text) = (title.to_owned(), text.to_owned());
        if self == Verb::PayOut {
            text += &approval::hint(asked.state, tenant, DeedKind::Payout).await?;
        }
        Ok(Question { title, text, version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let (affiliate_id, read) = (asked.id, [AffiliateList::NAME, ClientList::NAME]);
        let reason = asked.sent.one("reason").to_owned();
        let no = asked.sent.one("no").parse().unwrap_or_default();
        match self {
            Verb::Approve => asked.command(ApproveAffiliate { affiliate_id }, &read).await,
            Verb::Suspend => asked.command(SuspendAffiliate { affiliate_id, reason }, &read).await,
            Verb::Resume => asked.command(ResumeAffiliate { affiliate_id }, &read).await,
            Verb::ApproveDue => asked.command(ApproveCommissions { affiliate_id }, &read).await,
            Verb::Reject => {
                let reject = RejectCommission { affiliate_id, no, reason };
                asked.command_on_seen(reject, &read).await
            }
            Verb::Confirm => {
                let reference = asked.sent.one("reference").to_owned();
                asked.command(ConfirmPayout { affiliate_id, no, reference }, &read).await
            }
            Verb::Fail => asked.command(FailPayout { affiliate_id, no, reason }, &read).await,
            Verb::Terms => {
                let settings = asked.state.door().settings(asked.visitor.tenant()).await?;
                let valid_from = day(asked.sent.one("valid_from"))?;
                let terms = match terms::read(asked.sent, settings.currency) {
                    Ok(terms) => terms,
                    Err(wrong) => return Ok(Err(wrong)),
                };
                let set = SetCommissionTerms { affiliate_id, terms, valid_from };
                let done = asked.command(set, &read).await?;
                Ok(done.map_err(terms::beside))
            }
            Verb::PayOut => {
                let currency = Currency::parse(asked.sent.one("currency"));
                let Ok(currency) = currency else { return Err(PageError::NotFound) };
                let to = match asked.sent.one("to") {
                    "credit" => PayoutTo::CustomerCredit,
                    _ => PayoutTo::Channel { key: "manual_bank".to_owned() },
                };
                let reference = asked.sent.some("reference");
                let pay = PayOutCommissions { affiliate_id, currency, to, reference };
                asked.command_on_seen(pay, &read).await
            }
        }
    }
}

fn pay_out_fields(asked: &Asked<'_, Verb>, partner: &Partner) -> Vec<Field> {
    let mut currencies: Vec<(String, String)> = Vec::new();
    for commission in &partner.book.commissions {
        let code = commission.earned.currency().code().to_owned();
        if !currencies.iter().any(|(known, _)| *known == code) {
            currencies.push((code.clone(), code));
        }
    }
    let ways = [("bank", "Bank transfer"), ("credit", "Own credit as a client")];
    let ways = ways.map(|(key, label)| (key.to_owned(), label.to_owned())).to_vec();
    vec![
        Field::choice("currency", "Currency", currencies).with(asked.sent.one("currency")),
        Field::choice("to", "Where to", ways).with(asked.sent.one("to")),
        Field::input("reference", "Reference", "text")
            .with(asked.sent.one("reference"))
            .hint("What the bank calls it, if the money went out already"),
    ]
}

fn on_its_way(partner: &Partner) -> Field {
    let payouts = partner.book.payouts.iter();
    let payouts = payouts.filter(|payout| payout.status == PayoutStatus::Requested);
    let payouts = payouts.map(|payout| {
        let amount = crate::show::money(payout.amount).plain();
        (payout.no.to_string(), format!("{} of {amount}", payout.no))
    });
    Field::choice("no", "Payout", payouts.collect())
}
