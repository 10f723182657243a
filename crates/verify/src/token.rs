//! One token against what is expected of it (RFC 9068 §4).

use std::time::SystemTime;

use jsonwebtoken::{Algorithm, Header, Validation, errors::ErrorKind};

use crate::{
    Claims, Settings, VerifyError,
    claims::{Said, seconds},
    error::shortened,
    keys::Key,
};

/// Longer than any token of a Vestibule; what is longer is not even decoded.
const MAX_BYTES: usize = 8 * 1024;
/// The algorithms that a Vestibule signs access tokens by.
const ALGORITHMS: &str = "ES256 or RS256";

/// What a token says before anything of it is proven: enough to find the key, and no more.
pub(crate) struct Unverified {
    pub(crate) kid: String,
    algorithm: Algorithm,
}

impl Unverified {
    pub(crate) fn unknown(&self, asked_lately: bool) -> VerifyError {
        VerifyError::UnknownKey {
            kid: shortened(&self.kid),
            asked_lately,
        }
    }
}

/// Reads the head of a token.
pub(crate) fn head(token: &str) -> Result<Unverified, VerifyError> {
    if token.len() > MAX_BYTES {
        return Err(VerifyError::Malformed("more than 8192 bytes"));
    }
    let header = jsonwebtoken::decode_header(token);
    let header = header.or(Err(VerifyError::Malformed("no JWS in the compact form")))?;
    // RFC 7515 §4.1.11: nothing that has to be understood is understood.
    if header.crit.is_some() {
        return Err(VerifyError::Malformed(
            "a header parameter that is critical",
        ));
    }
    is_access_token(&header)?;
    if !matches!(header.alg, Algorithm::ES256 | Algorithm::RS256) {
        return Err(VerifyError::WrongAlgorithm {
            expected: ALGORITHMS,
            found: format!("{:?}", header.alg),
        });
    }
    let kid = header.kid.ok_or(VerifyError::Malformed("no kid"))?;
    Ok(Unverified {
        kid,
        algorithm: header.alg,
    })
}

/// RFC 9068 §4; types are compared without regard to case, `application/` left out (RFC 7515 §4.1.9).
fn is_access_token(header: &Header) -> Result<(), VerifyError> {
    let typ = header.typ.as_deref().unwrap_or_default();
    let lower = typ.to_ascii_lowercase();
    match lower.strip_prefix("application/").unwrap_or(&lower) {
        "at+jwt" => Ok(()),
        "jwt" => Err(VerifyError::IdToken),
        _ => Err(VerifyError::WrongType {
            found: shortened(typ),
        }),
    }
}

/// What a token says, if this key signed it and everything holds.
pub(crate) fn verify(
    token: &str,
    head: &Unverified,
    key: &Key,
    settings: &Settings,
    now: SystemTime,
) -> Result<Claims, VerifyError> {
    // The key decides; the token's word can only agree (RFC 8725 §3.1).
    if head.algorithm != key.algorithm {
        return Err(VerifyError::WrongAlgorithm {
            expected: key.name,
            found: format!("{:?}", head.algorithm),
        });
    }
    let mut signature_alone = Validation::new(key.algorithm);
    signature_alone.required_spec_claims.clear();
    signature_alone.validate_exp = false;
    signature_alone.validate_nbf = false;
    signature_alone.validate_aud = false;
    let signed = jsonwebtoken::decode::<Said>(token, &key.verifies, &signature_alone);
    let said = signed.map_err(|error| match error.kind() {
        ErrorKind::InvalidSignature => VerifyError::BadSignature,
        _ => VerifyError::Malformed("claims that no access token has"),
    })?;
    check(said.claims, settings, now)
}

fn check(said: Said, settings: &Settings, now: SystemTime) -> Result<Claims, VerifyError> {
    if said.iss != settings.issuer {
        return Err(VerifyError::WrongIssuer {
            expected: settings.issuer.clone(),
            found: said.iss,
        });
    }
    let (now, skew) = (seconds(now), settings.skew.as_secs());
    let skew = i64::try_from(skew).unwrap_or(0);
    if said.exp.saturating_add(skew) <= now {
        return Err(VerifyError::Expired { exp: said.exp, now });
    }
    let from = said.nbf.unwrap_or(said.iat).max(said.iat);
    if from > now.saturating_add(skew) {
        return Err(VerifyError::NotYetValid { from, now });
    }
    if let Some(clients) = &settings.clients
        && !clients.contains(&said.client_id)
    {
        return Err(VerifyError::WrongClient {
            expected: clients.clone(),
            found: said.client_id,
        });
    }
    let claims = Claims::from(said);
    if !claims.audience.contains(&settings.audience) {
        return Err(VerifyError::WrongAudience {
            expected: settings.audience.clone(),
            found: claims.audience,
        });
    }
    Ok(claims)
}
