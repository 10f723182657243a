//! A logout message that one of the given keys signed.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use vestibule_xmlsig::KeyFingerprint;

use crate::check::Check;
use crate::expected::{Request, SentRequest};
use crate::keys::Keys;
use crate::limits::Limits;
use crate::logout_refusal::{LogoutCheck, LogoutRefusal};
use crate::names::ns;
use crate::report::Row;
use crate::rules::encryption::{self, Opened};
use crate::rules::logout;
use crate::unverified_logout::{Incoming, LogoutBinding, LogoutKind};
use crate::verified_logout::{
    Arrived, VerifiedLogout, VerifiedLogoutRequest, VerifiedLogoutResponse,
};

/// A logout message that one of the given keys signed, and of which nothing is known yet: neither
/// whom it is meant for nor whether it still holds. What is read of it is read from what was signed.
pub struct SignedLogout {
    /// Parsed from what was signed.
    incoming: Incoming,
    binding: LogoutBinding,
    key: KeyFingerprint,
    /// What an EncryptedID held, where the person is named by one (IIP-SP16).
    decrypted: Option<Result<Opened, Row>>,
}

/// What a logout message is held against.
#[derive(Debug, Clone)]
pub struct ExpectedLogout {
    /// The IdP of the connection.
    pub idp_entity_id: String,
    /// Our SLO URL that the message arrived at.
    pub slo_url: String,
    /// The LogoutRequest that this browser was sent away with, for its answer.
    pub sent: Option<SentRequest>,
    /// How far clocks may differ, in either direction (IIP-G01). A negative one counts as none.
    pub clock_skew: SignedDuration,
}

impl fmt::Debug for SignedLogout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedLogout")
            .field("kind", &self.incoming.kind)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl SignedLogout {
    /// From a message that was read from signed bytes: what is encrypted in it, the signature vouches
    /// for.
    pub(crate) fn new(
        incoming: Incoming,
        binding: LogoutBinding,
        key: KeyFingerprint,
        keys: &Keys<'_>,
        limits: &Limits,
    ) -> Self {
        let root = incoming.document.root();
        let decrypted = root
            .children_named(ns::ASSERTION, "EncryptedID")
            .next()
            .map(|encrypted| encryption::open(Check::NameId, encrypted, keys, true, &limits.xml));
        Self {
            incoming,
            binding,
            key,
            decrypted,
        }
    }

    /// Holds it against what is expected, at the instant `now`.
    ///
    /// # Errors
    ///
    /// [`LogoutRefusal`] by the first rule that fails. Core §3.2 and §3.7, Profiles §4.4.4,
    /// Bindings §3.4.5.2 and §3.5.5.2.
    pub fn validate(
        self,
        expected: &ExpectedLogout,
        now: Timestamp,
    ) -> Result<VerifiedLogout, LogoutRefusal> {
        let root = self.incoming.document.root();
        let skew = expected.clock_skew;
        let sent = match (self.incoming.kind, &expected.sent) {
            (LogoutKind::Request, _) => Request::None,
            (LogoutKind::Response, Some(sent)) => Request::Ours(sent.clone()),
            (LogoutKind::Response, None) => {
                return Err(LogoutRefusal::new(
                    LogoutCheck::InResponseTo,
                    "no response: nothing was asked",
                    "a LogoutResponse",
                ));
            }
        };
        let (idp, slo_url) = (&expected.idp_entity_id, &expected.slo_url);
        let envelope = logout::envelope(root, idp, slo_url, &sent, skew, now)?;
        let arrived = Arrived {
            id: envelope.id,
            idp_entity_id: expected.idp_entity_id.clone(),
            signed_by: self.key,
            binding: self.binding,
            relay_state: self.incoming.relay_state.clone(),
        };
        Ok(match self.incoming.kind {
            LogoutKind::Request => {
                let expires_at = logout::expiry(root, envelope.issued_at, skew, now)?;
                let name_id = logout::name_id(root, self.decrypted.as_ref())?;
                let session_indexes = logout::session_indexes(root)?;
                VerifiedLogout::Request(VerifiedLogoutRequest {
                    arrived,
                    name_id,
                    session_indexes,
                    expires_at,
                })
            }
            LogoutKind::Response => {
                let outcome = logout::outcome(root)?;
                VerifiedLogout::Response(VerifiedLogoutResponse { arrived, outcome })
            }
        })
    }
}
