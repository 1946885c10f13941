//! A new order: who orders which product, and what is answered to the product's questions.
//!
//! The questions of a product are asked once it is chosen: what was sent without them comes back
//! with them.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::orders::{AskedAnswer, OrderedItem, PlaceOrder};
use billfold_domain::kernel::{Currency, ProductId};
use billfold_domain::product::{OptionKind, Product, ProductOption};
use billfold_domain::role::Permission;
use billfold_projections::order_list::OrderList;
use billfold_projections::{Projection as _, Scope};

use crate::admin::client_field::{self, About};
use crate::admin::clients::choices;
use crate::admin::list::address;
use crate::admin::orders::PATH;
use crate::admin::subscription::catalogue::{Catalogue, chosen};
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::reach::Needs;
use crate::router::{go, page, refused};
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/order/form.html")]
pub(crate) struct NewOrder {
    /// The frame.
    pub(crate) shell: Shell,
    /// The command's key.
    pub(crate) key: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Client, product, cycle, currency, quantity.
    pub(crate) service: Vec<Field>,
    /// The questions of the product.
    pub(crate) questions: Vec<Field>,
    /// The product whose questions they are; empty while none is chosen.
    pub(crate) asked: String,
}

const NEW: &str = "/admin/orders/new";
/// Who may place one.
const PLACES: Needs = Needs::of_own(Permission::OrdersWrite);

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
    page(&form(&state, &visitor, &about.client, (&sent, &[]), &wrong).await?)
}

async fn save(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let scope = state.must_scope(&visitor, PLACES)?;
    let key = fields.key()?;
    let options = options(&state, &visitor, fields.one("product_id")).await?;
    let mut wrong = Wrong::default();
    let asker = (&visitor, scope);
    let command = read(&state, asker, &fields, &options, &mut wrong).await?;
    // Questions that were not seen are asked before anything else is.
    let unseen = !options.is_empty() && fields.one("asked") != fields.one("product_id");
    if let Some(command) = command.filter(|_| !unseen) {
        match state.command(visitor.ask(&key, command), &[OrderList::NAME]).await {
            Ok((done, seen)) => {
                let to = format!("{PATH}/{}", done.answer.order_id);
                return Ok(go(&address(&to, &[("done", seen.word("ordered"))])));
            }
            Err(error) => wrong = Wrong::from_error(error)?,
        }
    }
    let client = fields.one("client");
    let form = form(&state, &visitor, client, (&fields, &options), &wrong).await?;
    if unseen { page(&form) } else { refused(&form) }
}

/// What a product asks; nothing for one that is not there.
async fn options(
    state: &WebState,
    visitor: &Visitor,
    product: &str,
) -> Result<Vec<ProductOption>, PageError> {
    let Ok(id) = product.parse::<ProductId>() else { return Ok(Vec::new()) };
    let (product, _) = state.door().load::<Product>(visitor.tenant(), id.uuid()).await?;
    Ok(product.listing().map(|listing| listing.options.clone()).unwrap_or_default())
}

/// The command that a form asks for; what is wrong with it is noted.
async fn read(
    state: &WebState,
    (visitor, scope): (&Visitor, Scope),
    sent: &Fields,
    options: &[ProductOption],
    wrong: &mut Wrong,
) -> Result<Option<PlaceOrder>, PageError> {
    let client = client_field::read(state, visitor, scope, sent.one("client"), wrong).await?;
    let choice = chosen(sent, wrong);
    let currency = Currency::parse(sent.one("currency"));
    let currency = currency.map_err(|error| wrong.at("currency", error.to_string())).ok();
    let answer = |option: &ProductOption| {
        let answer = sent.some(&name(option))?;
        Some(AskedAnswer { option: option.key.clone(), answer })
    };
    let answers: Vec<AskedAnswer> = options.iter().filter_map(answer).collect();
    let (Some(client_id), Some(choice), Some(currency)) = (client, choice, currency) else {
        return Ok(None);
    };
    let item = OrderedItem {
        product_id: Some(choice.product_id),
        cycle: Some(choice.cycle),
        kind: None,
        description: None,
        quantity: choice.quantity,
        unit_price: None,
        period: None,
        answers,
    };
    let (currency, items) = (Some(currency), vec![item]);
    Ok(Some(PlaceOrder { order_id: None, client_id, currency, items, origin: None }))
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    client: &str,
    (sent, options): (&Fields, &[ProductOption]),
    wrong: &Wrong,
) -> Result<NewOrder, PageError> {
    let scope = state.must_scope(visitor, PLACES)?;
    let settings = state.door().settings(visitor.tenant()).await?;
    let head = *state.operations().head().borrow();
    let catalogue = Catalogue::read(state, visitor).await?;
    let [product, cycle, quantity] = catalogue.fields(sent, None, wrong);
    let currencies = Currency::all().map(|currency| (currency.code(), currency.name()));
    let currency = sent.some("currency").unwrap_or_else(|| settings.currency.code().to_owned());
    Ok(NewOrder {
        shell: visitor.shell(state, PATH, head).await?,
        key: new_key(),
        error: wrong.whole.clone(),
        service: vec![
            client_field::ask(state, visitor, scope, client).await?.wrong(wrong.of("client")),
            product,
            cycle,
            Field::choice("currency", "Currency", choices(currencies))
                .with(currency)
                .wrong(wrong.of("currency")),
            quantity,
        ],
        questions: options.iter().map(|option| question(option, sent)).collect(),
        asked: if options.is_empty() { String::new() } else { sent.one("product_id").to_owned() },
    })
}

/// What an option's answer is called in the form.
fn name(option: &ProductOption) -> String {
    format!("answer-{}", option.key)
}

fn question(option: &ProductOption, sent: &Fields) -> Field {
    let (name, label) = (name(option), option.label.clone());
    let typed = sent.some(&name).unwrap_or_default();
    let open = |word: &str| (String::new(), word.to_owned());
    let field = match option.kind {
        OptionKind::Text => Field::input(name, label, "text"),
        OptionKind::Number => Field::input(name, label, "text").decimal(),
        OptionKind::YesNo => {
            let words = [("yes", "Yes"), ("no", "No")];
            let words = words.map(|(key, word)| (key.to_owned(), word.to_owned()));
            let words = std::iter::once(open("Choose")).chain(words).collect();
            Field::choice(name, label, words)
        }
        OptionKind::Choice => {
            let choice = |choice: &billfold_domain::product::OptionChoice| {
                let more = choice.surcharges.iter();
                let more: Vec<_> = more.map(|money| crate::show::money(*money).plain()).collect();
                let text = match more.is_empty() {
                    true => choice.label.clone(),
                    false => format!("{} (+ {})", choice.label, more.join(", ")),
                };
                (choice.key.clone(), text)
            };
            let choices = option.choices.iter().map(choice);
            Field::choice(name, label, std::iter::once(open("Choose")).chain(choices).collect())
        }
    };
    let field = field.with(typed);
    if option.required { field.required() } else { field }
}
