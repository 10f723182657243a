//! Somebody who is signed in to our own pages in this browser (design §4.7).

use actix_web::{
    HttpRequest,
    cookie::Cookie,
    http::{StatusCode, header::USER_AGENT},
};
use jiff::{SignedDuration, Timestamp};
use vestibule_model::{
    BrowserSession, ClientId, Member, MemberId, Session, SessionId, Workspace, WorkspaceId,
};
use vestibule_policy::{AtTheDesk, Grant};
use vestibule_session::{Secret, mint_for_own_pages};
use vestibule_state::BrowserBinding;
use vestibule_store::{Reach, Tx};

use crate::{
    config::Config,
    cookies::HostCookie,
    facts,
    page::{self, ErrorPage},
    people::{Form, entrance::own_request, flow::Flow, same_origin},
    problem::Problem,
    service::Service,
};
use vestibule_pages::text;

/// It holds a session's token and ends with the browser, and on the server earlier.
const COOKIE: HostCookie<'static> = HostCookie("vb_session");

/// The cookie that holds a session's token.
pub(crate) fn cookie(config: &Config, token: &Secret) -> Cookie<'static> {
    COOKIE.with(config, token.expose()).finish()
}

/// The cookie that takes the token away.
pub(crate) fn no_cookie(config: &Config) -> Cookie<'static> {
    COOKIE.gone(config)
}

/// The token that this browser sent.
pub(crate) fn token(request: &HttpRequest, config: &Config) -> Option<Secret> {
    Secret::parse(&COOKIE.of(request, config)?)
}

/// Mints a session of our own pages and opens it in this browser; the one that was open there before
/// ends: it is made anew at each sign-in and step-up (design §4.7).
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    grant: Grant,
    workspace: &Workspace,
    browser: BrowserBinding,
    user_agent: Option<&str>,
    now: Timestamp,
) -> Result<(Secret, SessionId), Problem> {
    let binding = browser.to_hex();
    for session in tx.sessions_of_browser(&binding, now)? {
        if session.client_id == ClientId::OWN_PAGES {
            tx.revoke_session(session.id, "signed in anew", now)?;
        }
    }
    let lifetime = SignedDuration::from_mins(workspace.session_lifetime_minutes.into());
    let (minted, token) = mint_for_own_pages(grant, lifetime, now).map_err(Problem::internal)?;
    tx.record_minted_in_browser(&minted, &binding, now)?;
    let session = minted.session();
    let browser = BrowserSession {
        session_id: session.id,
        workspace_id: session.workspace_id,
        member_id: session.member_id,
        user_agent: user_agent.map(str::to_owned),
        authenticated_at: session.auth_time,
        last_seen_at: now,
        created_at: now,
    };
    tx.insert_browser_session(&browser, &token.hash())?;
    Ok((token, session.id))
}

/// Workspace and member, and when they last proved who they are.
pub(crate) type Desk = (WorkspaceId, MemberId, Timestamp);

/// Somebody who is signed in to our own pages.
pub(crate) struct SignedIn {
    pub(crate) token: Secret,
    pub(crate) browser: BrowserSession,
    pub(crate) session: Session,
    pub(crate) workspace: Workspace,
    pub(crate) member: Member,
}

impl SignedIn {
    /// Who is signed in here, if somebody is and still may be: the rules are asked each time.
    ///
    /// # Errors
    /// [`Problem`] when the archive failed.
    pub(crate) async fn find(
        request: &HttpRequest,
        service: &actix_web::web::Data<Service>,
        now: Timestamp,
    ) -> Result<Option<Self>, Problem> {
        let Some(token) = token(request, &service.config) else {
            return Ok(None);
        };
        let (hash, service_in) = (token.hash(), service.clone());
        let found = service
            .store
            .read(move |tx| {
                let Some((browser, session)) = tx.browser_session(&hash)? else {
                    return Ok(None);
                };
                let Some(workspace) = tx.workspace(Reach::All, session.workspace_id)? else {
                    return Ok(None);
                };
                let idle = SignedDuration::from_mins(workspace.session_idle_minutes.into());
                if now.duration_since(browser.last_seen_at) >= idle {
                    return Ok(None);
                }
                let grant = facts::renewal(tx, &service_in, &session, now)?;
                let member = grant.ok().map(|grant| grant.member().clone());
                Ok::<_, Problem>(member.map(|member| (browser, session, workspace, member)))
            })
            .await?;
        let Some((browser, session, workspace, member)) = found else {
            return Ok(None);
        };
        page::belongs_to(request, &workspace);
        if now.duration_since(browser.last_seen_at) >= SignedDuration::from_mins(1) {
            let touch = service
                .store
                .write(move |tx| tx.touch_browser_session(&hash, now));
            touch.await?;
        }
        Ok(Some(Self {
            token,
            browser,
            session,
            workspace,
            member,
        }))
    }

    /// What every form of a signed-in page carries.
    pub(crate) fn csrf(&self) -> String {
        self.token.form_token()
    }

    /// Whether a form that was posted is one of ours.
    ///
    /// # Errors
    /// A page that says so.
    pub(crate) fn check_form(
        &self,
        request: &HttpRequest,
        service: &Service,
        fields: &Form,
    ) -> Result<(), ErrorPage> {
        same_origin(request, &service.config)?;
        if fields.get("csrf") == self.csrf() {
            return Ok(());
        }
        Err(forged())
    }

    /// Whether they proved who they are lately enough for what is sensitive (design §4.7).
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        let desk = AtTheDesk {
            member: &self.member,
            authenticated_at: self.browser.authenticated_at,
        };
        desk.is_fresh(now)
    }

    /// Who it is, for a transaction that reads them again.
    pub(crate) fn desk(&self) -> Desk {
        let member = &self.member;
        let at = self.browser.authenticated_at;
        (member.workspace_id, member.id, at)
    }

    /// The sign-in that asks them again.
    ///
    /// # Errors
    /// [`Problem`] without randomness.
    pub(crate) fn again(
        &self,
        return_to: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<Flow, Problem> {
        let mut flow = Flow::new(own_request(Some(return_to), Some(now), now)?);
        flow.workspace_id = Some(self.workspace.id);
        flow.email = Some(self.member.email.to_string());
        flow.again = Some(reason.to_owned());
        Ok(flow)
    }
}

/// What kind of browser it is, in few words: nothing that could follow anybody.
pub(crate) fn user_agent(request: &HttpRequest) -> Option<String> {
    let text = request.headers().get(USER_AGENT)?.to_str().ok()?;
    let first = |names: &[(&str, &'static str)]| {
        let mut names = names.iter();
        names
            .find(|(mark, _)| text.contains(mark))
            .map(|(_, name)| *name)
    };
    // Each also claims to be those below it.
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ])?;
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    Some(match system {
        Some(system) => format!("{browser} on {system}"),
        None => browser.to_owned(),
    })
}

pub(crate) fn forged() -> ErrorPage {
    ErrorPage::named(StatusCode::FORBIDDEN, "form-not-ours").link("/account", text("account-go"))
}
