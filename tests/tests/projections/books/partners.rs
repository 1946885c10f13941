//! An affiliate of each seller: what payments earn it, what is taken back, what it is paid.

use billfold_domain::affiliate::{
    AccrueCommission, Affiliate, AffiliateCommand, CommissionRate, CommissionTerms, PayoutTo,
    Recurrence,
};

use uuid::Uuid;

use super::{AffiliateId, History, Money, Step, currency};

impl History {
    /// Goes on with the seller's affiliate, or enrols the first client as one.
    pub(super) fn partner(&mut self, seller: usize, pick: usize, step: Step) {
        let Some((id, mut state)) = self.sellers[seller].partner.clone() else {
            self.enrol(seller);
            return;
        };
        for command in self.next_of_partner(seller, &state, pick, step) {
            self.run(seller, id.uuid(), &mut state, command);
        }
        self.sellers[seller].partner = Some((id, state));
    }

    fn enrol(&mut self, seller: usize) {
        let Some(client_id) = self.client(seller, 0) else { return };
        // An id of its own, so that what else happens stays as it is without affiliates.
        let id = AffiliateId::new(Uuid::from_u128(0xaff_0000 + seller as u128));
        let mut state = Affiliate::default();
        let terms = CommissionTerms {
            rate: CommissionRate::Percent("12.5".parse().unwrap()),
            recurrence: Recurrence::Forever,
            hold_days: 5,
            window_days: 30,
            minimum_payout: Vec::new(),
        };
        let valid_from = self.today(seller);
        for command in [
            AffiliateCommand::Enrol { client_id, code: "friend".to_owned() },
            AffiliateCommand::Approve,
            AffiliateCommand::SetTerms { terms, valid_from },
        ] {
            self.run(seller, id.uuid(), &mut state, command);
        }
        self.sellers[seller].partner = Some((id, state));
    }

    fn next_of_partner(
        &self,
        seller: usize,
        state: &Affiliate,
        pick: usize,
        step: Step,
    ) -> Vec<AffiliateCommand> {
        let (today, book) = (self.today(seller), &state.partner().unwrap().book);
        let amount = Money::try_new(i64::from(step.amount) + 1, currency(seller)).unwrap();
        let payments = &self.sellers[seller].payments;
        let paid = pick.checked_rem(payments.len()).map(|at| &payments[at]);
        let (reason, to) = ("asked".to_owned(), PayoutTo::CustomerCredit);
        match step.amount % 8 {
            0..=2 => {
                let Some((payment_id, client_id, _)) = paid.cloned() else { return Vec::new() };
                let sale =
                    AccrueCommission { payment_id, client_id, sale: amount, items: 1, on: today };
                let refer = AffiliateCommand::Refer { client_id, clicked_on: today };
                vec![refer, AffiliateCommand::Accrue(sale)]
            }
            3 => vec![AffiliateCommand::ApproveDue],
            4 => {
                let known = pick.checked_rem(book.commissions.len());
                let Some(known) = known.map(|at| &book.commissions[at]) else { return Vec::new() };
                let half = Money::try_new((known.sale.minor() + 1) / 2, currency(seller)).unwrap();
                let refunded = if step.which > 128 { known.sale } else { half };
                vec![AffiliateCommand::Reverse { payment_id: known.payment_id, refunded }]
            }
            5 => {
                let channel = PayoutTo::Channel { key: "manual_bank".to_owned() };
                let to = if step.which > 128 { channel } else { to };
                vec![AffiliateCommand::RequestPayout { currency: currency(seller), to }]
            }
            6 => {
                let Some(no) = book.payouts.last().map(|payout| payout.no) else {
                    return Vec::new();
                };
                let reference = "SEPA".to_owned();
                if step.which.is_multiple_of(3) {
                    return vec![AffiliateCommand::RecordPayoutFailed { no, reason }];
                }
                vec![AffiliateCommand::RecordPayoutSent { no, reference }]
            }
            _ => {
                let no = u32::try_from(pick % 8 + 1).unwrap();
                vec![AffiliateCommand::RejectCommission { no, reason }]
            }
        }
    }
}
