//! The end of a sign-in on our own pages: the rules, the session, and whatever else it was for, in one
//! transaction.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use jiff::Timestamp;
use serde_json::json;
use tracing::info;
use vestibule_credential::{FactorMethod, WrongCode};
use vestibule_model::{Actor, Email, Member, Proof, ProvenBy, Role, Workspace};
use vestibule_policy::{
    Denial, LocalProof, LocalStep, PersonFacts, Refusal, grant_local, local_step,
};
use vestibule_session::{CodeRequest, Secret, mint_with_code};
use vestibule_state::{BrowserBinding, SlipId};
use vestibule_store::{Reach, Tx};

use crate::{
    audit, facts,
    guards::{self, Account},
    links, mail,
    metrics::MintedBy,
    page::{self, ErrorPage},
    people::{
        factor::wrong,
        flow::{self, Flow, Open},
        last, session,
        show::page_of,
    },
    problem::{Problem, ProblemType},
    saml,
    service::Service,
};

/// What a sign-in has opened.
pub(crate) enum Entrance {
    /// A session of an application, by this code.
    Code(Secret),
    /// A session of our own pages, by this token.
    OwnPages(Secret),
}

/// What came of a try.
enum Tried {
    In(Entrance, Email),
    Wrong(WrongCode),
    Denied(Box<Denial>),
    /// Somebody else than the application expects (`id_token_hint`).
    SomebodyElse,
    /// Something changed meanwhile, and more is needed now.
    More,
}

/// Lets somebody in who shows this, or goes back to the page that asks for it.
pub(crate) async fn enter<F>(
    request: &HttpRequest,
    service: &Data<Service>,
    open: Open,
    shown: F,
    now: Timestamp,
) -> Result<HttpResponse, ErrorPage>
where
    F: FnOnce(&mut Tx<'_>, &PersonFacts) -> Result<Result<LocalProof, WrongCode>, Problem>
        + Send
        + 'static,
{
    let Open {
        id, browser, flow, ..
    } = open;
    let (service_in, agent) = (service.clone(), session::user_agent(request));
    let binding = browser.binding();
    let (tried, flow) = service
        .store
        .write(move |tx| {
            let of = Of {
                service: &service_in,
                flow: &flow,
                browser: binding,
                user_agent: agent.as_deref(),
            };
            let tried = of.admit(tx, shown, now)?;
            Ok::<_, Problem>((tried, flow))
        })
        .await?;
    let ended = |reason| service.metrics.sign_in(MintedBy::Local, "refused", reason);
    match tried {
        Tried::In(entrance, email) => {
            service.metrics.signed_in(MintedBy::Local);
            // Whoever posts twice has come in twice; the flow is over either way.
            drop(service.state.take_slip(&id, now).await?);
            if let Some(workspace_id) = flow.workspace_id {
                let email = email.key();
                let account = Account {
                    workspace_id,
                    email,
                };
                guards::forgive(service, account, now).await?;
            }
            answer(service, &flow, entrance).await
        }
        Tried::Denied(denial) => {
            ended(denial.refusal.code());
            Err(refused(&id, &flow, denial.refusal))
        }
        Tried::SomebodyElse => {
            ended("somebody-else");
            drop(service.state.take_slip(&id, now).await?);
            saml::sign_in::somebody_else(service, &flow.request).await
        }
        Tried::Wrong(why) => {
            ended("code-wrong");
            let mut open = Open::find(request, service, id.expose(), now).await?;
            page_of(service, &mut open, Some(wrong(why)), now).await
        }
        Tried::More => Ok(page::redirect(StatusCode::SEE_OTHER, flow::path(&id, ""))),
    }
}

/// A sign-in that is about to end.
struct Of<'a> {
    service: &'a Service,
    flow: &'a Flow,
    browser: BrowserBinding,
    user_agent: Option<&'a str>,
}

impl Of<'_> {
    fn admit<F>(&self, tx: &mut Tx<'_>, shown: F, now: Timestamp) -> Result<Tried, Problem>
    where
        F: FnOnce(&mut Tx<'_>, &PersonFacts) -> Result<Result<LocalProof, WrongCode>, Problem>,
    {
        let (rules, flow) = (&self.service.rules, self.flow);
        let gone = || {
            Problem::new(ProblemType::NotAdmitted, "the account is gone").worded("member-removed")
        };
        let workspace_id = flow.workspace_id.ok_or_else(gone)?;
        let email: Option<Email> = flow.email.as_deref().and_then(|email| email.parse().ok());
        let email = email.ok_or_else(gone)?;
        let workspace = tx.workspace(Reach::All, workspace_id)?.ok_or_else(gone)?;
        let member = tx.member_by_email(workspace_id, email.key())?;
        let member = member.ok_or_else(gone)?;
        let mut facts = tx.facts_of_workspace(workspace.clone())?;
        let person = facts::of_person(tx, &mut facts, member)?;
        let proof = match shown(tx, &person)? {
            Ok(proof) => proof,
            Err(why) => return Ok(Tried::Wrong(why)),
        };
        // What was shown may have been the enrolment itself: the facts are read once more.
        let person = facts::of_person(tx, &mut facts, person.member)?;
        match local_step(&facts, &person, &proof, flow.prove.is_some(), rules) {
            Ok(LocalStep::Enter) => {}
            Ok(LocalStep::SecondFactor | LocalStep::EnrolSecondFactor) => return Ok(Tried::More),
            Err(denial) => return Ok(Tried::Denied(Box::new(denial))),
        }
        let (amr, factor) = (proof.amr(), factor_of(&proof));
        let by_password = matches!(proof, LocalProof::Password(..));
        let proves = proof.proves_links();
        let client_id = flow.request.client_id;
        let grant = match grant_local(&facts, &person, proof, client_id, rules, now) {
            Ok(grant) => grant,
            Err(denial) => return Ok(Tried::Denied(Box::new(denial))),
        };
        let member = grant.member().clone();
        if flow
            .request
            .expected_member
            .is_some_and(|expected| expected != member.id)
        {
            return Ok(Tried::SomebodyElse);
        }
        let (entrance, session_id) = self.mint(tx, grant, &workspace, now)?;
        if by_password {
            tx.touch_password(member.id, now)?;
        }
        if proves {
            self.prove(tx, &member, now)?;
        }
        let sso_is_live = facts.sso_is_live(rules);
        let detail = json!({
            "session": session_id,
            "method": "local",
            "amr": amr,
            "factor": factor,
            "sso_is_live": sso_is_live,
        });
        let (actor, scope) = (Actor::Member(member.id), Some(workspace_id));
        audit::record(
            tx,
            actor,
            scope,
            "member.signed_in",
            member.id,
            &detail,
            now,
        )?;
        if sso_is_live && member.role == Role::Admin {
            self.announce(tx, &workspace, &member, &detail, now)?;
        }
        info!(
            event = "sign_in",
            outcome = "signed_in",
            method = "local",
            workspace.id = %workspace_id,
            member.id = %member.id,
            "sign-in"
        );
        Ok(Tried::In(entrance, member.email))
    }

    fn mint(
        &self,
        tx: &mut Tx<'_>,
        grant: vestibule_policy::Grant,
        workspace: &Workspace,
        now: Timestamp,
    ) -> Result<(Entrance, String), Problem> {
        if self.flow.is_for_own_pages() {
            let (browser, agent) = (self.browser, self.user_agent);
            let (token, id) = session::begin(tx, grant, workspace, browser, agent, now)?;
            return Ok((Entrance::OwnPages(token), id.to_string()));
        }
        let request = &self.flow.request;
        let code_request = CodeRequest {
            client_id: request.client_id,
            redirect_uri: request.redirect_uri.clone(),
            code_challenge: request.code_challenge.clone(),
            nonce: request.nonce.clone(),
            scope: request.scope.clone(),
            resources: request.resources.clone(),
            attempt: None,
        };
        let (minted, code) = mint_with_code(grant, code_request, now).map_err(Problem::internal)?;
        tx.record_minted_in_browser(&minted, &self.browser.to_hex(), now)?;
        Ok((Entrance::Code(code), minted.session().id.to_string()))
    }

    /// The link that this admin has proven by password and second factor (P10).
    fn prove(&self, tx: &mut Tx<'_>, member: &Member, now: Timestamp) -> Result<(), Problem> {
        let pending = self.flow.prove.as_ref();
        let Some(pending) = pending.filter(|pending| pending.member_id == member.id) else {
            return Ok(());
        };
        let proof = Proof {
            at: now,
            by: ProvenBy::LocalProof,
            keys: pending.keys.clone(),
        };
        let (connection_id, subject) = (pending.connection_id, pending.subject());
        let identity = links::prove(tx, member, connection_id, subject, proof, now)?;
        let detail = json!({"identity": identity.id.to_string(), "by": ProvenBy::LocalProof});
        let (actor, scope) = (Actor::Member(member.id), Some(member.workspace_id));
        audit::record(tx, actor, scope, "identity.proven", member.id, &detail, now)?;
        Ok(())
    }

    /// An admin who comes in beside live SSO does so loudly (P3).
    fn announce(
        &self,
        tx: &mut Tx<'_>,
        workspace: &Workspace,
        member: &Member,
        detail: &serde_json::Value,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let (actor, scope) = (Actor::Member(member.id), Some(workspace.id));
        let action = "admin.signed_in_without_sso";
        audit::record(tx, actor, scope, action, member.id, detail, now)?;
        let notice = mail::Notice::AdminSignedInByPassword(member);
        let config = &self.service.config;
        mail::notice_admins(tx, config, workspace, Some(member.id), notice, now)?;
        Ok(())
    }
}

/// What stood beside the password or in its place, for the audit log: `amr` has one word for a code of
/// the app, a recovery code and the operator's.
fn factor_of(proof: &LocalProof) -> Option<&'static str> {
    match proof {
        LocalProof::Password(_, factor) => Some(factor.as_ref()?.method().as_str()),
        LocalProof::Passkey(_) => Some(FactorMethod::Passkey.as_str()),
    }
}

/// On to the application, or to our own pages.
pub(crate) async fn answer(
    service: &Service,
    flow: &Flow,
    entrance: Entrance,
) -> Result<HttpResponse, ErrorPage> {
    let mut response = match entrance {
        Entrance::Code(code) => saml::sign_in::answer(service, &flow.request, &code).await?,
        Entrance::OwnPages(token) => own_pages(service, flow.request.return_to.as_deref(), &token)?,
    };
    if let Some(workspace_id) = flow.workspace_id {
        last::remember(&mut response, &service.config, workspace_id)?;
    }
    Ok(response)
}

/// On to a page of our own, with the cookie of the new session.
pub(crate) fn own_pages(
    service: &Service,
    return_to: Option<&str>,
    token: &Secret,
) -> Result<HttpResponse, ErrorPage> {
    let to = super::entrance::own_path(return_to).unwrap_or(super::entrance::HOME);
    let mut response = page::redirect(StatusCode::SEE_OTHER, to.to_owned());
    let cookie = session::cookie(&service.config, token);
    response.add_cookie(&cookie).map_err(Problem::internal)?;
    Ok(response)
}

/// Why somebody who has shown the right things may not come in, and the way forward.
pub(crate) fn refused(id: &SlipId, flow: &Flow, refusal: Refusal) -> ErrorPage {
    let (way, label) = match refusal {
        Refusal::SsoRequired { .. } => (flow::path(id, "sso"), "sign-in-with-sso"),
        Refusal::PasswordResetRequired => {
            let workspace = flow.workspace_id.map(|id| id.to_string());
            let workspace = workspace.unwrap_or_default();
            let forgot = format!("/sign-in/forgot?workspace={workspace}");
            (forgot, "forgot-new-password")
        }
        _ => ("/sign-in".to_owned(), "sign-in-another-account"),
    };
    ErrorPage::from(Problem::from(refusal)).link(way, vestibule_pages::text(label))
}
