//! The OpenAPI document: generated from the handlers, committed as `api-spec/openapi.yaml`, compared
//! by a test, and served for reading.

mod examples;
pub(crate) mod oauth;
#[cfg(test)]
mod reference;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use actix_web::{HttpResponse, get, http::StatusCode};
use serde_json::{Value, json};
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use vestibule_pages::{ApiDocs, Operation, OperationField};

use crate::{
    extract::{is_honoured, is_kept},
    forward::check,
    oidc::{authorize, discovery, introspect, logout, par, revoke, token, userinfo},
    page,
    routes::{
        api_keys, attempts, audit_events, certificates, clients, connections, decisions, domains,
        health, imports, inspections, invitations, members, metadata_refresh, password_links,
        preflight, service_provider_keys, sessions, setup_links, tests, two_factor,
        webhook_deliveries, webhook_endpoints, workspaces,
    },
};

/// A problem (RFC 9457). Further members depend on the type.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the documents that `problem` writes")]
pub(crate) struct Problem {
    /// A page that explains the type.
    #[schema(example = "https://sso.example.com/problems/test-required")]
    r#type: String,
    /// The last part of `type`, stable.
    #[schema(example = "test-required")]
    code: String,
    /// A short summary, the same for every problem of this type.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What happened, what was expected, how to mend it.
    detail: String,
    /// Names this request in the log.
    request_id: String,
    /// Each place in the body that cannot be used.
    errors: Option<Vec<ProblemPlace>>,
}

/// A place in the body that cannot be used.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the documents that `problem` writes")]
pub(crate) struct ProblemPlace {
    /// A JSON pointer (RFC 6901).
    #[schema(example = "/plan")]
    pointer: String,
    /// What was expected.
    expected: String,
    /// What was found.
    found: String,
}

#[derive(OpenApi)]
#[openapi(
    paths(
        workspaces::create,
        imports::import_workspaces,
        workspaces::list,
        workspaces::read,
        workspaces::update,
        workspaces::delete,
        invitations::create,
        members::create,
        imports::import_members,
        members::list,
        members::read,
        members::update,
        members::delete,
        members::revoke_sessions,
        members::create_identity,
        members::list_identities,
        members::delete_identity,
        two_factor::read,
        two_factor::reset,
        domains::create,
        domains::list,
        domains::read,
        domains::update,
        domains::delete,
        domains::verify,
        password_links::create,
        password_links::revoke,
        connections::create,
        connections::list,
        connections::read,
        connections::update,
        connections::delete,
        connections::save_draft,
        preflight::read,
        connections::enable,
        connections::disable,
        connections::list_revisions,
        connections::restore,
        certificates::list,
        certificates::add,
        certificates::retire,
        service_provider_keys::list,
        service_provider_keys::create,
        service_provider_keys::activate,
        service_provider_keys::delete,
        metadata_refresh::refresh,
        setup_links::create,
        setup_links::list,
        setup_links::read,
        setup_links::revoke,
        tests::create,
        tests::list,
        tests::read,
        attempts::list,
        attempts::read,
        attempts::list_strays,
        attempts::by_reference,
        inspections::create,
        decisions::create,
        sessions::create,
        sessions::list,
        sessions::read,
        sessions::delete,
        clients::create,
        clients::list,
        clients::read,
        clients::update,
        clients::rotate_secret,
        clients::delete,
        api_keys::create,
        api_keys::list,
        api_keys::read,
        api_keys::rotate,
        api_keys::delete,
        audit_events::list,
        audit_events::export,
        webhook_endpoints::create,
        webhook_endpoints::list,
        webhook_endpoints::read,
        webhook_endpoints::update,
        webhook_endpoints::delete,
        webhook_endpoints::rotate_secret,
        webhook_deliveries::test,
        webhook_deliveries::list,
        webhook_deliveries::replay,
        webhook_deliveries::skip,
        webhook_deliveries::replay_since,
    ),
    components(schemas(Problem, ProblemPlace))
)]
struct V1;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Vestibule",
        description = "Self-hosted SAML single sign-on. A workspace sets up its identity provider, tests it, goes live, and its people sign in; your applications receive the sign-ins by OpenID Connect (/.well-known/openid-configuration).",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/", description = "This deployment")),
    paths(
        discovery::configuration,
        discovery::oauth_configuration,
        discovery::jwks,
        authorize::authorize,
        authorize::authorize_by_post,
        par::push,
        logout::logout,
        logout::logout_by_post,
        token::token,
        userinfo::get,
        userinfo::post,
        introspect::introspect,
        revoke::revoke,
        check::check,
        health::healthz,
        health::readyz,
    ),
    nest((path = "/v1", api = V1)),
    modifiers(&Finish),
    security(("api_key" = []))
)]
struct Document;

/// What every operation has in common.
struct Finish;

impl Modify for Finish {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        for (name, scheme, description) in [
            (
                "api_key",
                HttpAuthScheme::Bearer,
                "An API key: `Authorization: Bearer vsk_…`",
            ),
            (
                "access_token",
                HttpAuthScheme::Bearer,
                "An access token: `Authorization: Bearer eyJ…`",
            ),
            (
                "client_secret_basic",
                HttpAuthScheme::Basic,
                "A client's id and secret, each form-encoded (RFC 6749 §2.3.1). They may go into \
                 the form instead.",
            ),
        ] {
            let mut http = Http::new(scheme);
            http.description = Some(description.to_owned());
            components.add_security_scheme(name, SecurityScheme::Http(http));
        }
    }
}

/// The document as a value, with the answer that every operation under `/v1` may give instead. (OAuth
/// has errors of its own.)
pub(crate) fn document() -> Result<Value, serde_json::Error> {
    let mut document = serde_json::to_value(Document::openapi())?;
    let problem = json!({
        "description": "A problem",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }
    });
    name_what_lists_hold(&mut document);
    let needs_nothing = schemas_without_needs(&document);
    let examples = examples::all()?;
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let operations = paths.into_iter().flat_map(|paths| paths.iter_mut());
    for (path, operations) in operations {
        let operations = operations.as_object_mut();
        for (method, operation) in operations.into_iter().flatten() {
            if path.starts_with("/v1/") {
                finish(path, method, operation, &problem);
            }
            leave_out_bodies(operation, &needs_nothing);
            refuses_something(operation, &problem);
            examples::add(operation, &examples);
        }
    }
    Ok(document)
}

/// The generator writes the objects of a list out; they are the same that other operations show, and a
/// client made from the document has one type for them.
fn name_what_lists_hold(document: &mut Value) {
    let schemas = document.pointer_mut("/components/schemas");
    let Some(schemas) = schemas.and_then(Value::as_object_mut) else {
        return;
    };
    let names: Vec<String> = schemas.keys().cloned().collect();
    for name in &names {
        let held = name.strip_prefix("List_");
        let Some(held) = held.filter(|held| names.iter().any(|name| name == held)) else {
            continue;
        };
        let list = schemas.get_mut(name);
        if let Some(items) = list.and_then(|list| list.pointer_mut("/properties/data/items")) {
            *items = json!({"$ref": format!("#/components/schemas/{held}")});
        }
    }
}

/// References to the objects of which nothing has to be given.
fn schemas_without_needs(document: &Value) -> BTreeSet<String> {
    let schemas = document.pointer("/components/schemas");
    let schemas = schemas.and_then(Value::as_object).into_iter().flatten();
    let needs = |schema: &Value| {
        let required = schema.get("required").and_then(Value::as_array);
        required.is_some_and(|required| !required.is_empty())
    };
    let free = schemas.filter(|(_, schema)| !needs(schema));
    free.map(|(name, _)| format!("#/components/schemas/{name}"))
        .collect()
}

/// A body may be left out where it may be empty.
fn leave_out_bodies(operation: &mut Value, needs_nothing: &BTreeSet<String>) {
    let Some(body) = operation.get_mut("requestBody") else {
        return;
    };
    let kinds = body.get("content").and_then(Value::as_object);
    let mut schemas = kinds.into_iter().flat_map(|kinds| kinds.values());
    let free = schemas.any(|kind| {
        let schema = kind.pointer("/schema/$ref").and_then(Value::as_str);
        schema.is_some_and(|schema| needs_nothing.contains(schema))
    });
    if free && let Some(required) = body.get_mut("required") {
        *required = false.into();
    }
}

/// What `Allow` says of a path of the document (RFC 9110 §10.2.1), by its pattern.
pub(crate) fn allowed(pattern: &str) -> Option<&'static str> {
    static METHODS: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    let methods = METHODS.get_or_init(|| {
        let paths = Document::openapi().paths.paths;
        let paths = paths.into_iter().filter_map(|(path, item)| {
            let item = serde_json::to_value(item).ok()?;
            let methods = ["get", "post", "put", "patch", "delete"].into_iter();
            let methods: Vec<_> = methods
                .filter(|method| item.get(method).is_some())
                .map(str::to_uppercase)
                .collect();
            Some((path, methods.join(", ")))
        });
        paths.collect()
    });
    methods.get(pattern).map(String::as_str)
}

/// Whatever takes everything else refuses a URL that is too long.
fn refuses_something(operation: &mut Value, problem: &Value) {
    let responses = operation.get_mut("responses");
    if let Some(responses) = responses.and_then(Value::as_object_mut)
        && !responses.keys().any(|status| status.starts_with('4'))
    {
        let mut problem = problem.clone();
        if let Some(text) = problem.get_mut("description") {
            *text = "The URL is too long".into();
        }
        responses.insert("414".to_owned(), problem);
    }
}

/// The problems that an operation may answer with, beside others: why, and to which.
fn problems(path: &str, method: &str, has_body: bool) -> Vec<(&'static str, &'static str)> {
    let mut problems = vec![
        ("401", "No API key, or none that counts"),
        (
            "403",
            "The API key may not do this, or a rule does not allow it",
        ),
    ];
    if path.contains('{') {
        problems.push((
            "404",
            "There is no such object within the reach of the API key",
        ));
    }
    if is_honoured(method, path) {
        problems.push((
            "412",
            "It was changed since; `current_etag` is the present version",
        ));
    }
    if has_body {
        problems.push(("422", "A value cannot be used; `errors` names its place"));
    }
    problems.push(("default", "Another problem"));
    problems
}

/// What operations under `/v1` have in common: a problem instead of their answer, entity tags, the bounds
/// of a list, and the headers that some take.
fn finish(path: &str, method: &str, operation: &mut Value, problem: &Value) {
    let has_body = operation.get("requestBody").is_some();
    let parameters = operation.get_mut("parameters");
    for parameter in parameters
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if parameter.get("name").is_some_and(|name| name == "limit")
            && let Some(schema) = parameter.get_mut("schema")
        {
            *schema = json!({"type": "integer", "minimum": 1, "maximum": 200, "default": 50});
        }
    }
    let responses = operation.get_mut("responses");
    if let Some(responses) = responses.and_then(Value::as_object_mut) {
        for (status, description) in problems(path, method, has_body) {
            let mut problem = problem.clone();
            if let Some(text) = problem.get_mut("description") {
                *text = description.into();
            }
            responses.entry(status).or_insert(problem);
        }
        let shows = matches!(method, "get" | "patch" | "put");
        let shown = responses.get_mut("200").filter(|_| shows);
        if let Some(shown) = shown.and_then(Value::as_object_mut) {
            let tag = json!({
                "description": "The version of what is shown, for If-Match and If-None-Match",
                "schema": {"type": "string"},
            });
            shown.insert("headers".to_owned(), json!({"ETag": tag}));
        }
    }
    let mut header = |name: &str, description: &str, schema: Value| {
        let Some(operation) = operation.as_object_mut() else {
            return;
        };
        let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
        if let Some(parameters) = parameters.as_array_mut() {
            parameters.push(json!({
                "name": name, "in": "header", "required": false,
                "description": description, "schema": schema,
            }));
        }
    };
    if is_kept(method, path) {
        header(
            "Idempotency-Key",
            "Names this call, so that it can be sent again within 24 hours when its answer was not heard: \
             nothing is done twice, and the answer is the same. A UUID, for example",
            json!({"type": "string", "minLength": 1, "maxLength": 255}),
        );
    }
    if is_honoured(method, path) {
        header(
            "If-Match",
            "Only where this is the current ETag of the object; else `412 precondition-failed`",
            json!({"type": "string"}),
        );
    }
}

/// The document as YAML, as it is committed.
///
/// # Errors
/// The document cannot be written as YAML.
pub fn to_yaml() -> Result<String, Box<dyn std::error::Error>> {
    let document: utoipa::openapi::OpenApi = serde_json::from_value(document()?)?;
    Ok(document.to_yaml()?)
}

/// The document as YAML.
#[get("/openapi.yaml")]
pub(crate) async fn yaml() -> Result<HttpResponse, crate::problem::Problem> {
    let yaml = to_yaml().map_err(crate::problem::Problem::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("application/yaml")
        .body(yaml))
}

/// The document as JSON.
#[get("/openapi.json")]
pub(crate) async fn json() -> Result<HttpResponse, crate::problem::Problem> {
    let document = document().map_err(crate::problem::Problem::internal)?;
    Ok(HttpResponse::Ok().json(document))
}

/// The document for reading.
#[get("/docs")]
pub(crate) async fn docs() -> Result<HttpResponse, crate::problem::Problem> {
    let document = document().map_err(crate::problem::Problem::internal)?;
    let mut operations = Vec::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, methods) in paths.into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            operations.push(Operation {
                id: words(operation, "operationId"),
                summary: words(operation, "summary"),
                method: method.to_uppercase(),
                path: path.clone(),
                description: words(operation, "description"),
                fields: fields(&document, operation),
            });
        }
    }
    let info = document.get("info").unwrap_or(&Value::Null);
    let page = ApiDocs {
        description: words(info, "description"),
        operations,
    };
    Ok(page::rendered(StatusCode::OK, page))
}

/// What a member says; nothing where it is not there.
fn words(value: &Value, member: &str) -> String {
    let said = value.get(member).and_then(Value::as_str);
    said.unwrap_or_default().to_owned()
}

/// The fields of an operation's body.
fn fields(document: &Value, operation: &Value) -> Vec<OperationField> {
    let reference = ["json", "x-www-form-urlencoded"]
        .iter()
        .find_map(|kind| {
            operation.pointer(&format!(
                "/requestBody/content/application~1{kind}/schema/$ref"
            ))
        })
        .and_then(Value::as_str)
        .and_then(|reference| reference.strip_prefix('#'));
    let Some(schema) = reference.and_then(|pointer| document.pointer(pointer)) else {
        return Vec::new();
    };
    let required: Vec<_> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    let properties = properties.into_iter().flatten();
    properties
        .map(|(name, property)| OperationField {
            name: name.clone(),
            needed: required.iter().any(|word| word.as_str() == Some(name)),
            meaning: words(property, "description"),
        })
        .collect()
}
