//! What an application does with an ID token: verifies it with the published keys alone.

use jiff::Timestamp;
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{JwkSet, KeyAlgorithm},
};
use serde_json::Value;

use crate::{
    TokenError, init,
    lifetime::{REPLICA_CLOCKS, after},
};

/// Verifies an ID token as a relying party does, knowing the JWKS document, the issuer and its own
/// id (OpenID Connect Core §3.1.3.7). Gives the claims. The published key says by which algorithm it
/// verifies, never the token (RFC 8725 §3.1).
///
/// # Errors
/// [`TokenError`] says what does not hold.
pub fn verify_id_token_with_jwks(
    jwks: &Value,
    issuer: &str,
    client_id: &str,
    token: &str,
    now: Timestamp,
) -> Result<Value, TokenError> {
    init();
    let keys: JwkSet = serde_json::from_value(jwks.clone()).or(Err(TokenError::UnknownKey))?;
    let unverified_header = jsonwebtoken::decode_header(token).or(Err(TokenError::Malformed))?;
    let kid = unverified_header.kid.ok_or(TokenError::UnknownKey)?;
    let key = keys.find(&kid).ok_or(TokenError::UnknownKey)?;
    let algorithm = match key.common.key_algorithm {
        Some(KeyAlgorithm::ES256) => Algorithm::ES256,
        Some(KeyAlgorithm::RS256) => Algorithm::RS256,
        _ => return Err(TokenError::UnknownKey),
    };
    let key = DecodingKey::from_jwk(key).or(Err(TokenError::UnknownKey))?;
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let data = jsonwebtoken::decode::<Value>(token, &key, &validation);
    let claims = data.or(Err(TokenError::BadSignature))?.claims;
    let number = |name: &str| claims.get(name).and_then(Value::as_i64);
    if claims.get("iss").and_then(Value::as_str) != Some(issuer) {
        return Err(TokenError::WrongIssuer);
    }
    if claims.get("aud").and_then(Value::as_str) != Some(client_id) {
        return Err(TokenError::WrongAudience);
    }
    if number("exp").is_none_or(|exp| exp <= now.as_second()) {
        return Err(TokenError::Expired);
    }
    let latest_start = after(now, REPLICA_CLOCKS).as_second();
    if number("iat").is_none_or(|iat| iat > latest_start) {
        return Err(TokenError::NotYetValid);
    }
    Ok(claims)
}
