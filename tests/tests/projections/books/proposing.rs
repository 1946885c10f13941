//! Proformas, which post nothing and become invoices or are withdrawn. Their ids are of their own,
//! so that what else happens stays as it is without them.

use std::collections::BTreeMap;

use billfold_domain::invoice::{Particulars, Seller};
use billfold_domain::proforma::{IssueProforma, Proforma, ProformaCommand};
use uuid::Uuid;

use super::{Country, DocumentKind, History, ProformaId, Step, currency};

impl History {
    /// Issues one, or goes on with the newest.
    pub(super) fn propose(&mut self, seller: usize, pick: usize, step: Step) {
        let newest = self.sellers[seller].proformas.last().cloned();
        let open = newest.filter(|(_, known)| matches!(known, Proforma::Open(_)));
        let Some((id, mut state)) = open else { return self.issue_proforma(seller, pick, step) };
        let invoices = &self.sellers[seller].invoices;
        let command = match pick.checked_rem(invoices.len()) {
            Some(at) if step.which > 128 => {
                let invoice_number = "INV-2026-000001".to_owned();
                ProformaCommand::Convert { invoice_id: invoices[at].0, invoice_number }
            }
            _ => ProformaCommand::Withdraw { reason: "asked for".to_owned() },
        };
        self.run(seller, id.uuid(), &mut state, command);
        self.sellers[seller].proformas.pop();
        self.sellers[seller].proformas.push((id, state));
    }

    fn issue_proforma(&mut self, seller: usize, pick: usize, step: Step) {
        let Some(client_id) = self.client(seller, pick) else { return };
        let number = self.number(seller, DocumentKind::Proforma, "PRO");
        let country = Country::parse("DE").unwrap();
        let issue = IssueProforma {
            number: number.clone(),
            client_id,
            order_id: None,
            currency: currency(seller),
            lines: vec![self.line(seller, Step { other: 1, ..step })],
            valid_until: None,
            seller: Seller {
                name: "Example Hosting".to_owned(),
                country,
                vat_id: None,
                letterhead: None,
            },
            buyer: None,
            particulars: Particulars::default(),
            automatic: BTreeMap::new(),
        };
        let count = self.sellers[seller].proformas.len() as u128;
        let id = Uuid::from_u128(0x9f0_0000_0000 + ((seller as u128) << 32) + count);
        let mut state = Proforma::default();
        if self.run(seller, id, &mut state, ProformaCommand::Issue(Box::new(issue))) {
            self.count_up(seller, &number);
            self.sellers[seller].proformas.push((ProformaId::new(id), state));
        }
    }
}
