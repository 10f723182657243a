//! A logout message that one of the given keys signed.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use vestibule_xmlsig::{Element, KeyFingerprint};

use crate::expected::Request;
use crate::logout_refusal::{LogoutCheck, LogoutRefusal};
use crate::name_id::NameId;
use crate::names::ns;
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
    decrypted: Option<NameId>,
}

/// What a logout message is held against.
#[derive(Debug, Clone)]
pub struct ExpectedLogout {
    /// The IdP of the connection.
    pub idp_entity_id: String,
    /// Our SLO URL that the message arrived at.
    pub slo_url: String,
    /// The LogoutRequest that this browser was sent away with, for its answer.
    pub sent: Option<SentLogout>,
    /// How far clocks may differ, in either direction (IIP-G01). A negative one counts as none.
    pub clock_skew: SignedDuration,
}

/// A LogoutRequest of ours that waits for its answer.
#[derive(Debug, Clone)]
pub struct SentLogout {
    /// Its ID.
    pub request_id: String,
    /// When it was made.
    pub issued_at: Timestamp,
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
    pub(crate) fn new(incoming: Incoming, binding: LogoutBinding, key: KeyFingerprint) -> Self {
        Self {
            incoming,
            binding,
            key,
            decrypted: None,
        }
    }

    /// The EncryptedID, where the person is named by one, as it stands in what was signed
    /// (IIP-SP16). What it decrypts to goes to [`SignedLogout::with_decrypted_id`].
    #[must_use]
    pub fn encrypted_id(&self) -> Option<Element<'_>> {
        self.incoming
            .document
            .root()
            .children_named(ns::ASSERTION, "EncryptedID")
            .next()
    }

    /// Takes the NameID that [`SignedLogout::encrypted_id`] decrypts to. It counts as signed,
    /// because what it was decrypted from is; so hand in that and nothing else.
    ///
    /// # Errors
    ///
    /// [`LogoutRefusal`] by the check `NameId`: it is not a NameID of text, or there was no
    /// EncryptedID. Core §2.2.4.
    pub fn with_decrypted_id(self, decrypted: Element<'_>) -> Result<Self, LogoutRefusal> {
        if self.encrypted_id().is_none() {
            let (expected, received) = ("an EncryptedID to decrypt", "none");
            return Err(LogoutRefusal::new(LogoutCheck::NameId, expected, received));
        }
        let decrypted = Some(logout::decrypted_name_id(decrypted)?);
        Ok(Self { decrypted, ..self })
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
            (LogoutKind::Request, _) => None,
            (LogoutKind::Response, Some(sent)) => Some(Request {
                id: sent.request_id.clone(),
                issued_at: sent.issued_at,
            }),
            (LogoutKind::Response, None) => {
                return Err(LogoutRefusal::new(
                    LogoutCheck::InResponseTo,
                    "no response: nothing was asked",
                    "a LogoutResponse",
                ));
            }
        };
        let (idp, slo_url) = (&expected.idp_entity_id, &expected.slo_url);
        let envelope = logout::envelope(root, idp, slo_url, sent.as_ref(), skew, now)?;
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
                let name_id = logout::name_id(root, self.decrypted)?;
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
