//! What a payer does on the page.

use super::{Money, Notice, Session, SslCommerz, Try};

/// What the provider thinks of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worry {
    /// Nothing.
    Safe,
    /// That a person should look.
    Risky,
}

/// A payment that was made on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The provider's name for the try.
    pub val_id: String,
    /// The bank's name for the payment.
    pub bank_tran_id: String,
}

/// How one try ends.
struct End<'a> {
    status: &'a str,
    error: &'a str,
    paid: Money,
    risk: u8,
    is_known: bool,
}

impl SslCommerz {
    /// The payer pays what was asked for; said again, once more.
    pub fn pay(&self, tran_id: &str) -> Payment {
        let asked = self.session(tran_id).asked;
        self.pay_other(tran_id, asked, Worry::Safe)
    }

    /// The payer pays what the provider has a worry about.
    pub fn pay_with(&self, tran_id: &str, worry: Worry) -> Payment {
        let asked = self.session(tran_id).asked;
        self.pay_other(tran_id, asked, worry)
    }

    /// Something else arrives than was asked for.
    pub fn pay_other(&self, tran_id: &str, paid: Money, worry: Worry) -> Payment {
        let risk = u8::from(worry == Worry::Risky);
        let end = End { status: "VALID", error: "", paid, risk, is_known: true };
        self.end(tran_id, &end)
    }

    /// A notice says that it was paid, and the validation knows nothing of it.
    pub fn pretend(&self, tran_id: &str) -> Payment {
        let paid = self.session(tran_id).asked;
        let end = End { status: "VALID", error: "", paid, risk: 0, is_known: false };
        self.end(tran_id, &end)
    }

    /// The bank declines.
    pub fn fail(&self, tran_id: &str, error: &str) {
        self.end_unpaid(tran_id, "FAILED", error);
    }

    /// The payer gives up.
    pub fn cancel(&self, tran_id: &str) {
        self.end_unpaid(tran_id, "CANCELLED", "Cancelled by User");
    }

    /// The payer waits until the page runs out.
    pub fn expire(&self, tran_id: &str) {
        self.end_unpaid(tran_id, "EXPIRED", "");
    }

    /// The payer never chooses a way to pay.
    pub fn leave(&self, tran_id: &str) {
        self.end_unpaid(tran_id, "UNATTEMPTED", "");
    }

    /// The try is in a state that the merchant may never have heard of.
    pub fn hang(&self, tran_id: &str, status: &str) {
        self.end_unpaid(tran_id, status, "");
    }

    /// What the payer's browser posts to the merchant after the last try, from the provider's
    /// page: without the merchant's cookies, and signed like a notice.
    pub fn way_back(&self, tran_id: &str) -> Notice {
        let [paid, failed, given_up] = self.session(tran_id).returns;
        let state = self.shared.state();
        let last = state.tries.iter().rfind(|one| one.tran_id == tran_id).expect("a try");
        let url = match last.status.as_str() {
            "VALID" | "VALIDATED" => paid,
            "FAILED" => failed,
            _ => given_up,
        };
        Notice::of(last, &url)
    }

    fn end_unpaid(&self, tran_id: &str, status: &str, error: &str) {
        let paid = self.session(tran_id).asked;
        self.end(tran_id, &End { status, error, paid, risk: 0, is_known: true });
    }

    fn session(&self, tran_id: &str) -> Session {
        self.shared.state().session(tran_id).expect("a page that was opened")
    }

    fn end(&self, tran_id: &str, end: &End<'_>) -> Payment {
        let session = self.session(tran_id);
        let mut state = self.shared.state();
        let number = state.number();
        let is_paid = end.status == "VALID";
        let one = Try {
            tran_id: tran_id.to_owned(),
            val_id: if is_paid {
                format!("2611241300{number:02}Val{number:010}")
            } else {
                String::new()
            },
            bank_tran_id: format!("2611241259{number:02}Bank{number:05}"),
            status: end.status.to_owned(),
            error: end.error.to_owned(),
            paid: end.paid.clone(),
            at: format!(
                "2026-11-24 {:02}:{:02}:{:02}",
                12 + number / 3600,
                number / 60 % 60,
                number % 60
            ),
            risk: end.risk,
            value_a: session.value_a.clone(),
            is_known: end.is_known,
        };
        state.notices.push(Notice::of(&one, &session.ipn_url));
        let payment =
            Payment { val_id: one.val_id.clone(), bank_tran_id: one.bank_tran_id.clone() };
        state.tries.push(one);
        payment
    }
}
