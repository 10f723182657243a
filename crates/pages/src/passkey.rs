//! The offer to use, or to make, a passkey.

/// What the browser is asked, and where its answer goes: a POST with `csrf` and `credential`.
pub struct PasskeyOffer {
    /// The options as WebAuthn's JSON, with or without the member `publicKey` around them.
    pub challenge_json: String,
    /// Where the answer is posted.
    pub action: String,
}
