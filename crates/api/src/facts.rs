//! What the policy asks about, read in the transaction that acts on its answer.

use jiff::Timestamp;
use vestibule_model::{Email, Identity, Member, Provisioned, Session};
use vestibule_policy::{
    Admission, Denial, Grant, IdentityUse, PersonFacts, Reason, Refusal, RuleOutcome, Rules,
    WorkspaceFacts, grant_renewal, needs_links,
};
use vestibule_store::{SessionFacts, StoreError, Tx};

use crate::service::Service;

/// Adds whether another workspace has verified the domain of an address (P7).
pub(crate) fn with_owner_of(
    tx: &mut Tx<'_>,
    facts: &mut WorkspaceFacts,
    email: &Email,
) -> Result<(), StoreError> {
    let owner = tx.verified_domain(email.domain())?;
    let of_another = owner.filter(|domain| domain.workspace_id != facts.workspace.id);
    facts
        .domains_of_others
        .extend(of_another.map(|domain| domain.domain));
    Ok(())
}

/// Whether it matters who has verified the domain of a member's address (P7): of somebody who came just in
/// time. A domain that this workspace has verified is nobody else's.
fn owner_matters(member: &Member, facts: &WorkspaceFacts) -> bool {
    member.provisioned == Provisioned::JustInTime && !facts.is_verified(member.email.domain())
}

/// A member with what the rules look at when a session goes on or begins by somebody's word.
pub(crate) fn of_member(
    tx: &mut Tx<'_>,
    facts: &mut WorkspaceFacts,
    member: Member,
) -> Result<PersonFacts, StoreError> {
    let mut person = PersonFacts::bare(member);
    let email = person.member.email.clone();
    if owner_matters(&person.member, facts) {
        with_owner_of(tx, facts, &email)?;
    }
    if needs_links(&person.member, facts) {
        person.links = tx.identities_of(facts.workspace.id, person.member.id)?;
    }
    Ok(person)
}

/// The same with what Vestibule keeps of their ways in.
pub(crate) fn of_person(
    tx: &mut Tx<'_>,
    facts: &mut WorkspaceFacts,
    member: Member,
) -> Result<PersonFacts, StoreError> {
    let (workspace_id, member_id) = (member.workspace_id, member.id);
    let mut person = of_member(tx, facts, member)?;
    let password = tx.password(workspace_id, member_id)?;
    person.password_set_at = password.map(|password| password.set_at);
    person.second_factor = tx.has_second_factor(workspace_id, member_id)?;
    Ok(person)
}

/// May this session go on? Asked at each refresh, by introspection and at each request of an application
/// behind a proxy.
pub(crate) fn renewal(
    tx: &mut Tx<'_>,
    service: &Service,
    session: &Session,
    now: Timestamp,
) -> Result<Result<Grant, Denial>, StoreError> {
    service
        .traces
        .note(tx.source(), |noted| noted.session = Some(session.id));
    let known = tx.session_facts(session.id)?;
    Ok(renewed(session, known, &service.rules, now))
}

/// The same with what is known already. `session` is as the answer shall show it: with no more than what
/// is stored.
pub(crate) fn renewed(
    session: &Session,
    known: Option<SessionFacts>,
    rules: &Rules,
    now: Timestamp,
) -> Result<Grant, Denial> {
    let Some(SessionFacts {
        workspace: Some(mut facts),
        member,
        links,
        domain_of_another,
        ..
    }) = known
    else {
        let refusal = Refusal::SessionEnded;
        let (rule, detail) = (refusal.rule(), "the workspace is gone".to_owned());
        let reasons = vec![Reason {
            rule,
            outcome: RuleOutcome::Refuse,
            detail,
        }];
        return Err(Denial { refusal, reasons });
    };
    let person = member.map(|member| {
        if owner_matters(&member, &facts) {
            facts.domains_of_others.extend(domain_of_another);
        }
        PersonFacts {
            links,
            ..PersonFacts::bare(member)
        }
    });
    grant_renewal(session, &facts, person.as_ref(), rules, now)
}

/// The link that an address made, of somebody who was a member before (P9: each time audited).
pub(crate) fn linked_by_address(admission: &Admission) -> Option<&Identity> {
    match admission {
        Admission::Existing {
            identity: Some(IdentityUse::New(identity)),
            ..
        } => Some(identity),
        Admission::Existing { .. } | Admission::New { .. } => None,
    }
}

/// How somebody came in, as a word for the audit log.
pub(crate) const fn how_admitted(admission: &Admission) -> &'static str {
    match admission {
        Admission::New { .. } => "provisioned",
        Admission::Existing {
            identity: Some(IdentityUse::New(_)),
            ..
        } => "linked by e-mail",
        Admission::Existing { .. } => "known",
    }
}
