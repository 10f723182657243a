//! The door for sessions that go on: the code exchange, each refresh, introspection.

use jiff::Timestamp;
use vestibule_model::{AuthenticationMethod, ConnectionId, Origin, Session};

use crate::{
    Denial, Grant, GrantParts, PersonFacts, Refusal, Rule, Rules, WorkspaceFacts,
    admit::{self, Kept},
    evidence::Evidence,
    grant::{self, Changes},
    p1_plan, p5_live,
    person::Person,
    trail::{Trail, Verdict},
};

/// Lets a session go on, or says why it ends: off means off (P5).
///
/// A session by SAML ends when its connection serves no longer, one by password when SSO became
/// mandatory for the member or a second factor is asked for that it never saw, either when the
/// member is gone or deactivated, an admin's by SAML when its link is proven no longer (P10). A newer
/// revision of a connection that is still live ends nothing, but for an admin whom a mapping made one
/// that is not enabled on it.
///
/// # Errors
/// [`Denial`] with the refusal and every rule that was gone through.
pub fn grant_renewal(
    session: &Session,
    facts: &WorkspaceFacts,
    person: Option<&PersonFacts>,
    rules: &Rules,
    now: Timestamp,
) -> Result<Grant, Denial> {
    let mut trail = Trail::default();
    let member = match walk(&mut trail, session, facts, person, rules, now) {
        Ok(person) => &person.member,
        Err(refusal) => return Err(trail.deny(refusal)),
    };
    let reasons = trail.settle()?;
    let admission = grant::existing(member, Changes::default(), None, now);
    let parts = GrantParts {
        workspace_id: session.workspace_id,
        client_id: session.client_id,
        origin: session.origin.clone(),
        amr: session.amr.clone(),
        auth_time: session.auth_time,
        not_after: Some(session.expires_at),
        email_verified: grant::email_verified(facts, &admission),
        admission,
        role_before: Some(member.role),
        renews: Some(session.id),
        reasons,
    };
    Ok(Grant::new(parts, now))
}

fn walk<'m>(
    trail: &mut Trail,
    session: &Session,
    facts: &WorkspaceFacts,
    person: Option<&'m PersonFacts>,
    rules: &Rules,
    now: Timestamp,
) -> Result<&'m PersonFacts, Refusal> {
    if session.revoked_at.is_some() || session.expires_at <= now {
        return trail.refuse(Refusal::SessionEnded);
    }
    let Some(known) = person else {
        return trail.refuse(Refusal::MemberRemoved);
    };
    let member = &known.member;
    let same_workspace =
        member.workspace_id == session.workspace_id && facts.workspace.id == session.workspace_id;
    if member.id != session.member_id || !same_workspace {
        return trail.refuse(Refusal::NotOfThisWorkspace);
    }
    let person = known.person();
    match &session.origin {
        Origin::Saml {
            connection_id,
            details,
            ..
        } => {
            let evidence = Evidence::Settled {
                began_at: session.created_at,
                details,
                links: &known.links,
            };
            by_saml(trail, facts, *connection_id, person, evidence, rules)?;
        }
        // A mint by API is the caller's word; a password is as old as its last use, or older (P5).
        Origin::Vouched => {
            let kept = Kept::default();
            admit::by_password(trail, facts, person, Some(&session.amr), kept, rules)?;
        }
        Origin::Local => {
            let by_password = session.amr.contains(&AuthenticationMethod::Pwd);
            // A second factor that was enrolled since is asked for the next time.
            let kept = Kept {
                password_known_since: by_password.then_some(session.auth_time),
                second_factor: false,
            };
            admit::by_password(trail, facts, person, Some(&session.amr), kept, rules)?;
        }
    }
    Ok(known)
}

fn by_saml(
    trail: &mut Trail,
    facts: &WorkspaceFacts,
    connection_id: ConnectionId,
    person: Person<'_>,
    evidence: Evidence<'_>,
    rules: &Rules,
) -> Result<(), Refusal> {
    trail.walk(Rule::P1, p1_plan::check(facts.workspace.plan, rules))?;
    let serving = match p5_live::serving(facts, connection_id, rules) {
        Ok(serving) => serving,
        Err(refusal) => return trail.refuse(refusal),
    };
    trail.walk(
        Rule::P5,
        Verdict::Pass("the session's SAML connection is still live".into()),
    )?;
    admit::by_saml(trail, facts, serving, person, evidence)?;
    Ok(())
}
