//! Our own pages for people: signing in without an identity provider, choosing a password, and what one
//! keeps with us.
//!
//! A sign-in on these pages is a [`flow::Flow`], bound to the browser that began it: from the address to
//! the password, the second factor or enrolling in one, to a session. The rules are asked at each
//! step ([`vestibule_policy::local_step`]) and once more in the transaction that lets somebody in.

mod account;
mod address;
mod admin_mapping;
mod enrol;
mod enter;
mod entrance;
mod factor;
mod flow;
mod forgot;
mod forms;
mod last;
mod passkey;
mod password;
mod password_link;
mod prove;
mod session;
mod show;
mod this_is_me;
pub(crate) mod two_factor;

use actix_web::{
    HttpRequest,
    http::{
        StatusCode,
        header::{HeaderName, ORIGIN},
    },
    web::ServiceConfig,
};

use crate::{config::Config, page::ErrorPage};

pub(crate) use enter::{Entrance, own_pages};
pub(crate) use entrance::{begin, sign_in_for, workspace_named};
pub(crate) use flow::Flow;
pub(crate) use forms::Form;
pub(crate) use last::remember;
pub(crate) use prove::offer as offer_proof;
pub(crate) use session::{SignedIn, begin as begin_session};
pub(crate) use this_is_me::place as this_is_me;

/// What a browser says about where a request comes from (Fetch Metadata).
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses a form that a page of somebody else's has posted, as far as the browser tells.
///
/// `Sec-Fetch-Site` decides where it is there. Our pages send no referrer, and so browsers send
/// `Origin: null` with their forms (Fetch §3.2.5): that says nothing, and neither does its absence. What
/// else holds a forged post off, a token or a cookie that stays at home, is asked for beside this.
///
/// # Errors
/// A page that says so.
pub(crate) fn same_origin(request: &HttpRequest, config: &Config) -> Result<(), ErrorPage> {
    let header = |name| {
        let value = request.headers().get(name)?;
        Some(value.to_str().unwrap_or_default())
    };
    let ours = match (header(FETCH_SITE), header(ORIGIN)) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, None | Some("null")) => true,
        (None, Some(origin)) => origin.eq_ignore_ascii_case(&config.public_url),
    };
    if ours { Ok(()) } else { Err(forged()) }
}

fn forged() -> ErrorPage {
    ErrorPage::named(StatusCode::FORBIDDEN, "cross-site-post")
}

/// The routes of this module.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(entrance::entrance)
        // `forgot` is no flow's name.
        .service(forgot::show)
        .service(forgot::send)
        .service(password_link::show)
        .service(password_link::set)
        .service(show::show)
        .service(address::give)
        .service(address::choose_workspace)
        .service(address::sso)
        .service(address::anew)
        .service(last::go_on)
        .service(password::give)
        .service(factor::give_code)
        .service(factor::give_passkey)
        .service(enrol::confirm)
        .service(enrol::register)
        .service(enrol::kept)
        .service(passkey::sign_in)
        .configure(account::routes)
        .service(this_is_me::question)
        .service(this_is_me::confirm)
        .service(admin_mapping::question)
        .service(admin_mapping::enable);
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_form_of_another_site_is_refused_and_silence_is_not() {
        let settings = [(
            "VESTIBULE_PUBLIC_URL".to_owned(),
            "https://sso.example.com".to_owned(),
        )];
        let config = Config::from_vars(settings).unwrap();
        for (headers, ours) in [
            (&[][..], true),
            (&[("origin", "null")], true),
            (&[("origin", "https://sso.example.com")], true),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "http://sso.example.com")], false),
            (&[("origin", "")], false),
            (
                &[("sec-fetch-site", "same-origin"), ("origin", "null")],
                true,
            ),
            (&[("sec-fetch-site", "none")], true),
            (
                &[("sec-fetch-site", "cross-site"), ("origin", "null")],
                false,
            ),
            (&[("sec-fetch-site", "same-site")], false),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://sso.example.com"),
                ],
                false,
            ),
        ] {
            let mut request = TestRequest::post();
            for header in headers {
                request = request.insert_header(*header);
            }
            let judged = same_origin(&request.to_http_request(), &config);
            assert_eq!(judged.is_ok(), ours, "{headers:?}");
        }
    }
}
