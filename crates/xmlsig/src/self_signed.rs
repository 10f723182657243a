//! A certificate around one's own key.

use jiff::Timestamp;
use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::x509::extension::{BasicConstraints, KeyUsage, SubjectKeyIdentifier};
use openssl::x509::{X509, X509NameBuilder};

use crate::certificate::Certificate;
use crate::ffi;
use crate::key::KeyKind;
use crate::signing::SigningKey;

/// The longest common name that X.520 allows.
const MAX_COMMON_NAME: usize = 64;

/// Why no certificate was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelfSignError {
    /// The common name is empty or has more than 64 characters.
    #[error("a common name has 1 to {MAX_COMMON_NAME} characters")]
    CommonName,
    /// It would end before it begins.
    #[error("the certificate would end before it begins")]
    Validity,
    /// OpenSSL failed.
    #[error("the certificate could not be made")]
    Library,
}

impl SigningKey {
    /// A self-signed certificate for this key: version 3, a random serial number of 128 bits,
    /// SHA-256, not a CA, for signatures (and, with RSA, for encrypting to us). It is a carrier of
    /// the key and no more (IIP-MD12); fractions of seconds are cut off.
    ///
    /// # Errors
    ///
    /// [`SelfSignError`].
    pub fn self_signed_certificate(
        &self,
        common_name: &str,
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Result<Certificate, SelfSignError> {
        if common_name.is_empty() || common_name.chars().count() > MAX_COMMON_NAME {
            return Err(SelfSignError::CommonName);
        }
        if not_after <= not_before {
            return Err(SelfSignError::Validity);
        }
        let Ok(x509) = self.build(common_name, not_before, not_after) else {
            ffi::drain_openssl_errors();
            return Err(SelfSignError::Library);
        };
        Certificate::from_x509(x509).ok_or(SelfSignError::Library)
    }

    fn build(
        &self,
        common_name: &str,
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Result<X509, ErrorStack> {
        let mut name = X509NameBuilder::new()?;
        name.append_entry_by_text("CN", common_name)?;
        let name = name.build();

        let mut builder = X509::builder()?;
        builder.set_version(2)?;
        let serial = random_serial()?;
        builder.set_serial_number(&serial)?;
        builder.set_subject_name(&name)?;
        builder.set_issuer_name(&name)?;
        let begin = Asn1Time::from_unix(not_before.as_second())?;
        builder.set_not_before(&begin)?;
        let end = Asn1Time::from_unix(not_after.as_second())?;
        builder.set_not_after(&end)?;
        builder.set_pubkey(self.private())?;
        builder.append_extension(BasicConstraints::new().critical().build()?)?;
        let mut usage = KeyUsage::new();
        usage.critical().digital_signature();
        if matches!(self.kind(), KeyKind::Rsa { .. }) {
            usage.key_encipherment();
        }
        builder.append_extension(usage.build()?)?;
        let identifier = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
        builder.append_extension(identifier)?;
        builder.sign(self.private(), MessageDigest::sha256())?;
        Ok(builder.build())
    }
}

/// 16 random bytes, the first between 0x40 and 0x7f: positive, and always of one length.
fn random_serial() -> Result<Asn1Integer, ErrorStack> {
    let mut bytes = [0_u8; 16];
    openssl::rand::rand_bytes(&mut bytes)?;
    if let Some(first) = bytes.first_mut() {
        *first = (*first & 0x3f) | 0x40;
    }
    Asn1Integer::from_bn(&*BigNum::from_slice(&bytes)?)
}
