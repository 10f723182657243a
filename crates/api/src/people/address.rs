//! The address, and where it leads.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Path},
};
use vestibule_model::{AttemptId, Email, WorkspaceId};
use vestibule_pages::Notice;
use vestibule_state::{AuthorizeRequest, Purpose, random_reference};

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
        let error = Notice::named("email-invalid");
        return page_of(&service, &mut open, Some(error), now).await;
    };
    let workspace_id = match open.flow.workspace_id {
        Some(known) => Some(known),
        None => {
            open.flow.chosen_here = true;
            by_domain(&service, &email).await?
        }
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
        let error = Notice::named("slug-unknown");
        return page_of(&service, &mut open, Some(error), now).await;
    };
    let email = open.flow.email.clone();
    open.flow.is_about(Some(found), email);
    open.flow.chosen_here = true;
    open.save(&service, now).await?;
    Ok(page::redirect(StatusCode::SEE_OTHER, open.path("")))
}

/// Back to the beginning: another address, another workspace.
#[get("/sign-in/{flow}/anew")]
pub(crate) async fn anew(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let mut open = Open::find(&request, &service, &path, now).await?;
    // A workspace that whoever began the sign-in has named stays.
    let workspace_id = open.flow.workspace_id.filter(|_| !open.flow.chosen_here);
    open.flow.is_about(workspace_id, None);
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
            return Ok(choose::shown(*several, way, open.path("")));
        }
        Err(none) => return Err(nowhere(none)),
    };
    if live.workspace.id != workspace_id {
        return Err(nowhere(NoRoute::Unknown));
    }
    // It stays open here: whoever finds their identity provider down comes back to it. Each way out is an
    // attempt of its own.
    let purpose = Purpose::SignIn(AuthorizeRequest {
        attempt: AttemptId::new(now),
        reference: random_reference()?,
        ..open.flow.request
    });
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
