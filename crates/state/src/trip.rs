//! A pending trip: a browser that was sent to the IdP and is expected back.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use vestibule_model::{
    AttemptId, ClientId, ConnectionId, MemberId, Reference, RevisionId, TestId, WorkspaceId,
};

use crate::{
    BrowserBinding, StateError,
    browser::{hex, is_lower_hex, random_hex},
};

/// The ID of an AuthnRequest, and so of its trip: an NCName with 128 random bits (SAML Core §1.3.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TripId(String);

impl TripId {
    /// A new ID.
    ///
    /// # Errors
    /// [`StateError::NoRandomness`].
    pub fn generate() -> Result<Self, StateError> {
        Ok(Self(format!("_{}", random_hex::<16>()?)))
    }

    /// Reads an InResponseTo; anything that `generate` could not have made is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('_')?;
        is_lower_hex(digits, 32).then(|| Self(text.to_owned()))
    }

    /// The ID as it stands in the AuthnRequest.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The application's authorize request, answered when the trip ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizeRequest {
    /// Who asked.
    pub client_id: ClientId,
    /// Where the code goes; registered for this client when the trip began.
    pub redirect_uri: String,
    /// The scopes asked for.
    pub scope: String,
    /// Given back verbatim.
    pub state: Option<String>,
    /// Goes into the ID token.
    pub nonce: Option<String>,
    /// PKCE, S256.
    pub code_challenge: String,
    /// Whether this trip already is the fresh one after a change of the live revision (design §4.2);
    /// there is no second.
    pub restarted: bool,
    /// The attempt that it is kept as, over all its trips.
    pub attempt: AttemptId,
    /// What the person may tell support.
    pub reference: Reference,
    /// Whether the IdP was asked to show nothing (`prompt=none`).
    pub passive: bool,
    /// Whether a session at the IdP is not enough (`prompt=login`, or `max_age=0`).
    pub force_authn: bool,
    /// People must have authenticated later than this (`prompt=login`, `max_age`).
    pub authn_after: Option<Timestamp>,
    /// What the access tokens are for (RFC 8707); empty: this service itself.
    pub resources: Vec<String>,
    /// Who has to come back, where the application knows (`id_token_hint`).
    pub expected_member: Option<MemberId>,
    /// Whether the client may begin by pushed requests alone: then no page of ours can say it again.
    pub pushed_only: bool,
    /// Where the browser goes on: a path on our own pages, for the sign-ins that these begin. None:
    /// to the redirect URI, with a code.
    pub return_to: Option<String>,
}

/// Where a browser goes on when it comes back from signing out at the IdP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutReturn {
    /// Where to; registered for the client when the trip began. None: the landing page.
    pub redirect_uri: Option<String>,
    /// Given back verbatim.
    pub state: Option<String>,
}

/// What a trip is for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every trip is a sign-in; a box would be an allocation for each"
)]
pub enum Purpose {
    /// To sign somebody in to an application.
    SignIn(AuthorizeRequest),
    /// To test a revision; it signs nobody in.
    Test(TestId),
    /// To sign somebody out at the IdP too; here they are signed out already.
    SignOut(LogoutReturn),
}

/// A browser that was sent to the IdP and is expected back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trip {
    /// The ID of the AuthnRequest.
    pub id: TripId,
    /// What it is for.
    pub purpose: Purpose,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// The revision whose keys verify the answer.
    pub revision_id: RevisionId,
    /// The browser that began it.
    pub browser: BrowserBinding,
    /// When the AuthnRequest was issued.
    pub issued_at: Timestamp,
    /// When it is given up.
    pub expires_at: Timestamp,
}

impl Trip {
    /// How long a browser may stay away (design §4.1).
    pub const LIFETIME: SignedDuration = SignedDuration::from_mins(30);
}

/// The name under which a message is parked: 128 random bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParkedId(String);

impl ParkedId {
    /// A new name.
    ///
    /// # Errors
    /// [`StateError::NoRandomness`].
    pub fn generate() -> Result<Self, StateError> {
        Ok(Self(random_hex::<16>()?))
    }

    /// Reads a name; anything that `generate` could not have made is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_lower_hex(text, 32).then(|| Self(text.to_owned()))
    }

    /// The name of what this browser has set aside for this application on this connection. Nobody
    /// else can know it: it comes from the cookie.
    #[must_use]
    pub fn of_browser(
        browser: &BrowserBinding,
        connection_id: ConnectionId,
        client_id: ClientId,
    ) -> Self {
        let of = format!("{} {connection_id} {client_id}", browser.to_hex());
        let digest = Sha256::digest(of.as_bytes());
        Self(hex(digest.get(..16).unwrap_or_default()))
    }

    /// The name as it stands in the URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A message as it was received, waiting for its browser to come back with the cookie.
#[derive(Clone, PartialEq, Eq)]
pub struct Parked {
    /// The trip it claims to answer.
    pub trip: TripId,
    /// The connection it arrived at.
    pub connection_id: ConnectionId,
    /// The form value, untouched.
    pub saml_response: String,
    /// The RelayState that came with it.
    pub relay_state: Option<String>,
}

/// The message holds personal data.
impl std::fmt::Debug for Parked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parked")
            .field("trip", &self.trip)
            .field("bytes", &self.saml_response.len())
            .finish_non_exhaustive()
    }
}
