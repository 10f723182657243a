//! P7, who may enter: members who are not deactivated, and newcomers as the connection provides.

use vestibule_model::{MemberStatus, Provisioning};

use crate::{Refusal, WorkspaceFacts, person::Person, trail::Verdict};

/// P7: whether the person may be in this workspace. `provisioning` is none when no connection
/// serves: then nothing but the verified domains limits who could become a member.
pub(crate) fn check(
    facts: &WorkspaceFacts,
    person: Person<'_>,
    provisioning: Option<Provisioning>,
) -> Verdict {
    let email = match person {
        Person::Member(member) => return check_status(member.status),
        Person::Newcomer(email) => email,
    };
    if provisioning == Some(Provisioning::InviteOnly) {
        return Verdict::Refuse(Refusal::NotInvited);
    }
    if facts.verified_domains.is_empty() {
        return Verdict::Pass(
            "not a member yet; judged as the new member this address would become".into(),
        );
    }
    if facts.is_verified(email.domain()) {
        return Verdict::Pass(
            "not a member yet; the address lies in a verified domain of the workspace".into(),
        );
    }
    Verdict::Refuse(Refusal::DomainNotVerified {
        domain: email.domain().to_owned(),
    })
}

fn check_status(status: MemberStatus) -> Verdict {
    match status {
        MemberStatus::Active => Verdict::Pass("is an active member".into()),
        MemberStatus::Invited => Verdict::Pass("is an invited member".into()),
        MemberStatus::Deactivated => Verdict::Refuse(Refusal::MemberDeactivated),
    }
}
