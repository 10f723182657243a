//! P9, identity: who an assertion is about.

use vestibule_model::{Email, Identity, Member, Role, Subject};

use crate::{
    Claim, Refusal, SamlFacts,
    claim::{ClaimedEmail, PERSISTENT, is_attribute_format},
    evidence::Found,
    person::Person,
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
    /// The member, where it is one.
    pub(crate) const fn member(&self) -> Option<&Member> {
        match self {
            Self::Linked(_, member) | Self::ByEmail(member, _) => Some(member),
            Self::Newcomer(..) => None,
        }
    }

    /// The person, as the other rules see them.
    pub(crate) fn person(&self, facts: &SamlFacts) -> Person<'_> {
        match self {
            Self::Linked(_, member) => Person::Member {
                member,
                linked: true,
            },
            Self::ByEmail(member, _) => Person::Member {
                member,
                linked: !facts.identities_of_candidate.is_empty(),
            },
            Self::Newcomer(email, _) => Person::Newcomer(email),
        }
    }

    /// How they were found.
    pub(crate) const fn found(&self) -> Found<'_> {
        match self {
            Self::Linked(identity, _) => Found::Linked(identity),
            Self::ByEmail(..) => Found::ByEmail,
            Self::Newcomer(..) => Found::Nowhere,
        }
    }

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
        not_reassigned(identity, member, claim)?;
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

/// P9: an address as NameID is whoever has the address today. Once neither it nor the address that is
/// asserted beside it is the member's any more, it may have been given to somebody else.
fn not_reassigned(identity: &Identity, member: &Member, claim: &Claim) -> Result<(), Refusal> {
    let Some(named) = identity_address(identity) else {
        return Ok(());
    };
    let is_members = |email: &Email| email.key() == member.email.key();
    if is_members(&named) || claim.email().is_some_and(is_members) {
        return Ok(());
    }
    Err(Refusal::AddressReassigned {
        member_id: member.id,
        identity_id: identity.id,
    })
}

/// The address that a subject consists of, where it does.
fn identity_address(identity: &Identity) -> Option<Email> {
    let name_id = &identity.subject.name_id;
    let format = name_id.format.as_deref();
    if format == Some(PERSISTENT) || is_attribute_format(format) {
        return None;
    }
    Email::parse(&name_id.value).ok()
}

/// P9: the address that a member has after a sign-in by a linked subject: the one that is asserted now,
/// where it could be a newcomer's and is nobody else's. The subject says who it is, so the account
/// follows the person through a change of name; a subject that is itself an address does not say so.
pub(crate) fn followed_address<'c>(
    facts: &SamlFacts,
    identity: &Identity,
    member: &Member,
    claim: &'c Claim,
) -> Option<&'c Email> {
    if identity_address(identity).is_some() {
        return None;
    }
    let email = claim.email()?;
    let is_new = email.key() != member.email.key();
    let is_free = facts.by_email.is_none();
    (is_new && is_free && facts.workspace.may_provision(email)).then_some(email)
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
