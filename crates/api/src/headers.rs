//! What every answer says to browsers beside itself.

use actix_web::{
    body::BoxBody,
    dev::ServiceResponse,
    http::header::{
        CONTENT_TYPE, HeaderName, HeaderValue, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    },
    web::Data,
};

use crate::{forward, service::Service};

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// A year (RFC 6797 §6.1). Whoever wants to be in the lists of browsers asks for it at their proxy.
const ONE_YEAR: &str = "max-age=31536000; includeSubDomains";

/// What our pages never ask for. Passkeys and the clipboard are left: browsers give them to this origin
/// alone.
const NOTHING: &str =
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";

/// Where somebody is on the way into an application, perhaps in a window that it has opened and waits for:
/// a policy on openers would cut the two apart for good (HTML §7.1.3), and the application would wait for
/// ever. These pages hold nothing that an opener could reach: it is of another origin.
const ON_THE_WAY: [&str; 4] = ["/sign-in", "/oauth2/", "/saml/", forward::PATHS];

/// Adds to an answer what holds for all of them.
pub(crate) fn secure(response: &mut ServiceResponse<BoxBody>) {
    let request = response.request();
    let service = request.app_data::<Data<Service>>();
    let is_https = service.is_some_and(|service| service.config.is_https());
    let path = request.path();
    let on_the_way = ON_THE_WAY.iter().any(|start| path.starts_with(start));
    // What is said there may reach a browser on the host of an application, whose proxy answers for that.
    let is_our_host = !path.starts_with(forward::PATHS);
    let kind = response.headers().get(CONTENT_TYPE);
    let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));

    let mut add = |name: HeaderName, value: &'static str| {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    };
    add(X_CONTENT_TYPE_OPTIONS, "nosniff");
    if is_https && is_our_host {
        add(STRICT_TRANSPORT_SECURITY, ONE_YEAR);
    }
    if is_page {
        add(PERMISSIONS_POLICY, NOTHING);
    }
    if is_page && !on_the_way {
        add(OPENER_POLICY, "same-origin");
    }
}
