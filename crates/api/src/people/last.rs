//! The workspace that a browser signed in to last: offered first on the sign-in page.
//!
//! The cookie holds its id and nothing of who it was: whoever sits down at the browser learns what the
//! bookmarks would have told them.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::time::Duration,
    get,
    http::StatusCode,
    web::{Data, Path},
};
use vestibule_model::WorkspaceId;
use vestibule_pages::LastWorkspace;
use vestibule_store::Reach;

use crate::{
    clock,
    config::Config,
    cookies::HostCookie,
    page::{self, ErrorPage},
    people::{
        Form,
        flow::{self, Open},
    },
    problem::Problem,
    service::Service,
};

/// For how long it is remembered that somebody was here.
const REMEMBERED: Duration = Duration::days(180);

const COOKIE: HostCookie<'static> = HostCookie("vb_last");

/// Has the browser remember the workspace that somebody has signed in to.
///
/// # Errors
/// [`Problem`] when the cookie could not be set.
pub(crate) fn remember(
    response: &mut HttpResponse,
    config: &Config,
    workspace_id: WorkspaceId,
) -> Result<(), Problem> {
    let cookie = COOKIE.with(config, workspace_id.to_string());
    let cookie = cookie.max_age(REMEMBERED).finish();
    response.add_cookie(&cookie).map_err(Problem::internal)
}

/// The workspace that this browser remembers; whether there still is one is another question.
pub(super) fn remembered(request: &HttpRequest, config: &Config) -> Option<WorkspaceId> {
    COOKIE.of(request, config)?.parse().ok()
}

/// What the sign-in page of a flow offers first; nothing where the workspace is gone.
pub(super) async fn offer(
    service: &Data<Service>,
    open: &Open,
) -> Result<Option<LastWorkspace>, Problem> {
    let Some(found) = find(service, open).await? else {
        return Ok(None);
    };
    let way = open.path("last");
    Ok(Some(LastWorkspace {
        password_href: found.sso_is_live.then(|| format!("{way}?way=password")),
        href: way,
        name: found.name,
        value: found.id.to_string(),
    }))
}

/// On with the remembered workspace, straight to the right way: its single sign-on where that is live, else,
/// and for an admin who asks for it, the password.
#[get("/sign-in/{flow}/last")]
pub(crate) async fn go_on(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<String>,
) -> Result<HttpResponse, ErrorPage> {
    let now = clock::now();
    let mut open = Open::find(&request, &service, &path, now).await?;
    let found = find(&service, &open).await?.ok_or_else(flow::over)?;
    let email = open.flow.email.clone();
    open.flow.is_about(Some(found.id), email);
    open.flow.chosen_here = true;
    open.save(&service, now).await?;
    let by_password = Form::of_query(&request).get("way") == "password";
    let step = if found.sso_is_live && !by_password {
        "sso"
    } else {
        ""
    };
    Ok(page::redirect(StatusCode::SEE_OTHER, open.path(step)))
}

/// The remembered workspace of a flow.
struct Found {
    id: WorkspaceId,
    name: String,
    sso_is_live: bool,
}

async fn find(service: &Data<Service>, open: &Open) -> Result<Option<Found>, Problem> {
    let Some(id) = open.flow.last else {
        return Ok(None);
    };
    let service_in = service.clone();
    let found = service.store.read(move |tx| {
        let Some(workspace) = tx.workspace(Reach::All, id)? else {
            return Ok(None);
        };
        let facts = tx.facts_of_workspace(workspace)?;
        Ok::<_, Problem>(Some(Found {
            id,
            sso_is_live: facts.sso_is_live(&service_in.rules),
            name: facts.workspace.name,
        }))
    });
    found.await
}
