//! The sellers of the installation, for the staff of its operator: a list, a new one, and what is
//! done to one (TEN-02, RBA-09). For everybody else there is nothing here.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::access::AccessError;
use billfold_app::commands::tenants::{CloseTenant, OpenTenant, ResumeTenant, SuspendTenant};
use billfold_app::commands::{Ask, UseCase};
use billfold_app::tenancy::{self, FirstAdmin, NewSeller, Seller};
use billfold_domain::kernel::{Country, Currency, TenantId};
use billfold_domain::role::Permission;
use billfold_domain::staff::StaffProfile;
use billfold_domain::tenant::Tenant;
use serde::Deserialize;

use super::confirm::Action;
use super::deed::{self, Asked, Deed, Question, Words};
use super::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key, sentence};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page, refused};
use crate::state::{Seen, WebState};
use crate::view::{Badge, Tone};
use crate::visitor::{Posted, Visitor};

const PATH: &str = "/admin/tenants";
const NEW: &str = "/admin/tenants/new";

/// The list.
#[derive(Debug, Template)]
#[template(path = "admin/tenants.html")]
pub(crate) struct Tenants {
    /// The frame.
    pub(crate) shell: Shell,
    /// Oldest first.
    pub(crate) rows: Vec<TenantRow>,
    /// Where the list goes on.
    pub(crate) next: Option<String>,
}

/// One seller.
#[derive(Clone, Debug)]
pub(crate) struct TenantRow {
    /// Legal name.
    pub(crate) name: String,
    /// Its id.
    pub(crate) id: String,
    /// Country and currency.
    pub(crate) books: String,
    /// Where its pages are found.
    pub(crate) host_names: Vec<String>,
    /// Open, suspended, closed.
    pub(crate) status: Badge,
    /// Whether its staff look after all of them.
    pub(crate) operator: bool,
    /// What can be done.
    pub(crate) actions: Vec<Action>,
}

/// The form of a new one.
#[derive(Debug, Template)]
#[template(path = "admin/tenant_form.html")]
pub(crate) struct NewTenant {
    /// The frame.
    pub(crate) shell: Shell,
    /// The command's key.
    pub(crate) key: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// What the books begin with.
    pub(crate) books: Vec<Field>,
    /// Who may do everything there.
    pub(crate) admin: Vec<Field>,
}

/// The list's, the form's and the deeds' addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route(PATH, get(list))
        .route(NEW, get(blank).post(create))
        .merge(deed::routes::<Verb>())
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Behind {
    after: String,
}

/// Whoever is not of the operator is told that there is nothing.
async fn must_operate(
    state: &WebState,
    visitor: &Visitor,
    permission: Permission,
) -> Result<(), PageError> {
    state.must(visitor, permission)?;
    let operator = state.access().operator().await?;
    if operator == Some(visitor.tenant()) { Ok(()) } else { Err(PageError::NotFound) }
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(behind): Query<Behind>,
) -> Result<Response, PageError> {
    must_operate(&state, &visitor, Permission::TenantsRead).await?;
    let (sellers, more) = tenancy::list(state.door(), behind.after.parse().ok()).await?;
    let next = sellers.last().filter(|_| more);
    let next = next.map(|seller| address(PATH, &[("after", &seller.tenant.to_string())]));
    let may = visitor.caller.identity.may(Permission::TenantsWrite);
    let head = *state.operations().head().borrow();
    let rows = sellers.iter().filter_map(|seller| row(seller, may)).collect();
    page(&Tenants { shell: visitor.shell(&state, PATH, head).await?, rows, next })
}

fn row(seller: &Seller, may: bool) -> Option<TenantRow> {
    let profile = seller.state.profile()?;
    let back = format!("{PATH}/{}", seller.tenant);
    let suspend = || deed::action(Verb::Suspend, &back, "Suspend", "pause");
    let resume = || deed::action(Verb::Resume, &back, "Resume", "play");
    let close = || deed::action(Verb::Close, &back, "Close", "ban").class("danger");
    let (status, actions) = match &*seller.state {
        Tenant::Absent => return None,
        Tenant::Open(_) if profile.operator => (Badge::new(Tone::Green, "Open"), Vec::new()),
        Tenant::Open(_) => (Badge::new(Tone::Green, "Open"), vec![suspend()]),
        Tenant::Suspended(_) => (Badge::new(Tone::Amber, "Suspended"), vec![resume(), close()]),
        Tenant::Closed(_) => (Badge::new(Tone::Grey, "Closed"), Vec::new()),
    };
    Some(TenantRow {
        name: profile.name.clone(),
        id: seller.tenant.to_string(),
        books: format!("{}, {}", profile.country.code(), profile.currency.code()),
        host_names: profile.host_names.iter().map(ToString::to_string).collect(),
        status,
        operator: profile.operator,
        actions: if may { actions } else { Vec::new() },
    })
}

async fn blank(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    page(&form(&state, &visitor, &Fields::default(), &Wrong::default()).await?)
}

async fn create(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    must_operate(&state, &visitor, Permission::TenantsWrite).await?;
    let wrong = match read(&fields) {
        Err(wrong) => wrong,
        Ok(new) => {
            let ask = visitor.ask(&fields.key()?, new);
            match tenancy::create(state.door(), state.access(), ask).await {
                Ok(_) => return Ok(go(&address(PATH, &[("done", "tenant")]))),
                Err(AccessError::Door(error)) => Wrong::from_error(error)?,
                Err(AccessError::Malformed { detail, .. }) => {
                    let mut wrong = Wrong::default();
                    wrong.at("password", sentence(detail));
                    wrong
                }
                Err(error) => return Err(error.into()),
            }
        }
    };
    refused(&form(&state, &visitor, &fields, &wrong).await?)
}

fn read(sent: &Fields) -> Result<NewSeller, Wrong> {
    let mut wrong = Wrong::default();
    let country = Country::parse(sent.one("country"));
    let currency = Currency::parse(sent.one("currency"));
    if country.is_err() {
        wrong.at("country", "Use two capital letters, such as DE.");
    }
    if currency.is_err() {
        wrong.at("currency", "Use three capital letters, such as EUR.");
    }
    let (Ok(country), Ok(currency)) = (country, currency) else { return Err(wrong) };
    let books = OpenTenant {
        name: sent.one("name").to_owned(),
        country,
        currency,
        time_zone: sent.one("time_zone").to_owned(),
        invoice_numbers: None,
        credit_note_numbers: None,
        payment_term_days: None,
        vat_id: sent.some("vat_id"),
        test_clock: None,
    };
    let admin = sent.some("email").map(|email| FirstAdmin {
        profile: StaffProfile { name: sent.one("admin").to_owned(), email, phone: None },
        password: sent.secret("password"),
    });
    Ok(NewSeller { books, admin })
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<NewTenant, PageError> {
    must_operate(state, visitor, Permission::TenantsWrite).await?;
    let head = *state.operations().head().borrow();
    let text = |name: &'static str, label: &'static str, kind: &'static str| {
        Field::input(name, label, kind).with(sent.one(name)).wrong(wrong.of(name))
    };
    let password = Field::input("password", "First password", "password");
    let password = password.known_as("new-password").wrong(wrong.of("password"));
    Ok(NewTenant {
        shell: visitor.shell(state, PATH, head).await?,
        key: new_key(),
        error: wrong.whole.clone(),
        books: vec![
            text("name", "Legal name", "text").required(),
            text("country", "Country", "text").required().hint("Such as DE"),
            text("currency", "Currency of the books", "text").required().hint("Such as EUR"),
            text("time_zone", "Time zone", "text").required().hint("Such as Europe/Berlin"),
            text("vat_id", "VAT number", "text"),
        ],
        admin: vec![
            text("admin", "Name", "text"),
            text("email", "E-mail address", "email").hint("They sign in with it"),
            password.hint("10 to 256 characters; they can choose another one"),
        ],
    })
}

/// What is done to a seller.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Suspend,
    Resume,
    Close,
}

impl Deed for Verb {
    type Id = TenantId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::TenantsWrite;
    const ALL: &'static [Verb] = &[Verb::Suspend, Verb::Resume, Verb::Close];

    fn words(self) -> Words {
        let (path, button, done, danger) = match self {
            Verb::Suspend => ("suspend", "Suspend seller", "tenant-suspended", true),
            Verb::Resume => ("resume", "Resume seller", "tenant-resumed", false),
            Verb::Close => ("close", "Close the books", "tenant-closed", true),
        };
        Words { path, button, done, danger }
    }

    fn back(_: &TenantId) -> String {
        PATH.to_owned()
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        must_operate(asked.state, asked.visitor, Self::NEEDS).await?;
        let tenant = asked.id;
        let (seller, version) = asked.state.door().load::<Tenant>(tenant, tenant.uuid()).await?;
        let name = &seller.profile().ok_or(PageError::NotFound)?.name;
        let (title, text) = match self {
            Verb::Suspend => (
                format!("Suspend {name}?"),
                "Nothing can be changed in its books until it is resumed. Its staff may sign in \
                 and read.",
            ),
            Verb::Resume => (format!("Resume {name}?"), "Its books can be changed again."),
            Verb::Close => (
                format!("Close the books of {name}?"),
                "They can only be read from then on, for ever. Others may take its host names.",
            ),
        };
        let reason = deed::reason(asked, "Kept in the log; no personal data");
        let fields = if self == Verb::Resume { Vec::new() } else { vec![reason] };
        Ok(Question { title, text: text.to_owned(), version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        must_operate(asked.state, asked.visitor, Self::NEEDS).await?;
        let reason = asked.sent.one("reason").to_owned();
        match self {
            Verb::Suspend => of_seller(asked, SuspendTenant { reason }).await,
            Verb::Resume => of_seller(asked, ResumeTenant).await,
            Verb::Close => of_seller(asked, CloseTenant { reason }).await,
        }
    }
}

/// Has something done in the books of another seller.
async fn of_seller<U: UseCase>(
    asked: &Asked<'_, Verb>,
    command: U,
) -> Result<Result<Seen, Wrong>, PageError> {
    let ask = asked.visitor.ask(&asked.sent.key()?, command);
    let ask = Ask { tenant: asked.id, expect: asked.sent.one("version").parse().ok(), ..ask };
    match asked.state.command(ask, &[]).await {
        Ok((_, seen)) => Ok(Ok(seen)),
        Err(error) => Wrong::from_error(error).map(Err),
    }
}
