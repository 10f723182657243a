// The honest way through the gate. Every short cut in `compile_fail/` differs from it by one thing.

use jiff::Timestamp;
use vestibule_model::{ClientId, RevisionSettings};
use vestibule_policy::{
    Claim, Denial, Grant, GrantParts, Refusal, Rules, SamlFacts, claim, grant_by_saml,
};
use vestibule_saml::{SignIn, VerifiedAssertion};

pub fn read(
    assertion: &VerifiedAssertion<SignIn>,
    settings: &RevisionSettings,
) -> Result<Claim, Refusal> {
    claim(assertion, settings)
}

pub fn enter(
    assertion: &VerifiedAssertion<SignIn>,
    facts: &SamlFacts,
    client: ClientId,
    rules: &Rules,
    now: Timestamp,
) -> Result<Grant, Denial> {
    grant_by_saml(assertion, facts, client, rules, now)
}

pub fn spend(grant: Grant) -> GrantParts {
    grant.into_parts()
}
