//! The seller's settings.

use axum::extract::State;
use billfold_app::commands::tenants::{
    MoveTestClock, RenameTenant, SetAffiliateTerms, SetClientRegistration, SetConventions,
    SetDocumentNumbers, SetLetterhead, SetPaymentTerm, SetSecondFactor, SetVatId,
};
use billfold_app::test_clock;
use billfold_domain::invoice::Letterhead;
use billfold_domain::kernel::{NumberFormat, NumberScheme};
use billfold_domain::role::Reach;
use billfold_domain::tenant::{Profile, Tenant};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{Answer, Changed, Versioned};
use crate::auth::{Caller, May, SettingsWrite, out_of_reach};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::affiliates::WireCommissionTerms;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::{WireConventions, WireLetterhead};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read_settings))
        .routes(routes!(set_name))
        .routes(routes!(set_document_numbers))
        .routes(routes!(set_payment_term))
        .routes(routes!(set_conventions))
        .routes(routes!(set_vat_id))
        .routes(routes!(set_letterhead))
        .routes(routes!(set_second_factor))
        .routes(routes!(set_client_registration))
        .routes(routes!(move_test_clock))
        .routes(routes!(set_affiliate_terms))
}

/// Reads the settings of the caller's seller. Staff of the whole seller and keys may read them.
#[utoipa::path(
    get, path = "", tag = "settings", responses((status = 200, body = Settings)),
)]
async fn read_settings(
    State(state): State<ApiState>,
    caller: Caller,
) -> Result<Versioned<Settings>, Problem> {
    if caller.identity.rights.reach != Reach::Seller && !caller.identity.is_restricted() {
        return Err(out_of_reach());
    }
    let tenant = caller.tenant;
    let (seller, version) = state.door().load::<Tenant>(tenant, tenant.uuid()).await?;
    let suspended = matches!(seller, Tenant::Suspended(_));
    let profile = seller.profile().ok_or_else(Problem::not_found)?;
    Ok(Versioned { body: Settings::of(&tenant.to_string(), profile, suspended, version), version })
}

/// Changes the legal name; documents already issued keep the old one.
#[utoipa::path(
    put, path = "/name", tag = "settings", request_body = NewName,
    params(IfMatchHeader), responses((status = 200, body = Changed)),
)]
async fn set_name(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(NewName { name }): Body<NewName>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let name = check.text("/name", &name, 200).ok_or_else(|| check.problem())?;
    let done = state.change(&caller, &key, seen, RenameTenant { name }).await?;
    let tenant = caller.tenant;
    Ok(Answer::plain(&done, tenant, tenant.uuid()))
}

/// A legal name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewName {
    /// As documents show it from now on.
    #[schema(example = "Nordlicht Hosting GmbH", min_length = 1, max_length = 200)]
    name: String,
}

/// Chooses how later invoices and credit notes are numbered; issued ones keep their numbers.
///
/// A prefix that documents of the other kind ever had is refused, so that no number is printed
/// twice. A new prefix counts from 1.
#[utoipa::path(
    put, path = "/document-numbers", tag = "settings", request_body = NewNumbers,
    params(IfMatchHeader), responses((status = 200, body = Changed)),
)]
async fn set_document_numbers(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewNumbers>,
) -> Result<Answer<Changed>, Problem> {
    let invoices = NumberFormat::from(new.invoice_numbers);
    let credit_notes = NumberFormat::from(new.credit_note_numbers);
    let mut check = Check::default();
    check.parts("/invoice_numbers", invoices.check());
    check.parts("/credit_note_numbers", credit_notes.check());
    check.finish()?;
    let set = SetDocumentNumbers { invoices, credit_notes };
    let done = state.change(&caller, &key, seen, set).await?;
    let tenant = caller.tenant;
    Ok(Answer::plain(&done, tenant, tenant.uuid()))
}

/// How documents are numbered from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNumbers {
    /// Invoices.
    invoice_numbers: Numbers,
    /// Credit notes.
    credit_note_numbers: Numbers,
}

/// Chooses how many days after issue later documents are due, unless an invoice says otherwise.
#[utoipa::path(
    put, path = "/payment-term", tag = "settings", request_body = PaymentTerm,
    params(IfMatchHeader), responses((status = 200, body = Changed)),
)]
async fn set_payment_term(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(PaymentTerm { days }): Body<PaymentTerm>,
) -> Result<Answer<Changed>, Problem> {
    if days > LONGEST_TERM_DAYS {
        let mut check = Check::default();
        check.wrong("/days", "payment_term.too_long", "must not be more than 365 days");
        return Err(check.problem());
    }
    let done = state.change(&caller, &key, seen, SetPaymentTerm { days }).await?;
    let tenant = caller.tenant;
    Ok(Answer::plain(&done, tenant, tenant.uuid()))
}

/// The longest payment term, which the document of the API tells too.
const LONGEST_TERM_DAYS: u16 = 365;

/// A payment term.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PaymentTerm {
    /// Days between issue and due date; 0 is due on the day of issue.
    #[schema(example = 14, maximum = 365)]
    days: u16,
}

/// Chooses how time becomes money, for what is not billed yet.
#[utoipa::path(
    put, path = "/conventions", tag = "settings", request_body = WireConventions,
    params(IfMatchHeader), responses((status = 200, body = Changed)),
)]
async fn set_conventions(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<WireConventions>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let conventions = new.read(&mut check, "").ok_or_else(|| check.problem())?;
    let done = state.change(&caller, &key, seen, SetConventions { conventions }).await?;
    let tenant = caller.tenant;
    Ok(Answer::plain(&done, tenant, tenant.uuid()))
}

/// Sets or removes the seller's tax number; documents already issued keep the old one.
#[utoipa::path(
    put, path = "/vat-id", tag = "settings", request_body = NewVatId,
    params(IfMatchHeader), responses((status = 200, body = Changed)),
)]
async fn set_vat_id(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewVatId>,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, SetVatId { vat_id: new.vat_id }).await?;
    let tenant = caller.tenant;
    Ok(Answer::plain(&done, tenant, tenant.uuid()))
}

/// Says where the seller is reached and paid; documents already issued keep the old words.
#[utoipa::path(
    put, path = "/letterhead", tag = "settings", request_body = WireLetterhead,
    params(IfMatchHeader), responses((status = 200, body = Changed)),
)]
async fn set_letterhead(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<WireLetterhead>,
) -> Result<Answer<Changed>, Problem> {
    let letterhead = Letterhead::from(new);
    let mut check = Check::default();
    check.parts("", letterhead.check());
    check.finish()?;
    let done = state.change(&caller, &key, seen, SetLetterhead { letterhead }).await?;
    let tenant = caller.tenant;
    Ok(Answer::plain(&done, tenant, tenant.uuid()))
}

/// Chooses the terms of affiliates who are approved later without terms of their own.
#[utoipa::path(
    put, path = "/affiliate-terms", tag = "settings", request_body = WireCommissionTerms,
    params(IfMatchHeader), responses((status = 200, body = Changed)),
)]
async fn set_affiliate_terms(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<WireCommissionTerms>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let terms = new.read(&mut check, "").ok_or_else(|| check.problem())?;
    let done = state.change(&caller, &key, seen, SetAffiliateTerms { terms }).await?;
    let tenant = caller.tenant;
    Ok(Answer::plain(&done, tenant, tenant.uuid()))
}

/// Asks a second step of all staff, or leaves it to each.
///
/// Whoever has none may do nothing from then on but set one up; API keys go on.
#[utoipa::path(
    put, path = "/second-factor", tag = "settings", request_body = SecondFactorDemand,
    params(IfMatchHeader), responses((status = 200, body = Changed)),
)]
async fn set_second_factor(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(SecondFactorDemand { demanded }): Body<SecondFactorDemand>,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, SetSecondFactor { demanded }).await?;
    let tenant = caller.tenant;
    Ok(Answer::plain(&done, tenant, tenant.uuid()))
}

/// Who needs a second step.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SecondFactorDemand {
    /// Whether all staff do.
    demanded: bool,
}

/// Lets clients register by themselves, or no longer.
#[utoipa::path(
    put, path = "/client-registration", tag = "settings", request_body = ClientRegistration,
    params(IfMatchHeader), responses((status = 200, body = Changed)),
)]
async fn set_client_registration(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(ClientRegistration { open }): Body<ClientRegistration>,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, SetClientRegistration { open }).await?;
    let tenant = caller.tenant;
    Ok(Answer::plain(&done, tenant, tenant.uuid()))
}

/// Whether clients register by themselves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClientRegistration {
    /// Whether they may.
    open: bool,
}

/// A tax number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewVatId {
    /// With the letters of its country, or a number of the local tax office without; none if
    /// absent.
    #[schema(example = "NL123456789B01", pattern = "^[A-Z0-9]{4,20}$")]
    vat_id: Option<String>,
}

/// Moves the clock of a test seller forward, day by day: what becomes due on the way is billed,
/// whoever is late is dunned, what was earned is recognised and gift cards expire, as it would be
/// in real time.
///
/// A seller is a test seller from the day its books are opened, or never. A request that breaks off
/// is sent again, and goes on from the day it came to.
#[utoipa::path(
    post, path = "/test-clock", tag = "settings", request_body = MoveClock,
    responses((status = 200, body = TestClockMoved)),
)]
async fn move_test_clock(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    key: IdempotencyKey,
    Body(MoveClock { to }): Body<MoveClock>,
) -> Result<Answer<TestClockMoved>, Problem> {
    let ask = caller.ask(&key, MoveTestClock { to });
    let moved = test_clock::advance(state.door(), state.runs(), ask).await?;
    let (tenant, brought) = (caller.tenant, &moved.brought);
    let body = TestClockMoved {
        shows: to,
        billing_runs: brought.billing_runs.iter().map(ToString::to_string).collect(),
        issued: brought.issued,
        dunned: brought.dunned.into(),
        recognised: brought.recognised,
        gift_cards_expired: brought.cards_expired,
        approvals_expired: brought.approvals_expired,
        version: moved.done.version_of(tenant.uuid()),
        position: state.oversight().head().await?.position,
    };
    Ok(Answer::of(&moved.done, tenant.uuid(), body))
}

/// Where a test clock is to go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MoveClock {
    /// What it is to show: later than it shows, and at most 400 days.
    to: DateTime<Utc>,
}

/// What dunning did while a test clock moved.
#[derive(Serialize, ToSchema)]
#[schema(as = TestClockDunned)]
struct Dunned {
    /// Cases that began.
    opened: u64,
    /// Stages taken.
    stages: u64,
    /// Cases that ended.
    stopped: u64,
}

impl From<test_clock::Dunned> for Dunned {
    fn from(dunned: test_clock::Dunned) -> Self {
        let test_clock::Dunned { opened, stages, stopped } = dunned;
        Self { opened, stages, stopped }
    }
}

/// What moving a test clock brought.
#[derive(Serialize, ToSchema)]
struct TestClockMoved {
    /// What it shows now.
    shows: DateTime<Utc>,
    /// The billing runs of the days that passed, oldest first.
    billing_runs: Vec<String>,
    /// Documents they issued.
    issued: u64,
    /// What dunning did on those days.
    dunned: Dunned,
    /// Days on which revenue was recognised.
    recognised: u64,
    /// Gift cards whose last day passed.
    gift_cards_expired: u64,
    /// Approvals that nobody answered in time.
    approvals_expired: u64,
    /// The version of the settings now. Null if nothing changed.
    version: Option<i64>,
    /// The log position behind all of it: a list read from there has what happened.
    position: i64,
}

/// What a seller chose.
#[derive(Serialize, ToSchema)]
struct Settings {
    /// The seller.
    #[schema(example = "ten_01kchkq7w7fc9r6a8b9c0d1e2f")]
    tenant: String,
    /// Legal name.
    name: String,
    /// Where it is established.
    #[schema(example = "NL")]
    country: String,
    /// Currency of the books.
    #[schema(example = "EUR")]
    currency: String,
    /// Decides what day it is.
    #[schema(example = "Europe/Amsterdam")]
    time_zone: String,
    /// How invoices are numbered.
    invoice_numbers: Numbers,
    /// How credit notes are numbered.
    credit_note_numbers: Numbers,
    /// Days between issue and due date, unless said otherwise.
    payment_term_days: u16,
    /// Tax number.
    vat_id: Option<String>,
    /// Where it is reached and paid.
    letterhead: WireLetterhead,
    /// How time becomes money.
    conventions: WireConventions,
    /// What affiliates get who are approved without terms of their own.
    affiliate_terms: Option<WireCommissionTerms>,
    /// Whether a second step is asked of all staff.
    second_factor_demanded: bool,
    /// Whether clients may register by themselves.
    client_registration_open: bool,
    /// What the clock of a test seller shows; null for a seller whose clock is real.
    test_clock: Option<DateTime<Utc>>,
    /// Whether the books are closed to changes.
    suspended: bool,
    /// Its version, as in `ETag`.
    version: i64,
}

/// How documents are numbered.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Numbers {
    /// What every number begins with; may be empty where numbers count on.
    #[schema(example = "INV", pattern = "^[A-Z0-9-]{0,20}$")]
    prefix: String,
    /// How many digits a count is filled up to.
    #[schema(example = 6, minimum = 1, maximum = 12)]
    digits: u8,
    /// What is counted.
    scheme: Counting,
}

/// What a number counts.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NumberScheme)]
enum Counting {
    /// `INV-2026-000001`: from 1 each year.
    PerYear,
    /// `INV-202610-000017`: shows the month and counts on.
    PerMonth,
    /// `INV-003-001`: each client counts alone. It cannot be chosen yet.
    PerClient,
    /// `INV-17`: counts on.
    Plain,
}

impl Settings {
    fn of(tenant: &str, profile: &Profile, suspended: bool, version: i64) -> Self {
        Self {
            tenant: tenant.to_owned(),
            name: profile.name.clone(),
            country: profile.country.code().to_owned(),
            currency: profile.currency.code().to_owned(),
            time_zone: profile.time_zone.clone(),
            invoice_numbers: Numbers::of(&profile.invoice_numbers),
            credit_note_numbers: Numbers::of(&profile.credit_note_numbers),
            payment_term_days: profile.payment_term_days,
            vat_id: profile.vat_id.clone(),
            letterhead: WireLetterhead::from(&profile.letterhead),
            conventions: profile.conventions.into(),
            affiliate_terms: profile.affiliate_terms.as_ref().map(WireCommissionTerms::from),
            second_factor_demanded: profile.second_factor,
            client_registration_open: profile.client_registration,
            test_clock: profile.test_clock,
            suspended,
            version,
        }
    }
}

impl Numbers {
    fn of(format: &NumberFormat) -> Self {
        let scheme = match format.scheme {
            NumberScheme::PerYear => Counting::PerYear,
            NumberScheme::PerMonth => Counting::PerMonth,
            NumberScheme::PerClient => Counting::PerClient,
            NumberScheme::Plain => Counting::Plain,
        };
        Self { prefix: format.prefix.clone(), digits: format.digits, scheme }
    }
}

impl From<Numbers> for NumberFormat {
    fn from(numbers: Numbers) -> Self {
        let scheme = match numbers.scheme {
            Counting::PerYear => NumberScheme::PerYear,
            Counting::PerMonth => NumberScheme::PerMonth,
            Counting::PerClient => NumberScheme::PerClient,
            Counting::Plain => NumberScheme::Plain,
        };
        Self { prefix: numbers.prefix, digits: numbers.digits, scheme }
    }
}
