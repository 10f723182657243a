//! P7, who may enter: members who are not deactivated, and newcomers as the connection provides.

use vestibule_model::{Member, MemberStatus, Provisioned, Provisioning};

use crate::{Refusal, WorkspaceFacts, person::Person, trail::Verdict};

/// P7: whether the person may be in this workspace. `provisioning` is none when no connection
/// serves: then nothing but the verified domains limits who could become a member.
pub(crate) fn check(
    facts: &WorkspaceFacts,
    person: Person<'_>,
    provisioning: Option<Provisioning>,
) -> Verdict {
    let email = match person {
        Person::Member { member, linked } => return check_member(facts, member, linked),
        Person::Newcomer(email) => email,
    };
    if provisioning == Some(Provisioning::InviteOnly) {
        return Verdict::Refuse(Refusal::NotInvited);
    }
    if !facts.may_provision(email) {
        return Verdict::Refuse(Refusal::DomainNotVerified {
            domain: email.domain().to_owned(),
        });
    }
    Verdict::Pass(
        if facts.verified_domains.is_empty() {
            "not a member yet; judged as the new member this address would become"
        } else {
            "not a member yet; the address lies in a verified domain of the workspace"
        }
        .into(),
    )
}

/// Members stay members, but for those who came just in time and whom nothing but an address names: it
/// has to be one that could come in today.
fn check_member(facts: &WorkspaceFacts, member: &Member, linked: bool) -> Verdict {
    if member.status == MemberStatus::Deactivated {
        return Verdict::Refuse(Refusal::MemberDeactivated);
    }
    let by_address_alone = member.provisioned == Provisioned::JustInTime && !linked;
    if by_address_alone && !facts.may_provision(&member.email) {
        return Verdict::Refuse(Refusal::DomainNotVerified {
            domain: member.email.domain().to_owned(),
        });
    }
    Verdict::Pass(format!("is a member, {}", member.status))
}
