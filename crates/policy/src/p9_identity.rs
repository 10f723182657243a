//! P9, identity: who an assertion is about.

use vestibule_model::{Email, Identity, Member, Role, Subject};

use crate::{
    Claim, Refusal, SamlFacts,
    claim::{ClaimedEmail, PERSISTENT, is_attribute_format},
    trail::Verdict,
};

/// Who it is, and how that was found.
pub(crate) enum Resolved<'f> {
    /// The subject is linked; whatever the e-mail says does not matter.
    Linked(&'f Identity, &'f Member),
    /// The address is a member's; the subject is to be linked, unless it is transient.
    ByEmail(&'f Member, Option<Subject>),
    /// Nobody is found: a newcomer.
    Newcomer(Email, Option<Subject>),
}

impl Resolved<'_> {
    /// How it was found, as a sentence.
    pub(crate) fn verdict(&self) -> Verdict {
        Verdict::Pass(
            match self {
                Self::Linked(..) => "the subject is linked to a member",
                Self::ByEmail(_, Some(_)) => "the address is a member's; the subject gets linked",
                Self::ByEmail(_, None) => {
                    "the address is a member's; a transient subject is not kept"
                }
                Self::Newcomer(..) => "neither the subject nor the address is known",
            }
            .into(),
        )
    }
}

/// P9: the subject first, the address second.
pub(crate) fn resolve<'f>(facts: &'f SamlFacts, claim: &Claim) -> Result<Resolved<'f>, Refusal> {
    if let (Some(subject), Some((identity, member))) = (claim.subject(), &facts.by_subject) {
        let of_member = identity.member_id == member.id;
        let of_connection = identity.connection_id == facts.connection_id;
        let of_workspace = member.workspace_id == facts.workspace.workspace.id
            && identity.workspace_id == member.workspace_id;
        if !of_member || !of_connection || !of_workspace || identity.subject != *subject {
            return Err(Refusal::NotOfThisWorkspace);
        }
        return Ok(Resolved::Linked(identity, member));
    }
    let email = match claim.claimed_email() {
        ClaimedEmail::Valid(email) => email,
        ClaimedEmail::Invalid(reason) => return Err(Refusal::EmailInvalid { reason: *reason }),
        ClaimedEmail::Absent => return Err(Refusal::EmailMissing),
    };
    let Some(member) = &facts.by_email else {
        return Ok(Resolved::Newcomer(email.clone(), claim.subject().cloned()));
    };
    if member.workspace_id != facts.workspace.workspace.id {
        return Err(Refusal::NotOfThisWorkspace);
    }
    same_address(email, member)?;
    if member.role == Role::Member {
        no_second_persistent(facts, member, claim.subject())?;
    }
    // An admin goes on without a link: P10 has the last word on them.
    let link = claim
        .subject()
        .filter(|_| member.role == Role::Member)
        .cloned();
    Ok(Resolved::ByEmail(member, link))
}

/// P9: a key finds the candidate, the text has to agree but for ASCII case.
pub(crate) fn same_address(email: &Email, member: &Member) -> Result<(), Refusal> {
    if email.as_str().eq_ignore_ascii_case(member.email.as_str()) {
        Ok(())
    } else {
        Err(Refusal::EmailAmbiguous)
    }
}

/// P9 where there is no assertion: the address alone says who it is.
pub(crate) fn check_address(email: &Email, member: Option<&Member>) -> Verdict {
    match member.map(|member| same_address(email, member)) {
        None => Verdict::Pass("nobody in this workspace has this address".into()),
        Some(Ok(())) => Verdict::Pass("the address is a member's".into()),
        Some(Err(refusal)) => Verdict::Refuse(refusal),
    }
}

/// P9: a persistent identifier does not change, nor does the attribute that was chosen as one; so a
/// second, different one of the same IdP is another person with the same address (SAML Core §8.3.7).
fn no_second_persistent(
    facts: &SamlFacts,
    member: &Member,
    subject: Option<&Subject>,
) -> Result<(), Refusal> {
    let is_persistent = |subject: &Subject| {
        let format = subject.name_id.format.as_deref();
        format == Some(PERSISTENT) || is_attribute_format(format)
    };
    let Some(subject) = subject.filter(|subject| is_persistent(subject)) else {
        return Ok(());
    };
    let other = facts.identities_of_candidate.iter().find(|identity| {
        identity.member_id == member.id
            && identity.connection_id == facts.connection_id
            && identity.subject.idp_entity_id == subject.idp_entity_id
            && identity.subject.name_id.format == subject.name_id.format
            && identity.subject.name_id.value != subject.name_id.value
    });
    match other {
        None => Ok(()),
        Some(identity) => Err(Refusal::IdentityConflict {
            member_id: member.id,
            identity_id: identity.id,
        }),
    }
}
