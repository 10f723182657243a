//! A signing key: private, of one algorithm, named by its public part.

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use jsonwebtoken::EncodingKey;
use vestibule_model::SigningAlgorithm;
use zeroize::Zeroizing;

use crate::{KeyError, RandomnessError, init, public_key::PublicKey};

/// What is known of a signing key without the key: its name and its dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFacts {
    /// Its id: the thumbprint of the public key (RFC 7638).
    pub kid: String,
    /// How it signs, and the only way in which it verifies.
    pub algorithm: SigningAlgorithm,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it signs, until a later one of its algorithm does. Before that it is shown.
    pub signs_from: Timestamp,
    /// When it was withdrawn because somebody else may have it. From then on nothing that it signed
    /// counts, whatever a clock says. A key whose time is simply over has none.
    pub withdrawn_at: Option<Timestamp>,
}

/// A private key that signs, will sign or once signed tokens.
pub struct SigningKey {
    facts: KeyFacts,
    pkcs8: Zeroizing<Vec<u8>>,
    public: PublicKey,
}

impl SigningKey {
    /// A new key, P-256 or RSA with 2048 bits.
    ///
    /// # Errors
    /// [`KeyError::Randomness`] when the system gives no random numbers.
    pub fn generate(
        algorithm: SigningAlgorithm,
        signs_from: Timestamp,
        now: Timestamp,
    ) -> Result<Self, KeyError> {
        init();
        let pkcs8 = match algorithm {
            SigningAlgorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                    .or(Err(RandomnessError))?;
                let der = pair.to_pkcs8v1().or(Err(KeyError::Malformed))?;
                Zeroizing::new(der.as_ref().to_vec())
            }
            SigningAlgorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).or(Err(RandomnessError))?;
                let der: Pkcs8V1Der<'_> = pair.as_der().or(Err(KeyError::Malformed))?;
                Zeroizing::new(der.as_ref().to_vec())
            }
        };
        let public = PublicKey::of_pkcs8(algorithm, &pkcs8)?;
        let facts = KeyFacts {
            kid: public.thumbprint(),
            algorithm,
            created_at: now,
            signs_from,
            withdrawn_at: None,
        };
        Ok(Self {
            facts,
            pkcs8,
            public,
        })
    }

    /// A key as it was stored.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] when the bytes are no key of that algorithm;
    /// [`KeyError::KidMismatch`] when the key is not the one that `kid` names.
    pub fn from_parts(facts: KeyFacts, pkcs8: Zeroizing<Vec<u8>>) -> Result<Self, KeyError> {
        init();
        let public = PublicKey::of_pkcs8(facts.algorithm, &pkcs8)?;
        if public.thumbprint() == facts.kid {
            Ok(Self {
                facts,
                pkcs8,
                public,
            })
        } else {
            Err(KeyError::KidMismatch { kid: facts.kid })
        }
    }

    /// Its name and its dates.
    #[must_use]
    pub const fn facts(&self) -> &KeyFacts {
        &self.facts
    }

    /// Its id: the thumbprint of the public key (RFC 7638).
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.facts.kid
    }

    /// The private key itself, for the archive to seal.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    pub(crate) const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// What signs with it.
    pub(crate) fn encoding_key(&self) -> Result<EncodingKey, KeyError> {
        match self.facts.algorithm {
            SigningAlgorithm::Es256 => Ok(EncodingKey::from_ec_der(&self.pkcs8)),
            // The library takes RSA in DER as PKCS#1 alone, and unwraps PKCS#8 from PEM.
            SigningAlgorithm::Rs256 => {
                let base64 = Zeroizing::new(STANDARD.encode(&*self.pkcs8));
                let pem = Zeroizing::new(format!(
                    "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
                    &*base64
                ));
                EncodingKey::from_rsa_pem(pem.as_bytes()).or(Err(KeyError::Malformed))
            }
        }
    }
}

/// The id and the dates; never the key.
impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}
