use jiff::Timestamp;
use vestibule_model::ClientId;
use vestibule_policy::{
    Denial, Grant, LocalProof, PersonFacts, Rules, WorkspaceFacts, grant_local,
};

pub fn enter(
    facts: &WorkspaceFacts,
    person: &PersonFacts,
    proof: LocalProof,
    client: ClientId,
    rules: &Rules,
    now: Timestamp,
) -> [Result<Grant, Denial>; 2] {
    [
        grant_local(facts, person, proof, client, rules, now),
        grant_local(facts, person, proof, client, rules, now),
    ]
}
