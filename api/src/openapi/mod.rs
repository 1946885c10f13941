//! The OpenAPI 3.1 document.
//!
//! Guarantees: it is made from the very list of routes that answers; what holds for every route
//! (who may call it, how a write is keyed, how errors look) is added to each by rule and cannot be
//! forgotten. Absent on purpose: a second description kept by hand. `api/openapi.json` is this
//! document, locked by a test so that every change of it is seen.

mod examples;

use std::collections::BTreeMap;

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder};
use utoipa::openapi::security::{SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, ContentBuilder, Ref, RefOr, Required};
use utoipa::{OpenApi, ToSchema};

use crate::auth::{CLIENT_COOKIE, SESSION_COOKIE};
use crate::problem::{FieldError, Kind, MEDIA_TYPE, Part, ProblemBody};

/// The frame of the document; routes are added by the router.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Billfold",
        description = "An event-sourced billing ledger. Every write is a command that is decided, \
recorded and answered once per `Idempotency-Key`, for ever; its answer carries the `position` of \
its events. A read says how far it is with `as_of_position`, and waits for `min_position` if \
you pass \
one. A change of an existing thing needs the `ETag` you saw as `If-Match`. Amounts are decimal \
strings with exactly the decimals of their currency. Every error is an RFC 9457 problem, also \
what no operation lists: a path that is not there (404) or does not answer a method (405). \
`RateLimit-Policy` and `RateLimit` on every answer say how many requests a minute a caller and an \
address may send and what is left; more are answered with 429.",
        license(name = "MIT", identifier = "MIT"),
    ),
    components(schemas(ProblemBody, FieldError, Part)),
    tags(
        (name = "access", description = "Signing in and out, and keys for programs"),
        (name = "staff", description = "Who works for the seller, and what they may do"),
        (name = "portal", description = "What clients see and change of their own account"),
        (name = "clients", description = "Who is billed, and how each account stands"),
        (name = "products", description = "What is sold, with prices that begin on a day"),
        (name = "tax rates", description = "What is charged where, on what, and when"),
        (name = "client groups", description = "Who pays which prices"),
        (name = "coupons", description = "Money off by a code, within limits"),
        (name = "gift cards", description = "Money paid before anything was bought"),
        (name = "orders", description = "What a client asked for"),
        (name = "subscriptions", description = "Services that are billed again and again"),
        (name = "credit notes", description = "What was given back"),
        (name = "proformas", description = "What an invoice would say, before there is one"),
        (name = "number register", description = "Every number, its document, and what is missing"),
        (name = "invoices", description = "Drafts, and documents that no longer change"),
        (name = "payments", description = "Money that came in, and what it pays"),
        (name = "affiliates", description = "Who brings clients, and what that earns"),
        (name = "approvals", description = "What needs a second person above a sum"),
        (name = "dunning", description = "What happens when a client does not pay"),
        (name = "ledger", description = "The double-entry books, derived from events"),
        (name = "history", description = "Events, who did what, and proofs"),
        (name = "webhooks", description = "Other programs that are told what happens"),
        (name = "billing runs", description = "What is due of everybody becomes documents"),
        (name = "settings", description = "The seller"),
        (name = "tenants", description = "All sellers of the installation, for its operator"),
        (name = "operations", description = "Health and figures of the server, and its brakes"),
    )
)]
pub(crate) struct Frame;

/// Adds to a document with all routes what holds for every route.
pub(crate) fn complete(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    // Adopted from the crate by the derive, and not what users think of as the version.
    document.info.version = "1".to_owned();
    document.info.contact = None;
    let components = document.components.get_or_insert_with(Components::new);
    add_security(components);
    components.schemas.values_mut().for_each(close_variants);
    examples::give(components);
    components.parameters.insert("IdempotencyKey".to_owned(), idempotency_key().into());
    for kind in SHARED {
        components.responses.insert(name_of(kind).to_owned(), problem(kind).into());
    }
    for (path, item) in &mut document.paths.paths {
        let has_id = path.contains('{');
        let ends = ["/{id}", "/settings", "/branding", "/profile"];
        let one = ends.iter().any(|end| path.ends_with(end));
        for (write, operation) in operations(item) {
            complete_operation(operation, write, has_id);
            describe_answers(operation, write, one);
        }
    }
    document
}

/// A variant of a choice takes no fields but its own, as every other body; the derive leaves it
/// open.
fn close_variants(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::OneOf(choice)) = schema else { return };
    for variant in &mut choice.items {
        if let RefOr::T(Schema::Object(object)) = variant {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}

const SHARED: [Kind; 14] = [
    Kind::Method,
    Kind::Malformed,
    Kind::Unauthenticated,
    Kind::Forbidden,
    Kind::NotFound,
    Kind::State,
    Kind::Stale,
    Kind::TooLarge,
    Kind::Media,
    Kind::Rule,
    Kind::VersionNeeded,
    Kind::TooMany,
    Kind::Bug,
    Kind::Unavailable,
];

fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Malformed => "Malformed",
        Kind::Unauthenticated => "Unauthenticated",
        Kind::Forbidden => "Forbidden",
        Kind::NotFound => "NotFound",
        Kind::Method => "MethodNotAllowed",
        Kind::State | Kind::InProgress | Kind::NotYet => "Conflict",
        Kind::Stale => "Stale",
        Kind::TooLarge => "TooLarge",
        Kind::Media => "UnsupportedMedia",
        Kind::Rule => "Refused",
        Kind::VersionNeeded => "VersionNeeded",
        Kind::TooMany => "TooMany",
        Kind::Bug => "Fault",
        Kind::Unavailable | Kind::Unknown => "Unavailable",
    }
}

fn complete_operation(operation: &mut Operation, write: bool, has_id: bool) {
    let public = is_public(operation);
    if write && is_keyed(operation) {
        let parameters = operation.parameters.get_or_insert_with(Vec::new);
        parameters.push(RefOr::Ref(Ref::new("#/components/parameters/IdempotencyKey")));
    }
    let mut kinds = vec![Kind::Malformed, Kind::TooMany, Kind::Bug, Kind::Unavailable];
    if !public {
        kinds.extend([Kind::Unauthenticated, Kind::Forbidden]);
        operation.security.get_or_insert_with(either);
    } else if write {
        // Signing in: the one write that nobody has to be signed in for.
        kinds.push(Kind::Unauthenticated);
    }
    if ["register_account", "invite_", "create_key"].iter().any(|start| named(operation, start)) {
        kinds.extend([Kind::State, Kind::Rule]);
    }
    if named(operation, "ask_password_reset") {
        kinds.push(Kind::Rule);
    }
    // A command without an id in its path names other things in its body; who is not the operator
    // finds nothing below the sellers.
    let finds = named(operation, "look_up_") || resolves(operation) || tagged(operation, "tenants");
    if has_id || finds || write && is_command(operation) {
        kinds.push(Kind::NotFound);
    }
    if write && (is_command(operation) || has_id && foresees(operation)) || resolves(operation) {
        kinds.extend([Kind::State, Kind::Rule]);
    } else if write && !has_id && !public {
        kinds.push(Kind::Rule);
    } else if write && tagged(operation, "operations")
        || takes(operation, "min_position")
        || takes(operation, "as_of")
    {
        kinds.push(Kind::State);
    }
    if operation.request_body.is_some() {
        kinds.extend([Kind::TooLarge, Kind::Media]);
    }
    if takes(operation, "If-Match") {
        kinds.extend([Kind::Stale, Kind::VersionNeeded]);
    }
    for kind in kinds {
        let reference = Ref::new(format!("#/components/responses/{}", name_of(kind)));
        let status = kind.status().as_u16().to_string();
        operation.responses.responses.entry(status).or_insert(RefOr::Ref(reference));
    }
}

/// Every answer says what it is; a command's answer may be the stored one, and both a command and
/// the read of one thing answer with its version.
fn describe_answers(operation: &mut Operation, write: bool, one: bool) {
    let command = write && is_command(operation);
    let word = |schema: ObjectBuilder, description: &str| {
        HeaderBuilder::new().schema(Some(schema.build())).description(Some(description)).build()
    };
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let replayed = word(
        text().enum_values(Some(["true"])),
        "there if this is the stored answer to an earlier request with the key",
    );
    let tag = word(text().pattern(Some("^\"[0-9]+\"$")), "the version, for `If-Match`");
    let summary = operation.summary.clone().unwrap_or_default();
    for (status, response) in &mut operation.responses.responses {
        let (true, RefOr::T(response)) = (status.starts_with('2'), response) else { continue };
        if response.description.is_empty() {
            response.description.clone_from(&summary);
        }
        if command {
            response.headers.insert("Idempotent-Replayed".to_owned(), replayed.clone().into());
        }
        if command || one && !write {
            response.headers.insert("ETag".to_owned(), tag.clone().into());
        }
    }
}

/// Whether nobody has to be signed in.
fn is_public(operation: &Operation) -> bool {
    let none = SecurityRequirement::default();
    operation.security.as_ref().is_some_and(|all| all.iter().all(|one| *one == none))
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (bool, &mut Operation)> {
    [
        (false, item.get.as_mut()),
        (true, item.put.as_mut()),
        (true, item.post.as_mut()),
        (true, item.delete.as_mut()),
        (true, item.patch.as_mut()),
    ]
    .into_iter()
    .filter_map(|(write, operation)| operation.map(|operation| (write, operation)))
}

fn takes(operation: &Operation, name: &str) -> bool {
    operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.name == name,
        RefOr::Ref(_) => false,
    })
}

/// Whether it is a write of history: signing in, keys and the brakes of read models are not, and a
/// preview stores nothing.
fn is_command(operation: &Operation) -> bool {
    !tagged(operation, "access")
        && !tagged(operation, "operations")
        && !foresees(operation)
        && !named(operation, "look_up_")
}

/// Whether it happens once per key: commands, and making an API key, whose answer is shown once and
/// never stored.
fn is_keyed(operation: &Operation) -> bool {
    is_command(operation) || named(operation, "create_key")
}

/// Whether it says what would be, which is refused as the thing itself would be.
fn foresees(operation: &Operation) -> bool {
    named(operation, "preview_")
}

/// Whether it says what the rules make of something that must be there.
fn resolves(operation: &Operation) -> bool {
    named(operation, "resolve_")
}

/// Whether its name begins so. What is looked up by a code is asked for in a body, because an
/// address is written down.
fn named(operation: &Operation, start: &str) -> bool {
    operation.operation_id.as_deref().is_some_and(|id| id.starts_with(start))
}

fn tagged(operation: &Operation, tag: &str) -> bool {
    operation.tags.iter().flatten().any(|each| each == tag)
}

fn problem(kind: Kind) -> Response {
    let schema = Ref::from_schema_name(ProblemBody::name());
    let example = serde_json::json!({
        "type": format!("/problems/{}", example_code(kind)),
        "title": kind.title(),
        "status": kind.status().as_u16(),
        "instance": "019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a",
        "code": example_code(kind),
    });
    let content = ContentBuilder::new().schema(Some(schema)).example(Some(example)).build();
    let mut response =
        ResponseBuilder::new().description(kind.title()).content(MEDIA_TYPE, content);
    if matches!(kind, Kind::Unavailable | Kind::TooMany) {
        let seconds: Schema = ObjectBuilder::new().schema_type(Type::Integer).build().into();
        let wait = HeaderBuilder::new().schema(Some(seconds)).description(Some("seconds")).build();
        response = response.header("Retry-After", wait);
    }
    response.build()
}

fn example_code(kind: Kind) -> &'static str {
    match kind {
        Kind::Malformed => "malformed",
        Kind::Unauthenticated => "unauthenticated",
        Kind::Forbidden => "permission.missing",
        Kind::NotFound => "not_found",
        Kind::Method => "method_not_allowed",
        Kind::State | Kind::InProgress | Kind::NotYet => "not_yet",
        Kind::Stale => "stale",
        Kind::TooLarge => "body_too_large",
        Kind::Media => "media_type",
        Kind::Rule => "key_reused",
        Kind::VersionNeeded => "version.missing",
        Kind::TooMany => "rate_limited",
        Kind::Bug => "bug",
        Kind::Unavailable | Kind::Unknown => "busy",
    }
}

fn idempotency_key() -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(128))
        .pattern(Some("^[!-~]{1,128}$"))
        .build();
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .schema(Some(schema))
        .description(Some(
            "Any text that is new for each new write. The same key with the same request is \
             answered as the first time, for ever; with another request it is refused.",
        ))
        .example(Some("order-4711-invoice".into()))
        .build()
}

fn add_security(components: &mut Components) {
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API key; it acts for one seller and within its scopes"))
        .build();
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("An access token; it acts for the person who signed a program in"))
        .build();
    let cookie = ApiKeyValue::with_description(
        SESSION_COOKIE,
        "A browser session; a change also needs the header x-csrf-token",
    );
    let client = ApiKeyValue::with_description(
        CLIENT_COOKIE,
        "A browser session of a client; a change also needs the header x-csrf-token",
    );
    components.security_schemes = BTreeMap::from([
        ("api_key".to_owned(), SecurityScheme::Http(key).into()),
        ("access_token".to_owned(), SecurityScheme::Http(token).into()),
        ("client_session".to_owned(), SecurityScheme::ApiKey(ApiKey::Cookie(client)).into()),
        ("session".to_owned(), SecurityScheme::ApiKey(ApiKey::Cookie(cookie)).into()),
    ]);
}

/// Either scheme is enough; routes that need none say so themselves.
fn either() -> Vec<SecurityRequirement> {
    ["api_key", "access_token", "session"]
        .map(|scheme| SecurityRequirement::new::<_, [&str; 0], &str>(scheme, []))
        .to_vec()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::router::described;

    fn all(document: &mut utoipa::openapi::OpenApi) -> Vec<(String, bool, &mut Operation)> {
        let items = document.paths.paths.iter_mut();
        items
            .flat_map(|(path, item)| {
                operations(item).map(|(write, operation)| (path.clone(), write, operation))
            })
            .collect()
    }

    #[test]
    fn the_checked_in_document_is_the_one_that_is_served() {
        let made = crate::document().to_pretty_json().unwrap() + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        if std::fs::read_to_string(path).unwrap_or_default() != made {
            std::fs::write(format!("{path}.new"), made).unwrap();
            panic!("the API changed: look at api/openapi.json.new and move it over openapi.json");
        }
    }

    #[test]
    fn every_operation_is_named_once_and_says_what_it_answers() {
        let mut document = crate::document();
        let mut names = BTreeSet::new();
        for (path, _, operation) in all(&mut document) {
            let name = operation.operation_id.clone().unwrap_or_default();
            assert!(names.insert(name.clone()), "{name} is the name of two operations");
            let responses = &operation.responses.responses;
            assert!(responses.keys().any(|status| status.starts_with('2')), "{path} {name}");
            assert!(operation.summary.is_some(), "{path} {name} has no summary");
            assert!(
                is_public(operation) || responses.contains_key("401"),
                "{path} {name} lets anybody in"
            );
        }
        assert!(names.len() > 50, "{} operations", names.len());
    }

    /// What only adds to a thing, or does what is due, undoes nothing that a caller has not seen.
    const ADDS: [&str; 18] = [
        "ask_for_client_data",
        "ask_for_staff_data",
        "give_role",
        "take_role",
        "assign_to_department",
        "unassign_from_department",
        "add_contact",
        "add_note",
        "pay_invoice",
        "charge_invoice",
        "pay_proforma",
        "refer_client",
        "count_clicks",
        "redeem_gift_card",
        "advance_dunning_case",
        "assign_dunning_strategy",
        "withdraw_dunning_strategy",
        "move_test_clock",
    ];

    #[test]
    fn every_command_takes_a_key_and_every_change_a_version() {
        let mut document = crate::document();
        for (path, write, operation) in all(&mut document) {
            let name = operation.operation_id.clone().unwrap_or_default();
            let keyed = operation.parameters.iter().flatten().any(|parameter| {
                matches!(parameter, RefOr::Ref(reference)
                    if reference.ref_location.ends_with("IdempotencyKey"))
            });
            assert_eq!(keyed, write && is_keyed(operation), "{path} {name}");
            let adds = ADDS.contains(&name.as_str());
            let parts = ["{id}", "/settings/", "/branding", "/profile"];
            let of_one = parts.iter().any(|part| path.contains(part));
            let changes = keyed && of_one && !adds;
            assert_eq!(takes(operation, "If-Match"), changes, "{path} {name}");
        }
    }

    #[test]
    fn routes_and_document_name_the_same_paths() {
        let (router, document) = described();
        let described: BTreeSet<String> = document.paths.paths.keys().cloned().collect();
        let shown = format!("{router:?}");
        let found: BTreeSet<String> = shown
            .split('"')
            .filter(|text| text.starts_with("/v1/") && !text.starts_with("/v1/admin/"))
            .map(|path| format!("/api{path}"))
            .collect();
        assert_eq!(found, described);
    }
}
