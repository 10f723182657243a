//! One look at metadata behind a URL: fetched, verified where a key is pinned, read.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use tokio::sync::Semaphore;
use vestibule_model::MetadataOrigin;
use vestibule_outbound::{Fetched, Limits, Outbound, OutboundError, Validators, is_loopback};
use vestibule_saml::{IdpMetadata, MetadataError, ValidityPolicy};
use vestibule_xmlsig::KeyFingerprint;

use crate::{
    blocking::blocking,
    clock,
    config::Config,
    draft::METADATA_URL,
    pem,
    problem::{Problem, ProblemType},
};

/// How many documents are fetched at a time: each may hold eight MiB and a thread for ten seconds.
const AT_ONCE: usize = 8;
/// How long a look waits for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(10);

/// The door out, with so many places in it.
pub(crate) struct Door {
    outbound: Outbound,
    places: Arc<Semaphore>,
    clock_skew: SignedDuration,
}

impl Door {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            outbound: Outbound::new(config.reach(), Limits::default()),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            clock_skew: config.clock_skew,
        }
    }
}

/// What was seen.
pub(crate) struct Seen {
    pub(crate) metadata: IdpMetadata,
    /// The pinned key that signed it.
    pub(crate) signed_by: Option<KeyFingerprint>,
    pub(crate) validators: Validators,
    /// SHA-256, lower-case hex.
    pub(crate) hash: String,
}

/// How a look ended.
pub(crate) enum Look {
    /// What is there is known already.
    Unchanged,
    Seen(Box<Seen>),
}

/// Why nothing was seen. Its text is for whoever entered the URL.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookError {
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    #[error("metadata by http must be signed by a key that is given; use https otherwise")]
    NeitherHttpsNorSigned,
    #[error("too many documents are being fetched")]
    Busy,
}

impl From<LookError> for Problem {
    fn from(error: LookError) -> Self {
        match error {
            LookError::Busy => Self::new(ProblemType::Unavailable, error.to_string()),
            error => {
                let expected = "a URL that the IdP's SAML 2.0 metadata can be fetched from";
                Self::invalid(METADATA_URL, expected, error.to_string())
            }
        }
    }
}

/// Looks at the metadata; `known` is the version that needs no second look.
///
/// # Errors
/// The outer one when there was no thread to look with, the inner one says why nothing was seen.
pub(crate) async fn look(
    door: &Door,
    origin: &MetadataOrigin,
    known: Validators,
) -> Result<Result<Look, LookError>, Problem> {
    let places = Arc::clone(&door.places);
    let Ok(Ok(place)) = tokio::time::timeout(TURN_WITHIN, places.acquire_owned()).await else {
        return Ok(Err(LookError::Busy));
    };
    let (outbound, origin, skew) = (door.outbound.clone(), origin.clone(), door.clock_skew);
    blocking(move || {
        let seen = fetch(&outbound, &origin, &known, skew);
        drop(place);
        seen
    })
    .await
}

fn fetch(
    outbound: &Outbound,
    origin: &MetadataOrigin,
    known: &Validators,
    clock_skew: SignedDuration,
) -> Result<Look, LookError> {
    if origin.signing_certificates.is_empty() && is_open_to_others(&origin.url) {
        // The guard first: its reason is the better one.
        outbound.check(&origin.url)?;
        return Err(LookError::NeitherHttpsNorSigned);
    }
    let document = match outbound.get(&origin.url, known)? {
        Fetched::NotModified => return Ok(Look::Unchanged),
        Fetched::Document(document) => document,
    };
    let limits = vestibule_saml::Limits::metadata();
    let (xml, entity_id) = (&document.bytes, origin.entity_id.as_deref());
    let (metadata, signed_by) = if origin.signing_certificates.is_empty() {
        (IdpMetadata::parse_entity(xml, entity_id, &limits)?, None)
    } else {
        let pinned = pem::certificates(&origin.signing_certificates);
        let keys: Vec<_> = pinned.filter_map(|pin| pin.verifying_key().ok()).collect();
        let verified = IdpMetadata::parse_signed(xml, entity_id, &limits, &keys)?;
        let key = verified.signed_by();
        (verified.metadata().clone(), Some(key))
    };
    let days = origin.max_validity_days;
    let policy = ValidityPolicy {
        at_most: days.map(|days| SignedDuration::from_hours(24 * i64::from(days))),
    };
    policy.check(metadata.valid_until, clock_skew, clock::now())?;
    Ok(Look::Seen(Box::new(Seen {
        metadata,
        signed_by,
        hash: document.sha256(),
        validators: document.validators,
    })))
}

/// Whether somebody between here and there could write what comes back.
fn is_open_to_others(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| url.scheme() == "http" && !is_loopback(&url))
}
