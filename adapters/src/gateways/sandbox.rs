//! A gateway that moves no money: for trials, demos and tests. A seller must choose it by name.
//!
//! The last two digits of the amount, in minor units, choose the answer:
//!
//! | cents | answer                                                              |
//! | ----- | ------------------------------------------------------------------- |
//! | 41    | declined, do not honour; another try may help                       |
//! | 51    | declined, insufficient funds; another try may help                  |
//! | 54    | declined, card expired; for good                                    |
//! | 59    | declined, suspected fraud; for good                                 |
//! | 61    | under way at first, settled when it is looked up                    |
//! | 63    | the answer is lost after the money moved; a look-up finds it        |
//! | 64    | the request is lost; a look-up finds nothing, and the next try pays |
//! | 65    | settled, with a risk that wants a person                            |
//! | 66    | one minor unit less arrives than was asked for                      |
//! | other | settled                                                             |
//!
//! Guarantees: the same payment gives the same reference, in any process, because both follow from
//! the input; it keeps nothing in memory.

use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::driver::{
    Budget, Call, CallFailure, Currencies, DriverDescription, Found, PageNeeds, Why, Window,
};
use billfold_app::ports::gateway::{
    ChargeAsk, ChargeReport, ChargeStage, Charging, ConnectionTest, Gateway, RefundAsk,
    RefundReport, RefundStageThere, Refunding, Risk, Sought, SoughtRefund, StoredToken, Tested,
};
use billfold_domain::kernel::{Money, PaymentId, RefundId};
use billfold_domain::payment::Decline;

/// The driver.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sandbox;

static DESCRIPTION: DriverDescription = DriverDescription {
    key: "sandbox",
    label: "Sandbox",
    summary: "Moves no money; the cents of an amount choose what happens.",
    is_sandbox: true,
    is_by_hand: false,
    fields: &[],
    package: &[],
    currencies: Currencies::Any,
    webhook: None,
    budget: Budget { per_second: 10_000, burst: 10_000, at_once: 64 },
    longest_call: Duration::from_secs(5),
    idempotency: Window::Forever,
    page: PageNeeds::NONE,
};

/// Last two digits, code, what it says, whether another try may help.
const DECLINES: [(i64, &str, &str, Decline); 4] = [
    (41, "do_not_honor", "do not honour", Decline::Soft),
    (51, "insufficient_funds", "insufficient funds", Decline::Soft),
    (54, "expired_card", "card expired", Decline::Hard),
    (59, "fraudulent", "suspected fraud", Decline::Hard),
];

impl Gateway for Sandbox {
    fn description(&self) -> &'static DriverDescription {
        &DESCRIPTION
    }

    fn charging(&self) -> Option<&dyn Charging> {
        Some(self)
    }

    fn refunding(&self) -> Option<&dyn Refunding> {
        Some(self)
    }

    fn testing(&self) -> Option<&dyn ConnectionTest> {
        Some(self)
    }
}

#[async_trait]
impl Charging for Sandbox {
    async fn charge(
        &self,
        call: &Call<'_>,
        ask: &ChargeAsk<'_>,
    ) -> Result<ChargeReport, CallFailure> {
        let lost = || Why::new("sandbox_lost", "the sandbox loses this on purpose");
        match cents(ask.amount) {
            61 => Ok(report(ask.payment_id, None, under_way())),
            63 => Err(CallFailure::Unknown { why: lost() }),
            // The first try is lost on its way; the next has another key.
            64 if call.row().try_no == 1 => Err(CallFailure::Unknown { why: lost() }),
            _ => Ok(decided(ask.payment_id, ask.amount)),
        }
    }

    async fn confirm(
        &self,
        _: &Call<'_>,
        _: &str,
        _: Option<&StoredToken>,
    ) -> Result<ChargeReport, CallFailure> {
        Err(nothing_waits())
    }

    async fn cancel(&self, _: &Call<'_>, _: &str) -> Result<ChargeReport, CallFailure> {
        Err(nothing_waits())
    }

    async fn look_up(
        &self,
        call: &Call<'_>,
        about: &Sought<'_>,
    ) -> Result<Found<ChargeReport>, CallFailure> {
        Ok(match cents(about.amount) {
            64 if call.row().try_no == 1 => Found::NotThere,
            _ => Found::There(decided(about.payment_id, about.amount)),
        })
    }
}

#[async_trait]
impl Refunding for Sandbox {
    async fn refund(&self, _: &Call<'_>, ask: &RefundAsk<'_>) -> Result<RefundReport, CallFailure> {
        Ok(sent(ask.refund_id, ask.amount))
    }

    async fn look_up(
        &self,
        _: &Call<'_>,
        about: &SoughtRefund<'_>,
    ) -> Result<Found<RefundReport>, CallFailure> {
        Ok(Found::There(sent(about.refund_id, about.amount)))
    }

    async fn all_of(&self, _: &Call<'_>, _: &str) -> Result<Vec<RefundReport>, CallFailure> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl ConnectionTest for Sandbox {
    async fn test(&self, _: &Call<'_>) -> Result<Tested, CallFailure> {
        Ok(Tested { says: "the sandbox is always there".to_owned(), is_live: false })
    }
}

fn cents(amount: Money) -> i64 {
    amount.minor().rem_euclid(100)
}

/// What a charge comes to, whenever it is asked for.
fn decided(payment_id: PaymentId, amount: Money) -> ChargeReport {
    let ending = cents(amount);
    if let Some((_, code, says, decline)) = DECLINES.iter().find(|(digits, ..)| *digits == ending) {
        let why = Why::new(*code, says);
        let stage = ChargeStage::Declined { decline: *decline, why, ask_client: false };
        return report(payment_id, None, stage);
    }
    let arrived = match ending {
        66 => Money::try_new(amount.minor().saturating_sub(1), amount.currency()).ok(),
        _ => Some(amount),
    };
    let risk = (ending == 65).then(|| Risk {
        level: "1".to_owned(),
        title: "high risk, says the sandbox".to_owned(),
        is_high: true,
    });
    ChargeReport { risk, ..report(payment_id, arrived, ChargeStage::Settled) }
}

fn report(payment_id: PaymentId, amount: Option<Money>, stage: ChargeStage) -> ChargeReport {
    let reference = format!("sbx_{payment_id}");
    ChargeReport { reference, amount, stage, fee: None, risk: None, method: None }
}

fn under_way() -> ChargeStage {
    ChargeStage::Pending { look_again: Duration::from_secs(5) }
}

fn nothing_waits() -> CallFailure {
    let why = Why::new("nothing_waits", "the sandbox never waits for a client");
    CallFailure::Rejected { why }
}

fn sent(refund_id: RefundId, amount: Money) -> RefundReport {
    RefundReport {
        reference: format!("sbx_{refund_id}"),
        ours: Some(refund_id),
        amount: Some(amount),
        stage: RefundStageThere::Sent,
    }
}
