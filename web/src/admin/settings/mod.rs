//! Settings of the seller: who it is, how its documents are numbered, who comes in how, how time
//! becomes money; and the form of the conventions (SET, SUB).

pub(crate) mod branding;
mod form;
mod logo;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::Ask;
use billfold_app::commands::tenants::SetConventions;
use billfold_domain::client::CustomField;
use billfold_domain::kernel::{DocumentKind, NumberFormat, Series};
use billfold_domain::role::Permission;
use billfold_domain::subscription::conventions::{
    Conventions, CreditBasis, DayCount, LastDay, MonthDays, ProrationUnit,
};
use billfold_domain::tenant::{Profile, Tenant};
use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::admin::confirm::Confirm;
use crate::admin::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page};
use crate::show;
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};
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
const CONVENTIONS: &str = "/admin/settings/conventions";

/// The page's and the form's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(show))
        .route(CONVENTIONS, get(ask).post(save))
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
    page(&Settings {
        shell: visitor.shell(&state, PATH, head).await?,
        seller: vec![
            Line::of("Name", &profile.name, Setting::Name),
            Line::fixed("Country", profile.country.code()),
            Line::fixed("Currency of the books", profile.currency.code()),
            Line::fixed("Time zone", &profile.time_zone),
            Line::of("VAT number", profile.vat_id.as_deref().unwrap_or("None"), Setting::VatId),
        ],
        documents: vec![
            Line::of("Invoices", invoices, Setting::DocumentNumbers),
            Line::of("Credit notes", credit_notes, Setting::DocumentNumbers),
            Line::of("Due", term, Setting::PaymentTerm),
        ],
        ways_in: ways_in(profile.second_factor, profile.client_registration),
        conventions: words(&profile.conventions),
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

/// Label and value of each convention.
pub(crate) fn words(now: &Conventions) -> Vec<(&'static str, String)> {
    let month = match now.day_count {
        DayCount::Actual => "As the calendar has it".to_owned(),
        DayCount::Fixed => format!("Always {} days", now.fixed_month_days.get()),
    };
    let of = |name, options: Vec<(String, String)>, now: String| {
        let label = options.into_iter().find(|(key, _)| *key == now).map(|(_, label)| label);
        (name, label.unwrap_or(now))
    };
    vec![
        of("A part of a period is measured", units(), word(&now.proration)),
        ("A month has", month),
        of("A credit is a share of", bases(), word(&now.credit_basis())),
        of("The day of a change", days(), word(&now.change_day)),
        of("The day of a cancellation", days(), word(&now.cancel_day)),
        ("Fractions of a cent", "Rounded half up, once per line".to_owned()),
    ]
}

async fn ask(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    form(&state, &visitor, &Fields::default(), &Wrong::default()).await?.ask(visitor.partial)
}

async fn save(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::SettingsWrite)?;
    let wrong = match read(&fields) {
        Err(wrong) => wrong,
        Ok(conventions) => {
            let ask = visitor.ask(&fields.key()?, SetConventions { conventions });
            let ask = Ask { expect: fields.one("version").parse().ok(), ..ask };
            match state.command(ask, &[]).await {
                Ok((_, seen)) => {
                    return Ok(go(&address(PATH, &[("done", seen.word("conventions"))])));
                }
                Err(error) => Wrong::from_error(error)?,
            }
        }
    };
    form(&state, &visitor, &fields, &wrong).await?.again()
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<Confirm, PageError> {
    state.must(visitor, Permission::SettingsWrite)?;
    let (profile, version) = profile(state, visitor).await?;
    let head = *state.operations().head().borrow();
    Ok(Confirm {
        shell: visitor.shell(state, PATH, head).await?,
        title: "How time becomes money".to_owned(),
        text: "Holds for what is billed from now on. What is billed already stays as it is and is \
               given back by the rule of the day it is given back."
            .to_owned(),
        action: CONVENTIONS.to_owned(),
        back: PATH.to_owned(),
        verb: "Save conventions",
        danger: false,
        key: new_key(),
        version: sent.some("version").unwrap_or_else(|| version.to_string()),
        fields: asked(sent, wrong, &profile.conventions),
        error: wrong.whole.clone(),
    })
}

pub(super) async fn profile(
    state: &WebState,
    visitor: &Visitor,
) -> Result<(Profile, i64), PageError> {
    let tenant = visitor.tenant();
    let (seller, version) = state.door().load::<Tenant>(tenant, tenant.uuid()).await?;
    Ok((seller.profile().ok_or(PageError::NotFound)?.clone(), version))
}

fn asked(sent: &Fields, wrong: &Wrong, now: &Conventions) -> Vec<Field> {
    let stands = |name: &str, now: String| sent.some(name).unwrap_or(now);
    let choice = |name: &str, label: &str, options, now: String| {
        Field::choice(name, label, options).with(stands(name, now)).wrong(wrong.of(name))
    };
    vec![
        choice("proration", "A part of a period is measured", units(), word(&now.proration)),
        choice("day_count", "A month has", months(), word(&now.day_count)),
        Field::input("fixed_month_days", "Days of a month", "text")
            .with(stands("fixed_month_days", now.fixed_month_days.get().to_string()))
            .decimal()
            .hint("Only where every month has the same number of days")
            .wrong(wrong.of("fixed_month_days")),
        choice("credit_basis", "A credit is a share of", bases(), word(&now.credit_basis)),
        choice("change_day", "The day of a change", days(), word(&now.change_day)),
        choice("cancel_day", "The day of a cancellation", days(), word(&now.cancel_day)),
    ]
}

/// The conventions that were chosen, or what is wrong with them.
fn read(sent: &Fields) -> Result<Conventions, Wrong> {
    let mut wrong = Wrong::default();
    let days = sent.one("fixed_month_days").parse().ok().map(MonthDays::try_new);
    let fixed_month_days = days.and_then(Result::ok);
    if fixed_month_days.is_none() {
        wrong.at("fixed_month_days", "use 1 to 31");
    }
    let proration = chosen(sent, "proration", &mut wrong);
    let day_count = chosen(sent, "day_count", &mut wrong);
    let credit_basis = chosen(sent, "credit_basis", &mut wrong);
    let change_day = chosen(sent, "change_day", &mut wrong);
    let cancel_day = chosen(sent, "cancel_day", &mut wrong);
    match (fixed_month_days, proration, day_count, credit_basis, change_day, cancel_day) {
        (
            Some(fixed_month_days),
            Some(proration),
            Some(day_count),
            Some(credit_basis),
            Some(change_day),
            Some(cancel_day),
        ) => Ok(Conventions {
            proration,
            day_count,
            fixed_month_days,
            credit_basis,
            change_day,
            cancel_day,
            ..Conventions::default()
        }),
        _ => Err(wrong),
    }
}

fn chosen<T: DeserializeOwned>(sent: &Fields, name: &str, wrong: &mut Wrong) -> Option<T> {
    let value = serde_json::from_value(Value::String(sent.one(name).to_owned())).ok();
    if value.is_none() {
        wrong.at(name, "choose one of these");
    }
    value
}

/// The stored word of a choice.
fn word<T: Serialize>(choice: &T) -> String {
    match serde_json::to_value(choice) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

fn units() -> Vec<(String, String)> {
    vec![
        (word(&ProrationUnit::Day), "By whole days".to_owned()),
        (word(&ProrationUnit::Second), "By the second".to_owned()),
    ]
}

fn months() -> Vec<(String, String)> {
    vec![
        (word(&DayCount::Actual), "As the calendar has it".to_owned()),
        (word(&DayCount::Fixed), "Always the same number of days".to_owned()),
    ]
}

fn bases() -> Vec<(String, String)> {
    vec![
        (word(&CreditBasis::BilledLine), "The billed line".to_owned()),
        (word(&CreditBasis::Price), "The price of a whole period".to_owned()),
    ]
}

fn days() -> Vec<(String, String)> {
    vec![
        (word(&LastDay::Credited), "Belongs to the new terms".to_owned()),
        (word(&LastDay::Charged), "Belongs to the old terms".to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(changed: &[(&str, &str)]) -> Fields {
        let usual = [
            ("proration", "day"),
            ("day_count", "actual"),
            ("fixed_month_days", "30"),
            ("credit_basis", "billed_line"),
            ("change_day", "credited"),
            ("cancel_day", "credited"),
        ];
        let kept = usual.iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
        Fields::of(&kept.copied().chain(changed.iter().copied()).collect::<Vec<_>>())
    }

    #[test]
    fn what_the_form_says_is_what_is_set_and_shown() {
        assert_eq!(read(&sent(&[])).ok(), Some(Conventions::default()));
        let fixed = [("day_count", "fixed"), ("fixed_month_days", "28"), ("cancel_day", "charged")];
        let set = read(&sent(&fixed)).unwrap();
        let shown: Vec<_> = words(&set).into_iter().map(|(_, value)| value).collect();
        assert!(shown.contains(&"Always 28 days".to_owned()), "{shown:?}");
        assert!(shown.contains(&"Belongs to the old terms".to_owned()), "{shown:?}");
        // Days of fixed months are credited by price, whatever is chosen.
        assert!(shown.contains(&"The price of a whole period".to_owned()), "{shown:?}");
    }

    #[test]
    fn a_wrong_value_is_named_beside_its_field() {
        for days in ["0", "32", "", "a month"] {
            let wrong = read(&sent(&[("fixed_month_days", days)])).unwrap_err();
            assert_eq!(wrong.of("fixed_month_days"), "Use 1 to 31.");
        }
        let wrong = read(&sent(&[("credit_basis", "luck"), ("change_day", "")])).unwrap_err();
        assert!(!wrong.of("credit_basis").is_empty() && !wrong.of("change_day").is_empty());
    }
}
