//! The settings that are one short form each.
//!
//! Guarantees: a form says whether what was issued already changes, and is refused if somebody else
//! changed the settings since it was shown.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::tenants::{
    RenameTenant, SetClientRegistration, SetConventions, SetDocumentNumbers, SetLetterhead,
    SetPaymentTerm, SetSecondFactor, SetVatId,
};
use billfold_app::commands::{Ask, UseCase};
use billfold_domain::kernel::{NumberFormat, NumberScheme};
use billfold_domain::role::Permission;
use billfold_domain::tenant::Profile;

use super::conventions::{self, chosen, word};
use super::{PATH, letterhead, profile};
use crate::admin::confirm::Confirm;
use crate::admin::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::router::go;
use crate::state::{Seen, WebState};
use crate::visitor::{Posted, Visitor};

/// What a form is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    Name,
    VatId,
    Letterhead,
    DocumentNumbers,
    PaymentTerm,
    SecondFactor,
    ClientRegistration,
    Conventions,
}

impl Setting {
    const ALL: [Self; 8] = [
        Self::Name,
        Self::VatId,
        Self::Letterhead,
        Self::DocumentNumbers,
        Self::PaymentTerm,
        Self::SecondFactor,
        Self::ClientRegistration,
        Self::Conventions,
    ];

    /// Where the form is.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Name => "/admin/settings/name",
            Self::VatId => "/admin/settings/vat-number",
            Self::Letterhead => "/admin/settings/letterhead",
            Self::DocumentNumbers => "/admin/settings/document-numbers",
            Self::PaymentTerm => "/admin/settings/payment-term",
            Self::SecondFactor => "/admin/settings/sign-in",
            Self::ClientRegistration => "/admin/settings/client-registration",
            Self::Conventions => "/admin/settings/conventions",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Name => "Legal name",
            Self::VatId => "VAT number",
            Self::Letterhead => "Address and bank account",
            Self::DocumentNumbers => "How documents are numbered",
            Self::PaymentTerm => "When documents are due",
            Self::SecondFactor => "How staff sign in",
            Self::ClientRegistration => "How clients come in",
            Self::Conventions => "How time becomes money",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Name => "Documents issued from now on show it. Issued ones keep the old name.",
            Self::VatId => "Documents issued from now on show it. Issued ones keep the old number.",
            Self::Letterhead => {
                "Documents issued from now on show it. Issued ones keep what they said."
            }
            Self::DocumentNumbers => {
                "Holds for documents issued from now on. A new prefix counts from 1. A prefix that \
                 invoices ever had is never one of credit notes, nor the other way round."
            }
            Self::PaymentTerm => {
                "Holds for documents issued from now on, unless an invoice says otherwise."
            }
            Self::SecondFactor => {
                "Where it is asked of everybody, whoever has no second step may do nothing but set \
                 one up, at once. API keys go on."
            }
            Self::ClientRegistration => {
                "Where it is open, anybody may become a client with a password of their own. \
                 Clients who are invited come in either way."
            }
            Self::Conventions => {
                "Holds for what is billed from now on. What is billed already stays as it is and \
                 is given back by the rule of the day it is given back."
            }
        }
    }

    fn fields(self, sent: &Fields, wrong: &Wrong, now: &Profile) -> Vec<Field> {
        let stands = |name: &str, now: &str| sent.some(name).unwrap_or_else(|| now.to_owned());
        let line = |name: &str, label: &str, now: &str| {
            Field::input(name, label, "text").with(stands(name, now)).wrong(wrong.of(name))
        };
        let choice = |name: &str, label: &str, options: &[(&str, &str)], now: &str| {
            let options = options.iter().map(|(key, label)| ((*key).into(), (*label).into()));
            let field = Field::choice(name, label, options.collect());
            field.with(stands(name, now)).wrong(wrong.of(name))
        };
        match self {
            Self::Name => vec![line("name", "Legal name", &now.name).required()],
            Self::VatId => {
                let hint = "With the letters of its country, or that of the local tax office";
                let known = now.vat_id.as_deref().unwrap_or_default();
                vec![line("vat_id", "VAT number", known).hint(hint)]
            }
            Self::Letterhead => letterhead::asked(sent, wrong, &now.letterhead),
            Self::DocumentNumbers => {
                let kinds = [
                    ("invoice", "invoices", &now.invoice_numbers),
                    ("credit_note", "credit notes", &now.credit_note_numbers),
                ];
                let of = |(kind, words, format): (&str, &str, &NumberFormat)| {
                    let [prefix, digits, scheme] = names_of(kind);
                    let label = |what: &str| format!("{what} of {words}");
                    let width = format.digits.to_string();
                    let (options, counting) = (schemes(), word(&format.scheme));
                    [
                        line(&prefix, &label("Prefix"), &format.prefix),
                        choice(&scheme, &label("Counting"), &options, &counting),
                        line(&digits, &label("Digits"), &width).decimal(),
                    ]
                };
                kinds.into_iter().flat_map(of).collect()
            }
            Self::PaymentTerm => {
                let field = line("days", "Days after issue", &now.payment_term_days.to_string());
                vec![field.decimal().hint("0 is due on the day of issue, 365 is the most")]
            }
            Self::SecondFactor => {
                let options = [("each", "Left to each"), ("all", "Asked of everybody")];
                let now = if now.second_factor { "all" } else { "each" };
                vec![choice("second_factor", "Second step", &options, now)]
            }
            Self::ClientRegistration => {
                let options = [("closed", "By invitation only"), ("open", "Anybody may register")];
                let now = if now.client_registration { "open" } else { "closed" };
                vec![choice("registration", "Registration", &options, now)]
            }
            Self::Conventions => conventions::asked(sent, wrong, &now.conventions),
        }
    }

    /// What to say once it is saved.
    fn done(self) -> &'static str {
        match self {
            Self::SecondFactor | Self::ClientRegistration => "second-step-demand",
            Self::Name
            | Self::VatId
            | Self::Letterhead
            | Self::DocumentNumbers
            | Self::PaymentTerm => "documents-set",
            Self::Conventions => "conventions",
        }
    }

    /// Has what was sent done.
    async fn save(self, asked: &Asked<'_>) -> Result<Result<Seen, Wrong>, PageError> {
        let sent = asked.sent;
        match self {
            Self::Name => asked.command(RenameTenant { name: sent.one("name").to_owned() }).await,
            Self::VatId => asked.command(SetVatId { vat_id: sent.some("vat_id") }).await,
            Self::Letterhead => {
                let letterhead = letterhead::read(sent);
                asked.command(SetLetterhead { letterhead }).await
            }
            Self::DocumentNumbers => {
                let mut wrong = Wrong::default();
                let invoices = format_of(sent, "invoice", &mut wrong);
                let credit_notes = format_of(sent, "credit_note", &mut wrong);
                let (Some(invoices), Some(credit_notes)) = (invoices, credit_notes) else {
                    return Ok(Err(wrong));
                };
                asked.command(SetDocumentNumbers { invoices, credit_notes }).await
            }
            Self::PaymentTerm => match sent.one("days").parse() {
                Ok(days) => asked.command(SetPaymentTerm { days }).await,
                Err(_) => {
                    let mut wrong = Wrong::default();
                    wrong.at("days", "use 0 to 365");
                    Ok(Err(wrong))
                }
            },
            Self::SecondFactor => {
                let demanded = sent.one("second_factor") == "all";
                asked.command(SetSecondFactor { demanded }).await
            }
            Self::ClientRegistration => {
                let open = sent.one("registration") == "open";
                asked.command(SetClientRegistration { open }).await
            }
            Self::Conventions => match conventions::read(sent) {
                Ok(conventions) => asked.command(SetConventions { conventions }).await,
                Err(wrong) => Ok(Err(wrong)),
            },
        }
    }
}

/// A form that was sent, and by whom.
struct Asked<'a> {
    state: &'a WebState,
    visitor: &'a Visitor,
    sent: &'a Fields,
}

impl Asked<'_> {
    async fn command<U: UseCase>(&self, command: U) -> Result<Result<Seen, Wrong>, PageError> {
        let ask = self.visitor.ask(&self.sent.key()?, command);
        let ask = Ask { expect: self.sent.one("version").parse().ok(), ..ask };
        match self.state.command(ask, &[]).await {
            Ok((_, seen)) => Ok(Ok(seen)),
            Err(error) => Wrong::from_error(error).map(Err),
        }
    }
}

pub(super) fn routes() -> Router<WebState> {
    Setting::ALL.into_iter().fold(Router::new(), |router, setting| {
        let ask = async move |State(state): State<WebState>, visitor: Visitor| {
            let (sent, wrong) = (Fields::default(), Wrong::default());
            form(setting, &state, &visitor, &sent, &wrong).await?.ask(visitor.partial)
        };
        let save = async move |State(state): State<WebState>, posted: Posted| {
            save(setting, &state, &posted).await
        };
        router.route(setting.path(), get(ask).post(save))
    })
}

async fn save(
    setting: Setting,
    state: &WebState,
    Posted { visitor, fields }: &Posted,
) -> Result<Response, PageError> {
    state.must(visitor, Permission::SettingsWrite)?;
    match setting.save(&Asked { state, visitor, sent: fields }).await? {
        Ok(seen) => Ok(go(&address(PATH, &[("done", seen.word(setting.done()))]))),
        Err(wrong) => form(setting, state, visitor, fields, &wrong).await?.again(),
    }
}

async fn form(
    setting: Setting,
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
        title: setting.title().to_owned(),
        text: setting.text().to_owned(),
        action: setting.path().to_owned(),
        back: PATH.to_owned(),
        verb: "Save",
        danger: false,
        key: new_key(),
        version: sent.some("version").unwrap_or_else(|| version.to_string()),
        fields: setting.fields(sent, wrong, &profile),
        error: wrong.whole.clone(),
    })
}

/// The fields of a kind of document: prefix, digits and what is counted. They bear the names of the
/// API, so that a refusal finds them.
fn names_of(kind: &str) -> [String; 3] {
    ["prefix", "digits", "scheme"].map(|what| format!("{kind}_numbers/{what}"))
}

fn schemes() -> [(&'static str, &'static str); 3] {
    [
        ("per_year", "From 1 each year, like INV-2026-000001"),
        ("per_month", "On and on, with the month, like INV-202610-000017"),
        ("plain", "On and on, like INV-17"),
    ]
}

fn format_of(sent: &Fields, kind: &str, wrong: &mut Wrong) -> Option<NumberFormat> {
    let [prefix, digits, scheme] = names_of(kind);
    let width = sent.one(&digits).parse().ok();
    if width.is_none() {
        wrong.at(&digits, "use 1 to 12");
    }
    let scheme: Option<NumberScheme> = chosen(sent, &scheme, wrong);
    Some(NumberFormat { prefix: sent.one(&prefix).to_owned(), digits: width?, scheme: scheme? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_form_says_is_how_documents_are_numbered() {
        let sent = [
            ("invoice_numbers/prefix", "RE"),
            ("invoice_numbers/digits", "4"),
            ("invoice_numbers/scheme", "per_month"),
        ];
        let mut wrong = Wrong::default();
        let read = format_of(&Fields::of(&sent), "invoice", &mut wrong).unwrap();
        let scheme = NumberScheme::PerMonth;
        assert_eq!(read, NumberFormat { prefix: "RE".to_owned(), digits: 4, scheme });
        assert!(format_of(&Fields::of(&sent), "credit_note", &mut wrong).is_none());
        assert_eq!(wrong.of("credit_note_numbers/digits"), "Use 1 to 12.");
        assert!(!wrong.of("credit_note_numbers/scheme").is_empty());
    }
}
