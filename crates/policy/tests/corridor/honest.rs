// The honest way through the gate. Every short cut in `compile_fail/` differs from it by one thing.

use jiff::Timestamp;
use vestibule_credential::{PasswordProof, SecondFactorProof};
use vestibule_model::{ClientId, RevisionSettings};
use vestibule_policy::{
    Claim, Denial, Grant, GrantParts, LocalProof, PersonFacts, Refusal, Rules, SamlFacts,
    WorkspaceFacts, claim, grant_by_saml, grant_local,
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

pub fn enter_locally(
    facts: &WorkspaceFacts,
    person: &PersonFacts,
    password: PasswordProof,
    factor: SecondFactorProof,
    client: ClientId,
    rules: &Rules,
    now: Timestamp,
) -> Result<Grant, Denial> {
    let proof = LocalProof::Password(password, Some(factor));
    grant_local(facts, person, proof, client, rules, now)
}

pub fn spend(grant: Grant) -> GrantParts {
    grant.into_parts()
}
