//! The door for assertions.

use jiff::Timestamp;
use vestibule_model::{
    AuthenticationMethod, ClientId, Email, Identity, IdentityId, Member, MemberId, MemberStatus,
    Origin, Provisioned, Role, SamlDetails, Subject,
};
use vestibule_saml::{Purpose, SignIn, VerifiedAssertion};

use crate::{
    Admission, Claim, ConnectionFacts, Denial, Grant, GrantParts, IdentityUse, Refusal, Rule,
    Rules, SamlFacts, admit, claim,
    evidence::{Asserted, Evidence},
    grant::{self, Changes},
    p1_plan, p5_live,
    p8_role::Settled,
    p9_identity::{self, Resolved},
    trail::{Trail, Verdict},
};

/// Lets in whom a verified assertion is about, or says why not: P1, P5, P9, P7, P8, P10, P4.
///
/// The claim is read from the assertion by the settings that serve, not handed in. Facts that were
/// looked up for another subject or address are refused.
///
/// # Errors
/// [`Denial`] with the refusal and every rule that was gone through. `RevisionSuperseded` asks for
/// one fresh trip of the same request (design §4.2).
pub fn grant_by_saml(
    assertion: &VerifiedAssertion<SignIn>,
    facts: &SamlFacts,
    client_id: ClientId,
    rules: &Rules,
    now: Timestamp,
) -> Result<Grant, Denial> {
    let mut trail = Trail::default();
    let Walked {
        claim,
        resolved,
        settled,
    } = match walk(&mut trail, assertion, facts, rules, now) {
        Ok(walked) => walked,
        Err(refusal) => return Err(trail.deny(refusal)),
    };
    let reasons = trail.settle()?;
    let role_before = resolved.member().map(|member| member.role);
    let admission = admission(facts, &claim, resolved, settled.role, now);
    let parts = GrantParts {
        workspace_id: facts.workspace.workspace.id,
        client_id,
        origin: Origin::Saml {
            connection_id: facts.connection_id,
            revision_id: facts.revision_id_of_trip,
            details: SamlDetails {
                name_id: assertion.name_id().cloned(),
                session_index: assertion.session_index().map(str::to_owned),
                attributes: assertion.attributes().clone(),
                authn_context_class: assertion.authn_context_class().map(str::to_owned),
                signed_by: Some(assertion.signed_by()),
                mapped_to_admin: settled.mapped_to_admin,
            },
        },
        amr: vec![AuthenticationMethod::Saml],
        // The IdP's clock may be ahead, within the skew.
        auth_time: assertion.authn_instant().min(now),
        not_after: assertion.session_not_on_or_after(),
        email_verified: grant::email_verified(&facts.workspace, &admission),
        admission,
        role_before,
        renews: None,
        reasons,
    };
    Ok(Grant::new(parts, now))
}

/// Who an assertion is about, and as what they come in.
pub(crate) struct Walked<'f> {
    claim: Claim,
    resolved: Resolved<'f>,
    settled: Settled,
}

/// The way of an assertion through the rules, whatever it was verified for. It ends before the door.
pub(crate) fn walk<'f, P: Purpose>(
    trail: &mut Trail,
    assertion: &VerifiedAssertion<P>,
    facts: &'f SamlFacts,
    rules: &Rules,
    now: Timestamp,
) -> Result<Walked<'f>, Refusal> {
    let serving = open(trail, facts, rules)?;
    // Accepted within the skew, but the session would be over before it began.
    if assertion
        .session_not_on_or_after()
        .is_some_and(|end| end <= now)
    {
        return trail.refuse(Refusal::SessionEnded);
    }
    let settings = serving.serving().map(|revision| &revision.settings);
    let Some(settings) = settings else {
        return trail.refuse(Refusal::RevisionSuperseded);
    };
    let found = claim(assertion, settings)
        .and_then(|claim| p9_identity::resolve(facts, &claim).map(|resolved| (claim, resolved)));
    let (claim, resolved) = match found {
        Ok(found) => found,
        Err(refusal) => return trail.refuse(refusal),
    };
    trail.walk(Rule::P9, resolved.verdict())?;
    let person = resolved.person(facts);
    let asserted = Asserted {
        context: assertion.authn_context_class(),
        attributes: assertion.attributes(),
        signed_by: assertion.signed_by(),
        found: resolved.found(),
        lasting: claim.subject().is_some(),
        other_active_admins: facts.other_active_admins,
    };
    let evidence = Evidence::Asserted(&asserted);
    let settled = admit::by_saml(trail, &facts.workspace, serving, person, evidence)?;
    Ok(Walked {
        claim,
        resolved,
        settled,
    })
}

/// P1 and P5: the connection, if it serves with the settings of the trip.
fn open<'f>(
    trail: &mut Trail,
    facts: &'f SamlFacts,
    rules: &Rules,
) -> Result<&'f ConnectionFacts, Refusal> {
    trail.walk(
        Rule::P1,
        p1_plan::check(facts.workspace.workspace.plan, rules),
    )?;
    match p5_live::serving(&facts.workspace, facts.connection_id, rules) {
        Ok(serving) => {
            trail.walk(
                Rule::P5,
                p5_live::check_revision(serving, facts.revision_id_of_trip),
            )?;
            Ok(serving)
        }
        Err(refusal) => trail
            .walk(Rule::P5, Verdict::Refuse(refusal.clone()))
            .and(Err(refusal)),
    }
}

fn admission(
    facts: &SamlFacts,
    claim: &Claim,
    resolved: Resolved<'_>,
    role: Role,
    now: Timestamp,
) -> Admission {
    let changes = |email| Changes {
        name: claim.name(),
        role: Some(role),
        email,
    };
    match resolved {
        Resolved::Linked(identity, member) => {
            let email = p9_identity::followed_address(facts, identity, member, claim);
            let link = Some(IdentityUse::Known(identity.id));
            grant::existing(member, changes(email), link, now)
        }
        Resolved::ByEmail(member, subject) => {
            let link = subject.map(|subject| link(facts, member.id, subject, now));
            let link = link.map(IdentityUse::New);
            grant::existing(member, changes(None), link, now)
        }
        Resolved::Newcomer(email, subject) => {
            let member = newcomer(facts, email, claim.name(), role, now);
            let identity = subject.map(|subject| link(facts, member.id, subject, now));
            Admission::New { member, identity }
        }
    }
}

/// P8: a new member is `member`, unless a mapping says otherwise.
fn newcomer(
    facts: &SamlFacts,
    email: Email,
    name: Option<&str>,
    role: Role,
    now: Timestamp,
) -> Member {
    Member {
        id: MemberId::new(now),
        workspace_id: facts.workspace.workspace.id,
        email,
        name: name.map(str::to_owned),
        role,
        status: MemberStatus::Active,
        external_id: None,
        provisioned: Provisioned::JustInTime,
        email_proven_at: None,
        created_at: now,
        updated_at: now,
    }
}

/// A link that an address made; nobody has proven it (P10).
fn link(facts: &SamlFacts, member_id: MemberId, subject: Subject, now: Timestamp) -> Box<Identity> {
    Box::new(Identity {
        id: IdentityId::new(now),
        workspace_id: facts.workspace.workspace.id,
        member_id,
        connection_id: facts.connection_id,
        subject,
        proof: None,
        created_at: now,
        last_used_at: Some(now),
    })
}
