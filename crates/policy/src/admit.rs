//! The two ways through the rules, walked alike by the decision API and by the doors.

use vestibule_model::AuthenticationMethod;

use crate::{
    ConnectionFacts, Refusal, Rule, Rules, WorkspaceFacts, p3_mandatory_sso,
    p4_second_factor::{self, AuthnContext},
    p7_entry, p8_role, p10_ladder,
    person::Person,
    trail::Trail,
};
use vestibule_model::Provisioning;

/// By password, or whatever else is not SAML: P7, P3, P4, P8.
pub(crate) fn by_password(
    trail: &mut Trail,
    facts: &WorkspaceFacts,
    person: Person<'_>,
    amr: Option<&[AuthenticationMethod]>,
    rules: &Rules,
) -> Result<(), Refusal> {
    let role = person.role();
    trail.walk(
        Rule::P7,
        p7_entry::check(facts, person, widest_provisioning(facts, rules)),
    )?;
    trail.walk(Rule::P3, p3_mandatory_sso::check(facts, role, rules))?;
    trail.walk(
        Rule::P4,
        p4_second_factor::check(facts.workspace.two_factor, role, amr),
    )?;
    trail.walk(Rule::P8, p8_role::check(person))
}

/// By SAML, through a connection that serves: P7, P8, P10, P4.
pub(crate) fn by_saml(
    trail: &mut Trail,
    facts: &WorkspaceFacts,
    serving: &ConnectionFacts,
    person: Person<'_>,
    context: AuthnContext<'_>,
) -> Result<(), Refusal> {
    let required = serving.serving().map_or(&[][..], |revision| {
        revision.settings.required_authn_context.as_slice()
    });
    trail.walk(
        Rule::P7,
        p7_entry::check(facts, person, Some(serving.provisioning())),
    )?;
    trail.walk(Rule::P8, p8_role::check(person))?;
    trail.walk(Rule::P10, p10_ladder::check(person.role()))?;
    trail.walk(Rule::P4, p4_second_factor::check_context(required, context))
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
