//! How long things last. Every one of them is bounded by the session's own end as well, and that by
//! the IdP's SessionNotOnOrAfter, to which no skew is added (SAML Core §2.7.2).

use jiff::{SignedDuration, Timestamp};

/// An access token, and the ID token beside it: as long as a revocation may go unnoticed by an
/// application that verifies tokens by itself.
pub const ACCESS_TOKEN_LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// A session: a working day, after which the person signs in anew.
pub const SESSION_LIFETIME: SignedDuration = SignedDuration::from_hours(12);

/// A refresh token that is not used: as long as a session may lie idle.
pub const REFRESH_TOKEN_IDLE_LIFETIME: SignedDuration = SignedDuration::from_hours(8);

/// A one-time code: it is redeemed at once (RFC 6749 §4.1.2 asks for ten minutes at most).
pub const CODE_LIFETIME: SignedDuration = SignedDuration::from_secs(60);

/// How far the clocks of two replicas may lie apart: a token that one has just signed must not look
/// like one of the future to the other. It never lengthens a token's life.
pub(crate) const REPLICA_CLOCKS: SignedDuration = SignedDuration::from_secs(60);

/// How long an application may keep the public keys before it asks again: `max-age` of the JWKS.
pub const JWKS_MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// Within which time every replica knows of a new key, or that one was withdrawn, also when nobody
/// told it.
pub const KEYS_LEARNED_WITHIN: SignedDuration = SignedDuration::from_secs(5);

/// How long a new key is shown before it signs. An application may hold a JWKS for [`JWKS_MAX_AGE`]
/// that it got from a replica that learned of the key [`KEYS_LEARNED_WITHIN`] late, and a replica
/// whose clock is [`REPLICA_CLOCKS`] ahead signs that much early: 365 seconds. The rest is for slow
/// commits, and for applications that count loosely.
pub const KEY_LEAD: SignedDuration = SignedDuration::from_mins(10);

/// How long a key is shown, and verifies, after the next one has begun to sign: until its last token
/// is dead. A replica that learned of the next key [`KEYS_LEARNED_WITHIN`] late, by a clock that is
/// [`REPLICA_CLOCKS`] ahead, signed that token; one whose clock is again ahead judges it: 125 seconds
/// past [`ACCESS_TOKEN_LIFETIME`]. The rest is for a slow commit.
pub(crate) const KEY_KEPT: SignedDuration = SignedDuration::from_mins(15 + 3);

/// `now` and a while, as far as time goes.
pub(crate) fn after(now: Timestamp, lifetime: SignedDuration) -> Timestamp {
    now.checked_add(lifetime).unwrap_or(Timestamp::MAX)
}
