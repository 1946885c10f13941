//! What may happen to a proforma in which state.

use chrono::{Datelike, NaiveDate};

use crate::invoice::{Preview, preview};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::check_line;
use crate::kernel::{Aggregate, Issued, KeyClass};
use crate::proforma::{
    IssueProforma, IssuedProforma, Proforma, ProformaCommand, ProformaEvent, ProformaRefusal,
};

type Decided = Result<Vec<ProformaEvent>, ProformaRefusal>;

impl Aggregate for Proforma {
    const TYPE: &'static str = "proforma";
    type Command = ProformaCommand;
    type Event = ProformaEvent;
    type Refusal = ProformaRefusal;

    fn decide(&self, ask: &Issued<ProformaCommand>) -> Decided {
        use ProformaCommand as Ask;
        let on = ask.effective_on;
        match (self, &ask.command) {
            (Self::Absent, Ask::Issue(new)) => issue(new, on),
            (Self::Absent, _) => Err(ProformaRefusal::Absent),
            (Self::Open(document), Ask::Issue(_)) => {
                let number = document.number.text.clone();
                Err(ProformaRefusal::AlreadyIssued { number })
            }
            (Self::Open(_), Ask::Convert { invoice_id, invoice_number }) => {
                let (invoice_id, invoice_number) = (*invoice_id, invoice_number.clone());
                Ok(vec![ProformaEvent::Converted { invoice_id, invoice_number, on }])
            }
            (Self::Open(_), Ask::Withdraw { reason }) => {
                check_line("reason", reason, 500)?;
                Ok(vec![ProformaEvent::Withdrawn { reason: reason.clone(), on }])
            }
            (Self::Converted { invoice_id: known, .. }, Ask::Convert { invoice_id, .. })
                if known == invoice_id =>
            {
                Ok(Vec::new())
            }
            (Self::Converted { invoice_number, .. }, _) => {
                let invoice = invoice_number.clone();
                Err(ProformaRefusal::AlreadyConverted { invoice })
            }
            (Self::Withdrawn { on, .. }, _) => Err(ProformaRefusal::Withdrawn { on: *on }),
        }
    }

    fn apply(&mut self, event: &ProformaEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let document = self.document().map_or(0, |document| {
            let texts: usize = document.lines.iter().map(|line| line.description.len()).sum();
            size_of_val(document)
                .saturating_add(size_of_val(document.lines.as_slice()))
                .saturating_add(texts)
        });
        size_of::<Self>().saturating_add(document)
    }
}

bridge_to_cqrs_es!(Proforma);

fn issue(new: &IssueProforma, issue_date: NaiveDate) -> Decided {
    check_line("seller/name", &new.seller.name, 200)?;
    if new.buyer.as_ref().is_some_and(|buyer| buyer.class() != KeyClass::Fiscal) {
        return Err(ProformaRefusal::WrongKey);
    }
    if new.number.year != issue_date.year() {
        let number = new.number.text.clone();
        return Err(ProformaRefusal::NumberOfAnotherYear { number, date: issue_date });
    }
    if let Some(valid_until) = new.valid_until.filter(|day| *day < issue_date) {
        return Err(ProformaRefusal::ValidBeforeIssue { valid_until, issue_date });
    }
    let Preview { lines, totals } = preview(new.currency, &new.lines)?;
    if !totals.total.is_positive() {
        return Err(ProformaRefusal::NothingToAsk { total: totals.total });
    }
    Ok(vec![ProformaEvent::Issued(Box::new(IssuedProforma {
        number: new.number.clone(),
        issue_date,
        valid_until: new.valid_until,
        client_id: new.client_id,
        order_id: new.order_id,
        seller: new.seller.clone(),
        buyer: new.buyer.clone(),
        lines,
        tax_groups: totals.tax_groups,
        net: totals.net,
        tax: totals.tax,
        total: totals.total,
    }))])
}
