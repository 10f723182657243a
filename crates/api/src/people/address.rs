//! The address, and where it leads.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Path},
};
use vestibule_model::{Email, WorkspaceId};
use vestibule_pages::Notice;
use vestibule_state::Purpose;

use crate::{
    clock,
    configuration::{NoRoute, Route, WorkspaceName},
    guards::{self, Guess},
    oidc::{choose, form::Parameters, nowhere},
    page::{self, ErrorPage},
    people::{
        Form,
        entrance::{bounded, workspace_named},
        flow::Open,
        show::page_of,
    },
    problem::Problem,
    redirect_uri::with_parameters,
    saml::leave,
    service::Service,
};

/// Who are you? A verified domain leads to its workspace, and nothing else that is typed here does:
/// strangers cannot learn which addresses exist.
#[post("/sign-in/{flow}/address")]
pub(crate) async fn give(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let mut open = Open::find(&request, &service, &path, now).await?;
    open.check_form(&request, &service, &fields)?;
    guards::ask(&service, &request, Guess::Discovery, None, now).await?;
    let typed = bounded(fields.get("email"));
    let Ok(email) = Email::parse(&typed) else {
        let error = notice(
            "This is no e-mail address",
            "Type it as in ada@example.com.",
        );
        return page_of(&service, &mut open, Some(error), now).await;
    };
    let workspace_id = match open.flow.workspace_id {
        Some(known) => Some(known),
        None => by_domain(&service, &email).await?,
    };
    open.flow.is_about(workspace_id, Some(typed));
    open.save(&service, now).await?;
    Ok(page::redirect(StatusCode::SEE_OTHER, open.path("")))
}

/// Which workspace? By its short name.
#[post("/sign-in/{flow}/workspace")]
pub(crate) async fn choose_workspace(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let mut open = Open::find(&request, &service, &path, now).await?;
    open.check_form(&request, &service, &fields)?;
    guards::ask(&service, &request, Guess::Discovery, None, now).await?;
    let name = bounded(fields.get("workspace")).to_lowercase();
    let Some(found) = workspace_named(&service, name).await? else {
        let error = notice(
            "There is no such workspace",
            "Type its short name as it stands in the address of your application, or ask an \
             administrator.",
        );
        return page_of(&service, &mut open, Some(error), now).await;
    };
    let email = open.flow.email.clone();
    open.flow.is_about(Some(found), email);
    open.save(&service, now).await?;
    Ok(page::redirect(StatusCode::SEE_OTHER, open.path("")))
}

/// On to the identity provider of the workspace: the one of the address's verified domain, else the
/// default.
#[get("/sign-in/{flow}/sso")]
pub(crate) async fn sso(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let open = Open::find(&request, &service, &path, now).await?;
    let workspace_id = open.flow.workspace_id.ok_or_else(super::flow::over)?;
    let parameters = Parameters::parse(request.query_string().as_bytes());
    let chosen = parameters.get("connection").and_then(|id| id.parse().ok());
    let route = match chosen {
        Some(id) => Route::Connection(id),
        None => of_flow(&service, &open, workspace_id).await?,
    };
    let configuration = &service.configuration;
    let live = configuration.live(&service.store, &service.rules, route);
    let live = match live.await? {
        Ok(live) => live,
        Err(NoRoute::Several(several)) => {
            let sso = open.path("sso");
            let way = |id: &str| with_parameters(&sso, &[("connection", id)]);
            return Ok(choose::shown(*several, way));
        }
        Err(none) => return Err(nowhere(none)),
    };
    if live.workspace.id != workspace_id {
        return Err(nowhere(NoRoute::Unknown));
    }
    open.finish(&service, now).await?;
    let purpose = Purpose::SignIn(open.flow.request);
    let (connection, revision) = (&live.connection, &live.revision);
    leave(&request, &service, purpose, connection, revision, now).await
}

/// The way of the address's verified domain, where it is this workspace's; else the workspace's.
async fn of_flow(
    service: &Service,
    open: &Open,
    workspace_id: WorkspaceId,
) -> Result<Route, Problem> {
    let email = open.flow.email.as_deref();
    if let Some(Ok(email)) = email.map(Email::parse)
        && by_domain(service, &email).await? == Some(workspace_id)
    {
        return Ok(Route::Domain(email.domain().to_owned()));
    }
    Ok(Route::Workspace(WorkspaceName::Id(workspace_id)))
}

/// The workspace that has verified the domain of an address.
pub(crate) async fn by_domain(
    service: &Service,
    email: &Email,
) -> Result<Option<WorkspaceId>, Problem> {
    let domain = email.domain().to_owned();
    let found = service
        .store
        .read(move |tx| tx.verified_domain(&domain).map_err(Problem::from))
        .await?;
    Ok(found.map(|domain| domain.workspace_id))
}

pub(crate) fn notice(title: &str, text: &str) -> Notice {
    Notice {
        title: title.to_owned(),
        text: text.to_owned(),
    }
}
