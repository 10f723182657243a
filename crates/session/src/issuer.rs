//! Under which name tokens are issued.

/// Who issues, and whom access tokens are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The public URL: `iss` of every token (OpenID Connect Discovery §3).
    pub issuer: String,
    /// `aud` of access tokens (RFC 9068 §2.2); never a client's id, which is that of ID tokens.
    pub access_audience: String,
}
