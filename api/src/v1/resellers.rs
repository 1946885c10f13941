//! Resellers: members of staff who look after clients of their own and see no others (RBA-11).

use axum::Json;
use axum::extract::State;
use billfold_app::resellers::{Reseller, ResellersError, resellers};
use billfold_projections::client_list::ClientList;
use billfold_projections::{Answer as ReadAnswer, Error as ReadError, Projection};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{May, StaffRead};
use crate::problem::Problem;
use crate::receive::ListOf;
use crate::state::ApiState;
use crate::wire::{Page, Paging};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list_resellers))
}

/// Lists resellers, in the order they were hired: whose roles reach only clients of their own, and
/// who is entrusted with clients.
///
/// Their clients are those of `/clients?reseller_id=`.
#[utoipa::path(
    get, path = "", tag = "staff", params(Paging),
    responses((status = 200, body = Page<WireReseller>)),
)]
async fn list_resellers(
    State(state): State<ApiState>,
    May(caller, _): May<StaffRead>,
    ListOf(NoFilter {}, part): ListOf<NoFilter>,
) -> Result<Json<Page<WireReseller>>, Problem> {
    let wanted = part.wanted()?;
    state.reach(ClientList::NAME, part.min_position).await?;
    let all = resellers(state.door(), state.reads(), caller.tenant).await.map_err(refused)?;
    let key = |reseller: &Reseller| reseller.colleague.staff_id.uuid().to_string();
    let value = wanted.part(all.value, key).map_err(ReadError::from)?;
    let as_of_position = all.as_of_position;
    Ok(Json(Page::of(ReadAnswer { value, as_of_position }, WireReseller::of)))
}

fn refused(error: ResellersError) -> Problem {
    match error {
        ResellersError::Read(error) => error.into(),
        ResellersError::Door(error) => error.into(),
    }
}

/// No condition.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoFilter {}

/// A reseller.
#[derive(Serialize, ToSchema)]
#[schema(as = Reseller)]
struct WireReseller {
    /// The member of staff.
    #[schema(example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Their name; null once erased.
    name: Option<String>,
    /// Their mail address; null once erased.
    email: Option<String>,
    /// Whether they may sign in.
    active: bool,
    /// How many clients they look after, erased ones aside.
    clients: i64,
}

impl WireReseller {
    fn of(Reseller { colleague, clients }: Reseller) -> Self {
        let (id, active) = (colleague.staff_id.to_string(), colleague.active);
        let profile = colleague.profile.clear();
        let (name, email) = profile.map(|profile| (profile.name, profile.email)).unzip();
        Self { id, name, email, active, clients }
    }
}
