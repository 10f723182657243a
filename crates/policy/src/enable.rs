//! Whether a revision may go live, and what that does to whom.

use vestibule_model::{
    Email, Identity, Member, MemberId, MemberStatus, Plan, Revision, Role, TwoFactorRule,
};

use crate::{
    ConnectionFacts, PersonFacts, Refusal, Rules, WorkspaceFacts,
    p1_plan::plan_gate,
    p2_test,
    p6_lockout::{WaysIn, is_active_admin},
    words,
};

words! {
    /// What is worth saying to somebody who may go on.
    Advisory {
        /// Admins may still come in by password, and nothing asks them for a second factor (P6).
        AdminTwoFactorRecommended = "admin-two-factor-recommended",
    }
}

/// P1, P2 and P6 before a revision goes live, and what P6 advises. `admin_keeps_way_in` says whether
/// the workspace has an active admin, who may come in without SSO (P3).
///
/// # Errors
/// [`Refusal::PlanUpgradeRequired`], [`Refusal::TestRequired`], and [`Refusal::LockoutRisk`] unless
/// that is acknowledged (design §3).
pub fn may_enable(
    plan: Plan,
    two_factor: TwoFactorRule,
    revision: &Revision,
    admin_keeps_way_in: bool,
    acknowledged: bool,
    rules: &Rules,
) -> Result<Vec<Advisory>, Refusal> {
    plan_gate(plan, rules)?;
    p2_test::check(revision)?;
    if !admin_keeps_way_in && !acknowledged {
        return Err(Refusal::LockoutRisk);
    }
    Ok(advisories(two_factor))
}

fn advisories(two_factor: TwoFactorRule) -> Vec<Advisory> {
    match two_factor {
        TwoFactorRule::Off => vec![Advisory::AdminTwoFactorRecommended],
        TwoFactorRule::Admins | TwoFactorRule::Everyone => Vec::new(),
    }
}

/// Somebody in a preflight.
#[derive(Debug, Clone, PartialEq)]
pub struct PreflightPerson {
    /// What is known of them.
    pub facts: PersonFacts,
    /// Whether they have a passkey.
    pub passkey: bool,
}

/// An admin who can get in without SSO.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepsWayIn {
    /// Who.
    pub member_id: MemberId,
    /// By what that Vestibule keeps itself; nothing: by the word of an internal service alone.
    pub ways: WaysIn,
}

/// What enabling would do to whom (P6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preflight {
    /// Who has to sign in by SSO from then on: everybody but admins (P3).
    pub affected: Vec<MemberId>,
    /// Those of them whom the identity provider probably does not know: not linked to a subject of one
    /// that will serve, and their address lies in no domain of the workspace. Without SSO they cannot
    /// get in at all.
    pub shut_out: Vec<MemberId>,
    /// Active admins without a second factor of their own.
    pub admins_without_second_factor: Vec<MemberId>,
    /// Active admins: they may use a password too.
    pub keeps_way_in: Vec<KeepsWayIn>,
    /// Whether `acknowledge_lockout_risk` is needed.
    pub lockout_risk: bool,
    /// What else is worth saying.
    pub advisories: Vec<Advisory>,
}

/// What enabling a revision would do to whom; none: nothing is saved yet. `asserted` is the address that
/// its passed test was about: where the workspace has verified no domain, its domain is taken for the
/// identity provider's.
#[must_use]
pub fn preflight(
    facts: &WorkspaceFacts,
    enabling: Option<&Revision>,
    people: &[PreflightPerson],
    asserted: Option<&Email>,
    rules: &Rules,
) -> Preflight {
    let mut serving: Vec<_> = facts
        .live_connections(rules)
        .into_iter()
        .filter_map(ConnectionFacts::serving)
        .filter(|revision| {
            enabling.is_none_or(|enabling| enabling.connection_id != revision.connection_id)
        })
        .collect();
    serving.extend(enabling);
    let admins: Vec<_> = people
        .iter()
        .filter(|person| is_active_admin(&person.facts.member))
        .collect();
    let others = people
        .iter()
        .filter(|person| is_affected(&person.facts.member));
    let (mut affected, mut shut_out) = (Vec::new(), Vec::new());
    for person in others {
        let member = &person.facts.member;
        affected.push(member.id);
        let is_linked = person.facts.links.iter().any(|link| counts(link, &serving));
        if !is_linked && !is_known_domain(facts, &member.email, asserted) {
            shut_out.push(member.id);
        }
    }
    Preflight {
        affected,
        shut_out,
        admins_without_second_factor: admins
            .iter()
            .filter(|person| !person.facts.second_factor)
            .map(|person| person.facts.member.id)
            .collect(),
        lockout_risk: admins.is_empty(),
        keeps_way_in: admins.iter().map(|person| keeps(person)).collect(),
        advisories: advisories(facts.workspace.two_factor),
    }
}

fn keeps(person: &PreflightPerson) -> KeepsWayIn {
    KeepsWayIn {
        member_id: person.facts.member.id,
        ways: WaysIn {
            password: person.facts.password_set_at.is_some(),
            passkey: person.passkey,
            proven_link: false,
        },
    }
}

/// Whether a link leads somewhere: to the identity provider of settings that will serve.
fn counts(link: &Identity, serving: &[&Revision]) -> bool {
    serving.iter().any(|revision| {
        revision.connection_id == link.connection_id
            && revision.idp_entity_id() == Some(link.subject.idp_entity_id.as_str())
    })
}

fn is_affected(member: &Member) -> bool {
    member.role == Role::Member && member.status != MemberStatus::Deactivated
}

/// Whether the identity provider probably has people of this domain.
fn is_known_domain(facts: &WorkspaceFacts, email: &Email, asserted: Option<&Email>) -> bool {
    if facts.verified_domains.is_empty() {
        return asserted.is_none_or(|asserted| asserted.domain() == email.domain());
    }
    facts.is_verified(email.domain())
}
