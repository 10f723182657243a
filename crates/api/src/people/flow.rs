//! A sign-in on our own pages, half-finished: what the server remembers of it between two requests.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_credential::{RememberedFactor, RememberedPassword};
use vestibule_model::{
    AttemptId, ClientId, ConnectionId, KeyFingerprint, MemberId, Reference, Subject, WorkspaceId,
};
use vestibule_saml::NameId;
use vestibule_state::{AuthorizeRequest, BrowserToken, Slip, SlipId};
use vestibule_store::Reach;
use zeroize::Zeroizing;

use crate::{
    browser,
    page::{self, ErrorPage},
    people::{Form, same_origin, session::forged},
    problem::Problem,
    service::Service,
};
use vestibule_pages::{Page, text};

/// What slips of this kind are called.
const KIND: &str = "sign-in";

/// A sign-in on our own pages.
#[derive(Serialize, Deserialize)]
pub(crate) struct Flow {
    /// What it ends with: a code for an application, or a session of our own pages.
    #[serde(with = "Asked")]
    pub(crate) request: AuthorizeRequest,
    /// The workspace, once it is known.
    pub(crate) workspace_id: Option<WorkspaceId>,
    /// The address, as it was typed.
    pub(crate) email: Option<String>,
    /// The right password, once it was given.
    pub(crate) password: Option<RememberedPassword>,
    /// The second factor that was just enrolled, while its owner reads the recovery codes.
    pub(crate) factor: Option<RememberedFactor>,
    /// The state of the passkey ceremony that the page offers.
    pub(crate) ceremony: Option<String>,
    /// When the authenticator app that this flow shows was begun: it shows no other's.
    pub(crate) enrolling: Option<Timestamp>,
    /// The link that an admin proves by this sign-in (P10).
    pub(crate) prove: Option<PendingLink>,
    /// Why somebody who is signed in is asked again: the id of a message.
    pub(crate) again: Option<String>,
    /// The workspace that this browser signed in to last: offered where none is named.
    #[serde(default)]
    pub(crate) last: Option<WorkspaceId>,
    /// Whether whoever began it wants nothing of the kind to be assumed (`prompt=select_account`).
    #[serde(default)]
    pub(crate) assume_nothing: bool,
    /// Whether the workspace was chosen on our pages, so that it can be chosen anew.
    #[serde(default)]
    pub(crate) chosen_here: bool,
}

/// A link that waits for a local proof (P10): made from a verified assertion alone, and lost when
/// nobody proves it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PendingLink {
    pub(crate) member_id: MemberId,
    pub(crate) connection_id: ConnectionId,
    idp_entity_id: String,
    name_id: NameId,
    /// The keys that the revision trusted when it verified the assertion.
    pub(crate) keys: Vec<KeyFingerprint>,
}

impl PendingLink {
    pub(crate) fn new(
        member_id: MemberId,
        connection_id: ConnectionId,
        subject: Subject,
        keys: Vec<KeyFingerprint>,
    ) -> Self {
        Self {
            member_id,
            connection_id,
            idp_entity_id: subject.idp_entity_id,
            name_id: subject.name_id,
            keys,
        }
    }

    pub(crate) fn subject(&self) -> Subject {
        Subject {
            idp_entity_id: self.idp_entity_id.clone(),
            name_id: self.name_id.clone(),
        }
    }
}

/// How an authorize request is written into a slip.
#[derive(Serialize, Deserialize)]
#[serde(remote = "AuthorizeRequest")]
struct Asked {
    client_id: ClientId,
    redirect_uri: String,
    scope: String,
    state: Option<String>,
    nonce: Option<String>,
    code_challenge: String,
    restarted: bool,
    attempt: AttemptId,
    #[serde(with = "as_text")]
    reference: Reference,
    passive: bool,
    force_authn: bool,
    authn_after: Option<Timestamp>,
    #[serde(default)]
    resources: Vec<String>,
    #[serde(default)]
    expected_member: Option<MemberId>,
    #[serde(default)]
    pushed_only: bool,
    return_to: Option<String>,
}

mod as_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
    use vestibule_model::Reference;

    pub(super) fn serialize<S: Serializer>(value: &Reference, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Reference, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

impl Flow {
    pub(crate) const fn new(request: AuthorizeRequest) -> Self {
        Self {
            request,
            workspace_id: None,
            email: None,
            password: None,
            factor: None,
            ceremony: None,
            enrolling: None,
            prove: None,
            again: None,
            last: None,
            assume_nothing: false,
            chosen_here: false,
        }
    }

    /// Names who it is about. What was shown for somebody else is forgotten with them: it must neither
    /// count for this one nor say whether there is such an account. Whoever proves a link proves it for
    /// the account that the assertion reached.
    pub(crate) fn is_about(&mut self, workspace_id: Option<WorkspaceId>, email: Option<String>) {
        if self.prove.is_some() || (self.workspace_id == workspace_id && self.email == email) {
            return;
        }
        self.workspace_id = workspace_id;
        self.email = email;
        self.password = None;
        self.factor = None;
        self.ceremony = None;
        self.enrolling = None;
    }

    /// Whether it ends with a session of our own pages.
    pub(crate) fn is_for_own_pages(&self) -> bool {
        self.request.client_id == ClientId::OWN_PAGES
    }
}

/// A flow that was found, in the browser that began it.
pub(crate) struct Open {
    pub(crate) id: SlipId,
    pub(crate) browser: BrowserToken,
    pub(crate) flow: Flow,
    seen: Slip,
}

impl Open {
    /// The flow of this name, if this browser began it.
    ///
    /// # Errors
    /// A page that says that it is over, or another browser's: nobody learns which.
    pub(crate) async fn find(
        request: &HttpRequest,
        service: &Service,
        id: &str,
        now: Timestamp,
    ) -> Result<Self, ErrorPage> {
        let browser = browser::token(request, &service.config).ok_or_else(over)?;
        let id = SlipId::parse(id).ok_or_else(over)?;
        let seen = service.state.find_slip(&id, now).await?.ok_or_else(over)?;
        if seen.browser != browser.binding() || seen.kind != KIND {
            return Err(over());
        }
        let body = service.store.open_elsewhere(id.expose(), &seen.body);
        let body = body.map_err(|error| over().because(error))?;
        let flow: Flow = serde_json::from_str(&body).map_err(|error| over().because(error))?;
        if let Some(workspace_id) = flow.workspace_id {
            let read = service
                .store
                .read(move |tx| tx.workspace(Reach::All, workspace_id));
            if let Some(workspace) = read.await? {
                page::belongs_to(request, &workspace);
            }
        }
        Ok(Self {
            id,
            browser,
            flow,
            seen,
        })
    }

    /// What every form of this flow carries.
    pub(crate) fn csrf(&self) -> String {
        self.browser.form_token(self.id.expose())
    }

    /// Whether a form that was posted is one of this flow's.
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

    /// A page of this flow, which may lead to where the flow ends.
    pub(crate) fn shown(&self, status: StatusCode, page: Box<dyn Page>) -> HttpResponse {
        page::rendered_towards(status, page, &self.flow.request.redirect_uri)
    }

    /// Where this step, or the page itself, is.
    pub(crate) fn path(&self, step: &str) -> String {
        path(&self.id, step)
    }

    /// Keeps the flow as it is now; of two posts at the same time one goes on.
    ///
    /// # Errors
    /// A page that says that it went on elsewhere.
    pub(crate) async fn save(
        &mut self,
        service: &Service,
        now: Timestamp,
    ) -> Result<(), ErrorPage> {
        let slip = slip(service, &self.id, &self.flow, &self.browser, now)?;
        let state = &service.state;
        if !state
            .exchange_slip(&self.id, &self.seen, slip.clone(), now)
            .await?
        {
            return Err(went_on());
        }
        self.seen = slip;
        Ok(())
    }
}

/// Keeps a new flow of this browser.
pub(crate) async fn keep(
    service: &Service,
    browser: &BrowserToken,
    flow: &Flow,
    now: Timestamp,
) -> Result<SlipId, ErrorPage> {
    let id = SlipId::generate()?;
    let slip = slip(service, &id, flow, browser, now)?;
    service.state.keep_slip(id.clone(), slip, now).await?;
    Ok(id)
}

/// Where a flow, or one of its steps, is.
pub(crate) fn path(id: &SlipId, step: &str) -> String {
    match step {
        "" => format!("/sign-in/{}", id.expose()),
        step => format!("/sign-in/{}/{step}", id.expose()),
    }
}

/// A flow as it is kept: sealed, because it holds that somebody gave the right password, and whoever can
/// write where it lies must not be able to say so.
fn slip(
    service: &Service,
    id: &SlipId,
    flow: &Flow,
    browser: &BrowserToken,
    now: Timestamp,
) -> Result<Slip, Problem> {
    let body = Zeroizing::new(serde_json::to_string(flow).map_err(Problem::internal)?);
    Ok(Slip {
        kind: KIND.to_owned(),
        browser: browser.binding(),
        body: service.store.seal_elsewhere(id.expose(), &body)?,
        expires_at: now.checked_add(Slip::LIFETIME).map_err(Problem::internal)?,
    })
}

pub(crate) fn over() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "sign-in-over")
        .link("/sign-in", text("sign-in-to-account"))
}

fn went_on() -> ErrorPage {
    ErrorPage::named(StatusCode::CONFLICT, "sign-in-went-on")
        .link("/sign-in", text("sign-in-to-account"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::people::entrance::own_request;

    fn shown(workspace_id: WorkspaceId, now: Timestamp) -> Flow {
        let password = json!({
            "member_id": MemberId::new(now),
            "workspace_id": workspace_id,
            "set_at": now,
            "at": now,
        });
        let mut flow = Flow::new(own_request(None, None, now).unwrap());
        flow.workspace_id = Some(workspace_id);
        flow.email = Some("ada@acme.example".to_owned());
        flow.password = Some(serde_json::from_value(password).unwrap());
        flow.ceremony = Some("{}".to_owned());
        flow.enrolling = Some(now);
        flow
    }

    #[test]
    fn what_was_shown_for_one_account_is_forgotten_with_it() {
        let now = Timestamp::UNIX_EPOCH;
        let (acme, other) = (WorkspaceId::new(now), WorkspaceId::new(now));
        for (workspace_id, email, kept) in [
            (acme, "ada@acme.example", true),
            (acme, "grace@acme.example", false),
            (other, "ada@acme.example", false),
        ] {
            let mut flow = shown(acme, now);
            flow.is_about(Some(workspace_id), Some(email.to_owned()));
            assert_eq!(flow.workspace_id, Some(workspace_id));
            assert_eq!(flow.email.as_deref(), Some(email));
            let still = (
                flow.password.is_some(),
                flow.ceremony.is_some(),
                flow.enrolling.is_some(),
            );
            assert_eq!(still, (kept, kept, kept), "{email}");
        }
    }

    #[test]
    fn who_proves_a_link_proves_it_for_the_account_that_was_asserted() {
        let now = Timestamp::UNIX_EPOCH;
        let acme = WorkspaceId::new(now);
        let mut flow = shown(acme, now);
        let subject = Subject {
            idp_entity_id: "https://idp.example".to_owned(),
            name_id: NameId {
                value: "ada".to_owned(),
                format: None,
                name_qualifier: None,
                sp_name_qualifier: None,
            },
        };
        let (member, connection) = (MemberId::new(now), ConnectionId::new(now));
        flow.prove = Some(PendingLink::new(member, connection, subject, Vec::new()));
        flow.is_about(
            Some(WorkspaceId::new(now)),
            Some("eve@acme.example".to_owned()),
        );
        assert_eq!(flow.workspace_id, Some(acme));
        assert_eq!(flow.email.as_deref(), Some("ada@acme.example"));
    }
}
