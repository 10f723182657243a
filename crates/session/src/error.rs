//! What can go wrong.

use vestibule_model::SigningAlgorithm;

/// The system's random number generator does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random numbers")]
pub struct RandomnessError;

/// Why a signing key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes are no private key of its algorithm in PKCS#8.
    #[error("the signing key is not a key of its algorithm (P-256, or RSA of 2048 bits) in PKCS#8")]
    Malformed,
    /// The id that was stored beside it is that of another key.
    #[error("the signing key {kid} is stored under the id of another key")]
    KidMismatch {
        /// The id that was stored.
        kid: String,
    },
    /// There is no key that signs.
    #[error("there is no signing key for {algorithm}")]
    NoKey {
        /// By this algorithm.
        algorithm: SigningAlgorithm,
    },
    /// No key could be made.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

/// Why nothing is minted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    /// The Grant is older than a minute.
    #[error("the grant has expired")]
    GrantExpired,
    /// The session would be over before it began (SessionNotOnOrAfter), or is revoked.
    #[error("the session is over")]
    SessionOver,
    /// The Grant is for another application than the one that asks.
    #[error("the grant is for another client")]
    OtherClient,
    /// The Grant begins a session, or renews another one.
    #[error("the grant does not renew this session")]
    OtherSession,
    /// The Grant renews a session, and so begins none.
    #[error("a grant that renews a session cannot begin one")]
    NotABeginning,
    /// The code challenge is none by S256.
    #[error("the code challenge is not a base64url SHA-256 hash")]
    BadCodeChallenge,
    /// Signing failed.
    #[error("the token could not be signed")]
    Signing,
    /// No secret could be made.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a signed JWT with the claims of an access token.
    #[error("the token is not an access token of this service")]
    Malformed,
    /// Of another type, such as an ID token (RFC 9068 §4).
    #[error("the token is of another type than at+jwt")]
    WrongType,
    /// Named by its header as signed in another way than its key signs (RFC 8725 §3.1).
    #[error("the token names another algorithm than that of its key")]
    WrongAlgorithm,
    /// No key of this id.
    #[error("the token is signed by a key that is not known")]
    UnknownKey,
    /// The signature does not verify.
    #[error("the token's signature does not verify")]
    BadSignature,
    /// Of another issuer.
    #[error("the token is of another issuer")]
    WrongIssuer,
    /// For another audience.
    #[error("the token is for another audience")]
    WrongAudience,
    /// Not valid any more.
    #[error("the token has expired")]
    Expired,
    /// Not valid yet.
    #[error("the token is of the future")]
    NotYetValid,
}
