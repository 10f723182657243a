//! What every handler shares.

use std::sync::Arc;

use vestibule_credential::Passkeys;
use vestibule_outbound::TxtResolver;
use vestibule_policy::Rules;
use vestibule_session::Issuer;
use vestibule_state::ShortLived;
use vestibule_store::Store;

use crate::{
    brand::DeploymentBrand, certificate_uses::CertificateUses, config::Config,
    configuration::Configuration, departures::Departures, ending::Ending, hashing::Hashing,
    key_pool::KeyPool, keys::Keys, metadata::Door, metrics::Metrics, oidc::PublishedKeys,
    saml::RevisionKeys, traces::Traces, turns::Turns, webhooks::UrlCheck,
};

/// The service: its settings, its archive, its short-lived state and its keys.
pub(crate) struct Service {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) state: Arc<dyn ShortLived>,
    pub(crate) configuration: Arc<Configuration>,
    pub(crate) keys: Keys,
    pub(crate) issuer: Issuer,
    pub(crate) rules: Rules,
    pub(crate) key_pool: KeyPool,
    pub(crate) revision_keys: RevisionKeys,
    pub(crate) certificate_uses: CertificateUses,
    pub(crate) door: Door,
    pub(crate) published_keys: PublishedKeys,
    pub(crate) webhooks: UrlCheck,
    pub(crate) departures: Departures,
    pub(crate) metrics: Metrics,
    pub(crate) traces: Traces,
    pub(crate) ending: Ending,
    pub(crate) hashing: Hashing,
    /// Who may verify what an IdP has sent.
    pub(crate) turns: Turns,
    /// None where the server is reached by an IP address: passkeys belong to a name.
    pub(crate) passkeys: Option<Passkeys>,
    pub(crate) txt: TxtResolver,
    /// How our pages look unless a workspace says otherwise.
    pub(crate) brand: DeploymentBrand,
}
