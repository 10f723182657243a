use jiff::Timestamp;
use vestibule_model::ClientId;
use vestibule_policy::{Denial, Grant, Rules, SamlFacts, grant_by_saml};
use vestibule_saml::{Inspect, VerifiedAssertion};

pub fn enter(
    assertion: &VerifiedAssertion<Inspect>,
    facts: &SamlFacts,
    client: ClientId,
    rules: &Rules,
    now: Timestamp,
) -> Result<Grant, Denial> {
    grant_by_saml(assertion, facts, client, rules, now)
}
