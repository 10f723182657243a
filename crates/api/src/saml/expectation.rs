//! What a response is opened with and held against: the settings of its revision.

use std::sync::Arc;

use actix_web::web::Data;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::{Connection, ConnectionId, Revision};
use vestibule_saml::{ExpectedParts, Identifier, Provider, UnsolicitedParts, UnverifiedResponse};
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

/// What a response without a request has to say.
pub(crate) fn unsolicited_parts(
    service: &Service,
    connection_id: ConnectionId,
    revision: &Revision,
    keys: &KeySet,
) -> UnsolicitedParts {
    let config = &service.config;
    parts_of(
        &config.public_url,
        config.clock_skew,
        connection_id,
        revision,
        keys,
    )
}

/// The same, without a service: for the command line.
pub(crate) fn parts_of(
    public_url: &str,
    clock_skew: SignedDuration,
    connection_id: ConnectionId,
    revision: &Revision,
    keys: &KeySet,
) -> UnsolicitedParts {
    let settings = &revision.settings;
    UnsolicitedParts {
        require_signed_response: settings.require_signed_response,
        identifier: identifier(revision),
        allowed_scopes: settings.idp_scopes.clone(),
        required_authn_context: settings.required_authn_context.clone(),
        certificates: keys.certificates.clone(),
        learned: revision.learned.clone(),
        ..UnsolicitedParts::new(
            urls::entity_id(public_url, connection_id),
            urls::acs(public_url, connection_id),
            clock_skew,
        )
    }
}

/// What a response to this trip has to say.
pub(crate) fn expected_parts(
    service: &Service,
    trip: &Trip,
    revision: &Revision,
    keys: &KeySet,
) -> ExpectedParts {
    let public_url = &service.config.public_url;
    let settings = &revision.settings;
    // A promise of the IdP that was asked for is kept, or the sign-in refused.
    let authn_after = match &trip.purpose {
        Purpose::SignIn(request) => request.authn_after,
        Purpose::Test(_) | Purpose::SignOut(_) => None,
    };
    let authn_after = authn_after.or(settings.force_authn.then_some(trip.issued_at));
    ExpectedParts {
        require_signed_response: settings.require_signed_response,
        identifier: identifier(revision),
        allowed_scopes: settings.idp_scopes.clone(),
        required_authn_context: settings.required_authn_context.clone(),
        authn_after,
        certificates: keys.certificates.clone(),
        learned: revision.learned.clone(),
        ..ExpectedParts::new(
            urls::entity_id(public_url, trip.connection_id),
            urls::acs(public_url, trip.connection_id),
            trip.id.as_str().to_owned(),
            trip.issued_at,
            service.config.clock_skew,
        )
    }
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

/// Opens a response and holds it against what is expected, off the threads that answer everybody
/// else.
pub(crate) async fn judge<P: vestibule_saml::Purpose + Send + 'static>(
    unverified: UnverifiedResponse,
    keys: KeySet,
    expected: vestibule_saml::Expected<P>,
    now: Timestamp,
) -> Result<Result<Arc<vestibule_saml::VerifiedAssertion<P>>, vestibule_saml::Refusal>, Problem> {
    super::arrival::blocking(move || {
        unverified
            .verify(keys.keys())
            .and_then(|signed| signed.validate(&expected, now))
            .map(Arc::new)
    })
    .await
}
