//! An ID token that comes back to say who wants to sign out.

use jiff::Timestamp;

use crate::{
    IdClaims, Issuer, KeyRing, TokenError, access_token::signed_claims, issue::ID_TOKEN_TYPE,
};

/// Reads an ID token of ours that an application hands in at sign-out: signed by one of our keys,
/// issued by us. That it has expired does not matter (OpenID Connect RP-Initiated Logout §2); an
/// access token is not one.
///
/// # Errors
/// [`TokenError`] says what does not hold.
pub fn verify_id_token_hint(
    keys: &KeyRing,
    issuer: &Issuer,
    token: &str,
    now: Timestamp,
) -> Result<IdClaims, TokenError> {
    let claims: IdClaims = signed_claims(keys, token, |typ| typ == ID_TOKEN_TYPE, now)?;
    if claims.iss != issuer.issuer {
        return Err(TokenError::WrongIssuer);
    }
    Ok(claims)
}
