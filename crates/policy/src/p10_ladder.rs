//! P10, no ladder to admin: whoever configures SSO could point it at an IdP of their own.

use vestibule_model::{Identity, KeyFingerprint, Role, SamlDetails};

use crate::{
    ConnectionFacts, Refusal, Requirement,
    claim::{is_kind_of, is_subject_of},
    evidence::{Asserted, Evidence, Found},
    p8_role::Settled,
    person::Person,
    trail::Verdict,
};

/// P10: an admin comes in by SAML only through a proven link. A proof counts while the entity ID is the
/// same and the key that signed *this* assertion is among those that were trusted when it was given.
///
/// Whom a mapping to `admin` makes one comes in by the word of the proven admin who enabled it on
/// these very settings; never by an address that is an admin's already
/// ([ADR 6](../../../docs/adr/0006-mapped-admins.md)).
pub(crate) fn check(
    serving: &ConnectionFacts,
    person: Person<'_>,
    settled: Settled,
    evidence: Evidence<'_>,
) -> Verdict {
    // Who is an admin still is one when a mapping is about to end that: it hands nobody their account.
    if settled.role == Role::Member && person.role() == Role::Member {
        return Verdict::NotApplicable("the person is no admin".into());
    }
    let proven = match evidence {
        Evidence::NotYet { links } => links.iter().any(|link| is_proven_here(serving, link)),
        Evidence::Asserted(asserted) => by_assertion(asserted),
        Evidence::Settled { details, links, .. } => links
            .iter()
            .filter(|link| is_proven_here(serving, link))
            .any(|link| is_of_session(serving, link, details)),
    };
    if proven {
        return Verdict::Pass("the link of this admin is proven".into());
    }
    if settled.mapped_to_admin && !takes_an_admin_by_address(person, evidence) {
        return Verdict::Pass(
            "a proven admin has enabled the mapping to admin on these settings".into(),
        );
    }
    Verdict::Require(Requirement::LocalProof, Refusal::LocalProofRequired)
}

fn by_assertion(asserted: &Asserted<'_>) -> bool {
    match asserted.found {
        Found::Linked(link) => is_proven_for(link, asserted.signed_by),
        Found::ByEmail | Found::Nowhere => false,
    }
}

/// Whether an assertion reaches the account of somebody who is an admin already by its address alone.
fn takes_an_admin_by_address(person: Person<'_>, evidence: Evidence<'_>) -> bool {
    match evidence {
        Evidence::Asserted(asserted) => {
            person.role() == Role::Admin && matches!(asserted.found, Found::ByEmail)
        }
        Evidence::NotYet { .. } | Evidence::Settled { .. } => false,
    }
}

/// Whether a session came in by this very link, with a key that the link's proof covers. Another link
/// of the same person says nothing of it: an address alone may have made that one.
fn is_of_session(serving: &ConnectionFacts, link: &Identity, details: &SamlDetails) -> bool {
    let settings = serving.serving().map(|revision| &revision.settings);
    settings.is_some_and(|settings| is_subject_of(&link.subject.name_id, settings, details))
        && details
            .signed_by
            .is_some_and(|key| is_proven_for(link, key))
}

/// Whether a proof of a link counts for what this key has signed.
fn is_proven_for(link: &Identity, key: KeyFingerprint) -> bool {
    link.proof
        .as_ref()
        .is_some_and(|proof| proof.keys.contains(&key))
}

/// Whether a link on this connection was proven under the entity ID that serves, and is of the kind
/// that people are known by there.
fn is_proven_here(serving: &ConnectionFacts, link: &Identity) -> bool {
    let Some(revision) = serving.serving() else {
        return false;
    };
    link.connection_id == serving.connection.id
        && Some(link.subject.idp_entity_id.as_str()) == revision.idp_entity_id()
        && is_kind_of(&link.subject.name_id, &revision.settings)
        && link
            .proof
            .as_ref()
            .is_some_and(|proof| !proof.keys.is_empty())
}
