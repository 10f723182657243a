//! The page where a person takes one of several identity providers.

use actix_web::{HttpResponse, http::StatusCode};
use url::Url;
use vestibule_model::{Connection, Revision};
use vestibule_pages::{ChooseConnection, LinkChoice};

use crate::{
    configuration::Several, oidc::form::Parameters, page, redirect_uri::with_parameters,
    service::Service,
};

/// What named the workspace, and is said by the connection from now on.
const DECIDED: [&str; 3] = ["connection", "workspace", "entityID"];

/// Each way is the same authorize request with the connection named.
pub(crate) fn page(service: &Service, said: &Parameters, several: Several) -> HttpResponse {
    let kept: Vec<_> = said
        .iter()
        .filter(|(name, _)| !DECIDED.contains(name))
        .collect();
    let authorize = format!("{}/oauth2/authorize", service.config.public_url);
    let others = kept.iter().filter(|(name, _)| *name != "method");
    let mut by_password: Vec<_> = others.copied().collect();
    let workspace = several.workspace.id.to_string();
    by_password.extend([("workspace", workspace.as_str()), ("method", "password")]);
    let by_password = with_parameters(&authorize, &by_password);
    let way = |id: &str| {
        let mut parameters = kept.clone();
        parameters.push(("connection", id));
        with_parameters(&authorize, &parameters)
    };
    shown(several, way, by_password)
}

/// The page; `way` makes the link from the id of a connection. An admin whose identity provider is down
/// goes by password (P3).
pub(crate) fn shown(
    several: Several,
    way: impl Fn(&str) -> String,
    by_password: String,
) -> HttpResponse {
    let choice = |(connection, revision): (Connection, Revision)| LinkChoice {
        href: way(&connection.id.to_string()),
        label: connection.name,
        hint: host(&revision.settings.idp_sso_url),
    };
    let page = ChooseConnection {
        workspace: several.workspace.name,
        choices: several.connections.into_iter().map(choice).collect(),
        password_href: Some(by_password),
        back_href: None,
    };
    page::rendered(StatusCode::OK, page)
}

/// Two may have the same name; where they lead is what people know them by.
fn host(url: &str) -> String {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host_str);
    host.unwrap_or_default().to_owned()
}
