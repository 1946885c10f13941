//! SSLCommerz, as its document v4 describes it: sessions, a page, validation, refunds, notices.
//!
//! Guarantees: like the provider it answers everything with status 200, has no idempotency key, and
//! sends a refund again that is asked for again; it keeps books in minor units of taka. Absent on
//! purpose: a clock (times are counted from a fixed day) and anything that calls out: notices are
//! handed over to whoever delivers them.

mod answers;
mod books;
mod faults;
mod notice;
mod page;
mod serving;

use std::sync::{Arc, Mutex, MutexGuard};

use crate::contract::Contract;
use crate::serving::Serving;

pub use books::{Books, Money};
pub use faults::{Fault, Faults, Operation};
pub use notice::Notice;
pub use page::{Payment, Worry};

use books::{Session, State, Try};

/// The store that is let in.
pub const STORE_ID: &str = "testbox";
/// Its password.
pub const STORE_PASSWD: &str = "qwerty";

/// What it wants of requests.
const CONTRACT: &str = include_str!("../../../adapters/fixtures/sslcommerz/contract.json");

/// A running SSLCommerz.
#[derive(Debug)]
pub struct SslCommerz {
    shared: Arc<Shared>,
    serving: Serving,
}

/// What the server and the test share.
#[derive(Debug)]
struct Shared {
    contract: Contract,
    faults: Faults,
    state: Mutex<State>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panicked inside")
    }
}

impl SslCommerz {
    /// Starts one on a port of its own.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared {
            contract: Contract::of(CONTRACT),
            faults: Faults::default(),
            state: Mutex::default(),
        });
        let serving = Serving::start(serving::router(shared.clone())).await;
        Self { shared, serving }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        self.serving.url()
    }

    /// What broke its contract so far: empty at the end of every test.
    #[must_use]
    pub fn broken(&self) -> Vec<String> {
        self.shared.contract.broken()
    }

    /// What it does wrong on demand.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// How often an operation reached it.
    #[must_use]
    pub fn times(&self, operation: Operation) -> usize {
        self.shared.state().asked.iter().filter(|(known, _)| *known == operation).count()
    }

    /// The members of the last request of an operation.
    #[must_use]
    pub fn last(&self, operation: Operation) -> Vec<(String, String)> {
        let state = self.shared.state();
        let found = state.asked.iter().rfind(|(known, _)| *known == operation);
        found.map(|(_, members)| members.clone()).unwrap_or_default()
    }

    /// Its books.
    #[must_use]
    pub fn books(&self) -> Books {
        self.shared.state().books()
    }

    /// Notices since the last time, as often and in the order that the faults say.
    pub fn notices(&self) -> Vec<Notice> {
        let sent = std::mem::take(&mut self.shared.state().notices);
        self.shared.faults.spread(sent)
    }

    /// Whether refunds are found by the merchant's own name for them, which the document leaves
    /// open.
    pub fn finds_refunds_by_our_name(&self, does: bool) {
        self.shared.state().finds_by_our_name = does;
    }

    /// Lists of tries are empty from now on, as where they lag behind.
    pub fn forget_lists(&self) {
        self.shared.state().forgets_lists = true;
    }

    /// Pages are refused with this text, or opened again.
    pub fn refuse_sessions(&self, text: Option<&str>) {
        self.shared.state().refuses_with = text.map(str::to_owned);
    }

    /// Validations hold these members of a JSON object in place of their own.
    pub fn answer_strangely(&self, members: Option<&str>) {
        self.shared.state().strange = members.map(str::to_owned);
    }

    /// How often a refund was asked for of what the bank calls so.
    #[must_use]
    pub fn refunds_of(&self, bank_tran_id: &str) -> usize {
        let state = self.shared.state();
        state.refunds.iter().filter(|refund| refund.bank_tran_id == bank_tran_id).count()
    }

    /// The bank makes the refunds that wait.
    pub fn make_refunds(&self) {
        self.shared.state().end_refunds("refunded");
    }

    /// The bank refuses the refunds that wait.
    pub fn cancel_refunds(&self) {
        self.shared.state().end_refunds("cancelled");
    }

    /// The refunds that wait get a word that nobody knows.
    pub fn confuse_refunds(&self) {
        self.shared.state().end_refunds("on_the_way_of_the_moon");
    }
}
