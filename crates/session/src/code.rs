//! One-time codes and refresh tokens, as they are kept.

use jiff::Timestamp;
use vestibule_model::{AttemptId, ClientId, SessionId};

/// What an application asked for at the authorization endpoint (RFC 6749 §4.1.1, RFC 7636 §4.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRequest {
    /// The application.
    pub client_id: ClientId,
    /// Where the code goes.
    pub redirect_uri: String,
    /// The S256 challenge.
    pub code_challenge: String,
    /// What the ID token has to repeat.
    pub nonce: Option<String>,
    /// What was asked for, space-separated.
    pub scope: String,
    /// What the access tokens are for (RFC 8707); empty: this service itself.
    pub resources: Vec<String>,
    /// The sign-in attempt that it ends, whose timeline goes on when the code is redeemed.
    pub attempt: Option<AttemptId>,
}

/// A code, as it is kept: redeemed once, within a minute, by who asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRecord {
    /// SHA-256 of the code.
    pub hash: [u8; 32],
    /// The session it opens.
    pub session_id: SessionId,
    /// The application that may redeem it.
    pub client_id: ClientId,
    /// Where it was sent; the redemption has to name the same.
    pub redirect_uri: String,
    /// The S256 challenge.
    pub code_challenge: String,
    /// What the ID token has to repeat.
    pub nonce: Option<String>,
    /// When it is worth nothing any more.
    pub expires_at: Timestamp,
    /// The sign-in attempt that it ended.
    pub attempt: Option<AttemptId>,
}

/// A refresh token, as it is kept: used once, then followed by the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshRecord {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// The session it continues.
    pub session_id: SessionId,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it is worth nothing any more; never after the session's end.
    pub expires_at: Timestamp,
}
