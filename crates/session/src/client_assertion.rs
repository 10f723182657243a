//! A JWT by which a client says who it is (`private_key_jwt`: RFC 7523 §3, OpenID Connect Core §9).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::Validation;
use serde::Deserialize;
use vestibule_model::ClientId;

use crate::{ClientKeys, lifetime::after, secret::sha256};

/// Longer than any such JWT; what is longer is not even decoded.
const MAX_BYTES: usize = 8 * 1024;
/// The longest `jti` that is taken.
const MAX_JTI: usize = 256;
/// How far ahead `exp` may lie: so long its `jti` is remembered. Some libraries take an hour unless
/// they are told.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// Why an assertion says nothing. The caller learns no more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientAssertionError {
    /// Not a signed JWT with the claims of RFC 7523 §3.
    #[error("the client assertion is not a JWT with iss, sub, aud, exp and jti")]
    Malformed,
    /// No key of this id, or none named where there are several.
    #[error("the client assertion names no key of the client")]
    UnknownKey,
    /// The signature does not verify by the key and its algorithm.
    #[error("the client assertion is not signed by the client's key")]
    BadSignature,
    /// `iss` and `sub` are not both the client's id.
    #[error("iss and sub of the client assertion are not the client's id")]
    WrongClient,
    /// For another audience.
    #[error("the client assertion is for another audience")]
    WrongAudience,
    /// Not valid any more.
    #[error("the client assertion has expired")]
    Expired,
    /// Valid for longer than such an assertion may be.
    #[error("the client assertion is valid for more than an hour")]
    TooLong,
    /// Not valid yet.
    #[error("the client assertion is of the future")]
    NotYetValid,
}

/// An assertion that verified. Whether it was used before is for the archive to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAssertion {
    /// SHA-256 of its `jti`.
    pub jti_hash: [u8; 32],
    /// Past this moment it is refused by its age alone.
    pub refused_after: Timestamp,
}

#[derive(Clone, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: OneOrMore,
    exp: i64,
    #[serde(default)]
    iat: Option<i64>,
    #[serde(default)]
    nbf: Option<i64>,
    jti: String,
}

/// `aud` is a text or several (RFC 7519 §4.1.3).
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// Whom an assertion claims to be of, to look up by whose keys it has to verify. Nothing else of it is
/// read before that.
#[must_use]
pub fn unverified_client_of(assertion: &str) -> Option<ClientId> {
    #[derive(Deserialize)]
    struct Subject {
        sub: ClientId,
    }
    if assertion.len() > MAX_BYTES {
        return None;
    }
    let payload = assertion.split('.').nth(1)?;
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let subject: Subject = serde_json::from_slice(&payload).ok()?;
    Some(subject.sub)
}

/// Verifies an assertion: its signature by the key that it names and by that key's algorithm alone,
/// whose it is, whom it is for (one of `audiences`), its times within the `skew`.
///
/// # Errors
/// [`ClientAssertionError`] says what does not hold.
pub fn verify_client_assertion(
    keys: &ClientKeys,
    client_id: ClientId,
    audiences: &[&str],
    assertion: &str,
    skew: SignedDuration,
    now: Timestamp,
) -> Result<ClientAssertion, ClientAssertionError> {
    use ClientAssertionError as Refusal;
    if assertion.len() > MAX_BYTES {
        return Err(Refusal::Malformed);
    }
    let unverified_header = jsonwebtoken::decode_header(assertion).or(Err(Refusal::Malformed))?;
    // RFC 7515 §4.1.11: nothing that has to be understood is understood.
    if unverified_header.crit.is_some() {
        return Err(Refusal::Malformed);
    }
    let key = keys.named(unverified_header.kid.as_deref());
    let key = key.ok_or(Refusal::UnknownKey)?;
    let mut signature_alone = Validation::new(key.algorithm);
    signature_alone.required_spec_claims.clear();
    signature_alone.validate_exp = false;
    signature_alone.validate_nbf = false;
    signature_alone.validate_aud = false;
    let signed = jsonwebtoken::decode::<serde_json::Value>(assertion, &key.key, &signature_alone);
    let signed = signed.or(Err(Refusal::BadSignature))?.claims;
    let claims: Claims = serde_json::from_value(signed).or(Err(Refusal::Malformed))?;

    let client = client_id.to_string();
    if claims.iss != client || claims.sub != client {
        return Err(Refusal::WrongClient);
    }
    let is_for_us = |aud: &String| audiences.contains(&aud.as_str());
    let for_us = match &claims.aud {
        OneOrMore::One(aud) => is_for_us(aud),
        OneOrMore::More(several) => several.iter().any(is_for_us),
    };
    if !for_us {
        return Err(Refusal::WrongAudience);
    }
    if claims.jti.is_empty() || claims.jti.len() > MAX_JTI {
        return Err(Refusal::Malformed);
    }
    let exp = Timestamp::from_second(claims.exp).or(Err(Refusal::Malformed))?;
    let refused_after = after(exp, skew);
    if refused_after <= now {
        return Err(Refusal::Expired);
    }
    if exp > after(after(now, LONGEST), skew) {
        return Err(Refusal::TooLong);
    }
    let latest_start = after(now, skew).as_second();
    if claims.iat.is_some_and(|iat| iat > latest_start)
        || claims.nbf.is_some_and(|nbf| nbf > latest_start)
    {
        return Err(Refusal::NotYetValid);
    }
    Ok(ClientAssertion {
        jti_hash: sha256(claims.jti.as_bytes()),
        refused_after,
    })
}
