//! A new subscription: who, what, how often, from which day, taxed how.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::subscriptions::{Offer, Subscribe};
use billfold_app::commands::tax_rates::AskedTax;
use billfold_domain::invoice::{TaxCategory, TaxTreatment};
use billfold_domain::kernel::{Country, Currency, Percent, Refusal as _};
use billfold_domain::tax::RateClass;
use billfold_projections::Scope;

use super::PATH;
use super::actions::{READ, WRITES};
use super::catalogue::{Catalogue, chosen};
use crate::admin::client_field::{self, About};
use crate::admin::clients::choices;
use crate::admin::list::{address, day};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page, refused};
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/subscription/form.html")]
pub(crate) struct NewSubscription {
    /// The frame.
    pub(crate) shell: Shell,
    /// The command's key.
    pub(crate) key: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Where "cancel" goes.
    pub(crate) back: String,
    /// Client, product, cycle, currency, quantity, first day.
    pub(crate) service: Vec<Field>,
    /// Category, rate and country.
    pub(crate) tax: Vec<Field>,
}

const NEW: &str = "/admin/subscriptions/new";

/// The form's address.
pub(super) fn routes() -> Router<WebState> {
    Router::new().route(NEW, get(blank).post(save))
}

async fn blank(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(about): Query<About>,
) -> Result<Response, PageError> {
    let (sent, wrong) = (Fields::default(), Wrong::default());
    page(&form(&state, &visitor, &about.client, &sent, &wrong).await?)
}

async fn save(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let scope = state.must_scope(&visitor, WRITES)?;
    let key = fields.key()?;
    let wrong = match read(&state, (&visitor, scope), &fields).await? {
        Ok(command) => match state.command(visitor.ask(&key, command), &READ).await {
            Ok((done, seen)) => {
                let to = format!("{PATH}/{}", done.answer.subscription_id);
                return Ok(go(&address(&to, &[("done", seen.word("subscribed"))])));
            }
            Err(error) => Wrong::from_error(error)?,
        },
        Err(wrong) => wrong,
    };
    refused(&form(&state, &visitor, fields.one("client"), &fields, &wrong).await?)
}

/// The command that a form asks for, or what is wrong with it.
async fn read(
    state: &WebState,
    (visitor, scope): (&Visitor, Scope),
    sent: &Fields,
) -> Result<Result<Subscribe, Wrong>, PageError> {
    let mut wrong = Wrong::default();
    let client = client_field::read(state, visitor, scope, sent.one("client"), &mut wrong).await?;
    let choice = chosen(sent, &mut wrong);
    let currency = Currency::parse(sent.one("currency"));
    let currency = currency.map_err(|error| wrong.at("currency", error.to_string())).ok();
    let tax = taxed(sent, &mut wrong);
    let on = day(sent.one("on")).map_err(|_| wrong.at("on", "is no day")).ok();
    Ok(match (client, choice, currency, tax, on) {
        (Some(client_id), Some(choice), Some(currency), Some(tax), Some(on)) => Ok(Subscribe {
            subscription_id: None,
            client_id,
            product_id: choice.product_id,
            offer: Offer::Listed { cycle: choice.cycle, currency },
            quantity: choice.quantity,
            tax,
            anchor: None,
            ends: None,
            on,
        }),
        _ => Err(wrong),
    })
}

/// The choice that lets the seller's rates decide.
const AUTOMATIC: &str = "automatic";

/// The tax as it was sent; what is wrong with it is noted.
pub(crate) fn taxed(sent: &Fields, wrong: &mut Wrong) -> Option<AskedTax> {
    if sent.one("category") == AUTOMATIC {
        return Some(AskedTax::Automatic(RateClass::Standard));
    }
    let category = TaxCategory::ALL.into_iter().find(|known| known.word() == sent.one("category"));
    if category.is_none() {
        wrong.at("category", "choose how it is taxed");
    }
    let rate = sent.some("rate").unwrap_or_else(|| "0".to_owned()).parse::<Percent>();
    let rate = rate.map_err(|error| wrong.at("rate", error.to_string())).ok();
    let country = Country::parse(sent.one("country"));
    let country = country.map_err(|error| wrong.at("country", error.to_string())).ok();
    let tax = TaxTreatment { category: category?, rate: rate?, country: country? };
    if let Err(invalid) = tax.check() {
        invalid.problems().into_iter().for_each(|problem| wrong.at("rate", problem.detail));
        return None;
    }
    Some(AskedTax::Named(tax))
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    client: &str,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<NewSubscription, PageError> {
    let scope = state.must_scope(visitor, WRITES)?;
    let settings = state.door().settings(visitor.tenant()).await?;
    let head = *state.operations().head().borrow();
    let catalogue = Catalogue::read(state, visitor).await?;
    let [product, cycle, quantity] = catalogue.fields(sent, None, wrong);
    let currencies = Currency::all().map(|currency| (currency.code(), currency.name()));
    let currency = sent.some("currency").unwrap_or_else(|| settings.currency.code().to_owned());
    Ok(NewSubscription {
        shell: visitor.shell(state, PATH, head).await?,
        key: new_key(),
        error: wrong.whole.clone(),
        back: if client.is_empty() || !wrong.of("client").is_empty() {
            PATH.to_owned()
        } else {
            format!("/admin/clients/{client}")
        },
        service: vec![
            client_field::ask(state, visitor, scope, client).await?.wrong(wrong.of("client")),
            product,
            cycle,
            Field::choice("currency", "Currency", choices(currencies))
                .with(currency)
                .wrong(wrong.of("currency")),
            quantity,
            Field::input("on", "First day", "date")
                .with(sent.one("on"))
                .hint("Empty: today at the client's place")
                .wrong(wrong.of("on")),
        ],
        tax: tax_fields(sent, settings.country, wrong),
    })
}

pub(crate) fn tax_fields(sent: &Fields, country: Country, wrong: &Wrong) -> Vec<Field> {
    let named = TaxCategory::ALL.map(|known| (known.word().to_owned(), category(known).to_owned()));
    let automatic = (AUTOMATIC.to_owned(), "By the tax rates".to_owned());
    let categories = named.into_iter().chain([automatic]).collect();
    let countries = choices(Country::all().map(|country| (country.code(), country.name())));
    let country = sent.some("country").unwrap_or_else(|| country.code().to_owned());
    vec![
        Field::choice("category", "Tax", categories)
            .with(sent.one("category"))
            .wrong(wrong.of("category")),
        Field::input("rate", "Tax rate in percent", "text")
            .with(sent.one("rate"))
            .decimal()
            .hint("Empty: none")
            .wrong(wrong.of("rate")),
        Field::choice("country", "Whose tax", countries).with(country).wrong(wrong.of("country")),
    ]
}

/// Why a rate holds, for people.
fn category(category: TaxCategory) -> &'static str {
    match category {
        TaxCategory::S => "Taxed at a rate",
        TaxCategory::Z => "Taxed at zero percent",
        TaxCategory::E => "Exempt",
        TaxCategory::AE => "Reverse charge",
        TaxCategory::K => "Supply within the European Union",
        TaxCategory::G => "Export",
        TaxCategory::O => "Not taxed",
        TaxCategory::L => "Tax of the Canary Islands",
        TaxCategory::M => "Tax of Ceuta and Melilla",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_that_does_not_fit_its_category_is_named_under_its_field() {
        let tax = |category, rate| {
            let sent = [("category", category), ("rate", rate), ("country", "DE")];
            let mut wrong = Wrong::default();
            let read = taxed(&Fields::of(&sent), &mut wrong);
            (read.is_some(), wrong.of("rate"))
        };
        assert_eq!(tax("S", "19"), (true, String::new()));
        assert_eq!(tax("AE", ""), (true, String::new()));
        assert_eq!(tax("automatic", ""), (true, String::new()));
        assert!(!tax("S", "").0 && !tax("S", "").1.is_empty());
        assert!(!tax("E", "19").0 && !tax("E", "19").1.is_empty());
    }
}
