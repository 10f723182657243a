//! Who signed in (OpenID Connect Core §5.3).

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::{StatusCode, header::AUTHORIZATION},
    post,
    web::Data,
};
use serde_json::{Map, Value, json};
use vestibule_model::{Origin, Session};
use vestibule_session::verify_access_token;

use crate::{
    clock, facts,
    openapi::oauth::{OAuthErrorView, Userinfo},
    problem::Problem,
    service::Service,
};

/// Read the claims about whoever signed in (OpenID Connect Core §5.3).
#[utoipa::path(tag = "OpenID Connect", operation_id = "getUserinfo", security(("access_token" = [])),
    responses(
        (status = 200, description = "The claims", body = Userinfo),
        (status = 401, description = "There is no access token, or it does not count", body = OAuthErrorView,
            headers(("WWW-Authenticate" = String, description = "RFC 6750 §3"))),
        (status = 503, description = "Try again in a moment", body = crate::openapi::Problem, content_type = "application/problem+json")))]
#[get("/oauth2/userinfo")]
pub(crate) async fn get(request: HttpRequest, service: Data<Service>) -> HttpResponse {
    answer(&request, &service).await
}

/// The same by POST, as OpenID Connect asks.
#[utoipa::path(tag = "OpenID Connect", operation_id = "postUserinfo", security(("access_token" = [])),
    responses(
        (status = 200, description = "The claims", body = Userinfo),
        (status = 401, description = "There is no access token, or it does not count", body = OAuthErrorView,
            headers(("WWW-Authenticate" = String, description = "RFC 6750 §3"))),
        (status = 503, description = "Try again in a moment", body = crate::openapi::Problem, content_type = "application/problem+json")))]
#[post("/oauth2/userinfo")]
pub(crate) async fn post(request: HttpRequest, service: Data<Service>) -> HttpResponse {
    answer(&request, &service).await
}

async fn answer(request: &HttpRequest, service: &Data<Service>) -> HttpResponse {
    let header = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = header
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let Some(token) = token else {
        return refused("");
    };
    let now = clock::now();
    let Ok(claims) = verify_access_token(&service.keys.ring(), &service.issuer, token, now) else {
        return refused(" error=\"invalid_token\"");
    };
    service
        .traces
        .here(|noted| noted.session = Some(claims.sid));
    let found = service
        .store
        .look(move |tx| tx.session_facts(claims.sid).map_err(Problem::from))
        .await;
    let claims = found.map(|known| {
        let session = known.as_ref().map(|known| known.session.clone())?;
        let grant = facts::renewed(&session, known, &service.rules, now).ok()?;
        Some(userinfo(&session, grant.member(), grant.email_verified()))
    });
    match claims {
        Ok(Some(claims)) => HttpResponse::Ok()
            .insert_header(("Cache-Control", "no-store"))
            .json(claims),
        Ok(None) => refused(" error=\"invalid_token\""),
        Err(problem) => HttpResponse::from_error(problem),
    }
}

/// RFC 6750 §3: without a token no error code, with a bad one `invalid_token`.
fn refused(error: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::UNAUTHORIZED)
        .insert_header(("WWW-Authenticate", format!("Bearer realm=\"userinfo\"{}", if error.is_empty() { String::new() } else { format!(",{error}") })))
        .insert_header(("Cache-Control", "no-store"))
        .json(json!({"error": "invalid_token", "error_description": "send a valid access token as `Authorization: Bearer`"}))
}

fn userinfo(
    session: &Session,
    member: &vestibule_model::Member,
    email_verified: bool,
) -> Map<String, Value> {
    let has = |scope: &str| session.scope.split(' ').any(|granted| granted == scope);
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), json!(member.id.to_string()));
    claims.insert(
        "workspace".to_owned(),
        json!(session.workspace_id.to_string()),
    );
    claims.insert("role".to_owned(), json!(member.role));
    if has("email") {
        claims.insert("email".to_owned(), json!(member.email));
        claims.insert("email_verified".to_owned(), json!(email_verified));
    }
    if let Some(name) = member.name.as_deref().filter(|_| has("profile")) {
        claims.insert("name".to_owned(), json!(name));
    }
    if let Origin::Saml {
        connection_id,
        details,
        ..
    } = &session.origin
    {
        claims.insert("connection".to_owned(), json!(connection_id.to_string()));
        if has("saml") {
            let attributes: Map<String, Value> = details
                .attributes
                .iter()
                .map(|attribute| (attribute.name.clone(), json!(attribute.values)))
                .collect();
            let saml = json!({
                "name_id": details.name_id.as_ref().map(|name_id| &name_id.value),
                "name_id_format": details.name_id.as_ref().and_then(|name_id| name_id.format.as_ref()),
                "attributes": attributes,
            });
            claims.insert("saml".to_owned(), saml);
        }
    }
    claims
}
