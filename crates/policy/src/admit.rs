//! The two ways through the rules, walked alike by the decision API and by the doors.

use jiff::Timestamp;
use vestibule_model::{AuthenticationMethod, Provisioning};

use crate::{
    ConnectionFacts, Refusal, Rule, Rules, WorkspaceFacts,
    evidence::Evidence,
    p3_mandatory_sso, p4_second_factor, p5_live, p7_entry,
    p8_role::{self, Settled},
    p10_ladder,
    person::Person,
    trail::Trail,
};

/// What Vestibule itself keeps of a person and asks about; nothing where an internal service vouches.
#[derive(Clone, Copy, Default)]
pub(crate) struct Kept {
    /// When a password of Vestibule's own was known to be theirs (P5).
    pub(crate) password_known_since: Option<Timestamp>,
    /// Whether they have enrolled a second factor that goes with it (P4).
    pub(crate) second_factor: bool,
}

/// By password, or whatever else is not SAML: P7, P3, P5, P4, P8.
pub(crate) fn by_password(
    trail: &mut Trail,
    facts: &WorkspaceFacts,
    person: Person<'_>,
    amr: Option<&[AuthenticationMethod]>,
    kept: Kept,
    rules: &Rules,
) -> Result<(), Refusal> {
    let role = person.role();
    trail.walk(
        Rule::P7,
        p7_entry::check(facts, person, widest_provisioning(facts, rules)),
    )?;
    trail.walk(Rule::P3, p3_mandatory_sso::check(facts, role, rules))?;
    if let Some(since) = kept.password_known_since {
        trail.walk(Rule::P5, p5_live::check_password(facts, role, since))?;
    }
    trail.walk(
        Rule::P4,
        p4_second_factor::check(facts.workspace.two_factor, role, kept.second_factor, amr),
    )?;
    trail.walk(Rule::P8, p8_role::check(person))
}

/// By SAML, through a connection that serves: P7, P8 (and P6), P10, P4.
pub(crate) fn by_saml(
    trail: &mut Trail,
    facts: &WorkspaceFacts,
    serving: &ConnectionFacts,
    person: Person<'_>,
    evidence: Evidence<'_>,
) -> Result<Settled, Refusal> {
    let required = serving.serving().map_or(&[][..], |revision| {
        revision.settings.required_authn_context.as_slice()
    });
    trail.walk(
        Rule::P7,
        p7_entry::check(facts, person, Some(serving.provisioning())),
    )?;
    let settled = p8_role::settle(trail, serving, person, evidence)?;
    trail.walk(
        Rule::P10,
        p10_ladder::check(serving, person, settled, evidence),
    )?;
    trail.walk(
        Rule::P4,
        p4_second_factor::check_context(required, evidence),
    )?;
    Ok(settled)
}

/// How a newcomer could become a member at all: by any of the connections that serve.
fn widest_provisioning(facts: &WorkspaceFacts, rules: &Rules) -> Option<Provisioning> {
    let live = facts.live_connections(rules);
    if live
        .iter()
        .any(|facts| facts.provisioning() == Provisioning::JustInTime)
    {
        return Some(Provisioning::JustInTime);
    }
    live.first().map(|facts| facts.provisioning())
}
