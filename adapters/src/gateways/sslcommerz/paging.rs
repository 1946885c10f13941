//! Payments on the page of SSLCommerz.
//!
//! Our own reference, the payment's id, is the provider's name of an unpaid page, too: tries are
//! looked up by it. Once paid, the payment goes by the bank's reference, which refunds need.

use async_trait::async_trait;
use billfold_app::ports::driver::{Call, CallFailure, Found, Why};
use billfold_app::ports::gateway::{
    ChargeReport, ChargeStage, CheckoutPages, Handover, PageAsk, Payer, Sought,
};
use billfold_domain::kernel::{Country, PaymentId};

use super::tries::{PAGE_LIFE, Tries};
use super::wire::Store;
use super::{LONGEST, SslCommerz, money};

/// Sent where a client did not tell something that the provider wants and does not check.
const NOT_TOLD: &str = "N/A";

#[async_trait]
impl CheckoutPages for SslCommerz {
    async fn open(&self, call: &Call<'_>, ask: &PageAsk<'_>) -> Result<ChargeReport, CallFailure> {
        let form = form(call, ask)?;
        let url = self.store(call).open_page(&form).await?;
        let until = call.now().checked_add_signed(PAGE_LIFE);
        Ok(ChargeReport {
            reference: ask.payment_id.to_string(),
            amount: None,
            stage: ChargeStage::NeedsClient { handover: Handover::Page { url }, until },
            fee: None,
            risk: None,
            method: None,
        })
    }

    async fn look_up(
        &self,
        call: &Call<'_>,
        about: &Sought<'_>,
    ) -> Result<Found<ChargeReport>, CallFailure> {
        let store = self.store(call);
        in_time(async {
            let tries = Tries::of(&store, about.payment_id, about.reference, about.hint).await?;
            let paid = tries.paid(&store, about.payment_id, false).await?.into_iter().next();
            let report = paid.or_else(|| tries.unpaid(about, call.now()));
            Ok(report.map_or(Found::NotThere, Found::There))
        })
        .await
    }

    async fn paid_besides(
        &self,
        call: &Call<'_>,
        about: &Sought<'_>,
    ) -> Result<Vec<ChargeReport>, CallFailure> {
        let store = self.store(call);
        in_time(async {
            let tries = Tries::of(&store, about.payment_id, about.reference, about.hint).await?;
            let paid = tries.paid(&store, about.payment_id, true).await?;
            Ok(paid.into_iter().skip(1).collect())
        })
        .await
    }

    /// There is no call for it: a page runs out by itself.
    async fn close(&self, call: &Call<'_>, reference: &str) -> Result<ChargeReport, CallFailure> {
        let Ok(payment_id) = reference.parse::<PaymentId>() else {
            let why = Why::new("nothing_waits", "what was paid cannot be closed");
            return Err(CallFailure::Rejected { why });
        };
        let store = self.store(call);
        in_time(given_up(&store, payment_id)).await
    }
}

async fn given_up(store: &Store<'_>, payment_id: PaymentId) -> Result<ChargeReport, CallFailure> {
    let tries = Tries::of(store, payment_id, None, None).await?;
    let paid = tries.paid(store, payment_id, false).await?.into_iter().next();
    Ok(paid.unwrap_or_else(|| tries.given_up(payment_id)))
}

/// Several questions, in the time of one call.
async fn in_time<T>(
    asking: impl Future<Output = Result<T, CallFailure>>,
) -> Result<T, CallFailure> {
    tokio::time::timeout(LONGEST, asking).await.unwrap_or_else(|_| {
        let why = Why::new("timeout", "SSLCommerz did not answer in time");
        Err(CallFailure::Unknown { why })
    })
}

/// What opens a page, all but the store itself.
fn form(call: &Call<'_>, ask: &PageAsk<'_>) -> Result<Vec<(&'static str, String)>, CallFailure> {
    let mut form = vec![
        ("total_amount", money::asked(ask.amount)?),
        ("currency", ask.amount.currency().code().to_owned()),
        ("tran_id", ask.payment_id.to_string()),
        ("success_url", address(&ask.returns.back)?),
        ("fail_url", address(&ask.returns.back)?),
        ("cancel_url", address(&ask.returns.cancel)?),
        ("ipn_url", address(&ask.returns.notify)?),
        ("shipping_method", "NO".to_owned()),
        ("num_of_item", "1".to_owned()),
        ("product_name", line(ask.description, 255)),
        ("product_category", "hosting".to_owned()),
        ("product_profile", "non-physical-goods".to_owned()),
        ("emi_option", "0".to_owned()),
        ("value_a", call.account().tenant.to_string()),
    ];
    form.extend(payer(ask.payer)?);
    Ok(form)
}

fn payer(payer: &Payer) -> Result<[(&'static str, String); 7], CallFailure> {
    let address = payer.address.as_ref();
    let of_address = |text: Option<&String>, most| line(text.map_or("", String::as_str), most);
    let code = address.map(|address| address.country.as_str()).unwrap_or_default();
    let country = Country::parse(code).map_or(code, |country| country.name());
    Ok([
        ("cus_name", line(payer.name.as_deref().unwrap_or_default(), 50)),
        ("cus_email", email(payer.email.as_deref())?),
        ("cus_add1", of_address(address.map(|address| &address.street), 50)),
        ("cus_city", of_address(address.map(|address| &address.city), 50)),
        ("cus_postcode", of_address(address.map(|address| &address.postal_code), 30)),
        ("cus_country", line(country, 50)),
        ("cus_phone", phone(payer.phone.as_deref().unwrap_or_default())),
    ])
}

/// One line of at most so many characters, and never an empty one.
fn line(text: &str, most: usize) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let cut: String = plain.collect::<String>().trim().chars().take(most).collect();
    let cut = cut.trim_end();
    if cut.is_empty() { NOT_TOLD.to_owned() } else { cut.to_owned() }
}

/// A mail address is sent whole or not at all: half of one may be somebody else's.
fn email(email: Option<&str>) -> Result<String, CallFailure> {
    let is_whole = |text: &&str| {
        let (name, host) = text.split_once('@').unwrap_or_default();
        let is_one = !host.contains('@') && !text.contains(char::is_whitespace);
        is_one && !name.is_empty() && !host.is_empty() && text.chars().count() <= 50
    };
    email.map(str::trim).filter(is_whole).map(str::to_owned).ok_or_else(|| {
        let says = "SSLCommerz wants a mail address of the client, of at most 50 characters";
        CallFailure::Rejected { why: Why::new("email", says) }
    })
}

/// Likewise for a number.
fn phone(text: &str) -> String {
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    if (5..=20).contains(&digits.len()) { digits } else { NOT_TOLD.to_owned() }
}

fn address(url: &str) -> Result<String, CallFailure> {
    if url.is_empty() || url.chars().count() > 255 {
        let says = "SSLCommerz takes addresses to come back to of at most 255 characters";
        return Err(CallFailure::Rejected { why: Why::new("address_to_return_to", says) });
    }
    Ok(url.to_owned())
}
