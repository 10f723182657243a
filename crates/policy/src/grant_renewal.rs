//! The door for sessions that go on: the code exchange, each refresh, introspection.

use jiff::Timestamp;
use vestibule_model::{ConnectionId, Member, Origin, Session};

use crate::{
    Denial, Grant, GrantParts, Refusal, Rule, Rules, WorkspaceFacts, admit, grant, p1_plan,
    p4_second_factor::AuthnContext,
    p5_live,
    person::Person,
    trail::{Trail, Verdict},
};

/// Lets a session go on, or says why it ends: off means off (P5).
///
/// A session by SAML ends when its connection serves no longer, one by password when SSO became
/// mandatory for the member or a second factor is asked for that it never saw, either when the
/// member is gone or deactivated. A newer revision of a connection that is still live ends nothing.
///
/// # Errors
/// [`Denial`] with the refusal and every rule that was gone through.
pub fn grant_renewal(
    session: &Session,
    facts: &WorkspaceFacts,
    member: Option<&Member>,
    rules: &Rules,
    now: Timestamp,
) -> Result<Grant, Denial> {
    let mut trail = Trail::default();
    let member = match walk(&mut trail, session, facts, member, rules, now) {
        Ok(member) => member,
        Err(refusal) => return Err(trail.deny(refusal)),
    };
    let reasons = trail.settle()?;
    let admission = grant::existing(member, None, None, now);
    let parts = GrantParts {
        workspace_id: session.workspace_id,
        client_id: session.client_id,
        origin: session.origin.clone(),
        amr: session.amr.clone(),
        auth_time: session.auth_time,
        not_after: Some(session.expires_at),
        email_verified: grant::email_verified(facts, &admission),
        admission,
        renews: Some(session.id),
        reasons,
    };
    Ok(Grant::new(parts, now))
}

fn walk<'m>(
    trail: &mut Trail,
    session: &Session,
    facts: &WorkspaceFacts,
    member: Option<&'m Member>,
    rules: &Rules,
    now: Timestamp,
) -> Result<&'m Member, Refusal> {
    if session.revoked_at.is_some() || session.expires_at <= now {
        return trail.refuse(Refusal::SessionEnded);
    }
    let Some(member) = member else {
        return trail.refuse(Refusal::MemberRemoved);
    };
    let same_workspace =
        member.workspace_id == session.workspace_id && facts.workspace.id == session.workspace_id;
    if member.id != session.member_id || !same_workspace {
        return trail.refuse(Refusal::NotOfThisWorkspace);
    }
    let person = Person::Member(member);
    match &session.origin {
        Origin::Saml { connection_id, .. } => by_saml(trail, facts, *connection_id, person, rules)?,
        Origin::Vouched => admit::by_password(trail, facts, person, Some(&session.amr), rules)?,
    }
    Ok(member)
}

fn by_saml(
    trail: &mut Trail,
    facts: &WorkspaceFacts,
    connection_id: ConnectionId,
    person: Person<'_>,
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
    admit::by_saml(trail, facts, serving, person, AuthnContext::Settled)
}
