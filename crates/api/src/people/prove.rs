//! The way out of `local-proof-required`: an admin proves once, by password and second factor, that the
//! subject of an assertion is them (P10).

use actix_web::http::StatusCode;
use jiff::Timestamp;
use vestibule_model::{Member, Revision, Role};
use vestibule_policy::Refusal;
use vestibule_saml::{SignIn, VerifiedAssertion};
use vestibule_state::{AuthorizeRequest, BrowserToken};

use crate::{
    links,
    page::ErrorPage,
    people::flow::{self, Flow, PendingLink, path},
    problem::Problem,
    service::Service,
};
use vestibule_pages::text;

/// The page that refuses, with the way to give the proof in this browser; the sign-in goes on from
/// there to where it was going.
pub(crate) async fn offer(
    service: &Service,
    assertion: &VerifiedAssertion<SignIn>,
    revision: &Revision,
    request: AuthorizeRequest,
    browser: &BrowserToken,
    now: Timestamp,
) -> Result<ErrorPage, ErrorPage> {
    let page = ErrorPage::from(Problem::from(Refusal::LocalProofRequired));
    let found = admin(service, assertion, revision).await?;
    let Some((member, subject)) = found else {
        return Ok(page);
    };
    let mut flow = Flow::new(request);
    flow.workspace_id = Some(member.workspace_id);
    flow.email = Some(member.email.to_string());
    flow.prove = subject.map(|subject| {
        let keys = links::trusted_keys(&revision.settings);
        PendingLink::new(member.id, revision.connection_id, subject, keys)
    });
    let id = flow::keep(service, browser, &flow, now).await?;
    let page = ErrorPage::named(StatusCode::FORBIDDEN, "local-proof-required");
    Ok(page
        .with("idp", named(assertion.idp_entity_id()))
        .link(path(&id, ""), text("prove-button")))
}

/// What an identity provider calls itself, of a length that can be read.
fn named(entity_id: &str) -> String {
    entity_id.chars().take(200).collect()
}

/// The admin whom the assertion reaches, and the subject to link; none for a transient NameID, which
/// means nothing tomorrow.
async fn admin(
    service: &Service,
    assertion: &VerifiedAssertion<SignIn>,
    revision: &Revision,
) -> Result<Option<(Member, Option<vestibule_model::Subject>)>, Problem> {
    let Ok(claim) = vestibule_policy::claim(assertion, &revision.settings) else {
        return Ok(None);
    };
    let (workspace_id, connection_id) = (revision.workspace_id, revision.connection_id);
    service
        .store
        .read(move |tx| {
            let linked = match claim.subject() {
                Some(subject) => tx.identity_by_subject(connection_id, subject)?,
                None => None,
            };
            let member = match (linked, claim.email()) {
                (Some((_, member)), _) => Some(member),
                (None, Some(email)) => tx.member_by_email(workspace_id, email.key())?,
                (None, None) => None,
            };
            let admin = member.filter(|member| member.role == Role::Admin);
            Ok::<_, Problem>(admin.map(|admin| (admin, claim.subject().cloned())))
        })
        .await
}
