//! The calls to SSLCommerz, and its answers as they come.
//!
//! Only members that are needed are read, each as text, whether it comes as text or as a number; a
//! number never becomes a float.

use std::borrow::Cow;
use std::collections::BTreeMap;

use billfold_app::ports::driver::{Account, CallFailure, SettingValues, Why};
use billfold_domain::kernel::{PaymentId, RefundId};
use chrono::{DateTime, Utc};
use reqwest::Url;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::value::RawValue;

use super::LONGEST;
use crate::outbound::{Outbound, Reply};

const LIVE: &str = "https://securepay.sslcommerz.com";
const SANDBOX: &str = "https://sandbox.sslcommerz.com";
const SESSION: &str = "/gwprocess/v4/api.php";
const VALIDATION: &str = "/validator/api/validationserverAPI.php";
const TRANSACTION: &str = "/validator/api/merchantTransIDvalidationAPI.php";

/// Words of a refusal that speak of the store and not of the payment, in small letters.
const OF_THE_STORE: [&str; 5] =
    ["credential", "de-active", "deactive", "inactive", "not authorized"];

/// A store of a seller, for one call.
pub(super) struct Store<'a> {
    out: &'a Outbound,
    settings: &'a SettingValues,
    now: DateTime<Utc>,
}

/// A refund to ask for, written as it is sent.
pub(super) struct RefundForm<'a> {
    pub(super) bank_tran_id: &'a str,
    pub(super) refund_id: RefundId,
    pub(super) payment_id: PaymentId,
    pub(super) amount: &'a str,
    pub(super) remarks: &'a str,
}

impl<'a> Store<'a> {
    /// The store that an account is.
    pub(super) fn new(out: &'a Outbound, account: &'a Account, now: DateTime<Utc>) -> Self {
        Self { out, settings: &account.settings, now }
    }

    /// Opens a page; answers its address.
    pub(super) async fn open_page(
        &self,
        form: &[(&'static str, String)],
    ) -> Result<String, CallFailure> {
        let mut all = form.to_vec();
        all.extend(self.credentials().map(|(name, value)| (name, value.to_owned())));
        let request = self.out.http().post(self.address(SESSION)).form(&all);
        let reply = self.out.send(request, LONGEST).await?.triage(self.now)?;
        let told: SessionTold = reply.json()?;
        match told.status.as_str() {
            "SUCCESS" if self.is_page(told.page.as_str()) => Ok(told.page.0),
            "FAILED" => Err(self.refusal(&reply, told.reason.as_str(), form)),
            _ => Err(reply.unreadable()),
        }
    }

    /// Every try to pay under a reference of ours.
    pub(super) async fn tries(&self, payment_id: PaymentId) -> Result<Vec<Try>, CallFailure> {
        let tran_id = payment_id.to_string();
        let reply = self.ask(TRANSACTION, &[("tran_id", &tran_id)]).await?;
        let told: TriesTold = reply.json()?;
        connected(&reply, told.connect.as_str())?;
        let is_none = matches!(told.found.as_str(), "" | "0");
        if told.tries.0.is_empty() && !is_none {
            return Err(reply.unreadable());
        }
        Ok(told.tries.0.into_iter().filter(|one| one.tran_id.as_str() == tran_id).collect())
    }

    /// What the validation says of one try.
    pub(super) async fn validate(&self, val_id: &str) -> Result<(Try, Reply), CallFailure> {
        let reply = self.ask(VALIDATION, &[("val_id", val_id), ("v", "1")]).await?;
        let told: Try = reply.json()?;
        connected(&reply, told.connect.as_str())?;
        Ok((told, reply))
    }

    /// Asks for a refund, once: the provider does it again each time.
    pub(super) async fn refund(
        &self,
        form: &RefundForm<'_>,
    ) -> Result<(RefundTold, Reply), CallFailure> {
        let (refund_id, payment_id) = (form.refund_id.to_string(), form.payment_id.to_string());
        let query = [
            ("bank_tran_id", form.bank_tran_id),
            ("refund_trans_id", &refund_id),
            ("refund_amount", form.amount),
            ("refund_remarks", form.remarks),
            ("refe_id", &payment_id),
            ("v", "1"),
        ];
        let reply = self.ask(TRANSACTION, &query).await?;
        let told: RefundTold = reply.json()?;
        connected(&reply, told.connect.as_str())?;
        Ok((told, reply))
    }

    /// What became of a refund, by the provider's name for it.
    pub(super) async fn refund_status(
        &self,
        name: &str,
    ) -> Result<(RefundTold, Reply), CallFailure> {
        let reply = self.ask(TRANSACTION, &[("refund_ref_id", name)]).await?;
        let told: RefundTold = reply.json()?;
        connected(&reply, told.connect.as_str())?;
        Ok((told, reply))
    }

    /// What became of a refund, by our own name for it; nothing where the provider does not take
    /// the question, which its documentation does not promise.
    pub(super) async fn refund_by_our_name(
        &self,
        refund_id: RefundId,
    ) -> Result<Option<(RefundTold, Reply)>, CallFailure> {
        let refund_id = refund_id.to_string();
        let reply = self.ask(TRANSACTION, &[("refund_trans_id", &refund_id)]).await?;
        let Ok(told) = reply.json::<RefundTold>() else { return Ok(None) };
        match told.connect.as_str() {
            "DONE" => Ok(Some((told, reply))),
            "INACTIVE" | "FAILED" => connected(&reply, told.connect.as_str()).map(|()| None),
            _ => Ok(None),
        }
    }

    /// What a refusal says, without what must not be written down.
    pub(super) fn said<'t>(&self, text: &'t str, personal: &[&str]) -> Cow<'t, str> {
        let secrets = [self.settings.required("store_passwd")];
        let unsaid = secrets.iter().chain(personal).filter(|value| value.len() > 2);
        unsaid.fold(Cow::Borrowed(text), |text, value| match text.contains(value) {
            true => Cow::Owned(text.replace(value, "…")),
            false => text,
        })
    }

    async fn ask(&self, path: &str, query: &[(&str, &str)]) -> Result<Reply, CallFailure> {
        let mut all = query.to_vec();
        all.extend(self.credentials());
        all.push(("format", "json"));
        let url = Url::parse_with_params(&self.address(path), &all).map_err(|_| {
            let says = "the address of SSLCommerz is not an address";
            CallFailure::Misconfigured { why: Why::new("address", says) }
        })?;
        self.out.send(self.out.http().get(url), LONGEST).await?.triage(self.now)
    }

    fn credentials(&self) -> [(&'static str, &'a str); 2] {
        ["store_id", "store_passwd"].map(|name| (name, self.settings.required(name)))
    }

    fn base(&self) -> &'a str {
        let of_mode = if self.settings.text("mode") == Some("live") { LIVE } else { SANDBOX };
        self.settings.text("base_url").unwrap_or(of_mode).trim_end_matches('/')
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base())
    }

    /// Whether a payer may be sent there: a page over TLS, or as plain as the address we call.
    fn is_page(&self, url: &str) -> bool {
        let own = Url::parse(self.base());
        Url::parse(url).is_ok_and(|page| {
            page.scheme() == "https" || own.is_ok_and(|own| own.scheme() == page.scheme())
        })
    }

    fn refusal(&self, reply: &Reply, text: &str, form: &[(&'static str, String)]) -> CallFailure {
        let of_payer = form.iter().filter(|(name, _)| name.starts_with("cus_"));
        let personal: Vec<&str> = of_payer.map(|(_, value)| value.as_str()).collect();
        let why = reply.why("session_refused", &self.said(text, &personal));
        let small = text.to_lowercase();
        if OF_THE_STORE.iter().any(|word| small.contains(word)) {
            return CallFailure::Misconfigured { why };
        }
        CallFailure::Rejected { why }
    }
}

/// Whether the question was answered at all.
fn connected(reply: &Reply, word: &str) -> Result<(), CallFailure> {
    match word {
        "DONE" => Ok(()),
        "INVALID_REQUEST" | "INACTIVE" => {
            let says = "SSLCommerz does not let the store in: check its id, password and mode, \
                        and that our address is registered there";
            Err(CallFailure::Misconfigured { why: reply.why("store_refused", says) })
        }
        "FAILED" => {
            let says = "SSLCommerz could not answer by itself";
            Err(CallFailure::Unknown { why: reply.why("api_connect_failed", says) })
        }
        _ => Err(reply.unreadable()),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SessionTold {
    status: Text,
    #[serde(rename = "failedreason")]
    reason: Text,
    #[serde(rename = "GatewayPageURL")]
    page: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TriesTold {
    #[serde(rename = "APIConnect")]
    connect: Text,
    #[serde(rename = "no_of_trans_found")]
    found: Text,
    #[serde(rename = "element")]
    tries: Tries,
}

/// A try to pay, as a list or the validation tells it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Try {
    #[serde(rename = "APIConnect")]
    connect: Text,
    pub(super) status: Text,
    pub(super) tran_id: Text,
    pub(super) tran_date: Text,
    pub(super) val_id: Text,
    pub(super) bank_tran_id: Text,
    pub(super) amount: Text,
    pub(super) store_amount: Text,
    pub(super) currency_type: Text,
    pub(super) currency_amount: Text,
    pub(super) risk_level: Text,
    pub(super) risk_title: Text,
    pub(super) error: Text,
}

/// A refund, as it is told.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RefundTold {
    #[serde(rename = "APIConnect")]
    connect: Text,
    pub(super) status: Text,
    pub(super) bank_tran_id: Text,
    pub(super) refund_ref_id: Text,
    #[serde(rename = "errorReason")]
    pub(super) reason: Text,
}

/// The text of a member; empty where it is missing, null or no single value.
#[derive(Default)]
pub(super) struct Text(String);

impl Text {
    /// The text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let raw = raw.get();
        Ok(Self(match raw.as_bytes().first() {
            Some(b'"') => {
                let text: String = serde_json::from_str(raw).map_err(D::Error::custom)?;
                text.trim().to_owned()
            }
            Some(b'-' | b'0'..=b'9') => raw.to_owned(),
            _ => String::new(),
        }))
    }
}

/// A list as PHP writes it: an array, or an object by number once something was taken out.
#[derive(Default)]
struct Tries(Vec<Try>);

impl<'de> Deserialize<'de> for Tries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let raw = raw.get();
        let read = match raw.as_bytes().first() {
            Some(b'[') => serde_json::from_str(raw),
            Some(b'{') => serde_json::from_str::<BTreeMap<String, Try>>(raw)
                .map(|by_number| by_number.into_values().collect()),
            _ => Ok(Vec::new()),
        };
        read.map(Self).map_err(D::Error::custom)
    }
}
