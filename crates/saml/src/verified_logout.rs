//! A logout message that every rule let pass.

use std::fmt;

use jiff::Timestamp;
use vestibule_xmlsig::KeyFingerprint;

use crate::name_id::NameId;
use crate::refusal::StatusDetail;
use crate::unverified_logout::LogoutBinding;

/// A logout message that one of the given keys signed and that every rule let pass. Only
/// [`SignedLogout::validate`](crate::SignedLogout::validate) makes one, so having it is the proof;
/// everything in it was read from what was signed, but for the RelayState by HTTP-POST, which nobody
/// signs.
#[derive(Debug)]
pub enum VerifiedLogout {
    /// The IdP asks that somebody's sessions end.
    Request(VerifiedLogoutRequest),
    /// The IdP answers our request.
    Response(VerifiedLogoutResponse),
}

/// What is known of every logout message.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) id: String,
    pub(crate) idp_entity_id: String,
    pub(crate) signed_by: KeyFingerprint,
    pub(crate) binding: LogoutBinding,
    pub(crate) relay_state: Option<String>,
}

/// A LogoutRequest that holds (Core §3.7.1).
pub struct VerifiedLogoutRequest {
    pub(crate) arrived: Arrived,
    pub(crate) name_id: NameId,
    pub(crate) session_indexes: Vec<String>,
    pub(crate) expires_at: Timestamp,
}

/// A LogoutResponse that holds (Core §3.7.2).
#[derive(Debug)]
pub struct VerifiedLogoutResponse {
    pub(crate) arrived: Arrived,
    pub(crate) outcome: LogoutOutcome,
}

/// How a logout went, as the IdP says (Core §3.7.3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogoutOutcome {
    /// Everybody was told.
    Complete,
    /// The IdP's session is over, and some other service was not told.
    Partial,
    /// It failed, and how.
    Failed(StatusDetail),
}

/// What both kinds know.
macro_rules! arrived {
    ($message:ty) => {
        impl $message {
            /// Its ID.
            #[must_use]
            pub fn id(&self) -> &str {
                &self.arrived.id
            }

            /// The IdP, by its entity ID.
            #[must_use]
            pub fn idp_entity_id(&self) -> &str {
                &self.arrived.idp_entity_id
            }

            /// The key that signed it.
            #[must_use]
            pub fn signed_by(&self) -> KeyFingerprint {
                self.arrived.signed_by
            }

            /// How it came.
            #[must_use]
            pub fn binding(&self) -> LogoutBinding {
                self.arrived.binding
            }

            /// The RelayState that came with it: opaque, at most 80 bytes, never a URL to go to.
            #[must_use]
            pub fn relay_state(&self) -> Option<&str> {
                self.arrived.relay_state.as_deref()
            }
        }
    };
}

arrived!(VerifiedLogoutRequest);
arrived!(VerifiedLogoutResponse);

impl VerifiedLogoutRequest {
    /// Whose sessions end: only those with exactly this NameID.
    #[must_use]
    pub fn name_id(&self) -> &NameId {
        &self.name_id
    }

    /// Which of them; all of them where none is named (Core §3.7.3.1).
    #[must_use]
    pub fn session_indexes(&self) -> &[String] {
        &self.session_indexes
    }

    /// From when on it can no longer be accepted, the clock skew not counted: remember its ID until
    /// then, plus the skew, plus a margin.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

impl VerifiedLogoutResponse {
    /// How it went.
    #[must_use]
    pub fn outcome(&self) -> &LogoutOutcome {
        &self.outcome
    }
}

/// Personal data: `Debug` shows the ID and the issuer alone.
impl fmt::Debug for VerifiedLogoutRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedLogoutRequest")
            .field("idp_entity_id", &self.arrived.idp_entity_id)
            .field("id", &self.arrived.id)
            .finish_non_exhaustive()
    }
}
