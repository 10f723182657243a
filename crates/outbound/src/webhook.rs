//! How an event goes out, by the Standard Webhooks specification (1.0.0): what signs it, what is
//! signed, and the headers that say so.

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;

/// What a secret begins with ("Signature scheme").
const PREFIX: &str = "whsec_";
/// What the identifier of the symmetric scheme is: HMAC-SHA256.
const SCHEME: &str = "v1";
/// How many bytes a secret may have; ours have 32.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;
const OWN_LENGTH: usize = 32;

/// Why a text is no secret, or none could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookSecretError {
    /// It is not of the form that the specification gives.
    #[error("expected whsec_ and 24 to 64 bytes in base64")]
    Malformed,
    /// No randomness could be had.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
}

/// What an endpoint and we alone know.
pub struct WebhookSecret {
    text: String,
    key: hmac::Key,
}

/// Never shown.
impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

impl WebhookSecret {
    /// Makes a new one.
    ///
    /// # Errors
    /// [`WebhookSecretError::NoRandomness`].
    pub fn generate() -> Result<Self, WebhookSecretError> {
        let mut bytes = [0; OWN_LENGTH];
        getrandom::fill(&mut bytes).or(Err(WebhookSecretError::NoRandomness))?;
        Self::parse(&format!("{PREFIX}{}", BASE64_STANDARD.encode(bytes)))
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`WebhookSecretError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, WebhookSecretError> {
        let bytes = text
            .strip_prefix(PREFIX)
            .and_then(|encoded| BASE64_STANDARD.decode(encoded).ok())
            .filter(|bytes| LENGTHS.contains(&bytes.len()))
            .ok_or(WebhookSecretError::Malformed)?;
        Ok(Self {
            text: text.to_owned(),
            key: hmac::Key::new(hmac::HMAC_SHA256, &bytes),
        })
    }

    /// The text, for whoever keeps it or is shown it this once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`, whose bytes are those that are sent.
    fn sign(&self, id: &str, seconds: &str, body: &[u8]) -> String {
        let mut signed = hmac::Context::with_key(&self.key);
        for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
            signed.update(part);
        }
        format!("{SCHEME},{}", BASE64_STANDARD.encode(signed.sign()))
    }
}

/// The headers of an event that is sent at this time ("Webhook headers"). While a secret is being
/// rotated there is a signature by each, separated by a space.
#[must_use]
pub fn webhook_headers(
    id: &str,
    body: &[u8],
    secrets: &[WebhookSecret],
    now: Timestamp,
) -> [(&'static str, String); 3] {
    let seconds = now.as_second().to_string();
    let signatures: Vec<_> = secrets
        .iter()
        .map(|secret| secret.sign(id, &seconds, body))
        .collect();
    [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds),
        ("webhook-signature", signatures.join(" ")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn signs_as_the_reference_libraries_do() {
        let secret = WebhookSecret::parse(SECRET).unwrap();
        let [id, timestamp, signature] = webhook_headers(ID, BODY, &[secret], at(1_614_265_330));
        assert_eq!(id, ("webhook-id", ID.to_owned()));
        assert_eq!(timestamp, ("webhook-timestamp", "1614265330".to_owned()));
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signature, ("webhook-signature", expected.to_owned()));
    }

    #[test]
    fn two_secrets_sign_side_by_side() {
        let secrets = [
            WebhookSecret::generate().unwrap(),
            WebhookSecret::parse(SECRET).unwrap(),
        ];
        let [.., (_, both)] = webhook_headers(ID, BODY, &secrets, at(1_614_265_330));
        let (first, second) = both.split_once(' ').unwrap();
        assert!(first.starts_with("v1,") && first != second, "{both}");
        assert_eq!(second, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn every_byte_of_what_is_signed_counts() {
        let sign = |id: &str, body: &[u8], second| {
            let secret = WebhookSecret::parse(SECRET).unwrap();
            let [.., (_, signature)] = webhook_headers(id, body, &[secret], at(second));
            signature
        };
        let right = sign(ID, BODY, 1);
        assert_ne!(sign("msg_other", BODY, 1), right);
        assert_ne!(sign(ID, BODY, 2), right);
        for index in 0..BODY.len() {
            let mut changed = BODY.to_vec();
            changed[index] ^= 1;
            assert_ne!(sign(ID, &changed, 1), right, "{index}");
        }
    }

    #[test]
    fn a_secret_has_one_form_and_is_never_shown() {
        let ours = WebhookSecret::generate().unwrap();
        let again = WebhookSecret::parse(ours.expose()).unwrap();
        assert_eq!(again.expose(), ours.expose());
        assert_ne!(
            WebhookSecret::generate().unwrap().expose(),
            ours.expose(),
            "random"
        );
        assert_eq!(format!("{ours:?}"), "WebhookSecret(…)");
        let of = |length| format!("whsec_{}", BASE64_STANDARD.encode(vec![7; length]));
        for right in [of(24), of(64)] {
            assert!(WebhookSecret::parse(&right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "whsec_",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_no base64",
            &of(23),
            &of(65),
        ] {
            let refused = WebhookSecret::parse(wrong).unwrap_err();
            assert_eq!(refused, WebhookSecretError::Malformed, "{wrong}");
        }
    }
}
