//! What a page of a public client may ask by script (Fetch §3.2, the CORS protocol): an application that is
//! nothing but scripts in a browser has no server to ask for it.
//!
//! Only where tokens are got, used and given back, only from where the codes of a public client go, and never
//! with cookies: no answer says `Access-Control-Allow-Credentials`.

use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
            ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN, VARY,
        },
    },
    middleware::Next,
    web::Data,
};

use crate::{problem::Problem, service::Service};

/// Where scripts may ask, and by which method.
const ENDPOINTS: [(&str, &str); 6] = [
    ("/.well-known/openid-configuration", "GET"),
    ("/.well-known/oauth-authorization-server", "GET"),
    ("/oauth2/jwks", "GET"),
    ("/oauth2/token", "POST"),
    ("/oauth2/userinfo", "GET, POST"),
    ("/oauth2/revoke", "POST"),
];

/// What scripts may send beside what they always may.
const HEADERS: &str = "Authorization, Content-Type";
/// What they may read of the answer beside what they always may.
const EXPOSED: &str = "WWW-Authenticate, Retry-After, X-Request-Id";
/// For how many seconds a browser need not ask again.
const MAX_AGE: &str = "600";

/// Answers the questions of browsers about scripts, and says of each answer whether they may read it.
pub(crate) async fn wrap(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let path = request.path();
    let endpoint = ENDPOINTS.iter().find(|(endpoint, _)| *endpoint == path);
    let Some((_, methods)) = endpoint else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let origin = match allowed_origin(&request).await {
        Ok(origin) => origin,
        Err(problem) => return Ok(request.error_response(problem)),
    };
    let asks = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match (&origin, asks) {
        (Some(_), true) => {
            let mut answer = HttpResponse::NoContent();
            answer
                .insert_header((ACCESS_CONTROL_ALLOW_METHODS, *methods))
                .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, HEADERS))
                .insert_header((ACCESS_CONTROL_MAX_AGE, MAX_AGE));
            request.into_response(answer.finish())
        }
        _ => next.call(request).await?.map_into_boxed_body(),
    };
    let headers = response.headers_mut();
    // A cache must not give one site's answer to another.
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let exposed = HeaderValue::from_static(EXPOSED);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    Ok(response)
}

/// The origin that a script says it is of, if a public client's codes go there.
async fn allowed_origin(request: &ServiceRequest) -> Result<Option<HeaderValue>, Problem> {
    let Some(said) = request.headers().get(ORIGIN) else {
        return Ok(None);
    };
    let (Ok(origin), Some(service)) = (said.to_str(), request.app_data::<Data<Service>>()) else {
        return Ok(None);
    };
    let origins = service.configuration.script_origins(&service.store).await?;
    Ok(origins.contains(origin).then(|| said.clone()))
}
