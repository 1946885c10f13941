//! From the words of the books to the words of the pages: amounts, accounts, states.
//!
//! Absent on purpose: rules, and events as sentences, which are in `happened.rs`.

use billfold_domain::invoice::{InvoiceStatus, LineKind, TaxCategory};
use billfold_domain::kernel::{
    AffiliateId, ClientId, Country, CouponId, CreditNoteId, Currency, Cycle, DunningCaseId,
    DunningStrategyId, GiftCardId, InvoiceId, Money, OrderId, PaymentId, Percent, Period,
    ProductId, ProformaId, SubscriptionId, UnitPrice,
};
use billfold_domain::ledger::{Side, account};
use billfold_domain::schema::Event;
use billfold_domain::subscription::Standing;
use billfold_projections::event_index::Stored;
use uuid::Uuid;

use crate::admin::trial_balance::AccountLine;
use crate::view::{Amount, Badge, Day, Tone};

/// Money as pages show it.
pub(crate) fn money(money: Money) -> Amount {
    minor(money.minor(), money.currency())
}

/// Minor units of a currency as pages show them.
pub(crate) fn minor(minor: i64, currency: Currency) -> Amount {
    Amount::new(minor, currency.code(), currency.exponent())
}

/// The payment status of an invoice; one that was thrown away as a draft has none.
pub(crate) fn status(status: Option<InvoiceStatus>) -> Badge {
    Badge::invoice(status.map_or("discarded", InvoiceStatus::word))
}

/// How a subscription stands; one that no event made has no word.
pub(crate) fn standing(standing: Option<Standing>) -> Badge {
    match standing {
        Some(Standing::Trialing) => Badge::new(Tone::Blue, "Trialing"),
        Some(Standing::Active) => Badge::new(Tone::Green, "Active"),
        Some(Standing::Ending { .. }) => Badge::new(Tone::Amber, "Ending"),
        Some(Standing::Paused) => Badge::new(Tone::Violet, "Paused"),
        Some(Standing::Ended) => Badge::new(Tone::Grey, "Ended"),
        None => Badge::new(Tone::Grey, "Unknown"),
    }
}

/// What an account is called.
pub(crate) fn account_name(code: &str) -> String {
    account(code).map_or_else(|| code.to_owned(), |account| account.name.to_owned())
}

/// One entry of a posting.
pub(crate) fn account_line(
    code: &str,
    side: Side,
    amount: Amount,
    detail: Option<&str>,
) -> AccountLine {
    AccountLine {
        code: code.to_owned(),
        name: account_name(code),
        detail: detail.map_or_else(String::new, str::to_owned),
        debit: (side == Side::Debit).then_some(amount),
        credit: (side == Side::Credit).then_some(amount),
    }
}

/// An id cut in its middle: enough to tell two apart, not enough to take for the whole.
pub(crate) fn short_id(text: &str) -> String {
    let from = text.len().saturating_sub(4);
    match (text.get(..12), text.get(from..)) {
        (Some(start), Some(end)) if text.len() > 18 => format!("{start}…{end}"),
        _ => text.to_owned(),
    }
}

/// The text form of a stream's id.
pub(crate) fn stream_id(aggregate: &str, id: Uuid) -> String {
    match aggregate {
        "client" => ClientId::new(id).to_string(),
        "product" => ProductId::new(id).to_string(),
        "order" => OrderId::new(id).to_string(),
        "invoice" => InvoiceId::new(id).to_string(),
        "payment" => PaymentId::new(id).to_string(),
        "subscription" => SubscriptionId::new(id).to_string(),
        "credit_note" => CreditNoteId::new(id).to_string(),
        "coupon" => CouponId::new(id).to_string(),
        "gift_card" => GiftCardId::new(id).to_string(),
        "billing_run" => billfold_domain::kernel::BillingRunId::new(id).to_string(),
        "accounting_period" => billfold_domain::kernel::AccountingPeriodId::new(id).to_string(),
        "sign_in" => billfold_domain::kernel::SignInId::new(id).to_string(),
        "recognition" => billfold_domain::kernel::RecognitionId::new(id).to_string(),
        "proforma" => ProformaId::new(id).to_string(),
        "affiliate" => AffiliateId::new(id).to_string(),
        "dunning_case" => DunningCaseId::new(id).to_string(),
        "dunning_strategy" => DunningStrategyId::new(id).to_string(),
        "approval" => billfold_domain::kernel::ApprovalId::new(id).to_string(),
        "department" => billfold_domain::kernel::DepartmentId::new(id).to_string(),
        "api_key" => billfold_domain::kernel::ApiKeyId::new(id).to_string(),
        "effect" => billfold_domain::kernel::EffectId::new(id).to_string(),
        "driver" => billfold_domain::kernel::DriverId::new(id).to_string(),
        "gateway" => billfold_domain::kernel::GatewayId::new(id).to_string(),
        "settlement" => billfold_domain::kernel::SettlementId::new(id).to_string(),
        "service" => billfold_domain::kernel::ServiceId::new(id).to_string(),
        "server" => billfold_domain::kernel::ServerId::new(id).to_string(),
        "server_group" => billfold_domain::kernel::ServerGroupId::new(id).to_string(),
        "tenant" => billfold_domain::kernel::TenantId::new(id).to_string(),
        _ => id.to_string(),
    }
}

/// The page of what a stream is about, where there is one.
pub(crate) fn stream_href(aggregate: &str, id: Uuid) -> Option<String> {
    let area = match aggregate {
        "client" => "clients",
        "invoice" => "invoices",
        "subscription" => "subscriptions",
        "credit_note" => "credit-notes",
        "coupon" => "coupons",
        "gift_card" => "gift-cards",
        "billing_run" => "billing-runs",
        "payment" => "payments",
        "product" => "products",
        "affiliate" => "affiliates",
        "dunning_case" => "dunning",
        "approval" => "approvals",
        "department" => "departments",
        _ => return None,
    };
    Some(format!("/admin/{area}/{}", stream_id(aggregate, id)))
}

/// A stored word such as `game_server` for people.
pub(crate) fn words(stored: &str) -> String {
    let mut text = stored.replace('_', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// What a line bills, for people.
pub(crate) fn line_kind(kind: LineKind) -> String {
    match kind {
        LineKind::Vps => "VPS".to_owned(),
        LineKind::SslCertificate => "SSL certificate".to_owned(),
        other => words(other.word()),
    }
}

/// How money came, for people.
pub(crate) fn gateway(key: &str) -> String {
    match key {
        "manual_bank" => "Bank transfer".to_owned(),
        "manual_cash" => "Cash".to_owned(),
        "imported" => "Imported".to_owned(),
        other => words(other),
    }
}

/// How often a price is charged.
pub(crate) fn cycle(cycle: Cycle) -> String {
    match cycle {
        Cycle::OneTime => "once".to_owned(),
        Cycle::Days(days) => format!("every {days} days"),
        Cycle::Months(1) => "a month".to_owned(),
        Cycle::Months(12) => "a year".to_owned(),
        Cycle::Months(months) => format!("every {months} months"),
    }
}

/// `DE 19 %`, `exempt`, `reverse charge`.
pub(crate) fn tax(category: TaxCategory, rate: Percent, country: Country) -> String {
    match category {
        TaxCategory::S | TaxCategory::L | TaxCategory::M => format!("{} {rate} %", country.code()),
        TaxCategory::Z => "zero rate".to_owned(),
        TaxCategory::E => "exempt".to_owned(),
        TaxCategory::AE => "reverse charge".to_owned(),
        TaxCategory::K => "intra-community".to_owned(),
        TaxCategory::G => "export".to_owned(),
        TaxCategory::O => "not taxed".to_owned(),
    }
}

/// The days of a service, both included.
pub(crate) fn period(period: Period) -> String {
    let last = period.to().pred_opt().unwrap_or(period.to());
    format!("{} to {}", period.from().format("%-d %b %Y"), Day(last).plain())
}

/// A price of one, with the decimals of its currency or as many more as it has.
pub(crate) fn unit_price(price: &UnitPrice) -> String {
    let mut amount = price.amount().normalize();
    if amount.scale() < price.currency().exponent() {
        amount.rescale(price.currency().exponent());
    }
    amount.to_string()
}

/// The event inside a stored one; none when this program is too old for it.
pub(crate) fn decoded(stored: &Stored) -> Option<Event> {
    billfold_domain::schema::decode(
        &stored.aggregate_type,
        &stored.event_type,
        &stored.event_version,
        stored.payload.as_bytes(),
    )
    .ok()
}

/// Whether a client may buy.
pub(crate) fn client_status(status: billfold_projections::client_list::ClientStatus) -> Badge {
    use billfold_projections::client_list::ClientStatus;
    match status {
        ClientStatus::Active => Badge::new(Tone::Green, "Active"),
        ClientStatus::Suspended => Badge::new(Tone::Amber, "Suspended"),
        ClientStatus::Inactive => Badge::new(Tone::Grey, "Inactive"),
        ClientStatus::Erased => Badge::new(Tone::Grey, "Erased"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_its_kind_and_both_ends() {
        assert_eq!(short_id("inv_01jd2kq7vhe8v9r3m5c2x7wq2m"), "inv_01jd2kq7…wq2m");
        assert_eq!(short_id("short"), "short");
    }

    #[test]
    fn only_what_has_a_page_is_linked() {
        let id = Uuid::from_u128(1);
        assert!(
            stream_href("invoice", id).is_some_and(|href| href.starts_with("/admin/invoices/inv_"))
        );
        for (stream, start) in [
            ("subscription", "/admin/subscriptions/sub_"),
            ("credit_note", "/admin/credit-notes/crn_"),
            ("payment", "/admin/payments/pay_"),
            ("product", "/admin/products/prd_"),
            ("dunning_case", "/admin/dunning/dun_"),
        ] {
            assert!(stream_href(stream, id).is_some_and(|href| href.starts_with(start)));
        }
        assert_eq!(stream_href("order", id), None);
    }

    #[test]
    fn stored_words_read_as_words() {
        assert_eq!(words("game_server"), "Game server");
        assert_eq!(gateway("manual_bank"), "Bank transfer");
    }
}
