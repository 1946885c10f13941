//! Changes of tax rates.

use axum::extract::State;
use billfold_app::commands::tax_rates::{
    DefineRate, EndExemption, ExemptClient, RetireRate, SetRate,
};
use billfold_domain::kernel::{ClientId, Country, Percent, TaxRateId};
use billfold_domain::tax::PriceMode;
use billfold_domain::tax_rate::{DefineTaxRate, ExemptionEvidence, TaxIdentity};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::answer::{Answer, Changed};
use crate::auth::{May, ProductsWrite};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::invoices::WireReason;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::WireRateClass;

/// Begins to charge a tax in a place, on a class of goods.
#[utoipa::path(
    post, path = "", tag = "tax rates", request_body = NewTaxRate,
    responses((status = 201, body = Changed)),
)]
pub(super) async fn define_tax_rate(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewTaxRate>,
) -> Result<Answer<Changed>, Problem> {
    let define = DefineRate { tax_rate_id: None, define: new.read()? };
    let done = state.command(&caller, &key, define).await?;
    let id = done.answer.tax_rate_id;
    Ok(Answer::plain(&done, id, id.uuid()).made_at(format!("/api/v1/tax-rates/{id}")))
}

/// Charges another rate from a day on, today or later; what was charged stays.
#[utoipa::path(
    post, path = "/{id}/rates", tag = "tax rates", request_body = NewRate,
    params(("id" = String, Path, example = "tax_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn set_tax_rate(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(tax_rate_id): Ident<TaxRateId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewRate>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let (rate, valid_from, valid_to) = new.read(&mut check).ok_or_else(|| check.problem())?;
    let set = SetRate { tax_rate_id, rate, valid_from, valid_to };
    let done = state.change(&caller, &key, seen, set).await?;
    Ok(Answer::plain(&done, tax_rate_id, tax_rate_id.uuid()))
}

/// Charges a tax no longer from a day on.
#[utoipa::path(
    post, path = "/{id}/retire", tag = "tax rates", request_body = FromDay,
    params(("id" = String, Path, example = "tax_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn retire_tax_rate(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(tax_rate_id): Ident<TaxRateId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<FromDay>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let from = check.optional_date("/from", new.from).ok_or_else(|| check.problem())?;
    let done = state.change(&caller, &key, seen, RetireRate { tax_rate_id, from }).await?;
    Ok(Answer::plain(&done, tax_rate_id, tax_rate_id.uuid()))
}

/// Lets a client not pay a tax. What proves it is sealed and shown to nobody.
#[utoipa::path(
    post, path = "/{id}/exemptions", tag = "tax rates", request_body = NewExemption,
    params(("id" = String, Path, example = "tax_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn exempt_client(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(tax_rate_id): Ident<TaxRateId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewExemption>,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, new.read(tax_rate_id)?).await?;
    Ok(Answer::plain(&done, tax_rate_id, tax_rate_id.uuid()))
}

/// Lets a client pay a tax again from a day on.
#[utoipa::path(
    post, path = "/{id}/exemptions/end", tag = "tax rates", request_body = ExemptionEnd,
    params(("id" = String, Path, example = "tax_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn end_exemption(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(tax_rate_id): Ident<TaxRateId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<ExemptionEnd>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let client_id = check.id::<ClientId>("/client_id", &new.client_id);
    let from = check.optional_date("/from", new.from);
    let (Some(client_id), Some(from)) = (client_id, from) else { return Err(check.problem()) };
    let end = EndExemption { tax_rate_id, client_id, from };
    let done = state.change(&caller, &key, seen, end).await?;
    Ok(Answer::plain(&done, tax_rate_id, tax_rate_id.uuid()))
}

/// A tax to be defined.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTaxRate {
    /// The country; ISO 3166, two capitals.
    #[schema(example = "NL", pattern = "^[A-Z]{2}$")]
    country: String,
    /// A state or territory in it; the whole country if absent.
    #[schema(example = "QC", max_length = 40)]
    region: Option<String>,
    /// The class of goods; standard if absent.
    tax_class: Option<WireRateClass>,
    /// What the tax is called: lower case letters, digits, `_` and `-`; `vat` if absent.
    #[schema(example = "vat", pattern = "^[a-z0-9_-]{1,40}$", max_length = 40)]
    code: Option<String>,
    /// Its turn among the taxes of a place, lower ones first; 1 if absent.
    turn: Option<u32>,
    /// Taken on the price together with the taxes before it; not if absent.
    compound: Option<bool>,
    /// Whether prices hold it; not if absent. Documents have net prices: such a rate is kept, and
    /// taxes nothing automatically.
    inclusive: Option<bool>,
    /// Percent, up to six decimals.
    #[schema(example = "21", max_length = 16)]
    rate: String,
    /// First day; may lie in the past.
    valid_from: NaiveDate,
    /// First day on which it no longer holds; nothing while no end is known.
    valid_to: Option<NaiveDate>,
}

/// A rate and its days.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRate {
    /// Percent, up to six decimals.
    #[schema(example = "21", max_length = 16)]
    rate: String,
    /// First day.
    valid_from: NaiveDate,
    /// First day on which it no longer holds; nothing while no end is known.
    valid_to: Option<NaiveDate>,
}

/// From which day; today if absent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FromDay {
    /// The first day.
    from: Option<NaiveDate>,
}

/// An exemption to be given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewExemption {
    /// Who does not pay.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: String,
    /// First day; today if absent.
    valid_from: Option<NaiveDate>,
    /// First day on which it no longer holds; nothing while no end is known.
    valid_to: Option<NaiveDate>,
    /// Number or place of the certificate that proves it; sealed.
    #[schema(example = "certificate 4711", min_length = 1, max_length = 200)]
    evidence: String,
    /// Which article exempts the client, as documents say it.
    reason: Option<WireReason>,
}

/// An exemption to be ended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExemptionEnd {
    /// Who pays again.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: String,
    /// The first day; today if absent.
    from: Option<NaiveDate>,
}

impl NewRate {
    fn read(&self, check: &mut Check) -> Option<(Percent, NaiveDate, Option<NaiveDate>)> {
        let rate = check.number("/rate", &self.rate, 16, str::parse::<Percent>);
        let valid_from = check.date("/valid_from", self.valid_from);
        let valid_to = check.optional_date("/valid_to", self.valid_to);
        Some((rate?, valid_from?, valid_to?))
    }
}

impl NewTaxRate {
    fn read(self) -> Result<DefineTaxRate, Problem> {
        let mut check = Check::default();
        let country = check.value("/country", Country::parse(&self.country));
        let Self { rate, valid_from, valid_to, .. } = &self;
        let first = NewRate { rate: rate.clone(), valid_from: *valid_from, valid_to: *valid_to };
        let rate = first.read(&mut check);
        let (Some(country), Some((rate, valid_from, valid_to))) = (country, rate) else {
            return Err(check.problem());
        };
        let inclusive = self.inclusive.unwrap_or(false);
        let tax = TaxIdentity {
            country,
            region: self.region,
            class: self.tax_class.map(Into::into).unwrap_or_default(),
            code: self.code.unwrap_or_else(|| "vat".to_owned()),
            turn: self.turn.unwrap_or(1),
            compound: self.compound.unwrap_or(false),
            prices: if inclusive { PriceMode::Inclusive } else { PriceMode::Exclusive },
        };
        check.parts("", tax.check());
        check.finish()?;
        Ok(DefineTaxRate { tax, rate, valid_from, valid_to })
    }
}

impl NewExemption {
    fn read(self, tax_rate_id: TaxRateId) -> Result<ExemptClient, Problem> {
        let mut check = Check::default();
        let client_id = check.id::<ClientId>("/client_id", &self.client_id);
        let valid_from = check.optional_date("/valid_from", self.valid_from);
        let valid_to = check.optional_date("/valid_to", self.valid_to);
        let reference = check.text("/evidence", &self.evidence, 200);
        match (client_id, valid_from, valid_to, reference) {
            (Some(client_id), Some(valid_from), Some(valid_to), Some(reference)) => {
                let evidence = ExemptionEvidence { reference };
                let reason = self.reason.map(WireReason::read);
                Ok(ExemptClient { tax_rate_id, client_id, valid_from, valid_to, evidence, reason })
            }
            _ => Err(check.problem()),
        }
    }
}
