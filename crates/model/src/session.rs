//! A session: what a sign-in mints.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_saml::{Attributes, NameId};
use vestibule_xmlsig::KeyFingerprint;

use crate::{ClientId, ConnectionId, MemberId, RevisionId, SessionId, WorkspaceId, words};

words! {
    /// How somebody proved who they are (RFC 8176, and `saml` for a federated sign-in).
    AuthenticationMethod {
        /// A password.
        Pwd = "pwd",
        /// A one-time password.
        Otp = "otp",
        /// A hardware-secured key.
        Hwk = "hwk",
        /// A software-secured key.
        Swk = "swk",
        /// Several factors.
        Mfa = "mfa",
        /// A one-time code by text message.
        Sms = "sms",
        /// A PIN.
        Pin = "pin",
        /// A fingerprint.
        Fpt = "fpt",
        /// A face.
        Face = "face",
        /// User presence.
        User = "user",
        /// Windows integrated authentication.
        Wia = "wia",
        /// Knowledge-based questions.
        Kba = "kba",
        /// A retina scan.
        Retina = "retina",
        /// An iris scan.
        Iris = "iris",
        /// A voice.
        Vbm = "vbm",
        /// A smart card.
        Sc = "sc",
        /// A phone call.
        Tel = "tel",
        /// A geographic location.
        Geo = "geo",
        /// Several channels.
        Mca = "mca",
        /// A risk-based decision.
        Rba = "rba",
        /// Proof of possession.
        Pop = "pop",
        /// A SAML assertion of the workspace's IdP; never accepted from an internal service.
        Saml = "saml",
    }
}

/// What a SAML sign-in leaves behind for `userinfo` and for logout.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamlDetails {
    /// The NameID exactly as received, where the IdP sends one.
    pub name_id: Option<NameId>,
    /// The IdP's session, named again at logout.
    pub session_index: Option<String>,
    /// The attributes, verbatim.
    pub attributes: Attributes,
    /// How the IdP says that they proved who they are (AuthnContextClassRef, SAML Core §2.7.2.2);
    /// sessions from before it was kept have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authn_context_class: Option<String>,
    /// The key that signed the assertion; sessions from before it was kept have none (P10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<KeyFingerprint>,
    /// Whether the role came from what the IdP said, by a mapping that a proven admin enabled (P8).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mapped_to_admin: bool,
}

/// Personal data: nothing of it belongs in a log.
impl std::fmt::Debug for SamlDetails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SamlDetails").finish_non_exhaustive()
    }
}

/// Which door a session came in by.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "most sessions are by SAML; a box would be an allocation per sign-in"
)]
pub enum Origin {
    /// A verified assertion.
    Saml {
        /// The connection.
        connection_id: ConnectionId,
        /// The revision that verified it.
        revision_id: RevisionId,
        /// What the IdP said.
        details: SamlDetails,
    },
    /// An internal service vouched for it through an API key.
    Vouched,
    /// A password, a second factor or a passkey that Vestibule keeps itself.
    Local,
}

/// What a sign-in mints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id, the `sid` of every token.
    pub id: SessionId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Who signed in.
    pub member_id: MemberId,
    /// For which application.
    pub client_id: ClientId,
    /// By which door.
    pub origin: Origin,
    /// How they proved who they are.
    pub amr: Vec<AuthenticationMethod>,
    /// What the application may read, space-separated OAuth scopes.
    pub scope: String,
    /// What its access tokens may be for (RFC 8707); empty: this service itself.
    pub resources: Vec<String>,
    /// When they proved it.
    pub auth_time: Timestamp,
    /// When the session was minted.
    pub created_at: Timestamp,
    /// When it ends for good; SessionNotOnOrAfter bounds it.
    pub expires_at: Timestamp,
    /// When it was ended early.
    pub revoked_at: Option<Timestamp>,
    /// Why.
    pub revoked_reason: Option<String>,
}
