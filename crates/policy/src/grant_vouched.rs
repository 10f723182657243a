//! The door for internal services: `POST /v1/sessions`.

use jiff::Timestamp;
use vestibule_model::{AuthenticationMethod, ClientId, Email, Origin};

use crate::{
    Denial, Grant, GrantParts, PersonFacts, Refusal, Rule, Rules, WorkspaceFacts,
    admit::{self, Kept},
    grant::{self, Changes},
    p4_second_factor, p9_identity,
    trail::Trail,
};

/// Lets in a member for whom an internal service vouches, or says why not: P9, P7, P3, P4, P8.
///
/// `email` is the address as the caller wrote it, `person` who has its key.
///
/// # Errors
/// [`Denial`] with the refusal and every rule that was gone through.
pub fn grant_vouched(
    facts: &WorkspaceFacts,
    email: &Email,
    person: &PersonFacts,
    amr: &[AuthenticationMethod],
    client_id: ClientId,
    rules: &Rules,
    now: Timestamp,
) -> Result<Grant, Denial> {
    let mut trail = Trail::default();
    if let Err(refusal) = walk(&mut trail, facts, email, person, amr, rules) {
        return Err(trail.deny(refusal));
    }
    let reasons = trail.settle()?;
    let admission = grant::existing(&person.member, Changes::default(), None, now);
    let parts = GrantParts {
        workspace_id: facts.workspace.id,
        client_id,
        origin: Origin::Vouched,
        amr: amr.to_vec(),
        auth_time: now,
        not_after: None,
        email_verified: grant::email_verified(facts, &admission),
        admission,
        role_before: Some(person.member.role),
        renews: None,
        reasons,
    };
    Ok(Grant::new(parts, now))
}

fn walk(
    trail: &mut Trail,
    facts: &WorkspaceFacts,
    email: &Email,
    person: &PersonFacts,
    amr: &[AuthenticationMethod],
    rules: &Rules,
) -> Result<(), Refusal> {
    if let Err(refusal) = p4_second_factor::accept_amr(amr) {
        return trail.refuse(refusal);
    }
    let member = &person.member;
    if member.workspace_id != facts.workspace.id {
        return trail.refuse(Refusal::NotOfThisWorkspace);
    }
    trail.walk(Rule::P9, p9_identity::check_address(email, Some(member)))?;
    admit::by_password(
        trail,
        facts,
        person.person(),
        Some(amr),
        Kept::default(),
        rules,
    )
}
