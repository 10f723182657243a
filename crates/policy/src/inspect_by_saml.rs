//! What the door would say of an assertion that nobody can come in by.

use jiff::Timestamp;
use vestibule_model::{Phase, Revision};
use vestibule_saml::{Inspect, VerifiedAssertion};

use crate::{Denial, Reason, Rules, SamlFacts, grant_by_saml, trail::Trail};

/// Goes the way of [`grant_by_saml`](fn@crate::grant_by_saml) with an assertion that was verified for
/// inspection, and says what that would: every rule, or the refusal. There is no Grant at its end.
///
/// With `as_if_live` the connection is judged as if that revision served.
///
/// # Errors
/// [`Denial`], as the door.
pub fn inspect_by_saml(
    assertion: &VerifiedAssertion<Inspect>,
    facts: SamlFacts,
    as_if_live: Option<&Revision>,
    rules: &Rules,
    now: Timestamp,
) -> Result<Vec<Reason>, Denial> {
    let facts = match as_if_live {
        Some(revision) => supposing(facts, revision),
        None => facts,
    };
    let mut trail = Trail::default();
    match grant_by_saml::walk(&mut trail, assertion, &facts, rules, now) {
        Ok(_) => trail.settle(),
        Err(refusal) => Err(trail.deny(refusal)),
    }
}

/// The facts, were this revision live.
fn supposing(mut facts: SamlFacts, revision: &Revision) -> SamlFacts {
    facts.revision_id_of_trip = revision.id;
    for of in &mut facts.workspace.sso.connections {
        if of.connection.id == revision.connection_id {
            of.connection.phase = Phase::Live;
            of.connection.live = Some(revision.id);
            of.revision = Some(revision.clone());
        }
    }
    facts
}
