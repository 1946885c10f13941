//! What is subscribed to, on the wire: a price of the catalogue, or terms of its own.

use billfold_app::commands::subscriptions::{AgreedOffer, BilledDocument, Billing, Offer};
use billfold_domain::kernel::{Currency, Quantity, UnitPrice};
use billfold_domain::subscription::Timing;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::receive::Check;
use crate::wire::{WireAnchor, WireCycle, WireInterval, WireMoney, WireTiming};

/// At which price: `cycle` chooses one of the catalogue, `agreed` is a price of its own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Offer)]
pub(super) struct WireOffer {
    /// In what; ISO 4217.
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: String,
    /// How often the price of the catalogue is charged.
    cycle: Option<WireCycle>,
    /// Terms agreed with this client.
    agreed: Option<WireAgreed>,
}

/// Terms agreed with one client.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AgreedTerms)]
pub(super) struct WireAgreed {
    /// Price of one for a whole interval without tax, up to twelve decimals; without it nothing
    /// recurs.
    #[schema(example = "9.90", max_length = 32)]
    price: Option<String>,
    /// Charged once.
    setup_fee: Option<WireMoney>,
    /// How far boundaries lie apart.
    interval: WireInterval,
    /// When a period is billed; in advance if absent.
    timing: Option<WireTiming>,
    /// Days before anything recurring is charged.
    #[schema(maximum = 3660)]
    trial_days: Option<u32>,
    /// What boundaries hold on to, where the subscription does not say it.
    anchor: Option<WireAnchor>,
}

impl WireOffer {
    /// The offer, or what is wrong below `pointer`.
    pub(super) fn read(&self, check: &mut Check, pointer: &str) -> Option<Offer> {
        let currency = Currency::parse(&self.currency);
        let currency = check.value(&format!("{pointer}/currency"), currency)?;
        match (&self.cycle, &self.agreed) {
            (Some(cycle), None) => Some(Offer::Listed { cycle: (*cycle).into(), currency }),
            (None, Some(agreed)) => {
                let agreed = agreed.read(check, &format!("{pointer}/agreed"), currency);
                agreed.map(Offer::Agreed)
            }
            (None, None) | (Some(_), Some(_)) => {
                let detail = "give either cycle or agreed";
                check.wrong(format!("{pointer}/cycle"), "offer.ambiguous", detail);
                None
            }
        }
    }
}

impl WireAgreed {
    fn read(&self, check: &mut Check, pointer: &str, currency: Currency) -> Option<AgreedOffer> {
        let at = |field: &str| format!("{pointer}/{field}");
        let parse = |text: &str| UnitPrice::parse(text, currency);
        let price = match self.price.as_deref() {
            None => Some(None),
            Some(text) => check.number(&at("price"), text, 32, parse).map(Some),
        };
        let setup_fee = match &self.setup_fee {
            None => Some(None),
            Some(fee) => fee.read(check, &at("setup_fee")).map(Some),
        };
        let interval = self.interval.read(check, &at("interval"));
        let anchor = WireAnchor::optional(self.anchor.as_ref(), check, &at("anchor"));
        Some(AgreedOffer {
            currency,
            price: price?,
            setup_fee: setup_fee?,
            interval: interval?,
            timing: self.timing.map_or(Timing::Advance, Timing::from),
            trial_days: self.trial_days.unwrap_or(0),
            anchor: anchor?,
        })
    }
}

/// How many, which may be absent.
pub(super) fn quantity(
    check: &mut Check,
    pointer: &str,
    text: Option<&str>,
) -> Option<Option<Quantity>> {
    match text {
        None => Some(None),
        Some(text) => check.number(pointer, text, 24, str::parse::<Quantity>).map(Some),
    }
}

/// What was billed or given back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Billing)]
pub(in crate::v1) struct WireBilling {
    /// The invoice, if something is charged.
    #[schema(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    invoice_id: Option<String>,
    /// The credit note, if more goes back than is charged.
    #[schema(example = "crn_01kchkq7w7fc9r6a8b9c0d1e2f")]
    credit_note_id: Option<String>,
    /// The document's number as printed.
    #[schema(example = "INV-2026-000042")]
    number: String,
    /// What is charged less what goes back, without tax; negative on a credit note.
    net: WireMoney,
    /// The same with tax.
    total: WireMoney,
    /// What credit of the client paid.
    credit_used: WireMoney,
    /// What is still to be paid.
    due: WireMoney,
    /// What became credit of the client.
    to_credit: WireMoney,
}

impl From<&Billing> for WireBilling {
    fn from(billing: &Billing) -> Self {
        let (invoice_id, credit_note_id) = match billing.document {
            BilledDocument::Invoice(id) => (Some(id.to_string()), None),
            BilledDocument::CreditNote(id) => (None, Some(id.to_string())),
        };
        Self {
            invoice_id,
            credit_note_id,
            number: billing.number.clone(),
            net: billing.net.into(),
            total: billing.total.into(),
            credit_used: billing.credit_used.into(),
            due: billing.due.into(),
            to_credit: billing.to_credit.into(),
        }
    }
}
