//! "This is me" on the result of a test: an admin who is signed in says that its subject is them (P10).
//! A test by itself links nobody.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Path},
};
use jiff::Timestamp;
use serde_json::json;
use vestibule_model::{Actor, ConnectionId, Member, Proof, ProvenBy, Revision, Subject, TestId};
use vestibule_pages::{Link, Message, Status, ThisIsMe, text};
use vestibule_policy::{AtTheDesk, Refusal, may_say_this_is_me};
use vestibule_store::Tx;

use crate::{
    audit, browser, clock, links,
    page::{self, ErrorPage},
    people::{
        Form, begin,
        entrance::own_request,
        flow::Flow,
        session::{Desk, SignedIn},
    },
    problem::{Problem, ProblemType},
    service::Service,
    settings,
};

/// Where an admin says it, for the page of a passed test.
pub(crate) fn place(connection_id: ConnectionId, test_id: TestId) -> String {
    format!("/saml/{connection_id}/tests/{test_id}/this-is-me")
}

/// The question, for the admin alone who is signed in here, in the browser that passed the test, and
/// whose own address was asserted.
#[get("/saml/{connection_id}/tests/{test_id}/this-is-me")]
pub(crate) async fn question(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<(ConnectionId, TestId)>,
) -> Result<HttpResponse, ErrorPage> {
    let (ids, now) = (path.into_inner(), clock::now());
    let here = place(ids.0, ids.1);
    let Some(signed_in) = SignedIn::find(&request, &service, now).await? else {
        let flow = Flow::new(own_request(Some(&here), None, now)?);
        return begin(&request, &service, flow, now).await;
    };
    if !signed_in.is_fresh(now) {
        let flow = signed_in.again(&here, TOO_OLD, now)?;
        return begin(&request, &service, flow, now).await;
    }
    let (desk, browser) = (signed_in.desk(), binding(&request, &service));
    let standing = service
        .store
        .read(move |tx| standing(tx, desk, ids, browser.as_deref(), now))
        .await
        .map_err(|problem| of_problem(problem, ids))?;
    let page = ThisIsMe {
        action: here,
        csrf: signed_in.csrf(),
        workspace: signed_in.workspace.name.clone(),
        idp_entity_id: standing.subject.idp_entity_id.clone(),
        name_id: standing.subject.name_id.value.clone(),
        email: standing.member.email.to_string(),
        back_href: Some(settings::report_place(ids.0, ids.1)),
    };
    Ok(page::rendered(StatusCode::OK, page))
}

/// What may be linked to whom.
struct Standing {
    member: Member,
    subject: Subject,
    revision: Revision,
}

/// Reads everything again: nobody may have been demoted, or changed their address, meanwhile.
fn standing(
    tx: &mut Tx<'_>,
    (workspace_id, member_id, authenticated_at): Desk,
    (connection_id, test_id): (ConnectionId, TestId),
    browser: Option<&str>,
    now: Timestamp,
) -> Result<Standing, Problem> {
    let gone = || Problem::from(Refusal::NotTheirsToSay);
    let test = tx.test(connection_id, test_id)?.ok_or_else(gone)?;
    let member = tx.member(workspace_id, member_id)?.ok_or_else(gone)?;
    let who = AtTheDesk {
        member: &member,
        authenticated_at,
    };
    let subject = may_say_this_is_me(who, &test, browser, now)?.clone();
    let revision = tx.revision(test.connection_id, test.revision_id)?;
    Ok(Standing {
        member,
        subject,
        revision: revision.ok_or_else(gone)?,
    })
}

fn binding(request: &HttpRequest, service: &Service) -> Option<String> {
    let browser = browser::token(request, &service.config);
    browser.map(|token| token.binding().to_hex())
}

/// "This is me": signed in, authenticated anew, in the browser that passed the test, by a form of ours.
#[post("/saml/{connection_id}/tests/{test_id}/this-is-me")]
pub(crate) async fn confirm(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<(ConnectionId, TestId)>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let (ids, now) = (path.into_inner(), clock::now());
    let signed_in = SignedIn::find(&request, &service, now).await?;
    let signed_in = signed_in.ok_or_else(not_yours)?;
    signed_in.check_form(&request, &service, &fields)?;
    let (desk, browser) = (signed_in.desk(), binding(&request, &service));
    service
        .store
        .write(move |tx| {
            let standing = standing(tx, desk, ids, browser.as_deref(), now)?;
            let Standing {
                member,
                subject,
                revision,
            } = standing;
            let proof = Proof {
                at: now,
                by: ProvenBy::ThisIsMe,
                keys: links::trusted_keys(&revision.settings),
            };
            let identity = links::prove(tx, &member, ids.0, subject, proof, now)?;
            let detail = json!({
                "identity": identity.id.to_string(),
                "by": ProvenBy::ThisIsMe,
                "test": ids.1,
            });
            let (actor, scope) = (Actor::Member(member.id), Some(member.workspace_id));
            audit::record(tx, actor, scope, "identity.proven", member.id, &detail, now)?;
            Ok::<_, Problem>(())
        })
        .await
        .map_err(|problem| of_problem(problem, ids))?;
    let done = Message {
        title: text("linked-title"),
        text: text("linked-text"),
        advice: None,
        detail: None,
        reference: None,
        links: vec![Link {
            href: settings::report_place(ids.0, ids.1),
            label: text("this-is-me-back"),
        }],
        status: Status::Done,
    };
    Ok(page::rendered(StatusCode::OK, done))
}

const TOO_OLD: &str = "again-admins";

fn of_problem(problem: Problem, ids: (ConnectionId, TestId)) -> ErrorPage {
    match problem.kind {
        ProblemType::NotYoursToSay => not_yours(),
        ProblemType::AuthenticationTooOld => {
            ErrorPage::from(problem).link(place(ids.0, ids.1), text("sign-in-again"))
        }
        _ => problem.into(),
    }
}

fn not_yours() -> ErrorPage {
    ErrorPage::named(StatusCode::FORBIDDEN, "not-yours-to-say").link("/sign-in", text("sign-in"))
}
