//! Settings of the seller: who it is, how its documents are numbered, who comes in how, and how
//! time becomes money (SET).

pub(crate) mod branding;
pub(crate) mod conventions;
mod form;
pub(crate) mod letterhead;
mod logo;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_domain::client::CustomField;
use billfold_domain::kernel::{DocumentKind, NumberFormat, Series};
use billfold_domain::role::Permission;
use billfold_domain::tenant::{Profile, Tenant};
use chrono::NaiveDate;

use crate::error::PageError;
use crate::layout::Shell;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::visitor::Visitor;
use form::Setting;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/settings.html")]
pub(crate) struct Settings {
    /// The frame.
    pub(crate) shell: Shell,
    /// Who the seller is.
    pub(crate) seller: Vec<Line>,
    /// How documents are made.
    pub(crate) documents: Vec<Line>,
    /// How staff and clients come in.
    pub(crate) ways_in: Vec<Line>,
    /// Label and value of each convention.
    pub(crate) conventions: Vec<(&'static str, String)>,
    /// What is asked of clients: label, kind, whether it must be given, where it is retired.
    pub(crate) custom_fields: Vec<(String, String, bool, String)>,
}

/// A setting as it is now.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// What it is called.
    pub(crate) label: &'static str,
    /// What it is.
    pub(crate) value: String,
    /// Where it is changed, if it can be.
    pub(crate) change: Option<&'static str>,
}

impl Line {
    /// A setting that stays as the books were opened.
    pub(crate) fn fixed(label: &'static str, value: impl Into<String>) -> Self {
        Self { label, value: value.into(), change: None }
    }

    fn of(label: &'static str, value: impl Into<String>, setting: Setting) -> Self {
        Self { label, value: value.into(), change: Some(setting.path()) }
    }
}

/// The page's address.
pub(super) const PATH: &str = "/admin/settings";

/// The page's and the forms' addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(show))
        .merge(form::routes())
        .merge(branding::routes())
        .merge(logo::routes())
}

async fn show(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    state.must(&visitor, Permission::SettingsRead)?;
    let (profile, _) = profile(&state, &visitor).await?;
    let today = state.today(visitor.tenant()).await?;
    let head = *state.operations().head().borrow();
    let term = match profile.payment_term_days {
        0 => "On the day of issue".to_owned(),
        1 => "1 day after issue".to_owned(),
        days => format!("{days} days after issue"),
    };
    let invoices = numbered(&profile.invoice_numbers, DocumentKind::Invoice, today);
    let credit_notes = numbered(&profile.credit_note_numbers, DocumentKind::CreditNote, today);
    let said = letterhead::lines(&profile.letterhead);
    let letterhead = if said.is_empty() { "None".to_owned() } else { said.join(" · ") };
    page(&Settings {
        shell: visitor.shell(&state, PATH, head).await?,
        seller: vec![
            Line::of("Name", &profile.name, Setting::Name),
            Line::fixed("Country", profile.country.code()),
            Line::fixed("Currency of the books", profile.currency.code()),
            Line::fixed("Time zone", &profile.time_zone),
            Line::of("VAT number", profile.vat_id.as_deref().unwrap_or("None"), Setting::VatId),
            Line::of("Address and bank account", letterhead, Setting::Letterhead),
        ],
        documents: vec![
            Line::of("Invoices", invoices, Setting::DocumentNumbers),
            Line::of("Credit notes", credit_notes, Setting::DocumentNumbers),
            Line::of("Due", term, Setting::PaymentTerm),
        ],
        ways_in: ways_in(profile.second_factor, profile.client_registration),
        conventions: conventions::words(&profile.conventions),
        custom_fields: profile.custom_fields.iter().map(custom_field).collect(),
    })
}

/// How staff and clients come in, in words.
pub(crate) fn ways_in(demanded: bool, open: bool) -> Vec<Line> {
    let staff = if demanded { "Asked of everybody" } else { "Left to each" };
    let clients = if open { "Anybody may register" } else { "By invitation only" };
    vec![
        Line::of("Second step of staff", staff, Setting::SecondFactor),
        Line::of("Clients", clients, Setting::ClientRegistration),
    ]
}

fn custom_field(field: &CustomField) -> (String, String, bool, String) {
    let retire = format!("{PATH}/custom-fields/{}/retire", field.key);
    (field.label.clone(), show::words(field.kind.word()), field.required, retire)
}

/// The first number of the day's series, for how one looks.
fn numbered(format: &NumberFormat, kind: DocumentKind, today: NaiveDate) -> String {
    let first = Series::new(format, kind, today).next(|_| None);
    first.map_or_else(|_| format.prefix.clone(), |number| format!("Like {}", number.text))
}

pub(super) async fn profile(
    state: &WebState,
    visitor: &Visitor,
) -> Result<(Profile, i64), PageError> {
    let tenant = visitor.tenant();
    let (seller, version) = state.door().load::<Tenant>(tenant, tenant.uuid()).await?;
    Ok((seller.profile().ok_or(PageError::NotFound)?.clone(), version))
}
