//! What a visitor's request is, as the proxy passes it on. All of it is the visitor's to choose, and
//! nothing here lets anybody in.

use actix_web::{
    HttpRequest,
    http::{Method, header::ACCEPT},
};
use vestibule_model::LocalPath;

use super::app::FOLDER;

/// By which method the visitor came: some proxies ask by GET for all of them.
const METHOD: &str = "x-forwarded-method";
/// What they asked for: as nginx's documentation calls it, and as Traefik and Caddy do.
const PATHS: [&str; 2] = ["x-original-uri", "x-forwarded-uri"];
/// Fetch Metadata: what the browser wants it for, and who has it ask. Scripts cannot set them.
const MODE: &str = "sec-fetch-mode";
const SITE: &str = "sec-fetch-site";

/// Whether a person opens a page, who can be sent elsewhere to sign in; programs are told that they
/// may not.
pub(super) fn opens_a_page(request: &HttpRequest) -> bool {
    let method = header(request, METHOD).unwrap_or(request.method().as_str());
    let wants_page = header(request, ACCEPT.as_str()).is_some_and(|it| it.contains("text/html"));
    method == Method::GET.as_str()
        && wants_page
        && header(request, MODE).is_none_or(|mode| mode == "navigate")
}

/// Whether another site has the browser ask this.
pub(super) fn comes_from_elsewhere(request: &HttpRequest) -> bool {
    header(request, SITE).is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

/// What the visitor asked for, as the proxy says it.
pub(super) fn wanted(request: &HttpRequest) -> LocalPath {
    let said = PATHS.iter().find_map(|name| header(request, name));
    back_to(said.unwrap_or_default())
}

/// Where to go on after the sign-in: the front door, unless it is a path of the application. Ours would
/// sign them in for ever, or out at once.
pub(super) fn back_to(path: &str) -> LocalPath {
    let path = path.parse::<LocalPath>().ok();
    let of_app = path.filter(|path| !path.as_str().starts_with(FOLDER));
    of_app.unwrap_or_default()
}

fn header<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    request
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn only_somebody_who_opens_a_page_is_sent_away() {
        let page = || TestRequest::get().insert_header(("accept", "text/html,*/*;q=0.8"));
        assert!(opens_a_page(&page().to_http_request()));
        for (name, value) in [
            ("x-forwarded-method", "POST"),
            ("x-forwarded-method", "get"),
            ("accept", "*/*"),
            ("sec-fetch-mode", "cors"),
        ] {
            let request = page().insert_header((name, value)).to_http_request();
            assert!(!opens_a_page(&request), "{name}: {value}");
        }
        assert!(!opens_a_page(&TestRequest::get().to_http_request()));
    }

    #[test]
    fn the_way_back_is_a_path_of_the_application() {
        for (said, back) in [
            ("/reports?a=b", "/reports?a=b"),
            ("//evil.example", "/"),
            ("https://evil.example/", "/"),
            ("/.vestibule/sign-out", "/"),
            ("", "/"),
        ] {
            let request = TestRequest::get().insert_header(("x-original-uri", said));
            assert_eq!(wanted(&request.to_http_request()).as_str(), back, "{said}");
        }
    }
}
