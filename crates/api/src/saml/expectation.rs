//! What a response is opened with and held against: the settings of its revision.

use std::{sync::Arc, time::Instant};

use actix_web::web::Data;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::{Connection, ConnectionId, Revision};
use vestibule_saml::{ExpectedParts, Identifier, Provider, SentRequest, UnverifiedResponse};
use vestibule_state::{Purpose, Trip};

use crate::{
    problem::Problem,
    saml::{keys::KeySet, urls},
    service::Service,
};

/// The keys of the revision; ours with them only where something is encrypted.
pub(crate) async fn keys_for(
    service: &Data<Service>,
    connection_id: ConnectionId,
    revision: &Revision,
    unverified: &UnverifiedResponse,
    now: Timestamp,
) -> Result<KeySet, Problem> {
    let trusted = service.revision_keys.of(revision);
    let own = if unverified.is_encrypted() {
        let own = service
            .configuration
            .own_keys(&service.store, connection_id);
        own.await?
    } else {
        None
    };
    Ok(KeySet::new(&trusted, revision, own, now))
}

/// What a response has to say, whatever it answers.
pub(crate) fn expected_parts(
    service: &Service,
    connection_id: ConnectionId,
    revision: &Revision,
    keys: &KeySet,
) -> ExpectedParts {
    let config = &service.config;
    let (public_url, skew) = (&config.public_url, config.clock_skew);
    parts_of(public_url, skew, connection_id, revision, keys)
}

/// The same, without a service: for the command line.
pub(crate) fn parts_of(
    public_url: &str,
    clock_skew: SignedDuration,
    connection_id: ConnectionId,
    revision: &Revision,
    keys: &KeySet,
) -> ExpectedParts {
    let settings = &revision.settings;
    ExpectedParts {
        require_signed_response: settings.require_signed_response,
        identifier: identifier(revision),
        allowed_scopes: settings.idp_scopes.clone(),
        required_authn_context: settings.required_authn_context.clone(),
        certificates: keys.certificates.clone(),
        learned: revision.learned.clone(),
        ..ExpectedParts::new(
            urls::entity_id(public_url, connection_id),
            urls::acs(public_url, connection_id),
            clock_skew,
        )
    }
}

/// The request that a response to this trip has to answer, and what it has to say.
pub(crate) fn expected_answer(
    service: &Service,
    trip: &Trip,
    revision: &Revision,
    keys: &KeySet,
) -> (SentRequest, ExpectedParts) {
    // A promise of the IdP that was asked for is kept, or the sign-in refused.
    let authn_after = match &trip.purpose {
        Purpose::SignIn(request) => request.authn_after,
        Purpose::Test(_) | Purpose::SignOut(_) => None,
    };
    let forced = revision.settings.force_authn.then_some(trip.issued_at);
    let parts = ExpectedParts {
        authn_after: authn_after.or(forced),
        ..expected_parts(service, trip.connection_id, revision, keys)
    };
    let sent = SentRequest {
        id: trip.id.as_str().to_owned(),
        issued_at: trip.issued_at,
    };
    (sent, parts)
}

fn identifier(revision: &Revision) -> Identifier {
    let attribute = revision.settings.subject_attribute.clone();
    attribute.map_or(Identifier::NameId, Identifier::Attribute)
}

/// Whose words a report is written in: the provider that was named, else the one it looks like.
pub(crate) fn provider(connection: &Connection, revision: &Revision) -> Provider {
    let named = connection.provider.as_deref().and_then(Provider::from_word);
    named.unwrap_or_else(|| {
        let sso_url = revision.settings.idp_sso_url.as_str();
        Provider::guess(revision.idp_entity_id(), Some(sso_url))
    })
}

/// Opens a response and holds it against what is expected, when it is this connection's turn.
pub(crate) async fn judge<P: vestibule_saml::Purpose + Send + 'static>(
    service: &Service,
    connection_id: ConnectionId,
    unverified: UnverifiedResponse,
    keys: KeySet,
    expected: vestibule_saml::Expected<P>,
    now: Timestamp,
) -> Result<Result<Arc<vestibule_saml::VerifiedAssertion<P>>, vestibule_saml::Refusal>, Problem> {
    let bytes = unverified.encoded_len();
    let turn = service.turns.another_turn(&connection_id, bytes).await?;
    let (started, step) = (Instant::now(), service.traces.step("verify"));
    let judging = move || {
        let signed = unverified.verify(keys.keys());
        let assertion = signed.and_then(|signed| signed.validate(&expected, now));
        assertion.map(Arc::new)
    };
    let judged = turn.work(judging).await?;
    drop(step);
    service.metrics.verified(judged.is_ok(), started.elapsed());
    Ok(judged)
}
