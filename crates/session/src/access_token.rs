//! Whether a bearer's access token counts.

use jiff::Timestamp;
use jsonwebtoken::{Validation, errors::ErrorKind};
use serde::de::DeserializeOwned;
use vestibule_model::SigningAlgorithm;

use crate::{
    AccessClaims, Issuer, KeyRing, TokenError,
    lifetime::{REPLICA_CLOCKS, after},
    public_key::jws,
};

/// The type of access tokens (RFC 9068 §2.1).
pub(crate) const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// Longer than any token of ours; what is longer is not even decoded.
const MAX_BYTES: usize = 8 * 1024;

/// Verifies an access token: its type, its signature by one of our keys, its issuer, its audience,
/// its times. The key is chosen by `kid`, and a key knows its own algorithm: the token's `alg` can
/// only agree or be refused (RFC 8725 §3.1).
///
/// Whether the session still stands is another question: see introspection.
///
/// # Errors
/// [`TokenError`] says what does not hold (RFC 9068 §4).
pub fn verify_access_token(
    keys: &KeyRing,
    issuer: &Issuer,
    token: &str,
    now: Timestamp,
) -> Result<AccessClaims, TokenError> {
    let claims = verify_access_token_of_any_audience(keys, issuer, token, now)?;
    if !claims.aud.holds(&issuer.access_audience) {
        return Err(TokenError::WrongAudience);
    }
    Ok(claims)
}

/// The same for whomever the token is: introspection answers those whom it is for (RFC 7662), and
/// whoever got it may end it (RFC 7009).
///
/// # Errors
/// [`TokenError`] says what does not hold.
pub fn verify_access_token_of_any_audience(
    keys: &KeyRing,
    issuer: &Issuer,
    token: &str,
    now: Timestamp,
) -> Result<AccessClaims, TokenError> {
    let claims: AccessClaims = signed_claims(keys, token, |typ| typ == ACCESS_TOKEN_TYPE, now)?;
    check_claims(&claims, issuer, now)?;
    Ok(claims)
}

/// What a token of this type says, if one of our keys signed it.
pub(crate) fn signed_claims<C: DeserializeOwned + Clone>(
    keys: &KeyRing,
    token: &str,
    is_type: impl Fn(&str) -> bool,
    now: Timestamp,
) -> Result<C, TokenError> {
    if token.len() > MAX_BYTES {
        return Err(TokenError::Malformed);
    }
    let unverified_header = jsonwebtoken::decode_header(token).or(Err(TokenError::Malformed))?;
    // RFC 7515 §4.1.11: nothing that has to be understood is understood.
    if unverified_header.crit.is_some() {
        return Err(TokenError::Malformed);
    }
    // RFC 7515 §4.1.9: media types are compared without regard to case, `application/` left out.
    let typ = unverified_header
        .typ
        .unwrap_or_default()
        .to_ascii_lowercase();
    if !is_type(typ.strip_prefix("application/").unwrap_or(&typ)) {
        return Err(TokenError::WrongType);
    }
    let kid = unverified_header.kid.ok_or(TokenError::UnknownKey)?;
    let (algorithm, key) = keys.verifying(&kid, now).ok_or(TokenError::UnknownKey)?;
    let data = jsonwebtoken::decode::<C>(token, key, &signature_alone(algorithm));
    Ok(data.map_err(|error| refusal(error.kind()))?.claims)
}

/// The library checks the signature; the claims are checked here, against `now` and not its clock.
fn signature_alone(algorithm: SigningAlgorithm) -> Validation {
    let mut validation = Validation::new(jws(algorithm));
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

fn check_claims(claims: &AccessClaims, issuer: &Issuer, now: Timestamp) -> Result<(), TokenError> {
    if claims.iss != issuer.issuer {
        return Err(TokenError::WrongIssuer);
    }
    if claims.exp <= now.as_second() {
        return Err(TokenError::Expired);
    }
    let latest_start = after(now, REPLICA_CLOCKS).as_second();
    if claims.iat > latest_start || claims.nbf.is_some_and(|nbf| nbf > latest_start) {
        return Err(TokenError::NotYetValid);
    }
    Ok(())
}

fn refusal(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::InvalidSignature => TokenError::BadSignature,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => TokenError::WrongAlgorithm,
        _ => TokenError::Malformed,
    }
}
