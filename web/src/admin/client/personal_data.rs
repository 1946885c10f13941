//! Hands out everything held about a client: asked for with a reason, then fetched from the API.

use axum::Router;
use billfold_app::commands::data_subjects::{AskForExport, Person};
use billfold_app::retention;
use billfold_domain::client::Client;
use billfold_domain::data_subject::DataSubject;
use billfold_domain::kernel::{ClientId, TenantId};
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::event_index::EventIndex;

use super::record;
use crate::admin::confirm::Action;
use crate::admin::deed::{self, Asked, Deed, Question, Words};
use crate::error::PageError;
use crate::fields::Wrong;
use crate::state::{Seen, WebState};
use crate::view::{Day, Moment};

/// What the record says of it.
#[derive(Clone, Debug)]
pub(crate) struct HeldRecords {
    /// What the law keeps, and until when; none if nothing.
    pub(crate) kept: Option<(String, Day)>,
    /// Where what was asked for may be fetched, and until when.
    pub(crate) ready: Option<(String, Moment)>,
    /// Ask for it.
    pub(crate) actions: Vec<Action>,
}

impl HeldRecords {
    pub(super) async fn of(
        state: &WebState,
        tenant: TenantId,
        id: ClientId,
        may: bool,
    ) -> Result<Self, PageError> {
        let kept = retention::kept(state.door(), tenant, id).await?;
        let kept = kept.map(|kept| (kept.law.name, Day(kept.until)));
        let (asked, _) = state.door().load::<DataSubject>(tenant, id.uuid()).await?;
        let now = state.door().now(tenant).await?;
        let ready = asked.exported().filter(|asked| may && now < asked.until).map(|asked| {
            let href = format!("/api/v1/clients/{id}/data-exports/{}", asked.no);
            (href, Moment(asked.until))
        });
        let page = format!("{}/{id}", Verb::PAGE);
        let ask = || deed::action(Verb::Export, &page, "Export personal data", "download");
        Ok(Self { kept, ready, actions: may.then(ask).into_iter().collect() })
    }
}

pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Export,
}

impl Deed for Verb {
    type Id = ClientId;
    const PAGE: &'static str = "/admin/client-data";
    const NEEDS: Permission = Permission::ClientsErase;
    const ALL: &'static [Verb] = &[Verb::Export];

    fn words(self) -> Words {
        Words { path: "export", button: "Export", done: "data-exported", danger: false }
    }

    fn back(id: &ClientId) -> String {
        record::href(*id)
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let (client, _) = asked.state.door().load::<Client>(tenant, asked.id.uuid()).await?;
        if client == Client::Absent {
            return Err(PageError::NotFound);
        }
        Ok(Question {
            title: "Export everything held about this client?".to_owned(),
            text: "Contact details, notes, answers, documents and every event that speaks of the \
                   client, readable for whoever has the file. Who asked and why stays in the log."
                .to_owned(),
            version: None,
            fields: vec![deed::reason(asked, "For the audit log; no personal data")],
        })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let person = Person::Client(asked.id);
        let ask = AskForExport { person, reason: asked.sent.one("reason").to_owned() };
        asked.command(ask, &[EventIndex::NAME]).await
    }
}
